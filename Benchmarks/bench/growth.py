"""What operations cost as mailboxes and servers grow: round trips, S3 requests and time, at sizes a thousand times apart.

A mailbox grows by rows that share the objects of a hundred delivered messages, as COPY makes them; accounts grow by rows, too.
Neither the database nor the daemons can tell them from those that came one by one.
"""

import re
import smtplib
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass

REPEATS = 5
SEED = 100


@dataclass
class Cost:
    """Of one operation at one size. `grows` tells that it names every message, and so costs what there are of them."""

    label: str
    size: int
    trips: int
    requests: int
    seconds: float
    grows: bool = False


class Session:
    """As much of an IMAP client as it takes to send a command and to wait for its end, however long the answer."""

    def __init__(self, port, user, password):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=600)
        self.rest = b""
        self.number = 0
        self.until(b"* ")
        self.user, self.password = user, password

    def until(self, beginning):
        """The lines up to the one with that beginning; of many only the last kilobytes are kept."""
        kept = b""
        while True:
            place = self.rest.find(b"\r\n" + beginning) if not self.rest.startswith(beginning) else -2
            end = self.rest.find(b"\r\n", place + 2) if place != -1 else -1
            if end != -1:
                answer, self.rest = kept + self.rest[: end + 2], self.rest[end + 2 :]
                return answer
            if place == -1 and len(self.rest) > 65536:
                kept, self.rest = self.rest[-65536:-1024], self.rest[-1024:]
            more = self.socket.recv(1 << 20)
            if not more:
                raise RuntimeError("the server hung up")
            self.rest += more

    def command(self, line):
        self.number += 1
        tag = b"t%d" % self.number
        self.socket.sendall(tag + b" " + line.encode() + b"\r\n")
        answer = self.until(tag + b" ")
        if not answer.split(b"\r\n")[-2].startswith(tag + b" OK"):
            raise RuntimeError(f"{line}: {answer[-200:]!r}")
        return answer.decode(errors="replace")

    def login(self):
        self.command(f"LOGIN {self.user} {self.password}")
        return self

    def close(self):
        self.command("LOGOUT")
        self.socket.close()


class Growth:
    def __init__(self, server, generator):
        """`server` follows no binary log, and looks at its change feed once a minute: what is counted is the operation's."""
        self.server = server
        self.user = server.user % 1
        self.generator = generator
        self.costs = []
        server.add_accounts([1])
        if self.number("SELECT uid_next FROM mailboxes WHERE id = @box") <= SEED:
            generator.measure("append", operations=SEED, size=4096, **server.imap)
        if not self.has_archive():
            self.session().command("CREATE Archive")

    # What there is.

    def sql(self, statements):
        database = self.server.database
        script = f"""
            SET @account = (SELECT id FROM accounts WHERE username = '{self.user}' AND live = 1);
            SET @box = (SELECT id FROM mailboxes WHERE account_id = @account AND name = 'INBOX' AND live = 1);
            {statements};"""
        return subprocess.run(
            ["mariadb", "--no-defaults", "--batch", "--skip-column-names", f"--socket={database['socket']}",
             f"--user={database['user']}", database["mailbox"]],
            env={"MYSQL_PWD": database["password"], "PATH": "/usr/bin:/bin"}, input=script, check=True, text=True,
            stdout=subprocess.PIPE,
        ).stdout

    def number(self, query):
        return int(self.sql(query).split()[-1])

    def has_archive(self):
        return self.number("SELECT COUNT(*) FROM mailboxes WHERE account_id = @account AND name = 'Archive' AND live = 1") > 0

    def grow_mailbox(self, size):
        held = self.number("SELECT messages FROM mailboxes WHERE id = @box")
        first = self.number("SELECT uid_next FROM mailboxes WHERE id = @box")
        if held >= size:
            return
        self.sql(f"""
            INSERT INTO messages (mailbox_id, uid, object_id, flags, keywords, modseq, size, internal_date, saved_at)
            SELECT @box, s.seq, o.object_id, s.seq % 10 < 7, 0, s.seq, o.size, o.internal_date, UTC_TIMESTAMP()
            FROM seq_{first}_to_{first + size - held - 1} s JOIN (
                SELECT object_id, size, internal_date, ROW_NUMBER() OVER (ORDER BY uid) - 1 AS place FROM messages
                WHERE mailbox_id = @box AND uid <= {SEED}) o ON o.place = s.seq % {SEED};
            UPDATE mailboxes b JOIN (
                SELECT COUNT(*) AS messages, SUM(flags & 1 = 0) AS unseen, SUM(size) AS bytes, MAX(uid) AS uid,
                    MAX(modseq) AS modseq FROM messages WHERE mailbox_id = @box AND deleted_at IS NULL) m
            SET b.messages = m.messages, b.unseen = m.unseen, b.bytes = m.bytes, b.uid_next = m.uid + 1,
                b.highest_modseq = GREATEST(b.highest_modseq, m.modseq) + 1 WHERE b.id = @box;
            UPDATE accounts a JOIN (
                SELECT SUM(bytes) AS bytes, SUM(messages) AS messages FROM mailboxes WHERE account_id = @account AND live = 1) m
            SET a.used_bytes = m.bytes, a.used_messages = m.messages WHERE a.id = @account;
            ANALYZE TABLE messages""")

    def grow_accounts(self, size):
        held = self.number("SELECT COUNT(*) FROM accounts WHERE live = 1")
        if held >= size:
            return
        self.sql(f"""
            SET @domain = (SELECT domain_id FROM accounts WHERE id = @account);
            INSERT INTO accounts (domain_id, username, password_hash, created_at)
            SELECT @domain, CONCAT('row', seq, '@example.com'), '!', UTC_TIMESTAMP() FROM seq_{held + 1}_to_{size};
            INSERT INTO mailboxes (account_id, name, uid_validity, created_at)
            SELECT a.id, 'INBOX', 1, UTC_TIMESTAMP() FROM accounts a WHERE a.password_hash = '!' AND a.live = 1
            AND NOT EXISTS (SELECT 1 FROM mailboxes b WHERE b.account_id = a.id);
            ANALYZE TABLE accounts, mailboxes""")

    # What it costs.

    def session(self, mailbox=None):
        session = Session(self.server.imap["port"], self.user, self.server.password).login()
        if mailbox:
            session.command(f"SELECT {mailbox}")
        return session

    def counters(self, service):
        counters = self.server.counters(service)
        requests = sum(value for name, value in counters.items() if name.startswith("lightmail_s3_requests_total"))
        # That a statement is prepared, once a connection, is no part of what is measured, nor that the change feed is read when a
        # change has been made: whoever waits for its answer waits for neither.
        own = ("lightmail_mysql_prepares_total", "lightmail_change_feed_looks_total")
        return counters["lightmail_mysql_round_trips_total"] - sum(counters[name] for name in own), requests

    def measure(self, label, size, action, service="imap", repeats=REPEATS, grows=False, prepare=None):
        """The lowest counts: a connection that was idle is pinged first, and who opens a mailbox first after a delivery notes that."""
        times, counts = [], []
        for number in range(repeats):
            if prepare:
                prepare()
            before = self.counters(service)
            begin = time.monotonic()
            action(number)
            times.append(time.monotonic() - begin)
            after = self.counters(service)
            counts.append((int(after[0] - before[0]), int(after[1] - before[1])))
        cost = Cost(label, size, *min(counts), statistics.median(times), grows)
        self.costs.append(cost)
        print(f"{size:>9,} {label:<44} {cost.trips:>5} {cost.requests:>3} {cost.seconds * 1e3:>10.2f} ms", flush=True)

    def deliver(self, number):
        with smtplib.LMTP(self.server.lmtp["socket"]) as client:
            message = f"Subject: {time.monotonic_ns()}\r\n\r\n{number}\r\n"
            if client.sendmail("sender@example.org", [self.user], message):
                raise RuntimeError("a delivery was refused")

    def measure_mailbox(self, size):
        def restart():
            nonlocal session
            self.server.restart("imap")
            session = self.session()

        session = None
        self.measure("SELECT, cold", size, lambda _: session.command("SELECT INBOX"), repeats=3, prepare=restart)
        self.measure("SELECT, warm", size, lambda _: session.command("SELECT INBOX"))
        last = int(re.findall(r"UIDNEXT (\d+)", session.command("SELECT INBOX"))[0]) - 1
        one = [
            ("NOOP", lambda _: "NOOP"),
            ("FETCH of one envelope", lambda n: f"UID FETCH {last - n} (FLAGS ENVELOPE)"),
            ("FETCH of one body", lambda n: f"UID FETCH {last - 20 - n} (BODY.PEEK[])"),
            ("STORE of one", lambda n: rf"UID STORE {last - n} +FLAGS (\Answered)"),
            ("COPY of one", lambda n: f"UID COPY {last - n} Archive"),
        ]
        for label, line in one:
            self.measure(label, size, lambda n, line=line: session.command(line(n)))
        for number in range(REPEATS):
            session.command(rf"UID STORE {last - 40 - number} +FLAGS.SILENT (\Deleted)")
        self.measure("EXPUNGE of one", size, lambda n: session.command(f"UID EXPUNGE {last - 40 - n}"))
        self.measure("APPEND", size, lambda n: session.command("APPEND INBOX {18+}\r\nSubject: a\r\n\r\nbody"))
        self.measure("LMTP delivery", size, self.deliver, service="lmtp")
        every = [
            ("FETCH 1:* (FLAGS)", "FETCH 1:* (FLAGS)"), ("SEARCH UNSEEN", "UID SEARCH RETURN (COUNT) UNSEEN"),
            ("SEARCH SUBJECT", 'UID SEARCH RETURN (COUNT) SUBJECT "nowhere"'),
        ]
        for label, line in every:
            self.measure(label, size, lambda n, line=line: session.command(line), repeats=2, grows=True)
        session.close()

    def measure_accounts(self, size):
        self.server.restart("imap")
        self.session().close()
        self.measure("LOGIN and LOGOUT", size, lambda _: self.session().close())
        session = self.session()
        self.measure("LIST", size, lambda _: session.command('LIST "" "*"'))
        self.measure("SELECT", size, lambda _: session.command("SELECT Archive"))
        self.measure("STATUS", size, lambda _: session.command("STATUS INBOX (MESSAGES UNSEEN SIZE)"))
        self.measure("APPEND", size, lambda n: session.command("APPEND Archive {18+}\r\nSubject: a\r\n\r\nbody"))
        self.measure("GETQUOTAROOT", size, lambda _: session.command("GETQUOTAROOT INBOX"))
        self.measure("LMTP delivery", size, self.deliver, service="lmtp")
        session.close()
