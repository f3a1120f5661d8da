"""deploy/haproxy.cfg as it stands, in front of two of each daemon that it names."""

import re
import socket
import ssl
import subprocess

from .stack import PATIENCE, ROOT, eventually, free_ports, ready

# The port in deploy/haproxy.cfg that is asked for a daemon's health, and the keys of its listeners by their ports there.
DAEMONS = {
    "lightmail-imapd": (9143, {143: "IMAP_PORT", 993: "IMAP_SSL_PORT"}),
    "lightmail-pop3d": (9110, {110: "POP3_PORT", 995: "POP3_SSL_PORT"}),
    "lightmail-smtpd": (
        9025,
        {25: "SMTP_SERVER_PORT", 587: "SMTP_SERVER_SUBMISSION_PORT", 465: "SMTP_SERVER_SMTPS_PORT"},
    ),
    "lightmail-apid": (9080, {8443: "CALDAV_PORT"}),
}
SECTION = {"lightmail-imapd": "IMAP", "lightmail-pop3d": "POP3", "lightmail-smtpd": "SMTP_SERVER", "lightmail-apid": "CALDAV"}
IMPLICIT_TLS = {993, 995, 465, 8443}
SERVER = re.compile(r"^ +server mail([12]) mail\1\.example\.com:(\d+) check port (\d+)$", re.MULTILINE)
BIND = re.compile(r"bind :(\d+)$", re.MULTILINE)


class Backend:
    """One daemon behind the balancer; it may end and come back, always on the same ports."""

    def __init__(self, stack, name, **overrides):
        self.stack, self.name = stack, name
        self.health_there, keys = DAEMONS[name]
        (self.health, *ports) = free_ports(1 + len(keys))
        self.ports = dict(zip(keys, ports))
        section = SECTION[name]
        self.settings = {
            f"METRICS_{name.removeprefix('lightmail-').upper()}_PORT": self.health,
            f"{section}_PROXY_PROTOCOL": "true",
            f"{section}_ENABLE_SSL": "true",
            "PROXY_TRUSTED_NETWORKS": "127.0.0.1/32",
            f"{section}_TLS_CERT": stack.directory / "tls/cert.pem",
            f"{section}_TLS_KEY": stack.directory / "tls/key.pem",
            "API_PORT": free_ports(1)[0],
            **{keys[there]: here for there, here in self.ports.items()},
            **overrides,
        }
        self.start()

    def start(self):
        self.process = self.stack.daemon(self.name, **self.settings)
        eventually(lambda: ready(self.health), f"{self.name} is ready")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


class HAProxy:
    """Only the names of hosts and ports are others, it looks more often, and it takes few descriptors."""

    def __init__(self, stack, backends):
        """`backends`: two of each daemon, by name."""
        self.stack = stack
        self.backends = backends
        by_health = {pair[0].health_there: pair for pair in backends.values()}
        text = (ROOT / "deploy/haproxy.cfg").read_text()
        served = [int(port) for port in BIND.findall(text)]
        assert sorted(served) == sorted(port for _, keys in DAEMONS.values() for port in keys)
        assert len(SERVER.findall(text)) == 2 * len(served) == text.count("server mail")
        fronts = free_ports(2 * len(served))
        # A second door takes the PROXY protocol itself, for clients that say they are from elsewhere.
        self.doors = {port: (fronts.pop(), fronts.pop()) for port in served}

        def server(match):
            number, port, health = map(int, match.groups())
            backend = by_health[health][number - 1]
            return f"    server mail{number} 127.0.0.1:{backend.ports[port]} check port {backend.health}"

        def bind(match):
            plain, announced = self.doors[int(match[1])]
            return f"bind 127.0.0.1:{plain}\n    bind 127.0.0.1:{announced} accept-proxy"

        text = BIND.sub(bind, SERVER.sub(server, text))
        for there, here in (("inter 2s", "inter 100ms"), ("log /dev/log local0", ""), ("maxconn 50000", "maxconn 500")):
            assert there in text
            text = text.replace(there, here)
        path = stack.directory / "haproxy.cfg"
        path.write_text(text)
        subprocess.run(["haproxy", "-c", "-q", "-f", path], check=True)
        self.process = subprocess.Popen(["haproxy", "-db", "-f", path], stderr=subprocess.DEVNULL)

    def open(self, port, source=None):
        """A connection to what is `port` in the file, under TLS where it begins with that; from `source`, if announced."""
        plain, announced = self.doors[port]
        connection = socket.create_connection(("127.0.0.1", announced if source else plain), PATIENCE)
        if source:
            connection.sendall(f"PROXY TCP4 {source} 192.0.2.1 40000 {port}\r\n".encode())
        if port not in IMPLICIT_TLS:
            return connection
        return self.trust().wrap_socket(connection, server_hostname="localhost")

    def trust(self):
        return ssl.create_default_context(cafile=self.stack.directory / "tls" / "cert.pem")

    def close(self):
        self.process.terminate()
        self.process.wait()
