-- What people do with sessions. Their owner is who created them; those that were there before were everybody's.
ALTER TABLE sessions ADD COLUMN visibility TEXT NOT NULL DEFAULT 'shared' CHECK (visibility IN ('private', 'shared'));
ALTER TABLE sessions ADD COLUMN title TEXT;
ALTER TABLE sessions ADD COLUMN archived_at INTEGER;
-- The session that this one was forked off. It may be gone since: no reference.
ALTER TABLE sessions ADD COLUMN forked_from TEXT;

-- What is pruned first, when the journal is too large.
CREATE INDEX archived_sessions ON sessions (archived_at) WHERE archived_at IS NOT NULL;

-- Sessions that are gone: who removed them, when and why. Written in the transaction that removes them, and kept.
CREATE TABLE removals (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session    TEXT    NOT NULL UNIQUE,
    workspace  TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    owner_name TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    -- How many events it had.
    events     INTEGER NOT NULL,
    removed_at INTEGER NOT NULL,
    reason     TEXT    NOT NULL CHECK (reason IN ('deleted', 'pruned_for_size', 'pruned_for_age')),
    -- Who asked for it. The agent itself prunes.
    by         TEXT,
    by_name    TEXT,
    CHECK ((reason = 'deleted') = (by IS NOT NULL)),
    CHECK ((by IS NULL) = (by_name IS NULL))
) STRICT;
