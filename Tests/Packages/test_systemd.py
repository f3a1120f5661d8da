"""systemd as pid 1, in a container of a Debian in a folder, with the package's own units: activation, restarts under load,
reload, watchdog, readiness, the journal, and what the hardening leaves possible."""

import collections
import contextlib
import os
import socket
import subprocess
import threading

import pytest
from conftest import System
from support import corpus
from support.deliveries import Run, marked, marks_in_mailbox
from support.lmtp import LMTP
from support.stack import PATIENCE, eventually, free_ports

SOCKETS = {"lightmail-imapd": 143, "lightmail-pop3d": 110, "lightmail-smtpd": 25, "lightmail-smtpd-submission": 587}
RESTARTS = 4


class Host:
    """A Debian that was booted: it has a network with us, and everything else for itself."""

    def __init__(self, stack, deb):
        self.system = System()
        self.stack = stack
        # The package brings systemd; the rest is what pid 1 wants, and what its own machine would have.
        self.system.run("apt-get", "install", "-q", "-y", "--no-install-recommends", "systemd-sysv", "dbus")
        self.system.install(deb)
        self.system.unmount()
        self.ports = dict(zip(SOCKETS, free_ports(len(SOCKETS))))
        self.configure()
        # No machine manager is asked: nothing of this machine's own systemd, if it has one, is used.
        self.log = open(self.system.root.parent / f"{self.system.root.name}.log", "wb")
        self.process = subprocess.Popen(
            ["systemd-nspawn", f"--directory={self.system.root}", "--register=no", "--keep-unit", "--console=pipe",
             "--link-journal=no", "--boot"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        self.leader = None
        eventually(self.boots, "pid 1 is there")
        eventually(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), "it has booted")

    def configure(self):
        settings = self.stack.settings
        with contextlib.suppress(FileExistsError):
            self.system.path("/etc/credstore").mkdir(mode=0o700)
        # The password comes as a credential, so that the configuration holds no secret of the database.
        credential = self.system.path("/etc/credstore/lightmail.database.password")
        credential.write_text(settings["LIGHTMAIL_DB_PASSWORD"])
        credential.chmod(0o600)
        self.system.path("/etc/lightmail/config.ini").write_text(
            f"""
[database]
host = 127.0.0.1
port = {settings['LIGHTMAIL_DB_PORT']}
user = {settings['LIGHTMAIL_DB_USER']}
database = {settings['LIGHTMAIL_DB_NAME']}
[s3]
endpoint = {settings['LIGHTMAIL_S3_ENDPOINT']}
bucket = {settings['LIGHTMAIL_S3_BUCKET']}
access_key = {settings['LIGHTMAIL_S3_ACCESS_KEY']}
secret_key = {settings['LIGHTMAIL_S3_SECRET_KEY']}
[logging]
level = debug
[system]
drain_seconds = 5
"""
        )
        # Ports of ours, which are in use on this machine perhaps.
        for unit, port in self.ports.items():
            drop_in = self.system.path(f"/etc/systemd/system/{unit}.socket.d")
            drop_in.mkdir(parents=True)
            (drop_in / "port.conf").write_text(f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{port}\n")

    def boots(self):
        assert self.process.poll() is None, open(self.log.name).read()
        children = subprocess.run(["pgrep", "--parent", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        self.leader = children[0] if children else None
        return self.leader and self.system.path("/run").is_dir() and self.run("test", "-S", "/run/dbus/system_bus_socket", check=False).returncode == 0

    def run(self, *command, check=True):
        prefix = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--pid", "--cgroup"]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_PAGER": "", "LC_ALL": "C.UTF-8"}
        result = subprocess.run([*prefix, *command], env=environment, capture_output=True, text=True)
        assert not check or result.returncode == 0, (command, result.stdout, result.stderr, self.journal())
        return result

    def journal(self, *options):
        result = self.run("journalctl", "--no-pager", "--output=cat", *(options or ["--lines=40"]), check=False)
        return result.stdout

    def property(self, unit, name):
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()

    def lmtp(self):
        """The socket that systemd made for Postfix."""
        return self.system.path("/var/spool/postfix/lightmail/lmtp.sock")

    def close(self):
        with contextlib.suppress(AssertionError):
            self.run("systemctl", "poweroff", check=False)
            self.process.wait(PATIENCE)
        self.process.kill()
        self.process.wait()
        self.log.close()
        os.unlink(self.log.name)
        self.system.close()


@pytest.fixture(scope="module")
def host(stack, deb):
    host = Host(stack, deb)
    try:
        yield host
    finally:
        host.close()


def test_it_begins_with_sockets_alone(host):
    sockets = [f"{unit}.socket" for unit in [*SOCKETS, "lightmail-lmtpd"]]
    # Submissions and the ports under TLS need a certificate, which this host has not: they stay disabled.
    host.run("systemctl", "enable", "--now", *sockets, "lightmail-gcd.service")
    for socket_unit in sockets:
        assert host.property(socket_unit, "ActiveState") == "active"
    assert host.property("lightmail-lmtpd.service", "ActiveState") == "inactive"
    assert host.property("lightmail-gcd.service", "SubState") == "running"
    said = host.run("stat", "-c", "%A %U %G", "/var/spool/postfix/lightmail/lmtp.sock").stdout
    assert said == "srw-rw---- lightmail lightmail\n"


def test_the_first_client_starts_the_daemon(stack, host):
    account = stack.account()
    with LMTP(host.lmtp()) as session:
        ((code, text),) = session.deliver("sender@example.org", [account.address], corpus.POSTFIX["plain"])
    assert code == 250, text
    with stack.imap(account, port=host.ports["lightmail-imapd"], mailbox="INBOX") as client:
        assert client.fetch("1", "(BODY.PEEK[])")[0] == "OK"
    for daemon in ("lmtpd", "imapd"):
        unit = f"lightmail-{daemon}.service"
        assert (host.property(unit, "ActiveState"), host.property(unit, "User")) == ("active", "lightmail")
    # In the journal by its fields, whoever wrote it, and with its severity.
    trace = text.split()[-1]
    lines = host.journal(f"LIGHTMAIL_TRACE={trace}")
    assert "delivered " in lines and "message is read" in lines, lines
    assert "logged in" in host.journal(f"LIGHTMAIL_ACCOUNT={account.address}", "SYSLOG_IDENTIFIER=lightmail-imapd")
    assert f"trace={trace}" not in host.journal(f"LIGHTMAIL_TRACE={trace}", "--priority=err")


def test_a_reload_drops_nobody(stack, host):
    account = stack.account()
    with stack.imap(account, port=host.ports["lightmail-imapd"], mailbox="INBOX") as client:
        host.run("systemctl", "reload", "lightmail-imapd.service")
        eventually(lambda: "reloaded" in host.journal("SYSLOG_IDENTIFIER=lightmail-imapd"), "imapd reloads")
        assert client.noop()[0] == "OK"
    assert host.property("lightmail-imapd.service", "NRestarts") == "0"


def test_lmtpd_restarts_under_load(stack, host):
    account = stack.account()

    def offer(mark):
        # To be refused here is what must not happen, so no ConnectionRefusedError is caught.
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(str(host.lmtp()))
        try:
            with LMTP(connection=connection) as session:
                ((code, text),) = session.deliver("sender@example.org", [account.address], marked(mark))
        except ConnectionError:
            return False
        assert code == 250 or 400 <= code < 500, (code, text)
        return code == 250

    run = Run(offer)
    try:
        for _ in range(RESTARTS):
            run.wait_for(20)
            host.run("systemctl", "restart", "lightmail-lmtpd.service")
        run.wait_for(20)
    finally:
        acknowledged = run.finish()
    assert marks_in_mailbox(stack, account) == collections.Counter(acknowledged)
    print(f"{len(acknowledged)} messages in {run.attempts} attempts over {RESTARTS} restarts, none lost, none twice")


@pytest.mark.parametrize("daemon", ["lightmail-imapd", "lightmail-pop3d", "lightmail-smtpd"])
def test_nobody_is_refused_while_it_restarts(host, daemon):
    refused, served = [], []
    stopping = threading.Event()

    def work():
        while not stopping.is_set():
            try:
                with socket.create_connection(("127.0.0.1", host.ports[daemon]), timeout=PATIENCE) as connection:
                    served.append(connection.recv(4))
            except ConnectionRefusedError as error:
                refused.append(error)
                return
            except OSError:
                continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(RESTARTS):
            goal = len(served) + 20
            eventually(lambda: refused or len(served) >= goal, "clients are greeted")
            host.run("systemctl", "restart", f"{daemon}.service")
        goal = len(served) + 20
        eventually(lambda: refused or len(served) >= goal, "clients are greeted")
    finally:
        stopping.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert not refused
    assert any(served)


def test_one_that_is_killed_comes_back(stack, host):
    unit = "lightmail-imapd.service"
    account = stack.account()
    with stack.imap(account, port=host.ports["lightmail-imapd"]):
        before = host.property(unit, "MainPID")
        host.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", unit)
    eventually(lambda: host.property(unit, "ActiveState") == "active" and host.property(unit, "MainPID") not in ("0", before), "it is back")
    with stack.imap(account, port=host.ports["lightmail-imapd"], mailbox="INBOX") as client:
        assert client.noop()[0] == "OK"


def test_one_that_hangs_is_started_anew(host):
    """SIGSTOP keeps it from answering the watchdog. The interval is made short, which is all that is changed."""
    unit = "lightmail-pop3d.service"
    drop_in = host.system.path(f"/etc/systemd/system/{unit}.d")
    drop_in.mkdir()
    (drop_in / "soon.conf").write_text("[Service]\nWatchdogSec=2\n")
    host.run("systemctl", "daemon-reload")
    host.run("systemctl", "restart", unit)
    before = host.property(unit, "MainPID")
    host.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", unit)
    eventually(lambda: host.property(unit, "MainPID") not in ("0", before), "systemd starts it anew")
    eventually(lambda: host.property(unit, "ActiveState") == "active", "it is ready")
    assert host.property(unit, "NRestarts") == "1"


def test_a_configuration_that_cannot_be_used_is_not_tried_again(host):
    unit = "lightmail-smtpd.service"
    path = host.system.path("/etc/lightmail/config.ini")
    good = path.read_text()
    path.write_text(good + "[smtp_server]\nprot = 25\n")
    try:
        assert host.run("systemctl", "restart", unit, check=False).returncode != 0
        eventually(lambda: host.property(unit, "ActiveState") == "failed", "it stays down")
        assert (host.property(unit, "ExecMainStatus"), host.property(unit, "NRestarts")) == ("78", "0")
    finally:
        path.write_text(good)
    host.run("systemctl", "reset-failed", "lightmail-*")
    host.run("systemctl", "restart", *(f"{name}.socket" for name in SOCKETS if "smtpd" in name), unit)


def test_an_upgrade_restarts_what_runs(stack, host, newer_deb):
    (host.system.root / "opt" / newer_deb.name).write_bytes(newer_deb.read_bytes())
    before = {unit: host.property(unit, "MainPID") for unit in ("lightmail-imapd.service", "lightmail-gcd.service")}
    # In the container policy-rc.d would forbid it, as it does where a system is only being put together.
    host.system.path("/usr/sbin/policy-rc.d").unlink()
    # lightmailctl, which asks for the schema, has the password from where an administrator would lend it.
    said = host.run("env", "LIGHTMAIL_DATABASE_PASSWORD_FILE=/etc/credstore/lightmail.database.password", "DEBIAN_FRONTEND=noninteractive",
                    "dpkg", "--force-confold", "--install", f"/opt/{newer_deb.name}").stdout  # fmt: skip
    assert "still the release before" not in said
    for unit, pid in before.items():
        assert host.property(unit, "ActiveState") == "active" and host.property(unit, "MainPID") not in ("0", pid), unit
    assert host.property("lightmail-apid.service", "ActiveState") == "inactive"


def test_all_end_in_good_order(host):
    host.run("systemctl", "stop", "lightmail-*.socket", "lightmail-*.service")
    for daemon in ("imapd", "pop3d", "lmtpd", "smtpd", "gcd"):
        unit = f"lightmail-{daemon}.service"
        assert (host.property(unit, "ActiveState"), host.property(unit, "Result")) == ("inactive", "success"), unit
    # Nothing but events was written: what the hardening forbids would be heard of on standard error.
    for daemon in ("imapd", "lmtpd", "gcd"):
        stray = [line for line in host.journal(f"_SYSTEMD_UNIT=lightmail-{daemon}.service", "_TRANSPORT=stdout").splitlines() if line]
        assert stray == [], stray
