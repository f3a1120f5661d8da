"""Any process may be killed at any moment, and no acknowledged mail is lost, and none comes twice."""

import collections

import pytest
from support import corpus
from support.cutting_proxy import CuttingProxy
from support.deliveries import Run, by_append, by_lmtp, marks_in_mailbox
from support.lmtp import LMTP
from support.postfix import Postfix
from support.stack import eventually, fetch_bodies


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
