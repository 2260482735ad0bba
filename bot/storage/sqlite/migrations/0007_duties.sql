-- What only one process at a time does (watching jobs, reporting), and which one it is.
CREATE TABLE duties (
    duty TEXT PRIMARY KEY,
    owner TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Where a call was asked for, by Place.channel_key.
ALTER TABLE calls ADD COLUMN channel TEXT NOT NULL DEFAULT '';
