"""An IMAP client that believes what it is told: it keeps its view of a mailbox from responses alone, and complains of
every response that the RFCs do not allow at that moment."""

import re
import socket

from .stack import PATIENCE

UID = re.compile(rb"\bUID (\d+)")
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
MODSEQ = re.compile(rb"\bMODSEQ \((\d+)\)")
CODE = re.compile(rb"OK \[(HIGHESTMODSEQ|UIDVALIDITY|UIDNEXT) (\d+)\]")
LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")
MODIFIED = re.compile(rb"\[MODIFIED ([0-9:,]+)\]")

# While these run, numbers stay (RFC 9051 7.5.1, RFC 7162 3.2.10.2).
BY_NUMBER = (b"FETCH", b"STORE", b"SEARCH")


def numbers(text):
    """The numbers of a sequence set."""
    result = []
    for part in text.split(b","):
        first, _, last = part.partition(b":")
        result += range(int(first), int(last or first) + 1)
    return result


def as_set(values):
    return ",".join(str(value) for value in values)


class Message:
    """What the client knows of a message: nothing, or all of it."""

    def __init__(self):
        self.uid = None
        self.flags = None
        self.modseq = None

    def __repr__(self):
        return f"{self.uid}{sorted(self.flags or [])}@{self.modseq}"


class MailboxClient:
    """`knows` is "" for a plain client, "CONDSTORE" or "QRESYNC" for one that enabled that."""

    def __init__(self, account, port, knows=""):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.stream = self.socket.makefile("rb")
        self.knows = knows
        self.log = []
        self.count = 0
        self.idle_tag = None
        self.leave()
        assert self.line().startswith(b"* OK")
        self.command(f"LOGIN {account.address} {account.password}")
        if knows:
            self.command(f"ENABLE {knows}")

    def leave(self):
        """Forgets the mailbox."""
        self.mailbox = None
        self.messages = []
        self.validity = None
        self.highest = None
        self.recent = set()
        self.earlier = set()

    def close(self):
        self.stream.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Sending

    def send(self, text):
        self.count += 1
        tag = f"t{self.count}"
        # What its responses say: HIGHESTMODSEQ, mod-sequences, whose flags, what was found, what was gone before.
        self.told, self.seen, self.touched, self.found, self.earlier = None, [], set(), [], set()
        self.log.append(f"C: {tag} {text}")
        self.socket.sendall(f"{tag} {text}\r\n".encode())
        return tag

    def command(self, text, expected="OK"):
        """Sends a command and takes its responses; gives the tagged reply."""
        return self.finish(self.send(text), text, expected)

    def finish(self, tag, text, expected="OK"):
        words = text.encode().split(b" ", 2)
        name = words[0] if words[0] != b"UID" else b" ".join(words[:2])
        while True:
            line = self.line()
            if line.startswith(tag.encode() + b" "):
                break
            self.take(line, name)
        reply = line.split(b" ", 1)[1]
        self.take_code(reply)
        # RFC 7162 6
        if self.told is not None:
            self.highest = self.told
        elif self.highest is not None:
            self.highest = max([self.highest, *self.seen])
        assert expected is None or reply.decode().startswith(expected), (text, reply)
        return reply

    def line(self):
        line = self.stream.readline()
        assert line.endswith(b"\r\n"), f"the server hung up: {line}"
        while literal := LITERAL.search(line):
            line += self.stream.read(int(literal[1])) + self.stream.readline()
        self.log.append(f"S: {line[:-2].decode()}")
        return line[:-2]

    # Taking

    def take_code(self, reply):
        code = CODE.search(reply)
        if not code:
            return
        name, value = code[1], int(code[2])
        if name == b"HIGHESTMODSEQ":
            self.told = value
        elif name == b"UIDVALIDITY":
            self.validity = value

    def take(self, line, name):
        assert line.startswith(b"* "), line
        words = line[2:].split(b" ", 2)
        if words[0].isdigit():
            number = int(words[0])
            if words[1] == b"EXISTS":
                assert number >= len(self.messages), "EXISTS takes messages away"
                self.messages += [Message() for _ in range(number - len(self.messages))]
            elif words[1] == b"EXPUNGE":
                assert name not in BY_NUMBER, f"EXPUNGE while {name} runs"
                assert self.knows != "QRESYNC", "EXPUNGE after ENABLE QRESYNC"
                del self.messages[number - 1]
            elif words[1] == b"FETCH":
                self.take_fetch(number, line, name)
        elif words[0] == b"VANISHED":
            self.take_vanished(line, name)
        elif words[0] == b"OK":
            self.take_code(line[2:])
        elif words[0] == b"SEARCH":
            self.found = [int(word) for word in line.split()[2:] if word.isdigit()]
        elif words[0] == b"BYE":
            raise AssertionError(line)

    def take_fetch(self, number, line, name):
        message = self.messages[number - 1]
        uid, flags, modseq = UID.search(line), FLAGS.search(line), MODSEQ.search(line)
        if self.knows and name not in (b"FETCH", b"UID FETCH"):
            assert uid and modseq, f"a FETCH response without UID or MODSEQ: {line}"
        if not self.knows:
            assert not modseq, f"a MODSEQ that nobody asked for: {line}"
        if uid:
            assert message.uid in (None, int(uid[1])), f"message {number} has another UID: {line}"
            message.uid = int(uid[1])
        if flags:
            words = {word.lower() for word in flags[1].decode().split()}
            if "\\recent" in words and message.uid is not None:
                self.recent.add(message.uid)
            message.flags = words - {"\\recent"}
            self.touched.add(message)
        if modseq:
            message.modseq = int(modseq[1])
            self.seen.append(message.modseq)

    def take_vanished(self, line, name):
        assert self.knows == "QRESYNC", line
        uids = set(numbers(line.rsplit(b" ", 1)[1]))
        known = {message.uid for message in self.messages}
        if b"(EARLIER)" in line:
            assert not uids & known, f"EARLIER of messages that have numbers: {line}"
            self.earlier |= uids
            return
        assert name not in BY_NUMBER, f"VANISHED while {name} runs"
        self.messages = [message for message in self.messages if message.uid not in uids]
        # Some may have been announced by EXISTS, and gone before anybody asked for their UIDs. Such a one stood where its
        # UID belongs, between those that are known: an unasked FETCH may have named others that came with it.
        for uid in sorted(uids - known):
            named = [(place, one.uid) for place, one in enumerate(self.messages) if one.uid is not None]
            first = max((place + 1 for place, other in named if other < uid), default=0)
            end = min((place for place, other in named if other > uid), default=len(self.messages))
            assert first < end, f"VANISHED of what was never announced: {line}"
            del self.messages[first]

    # Doing

    def select(self, mailbox):
        self.leave()
        self.command(f"SELECT {mailbox}")
        self.highest = self.told
        self.mailbox = mailbox
        self.learn()

    def resynchronise(self):
        """Comes back to the mailbox with what it remembers (RFC 7162 3.2.5)."""
        mailbox, validity, highest = self.mailbox, self.validity, self.highest
        before = {message.uid: message for message in self.messages}
        self.leave()
        self.command(f"SELECT {mailbox} (QRESYNC ({validity} {highest}))")
        self.mailbox = mailbox
        self.highest = self.told
        assert self.validity == validity
        # Messages that are there without a word stand where they stood, in the order of their UIDs.
        named = {message.uid for message in self.messages if message.uid is not None}
        assert not self.earlier & named, "VANISHED (EARLIER) of what is there"
        left = sorted((set(before) - self.earlier) | named)
        assert len(left) == len(self.messages), f"{len(self.messages)} messages, but {left} by their UIDs"
        for uid, message in zip(left, self.messages):
            assert message.uid in (None, uid), f"{uid} is not where it belongs"
            if message.uid is None:
                message.uid, message.flags, message.modseq = uid, before[uid].flags, before[uid].modseq

    def learn(self):
        """Asks about the messages that it knows nothing of yet: the last ones."""
        while unknown := [place for place, one in enumerate(self.messages, 1) if None in (one.uid, one.flags)]:
            items = "(UID FLAGS MODSEQ)" if self.knows else "(UID FLAGS)"
            self.command(f"FETCH {unknown[0]}:* {items}")

    def idle(self):
        tag = self.send("IDLE")
        while not (line := self.line()).startswith(b"+"):
            self.take(line, b"IDLE")
        self.idle_tag = tag

    def done(self):
        if self.idle_tag:
            tag, self.idle_tag = self.idle_tag, None
            self.socket.sendall(b"DONE\r\n")
            self.finish(tag, "IDLE")
            self.learn()

    def uids(self):
        return [message.uid for message in self.messages]
