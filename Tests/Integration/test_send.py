"""POST /admin/send: what a program says arrives as a message, through a real Postfix as the smarthost, and its words come back."""

import email
import email.policy

import pytest

from support.api import API
from support.postfix import Smarthost
from support.stack import eventually, free_ports, ready

BOB, CAROL, NOBODY = "bob@elsewhere.example", "carol@elsewhere.example", "nobody@elsewhere.example"


@pytest.fixture(scope="module")
def smarthost(stack):
    instance = Smarthost(stack.directory / "tls" / "cert.pem", stack.directory / "tls" / "key.pem")
    try:
        yield instance
    finally:
        instance.close()


def apid(stack, **overrides):
    port, metrics = free_ports(2)
    stack.daemon("lightmail-apid", API_PORT=port, METRICS_APID_PORT=metrics, **overrides)
    eventually(lambda: ready(metrics), "the apid is ready")
    return API(port, stack.settings["LIGHTMAIL_API_TOKEN"])


@pytest.fixture(scope="module")
def api(stack, smarthost):
    return apid(
        stack, SMTP_HOST="localhost", SMTP_PORT=smarthost.port, SMTP_USE_STARTTLS="true",
        SMTP_TLS_CA=stack.directory / "tls" / "cert.pem",
    )


def arrived(smarthost, name, message_id):
    """The one message with that Message-ID, as Python's own parser reads it."""
    smarthost.wait_until_delivered()
    (found,) = [text for text in smarthost.mailbox(name) if message_id.encode() in text]
    return email.message_from_bytes(found, policy=email.policy.default), found


@pytest.mark.parametrize(
    "subject, body, encoding",
    [
        ("Hello", "One line.\nAnother.\r\n.\r\nFrom here\n", "7bit"),
        ("Grüße aus Köln", "Schöne Grüße\nmit Leerzeichen am Ende \n", "quoted-printable"),
        ("日本語の件名がとても長いので何行にも折り返されなければならない場合もあります", "日本語の本文です。\n" * 20, "base64"),
        ("words " * 40 + "end", "x" * 2000, "quoted-printable"),
        ("=?not an encoded word?=", "a = b\n", "7bit"),
        ("", "", "7bit"),
    ],
)
def test_a_text_arrives_as_it_was_said(api, smarthost, subject, body, encoding):
    sent = api.post("/admin/send", {"from": '"Müller, Jörg" <joerg@example.com>', "to": [f"Bob <{BOB}>"], "subject": subject, "body": body})
    assert sent.status == 200, sent.body
    assert sent.json["queued"] is True and sent.json["refused"] == []
    message, raw = arrived(smarthost, "bob", sent.json["message_id"])
    assert message["Subject"] == subject
    assert message["From"].addresses[0].display_name == "Müller, Jörg"
    assert message["From"].addresses[0].addr_spec == "joerg@example.com"
    assert message["To"].addresses[0].addr_spec == BOB
    assert message["Date"].datetime is not None and not message.defects
    assert message["Content-Transfer-Encoding"] == encoding
    expected = body.replace("\r\n", "\n")
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == expected.rstrip("\n")
    assert raw.isascii() and max(len(line) for line in raw.splitlines()) <= 998


def test_raw_is_sent_as_it_is(api, smarthost):
    raw = "From: a@example.com\nTo: b@example.org\nSubject: mine\nX-Own: yes\n\nbody é\n"
    sent = api.post("/admin/send", {"from": "a@example.com", "to": [BOB, CAROL], "raw": raw})
    assert sent.status == 200, sent.body
    for name in ("bob", "carol"):
        message, text = arrived(smarthost, name, sent.json["message_id"])
        assert message["X-Own"] == "yes" and message["To"] == "b@example.org" and message["Date"]
        assert "body é".encode() in text


def test_the_smarthosts_words_come_back(api):
    refused = api.post("/admin/send", {"from": "a@example.com", "to": [NOBODY], "body": "x"})
    assert refused.status == 502
    assert "550" in refused.json["detail"] and "5.1.1" in refused.json["detail"]
    # Who is taken gets it, and the answer says who is not.
    partly = api.post("/admin/send", {"from": "a@example.com", "to": [BOB, NOBODY], "body": "x"})
    assert partly.status == 200
    assert [item["recipient"] for item in partly.json["refused"]] == [NOBODY]
    assert "550" in partly.json["refused"][0]["reply"]


def test_a_smarthost_that_is_away(stack):
    (port,) = free_ports(1)
    away = apid(stack, SMTP_HOST="127.0.0.1", SMTP_PORT=port).post("/admin/send", {"from": "a@example.com", "to": [BOB], "body": "x"})
    assert away.status == 503 and "smarthost" in away.json["detail"]


def test_sent_once_for_a_key(api, smarthost):
    wanted = {"from": "a@example.com", "to": [BOB], "subject": "once", "body": "x"}
    first, again = (api.post("/admin/send", wanted, Idempotency_Key="send-once") for _ in range(2))
    assert first.json == again.json
    arrived(smarthost, "bob", first.json["message_id"])


@pytest.mark.parametrize(
    "wanted, status",
    [
        ({"to": [BOB]}, 400),
        ({"from": "a@example.com", "to": "b@example.com"}, 400),
        ({"from": "a@example.com", "to": []}, 422),
        ({"from": "a@example.com", "to": [BOB] * 101}, 422),
        ({"from": "", "to": [BOB]}, 422),
        ({"from": "a@example.com\r\nRCPT TO:<c@example.com>", "to": [BOB]}, 422),
        ({"from": "a@example.com", "to": ["b@example.com, c@example.com"]}, 422),
        ({"from": "a@exämple.com", "to": [BOB]}, 422),
        ({"from": "a@example.com", "to": [BOB], "raw": "no header"}, 422),
        ({"from": "a@example.com", "to": [BOB], "raw": "From: a@b\n\nx", "subject": "both"}, 422),
    ],
)
def test_what_cannot_be_sent(api, wanted, status):
    answer = api.post("/admin/send", wanted)
    assert answer.status == status, answer.body
    assert answer.fields["content-type"] == "application/problem+json"


def test_nothing_gets_into_the_header(api, smarthost):
    sent = api.post(
        "/admin/send",
        {"from": "\"x\\r\\nBcc: c\" <a@example.com>", "to": [BOB], "subject": "s\r\nBcc: carol@elsewhere.example\r\n\r\nbody", "body": "x"},
    )
    assert sent.status == 200, sent.body
    message, _ = arrived(smarthost, "bob", sent.json["message_id"])
    assert message["Bcc"] is None
