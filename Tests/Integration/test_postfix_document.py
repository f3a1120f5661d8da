"""docs/POSTFIX.md: each of its commands, as it is written, on a host with Debian's Postfix."""

import getpass
import re
import shlex
import smtplib
import subprocess

import pytest
from support import corpus
from support.mail_host import MailHost
from support.stack import PATIENCE, ROOT, Account, eventually, fetch_bodies, free_ports, ready

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
SOCKET = "/var/spool/postfix/lightmail/lmtp.sock"
PASSWORD = "a password of our own"


def sections():
    """The indented blocks of each section of the document, without their indentation."""
    parts = SECTION.split((ROOT / "docs/POSTFIX.md").read_text())
    return {
        title: [
            re.sub(r"^    ", "", block, flags=re.MULTILINE).strip("\n")
            for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)
            if block.strip()
        ]
        for title, text in zip(parts[1::2], parts[2::2])
    }


DOCUMENT = sections()


@pytest.fixture(scope="module")
def database(stack):
    """The database maildb, which the document names, with somebody in it."""

    def administrator(statements):
        socket = stack.settings["LIGHTMAIL_DB_SOCKET"]
        command = ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={getpass.getuser()}"]
        subprocess.run(command, input=statements, text=True, check=True)

    administrator(
        f"CREATE DATABASE maildb CHARACTER SET utf8mb4; GRANT ALL ON maildb.* TO '{stack.settings['LIGHTMAIL_DB_USER']}'@'%';"
    )
    environment = {"LIGHTMAIL_DATABASE_DATABASE": "maildb"}
    stack.control("migrate", env=environment)
    stack.control("domain", "add", "example.com", env=environment)
    stack.control("account", "add", "user@example.com", "--password-stdin", input=PASSWORD, env=environment)
    yield environment
    administrator("DROP DATABASE maildb; DROP USER IF EXISTS 'postfix'@'localhost';")


@pytest.fixture
def host(stack, database):
    host = MailHost(stack)
    try:
        daemon = host.daemon(
            "lightmail-lmtpd", DATABASE_DATABASE="maildb", SYSTEM_OWNER="lightmail", SYSTEM_GROUP="lightmail",
            LMTP_SOCKET=SOCKET, METRICS_LMTPD_PORT=0,
        )  # fmt: skip
        eventually(lambda: daemon.poll() is None and host.run(f"test -S {SOCKET}", check=False).returncode == 0, "lmtpd listens")
        yield host
    finally:
        host.close()


def messages(stack, database):
    """The bodies in INBOX of the account in maildb."""
    imapd = stack.imapd(DATABASE_DATABASE="maildb")
    try:
        with stack.imap(Account("user@example.com", PASSWORD), imapd[1], "INBOX") as client:
            found = client.search(None, "ALL")[1][0].split()
            return fetch_bodies(client) if found else []
    finally:
        imapd[0].kill()
        imapd[0].wait()


def the_socket(host):
    (block, chroot) = DOCUMENT["The socket"]
    for line in block.splitlines():
        said = host.run(line).stdout
        if line.startswith("ls "):
            assert re.match(r"srw-rw---- 1 lightmail lightmail ", said), said
    assert "lightmail" in host.run("id -Gn postfix").stdout.split()
    host.run(chroot)


def test_the_lookups(stack, database, host):
    the_socket(host)
    packages, questions, settings = DOCUMENT["The lookups"]
    # "after you have put a password of your own into it"
    host.run("sed -i 's/change me/another one/' deploy/postfix/grants.sql deploy/postfix/mysql-*.cf")
    for line in packages.splitlines():
        host.run(line)
    assert re.search(r"-rw-r----- 1 root postfix ", host.run("ls -l /etc/postfix/mysql-domains.cf").stdout)
    domain, address = questions.splitlines()
    assert host.run(domain).stdout == "example.com\n" and host.run(address).stdout == "user@example.com\n"
    unknown = host.run(address.replace("user@", "nobody@"), check=False)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    for line in settings.splitlines():
        host.run(line)
    for line in (ROOT / "deploy/postfix/main.cf").read_text().splitlines():
        if line and not line.startswith("#"):
            assert host.run(f"postconf {line.split(' = ')[0]}").stdout == line + "\n"
    host.send(corpus.POSTFIX["plain"], "user@example.com")
    host.wait_until_delivered()
    assert f"relay=mx.example.net[{SOCKET}]" in host.log() and "status=sent" in host.log()
    (body,) = messages(stack, database)
    assert body.startswith(b"Delivered-To: user@example.com\r\n") and body.endswith(b"\r\n\r\nHello.\r\n\r\nBye.\r\n")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        host.send(corpus.POSTFIX["plain"], "nobody@example.com")
    assert refused.value.recipients["nobody@example.com"][0] == 550
    assert "warning" not in host.log() and "error" not in host.log(), host.log()


def test_with_the_client_locked_in(stack, database, host):
    """Debian's default, by the other of the two ways that the document gives."""
    for line in DOCUMENT["The socket"][0].splitlines():
        host.run(line)
    before = len(messages(stack, database))
    host.run("postconf -e virtual_mailbox_domains=example.com virtual_transport=lmtp:unix:lightmail/lmtp.sock")
    host.run("systemctl reload postfix")
    host.send(corpus.POSTFIX["plain"].replace(b"Subject: ", b"Subject: locked in, "), "user@example.com")
    host.wait_until_delivered()
    assert len(messages(stack, database)) == before + 1
    # And the path as it is outside is what does not work there.
    host.run(f"postconf -e virtual_transport=lmtp:unix:{SOCKET}; systemctl reload postfix")
    host.send(corpus.POSTFIX["plain"].replace(b"Subject: ", b"Subject: never comes, "), "user@example.com")
    eventually(lambda: "No such file or directory" in host.log(), "Postfix does not find the socket")


def test_some_domains_only(stack, database, host):
    the_socket(host)
    before = len(messages(stack, database))
    (block,) = DOCUMENT["Some domains only"]
    said = [host.run(line).stdout for line in block.splitlines()]
    assert said[-1] == f"lmtp:unix:{SOCKET}\n"
    host.send(corpus.POSTFIX["plain"].replace(b"Subject: ", b"Subject: by transport_maps, "), "user@example.com")
    host.wait_until_delivered()
    assert len(messages(stack, database)) == before + 1
    host.send(corpus.POSTFIX["plain"], "nobody@example.com", sender="")
    eventually(lambda: "550 5.1.1" in host.log() and "status=bounced" in host.log(), "lmtpd refuses who is not here")


def test_submission(stack, database, host):
    configuration, command = DOCUMENT["Submission"]
    the_socket(host)
    # Where Postfix sends what is for elsewhere is not the document's matter: here into a folder.
    host.run("postconf -e virtual_mailbox_domains=elsewhere.example virtual_transport=virtual virtual_mailbox_base=/var/mail"
             " virtual_mailbox_maps='inline:{somebody@elsewhere.example=somebody}' virtual_minimum_uid=1"
             " virtual_uid_maps=static:8 virtual_gid_maps=static:8 && systemctl reload postfix")  # fmt: skip
    # The document's settings, but for ports that are free here.
    settings = host.directory / "config.ini"
    text = (stack.directory / "config.ini").read_text()
    for section in ("smtp_server", "smtp"):
        text = re.sub(rf"^\[{section}\]\n(?:[^[].*\n|\n)*", "", text, flags=re.MULTILINE)
    submission, submissions, metrics = free_ports(3)
    tls = stack.directory / "tls"
    written = configuration
    for there, here in (
        ("submission_port = 587", f"submission_port = {submission}"), ("smtps_port = 465", f"smtps_port = {submissions}"),
        ("/etc/lightmail/tls/fullchain.pem", f"{tls}/cert.pem"), ("/etc/lightmail/tls/key.pem", f"{tls}/key.pem"),
        ("host = 127.0.0.1\nport = 25", f"host = 127.0.0.1\nport = {host.port}"),
    ):  # fmt: skip
        assert there in written, there
        written = written.replace(there, here)
    settings.write_text(f"{text}\n{written}")
    overrides = {"DATABASE_DATABASE": "maildb", "METRICS_SMTPD_PORT": metrics}
    environment = {f"LIGHTMAIL_{key}": str(value) for key, value in overrides.items()}
    with open(host.directory / "smtpd.log", "ab") as log:
        daemon = subprocess.Popen(
            [*host.enter(), stack.binaries / "lightmail-smtpd", "--config", settings], env=environment, stdout=log, stderr=log
        )
    host.daemons.append(daemon)
    eventually(lambda: ready(metrics), "smtpd is ready")
    there = "mail.example.com:587"
    assert there in command
    line = command.strip().replace(there, f"127.0.0.1:{submission}")
    said = host.run(f"{line} --auth-password {shlex.quote(PASSWORD)} --timeout {PATIENCE:.0f}")
    assert "235 " in said.stdout and "~> QUIT" in said.stdout, said.stdout
    host.wait_until_delivered()
    arrived = host.run("cat /var/mail/somebody").stdout
    assert "with ESMTPSA id " in arrived and "Return-Path: <user@example.com>" in arrived
    # Nobody who has no password gets through, and not in another's name.
    wrong = host.run(f"{line} --auth-password wrong", check=False)
    assert wrong.returncode != 0 and "535 " in wrong.stdout
    another = line.replace("--from user@example.com", "--from another@example.com")
    assert "553 " in host.run(f"{another} --auth-password {shlex.quote(PASSWORD)}", check=False).stdout
