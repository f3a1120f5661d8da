"""deploy/haproxy.cfg in front of two imapd, two pop3d, two smtpd and two apid: one account through all of them at once, one of a pair
drained or killed while clients come and go, and the clients' own addresses in logs and limits."""

import base64
import collections
import contextlib
import re
import threading

import pytest
from support import corpus
from support.balancer import DAEMONS, SECTION, Backend, HAProxy
from support.deliveries import Run, marked, marks_in_mailbox
from support.stack import eventually, fetch_bodies, metrics
from support.visits import LOST, log_in, visit

CALDAV_PORT = 8443
# Those whose daemon speaks first.
PORTS = [port for _, keys in DAEMONS.values() for port in keys if port != CALDAV_PORT]
FIRST_PORTS = [next(iter(keys)) for _, keys in DAEMONS.values() if CALDAV_PORT not in keys]
LISTENERS = {"lightmail-imapd": "imap", "lightmail-pop3d": "pop3", "lightmail-smtpd": "smtp"}
PER_ADDRESS = 2
WORKERS = 4


@pytest.fixture(scope="module")
def site(stack):
    """Two of each daemon, and HAProxy in front of all."""
    # Loopback is no address that is limited, so the limit is met only by those who are announced from elsewhere.
    backends = {
        name: [Backend(stack, name, **{f"{SECTION[name]}_MAX_CONNECTIONS_PER_ADDRESS": PER_ADDRESS}) for _ in range(2)]
        for name in DAEMONS
    }
    balancer = HAProxy(stack, backends)
    try:
        for port in FIRST_PORTS:
            await_both(balancer, port)
        yield balancer
    finally:
        balancer.close()
        for backend in (backend for pair in backends.values() for backend in pair):
            backend.kill()


@pytest.fixture(params=FIRST_PORTS)
def pair(site, request):
    """A port and the two daemons behind it, both of which serve before and after."""
    backends = behind(site, request.param)
    yield request.param, backends
    for backend in backends:
        if backend.process.poll() is not None:
            backend.start()
    await_both(site, request.param)


def behind(balancer, port):
    return next(balancer.backends[name] for name, (_, keys) in DAEMONS.items() if port in keys)


def accepted(backend):
    return sum(
        value
        for name, value in metrics(backend.health).items()
        if name.startswith("lightmail_connections_total") and '"metrics"' not in name
    )


def connections(backend):
    """Those that are open on the first of its ports."""
    return metrics(backend.health)['lightmail_connections{listener="%s"}' % LISTENERS[backend.name]]


def await_both(balancer, port):
    """Returns when new connections reach both: no longer, or not yet, a health check that has not seen one of them."""

    def both():
        before = [accepted(backend) for backend in behind(balancer, port)]
        with contextlib.ExitStack() as held:
            # leastconn: what is held here is spread evenly, whatever else one of them has.
            for _ in range(2 * WORKERS):
                try:
                    connection = held.enter_context(balancer.open(port))
                    assert connection.recv(1)
                except (OSError, AssertionError):
                    return False
            return all(accepted(backend) > count for backend, count in zip(behind(balancer, port), before))

    eventually(both, f"HAProxy gives connections to both servers of port {port}")


def logs(stack):
    return "".join(path.read_text() for path in (stack.directory / "logs").glob("lightmail-*d-*.log"))


def test_every_port_knows_its_clients_address(stack, site):
    account = stack.account()
    for number, port in enumerate(PORTS):
        source = f"192.0.2.{100 + number}"
        visit(site, port, account, source)
        if port == 25:
            continue
        line = rf"logged in .*account={re.escape(account.address)} client={re.escape(source)}\b"
        eventually(lambda: re.search(line, logs(stack)), f"the log names the client of port {port}")
    with stack.imap(account, mailbox="INBOX") as client:
        received = b"".join(fetch_bodies(client))
    for port in (25, 587, 465):
        address = f"192.0.2.{100 + PORTS.index(port)}".encode()
        assert b"from client.example.org ([%b])" % address in received, port


def test_caldav_knows_its_clients_address(stack, site):
    account = stack.account()
    credentials = base64.b64encode(f"{account.address}:{account.password}".encode()).decode()
    head = f"PROPFIND /dav/ HTTP/1.1\r\nHost: localhost\r\nDepth: 0\r\nAuthorization: Basic {credentials}\r\nContent-Length: 0\r\n\r\n"

    def answered():
        # A health check may not have seen both yet.
        with contextlib.suppress(OSError), site.open(CALDAV_PORT, "192.0.2.150") as connection:
            connection.sendall(head.encode())
            return connection.recv(100).startswith(b"HTTP/1.1 207 ")

    eventually(answered, "a request through HAProxy is answered")
    line = next(line for line in logs(stack).splitlines() if "method=PROPFIND" in line and "client=192.0.2.150" in line)
    assert "status=207" in line and account.address not in line


def test_a_client_that_announces_itself_to_a_daemon_is_not_believed(stack, site):
    # HAProxy's own header comes first; what the client sends is then a command.
    with site.open(143) as connection:
        connection.sendall(b"PROXY TCP4 192.0.2.66 192.0.2.1 40000 143\r\n")
        reader = connection.makefile("rb")
        assert reader.readline().startswith(b"* OK")
        assert b" BAD " in reader.readline()
    assert "192.0.2.66" not in logs(stack)


def test_one_account_through_all_at_once(stack, site):
    account = stack.account()
    # leastconn: four sessions that stay are two on each.
    sessions = {port: [log_in(site, port, account) for _ in range(4)] for port in (143, 25)}
    for port in sessions:
        held = [connections(backend) for backend in behind(site, port)]
        assert min(held) >= 1, held
    for client in sessions[143]:
        client.select("INBOX")
    for number, client in enumerate(sessions[25]):
        assert client.sendmail("sender@example.org", [account.address], corpus.header(str(number), "") + b"text\r\n") == {}
    for client in sessions[143]:
        client.noop()
        kind, (found,) = client.search(None, "ALL")
        assert (kind, len(found.split())) == ("OK", 4)
        client.logout()
    for _ in range(4):
        client = log_in(site, 110, account)
        assert client.stat()[0] == 4
        client.quit()
    for client in sessions[25]:
        client.quit()


def test_the_limit_is_the_clients_not_the_balancers(stack, site, pair):
    port, backends = pair
    account = stack.account()

    def refused():
        return sum(
            value
            for backend in backends
            for name, value in metrics(backend.health).items()
            if name.startswith("lightmail_connections_refused_total") and 'limit="address"' in name
        )

    before = refused()
    inside, outside = [], 0
    for _ in range(2 * PER_ADDRESS + 1):
        try:
            inside.append(log_in(site, port, account, "192.0.2.200"))
        except LOST:
            outside += 1
    assert outside >= 1 and len(inside) >= PER_ADDRESS
    assert refused() == before + outside
    # Somebody else, and HAProxy itself, are not kept out by that.
    visit(site, port, account, "192.0.2.201")
    visit(site, port, account)
    for client in inside:
        client.connection.close()


class Visitors:
    """Clients that come and go until they are told to stop."""

    def __init__(self, site, port, account):
        self.site, self.port, self.account = site, port, account
        self.done, self.lost = 0, []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work) for _ in range(WORKERS)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while not self.stopping.is_set():
            try:
                visit(self.site, self.port, self.account)
                with self.lock:
                    self.done += 1
            except LOST as error:
                self.lost.append(error)

    def wait_for(self, more):
        goal = self.done + more
        eventually(lambda: self.done >= goal, f"{more} more visits come to their end")

    def finish(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.parametrize("ending", ["drained", "killed"])
def test_one_of_two_goes_away_under_load(stack, site, pair, ending):
    port, (first, second) = pair
    account = stack.account()
    if port == 25:
        acknowledged_mail_survives(stack, site, account, first, ending)
        return
    visitors = Visitors(site, port, account)
    try:
        visitors.wait_for(2 * WORKERS)
        if ending == "drained":
            assert first.stop() == 0
        else:
            first.kill()
        visitors.wait_for(4 * WORKERS)
        first.start()
        visitors.wait_for(2 * WORKERS)
    finally:
        visitors.finish()
    # Whom it had at that moment it may lose, which is one of each worker; who comes later is taken to the other.
    assert len(visitors.lost) <= WORKERS, visitors.lost
    print(f"port {port}: {visitors.done} visits, {len(visitors.lost)} ended by the server that was {ending}")


def acknowledged_mail_survives(stack, site, account, first, ending):
    def offer(mark):
        try:
            client = log_in(site, 25, account)
            client.sendmail("sender@example.org", [account.address], marked(mark))
        except LOST:
            return False
        client.connection.close()
        return True

    run = Run(offer)
    try:
        run.wait_for(20)
        if ending == "drained":
            assert first.stop() == 0
        else:
            first.kill()
        run.wait_for(40)
        first.start()
        run.wait_for(20)
    finally:
        acknowledged = run.finish()
    assert marks_in_mailbox(stack, account) == collections.Counter(acknowledged)
    print(f"port 25: {len(acknowledged)} messages in {run.attempts} attempts, none lost, none twice")
