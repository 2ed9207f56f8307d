-- Who may come in. Nothing here opens the door by itself: the password and the one-time
-- code are scrypt hashes, sessions and tokens SHA-256 digests of 256 random bits.

CREATE TABLE account (
    account_id INTEGER PRIMARY KEY CHECK (account_id = 1),
    password   TEXT NOT NULL,
    device_key BLOB NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE setup_code (
    code_id    INTEGER PRIMARY KEY CHECK (code_id = 1),
    code       TEXT NOT NULL,
    boot_id    TEXT NOT NULL,
    made_s     REAL NOT NULL,
    tries_left INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    token_id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    digest   BLOB NOT NULL UNIQUE,
    made_ms  INTEGER NOT NULL
) STRICT;

-- No token: a person who gave the password.
CREATE TABLE sessions (
    digest   BLOB PRIMARY KEY,
    token_id INTEGER REFERENCES tokens (token_id) ON DELETE CASCADE,
    made_ms  INTEGER NOT NULL,
    seen_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
