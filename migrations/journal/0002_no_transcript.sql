-- Whether the CLI can resume is asked of its own transcripts when a process starts: what was noted here could only have
-- disagreed with them, and nothing read it.
ALTER TABLE sessions DROP COLUMN transcript;
