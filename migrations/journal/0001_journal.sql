-- A Core's memory. The events are the truth; the other tables are what must be answered quickly or decided atomically,
-- and each of their rows changes in the same transaction as the event that says so.

-- One row. The epoch changes when the newest events may have been lost: another boot, and no clean end before it.
CREATE TABLE epoch (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch   INTEGER NOT NULL CHECK (epoch > 0),
    boot_id TEXT    NOT NULL,
    clean   INTEGER NOT NULL CHECK (clean IN (0, 1))
) STRICT;

CREATE TABLE sessions (
    id              TEXT    NOT NULL PRIMARY KEY,
    workspace       TEXT    NOT NULL,
    model           TEXT,
    permission_mode TEXT    NOT NULL,
    -- Whether the CLI has a transcript of its own, so that it can resume.
    transcript      INTEGER NOT NULL DEFAULT 0 CHECK (transcript IN (0, 1)),
    created_by      TEXT    NOT NULL,
    created_by_name TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    closed_at       INTEGER,
    -- The newest event's number: the next one is this plus one, so that numbers are dense.
    last_seq        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    session TEXT    NOT NULL REFERENCES sessions (id),
    seq     INTEGER NOT NULL CHECK (seq > 0),
    at      INTEGER NOT NULL,
    -- JSON, as clients see it, without its number and time.
    event   TEXT    NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    turn            TEXT    NOT NULL PRIMARY KEY,
    session         TEXT    NOT NULL REFERENCES sessions (id),
    -- The MessageAccepted event's number: messages are answered in this order.
    seq             INTEGER NOT NULL,
    author          TEXT    NOT NULL,
    author_name     TEXT    NOT NULL,
    idempotency_key TEXT    NOT NULL,
    body_hash       BLOB    NOT NULL,
    text            TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('queued', 'running', 'ended')),
    -- A key belongs to who sends it: two people may choose the same.
    UNIQUE (session, author, idempotency_key)
) STRICT, WITHOUT ROWID;

-- What a starting agent and a session's queue look for.
CREATE INDEX open_messages ON messages (session, seq) WHERE status <> 'ended';

CREATE TABLE approvals (
    id              TEXT    NOT NULL PRIMARY KEY,
    session         TEXT    NOT NULL REFERENCES sessions (id),
    turn            TEXT    NOT NULL,
    -- The ApprovalRequested event's number.
    requested_seq   INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('pending', 'decided', 'withdrawn')),
    decision        TEXT,
    decided_by      TEXT,
    decided_by_name TEXT,
    CHECK ((state = 'decided') = (decision IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK ((decision IS NULL) = (decided_by_name IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_approvals ON approvals (session, requested_seq) WHERE state = 'pending';
