"""An LMTP proxy that loses final replies: it lets a message through whole, waits for the server's answer, and hangs up on
the client instead of passing it on. That is the crash between COMMIT and 250, without the crash."""

import os
import re
import select
import socket
import threading

DATA_FOLLOWS = re.compile(rb"(?m)^354")
END_OF_DATA = b"\r\n.\r\n"


class CuttingProxy:
    """Loses the first `cuts` final replies, then passes everything on. `lost` holds the replies that were lost."""

    def __init__(self, path, target, cuts):
        self.target = str(target)
        self.cuts = cuts
        self.lost = []
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        os.chmod(path, 0o666)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(self.target)
                self.relay(client, server)
            except OSError:
                pass

    def relay(self, client, server):
        in_data = False
        tail = b""
        ended = False
        while True:
            readable, _, _ = select.select([client, server], [], [], 120)
            if not readable:
                return
            if client in readable:
                data = client.recv(65536)
                if not data:
                    return
                server.sendall(data)
                if in_data:
                    # The end may come in two pieces.
                    tail += data
                    if END_OF_DATA in tail:
                        in_data, ended = False, True
                    tail = tail[-len(END_OF_DATA) + 1 :]
            if server in readable:
                data = server.recv(65536)
                if not data:
                    return
                if DATA_FOLLOWS.search(data):
                    in_data, tail = True, b"\r\n"
                elif ended:
                    ended = False
                    with self.lock:
                        cut = len(self.lost) < self.cuts
                        if cut:
                            self.lost.append(data)
                    if cut:
                        return
                client.sendall(data)
