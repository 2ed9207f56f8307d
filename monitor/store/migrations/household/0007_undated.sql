-- Which rows were written while the machine did not know the time: of which table (settings,
-- corrections, marks), in which boot, and when that began by the clock of the moment. A row
-- goes as soon as what it names has got its date (monitor/store/undated_rows.py).

CREATE TABLE undated (
    undated_id INTEGER PRIMARY KEY,
    what       TEXT NOT NULL,
    change_id  INTEGER NOT NULL,
    boot_id    TEXT NOT NULL,
    booted_ms  INTEGER NOT NULL
) STRICT;
