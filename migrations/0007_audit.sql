-- The audit chain (docs/decisions/0027-audit-chain.md): each event carries the hash of the one before and its own. NULL: not
-- chained yet, as rows are that were written before this or by an older version; then chained_at says when they were.
ALTER TABLE events ADD COLUMN previous_hash TEXT;
ALTER TABLE events ADD COLUMN hash TEXT;
ALTER TABLE events ADD COLUMN chained_at BIGINT;

-- Up to which number the log is chained, the hash there, and a seal over both that only the master key can make. The same
-- of the last event that was removed because of its age.
ALTER TABLE event_head ADD COLUMN chained BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_head ADD COLUMN hash TEXT NOT NULL DEFAULT '';
ALTER TABLE event_head ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE event_head ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_head ADD COLUMN removed_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE event_head ADD COLUMN removed_seal TEXT NOT NULL DEFAULT '';
