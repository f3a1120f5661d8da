"""deploy/haproxy.cfg in front of two imapd: one account through both at once, one of them drained, one killed."""

import imaplib
import re
import socket
import subprocess

import pytest
from support import corpus
from support.stack import PATIENCE, ROOT, eventually, free_ports, metrics

SECTIONS = re.compile(r"^(?=global|defaults|listen )", re.MULTILINE)


class HAProxy:
    """Runs the configuration as it stands, but for the names of hosts and ports, and the sections that are not served here."""

    def __init__(self, stack, backends):
        """`backends`: (IMAP port, port of its health) of each imapd."""
        (self.port,) = free_ports(1)
        text = (ROOT / "deploy/haproxy.cfg").read_text()
        sections = [part for part in SECTIONS.split(text) if part.startswith(("global", "defaults", "listen imap\n"))]
        assert len(sections) == 3
        text = "".join(sections).replace("bind :143", f"bind 127.0.0.1:{self.port}")
        for number, (imap, health) in enumerate(backends, start=1):
            line = f"mail{number}.example.com:143 check port 9143"
            assert line in text
            text = text.replace(line, f"127.0.0.1:{imap} check port {health}")
        # Quick to look, and with no more descriptors than a test may have.
        for there, here in (("inter 2s", "inter 100ms"), ("log /dev/log local0", ""), ("maxconn 50000", "maxconn 500")):
            assert there in text
            text = text.replace(there, here)
        self.path = stack.directory / "haproxy.cfg"
        self.path.write_text(text)
        self.process = subprocess.Popen(["haproxy", "-db", "-f", self.path], stderr=subprocess.DEVNULL)

    def connect(self, source="127.0.0.1"):
        return Client("127.0.0.1", self.port, source)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Client(imaplib.IMAP4):
    """imaplib from an address of one's choice."""

    def __init__(self, host, port, source):
        self.source = source
        super().__init__(host, port, timeout=PATIENCE)

    def _create_socket(self, timeout):
        return socket.create_connection((self.host, self.port), timeout, source_address=(self.source, 0))


@pytest.fixture
def balanced(stack):
    """Two imapd that take the PROXY protocol, and HAProxy in front of them."""
    imapds = [stack.imapd(IMAP_PROXY_PROTOCOL="true", PROXY_TRUSTED_NETWORKS="127.0.0.1/32") for _ in range(2)]
    proxy = HAProxy(stack, [(port, health) for _, port, health in imapds])
    eventually(lambda: answers(proxy), "HAProxy has a server")
    yield proxy, imapds
    proxy.close()
    for process, _, _ in imapds:
        process.kill()
        process.wait()


def answers(proxy):
    try:
        proxy.connect().logout()
        return True
    except (OSError, imaplib.IMAP4.error):
        return False


def logged_in(proxy, account, **options):
    client = proxy.connect(**options)
    client.login(account.address, account.password)
    return client


def test_one_account_through_both(stack, balanced):
    proxy, imapds = balanced
    account = stack.account()
    # leastconn: four sessions that stay are two on each.
    clients = [logged_in(proxy, account) for _ in range(4)]
    connections = [sessions(port) for _, _, port in imapds]
    assert min(connections) >= 1, connections
    for client in clients:
        client.select("INBOX")
    assert clients[0].append("INBOX", None, None, corpus.POSTFIX["plain"])[0] == "OK"
    for client in clients:
        client.noop()
        assert client.fetch("1", "(UID)")[0] == "OK"
    for client in clients:
        client.logout()


def test_a_killed_server_is_left_out(stack, balanced):
    proxy, imapds = balanced
    account = stack.account()
    process, _, _ = imapds[0]
    process.kill()
    process.wait()
    for _ in range(6):
        # The first may meet the dead one: `redispatch` takes it to the other, and the client sees nothing of it.
        logged_in(proxy, account).logout()


def test_a_draining_server_takes_nobody_new(stack, balanced):
    proxy, imapds = balanced
    account = stack.account()
    old = [logged_in(proxy, account) for _ in range(2)]
    process, _, _ = imapds[0]
    process.terminate()
    for _ in range(6):
        logged_in(proxy, account).logout()
    told = 0
    for client in old:
        try:
            client.noop()
            client.logout()
        except (OSError, imaplib.IMAP4.error):
            told += 1
    # Only who was on the server that went away had to come again.
    assert told <= 1
    assert process.wait(PATIENCE) == 0


def test_the_clients_address_is_known(stack, balanced):
    proxy, _ = balanced
    account = stack.account()
    logged_in(proxy, account, source="127.0.0.77").logout()
    logs = "".join(path.read_text() for path in (stack.directory / "logs").glob("lightmail-imapd-*.log"))
    assert re.search(rf"logged in .*account={re.escape(account.address)} client=127\.0\.0\.77\b", logs)


def sessions(port):
    return sum(value for name, value in metrics(port).items() if re.match(r"lightmail_connections\b", name))
