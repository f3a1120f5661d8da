"""Starts a daemon as systemd would: with listening sockets that outlive it, and a socket for what it says of itself."""

import os
import signal
import socket
import subprocess

from .stack import PATIENCE

# The shell keeps its pid for what it execs, so that the daemon finds its own in LISTEN_PID.
SHELL = 'exec env LISTEN_PID=$$ "$@"'
# sd_listen_fds(3)
FIRST_DESCRIPTOR = 3


class ActivatedDaemon:
    """A daemon that may be restarted as often as one likes while its sockets stay open."""

    def __init__(self, stack, name, sockets, **overrides):
        """`sockets`: listening sockets by their FileDescriptorName."""
        self.stack = stack
        self.name = name
        self.sockets = sockets
        self.overrides = overrides
        self.process = None
        self.path = stack.directory / f"{name}.notify"
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(str(self.path))
        self.notices.settimeout(PATIENCE)

    def start(self):
        """Returns when the daemon says that it is ready."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
        environment |= {f"LIGHTMAIL_{key}": str(value) for key, value in self.overrides.items()}
        environment |= {
            "LISTEN_FDS": str(len(self.sockets)),
            "LISTEN_FDNAMES": ":".join(self.sockets),
            "NOTIFY_SOCKET": str(self.path),
        }
        descriptors = [listener.fileno() for listener in self.sockets.values()]
        command = [self.stack.binaries / self.name, "--config", self.stack.settings["LIGHTMAIL_CONFIG"]]
        with open(self.stack.directory / "logs" / f"{self.name}-activated.log", "ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", SHELL, "sh", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                close_fds=False,
                preexec_fn=lambda: hand_over(descriptors),
            )
        self.await_notice("READY=1")

    def await_notice(self, wanted):
        while wanted not in self.notices.recv(4096).decode().splitlines():
            pass

    def stop(self):
        """SIGTERM; returns the exit code."""
        os.kill(self.process.pid, signal.SIGTERM)
        self.await_notice("STOPPING=1")
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notices.close()
        self.path.unlink()
        for listener in self.sockets.values():
            listener.close()


def hand_over(descriptors):
    """Puts the descriptors where sd_listen_fds(3) looks for them, and closes everything else."""
    # Out of the way first, for a target may be one that is still to be moved.
    moved = [os.dup2(descriptor, 100 + number) for number, descriptor in enumerate(descriptors)]
    for number, descriptor in enumerate(moved):
        os.dup2(descriptor, FIRST_DESCRIPTOR + number)
    os.closerange(FIRST_DESCRIPTOR + len(descriptors), 1000)


def listen_tcp():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    return listener


def listen_unix(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1024)
    return listener


