"""Clients that come back to a mailbox, in several processes: CONDSTORE with IMAPClient, QRESYNC with imaplib and with our own."""

import re

from imapclient import IMAPClient
from support import corpus
from support.mailbox_client import MailboxClient
from support.stack import PATIENCE, eventually

EAGER = {"GARBAGE_RETENTION_SECONDS": 0, "GARBAGE_IDLE_SECONDS": 1, "GARBAGE_PAUSE_SECONDS": 0}


def port_of(stack):
    return int(stack.settings["LIGHTMAIL_IMAP_PORT"])


def fill(stack, account, count):
    for number in range(count):
        stack.deliver(corpus.header(f"message {number}", ""), account.address)


def test_imapclient_asks_for_what_changed(stack, account):
    fill(stack, account, 5)
    with IMAPClient("127.0.0.1", port=port_of(stack), ssl=False, timeout=PATIENCE) as client:
        client.login(account.address, account.password)
        for name in ("CONDSTORE", "OBJECTID", "PREVIEW", "SAVEDATE"):
            assert client.has_capability(name)
        client.enable("CONDSTORE")
        info = client.select_folder("INBOX")
        since = info[b"HIGHESTMODSEQ"]
        uids = client.search()
        known = client.fetch(uids, ["FLAGS", "MODSEQ"])
        assert max(message[b"MODSEQ"][0] for message in known.values()) == since

        with stack.imap(account, mailbox="INBOX") as other:
            other.store("2", "+FLAGS", r"(\Flagged)")
            other.store("4", "+FLAGS", "(work)")
        changed = client.fetch(uids, ["FLAGS"], modifiers=[f"CHANGEDSINCE {since}"])
        assert sorted(changed) == [2, 4]
        assert b"\\Flagged" in changed[2][b"FLAGS"] and b"work" in changed[4][b"FLAGS"]
        assert sorted(message[b"MODSEQ"][0] for message in changed.values()) == [since + 1, since + 2]
        found = client.search(["MODSEQ", since + 2])
        assert list(found) == [4]
        assert found.modseq == since + 2
        assert client.folder_status("INBOX", ["HIGHESTMODSEQ"]) == {b"HIGHESTMODSEQ": since + 2}


def test_a_client_comes_back_to_another_process(stack, account):
    fill(stack, account, 6)
    process, port, _ = stack.imapd(NOTIFY_TICK_MS=60_000, NOTIFY_BINLOG="false")
    try:
        client = MailboxClient(account, port, "QRESYNC")
        client.select("INBOX")
        with stack.imap(account, mailbox="INBOX") as other:
            other.store("2,5", "+FLAGS", r"(\Deleted)")
            other.expunge()
            other.store("1", "+FLAGS", r"(\Seen)")
            stack.deliver(corpus.header("new", ""), account.address)
        client.command("UNSELECT")
        client.resynchronise()
        assert client.earlier == {2, 5}
        assert client.uids() == [1, 3, 4, 6, 7]
        assert client.messages[0].flags == {"\\seen"}
        client.close()
    finally:
        process.terminate()
        process.wait(60)


def resynchronise(client, *known):
    """SELECT of INBOX by QRESYNC with Python's imaplib; returns what is gone, and the flags of what has changed, by UID."""
    client.untagged_responses = {}
    kind, data = client._simple_command("SELECT", "INBOX", f"(QRESYNC ({' '.join(str(value) for value in known)}))")
    assert kind == "OK", data
    client.state = "SELECTED"
    vanished = client.untagged_responses.pop("VANISHED", [])
    assert all(line.startswith(b"(EARLIER) ") for line in vanished), vanished
    fetched = client.untagged_responses.pop("FETCH", [])
    flags = {int(re.search(rb"UID (\d+)", line)[1]): re.search(rb"FLAGS \(([^)]*)\)", line)[1] for line in fetched}
    return [line.removeprefix(b"(EARLIER) ") for line in vanished], flags


def test_imaplib_works_by_qresync_at_two_processes(stack, account):
    """A client that is here in the morning, away at noon, and at another process in the afternoon."""
    fill(stack, account, 8)
    process, port, _ = stack.imapd()
    try:
        with stack.imap(account) as morning:
            assert morning.enable("QRESYNC")[0] == "OK"
            morning.select("INBOX")
            validity = int(morning.untagged_responses["UIDVALIDITY"][0])
            known = int(morning.untagged_responses["HIGHESTMODSEQ"][0])
            assert morning.untagged_responses["UIDNEXT"] == [b"9"]
        with stack.imap(account, mailbox="INBOX") as other:
            other.store("3,6", "+FLAGS", r"(\Flagged)")
            other.store("2,5", "+FLAGS", r"(\Deleted)")
            other.expunge()
        stack.deliver(corpus.header("new", ""), account.address)

        with stack.imap(account, port=port) as noon, stack.imap(account, mailbox="INBOX") as other:
            noon.enable("QRESYNC")
            # What the client says that it does not know is not told (RFC 7162 3.2.5.1).
            assert resynchronise(noon, validity, known, "1:4") == ([b"2"], {3: rb"\Flagged"})
            assert resynchronise(noon, validity, known, "1:8") == ([b"2,5"], {3: rb"\Flagged", 6: rb"\Flagged"})
            gone, flags = resynchronise(noon, validity, known)
            assert gone == [b"2,5"] and sorted(flags) == [3, 6, 9], (gone, flags)
            # Nothing that it has been told is told again.
            newest = int(noon.untagged_responses["HIGHESTMODSEQ"][-1])
            assert newest > known
            assert resynchronise(noon, validity, newest, "1,3:4,6:9") == ([], {})
            # A UIDVALIDITY of another mailbox is no knowledge of this one.
            assert resynchronise(noon, validity + 1, newest) == ([], {})

            # What is expunged at the first process vanishes at the other, by its UID.
            other.uid("STORE", "7", "+FLAGS.SILENT", r"(\Deleted)")
            other.expunge()
            noon.untagged_responses = {}
            assert noon.noop()[0] == "OK"
            assert noon.untagged_responses["VANISHED"] == [b"7"]
            assert "EXPUNGE" not in noon.untagged_responses

            # Who has not seen a change does not undo it.
            other.uid("STORE", "4", "+FLAGS", r"(\Answered)")
            kind, data = noon.uid("STORE", "3:4", f"(UNCHANGEDSINCE {newest})", "FLAGS", r"(\Seen)")
            assert kind == "OK" and noon.untagged_responses["MODIFIED"] == [b"4"], data
            other.noop()
            other.untagged_responses = {}
            kind, data = other.uid("FETCH", "3:4", "(FLAGS)")
            assert rb"\Seen" in data[0] and rb"\Answered" in data[1] and rb"\Seen" not in data[1], data
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_what_the_collector_took_is_still_told(lonely_stack):
    """Once the tombstones are gone, whatever the mailbox lacks is told to be gone; an open session learns of it too."""
    account = lonely_stack.account()
    fill(lonely_stack, account, 8)
    process, port, _ = lonely_stack.imapd(NOTIFY_TICK_MS=60_000, NOTIFY_BINLOG="false")
    away = MailboxClient(account, port_of(lonely_stack), "QRESYNC")
    away.select("INBOX")
    away.command("UNSELECT")
    watcher = MailboxClient(account, port, "QRESYNC")
    watcher.select("INBOX")
    with lonely_stack.imap(account, mailbox="INBOX") as other:
        other.store("1", "+FLAGS", r"(\Deleted)")
        other.expunge()
        # It knows of this one, and then of nothing more.
        away.resynchronise()
        away.command("UNSELECT")
        other.store("2,5:7", "+FLAGS", r"(\Deleted)")
        other.expunge()
    lonely_stack.stop("lightmail-gcd")
    lonely_stack.daemon("lightmail-gcd", METRICS_GCD_PORT=0, **EAGER)
    rows = "SELECT COUNT(*) FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id WHERE m.deleted_at IS NOT NULL"
    eventually(lambda: lonely_stack.sql(rows) == [["0"]], "the tombstones are collected")

    away.resynchronise()
    assert away.earlier == {1, 3, 6, 7, 8}
    assert away.uids() == [2, 4, 5]
    watcher.command("NOOP")
    assert watcher.uids() == [2, 4, 5]
    watcher.command("UID FETCH 4:* (FLAGS) (CHANGEDSINCE 1 VANISHED)")
    assert watcher.earlier == {6, 7, 8}
    away.close()
    watcher.close()
    process.terminate()
    process.wait(60)


def test_a_restored_message_moves_no_number(stack, account):
    """A message that comes back under its old UID: open sessions keep their numbers, the next ones see it."""
    fill(stack, account, 3)
    with MailboxClient(account, port_of(stack), "QRESYNC") as client:
        client.select("INBOX")
        with stack.imap(account, mailbox="INBOX") as other:
            other.store("2", "+FLAGS", r"(\Deleted)")
            other.expunge()
        client.command("NOOP")
        assert client.uids() == [1, 3]
        rows = "messages m JOIN mailboxes b ON b.id = m.mailbox_id JOIN accounts a ON a.id = b.account_id"
        which = f"WHERE a.username = '{account.address}' AND b.name = 'INBOX' AND m.uid = 2"
        stack.sql(
            f"UPDATE {rows} SET b.highest_modseq = b.highest_modseq + 1, b.messages = b.messages + 1, "
            "b.unseen = b.unseen + 1, b.bytes = b.bytes + m.size, a.used_bytes = a.used_bytes + m.size, "
            f"a.used_messages = a.used_messages + 1 {which};"
            f"UPDATE {rows} SET m.deleted_at = NULL, m.flags = 0, m.modseq = b.highest_modseq {which}"
        )
        stack.deliver(corpus.header("new", ""), account.address)
        client.command("NOOP")
        client.learn()
        assert client.uids() == [1, 3, 4]
        client.select("INBOX")
        assert client.uids() == [1, 2, 3, 4]


def test_a_name_that_comes_back_is_another_mailbox(stack, account):
    with stack.imap(account) as client:
        seen = set()
        for _ in range(3):
            assert client.create("again")[0] == "OK"
            client.append("again", None, None, corpus.POSTFIX["plain"])
            client.select("again")
            seen.add(client.untagged_responses["UIDVALIDITY"][-1])
            assert client.untagged_responses["UIDNEXT"][-1] == b"2"
            client.close()
            assert client.delete("again")[0] == "OK"
        assert len(seen) == 3
