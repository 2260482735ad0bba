-- Who works on this database. A process lives as long as it holds the lock of its file beside the
-- database; the lease stands in where there is no such file.
CREATE TABLE owners (
    owner TEXT PRIMARY KEY,
    lease_until REAL NOT NULL -- seconds since 1970
) WITHOUT ROWID;

-- Every event that ever came in, so that it is taken once. Old ids are pruned.
CREATE TABLE seen (
    event TEXT PRIMARY KEY,
    at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

-- The events that are not done yet. The content comes last: a look at the owners skips it.
CREATE TABLE inbox (
    position INTEGER PRIMARY KEY, -- the order in which they came
    delivery TEXT NOT NULL UNIQUE,
    owner TEXT, -- NULL: nobody works on it
    attempt INTEGER NOT NULL,
    shown TEXT NOT NULL, -- what people already read of the answer
    event BLOB NOT NULL -- JSON
);

-- What was posted for a delivery. Without a native id nobody knows whether it landed.
CREATE TABLE outbox (
    delivery TEXT NOT NULL,
    key TEXT NOT NULL,
    native_id TEXT,
    at REAL NOT NULL,
    PRIMARY KEY (delivery, key)
) WITHOUT ROWID;

-- The results of steps that must not happen twice.
CREATE TABLE steps (
    delivery TEXT NOT NULL,
    step TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (delivery, step)
) WITHOUT ROWID;

-- The threads that Parley takes part in, by Place.key.
CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
);

-- Clustered by thread and sequence, so that the last turns of a thread cost the same however much
-- was ever said. One integer and not PRIMARY KEY (thread, seq) WITHOUT ROWID: that puts each text
-- above 1,000 bytes on a page of its own (twice the size, twice the time to read).
CREATE TABLE turns (
    id INTEGER PRIMARY KEY, -- thread << 24 | sequence; a question is even, its answer is next
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    delivery TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE UNIQUE INDEX turns_delivery ON turns (delivery, role);

-- What adapters keep.
CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What people and workspaces chose.
CREATE TABLE preferences (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (scope, name)
) WITHOUT ROWID;
