"""A proxy in front of a server that replaces some bytes of what clients say by others of the same length."""

import select
import socket
import threading


class ChangingProxy:
    def __init__(self, port, old, new):
        assert len(old) == len(new)
        self.target, self.old, self.new = port, old, new
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
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
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            try:
                while True:
                    for source in select.select([client, server], [], [])[0]:
                        data = source.recv(65536)
                        if not data:
                            return
                        if source is client:
                            server.sendall(data.replace(self.old, self.new))
                        else:
                            client.sendall(data)
            except OSError:
                pass
