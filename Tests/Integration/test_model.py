"""Random commands from several sessions in two processes, against a model of what mailboxes are.

LIGHTMAIL_MODEL_SEED repeats a run: for its first minute nothing hangs on time, since the processes hear of each other only
when a command asks. LIGHTMAIL_MODEL_SECONDS makes it longer.
"""

import os
import random
import time

import pytest
from support.mailbox_client import MODIFIED, MailboxClient, as_set, numbers

SECONDS = float(os.environ.get("LIGHTMAIL_MODEL_SECONDS", "15"))
SEED = int(os.environ.get("LIGHTMAIL_MODEL_SEED", random.SystemRandom().randrange(1 << 32)))

BOXES = ["INBOX", "Archive"]
WORDS = ["\\seen", "\\answered", "\\flagged", "\\draft", "\\deleted", "work", "later"]
# Of each kind one in each process.
KINDS = ["", "CONDSTORE", "QRESYNC"]


class Box:
    """The truth: messages by UID, each with its flags and mod-sequence."""

    def __init__(self):
        self.flags = {}
        self.modseqs = {}
        self.next = 1
        self.highest = 1
        # The mod-sequences with which messages went.
        self.gone = {}
        # RFC 3501 2.3.2: which session has a message as \Recent.
        self.recent = {}

    def add(self, flags, modseq):
        self.flags[self.next] = set(flags)
        self.modseqs[self.next] = modseq
        self.next += 1

    def change(self):
        """The mod-sequence of one more change."""
        self.highest += 1
        return self.highest

    def remove(self, uids, modseq):
        for uid in uids:
            del self.flags[uid]
            del self.modseqs[uid]
            self.gone[uid] = modseq


class Model:
    def __init__(self, stack, account, ports, seed):
        self.random = random.Random(seed)
        self.account = account
        self.ports = ports
        self.boxes = {name: Box() for name in BOXES}
        self.steps = 0
        self.sessions = [MailboxClient(account, port, kind) for port in ports for kind in KINDS]
        self.witness = MailboxClient(account, ports[0], "CONDSTORE")
        for session in self.sessions:
            self.select(session, self.random.choice(BOXES))

    # Choosing

    def some(self, session):
        """Some messages of the session's view, by number; at least one."""
        count = self.random.choice([1, 1, 2, 3, len(session.messages)])
        return sorted(self.random.sample(range(1, len(session.messages) + 1), min(count, len(session.messages))))

    def words(self, least=0):
        return self.random.sample(WORDS, self.random.randint(least, 3))

    def target(self, session, places):
        """(prefix, set, UIDs) of messages named by number or by UID."""
        uids = [session.messages[place - 1].uid for place in places]
        if self.random.random() < 0.5:
            return "", as_set(places), uids
        return "UID ", as_set(uids), uids

    # Doing

    def step(self):
        self.steps += 1
        session = self.random.choice(self.sessions)
        session.done()
        session.learn()
        box = self.boxes[session.mailbox]
        actions = [self.append, self.noop, self.reselect, self.idle, self.burst]
        if session.messages:
            actions += [self.store] * 6 + [self.fetch, self.search, self.copy, self.move] * 2
            actions += [self.expunge, self.uid_expunge, self.conditional_store, self.conditional_store]
        self.random.choice(actions)(session, box)
        if not session.idle_tag:
            session.learn()
        self.note_recent(session)

    def note_recent(self, session):
        box = self.boxes[session.mailbox]
        for uid in session.recent:
            owner = box.recent.setdefault(uid, (session, session.mailbox))
            assert owner[0] is session, f"{uid} is recent in two sessions"

    def append(self, session, box):
        name = self.random.choice(BOXES)
        words = self.words()
        session.command(f"APPEND {name} ({' '.join(words)}) {{18+}}\r\nSubject: x\r\n\r\nbody")
        box = self.boxes[name]
        box.add(words, box.change())

    def noop(self, session, box):
        session.command(self.random.choice(["NOOP", "CHECK"]))

    def idle(self, session, box):
        session.idle()

    def select(self, session, name):
        session.select(name)
        assert session.uids() == sorted(self.boxes[name].flags)
        assert session.highest == self.boxes[name].highest

    def reselect(self, session, box):
        """Leaves a mailbox, for another or to come back, and closes it at times."""
        if self.random.random() < 0.2:
            session.command("CLOSE")
            self.bury(box, [uid for uid, flags in box.flags.items() if "\\deleted" in flags])
            session.leave()
            self.select(session, self.random.choice(BOXES))
        elif session.knows == "QRESYNC" and self.random.random() < 0.8:
            if self.random.random() < 0.5:
                session.command("UNSELECT")
            session.resynchronise()
            self.compare(session)
        else:
            self.select(session, self.random.choice(BOXES))

    def bury(self, box, uids):
        if uids:
            box.remove(uids, box.change())

    def expunge(self, session, box):
        gone = [uid for uid, flags in box.flags.items() if "\\deleted" in flags]
        self.bury(box, gone)
        reply = session.command("EXPUNGE")
        if session.knows == "QRESYNC" and gone:
            assert f"[HIGHESTMODSEQ {box.highest}]".encode() in reply
        # A session that removes something looks at everything.
        assert not gone or not box.gone.keys() & set(session.uids())

    def uid_expunge(self, session, box):
        uids = [session.messages[place - 1].uid for place in self.some(session)]
        self.bury(box, [uid for uid in uids if "\\deleted" in box.flags.get(uid, ())])
        session.command(f"UID EXPUNGE {as_set(uids)}")

    @staticmethod
    def changed(sign, old, words):
        return {"+": old | words, "-": old - words, "": set(words)}[sign]

    def apply(self, session, box, sign, words, uids, spared):
        """Changes the truth; one mod-sequence for all that changes."""
        modseq = None
        for uid in uids:
            if uid in spared or uid not in box.flags:
                continue
            new = self.changed(sign, box.flags[uid], words)
            if new != box.flags[uid]:
                modseq = modseq or box.change()
                box.flags[uid] = new
                box.modseqs[uid] = modseq

    def believe(self, session, box, sign, words, uids, spared):
        """After .SILENT the client knows its own change, but for what the answer has told, and what is gone."""
        for message in session.messages:
            changed = message.uid in uids and message.uid not in spared and message.uid in box.flags
            if changed and message not in session.touched:
                message.flags = self.changed(sign, message.flags, words)

    def store(self, session, box):
        prefix, chosen, uids = self.target(session, self.some(session))
        sign = self.random.choice(["+", "+", "-", ""])
        words = set(self.words(least=0 if sign == "" else 1))
        silent = self.random.random() < 0.5
        missing = [uid for uid in uids if uid not in box.flags]
        expected = "NO [EXPUNGEISSUED]" if missing and not prefix and not silent else "OK"
        self.apply(session, box, sign, words, uids, ())
        suffix = ".SILENT" if silent else ""
        before = {message.uid for message in session.messages}
        session.command(f"{prefix}STORE {chosen} {sign}FLAGS{suffix} ({' '.join(words)})", expected)
        if silent:
            self.believe(session, box, sign, words, uids, ())
        else:
            shown = {message.uid for message in session.touched}
            assert set(uids) & before - set(missing) <= shown

    def conditional_store(self, session, box):
        if not session.knows:
            return
        places = self.some(session)
        prefix, chosen, uids = self.target(session, places)
        sign = self.random.choice(["+", "-", ""])
        words = set(self.words(least=1))
        known = {session.messages[place - 1].uid: session.messages[place - 1] for place in places}
        since = self.random.choice([session.highest, self.random.choice(list(known.values())).modseq, box.highest])
        spared = set()
        for uid in uids:
            if box.modseqs.get(uid, 0) <= since:
                continue
            mine = known[uid]
            if sign == "" or mine.modseq > since or mine.flags & words != box.flags[uid] & words:
                spared.add(uid)
        silent = self.random.random() < 0.5
        missing = [uid for uid in uids if uid not in box.flags]
        self.apply(session, box, sign, words, uids, spared)
        suffix = ".SILENT" if silent else ""
        expected = "NO" if missing and not prefix and not silent else "OK"
        view = session.uids()
        reply = session.command(
            f"{prefix}STORE {chosen} (UNCHANGEDSINCE {since}) {sign}FLAGS{suffix} ({' '.join(words)})", expected
        )
        told = MODIFIED.search(reply)
        told = numbers(told[1]) if told else []
        assert spared == {number if prefix else view[number - 1] for number in told}, (spared, reply)
        if silent:
            self.believe(session, box, sign, words, uids, spared)

    def fetch(self, session, box):
        prefix, chosen, uids = self.target(session, self.some(session))
        if session.knows and self.random.random() < 0.5:
            since = self.random.randint(1, box.highest)
            if session.knows == "QRESYNC" and prefix:
                gone = {uid for uid, modseq in box.gone.items() if modseq > since} - set(session.uids())
                # What came and went above its view it need not hear of.
                old = {uid for uid in gone if uid < session.uids()[-1]}
                session.command(f"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {since} VANISHED)")
                assert old <= session.earlier <= gone
            else:
                session.command(f"{prefix}FETCH {chosen} (FLAGS) (CHANGEDSINCE {since})")
            return
        if self.random.random() < 0.5:
            session.command(f"{prefix}FETCH {chosen} (UID FLAGS RFC822.SIZE)")
            return
        self.apply(session, box, "+", {"\\seen"}, [uid for uid in uids if self.lacks_seen(session, uid)], ())
        # Messages that others have expunged are still read.
        session.command(f"{prefix}FETCH {chosen} (RFC822.SIZE BODY[TEXT]<0.2>)")

    @staticmethod
    def lacks_seen(session, uid):
        return any(message.uid == uid and "\\seen" not in message.flags for message in session.messages)

    def search(self, session, box):
        word = self.random.choice(WORDS)
        key = word[1:].upper() if word.startswith("\\") else f"KEYWORD {word}"
        if self.random.random() < 0.5:
            view = [number for number, message in enumerate(session.messages, 1) if word in message.flags]
            session.command(f"SEARCH {key}")
        else:
            view = [message.uid for message in session.messages if word in message.flags]
            session.command(f"UID SEARCH {key}")
        assert session.found == view

    def transfer(self, session, box, name, moving):
        target = self.boxes[name]
        prefix, chosen, uids = self.target(session, self.some(session))
        living = [uid for uid in uids if uid in box.flags]
        flags = [box.flags[uid] for uid in living]
        if living:
            modseq = target.change()
            for words in flags:
                target.add(words, modseq)
            if moving:
                box.remove(living, modseq if target is box else box.change())
        session.command(f"{prefix}{'MOVE' if moving else 'COPY'} {chosen} {name}")

    def copy(self, session, box):
        self.transfer(session, box, self.random.choice(BOXES), False)

    def move(self, session, box):
        self.transfer(session, box, self.random.choice(BOXES), True)

    def burst(self, session, box):
        """All sessions at once, without waiting for each other; what they do holds in any order."""
        plans = []
        for number, one in enumerate(self.sessions):
            one.done()
            one.learn()
            self.note_recent(one)
            word = f"s{number}"
            uids = [message.uid for message in one.messages if self.random.random() < 0.5]
            sign = self.random.choice("+-")
            text = f"UID STORE {as_set(uids)} {sign}FLAGS ({word})" if uids else f"APPEND {one.mailbox} {{3+}}\r\nx\r\n"
            plans.append((one, text, sign, word, uids))
        tags = [one.send(text) for one, text, *_ in plans]
        for tag, (one, text, sign, word, uids) in zip(tags, plans):
            one.finish(tag, text)
            box = self.boxes[one.mailbox]
            if uids:
                self.apply(one, box, sign, {word}, uids, ())
            else:
                box.add((), box.change())
        self.refresh()

    # Comparing

    def refresh(self):
        """Takes the mod-sequences of a burst from the server, whose order nobody knows; all else must be as it should."""
        for name, box in self.boxes.items():
            self.witness.select(name)
            # Messages appended at once may share a change.
            assert self.witness.highest <= box.highest, "a change was counted twice"
            box.highest = self.witness.highest
            assert {one.uid: one.flags for one in self.witness.messages} == box.flags
            box.modseqs = {one.uid: one.modseq for one in self.witness.messages}
            for uid in self.witness.recent:
                assert box.recent.setdefault(uid, (self.witness, name))[0] is self.witness
        self.witness.command("UNSELECT")
        self.witness.leave()

    def compare(self, session):
        box = self.boxes[session.mailbox]
        assert session.uids() == sorted(box.flags)
        for message in session.messages:
            assert message.flags == box.flags[message.uid], f"flags of {message}"
            if session.knows:
                assert message.modseq == box.modseqs[message.uid], f"mod-sequence of {message}"

    def checkpoint(self):
        """Every session looks, and then must know the truth."""
        for session in self.sessions:
            session.done()
            session.command("NOOP")
            session.learn()
            self.note_recent(session)
            self.compare(session)
        for name, box in self.boxes.items():
            self.witness.command(f"STATUS {name} (MESSAGES UIDNEXT UNSEEN HIGHESTMODSEQ)")
            words = self.witness.log[-2].partition("(")[2].rstrip(")").split()
            reply = dict(zip(words[::2], map(int, words[1::2])))
            unseen = sum("\\seen" not in flags for flags in box.flags.values())
            assert reply == {
                "MESSAGES": len(box.flags),
                "UIDNEXT": box.next,
                "UNSEEN": unseen,
                "HIGHESTMODSEQ": box.highest,
            }


def test_sessions_agree_with_the_model(stack, account):
    print(f"LIGHTMAIL_MODEL_SEED={SEED}")
    processes = [stack.imapd(NOTIFY_TICK_MS=60_000, NOTIFY_BINLOG="false") for _ in range(2)]
    model = None
    try:
        model = Model(stack, account, [port for _, port, _ in processes], SEED)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            model.step()
            if model.steps % 25 == 0:
                model.checkpoint()
        model.checkpoint()
        print(f"{model.steps} steps; {', '.join(f'{box.highest} changes of {name}' for name, box in model.boxes.items())}")
    except AssertionError as error:
        logs = [] if model is None else [f"{one.knows or 'plain'} {one.mailbox}: {one.log[-12:]}" for one in model.sessions]
        pytest.fail(f"LIGHTMAIL_MODEL_SEED={SEED}: {error!r}\n" + "\n".join(logs))
    finally:
        for process, _, _ in processes:
            process.terminate()
        for process, _, _ in processes:
            process.wait(60)
