"""An S3 front that passes every request on but those it is told to refuse, as a bucket's policy would."""

import http.client
import http.server
import threading
from urllib.parse import parse_qs, urlsplit

DENIED = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>"""


def verb_of(method, path, headers):
    """What the request is, in the words of lightmailctl doctor."""
    url = urlsplit(path)
    query = parse_qs(url.query, keep_blank_values=True)
    has_key = len(url.path.strip("/").split("/", 1)) == 2
    if method == "POST" and "uploads" in query:
        return "begin a multipart upload"
    if "uploadId" in query:
        return "abort a multipart upload" if method == "DELETE" else "complete a multipart upload"
    if method == "POST" and "delete" in query:
        return "DELETE of many"
    if method == "HEAD":
        return "HEAD" if has_key else "HEAD bucket"
    if method == "GET" and not has_key:
        return "LIST"
    return "GET of a range" if "Range" in headers else method


class RefusingS3:
    """Listens on `port`; `refused` is the verb that is not granted."""

    def __init__(self, upstream):
        self.refused = None
        self.upstream = urlsplit(upstream).netloc
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_request(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if verb_of(self.command, self.path, self.headers) == front.refused:
                    return self.answer(403, [], DENIED)
                connection = http.client.HTTPConnection(front.upstream, timeout=60)
                # The host's name is signed, so it goes along as it came.
                connection.request(self.command, self.path, body, dict(self.headers))
                reply = connection.getresponse()
                content = reply.read()
                kept = [(k, v) for k, v in reply.getheaders() if k.lower() not in ("transfer-encoding", "connection")]
                self.answer(reply.status, kept, content)
                connection.close()

            def answer(self, status, headers, content):
                self.send_response(status)
                lengths = [value for name, value in headers if name.lower() == "content-length"]
                for name, value in headers:
                    self.send_header(name, value)
                if not lengths:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
