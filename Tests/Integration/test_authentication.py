"""How clients log in, and what failed logins cost in all processes together."""

import base64
import imaplib
import json
import secrets
import smtplib
import ssl
import time

import pytest
from support.introspection import Introspection
from support.login import DistantIMAP4, Scram
from support.stack import PATIENCE

# A daemon behind a proxy, that counts to three.
STRICT = {
    "IMAP_PROXY_PROTOCOL": "true",
    "PROXY_TRUSTED_NETWORKS": "127.0.0.0/8",
    "IMAP_MAX_FAILED_ATTEMPTS": 100,
    "AUTH_FAILURE_DELAY_MS": 0,
    "AUTH_FAILURE_THRESHOLD": 3,
}


def connect(stack):
    return imaplib.IMAP4("127.0.0.1", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=PATIENCE)


def scram(stack, name, password):
    """Whether the server lets the client in; if so, it has proved itself to the client too."""
    exchange = Scram(name, password)
    client = connect(stack)
    try:
        client.authenticate("SCRAM-SHA-256", exchange)
        assert exchange.is_server_proved
        client.select("INBOX")
        return True
    except imaplib.IMAP4.error as error:
        assert "AUTHENTICATIONFAILED" in str(error), error
        return False
    finally:
        client.logout()


def test_scram_lets_in_who_knows_the_password(stack, account):
    assert "AUTH=SCRAM-SHA-256" in connect(stack).capabilities
    assert scram(stack, account.address, account.password)
    assert scram(stack, account.address.upper(), account.password)
    assert not scram(stack, account.address, account.password + "x")
    assert not scram(stack, f"nobody{secrets.token_hex(6)}@example.com", account.password)
    stack.control("account", "passwd", account.address, "--password-stdin", input="another one\n")
    assert not scram(stack, account.address, account.password)
    assert scram(stack, account.address, "another one")


def test_an_account_without_a_verifier_gets_one_with_its_next_password_login(stack, account):
    stack.sql(f"UPDATE accounts SET scram_sha_256 = NULL WHERE username = '{account.address}'")
    assert not scram(stack, account.address, account.password)
    with stack.imap(account):
        pass
    assert scram(stack, account.address, account.password)


def attempt(port, source, name, password):
    """How a LOGIN from `source` ended: the code of the answer, or OK."""
    client = DistantIMAP4(port, source)
    try:
        client.login(name, password)
        return "OK"
    except imaplib.IMAP4.error as error:
        return str(error).split("]")[0].split("[")[-1]
    finally:
        client.logout()


def test_failed_logins_block_in_every_process(stack, account):
    _, first, _ = stack.imapd(**STRICT)
    _, second, _ = stack.imapd(**STRICT)
    for number in range(3):
        port = (first, second)[number % 2]
        assert attempt(port, "192.0.2.1", f"nobody{number}@example.com", "wrong") == "AUTHENTICATIONFAILED"
    # Longer than a test takes.
    stack.sql("UPDATE login_records SET blocked_until = UTC_TIMESTAMP() + INTERVAL 300 SECOND WHERE failures >= 2.5")
    for port in (first, second):
        assert attempt(port, "192.0.2.1", account.address, account.password) == "UNAVAILABLE"
        assert attempt(port, "192.0.2.2", account.address, account.password) == "OK"

    listed = json.loads(stack.control("auth", "list", "--json").stdout)
    blocked = [row for row in listed if row.get("network") == "192.0.2.1/32"]
    assert len(blocked) == 1 and blocked[0]["failures"] == 3 and 0 < blocked[0]["blocked_seconds"] <= 300
    assert "-\t192.0.2.1/32\t3\t" in stack.control("auth", "list").stdout
    stack.control("auth", "unblock", "192.0.2.1")
    assert stack.control("auth", "unblock", "192.0.2.1", check=False).returncode == 67
    for port in (first, second):
        assert attempt(port, "192.0.2.1", account.address, account.password) == "OK"


def test_an_account_under_attack_stays_open_to_its_owner(stack, account):
    _, port, _ = stack.imapd(**STRICT)
    assert attempt(port, "198.51.100.1", account.address, account.password) == "OK"
    for number in range(3):
        source = f"198.51.100.{number + 2}"
        assert attempt(port, source, account.address, f"wrong {number}") == "AUTHENTICATIONFAILED"
    stack.sql("UPDATE login_records SET blocked_until = UTC_TIMESTAMP() + INTERVAL 300 SECOND WHERE failures >= 2.5")
    assert attempt(port, "198.51.100.9", account.address, account.password) == "UNAVAILABLE"
    assert attempt(port, "198.51.100.1", account.address, account.password) == "OK"
    stack.control("auth", "unblock", account.address)
    assert attempt(port, "198.51.100.9", account.address, account.password) == "OK"


def test_an_address_has_so_many_commands_before_login(stack, account):
    _, port, _ = stack.imapd(**STRICT, IMAP_RATE_LIMIT_ADDRESS_COMMANDS=10, IMAP_RATE_LIMIT_WINDOW_SECS=3600)
    # imaplib asks for the capabilities at the start.
    clients = [DistantIMAP4(port, "203.0.113.1") for _ in range(3)]
    for client in clients:
        client.noop()
    with pytest.raises(imaplib.IMAP4.abort, match="Too many commands"):
        for _ in range(5):
            clients[0].noop()
    with pytest.raises(imaplib.IMAP4.abort):
        clients[1].noop()
    assert attempt(port, "203.0.113.2", account.address, account.password) == "OK"


def test_a_response_that_is_too_long_is_no_login_and_no_end(stack, account):
    client = connect(stack)
    for line in (b"AUTHENTICATE PLAIN " + b"A" * 5000, b"AUTHENTICATE PLAIN " + b"A" * 20000):
        client.send(b"x " + line + b"\r\n")
        assert client.readline().startswith(b"x BAD")
    client.send(b"y AUTHENTICATE SCRAM-SHA-256\r\n")
    assert client.readline().startswith(b"+")
    client.send(b"A" * 20000 + b"\r\n")
    assert client.readline().startswith(b"y BAD")
    client.login(account.address, account.password)
    client.logout()


@pytest.mark.parametrize("password", ["", "x" * 513, "x" * 5000])
def test_what_cannot_be_a_password_is_refused(stack, account, password):
    client = connect(stack)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(account.address, password)
    client.logout()


@pytest.fixture(scope="module")
def introspection():
    with Introspection() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def token_port(stack, introspection):
    """An imapd that takes tokens."""
    return stack.imapd(
        OAUTH_INTROSPECTION_URL=introspection.url,
        OAUTH_CLIENT_ID=introspection.CLIENT,
        OAUTH_CLIENT_SECRET=introspection.SECRET,
        OAUTH_USERNAME_CLAIM="email",
        OAUTH_SCOPE="mail",
        AUTH_FAILURE_DELAY_MS=0,
    )[1]


def present(stack, port, mechanism, name, token):
    """How a login with a token ended: OK, or the server's challenge and answer."""
    challenges = []

    def respond(challenge):
        challenges.append(challenge)
        if len(challenges) > 1:
            return b"\x01"
        if mechanism == "XOAUTH2":
            return f"user={name}\x01auth=Bearer {token}\x01\x01".encode()
        header = f"n,a={name}," if name else "n,,"
        return f"{header}\x01host=localhost\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()

    client = imaplib.IMAP4("localhost", port, timeout=PATIENCE)
    try:
        client.starttls(ssl.create_default_context(cafile=stack.directory / "tls/cert.pem"))
        assert f"AUTH={mechanism}" in client.capabilities
        client.authenticate(mechanism, respond)
        client.select("INBOX")
        return "OK"
    except imaplib.IMAP4.error as error:
        return challenges[1:], str(error).split("]")[0].split("[")[-1]
    finally:
        client.logout()


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
def test_a_token_lets_its_owner_in(stack, introspection, token_port, account, mechanism):
    def give(**members):
        token = secrets.token_urlsafe(24) + "=="
        introspection.tokens[token] = {"active": True, "email": account.address, "scope": "openid mail", **members}
        return token

    good = give(exp=time.time() + 3600)
    assert present(stack, token_port, mechanism, account.address, good) == "OK"
    assert present(stack, token_port, mechanism, account.address.upper(), good) == "OK"
    if mechanism == "OAUTHBEARER":
        # The token alone says whose it is.
        assert present(stack, token_port, mechanism, "", good) == "OK"
    assert introspection.asked.count(good) == 1
    refused = ([b'{"status":"invalid_token","scope":"mail"}'], "AUTHENTICATIONFAILED")
    assert present(stack, token_port, mechanism, "somebody-else@example.com", good) == refused
    assert present(stack, token_port, mechanism, account.address, "never-given") == refused
    log = "".join(path.read_text() for path in (stack.directory / "logs").glob("lightmail-imapd*"))
    assert "invalid" not in good and good not in log and introspection.SECRET not in log
    for bad in (
        give(active=False),
        give(active="true"),
        give(exp=time.time() - 1),
        give(exp="soon"),
        give(scope="openid"),
        give(email="nobody-here@example.com"),
        give(email=["a", "b"]),
        give(email=""),
    ):
        assert present(stack, token_port, mechanism, account.address, bad) == refused


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
def test_a_token_is_not_asked_for_in_clear(stack, introspection, token_port, account, mechanism):
    client = imaplib.IMAP4("127.0.0.1", token_port, timeout=PATIENCE)
    assert "AUTH=PLAIN" in client.capabilities and f"AUTH={mechanism}" not in client.capabilities
    with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
        client.authenticate(mechanism, lambda _: b"")
    client.logout()
    open_port = stack.imapd(OAUTH_INTROSPECTION_URL=introspection.url, OAUTH_REQUIRE_TLS="false")[1]
    client = imaplib.IMAP4("127.0.0.1", open_port, timeout=PATIENCE)
    assert f"AUTH={mechanism}" in client.capabilities
    client.logout()


def test_a_token_lets_its_owner_submit(stack, introspection, account):
    _, _, port = stack.smtpd(
        OAUTH_INTROSPECTION_URL=introspection.url, OAUTH_CLIENT_ID=introspection.CLIENT,
        OAUTH_CLIENT_SECRET=introspection.SECRET, OAUTH_USERNAME_CLAIM="email", OAUTH_SCOPE="mail", AUTH_FAILURE_DELAY_MS=0,
    )
    token = secrets.token_urlsafe(24)
    introspection.tokens[token] = {"active": True, "email": account.address, "scope": "mail"}
    trust = ssl.create_default_context(cafile=stack.directory / "tls" / "cert.pem")
    for presented, expected in ((token, 235), ("never-given", 535)):
        with smtplib.SMTP("localhost", port, timeout=PATIENCE) as client:
            client.ehlo()
            # A token is worth as much as a password, and goes over TLS as one.
            assert "auth" not in client.esmtp_features
            client.starttls(context=trust)
            client.ehlo()
            assert "OAUTHBEARER" in client.esmtp_features["auth"].split()
            answer = f"n,a={account.address},\x01auth=Bearer {presented}\x01\x01".encode()
            code, text = client.docmd("AUTH", "OAUTHBEARER " + base64.b64encode(answer).decode())
            if code == 334:
                assert b"invalid_token" in base64.b64decode(text)
                code, _ = client.docmd(base64.b64encode(b"\x01").decode())
            assert code == expected
            if code == 235:
                message = f"From: {account.address}\r\nSubject: by token\r\n\r\nx\r\n"
                assert client.sendmail(account.address, [account.address], message) == {}
    with stack.imap(account, mailbox="INBOX") as client:
        assert client.search(None, 'SUBJECT "by token"')[1] == [b"1"]


def test_without_the_endpoint_a_login_is_put_off(stack, introspection, token_port, account):
    introspection.status = 500
    try:
        assert present(stack, token_port, "OAUTHBEARER", account.address, "new-token") == ([], "UNAVAILABLE")
    finally:
        introspection.status = 200
    # Passwords need no endpoint.
    client = imaplib.IMAP4("127.0.0.1", token_port, timeout=PATIENCE)
    client.login(account.address, account.password)
    client.logout()


def test_tokens_are_offered_where_they_can_be_checked(stack):
    client = connect(stack)
    assert not any("OAUTH" in capability for capability in client.capabilities)
    client.logout()
