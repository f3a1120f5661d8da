-- Where the thing is that a request made: its answer comes again with all that it said.
ALTER TABLE api_requests
    ADD COLUMN location VARCHAR(1024) NULL;
