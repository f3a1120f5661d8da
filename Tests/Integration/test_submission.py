"""Mail that goes out: mail clients, our submission ports, and a real Postfix as the smarthost."""

import smtplib
import ssl
import subprocess

import pytest
from support import corpus
from support.postfix import Smarthost
from support.stack import PATIENCE, fetch_bodies

ELSEWHERE = ["bob@elsewhere.example", "carol@elsewhere.example"]


@pytest.fixture(scope="module")
def smarthost(stack):
    instance = Smarthost(stack.directory / "tls" / "cert.pem", stack.directory / "tls" / "key.pem")
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture(scope="module")
def submission(stack, smarthost):
    """The port of a smtpd that has the smarthost, spoken to by STARTTLS with its certificate checked."""
    _, _, port = stack.smtpd(
        SMTP_HOST="localhost",
        SMTP_PORT=smarthost.port,
        SMTP_USE_STARTTLS="true",
        SMTP_TLS_CA=stack.directory / "tls" / "cert.pem",
    )
    return port


def trust(stack):
    return ssl.create_default_context(cafile=stack.directory / "tls" / "cert.pem")


def login(stack, port, account):
    client = smtplib.SMTP("localhost", port, timeout=PATIENCE)
    client.ehlo("client.example.org")
    assert client.has_extn("starttls") and not client.has_extn("auth")
    client.starttls(context=trust(stack))
    client.login(account.address, account.password)
    return client


def text(account, subject, body="Hello\r\n"):
    return f"From: {account.address}\r\nSubject: {subject}\r\n\r\n{body}".encode()


def received(stack, account):
    with stack.imap(account, mailbox="INBOX") as client:
        return fetch_bodies(client)


def arrived(smarthost, name, subject):
    smarthost.wait_until_delivered()
    return [message for message in smarthost.mailbox(name) if f"Subject: {subject}\n".encode() in message]


def test_here_and_elsewhere_in_one_message(stack, account, submission, smarthost):
    other = stack.account()
    subject = f"both {account.address}"
    with login(stack, submission, account) as client:
        assert client.sendmail(account.address, [other.address, *ELSEWHERE], text(account, subject)) == {}
    (body,) = received(stack, other)
    assert b"with ESMTPSA id " in body and b"\r\nDate: " in body and b"\r\nMessage-ID: <" in body
    for name in ("bob", "carol"):
        (message,) = arrived(smarthost, name, subject)
        assert b"with ESMTPSA id " in message and b"\nDate: " in message and b"\nMessage-ID: <" in message
        assert b"Return-Path: <%b>" % account.address.encode() in message


def test_the_same_again_arrives_once(stack, account, submission, smarthost):
    other = stack.account()
    subject = f"again {account.address}"
    for _ in range(3):
        with login(stack, submission, account) as client:
            assert client.sendmail(account.address, [other.address, ELSEWHERE[0]], text(account, subject)) == {}
    assert len(received(stack, other)) == 1
    assert len(arrived(smarthost, "bob", subject)) == 1


def test_a_refused_recipient_keeps_it_from_all(stack, account, submission, smarthost):
    other = stack.account()
    subject = f"refused {account.address}"
    everybody = [other.address, "nobody@elsewhere.example", ELSEWHERE[0]]
    with login(stack, submission, account) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(account.address, everybody, text(account, subject))
    assert refused.value.smtp_code == 550
    assert b"<nobody@elsewhere.example>" in refused.value.smtp_error
    assert ELSEWHERE[0].encode() not in refused.value.smtp_error
    assert received(stack, other) == []
    assert arrived(smarthost, "bob", subject) == []


def test_nobody_gets_it_while_the_smarthost_is_away(stack, account):
    other = stack.account()
    # Nobody listens on the port of the shared smtpd's smarthost.
    port = stack.smtpd(SMTP_HOST="127.0.0.1", SMTP_PORT=1)[2]
    with login(stack, port, account) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(account.address, [other.address, ELSEWHERE[0]], text(account, "away"))
    assert refused.value.smtp_code == 451
    assert received(stack, other) == []


def test_a_certificate_that_nobody_vouches_for_is_refused(stack, account, smarthost):
    port = stack.smtpd(SMTP_HOST="localhost", SMTP_PORT=smarthost.port, SMTP_USE_STARTTLS="true")[2]
    with login(stack, port, account) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(account.address, [ELSEWHERE[0]], text(account, "untrusted"))
    assert refused.value.smtp_code == 451


@pytest.mark.parametrize("name", ["300 kB", "30 MB attachment"])
def test_large_messages_go_out_whole(stack, account, submission, smarthost, name):
    subject = f"large {account.address} {name}"
    message = text(account, subject) + corpus.ALL[name]
    with login(stack, submission, account) as client:
        assert client.sendmail(account.address, [ELSEWHERE[1]], message) == {}
    (arrival,) = arrived(smarthost, "carol", subject)
    assert arrival.replace(b"\r\n", b"\n").endswith(message.replace(b"\r\n", b"\n"))


def test_implicit_tls(stack, account):
    other = stack.account()
    port = int(stack.settings["LIGHTMAIL_SUBMISSIONS_PORT"])
    with smtplib.SMTP_SSL("localhost", port, timeout=PATIENCE, context=trust(stack)) as client:
        client.ehlo("client.example.org")
        assert client.has_extn("auth") and not client.has_extn("starttls")
        client.login(account.address, account.password)
        assert client.sendmail(account.address, [other.address], text(account, "implicit")) == {}
    assert len(received(stack, other)) == 1


def test_passwords_and_senders_are_checked(stack, account):
    other = stack.account()
    port = int(stack.settings["LIGHTMAIL_SUBMISSION_PORT"])
    with smtplib.SMTP("localhost", port, timeout=PATIENCE) as client:
        client.ehlo("client.example.org")
        assert client.docmd("AUTH", "PLAIN")[0] == 538
        client.starttls(context=trust(stack))
        client.ehlo("client.example.org")
        assert client.mail(account.address)[0] == 530
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login(account.address, "wrong")
        assert refused.value.smtp_code == 535
    with login(stack, port, account) as client:
        assert client.mail(other.address)[0] == 553
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(account.address, [other.address], text(other, "not mine"))
        assert refused.value.smtp_code == 550
    assert received(stack, other) == []


def test_msmtp_sends(stack, account, submission, smarthost):
    subject = f"msmtp {account.address}"
    result = subprocess.run(
        [
            "msmtp", "--file=/dev/null", "--host=localhost", f"--port={submission}", "--auth=plain", "--tls=on",
            "--tls-starttls=on", f"--tls-trust-file={stack.directory}/tls/cert.pem", f"--user={account.address}",
            f"--passwordeval=echo {account.password}", f"--from={account.address}", *ELSEWHERE,
        ],
        input=text(account, subject).replace(b"\r\n", b"\n"),
        capture_output=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert len(arrived(smarthost, "bob", subject)) == 1


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks_logs_in(stack, account, mechanism):
    other = stack.account()
    result = subprocess.run(
        [
            "swaks", "--server", f"localhost:{stack.settings['LIGHTMAIL_SUBMISSION_PORT']}", "--tls",
            "--auth", mechanism, "--auth-user", account.address, "--auth-password", account.password,
            "--from", account.address, "--to", other.address, "--header", f"Subject: {mechanism}",
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert len(received(stack, other)) == 1
