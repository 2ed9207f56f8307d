-- What people asked the monitor to do (send a test, snooze); it notes in nights.db how far
-- it has read. Rows are only ever added.

CREATE TABLE requests (
    request_id INTEGER PRIMARY KEY,
    made_ms    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL
) STRICT;
