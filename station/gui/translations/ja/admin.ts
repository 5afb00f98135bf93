<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
  <context>
    <name>Rail</name>
    <message>
      <source>Admin</source>
      <translation>管理</translation>
    </message>
  </context>
  <context>
    <name>LogIn</name>
    <message>
      <source>Others</source>
      <translation>ほかの人</translation>
    </message>
    <message>
      <source>Log in: F8</source>
      <translation>ログイン：F8</translation>
    </message>
  </context>
  <context>
    <name>Header</name>
    <message numerus="yes">
      <source>out in %n s</source>
      <translation>
        <numerusform>あと%n秒で終了</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Admin</name>
    <message>
      <source>People</source>
      <translation>利用者</translation>
    </message>
    <message>
      <source>Audit trail</source>
      <translation>監査記録</translation>
    </message>
    <message>
      <source>Diagnosis</source>
      <translation>診断</translation>
    </message>
    <message>
      <source>About</source>
      <translation>この装置について</translation>
    </message>
  </context>
  <context>
    <name>People</name>
    <message>
      <source>Name</source>
      <translation>名前</translation>
    </message>
    <message>
      <source>Role</source>
      <translation>役割</translation>
    </message>
    <message>
      <source>Log-in</source>
      <translation>ログイン</translation>
    </message>
    <message>
      <source>Add</source>
      <translation>追加</translation>
    </message>
    <message>
      <source>Change role</source>
      <translation>役割を変更</translation>
    </message>
    <message>
      <source>To change people, log in: F8.</source>
      <translation>利用者を変更するにはログインしてください（F8）。</translation>
    </message>
    <message>
      <source>The two were not the same; nothing was changed.</source>
      <translation>2回の入力が一致しません。変更していません。</translation>
    </message>
    <message>
      <source>New PIN of %1: at least 4 digits</source>
      <translation>%1さんの新しい暗証番号（4桁以上）</translation>
    </message>
    <message>
      <source>New password of %1: at least 8 characters</source>
      <translation>%1さんの新しいパスワード（8文字以上）</translation>
    </message>
    <message>
      <source>The PIN of %1 again</source>
      <translation>%1さんの暗証番号をもう一度</translation>
    </message>
    <message>
      <source>The password of %1 again</source>
      <translation>%1さんのパスワードをもう一度</translation>
    </message>
    <message>
      <source>New secret</source>
      <translation>暗証を変更</translation>
    </message>
    <message>
      <source>Allow log-in</source>
      <translation>許可する</translation>
    </message>
    <message>
      <source>Hold to forbid</source>
      <translation>長押しで禁止</translation>
    </message>
    <message>
      <source>The recorder does not answer.</source>
      <translation>記録プロセスが応答しません。</translation>
    </message>
    <message>
      <source>Which role?</source>
      <translation>役割を選んでください</translation>
    </message>
    <message>
      <source>Name of the new person</source>
      <translation>新しい利用者の名前</translation>
    </message>
    <message>
      <source>× forbidden</source>
      <translation>× 禁止</translation>
    </message>
    <message numerus="yes">
      <source>△ locked for %n min</source>
      <translation>
        <numerusform>△ あと%n分ロック</numerusform>
      </translation>
    </message>
    <message>
      <source>○ allowed</source>
      <translation>○ 許可</translation>
    </message>
  </context>
  <context>
    <name>Audit</name>
    <message>
      <source>Time</source>
      <translation>時刻</translation>
    </message>
    <message>
      <source>Who</source>
      <translation>操作者</translation>
    </message>
    <message>
      <source>Process</source>
      <translation>プロセス</translation>
    </message>
    <message>
      <source>What</source>
      <translation>内容</translation>
    </message>
    <message>
      <source>Asking the recorder …</source>
      <translation>記録プロセスに問い合わせ中…</translation>
    </message>
    <message>
      <source>Everybody</source>
      <translation>全員</translation>
    </message>
    <message>
      <source>Whose entries?</source>
      <translation>どなたの記録ですか</translation>
    </message>
    <message>
      <source>Write CSV</source>
      <translation>CSVに書き出す</translation>
    </message>
    <message>
      <source>The recorder does not answer.</source>
      <translation>記録プロセスが応答しません。</translation>
    </message>
    <message>
      <source>× Altered: %1</source>
      <translation>× 改ざんあり：%1</translation>
    </message>
    <message>
      <source>○ Complete and unaltered: each entry holds the hash of the one before.</source>
      <translation>○ 欠落・改ざんなし：各記録が直前の記録のハッシュを持っています。</translation>
    </message>
  </context>
  <context>
    <name>Diagnosis</name>
    <message>
      <source>Piece</source>
      <translation>部分</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状態</translation>
    </message>
    <message>
      <source>Details</source>
      <translation>詳細</translation>
    </message>
    <message>
      <source>Write support bundle</source>
      <translation>サポート用ファイルを作成</translation>
    </message>
    <message>
      <source>One small file for the integrator: no pictures, no secrets.</source>
      <translation>設備担当に渡す小さなファイルです。画像や暗証は含みません。</translation>
    </message>
    <message>
      <source>Line</source>
      <translation>ライン</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>エンジン</translation>
    </message>
    <message>
      <source>Recorder, disk</source>
      <translation>記録・ディスク</translation>
    </message>
    <message>
      <source>PLC</source>
      <translation>PLC</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>カメラ</translation>
    </message>
    <message>
      <source>Light, lens</source>
      <translation>照明・レンズ</translation>
    </message>
    <message>
      <source>Clock</source>
      <translation>時計</translation>
    </message>
    <message>
      <source>not there</source>
      <translation>応答なし</translation>
    </message>
    <message>
      <source>The recorder does not answer.</source>
      <translation>記録プロセスが応答しません。</translation>
    </message>
    <message>
      <source>Counters</source>
      <translation>カウンター</translation>
    </message>
    <message>
      <source>parts %1, not counted alike %2; exchanges with the PLC %3, failed %4</source>
      <translation>部品%1個、計数の不一致%2回、PLCとの通信%3回、失敗%4回</translation>
    </message>
  </context>
  <context>
    <name>About</name>
    <message>
      <source>Version</source>
      <translation>バージョン</translation>
    </message>
    <message>
      <source>Recipe</source>
      <translation>レシピ</translation>
    </message>
    <message>
      <source>Runs on</source>
      <translation>実行環境</translation>
    </message>
    <message>
      <source>Real time</source>
      <translation>リアルタイム</translation>
    </message>
    <message>
      <source>Computer</source>
      <translation>コンピューター</translation>
    </message>
    <message>
      <source>Python, Qt</source>
      <translation>Python・Qt</translation>
    </message>
    <message>
      <source>Libraries</source>
      <translation>ライブラリー</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>ライセンス</translation>
    </message>
    <message>
      <source>This window: GPL-3.0-or-later. Everything else: Apache-2.0.</source>
      <translation>この画面：GPL-3.0-or-later。その他：Apache-2.0。</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>用途</translation>
    </message>
    <message>
      <source>A quality function, not a safety function: it protects products, not people.</source>
      <translation>品質のための機能であり、安全機能ではありません。製品を守るもので、人を守るものではありません。</translation>
    </message>
  </context>
</TS>
