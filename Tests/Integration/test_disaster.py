"""docs/OPERATIONS.md, Backup and Restore: each command as it is written, and then the mail is there again."""

import getpass
import os
import re
import subprocess

import pytest
from support import corpus
from support.stack import ROOT, fetch_bodies


def commands(title):
    """The blocks of commands of a section, each a list of lines."""
    text = (ROOT / "docs/OPERATIONS.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    return [
        [line.removeprefix("    ") for line in block.splitlines()]
        for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    ]


class Administrator:
    """The shell in which the commands are typed: with the access that the document presumes, and /backup in a folder."""

    def __init__(self, stack, home):
        self.stack = stack
        self.backup = home / "backup"
        self.backup.mkdir()
        settings = stack.settings
        (home / ".my.cnf").write_text(f"[client]\nsocket={settings['LIGHTMAIL_DB_SOCKET']}\nuser={getpass.getuser()}\n")
        tools = home / "tools"
        tools.mkdir()
        (tools / "lightmailctl").symlink_to(stack.binaries / "lightmailctl")
        self.environment = {
            "HOME": str(home),
            "PATH": f"{tools}:{os.environ['PATH']}",
            "LIGHTMAIL_CONFIG": settings["LIGHTMAIL_CONFIG"],
            "RCLONE_CONFIG": str(home / "rclone.conf"),
        }
        (home / "rclone.conf").write_text(
            f"[mail]\ntype = s3\nprovider = Other\nendpoint = {settings['LIGHTMAIL_S3_ENDPOINT']}\nregion = "
            f"{settings['LIGHTMAIL_S3_REGION']}\naccess_key_id = {settings['LIGHTMAIL_S3_ACCESS_KEY']}\nsecret_access_key = "
            f"{settings['LIGHTMAIL_S3_SECRET_KEY']}\nno_check_bucket = true\n"
        )

    def run(self, *lines):
        for line in lines:
            # The document's names of things, for those of this stack.
            line = line.replace("/backup/", f"{self.backup}/").replace("mail:mails", f"mail:{self.stack.settings['LIGHTMAIL_S3_BUCKET']}")
            line = re.sub(r"\bmaildb\b(?!\.sql)", self.stack.settings["LIGHTMAIL_DB_NAME"], line)
            result = subprocess.run(["bash", "-o", "pipefail", "-c", line], env=self.environment, capture_output=True, text=True)
            assert result.returncode == 0, (line, result.stdout, result.stderr)
        return result.stdout


@pytest.mark.parametrize("has_logs", [True, False])
def test_everything_is_lost_and_comes_back(lonely_stack, tmp_path, has_logs):
    stack = lonely_stack
    administrator = Administrator(stack, tmp_path)
    account = stack.account()
    large = corpus.ALL["300 kB"]
    stack.deliver(corpus.POSTFIX["plain"], account.address)
    stack.deliver(large, account.address)
    with stack.imap(account, mailbox="INBOX") as client:
        client.store("1", "+FLAGS", r"\Flagged")
        before, (validity,) = fetch_bodies(client), client.response("UIDVALIDITY")[1]
    (backup,) = commands("Backup")
    administrator.run(*backup)
    # What comes after the backup is in the binary log, and in the bucket alone.
    stack.deliver(corpus.POSTFIX["plain"].replace(b"Hello", b"Late"), account.address)
    with stack.imap(account, mailbox="INBOX") as client:
        with_late = fetch_bodies(client)
    assert len(with_late) == 3

    daemons = ["lightmail-lmtpd", "lightmail-imapd", "lightmail-pop3d", "lightmail-smtpd", "lightmail-gcd", "lightmail-apid"]
    for name in daemons:
        stack.stop(name)
    data = stack.directory / "mariadb" / "data"
    if has_logs:
        # Copies of the logs were kept elsewhere. The late object is in a later copy of the bucket.
        administrator.run("mariadb -e 'FLUSH BINARY LOGS'")
        files = sorted(data.glob("binlog.[0-9]*"))
        position = re.search(r"MASTER_LOG_FILE='([^']+)'", administrator.run("zcat /backup/maildb.sql.gz"))[1]
        for file in files:
            if file.name >= position:
                (administrator.backup / file.name).write_bytes(file.read_bytes())
        administrator.run(backup[1])
    database = stack.settings["LIGHTMAIL_DB_NAME"]
    administrator.run(f"mariadb -e 'SET sql_log_bin = 0; DROP DATABASE {database}'", "rclone delete mail:mails")
    assert stack.object_keys() == []

    create, logs, validities, checks = commands("Restore")
    administrator.run(*create)
    administrator.run(*(logs if has_logs else validities))
    said = administrator.run(*checks)
    assert "findings, " in said and " 0 findings" in said or "0 repaired" in said, said
    stack.up()
    with stack.imap(account, mailbox="INBOX") as client:
        assert fetch_bodies(client) == (with_late if has_logs else before)
        assert rb"\Flagged" in client.fetch("1", "(FLAGS)")[1][0]
        now = int(client.response("UIDVALIDITY")[1][0])
        assert now == int(validity) if has_logs else now > int(validity)
    stack.deliver(corpus.POSTFIX["plain"].replace(b"Hello", b"New"), account.address)
    with stack.imap(account, mailbox="INBOX") as client:
        assert len(fetch_bodies(client)) == (4 if has_logs else 3)
