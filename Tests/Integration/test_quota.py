"""Quotas: what an administrator sets is what LMTP and IMAP keep to, and what everybody is told."""

import json
import secrets

from support import corpus


def domain_with_accounts(stack, count):
    domain = f"{secrets.token_hex(6)}.example"
    stack.control("domain", "add", domain)
    return domain, [stack.account(domain) for _ in range(count)]


def deliver(stack, account, subject):
    """The reply to the recipient: at RCPT, or after the message."""
    with stack.lmtp() as session:
        ((code, text),) = session.deliver("sender@example.org", [account.address], corpus.header(subject, ""))
    return code, text


def shown(stack, name):
    return json.loads(stack.control("quota", "show", name, "--json").stdout)


def test_a_domains_limit_is_kept_by_lmtp_and_imap(stack):
    domain, (first, second) = domain_with_accounts(stack, 2)
    assert deliver(stack, first, "one")[0] == 250
    stack.control("quota", "set", domain, "--messages", "2", "--bytes", "1000000")
    assert deliver(stack, second, "two")[0] == 250
    code, text = deliver(stack, first, "three")
    assert code == 552 and "5.2.2" in str(text), (code, text)

    with stack.imap(second, mailbox="INBOX") as client:
        kind, (roots, quotas) = client.getquotaroot("INBOX")
        assert kind == "OK" and roots == [f"INBOX {second.address} {domain}".encode()], roots
        assert f"{second.address} (MAILBOX 6 10000)".encode() in quotas, quotas
        assert any(quota.startswith(domain.encode()) and b"MESSAGE 2 2" in quota for quota in quotas), quotas
        kind, data = client.append("INBOX", None, None, corpus.header("four", ""))
        assert kind == "NO" and b"[OVERQUOTA]" in data[0], data
        kind, data = client.copy("1", "Archive")
        assert kind == "NO" and b"[OVERQUOTA]" in data[0], data
        client.store("1", "+FLAGS", r"(\Deleted)")
        client.expunge()
    assert deliver(stack, first, "five")[0] == 250
    quota = shown(stack, domain)
    assert (quota["used_messages"], quota["quota_messages"], quota["used_mailboxes"]) == (2, 2, None)

    stack.control("quota", "set", domain, "--messages", "none", "--bytes", "none")
    assert deliver(stack, second, "six")[0] == 250


def test_an_accounts_limits_are_set_one_by_one(stack, account):
    stack.control("quota", "set", account.address, "--bytes", "5000000", "--mailboxes", "7")
    stack.control("quota", "set", account.address, "--messages", "1")
    quota = shown(stack, account.address)
    assert (quota["quota_bytes"], quota["quota_messages"], quota["quota_mailboxes"]) == (5000000, 1, 7)
    assert deliver(stack, account, "one")[0] == 250
    assert deliver(stack, account, "two")[0] == 552
    with stack.imap(account) as client:
        assert client.create("seventh")[0] == "OK"
        kind, data = client.create("eighth")
        assert kind == "NO" and b"[OVERQUOTA]" in data[0], data
    everybody = stack.control("quota", "show").stdout.splitlines()
    (line,) = (line for line in everybody if line.startswith(account.address))
    assert line.split("\t")[2:] == ["5000000", "1", "1", "7", "7"], line


def test_recalculate_corrects_what_was_counted_wrongly(stack):
    domain, (account,) = domain_with_accounts(stack, 1)
    stack.control("quota", "set", domain, "--messages", "100")
    assert deliver(stack, account, "one")[0] == 250
    stack.sql(f"UPDATE accounts SET used_messages = 50 WHERE username = '{account.address}'")
    stack.sql(f"UPDATE domains SET used_messages = 70 WHERE name = '{domain}'")
    result = json.loads(stack.control("quota", "recalculate", domain, "--json").stdout)
    assert [found["kind"] for found in result["corrections"]] == ["account_usage", "domain_usage"], result
    assert shown(stack, domain)["used_messages"] == 1
    assert "0 corrected" in stack.control("quota", "recalculate", account.address).stdout


def test_mistakes_are_explained(stack, account):
    for arguments, code, says in [
        (["show", "nobody-here@example.com"], 67, "nobody-here@example.com"),
        (["set", "no-such-domain.example", "--bytes", "1"], 67, "no-such-domain.example"),
        (["set", "example.com", "--mailboxes", "1"], 65, "mailboxes"),
        (["set", account.address], 64, "--bytes"),
        (["set", account.address, "--bytes", "-1"], 64, "bytes"),
        (["recalculate", "nobody-here@example.com"], 67, "nobody-here@example.com"),
    ]:
        result = stack.control("quota", *arguments, check=False)
        assert (result.returncode, says in result.stderr) == (code, True), (arguments, result.returncode, result.stderr)
