"""Infected mail meets a real clamd on its way in: over LMTP and over APPEND, in every mode."""

import contextlib

import pytest
from support import corpus
from support.clamd import EICAR, LIMIT, Clamd
from support.lmtp import LMTP
from support.stack import fetch_bodies, free_ports, metrics

INFECTED = corpus.header("infected", "") + corpus.lines(EICAR)
ATTACHED = corpus.multipart(
    "infected attachment",
    "b",
    corpus.lines("Content-Type: text/plain", "", "See below."),
    corpus.lines("Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64", "")
    + corpus.base64_lines(EICAR),
)
CLEAN = corpus.POSTFIX["plain"]
# Large enough for a multipart upload, small enough for the scanner.
LARGE = corpus.header("large", "") + corpus.lines("x" * 70) * 130_000 + corpus.lines(EICAR)
OVERSIZE = corpus.header("oversize", "") + corpus.lines("x" * 70) * (LIMIT // 70)


@pytest.fixture(scope="module")
def clamd():
    scanner = Clamd()
    yield scanner
    scanner.close()


class Door:
    """An lmtpd and an imapd of the stack that scan as they are told."""

    def __init__(self, stack, **overrides):
        self.stack = stack
        overrides = {"ANTIVIRUS_ENABLED": "true"} | {f"ANTIVIRUS_{key}": value for key, value in overrides.items()}
        self.lmtpd, self.socket, self.metrics_port = stack.lmtpd(**overrides)
        self.imapd, self.imap_port, self.imap_metrics_port = stack.imapd(**overrides)

    def deliver(self, message, account):
        with LMTP(self.socket) as session:
            ((code, text),) = session.deliver("sender@example.org", [account.address], message)
        return code, text.split(" ")[0]

    def append(self, message, account):
        with self.stack.imap(account, port=self.imap_port) as client:
            kind, data = client.append("INBOX", None, None, message)
            return kind, data[0].decode(), client.response("APPENDUID")[1]

    def scans(self, port=None):
        prefix = 'lightmail_antivirus_scans_total{result="'
        samples = metrics(port or self.metrics_port)
        return {name.removeprefix(prefix)[:-2]: value for name, value in samples.items() if name.startswith(prefix)}

    def close(self):
        for process in (self.lmtpd, self.imapd):
            process.terminate()
        for process in (self.lmtpd, self.imapd):
            process.wait(60)


@contextlib.contextmanager
def door(stack, **overrides):
    opened = Door(stack, **overrides)
    try:
        yield opened
    finally:
        opened.close()


def bodies(stack, account, mailbox):
    with stack.imap(account) as client:
        kind, data = client.select(mailbox)
        return fetch_bodies(client) if kind == "OK" and data != [b"0"] else []


def test_infected_mail_is_rejected(stack, account, clamd):
    with door(stack, HOST="127.0.0.1", PORT=clamd.port, MODE="reject") as opened:
        assert opened.deliver(CLEAN, account)[0] == 250
        assert opened.append(CLEAN, account)[0] == "OK"
        before = set(stack.object_keys())
        for message in (INFECTED, ATTACHED, LARGE):
            assert opened.deliver(message, account) == (550, "5.7.1"), message[:100]
            kind, text, _ = opened.append(message, account)
            assert kind == "NO" and "virus" in text, (kind, text)
        # Nothing of it was stored, and the next message is taken.
        assert set(stack.object_keys()) <= before
        assert opened.deliver(corpus.POSTFIX["dots"], account)[0] == 250
        assert opened.scans() == {"clean": 2, "infected": 3, "too_large": 0, "unavailable": 0}
    assert len(bodies(stack, account, "INBOX")) == 3


def test_infected_mail_is_quarantined(stack, account, clamd):
    with door(stack, SOCKET=clamd.socket, MODE="quarantine") as opened:
        assert opened.deliver(INFECTED, account)[0] == 250
        # A retry adds nothing.
        assert opened.deliver(INFECTED, account)[0] == 250
        assert opened.deliver(CLEAN, account)[0] == 250
        kind, text, uid = opened.append(ATTACHED, account)
        assert kind == "OK" and uid == [None], (text, uid)
        assert opened.append(corpus.POSTFIX["dots"], account)[0] == "OK"
    assert [body.endswith(message) for body, message in zip(bodies(stack, account, "Quarantine"), (INFECTED, ATTACHED))] == [True] * 2
    assert len(bodies(stack, account, "Quarantine")) == 2
    assert len(bodies(stack, account, "INBOX")) == 2
    with stack.imap(account) as client:
        assert any(b"Quarantine" in line for line in client.lsub()[1])


def test_infected_mail_is_tagged(stack, account, clamd):
    with door(stack, SOCKET=clamd.socket, MODE="tag") as opened:
        assert opened.deliver(INFECTED, account)[0] == 250
        assert opened.deliver(CLEAN, account)[0] == 250
        assert opened.append(ATTACHED, account)[0] == "OK"
    with stack.imap(account, mailbox="INBOX") as client:
        assert client.search(None, "KEYWORD $Virus") == ("OK", [b"1 3"])


def test_what_is_too_large_to_be_scanned_is_told_apart(stack, account, clamd):
    with door(stack, SOCKET=clamd.socket, MAX_SIZE=1_000_000) as opened:
        assert opened.deliver(LARGE, account)[0] == 250
        assert opened.scans() == {"clean": 0, "infected": 0, "too_large": 1, "unavailable": 0}
    with door(stack, SOCKET=clamd.socket, OVERSIZE="reject") as opened:
        # Here it is clamd whose own limit is lower.
        assert opened.deliver(OVERSIZE, account) == (552, "5.3.4")
        assert opened.append(OVERSIZE, account)[0] == "NO"
        assert opened.scans() == {"clean": 0, "infected": 0, "too_large": 1, "unavailable": 0}


def test_a_scanner_that_is_away_is_waited_for(stack, account):
    (nobody,) = free_ports(1)
    with door(stack, HOST="127.0.0.1", PORT=nobody) as opened:
        assert opened.deliver(CLEAN, account) == (451, "4.3.0")
        kind, text, _ = opened.append(CLEAN, account)
        assert kind == "NO" and "UNAVAILABLE" in text, (kind, text)
        assert bodies(stack, account, "INBOX") == []
    with door(stack, HOST="127.0.0.1", PORT=nobody, FAIL_OPEN="true") as opened:
        assert opened.deliver(CLEAN, account)[0] == 250
        assert opened.append(CLEAN, account)[0] == "OK"
        assert opened.scans() == {"clean": 0, "infected": 0, "too_large": 0, "unavailable": 1}
    assert len(bodies(stack, account, "INBOX")) == 2
