"""Mail that comes in is mail that can be read: the bytes read over IMAP are the bytes sent."""

import imaplib
import re

import pytest
from support import corpus
from support.lmtp import LMTP
from support.postfix import Postfix
from support.stack import eventually, fetch_bodies

# What lmtpd writes above a message (RFC 5321 4.4), and what Postfix wrote before it.
TRACE_FIELDS = {b"return-path", b"delivered-to", b"received"}


def assert_arrived(body, sent, recipient, sender="sender@example.org"):
    """`body` is `sent` below trace fields of ours."""
    assert body.endswith(sent), (len(body), len(sent), body[:300], first_difference(body, sent))
    block = body[: len(body) - len(sent)]
    fields = re.sub(rb"\r\n[ \t]+", b" ", block).split(b"\r\n")
    assert fields.pop() == b""
    names = {field.split(b":", 1)[0].lower() for field in fields}
    assert names == TRACE_FIELDS, block
    assert f"Return-Path: <{sender}>".encode() in fields
    assert f"Delivered-To: {recipient}".encode() in fields


def first_difference(body, sent):
    tail = body[-len(sent) :]
    at = next((index for index, (left, right) in enumerate(zip(tail, sent)) if left != right), None)
    return at if at is None else (at, tail[max(0, at - 40) : at + 40], sent[max(0, at - 40) : at + 40])


@pytest.mark.parametrize("name", corpus.ALL)
def test_lmtp_keeps_every_byte(stack, account, name):
    sent = corpus.ALL[name]
    stack.deliver(sent, account.address)
    with stack.imap(account, mailbox="INBOX") as client:
        (body,) = fetch_bodies(client)
        # RFC 9051 4.3: a literal carries no NUL, so one in the message is shown as 0x80.
        assert_arrived(body, sent.replace(b"\0", b"\x80"), account.address)
        kind, data = client.fetch("1", "(RFC822.SIZE)")
        assert kind == "OK" and f"RFC822.SIZE {len(body)}".encode() in data[0]
        # Whatever it is, its structure can be told, and its first part fetched.
        for items in ("(ENVELOPE)", "(BODYSTRUCTURE)", "(BODY)", "(BODY.PEEK[1])", "(BODY.PEEK[HEADER])", "(BODY.PEEK[TEXT])"):
            kind, data = client.fetch("1", items)
            assert kind == "OK", (items, data)


@pytest.mark.parametrize("name", ["plain", "bare CR and LF", "every byte", "30 MB attachment"])
def test_chunking_keeps_every_byte(stack, account, name):
    sent = corpus.ALL[name]
    size = max(1, len(sent) // 3)
    chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
    with stack.lmtp() as session:
        assert "CHUNKING" in session.lhlo()
        replies = session.deliver_in_chunks("sender@example.org", [account.address], chunks)
    assert [code for code, _ in replies] == [250], replies
    with stack.imap(account, mailbox="INBOX") as client:
        (body,) = fetch_bodies(client)
        assert_arrived(body, sent, account.address)


def test_postfix_delivers_the_corpus(stack, account, postfix):
    for message in corpus.POSTFIX.values():
        postfix.send(message, account.address)
    postfix.wait_until_delivered()
    with stack.imap(account, mailbox="INBOX") as client:
        bodies = fetch_bodies(client)
    assert len(bodies) == len(corpus.POSTFIX)
    for name, sent in corpus.POSTFIX.items():
        # Postfix delivers in parallel, so the order says nothing.
        # One message may end with another, so the shortest that ends with this one is it.
        matching = [body for body in bodies if body.endswith(b"\r\n" + sent)]
        assert matching, f"{name} does not read back as it was sent"
        assert_arrived(min(matching, key=len), sent, account.address)


def test_a_reply_for_each_recipient(stack, account):
    other = stack.account()
    disabled = stack.account()
    stack.control("account", "disable", disabled.address)
    recipients = [account.address, "nobody@example.com", other.address, disabled.address, "user@elsewhere.example"]
    with stack.lmtp() as session:
        replies = session.deliver("sender@example.org", recipients, corpus.ALL["plain"])
    codes = [code for code, _ in replies]
    assert codes[0] == codes[2] == 250, replies
    assert codes[1] == 550 and "5.1.1" in replies[1][1], replies
    assert codes[3] in (450, 550), replies
    assert codes[4] == 550, replies
    for reader in (account, other):
        with stack.imap(reader, mailbox="INBOX") as client:
            assert len(fetch_bodies(client)) == 1


def test_aliases_and_plus_addresses(stack, account):
    stack.control("alias", "add", f"alias.{account.address}", account.address)
    local, domain = account.address.split("@")
    for number, recipient in enumerate([f"alias.{account.address}", f"{local}+lists@{domain}", account.address.upper()]):
        stack.deliver(corpus.header(f"message {number}", ""), recipient)
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 3
    stack.control("alias", "remove", f"alias.{account.address}")
    with stack.lmtp() as session:
        ((code, _),) = session.deliver("sender@example.org", [f"alias.{account.address}"], corpus.ALL["plain"])
    assert code == 550


def test_one_object_a_message(lonely_stack):
    recipients = [lonely_stack.account().address for _ in range(5)]
    before = len(lonely_stack.object_keys())
    lonely_stack.deliver(corpus.ALL["300 kB"], *recipients)
    keys = lonely_stack.object_keys()
    assert len(keys) == before + 1
    assert all(re.fullmatch(r"emails/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.eml", key) for key in keys)


def test_too_large_is_refused(stack, account):
    size = int(stack.lmtp().lhlo()["SIZE"])
    with stack.lmtp() as session:
        session.lhlo()
        code, text = session.command(f"MAIL FROM:<sender@example.org> SIZE={size + 1}")
        assert code == 552 and "5.3.4" in text, (code, text)
    # The same without the announcement: the message itself is too long.
    with stack.lmtp() as session:
        message = corpus.header("too large", "") + (b"x" * 998 + b"\r\n") * (size // 1000 + 2)
        ((code, text),) = session.deliver("sender@example.org", [account.address], message)
        assert code == 552 and "5.3.4" in text, (code, text)
        # And the session goes on.
        ((code, text),) = session.deliver("sender@example.org", [account.address], corpus.ALL["plain"])
        assert code == 250, (code, text)
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 1


def test_a_client_that_leaves_in_the_middle(stack, account):
    session = stack.lmtp()
    session.envelope("sender@example.org", [account.address])
    assert session.command("DATA")[0] == 354
    session.send(corpus.ALL["300 kB"])
    session.close()
    stack.deliver(corpus.ALL["plain"], account.address)
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 1


def test_postfix_tries_again_while_lmtpd_is_away(lonely_stack):
    account = lonely_stack.account()
    instance = Postfix(lonely_stack.settings["LIGHTMAIL_LMTP_SOCKET"])
    try:
        lonely_stack.stop("lightmail-lmtpd")
        instance.send(corpus.POSTFIX["plain"], account.address)
        eventually(lambda: "status=deferred" in instance.read_log(), "Postfix defers the message")
        lonely_stack.up()
        instance.wait_until_delivered()
    finally:
        instance.close()
    with lonely_stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 1


def test_append_keeps_every_byte(stack, account):
    sent = corpus.POSTFIX["300 kB"]
    with stack.imap(account) as client:
        kind, data = client.append("INBOX", r"(\Seen)", imaplib.Time2Internaldate(1_000_000_000), sent)
        assert kind == "OK" and b"APPENDUID" in data[0], data
        client.select("INBOX")
        assert fetch_bodies(client) == [sent]
        kind, data = client.fetch("1", "(FLAGS INTERNALDATE)")
        assert rb"\Seen" in data[0] and b"Sep-2001" in data[0], data


def test_mail_that_goes_in_circles_is_refused(stack, account):
    """RFC 5321 6.3: what has passed a hundred servers is on its way round, and stays nowhere."""
    hop = b"Received: from a.example by b.example; Tue, 24 Nov 2026 21:00:55 +0000\r\n"
    with LMTP(stack.settings["LIGHTMAIL_LMTP_SOCKET"]) as session:
        for hops, code in ((99, 250), (100, 554)):
            message = hop * hops + f"Subject: {hops} hops\r\n\r\nx\r\n".encode()
            ((answer, text),) = session.deliver("sender@example.org", [account.address], message)
            assert answer == code, text
            assert code == 250 or "5.4.6" in text
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 1
