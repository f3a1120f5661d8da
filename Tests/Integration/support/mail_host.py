"""A host as docs/POSTFIX.md finds it: a Debian with Postfix as it comes, the user lightmail, and LightMail's folders.

It is a mount namespace of this machine in which /etc and /var are laid over by folders of the test's own, so that the commands
of the document can be run as they are written, and leave nothing behind. Only the port of Postfix is another one.
"""

import os
import shutil
import smtplib
import subprocess
import tempfile
from pathlib import Path

from .stack import PATIENCE, ROOT, eventually, free_ports

# What the document may take for granted, and what is no systemd here.
PREPARE = """
set -eu
for tree in etc var; do
    mkdir -p "$1/$tree/upper" "$1/$tree/work"
    mount -t overlay overlay -o "lowerdir=/$tree,upperdir=$1/$tree/upper,workdir=$1/$tree/work" "/$tree"
done
mkdir -p /run/mysqld
mount --bind "$(dirname "$2")" /run/mysqld
systemd-sysusers "$4/systemd/lightmail.sysusers"
cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
postconf -e compatibility_level=3.6 'inet_interfaces=127.0.0.1' inet_protocols=ipv4 mydestination= myhostname=mx.example.net \\
    'maillog_file=/var/log/mail.log' alias_maps= minimal_backoff_time=1s maximal_backoff_time=2s queue_run_delay=1s
sed -i "s/^smtp  *inet /127.0.0.1:$3 inet /" /etc/postfix/master.cf
systemd-tmpfiles --create "$4/systemd/lightmail.tmpfiles"
echo ready
exec sleep infinity
"""
SYSTEMCTL = """#!/bin/sh
# This host has no systemd: what it would do for Postfix.
case "$1 $2" in
"restart postfix") postfix stop 2>/dev/null; exec postfix start ;;
"reload postfix") exec postfix reload ;;
*) echo "systemctl: not here: $*" >&2; exit 1 ;;
esac
"""


class MailHost:
    """`port` is Postfix's; `directory` holds what that host has of its own."""

    def __init__(self, stack):
        assert os.geteuid() == 0, "only root can lay folders over /etc and /var"
        self.stack = stack
        self.directory = Path(tempfile.mkdtemp(prefix="lightmail-host-", dir="/tmp"))
        self.directory.chmod(0o755)
        (self.port,) = free_ports(1)
        self.daemons = []
        # What the document's commands call by a path of the source tree is there; the administrator edits it.
        shutil.copytree(ROOT / "deploy", self.directory / "tree/deploy")
        tools = self.directory / "tools"
        tools.mkdir()
        (tools / "systemctl").write_text(SYSTEMCTL)
        (tools / "systemctl").chmod(0o755)
        # MySQL listens where Debian's does.
        sockets = self.directory / "mysqld"
        sockets.mkdir()
        socket = Path(stack.settings["LIGHTMAIL_DB_SOCKET"])
        os.link(socket, sockets / "mysqld.sock")
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", PREPARE, "sh", self.directory,
             sockets / "mysqld.sock", str(self.port), ROOT],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if self.process.stdout.readline() != "ready\n":
            said = self.process.communicate(timeout=10)
            shutil.rmtree(self.directory, ignore_errors=True)
            raise AssertionError(said)

    def enter(self):
        return ["nsenter", f"--target={self.process.pid}", "--mount", f"--wd={self.directory / 'tree'}"]

    def run(self, command, check=True):
        """Runs a line as a shell of that host would."""
        environment = {"PATH": f"{self.directory}/tools:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        result = subprocess.run(
            [*self.enter(), "sh", "-c", command], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert not check or result.returncode == 0, (command, result.stdout, result.stderr, self.log())
        return result

    def daemon(self, name, **overrides):
        """A daemon on that host."""
        environment = {f"LIGHTMAIL_{key}": str(value) for key, value in overrides.items()} | {"PATH": os.environ["PATH"]}
        with open(self.directory / f"{name}.log", "ab") as log:
            command = [self.stack.binaries / name, "--config", self.stack.settings["LIGHTMAIL_CONFIG"]]
            process = subprocess.Popen([*self.enter(), *command], env=environment, stdout=log, stderr=log)
        self.daemons.append(process)
        return process

    def log(self):
        result = subprocess.run([*self.enter(), "cat", "/var/log/mail.log"], capture_output=True, text=True)
        return result.stdout

    def send(self, message, recipient, sender="sender@example.org"):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.sendmail(sender, [recipient], message)

    def queue_is_empty(self):
        return "queue is empty" in self.run("postqueue -p").stdout

    def wait_until_delivered(self):
        try:
            eventually(self.queue_is_empty, "Postfix's queue is empty")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()[-4000:]}") from None

    def close(self):
        self.run("postfix abort", check=False)
        for process in self.daemons:
            process.kill()
            process.wait()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
