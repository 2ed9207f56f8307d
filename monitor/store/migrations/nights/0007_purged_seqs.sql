-- Of each stream the numbers of the records that people had erased, and nothing else of them:
-- without these a salvage could not tell them from what a damaged file has lost. crc is of the
-- stream's name and both numbers; as a blob, by which a page's rows tell what they are.
CREATE TABLE purged_seqs (
    stream_id INTEGER NOT NULL REFERENCES streams,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    crc       BLOB NOT NULL,
    PRIMARY KEY (stream_id, first_seq)
) STRICT, WITHOUT ROWID;
