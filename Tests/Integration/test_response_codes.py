"""Response codes (RFC 5530, RFC 9051 7.1): each that the server claims is really sent, by the command that has the failure."""

import imaplib

import boto3
import pytest
from botocore.config import Config
from support import corpus
from support.stack import PATIENCE


def answer(client, command):
    """The code in brackets of a command's tagged answer, which is NO or BAD; None for one without a code."""
    tag = client._new_tag()
    client.send(tag + b" " + command + b"\r\n")
    while True:
        line = client.readline()
        assert line, "the server hung up"
        assert not line.startswith(b"+"), line
        if line.startswith(tag):
            break
    words = line.split(b" ", 2)
    assert words[1] in (b"NO", b"BAD"), line
    return words[2][1:].split(b"]")[0].split(b" ")[0].decode() if words[2].startswith(b"[") else None


@pytest.fixture
def client(stack, account):
    for name in ("plain", "dots"):
        stack.deliver(corpus.POSTFIX[name], account.address)
    with stack.imap(account, mailbox="INBOX") as session:
        yield session


@pytest.mark.parametrize(
    "command, code",
    [
        (b"CREATE INBOX", "ALREADYEXISTS"),
        (b"DELETE nowhere", "NONEXISTENT"),
        (b"DELETE INBOX", "CANNOT"),
        (b"SELECT nowhere", "NONEXISTENT"),
        (b"STATUS nowhere (MESSAGES)", "NONEXISTENT"),
        (b"RENAME nowhere somewhere", "NONEXISTENT"),
        (b"RENAME INBOX INBOX", "ALREADYEXISTS"),
        (b"COPY 1 nowhere", "TRYCREATE"),
        (b"MOVE 1 nowhere", "TRYCREATE"),
        (b"APPEND nowhere {1+}\r\nx", "TRYCREATE"),
        (b"SEARCH CHARSET x-unknown ALL", "BADCHARSET"),
        (b"GETACL nowhere", "NONEXISTENT"),
        (b"SETQUOTA \"\" (STORAGE 1)", "NOPERM"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.split(b"{")[0].decode().replace("\r\n", ""),
)
def test_a_command_says_why(client, command, code):
    client.select("INBOX")
    assert answer(client, command) == code


def test_a_login_says_why(stack, account):
    def log_in(port, name, password):
        client = imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE)
        try:
            return answer(client, f'LOGIN {name} "{password}"'.encode())
        finally:
            client.logout()

    port = int(stack.settings["LIGHTMAIL_IMAP_PORT"])
    assert log_in(port, account.address, "wrong") == "AUTHENTICATIONFAILED"
    assert log_in(port, "nobody-here@example.com", "wrong") == "AUTHENTICATIONFAILED"
    other = stack.account()
    stack.control("account", "disable", other.address)
    assert log_in(port, other.address, other.password) == "AUTHORIZATIONFAILED"
    strict = stack.imapd(IMAP_TLS_ONLY="true")[1]
    assert log_in(strict, account.address, account.password) == "PRIVACYREQUIRED"
    narrow = stack.imapd(IMAP_MAX_CONNECTIONS_PER_USER=1)[1]
    with stack.imap(account, port=narrow):
        assert log_in(narrow, account.address, account.password) == "LIMIT"


def test_keywords_and_quota_have_limits(stack, account, client):
    for number in range(64):
        assert client.store("1", "+FLAGS", f"(word{number})")[0] == "OK"
    assert answer(client, b"STORE 1 +FLAGS (word64)") == "LIMIT"
    stack.control("quota", "set", account.address, "--messages", "2")
    assert answer(client, b"APPEND INBOX {14+}\r\nSubject: x\r\n\r\n") == "OVERQUOTA"
    assert answer(client, b"COPY 1 INBOX") == "OVERQUOTA"


def test_a_message_that_is_gone(stack, account, client):
    with stack.imap(account, mailbox="INBOX") as other:
        other.store("1", "+FLAGS", "(\\Deleted)")
        other.expunge()
    # The row still rests: what was expunged can be read until the view is told.
    assert client.fetch("1", "(FLAGS)")[0] == "OK"
    assert answer(client, b"STORE 1 +FLAGS (\\Flagged)") == "EXPUNGEISSUED"


def test_a_body_that_is_lost_or_damaged(stack, account, client):
    settings = stack.settings
    s3 = boto3.client(
        "s3", endpoint_url=settings["LIGHTMAIL_S3_ENDPOINT"], region_name=settings["LIGHTMAIL_S3_REGION"],
        aws_access_key_id=settings["LIGHTMAIL_S3_ACCESS_KEY"], aws_secret_access_key=settings["LIGHTMAIL_S3_SECRET_KEY"],
        config=Config(s3={"addressing_style": "path"}),
    )
    bucket = settings["LIGHTMAIL_S3_BUCKET"]
    keys = [
        row[0]
        for row in stack.sql(
            "SELECT o.object_key FROM object_keys o JOIN messages m ON m.object_id = o.id JOIN mailboxes b ON b.id = m.mailbox_id"
            f" JOIN accounts a ON a.id = b.account_id WHERE a.username = '{account.address}' ORDER BY m.uid"
        )
    ]
    content = s3.get_object(Bucket=bucket, Key=keys[0])["Body"].read()
    s3.put_object(Bucket=bucket, Key=keys[0], Body=bytes(len(content)))
    assert answer(client, b"FETCH 1 BODY.PEEK[]") == "CORRUPTION"
    # The session goes on, and so do the other messages.
    assert client.fetch("2", "(BODY.PEEK[])")[0] == "OK"


def test_a_mailbox_of_another(stack, account, client):
    guest = stack.account()
    client.create("Shared")
    assert client.setacl("Shared", guest.address, "lr")[0] == "OK"
    name = f'"Other Users/{account.address}/Shared"'.encode()
    with stack.imap(guest) as session:
        assert session.select(name.decode(), readonly=True)[0] == "OK"
        for command in (b"APPEND " + name + b" {1+}\r\nx", b"GETACL " + name, b"DELETE " + name):
            assert answer(session, command) == "NOPERM", command
        assert answer(session, b'SELECT "Other Users/' + account.address.encode() + b'/INBOX"') == "NONEXISTENT"
