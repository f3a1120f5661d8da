"""A private Dovecot (Debian's), with mail in sdbox and a flush a message: the server that LightMail stands beside."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import processes

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
# Debian has this user; Dovecot wants one for the mail that is not root.
OWNER = "mail"


class Dovecot:
    name = "Dovecot"
    user = "bench%d"

    def __init__(self, directory, password, certificate, key, ports):
        self.directory = directory
        self.password = password
        imap, imaps, pop3 = ports
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "mail").mkdir(exist_ok=True)
        subprocess.run([*AS_ROOT, "chown", OWNER, directory / "mail"], check=True)
        # A UNIX socket's path has little room.
        self.base = Path(tempfile.mkdtemp(prefix="lightmail-dovecot-", dir="/tmp"))
        self.base.chmod(0o755)
        self.users = directory / "users"
        self.configuration = directory / "dovecot.conf"
        self.configuration.write_text(self.text(imap, imaps, pop3, certificate, key))
        self.imap = {"port": imap, "user": self.user, "password": password}
        self.imaps = {**self.imap, "port": imaps, "tls": 1}
        self.pop3 = {**self.imap, "port": pop3}
        self.lmtp = {"socket": self.base / "run/lmtp.sock", "recipient": self.user + "@localhost"}
        self.add_accounts([])
        self.start()

    def text(self, imap, imaps, pop3, certificate, key):
        return f"""
base_dir = {self.base}/run
state_dir = {self.base}/state
log_path = {self.base}/dovecot.log
instance_name = lightmail-bench
protocols = imap pop3 lmtp
listen = 127.0.0.1
mail_location = sdbox:~/sdbox
mail_fsync = always
mail_uid = {OWNER}
mail_gid = {OWNER}
first_valid_uid = 1
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
default_client_limit = 12000
default_process_limit = 12000
default_vsz_limit = 0
mail_max_userip_connections = 20000
postmaster_address = postmaster@localhost
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = username_format=%n {self.users}
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {self.users}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
  service_count = 0
  process_min_avail = 2
  process_limit = 10
}}
service imap {{
  process_limit = 12000
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
  service_count = 0
}}
service anvil {{
  client_limit = 40000
}}
service auth {{
  client_limit = 40000
}}
service stats {{
  client_limit = 40000
}}
service lmtp {{
  unix_listener lmtp.sock {{
    mode = 0666
  }}
  process_min_avail = 2
}}
"""

    def add_accounts(self, numbers):
        """All fifty, whoever asks: they cost a line each. The passwords are in clear, which is the fastest it can check."""
        identity = subprocess.run(["id", "-u", OWNER], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.users.write_text("".join(
            f"bench{number}:{{PLAIN}}{self.password}:{identity}:{identity}::{self.directory}/mail/bench{number}::\n"
            for number in range(1, 51)
        ))

    def start(self):
        subprocess.run([*AS_ROOT, "dovecot", "-c", self.configuration], check=True)
        self.await_pid(True)

    def stop(self):
        subprocess.run([*AS_ROOT, "doveadm", "-c", self.configuration, "stop"], check=True)
        self.await_pid(False)
        shutil.rmtree(self.base, ignore_errors=True)

    def await_pid(self, there):
        deadline = time.monotonic() + 30
        while (self.base / "run/master.pid").exists() != there:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Dovecot: see {self.base}/dovecot.log")
            time.sleep(0.02)

    def pid(self):
        return int((self.base / "run/master.pid").read_text())

    def cpu_seconds(self, service):
        return processes.cpu_seconds(self.pid())

    def memory_kilobytes(self, service):
        return processes.memory_kilobytes(self.pid())

    def forget(self, bodies=False):
        """Its files leave the page cache; its own cache files stay what they are."""
        processes.evict(self.directory / "mail")
