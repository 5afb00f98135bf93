<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>Why</name>
    <message numerus="yes">
      <source>%n candidate(s) cleared</source>
      <translation>
        <numerusform>%n candidate cleared</numerusform>
        <numerusform>%n candidates cleared</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n finding(s) confirmed</source>
      <translation>
        <numerusform>%n finding confirmed</numerusform>
        <numerusform>%n findings confirmed</numerusform>
      </translation>
    </message>
  </context>
</TS>
