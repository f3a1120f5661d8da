"""LightMail's own release build, as scripts/stack runs it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from . import processes

ROOT = Path(__file__).resolve().parent.parent.parent


class LightMail:
    name = "LightMail"
    user = "bench%d@example.com"

    def __init__(self, directory, password, settings=None):
        """`settings` go into the stack's environment; with none, its S3 server is a real one."""
        self.directory = directory
        self.password = password
        self.environment = {
            **os.environ,
            "LIGHTMAIL_RUN_DIR": str(directory),
            # A few accounts have all the sessions, and one session does the work of many.
            "LIGHTMAIL_OVERRIDES": "LIGHTMAIL_IMAP_MAX_CONNECTIONS=20000 LIGHTMAIL_IMAP_MAX_CONNECTIONS_PER_USER=0"
            " LIGHTMAIL_IMAP_COMMAND_RATE=0",
            **(settings or {}),
        }
        self.stack("up")

    def stack(self, word):
        subprocess.run([ROOT / "scripts/stack", word], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        if word == "up":
            lines = (self.directory / "stack.env").read_text().splitlines()
            self.settings = dict(shlex.split(line)[0].split("=", 1) for line in lines)
            self.imap = {"port": self.settings["LIGHTMAIL_IMAP_PORT"], "user": self.user, "password": self.password}
            self.imaps = {**self.imap, "port": self.settings["LIGHTMAIL_IMAPS_PORT"], "tls": 1}
            self.pop3 = {**self.imap, "port": self.settings["LIGHTMAIL_POP3_PORT"]}
            self.lmtp = {"socket": self.settings["LIGHTMAIL_LMTP_SOCKET"], "recipient": self.user}
            self.s3 = {
                "port": self.settings["LIGHTMAIL_S3_PORT"], "user": self.settings["LIGHTMAIL_S3_ACCESS_KEY"],
                "password": self.settings["LIGHTMAIL_S3_SECRET_KEY"], "mailbox": self.settings["LIGHTMAIL_S3_BUCKET"],
                "region": self.settings["LIGHTMAIL_S3_REGION"],
            }
            self.database = {
                "socket": self.settings["LIGHTMAIL_DB_SOCKET"], "user": self.settings["LIGHTMAIL_DB_USER"],
                "password": self.settings["LIGHTMAIL_DB_PASSWORD"], "mailbox": self.settings["LIGHTMAIL_DB_NAME"],
            }

    def stop(self):
        self.stack("down")
        for forgotten in self.directory.glob("forgotten-*"):
            shutil.rmtree(forgotten)

    def pid(self, name):
        return int((self.directory / f"{name}.pid").read_text())

    def cpu_seconds(self, service):
        """Of the daemon, and of the database that works for it; the object store's own is left out."""
        return processes.cpu_seconds(self.pid(f"lightmail-{service}d")) + processes.cpu_seconds(self.pid("mariadbd"))

    def memory_kilobytes(self, service):
        return processes.memory_kilobytes(self.pid(f"lightmail-{service}d"))

    def add_accounts(self, numbers):
        control = [ROOT / ".build/release/lightmailctl", "--config", self.settings["LIGHTMAIL_CONFIG"]]
        listed = subprocess.run([*control, "account", "list", "--json"], check=True, stdout=subprocess.PIPE).stdout
        known = {account["address"] for account in json.loads(listed)}
        for number in numbers:
            if self.user % number not in known:
                subprocess.run(
                    [*control, "account", "add", self.user % number, "--password-stdin"], check=True, text=True,
                    input=self.password, stdout=subprocess.DEVNULL,
                )

    def forget(self, bodies=False):
        """The daemons begin anew, with empty views; with `bodies`, without what they keep of the object store too."""
        self.restart("imap", before=self.forget_bodies if bodies else None)

    def forget_bodies(self):
        """Set aside, for to remove a hundred thousand files now would be part of what is measured next."""
        os.rename(self.directory / "cache", tempfile.mkdtemp(prefix="forgotten-", dir=self.directory))

    def restart(self, service, before=None):
        pidfile = self.directory / f"lightmail-{service}d.pid"
        pid = int(pidfile.read_text())
        os.kill(pid, 15)
        while processes.lives(pid):
            time.sleep(0.01)
        if before:
            before()
        self.stack("up")

    def counters(self, service):
        port = self.settings[f"LIGHTMAIL_{service.upper()}D_METRICS_PORT"]
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
        return {name: float(value) for name, value in re.findall(r"(?m)^([a-z]\S*) (\S+)$", text)}
