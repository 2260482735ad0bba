-- What is priced otherwise than in tokens, and calls that end long after they were made.
ALTER TABLE calls ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0;    -- of sound that was heard
ALTER TABLE calls ADD COLUMN characters INTEGER NOT NULL DEFAULT 0; -- that were spoken
ALTER TABLE calls ADD COLUMN job TEXT;  -- the batch or fine-tuning job that it made, which holds it
CREATE INDEX calls_job ON calls (job) WHERE job IS NOT NULL;

ALTER TABLE totals ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;
