# SPDX-License-Identifier: Apache-2.0
"""ClientHellos of any size and split: read to the end before anything is done, and passed on as they came."""
import socket
import ssl

import pytest
from support import hello
from support.gate import allow, ask, hosts

SHOP = "shop.example"
SPLITS = [(1, 1), (1, 4096), (7, 3), (100, 1448), (1448, 1448), (16384, 1), (16384, 700), (16384, 65536)]
MAX = 32768


@pytest.fixture
def shop(gate):
    return gate(resolve=hosts(SHOP), rules=[allow(SHOP)], workers=1)


@pytest.fixture
def opened(gate, root):
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [SHOP]}
    return gate(
        resolve=hosts(SHOP),
        rules=[allow(SHOP, methods=["GET"])],
        tls={"authority": authority, "upstream": {"roots": str(root.path)}},
        workers=1,
    )


def tunnel(one, port):
    connection, head = one.tunnel(SHOP, port)
    assert head.startswith(b"HTTP/1.1 200")
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Sink:
    """Keeps what reaches it, up to a number of bytes, and says that it has it."""

    def __init__(self, listen, wanted):
        self.got = b""
        self.wanted = wanted
        self.port = listen(self.serve).port

    def serve(self, connection):
        while len(self.got) < self.wanted and (more := connection.recv(65536)):
            self.got += more
        connection.sendall(b"seen")


def test_a_modern_hello_is_passed_on_byte_for_byte(shop, listen):
    for record, segment in SPLITS:
        sent = hello.records(hello.modern(SHOP.encode(), hello.ech()), record)
        assert len(sent) > 1500
        sink = Sink(listen, len(sent))
        with tunnel(shop, sink.port) as connection:
            for part in hello.segments(sent, segment):
                connection.sendall(part)
            assert connection.recv(4) == b"seen"
        assert sink.got == sent


@pytest.mark.parametrize("wrong", [b"evil.example", b"shop.example.", b"shop.example\0", b"xshop.example", b""])
def test_one_that_names_another_host_is_refused_however_it_comes(shop, listen, wrong):
    sink = Sink(listen, 1)
    for record, segment in SPLITS:
        with tunnel(shop, sink.port) as connection:
            for part in hello.segments(hello.records(hello.modern(wrong), record), segment):
                connection.sendall(part)
            assert connection.recv(7) == b"\x15\x03\x03\0\x02\x02\x70"
        assert shop.outcome_of(shop.decisions()[-1])["reason"] == "sni_mismatch"
    assert sink.got == b"" and len(shop.decisions()) == len(SPLITS)


def real(context):
    """A client between whose hello and the wire we stand."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=SHOP)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return client, incoming, outgoing


@pytest.mark.parametrize("record, segment", SPLITS)
def test_a_connection_is_opened_by_one_that_is_larger_than_a_packet(opened, secure_origin, record, segment):
    context = ssl.create_default_context(cafile=str(opened.bundle()))
    context.set_alpn_protocols(["http/1.1"] + [f"a-protocol-of-no-meaning-{number:04}" for number in range(60)])
    client, incoming, outgoing = real(context)
    sent = hello.split_again(outgoing.read(), record)
    assert len(sent) > 1500
    with tunnel(opened, secure_origin.port) as connection:
        for part in hello.segments(sent, segment):
            connection.sendall(part)
        while client.version() is None or client.selected_alpn_protocol() is None:
            incoming.write(connection.recv(65536))
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                pass
        client.write(b"GET / HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n" % (SHOP.encode(), secure_origin.port))
        connection.sendall(outgoing.read())
        reply = b""
        while b"hello from the origin" not in reply:
            incoming.write(connection.recv(65536))
            try:
                reply += client.read(65536)
            except ssl.SSLWantReadError:
                pass
    assert reply.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("kind", ["outer", "inner"])
def test_an_encrypted_hello_is_refused_where_the_policy_says_so(gate, listen, kind):
    one = gate(resolve=hosts(SHOP), rules=[allow(SHOP)], workers=1)
    one.config["tls"]["ech"] = "deny"
    one.write()
    assert one.control("reload").startswith("ok")
    sink = Sink(listen, 1)
    with tunnel(one, sink.port) as connection:
        connection.sendall(hello.records(hello.modern(SHOP.encode(), hello.ech(kind)), 100))
        assert connection.recv(7) == b"\x15\x03\x03\0\x02\x02\x31"
    assert one.outcome_of(one.only_decision())["reason"] == "ech" and sink.got == b""


def padded(total):
    """A hello of that many bytes in one record each 16 KiB, its records counted."""
    size = total
    while True:
        handshake = hello.modern(SHOP.encode(), hello.extension(hello.PADDING, bytes(size)))
        sent = hello.records(handshake)
        if len(sent) <= total:
            return sent
        size -= max(1, len(sent) - total - 16)


def test_the_largest_hello_is_passed_on_and_a_larger_one_is_refused(gate, listen):
    for total, fits in ((MAX, True), (MAX + 2, False), (MAX + 1000, False)):
        one = gate(resolve=hosts(SHOP), rules=[allow(SHOP)], workers=1)
        sent = padded(total)
        assert len(sent) == total
        sink = Sink(listen, total)
        with tunnel(one, sink.port) as connection:
            connection.sendall(sent)
            assert connection.recv(4) == (b"seen" if fits else b"")
        outcome = one.outcome_of(one.only_decision())
        assert (outcome["done"], outcome.get("reason")) == (("tunnel", None) if fits else ("refuse", "not_tls"))
        assert sink.got == (sent if fits else b"")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x40\x00\x01\x00\x80\x01",  # longer than any hello may be
        hello.records(b"\x01\x00\x01\x00" + bytes(256) + b"\x02"),  # another message in the same record
        hello.records(hello.modern(b"shop.example"))[:200] + b"\x17\x03\x03\x00\x01x",
        b"\x16\x03\x01\x00\x00" * 4,
        hello.records(hello.modern(b"shop.example"), 1)[:600] + b"\x15\x03\x03\x00\x02\x01\x00",
    ],
    ids=["too long", "two messages", "cut", "empty records", "an alert between"],
)
def test_what_is_no_hello_is_refused_at_once(shop, listen, sent):
    sink = Sink(listen, 1)
    with tunnel(shop, sink.port) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert shop.outcome_of(shop.only_decision())["reason"] in ("not_tls", "client_gone") and sink.got == b""
