# SPDX-License-Identifier: Apache-2.0
"""The slower side sets the pace: a source with a GiB to give and a taker that does not take cost the gate a few buffers,
whichever way the bytes go and however they are wrapped."""
import ssl
import threading

import pytest
from support.gate import RELEASE, allow, hosts, read_head
from support.memory import resident_kib
from support.wait import wait_for

GIB = 1 << 30
BLOCK = bytes(65536)
CONNECTIONS = 8
ALLOWED_KIB = 256  # a connection, beyond what it holds when idle
STILL = 50  # looks in a row at which nothing has moved: it stands


class Endless:
    """An origin: GET /small answers at once, GET /big offers a GiB, and POST /big is never read."""

    def __init__(self, listen, certificate=None):
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.sent = 0
        self.released = threading.Event()
        self.port = listen(self.serve).port

    def serve(self, connection):
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True)
        with connection:
            while head := read_head(connection):
                if head.startswith(b"POST "):
                    self.released.wait(60)
                    return
                if b" /small " in head:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    continue
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB)
                for _ in range(GIB // len(BLOCK)):
                    connection.sendall(BLOCK)
                    self.sent += len(BLOCK)


class Pusher:
    """Sends a GiB into a connection for as long as somebody takes it."""

    def __init__(self, connection):
        self.connection, self.sent = connection, 0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            for _ in range(GIB // len(BLOCK)):
                self.connection.sendall(BLOCK)
                self.sent += len(BLOCK)
        except OSError:
            pass


@pytest.fixture
def way(request, gate, listen, root, monkeypatch):
    """How a client reaches the origin: a gate, its origin, how to connect, and how a request names the host."""
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    secure = request.param != "plain"
    origin = Endless(listen, root.issue("shop.example") if secure else None)
    rule = allow("shop.example")
    sections = {"resolve": hosts("shop.example"), "workers": 1}
    if request.param == "opened":
        sections["tls"] = {"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["shop.example"]}}
        rule = {**rule, "paths": ["/**"], "schemes": ["https"]}
    one = gate(rules=[rule], **sections)
    authority = b"shop.example:%d" % origin.port
    trusted = one.bundle() if request.param == "opened" else root.path

    def connect():
        return one.secure("shop.example", origin.port, roots=trusted) if secure else one.connect()

    def line(method, path):
        target = path if secure else b"http://%s%s" % (authority, path)
        return b"%s %s HTTP/1.1\r\nHost: %s\r\n" % (method, target, authority)

    yield one, origin, connect, line
    origin.released.set()


def rested(one, connect, line):
    """Connections that have exchanged a little and rest, and the memory of the gate with them."""
    held = [connect() for _ in range(CONNECTIONS)]
    for connection in held:
        connection.sendall(line(b"GET", b"/small") + b"\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 200")
        assert connection.recv(2) == b"ok"
    return held, resident_kib(one.process)


def wait_until_it_stands(progress):
    """Waits until bytes have moved, and then no more do."""
    wait_for(progress, "the first bytes")
    seen = [0, 0]

    def stands():
        moved = progress()
        seen[:] = [moved, seen[1] + 1 if moved == seen[0] else 0]
        return seen[1] >= STILL

    wait_for(stands, "the source to be held back")
    assert progress() < CONNECTIONS * GIB / 4, "nothing held it back"


def assert_little_more(one, before):
    grown = (resident_kib(one.process) - before) / CONNECTIONS
    assert grown <= ALLOWED_KIB, f"{grown:.0f} KiB more for each connection"


WAYS = pytest.mark.parametrize("way", ["plain", "tunnel", "opened"], indirect=True)


@WAYS
def test_a_client_that_does_not_read_holds_the_origin_back(way):
    one, origin, connect, line = way
    held, before = rested(one, connect, line)
    for connection in held:
        connection.sendall(line(b"GET", b"/big") + b"\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 200")
    wait_until_it_stands(lambda: origin.sent)
    assert_little_more(one, before)
    for connection in held:
        connection.close()


@WAYS
def test_an_origin_that_does_not_read_holds_the_client_back(way):
    one, _, connect, line = way
    held, before = rested(one, connect, line)
    for connection in held:
        connection.sendall(line(b"POST", b"/big") + b"Content-Length: %d\r\n\r\n" % GIB)
    pushers = [Pusher(connection) for connection in held]
    wait_until_it_stands(lambda: sum(pusher.sent for pusher in pushers))
    assert_little_more(one, before)
    for connection in held:
        connection.close()


@pytest.mark.parametrize("way", ["plain"], indirect=True)
def test_a_gib_goes_through_whole_and_memory_stays_flat(way):
    one, _, connect, line = way
    with connect() as connection:
        connection.sendall(line(b"GET", b"/big") + b"\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 200")
        space, left, seen = memoryview(bytearray(1 << 20)), GIB, []
        while left > 0:
            got = connection.recv_into(space)
            assert got > 0, f"{left} bytes are missing"
            if left // (GIB // 8) != (left - got) // (GIB // 8):  # with each eighth
                seen.append(resident_kib(one.process, "Anonymous"))
            left -= got
    assert seen[-1] - seen[0] <= ALLOWED_KIB, seen
