"""A private clamd with one signature: that of the EICAR test string."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from .stack import PATIENCE, eventually, free_ports

# In two pieces, so that no scanner of somebody else's takes this file for the test file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 12_000_000


class Clamd:
    """`port` and `socket` are where it listens."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="lightmail-clamd-", dir="/tmp"))
        self.socket = self.directory / "clamd.sock"
        (self.port,) = free_ports(1)
        database = self.directory / "database"
        database.mkdir()
        (database / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        settings = self.directory / "clamd.conf"
        settings.write_text(
            f"""
LocalSocket {self.socket}
TCPSocket {self.port}
TCPAddr 127.0.0.1
DatabaseDirectory {database}
TemporaryDirectory {self.directory}
StreamMaxLength {LIMIT}
Foreground yes
"""
        )
        self.log = open(self.directory / "clamd.log", "wb")
        self.process = subprocess.Popen(["clamd", f"--config-file={settings}"], stdout=self.log, stderr=self.log)
        eventually(self.answers, "clamd answers")

    def answers(self):
        assert self.process.poll() is None, (self.directory / "clamd.log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
                connection.sendall(b"zPING\0")
                return connection.recv(16) == b"PONG\0"
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)
