-- The registry: who exists and who may do what. Times are unix milliseconds, ids are hyphenated UUIDs, and no secret is
-- here in any form but its hash.

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

-- A row ends with its login: the audit log keeps what was.
CREATE TABLE login_sessions (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash  BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    address      TEXT    NOT NULL,
    user_agent   TEXT    NOT NULL
) STRICT;
CREATE INDEX login_sessions_of_user ON login_sessions (user_id);

CREATE TABLE api_tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    secret_hash  BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX api_tokens_of_user ON api_tokens (user_id);

-- How a user comes into being without anybody else knowing the password.
CREATE TABLE setup_tokens (
    secret_hash BLOB    NOT NULL PRIMARY KEY CHECK (length(secret_hash) = 32),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER,
    used_by     TEXT    REFERENCES users (id) ON DELETE SET NULL
) STRICT;

-- A revoked Core keeps its row: its key must be known in order to be refused, and its name stays taken so that nothing
-- new is mistaken for it.
CREATE TABLE cores (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    labels     TEXT    NOT NULL,
    public_key BLOB    NOT NULL UNIQUE CHECK (length(public_key) = 32),
    hostname   TEXT    NOT NULL,
    paired_at  INTEGER NOT NULL,
    revoked_at INTEGER,
    epoch      INTEGER NOT NULL DEFAULT 1 CHECK (epoch > 0)
) STRICT;

-- What a Core last reported of its sign-in. Never a token. The owner is what the agent says and may name a user who no
-- longer exists, hence no reference.
CREATE TABLE core_claude (
    core_id         TEXT    NOT NULL PRIMARY KEY REFERENCES cores (id) ON DELETE CASCADE,
    method          TEXT    NOT NULL CHECK (method IN ('none', 'oauth', 'api_key')),
    state           TEXT    NOT NULL CHECK (state IN ('signed_out', 'signed_in', 'expired')),
    owner           TEXT,
    account         TEXT,
    organisation    TEXT,
    plan            TEXT,
    scopes          TEXT    NOT NULL,
    expires_at      INTEGER,
    last_refresh_at INTEGER,
    last_error      TEXT,
    billing         TEXT,
    checked_at      INTEGER,
    reported_at     INTEGER NOT NULL
) STRICT;

-- Single use: used_key is who used it, so that the same agent may ask again when the answer was lost on the way.
CREATE TABLE pairing_tokens (
    id          TEXT    NOT NULL PRIMARY KEY,
    secret_hash BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    name        TEXT,
    labels      TEXT    NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER,
    used_key    BLOB,
    core_id     TEXT    REFERENCES cores (id) ON DELETE SET NULL
) STRICT;

-- Append-only and chained: each hash covers the row and the hash before it, and the head says which row is the last, so
-- that neither an edit nor a removal goes unseen.
CREATE TABLE audit_events (
    seq     INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_events_of_subject ON audit_events (subject);

CREATE TABLE audit_head (
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,
    hash BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_events_are_not_changed BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
CREATE TRIGGER audit_events_are_not_removed BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;
CREATE TRIGGER audit_head_is_not_removed BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the audit log has a head');
END;
