"""lightmailctl backup and restore: one account, from one installation to another, with the same UIDs."""

import hashlib
import io
import json
import subprocess
import tarfile

import pytest
from support.api import API
from support.stack import eventually, fetch_bodies

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test\r\nBEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20240101T000000Z\r\n"
    "DTSTART:20240105T120000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def message(number, size=0):
    text = f"From: <a@example.org>\r\nSubject: number {number}\r\n\r\nText of {number}.\r\n"
    return (text + "x" * size + "\r\n").encode()


def state(stack, account):
    """All that a client can see of the account, by mailbox."""
    seen = {}
    with stack.imap(account) as client:
        names = [line.decode().rsplit(' "/" ', 1)[1] for line in client.list()[1]]
        for name in names:
            kind, _ = client.select(name, readonly=True)
            assert kind == "OK"
            validity = client.response("UIDVALIDITY")[1]
            kind, data = client.fetch("1:*", "(UID FLAGS INTERNALDATE MODSEQ BODY.PEEK[])")
            messages = [part for item in data or [] if item for part in (item if isinstance(item, tuple) else [item])]
            seen[name] = (validity, [part.split(b"(", 1)[-1] if b"FETCH" in part else part for part in messages])
        seen["subscriptions"] = sorted(client.lsub()[1])
        seen["list"] = sorted(client.list()[1])
        for name in ("INBOX", '""'):
            client.xatom("GETMETADATA", name, "/private/comment")
            seen[f"annotation of {name}"] = client.response("METADATA")[1]
    return seen


@pytest.fixture
def rich(stack):
    """An account with something of everything."""
    account, friend = stack.account(), stack.account()
    with stack.imap(account, mailbox="INBOX") as client:
        for number in range(5):
            client.append("INBOX", "(\\Seen $Label1 work)" if number % 2 else None, '"05-Mar-2004 10:20:30 +0100"', message(number))
        client.append("INBOX", None, None, message(5, 3_000_000))
        client.noop()
        client.store("2", "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.create("Work/Reports")
        client.subscribe("Work/Reports")
        client.copy("1:3", "Work/Reports")
        client.xatom("SETMETADATA", "INBOX", '(/private/comment "mine")')
        client.xatom("SETMETADATA", '""', '(/private/comment "all")')
        client.xatom("SETACL", "INBOX", friend.address, "lr")
        client.xatom("SETACL", "Archive", "anyone", "lr")
    stack.deliver(message(6), account.address)
    stack.control("alias", "add", f"alias-{account.address}", account.address)
    stack.control("quota", "set", account.address, "--bytes", "50000000", "--mailboxes", "30")
    api = API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])
    user = next(item["id"] for item in api.get("/admin/accounts").json if item["username"] == account.address)
    calendar = api.post("/calendar", {"user_id": user, "name": "Work"}).json
    assert api.post("/calendar/event", {"calendar_id": calendar, "content": EVENT, "summary": "mine"}).status == 201
    # As a client would have named it all.
    stack.sql(f"UPDATE calendars SET resource = 'work', components = 1 WHERE id = {calendar}")
    stack.sql(f"UPDATE calendar_events SET resource = 'ümlaut.ics' WHERE calendar_id = {calendar}")
    stack.sql(
        "INSERT INTO calendar_properties (calendar_id, namespace, name, value) VALUES "
        f"({calendar}, 'http://apple.com/ns/ical/', 'calendar-color', '<c xmlns=\"http://apple.com/ns/ical/\">#00ff00</c>')"
    )
    yield account
    # What is shared with anyone of the domain would be seen by every test after these.
    for name in (account.address, f"copy-{account.address}"):
        stack.control("account", "remove", name, check=False)


def rows(stack, account):
    """What the database has of the account that no protocol shows."""
    of = f"JOIN accounts a ON a.id = b.account_id WHERE a.username = '{account}' AND a.live = 1 AND b.live = 1"
    return [
        stack.sql(
            "SELECT b.name, b.special_use, b.uid_validity, b.first_recent_uid, b.messages, b.unseen, b.bytes, m.uid, m.flags, "
            f"m.modseq, m.size, m.internal_date, m.saved_at, HEX(m.delivered_to), HEX(o.sha256), o.preview FROM mailboxes b "
            f"LEFT JOIN messages m ON m.mailbox_id = b.id AND m.deleted_at IS NULL LEFT JOIN object_keys o ON o.id = m.object_id {of} "
            "ORDER BY b.name, m.uid"
        ),
        stack.sql(f"SELECT b.name, k.bit, k.name FROM mailbox_keywords k JOIN mailboxes b ON b.id = k.mailbox_id {of} ORDER BY 1, 2"),
        stack.sql(
            "SELECT a.password_hash, a.scram_sha_256, a.is_active, a.quota_bytes, a.quota_messages, a.quota_mailboxes, "
            f"a.used_bytes, a.used_messages, a.last_uid_validity FROM accounts a WHERE a.username = '{account}' AND a.live = 1"
        ),
        stack.sql(
            "SELECT b.name, b.resource, b.components, b.events, b.bytes, e.resource, e.summary, p.namespace, p.name, p.value FROM calendars b "
            "LEFT JOIN calendar_events e ON e.calendar_id = b.id AND e.live = 1 "
            f"LEFT JOIN calendar_properties p ON p.calendar_id = b.id {of}"
        ),
    ]


def test_an_account_moves_to_another_installation(stack, lonely_stack, rich, tmp_path):
    path = tmp_path / "account.tar"
    report = json.loads(stack.control("backup", rich.address, str(path), "--json").stdout)
    # Three of the messages are copies, which share their bodies.
    assert report == {
        "account": rich.address, "calendars": 1, "events": 1, "mailboxes": 8, "messages": 9, "objects": 6,
    }
    assert path.stat().st_mode & 0o777 == 0o600
    before, inside = state(stack, rich), rows(stack, rich.address)
    with tarfile.open(path) as tar:
        names = tar.getnames()
        assert names[0] == "lightmail-backup.json" and names[-1] == "end.json"
        end = json.load(tar.extractfile("end.json"))
        assert len([name for name in names if name.startswith("objects/")]) == 6
        offset = tar.getmember("end.json").offset
    # The checksum is anybody's to compute.
    assert hashlib.sha256(path.read_bytes()[:offset]).hexdigest() == end["sha256"]

    keys = len(lonely_stack.object_keys())
    restored = lonely_stack.control("restore", str(path), "--json")
    assert json.loads(restored.stdout) == report
    assert "gets no rights" in restored.stderr
    assert state(lonely_stack, rich) == before
    assert rows(lonely_stack, rich.address) == inside
    assert [row[0] for row in lonely_stack.sql("SELECT address FROM aliases")] == [f"alias-{rich.address}"]
    assert lonely_stack.sql("SELECT b.name, r.rights FROM mailbox_rights r JOIN mailboxes b ON b.id = r.mailbox_id") == [["Archive", "3"]]
    # Six bodies, which copies share here as well, and an event; and all counters are right.
    assert len(lonely_stack.object_keys()) == keys + 7
    assert lonely_stack.control("fsck").returncode == 0
    # What comes now gets a UID that nobody has been told of since.
    highest = int(stack.sql(f"SELECT MAX(uid_next) FROM mailboxes b JOIN accounts a ON a.id = b.account_id WHERE a.username = '{rich.address}'")[0][0])
    lonely_stack.deliver(message(7), f"alias-{rich.address}")
    with lonely_stack.imap(rich, mailbox="INBOX") as client:
        kind, data = client.uid("SEARCH", "ALL")
        assert int(data[0].split()[-1]) >= highest + 100_000

    # Twice is an error that changes nothing.
    again = lonely_stack.control("restore", str(path), check=False)
    assert again.returncode == 73 and rich.address in again.stderr


def test_under_another_name_beside_the_first(stack, rich, tmp_path):
    path = tmp_path / "account.tar"
    stack.control("backup", rich.address, str(path), "--without-password")
    assert stack.control("backup", rich.address, str(path), check=False).returncode == 65
    name = "copy-" + rich.address
    restored = stack.control("restore", str(path), name)
    # The alias stays with the account as well.
    assert restored.stderr.count("alias") == 0
    assert rows(stack, name)[0] == rows(stack, rich.address)[0]
    copy = type(rich)(name, "new-password")
    with pytest.raises(Exception, match="AUTHENTICATIONFAILED"):
        with stack.imap(type(rich)(name, rich.password)):
            pass
    stack.control("account", "passwd", name, "--password-stdin", input="new-password\n")
    with stack.imap(copy, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == 6
    outcome = stack.control("restore", str(path), "who@no-such-domain.example", check=False)
    assert outcome.returncode == 67 and "domain" in outcome.stderr


def test_damaged_files_change_nothing(stack, rich, tmp_path):
    path = tmp_path / "account.tar"
    stack.control("backup", rich.address, str(path), "--json")
    good = path.read_bytes()
    assert stack.control("restore", "--check", str(path)).returncode == 0
    accounts = stack.sql("SELECT COUNT(*), MAX(id) FROM accounts")
    flipped = bytearray(good)
    flipped[good.index(b"Text of 3")] ^= 1
    bad = {
        "flipped": bytes(flipped),
        "header": good[:600] + b"\xff" + good[601:],
        "short": good[: len(good) // 2],
        "no end": good[: good.rindex(b"end.json") - 0],
        "longer": good[:-1024] + good[:2048] + good[-1024:],
        "empty": b"",
        "text": b"Hello\n" * 1000,
        "other tar": b"",
    }
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(__file__, "lightmail.txt")
    bad["other tar"] = (tmp_path / "other.tar").read_bytes()
    for name, content in bad.items():
        damaged = tmp_path / f"{name}.tar"
        damaged.write_bytes(content)
        for arguments in (["restore", str(damaged), "new@example.com"], ["restore", "--check", str(damaged)]):
            outcome = stack.control(*arguments, check=False)
            assert outcome.returncode == 65, (name, outcome.stderr)
            assert "damaged" in outcome.stderr or "no backup" in outcome.stderr, (name, outcome.stderr)
    assert stack.sql("SELECT COUNT(*), MAX(id) FROM accounts") == accounts


def forged(path, target, change):
    """The backup with its values changed, and an end that fits."""
    with tarfile.open(path) as source:
        entries = [(entry, source.extractfile(entry).read()) for entry in source]
    with open(target, "wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry, content in entries:
            if entry.name == "end.json":
                raw.flush()
                content = json.dumps(json.loads(content) | {"sha256": digest_until(target, tar.offset)}).encode()
            elif entry.name.startswith("mailboxes/"):
                content = json.dumps(change(json.loads(content))).encode()
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def digest_until(path, offset):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read(offset)).hexdigest()


@pytest.mark.parametrize(
    "where, numbers",
    [
        ("mailbox", {"highestModSeq": 2**64 - 1}),
        ("mailbox", {"uidValidity": 0}),
        ("mailbox", {"uidNext": 0}),
        ("message", {"uid": 0}),
        ("message", {"uid": 2**32 - 1}),
        ("message", {"uid": 1}),
        ("message", {"modSeq": 2**64 - 1}),
        ("message", {"size": 2**64 - 1}),
        ("message", {"internalDate": 2**63 - 1}),
        ("message", {"savedAt": -(2**63)}),
    ],
    ids=str,
)
def test_numbers_that_cannot_be(stack, rich, tmp_path, where, numbers):
    path, target = tmp_path / "account.tar", tmp_path / "forged.tar"
    stack.control("backup", rich.address, str(path))

    def change(value):
        if where == "mailbox":
            return value | numbers if isinstance(value, dict) else value
        return value[:-1] + [value[-1] | numbers] if isinstance(value, list) else value

    forged(path, target, lambda value: value)
    stack.control("restore", str(target), f"copy-{rich.address}")
    stack.control("account", "remove", f"copy-{rich.address}")
    forged(path, target, change)
    outcome = stack.control("restore", str(target), f"copy-{rich.address}", check=False)
    assert outcome.returncode == 65 and "damaged" in outcome.stderr, outcome.stderr
    assert stack.sql(f"SELECT COUNT(*) FROM accounts WHERE username = 'copy-{rich.address}' AND live = 1") == [["0"]]


def test_a_body_that_is_missing_ends_a_backup(stack, tmp_path):
    account = stack.account()
    stack.deliver(message(1), account.address)
    stack.sql(
        "UPDATE object_keys SET object_key = CONCAT('emails/f', SUBSTRING(object_key, 9)) WHERE id = (SELECT MAX(object_id) FROM messages m "
        f"JOIN mailboxes b ON b.id = m.mailbox_id JOIN accounts a ON a.id = b.account_id WHERE a.username = '{account.address}')"
    )
    path = tmp_path / "account.tar"
    outcome = stack.control("backup", account.address, str(path), check=False)
    assert outcome.returncode == 65 and "the body of UID 1 in INBOX is missing" in outcome.stderr
    # Neither the file nor a part of it stays.
    assert list(tmp_path.iterdir()) == []


def test_kill_9_in_a_restore(stack, tmp_path):
    account = stack.account()
    with stack.imap(account) as client:
        for number in range(400):
            client.append("INBOX", None, None, message(number))
    path = tmp_path / "account.tar"
    stack.control("backup", account.address, str(path))
    name = "again-" + account.address
    command = [stack.binaries / "lightmailctl", "--config", stack.settings["LIGHTMAIL_CONFIG"], "restore", path, name]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    count = f"SELECT COUNT(*) FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id JOIN accounts a ON a.id = b.account_id WHERE a.username = '{name}'"
    eventually(lambda: int(stack.sql(count)[0][0]) >= 100 or process.poll() is not None, "some are restored")
    assert process.poll() is None, "it was done before it could be killed"
    process.kill()
    process.wait()
    half = type(account)(name, account.password)
    # Half an account is nobody's.
    with pytest.raises(Exception, match="AUTH"):
        with stack.imap(half):
            pass
    stack.control("restore", str(path), name)
    with stack.imap(half, mailbox="INBOX") as client:
        assert fetch_bodies(client) == [message(number) for number in range(400)]
