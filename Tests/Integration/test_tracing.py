"""Spans: what daemons do, as a collector of OpenTelemetry hears of it."""

import http.server
import json
import threading

import pytest
from support.lmtp import LMTP
from support.stack import eventually, metrics

MESSAGE = b"From: <a@example.org>\r\nSubject: traced\r\n\r\n" + b"Text.\r\n" * 5000


class Collector:
    """Takes OTLP over HTTP in JSON, and keeps the spans."""

    def __init__(self):
        self.requests, self.spans = [], []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append((self.path, dict(self.headers)))
                for resource in json.loads(body)["resourceSpans"]:
                    about = {item["key"]: item["value"].get("stringValue") for item in resource["resource"]["attributes"]}
                    for scope in resource["scopeSpans"]:
                        for span in scope["spans"]:
                            attributes = {item["key"]: item["value"].get("stringValue") for item in span["attributes"]}
                            collector.spans.append(span | {"attributes": attributes, "service": about["service.name"]})
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def named(self, name):
        return [span for span in self.spans if span["name"] == name]


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()


def test_a_message_from_its_delivery_to_its_reader(stack, collector):
    account = stack.account()
    keys = {"TRACING_ENDPOINT": collector.url, "TRACING_SAMPLE_PERCENT": 100, "TRACING_TOKEN": "not-for-the-log"}
    # Without a cache what is read comes from S3.
    _, socket, _ = stack.lmtpd(**keys)
    _, port, _ = stack.imapd(**keys, CACHE_DIRECTORY="", CACHE_MAX_BYTES=0)
    with LMTP(socket) as client:
        client.lhlo()
        reply = client.deliver("a@example.org", [account.address], MESSAGE)[0][1]
    (key,) = stack.sql(
        "SELECT o.object_key FROM object_keys o JOIN messages m ON m.object_id = o.id JOIN mailboxes b ON b.id = m.mailbox_id "
        f"JOIN accounts a ON a.id = b.account_id WHERE a.username = '{account.address}'"
    )[0]
    name = key.removeprefix("emails/").removesuffix(".eml")
    assert name in reply
    trace = name.replace("-", "")
    eventually(lambda: collector.named("lmtp.message"), "the delivery is told")
    (message,) = collector.named("lmtp.message")
    assert (message["traceId"], message["service"], message["kind"]) == (trace, "lightmail-lmtpd", 2)
    assert "parentSpanId" not in message
    inside = [span for span in collector.spans if span["traceId"] == trace and span is not message]
    assert {"s3.put", "mysql.transaction"} <= {span["name"] for span in inside}
    assert all(span["parentSpanId"] for span in inside)
    (upload,) = [span for span in inside if span["name"] == "s3.put"]
    assert upload["attributes"]["s3.key"] == key
    assert upload["parentSpanId"] == message["spanId"]
    assert int(message["startTimeUnixNano"]) <= int(upload["startTimeUnixNano"]) <= int(upload["endTimeUnixNano"])
    assert int(upload["endTimeUnixNano"]) <= int(message["endTimeUnixNano"])

    with stack.imap(account, port=port, mailbox="INBOX") as session:
        assert session.fetch("1", "(BODY.PEEK[])")[0] == "OK"
    eventually(lambda: collector.named("imap.logout"), "the session is told")
    (fetch,) = [span for span in collector.named("imap.fetch") if span["attributes"].get("lightmail.trace")]
    assert fetch["attributes"]["lightmail.trace"] == name
    assert fetch["attributes"]["imap.result"] == "ok"
    below = [span["name"] for span in collector.spans if span.get("parentSpanId") == fetch["spanId"]]
    assert "s3.get" in below
    assert all(path == "/v1/traces" and fields["Authorization"] == "Bearer not-for-the-log" for path, fields in collector.requests)
    # What a span tells is no more than the log may.
    told = json.dumps(collector.spans)
    for secret in (account.password, "not-for-the-log", "Text.", "traced"):
        assert secret not in told


def test_a_collector_that_is_away_costs_spans_alone(stack):
    account = stack.account()
    _, socket, metrics_port = stack.lmtpd(TRACING_ENDPOINT="http://127.0.0.1:9/v1/traces", TRACING_SAMPLE_PERCENT=100)
    with LMTP(socket) as client:
        client.lhlo()
        assert client.deliver("a@example.org", [account.address], MESSAGE)[0][0] == 250

    def dropped():
        return metrics(metrics_port).get('lightmail_spans_total{result="dropped"}', 0) > 0

    eventually(dropped, "spans are dropped")
