-- Who may do what in another's mailbox (RFC 4314). The owner holds every right and has no row.
CREATE TABLE mailbox_rights (
    mailbox_id  BIGINT UNSIGNED NOT NULL,
    account_id  BIGINT UNSIGNED NOT NULL,                -- who was given them; 0 for every account of the owner's domain
    domain_id   BIGINT UNSIGNED NOT NULL,                -- the owner's domain where account_id is 0, else 0
    rights      SMALLINT UNSIGNED NOT NULL,              -- bits: 1 l, 2 r, 4 s, 8 w, 16 i, 32 p, 64 k, 128 x, 256 t, 512 e, 1024 a
    PRIMARY KEY (mailbox_id, account_id),
    KEY mailbox_rights_account (account_id, domain_id),
    CONSTRAINT mailbox_rights_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
