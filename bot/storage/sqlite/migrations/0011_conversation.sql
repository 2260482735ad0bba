-- Turns with a lower id are sent no more, since somebody began anew.
ALTER TABLE threads ADD COLUMN begins INTEGER NOT NULL DEFAULT 0;

-- What was said in a stretch of a thread, in short. Level 1 sums up turns, each other level those of
-- the level below. The ids are those of turns, so a thread's summaries lie side by side.
CREATE TABLE summaries (
    first INTEGER NOT NULL,
    level INTEGER NOT NULL,
    last INTEGER NOT NULL,
    covered INTEGER NOT NULL DEFAULT 0 CHECK (covered IN (0, 1)), -- 1: the next level has it
    tokens INTEGER NOT NULL,
    text TEXT NOT NULL,                 -- '': something in it changed, so it is to be written anew
    PRIMARY KEY (first, level)
) STRICT;
CREATE INDEX summaries_last ON summaries (last);
CREATE INDEX summaries_sent ON summaries (first) WHERE covered = 0;

-- The threads that are to be summed up.
CREATE TABLE summing (
    thread INTEGER PRIMARY KEY,
    whole INTEGER NOT NULL,             -- tokens of the last turns that stay as they are
    payer BLOB NOT NULL,                -- JSON
    not_before REAL NOT NULL            -- seconds since 1970
) STRICT;

-- What a thread or a channel shall always know.
CREATE TABLE pins (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,                -- Place.key, or Place.channel_key
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX pins_scope ON pins (scope, id);

-- Beside those that are shipped.
CREATE TABLE personas (
    workspace TEXT NOT NULL,            -- Place.payer
    name TEXT NOT NULL,
    about TEXT NOT NULL,
    prompt TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

-- Several answers to one question, until somebody takes one.
CREATE TABLE candidates (
    delivery TEXT NOT NULL,
    number INTEGER NOT NULL,            -- from 1
    text TEXT NOT NULL,
    PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
