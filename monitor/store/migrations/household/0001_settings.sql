-- What people choose. Rows are only ever added; the newest one in force counts.
-- An empty room means the whole house.

CREATE TABLE settings (
    change_id     INTEGER PRIMARY KEY,
    valid_from_ms INTEGER NOT NULL,
    room          TEXT NOT NULL,
    key           TEXT NOT NULL,
    value         TEXT NOT NULL
) STRICT;
CREATE INDEX settings_in_force ON settings (room, key, valid_from_ms);

CREATE TABLE corrections (
    change_id INTEGER PRIMARY KEY,
    made_ms   INTEGER NOT NULL,
    room      TEXT NOT NULL,
    night     TEXT NOT NULL,
    value     TEXT NOT NULL
) STRICT;
CREATE INDEX corrections_of_night ON corrections (room, night);
