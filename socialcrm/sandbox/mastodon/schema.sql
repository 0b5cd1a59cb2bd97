CREATE TABLE IF NOT EXISTS masto_accounts (
  id INTEGER PRIMARY KEY, handle TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, bio TEXT NOT NULL,
  website TEXT NOT NULL, created_at INTEGER NOT NULL, followers INTEGER NOT NULL, following INTEGER NOT NULL,
  posts INTEGER NOT NULL, person INTEGER, brand INTEGER NOT NULL, language TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS masto_accounts_handle ON masto_accounts (handle COLLATE NOCASE, domain);

CREATE TABLE IF NOT EXISTS masto_statuses (
  id INTEGER PRIMARY KEY, author INTEGER NOT NULL, typed TEXT NOT NULL, spoiler TEXT NOT NULL,
  visibility TEXT NOT NULL, language TEXT NOT NULL, created_at INTEGER NOT NULL, edited_at INTEGER,
  in_reply_to INTEGER, in_reply_to_account INTEGER, conversation INTEGER NOT NULL, deleted_at INTEGER);
CREATE INDEX IF NOT EXISTS masto_statuses_author ON masto_statuses (author, id);
CREATE INDEX IF NOT EXISTS masto_statuses_conversation ON masto_statuses (conversation, id);
CREATE INDEX IF NOT EXISTS masto_statuses_parent ON masto_statuses (in_reply_to);

CREATE TABLE IF NOT EXISTS masto_mentions (status INTEGER NOT NULL, account INTEGER NOT NULL,
  PRIMARY KEY (status, account)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS masto_notifications (
  id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, status INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS masto_notifications_account ON masto_notifications (account, id);

CREATE TABLE IF NOT EXISTS masto_keys (account INTEGER NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (account, key)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS masto_apps (
  id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL UNIQUE, client_secret TEXT NOT NULL,
  name TEXT NOT NULL, website TEXT, redirect_uris TEXT NOT NULL, scopes TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS masto_tokens (
  token TEXT PRIMARY KEY, kind TEXT NOT NULL, client_id TEXT NOT NULL, account INTEGER, scope TEXT NOT NULL,
  redirect_uri TEXT NOT NULL, challenge TEXT NOT NULL, at INTEGER NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;
