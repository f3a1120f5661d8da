"""Messages to deliver: what people send, what programs send by mistake, and what an attacker sends.

Every message is whole, with CRLF line ends. `POSTFIX` holds those that Postfix passes on byte for byte; `ALL` adds those it
would mend on the way, so that only LMTP can bring them to us as they are.
"""

import base64
import random


def lines(*parts):
    """Text lines, or bytes, joined with CRLF."""
    return b"".join((part.encode() if isinstance(part, str) else part) + b"\r\n" for part in parts)


def header(subject, *more):
    return lines("From: Sender <sender@example.org>", "To: Reader <reader@example.com>", f"Subject: {subject}", *more)


def base64_lines(data):
    encoded = base64.b64encode(data)
    return b"".join(encoded[start : start + 76] + b"\r\n" for start in range(0, len(encoded), 76))


def multipart(subject, boundary, *parts, closed=True):
    text = header(subject, "MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"', "")
    for part in parts:
        text += f"--{boundary}\r\n".encode() + part + b"\r\n"
    return text + (f"--{boundary}--\r\n".encode() if closed else b"")


def attachment(size, seed=1):
    data = random.Random(seed).randbytes(size)
    part = lines(
        "Content-Type: application/octet-stream; name=data.bin",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=data.bin",
        "",
    )
    return multipart(
        f"{size} bytes attached", "attached", lines("Content-Type: text/plain", "", "See below."), part + base64_lines(data)
    )


def nested(depth, subject):
    """A multipart in a multipart, and so on."""
    body = lines("Content-Type: text/plain", "", "innermost")
    for level in range(depth):
        boundary = f"level-{level}"
        body = (
            lines(f'Content-Type: multipart/mixed; boundary="{boundary}"', "", f"--{boundary}")
            + body
            + lines("", f"--{boundary}--")
        )
    return header(subject, "MIME-Version: 1.0") + body


def in_message(depth, subject):
    """A message in a message, and so on."""
    body = header("innermost", "") + lines("text")
    for level in range(depth):
        body = header(f"level {level}", "MIME-Version: 1.0", "Content-Type: message/rfc822", "") + body
    return body


POSTFIX = {
    "plain": header("plain", "") + lines("Hello.", "", "Bye."),
    "no body": header("no body", ""),
    "empty lines": header("empty lines", "") + lines("", "", "text", "", "", ""),
    "trailing spaces": header("trailing spaces", "") + lines("a ", "b\t", "   ", " c"),
    "dots": header("dots", "") + lines(".", "..", "...", ".text", "text.", "", "."),
    "8-bit body": header(
        "8-bit", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", ""
    )
    + lines("Grüße, 你好, привет — ünïcödé"),
    "8-bit latin-1": header(
        "latin-1", "MIME-Version: 1.0", "Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: 8bit", ""
    )
    + lines(bytes(range(0xA0, 0x100))),
    "8-bit header": header("Grüße in UTF-8", "X-Latin-1: \xe4".encode("latin-1"), "") + lines("text"),
    "encoded words": header("=?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_und_mehr?=", "") + lines("text"),
    "folded header": header("first", " second", "\tthird", "X-Folded: a", " b", "") + lines("text"),
    "nested multipart": nested(5, "nested multipart"),
    "message in message": in_message(4, "message in message"),
    "alternative with quoted-printable": multipart(
        "alternative",
        "=_x (y)'+,./:=?",
        lines("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "Gr=C3=BC=", "=C3=9Fe"),
        lines("Content-Type: text/html; charset=utf-8", "", "<p>Hello</p>"),
    ),
    "long lines": header("long lines", "") + lines("x" * 900, "y" * 1900),
    "boundary never closed": multipart("never closed", "open", lines("", "first"), lines("", "second"), closed=False),
    "boundary that does not occur": header("no parts", 'Content-Type: multipart/mixed; boundary="absent"', "")
    + lines("just text"),
    "boundary is missing": header("no boundary", "Content-Type: multipart/mixed", "") + lines("--", "text", "----"),
    "boundary is a prefix of another": multipart(
        "prefix", "b", lines('Content-Type: multipart/mixed; boundary="bb"', "", "--bb", "", "inner", "--bb--"), lines("", "outer")
    ),
    "inner boundary equals outer": multipart(
        "same", "s", lines('Content-Type: multipart/mixed; boundary="s"', "", "--s", "", "inner", "--s--"), lines("", "outer")
    ),
    "200 levels deep": nested(200, "200 levels deep"),
    "100 messages deep": in_message(100, "100 messages deep"),
    "2,000 parts": multipart("2,000 parts", "p", *[lines("", f"part {number}") for number in range(2000)]),
    "hostile parameters": header(
        "parameters",
        'Content-Type: text/plain; charset="; name*0*=utf-8\'\'%; name*1*=%zz; name*999999999999=x; =; ;;; a=b',
        "Content-Disposition: attachment; filename*=utf-99''%FF%00%; filename=\"\\\"",
        "",
    )
    + lines("text"),
    "hostile addresses": header("addresses", "Cc: <<<>>>, \"unclosed <a@b>, (((((((, @@@, a:b:c;;;, =?x?", "Date: not a date", "")
    + lines("text"),
    "hostile encoded words": header("=?utf-8?B?====?= =?x?q?=ZZ?= =?utf-8?b?" + "A" * 300 + "?= =?", "") + lines("text"),
    "broken base64": header("broken base64", "Content-Type: text/plain", "Content-Transfer-Encoding: base64", "")
    + lines("!!!!", "QUJD=", "=QUJD", "Q"),
    "unknown encoding and charset": header(
        "unknown", "Content-Type: text/plain; charset=klingon", "Content-Transfer-Encoding: x-secret", ""
    )
    + lines("text"),
    "1,000 header fields": header("many", *[f"X-Field-{number}: {number}" for number in range(1000)], "") + lines("text"),
    "300 kB": attachment(220_000),
    "30 MB attachment": attachment(30_000_000),
}

ALL = POSTFIX | {
    "empty": b"\r\n",
    "body alone": lines("this is no header", "at all"),
    "header without an end": header("no end")[:-2] + b"\r\n",
    "field without a colon": lines("From: a@example.org", "no colon here", "Subject: after", "", "text"),
    "field without a name": lines(": value", "Subject: nameless", "", "text"),
    "bare CR and LF": header("bare", "") + b"a\rb\nc\r\r\nd\n\r\ne\n.\nf\r.\r\n",
    "NUL": header("nul", "") + lines(b"a\x00b\x00", b"\x00"),
    "control characters": header("control", "") + lines(bytes(range(1, 10)), bytes([11, 12, *range(14, 32), 127])),
    "every byte": header("every byte", "") + lines(bytes(byte for byte in range(256) if byte not in (0, 10, 13))),
    "one header of 400 kB": header("x" * 400_000, "") + lines("text"),
    "one line of 3 MB": header("one line", "") + lines("z" * 3_000_000),
}
