-- What people marked on a page. A mark's own id makes a repeated one harmless.

CREATE TABLE marks (
    change_id INTEGER PRIMARY KEY,
    mark_id   TEXT NOT NULL UNIQUE,
    made_ms   INTEGER NOT NULL,
    room      TEXT NOT NULL,
    at_ms     INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    note      TEXT NOT NULL
) STRICT;
CREATE INDEX marks_in_time ON marks (room, at_ms);
