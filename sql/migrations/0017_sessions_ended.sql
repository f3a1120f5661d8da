-- A session that a daemon tells of only after its account was to have none any more, such as one that began just before a new password,
-- is found by when it began.
ALTER TABLE accounts
    ADD COLUMN sessions_ended_at DATETIME NULL;
