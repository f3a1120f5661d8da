"""Events reach the operator's URL: whole, signed, again until they are taken, and once however many collectors there are."""

import contextlib
import hashlib
import hmac
import imaplib
import json
import re
import smtplib
import ssl

import pytest
from support import corpus
from support.api import API
from support.clamd import EICAR, Clamd
from support.lmtp import LMTP
from support.receiver import Receiver
from support.stack import eventually, free_ports, metrics, ready

TOKEN = "token-of-the-test"
SECRET = "secret-of-the-test"
EVENTS = "message.delivered,message.infected,quota.exceeded,quota.warning"
INFECTED = corpus.header("infected", "") + corpus.lines(EICAR)


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.close()


@contextlib.contextmanager
def ended(*processes):
    """Ends the processes afterwards."""
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


@contextlib.contextmanager
def lmtpd(stack, **overrides):
    """An lmtpd that writes events; gives a function that delivers, and the port of its metrics."""
    process, socket, port = stack.lmtpd(
        WEBHOOK_ENABLED="true", WEBHOOK_URL="http://127.0.0.1:1/", WEBHOOK_EVENTS=EVENTS, **overrides
    )

    def deliver(message, *recipients, sender="sender@example.org"):
        with LMTP(socket) as session:
            return [code for code, _ in session.deliver(sender, recipients, message)]

    with ended(process):
        yield deliver, port


def gcd(stack, url, **overrides):
    """A collector that posts events; returns it and the port of its metrics."""
    (port,) = free_ports(1)
    process = stack.daemon(
        "lightmail-gcd",
        **({"WEBHOOK_ENABLED": "true", "WEBHOOK_URL": url, "WEBHOOK_TOKEN": TOKEN, "WEBHOOK_SECRET": SECRET} | overrides),
        METRICS_GCD_PORT=port,
    )
    eventually(lambda: ready(port), "the collector is ready")
    return process, port


def waiting(stack):
    return int(stack.sql("SELECT COUNT(*) FROM webhook_events WHERE dead_at IS NULL")[0][0])


def test_a_delivery_is_told_whole_and_signed(stack, account, receiver):
    other = stack.account()
    with lmtpd(stack) as (deliver, _):
        assert deliver(corpus.POSTFIX["encoded words"], account.address, other.address) == [250, 250]
        # A retry delivers nothing, and tells nothing.
        assert deliver(corpus.POSTFIX["encoded words"], account.address) == [250]
    assert waiting(stack) == 2
    process, port = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: len(receiver.posted) == 2 and waiting(stack) == 0, "both events are sent and gone")
        assert metrics(port)['lightmail_webhook_attempts_total{result="sent"}'] == 2
    for posted, recipient in zip(sorted(receiver.posted, key=lambda p: json.loads(p.body)["id"]), (account, other)):
        assert posted.headers["authorization"] == f"Bearer {TOKEN}"
        assert posted.headers["content-type"] == "application/json"
        assert posted.headers["x-lightmail-event"] == "message.delivered"
        signature = hmac.new(SECRET.encode(), posted.body, hashlib.sha256).hexdigest()
        assert posted.headers["x-lightmail-signature"] == f"sha256={signature}"
        body = json.loads(posted.body)
        assert posted.headers["x-lightmail-delivery"] == str(body["id"])
        (row,) = stack.sql(
            "SELECT m.id, m.mailbox_id, m.object_id, o.object_key, m.size FROM messages m JOIN object_keys o ON o.id = m.object_id"
            " JOIN mailboxes b ON b.id = m.mailbox_id JOIN accounts a ON a.id = b.account_id"
            f" WHERE a.username = '{recipient.address}'"
        )
        numbers = dict(zip(("message_id", "mailbox_id", "object_id", "object_key", "size"), row))
        assert {key: str(body[key]) for key in numbers} == numbers
        assert body["event"] == "message.delivered" and body["protocol"] == "lmtp"
        assert body["sender"] == "sender@example.org" and body["recipient"] == recipient.address
        assert body["subject"].startswith("Grüße")
        assert body["timestamp"].endswith("Z") and "T" in body["timestamp"]


def test_a_delivery_costs_no_more_with_events(stack, account):
    with lmtpd(stack) as (deliver, port):

        def trips():
            samples = metrics(port)
            return samples["lightmail_mysql_round_trips_total"] - samples["lightmail_mysql_prepares_total"]

        deliver(corpus.POSTFIX["dots"], account.address)
        before = trips()
        deliver(corpus.POSTFIX["plain"], account.address)
        # One for RCPT, three for the delivery.
        assert trips() - before <= 4
    stack.sql("DELETE FROM webhook_events")


def test_an_event_is_tried_again_until_it_is_taken(stack, account, receiver):
    receiver.statuses = [500]
    with lmtpd(stack) as (deliver, _):
        assert deliver(corpus.POSTFIX["plain"], account.address) == [250]
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: len(receiver.posted) == 2 and waiting(stack) == 0, "the second attempt is taken")
    # The same event, to be told by its number.
    assert receiver.posted[0].body == receiver.posted[1].body


def test_an_event_that_nobody_takes_is_given_up(stack, account, receiver):
    receiver.statuses = [503, 503]
    with lmtpd(stack) as (deliver, _):
        assert deliver(corpus.POSTFIX["plain"], account.address) == [250]
    process, port = gcd(stack, receiver.url, WEBHOOK_MAX_ATTEMPTS=2)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "the event is given up")
        assert metrics(port)['lightmail_webhook_attempts_total{result="dead"}'] == 1
        assert len(receiver.posted) == 2
        assert stack.sql("SELECT attempts, failure FROM webhook_events") == [["2", "status 503"]]
        # A dead letter lives again when the operator says so.
        stack.sql("UPDATE webhook_events SET dead_at = NULL, attempts = 0, due_at = UTC_TIMESTAMP()")
        eventually(lambda: stack.sql("SELECT id FROM webhook_events") == [], "the event is taken")
    assert len(receiver.posted) == 3


def test_dead_letters_are_seen_and_tried_again(stack, account, receiver):
    api = API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])
    with lmtpd(stack) as (deliver, _):
        for name in ("plain", "dots", "300 kB"):
            assert deliver(corpus.POSTFIX[name], account.address) == [250]
    listed = api.get("/admin/webhooks/events?state=waiting").json
    assert [item["event"] for item in listed] == ["message.delivered"] * 3
    assert json.loads(listed[0]["body"])["recipient"] == account.address
    stack.sql("UPDATE webhook_events SET dead_at = UTC_TIMESTAMP(), attempts = 20, failure = 'status 500'")
    dead = api.get("/admin/webhooks/events?state=dead&limit=2")
    assert len(dead.json) == 2 and "state=dead" in dead.fields["link"]
    first, second, third = (item["id"] for item in listed)
    assert api.get(f"/admin/webhooks/events/{first}").json["failure"] == "status 500"
    lines = [line.split("\t") for line in stack.control("webhook", "list", "--dead").stdout.splitlines()]
    assert lines == [[str(number), "message.delivered", "dead", "20", "status 500"] for number in (first, second, third)]
    assert api.delete(f"/admin/webhooks/events/{first}").json == {"deleted": True, "id": first}
    assert api.delete(f"/admin/webhooks/events/{first}").status == 404
    assert api.post(f"/admin/webhooks/events/{first}/retry").status == 404
    for _ in range(2):
        assert api.post(f"/admin/webhooks/events/{second}/retry").json == {"retried": 1}
    assert stack.control("webhook", "retry", "--all").stdout == "1 to be tried again\n"
    assert stack.control("webhook", "retry", check=False).returncode == 64
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "both are sent")
    assert sorted(json.loads(posted.body)["id"] for posted in receiver.posted) == [second, third]


def test_dead_letters_are_forgotten_in_time(stack, account, receiver):
    with lmtpd(stack) as (deliver, _):
        assert deliver(corpus.POSTFIX["plain"], account.address) == [250]
        assert deliver(corpus.POSTFIX["dots"], account.address) == [250]
    stack.sql("UPDATE webhook_events SET dead_at = UTC_TIMESTAMP() - INTERVAL 2 DAY ORDER BY id LIMIT 1")
    stack.sql("UPDATE webhook_events SET dead_at = UTC_TIMESTAMP() WHERE dead_at IS NULL")
    process, _ = gcd(stack, receiver.url, WEBHOOK_KEEP_DEAD_SECONDS=86400)
    with ended(process):
        eventually(lambda: len(stack.sql("SELECT id FROM webhook_events")) == 1, "the old one is forgotten")
    assert stack.control("webhook", "purge", "--all").stdout == "1 forgotten\n"
    assert stack.sql("SELECT id FROM webhook_events") == []


def test_a_virus_that_a_client_brings_is_told(stack, account, receiver):
    scanner = Clamd()
    settings = {"ANTIVIRUS_ENABLED": "true", "ANTIVIRUS_SOCKET": scanner.socket, "WEBHOOK_ENABLED": "true",
                "WEBHOOK_URL": receiver.url, "WEBHOOK_EVENTS": EVENTS}
    imapd, port, _ = stack.imapd(**settings)
    smtpd, _, submission = stack.smtpd(**settings, SMTP_HOST="127.0.0.1", SMTP_PORT=1)
    try:
        with ended(imapd, smtpd):
            with stack.imap(account, port=port) as client:
                kind, data = client.append("INBOX", None, None, INFECTED)
                assert kind == "NO" and b"virus" in data[0]
            with smtplib.SMTP("localhost", submission, timeout=60) as client:
                client.starttls(context=ssl.create_default_context(cafile=stack.directory / "tls" / "cert.pem"))
                client.login(account.address, account.password)
                message = re.sub(rb"(?m)^From: .*?\r\n", f"From: {account.address}\r\n".encode(), INFECTED, count=1)
                for recipients in (["bob@elsewhere.example"], [account.address], [account.address, "bob@elsewhere.example"]):
                    with pytest.raises(smtplib.SMTPDataError) as refused:
                        client.sendmail(account.address, recipients, message)
                    assert refused.value.smtp_code == 550 and b"5.7.1" in refused.value.smtp_error
    finally:
        scanner.close()
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "all is sent")
    told = [json.loads(posted.body) for posted in receiver.posted]
    assert {body["event"] for body in told} == {"message.infected"}
    assert sorted((body["protocol"], body["recipient"]) for body in told) == sorted(
        [("imap", account.address), ("smtp", "bob@elsewhere.example"), ("smtp", account.address),
         ("smtp", account.address), ("smtp", "bob@elsewhere.example")]
    )
    with stack.imap(account, mailbox="INBOX") as client:
        assert client.search(None, "ALL")[1] == [b""]


def test_several_collectors_send_each_event_once(stack, account, receiver):
    with lmtpd(stack) as (deliver, _):
        for number in range(60):
            assert deliver(corpus.header(f"number {number}", "") + corpus.lines("text"), account.address) == [250]
    collectors = [gcd(stack, receiver.url)[0] for _ in range(3)]
    with ended(*collectors):
        eventually(lambda: waiting(stack) == 0, "all is sent")
    subjects = [json.loads(posted.body)["subject"] for posted in receiver.posted]
    assert sorted(subjects) == sorted(f"number {number}" for number in range(60))


def test_a_collector_that_dies_loses_nothing(stack, account, receiver):
    with lmtpd(stack) as (deliver, _):
        assert deliver(corpus.POSTFIX["plain"], account.address) == [250]
    # As one that claimed the event and died leaves it.
    stack.sql("UPDATE webhook_events SET attempts = 1, due_at = UTC_TIMESTAMP() + INTERVAL 3 SECOND")
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "the claim has ended, and another took it")
    assert len(receiver.posted) == 1


def test_a_failed_login_is_told(stack, account, receiver):
    process, port, _ = stack.imapd(WEBHOOK_ENABLED="true", WEBHOOK_URL=receiver.url, WEBHOOK_EVENTS="login.failed")
    with ended(process):
        with imaplib.IMAP4("127.0.0.1", port) as client, pytest.raises(imaplib.IMAP4.error):
            client.login(account.address, "wrong")
        with stack.imap(account, port=port):
            pass
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "the event is sent")
    (body,) = [json.loads(posted.body) for posted in receiver.posted]
    assert (body["event"], body["account"]) == ("login.failed", account.address)
    assert "wrong" not in str(body)


def test_refusals_and_viruses_are_told(stack, account, receiver):
    full = stack.account()
    stack.control("quota", "set", full.address, "--bytes", "1")
    scanner = Clamd()
    try:
        for mode in ("reject", "tag"):
            with lmtpd(stack, ANTIVIRUS_ENABLED="true", ANTIVIRUS_SOCKET=scanner.socket, ANTIVIRUS_MODE=mode) as (deliver, _):
                assert deliver(INFECTED, account.address) == [550 if mode == "reject" else 250]
                if mode == "tag":
                    assert deliver(corpus.POSTFIX["plain"], full.address) == [552]
    finally:
        scanner.close()
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "all is sent")
    bodies = [json.loads(posted.body) for posted in receiver.posted]
    infected = [body for body in bodies if body["event"] == "message.infected"]
    # clamd says of a signature from a file of ours that it is unofficial.
    assert [(body["recipient"], body["virus"].removesuffix(".UNOFFICIAL")) for body in infected] == [
        (account.address, "Eicar-Test-Signature")
    ] * 2
    assert [body["recipient"] for body in bodies if body["event"] == "quota.exceeded"] == [full.address]
    assert [body["event"] for body in bodies].count("message.delivered") == 1


def test_a_quota_warns_before_it_is_full(stack, account, receiver):
    stack.control("quota", "set", account.address, "--messages", "4")
    with lmtpd(stack, WEBHOOK_QUOTA_WARNING_PERCENT="50,75") as (deliver, _):
        for name in ("plain", "dots", "encoded words"):
            assert deliver(corpus.POSTFIX[name], account.address) == [250]
    process, _ = gcd(stack, receiver.url)
    with ended(process):
        eventually(lambda: waiting(stack) == 0, "all is sent")
    bodies = [json.loads(posted.body) for posted in receiver.posted]
    warnings = [body for body in bodies if body["event"] == "quota.warning"]
    # Several are sent at once, so the order in which they come says nothing.
    found = sorted((body["account"], body["resource"], body["percent"], body["used"], body["limit"]) for body in warnings)
    assert found == [
        (account.address, "MESSAGE", 50, 2, 4),
        (account.address, "MESSAGE", 75, 3, 4),
    ]
