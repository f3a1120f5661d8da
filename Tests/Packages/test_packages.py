"""From a clean Debian to a message read, and back to nothing: each test goes on from where the one before it ended."""

import imaplib
import os
import subprocess

from support import corpus
from support.lmtp import LMTP
from support.stack import eventually, free_ports

PROGRAMS = ["lightmailctl", *(f"lightmail-{name}" for name in ("imapd", "pop3d", "lmtpd", "smtpd", "apid", "gcd"))]


def test_lintian_finds_nothing(deb):
    result = subprocess.run(["lintian", "--allow-root", "--fail-on=error,warning", deb], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, ""), result.stdout


def test_it_needs_no_swift(deb):
    fields = subprocess.run(["dpkg-deb", "--field", deb], capture_output=True, text=True, check=True).stdout
    for library in ("libc6", "libcurl4", "libmariadb3", "libssl3", "libsystemd0", "libcrypt1", "libidn12"):
        assert library in fields, fields
    assert "swift" not in fields.split("Description")[0].split("Depends: ")[1].split("\n")[0].lower()


def test_the_installation_starts_nothing(debian, deb):
    said = debian.install(deb)
    assert "nothing of it runs" in said
    for program in PROGRAMS:
        assert debian.run(program, "--version").stdout.strip() == deb.name.split("_")[1].removesuffix("-1")
    assert debian.run("id", "-gn", "lightmail").stdout == "lightmail\n"
    for path, wanted in (
        ("/etc/lightmail", "750 root lightmail"),
        ("/etc/lightmail/config.ini", "640 root lightmail"),
        ("/var/spool/lightmail", "700 lightmail lightmail"),
        ("/var/spool/postfix/lightmail", "750 lightmail lightmail"),
    ):
        assert debian.run("stat", "-c", "%a %U %G", path).stdout.strip() == wanted, path
    units = debian.run("systemctl", "list-unit-files", "lightmail*", "--no-legend").stdout
    # The second column is what is so, the third what a preset would have.
    assert len(units.splitlines()) == 17 and {line.split()[1] for line in units.splitlines()} == {"disabled"}, units
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and inside(debian, pid)]
    # Unconfigured it says so, and with the status that keeps systemd from trying again.
    result = debian.run("lightmail-imapd", "--config", "/etc/lightmail/config.ini", check=False, user="lightmail")
    assert result.returncode == 78 and "[database] user: it is empty" in result.stderr


def inside(debian, pid):
    try:
        return os.readlink(f"/proc/{pid}/root") == str(debian.root)
    except OSError:
        return False


def test_a_message_arrives(debian, stack):
    imap, metrics = free_ports(2)
    configuration = f"""
# Kept by the administrator.
[database]
host = 127.0.0.1
port = {stack.settings['LIGHTMAIL_DB_PORT']}
user = {stack.settings['LIGHTMAIL_DB_USER']}
password = {stack.settings['LIGHTMAIL_DB_PASSWORD']}
database = lightmail_package
[s3]
endpoint = {stack.settings['LIGHTMAIL_S3_ENDPOINT']}
bucket = {stack.settings['LIGHTMAIL_S3_BUCKET']}
access_key = {stack.settings['LIGHTMAIL_S3_ACCESS_KEY']}
secret_key = {stack.settings['LIGHTMAIL_S3_SECRET_KEY']}
[imap]
bind = 127.0.0.1
port = {imap}
[metrics]
imapd_port = {metrics}
"""
    stack.sql("CREATE DATABASE lightmail_package CHARACTER SET utf8mb4")
    debian.path("/etc/lightmail/config.ini").write_text(configuration)
    debian.run("lightmailctl", "migrate")
    debian.run("lightmailctl", "domain", "add", "example.com")
    debian.run("lightmailctl", "account", "add", "user@example.com", "--password-stdin", input="a password")
    debian.run("install", "-d", "-o", "lightmail", "-g", "lightmail", "/var/cache/lightmail")
    daemons = [
        subprocess.Popen(["chroot", "--userspec=lightmail:lightmail", debian.root, f"/usr/bin/lightmail-{name}"], stderr=-3)
        for name in ("lmtpd", "imapd")
    ]
    try:
        socket = debian.path("/var/spool/postfix/lightmail/lmtp.sock")
        eventually(socket.exists, "lmtpd listens")
        assert debian.run("stat", "-c", "%a %U %G", "/var/spool/postfix/lightmail/lmtp.sock").stdout == "660 lightmail lightmail\n"
        with LMTP(socket) as session:
            assert session.deliver("sender@example.org", ["user@example.com"], corpus.POSTFIX["plain"])[0][0] == 250

        def connect():
            try:
                return imaplib.IMAP4("127.0.0.1", imap)
            except OSError:
                return None

        client = eventually(connect, "imapd listens")
        client.login("user@example.com", "a password")
        client.select("INBOX")
        assert client.fetch("1", "BODY.PEEK[]")[1][0][1].endswith(corpus.POSTFIX["plain"])
        client.logout()
        result = debian.run("lightmailctl", "doctor", check=False)
        assert result.returncode == 0, result.stdout
    finally:
        for daemon in daemons:
            daemon.terminate()
            assert daemon.wait(60) == 0
        stack.sql("DROP DATABASE lightmail_package")


def test_an_upgrade_keeps_what_was_set(debian, newer_deb):
    before = debian.path("/etc/lightmail/config.ini").read_text()
    assert "still the release before" in debian.install(newer_deb)
    assert debian.path("/etc/lightmail/config.ini").read_text() == before
    assert debian.run("stat", "-c", "%a %U %G", "/etc/lightmail/config.ini").stdout.strip() == "640 root lightmail"
    assert debian.run("dpkg-query", "-W", "-f", "${Version}", "lightmail").stdout == "99.0-1"


def test_a_removal_keeps_the_configuration(debian):
    debian.run("apt-get", "remove", "-q", "-y", "lightmail")
    assert debian.path("/etc/lightmail/config.ini").exists()
    assert not debian.path("/usr/bin/lightmailctl").exists()
    assert debian.path("/var/spool/lightmail").exists()


def test_a_purge_takes_the_rest(debian):
    debian.run("apt-get", "purge", "-q", "-y", "lightmail")
    for path in ("/etc/lightmail", "/var/spool/lightmail", "/var/cache/lightmail", "/var/spool/postfix/lightmail"):
        assert not debian.path(path).exists(), path
    left = debian.run("find", "/usr", "/lib", "/etc", "/var/lib/lightmail", "-name", "*lightmail*", check=False).stdout.split()
    assert left == []


def test_the_tarball_serves_without_swift(debian, tarball):
    debian.run("apt-get", "install", "-q", "-y", "--no-install-recommends", "xz-utils")
    (debian.root / "opt" / tarball.name).write_bytes(tarball.read_bytes())
    debian.run("tar", "-C", "/opt", "-xf", f"/opt/{tarball.name}")
    name = tarball.name.removesuffix(".tar.xz")
    needed = (debian.root / "opt" / name / "INSTALL").read_text().split("apt install ")[1].split("\n")[0].split()
    debian.run("apt-get", "install", "-q", "-y", "--no-install-recommends", *needed)
    debian.run("env", "PREFIX=/usr/local", f"/opt/{name}/scripts/install")
    debian.run("systemd-sysusers")
    debian.run("systemd-tmpfiles", "--create", "lightmail.conf")
    assert debian.run("lightmailctl", "--version").returncode == 0
    unit = debian.path("/usr/local/lib/systemd/system/lightmail-imapd.service").read_text()
    assert "ExecStart=/usr/local/bin/lightmail-imapd --config /etc/lightmail/config.ini\n" in unit
    assert debian.run("stat", "-c", "%a %U %G", "/etc/lightmail").stdout.strip() == "750 root lightmail"


def test_it_is_the_same_twice(deb, output):
    from conftest import package

    again = package("package-deb", output / "again")
    assert again.read_bytes() == deb.read_bytes()
