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
