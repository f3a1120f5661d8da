"""NOTIFY: a session hears of what any process does to any of its mailboxes, between commands."""

import statistics
import time

from support import corpus

ROUNDS = 10


def wait_for(client, what):
    """The first line that holds `what`, without a command; the socket's timeout bounds the wait."""
    while True:
        line = client.readline()
        assert line, "the server hung up"
        if what in line:
            return line


def notify(client, arguments):
    tag = client._new_tag()
    client.send(tag + b" NOTIFY " + arguments.encode() + b"\r\n")
    lines = []
    while not lines or not lines[-1].startswith(tag):
        lines.append(client.readline())
    assert lines[-1].startswith(tag + b" OK"), lines
    return lines


def test_changes_of_every_process_are_heard_between_commands(stack, account):
    process, port, _ = stack.imapd()
    waits = {"delivery, selected": [], "APPEND, another mailbox": [], "flags, another mailbox": []}
    try:
        with (
            stack.imap(account, port=port, mailbox="INBOX") as watcher,
            stack.imap(account, mailbox="Archive") as actor,
        ):
            lines = notify(
                watcher,
                "SET STATUS (selected (MessageNew (uid flags) MessageExpunge FlagChange)) "
                "(personal (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))",
            )
            assert sum(b"* STATUS" in line for line in lines) == 5, lines
            for number in range(1, ROUNDS + 1):
                stack.deliver(corpus.header(f"heard {number}", ""), account.address)
                start = time.monotonic()
                wait_for(watcher, b"* %d FETCH (UID %d FLAGS" % (number, number))
                waits["delivery, selected"].append(time.monotonic() - start)

                actor.append("Archive", None, None, corpus.header(f"kept {number}", ""))
                start = time.monotonic()
                wait_for(watcher, b"* STATUS Archive (MESSAGES %d" % number)
                waits["APPEND, another mailbox"].append(time.monotonic() - start)

                actor.noop()
                actor.store(str(number), "+FLAGS", r"(\Seen)")
                start = time.monotonic()
                assert b"UNSEEN 0" in wait_for(watcher, b"* STATUS Archive (UIDVALIDITY")
                waits["flags, another mailbox"].append(time.monotonic() - start)

            actor.create("Lists/new")
            wait_for(watcher, b'"/" Lists/new')
            actor.rename("Lists/new", "Lists/old")
            assert b'"OLDNAME" (Lists/new)' in wait_for(watcher, b'"/" Lists/old')
            actor.subscribe("Lists/old")
            assert rb"\Subscribed" in wait_for(watcher, b'"/" Lists/old')
            actor.delete("Lists/old")
            assert rb"\NonExistent" in wait_for(watcher, b'"/" Lists/old')
            actor.store("1", "+FLAGS", r"(\Deleted)")
            actor.expunge()
            wait_for(watcher, b"* STATUS Archive (MESSAGES %d" % (ROUNDS - 1))
            assert watcher.noop()[0] == "OK"
    finally:
        process.terminate()
        assert process.wait(60) == 0
    for name, times in waits.items():
        print(
            f"{name}: heard in another process after a median of {statistics.median(times) * 1000:.0f} ms, "
            f"at most {max(times) * 1000:.0f} ms, of {len(times)}"
        )
