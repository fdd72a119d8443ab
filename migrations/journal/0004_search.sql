-- Full-text search over messages and answers, as whole texts. The texts stay where they are, in the events: the index
-- finds them through a view, so that nothing is kept twice.

CREATE TABLE texts (
    id      INTEGER NOT NULL PRIMARY KEY,
    session TEXT    NOT NULL REFERENCES sessions (id),
    seq     INTEGER NOT NULL,
    UNIQUE (session, seq)
) STRICT;

CREATE VIEW text_contents AS
    SELECT texts.id AS id, json_extract(events.event, '$.text') AS text
    FROM texts JOIN events ON events.session = texts.session AND events.seq = texts.seq;

CREATE VIRTUAL TABLE search USING fts5 (
    text,
    content = 'text_contents',
    content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);

INSERT INTO texts (session, seq)
    SELECT session, seq FROM events WHERE json_extract(event, '$.kind') IN ('message_accepted', 'text');
INSERT INTO search (search) VALUES ('rebuild');
