-- Of each stream the record last purged at its position, by its check sum alone: without it the
-- store could not prove to a sensor how far it holds that sensor's records, and nobody's word
-- would count until a minute comes that is not deleted.
CREATE TABLE purged_positions (
    stream_id INTEGER PRIMARY KEY REFERENCES streams,
    seq       INTEGER NOT NULL,
    crc       INTEGER NOT NULL,
    revision  INTEGER NOT NULL
) STRICT;
