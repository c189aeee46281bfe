# SPDX-License-Identifier: Apache-2.0
"""The fixed work whose instructions are counted (guard.py): the origin that all of it goes to, and a script for each way in. A
script does its unit of work `count` times, one after the other."""
import queue
import re
import ssl

from support.gate import allow, hosts, read_head
from support.origin import Listener
from support.questions import Questions

NAME = b"shop.example"
LIMITED = b"limited.example"  # by its rule, which never runs out
BODY = b"x" * 1024
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b"data: " + b"x" * 94 + b"\n\n"


class Pages:
    """Answers in one write each, so that the gate sees them in one piece: pages, over TLS too, and events on demand."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.wanted = queue.Queue()
        self.listeners = {kind: Listener(getattr(self, f"serve_{kind}")) for kind in ("plain", "opened", "bytes", "events")}

    def port(self, kind):
        return self.listeners[kind].port

    def serve_plain(self, connection):
        while read_head(connection):
            connection.sendall(REPLY)

    def serve_opened(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as secure:
            self.serve_plain(secure)

    def serve_bytes(self, connection):
        while connection.recv(65536):
            connection.sendall(BODY)

    def serve_events(self, connection):
        read_head(connection)
        connection.sendall(STREAM)
        while self.wanted.get():
            connection.sendall(b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
        connection.sendall(b"0\r\n\r\n")

    def close(self):
        self.wanted.put(False)
        for listener in self.listeners.values():
            listener.close()


# --- what the gate is told ------------------------------------------------------------------------------------------------


def sections(pages, root):
    """The configuration that all scripts share."""
    name = NAME.decode()
    rules = [allow(name, id="inside", ports=[pages.port("opened")], paths=["/a/**"]), allow(name, paths=["/a/**"], schemes=["http"]),
             allow(LIMITED.decode(), id="limited", paths=["/a/**"], schemes=["http"], limit={"requests": "1000000/s", "concurrent": 50}),
             allow(name, id="tunnel", ports=[pages.port("bytes")], schemes=["https"])]
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [name]}
    return {"resolve": hosts(name, LIMITED.decode(), "denied.example"), "rules": rules,
            "tls": {"authority": authority, "upstream": {"roots": str(root.path)}}}


# --- the scripts ----------------------------------------------------------------------------------------------------------


def take(connection, count):
    while count > 0:
        got = connection.recv(min(count, 65536))
        assert got, "the gate closed the connection"
        count -= len(got)


def take_until(connection, end):
    seen = b""
    while not seen.endswith(end):
        got = connection.recv(65536)
        assert got, "the gate closed the connection"
        seen += got


def ask_often(gate, connection, request, status, count):
    for _ in range(count):
        gate.settle()
        connection.sendall(request)
        head = read_head(connection)
        assert head.startswith(b"HTTP/1.1 %d" % status), head
        take(connection, int(re.search(rb"(?i)content-length: (\d+)", head)[1]))


def absolute(name, port):
    return b"GET http://%s:%d/a/page?with=query HTTP/1.1\r\nHost: %s:%d\r\nAccept: */*\r\nUser-Agent: guard\r\n\r\n" % (name, port, name, port)


def get_keep_alive(gate, pages, count):
    with gate.connect() as connection:
        ask_often(gate, connection, absolute(NAME, pages.port("plain")), 200, count)


def limited_get(gate, pages, count):
    with gate.connect() as connection:
        ask_often(gate, connection, absolute(LIMITED, pages.port("plain")), 200, count)


def denied_get(gate, pages, count):
    with gate.connect() as connection:
        ask_often(gate, connection, absolute(b"denied.example", pages.port("plain")), 403, count)


def opened_get(gate, pages, count):
    with gate.secure(NAME.decode(), pages.port("opened")) as connection:
        ask_often(gate, connection, b"GET /a/page?with=query HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nUser-Agent: guard\r\n\r\n" % NAME, 200, count)


def hello():
    """The first flight of a TLS client; what the gate reads of a tunnel."""
    out = ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=NAME.decode()).do_handshake()
    except ssl.SSLWantReadError:
        return out.read()


def through_tunnel(connection, flight):
    with connection:
        connection.sendall(flight)
        take(connection, len(BODY))


def connect(gate, pages, count):
    flight = hello()
    for _ in range(count):
        gate.settle()
        connection, head = gate.tunnel(NAME.decode(), pages.port("bytes"))
        assert head.startswith(b"HTTP/1.1 200"), head
        through_tunnel(connection, flight)


def event(gate, pages, count):
    with gate.connect() as connection:
        connection.sendall(absolute(NAME, pages.port("events")))
        read_head(connection)
        for _ in range(count):
            gate.settle()
            pages.wanted.put(True)
            take_until(connection, b"\n\n\r\n")
        pages.wanted.put(False)
        take_until(connection, b"0\r\n\r\n")


def socks(gate, pages, count):
    flight = hello()
    request = bytes([5, 1, 0, 3, len(NAME)]) + NAME + pages.port("bytes").to_bytes(2, "big")
    for _ in range(count):
        gate.settle()
        connection = gate.reach()
        connection.sendall(b"\5\1\0")
        take(connection, 2)
        connection.sendall(request)
        take(connection, 10)
        through_tunnel(connection, flight)


def turned(gate, pages, count):
    """A connection for each, as rules of the kernel turn it to the gate: its client knows of none."""
    request = b"GET /a/page?with=query HTTP/1.1\r\nHost: %s:%d\r\nAccept: */*\r\nUser-Agent: guard\r\n\r\n" % (NAME, pages.port("plain"))
    for _ in range(count):
        with gate.reach() as connection:
            ask_often(gate, connection, request, 200, 1)


def question(gate, pages, count):
    questions = Questions("127.0.0.1", gate.door_port)
    for _ in range(count):
        gate.settle()
        assert questions.udp(NAME.decode()).code == "NOERROR"


SCRIPTS = {  # name: (script, N, the door that it goes through where it is not that of proxies)
    "get_keep_alive": (get_keep_alive, 200, None),
    "limited_get": (limited_get, 200, None),
    "connect": (connect, 100, None),
    "denied_get": (denied_get, 200, None),
    "opened_get": (opened_get, 200, None),
    "event": (event, 200, None),
    "socks": (socks, 100, "socks"),
    "turned": (turned, 100, "transparent"),
    "question": (question, 200, "dns"),
}
