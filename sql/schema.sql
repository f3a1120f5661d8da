-- Made by scripts/generate-schema from sql/migrations: the whole schema with an example account, for
--     mysql < sql/schema.sql
-- The account user@example.com has the password "lightmail". Change it, or remove it, before anybody else can
-- reach the server. `lightmailctl migrate` makes the same schema without the account, and keeps it up to date.

CREATE DATABASE IF NOT EXISTS maildb;
USE maildb;

CREATE TABLE schema_migrations (
    version    INT UNSIGNED NOT NULL PRIMARY KEY,
    name       VARCHAR(64) NOT NULL,
    applied_at DATETIME NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The mail store: who there is, what mailboxes they have, what messages rest in them, and which objects hold the bodies.
-- SQL in the subset that MySQL 8.0 and MariaDB 10.6 share. Times are UTC. Names that people chose compare as bytes.
--
-- `live` is 1 for a living row and NULL for a soft-deleted one: a unique key over it lets a deleted row keep its name
-- for a restore while a new row takes the same name, for NULL equals nothing.

CREATE TABLE domains (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(255) NOT NULL,
    is_active   TINYINT UNSIGNED NOT NULL DEFAULT 1,
    created_at  DATETIME NOT NULL,
    UNIQUE KEY domains_name (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE accounts (
    id                BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    domain_id         BIGINT UNSIGNED NOT NULL,
    username          VARCHAR(320) NOT NULL,             -- the whole address, lower case
    password_hash     VARCHAR(128) NOT NULL,             -- bcrypt, as crypt(3) writes it
    is_active         TINYINT UNSIGNED NOT NULL DEFAULT 1,
    quota_bytes       BIGINT UNSIGNED NULL,              -- NULL: no limit
    quota_messages    BIGINT UNSIGNED NULL,
    used_bytes        BIGINT NOT NULL DEFAULT 0,         -- of live messages in live mailboxes; signed, so that a
    used_messages     BIGINT NOT NULL DEFAULT 0,         -- counter gone wrong is repaired and refuses nothing
    last_uid_validity INT UNSIGNED NOT NULL DEFAULT 0,   -- the highest UIDVALIDITY ever given to a mailbox of this account
    created_at        DATETIME NOT NULL,
    deleted_at        DATETIME NULL,
    live              TINYINT UNSIGNED NULL DEFAULT 1,
    UNIQUE KEY accounts_username (username, live),
    KEY accounts_deleted (deleted_at),
    CONSTRAINT accounts_domain FOREIGN KEY (domain_id) REFERENCES domains (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE aliases (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    address     VARCHAR(320) NOT NULL,                   -- lower case; '@example.com' takes all that the domain lacks
    account_id  BIGINT UNSIGNED NOT NULL,
    created_at  DATETIME NOT NULL,
    UNIQUE KEY aliases_address (address, account_id),
    CONSTRAINT aliases_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE mailboxes (
    id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id       BIGINT UNSIGNED NOT NULL,
    name             VARBINARY(1000) NOT NULL,           -- UTF-8, hierarchy separator '/'
    special_use      SMALLINT UNSIGNED NOT NULL DEFAULT 0, -- bits: 1 All, 2 Archive, 4 Drafts, 8 Flagged, 16 Junk, 32 Sent, 64 Trash, 128 Important
    uid_validity     INT UNSIGNED NOT NULL,
    uid_next         INT UNSIGNED NOT NULL DEFAULT 1,
    first_recent_uid INT UNSIGNED NOT NULL DEFAULT 1,    -- no session has been told of this UID and those above it
    highest_modseq   BIGINT UNSIGNED NOT NULL DEFAULT 1,
    collected_modseq BIGINT UNSIGNED NOT NULL DEFAULT 0, -- tombstones up to this one may be gone
    messages         BIGINT NOT NULL DEFAULT 0,
    unseen           BIGINT NOT NULL DEFAULT 0,
    bytes            BIGINT NOT NULL DEFAULT 0,
    created_at       DATETIME NOT NULL,
    deleted_at       DATETIME NULL,
    live             TINYINT UNSIGNED NULL DEFAULT 1,
    UNIQUE KEY mailboxes_name (account_id, name, live),
    KEY mailboxes_deleted (deleted_at),
    CONSTRAINT mailboxes_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A subscription outlives its mailbox (RFC 9051 6.3.7), so it holds the name.
CREATE TABLE subscriptions (
    account_id  BIGINT UNSIGNED NOT NULL,
    name        VARBINARY(1000) NOT NULL,
    PRIMARY KEY (account_id, name),
    CONSTRAINT subscriptions_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The dictionary of a mailbox's keywords: one bit of messages.keywords each.
CREATE TABLE mailbox_keywords (
    mailbox_id  BIGINT UNSIGNED NOT NULL,
    bit         TINYINT UNSIGNED NOT NULL,
    name        VARBINARY(255) NOT NULL,
    PRIMARY KEY (mailbox_id, bit),
    UNIQUE KEY mailbox_keywords_name (mailbox_id, name),
    CONSTRAINT mailbox_keywords_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One object a message, however many mailboxes hold it; with it, what never changes about the message.
CREATE TABLE object_keys (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    object_key  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    size        BIGINT UNSIGNED NOT NULL,
    sha256      BINARY(32) NOT NULL,
    header_size INT UNSIGNED NOT NULL,                   -- the header with its blank line
    header      MEDIUMBLOB NULL,                         -- NULL: too large to keep here, read it from the object
    envelope    MEDIUMBLOB NOT NULL,                     -- encoded, with a version of its own
    structure   MEDIUMBLOB NOT NULL,
    created_at  DATETIME NOT NULL,
    UNIQUE KEY object_keys_key (object_key)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Narrow rows, clustered by mailbox and UID. A row with deleted_at is a tombstone: it answers VANISHED and undelete.
CREATE TABLE messages (
    mailbox_id    BIGINT UNSIGNED NOT NULL,
    uid           INT UNSIGNED NOT NULL,
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    object_id     BIGINT UNSIGNED NOT NULL,
    flags         TINYINT UNSIGNED NOT NULL,             -- bits: 1 Seen, 2 Answered, 4 Flagged, 8 Deleted, 16 Draft
    keywords      BIGINT UNSIGNED NOT NULL,
    modseq        BIGINT UNSIGNED NOT NULL,
    size          INT UNSIGNED NOT NULL,                 -- octets as a client sees them
    internal_date DATETIME NOT NULL,
    saved_at      DATETIME NOT NULL,
    delivered_to  VARBINARY(400) NULL,                   -- shown as the first header field; not part of the object
    deleted_at    DATETIME NULL,
    PRIMARY KEY (mailbox_id, uid),
    UNIQUE KEY messages_id (id),
    KEY messages_modseq (mailbox_id, modseq),
    KEY messages_object (object_id),
    KEY messages_deleted (deleted_at),
    CONSTRAINT messages_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id),
    CONSTRAINT messages_object FOREIGN KEY (object_id) REFERENCES object_keys (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What was delivered lately: the same bytes for the same mailbox within a day are a retry, and add nothing.
CREATE TABLE deliveries (
    mailbox_id   BIGINT UNSIGNED NOT NULL,
    sha256       BINARY(32) NOT NULL,                    -- of the bytes as received
    uid          INT UNSIGNED NOT NULL,
    delivered_at DATETIME NOT NULL,
    PRIMARY KEY (mailbox_id, sha256),
    KEY deliveries_age (delivered_at),
    CONSTRAINT deliveries_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailboxes (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The change feed: a row for each committed change of a mailbox, read by every process, pruned by the collector.
-- It has a VARCHAR because a binlog reader cannot decode a table of integers alone.
CREATE TABLE mailbox_changes (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id  BIGINT UNSIGNED NOT NULL,
    mailbox_id  BIGINT UNSIGNED NOT NULL,
    modseq      BIGINT UNSIGNED NOT NULL,
    kind        VARCHAR(16) NOT NULL,
    changed_at  DATETIME NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Objects that lost their last message row and wait for the collector. claimed_until is a lease, so that two collectors
-- share the work and a dead one's share comes back.
CREATE TABLE garbage_objects (
    object_id     BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    queued_at     DATETIME NOT NULL,
    claimed_by    BIGINT UNSIGNED NULL,
    claimed_until DATETIME NULL,
    CONSTRAINT garbage_objects_object FOREIGN KEY (object_id) REFERENCES object_keys (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Where the collector's sweeps stopped.
CREATE TABLE garbage_state (
    name   VARCHAR(64) NOT NULL PRIMARY KEY,
    value  VARBINARY(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (1, 'mail', UTC_TIMESTAMP());

-- The beginning of a message's text, as PREVIEW (RFC 8970) shows it: made when the message comes in.

ALTER TABLE object_keys
    ADD COLUMN preview VARBINARY(1024) NULL;             -- UTF-8, empty where there is no text; NULL: not made yet

INSERT INTO schema_migrations VALUES (2, 'preview', UTC_TIMESTAMP());

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

INSERT INTO schema_migrations VALUES (3, 'logins', UTC_TIMESTAMP());

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

INSERT INTO schema_migrations VALUES (4, 'quota_metadata', UTC_TIMESTAMP());

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

INSERT INTO schema_migrations VALUES (5, 'webhooks', UTC_TIMESTAMP());

-- The Admin API: named tokens beside the one of the configuration, and what was answered to requests that may come again.

CREATE TABLE api_tokens (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name        VARCHAR(64) NOT NULL,
    sha256      BINARY(32) NOT NULL,                     -- of the token, which is random and needs no salt
    may_write   TINYINT UNSIGNED NOT NULL,
    created_at  DATETIME NOT NULL,
    expires_at  DATETIME NULL,
    UNIQUE KEY api_tokens_name (name),
    UNIQUE KEY api_tokens_sha256 (sha256)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A request with an idempotency key. Without a status it is being done, or its process died. Forgotten after a day.
CREATE TABLE api_requests (
    holder      VARCHAR(64) NOT NULL,                    -- name of the token
    request_key BINARY(32) NOT NULL,                     -- SHA-256 of the key
    request     BINARY(32) NOT NULL,                     -- SHA-256 of method, path and body
    begun_at    DATETIME NOT NULL,
    status      SMALLINT UNSIGNED NULL,
    answer      MEDIUMBLOB NULL,
    PRIMARY KEY (holder, request_key),
    KEY api_requests_age (begun_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (6, 'api', UTC_TIMESTAMP());

-- What the smarthost has taken over: a retry of the same message within a day is not sent to the same recipient again.
CREATE TABLE relays (
    account_id BIGINT UNSIGNED NOT NULL,                   -- who submitted it
    digest     BINARY(32) NOT NULL,                        -- SHA-256 of the message as received, and of the recipient
    relayed_at DATETIME NOT NULL,
    PRIMARY KEY (account_id, digest),
    KEY relays_age (relayed_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (7, 'relays', UTC_TIMESTAMP());

-- Where the thing is that a request made: its answer comes again with all that it said.
ALTER TABLE api_requests
    ADD COLUMN location VARCHAR(1024) NULL;

INSERT INTO schema_migrations VALUES (8, 'answers', UTC_TIMESTAMP());

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

INSERT INTO schema_migrations VALUES (9, 'rights', UTC_TIMESTAMP());

-- Calendars. What happens is a calendar object: its octets rest in S3 beside the messages', small ones also in the `header`
-- of their row of `object_keys`, so that a listing asks S3 for nothing.

CREATE TABLE calendars (
    id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id       BIGINT UNSIGNED NOT NULL,
    name             VARCHAR(255) NOT NULL,              -- as people see it
    highest_modseq   BIGINT UNSIGNED NOT NULL DEFAULT 1,
    collected_modseq BIGINT UNSIGNED NOT NULL DEFAULT 0, -- tombstones up to this one may be gone
    events           BIGINT NOT NULL DEFAULT 0,
    bytes            BIGINT NOT NULL DEFAULT 0,
    created_at       DATETIME NOT NULL,
    deleted_at       DATETIME NULL,
    live             TINYINT UNSIGNED NULL DEFAULT 1,
    UNIQUE KEY calendars_name (account_id, name, live),
    KEY calendars_deleted (deleted_at),
    CONSTRAINT calendars_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A row with deleted_at is a tombstone: it answers who synchronises, and a restore.
CREATE TABLE calendar_events (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    calendar_id BIGINT UNSIGNED NOT NULL,
    object_id   BIGINT UNSIGNED NOT NULL,
    uid         VARBINARY(255) NOT NULL,
    component   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- VEVENT, VTODO, VJOURNAL, VFREEBUSY
    summary     VARBINARY(1000) NOT NULL,                -- UTF-8
    recurs      TINYINT UNSIGNED NOT NULL,
    starts_at   BIGINT NULL,                             -- seconds since 1970 in UTC, two days wide of the truth; NULL: open
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
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (10, 'calendars', UTC_TIMESTAMP());

-- What was imported: a message of another server, Maildir or mbox is taken once, however often the import runs.
CREATE TABLE imported_messages (
    account_id  BIGINT UNSIGNED NOT NULL,
    source      BINARY(32) NOT NULL,                     -- SHA-256 of where the message was: docs/decisions/0013
    imported_at DATETIME NOT NULL,
    PRIMARY KEY (account_id, source)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (13, 'imports', UTC_TIMESTAMP());

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

INSERT INTO schema_migrations VALUES (14, 'presence', UTC_TIMESTAMP());

-- Calendars over CalDAV: the names that clients give to calendars and to what is in them, which components a calendar
-- takes, and the properties that clients set.

ALTER TABLE calendars
    ADD COLUMN resource   VARBINARY(255) NOT NULL DEFAULT '' AFTER name,  -- its segment of a path
    ADD COLUMN components TINYINT UNSIGNED NOT NULL DEFAULT 3;            -- 1 VEVENT, 2 VTODO, 4 VJOURNAL
UPDATE calendars SET resource = CONCAT('calendar-', id);
ALTER TABLE calendars ADD UNIQUE KEY calendars_resource (account_id, resource, live);

-- A tombstone keeps its name: that is what a client which synchronises knows it by.
ALTER TABLE calendar_events ADD COLUMN resource VARBINARY(255) NOT NULL DEFAULT '' AFTER uid;
UPDATE calendar_events SET resource = CONCAT('event-', id, '.ics');
ALTER TABLE calendar_events ADD UNIQUE KEY calendar_events_resource (calendar_id, resource, live);

-- Dead properties (RFC 4918 4): kept as they came, understood by the clients alone.
CREATE TABLE calendar_properties (
    calendar_id BIGINT UNSIGNED NOT NULL,
    namespace   VARBINARY(255) NOT NULL,
    name        VARBINARY(255) NOT NULL,
    value       BLOB NOT NULL,                           -- the element, as XML that stands by itself
    PRIMARY KEY (calendar_id, namespace, name),
    CONSTRAINT calendar_properties_calendar FOREIGN KEY (calendar_id) REFERENCES calendars (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (15, 'calendar_resources', UTC_TIMESTAMP());

-- What the console plots. Nothing depends on these rows; the collector forgets them after eight days.

-- What a daemon did in five minutes of the clock, written by itself alone.
CREATE TABLE daemon_samples (
    taken_at     DATETIME NOT NULL,                       -- when the five minutes began
    daemon_id    VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    connections  INT UNSIGNED NOT NULL,                   -- at a beat, the most
    operations   BIGINT UNSIGNED NOT NULL,
    microseconds BIGINT UNSIGNED NOT NULL,                -- of all operations together
    slow         BIGINT UNSIGNED NOT NULL,                -- microseconds within which 95 of 100 operations were done
    PRIMARY KEY (taken_at, daemon_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What the store held, by the first collector that came by in these five minutes.
CREATE TABLE store_samples (
    taken_at        DATETIME NOT NULL PRIMARY KEY,
    messages        BIGINT UNSIGNED NOT NULL,
    bytes           BIGINT UNSIGNED NOT NULL,
    garbage_objects BIGINT UNSIGNED NOT NULL,
    garbage_bytes   BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO schema_migrations VALUES (16, 'samples', UTC_TIMESTAMP());

-- A session that a daemon tells of only after its account was to have none any more, such as one that began just before a new password,
-- is found by when it began.
ALTER TABLE accounts
    ADD COLUMN sessions_ended_at DATETIME NULL;

INSERT INTO schema_migrations VALUES (17, 'sessions_ended', UTC_TIMESTAMP());

-- The example account: user@example.com, password "lightmail".
INSERT INTO domains (name, created_at) VALUES ('example.com', UTC_TIMESTAMP());
INSERT INTO accounts (domain_id, username, password_hash, last_uid_validity, created_at)
    SELECT id, 'user@example.com', '$2b$12$ERN0YbNv34OJwcs0ii7yLOjgj30b45ja7Ht0I0.uZZp4k9HpZJCQy', 6, UTC_TIMESTAMP()
    FROM domains WHERE name = 'example.com';
INSERT INTO mailboxes (account_id, name, special_use, uid_validity, created_at)
    SELECT a.id, f.name, f.special_use, f.uid_validity, UTC_TIMESTAMP() FROM accounts a
    JOIN (SELECT 'INBOX' AS name, 0 AS special_use, 1 AS uid_validity
          UNION ALL SELECT 'Archive', 2, 2 UNION ALL SELECT 'Drafts', 4, 3 UNION ALL SELECT 'Junk', 16, 4
          UNION ALL SELECT 'Sent', 32, 5 UNION ALL SELECT 'Trash', 64, 6) f
    WHERE a.username = 'user@example.com';
INSERT INTO subscriptions (account_id, name)
    SELECT b.account_id, b.name FROM mailboxes b JOIN accounts a ON a.id = b.account_id
    WHERE a.username = 'user@example.com';
