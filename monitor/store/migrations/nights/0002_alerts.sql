-- What the alert rules remember of each room, one JSON value; the decisions; the messages.
-- A decision, the state after it and its messages are one transaction, before anything is sent.

CREATE TABLE alert_states (
    room  TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_decisions (
    decision_id INTEGER PRIMARY KEY,
    room        TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    night       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    what        TEXT NOT NULL,
    fate        TEXT NOT NULL,
    why         TEXT NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX alert_decisions_by_time ON alert_decisions (room, at_ms);

-- One row a decision and channel. made_s and next_s are on the alerts' steady time.
CREATE TABLE outbox (
    message_id  INTEGER PRIMARY KEY,
    decision_id INTEGER NOT NULL REFERENCES alert_decisions,
    channel     TEXT NOT NULL,
    urgency     TEXT NOT NULL,
    made_s      REAL NOT NULL,
    next_s      REAL NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    status      TEXT NOT NULL DEFAULT 'waiting'
        CHECK (status IN ('waiting', 'sending', 'sent', 'failed')),
    answer      TEXT NOT NULL DEFAULT '',
    done_ms     INTEGER
) STRICT;
CREATE INDEX outbox_open ON outbox (message_id) WHERE status IN ('waiting', 'sending');
