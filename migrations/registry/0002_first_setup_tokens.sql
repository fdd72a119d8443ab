-- A link for the first administrator is good only while there is nobody: which tokens are such has to be known.
ALTER TABLE setup_tokens ADD COLUMN first INTEGER NOT NULL DEFAULT 0 CHECK (first IN (0, 1));
