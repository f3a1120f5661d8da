"""Mail that comes in by SMTP, from Postfix and from clients that people use."""

import smtplib
import socket
import ssl
import subprocess

import pytest
from support import corpus
from support.postfix import Postfix
from support.stack import PATIENCE, eventually, fetch_bodies
from test_delivery import assert_arrived


@pytest.fixture(scope="module")
def relaying_postfix(stack):
    """A Postfix that hands on to our port 25."""
    port = stack.settings["LIGHTMAIL_SMTP_PORT"]
    instance = Postfix(stack.settings["LIGHTMAIL_LMTP_SOCKET"], f"virtual_transport = smtp:[127.0.0.1]:{port}\n")
    try:
        yield instance
    finally:
        instance.close()


def smtp_port(stack):
    return int(stack.settings["LIGHTMAIL_SMTP_PORT"])


def trust(stack):
    return ssl.create_default_context(cafile=stack.directory / "tls" / "cert.pem")


def bodies(stack, account):
    with stack.imap(account, mailbox="INBOX") as client:
        return fetch_bodies(client)


def test_postfix_relays_the_corpus(stack, account, relaying_postfix):
    for message in corpus.POSTFIX.values():
        relaying_postfix.send(message, account.address)
    relaying_postfix.wait_until_delivered()
    received = bodies(stack, account)
    assert len(received) == len(corpus.POSTFIX)
    for name, sent in corpus.POSTFIX.items():
        matching = [body for body in received if body.endswith(b"\r\n" + sent)]
        assert matching, f"{name} does not read back as it was sent"
        assert_arrived(min(matching, key=len), sent, account.address)


def test_postfix_bounces_who_is_not_here(stack, account, relaying_postfix):
    relaying_postfix.send(corpus.POSTFIX["plain"], account.address, "nobody@example.com", sender="")
    eventually(lambda: "status=bounced" in relaying_postfix.read_log(), "Postfix gives the message up")
    relaying_postfix.wait_until_delivered()
    assert "550 5.1.1" in relaying_postfix.read_log()
    assert len(bodies(stack, account)) == 1


def test_smtplib_with_and_without_tls(stack, account):
    for encrypted in (False, True):
        with smtplib.SMTP("127.0.0.1", smtp_port(stack), timeout=PATIENCE) as client:
            client.ehlo("client.example.org")
            assert client.has_extn("starttls") and client.has_extn("chunking") and not client.has_extn("auth")
            if encrypted:
                client.starttls(context=trust(stack))
                client.ehlo("client.example.org")
                assert not client.has_extn("starttls")
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail("sender@example.org", ["user@elsewhere.example"], b"Subject: no\r\n\r\n")
            assert refused.value.recipients["user@elsewhere.example"][0] == 550
            client.sendmail("sender@example.org", [account.address], f"Subject: {encrypted}\r\n\r\n".encode())
    first, second = bodies(stack, account)
    assert b"with ESMTP id " in first and b"with ESMTPS id " in second


def test_what_follows_starttls_in_clear_is_dropped(stack):
    with socket.create_connection(("127.0.0.1", smtp_port(stack)), timeout=PATIENCE) as connection:
        reader = connection.makefile("rb")
        assert reader.readline().startswith(b"220 ")
        connection.sendall(b"EHLO client.example.org\r\n")
        while reader.readline()[3:4] == b"-":
            pass
        connection.sendall(b"STARTTLS\r\nMAIL FROM:<injected@example.org>\r\nNOOP\r\n")
        assert reader.readline().startswith(b"220 2.0.0 ")
        with trust(stack).wrap_socket(connection, server_hostname="localhost") as encrypted:
            encrypted.sendall(b"NOOP\r\nQUIT\r\n")
            replies = encrypted.makefile("rb").readlines()
    assert [reply[:3] for reply in replies] == [b"250", b"221"]


def test_swaks_delivers(stack, account):
    result = subprocess.run(
        [
            "swaks", "--server", f"127.0.0.1:{smtp_port(stack)}", "--from", "sender@example.org", "--to", account.address,
            "--ehlo", "client.example.org", "--tls", "--header", "Subject: swaks", "--pipeline", "--timeout", "60",
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    (body,) = bodies(stack, account)
    assert b"Subject: swaks" in body


def test_a_client_that_leaves_in_the_middle(stack, account):
    client = smtplib.SMTP("127.0.0.1", smtp_port(stack), timeout=PATIENCE)
    client.ehlo("client.example.org")
    client.mail("sender@example.org")
    client.rcpt(account.address)
    assert client.docmd("DATA")[0] == 354
    client.send(corpus.ALL["300 kB"])
    client.close()
    assert bodies(stack, account) == []


def test_proxy_headers_count_from_trusted_networks_only(stack, account):
    _, port, _ = stack.smtpd(SMTP_SERVER_PROXY_PROTOCOL="true", PROXY_TRUSTED_NETWORKS="127.0.0.0/8")
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.1 1000 25\r\n")
        reader = connection.makefile("rb")
        assert reader.readline().startswith(b"220 ")
        connection.sendall(
            b"HELO client.example.org\r\nMAIL FROM:<>\r\nRCPT TO:<%b>\r\nDATA\r\nSubject: proxied\r\n\r\n.\r\nQUIT\r\n"
            % account.address.encode()
        )
        assert [line[:3] for line in reader.readlines()] == [b"250", b"250", b"250", b"354", b"250", b"221"]
    (body,) = bodies(stack, account)
    assert b"from client.example.org ([192.0.2.7])" in body
    # The shared smtpd trusts nobody: there a PROXY header is a command that does not exist.
    with socket.create_connection(("127.0.0.1", smtp_port(stack)), timeout=PATIENCE) as connection:
        reader = connection.makefile("rb")
        reader.readline()
        connection.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.1 1000 25\r\n")
        assert reader.readline().startswith(b"500 ")


def test_xclient_counts_from_trusted_networks_only(stack, account):
    _, port, _ = stack.smtpd(SMTP_SERVER_XCLIENT="true", PROXY_TRUSTED_NETWORKS="127.0.0.0/8")
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
        client.ehlo("filter.example.org")
        assert client.has_extn("xclient")
        assert client.docmd("XCLIENT", "ADDR=IPV6:2001:db8::7 NAME=[UNAVAILABLE] PORT=1000")[0] == 220
        client.ehlo("client.example.org")
        client.sendmail("sender@example.org", [account.address], b"Subject: for another\r\n\r\n")
    (body,) = bodies(stack, account)
    assert b"from client.example.org ([IPv6:2001:db8::7])" in body
    with smtplib.SMTP("127.0.0.1", smtp_port(stack), timeout=PATIENCE) as client:
        client.ehlo("filter.example.org")
        assert not client.has_extn("xclient")
        assert client.docmd("XCLIENT", "ADDR=192.0.2.7")[0] == 502
