<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Rail</name>
    <message>
      <source>Statistics</source>
      <translation>統計</translation>
    </message>
  </context>
  <context>
    <name>Statistics</name>
    <message>
      <source>Reject rate</source>
      <translation>不良率</translation>
    </message>
    <message>
      <source>Drift</source>
      <translation>傾向</translation>
    </message>
    <message>
      <source>Defects</source>
      <translation>不良内訳</translation>
    </message>
    <message>
      <source>Yield</source>
      <translation>良品率</translation>
    </message>
    <message>
      <source>Latency</source>
      <translation>判定時間</translation>
    </message>
    <message>
      <source>This shift</source>
      <translation>この勤務</translation>
    </message>
    <message>
      <source>24 hours</source>
      <translation>24時間</translation>
    </message>
    <message>
      <source>7 days</source>
      <translation>7日間</translation>
    </message>
    <message>
      <source>Asking the recorder …</source>
      <translation>記録プロセスに問い合わせ中…</translation>
    </message>
    <message>
      <source>No parts in this time.</source>
      <translation>この期間に部品はありません。</translation>
    </message>
    <message>
      <source>%1 parts, %2 OK, %3 NG: %4 rejected (95 % interval %5 to %6), %7 not inspected</source>
      <translation>%1 個、OK %2、NG %3：不良率 %4（95 % 区間 %5～%6）、未検査 %7</translation>
    </message>
    <message>
      <source>Dashed: limits of 3 standard deviations. × lies beyond them. Smoothed scores: EWMA with weight 0.2. Latency: of a sample of the parts.</source>
      <translation>破線：±3標準偏差の管理限界。×：限界外。平滑化スコア：重み0.2のEWMA。判定時間：抜き取った部品の値。</translation>
    </message>
    <message numerus="yes">
      <source>%n point(s) beyond the limits.</source>
      <translation>
        <numerusform>限界外 %n 点。</numerusform>
      </translation>
    </message>
    <message>
      <source>rejected, %</source>
      <translation>不良率 %</translation>
    </message>
    <message>
      <source>smoothed score of good parts</source>
      <translation>良品の平滑化スコア</translation>
    </message>
    <message>
      <source>parts</source>
      <translation>個数</translation>
    </message>
    <message>
      <source>OK of all parts, %</source>
      <translation>全部品中のOK %</translation>
    </message>
    <message>
      <source>capture to PLC, ms</source>
      <translation>撮像からPLCまで ms</translation>
    </message>
    <message>
      <source>Write CSV</source>
      <translation>CSVを書き出す</translation>
    </message>
    <message>
      <source>The recorder does not answer.</source>
      <translation>記録プロセスが応答しません。</translation>
    </message>
    <message>
      <source>%1 over-detections cleared</source>
      <translation>過検出解除 %1 件</translation>
    </message>
  </context>
</TS>
