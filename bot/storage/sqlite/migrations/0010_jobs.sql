-- Batches and fine-tuning jobs that are watched. Times are UTC seconds.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,                -- the provider's
    kind TEXT NOT NULL CHECK (kind IN ('fine_tune', 'batch')),
    name TEXT NOT NULL,                 -- for people; may be empty
    place BLOB NOT NULL,                -- JSON of the Place that wants to know
    author BLOB NOT NULL,               -- JSON of the Author who asked
    delivery TEXT NOT NULL,             -- whose message is the card
    began REAL NOT NULL,                -- when the watch did
    next_at REAL NOT NULL,              -- when to ask the provider again
    pause REAL NOT NULL,                -- seconds between the last two looks
    facts BLOB NOT NULL DEFAULT x'',    -- what was last heard, JSON
    news INTEGER NOT NULL DEFAULT 0,    -- how often the card was changed
    said TEXT NOT NULL DEFAULT '',      -- what it says
    missing_since REAL,                 -- since when the provider does not know it
    ended REAL
) STRICT;
CREATE INDEX jobs_due ON jobs (next_at) WHERE ended IS NULL;
CREATE INDEX jobs_delivery ON jobs (delivery);
CREATE INDEX jobs_ended ON jobs (ended) WHERE ended IS NOT NULL;

-- Where it was given, and whether the workspace had agreed that it is collected.
ALTER TABLE feedback ADD COLUMN workspace TEXT NOT NULL DEFAULT '';
ALTER TABLE feedback ADD COLUMN collected INTEGER NOT NULL DEFAULT 0;
CREATE INDEX feedback_collected ON feedback (workspace) WHERE collected = 1;

-- What people would rather have read. The words go when the answer is forgotten, whoever forgets it.
CREATE TABLE corrections (
    delivery TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (delivery, author)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER corrections_forgotten AFTER DELETE ON turns WHEN old.role = 'user' BEGIN
    DELETE FROM corrections WHERE delivery = old.delivery;
END;
