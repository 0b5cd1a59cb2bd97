CREATE TABLE IF NOT EXISTS masto_notifications (
  id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, type TEXT NOT NULL, sender INTEGER NOT NULL,
  status INTEGER, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS masto_notifications_account ON masto_notifications (account, id);
CREATE INDEX IF NOT EXISTS masto_notifications_status ON masto_notifications (status);

CREATE TABLE IF NOT EXISTS masto_keys (account INTEGER NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (account, key)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS masto_apps (
  id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL UNIQUE, client_secret TEXT NOT NULL,
  name TEXT NOT NULL, website TEXT, redirect_uris TEXT NOT NULL, scopes TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS masto_tokens (
  token TEXT PRIMARY KEY, kind TEXT NOT NULL, client_id TEXT NOT NULL, account INTEGER, scope TEXT NOT NULL,
  redirect_uri TEXT NOT NULL, challenge TEXT NOT NULL, at INTEGER NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS masto_tokens_account ON masto_tokens (account);
