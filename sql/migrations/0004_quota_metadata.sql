-- Limits of domains and of the number of mailboxes; annotations of mailboxes and accounts (RFC 5464); names in the change
-- feed, so that who watches an account is told which mailboxes changed, those that are gone too.

ALTER TABLE domains
    ADD COLUMN quota_bytes BIGINT UNSIGNED NULL,         -- of all its living accounts together; NULL: no limit
    ADD COLUMN quota_messages BIGINT UNSIGNED NULL,
    ADD COLUMN used_bytes BIGINT NOT NULL DEFAULT 0,     -- kept while the domain has a limit, 0 without one
    ADD COLUMN used_messages BIGINT NOT NULL DEFAULT 0;

-- The domain's row is locked by who adds a message only where this is set: without a limit of the domain its accounts do
-- not wait for each other.
ALTER TABLE accounts
    ADD COLUMN quota_mailboxes INT UNSIGNED NULL,        -- NULL: no limit but the system's
    ADD COLUMN limited_domain_id BIGINT UNSIGNED NULL;   -- the domain, while it has a limit and the account lives

CREATE TABLE mailbox_metadata (
    mailbox_id  BIGINT UNSIGNED NOT NULL,
    name        VARBINARY(255) NOT NULL,                 -- the entry, lower case: /private/... or /shared/...
    value       MEDIUMBLOB NOT NULL,
    PRIMARY KEY (mailbox_id, name),
    CONSTRAINT mailbox_metadata_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What an account keeps of the server as a whole: /private/... only.
CREATE TABLE account_metadata (
    account_id  BIGINT UNSIGNED NOT NULL,
    name        VARBINARY(255) NOT NULL,
    value       MEDIUMBLOB NOT NULL,
    PRIMARY KEY (account_id, name),
    CONSTRAINT account_metadata_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- mailbox_id is 0 where it is no mailbox that changed, but a subscription or what an account keeps of the server.
ALTER TABLE mailbox_changes
    ADD COLUMN name VARBINARY(1000) NULL,                -- of the mailbox or the subscription
    ADD COLUMN detail VARBINARY(1000) NULL;              -- the name before a rename, or the entry of an annotation
