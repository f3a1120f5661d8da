"""lightmailctl doctor on a stack that is well, and on one that has one thing wrong with it at a time."""

import contextlib
import getpass
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.changing_proxy import ChangingProxy
from support.clamd import Clamd
from support.refusing_s3 import RefusingS3
from support.stack import free_ports

VERBS = [
    "LIST", "HEAD bucket", "PUT", "HEAD", "GET", "GET of a range", "DELETE of many", "DELETE", "begin a multipart upload",
    "complete a multipart upload", "abort a multipart upload",
]  # fmt: skip


class Report:
    def __init__(self, result):
        assert result.returncode in (0, 1), result.stderr
        self.status = result.returncode
        document = json.loads(result.stdout)
        self.findings = document["findings"]
        for name, status in (("ok", "ok"), ("warnings", "warning"), ("errors", "error")):
            assert document[name] == len([finding for finding in self.findings if finding["status"] == status])
        assert (self.status == 1) == (document["errors"] > 0)
        assert all(("advice" in finding) == (finding["status"] != "ok") for finding in self.findings)

    def of(self, part, check=None):
        return [f for f in self.findings if f["part"] == part and check in (None, f["check"])]

    def errors(self):
        return {(finding["part"], finding["check"]) for finding in self.findings if finding["status"] == "error"}

    def the(self, status, part, check):
        """The one finding of that status about it."""
        found = [finding for finding in self.of(part, check) if finding["status"] == status]
        assert len(found) == 1, self.findings
        return found[0]


@pytest.fixture
def examine(stack, postfix):
    """Runs it on the shared stack, with keys overridden by the environment."""

    def run(config=None, mail_config=None, **overrides):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIGHTMAIL_")}
        environment |= {f"LIGHTMAIL_{key}": str(value) for key, value in overrides.items()}
        environment["MAIL_CONFIG"] = str(mail_config or postfix.configuration)
        command = [stack.binaries / "lightmailctl", "--config", config or stack.settings["LIGHTMAIL_CONFIG"], "doctor"]
        return Report(subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True))

    return run


@pytest.fixture
def root(stack):
    """Statements as the administrator of the database server."""

    def run(*statements):
        command = ["mariadb", "--no-defaults", f"--socket={stack.settings['LIGHTMAIL_DB_SOCKET']}"]
        command += [f"--user={getpass.getuser()}", stack.settings["LIGHTMAIL_DB_NAME"]]
        subprocess.run(command, input=";\n".join(statements), text=True, check=True)

    return run


@contextlib.contextmanager
def changed(change, back):
    change()
    try:
        yield
    finally:
        back()


@pytest.fixture
def config(stack, tmp_path):
    """A copy of the configuration that a test may spoil."""
    path = tmp_path / "config.ini"
    shutil.copy(stack.settings["LIGHTMAIL_CONFIG"], path)
    path.chmod(0o600)
    return path


def test_a_stack_that_is_well(stack, examine):
    report = examine()
    assert report.status == 0 and report.errors() == set(), report.findings
    parts = {finding["part"] for finding in report.findings}
    assert parts == {
        "configuration", "folders", "certificates", "mysql", "s3", "sockets", "postfix", "smarthost", "clock",
    }  # fmt: skip
    for check in ("connection", "version", "durability", "isolation", "character set", "rights", "clock", "schema"):
        assert [finding["status"] for finding in report.of("mysql", check)] == ["ok"], check
    assert {f["check"] for f in report.of("s3")} == {*VERBS, "LIST of what was put"}
    assert {f["status"] for f in report.of("s3")} == {"ok"}
    for check in ("imap", "imaps", "pop3", "pop3s", "smtp", "submission", "submissions", "api"):
        report.the("ok", "sockets", check)
    assert [f["status"] for f in report.of("sockets", "lmtp")] == ["ok", "ok"]
    report.the("ok", "postfix", "transport")
    report.the("ok", "postfix", "group")
    # The tests' Postfix takes more than lmtpd does.
    assert "message_size_limit" in report.the("warning", "postfix", "size")["advice"]
    assert [key for key in stack.object_keys() if key.startswith("doctor/")] == []


def test_lines_for_people(stack):
    result = stack.control("doctor")
    *lines, summary = result.stdout.splitlines()
    assert all(line.split("\t")[0] in ("ok", "warning") and len(line.split("\t")) in (4, 5) for line in lines)
    assert summary.endswith(", 0 errors")
    secrets = (stack.settings["LIGHTMAIL_DB_PASSWORD"], stack.settings["LIGHTMAIL_S3_SECRET_KEY"])
    assert not any(secret in result.stdout for secret in secrets)


def test_a_key_that_does_not_exist(examine, config):
    config.write_text(config.read_text().replace("[imap]\n", "[imap]\nprot = 143\n"))
    report = examine(config)
    assert report.errors() == {("configuration", "settings")} and len(report.findings) == 1
    assert "[imap] prot: there is no such key" in report.findings[0]["detail"]


def test_a_file_that_is_not_there(examine, tmp_path):
    assert examine(tmp_path / "none.ini").errors() == {("configuration", "settings")}


def test_secrets_that_everybody_can_read(examine, config, tmp_path):
    config.chmod(0o644)
    assert str(config) in examine(config).the("error", "configuration", "secrets")["detail"]
    config.chmod(0o640)
    password = tmp_path / "password"
    lines = config.read_text().splitlines()
    line = next(line for line in lines if line.startswith("password = "))
    password.write_text(line.removeprefix("password = "))
    password.chmod(0o604)
    config.write_text(config.read_text().replace(line, f"password_file = {password}", 1))
    finding = examine(config).the("error", "configuration", "secrets")
    assert str(password) in finding["detail"] and "[database] password" in finding["detail"]
    assert "chmod 640" in finding["advice"]


def test_a_daemon_that_cannot_read_its_secrets(examine, config):
    if os.geteuid() != 0:
        pytest.skip("only root can give the file to somebody")
    report = examine(config, SYSTEM_OWNER="nobody")
    assert "nobody cannot read it" in report.of("configuration", "secrets")[0]["detail"]
    assert ("configuration", "user") in examine(config, SYSTEM_OWNER="nosuchuser").errors()


def test_a_database_that_cannot_be_used(stack, examine):
    (port,) = free_ports(1)
    for overrides, advice in (
        ({"DATABASE_PASSWORD": "wrong"}, "user and password"),
        ({"DATABASE_DATABASE": "elsewhere"}, "GRANT"),
        ({"DATABASE_SOCKET": "", "DATABASE_HOST": "127.0.0.1", "DATABASE_PORT": port}, "Start the server"),
        ({"DATABASE_SOCKET": "/nonexistent/mysqld.sock"}, "Start the server"),
    ):
        report = examine(**overrides)
        assert report.errors() == {("mysql", "connection")}, overrides
        assert advice in report.the("error", "mysql", "connection")["advice"], overrides


@pytest.mark.parametrize(
    "variable, wrong, right, check, status",
    [
        ("innodb_flush_log_at_trx_commit", "2", "1", "durability", "error"),
        ("sync_binlog", "0", "1", "binary log", "warning"),
        ("read_only", "1", "0", "read only", "error"),
        ("init_connect", "'SET timestamp = UNIX_TIMESTAMP() + 100'", "''", "clock", "error"),
        ("init_connect", "'SET timestamp = UNIX_TIMESTAMP() - 10'", "''", "clock", "warning"),
        ("max_allowed_packet", "1048576", "67108864", "packets", "warning"),
    ],
)
def test_a_server_that_is_set_up_otherwise(examine, root, variable, wrong, right, check, status):
    with changed(lambda: root(f"SET GLOBAL {variable} = {wrong}"), lambda: root(f"SET GLOBAL {variable} = {right}")):
        report = examine()
    report.the(status, "mysql", check)
    assert report.status == (status == "error")
    assert not [finding for finding in examine().of("mysql", check) if finding["status"] == status]


def test_sessions_of_another_isolation_level(stack, examine):
    # What a proxy between them makes of it.
    proxy = ChangingProxy(int(stack.settings["LIGHTMAIL_DB_PORT"]), b"READ COMMITTED", b"SERIALIZABLE  ")
    try:
        report = examine(DATABASE_HOST="127.0.0.1", DATABASE_PORT=proxy.port, DATABASE_SOCKET="", DATABASE_TLS="disabled")
    finally:
        proxy.close()
    assert "SERIALIZABLE" in report.the("error", "mysql", "isolation")["detail"]
    assert report.errors() == {("mysql", "isolation")} and report.status == 1


def test_a_table_of_another_character_set(examine, root):
    table = "CREATE TABLE foreign_one (a TEXT) CHARACTER SET latin1"
    with changed(lambda: root(table), lambda: root("DROP TABLE foreign_one")):
        assert "1 tables" in examine().the("error", "mysql", "character set")["detail"]


def test_a_user_with_more_rights_than_needed(stack, examine, root):
    user = f"'{stack.settings['LIGHTMAIL_DB_USER']}'@'%'"
    with changed(lambda: root(f"GRANT FILE ON *.* TO {user}"), lambda: root(f"REVOKE FILE ON *.* FROM {user}")):
        assert "FILE" in examine().the("warning", "mysql", "rights")["detail"]


def test_a_schema_of_another_release(examine, root):
    with changed(
        lambda: root("INSERT INTO schema_migrations SELECT 9999, name, NOW() FROM schema_migrations LIMIT 1"),
        lambda: root("DELETE FROM schema_migrations WHERE version = 9999"),
    ):
        assert "9999" in examine().the("error", "mysql", "schema")["detail"]
    with changed(
        lambda: root("RENAME TABLE schema_migrations TO hidden_migrations"),
        lambda: root("RENAME TABLE hidden_migrations TO schema_migrations"),
    ):
        assert examine().the("error", "mysql", "schema")["advice"] == "lightmailctl migrate"


@pytest.fixture(scope="module")
def policy(stack):
    front = RefusingS3(stack.settings["LIGHTMAIL_S3_ENDPOINT"])
    yield front
    front.close()


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_is_not_granted(examine, policy, verb):
    policy.refused = verb
    report = examine(S3_ENDPOINT=f"http://127.0.0.1:{policy.port}")
    finding = report.of("s3", verb)[0]
    assert finding["status"] == "error" and "Allow s3:" in finding["advice"]
    policy.refused = None
    # What builds on it fails with it; all the rest does not.
    others = {check for part, check in report.errors() if part == "s3"} - {verb}
    assert others <= {"LIST": {"LIST of what was put"}, "GET": {"complete a multipart upload"}}.get(verb, set())


def test_a_store_that_cannot_be_used(examine):
    (port,) = free_ports(1)
    for overrides, advice in (
        ({"S3_SECRET_KEY": "wrong"}, "secret_key"),
        ({"S3_ACCESS_KEY": "wrong"}, "access_key"),
        ({"S3_BUCKET": "elsewhere"}, "Make the bucket"),
        ({"S3_ENDPOINT": f"http://127.0.0.1:{port}"}, "endpoint"),
    ):
        report = examine(**overrides)
        assert advice in report.the("error", "s3", "LIST")["advice"], overrides
        assert {part for part, _ in report.errors()} == {"s3"}


def certificate(directory, name, days, subject="DNS:localhost"):
    key, request, path = (directory / f"{name}.{suffix}" for suffix in ("key", "csr", "pem"))
    for command in (
        ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
         "-subj", "/CN=test", "-addext", f"subjectAltName={subject}"],
        ["x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-copy_extensions", "copy", "-out", path],
    ):  # fmt: skip
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    key.chmod(0o600)
    return {"IMAP_TLS_CERT": path, "IMAP_TLS_KEY": key}


def test_certificates(examine, tmp_path):
    good = certificate(tmp_path, "good", 90, "DNS:*.example.com,DNS:localhost")
    report = examine(**good)
    assert [finding["status"] for finding in report.of("certificates", "[imap]")] == ["ok", "ok"]
    wildcard = examine(**good, SYSTEM_HOSTNAME="mail.example.com").of("certificates", "[imap]")
    assert [finding["status"] for finding in wildcard] == ["ok", "ok"]
    deeper = examine(**good, SYSTEM_HOSTNAME="a.b.example.com").of("certificates", "[imap]")
    assert [finding["status"] for finding in deeper] == ["ok", "warning"]
    soon = examine(**certificate(tmp_path, "soon", 10))
    assert "valid for" in soon.the("warning", "certificates", "[imap]")["detail"]
    expired = examine(**certificate(tmp_path, "expired", -1))
    assert "expired" in expired.the("error", "certificates", "[imap]")["detail"]
    other = good | {"IMAP_TLS_KEY": tmp_path / "soon.key"}
    assert "does not belong" in examine(**other).the("error", "certificates", "[imap]")["detail"]
    none = good | {"IMAP_TLS_CERT": tmp_path / "none.pem"}
    assert "none.pem" in examine(**none).the("error", "certificates", "[imap]")["detail"]


def test_folders(stack, examine, tmp_path):
    assert "not there" in examine(CACHE_SPOOL_DIRECTORY=tmp_path / "none").the("warning", "folders", "spool")["detail"]
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    report = examine(CACHE_SPOOL_DIRECTORY=tmp_path / "open")
    assert "0755" in report.the("warning", "folders", "spool")["detail"]


def test_ports(stack, examine):
    (port,) = free_ports(1)
    report = examine(IMAP_PORT=port, POP3_PORT=stack.settings["LIGHTMAIL_SMTP_PORT"])
    assert "lightmail-imapd.service" in report.the("warning", "sockets", "imap")["advice"]
    assert "220 " in report.the("error", "sockets", "pop3")["detail"]


def test_the_socket_for_postfix(stack, examine, tmp_path):
    path = Path(stack.settings["LIGHTMAIL_LMTP_SOCKET"])
    was = path.stat()
    back = lambda: (path.chmod(was.st_mode & 0o7777), os.chown(path, was.st_uid, was.st_gid))  # noqa: E731
    with changed(lambda: path.chmod(0o666), back):
        assert "every user" in examine().the("error", "sockets", "lmtp")["detail"]
    with changed(lambda: path.chmod(0o600), back):
        report = examine()
        assert ("sockets", "lmtp") in report.errors()
        assert "usermod -aG" in report.the("error", "postfix", "group")["advice"]
    report = examine(LMTP_SOCKET=tmp_path / "none.sock")
    report.the("warning", "sockets", "lmtp")
    assert report.the("error", "postfix", "transport")["advice"].startswith("postconf -e virtual_transport=lmtp:unix:")
    if os.geteuid() == 0:
        with changed(lambda: os.chown(path, 0, 0), back):
            report = examine()
            assert report.errors() == {("postfix", "group")}
            report.the("warning", "sockets", "lmtp")
        folder = path.parent
        mode = folder.stat().st_mode & 0o7777
        with changed(lambda: folder.chmod(0o700), lambda: folder.chmod(mode)):
            assert examine().the("error", "postfix", "folder")["detail"].endswith(f"cannot enter {folder}")


def test_a_postfix_that_delivers_elsewhere(stack, examine, postfix, tmp_path):
    main = (postfix.configuration / "main.cf").read_text()

    def with_lines(lines):
        (tmp_path / "main.cf").write_text(main + lines)
        shutil.copy(postfix.configuration / "master.cf", tmp_path)
        return examine(mail_config=tmp_path)

    assert with_lines("virtual_transport = virtual\n").errors() == {("postfix", "transport")}
    maps = with_lines("virtual_transport = virtual\ntransport_maps = hash:/etc/postfix/transport\n")
    assert maps.errors() == set() and "postmap -q" in maps.the("warning", "postfix", "transport")["advice"]
    with_lines("message_size_limit = 10240000\n").the("ok", "postfix", "size")
    # Debian's own table locks the LMTP client into the queue's folder.
    shutil.copy("/usr/share/postfix/master.cf.dist", tmp_path / "master.cf")
    (tmp_path / "main.cf").write_text(main)
    locked = examine(mail_config=tmp_path)
    assert "postconf -F lmtp/unix/chroot=n" in locked.the("error", "postfix", "transport")["advice"]
    # Without a main.cf there is no Postfix.
    (tmp_path / "empty").mkdir()
    examine(mail_config=tmp_path / "empty").the("ok", "postfix", "postconf")


def test_clamd(examine, tmp_path):
    clamd = Clamd()
    try:
        found = examine(ANTIVIRUS_ENABLED="true", ANTIVIRUS_SOCKET=clamd.socket).the("ok", "clamd", "answer")
        assert "ClamAV" in found["detail"]
    finally:
        clamd.close()
    missing = examine(ANTIVIRUS_ENABLED="true", ANTIVIRUS_SOCKET=tmp_path / "clamd.sock")
    assert missing.errors() == {("clamd", "answer")}
    assert "no mail is taken" in missing.the("error", "clamd", "answer")["detail"]


def test_the_smarthost(examine, postfix):
    there = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": postfix.port}
    examine(**there).the("ok", "smarthost", "answer")
    without_tls = examine(**there, SMTP_USE_STARTTLS="true").the("warning", "smarthost", "answer")
    assert "STARTTLS" in without_tls["detail"]
    (port,) = free_ports(1)
    assert "451" in examine(SMTP_PORT=port).the("warning", "smarthost", "answer")["detail"]
