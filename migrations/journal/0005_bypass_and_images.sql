-- Who lets a session run without asking, and until when. It ends with the session's process; what an agent that was
-- killed leaves here is ended by the next one.
ALTER TABLE sessions ADD COLUMN bypass_by TEXT;
ALTER TABLE sessions ADD COLUMN bypass_by_name TEXT;
ALTER TABLE sessions ADD COLUMN bypass_until INTEGER;

-- Pictures of messages, each once in a session.
CREATE TABLE images (
    session    TEXT NOT NULL REFERENCES sessions (id),
    -- SHA-256 of the bytes, in hexadecimal digits: what readers fetch it by.
    hash       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    data       BLOB NOT NULL,
    PRIMARY KEY (session, hash)
) STRICT;

-- Their hashes, as a JSON list in the order in which the message has them.
ALTER TABLE messages ADD COLUMN images TEXT NOT NULL DEFAULT '[]';
