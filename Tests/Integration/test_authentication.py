"""How clients log in, and what failed logins cost in all processes together."""

import imaplib
import json
import secrets

import pytest
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


@pytest.mark.parametrize("password", ["", "x" * 513, "x" * 5000])
def test_what_cannot_be_a_password_is_refused(stack, account, password):
    client = connect(stack)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(account.address, password)
    client.logout()
