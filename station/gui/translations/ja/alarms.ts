<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Rail</name>
    <message>
      <source>Alarms</source>
      <translation>アラーム</translation>
    </message>
  </context>
  <context>
    <name>Alarms</name>
    <message>
      <source>Cause</source>
      <translation>原因</translation>
    </message>
    <message>
      <source>Consequence</source>
      <translation>影響</translation>
    </message>
    <message>
      <source>What to do</source>
      <translation>処置</translation>
    </message>
    <message>
      <source>No alarm is chosen</source>
      <translation>アラームが選択されていません</translation>
    </message>
    <message>
      <source>Acknowledge  A</source>
      <translation>確認する  A</translation>
    </message>
    <message>
      <source>Watch again</source>
      <translation>監視を再開</translation>
    </message>
    <message>
      <source>Hold: out of service</source>
      <translation>長押しで監視対象外</translation>
    </message>
    <message>
      <source>Shelve
10 min</source>
      <translation>保留
10分</translation>
    </message>
    <message>
      <source>Shelve
30 min</source>
      <translation>保留
30分</translation>
    </message>
    <message>
      <source>Shelve
8 h</source>
      <translation>保留
8時間</translation>
    </message>
    <message>
      <source>Active</source>
      <translation>発生中</translation>
    </message>
    <message>
      <source>Shelved</source>
      <translation>保留中</translation>
    </message>
    <message>
      <source>Out of service</source>
      <translation>監視対象外</translation>
    </message>
    <message>
      <source>History</source>
      <translation>履歴</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状態</translation>
    </message>
    <message>
      <source>Alarm</source>
      <translation>アラーム</translation>
    </message>
    <message>
      <source>Priority</source>
      <translation>優先度</translation>
    </message>
    <message>
      <source>Since</source>
      <translation>時刻</translation>
    </message>
    <message>
      <source>%1 alarms in the last 10 minutes; more than %2 on average are too many.</source>
      <translation>直近10分間に%1件（平均%2件を超えると多すぎます）。</translation>
    </message>
    <message>
      <source>The line process is gone.</source>
      <translation>ラインプロセスがありません。</translation>
    </message>
    <message>
      <source>The line does not answer.</source>
      <translation>ラインプロセスが応答しません。</translation>
    </message>
    <message>
      <source>until %1</source>
      <translation>%1 まで</translation>
    </message>
    <message>
      <source>normal</source>
      <translation>正常</translation>
    </message>
  </context>
  <context>
    <name>Alarm</name>
    <message>
      <source>All parts are rejected until it is over.</source>
      <translation>解消するまで全数を排出します。</translation>
    </message>
    <message>
      <source>Production has stopped; all parts are rejected.</source>
      <translation>生産は停止し、全数を排出します。</translation>
    </message>
    <message>
      <source>Then a supervisor presses Start.</source>
      <translation>その後、監督者が「開始」を押します。</translation>
    </message>
    <message>
      <source>Station in error</source>
      <translation>装置エラー</translation>
    </message>
    <message>
      <source>Something happened that a person must see; the first reason is shown.</source>
      <translation>人の確認が必要な事象が起きました。最初の理由を表示しています。</translation>
    </message>
    <message>
      <source>Remove the cause; then a supervisor presses Confirm.</source>
      <translation>原因を取り除き、監督者が「確認」を押します。</translation>
    </message>
    <message>
      <source>PLC link lost</source>
      <translation>PLC通信断</translation>
    </message>
    <message>
      <source>Serial cable, adapter or PLC does not answer.</source>
      <translation>シリアルケーブル、変換器またはPLCが応答しません。</translation>
    </message>
    <message>
      <source>Check cable, adapter and PLC. The link comes back by itself.</source>
      <translation>ケーブル、変換器、PLCを点検してください。自動で復帰します。</translation>
    </message>
    <message>
      <source>Engine not working</source>
      <translation>検査エンジン停止</translation>
    </message>
    <message>
      <source>The inspection process is gone, frozen or in its self-test.</source>
      <translation>検査プロセスが停止・固着しているか、自己診断中です。</translation>
    </message>
    <message>
      <source>It starts again by itself. If this comes back, call the integrator.</source>
      <translation>自動で再起動します。繰り返す場合は設備担当に連絡してください。</translation>
    </message>
    <message>
      <source>Camera lost</source>
      <translation>カメラ断</translation>
    </message>
    <message>
      <source>The camera gives no sign of life, or refuses the recipe's settings.</source>
      <translation>カメラが応答しないか、レシピの設定を受け付けません。</translation>
    </message>
    <message>
      <source>Check the camera's cable and power. It comes back by itself.</source>
      <translation>カメラのケーブルと電源を点検してください。自動で復帰します。</translation>
    </message>
    <message>
      <source>PLC asks for another recipe</source>
      <translation>PLCが別のレシピを要求</translation>
    </message>
    <message>
      <source>Product on the line and recipe in the station differ.</source>
      <translation>ラインの製品と装置のレシピが異なります。</translation>
    </message>
    <message>
      <source>Load the recipe that the PLC asks for, or correct its number there.</source>
      <translation>PLCが要求するレシピを読み込むか、PLC側の番号を直してください。</translation>
    </message>
    <message>
      <source>Too many rejects in a row</source>
      <translation>不良の連続</translation>
    </message>
    <message>
      <source>The process makes bad parts, or light, lens or position have changed.</source>
      <translation>工程で不良が出ているか、照明・レンズ・位置が変わりました。</translation>
    </message>
    <message>
      <source>Look at the parts, the light and the lens.</source>
      <translation>部品、照明、レンズを確認してください。</translation>
    </message>
    <message>
      <source>Parts do not match the recipe</source>
      <translation>部品がレシピと不一致</translation>
    </message>
    <message>
      <source>Another product, turned parts, or parts out of the picture.</source>
      <translation>別の製品、向き違い、または画面外の部品です。</translation>
    </message>
    <message>
      <source>Compare the product with the recipe.</source>
      <translation>製品とレシピを照合してください。</translation>
    </message>
    <message>
      <source>No pictures</source>
      <translation>画像なし</translation>
    </message>
    <message>
      <source>Frames are lost, or the camera is not triggered.</source>
      <translation>画像が欠落しているか、トリガーが入っていません。</translation>
    </message>
    <message>
      <source>Check the camera's trigger, cable and network.</source>
      <translation>カメラのトリガー、ケーブル、ネットワークを点検してください。</translation>
    </message>
    <message>
      <source>Verdicts too late</source>
      <translation>判定遅れ</translation>
    </message>
    <message>
      <source>The computer is overloaded, or the belt is too fast.</source>
      <translation>コンピューターの負荷が高いか、コンベアが速すぎます。</translation>
    </message>
    <message>
      <source>Check the computer's load and the belt's speed.</source>
      <translation>コンピューターの負荷とコンベア速度を点検してください。</translation>
    </message>
    <message>
      <source>PLC and camera count differently</source>
      <translation>PLCとカメラの計数不一致</translation>
    </message>
    <message>
      <source>Photo-eye or trigger give false or missing signals.</source>
      <translation>光電センサーまたはトリガーに誤信号や欠落があります。</translation>
    </message>
    <message>
      <source>Check the photo-eye and the trigger's wiring.</source>
      <translation>光電センサーとトリガーの配線を点検してください。</translation>
    </message>
    <message>
      <source>Rejects not seen behind the gate</source>
      <translation>排出の確認なし</translation>
    </message>
    <message>
      <source>The gate does not work, or its sensor does not see the parts.</source>
      <translation>排出機構が動かないか、確認センサーが部品を検知していません。</translation>
    </message>
    <message>
      <source>Rejected parts may lie among the good ones. Production has stopped.</source>
      <translation>不良品が良品に混入しているおそれがあります。生産は停止しました。</translation>
    </message>
    <message>
      <source>Search the good parts for rejected ones; check gate and sensor.</source>
      <translation>良品の中の不良品を探し、排出機構とセンサーを点検してください。</translation>
    </message>
    <message>
      <source>Reject bin full: stopped</source>
      <translation>不良箱満杯で停止</translation>
    </message>
    <message>
      <source>The PLC reports that the reject bin is full.</source>
      <translation>PLCが不良箱の満杯を知らせています。</translation>
    </message>
    <message>
      <source>Empty the reject bin, then press Start.</source>
      <translation>不良箱を空にして「開始」を押してください。</translation>
    </message>
    <message>
      <source>Air pressure low: stopped</source>
      <translation>エア圧低下で停止</translation>
    </message>
    <message>
      <source>The reject gate has too little compressed air.</source>
      <translation>排出機構のエア圧が不足しています。</translation>
    </message>
    <message>
      <source>Check the compressed air, then press Start.</source>
      <translation>エアを点検して「開始」を押してください。</translation>
    </message>
    <message>
      <source>Production stopped</source>
      <translation>生産停止</translation>
    </message>
    <message>
      <source>It was stopped for the reason that is shown.</source>
      <translation>表示の理由で停止しました。</translation>
    </message>
    <message>
      <source>Look into the journal for the cause.</source>
      <translation>記録で原因を調べてください。</translation>
    </message>
    <message>
      <source>Journal cannot be written</source>
      <translation>記録を書けません</translation>
    </message>
    <message>
      <source>The recorder is gone, or the disk is full or refuses.</source>
      <translation>記録プロセスが停止しているか、ディスクが満杯または書込不可です。</translation>
    </message>
    <message>
      <source>Inspection goes on; results wait in memory and in spill files.</source>
      <translation>検査は続きます。結果はメモリーと退避ファイルで待機します。</translation>
    </message>
    <message>
      <source>Free disk space or call the integrator.</source>
      <translation>ディスクを空けるか、設備担当に連絡してください。</translation>
    </message>
    <message>
      <source>Reject bin full</source>
      <translation>不良箱満杯</translation>
    </message>
    <message>
      <source>Rejected parts may fall back onto the line.</source>
      <translation>不良品がラインに戻るおそれがあります。</translation>
    </message>
    <message>
      <source>Empty the reject bin.</source>
      <translation>不良箱を空にしてください。</translation>
    </message>
    <message>
      <source>Air pressure low</source>
      <translation>エア圧低下</translation>
    </message>
    <message>
      <source>The gate may be too slow to reject.</source>
      <translation>排出が間に合わないおそれがあります。</translation>
    </message>
    <message>
      <source>Check the compressed air.</source>
      <translation>エアを点検してください。</translation>
    </message>
    <message>
      <source>Light or focus has changed</source>
      <translation>照明またはピントの変化</translation>
    </message>
    <message>
      <source>Light dim, lens dirty or out of focus.</source>
      <translation>照明が暗い、レンズが汚れている、またはピントがずれています。</translation>
    </message>
    <message>
      <source>More good parts are rejected; the promise may not hold.</source>
      <translation>良品の排出が増え、保証が成り立たないおそれがあります。</translation>
    </message>
    <message>
      <source>Clean lens and light; check the focus.</source>
      <translation>レンズと照明を清掃し、ピントを点検してください。</translation>
    </message>
    <message>
      <source>Parts have drifted: promise void</source>
      <translation>部品の傾向変化：保証は無効</translation>
    </message>
    <message>
      <source>Good parts no longer look like those of the calibration.</source>
      <translation>良品が校正時と異なる見え方になっています。</translation>
    </message>
    <message>
      <source>The promised rate of false rejects does not hold any more.</source>
      <translation>保証した過検出率は成り立ちません。</translation>
    </message>
    <message>
      <source>Clean optics; if it stays, have an engineer calibrate anew.</source>
      <translation>光学系を清掃し、続く場合は技術者が再校正してください。</translation>
    </message>
    <message>
      <source>Disk nearly full</source>
      <translation>ディスク残量わずか</translation>
    </message>
    <message>
      <source>Little space is left for pictures.</source>
      <translation>画像の保存領域が残りわずかです。</translation>
    </message>
    <message>
      <source>Pictures of good parts are given up first; results are kept.</source>
      <translation>良品の画像から順に保存をやめます。結果は残します。</translation>
    </message>
    <message>
      <source>Free disk space this shift.</source>
      <translation>この勤務中にディスクを空けてください。</translation>
    </message>
    <message>
      <source>Clock was set</source>
      <translation>時計の変更</translation>
    </message>
    <message>
      <source>The computer's wall clock has jumped.</source>
      <translation>コンピューターの時刻が飛びました。</translation>
    </message>
    <message>
      <source>Records carry wrong times; inspection is not touched.</source>
      <translation>記録の時刻が不正確です。検査に影響はありません。</translation>
    </message>
    <message>
      <source>Check date, time and the time server.</source>
      <translation>日付、時刻、時刻サーバーを点検してください。</translation>
    </message>
    <message>
      <source>new</source>
      <translation>新規</translation>
    </message>
    <message>
      <source>seen</source>
      <translation>確認済み</translation>
    </message>
    <message>
      <source>gone, not seen</source>
      <translation>復帰・未確認</translation>
    </message>
    <message>
      <source>shelved</source>
      <translation>保留</translation>
    </message>
    <message>
      <source>out of service</source>
      <translation>監視対象外</translation>
    </message>
  </context>
</TS>
