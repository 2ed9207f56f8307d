-- Integers named *_eN hold the value times 10^N; NULL is "fitted, no valid value".
-- Bits of minutes.absent name what is not fitted (monitor/store/rows.py).

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms (
    room_id INTEGER PRIMARY KEY,
    room    TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE streams (
    stream_id  INTEGER PRIMARY KEY,
    stream     TEXT NOT NULL UNIQUE,
    device     TEXT NOT NULL,
    room_id    INTEGER NOT NULL REFERENCES rooms,
    stored_seq INTEGER NOT NULL,
    records    INTEGER NOT NULL DEFAULT 0,
    lost       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE minutes (
    room_id                  INTEGER NOT NULL REFERENCES rooms,
    end_ms                   INTEGER NOT NULL,
    stream_id                INTEGER NOT NULL REFERENCES streams,
    seq                      INTEGER NOT NULL,
    boot                     BLOB,
    boottime_s_e3            INTEGER,
    clock                    INTEGER,
    revision                 INTEGER NOT NULL,
    crc                      INTEGER NOT NULL,
    duration_s_e3            INTEGER,
    absent                   INTEGER,
    cal                      INTEGER,
    temperature_c_e2         INTEGER,
    temperature_min_c_e2     INTEGER,
    temperature_max_c_e2     INTEGER,
    humidity_pct_e2          INTEGER,
    pressure_hpa_e2          INTEGER,
    climate_n                INTEGER,
    climate_due              INTEGER,
    illuminance_lx_e4        INTEGER,
    illuminance_max_lx_e4    INTEGER,
    illuminance_max10s_lx_e4 INTEGER,
    visible_ir_counts_e4     INTEGER,
    ir_counts_e4             INTEGER,
    light_n                  INTEGER,
    light_due                INTEGER,
    laeq_db_e2               INTEGER,
    laeq_quiet_db_e2         INTEGER,
    quiet_s                  INTEGER,
    lceq_db_e2               INTEGER,
    lafmax_db_e2             INTEGER,
    lasmax_db_e2             INTEGER,
    la10_db_e2               INTEGER,
    la50_db_e2               INTEGER,
    la90_db_e2               INTEGER,
    floor_db_e2              INTEGER,
    calibrated               INTEGER,
    sound_n                  INTEGER,
    sound_due                INTEGER,
    events_more              INTEGER,
    flags                    TEXT,
    events                   BLOB,
    marks                    BLOB,
    exact                    BLOB,
    PRIMARY KEY (room_id, end_ms, stream_id, seq),
    UNIQUE (stream_id, seq)
) STRICT, WITHOUT ROWID;

-- Records a sender declared lost; the instants are filled in once the records around are known.
CREATE TABLE gaps (
    stream_id INTEGER NOT NULL REFERENCES streams,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    room_id   INTEGER NOT NULL REFERENCES rooms,
    start_ms  INTEGER,
    end_ms    INTEGER,
    PRIMARY KEY (stream_id, first_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX gaps_by_time ON gaps (room_id, end_ms);
CREATE INDEX gaps_undated ON gaps (stream_id) WHERE end_ms IS NULL;

-- A cache, never a source: every row can be computed again from minutes and settings.
CREATE TABLE nights (
    night_id            INTEGER PRIMARY KEY,
    room_id             INTEGER NOT NULL REFERENCES rooms,
    night               TEXT NOT NULL,
    rating              REAL,
    score_model_version INTEGER NOT NULL,
    inputs_hash         TEXT NOT NULL,
    computed_ms         INTEGER NOT NULL,
    outline             BLOB NOT NULL,
    UNIQUE (room_id, night)
) STRICT;
-- The whole score apart, so that a year of outlines is read without it.
CREATE TABLE night_scores (
    night_id INTEGER PRIMARY KEY REFERENCES nights ON DELETE CASCADE,
    score    BLOB NOT NULL
) STRICT;

-- UTC days whose minutes have changed since their nights were scored; survives a kill.
CREATE TABLE unscored_days (
    room_id INTEGER NOT NULL REFERENCES rooms,
    day     INTEGER NOT NULL,
    PRIMARY KEY (room_id, day)
) STRICT, WITHOUT ROWID;
