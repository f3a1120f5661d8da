-- The daemons that run and the sessions that they have, as each last said. Nothing depends on these rows: a daemon that cannot
-- write them serves all the same.
CREATE TABLE daemons (
    id            VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, -- drawn at the start
    kind          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    host          VARCHAR(255) NOT NULL,
    pid           INT UNSIGNED NOT NULL,
    version       VARCHAR(64) NOT NULL,
    started_at    DATETIME NOT NULL,
    seen_at       DATETIME NOT NULL,
    beat_seconds  INT UNSIGNED NOT NULL,                  -- how often it says so
    connections   INT UNSIGNED NOT NULL,
    KEY daemons_seen (seen_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE daemon_sessions (
    id         VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, -- as the log names it
    daemon_id  VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    listener   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    client     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL, -- an IP address; NULL: over a UNIX socket
    began_at   DATETIME NOT NULL,
    is_ending  TINYINT UNSIGNED NOT NULL DEFAULT 0,       -- the daemon is to end it
    KEY daemon_sessions_daemon (daemon_id, is_ending),
    KEY daemon_sessions_account (account_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
