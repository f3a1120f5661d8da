"""The development stack in the foreground, as `make run` starts it: Ctrl-C stops everything that it started, and the data stays."""

import os
import pty
import select
import signal
import subprocess

import pytest

from support.stack import ROOT, Account, Stack, alive, eventually

PROCESSES = (
    "mariadbd", "s3", "lightmail-imapd", "lightmail-pop3d", "lightmail-lmtpd", "lightmail-smtpd", "lightmail-apid",
    "lightmail-gcd",
)
READY = b"Press Ctrl-C to stop."


class Terminal:
    """A command in a terminal of its own, where a typed control character is a signal to what runs in the foreground."""

    def __init__(self, command, environment):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            # A test runner in the background has taught us to ignore it; a shell at a terminal has not.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execvpe(command[0], command, environment)

    def read_until(self, text, patience=120):
        seen = b""
        while text not in seen:
            readable, _, _ = select.select([self.descriptor], [], [], patience)
            assert readable, seen.decode(errors="replace")
            seen += os.read(self.descriptor, 65536)
        return seen

    def type(self, text):
        os.write(self.descriptor, text)

    def wait(self):
        """The exit code. The terminal is read meanwhile: who writes to a full one would wait for ever."""
        while True:
            try:
                if not os.read(self.descriptor, 65536):
                    break
            except OSError:
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize("moment", ["when it runs", "while it starts"])
def test_ctrl_c_stops_everything(moment):
    own = Stack()
    try:
        terminal = Terminal([str(ROOT / "scripts/stack"), "run"], own.environment)
        if moment == "when it runs":
            shown = terminal.read_until(READY)
            assert b"curl --silent --user" in shown
            pids = {name: own.pid(name) for name in PROCESSES}
            assert all(alive(pid) for pid in pids.values())
        else:
            eventually(lambda: (own.directory / "mariadbd.pid").exists(), "MariaDB is being started")
            eventually(lambda: (own.directory / "mariadbd.pid").read_text().strip(), "its pid is written")
            pids = {"mariadbd": own.pid("mariadbd")}
        terminal.type(b"\x03")
        assert terminal.wait() == 130
        assert not [name for name, pid in pids.items() if alive(pid)]
        assert not list(own.directory.glob("*.pid"))
        if moment == "when it runs":
            own.up()
            owner = Account(own.settings["LIGHTMAIL_USER"], own.settings["LIGHTMAIL_PASSWORD"])
            with own.imap(owner, mailbox="INBOX") as client:
                assert client.search(None, "ALL")[1] != [b""], "the welcome message survived"
    finally:
        own.close()


def test_a_second_stack_is_refused_and_stops_nothing(stack):
    result = subprocess.run([ROOT / "scripts/stack", "run"], env=stack.environment, capture_output=True, text=True)
    assert result.returncode == 1 and "already running" in result.stderr
    assert alive(stack.pid("lightmail-imapd"))
