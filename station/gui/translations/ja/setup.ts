<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Rail</name>
    <message>
      <source>Set-up</source>
      <translation>立上げ</translation>
    </message>
  </context>
  <context>
    <name>Setup</name>
    <message>
      <source>Camera</source>
      <translation>カメラ</translation>
    </message>
    <message>
      <source>PLC</source>
      <translation>PLC</translation>
    </message>
    <message>
      <source>Timing</source>
      <translation>処理時間</translation>
    </message>
  </context>
  <context>
    <name>Camera</name>
    <message>
      <source>Picture</source>
      <translation>画像サイズ</translation>
    </message>
    <message>
      <source>Mean grey</source>
      <translation>平均輝度</translation>
    </message>
    <message>
      <source>Black pixels</source>
      <translation>黒つぶれ画素</translation>
    </message>
    <message>
      <source>Saturated pixels</source>
      <translation>白飛び画素</translation>
    </message>
    <message>
      <source>Sharpness</source>
      <translation>鮮鋭度</translation>
    </message>
    <message>
      <source>Best sharpness here</source>
      <translation>鮮鋭度の最大値</translation>
    </message>
    <message>
      <source>Camera state</source>
      <translation>カメラの状態</translation>
    </message>
    <message>
      <source>Light, lens</source>
      <translation>照明・レンズ</translation>
    </message>
    <message>
      <source>Newest picture</source>
      <translation>最新の画像</translation>
    </message>
    <message>
      <source>Sharpness is measured in the middle (%1 px). Compare it only for the same part.</source>
      <translation>鮮鋭度は画像中央（%1 画素）で測ります。同じワークどうしで比べてください。</translation>
    </message>
    <message>
      <source>saturated</source>
      <translation>白飛び</translation>
    </message>
  </context>
  <context>
    <name>Timing</name>
    <message>
      <source>No part was seen yet</source>
      <translation>ワークはまだありません</translation>
    </message>
    <message>
      <source>Times of the last 100 parts</source>
      <translation>直近100個の処理時間</translation>
    </message>
    <message>
      <source>unknown</source>
      <translation>不明</translation>
    </message>
    <message>
      <source>Last %1 parts: median %2 ms, 99 % within %3 ms, least time left %4</source>
      <translation>直近%1個：中央値 %2 ms、99%は %3 ms以内、期限までの最小余裕 %4</translation>
    </message>
  </context>
  <context>
    <name>Plc</name>
    <message>
      <source>Verdicts that the PLC holds</source>
      <translation>PLCが保持している判定</translation>
    </message>
    <message>
      <source>Newest answer</source>
      <translation>最新の応答</translation>
    </message>
    <message>
      <source>Heartbeat</source>
      <translation>ハートビート</translation>
    </message>
    <message>
      <source>Boot number</source>
      <translation>起動番号</translation>
    </message>
    <message>
      <source>Parts at photo-eye</source>
      <translation>光電センサの通過数</translation>
    </message>
    <message>
      <source>Encoder</source>
      <translation>エンコーダ</translation>
    </message>
    <message>
      <source>Newest verdict taken</source>
      <translation>最新の受領判定</translation>
    </message>
    <message>
      <source>Rejects confirmed</source>
      <translation>排出確認数</translation>
    </message>
    <message>
      <source>Recipe asked for</source>
      <translation>要求レシピ</translation>
    </message>
    <message>
      <source>Input: bin full</source>
      <translation>入力：排出箱満杯</translation>
    </message>
    <message>
      <source>Input: air low</source>
      <translation>入力：エア圧低下</translation>
    </message>
    <message>
      <source>Input: gate fault</source>
      <translation>入力：ゲート異常</translation>
    </message>
    <message>
      <source>Input: belt at speed</source>
      <translation>入力：ベルト定速</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状態</translation>
    </message>
    <message>
      <source>Recipe</source>
      <translation>レシピ</translation>
    </message>
    <message>
      <source>Stop the belt</source>
      <translation>ベルト停止要求</translation>
    </message>
    <message>
      <source>Gate</source>
      <translation>ゲート</translation>
    </message>
    <message>
      <source>Held by hand</source>
      <translation>手動保持中</translation>
    </message>
    <message>
      <source>Hold gate open</source>
      <translation>ゲートを開く</translation>
    </message>
    <message>
      <source>Hold belt stop</source>
      <translation>ベルト停止を保持</translation>
    </message>
    <message>
      <source>The line does not answer.</source>
      <translation>ラインプロセスが応答しません。</translation>
    </message>
    <message>
      <source>PLC → station</source>
      <translation>PLC → 検査機</translation>
    </message>
    <message>
      <source>Station → PLC</source>
      <translation>検査機 → PLC</translation>
    </message>
    <message>
      <source>For integrators, while nothing is produced: press for one second to hold for %1 s.</source>
      <translation>設備担当者用。生産していないときに1秒間押し続けると、%1秒間保持します。</translation>
    </message>
    <message>
      <source>%1 ms ago</source>
      <translation>%1 ms前</translation>
    </message>
    <message>
      <source>%1, moved %2 s ago</source>
      <translation>%1 (%2秒前に変化)</translation>
    </message>
    <message>
      <source>none yet</source>
      <translation>まだなし</translation>
    </message>
    <message>
      <source>any</source>
      <translation>指定なし</translation>
    </message>
    <message>
      <source>nothing</source>
      <translation>なし</translation>
    </message>
    <message>
      <source>on</source>
      <translation>オン</translation>
    </message>
    <message>
      <source>off</source>
      <translation>オフ</translation>
    </message>
  </context>
</TS>
