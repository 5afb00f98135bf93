<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Action</name>
    <message>
      <source>Start</source>
      <translation>開始</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>Halt</source>
      <translation>中断</translation>
    </message>
    <message>
      <source>Confirm</source>
      <translation>確認</translation>
    </message>
    <message>
      <source>%1: sent</source>
      <translation>%1：送信済み</translation>
    </message>
    <message>
      <source>%1: done</source>
      <translation>%1：完了</translation>
    </message>
    <message>
      <source>%1: refused</source>
      <translation>%1：拒否されました</translation>
    </message>
    <message>
      <source>%1: no answer</source>
      <translation>%1：応答がありません</translation>
    </message>
    <message>
      <source>Hold to halt</source>
      <translation>長押しで中断</translation>
    </message>
    <message>
      <source>Lot</source>
      <translation>ロット</translation>
    </message>
  </context>
  <context>
    <name>Advice</name>
    <message>
      <source>Call the integrator.</source>
      <translation>設備担当者に連絡してください。</translation>
    </message>
    <message>
      <source>Correct the named key in the file and start again.</source>
      <translation>ファイルの該当項目を直して、再起動してください。</translation>
    </message>
    <message>
      <source>Install a bundle that was exported and signed by a key this station trusts.</source>
      <translation>この装置が信頼する鍵で署名されたバンドルを入れてください。</translation>
    </message>
    <message>
      <source>Check the camera's cable and power.</source>
      <translation>カメラのケーブルと電源を確認してください。</translation>
    </message>
    <message>
      <source>The part is rejected; inspect it by hand.</source>
      <translation>この部品は排出されます。目視で検査してください。</translation>
    </message>
    <message>
      <source>The engine restarts by itself; if this comes back, call the integrator.</source>
      <translation>エンジンは自動で再起動します。繰り返す場合は設備担当者に連絡してください。</translation>
    </message>
    <message>
      <source>Check the serial cable and the PLC; all parts are rejected meanwhile.</source>
      <translation>シリアルケーブルとPLCを確認してください。その間、全数が排出されます。</translation>
    </message>
    <message>
      <source>Check that the adapter is plugged in and that no other station uses this port.</source>
      <translation>アダプターの接続と、他の装置がこのポートを使っていないことを確認してください。</translation>
    </message>
    <message>
      <source>The process is started again by itself; wait some seconds.</source>
      <translation>プロセスは自動で再起動します。数秒お待ちください。</translation>
    </message>
    <message>
      <source>Free disk space or mount the disk writable.</source>
      <translation>ディスクの空きを作るか、書き込み可能にしてください。</translation>
    </message>
    <message>
      <source>Remove the cause; then a supervisor confirms the error.</source>
      <translation>原因を取り除いた後、監督者がエラーを確認してください。</translation>
    </message>
    <message>
      <source>Load the recipe that the PLC asks for, or correct the recipe number in the PLC.</source>
      <translation>PLCが要求するレシピを読み込むか、PLCのレシピ番号を直してください。</translation>
    </message>
    <message>
      <source>Look at the parts, the light and the lens; then a supervisor goes on.</source>
      <translation>部品、照明、レンズを確認した後、監督者が再開してください。</translation>
    </message>
    <message>
      <source>Compare the product with the recipe; then a supervisor goes on.</source>
      <translation>品種とレシピが合っているか確認した後、監督者が再開してください。</translation>
    </message>
    <message>
      <source>Check the camera's trigger, cable and network; then a supervisor goes on.</source>
      <translation>カメラのトリガ、ケーブル、ネットワークを確認した後、監督者が再開してください。</translation>
    </message>
    <message>
      <source>Check the computer's load and the belt's speed; a supervisor goes on.</source>
      <translation>計算機の負荷とベルト速度を確認した後、監督者が再開してください。</translation>
    </message>
    <message>
      <source>Check the photo-eye and the trigger's wiring; then a supervisor goes on.</source>
      <translation>光電センサとトリガ配線を確認した後、監督者が再開してください。</translation>
    </message>
    <message>
      <source>Search the good parts for rejected ones; check gate and sensor; then a supervisor goes on.</source>
      <translation>良品に排出品が混ざっていないか調べ、ゲートとセンサを確認した後、監督者が再開してください。</translation>
    </message>
    <message>
      <source>Empty the reject bin, then go on.</source>
      <translation>排出箱を空にしてから、再開してください。</translation>
    </message>
    <message>
      <source>Check the compressed air, then go on.</source>
      <translation>圧縮空気を確認してから、再開してください。</translation>
    </message>
    <message>
      <source>Look into the journal for the cause; then a supervisor goes on.</source>
      <translation>記録で原因を調べた後、監督者が再開してください。</translation>
    </message>
  </context>
  <context>
    <name>Header</name>
    <message>
      <source>Recipe: %1</source>
      <translation>レシピ：%1</translation>
    </message>
    <message>
      <source>Recipe: %1 – promise void</source>
      <translation>レシピ：%1 – 保証は無効</translation>
    </message>
    <message>
      <source>Log in
F8</source>
      <translation>ログイン
F8</translation>
    </message>
  </context>
  <context>
    <name>Health</name>
    <message>
      <source>Good</source>
      <translation>正常</translation>
    </message>
    <message>
      <source>Maintenance</source>
      <translation>要保全</translation>
    </message>
    <message>
      <source>Out of spec</source>
      <translation>仕様外</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>要確認</translation>
    </message>
    <message>
      <source>Failure</source>
      <translation>故障</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>カメラ</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>エンジン</translation>
    </message>
    <message>
      <source>Line</source>
      <translation>ライン</translation>
    </message>
    <message>
      <source>PLC</source>
      <translation>PLC</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>照明</translation>
    </message>
    <message>
      <source>Journal</source>
      <translation>記録</translation>
    </message>
    <message>
      <source>Clock</source>
      <translation>時計</translation>
    </message>
  </context>
  <context>
    <name>Reason</name>
    <message>
      <source>Nothing above the limit</source>
      <translation>限度を超える所見なし</translation>
    </message>
    <message>
      <source>Close to the limit: look at it</source>
      <translation>限度に近い：目視確認</translation>
    </message>
    <message>
      <source>Wrong, turned or incomplete part</source>
      <translation>部品違い・向き違い・欠品</translation>
    </message>
    <message>
      <source>Finding confirmed</source>
      <translation>異常を確定</translation>
    </message>
    <message>
      <source>Too much flagged to verify</source>
      <translation>異常候補が多すぎて検証不能</translation>
    </message>
    <message>
      <source>Verdict was too late</source>
      <translation>判定が間に合わず</translation>
    </message>
    <message>
      <source>Frame lost by the camera</source>
      <translation>カメラの画像が欠落</translation>
    </message>
    <message>
      <source>Counted, but no picture came</source>
      <translation>計数したが画像なし</translation>
    </message>
    <message>
      <source>Picture without a photo-eye count</source>
      <translation>光電センサーの計数なし</translation>
    </message>
    <message>
      <source>Counters disagree</source>
      <translation>計数が不一致</translation>
    </message>
    <message>
      <source>Picture does not fit the recipe</source>
      <translation>画像がレシピと不一致</translation>
    </message>
    <message>
      <source>Part not found in the picture</source>
      <translation>画像に部品が見つからない</translation>
    </message>
    <message>
      <source>Network gave no valid number</source>
      <translation>ネットワークの出力が無効</translation>
    </message>
    <message>
      <source>Engine failed on this part</source>
      <translation>この部品でエンジンが失敗</translation>
    </message>
    <message>
      <source>Engine was not there</source>
      <translation>エンジンが不在</translation>
    </message>
    <message>
      <source>PLC link was down</source>
      <translation>PLC通信が切断中</translation>
    </message>
    <message>
      <source>Station was not producing</source>
      <translation>装置は生産中でない</translation>
    </message>
    <message>
      <source>PLC asked for another recipe</source>
      <translation>PLCが別のレシピを要求</translation>
    </message>
    <message>
      <source>Line process was restarting</source>
      <translation>ライン制御が再起動中</translation>
    </message>
    <message>
      <source>PLC did not confirm in time</source>
      <translation>PLCの受領確認が間に合わず</translation>
    </message>
    <message>
      <source>Place on the belt not certain</source>
      <translation>ベルト上の位置が不確か</translation>
    </message>
  </context>
  <context>
    <name>Situation</name>
    <message>
      <source>Line process gone – all parts rejected</source>
      <translation>ライン制御が停止 – 全数排出</translation>
    </message>
    <message>
      <source>Error – all parts rejected</source>
      <translation>エラー – 全数排出</translation>
    </message>
    <message>
      <source>Halted – all parts rejected</source>
      <translation>中断中 – 全数排出</translation>
    </message>
    <message>
      <source>PLC link lost – all parts rejected</source>
      <translation>PLC通信断 – 全数排出</translation>
    </message>
    <message>
      <source>Engine gone – all parts rejected</source>
      <translation>エンジンが停止 – 全数排出</translation>
    </message>
    <message>
      <source>Camera lost – all parts rejected</source>
      <translation>カメラ断 – 全数排出</translation>
    </message>
    <message>
      <source>Engine not ready – all parts rejected</source>
      <translation>エンジン準備中 – 全数排出</translation>
    </message>
    <message>
      <source>Ready, not producing</source>
      <translation>準備完了(生産停止中)</translation>
    </message>
    <message>
      <source>Stopped – all parts rejected</source>
      <translation>停止中 – 全数排出</translation>
    </message>
    <message>
      <source>In production – reject gate fault</source>
      <translation>生産中 – 排出ゲート異常</translation>
    </message>
    <message>
      <source>In production – reject bin full</source>
      <translation>生産中 – 排出箱が満杯</translation>
    </message>
    <message>
      <source>In production – air pressure low</source>
      <translation>生産中 – 空気圧低下</translation>
    </message>
    <message>
      <source>In production – no pictures here</source>
      <translation>生産中 – 画像を受信できません</translation>
    </message>
    <message>
      <source>In production – promise void</source>
      <translation>生産中 – 保証は無効</translation>
    </message>
    <message>
      <source>In production</source>
      <translation>生産中</translation>
    </message>
    <message>
      <source>It is started again by itself; wait some seconds.</source>
      <translation>自動で再起動します。数秒お待ちください。</translation>
    </message>
    <message>
      <source>Remove the cause, then press Confirm.</source>
      <translation>原因を取り除き、「確認」を押してください。</translation>
    </message>
    <message>
      <source>Press Confirm to leave the halt, then Start.</source>
      <translation>「確認」で中断を解除し、「開始」を押してください。</translation>
    </message>
    <message>
      <source>Check the serial cable and the PLC; it reconnects by itself.</source>
      <translation>シリアルケーブルとPLCを確認してください。自動で再接続します。</translation>
    </message>
    <message>
      <source>Check the camera's cable and power; it reconnects by itself.</source>
      <translation>カメラのケーブルと電源を確認してください。自動で再接続します。</translation>
    </message>
    <message>
      <source>The self-test is running; wait some seconds.</source>
      <translation>自己診断中です。数秒お待ちください。</translation>
    </message>
    <message>
      <source>Remove the cause, then press Start.</source>
      <translation>原因を取り除いてから、「開始」を押してください。</translation>
    </message>
    <message>
      <source>Press Start. Until then all parts are rejected.</source>
      <translation>「開始」を押してください。それまで全数が排出されます。</translation>
    </message>
    <message>
      <source>Check the reject gate.</source>
      <translation>排出ゲートを確認してください。</translation>
    </message>
    <message>
      <source>Empty the reject bin.</source>
      <translation>排出箱を空にしてください。</translation>
    </message>
    <message>
      <source>Check the compressed air.</source>
      <translation>圧縮空気を確認してください。</translation>
    </message>
    <message>
      <source>The window reconnects to the engine by itself.</source>
      <translation>エンジンに自動で再接続します。</translation>
    </message>
    <message>
      <source>Clean optics, check light; then recalibrate.</source>
      <translation>光学系を清掃し、照明を確認してから、再校正してください。</translation>
    </message>
    <message>
      <source>Every part is inspected.</source>
      <translation>全数を検査しています。</translation>
    </message>
  </context>
  <context>
    <name>Verdict</name>
    <message>
      <source>No verdict</source>
      <translation>判定なし</translation>
    </message>
    <message>
      <source>Part %1</source>
      <translation>部品 %1</translation>
    </message>
    <message>
      <source>Uncounted part</source>
      <translation>計数なしの部品</translation>
    </message>
    <message>
      <source>OK</source>
      <translation>OK</translation>
    </message>
    <message>
      <source>NG</source>
      <translation>NG</translation>
    </message>
    <message>
      <source>NOT INSPECTED</source>
      <translation>未検査</translation>
    </message>
    <message>
      <source>LOOK</source>
      <translation>要目視</translation>
    </message>
  </context>
  <context>
    <name>Rail</name>
    <message>
      <source>Run</source>
      <translation>運転</translation>
    </message>
  </context>
  <context>
    <name>Role</name>
    <message>
      <source>Operator</source>
      <translation>作業者</translation>
    </message>
    <message>
      <source>Supervisor</source>
      <translation>監督者</translation>
    </message>
    <message>
      <source>Integrator</source>
      <translation>設備担当</translation>
    </message>
    <message>
      <source>Engineer</source>
      <translation>技術者</translation>
    </message>
  </context>
  <context>
    <name>LogIn</name>
    <message>
      <source>Who are you?</source>
      <translation>どなたですか</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>やめる</translation>
    </message>
    <message>
      <source>Asking the recorder …</source>
      <translation>記録プロセスに問い合わせ中…</translation>
    </message>
    <message>
      <source>There are no people yet. On this machine, run: %1</source>
      <translation>まだ誰も登録されていません。この装置で次を実行してください：%1</translation>
    </message>
    <message>
      <source>PIN of %1</source>
      <translation>%1 の暗証番号</translation>
    </message>
    <message>
      <source>Password of %1</source>
      <translation>%1 のパスワード</translation>
    </message>
    <message>
      <source>The recorder does not answer.</source>
      <translation>記録プロセスが応答しません。</translation>
    </message>
  </context>
  <context>
    <name>Keypad</name>
    <message>
      <source>Cancel</source>
      <translation>やめる</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>消去</translation>
    </message>
    <message>
      <source>OK</source>
      <translation>決定</translation>
    </message>
    <message>
      <source>Space</source>
      <translation>空白</translation>
    </message>
  </context>
</TS>
