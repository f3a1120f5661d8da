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
