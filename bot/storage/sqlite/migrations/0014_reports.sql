-- What reports are read from: the settled calls, summed by all that a report may ask for. One
-- workspace's days lie together. `utc` is beside the workspace's own day because a provider's bill
-- has days of its own.
CREATE TABLE usage_days (
    workspace TEXT NOT NULL,
    day INTEGER NOT NULL,       -- UTC seconds of its beginning, as in calls
    author TEXT NOT NULL,
    channel TEXT NOT NULL,
    capability TEXT NOT NULL,
    model TEXT NOT NULL,
    utc INTEGER NOT NULL,       -- days since 1970, UTC, in which they began
    calls INTEGER NOT NULL,
    spent INTEGER NOT NULL,     -- micro-dollars
    unpriced INTEGER NOT NULL,  -- how many of them have no known price
    estimated INTEGER NOT NULL, -- how many of them are estimates
    guessed INTEGER NOT NULL,   -- the part of spent that is estimates
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    tokens_cached INTEGER NOT NULL,
    pictures INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    PRIMARY KEY (workspace, day, author, channel, capability, model, utc)
) STRICT, WITHOUT ROWID;

INSERT INTO usage_days
    SELECT workspace, day, author, channel, capability, model, CAST(started / 86400 AS INTEGER),
        count(*), sum(coalesce(cost, 0)), sum(cost IS NULL), sum(estimated),
        sum(iif(estimated, coalesce(cost, 0), 0)), sum(tokens_in), sum(tokens_out),
        sum(tokens_cached), sum(pictures), sum(seconds), sum(characters)
    FROM calls WHERE state = 'settled' GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- Whichever way a call is settled, it is in the report, in the same transaction.
CREATE TRIGGER calls_settled AFTER UPDATE OF state ON calls
WHEN new.state = 'settled' AND old.state <> 'settled'
BEGIN
    INSERT INTO usage_days VALUES (new.workspace, new.day, new.author, new.channel, new.capability,
        new.model, CAST(new.started / 86400 AS INTEGER), 1, coalesce(new.cost, 0), new.cost IS NULL,
        new.estimated, iif(new.estimated, coalesce(new.cost, 0), 0), new.tokens_in, new.tokens_out,
        new.tokens_cached, new.pictures, new.seconds, new.characters)
    ON CONFLICT DO UPDATE SET calls = calls + 1, spent = spent + excluded.spent,
        unpriced = unpriced + excluded.unpriced, estimated = estimated + excluded.estimated,
        guessed = guessed + excluded.guessed, tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        tokens_cached = tokens_cached + excluded.tokens_cached,
        pictures = pictures + excluded.pictures, seconds = seconds + excluded.seconds,
        characters = characters + excluded.characters;
END;

-- What is known of an answer beside its calls. `run` made them; an answer that was written anew
-- has several.
CREATE TABLE receipts (
    delivery TEXT NOT NULL,  -- that shows it
    run TEXT NOT NULL,       -- calls.delivery
    channel TEXT NOT NULL,   -- Place.channel_key
    author TEXT NOT NULL,    -- who asked
    began REAL NOT NULL,     -- not later than its first call
    at REAL NOT NULL,
    first_word REAL,         -- seconds until there was something to read, see or hear
    used TEXT NOT NULL,      -- JSON: what the model was sent -> tokens
    left_out TEXT NOT NULL,  -- JSON: what had no room -> how many
    verdict TEXT NOT NULL,   -- the moderation's, in words
    PRIMARY KEY (delivery, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_at ON receipts (at);

-- The weekly report of a workspace.
CREATE TABLE weekly_reports (
    workspace TEXT PRIMARY KEY, -- Place.payer
    place TEXT NOT NULL,        -- JSON
    day INTEGER NOT NULL,       -- 0: Monday
    hour INTEGER NOT NULL,
    since REAL NOT NULL,        -- it is about no week before
    said TEXT NOT NULL          -- the ISO week of the last one, 2026-W48
) STRICT, WITHOUT ROWID;
