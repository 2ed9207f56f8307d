-- The digest of all that people chose and said (monitor/store/household_seal.py): these rows
-- have no CRC of their own, and SQLite does not notice a changed byte inside a value.

CREATE TABLE seal (
    seal_id INTEGER PRIMARY KEY CHECK (seal_id = 1),
    digest  BLOB NOT NULL
) STRICT;
