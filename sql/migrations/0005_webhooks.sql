-- Events that are to be posted to the operator's URL: written in the transaction that they tell of, sent and removed by
-- lightmail-gcd.
CREATE TABLE webhook_events (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    event       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    body        MEDIUMBLOB NOT NULL,                     -- JSON, without the numbers that stand in the columns
    message_id  BIGINT UNSIGNED NULL,
    mailbox_id  BIGINT UNSIGNED NULL,
    object_id   BIGINT UNSIGNED NULL,
    created_at  DATETIME NOT NULL,
    attempts    INT UNSIGNED NOT NULL DEFAULT 0,
    due_at      DATETIME NOT NULL,                       -- when it is sent; while it is being sent, when others may try
    failure     VARBINARY(255) NULL,                     -- of the last attempt
    dead_at     DATETIME NULL,                           -- given up
    KEY webhook_events_due (dead_at, due_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
