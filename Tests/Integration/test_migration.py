"""lightmailctl import and export: Maildir, mbox and IMAP, read and written by Python's own mailbox module."""

import base64
import contextlib
import json
import mailbox
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from support.stack import eventually, fetch_bodies

DATE = 1_000_000_000


def message(number, size=0):
    text = f"From: <a@example.org>\nTo: <b@example.org>\nSubject: number {number}\nMessage-ID: <{number}@example.org>\n\n"
    return (text + f"Text of {number}.\nFrom here it goes on.\n>From there too.\n" + "x" * size + "\n").encode()


def crlf(text):
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def quoted(name):
    """A name in modified UTF-7 (RFC 3501 5.1.3), as far as these tests need it."""
    shifted = re.sub(
        r"[^\x20-\x7e]+",
        lambda part: "&" + base64.b64encode(part[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-",
        name.replace("&", "&-"),
    )
    return '"' + shifted.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(stack, account):
    """The messages of each mailbox that has any: {name: [(UID, flags, internal date, body)]}."""
    found = {}
    rows = json.loads(stack.control("mailbox", "list", account.address, "--json").stdout)
    for row in rows:
        if row["messages"] == 0:
            continue
        with stack.imap(account, mailbox=quoted(row["name"])) as client:
            kind, data = client.fetch("1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")
            assert kind == "OK"
            heads = [item[0].decode() for item in data if isinstance(item, tuple)]
            bodies = [item[1] for item in data if isinstance(item, tuple)]
        found[row["name"]] = [
            (
                int(re.search(r"UID (\d+)", head)[1]),
                sorted(set(re.search(r"FLAGS \(([^)]*)\)", head)[1].split()) - {"\\Recent"}),
                re.search(r'INTERNALDATE "([^"]*)"', head)[1],
                body,
            )
            for head, body in zip(heads, bodies)
        ]
    return found


def subscribed(stack, account):
    with stack.imap(account) as client:
        return {line.decode().rsplit(" ", 1)[1].strip('"') for line in client.lsub()[1] if line}


def result(outcome):
    return json.loads(outcome.stdout)["result"]


def put(folder, name, content, date=DATE, part="cur"):
    """A file of a Maildir."""
    path = os.path.join(os.fsencode(folder), part.encode(), name if isinstance(name, bytes) else name.encode())
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (date, date))


@pytest.fixture
def maildir(tmp_path):
    """A Maildir as Dovecot leaves it."""
    root = mailbox.Maildir(tmp_path / "Maildir")
    root.add_folder("Work.Reports")
    root.add_folder("Entw&APw-rfe")
    path = tmp_path / "Maildir"
    for number in range(3):
        put(path, f"100000000{number}.M{number}P1.host:2,{'FS' if number else ''}", message(number), DATE + number)
    put(path, "1000000009.M9P1.host", message(9), DATE + 9, part="new")
    put(path / ".Work.Reports", "1000000100.M1P1.host,S=1:2,PRab", message(100), DATE + 100)
    (path / ".Work.Reports/dovecot-keywords").write_text("0 $Label1\n1 project\n")
    put(path / ".Entw&APw-rfe", "1000000200.M1P1.host:2,D", message(200), DATE + 200)
    (path / "subscriptions").write_text("INBOX\nWork.Reports\n")
    return path


def test_a_maildir_comes_in_once(stack, account, maildir):
    first = stack.control("import", "maildir", str(maildir), account.address, "--json")
    assert result(first) == {"added": 6, "known": 0, "mailboxes": 3, "refused": 0}
    found = listed(stack, account)
    assert sorted(found) == ["Entwürfe", "INBOX", "Work/Reports"]
    inbox = found["INBOX"]
    assert [body for *_, body in inbox] == [crlf(message(number)) for number in (0, 1, 2, 9)]
    assert [flags for _, flags, *_ in inbox] == [[], ["\\Flagged", "\\Seen"], ["\\Flagged", "\\Seen"], []]
    assert inbox[0][2] == " 9-Sep-2001 01:46:40 +0000" and inbox[3][2] == " 9-Sep-2001 01:46:49 +0000"
    (report,) = found["Work/Reports"]
    assert report[1] == ["$Forwarded", "$Label1", "\\Answered", "project"]
    assert report[2] == " 9-Sep-2001 01:48:20 +0000"
    assert "Work/Reports" in subscribed(stack, account)

    # Flags changed and files moved from new to cur are the same messages; what was deleted here stays away.
    os.rename(maildir / "new/1000000009.M9P1.host", maildir / "cur/1000000009.M9P1.host:2,S")
    with stack.imap(account, mailbox="INBOX") as client:
        client.store("1", "+FLAGS", "\\Deleted")
        client.expunge()
    put(maildir, "1000000010.M1P1.host:2,", message(10))
    second = stack.control("import", "maildir", str(maildir), account.address, "--json")
    assert result(second) == {"added": 1, "known": 6, "mailboxes": 3, "refused": 0}
    assert len(listed(stack, account)["INBOX"]) == 4
    # Only who asks for it gets everything again.
    assert "7" in stack.control("import", "forget", account.address).stdout
    third = stack.control("import", "maildir", str(maildir), account.address, "--json")
    assert result(third)["added"] == 7


def test_a_maildir_of_an_enemy(stack, account, maildir, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(message(666))
    os.symlink(secret, maildir / "cur/1.link:2,S")
    (tmp_path / "elsewhere/cur").mkdir(parents=True)
    os.symlink(tmp_path / "elsewhere", maildir / ".Link")
    os.mkfifo(maildir / "cur/2.fifo:2,")
    put(maildir, "3.empty:2,", b"")
    put(maildir, b"4.odd\xff\xfe name\x01:2,S", message(4))
    odd = mailbox.Maildir(maildir)
    odd.add_folder("a%b*c&bad")
    put(maildir / ".a%b*c&bad", "5.x:2,", message(5))
    os.makedirs(os.fsencode(maildir) + b"/.latin\xe9/cur")
    put(os.fsencode(maildir) + b"/.latin\xe9", "6.x:2,", b"Subject: long\n\n" + b"y" * 3_000_000)
    outcome = stack.control("import", "maildir", str(maildir), account.address, "--json", check=False)
    assert outcome.returncode == 1
    assert "1.link:2,S: it is a symbolic link" in outcome.stderr and ".Link: it is a symbolic link" in outcome.stderr
    assert "3.empty:2,: it is empty" in outcome.stderr
    # What was refused is told: the link twice over, and the empty file.
    assert result(outcome) == {"added": 9, "known": 0, "mailboxes": 5, "refused": 3}
    found = listed(stack, account)
    assert all(b"number 666" not in body for box in found.values() for *_, body in box)
    names = {row["name"] for row in json.loads(stack.control("mailbox", "list", account.address, "--json").stdout)}
    assert {"a_b_c&bad", "latiné"} <= names


def test_quota_ends_an_import_and_more_room_continues_it(stack, account, tmp_path):
    path = tmp_path / "Maildir"
    mailbox.Maildir(path)
    for number in range(20):
        put(path, f"{number:03}.x:2,", message(number), DATE + number)
    stack.control("quota", "set", account.address, "--messages", "7")
    outcome = stack.control("import", "maildir", str(path), account.address, check=False)
    assert outcome.returncode == 69 and "quota" in outcome.stderr
    assert len(listed(stack, account)["INBOX"]) == 7
    stack.control("quota", "set", account.address, "--messages", "none")
    again = stack.control("import", "maildir", str(path), account.address, "--json")
    assert result(again) == {"added": 13, "known": 7, "mailboxes": 1, "refused": 0}
    assert [body for *_, body in listed(stack, account)["INBOX"]] == [crlf(message(number)) for number in range(20)]


def killed_midway(stack, arguments, account, wanted):
    """Runs lightmailctl and kills it with -9 when `wanted` messages are there."""
    command = [stack.binaries / "lightmailctl", "--config", stack.settings["LIGHTMAIL_CONFIG"], *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        count = f"SELECT used_messages FROM accounts WHERE username = '{account.address}'"
        eventually(
            lambda: int(stack.sql(count)[0][0]) >= wanted or process.poll() is not None, "some messages are imported"
        )
        assert process.poll() is None, "it was done before it could be killed"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_kill_9_in_the_middle(stack, account, tmp_path):
    path = tmp_path / "Maildir"
    mailbox.Maildir(path)
    for number in range(1500):
        put(path, f"{number:05}.x:2,S", message(number), DATE + number)
    arguments = ["import", "maildir", str(path), account.address, "--json"]
    killed_midway(stack, arguments, account, 100)
    outcome = result(stack.control(*arguments))
    assert outcome["added"] + outcome["known"] == 1500 and outcome["known"] >= 100 and outcome["added"] > 0
    with stack.imap(account, mailbox="INBOX") as client:
        assert fetch_bodies(client) == [crlf(message(number)) for number in range(1500)]
    assert result(stack.control(*arguments)) == {"added": 0, "known": 1500, "mailboxes": 1, "refused": 0}


def test_an_mbox_comes_in_once(stack, account, tmp_path):
    path = tmp_path / "old.mbox"
    box = mailbox.mbox(path)
    for number in range(5):
        item = mailbox.mboxMessage(message(number))
        item.set_from("someone@example.org", time.gmtime(DATE + number))
        item.set_flags("ROA" if number % 2 else "F")
        item["X-Keywords"] = "$Label1 project"
        box.add(item)
    box.flush()
    arguments = ["import", "mbox", str(path), account.address, "--mailbox", "Archive/2001", "--json"]
    assert result(stack.control(*arguments)) == {"added": 5, "known": 0, "mailboxes": 1, "refused": 0}
    found = listed(stack, account)["Archive/2001"]
    assert [flags for _, flags, *_ in found] == [
        ["$Label1", "\\Answered", "\\Seen", "project"] if number % 2 else ["$Label1", "\\Flagged", "project"]
        for number in range(5)
    ]
    assert [date for _, _, date, _ in found] == [f" 9-Sep-2001 01:46:4{number} +0000" for number in range(5)]
    for number, (*_, body) in enumerate(found):
        assert b"\r\nFrom here it goes on.\r\n" in body and b"Status" not in body and b"X-Keywords" not in body
        assert body.startswith(b"From: <a@example.org>\r\n") and f"number {number}\r\n".encode() in body
    # More mail at the end, other flags, and a message less.
    box = mailbox.mbox(path)
    box.remove(0)
    item = mailbox.mboxMessage(message(77))
    item.set_from("someone@example.org", time.gmtime(DATE + 77))
    box.add(item)
    box.flush()
    assert result(stack.control(*arguments)) == {"added": 1, "known": 4, "mailboxes": 1, "refused": 0}
    assert len(listed(stack, account)["Archive/2001"]) == 6


def test_files_that_are_no_mbox(stack, account, tmp_path):
    for name, content in {"text": b"Hello\n", "nodate": b"From me\n\nx\n", "zeros": b"\0" * 100_000}.items():
        path = tmp_path / name
        path.write_bytes(content)
        outcome = stack.control("import", "mbox", str(path), account.address, check=False)
        assert outcome.returncode == 1 and "no mbox" in outcome.stderr, outcome.stderr
    assert stack.control("import", "mbox", str(tmp_path / "none"), account.address, check=False).returncode == 65
    assert listed(stack, account) == {}


def test_an_mbox_of_huge_lines(stack, account, tmp_path):
    path = tmp_path / "huge"
    from_line = b"From a Sun Sep  9 01:46:40 2001\n"
    bodies = [b"Subject: " + b"s" * 50_000 + b"\n\n" + b"b" * 9_000_000 + b"\n", b"Subject: b\n\nFrom x\n\nFrom y\n"]
    path.write_bytes(from_line + bodies[0] + b"\n" + from_line + bodies[1])
    limited = [
        *["prlimit", "--data=400000000", str(stack.binaries / "lightmailctl")],
        *["--config", stack.settings["LIGHTMAIL_CONFIG"], "import", "mbox", str(path), account.address, "--json"],
    ]
    outcome = subprocess.run(limited, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    assert result(outcome)["added"] == 2
    assert [body for *_, body in listed(stack, account)["INBOX"]] == [crlf(body) for body in bodies]


def test_a_maildir_goes_out_and_comes_back(stack, account, maildir, tmp_path):
    stack.control("import", "maildir", str(maildir), account.address)
    with stack.imap(account) as client:
        client.create('"v1.2 notes"')
        client.append('"v1.2 notes"', "(\\Draft $Label1)", None, crlf(message(12)))
    before = listed(stack, account)
    out = tmp_path / "out"
    arguments = ["export", "maildir", account.address, str(out), "--json"]
    assert result(stack.control(*arguments))["written"] == 7
    box = mailbox.Maildir(out, create=False)
    assert len(box) == 4
    assert sorted(item.get_flags() for item in box) == ["", "", "FS", "FS"]
    assert sorted(int(item.get_date()) for item in box) == [DATE, DATE + 1, DATE + 2, DATE + 9]
    reports = box.get_folder("Work.Reports")
    assert len(reports) == 1
    assert "v1%2e2 notes" in box.list_folders() and "Entw&APw-rfe" in box.list_folders()
    # Nothing is written twice, and nobody else can read it.
    assert result(stack.control(*arguments)) == {"known": 7, "mailboxes": 10, "refused": 0, "written": 0}
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.rglob("*") if path.is_file())
    assert not list(out.glob("**/tmp/*"))

    other = stack.account()
    stack.control("import", "maildir", str(out), other.address)
    assert {name: [item[1:] for item in box] for name, box in listed(stack, other).items()} == {
        name: [item[1:] for item in sorted(box, key=lambda item: item[2])] for name, box in before.items()
    }
    assert subscribed(stack, other) == subscribed(stack, account)


def test_an_export_is_cut_off_and_continued(stack, account, tmp_path):
    source = tmp_path / "Maildir"
    mailbox.Maildir(source)
    for number in range(1200):
        put(source, f"{number:05}.x:2,S", message(number), DATE + number)
    stack.control("import", "maildir", str(source), account.address)
    for kind, count in (
        ("maildir", lambda path: len(list(path.glob("cur/*")))),
        ("mbox", lambda path: sum(file.stat().st_size for file in path.glob("INBOX.mbox")) // 200),
    ):
        out = tmp_path / kind
        command = [stack.binaries / "lightmailctl", "--config", stack.settings["LIGHTMAIL_CONFIG"]]
        process = subprocess.Popen(
            [*command, "export", kind, account.address, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(lambda: count(out) > 50 or process.poll() is not None, "some messages are written")
        assert process.poll() is None, "it was done before it could be killed"
        process.kill()
        process.wait()
        outcome = result(stack.control("export", kind, account.address, str(out), "--json"))
        assert outcome["written"] + outcome["known"] == 1200 and outcome["known"] > 0 and outcome["written"] > 0
        box = mailbox.Maildir(out, create=False) if kind == "maildir" else mailbox.mbox(out / "INBOX.mbox", create=False)
        subjects = [item["Subject"] for item in box]
        assert len(subjects) == 1200 and set(subjects) == {f"number {number}" for number in range(1200)}
        assert result(stack.control("export", kind, account.address, str(out), "--json"))["written"] == 0


def test_an_mbox_goes_out_and_comes_back(stack, account, maildir, tmp_path):
    stack.control("import", "maildir", str(maildir), account.address)
    before = listed(stack, account)
    out = tmp_path / "out"
    arguments = ["export", "mbox", account.address, str(out), "--json"]
    assert result(stack.control(*arguments))["written"] == 6
    box = mailbox.mbox(out / "INBOX.mbox", create=False)
    assert [item.get_flags() for item in box] == ["O", "ROF", "ROF", "O"]
    assert [item["Subject"] for item in box] == ["number 0", "number 1", "number 2", "number 9"]
    assert b"\n>From here it goes on.\n>>From there too.\n" in (out / "INBOX.mbox").read_bytes()
    assert (out / "Work%2fReports.mbox").exists()
    # New mail is added behind what is there.
    stack.deliver(crlf(message(500)), account.address)
    again = result(stack.control(*arguments))
    assert again["written"] == 1 and again["known"] == 6
    # A file of somebody else's is left alone.
    (out / "Junk.mbox").unlink()
    (out / "Junk.mbox").write_text("mine")
    (out / ".lightmail-export/Junk.mbox").unlink()
    outcome = stack.control(*arguments, check=False)
    assert outcome.returncode == 1 and "Junk" in outcome.stderr and (out / "Junk.mbox").read_text() == "mine"
    (out / "Junk.mbox").unlink()

    other = stack.account()
    stack.control("import", "mbox", str(out), other.address)
    after = {name: [item[1:] for item in box] for name, box in listed(stack, other).items()}
    assert after["INBOX"][:4] == [item[1:] for item in before["INBOX"]] and len(after["INBOX"]) == 5
    assert {name: box for name, box in after.items() if name != "INBOX"} == {
        name: [item[1:] for item in box] for name, box in before.items() if name != "INBOX"
    }


def imap(stack, way="none"):
    name = "LIGHTMAIL_IMAPS_PORT" if way == "tls" else "LIGHTMAIL_IMAP_PORT"
    return ["import", "imap", "--host", "127.0.0.1", "--port", stack.settings[name], "--tls", way]


def test_an_imap_account_comes_in_once(stack, lonely_stack, maildir):
    """From one installation to another."""
    source, target = stack.account(), lonely_stack.account()
    stack.control("import", "maildir", str(maildir), source.address)
    big = message(1, size=5_000_000)
    with stack.imap(source) as client:
        client.create(quoted('A "quoted" & oddé name'))
        client.append(quoted('A "quoted" & oddé name'), "(\\Draft $Label9)", None, crlf(message(12)))
        client.append("Archive", None, '"01-Feb-2003 04:05:06 +0200"', crlf(big))
    arguments = [*imap(stack), "--user", source.address, "--password-stdin", target.address, "--json"]
    outcome = result(lonely_stack.control(*arguments, input=source.password + "\n"))
    before = listed(stack, source)
    assert outcome["added"] == sum(len(box) for box in before.values()) == 8 and outcome["refused"] == 0
    strip = lambda boxes: {name: [item[1:] for item in box] for name, box in boxes.items()}  # noqa: E731
    assert strip(listed(lonely_stack, target)) == strip(before)
    assert subscribed(lonely_stack, target) == subscribed(stack, source)
    # \Seen was set by nobody there.
    assert listed(stack, source) == before
    again = result(lonely_stack.control(*arguments, input=source.password + "\n"))
    assert again["added"] == 0 and again["known"] == 8
    # A mailbox that was made anew has another UIDVALIDITY, and its messages are others.
    with stack.imap(source) as client:
        client.delete("Work/Reports")
        client.create("Work/Reports")
        client.append("Work/Reports", None, None, crlf(message(13)))
    assert result(lonely_stack.control(*arguments, input=source.password + "\n"))["added"] == 1


def test_the_ways_to_another_server(stack, account, tmp_path):
    other = stack.account()
    certificate = next(stack.directory.rglob("*cert*.pem"), None) or next(stack.directory.rglob("*.crt"))
    secret = tmp_path / "secret"
    secret.write_text(other.password + "\n")
    common = ["--user", other.address, "--password-file", str(secret), account.address]
    for way in ("tls", "starttls"):
        arguments = imap(stack, way)
        arguments[arguments.index("127.0.0.1")] = "localhost"
        # A certificate that nobody vouches for is refused, and with it the login.
        outcome = stack.control(*arguments, *common, check=False)
        assert outcome.returncode == 65 and "certificate" in outcome.stderr.lower(), outcome.stderr
        stack.control(*arguments, "--ca-file", str(certificate), *common)
    secret.write_text("wrong")
    outcome = stack.control(*imap(stack), *common, check=False)
    assert outcome.returncode == 65 and "127.0.0.1" in outcome.stderr
    outcome = stack.control(*imap(stack), "--user", "x", account.address, check=False, stdin=subprocess.DEVNULL)
    assert outcome.returncode == 64 and "LIGHTMAIL_IMPORT_PASSWORD" in outcome.stderr


def test_imap_is_killed_in_the_middle(stack, lonely_stack, tmp_path):
    source, target = stack.account(), lonely_stack.account()
    path = tmp_path / "Maildir"
    mailbox.Maildir(path)
    for number in range(800):
        put(path, f"{number:05}.x:2,S", message(number), DATE + number)
    stack.control("import", "maildir", str(path), source.address)
    secret = tmp_path / "secret"
    secret.write_text(source.password)
    arguments = [*imap(stack), "--user", source.address, "--password-file", str(secret), target.address, "--json"]
    killed_midway(lonely_stack, arguments, target, 100)
    outcome = result(lonely_stack.control(*arguments))
    assert outcome["added"] + outcome["known"] == 800 and outcome["known"] >= 100
    with lonely_stack.imap(target, mailbox="INBOX") as client:
        assert fetch_bodies(client) == [crlf(message(number)) for number in range(800)]


class Enemy:
    """An IMAP server that logs anybody in and then says what it was told to."""

    def __init__(self, answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = str(self.listener.getsockname()[1])
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb") as stream:
            try:
                stream.write(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
                stream.flush()
                while line := stream.readline():
                    tag, command = line.split(None, 1)
                    word = command.split()[0].upper()
                    answer = self.answers.get(word, b"")
                    if answer is None:
                        return
                    if word == b"CAPABILITY":
                        answer = b"* CAPABILITY IMAP4rev1\r\n"
                    stream.write(answer)
                    if answer == CUT:
                        return
                    stream.write(tag + b" OK done\r\n")
                    stream.flush()
            except OSError:
                pass


# A literal of which the end does not come.
CUT = b"* 1 FETCH (BODY[] {50}\r\nshort"
LIST = b'* LIST () "/" INBOX\r\n'
EXAMINE = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"
FETCH = b'* 1 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE "01-Feb-2003 04:05:06 +0200")\r\n'


@pytest.mark.parametrize(
    ("answers", "code", "says"),
    [
        ({b"LIST": b'* LIST () "/" {99999999999}\r\n'}, 65, "no IMAP"),
        ({b"LIST": b"* LIST (" + b"x" * 200_000 + b"\r\n"}, 65, "no IMAP"),
        ({b"LIST": b"* BYE go away\r\n"}, 65, "goodbye: go away"),
        ({b"LIST": b"\x00\xff\r\n"}, 65, "no IMAP"),
        ({b"LIST": None}, 65, "closed"),
        ({b"LIST": LIST, b"EXAMINE": b"* 1 EXISTS\r\n"}, 1, "UIDVALIDITY"),
        ({b"LIST": LIST, b"EXAMINE": EXAMINE, b"FETCH": FETCH}, 1, "does not give it"),
        ({b"LIST": LIST, b"EXAMINE": EXAMINE, b"FETCH": FETCH, b"UID": None}, 65, "closed"),
        ({b"LIST": LIST, b"EXAMINE": EXAMINE, b"FETCH": FETCH, b"UID": CUT}, 65, "closed"),
        ({b"LIST": LIST, b"EXAMINE": EXAMINE, b"FETCH": FETCH, b"UID": b"* 1 FETCH (BODY[] NIL)\r\n"}, 1, "give it"),
    ],
)
def test_a_server_of_an_enemy(stack, account, tmp_path, answers, code, says):
    enemy = Enemy(answers)
    secret = tmp_path / "secret"
    secret.write_text("hidden-word")
    arguments = ["import", "imap", "--host", "127.0.0.1", "--port", enemy.port, "--tls", "none", "--user", "me"]
    command = [*arguments, "--password-file", str(secret), account.address]
    outcome = stack.control(*command, check=False, timeout=120)
    assert outcome.returncode == code and says in outcome.stderr, (outcome.returncode, outcome.stderr)
    assert "hidden-word" not in outcome.stdout + outcome.stderr
    assert listed(stack, account) == {}


def test_a_bar_on_a_terminal_and_lines_elsewhere(stack, account, maildir):
    elsewhere = stack.control("import", "maildir", str(maildir), account.address)
    assert elsewhere.stderr.splitlines() == ["importing INBOX", "importing Entwürfe", "importing Work/Reports"]
    stack.control("import", "forget", account.address)
    master, slave = pty.openpty()
    command = [stack.binaries / "lightmailctl", "--config", stack.settings["LIGHTMAIL_CONFIG"], "import", "maildir"]
    result = subprocess.run([*command, maildir, account.address], stdout=subprocess.PIPE, stderr=slave, text=True)
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):
        # The terminal is gone when all of it was read.
        while piece := os.read(master, 65536):
            shown += piece
    os.close(master)
    assert result.returncode == 0 and "6 messages added" in result.stdout
    text = shown.decode()
    assert "importing [........................] 0% INBOX" in text
    assert "importing [########################] 100% Work/Reports" in text
    # The bar is taken away at the end.
    assert text.endswith("\r\x1b[K") and "\n" not in text


def test_memory_is_bounded(stack, account, tmp_path):
    """What a process takes at most, for messages of a hundred megabytes."""

    def peak(*arguments):
        program = "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=2).returncode; "
        program += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
        command = [sys.executable, "-c", program, stack.binaries / "lightmailctl", "--config"]
        command += [stack.settings["LIGHTMAIL_CONFIG"], *arguments]
        outcome = subprocess.run(command, capture_output=True, text=True)
        assert outcome.returncode == 0, outcome.stderr
        return int(outcome.stdout) * 1024

    path = tmp_path / "Maildir"
    mailbox.Maildir(path)
    put(path, "1.small:2,", message(1))
    small = peak("import", "maildir", str(path), account.address)
    for number in range(2):
        put(path, f"{number}.large:2,", message(number, 100_000_000), DATE + number)
    box = tmp_path / "box"
    box.write_bytes(b"From a Sun Sep  9 01:46:40 2001\n" + message(3, 100_000_000))
    room = small + 64_000_000
    # A message on its way holds some parts of eight MiB, and no more.
    assert peak("import", "maildir", str(path), account.address) < room
    assert peak("import", "mbox", str(box), account.address) < room
    assert peak("export", "maildir", account.address, str(tmp_path / "out")) < room
    assert peak("export", "mbox", account.address, str(tmp_path / "outbox")) < room
    assert peak("backup", account.address, str(tmp_path / "account.tar")) < room
    assert peak("restore", str(tmp_path / "account.tar"), "copy-" + account.address) < room
    assert sum(len(body) for *_, body in listed(stack, account)["INBOX"]) > 300_000_000
