"""A small LMTP client (RFC 2033) that sends exactly the bytes it is given."""

import re
import socket


class LMTP:
    """One session over a UNIX socket, or over any socket that is connected already."""

    def __init__(self, path=None, connection=None, timeout=60):
        if connection is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(timeout)
            connection.connect(str(path))
        self.connection = connection
        self.reader = connection.makefile("rb")
        self.greeting = self.reply()
        self.extensions = {}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.command("QUIT")
        except OSError:
            pass
        finally:
            self.close()

    def close(self):
        self.reader.close()
        self.connection.close()

    def reply(self):
        """One reply: (code, text). Raises ConnectionError when the server is gone."""
        lines = []
        while True:
            line = self.reader.readline(4096)
            if not line.endswith(b"\r\n"):
                raise ConnectionError("the server hung up")
            match = re.fullmatch(rb"(\d{3})([ -])?(.*)\r\n", line, re.DOTALL)
            assert match, line
            lines.append(match[3].decode("utf-8", "replace"))
            if match[2] != b"-":
                return int(match[1]), "\n".join(lines)

    def send(self, data):
        self.connection.sendall(data)

    def command(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def lhlo(self):
        code, text = self.command("LHLO client.example.org")
        assert code == 250, (code, text)
        for line in text.split("\n")[1:]:
            keyword, _, parameters = line.partition(" ")
            self.extensions[keyword.upper()] = parameters
        return self.extensions

    def envelope(self, sender, recipients):
        """MAIL and RCPT, pipelined; returns the replies to RCPT."""
        if not self.extensions:
            self.lhlo()
        lines = [f"MAIL FROM:<{sender}> BODY=8BITMIME"] + [f"RCPT TO:<{recipient}>" for recipient in recipients]
        self.send("".join(line + "\r\n" for line in lines).encode())
        code, text = self.reply()
        replies = [self.reply() for _ in recipients]
        assert code == 250, (code, text)
        return replies

    def deliver(self, sender, recipients, message):
        """DATA; one final reply a recipient, that of RCPT for those who were refused there. The message ends with CRLF."""
        assert message.endswith(b"\r\n")
        replies = self.envelope(sender, recipients)
        waiting = [index for index, (code, _) in enumerate(replies) if code == 250]
        code, text = self.command("DATA")
        if code != 354:
            for index in waiting:
                replies[index] = (code, text)
            return replies
        self.send(stuffed(message) + b".\r\n")
        for index in waiting:
            replies[index] = self.reply()
        return replies

    def deliver_in_chunks(self, sender, recipients, chunks):
        """BDAT (RFC 3030): the bytes need no stuffing and no last line end. Returns one final reply a recipient."""
        replies = self.envelope(sender, recipients)
        for chunk in chunks[:-1]:
            self.send(b"BDAT %d\r\n" % len(chunk) + chunk)
            code, text = self.reply()
            assert code == 250, (code, text)
        self.send(b"BDAT %d LAST\r\n" % len(chunks[-1]) + chunks[-1])
        return [self.reply() if code == 250 else (code, text) for code, text in replies]


def stuffed(message):
    """RFC 5321 4.5.2: a dot that begins a line is doubled; a line begins after CRLF, not after a bare LF."""
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]
