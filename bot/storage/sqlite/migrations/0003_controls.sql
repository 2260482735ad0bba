-- Which delivery answers a message, so that an edit or a deletion finds it. Those without one are
-- pruned.
ALTER TABLE seen ADD COLUMN delivery TEXT;
DROP INDEX seen_at;
CREATE INDEX seen_at ON seen (at) WHERE delivery IS NULL;

-- Of several processes, the one that works in a place gets what else comes there.
ALTER TABLE inbox ADD COLUMN place TEXT NOT NULL DEFAULT '';   -- Place.key
ALTER TABLE inbox ADD COLUMN answers TEXT NOT NULL DEFAULT ''; -- the delivery whose posts show it
ALTER TABLE inbox ADD COLUMN handed INTEGER NOT NULL DEFAULT 0; -- 1: its owner has not heard of it
CREATE INDEX inbox_place ON inbox (place);
CREATE INDEX inbox_answers ON inbox (answers);
CREATE INDEX inbox_handed ON inbox (owner) WHERE handed = 1;

-- Whether people found an answer good.
CREATE TABLE feedback (
    delivery TEXT NOT NULL,
    author TEXT NOT NULL,
    good INTEGER NOT NULL CHECK (good IN (0, 1)),
    at REAL NOT NULL,
    PRIMARY KEY (delivery, author)
) STRICT, WITHOUT ROWID;
