CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS companies (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, website TEXT NOT NULL, industry TEXT NOT NULL,
  city TEXT NOT NULL, country TEXT NOT NULL, size INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS people (
  id INTEGER PRIMARY KEY, given_name TEXT NOT NULL, family_name TEXT NOT NULL, language TEXT NOT NULL,
  city TEXT NOT NULL, country TEXT NOT NULL, company INTEGER REFERENCES companies(id), title TEXT NOT NULL,
  emails TEXT NOT NULL, phones TEXT NOT NULL, website TEXT NOT NULL, customer INTEGER NOT NULL,
  known TEXT NOT NULL, mood REAL NOT NULL, topics TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS accounts (
  network TEXT NOT NULL, id INTEGER NOT NULL, handle TEXT NOT NULL, handle_lower TEXT NOT NULL,
  host TEXT NOT NULL DEFAULT '', name TEXT NOT NULL,
  bio TEXT NOT NULL, location TEXT NOT NULL, website TEXT NOT NULL, created_at INTEGER NOT NULL,
  verified INTEGER NOT NULL, protected INTEGER NOT NULL, suspended INTEGER NOT NULL,
  followers INTEGER NOT NULL, following INTEGER NOT NULL, listed INTEGER NOT NULL, posts INTEGER NOT NULL,
  likes INTEGER NOT NULL, person INTEGER REFERENCES people(id), brand INTEGER NOT NULL, language TEXT NOT NULL,
  mood REAL NOT NULL, tier TEXT, PRIMARY KEY (network, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS accounts_handle ON accounts (network, handle_lower, host);
CREATE INDEX IF NOT EXISTS accounts_person ON accounts (person);

CREATE TABLE IF NOT EXISTS posts (
  network TEXT NOT NULL, id INTEGER NOT NULL, author INTEGER NOT NULL, text TEXT NOT NULL, typed TEXT NOT NULL,
  created_at INTEGER NOT NULL, language TEXT NOT NULL, in_reply_to INTEGER, in_reply_to_account INTEGER,
  conversation INTEGER NOT NULL, quoted INTEGER, source TEXT NOT NULL,
  likes INTEGER NOT NULL, reposts INTEGER NOT NULL, replies INTEGER NOT NULL, quotes INTEGER NOT NULL,
  bookmarks INTEGER NOT NULL, impressions INTEGER NOT NULL, deleted_at INTEGER,
  spoiler TEXT NOT NULL DEFAULT '', visibility TEXT NOT NULL DEFAULT 'public', edited_at INTEGER, boost_of INTEGER,
  PRIMARY KEY (network, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posts_author ON posts (network, author, id, deleted_at);
CREATE INDEX IF NOT EXISTS posts_conversation ON posts (network, conversation, id);
CREATE INDEX IF NOT EXISTS posts_parent ON posts (network, in_reply_to);

CREATE TABLE IF NOT EXISTS mentions (
  network TEXT NOT NULL, account INTEGER NOT NULL, post INTEGER NOT NULL,
  PRIMARY KEY (network, account, post)) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS mentions_post ON mentions (network, post);

CREATE TABLE IF NOT EXISTS links (code TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, network TEXT NOT NULL, account INTEGER NOT NULL,
  handle TEXT NOT NULL, action TEXT NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL, in_reply_to INTEGER,
  via TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS log_parent ON log (in_reply_to);
CREATE TRIGGER IF NOT EXISTS log_keeps_rows BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER IF NOT EXISTS log_keeps_words BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;

CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, seen INTEGER NOT NULL,
  hits INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS plans (id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, network TEXT NOT NULL,
  what TEXT NOT NULL, account INTEGER NOT NULL, post INTEGER);
CREATE INDEX IF NOT EXISTS plans_due ON plans (due);

CREATE TABLE IF NOT EXISTS apps (
  network TEXT NOT NULL, client_id TEXT NOT NULL, client_secret TEXT NOT NULL, consumer_key TEXT NOT NULL,
  consumer_secret TEXT NOT NULL, bearer TEXT NOT NULL, name TEXT NOT NULL, confidential INTEGER NOT NULL,
  tier TEXT NOT NULL, redirect_uris TEXT NOT NULL, PRIMARY KEY (network, client_id)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS oauth1_tokens (
  token TEXT PRIMARY KEY, secret TEXT NOT NULL, kind TEXT NOT NULL, consumer_key TEXT NOT NULL, account INTEGER,
  callback TEXT NOT NULL, verifier TEXT NOT NULL, created_at INTEGER NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS oauth2_codes (
  code TEXT PRIMARY KEY, client_id TEXT NOT NULL, account INTEGER NOT NULL, redirect_uri TEXT NOT NULL,
  challenge TEXT NOT NULL, method TEXT NOT NULL, scope TEXT NOT NULL, expires_at INTEGER NOT NULL,
  family TEXT) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS oauth2_tokens (
  token TEXT PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL, client_id TEXT NOT NULL, account INTEGER NOT NULL,
  scope TEXT NOT NULL, expires_at INTEGER NOT NULL, used INTEGER NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS oauth2_family ON oauth2_tokens (family);
CREATE INDEX IF NOT EXISTS oauth2_account ON oauth2_tokens (account);
