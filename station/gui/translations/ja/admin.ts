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
      <source>× Altered: %1</source>
      <translation>× 改ざんあり：%1</translation>
    </message>
    <message>
      <source>○ Complete and unaltered: each entry holds the hash of the one before.</source>
      <translation>○ 欠落・改ざんなし：各記録が直前の記録のハッシュを持っています。</translation>
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
