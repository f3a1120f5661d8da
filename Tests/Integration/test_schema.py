"""Daemons look at the schema when they start: an older one ends them with a sentence, a newer one is told."""

import pytest
from support.stack import eventually, free_ports

DAEMONS = ["imapd", "pop3d", "lmtpd", "smtpd", "apid", "gcd"]


def log(stack, name):
    """What the daemon that was started last has said."""
    return (stack.directory / "logs" / f"lightmail-{name}-{len(stack.extra) - 1}.log").read_text()


@pytest.fixture(scope="module")
def versions(stack):
    """The schema's versions, to be put back."""
    newest = int(stack.sql("SELECT MAX(version) FROM schema_migrations")[0][0])
    yield newest
    stack.sql("DELETE FROM schema_migrations WHERE version = 9999")
    assert int(stack.sql("SELECT MAX(version) FROM schema_migrations")[0][0]) == newest


def ports(stack, name):
    """Settings under which another process of the daemon can run."""
    keys = {
        "imapd": ["IMAP_PORT", "IMAP_SSL_PORT"],
        "pop3d": ["POP3_PORT", "POP3_SSL_PORT"],
        "smtpd": ["SMTP_SERVER_PORT", "SMTP_SERVER_SUBMISSION_PORT", "SMTP_SERVER_SMTPS_PORT"],
        "apid": ["API_PORT"],
    }.get(name, [])
    keys.append(f"METRICS_{name.upper()}_PORT")
    settings = dict(zip(keys, free_ports(len(keys))))
    if name == "lmtpd":
        settings["LMTP_SOCKET"] = stack.directory / f"lmtp-schema-{len(stack.extra)}.sock"
    return settings


@pytest.mark.parametrize("name", DAEMONS)
def test_an_older_schema_ends_a_start(stack, versions, name):
    stack.sql(f"DELETE FROM schema_migrations WHERE version = {versions}")
    try:
        process = stack.daemon(f"lightmail-{name}", **ports(stack, name))
        assert process.wait(timeout=60) == 78
    finally:
        stack.sql(f"INSERT INTO schema_migrations SELECT {versions}, 'back', NOW()")
    said = log(stack, name)
    assert "run lightmailctl migrate" in said and f"needs {versions}" in said
    assert "listening" not in said


def test_a_newer_schema_is_told(stack, versions):
    stack.sql("INSERT INTO schema_migrations SELECT 9999, 'later', NOW()")
    process, _, _ = stack.imapd()
    assert "newer than this program" in log(stack, "imapd") and "9999" in log(stack, "imapd")
    assert process.poll() is None
    # lightmailctl changes nothing in a schema that it does not know.
    assert stack.control("account", "list", check=False).returncode == 78
    stack.sql("DELETE FROM schema_migrations WHERE version = 9999")


def test_a_database_that_is_away_ends_no_start(stack):
    (port,) = free_ports(1)
    settings = ports(stack, "imapd")
    process = stack.daemon("lightmail-imapd", DATABASE_HOST="127.0.0.1", DATABASE_PORT=port, DATABASE_SOCKET="", **settings)
    eventually(lambda: '"ready"' in log(stack, "imapd") or " ready" in log(stack, "imapd"), "imapd is up without MySQL")
    assert "its schema is not known" in log(stack, "imapd")
    assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=60) == 0


def test_an_unmigrated_database_is_named_by_every_subcommand(stack, versions):
    stack.sql(f"DELETE FROM schema_migrations WHERE version = {versions}")
    try:
        outcome = stack.control("account", "list", check=False)
    finally:
        stack.sql(f"INSERT INTO schema_migrations SELECT {versions}, 'back', NOW()")
    assert outcome.returncode == 78 and "lightmailctl migrate" in outcome.stderr
