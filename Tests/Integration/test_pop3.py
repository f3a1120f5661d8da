"""Real mail clients fetch from a maildrop: Python's poplib, getmail, fetchmail, mpop and curl."""

import base64
import contextlib
import os
import poplib
import re
import ssl
import subprocess
import sys

import pytest
from support import corpus
from support.login import Scram
from support.stack import PATIENCE, fetch_bodies

NAMES = ["plain", "8-bit body", "nested multipart", "empty lines", "dots", "300 kB"]

poplib._MAXLINE = 10_000_000


@pytest.fixture
def filled(stack, account):
    """An account with a few messages in INBOX."""
    for name in NAMES:
        stack.deliver(corpus.POSTFIX[name], account.address)
    return account


@contextlib.contextmanager
def pop3(stack, account):
    """A session of Python's poplib, logged in. It ends without QUIT when the test has not sent one."""
    client = poplib.POP3("127.0.0.1", int(stack.settings["LIGHTMAIL_POP3_PORT"]), timeout=PATIENCE)
    try:
        client.user(account.address)
        client.pass_(account.password)
        yield client
    finally:
        with contextlib.suppress(OSError):
            client.close()


def tls(stack):
    return ssl.create_default_context(cafile=stack.directory / "tls/cert.pem")


def body(reply):
    return b"".join(line + b"\r\n" for line in reply[1])


def run(*command, **options):
    return subprocess.run(command, capture_output=True, timeout=PATIENCE, **options)


def delivered(maildir):
    """The messages in a Maildir, oldest first, as they were on the wire."""
    paths = [path for part in ("cur", "new") for path in (maildir / part).glob("*")]
    return [path.read_bytes().replace(b"\n", b"\r\n") for path in paths]


def written(folder):
    """The messages that a client gave to a program, which wrote each into a file."""
    return [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in folder.glob("*.eml")]


def assert_all_came(messages):
    """Each message of NAMES came once, with what the delivery and the client put before it."""
    assert len(messages) == len(NAMES)
    for name in NAMES:
        assert [message.endswith(corpus.POSTFIX[name]) for message in messages].count(True) == 1, name


# poplib


def test_poplib_reads_what_imap_shows(stack, account):
    for message in corpus.ALL.values():
        stack.deliver(message, account.address)
    with stack.imap(account, mailbox="INBOX") as imap, pop3(stack, account) as client:
        bodies = fetch_bodies(imap)
        assert client.stat() == (len(bodies), sum(map(len, bodies)))
        listing = [line.split() for line in client.list()[1]]
        assert listing == [[b"%d" % number, b"%d" % len(message)] for number, message in enumerate(bodies, 1)]
        for number, (name, expected) in enumerate(zip(corpus.ALL, bodies), 1):
            got = raw_message(client, number)
            header, separator, rest = expected.partition(b"\r\n\r\n")
            ascii_header = re.sub(rb"[\x80-\xff]", b"?", header) + separator
            # IMAP shows 0x80 for NUL (RFC 3501 has no NUL in a literal); the header of a client that has not asked for UTF-8
            # differs; nothing else does.
            assert got.replace(b"\0", b"\x80") == ascii_header + rest + (b"" if expected.endswith(b"\r\n") else b"\r\n"), name
        client.quit()


def raw_message(client, number):
    """A message byte by byte as the server sent it, its dots unstuffed. poplib itself cannot tell LF from CRLF."""
    client._putcmd(f"RETR {number}")
    assert client._getresp().startswith(b"+OK")
    lines = []
    while True:
        line = client.file.readline()
        assert line, "the connection broke"
        if line == b".\r\n":
            return b"".join(lines)
        lines.append(line[1:] if line.startswith(b".") else line)


def test_poplib_works_through_a_maildrop(stack, filled):
    with pop3(stack, filled) as client:
        capabilities = client.capa()
        assert {"TOP", "UIDL", "USER", "SASL", "PIPELINING", "STLS", "EXPIRE", "UTF8", "RESP-CODES"} <= set(capabilities)
        assert client.top(NAMES.index("dots") + 1, 0)[1][-2:] == [b"Subject: dots", b""]
        assert client.top(NAMES.index("dots") + 1, 2)[1][-2:] == [b".", b".."]
        ids = client.uidl()[1]
        client.dele(1)
        client.dele(3)
        client.rset()
        client.dele(2)
        with pytest.raises(poplib.error_proto):
            client.retr(2)
        client.quit()
    with pop3(stack, filled) as client:
        # The ids are those of before, whatever the numbers are.
        left = [line.split()[1] for line in ids]
        left.pop(1)
        assert [line.split()[1] for line in client.uidl()[1]] == left
        client.dele(1)
        # No QUIT.
    with pop3(stack, filled) as client:
        assert client.stat()[0] == len(NAMES) - 1


def test_poplib_over_tls(stack, filled):
    with contextlib.closing(
        poplib.POP3_SSL("localhost", int(stack.settings["LIGHTMAIL_POP3S_PORT"]), context=tls(stack), timeout=PATIENCE)
    ) as client:
        client.utf8()
        client.user(filled.address)
        client.pass_(filled.password)
        assert client.stat()[0] == len(NAMES)
        client.quit()
    with contextlib.closing(
        poplib.POP3("localhost", int(stack.settings["LIGHTMAIL_POP3_PORT"]), timeout=PATIENCE)
    ) as client:
        client.stls(tls(stack))
        client.user(filled.address)
        client.pass_(filled.password)
        assert body(client.retr(1)).endswith(corpus.POSTFIX[NAMES[0]])
        client.quit()


def test_scram_proves_both_sides(stack, filled):
    for password, is_right in ((filled.password, True), ("wrong", False)):
        exchange = Scram(filled.address, password)
        client = poplib.POP3("127.0.0.1", int(stack.settings["LIGHTMAIL_POP3_PORT"]), timeout=PATIENCE)
        assert "SCRAM-SHA-256" in client.capa()["SASL"]
        client.sock.sendall(b"AUTH SCRAM-SHA-256\r\n")
        while (line := client.file.readline()).startswith(b"+ "):
            answer = exchange(base64.b64decode(line[2:]))
            client.sock.sendall(base64.b64encode(answer) + b"\r\n")
        assert line.startswith(b"+OK 6 messages" if is_right else b"-ERR [AUTH]"), line
        assert exchange.is_server_proved == is_right
        client.close()


def test_nothing_said_in_clear_survives_stls(stack, account):
    """What was sent with STLS, before the handshake, is thrown away."""
    client = poplib.POP3("127.0.0.1", int(stack.settings["LIGHTMAIL_POP3_PORT"]), timeout=PATIENCE)
    client.sock.sendall(f"STLS\r\nUSER {account.address}\r\nPASS {account.password}\r\n".encode())
    assert client.file.readline().startswith(b"+OK")
    with tls(stack).wrap_socket(client.sock, server_hostname="localhost") as encrypted:
        encrypted.sendall(b"STAT\r\n")
        assert encrypted.recv(100) == b"-ERR Log in first\r\n"


def test_imap_sees_what_pop3_deletes(stack, filled):
    with stack.imap(filled, mailbox="INBOX") as imap, pop3(stack, filled) as client:
        imap.send(b"i IDLE\r\n")
        assert imap.readline().startswith(b"+")
        client.dele(2)
        client.dele(5)
        client.quit()
        assert [imap.readline() for _ in range(2)] == [b"* 5 EXPUNGE\r\n", b"* 2 EXPUNGE\r\n"]
        imap.send(b"DONE\r\n")
        assert imap.readline().startswith(b"i OK")


def test_a_large_maildrop_is_listed(stack, account):
    """100,000 messages: one is delivered, and its row is multiplied where it rests."""
    stack.deliver(corpus.POSTFIX["plain"], account.address)
    mailbox = f"(SELECT b.id FROM mailboxes b JOIN accounts a ON a.id = b.account_id WHERE a.username = '{account.address}' AND b.name = 'INBOX')"
    count = 100_000
    stack.sql(
        f"SET @box = {mailbox}; INSERT INTO messages (mailbox_id, uid, object_id, flags, keywords, modseq, size, internal_date,"
        " saved_at, delivered_to) SELECT m.mailbox_id, s.seq, m.object_id, 0, 0, m.modseq, m.size, m.internal_date, m.saved_at,"
        f" m.delivered_to FROM messages m JOIN seq_2_to_{count} s WHERE m.mailbox_id = @box AND m.uid = 1;"
        f"UPDATE mailboxes SET uid_next = {count + 1}, messages = {count}, unseen = {count}, bytes = {count} * bytes"
        " WHERE id = @box;"
        f"UPDATE accounts SET used_messages = {count}, used_bytes = used_bytes * {count} WHERE username = '{account.address}'"
    )
    with pop3(stack, account) as client:
        total, octets = client.stat()
        assert total == count
        sizes = client.list()[1]
        assert len(sizes) == count and sum(int(line.split()[1]) for line in sizes) == octets
        ids = [line.split() for line in client.uidl()[1]]
        assert [int(number) for number, _ in ids] == list(range(1, count + 1))
        assert len({unique for _, unique in ids}) == count
        assert body(client.retr(count)).endswith(corpus.POSTFIX["plain"])
        # Every second one goes, in one transaction.
        for first in range(1, count, 2_000):
            client.sock.sendall(b"".join(b"DELE %d\r\n" % number for number in range(first, first + 2_000, 2)))
            for _ in range(1_000):
                assert client.file.readline().startswith(b"+OK")
        client.quit()
    with stack.imap(account) as imap:
        assert imap.select("INBOX")[1] == [b"%d" % (count / 2)]


# getmail, fetchmail, mpop, curl


def test_getmail_fetches_and_remembers(stack, filled, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    settings = tmp_path / "getmailrc"
    settings.write_text(
        f"""
[retriever]
type = SimplePOP3Retriever
server = 127.0.0.1
port = {stack.settings["LIGHTMAIL_POP3_PORT"]}
username = {filled.address}
password = {filled.password}

[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat > {out}/$$.eml")
allow_root_commands = true

[options]
read_all = false
delete = false
delivered_to = false
received = false
"""
    )
    program = [sys.prefix + "/bin/getmail", f"--getmaildir={tmp_path}", f"--rcfile={settings}"]
    for _ in range(2):
        result = run(*program, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        # The second time there is nothing new: the ids are the same.
        assert_all_came(written(out))
    stack.deliver(corpus.POSTFIX["folded header"], filled.address)
    assert run(*program).returncode == 0
    assert len(written(out)) == len(NAMES) + 1


def test_fetchmail_fetches_over_tls_and_deletes(stack, filled, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    settings = tmp_path / "fetchmailrc"
    settings.write_text(
        f"""
set no bouncemail
poll localhost protocol pop3 service {stack.settings["LIGHTMAIL_POP3S_PORT"]}
  user "{filled.address}" password "{filled.password}"
  ssl sslcertck sslcertfile "{stack.directory}/tls/cert.pem"
  nokeep mda "cat > {out}/$$.eml"
"""
    )
    settings.chmod(0o600)
    result = run(
        *("fetchmail", "--fetchmailrc", settings, "--nodetach", "--nosyslog", "--verbose"),
        text=True,
        env=os.environ | {"FETCHMAILHOME": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert_all_came(written(out))
    with stack.imap(filled) as imap:
        assert imap.select("INBOX")[1] == [b"0"]


def test_mpop_fetches_pipelined_with_stls(stack, filled, tmp_path):
    for part in ("cur", "new", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    settings = tmp_path / "mpoprc"
    settings.write_text(
        f"""
defaults
tls on
tls_starttls on
tls_trust_file {stack.directory}/tls/cert.pem
uidls_file {tmp_path}/uidls

account test
host localhost
port {stack.settings["LIGHTMAIL_POP3_PORT"]}
auth plain
user {filled.address}
password {filled.password}
keep on
pipelining on
received_header off
delivery maildir {tmp_path}/mail
"""
    )
    settings.chmod(0o600)
    for _ in range(2):
        result = run("mpop", f"--file={settings}", "test", text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        assert_all_came(delivered(tmp_path / "mail"))


def test_curl_fetches(stack, filled):
    for number, name in enumerate(NAMES, 1):
        result = run(
            *("curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", stack.directory / "tls/cert.pem", "--config", "-"),
            f"pop3://localhost:{stack.settings['LIGHTMAIL_POP3_PORT']}/{number}",
            input=f'user = "{filled.address}:{filled.password}"\n'.encode(),
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.endswith(corpus.POSTFIX[name]), name
