"""Clients of every protocol that go through a connection which somebody else opened, and what a short visit of each is."""

import imaplib
import poplib
import smtplib

from .stack import PATIENCE


class IMAP(imaplib.IMAP4):
    def __init__(self, connection):
        self.connection = connection
        super().__init__(timeout=PATIENCE)

    def _create_socket(self, timeout):
        return self.connection


class POP3(poplib.POP3):
    def __init__(self, connection):
        self.connection = connection
        super().__init__("localhost", timeout=PATIENCE)

    def _create_socket(self, timeout):
        return self.connection


class SMTP(smtplib.SMTP):
    def __init__(self, connection):
        self.connection = connection
        super().__init__("localhost", timeout=PATIENCE)
        self.ehlo("client.example.org")

    def _get_socket(self, host, port, timeout):
        return self.connection


# What a client meets when its server goes away. ConnectionRefusedError is an OSError, too, but whom a balancer serves does not
# see that one.
LOST = (OSError, EOFError, imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException)


def log_in(balancer, port, account, source=None):
    """A session of the port's protocol; on port 25 nobody logs in."""
    connection = balancer.open(port, source)
    if port in (143, 993):
        client = IMAP(connection)
        client.login(account.address, account.password)
    elif port in (110, 995):
        client = POP3(connection)
        client.user(account.address)
        client.pass_(account.password)
    else:
        client = SMTP(connection)
        if port == 587:
            client.starttls(context=balancer.trust())
            client.ehlo("client.example.org")
        if port != 25:
            client.login(account.address, account.password)
    return client


def visit(balancer, port, account, source=None):
    """Logs in, looks at the account's mail or sends it some, and takes its leave."""
    client = log_in(balancer, port, account, source)
    if port in (143, 993):
        kind, _ = client.select("INBOX")
        assert kind == "OK"
        client.noop()
        client.logout()
    elif port in (110, 995):
        client.stat()
        client.quit()
    else:
        text = f"From: {account.address}\r\nSubject: through {port}\r\n\r\nHello\r\n".encode()
        assert client.sendmail(account.address, [account.address], text) == {}
        client.quit()
