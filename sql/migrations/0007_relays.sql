-- What the smarthost has taken over: a retry of the same message within a day is not sent to the same recipient again.
CREATE TABLE relays (
    account_id BIGINT UNSIGNED NOT NULL,                   -- who submitted it
    digest     BINARY(32) NOT NULL,                        -- SHA-256 of the message as received, and of the recipient
    relayed_at DATETIME NOT NULL,
    PRIMARY KEY (account_id, digest),
    KEY relays_age (relayed_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
