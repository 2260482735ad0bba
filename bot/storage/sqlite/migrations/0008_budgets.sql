-- Sums by the hour and by the channel too. SQLite changes no CHECK, so the table is made anew.
CREATE TABLE totals_anew (
    start INTEGER NOT NULL,
    window TEXT NOT NULL CHECK (window IN ('hour', 'day', 'month')),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'channel', 'workspace')),
    subject TEXT NOT NULL,
    capability TEXT NOT NULL,
    spent INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,          -- how many of them have no known price
    estimated INTEGER NOT NULL,         -- how many of them are estimates
    pictures INTEGER NOT NULL DEFAULT 0,
    seconds INTEGER NOT NULL DEFAULT 0,
    characters INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (start, window, kind, subject, capability)
) STRICT, WITHOUT ROWID;
INSERT INTO totals_anew SELECT start, window, kind, subject, capability, spent, tokens_in,
    tokens_out, calls, unpriced, estimated, pictures, seconds, characters FROM totals;
DROP TABLE totals;
ALTER TABLE totals_anew RENAME TO totals;

ALTER TABLE calls ADD COLUMN hour INTEGER NOT NULL DEFAULT 0;  -- 0: booked in no hour
ALTER TABLE calls ADD COLUMN tokens_held INTEGER NOT NULL DEFAULT 0;

-- All that a budget check must know of the calls under way.
DROP INDEX calls_held;
CREATE INDEX calls_held ON calls (author, workspace, channel, capability, hour, day, month,
    reserved, tokens_held, pictures, seconds) WHERE state = 'held';

-- What admins allow, beside the PARLEY_BUDGET_ settings.
CREATE TABLE budgets (
    subject TEXT NOT NULL,  -- slack:T1:U2, slack:T1:S3, slack:T1, slack:T1:C4
    kind TEXT NOT NULL CHECK (kind IN ('person', 'role', 'everyone', 'channel', 'workspace')),
    unit TEXT NOT NULL CHECK (unit IN ('money', 'tokens', 'pictures', 'seconds', 'requests')),
    window TEXT NOT NULL CHECK (window IN ('hour', 'day', 'month')),
    capability TEXT NOT NULL,  -- '': all that the unit counts
    amount INTEGER,            -- micro-dollars, or a number of the unit; NULL: no limit
    PRIMARY KEY (subject, kind, unit, window, capability)
) STRICT, WITHOUT ROWID;

-- Who changed what, and when. What is granted and forgiven holds for one window and is in no other
-- place, so that the sums stay what was spent.
CREATE TABLE budget_changes (
    id TEXT NOT NULL,       -- the delivery in which it was asked for
    at REAL NOT NULL,
    author TEXT NOT NULL,
    verb TEXT NOT NULL CHECK (verb IN ('set', 'grant', 'reset', 'remove')),
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    window TEXT NOT NULL,
    capability TEXT NOT NULL,
    amount INTEGER,
    start INTEGER,          -- of the window that a grant or a reset holds for
    PRIMARY KEY (id, subject, kind, unit, window, capability)
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_changes_at ON budget_changes (at);
CREATE INDEX budget_changes_start ON budget_changes (start, subject) WHERE start IS NOT NULL;

-- How much of a budget was used when somebody was last told. Another amount is another budget.
CREATE TABLE told (
    start INTEGER NOT NULL,
    window TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    unit TEXT NOT NULL,
    capability TEXT NOT NULL,
    amount INTEGER NOT NULL,
    reader TEXT NOT NULL CHECK (reader IN ('asker', 'admins')),
    level INTEGER NOT NULL,  -- percent
    PRIMARY KEY (start, window, kind, subject, unit, capability, amount, reader)
) STRICT, WITHOUT ROWID;

-- What people are called who asked for something.
CREATE TABLE people (
    author TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
