-- What an answer made (pictures, a recording, a transcript), so that its buttons can go on from
-- there. The bytes lie in files beside the database.
CREATE TABLE works (
    delivery TEXT PRIMARY KEY,
    author TEXT NOT NULL,               -- who asked for it
    place TEXT NOT NULL,                -- Place.key
    facts BLOB NOT NULL,                -- JSON of the handler's own
    at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX works_at ON works (at);
