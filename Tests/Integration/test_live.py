"""Against an installation that runs: only with LIGHTMAIL_DELIVERY_ITEST=1, and with the configuration that it uses.

LIGHTMAIL_CONFIG names that (/etc/lightmail/config.ini). A message is sent to LIGHTMAIL_DELIVERY_ITEST_TO, or else to
postmaster at the host's name, over SMTP; its row in MySQL and its object in S3 are looked at, and it stays there.
"""

import configparser
import os
import secrets
import smtplib
import socket
import subprocess
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

pytestmark = pytest.mark.skipif(
    os.environ.get("LIGHTMAIL_DELIVERY_ITEST") != "1", reason="LIGHTMAIL_DELIVERY_ITEST=1 asks for it"
)


@pytest.fixture
def configuration():
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=None)
    with open(os.environ.get("LIGHTMAIL_CONFIG", "/etc/lightmail/config.ini"), encoding="utf-8") as file:
        parser.read_file(file)
    for section in ("system", "database", "s3", "smtp_server"):
        if not parser.has_section(section):
            parser.add_section(section)
    return parser


def secret(section, name):
    path = section.get(f"{name}_file", "")
    return Path(path).read_text().rstrip("\n") if path else section.get(name, "")


def query(section, statement):
    where = [f"--socket={section['socket']}"] if section.get("socket") else [
        f"--host={section.get('host', 'localhost')}", f"--port={section.get('port', '3306')}"
    ]  # fmt: skip
    result = subprocess.run(
        ["mariadb", "--no-defaults", "--batch", "--skip-column-names", *where, f"--user={section['user']}",
         section.get("database", "maildb"), f"--execute={statement}"],
        env=os.environ | {"MYSQL_PWD": secret(section, "password")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.split("\t") for line in result.stdout.splitlines()]


def bucket(section):
    endpoint = section.get("endpoint", "")
    if endpoint and "://" not in endpoint:
        plain = section.get("use_ssl", "1").lower() in ("0", "no", "off", "false")
        endpoint = f"{'http' if plain else 'https'}://{endpoint}"
    client = boto3.client(
        "s3", endpoint_url=endpoint or None, region_name=section.get("region", "us-east-1"),
        aws_access_key_id=secret(section, "access_key"), aws_secret_access_key=secret(section, "secret_key"),
        config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip
    return client, section.get("bucket", "mails")


def test_a_message_becomes_a_row_and_an_object(configuration):
    server = configuration["smtp_server"]
    hostname = configuration["system"].get("hostname") or socket.getfqdn()
    recipient = os.environ.get("LIGHTMAIL_DELIVERY_ITEST_TO", f"postmaster@{hostname}")
    host = server.get("bind", "0.0.0.0").replace("0.0.0.0", "127.0.0.1").replace("::", "::1")
    mark = secrets.token_hex(16)
    message = f"From: itest@{hostname}\r\nSubject: delivery test {mark}\r\n\r\n{mark}\r\n".encode()
    with smtplib.SMTP(host, int(server.get("port", "25")), timeout=60) as client:
        assert client.sendmail("", [recipient], message) == {}
    rows = query(
        configuration["database"],
        "SELECT o.object_key, o.size, m.size FROM messages m JOIN object_keys o ON o.id = m.object_id "
        f"WHERE o.header LIKE '%{mark}%' AND m.deleted_at IS NULL",
    )
    assert rows, "no row for the message"
    key, size, _ = rows[0]
    client, name = bucket(configuration["s3"])
    body = client.get_object(Bucket=name, Key=key)["Body"].read()
    assert len(body) == int(size)
    assert body.endswith(message)
