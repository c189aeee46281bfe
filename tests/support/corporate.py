# SPDX-License-Identifier: Apache-2.0
"""A corporate proxy: CONNECT and plain http in absolute-form, with names of its own, credentials and a diary. As a program in a
namespace of its own (`-m support.corporate ADDRESS PORT`) it says each line that it was asked for."""
import socket
import ssl
import sys
import threading
import urllib.parse

from support.origin import Listener


def _head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            raise OSError("closed")
        data += more
    return data.partition(b"\r\n\r\n")


def _pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class CorporateProxy:
    def __init__(self, certificate=None, credentials=None, answer=None, **where):
        self.asked = []  # first lines
        self.credentials = credentials  # the field that it wants
        self.answer = answer  # what it says to all, in place of connecting
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.listener = Listener(self._serve, **where)
        self.port = self.listener.port

    def close(self):
        self.listener.close()

    def note(self, line):
        self.asked.append(line)

    def _serve(self, connection):
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True)
        head, _, rest = _head(connection)
        lines = head.decode().split("\r\n")
        self.note(lines[0])
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        if self.answer is not None:
            return connection.sendall(self.answer)
        if self.credentials is not None and fields.get("proxy-authorization") != self.credentials:
            return connection.sendall(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
        method, target, _ = lines[0].split(" ")
        if method == "CONNECT":
            port = int(target.rpartition(":")[2])
            upstream = socket.create_connection(("127.0.0.1", port))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            url = urllib.parse.urlsplit(target)
            upstream = socket.create_connection(("127.0.0.1", url.port or 80))
            kept = [line for line in lines[1:] if not line.lower().startswith("proxy-")]
            upstream.sendall("\r\n".join([f"{method} {url.path} HTTP/1.1", *kept, "", ""]).encode() + rest)
        back = threading.Thread(target=_pump, args=(upstream, connection), daemon=True)
        back.start()
        _pump(connection, upstream)
        back.join()
        upstream.close()


class Telling(CorporateProxy):
    def note(self, line):
        print(line, flush=True)


if __name__ == "__main__":
    Telling(address=sys.argv[1], port=int(sys.argv[2]))
    print("ready", flush=True)
    sys.stdin.read()
