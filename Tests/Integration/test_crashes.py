"""Any process may be killed at any moment, and no acknowledged mail is lost, and none comes twice."""

import collections
import imaplib
import re
import threading

import pytest
from support import corpus
from support.cutting_proxy import CuttingProxy
from support.lmtp import LMTP
from support.postfix import Postfix
from support.stack import PATIENCE, eventually, fetch_bodies

WORKERS = 6
MARK = re.compile(rb"Subject: mark-([0-9-]+)\r\n")


def marked(mark):
    """A message of its own bytes; every fourth is too large to be held in memory by lmtpd."""
    filler = b"" if int(mark.split("-")[1]) % 4 else b"x" * 76 + b"\r\n"
    return corpus.header(f"mark-{mark}", "") + filler * 5000 + f"text of {mark}\r\n".encode()


class Run:
    """Deliveries from several threads, each of which offers one message after another until it is acknowledged."""

    def __init__(self, offer):
        self.offer = offer
        self.acknowledged = []
        self.attempts = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(WORKERS)]
        for thread in self.threads:
            thread.start()

    def work(self, worker):
        count = 0
        while not self.stopping.is_set():
            mark = f"{worker}-{count}"
            # A message that was offered is offered until it is taken, as Postfix would: the caller stops the run only when
            # every server is back, so this ends.
            while True:
                with self.lock:
                    self.attempts += 1
                if self.offer(mark):
                    break
                self.stopping.wait(0.05)
            with self.lock:
                self.acknowledged.append(mark)
            count += 1

    def wait_for(self, more):
        """Returns when `more` further messages were acknowledged."""
        goal = len(self.acknowledged) + more
        eventually(lambda: len(self.acknowledged) >= goal, f"{more} more messages are acknowledged")

    def finish(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE * 2)
            assert not thread.is_alive(), "a message was never acknowledged"
        return self.acknowledged


def by_lmtp(stack, account):
    def offer(mark):
        try:
            with stack.lmtp() as session:
                ((code, text),) = session.deliver("sender@example.org", [account.address], marked(mark))
        except (OSError, AssertionError):
            return False
        # 5xx would be lost mail: Postfix sends it back.
        assert code == 250 or 400 <= code < 500, (code, text)
        return code == 250

    return offer


def by_append(stack, account):
    def offer(mark):
        try:
            with stack.imap(account) as client:
                return client.append("INBOX", None, None, marked(mark))[0] == "OK"
        except (OSError, imaplib.IMAP4.error):
            return False

    return offer


def marks_in_mailbox(stack, account):
    """How often each mark is there; and each body is whole."""
    found = collections.Counter()
    with stack.imap(account, mailbox="INBOX") as client:
        for body in fetch_bodies(client):
            mark = MARK.search(body)[1].decode()
            assert body.endswith(marked(mark)), mark
            found[mark] += 1
    return found


@pytest.mark.parametrize("victim", ["lightmail-lmtpd", "mariadbd", "s3"])
def test_kill_while_postfix_would_deliver(lonely_stack, victim):
    account = lonely_stack.account()
    run = Run(by_lmtp(lonely_stack, account))
    try:
        for _ in range(3):
            run.wait_for(40)
            lonely_stack.kill(victim)
            lonely_stack.up()
        run.wait_for(40)
    finally:
        acknowledged = run.finish()
    found = marks_in_mailbox(lonely_stack, account)
    assert found == collections.Counter(acknowledged)
    print(f"{victim}: {len(acknowledged)} messages in {run.attempts} attempts, none lost, none twice")


@pytest.mark.parametrize("victim", ["lightmail-imapd", "mariadbd", "s3"])
def test_kill_while_a_client_appends(lonely_stack, victim):
    account = lonely_stack.account()
    run = Run(by_append(lonely_stack, account))
    try:
        for _ in range(2):
            run.wait_for(20)
            lonely_stack.kill(victim)
            lonely_stack.up()
        run.wait_for(20)
    finally:
        acknowledged = run.finish()
    found = marks_in_mailbox(lonely_stack, account)
    # APPEND knows no retry: a client whose OK was lost may leave a message twice, but never lose one.
    assert not collections.Counter(acknowledged) - found
    assert set(found) == set(acknowledged)


def test_everything_is_consistent_after_a_crash(lonely_stack):
    account = lonely_stack.account()
    run = Run(by_lmtp(lonely_stack, account))
    try:
        run.wait_for(30)
        for victim in ("lightmail-lmtpd", "mariadbd", "s3"):
            lonely_stack.kill(victim)
        lonely_stack.up()
        run.wait_for(10)
    finally:
        run.finish()
    result = lonely_stack.control("fsck", check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_reply_lost_after_commit_leaves_one_copy(stack, account):
    """The client offers the same bytes again, and is told 250 without a second copy."""
    path = stack.directory / "direct.sock"
    proxy = CuttingProxy(path, stack.settings["LIGHTMAIL_LMTP_SOCKET"], cuts=2)
    try:
        for name in ("plain", "300 kB"):
            sent = corpus.POSTFIX[name]
            with pytest.raises(OSError):
                with LMTP(path) as session:
                    session.deliver("sender@example.org", [account.address], sent)
            stack.deliver(sent, account.address)
    finally:
        proxy.close()
    assert len(proxy.lost) == 2 and all(reply.startswith(b"250") for reply in proxy.lost), proxy.lost
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 2


def test_postfix_retries_after_a_lost_reply(stack, account):
    path = stack.directory / "cut.sock"
    proxy = CuttingProxy(path, stack.settings["LIGHTMAIL_LMTP_SOCKET"], cuts=4)
    instance = Postfix(path)
    names = ["plain", "8-bit body", "nested multipart", "300 kB"]
    try:
        for name in names:
            instance.send(corpus.POSTFIX[name], account.address)
        instance.wait_until_delivered()
    finally:
        instance.close()
        proxy.close()
    assert len(proxy.lost) == 4 and all(reply.startswith(b"250") for reply in proxy.lost), proxy.lost
    with stack.imap(account, mailbox="INBOX") as client:
        bodies = fetch_bodies(client)
    assert len(bodies) == len(names), [body[:400] for body in bodies]
    for name in names:
        assert sum(body.endswith(b"\r\n" + corpus.POSTFIX[name]) for body in bodies) == 1, name


def test_imap_says_unavailable_and_recovers(lonely_stack):
    account = lonely_stack.account()
    lonely_stack.deliver(corpus.POSTFIX["plain"], account.address)
    with lonely_stack.imap(account, mailbox="INBOX") as client:
        lonely_stack.kill("mariadbd")
        kind, data = client.status("INBOX", "(MESSAGES)")
        assert kind == "NO" and b"[UNAVAILABLE]" in data[0], data
        lonely_stack.up()

        def answers():
            return client.status("INBOX", "(MESSAGES)")[0] == "OK"

        # The same session, without a restart.
        eventually(answers, "the session works again")
        assert len(fetch_bodies(client)) == 1


def test_lmtp_defers_while_a_server_is_away(lonely_stack):
    account = lonely_stack.account()
    for victim in ("s3", "mariadbd"):
        lonely_stack.kill(victim)
        with lonely_stack.lmtp() as session:
            try:
                replies = session.deliver("sender@example.org", [account.address], corpus.POSTFIX["plain"])
            except AssertionError as refused:
                # Already MAIL may be deferred.
                replies = [refused.args[0]]
        assert [code for code, _ in replies] == [451], replies
        lonely_stack.up()
        lonely_stack.deliver(corpus.POSTFIX["plain"], account.address)
    with lonely_stack.imap(account, mailbox="INBOX") as client:
        # The same bytes each time: one copy.
        assert len(fetch_bodies(client)) == 1
