-- A Core can be signed in through the vendor's console as well, which leaves it with a key. SQLite changes no CHECK in
-- place.
CREATE TABLE core_claude_anew (
    core_id         TEXT    NOT NULL PRIMARY KEY REFERENCES cores (id) ON DELETE CASCADE,
    method          TEXT    NOT NULL CHECK (method IN ('none', 'oauth', 'api_key', 'console')),
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
INSERT INTO core_claude_anew SELECT * FROM core_claude;
DROP TABLE core_claude;
ALTER TABLE core_claude_anew RENAME TO core_claude;
