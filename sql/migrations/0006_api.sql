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
