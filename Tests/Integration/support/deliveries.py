"""Messages that are offered until they are acknowledged, while something happens to the servers."""

import collections
import imaplib
import re
import threading

from . import corpus
from .stack import PATIENCE, eventually, fetch_bodies

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
