"""Clients that log in in more ways than imaplib knows, and from elsewhere."""

import base64
import hashlib
import hmac
import imaplib
import secrets

from .stack import PATIENCE


class DistantIMAP4(imaplib.IMAP4):
    """A session that a proxy announces as coming from `source`."""

    def __init__(self, port, source):
        self.source = source
        super().__init__("127.0.0.1", port, timeout=PATIENCE)

    def _create_socket(self, timeout):
        connection = super()._create_socket(timeout)
        connection.sendall(f"PROXY TCP4 {self.source} 127.0.0.1 40000 143\r\n".encode())
        return connection


class Scram:
    """The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), as imaplib's authenticate() asks for it."""

    def __init__(self, name, password):
        self.password = password.encode()
        self.nonce = secrets.token_urlsafe(18)
        self.first = f"n={name.replace('=', '=3D').replace(',', '=2C')},r={self.nonce}"
        self.step = 0
        self.signature = None
        # Whether the server has shown that it knows the password too.
        self.is_server_proved = False

    def __call__(self, challenge):
        self.step += 1
        if self.step == 1:
            return f"n,,{self.first}".encode()
        if self.step == 2:
            return self.final(challenge.decode())
        self.is_server_proved = challenge == b"v=" + base64.b64encode(self.signature)
        return b""

    def final(self, server_first):
        fields = dict(field.split("=", 1) for field in server_first.split(","))
        assert fields["r"].startswith(self.nonce) and len(fields["r"]) > len(self.nonce)
        salted = hashlib.pbkdf2_hmac("sha256", self.password, base64.b64decode(fields["s"]), int(fields["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={fields['r']}"
        message = f"{self.first},{server_first},{without_proof}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()
