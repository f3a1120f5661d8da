"""What an operation may cost: S3 requests and MySQL round trips, counted by the daemons themselves."""

import contextlib
import re

import pytest
from support import corpus
from support.stack import eventually, fetch_bodies, metrics

COUNT = 1200


class Meter:
    """Counts what one process asked of S3 and MySQL between two looks.

    A statement is prepared once a connection, which costs a round trip of its own that is not the operation's.
    """

    def __init__(self, port):
        self.port = port

    def read(self):
        samples = metrics(self.port)
        requests = {
            re.search(r'operation="([^"]+)"', name)[1]: value
            for name, value in samples.items()
            if name.startswith("lightmail_s3_requests_total{")
        }
        return requests, samples["lightmail_mysql_round_trips_total"] - samples["lightmail_mysql_prepares_total"]

    @contextlib.contextmanager
    def measure(self):
        before, trips = self.read()
        result = Cost()
        yield result
        after, trips_after = self.read()
        result.requests = {
            name: int(value - before.get(name, 0)) for name, value in after.items() if value != before.get(name, 0)
        }
        result.trips = int(trips_after - trips)


class Cost:
    requests = None
    trips = None


@pytest.fixture(scope="module")
def quiet(stack):
    """An imapd whose change feed all but sleeps, so that every round trip is one of the operation's; and its meter."""
    process, port, metrics_port = stack.imapd(NOTIFY_TICK_MS=60000, NOTIFY_BINLOG="false")
    yield port, Meter(metrics_port)
    process.terminate()
    process.wait(60)


@pytest.fixture(scope="module")
def large(stack):
    """An account with many small messages, and one that is read."""
    account = stack.account()
    with stack.lmtp() as session:
        for number in range(4):
            ((code, _),) = session.deliver("sender@example.org", [account.address], corpus.header(f"message {number}", ""))
            assert code == 250
    with stack.imap(account, mailbox="INBOX") as client:
        # COPY makes rows, and no objects.
        while (count := int(client.select("INBOX")[1][0])) < COUNT:
            assert client.copy(f"1:{min(count, COUNT - count)}", "INBOX")[0] == "OK"
    return account


def lmtpd_meter(stack):
    return Meter(int(stack.settings["LIGHTMAIL_LMTPD_METRICS_PORT"]))


@pytest.mark.parametrize("recipients", [1, 3, 10])
def test_delivery(stack, recipients):
    addresses = [stack.account().address for _ in range(recipients)]
    with lmtpd_meter(stack).measure() as cost:
        stack.deliver(corpus.header(f"to {recipients}", ""), *addresses)
    assert cost.requests == {"put": 1}
    assert cost.trips <= 3 + 4 * recipients
    print(f"{recipients} recipients: {cost.trips} round trips, {3 + 4 * recipients} allowed")


def test_delivery_of_a_large_message(stack, account):
    message = corpus.POSTFIX["30 MB attachment"]
    with lmtpd_meter(stack).measure() as cost:
        stack.deliver(message, account.address)
    parts = cost.requests["upload_part"]
    assert parts > 1
    assert sum(cost.requests.values()) == parts + 2, cost.requests
    assert cost.trips <= 3 + 4


def test_select(stack, large, quiet):
    port, meter = quiet
    with stack.imap(large, port=port) as client:
        with meter.measure() as cold:
            assert client.select("INBOX")[1] == [b"%d" % COUNT]
        with stack.imap(large, port=port) as second, meter.measure() as warm:
            assert second.select("INBOX")[1] == [b"%d" % COUNT]
    assert cold.requests == warm.requests == {}
    assert cold.trips <= 3
    assert warm.trips <= 1


def test_fetch_of_flags(stack, large, quiet):
    port, meter = quiet
    with stack.imap(large, port=port, mailbox="INBOX") as client, meter.measure() as cost:
        kind, data = client.fetch("1:*", "(UID FLAGS RFC822.SIZE INTERNALDATE)")
        assert kind == "OK" and len(data) == COUNT
    assert cost.requests == {}
    assert cost.trips <= 1


@pytest.mark.parametrize("items", ["ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]"])
def test_fetch_of_headers(stack, large, quiet, items):
    port, meter = quiet
    with stack.imap(large, port=port, mailbox="INBOX") as client, meter.measure() as cost:
        kind, data = client.fetch("1:*", f"({items})")
        assert kind == "OK"
    assert cost.requests == {}
    assert cost.trips <= -(-COUNT // 1000)


def test_fetch_of_a_body(stack, account, quiet):
    port, meter = quiet
    stack.deliver(corpus.header("body", "") + b"text\r\n", account.address)
    with stack.imap(account, port=port, mailbox="INBOX") as client:
        with meter.measure() as first:
            fetch_bodies(client)
        with meter.measure() as second:
            fetch_bodies(client)
    assert first.requests == {"get": 1}
    assert second.requests == {}
    assert first.trips <= 1 and second.trips <= 1


def test_changes_of_any_number(stack, large, quiet):
    port, meter = quiet
    with stack.imap(large, port=port, mailbox="INBOX") as client:
        assert client.create("Copies")[0] == "OK"
        assert client.create("Moved")[0] == "OK"
        for name, act in [
            ("STORE", lambda: client.store("1:1000", "+FLAGS.SILENT", r"(\Flagged)")),
            ("COPY", lambda: client.copy("1:1000", "Copies")),
            ("MOVE", lambda: client.uid("MOVE", "1:1100", "Moved")),
        ]:
            with meter.measure() as cost:
                kind, data = act()
                assert kind == "OK", data
            assert cost.requests == {}, name
            assert cost.trips <= 6, name
            print(f"{name}: {cost.trips} round trips")
        client.select("Copies")
        client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
        with meter.measure() as cost:
            assert len(client.expunge()[1]) == 1000
        assert cost.requests == {}
        assert cost.trips <= 6
        # Back as it was for whoever comes next.
        client.select("Moved")
        assert client.uid("MOVE", "1:*", "INBOX")[0] == "OK"


def test_idle_asks_for_nothing(stack, account, quiet):
    port, meter = quiet
    with stack.imap(account, port=port, mailbox="INBOX") as client:
        with meter.measure() as cost:
            tag = client._new_tag()
            client.send(tag + b" IDLE\r\n")
            assert client.readline().startswith(b"+")
            client.send(b"DONE\r\n")
            assert client.readline().startswith(tag)
        assert cost.requests == {}
        assert cost.trips == 0


def test_collection_deletes_in_batches(lonely_stack):
    """However many objects: one DeleteObjects a thousand."""
    account = lonely_stack.account()
    with lonely_stack.lmtp() as session:
        for number in range(60):
            session.deliver("sender@example.org", [account.address], corpus.header(f"message {number}", ""))
    before = len(lonely_stack.object_keys())
    with lonely_stack.imap(account, mailbox="INBOX") as client:
        client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
        client.expunge()
    lonely_stack.stop("lightmail-gcd")
    port = int(lonely_stack.settings["LIGHTMAIL_GCD_METRICS_PORT"])
    lonely_stack.daemon("lightmail-gcd", GARBAGE_BATCH_SIZE=1000, GARBAGE_RETENTION_SECONDS=0, GARBAGE_IDLE_SECONDS=1)
    eventually(lambda: len(lonely_stack.object_keys()) == before - 60, "60 objects are collected")
    requests, _ = Meter(port).read()
    assert requests["delete_objects"] == 1, requests
