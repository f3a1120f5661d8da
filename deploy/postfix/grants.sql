-- What Postfix may read: which domains and addresses there are, and nothing else; no password hash, no message.
-- Run it as an administrator of MySQL, with a password of your own: mysql maildb <grants.sql
CREATE USER 'postfix'@'localhost' IDENTIFIED BY 'change me';
GRANT SELECT (id, name, is_active) ON domains TO 'postfix'@'localhost';
GRANT SELECT (id, domain_id, username, is_active, live) ON accounts TO 'postfix'@'localhost';
GRANT SELECT (address, account_id) ON aliases TO 'postfix'@'localhost';
