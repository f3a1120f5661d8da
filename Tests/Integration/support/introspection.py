"""An authorization server's introspection endpoint (RFC 7662), as far as a mail server asks it."""

import base64
import contextlib
import http.server
import json
import threading
import urllib.parse


class Introspection(contextlib.AbstractContextManager):
    """Answers with what `tokens` holds for a token; with 401 to who does not know the secret."""

    CLIENT = "mail server"
    SECRET = "s:e%c ret"

    def __init__(self):
        self.tokens = {}
        self.status = 200
        self.asked = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                pair = f"{urllib.parse.quote(endpoint.CLIENT)}:{urllib.parse.quote(endpoint.SECRET)}"
                known = self.headers["Authorization"] == "Basic " + base64.b64encode(pair.encode()).decode()
                endpoint.asked.append(form["token"][0])
                body = json.dumps(endpoint.tokens.get(form["token"][0], {"active": False})).encode()
                self.send_response(endpoint.status if known else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/introspect"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
