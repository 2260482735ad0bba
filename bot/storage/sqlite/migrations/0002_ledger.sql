-- Money is micro-dollars ($0.000001), times are UTC seconds.

-- One row for each HTTP attempt, written before it is sent.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,                 -- the attempts of one call share it
    attempt INTEGER NOT NULL,           -- 1, 2, ...
    delivery TEXT NOT NULL,
    author TEXT NOT NULL,               -- slack:T1:U2
    workspace TEXT NOT NULL,            -- slack:T1
    capability TEXT NOT NULL,           -- chat
    model TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'settled', 'released')),
    may_have_run INTEGER NOT NULL DEFAULT 1,  -- 0: the server did nothing, a retry is to come
    estimated INTEGER NOT NULL DEFAULT 0,
    tokens_in INTEGER NOT NULL,         -- counted by us until it is settled, then as reported
    tokens_out INTEGER NOT NULL DEFAULT 0,
    tokens_cached INTEGER NOT NULL DEFAULT 0,  -- the part of tokens_in that had the cached price
    cap INTEGER NOT NULL,               -- the most output tokens that were asked for
    reserved INTEGER NOT NULL,
    cost INTEGER,                       -- settled and NULL: the price is not known
    request_id TEXT,                    -- the provider's
    day INTEGER NOT NULL,               -- the windows it is booked in, by their start
    month INTEGER NOT NULL,
    owner TEXT NOT NULL,                -- the process that made it
    started REAL NOT NULL,
    ended REAL
) STRICT;

-- What is under way now, all that a budget check must know of it: a few hundred rows at most.
CREATE INDEX calls_held ON calls (author, workspace, day, month, reserved) WHERE state = 'held';

-- Sums over the settled calls. The windows of now lie side by side at the end, so that a budget
-- check costs the same however many lie before them.
CREATE TABLE totals (
    start INTEGER NOT NULL,
    window TEXT NOT NULL CHECK (window IN ('day', 'month')),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'workspace')),
    subject TEXT NOT NULL,
    capability TEXT NOT NULL,
    spent INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,          -- how many of them have no known price
    estimated INTEGER NOT NULL,         -- how many of them are estimates
    PRIMARY KEY (start, window, kind, subject, capability)
) STRICT, WITHOUT ROWID;
