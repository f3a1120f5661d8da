-- The beginning of a message's text, as PREVIEW (RFC 8970) shows it: made when the message comes in.

ALTER TABLE object_keys
    ADD COLUMN preview VARBINARY(1024) NULL;             -- UTF-8, empty where there is no text; NULL: not made yet
