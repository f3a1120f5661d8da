"""Restarts that nobody notices: the listening sockets are not the daemon's own, so no client is refused while it is away."""

import collections
import imaplib
import socket
import ssl
import threading

import pytest
from support.activation import ActivatedDaemon, listen_tcp, listen_unix
from support.deliveries import Run, marked, marks_in_mailbox
from support.lmtp import LMTP
from support.stack import PATIENCE, eventually, free_ports

RESTARTS = 4


@pytest.fixture
def activated(stack):
    """Makes a daemon whose sockets the test holds."""
    daemons = []

    def make(name, sockets, **overrides):
        (metrics,) = free_ports(1)
        key = f"METRICS_{name.removeprefix('lightmail-').upper()}_PORT"
        daemon = ActivatedDaemon(stack, name, sockets, **{key: metrics}, **overrides)
        daemons.append(daemon)
        return daemon

    yield make
    for daemon in daemons:
        daemon.close()


def test_lmtpd_restarts_under_load(stack, activated):
    account = stack.account()
    path = stack.directory / "activated-lmtp.sock"
    daemon = activated("lightmail-lmtpd", {"lmtp": listen_unix(path)})
    daemon.start()

    def offer(mark):
        # To be refused here is what must not happen, so no ConnectionRefusedError is caught.
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        try:
            with LMTP(connection=connection) as session:
                ((code, text),) = session.deliver("sender@example.org", [account.address], marked(mark))
        except (ConnectionError, BrokenPipeError):
            return False
        assert code == 250 or 400 <= code < 500, (code, text)
        return code == 250

    run = Run(offer)
    try:
        for _ in range(RESTARTS):
            run.wait_for(20)
            assert daemon.stop() == 0
            daemon.start()
        run.wait_for(20)
    finally:
        acknowledged = run.finish()
    assert marks_in_mailbox(stack, account) == collections.Counter(acknowledged)
    print(f"{len(acknowledged)} messages in {run.attempts} attempts over {RESTARTS} restarts, none lost, none twice")


def test_imapd_restarts_under_load(stack, activated):
    account = stack.account()
    listener = listen_tcp()
    port = listener.getsockname()[1]
    daemon = activated("lightmail-imapd", {"imap": listener}, IMAP_SSL_PORT=0)
    daemon.start()
    sessions, farewells, failures = [], [], []
    stopping = threading.Event()

    def work():
        while not stopping.is_set():
            try:
                client = imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE)
            except ConnectionRefusedError as error:
                failures.append(error)
                return
            except (OSError, imaplib.IMAP4.error):
                # Accepted by the kernel for a daemon that was about to end.
                continue
            try:
                client.login(account.address, account.password)
                client.select("INBOX")
                client.noop()
                client.logout()
                sessions.append(client)
            except (OSError, imaplib.IMAP4.error) as error:
                farewells.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(RESTARTS):
            goal = len(sessions) + 4
            eventually(lambda: failures or len(sessions) >= goal, "sessions come to their end")
            assert daemon.stop() == 0
            daemon.start()
    finally:
        stopping.set()
        for thread in threads:
            thread.join(PATIENCE * 2)
    assert not failures
    assert sessions
    print(f"{len(sessions)} sessions whole, {len(farewells)} ended by a restart, none refused")


def test_an_idle_session_is_told(stack, activated):
    account = stack.account()
    listener = listen_tcp()
    daemon = activated("lightmail-imapd", {"imap": listener}, IMAP_SSL_PORT=0, SYSTEM_DRAIN_SECONDS=2)
    daemon.start()
    client = imaplib.IMAP4("127.0.0.1", listener.getsockname()[1], timeout=PATIENCE)
    client.login(account.address, account.password)
    client.select("INBOX")
    client.send(b"i IDLE\r\n")
    assert client.readline().startswith(b"+")
    assert daemon.stop() == 0
    lines = client.file.read().splitlines()
    assert any(line.startswith(b"* BYE") for line in lines), lines


def test_sockets_are_found_by_name(stack, activated):
    """Whatever ports they have: in clear on the one called imap, under TLS on the one called imaps."""
    clear, secure = listen_tcp(), listen_tcp()
    daemon = activated("lightmail-imapd", {"imaps": secure, "imap": clear})
    daemon.start()
    with socket.create_connection(clear.getsockname(), timeout=PATIENCE) as connection:
        assert connection.recv(4).startswith(b"* OK")
    context = ssl.create_default_context(cafile=stack.directory / "tls" / "cert.pem")
    with socket.create_connection(secure.getsockname(), timeout=PATIENCE) as connection:
        with context.wrap_socket(connection, server_hostname="localhost") as session:
            assert session.recv(4).startswith(b"* OK")
    assert daemon.stop() == 0
