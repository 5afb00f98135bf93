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
      <source>cleared</source>
      <translation>過検出解除</translation>
    </message>
    <message>
      <source>yield</source>
      <translation>良品率</translation>
    </message>
    <message>
      <source>parts/min</source>
      <translation>個/分</translation>
    </message>
    <message>
      <source>time left</source>
      <translation>余裕時間</translation>
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
    <message>
      <source>Lot  F7
%1</source>
      <translation>ロット F7
%1</translation>
    </message>
    <message>
      <source>Name of the lot</source>
      <translation>ロットの名前</translation>
    </message>
    <message>
      <source>NG this shift: %1; of good parts alone at most %2</source>
      <translation>この勤務のNG：%1（良品だけなら最大%2）</translation>
    </message>
  </context>
</TS>
