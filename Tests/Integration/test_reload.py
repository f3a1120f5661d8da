"""SIGHUP: limits are read again, and nobody who is there is dropped."""

import dataclasses
import imaplib
import os
import poplib
import re
import signal
import smtplib
from pathlib import Path

import pytest
from support.api import API
from support.stack import eventually


class Reloader:
    """Changes the configuration of a stack and has a daemon read it."""

    def __init__(self, stack, daemon, section):
        self.stack, self.daemon, self.section = stack, daemon, section
        self.config = Path(stack.settings["LIGHTMAIL_CONFIG"])
        self.log = stack.directory / f"logs/{daemon}.log"

    def __call__(self, says="reloaded", section=None, **keys):
        """Puts keys into a section, sends SIGHUP, waits until the log says what became of it, and returns what it said since."""
        text = self.config.read_text()
        head = f"[{section or self.section}]\n"
        if head not in text:
            text += f"\n{head}"
        begin = text.index(head) + len(head)
        end = text.find("\n[", begin)
        end = len(text) if end < 0 else end + 1
        lines = text[begin:end]
        for key, value in keys.items():
            lines = f"{key} = {value}\n" + re.sub(rf"(?m)^{key} *=.*\n", "", lines)
        self.config.write_text(text[:begin] + lines + text[end:])
        before = len(self.log.read_text())
        os.kill(self.stack.pid(self.daemon), signal.SIGHUP)
        eventually(lambda: says in self.log.read_text()[before:], f"{self.daemon} says {says}")
        return self.log.read_text()[before:]


def refused_connection(stack):
    with pytest.raises(imaplib.IMAP4.error, match="Too many"):
        imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=60)


def test_limits_are_read_again(lonely_stack):
    stack = lonely_stack
    first, second = stack.account(), stack.account()
    reload = Reloader(stack, "lightmail-imapd", "imap")
    with stack.imap(first, mailbox="INBOX") as session:
        reload(max_connections=1)
        refused_connection(stack)
        assert session.noop()[0] == "OK"

        # What has a mistake changes nothing.
        reload("the configuration in use stays", max_connections="many")
        refused_connection(stack)
        assert session.noop()[0] == "OK"

        # The session that was there before the limit counts.
        reload(max_connections=100, max_connections_per_user=1)
        with pytest.raises(imaplib.IMAP4.error, match="LIMIT"):
            with stack.imap(first):
                pass
        with stack.imap(second) as other:
            assert other.noop()[0] == "OK"
        reload(max_connections_per_user=2)
        with stack.imap(first) as again:
            assert again.noop()[0] == "OK"

        # A session that is open goes on under the new limits.
        reload(max_message_size=2048, compress="false")
        answer, (text,) = session.append("INBOX", None, None, b"Subject: x\r\n\r\n" + b"x" * 4000)
        assert (answer, b"[TOOBIG]" in text) == ("NO", True)
        with stack.imap(second) as later:
            reload(max_message_size=8192)
            # One that began under a lower one too.
            for one in (session, later):
                assert one.append("INBOX", None, None, b"Subject: x\r\n\r\n" + b"x" * 4000)[0] == "OK"
        assert b"COMPRESS=DEFLATE" not in session.capability()[1][0]

        said = reload(port=1143, session_timeout=7200)
        assert "changed keys wait for the next start" in said and "imap.port" in said
        assert "session_timeout" not in said
        # Of another daemon's keys nothing is said.
        assert "pop3.port" not in reload(section="pop3", port=1110)

        said = reload(tls_cert="/nonexistent/cert.pem", tls_key="/nonexistent/key.pem")
        assert "what is in use stays" in said and "/nonexistent/cert.pem" in said
        assert session.noop()[0] == "OK"


def test_what_wrong_passwords_cost_is_read_again(lonely_stack):
    stack = lonely_stack
    account = stack.account()
    reload = Reloader(stack, "lightmail-imapd", "auth")
    reload(section="imap", max_failed_attempts=2)
    reload(failure_delay_ms=0, failure_threshold=1000)
    client = imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=60)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(account.address, "wrong")
    with pytest.raises(imaplib.IMAP4.abort):
        client.login(account.address, "wrong too")
    # Loopback is never blocked as a whole; the account is, for networks that it was not used from. A guess counts once.
    reload(failure_threshold=2, account_block_seconds=3600)
    for guess in ["another", "one more"]:
        with pytest.raises(imaplib.IMAP4.error):
            with stack.imap(dataclasses.replace(account, password=guess)):
                pass
    assert stack.sql("SELECT COUNT(*) FROM login_records WHERE blocked_until IS NOT NULL") == [["1"]]


def test_the_other_daemons_read_theirs(lonely_stack):
    stack = lonely_stack
    account = stack.account()

    reload = Reloader(stack, "lightmail-lmtpd", "lmtp")
    with stack.lmtp() as client:
        assert client.lhlo()["SIZE"] != "4096"
        reload(max_message_size=4096)
        assert client.lhlo()["SIZE"] == "4096"

    reload = Reloader(stack, "lightmail-smtpd", "smtp_server")
    with smtplib.SMTP("127.0.0.1", int(stack.settings["LIGHTMAIL_SUBMISSION_PORT"]), timeout=60) as client:
        reload(max_message_size=5000, require_auth_submission="false")
        assert client.ehlo()[0] == 250
        assert client.esmtp_features["size"] == "5000"
        assert client.mail("a@example.org")[0] == 250
        client.rset()
        reload(require_auth_submission="true")
        assert client.mail("a@example.org")[0] == 530

    reload = Reloader(stack, "lightmail-pop3d", "pop3")
    client = poplib.POP3("127.0.0.1", int(stack.settings["LIGHTMAIL_POP3_PORT"]), timeout=60)
    assert "LOGIN-DELAY" not in client.capa()
    reload(login_delay_seconds=3600)
    assert client.capa()["LOGIN-DELAY"] == ["3600"]
    client.user(account.address)
    client.pass_(account.password)
    client.quit()
    client = poplib.POP3("127.0.0.1", int(stack.settings["LIGHTMAIL_POP3_PORT"]), timeout=60)
    client.user(account.address)
    with pytest.raises(poplib.error_proto, match="LOGIN-DELAY"):
        client.pass_(account.password)
    client.close()

    reload = Reloader(stack, "lightmail-apid", "api")
    api = API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])
    domain = {"name": "x" * 2000}
    assert api.post("/admin/domains", domain).status == 422
    reload(max_body_size=1024)
    assert api.post("/admin/domains", domain).status == 413
