"""A private LightMail stack for the tests: everything `make up` starts, in a folder of its own and on free ports."""

import contextlib
import grp
import imaplib
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

from .lmtp import LMTP

ROOT = Path(__file__).resolve().parents[3]
# Long enough for a busy machine; nothing here asserts how fast something is.
PATIENCE = 60.0

imaplib._MAXLINE = 10_000_000


def free_ports(count):
    """Free ports of loopback, all different: each stays bound until the last is found."""
    with contextlib.ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


def eventually(condition, what, patience=PATIENCE):
    """Waits until condition() gives something true, and returns it."""
    deadline = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.02)


@dataclass(frozen=True)
class Account:
    address: str
    password: str


class Stack:
    """One stack. `settings` is its stack.env."""

    PORTS = (
        "LIGHTMAIL_DB_PORT",
        "LIGHTMAIL_S3_PORT",
        "LIGHTMAIL_IMAP_PORT",
        "LIGHTMAIL_IMAPS_PORT",
        "LIGHTMAIL_POP3_PORT",
        "LIGHTMAIL_POP3S_PORT",
        "LIGHTMAIL_IMAPD_METRICS_PORT",
        "LIGHTMAIL_POP3D_METRICS_PORT",
        "LIGHTMAIL_LMTPD_METRICS_PORT",
        "LIGHTMAIL_SMTP_PORT",
        "LIGHTMAIL_SUBMISSION_PORT",
        "LIGHTMAIL_SUBMISSIONS_PORT",
        "LIGHTMAIL_SMTPD_METRICS_PORT",
        "LIGHTMAIL_GCD_METRICS_PORT",
        "LIGHTMAIL_API_PORT",
        "LIGHTMAIL_APID_METRICS_PORT",
    )

    def __init__(self):
        # Under /tmp: Postfix's own user must be able to reach the socket, which it is not below somebody's home.
        self.directory = Path(tempfile.mkdtemp(prefix="lightmail-test-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.build = os.environ.get("LIGHTMAIL_BUILD", "debug")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
        environment["LIGHTMAIL_BUILD"] = self.build
        environment["LIGHTMAIL_RUN_DIR"] = str(self.directory)
        if "LIGHTMAIL_BIN_DIR" in os.environ:
            environment["LIGHTMAIL_BIN_DIR"] = os.environ["LIGHTMAIL_BIN_DIR"]
        if os.geteuid() == 0:
            with contextlib.suppress(KeyError):
                environment["LIGHTMAIL_SOCKET_GROUP"] = grp.getgrnam("postfix").gr_name
        environment |= {key: str(port) for key, port in zip(self.PORTS, free_ports(len(self.PORTS)))}
        self.environment = environment
        self.binaries = Path(environment.get("LIGHTMAIL_BIN_DIR", ROOT / ".build" / self.build))
        self.settings = {}
        self.extra = []

    # Life

    def up(self):
        """Starts what is not running, and returns when all of it answers."""
        subprocess.run([ROOT / "scripts/stack", "up"], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        lines = (self.directory / "stack.env").read_text().splitlines()
        self.settings = {key: "".join(shlex.split(value)) for key, value in (line.split("=", 1) for line in lines)}
        if os.geteuid() != 0:
            # We cannot give the socket to Postfix's group, so this private one is open to all.
            os.chmod(self.settings["LIGHTMAIL_LMTP_SOCKET"], 0o666)

    def close(self):
        for process in self.extra:
            process.kill()
            process.wait()
        subprocess.run([ROOT / "scripts/stack", "down"], env=self.environment, check=True)
        if os.environ.get("LIGHTMAIL_TEST_KEEP") == "1":
            print(f"kept {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def pid(self, name):
        return int((self.directory / f"{name}.pid").read_text().split()[0])

    def kill(self, name):
        """kill -9, and returns when the process is gone."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not alive(pid), f"{name} is gone after kill -9")

    def stop(self, name):
        """Asks the process to end, and returns when it has."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: not alive(pid), f"{name} ends when asked to")

    def daemon(self, name, **overrides):
        """Starts one more process of a daemon, whose configuration keys the environment overrides."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
        # What it tells of itself would be counted where round trips are.
        environment["LIGHTMAIL_SYSTEM_HEARTBEAT_SECONDS"] = "3600"
        environment |= {f"LIGHTMAIL_{key}": str(value) for key, value in overrides.items()}
        number = len(self.extra)
        with open(self.directory / "logs" / f"{name}-{number}.log", "ab") as log:
            process = subprocess.Popen(
                [self.binaries / name, "--config", self.settings["LIGHTMAIL_CONFIG"]],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.extra.append(process)
        return process

    def imapd(self, **overrides):
        """One more imapd, on its own ports; returns (process, IMAP port, metrics port) once it is ready."""
        imap, imaps, metrics = free_ports(3)
        process = self.daemon(
            "lightmail-imapd",
            IMAP_PORT=imap,
            IMAP_SSL_PORT=imaps,
            METRICS_IMAPD_PORT=metrics,
            **overrides,
        )
        eventually(lambda: ready(metrics), "the second imapd is ready")
        return process, imap, metrics

    def lmtpd(self, **overrides):
        """One more lmtpd, on its own socket; returns (process, socket, metrics port) once it is ready."""
        (metrics,) = free_ports(1)
        path = self.directory / f"lmtp-{len(self.extra)}.sock"
        process = self.daemon("lightmail-lmtpd", LMTP_SOCKET=path, METRICS_LMTPD_PORT=metrics, **overrides)
        eventually(lambda: ready(metrics), "the second lmtpd is ready")
        return process, path, metrics

    def smtpd(self, **overrides):
        """One more smtpd, on its own ports; returns (process, SMTP port, submission port) once it is ready."""
        smtp, submission, submissions, metrics = free_ports(4)
        process = self.daemon(
            "lightmail-smtpd",
            SMTP_SERVER_PORT=smtp,
            SMTP_SERVER_SUBMISSION_PORT=submission,
            SMTP_SERVER_SMTPS_PORT=submissions,
            METRICS_SMTPD_PORT=metrics,
            **overrides,
        )
        eventually(lambda: ready(metrics), "the second smtpd is ready")
        return process, smtp, submission

    # Administration

    def control(self, *arguments, check=True, **options):
        command = [self.binaries / "lightmailctl", "--config", self.settings["LIGHTMAIL_CONFIG"], *arguments]
        result = subprocess.run(command, capture_output=True, text=True, **options)
        if check and result.returncode != 0:
            raise AssertionError(f"lightmailctl {' '.join(arguments)}: {result.returncode}: {result.stderr}")
        return result

    def account(self, domain="example.com"):
        """A new account that no other test knows."""
        account = Account(f"test{secrets.token_hex(6)}@{domain}", secrets.token_hex(8))
        self.control("account", "add", account.address, "--password-stdin", input=account.password + "\n")
        return account

    def sql(self, statement):
        """The rows of a statement, as lists of text."""
        result = subprocess.run(
            [
                "mariadb",
                "--no-defaults",
                "--batch",
                "--skip-column-names",
                f"--socket={self.settings['LIGHTMAIL_DB_SOCKET']}",
                f"--user={self.settings['LIGHTMAIL_DB_USER']}",
                self.settings["LIGHTMAIL_DB_NAME"],
                f"--execute={statement}",
            ],
            env=os.environ | {"MYSQL_PWD": self.settings["LIGHTMAIL_DB_PASSWORD"]},
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in result.stdout.splitlines()]

    def bucket(self):
        """An S3 client that is not ours."""
        return boto3.client(
            "s3",
            endpoint_url=self.settings["LIGHTMAIL_S3_ENDPOINT"],
            region_name=self.settings["LIGHTMAIL_S3_REGION"],
            aws_access_key_id=self.settings["LIGHTMAIL_S3_ACCESS_KEY"],
            aws_secret_access_key=self.settings["LIGHTMAIL_S3_SECRET_KEY"],
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5}),
        )

    def delete_object(self, key):
        self.bucket().delete_object(Bucket=self.settings["LIGHTMAIL_S3_BUCKET"], Key=key)

    def object_keys(self):
        """Every key in the bucket."""
        pages = self.bucket().get_paginator("list_objects_v2").paginate(Bucket=self.settings["LIGHTMAIL_S3_BUCKET"])
        # A front over a file system may list folders, as keys that end in a slash.
        return [item["Key"] for page in pages for item in page.get("Contents", []) if not item["Key"].endswith("/")]

    # Clients

    def lmtp(self):
        return LMTP(self.settings["LIGHTMAIL_LMTP_SOCKET"])

    def deliver(self, message, *recipients, sender="sender@example.org"):
        """Delivers over LMTP; every recipient must be accepted."""
        with self.lmtp() as session:
            replies = session.deliver(sender, recipients, message)
        assert [code for code, _ in replies] == [250] * len(recipients), replies

    @contextlib.contextmanager
    def imap(self, account, port=None, mailbox=None):
        """A session of Python's imaplib, logged in, and in `mailbox` when that is named."""
        client = imaplib.IMAP4("127.0.0.1", port or int(self.settings["LIGHTMAIL_IMAP_PORT"]), timeout=PATIENCE)
        try:
            client.login(account.address, account.password)
            if mailbox is not None:
                kind, data = client.select(mailbox)
                assert kind == "OK", data
            yield client
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def metrics(self, daemon):
        return metrics(int(self.settings[f"LIGHTMAIL_{daemon.removeprefix('lightmail-').upper()}_METRICS_PORT"]))


def alive(pid):
    """Whether the process runs; a zombie, which waits for its parent to look at it, does not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def metrics(port):
    """Every sample of a daemon's /metrics: {'name{label="value"}': number}."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as response:
        lines = response.read().decode().splitlines()
    samples = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, value in samples}


def fetch_bodies(client):
    """The bodies of every message in the selected mailbox, oldest first."""
    kind, data = client.fetch("1:*", "(BODY.PEEK[])")
    assert kind == "OK", data
    return [item[1] for item in data if isinstance(item, tuple)]
