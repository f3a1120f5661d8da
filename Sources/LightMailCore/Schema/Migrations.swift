// Made by scripts/generate-schema from sql/migrations. Change the migrations, then run it.

extension Migration {
    /// Every step, in order.
    static let all: [Migration] = [
        Migration(
            version: 1, name: "mail",
            statements: """
                CREATE TABLE domains (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    name        VARCHAR(255) NOT NULL,
                    is_active   TINYINT UNSIGNED NOT NULL DEFAULT 1,
                    created_at  DATETIME NOT NULL,
                    UNIQUE KEY domains_name (name)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE accounts (
                    id                BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    domain_id         BIGINT UNSIGNED NOT NULL,
                    username          VARCHAR(320) NOT NULL,
                    password_hash     VARCHAR(128) NOT NULL,
                    is_active         TINYINT UNSIGNED NOT NULL DEFAULT 1,
                    quota_bytes       BIGINT UNSIGNED NULL,
                    quota_messages    BIGINT UNSIGNED NULL,
                    used_bytes        BIGINT NOT NULL DEFAULT 0,
                    used_messages     BIGINT NOT NULL DEFAULT 0,
                    last_uid_validity INT UNSIGNED NOT NULL DEFAULT 0,
                    created_at        DATETIME NOT NULL,
                    deleted_at        DATETIME NULL,
                    live              TINYINT UNSIGNED NULL DEFAULT 1,
                    UNIQUE KEY accounts_username (username, live),
                    KEY accounts_deleted (deleted_at),
                    CONSTRAINT accounts_domain FOREIGN KEY (domain_id) REFERENCES domains (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE aliases (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    address     VARCHAR(320) NOT NULL,
                    account_id  BIGINT UNSIGNED NOT NULL,
                    created_at  DATETIME NOT NULL,
                    UNIQUE KEY aliases_address (address, account_id),
                    CONSTRAINT aliases_account FOREIGN KEY (account_id) REFERENCES accounts (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE mailboxes (
                    id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    account_id       BIGINT UNSIGNED NOT NULL,
                    name             VARBINARY(1000) NOT NULL,
                    special_use      SMALLINT UNSIGNED NOT NULL DEFAULT 0,
                    uid_validity     INT UNSIGNED NOT NULL,
                    uid_next         INT UNSIGNED NOT NULL DEFAULT 1,
                    first_recent_uid INT UNSIGNED NOT NULL DEFAULT 1,
                    highest_modseq   BIGINT UNSIGNED NOT NULL DEFAULT 1,
                    collected_modseq BIGINT UNSIGNED NOT NULL DEFAULT 0,
                    messages         BIGINT NOT NULL DEFAULT 0,
                    unseen           BIGINT NOT NULL DEFAULT 0,
                    bytes            BIGINT NOT NULL DEFAULT 0,
                    created_at       DATETIME NOT NULL,
                    deleted_at       DATETIME NULL,
                    live             TINYINT UNSIGNED NULL DEFAULT 1,
                    UNIQUE KEY mailboxes_name (account_id, name, live),
                    KEY mailboxes_deleted (deleted_at),
                    CONSTRAINT mailboxes_account FOREIGN KEY (account_id) REFERENCES accounts (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE subscriptions (
                    account_id  BIGINT UNSIGNED NOT NULL,
                    name        VARBINARY(1000) NOT NULL,
                    PRIMARY KEY (account_id, name),
                    CONSTRAINT subscriptions_account FOREIGN KEY (account_id) REFERENCES accounts (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE mailbox_keywords (
                    mailbox_id  BIGINT UNSIGNED NOT NULL,
                    bit         TINYINT UNSIGNED NOT NULL,
                    name        VARBINARY(255) NOT NULL,
                    PRIMARY KEY (mailbox_id, bit),
                    UNIQUE KEY mailbox_keywords_name (mailbox_id, name),
                    CONSTRAINT mailbox_keywords_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE object_keys (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    object_key  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    size        BIGINT UNSIGNED NOT NULL,
                    sha256      BINARY(32) NOT NULL,
                    header_size INT UNSIGNED NOT NULL,
                    header      MEDIUMBLOB NULL,
                    envelope    MEDIUMBLOB NOT NULL,
                    structure   MEDIUMBLOB NOT NULL,
                    created_at  DATETIME NOT NULL,
                    UNIQUE KEY object_keys_key (object_key)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE messages (
                    mailbox_id    BIGINT UNSIGNED NOT NULL,
                    uid           INT UNSIGNED NOT NULL,
                    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
                    object_id     BIGINT UNSIGNED NOT NULL,
                    flags         TINYINT UNSIGNED NOT NULL,
                    keywords      BIGINT UNSIGNED NOT NULL,
                    modseq        BIGINT UNSIGNED NOT NULL,
                    size          INT UNSIGNED NOT NULL,
                    internal_date DATETIME NOT NULL,
                    saved_at      DATETIME NOT NULL,
                    delivered_to  VARBINARY(400) NULL,
                    deleted_at    DATETIME NULL,
                    PRIMARY KEY (mailbox_id, uid),
                    UNIQUE KEY messages_id (id),
                    KEY messages_modseq (mailbox_id, modseq),
                    KEY messages_object (object_id),
                    KEY messages_deleted (deleted_at),
                    CONSTRAINT messages_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id),
                    CONSTRAINT messages_object FOREIGN KEY (object_id) REFERENCES object_keys (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE deliveries (
                    mailbox_id   BIGINT UNSIGNED NOT NULL,
                    sha256       BINARY(32) NOT NULL,
                    uid          INT UNSIGNED NOT NULL,
                    delivered_at DATETIME NOT NULL,
                    PRIMARY KEY (mailbox_id, sha256),
                    KEY deliveries_age (delivered_at),
                    CONSTRAINT deliveries_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE mailbox_changes (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    account_id  BIGINT UNSIGNED NOT NULL,
                    mailbox_id  BIGINT UNSIGNED NOT NULL,
                    modseq      BIGINT UNSIGNED NOT NULL,
                    kind        VARCHAR(16) NOT NULL,
                    changed_at  DATETIME NOT NULL
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE garbage_objects (
                    object_id     BIGINT UNSIGNED NOT NULL PRIMARY KEY,
                    queued_at     DATETIME NOT NULL,
                    claimed_by    BIGINT UNSIGNED NULL,
                    claimed_until DATETIME NULL,
                    CONSTRAINT garbage_objects_object FOREIGN KEY (object_id) REFERENCES object_keys (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE garbage_state (
                    name   VARCHAR(64) NOT NULL PRIMARY KEY,
                    value  VARBINARY(255) NOT NULL
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 2, name: "preview",
            statements: """
                ALTER TABLE object_keys
                    ADD COLUMN preview VARBINARY(1024) NULL
                """),
        Migration(
            version: 3, name: "logins",
            statements: """
                ALTER TABLE accounts ADD COLUMN scram_sha_256 VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL
                    AFTER password_hash
                ;
                CREATE TABLE login_records (
                    account        VARCHAR(320) NOT NULL,
                    network        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    failures       DOUBLE NOT NULL,
                    seen_at        DATETIME NOT NULL,
                    blocked_until  DATETIME NULL,
                    proved_at      DATETIME NULL,
                    PRIMARY KEY (account, network),
                    KEY login_records_age (proved_at, seen_at)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE secrets (
                    name        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
                    value       VARBINARY(64) NOT NULL,
                    created_at  DATETIME NOT NULL
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 4, name: "quota_metadata",
            statements: """
                ALTER TABLE domains
                    ADD COLUMN quota_bytes BIGINT UNSIGNED NULL,
                    ADD COLUMN quota_messages BIGINT UNSIGNED NULL,
                    ADD COLUMN used_bytes BIGINT NOT NULL DEFAULT 0,
                    ADD COLUMN used_messages BIGINT NOT NULL DEFAULT 0
                ;
                ALTER TABLE accounts
                    ADD COLUMN quota_mailboxes INT UNSIGNED NULL,
                    ADD COLUMN limited_domain_id BIGINT UNSIGNED NULL
                ;
                CREATE TABLE mailbox_metadata (
                    mailbox_id  BIGINT UNSIGNED NOT NULL,
                    name        VARBINARY(255) NOT NULL,
                    value       MEDIUMBLOB NOT NULL,
                    PRIMARY KEY (mailbox_id, name),
                    CONSTRAINT mailbox_metadata_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE account_metadata (
                    account_id  BIGINT UNSIGNED NOT NULL,
                    name        VARBINARY(255) NOT NULL,
                    value       MEDIUMBLOB NOT NULL,
                    PRIMARY KEY (account_id, name),
                    CONSTRAINT account_metadata_account FOREIGN KEY (account_id) REFERENCES accounts (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                ALTER TABLE mailbox_changes
                    ADD COLUMN name VARBINARY(1000) NULL,
                    ADD COLUMN detail VARBINARY(1000) NULL
                """),
        Migration(
            version: 5, name: "webhooks",
            statements: """
                CREATE TABLE webhook_events (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    event       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    body        MEDIUMBLOB NOT NULL,
                    message_id  BIGINT UNSIGNED NULL,
                    mailbox_id  BIGINT UNSIGNED NULL,
                    object_id   BIGINT UNSIGNED NULL,
                    created_at  DATETIME NOT NULL,
                    attempts    INT UNSIGNED NOT NULL DEFAULT 0,
                    due_at      DATETIME NOT NULL,
                    failure     VARBINARY(255) NULL,
                    dead_at     DATETIME NULL,
                    KEY webhook_events_due (dead_at, due_at)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 6, name: "api",
            statements: """
                CREATE TABLE api_tokens (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    name        VARCHAR(64) NOT NULL,
                    sha256      BINARY(32) NOT NULL,
                    may_write   TINYINT UNSIGNED NOT NULL,
                    created_at  DATETIME NOT NULL,
                    expires_at  DATETIME NULL,
                    UNIQUE KEY api_tokens_name (name),
                    UNIQUE KEY api_tokens_sha256 (sha256)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE api_requests (
                    holder      VARCHAR(64) NOT NULL,
                    request_key BINARY(32) NOT NULL,
                    request     BINARY(32) NOT NULL,
                    begun_at    DATETIME NOT NULL,
                    status      SMALLINT UNSIGNED NULL,
                    answer      MEDIUMBLOB NULL,
                    PRIMARY KEY (holder, request_key),
                    KEY api_requests_age (begun_at)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 7, name: "relays",
            statements: """
                CREATE TABLE relays (
                    account_id BIGINT UNSIGNED NOT NULL,
                    digest     BINARY(32) NOT NULL,
                    relayed_at DATETIME NOT NULL,
                    PRIMARY KEY (account_id, digest),
                    KEY relays_age (relayed_at)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 8, name: "answers",
            statements: """
                ALTER TABLE api_requests
                    ADD COLUMN location VARCHAR(1024) NULL
                """),
        Migration(
            version: 9, name: "rights",
            statements: """
                CREATE TABLE mailbox_rights (
                    mailbox_id  BIGINT UNSIGNED NOT NULL,
                    account_id  BIGINT UNSIGNED NOT NULL,
                    domain_id   BIGINT UNSIGNED NOT NULL,
                    rights      SMALLINT UNSIGNED NOT NULL,
                    PRIMARY KEY (mailbox_id, account_id),
                    KEY mailbox_rights_account (account_id, domain_id),
                    CONSTRAINT mailbox_rights_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 10, name: "calendars",
            statements: """
                CREATE TABLE calendars (
                    id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    account_id       BIGINT UNSIGNED NOT NULL,
                    name             VARCHAR(255) NOT NULL,
                    highest_modseq   BIGINT UNSIGNED NOT NULL DEFAULT 1,
                    collected_modseq BIGINT UNSIGNED NOT NULL DEFAULT 0,
                    events           BIGINT NOT NULL DEFAULT 0,
                    bytes            BIGINT NOT NULL DEFAULT 0,
                    created_at       DATETIME NOT NULL,
                    deleted_at       DATETIME NULL,
                    live             TINYINT UNSIGNED NULL DEFAULT 1,
                    UNIQUE KEY calendars_name (account_id, name, live),
                    KEY calendars_deleted (deleted_at),
                    CONSTRAINT calendars_account FOREIGN KEY (account_id) REFERENCES accounts (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE calendar_events (
                    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                    calendar_id BIGINT UNSIGNED NOT NULL,
                    object_id   BIGINT UNSIGNED NOT NULL,
                    uid         VARBINARY(255) NOT NULL,
                    component   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    summary     VARBINARY(1000) NOT NULL,
                    recurs      TINYINT UNSIGNED NOT NULL,
                    starts_at   BIGINT NULL,
                    ends_at     BIGINT NULL,
                    size        BIGINT UNSIGNED NOT NULL,
                    modseq      BIGINT UNSIGNED NOT NULL,
                    created_at  DATETIME NOT NULL,
                    updated_at  DATETIME NOT NULL,
                    deleted_at  DATETIME NULL,
                    live        TINYINT UNSIGNED NULL DEFAULT 1,
                    UNIQUE KEY calendar_events_uid (calendar_id, uid, live),
                    KEY calendar_events_modseq (calendar_id, modseq),
                    KEY calendar_events_object (object_id),
                    KEY calendar_events_deleted (deleted_at),
                    CONSTRAINT calendar_events_calendar FOREIGN KEY (calendar_id) REFERENCES calendars (id),
                    CONSTRAINT calendar_events_object FOREIGN KEY (object_id) REFERENCES object_keys (id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 13, name: "imports",
            statements: """
                CREATE TABLE imported_messages (
                    account_id  BIGINT UNSIGNED NOT NULL,
                    source      BINARY(32) NOT NULL,
                    imported_at DATETIME NOT NULL,
                    PRIMARY KEY (account_id, source)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 14, name: "presence",
            statements: """
                CREATE TABLE daemons (
                    id            VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
                    kind          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    host          VARCHAR(255) NOT NULL,
                    pid           INT UNSIGNED NOT NULL,
                    version       VARCHAR(64) NOT NULL,
                    started_at    DATETIME NOT NULL,
                    seen_at       DATETIME NOT NULL,
                    beat_seconds  INT UNSIGNED NOT NULL,
                    connections   INT UNSIGNED NOT NULL,
                    KEY daemons_seen (seen_at)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE daemon_sessions (
                    id         VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
                    daemon_id  VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    account_id BIGINT UNSIGNED NOT NULL,
                    listener   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    client     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
                    began_at   DATETIME NOT NULL,
                    is_ending  TINYINT UNSIGNED NOT NULL DEFAULT 0,
                    KEY daemon_sessions_daemon (daemon_id, is_ending),
                    KEY daemon_sessions_account (account_id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 15, name: "calendar_resources",
            statements: """
                ALTER TABLE calendars
                    ADD COLUMN resource   VARBINARY(255) NOT NULL DEFAULT '' AFTER name,
                    ADD COLUMN components TINYINT UNSIGNED NOT NULL DEFAULT 3
                ;
                UPDATE calendars SET resource = CONCAT('calendar-', id)
                ;
                ALTER TABLE calendars ADD UNIQUE KEY calendars_resource (account_id, resource, live)
                ;
                ALTER TABLE calendar_events ADD COLUMN resource VARBINARY(255) NOT NULL DEFAULT '' AFTER uid
                ;
                UPDATE calendar_events SET resource = CONCAT('event-', id, '.ics')
                ;
                ALTER TABLE calendar_events ADD UNIQUE KEY calendar_events_resource (calendar_id, resource, live)
                ;
                CREATE TABLE calendar_properties (
                    calendar_id BIGINT UNSIGNED NOT NULL,
                    namespace   VARBINARY(255) NOT NULL,
                    name        VARBINARY(255) NOT NULL,
                    value       BLOB NOT NULL,
                    PRIMARY KEY (calendar_id, namespace, name),
                    CONSTRAINT calendar_properties_calendar FOREIGN KEY (calendar_id) REFERENCES calendars (id) ON DELETE CASCADE
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 16, name: "samples",
            statements: """
                CREATE TABLE daemon_samples (
                    taken_at     DATETIME NOT NULL,
                    daemon_id    VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                    connections  INT UNSIGNED NOT NULL,
                    operations   BIGINT UNSIGNED NOT NULL,
                    microseconds BIGINT UNSIGNED NOT NULL,
                    slow         BIGINT UNSIGNED NOT NULL,
                    PRIMARY KEY (taken_at, daemon_id)
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                ;
                CREATE TABLE store_samples (
                    taken_at        DATETIME NOT NULL PRIMARY KEY,
                    messages        BIGINT UNSIGNED NOT NULL,
                    bytes           BIGINT UNSIGNED NOT NULL,
                    garbage_objects BIGINT UNSIGNED NOT NULL,
                    garbage_bytes   BIGINT UNSIGNED NOT NULL
                ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
                """),
        Migration(
            version: 17, name: "sessions_ended",
            statements: """
                ALTER TABLE accounts
                    ADD COLUMN sessions_ended_at DATETIME NULL
                """),
    ]
}
