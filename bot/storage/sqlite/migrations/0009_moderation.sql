-- What admins want of a channel (Place.channel_key): each change is a new version.
CREATE TABLE policies (
    channel TEXT NOT NULL,
    version INTEGER NOT NULL,
    watched INTEGER NOT NULL CHECK (watched IN (0, 1)),
    policy BLOB NOT NULL,               -- JSON
    author TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (channel, version)
) STRICT, WITHOUT ROWID;

-- Messages of watched channels: their scores and a hash, never their words. They are pruned.
CREATE TABLE judged (
    message TEXT PRIMARY KEY,           -- the event's id: an edit is judged anew
    channel TEXT NOT NULL,
    place BLOB NOT NULL,                -- JSON
    source TEXT NOT NULL,               -- the platform's id of the message
    author TEXT NOT NULL,
    hash BLOB NOT NULL,                 -- SHA-256
    scores BLOB NOT NULL,               -- JSON, by category
    version INTEGER NOT NULL,           -- of the policy that was applied
    category TEXT NOT NULL,             -- of the rule that applied; '': none did
    action TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX judged_channel ON judged (channel, at);
CREATE INDEX judged_at ON judged (at);

-- Flagged messages before the moderators, by the delivery that shows them.
CREATE TABLE reviews (
    delivery TEXT PRIMARY KEY,
    message TEXT NOT NULL,
    decision TEXT NOT NULL DEFAULT '',  -- '': nobody decided yet
    author TEXT NOT NULL DEFAULT '',    -- who did
    run TEXT NOT NULL DEFAULT '',       -- the delivery of the press that decided
    at REAL NOT NULL                    -- of the decision, or of the case before it
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_message ON reviews (message);
CREATE INDEX reviews_at ON reviews (at);

-- What is never flagged again in a workspace.
CREATE TABLE allowed (
    workspace TEXT NOT NULL,
    hash BLOB NOT NULL,
    author TEXT NOT NULL,               -- who allowed it
    at REAL NOT NULL,
    PRIMARY KEY (workspace, hash)
) STRICT, WITHOUT ROWID;
