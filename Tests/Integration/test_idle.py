"""A change made in one process is seen by the sessions of every other."""

import ssl
import statistics
import time

import pytest
from imapclient import IMAPClient
from support import corpus
from support.stack import PATIENCE

ROUNDS = 20


class Idler:
    """A session in IDLE (RFC 2177), on top of imaplib."""

    def __init__(self, client):
        self.client = client
        self.tag = client._new_tag()
        client.send(self.tag + b" IDLE\r\n")
        line = client.readline()
        assert line.startswith(b"+"), line

    def wait_for(self, what):
        """Returns the first untagged line that holds `what`; the socket's timeout bounds the wait."""
        while True:
            line = self.client.readline()
            assert line, "the server hung up"
            if what in line:
                return line

    def done(self):
        self.client.send(b"DONE\r\n")
        while not self.client.readline().startswith(self.tag):
            pass


@pytest.mark.parametrize(
    "settings",
    [{}, {"NOTIFY_BINLOG": "false"}, {"NOTIFY_TICK_MS": 60000}],
    ids=["as it comes", "by ticks alone", "by the binary log alone"],
)
def test_delivery_wakes_a_session_of_another_process(stack, account, settings):
    process, port, _ = stack.imapd(**settings)
    try:
        with stack.imap(account, port=port, mailbox="INBOX") as watcher:
            idler = Idler(watcher)
            waits = []
            with stack.lmtp() as session:
                for number in range(1, ROUNDS + 1):
                    message = corpus.header(f"wake {number}", "")
                    ((code, text),) = session.deliver("sender@example.org", [account.address], message)
                    assert code == 250, text
                    start = time.monotonic()
                    idler.wait_for(b"* %d EXISTS" % number)
                    waits.append(time.monotonic() - start)
            idler.done()
    finally:
        process.terminate()
        assert process.wait(60) == 0
    print(
        f"from 250 to EXISTS in another process: median {statistics.median(waits) * 1000:.0f} ms, "
        f"longest {max(waits) * 1000:.0f} ms of {ROUNDS}"
    )


def test_flags_and_expunges_cross_processes(stack, account):
    for number in range(3):
        stack.deliver(corpus.header(f"message {number}", ""), account.address)
    process, port, _ = stack.imapd()
    try:
        with (
            stack.imap(account, port=port, mailbox="INBOX") as watcher,
            stack.imap(account, mailbox="INBOX") as actor,
        ):
            idler = Idler(watcher)
            actor.store("2", "+FLAGS", r"(\Flagged)")
            line = idler.wait_for(b"* 2 FETCH")
            assert rb"\Flagged" in line
            actor.store("1", "+FLAGS", r"(\Deleted)")
            actor.expunge()
            idler.wait_for(b"* 1 EXPUNGE")
            idler.done()
            kind, data = watcher.search(None, "FLAGGED")
            assert data == [b"1"]
    finally:
        process.terminate()
        process.wait(60)


def test_a_second_process_reads_fresh(stack, account):
    """NOOP, SELECT and STATUS do not wait for a tick of the change feed."""
    process, port, _ = stack.imapd(NOTIFY_TICK_MS=60000, NOTIFY_BINLOG="false")
    try:
        with stack.imap(account, port=port) as client:
            stack.deliver(corpus.header("one", ""), account.address)
            assert b"MESSAGES 1" in client.status("INBOX", "(MESSAGES)")[1][0]
            assert client.select("INBOX")[1] == [b"1"]
            stack.deliver(corpus.header("two", ""), account.address)
            client.noop()
            assert client.untagged_responses["EXISTS"][-1] == b"2"
    finally:
        process.terminate()
        process.wait(60)


def test_a_heartbeat_under_tls(stack, account):
    """A session without news hears that the server is there; one with news hears of them all the same."""
    process, port, _ = stack.imapd(IMAP_IDLE_HEARTBEAT=1)
    trust = ssl.create_default_context(cafile=stack.directory / "tls/cert.pem")
    try:
        with IMAPClient("localhost", port=port, ssl=False, timeout=PATIENCE) as client:
            client.starttls(trust)
            client.login(account.address, account.password)
            client.select_folder("INBOX")
            client.idle()
            said = []
            while len(said) < 2:
                said += heard(client)
            assert set(said) == {(b"OK", b"Still here")}
            stack.deliver(corpus.header("news", ""), account.address)
            while (1, b"EXISTS") not in said:
                said += heard(client)
            client.idle_done()
    finally:
        process.terminate()
        assert process.wait(60) == 0


def heard(client):
    """What comes next in IDLE."""
    lines = client.idle_check(timeout=PATIENCE)
    assert lines, "the server says nothing"
    return lines
