<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Counters</name>
    <message>
      <source>OK</source>
      <translation>OK</translation>
    </message>
    <message>
      <source>NG</source>
      <translation>NG</translation>
    </message>
    <message>
      <source>not inspected</source>
      <translation>未検査</translation>
    </message>
    <message>
      <source>over-detections cleared</source>
      <translation>過検出の解除</translation>
    </message>
  </context>
  <context>
    <name>Picture</name>
    <message>
      <source>No connection to the engine</source>
      <translation>エンジンに接続していません</translation>
    </message>
    <message>
      <source>No picture of this part</source>
      <translation>この部品の画像はありません</translation>
    </message>
    <message>
      <source>No picture yet</source>
      <translation>まだ画像がありません</translation>
    </message>
    <message>
      <source>confirmed finding</source>
      <translation>確定した異常</translation>
    </message>
    <message>
      <source>cleared candidate</source>
      <translation>解除した異常候補</translation>
    </message>
  </context>
  <context>
    <name>Run</name>
    <message>
      <source>Last NG  F4</source>
      <translation>直近のNG  F4</translation>
    </message>
  </context>
</TS>
