-- What people deleted: every minute that ended in (start_ms, end_ms], of a room or ('') of all.
-- Rows stay: minutes that arrive later from a journal are deleted too. Undone ones say when.

CREATE TABLE deletions (
    deletion_id INTEGER PRIMARY KEY,
    made_ms     INTEGER NOT NULL,
    room        TEXT NOT NULL,
    start_ms    INTEGER NOT NULL,
    end_ms      INTEGER NOT NULL CHECK (end_ms > start_ms),
    undone_ms   INTEGER
) STRICT;
-- What people wrote on a night (YYYY-MM-DD of its evening): labels to compare by, and words.

CREATE TABLE night_tags (
    room    TEXT NOT NULL,
    night   TEXT NOT NULL,
    tag     TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    PRIMARY KEY (room, night, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX night_tags_by_tag ON night_tags (room, tag, night);

CREATE TABLE night_notes (
    room    TEXT NOT NULL,
    night   TEXT NOT NULL,
    note    TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    PRIMARY KEY (room, night)
) STRICT, WITHOUT ROWID;
