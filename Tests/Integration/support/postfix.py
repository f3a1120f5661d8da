"""A private Postfix: its own configuration, queue and port. It runs as root, through sudo when we are not."""

import os
import smtplib
import subprocess
import tempfile
from pathlib import Path

from .stack import eventually, free_ports

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


class Postfix:
    """Delivers mail for example.com to an LMTP socket, and tries again after a second when that fails."""

    def __init__(self, lmtp_socket, overrides=""):
        """`overrides`: lines for the end of main.cf, where they win."""
        self.directory = Path(tempfile.mkdtemp(prefix="lightmail-postfix-", dir="/tmp"))
        self.directory.chmod(0o755)
        (self.port,) = free_ports(1)
        for name in ("etc", "queue", "data"):
            (self.directory / name).mkdir(mode=0o755)
        self.log = self.directory / "mail.log"
        self.configuration = self.directory / "etc"
        (self.configuration / "main.cf").write_text(self.main(lmtp_socket) + overrides)
        (self.configuration / "master.cf").write_text(self.master())
        subprocess.run([*AS_ROOT, "chown", "-R", "root:root", self.configuration, self.directory / "queue"], check=True)
        subprocess.run([*AS_ROOT, "chown", "postfix:root", self.directory / "data"], check=True)
        self.command("start")
        eventually(self.answers, "Postfix answers")

    def main(self, lmtp_socket):
        return f"""
compatibility_level = 3.6
queue_directory = {self.directory}/queue
data_directory = {self.directory}/data
maillog_file = {self.log}
maillog_file_prefixes = {self.directory}
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = example.com
virtual_transport = lmtp:unix:{lmtp_socket}
message_size_limit = 104857600
mailbox_size_limit = 0
# What we send is what shall arrive.
local_header_rewrite_clients =
lmtp_line_length_limit = 0
header_size_limit = 1000000
# A short patience, so that a retry comes within the test.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
lmtp_connect_timeout = 10s
smtp_connect_timeout = 10s
smtp_line_length_limit = 0
bounce_queue_lifetime = 1h
"""

    def master(self):
        """Debian's own table, without chroot, and with the SMTP server on our port alone."""
        table = []
        for line in Path("/usr/share/postfix/master.cf.dist").read_text().splitlines():
            fields = line.split()
            if fields and not line[0].isspace() and not line.startswith("#"):
                fields[4] = "n"
                if fields[:2] == ["smtp", "inet"]:
                    fields[0] = f"127.0.0.1:{self.port}"
                line = " ".join(fields)
            table.append(line)
        return "\n".join(table) + "\n"

    def command(self, *arguments):
        result = subprocess.run(
            [*AS_ROOT, "postfix", "-c", self.configuration, *arguments], capture_output=True, text=True
        )
        assert result.returncode == 0, (result.stdout, result.stderr, self.read_log())

    def answers(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
                return client.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def send(self, message, *recipients, sender="sender@example.org"):
        """Hands a message to Postfix by SMTP; Postfix has it when this returns."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            client.ehlo()
            assert client.mail(sender, ["BODY=8BITMIME"])[0] == 250
            for recipient in recipients:
                code, text = client.rcpt(recipient)
                assert code == 250, text
            assert client.docmd("DATA")[0] == 354
            client.send((b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
            code, text = client.getreply()
            assert code == 250, text

    def queue_is_empty(self):
        result = subprocess.run(
            [*AS_ROOT, "postqueue", "-c", self.configuration, "-j"], capture_output=True, text=True, check=True
        )
        return not result.stdout.strip()

    def wait_until_delivered(self, patience=120):
        try:
            eventually(self.queue_is_empty, "Postfix's queue is empty", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.read_log()[-4000:]}") from None

    def read_log(self):
        result = subprocess.run([*AS_ROOT, "cat", self.log], capture_output=True, text=True)
        return result.stdout

    def close(self):
        subprocess.run([*AS_ROOT, "postfix", "-c", self.configuration, "stop"], capture_output=True)
        subprocess.run([*AS_ROOT, "rm", "-rf", self.directory], check=True)


class Smarthost(Postfix):
    """Takes mail for bob and carol at elsewhere.example into folders of its own, and for nobody else; offers STARTTLS."""

    def __init__(self, certificate, key):
        self.mail = Path(tempfile.mkdtemp(prefix="lightmail-smarthost-", dir="/tmp"))
        self.mail.chmod(0o777)
        super().__init__(
            "/nonexistent",
            f"""
virtual_mailbox_domains = elsewhere.example
virtual_transport = virtual
virtual_mailbox_maps = inline:{{bob@elsewhere.example=bob/, carol@elsewhere.example=carol/}}
virtual_mailbox_base = {self.mail}
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_mailbox_limit = 0
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
""",
        )

    def mailbox(self, name):
        """The messages that somebody has, as bytes."""
        folder = self.mail / name / "new"
        listing = subprocess.run([*AS_ROOT, "find", folder, "-type", "f"], capture_output=True, text=True)
        return [
            subprocess.run([*AS_ROOT, "cat", path], capture_output=True, check=True).stdout
            for path in sorted(listing.stdout.split())
        ]

    def close(self):
        super().close()
        subprocess.run([*AS_ROOT, "rm", "-rf", self.mail], check=True)
