-- What the picture of a judged night draws (monitor/store/series_blob.py), made of the minutes
-- that end in (start_ms, end_ms]; records and crcs are how many those were and the sum of their
-- CRCs: it is a copy, of no use as soon as they differ. A cache like nights, never a source.
CREATE TABLE night_series (
    night_id INTEGER PRIMARY KEY REFERENCES nights ON DELETE CASCADE,
    start_ms INTEGER NOT NULL,
    end_ms   INTEGER NOT NULL,
    records  INTEGER NOT NULL,
    crcs     INTEGER NOT NULL,
    series   BLOB NOT NULL
) STRICT;
