"""The rows: what is done to a server, and the figure that comes of it. A row gives results; a result has a label, a figure, its
unit, the processor time of one operation in microseconds where that can be told, and a remark. Of a rate more is better."""

import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field

USERS = 40
# Users 1 to 40 take what is written; these have mailboxes of their own.
PARTS, LARGE, BODIES, WATCHER = 47, 50, 49, 48
BODY_COUNT = 1000
PART_OCTETS, WHOLE_OCTETS = 1024, 30 * 1024 * 1024


@dataclass
class Result:
    label: str
    figure: float
    unit: str
    cpu: float | None = None
    remark: str = ""


@dataclass
class Bench:
    generator: object
    seconds: float
    messages: int
    idle: list = field(default_factory=lambda: [2000, 10000])

    def rate(self, label, server, service, mode, **keys):
        before = server.cpu_seconds(service)
        (figures,) = self.generator.measure(mode, **{"seconds": self.seconds, **keys})
        cpu = (server.cpu_seconds(service) - before) / max(1, figures["operations"]) * 1e6
        return Result(label, figures["per_second"], "/s", cpu,
                      f"p50 {figures['p50_ms']:.2f} ms, p99 {figures['p99_ms']:.2f} ms")

    def prepare(self, server):
        """Accounts, a large mailbox, one of bodies and one with a large message; what is there from an earlier run stays."""
        server.add_accounts([*range(1, USERS + 1), PARTS, WATCHER, BODIES, LARGE])
        for number, count, keys in [
            (LARGE, self.messages, {"size": 2048}),
            (BODIES, BODY_COUNT, {"size": 8192}),
            (PARTS, 1, {"size": WHOLE_OCTETS, "part": PART_OCTETS}),
        ]:
            held = self.count(server, number)
            if held < count:
                self.generator.measure("append", first=number, connections=min(16, count - held), operations=count - held,
                                       **keys, **server.imap)

    def count(self, server, number):
        return self.commands(server, "EXAMINE INBOX", "UID FETCH 1:* (UID)", first=number)[1]["responses"]

    def commands(self, server, *commands, first=LARGE):
        measured = self.generator.measure("commands", commands, first=first, **server.imap)
        for figures in measured:
            if not figures["ok"]:
                raise RuntimeError(f"{figures['command']} failed")
        return measured

    def timed(self, label, figures):
        return Result(label, figures["seconds"] * 1e3, "ms")

    def responses(self, label, figures):
        return Result(label, figures["responses"] / figures["seconds"], "messages/s", None,
                      f"{figures['seconds'] * 1e3:.1f} ms")


# What the machine and the servers behind LightMail can do: measured once a round, with LightMail's own stack.


def disk(bench, server):
    with tempfile.NamedTemporaryFile(dir=server.directory) as file:
        times = []
        for _ in range(200):
            file.write(b"x" * 4096)
            file.flush()
            begin = time.monotonic()
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - begin) * 1e3)
    yield Result("flush of 4 kB to the disk", statistics.median(times), "ms", None, f"worst of 200: {max(times):.2f} ms")


def put(bench, server):
    for connections in (1, 8, 32):
        (figures,) = bench.generator.measure("put", seconds=bench.seconds, connections=connections, **server.s3)
        yield Result(f"PUT of 8 kB, {connections} connections, S3 server alone", figures["per_second"], "/s")


def get(bench, server):
    bench.generator.measure("put", operations=1000, **server.s3)
    for connections in (1, 8, 32):
        (figures,) = bench.generator.measure("get", seconds=bench.seconds, connections=connections, **server.s3)
        yield Result(f"GET of 8 kB, {connections} connections, S3 server alone", figures["per_second"], "/s")


def sql(bench, server):
    for connections in (1, 8, 32):
        (figures,) = bench.generator.measure("sql", seconds=bench.seconds, connections=connections, **server.database)
        yield Result(f"transactions of one INSERT, {connections} connections, database alone", figures["per_second"], "/s")


# What a mail server is asked for.


def lmtp(bench, server):
    for connections in (1, 8, 32):
        yield bench.rate(f"LMTP delivery of 8 kB, {connections} sessions, many mailboxes", server, "lmtp", "lmtp",
                         connections=connections, users=USERS, **server.lmtp)
    yield bench.rate("LMTP delivery of 8 kB, 32 sessions, one mailbox", server, "lmtp", "lmtp", connections=32,
                     **server.lmtp)


def append(bench, server):
    for connections in (1, 8, 32):
        yield bench.rate(f"APPEND of 8 kB, {connections} sessions", server, "imap", "append", connections=connections,
                         users=USERS, **server.imap)


FLAGS = "UID FETCH 1:* (FLAGS)"
ENVELOPE = "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)"


def mailbox(bench, server):
    """In one session, after another has opened the mailbox: the second time counts."""
    said = bench.commands(server, "SELECT INBOX", "SELECT INBOX", FLAGS, FLAGS, ENVELOPE, ENVELOPE, "FETCH 1:* (BODYSTRUCTURE)")
    yield bench.timed("SELECT, warm", said[1])
    yield bench.responses("UID FETCH 1:* (FLAGS)", said[3])
    yield bench.responses("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)", said[5])
    yield bench.responses("FETCH 1:* (BODYSTRUCTURE)", said[6])


def cold(bench, server):
    """After a start of LightMail's daemon; with Dovecot's files out of the page cache."""
    server.forget()
    said = bench.commands(server, "SELECT INBOX", ENVELOPE)
    yield bench.timed("SELECT, cold", said[0])
    yield bench.responses("the same FETCH with ENVELOPE, cold", said[1])


def search(bench, server):
    said = bench.commands(server, "SELECT INBOX", 'UID SEARCH FROM "sender77@example"', 'UID SEARCH FROM "sender77@example"',
                          'UID SEARCH SUBJECT "invoice"', "UID SEARCH UNSEEN")
    yield bench.timed("UID SEARCH FROM", said[2])
    yield bench.timed("UID SEARCH SUBJECT", said[3])
    yield bench.timed("UID SEARCH UNSEEN", said[4])


def body(bench, server):
    """Every body is at hand when the second search begins."""
    search = 'UID SEARCH BODY "token77777x"'
    said = bench.commands(server, "SELECT INBOX", search, search)
    yield bench.timed("UID SEARCH BODY, bodies of 2 kB cached", said[2])


def store(bench, server):
    count = min(10000, bench.messages)
    said = bench.commands(server, "SELECT INBOX", rf"STORE 1:{count} -FLAGS.SILENT (\Flagged \Seen)",
                          rf"STORE 1:{count} +FLAGS (\Flagged)", rf"STORE 1:{count} +FLAGS.SILENT (\Seen)",
                          rf"STORE 1:{count} -FLAGS.SILENT (\Seen \Flagged)")
    yield bench.timed(f"STORE +FLAGS on {count:,}", said[2])
    yield bench.timed(f"STORE +FLAGS.SILENT on {count:,}", said[3])


def fetch(bench, server):
    bench.generator.measure("fetch", operations=BODY_COUNT, in_order=1, first=BODIES, **server.imap)
    for connections in (1, 8, 32):
        yield bench.rate(f"FETCH BODY.PEEK[] of 8 kB, {connections} sessions, cached", server, "imap", "fetch",
                         connections=connections, first=BODIES, **server.imap)


def first_fetch(bench, server):
    """Each body once, from where it rests: LightMail's cache is empty, Dovecot's files are not in memory."""
    for connections in (1, 8, 32):
        server.forget(bodies=True)
        yield bench.rate(f"FETCH BODY.PEEK[] of 8 kB, {connections} sessions, each for the first time", server, "imap",
                         "fetch", connections=connections, first=BODIES, in_order=1, operations=BODY_COUNT, **server.imap)


def login(bench, server):
    """The same users again: each has been here once, which costs a slow hash the first time."""
    bench.generator.measure("login", operations=USERS, connections=1, users=USERS, **server.imap)
    for connections in (1, 8):
        yield bench.rate(f"LOGIN and LOGOUT, {connections} at once, same users", server, "imap", "login",
                         connections=connections, users=USERS, **server.imap)


def idle(bench, server):
    for count in bench.idle:
        for label, keys in [("in clear", server.imap), ("under TLS", server.imaps)]:
            # What earlier sessions have left would hold these.
            server.forget()
            before = server.memory_kilobytes("imap")
            with bench.generator.start("idle", operations=count, connections=8, users=USERS, **keys) as sessions:
                opened = json.loads(sessions.stdout.readline())["operations"]
                each = (server.memory_kilobytes("imap") - before) / opened
                sessions.stdin.close()
            if opened < count:
                raise RuntimeError(f"{opened} sessions of {count} were opened")
            yield Result(f"memory of a session in IDLE {label}, {count:,} of them", each, "kB")


def pop3(bench, server):
    yield bench.rate("POP3 RETR of 1,000 messages of 8 kB", server, "pop3", "pop3", operations=BODY_COUNT, first=BODIES,
                     **server.pop3)


def latency(bench, server):
    keys = {"lmtp_socket": server.lmtp["socket"], "recipient": server.lmtp["recipient"]}
    (figures,) = bench.generator.measure("idle-latency", first=WATCHER, operations=200, **keys, **server.imap)
    yield Result("delivery until EXISTS in IDLE, median of 200", figures["p50_ms"], "ms")
    yield Result("delivery until EXISTS in IDLE, 99 of 100", figures["p99_ms"], "ms")


def part(bench, server):
    """The small part of a large message, which nobody has read yet."""
    server.forget(bodies=True)
    before = server.counters("imap") if hasattr(server, "counters") else None
    said = bench.commands(server, "SELECT INBOX", "FETCH 1 (BODY.PEEK[2])", first=PARTS)
    remark = ""
    if before is not None:
        after = server.counters("imap")
        grown = {name: after[name] - before.get(name, 0) for name in after}
        requests = sum(value for name, value in grown.items() if name.startswith("lightmail_s3_requests_total"))
        octets = sum(value for name, value in grown.items() if name.startswith("lightmail_s3_received_bytes_total"))
        remark = f"{requests:.0f} S3 request, {octets / 1e3:.1f} kB read"
    yield Result("FETCH BODY.PEEK[2]: 1 kB of a message of 30 MB", said[1]["seconds"] * 1e3, "ms", None, remark)


CEILINGS = {"disk": disk, "put": put, "get": get, "sql": sql}
ROWS = {
    "lmtp": lmtp, "append": append, "mailbox": mailbox, "cold": cold, "search": search, "body": body, "store": store,
    "fetch": fetch, "first-fetch": first_fetch, "login": login, "pop3": pop3, "latency": latency, "part": part, "idle": idle,
}
# Deliveries when the object store costs nothing: LightMail alone, with a sink for its bodies.
SINK = {"lmtp": lmtp, "append": append}
