# SPDX-License-Identifier: Apache-2.0
"""Origins on loopback: HTTP and HTTPS servers that do what their paths say, and remember what reached them."""
import base64
import hashlib
import json
import select
import socket
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = b"x" * 65536


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "origin"

    def log_message(self, *_):
        pass

    # --- what was asked -------------------------------------------------------------------------------------------

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def count_body(self):
        """Reads a large body without keeping it."""
        left = int(self.headers.get("Content-Length", 0))
        total = 0
        while left > 0:
            block = self.rfile.read(min(left, len(BLOCK)))
            if not block:
                break
            total += len(block)
            left -= len(block)
        return total

    def is_question(self):
        """The gate asks by itself what this is: nobody's request."""
        return self.headers.get("User-Agent", "").endswith("(checkup)")

    def note(self, body):
        if self.is_question():
            return
        self.server.origin.requests.append(
            {
                "method": self.command,
                "target": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body,
                "client": self.client_address,
            }
        )

    # --- what is answered -----------------------------------------------------------------------------------------

    def reply(self, body, status=200, content_type="text/plain", extra=()):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in extra:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def serve(self):
        path = self.path.split("?")[0]
        if path == "/upload":
            total = self.count_body()
            self.note(b"")
            return self.reply(str(total).encode())
        body = self.read_body()
        self.note(body)
        if path.startswith("/bytes/"):
            return self.send_many(int(path.split("/")[2]))
        page = getattr(self, "page_" + path.strip("/").replace("-", "_"), None)
        return page(body) if page else self.reply(b"hello from the origin\n")

    def send_many(self, count):
        self.send_response(200)
        self.send_header("Content-Length", str(count))
        self.end_headers()
        while count > 0:
            part = BLOCK[: min(count, len(BLOCK))]
            self.wfile.write(part)
            count -= len(part)

    def page_echo(self, body):
        about = {"method": self.command, "target": self.path, "headers": dict(self.headers.items()), "body": body.decode("latin-1")}
        self.reply(json.dumps(about).encode(), content_type="application/json")

    def page_chunked(self, _):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Trailer", "X-Sum")
        self.end_headers()
        for part in (b"one ", b"two ", b"three"):
            self.chunk(part)
        self.wfile.write(b"0\r\nX-Sum: 3\r\n\r\n")

    def page_until_close(self, _):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"to the end")
        self.close_connection = True

    def page_nothing(self, _):
        self.send_response(204)
        self.end_headers()

    def page_unchanged(self, _):
        self.send_response(304)
        self.send_header("ETag", '"e"')
        self.end_headers()

    def page_cut(self, _):
        """Promises more than it sends."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.wfile.flush()
        self.close_connection = True

    def page_malformed(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")
        self.close_connection = True

    def page_silent(self, _):
        self.server.origin.released.wait(60)
        self.close_connection = True

    def page_fields(self, _):
        self.reply(b"ok", extra=[("Connection", "X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"), ("X-End", "2")])

    def page_websocket(self, _):
        accept = base64.b64encode(
            hashlib.sha1(self.headers["Sec-WebSocket-Key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        )
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.wfile.flush()
        while True:
            data = self.connection.recv(4096)
            if not data:
                break
            self.connection.sendall(b"echo:" + data)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = do_PATCH = serve


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # clients that go away are part of the tests
            super().handle_error(request, client_address)

    def get_request(self):
        connection, address = super().get_request()
        self.origin.connections += 1
        return connection, address

    def finish_request(self, request, client_address):
        if self.origin.context is not None:
            try:
                request = self.origin.context.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                return
            self.origin.names.append(request.server_name_seen if hasattr(request, "server_name_seen") else None)
        super().finish_request(request, client_address)
        try:
            if self.origin.context is not None:
                request.unwrap()
        except (OSError, ssl.SSLError):
            pass


class UnixServer(Server):
    """At a path."""

    address_family = socket.AF_UNIX

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer would ask DNS for its name
        self.server_name, self.server_port = "localhost", None


class Origin:
    """Runs from construction until close(); at an address, or at the path of a Unix socket."""

    def __init__(self, certificate=None, handler=Handler, address="127.0.0.1"):
        self.requests = []
        self.connections = 0
        self.names = []
        self.released = threading.Event()
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        if ":" in address:
            Server.address_family = socket.AF_INET6
        self.server = UnixServer(address, handler) if address.startswith("/") else Server((address, 0), handler)
        Server.address_family = socket.AF_INET
        self.server.origin = self
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Listener:
    """A bare socket that accepts and hands each connection to a function, in a thread of its own."""

    def __init__(self, serve, address="127.0.0.1", port=0):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.create_server((address, port), family=family, backlog=64)
        self.port = self.socket.getsockname()[1]
        self.serve = serve
        self.accepted = 0
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    @property
    def connections(self):
        return self.accepted

    def _one(self, connection):
        try:
            self.serve(connection)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.socket.close()


class DeadPort:
    """An address and port that do not answer: its backlog is full, so that the kernel drops what asks."""

    def __init__(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.sockets = [socket.create_server((address, port), family=family, backlog=0)]
        while self.one_more(family, (address, port)):
            pass

    def one_more(self, family, to):
        """On loopback a connection that is taken is taken at once."""
        one = socket.socket(family)
        self.sockets.append(one)
        one.setblocking(False)
        one.connect_ex(to)
        return select.select([], [one], [], 0)[1]

    def close(self):
        for one in self.sockets:
            one.close()
