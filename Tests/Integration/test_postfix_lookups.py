"""deploy/postfix as docs/POSTFIX.md has it: Postfix asks our tables, as a user who may read nothing else."""

import getpass
import re
import secrets
import smtplib
import subprocess

import pytest
from support import corpus
from support.postfix import AS_ROOT, Postfix
from support.stack import ROOT, fetch_bodies

DEPLOY = ROOT / "deploy/postfix"


@pytest.fixture(scope="module")
def asking_postfix(stack):
    """A Postfix with our main.cf; only the places and the password are those of this stack."""
    password = secrets.token_hex(8)
    socket = stack.settings["LIGHTMAIL_DB_SOCKET"]
    grants = (DEPLOY / "grants.sql").read_text().replace("change me", password)
    subprocess.run(
        ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={getpass.getuser()}",
         stack.settings["LIGHTMAIL_DB_NAME"]],
        input=grants, text=True, check=True,
    )
    maps = stack.directory / "postfix-maps"
    maps.mkdir()
    for name in ("mysql-domains.cf", "mysql-mailboxes.cf"):
        text = (DEPLOY / name).read_text()
        text = text.replace("unix:/run/mysqld/mysqld.sock", f"unix:{socket}").replace("change me", password)
        text = text.replace("dbname = maildb", f"dbname = {stack.settings['LIGHTMAIL_DB_NAME']}")
        (maps / name).write_text(text)
    main = (DEPLOY / "main.cf").read_text().replace("/etc/postfix/", f"{maps}/")
    main = main.replace("/var/spool/postfix/lightmail/lmtp.sock", stack.settings["LIGHTMAIL_LMTP_SOCKET"])
    instance = Postfix(stack.settings["LIGHTMAIL_LMTP_SOCKET"], main)
    instance.maps = maps
    instance.database = (socket, password)
    yield instance
    instance.close()
    subprocess.run(
        ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={getpass.getuser()}",
         "--execute=DROP USER 'postfix'@'localhost'"],
        check=True,
    )


def ask(postfix, table, key):
    result = subprocess.run(
        [*AS_ROOT, "postmap", "-c", postfix.configuration, "-q", key, f"mysql:{postfix.maps}/{table}"],
        capture_output=True, text=True,
    )
    # Our main.cf stands behind the tests' own and overrides lines of it, which is all that may be remarked on.
    assert all("overriding earlier entry" in line for line in result.stderr.splitlines()), result.stderr
    return result.stdout.strip()


def test_lookups(stack, asking_postfix):
    account = stack.account()
    alias = f"alias{secrets.token_hex(4)}@example.com"
    stack.control("alias", "add", alias, account.address)
    assert ask(asking_postfix, "mysql-domains.cf", "example.com") == "example.com"
    assert ask(asking_postfix, "mysql-domains.cf", "elsewhere.example") == ""
    assert ask(asking_postfix, "mysql-mailboxes.cf", account.address) == account.address
    assert ask(asking_postfix, "mysql-mailboxes.cf", alias) == alias
    assert ask(asking_postfix, "mysql-mailboxes.cf", "nobody@example.com") == ""
    assert ask(asking_postfix, "mysql-mailboxes.cf", "x' OR '1'='1@example.com") == ""
    stack.control("account", "disable", account.address)
    assert ask(asking_postfix, "mysql-mailboxes.cf", account.address) == ""
    assert ask(asking_postfix, "mysql-mailboxes.cf", alias) == ""


def test_unknown_recipients_are_refused_at_once(stack, asking_postfix):
    account = stack.account()
    with smtplib.SMTP("127.0.0.1", asking_postfix.port, timeout=60) as client:
        client.ehlo()
        assert client.mail("sender@example.org")[0] == 250
        assert client.rcpt("nobody@example.com")[0] == 550
        assert client.rcpt(account.address)[0] == 250
        user, domain = account.address.split("@")
        assert client.rcpt(f"{user}+lists@{domain}")[0] == 250
    asking_postfix.send(corpus.POSTFIX["plain"], f"{user}+lists@{domain}")
    asking_postfix.wait_until_delivered()
    with stack.imap(account, mailbox="INBOX") as client:
        (body,) = fetch_bodies(client)
    assert re.search(rb"^Delivered-To: .*\+lists@", body)


def test_postfix_may_read_nothing_else(stack, asking_postfix):
    socket, password = asking_postfix.database
    for statement in ("SELECT password_hash FROM accounts", "SELECT * FROM messages", "DELETE FROM aliases"):
        result = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={socket}", "--user=postfix", f"--password={password}",
             stack.settings["LIGHTMAIL_DB_NAME"], f"--execute={statement}"],
            capture_output=True, text=True,
        )
        assert result.returncode == 1 and "denied" in result.stderr, (statement, result.stderr)
