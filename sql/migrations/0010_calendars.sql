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
