<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>Statistics</name>
    <message numerus="yes">
      <source>%n point(s) beyond the limits.</source>
      <translation>
        <numerusform>%n point beyond the limits.</numerusform>
        <numerusform>%n points beyond the limits.</numerusform>
      </translation>
    </message>
  </context>
</TS>
