"""COMPRESS=DEFLATE (RFC 4978) and UNAUTHENTICATE (RFC 8437) with Python's own zlib on the other side, in clear and over TLS."""

import imaplib
import ssl
import zlib

import pytest
from support import corpus
from support.stack import PATIENCE, fetch_bodies

imaplib.Commands.update({"COMPRESS": ("AUTH", "SELECTED"), "UNAUTHENTICATE": ("AUTH", "SELECTED")})


class CompressingClient(imaplib.IMAP4):
    """imaplib, with what goes over its socket compressed once that is agreed."""

    deflater = inflater = None
    received = b""

    def begin(self):
        kind, data = self._simple_command("COMPRESS", "DEFLATE")
        assert kind == "OK", data
        self.deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self.inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)

    def send(self, data, end=False):
        if self.deflater is None:
            return super().send(data)
        flush = zlib.Z_FINISH if end else zlib.Z_SYNC_FLUSH
        self.sock.sendall(self.deflater.compress(data) + self.deflater.flush(flush))
        return None

    def more(self):
        data = self.sock.recv(65536)
        assert data, "the server hung up"
        if self.inflater is not None:
            data = self.inflater.decompress(data)
            if self.inflater.eof:
                data += self.inflater.unused_data
                self.inflater = None
        self.received += data

    def readline(self):
        while b"\n" not in self.received:
            self.more()
        end = self.received.index(b"\n") + 1
        line, self.received = self.received[:end], self.received[end:]
        return line

    def read(self, size):
        while len(self.received) < size:
            self.more()
        data, self.received = self.received[:size], self.received[size:]
        return data


@pytest.fixture(params=["in clear", "over TLS"])
def client(request, stack, account):
    client = CompressingClient("localhost", int(stack.settings["LIGHTMAIL_IMAP_PORT"]), timeout=PATIENCE)
    if request.param == "over TLS":
        client.starttls(ssl.create_default_context(cafile=stack.directory / "tls/cert.pem"))
    client.login(account.address, account.password)
    client.begin()
    yield client
    client.logout()


def test_messages_travel_compressed(client):
    for name in ("plain", "8-bit body", "300 kB"):
        assert client.append("INBOX", None, None, corpus.POSTFIX[name])[0] == "OK", name
    client.select("INBOX")
    assert fetch_bodies(client) == [corpus.POSTFIX[name] for name in ("plain", "8-bit body", "300 kB")]
    kind, data = client._simple_command("COMPRESS", "DEFLATE")
    assert kind == "NO" and b"[COMPRESSIONACTIVE]" in data[0]


@pytest.mark.parametrize("end", [False, True])
def test_compression_ends_where_the_client_ends_it(client, account, end):
    client.select("INBOX")
    client.send(b"a NOOP\r\nb UNAUTHENTICATE\r\n", end=end)
    # In the same breath, and in clear.
    client.deflater = None
    client.send(f"c LOGIN {account.address} {account.password}\r\nd SELECT INBOX\r\n".encode())
    for tag in (b"a", b"b", b"c", b"d"):
        line = client.readline()
        while line.startswith(b"*"):
            line = client.readline()
        assert line.startswith(tag + b" OK"), line
    assert client.inflater is None
