-- Answers that are always the same: vectors, verdicts. What was asked is not here, only its hash.
-- A row id, since a value would not fit into the page of a clustered key.
CREATE TABLE cache (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,  -- SHA-256
    used INTEGER NOT NULL,     -- the day it was last asked for, since 1970
    size INTEGER NOT NULL,     -- bytes of the value
    value BLOB NOT NULL
) STRICT;

-- What goes first, and how much that frees, without a look at the values.
CREATE INDEX cache_used ON cache (used, id, size);

-- The sum of the sizes, in its one row.
CREATE TABLE cache_size (bytes INTEGER NOT NULL) STRICT;
INSERT INTO cache_size VALUES (0);
CREATE TRIGGER cache_added AFTER INSERT ON cache
BEGIN UPDATE cache_size SET bytes = bytes + new.size; END;
CREATE TRIGGER cache_removed AFTER DELETE ON cache
BEGIN UPDATE cache_size SET bytes = bytes - old.size; END;
