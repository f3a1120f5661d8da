"""SIGHUP: limits are read again, and nobody who is there is dropped."""

import imaplib
import os
import re
import signal
from pathlib import Path

import pytest
from support.stack import eventually


def test_limits_are_read_again(lonely_stack):
    stack = lonely_stack
    first, second = stack.account(), stack.account()
    config = Path(stack.settings["LIGHTMAIL_CONFIG"])
    log = stack.directory / "logs/lightmail-imapd.log"

    def reload(says, **keys):
        """Puts keys into [imap], sends SIGHUP, and waits until the log says what became of it."""
        text = config.read_text()
        for key, value in keys.items():
            text = re.sub(rf"(?m)^{key} *=.*\n", "", text)
            text = text.replace("[imap]\n", f"[imap]\n{key} = {value}\n")
        config.write_text(text)
        before = log.read_text().count(says)
        os.kill(stack.pid("lightmail-imapd"), signal.SIGHUP)
        eventually(lambda: log.read_text().count(says) > before, f"imapd says {says}")

    with stack.imap(first, mailbox="INBOX") as session:
        reload("reloaded", max_connections=1)
        with pytest.raises(imaplib.IMAP4.error, match="Too many"):
            imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=60)
        assert session.noop()[0] == "OK"

        # What has a mistake changes nothing.
        reload("the configuration in use stays", max_connections="many")
        with pytest.raises(imaplib.IMAP4.error, match="Too many"):
            imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=60)
        assert session.noop()[0] == "OK"

        # The session that was there before the limit counts.
        reload("reloaded", max_connections=100, max_connections_per_user=1)
        with pytest.raises(imaplib.IMAP4.error, match="LIMIT"):
            with stack.imap(first):
                pass
        with stack.imap(second) as other:
            assert other.noop()[0] == "OK"
        reload("reloaded", max_connections_per_user=2)
        with stack.imap(first) as again:
            assert again.noop()[0] == "OK"
        assert session.noop()[0] == "OK"
