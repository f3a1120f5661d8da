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
