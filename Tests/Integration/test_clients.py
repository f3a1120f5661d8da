"""Real mail clients read a mailbox: mbsync, offlineimap, curl, mutt and Python's imaplib."""

import contextlib
import imaplib
import os
import pty
import re
import select
import ssl
import subprocess
import threading
import urllib.parse

import pytest
from support import corpus
from support.stack import PATIENCE, fetch_bodies

NAMES = ["plain", "8-bit body", "nested multipart", "empty lines", "dots", "300 kB"]


@pytest.fixture
def filled(stack, account):
    """An account with a few messages in INBOX."""
    for name in NAMES:
        stack.deliver(corpus.POSTFIX[name], account.address)
    return account


def run(*command, **options):
    return subprocess.run(command, capture_output=True, timeout=PATIENCE, **options)


# mbsync


class Mirror:
    """A Maildir that mbsync keeps equal to an account."""

    def __init__(self, stack, account, directory):
        self.maildir = directory / "mail"
        self.maildir.mkdir()
        self.configuration = directory / "mbsyncrc"
        self.configuration.write_text(
            f"""
IMAPStore remote
Host 127.0.0.1
Port {stack.settings["LIGHTMAIL_IMAP_PORT"]}
User {account.address}
Pass {account.password}
SSLType None
AuthMechs *

MaildirStore local
Path {self.maildir}/
Inbox {self.maildir}/INBOX
SubFolders Verbatim

Channel all
Far :remote:
Near :local:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
"""
        )

    def sync(self):
        result = run("mbsync", "--config", str(self.configuration), "--all", "--verbose", text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def files(self, folder="INBOX"):
        return sorted(path for part in ("cur", "new") for path in (self.maildir / folder / part).glob("*"))

    def contents(self, folder="INBOX"):
        """(flags, bytes as they were on the wire) of every message, in any order. mbsync marks its copies with a header."""
        result = []
        for path in self.files(folder):
            flags = path.name.rpartition(":2,")[2] if ":2," in path.name else ""
            body = re.sub(rb"(?m)^X-TUID: .*\n", b"", path.read_bytes(), count=1)
            result.append((flags.replace("T", ""), body.replace(b"\n", b"\r\n")))
        return sorted(result)


def remote_contents(client):
    letters = {rb"\Seen": "S", rb"\Answered": "R", rb"\Flagged": "F", rb"\Draft": "D"}
    kind, data = client.fetch("1:*", "(FLAGS BODY.PEEK[])")
    assert kind == "OK"
    result = []
    for item in data:
        if isinstance(item, tuple):
            flags = imaplib.ParseFlags(item[0])
            body = re.sub(rb"(?m)^X-TUID: .*\r\n", b"", item[1], count=1)
            result.append(("".join(sorted(letters[flag] for flag in flags if flag in letters)), body))
    return sorted(result)


def test_mbsync_mirrors_both_ways(stack, filled, tmp_path):
    mirror = Mirror(stack, filled, tmp_path)
    with stack.imap(filled, mailbox="INBOX") as client:

        def assert_equal():
            client.noop()
            assert mirror.contents() == remote_contents(client)

        mirror.sync()
        assert len(mirror.files()) == len(NAMES)
        assert_equal()

        # A change there: flags, a new message, a message gone, a new mailbox.
        client.store("1", "+FLAGS", r"(\Seen \Flagged)")
        client.store("2", "+FLAGS", r"(\Deleted)")
        client.expunge()
        client.append("INBOX", r"(\Answered)", None, corpus.POSTFIX["folded header"])
        assert client.create("Projects")[0] == "OK"
        assert client.append("Projects", None, None, corpus.POSTFIX["plain"])[0] == "OK"
        mirror.sync()
        assert len(mirror.files()) == len(NAMES)
        assert_equal()
        assert [body for _, body in mirror.contents("Projects")] == [corpus.POSTFIX["plain"]]

        # A change here: a new message, a flag, a message gone.
        (mirror.maildir / "INBOX/new/1.local.host").write_bytes(corpus.POSTFIX["8-bit header"].replace(b"\r\n", b"\n"))
        victim, marked, *_ = (path for path in mirror.files() if ":2," in path.name)
        victim.unlink()
        marked.rename(marked.with_name(marked.name.split(":2,")[0] + ":2,RS"))
        mirror.sync()
        assert len(mirror.files()) == len(NAMES)
        assert_equal()

        # And at rest, nothing moves.
        before = [(path.name, path.stat().st_mtime_ns) for path in mirror.files()]
        kind, modified = client.status("INBOX", "(UIDNEXT MESSAGES)")
        mirror.sync()
        assert [(path.name, path.stat().st_mtime_ns) for path in mirror.files()] == before
        assert client.status("INBOX", "(UIDNEXT MESSAGES)") == (kind, modified)
        assert_equal()


# offlineimap


def test_offlineimap_carries_both_ways(stack, filled, tmp_path):
    """Over TLS with the certificate checked, twice from each side, and nothing moves at rest."""
    configuration = tmp_path / "offlineimaprc"
    configuration.write_text(
        f"""
[general]
accounts = all
metadata = {tmp_path}/metadata

[Account all]
localrepository = local
remoterepository = remote

[Repository local]
type = Maildir
localfolders = {tmp_path}/mail
sync_deletes = yes

[Repository remote]
type = IMAP
remotehost = localhost
remoteport = {stack.settings["LIGHTMAIL_IMAPS_PORT"]}
ssl = yes
sslcacertfile = {stack.directory}/tls/cert.pem
remoteuser = {filled.address}
remotepass = {filled.password}
"""
    )
    configuration.chmod(0o600)

    def sync():
        result = run("offlineimap", "-c", str(configuration), "-o", "-u", "basic", text=True)
        assert result.returncode == 0 and "ERROR" not in result.stdout + result.stderr, result.stdout + result.stderr

    def files(folder="INBOX"):
        return sorted(path for part in ("cur", "new") for path in (tmp_path / "mail" / folder / part).glob("*"))

    def bodies(folder="INBOX"):
        return sorted(path.read_bytes().replace(b"\r\n", b"\n") for path in files(folder))

    with stack.imap(filled, mailbox="INBOX") as client:

        def remote(mailbox="INBOX"):
            client.select(mailbox)
            return sorted(body.replace(b"\r\n", b"\n") for body in fetch_bodies(client))

        sync()
        assert len(files()) == len(NAMES) and bodies() == remote()

        client.store("1", "+FLAGS", r"(\Seen \Flagged)")
        client.store("2", "+FLAGS", r"(\Deleted)")
        client.expunge()
        client.create("Projects")
        client.append("Projects", None, None, corpus.POSTFIX["plain"])
        sync()
        assert bodies() == remote() and len(bodies("Projects")) == 1
        assert sum(path.name.endswith("FS") for path in files()) == 1

        victim, marked, *_ = (path for path in files() if not path.name.endswith("FS"))
        victim.unlink()
        marked.rename(tmp_path / "mail/INBOX/cur" / (marked.name.split(":2,")[0] + ":2,RS"))
        sync()
        assert len(bodies()) == len(NAMES) - 2 and bodies() == remote()
        client.select("INBOX")
        assert len(client.search(None, "ANSWERED SEEN")[1][0].split()) == 1
        kind, before = client.status("INBOX", "(UIDNEXT MESSAGES)")
        sync()
        assert client.status("INBOX", "(UIDNEXT MESSAGES)") == (kind, before)


# curl


def curl(stack, account, path, *options, scheme="imap"):
    port = stack.settings["LIGHTMAIL_IMAPS_PORT" if scheme == "imaps" else "LIGHTMAIL_IMAP_PORT"]
    certificate = stack.directory / "tls/cert.pem"
    # The password goes in by standard input, as one line of configuration.
    result = run(
        *("curl", "--silent", "--show-error", "--max-time", "50", "--cacert", certificate, "--config", "-", *options),
        f"{scheme}://localhost:{port}/{path}",
        input=f'user = "{account.address}:{account.password}"\n'.encode(),
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("how", [("imap",), ("imap", "--ssl-reqd"), ("imaps",)], ids=["clear", "STARTTLS", "TLS"])
def test_curl_lists_searches_and_fetches(stack, filled, how):
    scheme, *options = how
    listing = curl(stack, filled, "", *options, scheme=scheme)
    assert re.search(rb'\* LIST \([^)]*\) "/" "?INBOX"?', listing), listing
    found = curl(stack, filled, "INBOX?" + urllib.parse.quote("SUBJECT dots"), *options, scheme=scheme)
    assert found.strip() == b"* SEARCH %d" % (NAMES.index("dots") + 1)
    for number, name in enumerate(NAMES, 1):
        body = curl(stack, filled, f"INBOX;MAILINDEX={number}", *options, scheme=scheme)
        assert body.endswith(corpus.POSTFIX[name]), name
    header = curl(stack, filled, "INBOX;MAILINDEX=1;SECTION=HEADER.FIELDS%20(SUBJECT)", *options, scheme=scheme)
    assert header == b"Subject: plain\r\n\r\n"


def test_curl_appends(stack, account, tmp_path):
    message = tmp_path / "message.eml"
    message.write_bytes(corpus.POSTFIX["300 kB"])
    curl(stack, account, "INBOX", "--upload-file", str(message))
    with stack.imap(account, mailbox="INBOX") as client:
        assert fetch_bodies(client) == [corpus.POSTFIX["300 kB"]]


def test_curl_is_refused_with_a_wrong_password(stack, account):
    result = run(
        *("curl", "--silent", "--user", f"{account.address}:wrong"),
        f"imap://127.0.0.1:{stack.settings['LIGHTMAIL_IMAP_PORT']}/",
    )
    assert result.returncode == 67, result


# mutt


class Terminal:
    """A program on a terminal of its own; what it draws is read and forgotten, so that it never waits for us."""

    def __init__(self, command, environment):
        parent, child = pty.openpty()
        self.process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True)
        os.close(child)
        self.screen = bytearray()
        self.reader = threading.Thread(target=self.read, args=(parent,), daemon=True)
        self.reader.start()

    def read(self, parent):
        with contextlib.suppress(OSError):
            while select.select([parent], [], [], PATIENCE)[0]:
                data = os.read(parent, 65536)
                if not data:
                    break
                self.screen += data
        os.close(parent)

    def wait(self):
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end; its screen: {bytes(self.screen[-2000:])}") from None
        self.reader.join(PATIENCE)
        return code


def mutt(stack, account, directory, keys):
    """Opens INBOX, plays `keys`, and ends."""
    settings = directory / "muttrc"
    settings.write_text(
        f"""
set imap_user = "{account.address}"
set imap_pass = "{account.password}"
set folder = "imap://127.0.0.1:{stack.settings["LIGHTMAIL_IMAP_PORT"]}/"
set spoolfile = "+INBOX"
set ssl_starttls = no
set ssl_force_tls = no
set imap_check_subscribed = no
set move = no
set delete = yes
set quit = yes
set confirmappend = no
set confirmcreate = no
set wait_key = no
set pipe_decode = no
set sort = mailbox-order
set header_cache = ""
set sleep_time = 0
"""
    )
    environment = os.environ | {"TERM": "xterm", "HOME": str(directory), "LC_ALL": "C.UTF-8"}
    terminal = Terminal(["mutt", "-n", "-F", settings, "-e", f"push '{keys}'"], environment)
    code = terminal.wait()
    assert code == 0, bytes(terminal.screen[-2000:])


def test_mutt_lists_searches_and_reads(stack, filled, tmp_path):
    read = tmp_path / "read.eml"
    found = tmp_path / "found.eml"
    mutt(
        stack,
        filled,
        tmp_path,
        # The third message by its place; then the one that a search on the server finds; then one is deleted.
        f"<first-entry><next-entry><next-entry><pipe-message>cat >{read}<enter>"
        f"<limit>=h subject:dots<enter><first-entry><pipe-message>cat >{found}<enter>"
        "<limit>all<enter><first-entry><delete-message><sync-mailbox><quit>",
    )
    assert read.read_bytes().replace(b"\n", b"\r\n").endswith(corpus.POSTFIX[NAMES[2]])
    assert found.read_bytes().replace(b"\n", b"\r\n").endswith(corpus.POSTFIX["dots"])
    with stack.imap(filled, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == len(NAMES) - 1
        kind, data = client.search(None, "SEEN")
        assert kind == "OK"


# imaplib


def test_imaplib_works_through_a_mailbox(stack, filled):
    with stack.imap(filled) as client:
        assert {"IMAP4REV1", "IMAP4REV2", "IDLE", "UIDPLUS", "MOVE", "LITERAL+", "SPECIAL-USE"} <= set(
            client.capability()[1][0].decode().upper().split()
        )
        kind, data = client.list()
        assert kind == "OK" and any(b"INBOX" in line for line in data)
        kind, data = client.select("INBOX")
        assert (kind, data) == ("OK", [b"%d" % len(NAMES)])

        for criterion, expected in [
            ("ALL", range(1, len(NAMES) + 1)),
            ("SUBJECT nested", [NAMES.index("nested multipart") + 1]),
            ("LARGER 200000", [NAMES.index("300 kB") + 1]),
            ("SEEN", []),
            ("NOT SUBJECT dots SMALLER 200000 UID 1:3", [1, 2, 3]),
            ("OR SUBJECT dots SUBJECT plain", [1, NAMES.index("dots") + 1]),
            ("HEADER From sender@example.org", range(1, len(NAMES) + 1)),
            ("SINCE 1-Jan-2020 BEFORE 1-Jan-2099", range(1, len(NAMES) + 1)),
        ]:
            kind, data = client.search(None, criterion)
            assert (kind, [int(number) for number in data[0].split()]) == ("OK", list(expected)), criterion

        # Reading marks as seen; peeking does not.
        client.fetch("1", "(BODY.PEEK[])")
        assert client.search(None, "SEEN")[1] == [b""]
        client.fetch("1", "(BODY[])")
        assert client.search(None, "SEEN")[1] == [b"1"]

        # A part of a part.
        kind, data = client.fetch("1", "(BODY.PEEK[TEXT]<2.3>)")
        assert kind == "OK" and data[0][1] == b"llo" and b"BODY[TEXT]<2>" in data[0][0]

        assert client.create("Work/2024")[0] == "OK"
        assert client.rename("Work/2024", "Work/Old")[0] == "OK"
        kind, data = client.uid("COPY", "1:2", "Work/Old")
        assert kind == "OK" and client.response("COPYUID")[1] != [None]
        kind, data = client.uid("MOVE", "3", "Work/Old")
        assert kind == "OK" and client.response("EXPUNGE")[1] == [b"3"]
        assert client.status("Work/Old", "(MESSAGES)")[1][0].endswith(b"(MESSAGES 3)")
        client.store("1:*", "+FLAGS", r"(\Deleted $Label)")
        assert len(client.expunge()[1]) == len(NAMES) - 1
        assert client.search(None, "ALL")[1] == [b""]
        assert client.close()[0] == "OK"
        client.select("Work/Old", readonly=True)
        assert [body.endswith(corpus.POSTFIX[name]) for name, body in zip(NAMES, fetch_bodies(client))] == [True] * 3
        assert client.unselect()[0] == "OK"
        assert client.delete("Work/Old")[0] == "OK"
        # The name is free again, and the new mailbox is another one.
        assert client.create("Work/Old")[0] == "OK"
        assert client.status("Work/Old", "(MESSAGES)")[1][0].endswith(b"(MESSAGES 0)")


def test_imaplib_over_tls(stack, filled):
    context = ssl.create_default_context(cafile=stack.directory / "tls/cert.pem")
    with imaplib.IMAP4_SSL("localhost", int(stack.settings["LIGHTMAIL_IMAPS_PORT"]), ssl_context=context) as client:
        client.login(filled.address, filled.password)
        assert client.select("INBOX")[1] == [b"%d" % len(NAMES)]
        assert len(fetch_bodies(client)) == len(NAMES)
    with imaplib.IMAP4("localhost", int(stack.settings["LIGHTMAIL_IMAP_PORT"])) as client:
        client.starttls(context)
        client.authenticate("PLAIN", lambda _: f"\0{filled.address}\0{filled.password}".encode())
        assert client.select("INBOX")[1] == [b"%d" % len(NAMES)]


def test_nothing_said_in_clear_survives_starttls(stack, account):
    """RFC 9051 11.1: what was sent with STARTTLS, before the handshake, is thrown away."""
    client = imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=PATIENCE)
    client.send(b"a STARTTLS\r\nb LOGIN " + f"{account.address} {account.password}".encode() + b"\r\n")
    assert client.readline().startswith(b"a OK")
    context = ssl.create_default_context(cafile=stack.directory / "tls/cert.pem")
    with context.wrap_socket(client.sock, server_hostname="localhost") as tls:
        tls.sendall(b"c NOOP\r\n")
        assert tls.recv(100).startswith(b"c OK")
        tls.sendall(b"d SELECT INBOX\r\n")
        assert tls.recv(1000).startswith((b"d BAD", b"d NO"))


def test_accounts_do_not_see_each_other(stack, filled):
    other = stack.account()
    with stack.imap(other) as client:
        client.create("Mine")
        assert client.select("INBOX")[1] == [b"0"]
    with stack.imap(filled) as client:
        assert not any(b"Mine" in line for line in client.list()[1])
        assert client.select("Mine")[0] == "NO"
