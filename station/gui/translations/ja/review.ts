<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Rail</name>
    <message>
      <source>Review</source>
      <translation>見直し</translation>
    </message>
  </context>
  <context>
    <name>Label</name>
    <message>
      <source>False reject</source>
      <translation>過検出</translation>
    </message>
    <message>
      <source>True reject</source>
      <translation>不良</translation>
    </message>
    <message>
      <source>Missed</source>
      <translation>見逃し</translation>
    </message>
    <message>
      <source>Unsure</source>
      <translation>判断できない</translation>
    </message>
  </context>
  <context>
    <name>Review</name>
    <message>
      <source>Score</source>
      <translation>スコア</translation>
    </message>
    <message>
      <source>Labelled: %1</source>
      <translation>判定済み：%1</translation>
    </message>
    <message>
      <source>Name it …</source>
      <translation>その他…</translation>
    </message>
    <message>
      <source>No part</source>
      <translation>部品なし</translation>
    </message>
    <message>
      <source>Undo  U</source>
      <translation>元に戻す  U</translation>
    </message>
    <message>
      <source>Part no. …</source>
      <translation>部品番号…</translation>
    </message>
    <message>
      <source>The recorder does not answer.</source>
      <translation>記録プロセスが応答しません。</translation>
    </message>
    <message>
      <source>No part here waits for a label.</source>
      <translation>判定待ちの部品はありません。</translation>
    </message>
    <message>
      <source>Fetching the picture …</source>
      <translation>画像を取得中…</translation>
    </message>
    <message>
      <source>No picture of this part is kept.</source>
      <translation>この部品の画像は保存されていません。</translation>
    </message>
    <message>
      <source>Which parts?</source>
      <translation>どの部品を見ますか</translation>
    </message>
    <message>
      <source>Part number</source>
      <translation>部品番号</translation>
    </message>
    <message>
      <source>Name of the defect</source>
      <translation>不良の名前</translation>
    </message>
    <message>
      <source>Part %1</source>
      <translation>部品 %1</translation>
    </message>
    <message>
      <source>This lot: NG and border</source>
      <translation>このロットのNGと境界</translation>
    </message>
    <message>
      <source>All parts of 24 h</source>
      <translation>24時間の全部品</translation>
    </message>
    <message>
      <source>NG, to label</source>
      <translation>NG（判定待ち）</translation>
    </message>
    <message>
      <source>NG of 24 h</source>
      <translation>24時間のNG</translation>
    </message>
    <message>
      <source>Border, to label</source>
      <translation>境界（判定待ち）</translation>
    </message>
    <message>
      <source>NG and border, to label</source>
      <translation>NGと境界（判定待ち）</translation>
    </message>
  </context>
</TS>
