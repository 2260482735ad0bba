-- What can be found again: what was said where recall is on, long files of threads, and what
-- channels know. Row ids are not used twice, since the index in memory goes by them.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('said', 'file', 'knowledge')),
    workspace TEXT NOT NULL,            -- Place.payer
    channel TEXT NOT NULL,              -- Place.channel_key
    place TEXT NOT NULL,                -- Place.key
    delivery TEXT NOT NULL,
    author TEXT NOT NULL,               -- who asked there, or brought the file
    title TEXT NOT NULL,                -- of the file
    part TEXT NOT NULL,                 -- of the file: page 3
    text TEXT NOT NULL,
    at REAL NOT NULL,
    model TEXT NOT NULL DEFAULT '',     -- that made its vector
    cached BLOB,                        -- the key that the vector has in the cache
    not_before REAL NOT NULL DEFAULT 0  -- when to try again to have a vector
) STRICT;
CREATE INDEX passages_delivery ON passages (delivery);
CREATE INDEX passages_place ON passages (place, kind);
CREATE INDEX passages_channel ON passages (channel, kind, title);
CREATE INDEX passages_workspace ON passages (workspace);
CREATE INDEX passages_author ON passages (author);
CREATE INDEX passages_model ON passages (model, id);

-- The signs of a vector's numbers, a bit each, so that an index is read without the vectors.
CREATE TABLE signs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    passage INTEGER NOT NULL UNIQUE,
    workspace TEXT NOT NULL,
    model TEXT NOT NULL,
    bits BLOB NOT NULL
) STRICT;
CREATE INDEX signs_workspace ON signs (workspace, model, id);

CREATE TABLE vectors (
    passage INTEGER PRIMARY KEY,
    numbers BLOB NOT NULL               -- of length 1, half precision, little-endian
) STRICT;

-- `scope` has a word for the workspace and one for the channel; `text` is without stop words.
CREATE VIRTUAL TABLE passage_words USING fts5 (
    scope, text, tokenize = 'porter unicode61 remove_diacritics 2'
);

-- The answers whose turns are new or changed since the index saw them.
-- What changes while it is looked at gets a new number, so it is looked at again.
CREATE TABLE unrecalled (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX preferences_recall ON preferences (scope) WHERE name = 'recall';
CREATE TRIGGER turns_said AFTER INSERT ON turns
WHEN EXISTS (SELECT 1 FROM preferences WHERE name = 'recall')
BEGIN INSERT OR REPLACE INTO unrecalled (delivery) VALUES (new.delivery); END;
CREATE TRIGGER turns_moved AFTER UPDATE OF id ON turns
WHEN EXISTS (SELECT 1 FROM preferences WHERE name = 'recall')
BEGIN INSERT OR REPLACE INTO unrecalled (delivery) VALUES (new.delivery); END;
CREATE TRIGGER turns_forgotten AFTER DELETE ON turns
WHEN EXISTS (SELECT 1 FROM preferences WHERE name = 'recall')
BEGIN INSERT OR REPLACE INTO unrecalled (delivery) VALUES (old.delivery); END;
