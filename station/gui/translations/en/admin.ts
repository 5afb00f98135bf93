<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>Header</name>
    <message numerus="yes">
      <source>out in %n s</source>
      <translation>
        <numerusform>out in %n s</numerusform>
        <numerusform>out in %n s</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>People</name>
    <message numerus="yes">
      <source>△ locked for %n min</source>
      <translation>
        <numerusform>△ locked for %n minute</numerusform>
        <numerusform>△ locked for %n minutes</numerusform>
      </translation>
    </message>
  </context>
</TS>
