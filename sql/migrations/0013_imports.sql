-- What was imported: a message of another server, Maildir or mbox is taken once, however often the import runs.
CREATE TABLE imported_messages (
    account_id  BIGINT UNSIGNED NOT NULL,
    source      BINARY(32) NOT NULL,                     -- SHA-256 of where the message was: docs/decisions/0013
    imported_at DATETIME NOT NULL,
    PRIMARY KEY (account_id, source)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
