"""lightmailctl: what an administrator does, and what he is told when it cannot be done."""

import imaplib
import json
import os
import re
import secrets
import subprocess

import pytest
from support import corpus
from support.stack import fetch_bodies


def address():
    return f"admin{secrets.token_hex(6)}@example.com"


def test_an_account_lives(stack):
    name = address()
    stack.control("account", "add", name, "--password", "first-password")
    listed = json.loads(stack.control("account", "list", "--json").stdout)
    assert [account["active"] for account in listed if account["address"] == name] == [True]

    # Twice is an error that changes nothing.
    again = stack.control("account", "add", name, "--password", "other-password", check=False)
    assert again.returncode != 0 and name in again.stderr and "exists" in again.stderr
    assert_accepted(stack, name, "first-password")

    # A new password ends the old one at once, though it was used a moment ago.
    stack.control("account", "passwd", name, "--password-stdin", input="second-password\n")
    assert_refused(stack, name, "first-password")
    assert_accepted(stack, name, "second-password")

    stack.control("account", "disable", name)
    assert_refused(stack, name, "second-password")
    stack.control("account", "enable", name)
    assert_accepted(stack, name, "second-password")

    stack.control("account", "remove", name)
    assert_refused(stack, name, "second-password")
    # The address is free again.
    stack.control("account", "add", name, "--password", "third-password")
    assert_accepted(stack, name, "third-password")


def login(stack, name, password):
    client = imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=60)
    try:
        client.login(name, password)
        return True
    except imaplib.IMAP4.error as error:
        # A stopped account is told so after the right password only (RFC 5530 3).
        assert re.search("AUTH(ENTICATION|ORIZATION)FAILED", str(error)), error
        return False
    finally:
        client.logout()


def assert_accepted(stack, name, password):
    assert login(stack, name, password)


def assert_refused(stack, name, password):
    assert not login(stack, name, password)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["account", "add", "no-at-sign", "--password", "long enough"], 65, "address"),
        (["account", "add", "a@no-such-domain.example", "--password", "long enough"], 67, "domain"),
        (["account", "add", "a b@example.com", "--password", "long enough"], 65, "address"),
        (["account", "passwd", "nobody-here@example.com", "--password", "long enough"], 67, "nobody-here@example.com"),
        (["account", "remove", "nobody-here@example.com"], 67, "nobody-here@example.com"),
        (["mailbox", "list", "nobody-here@example.com"], 67, "nobody-here@example.com"),
        (["alias", "remove", "nobody-here@example.com"], 67, "nobody-here@example.com"),
        (["domain", "remove", "no-such-domain.example"], 67, "no-such-domain.example"),
        (["account", "add"], 64, "Missing"),
        (["nonsense"], 64, "nonsense"),
    ],
)
def test_errors_say_what_is_wrong(stack, arguments, code, says):
    result = stack.control(*arguments, check=False)
    assert result.returncode == code, (result.returncode, result.stderr)
    assert says in result.stderr
    assert result.stdout == ""


def test_domains_and_aliases(stack, account):
    domain = f"{secrets.token_hex(6)}.example"
    stack.control("domain", "add", domain)
    assert f"{domain}\t0" in stack.control("domain", "list").stdout.splitlines()
    assert stack.control("domain", "add", domain, check=False).returncode != 0
    stack.control("account", "add", f"box@{domain}", "--password", "long enough")
    # A domain with accounts is not removed by the way.
    assert stack.control("domain", "remove", domain, check=False).returncode != 0
    stack.control("alias", "add", f"alias@{domain}", account.address)
    aliases = json.loads(stack.control("alias", "list", "--json").stdout)
    assert {"alias": f"alias@{domain}", "target": account.address} in aliases
    stack.control("alias", "remove", f"alias@{domain}")
    # A removed account can be restored for a while, so its domain stays as long.
    stack.control("account", "remove", f"box@{domain}")
    kept = stack.control("domain", "remove", domain, check=False)
    assert kept.returncode == 69 and "retained" in kept.stderr

    unused = f"{secrets.token_hex(6)}.example"
    stack.control("domain", "add", unused)
    stack.control("domain", "remove", unused)
    assert unused not in stack.control("domain", "list").stdout


def test_mailboxes_are_listed(stack, account):
    stack.deliver(corpus.POSTFIX["plain"], account.address)
    with stack.imap(account) as client:
        client.create("Projects/Mail")
    mailboxes = json.loads(stack.control("mailbox", "list", account.address, "--json").stdout)
    by_name = {mailbox["name"]: mailbox for mailbox in mailboxes}
    assert by_name["INBOX"]["messages"] == 1
    assert by_name["Projects/Mail"]["messages"] == 0


def test_migrate_again_does_nothing(stack):
    before = stack.sql("SHOW TABLES")
    stack.control("migrate")
    assert stack.sql("SHOW TABLES") == before


def test_configuration_by_the_environment(stack):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
    environment["LIGHTMAIL_CONFIG"] = stack.settings["LIGHTMAIL_CONFIG"]
    result = subprocess.run([stack.binaries / "lightmailctl", "domain", "list"], env=environment, capture_output=True, text=True)
    assert result.returncode == 0 and "example.com" in result.stdout, result.stderr


def test_help_and_completion(stack):
    for arguments in (["--help"], ["account", "--help"], ["account", "add", "--help"], ["fsck", "--help"]):
        result = stack.control(*arguments)
        assert "USAGE: lightmailctl" in result.stdout
    for shell in ("bash", "zsh", "fish"):
        assert "lightmailctl" in stack.control("--generate-completion-script", shell).stdout


def test_fsck_finds_and_mends(lonely_stack):
    account = lonely_stack.account()
    for number in range(3):
        lonely_stack.deliver(corpus.header(f"message {number}", ""), account.address)
    assert lonely_stack.control("fsck", check=False).returncode == 0
    # Counters that lie, as a restored backup might.
    lonely_stack.sql("UPDATE mailboxes SET messages = messages + 7, unseen = 0")
    report = lonely_stack.control("fsck", check=False)
    assert report.returncode == 1 and "INBOX" in report.stdout, report.stdout + report.stderr
    lonely_stack.control("fsck", "--repair")
    assert lonely_stack.control("fsck", check=False).returncode == 0
    with lonely_stack.imap(account) as client:
        assert client.status("INBOX", "(MESSAGES UNSEEN)")[1][0].endswith(b"(MESSAGES 3 UNSEEN 3)")
        client.select("INBOX")
        assert len(fetch_bodies(client)) == 3


def test_secrets_of_a_service_are_lent(stack, tmp_path):
    """As docs/OPERATIONS.md lends lightmailctl what systemd keeps for a service."""
    text = open(stack.settings["LIGHTMAIL_CONFIG"]).read()
    config = tmp_path / "config.ini"
    section = re.search(r"\[database\]\n[^\[]*", text)[0]
    config.write_text(text.replace(section, re.sub(r"(?m)^password *=.*\n", "", section)))
    config.chmod(0o600)
    secret = tmp_path / "database.password"
    secret.write_text(stack.settings["LIGHTMAIL_DB_PASSWORD"] + "\n")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
    command = [stack.binaries / "lightmailctl", "--config", config, "account", "list"]
    for lent, code in (
        ({}, 75),
        ({"CREDENTIALS_DIRECTORY": str(tmp_path)}, 0),
        ({"LIGHTMAIL_DATABASE_PASSWORD_FILE": str(secret)}, 0),
    ):
        result = subprocess.run(command, env=clean | lent, capture_output=True, text=True)
        assert result.returncode == code, (lent, result.stderr)
        assert stack.settings["LIGHTMAIL_DB_PASSWORD"] not in result.stdout + result.stderr
