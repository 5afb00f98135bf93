<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Stage</name>
    <message>
      <source>Transfer</source>
      <translation>転送</translation>
    </message>
    <message>
      <source>Screening</source>
      <translation>一次検査</translation>
    </message>
    <message>
      <source>Verification</source>
      <translation>再検査</translation>
    </message>
    <message>
      <source>Decision</source>
      <translation>判定</translation>
    </message>
    <message>
      <source>Hand-over</source>
      <translation>受け渡し</translation>
    </message>
    <message>
      <source>Serial write</source>
      <translation>シリアル送信</translation>
    </message>
    <message>
      <source>PLC confirms</source>
      <translation>PLC受領確認</translation>
    </message>
  </context>
  <context>
    <name>Why</name>
    <message>
      <source>limit %1</source>
      <translation>限度 %1</translation>
    </message>
    <message>
      <source>Back</source>
      <translation>戻る</translation>
    </message>
    <message>
      <source>Score</source>
      <translation>スコア</translation>
    </message>
    <message>
      <source>Distance</source>
      <translation>距離</translation>
    </message>
    <message>
      <source>confirmed</source>
      <translation>確定</translation>
    </message>
    <message>
      <source>cleared</source>
      <translation>解除</translation>
    </message>
    <message>
      <source>Flagged</source>
      <translation>異常候補</translation>
    </message>
    <message>
      <source>Reconstruction</source>
      <translation>再構成</translation>
    </message>
    <message>
      <source>1st look: VAE</source>
      <translation>一次：VAE</translation>
    </message>
    <message>
      <source>Difference</source>
      <translation>差</translation>
    </message>
    <message>
      <source>Golden patch</source>
      <translation>良品パッチ</translation>
    </message>
    <message>
      <source>2nd look: Siamese</source>
      <translation>再検：Siamese</translation>
    </message>
    <message>
      <source>The engine showed nothing of this part.</source>
      <translation>この部品についてエンジンの表示はありません。</translation>
    </message>
    <message>
      <source>Nothing was flagged on this part.</source>
      <translation>この部品に異常候補はありません。</translation>
    </message>
    <message>
      <source>This part could not be inspected, so it is rejected.</source>
      <translation>この部品は検査できなかったため、排出されます。</translation>
    </message>
    <message numerus="yes">
      <source>%n candidate(s) cleared</source>
      <translation>
        <numerusform>候補%n件を解除</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n finding(s) confirmed</source>
      <translation>
        <numerusform>異常%n件を確定</numerusform>
      </translation>
    </message>
    <message>
      <source>%1, %2.</source>
      <translation>%1、%2。</translation>
    </message>
    <message>
      <source>Place x %1, y %2 px. Nearest golden part: %3.</source>
      <translation>位置 x %1, y %2 px。最も近い良品：%3番。</translation>
    </message>
    <message>
      <source>No times known</source>
      <translation>時間の記録なし</translation>
    </message>
    <message>
      <source>Time: %1 ms</source>
      <translation>時間：%1 ms</translation>
    </message>
    <message>
      <source>Time: %1 ms of %2 ms</source>
      <translation>時間：%1 ms(期限 %2 ms)</translation>
    </message>
  </context>
</TS>
