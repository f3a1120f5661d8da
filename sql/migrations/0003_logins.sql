-- How clients log in: the verifier of SCRAM beside the password's hash, what is remembered of logins that failed and of
-- those that did not, and the secrets that all processes share.

ALTER TABLE accounts ADD COLUMN scram_sha_256 VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL
    AFTER password_hash;                             -- SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY; NULL: none

-- A row for a network (account is ''), for an account (network is ''), or for an account's owner in a network that he has
-- logged in from (both are set). Anybody can make rows of the first two kinds, so the collector bounds their number.
CREATE TABLE login_records (
    account        VARCHAR(320) NOT NULL,                -- an address as it was claimed, lower case: it may be nobody's
    network        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    failures       DOUBLE NOT NULL,                      -- as it was at seen_at; it decays
    seen_at        DATETIME NOT NULL,
    blocked_until  DATETIME NULL,
    proved_at      DATETIME NULL,                        -- the last right password; only where both are set
    PRIMARY KEY (account, network),
    KEY login_records_age (proved_at, seen_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE secrets (
    name        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    value       VARBINARY(64) NOT NULL,
    created_at  DATETIME NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
