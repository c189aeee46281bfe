# SPDX-License-Identifier: Apache-2.0
"""CONNECT: what is allowed goes through unopened, bound to its name; everything else is told why not."""
import os
import select
import socket
import ssl
import struct
import threading

import pytest
from support.gate import allow, ask, free_port, hosts, read_head


@pytest.fixture
def shop(gate, secure_origin):
    return gate(resolve=hosts("shop.example", "other.example"), rules=[allow("shop.example")])


def test_the_client_sees_the_origins_own_certificate(shop, secure_origin, root):
    with shop.secure("shop.example", secure_origin.port, roots=root.path) as connection:
        issuer = dict(pair[0] for pair in connection.getpeercert()["issuer"])
        assert issuer["commonName"] == "exeat test root"
        assert ask(connection, b"GET /hello HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n").status == 200
    decision = shop.only_decision()
    assert (decision["plan"], decision["method"], decision["host"]) == ("tunnel", "CONNECT", "shop.example")
    assert "path" not in decision
    outcome = shop.outcome_of(decision)
    assert outcome["done"] == "tunnel" and outcome["bytes_up"] > 100 and outcome["bytes_down"] > 100


def test_php_says_connect_in_http_1_0_without_host(shop, secure_origin):
    with shop.connect() as connection:
        connection.sendall(b"CONNECT shop.example:%d HTTP/1.0\r\n\r\n" % secure_origin.port)
        assert read_head(connection).startswith(b"HTTP/1.1 200")


def test_a_host_field_without_port_is_fine_for_connect(shop, secure_origin):
    with shop.connect() as connection:
        connection.sendall(b"CONNECT shop.example:%d HTTP/1.1\r\nHost: shop.example\r\n\r\n" % secure_origin.port)
        assert read_head(connection).startswith(b"HTTP/1.1 200")


def test_connect_to_one_name_with_the_host_of_another_is_refused(shop, secure_origin):
    reply = shop.send(b"CONNECT shop.example:%d HTTP/1.1\r\nHost: evil.example\r\n\r\n" % secure_origin.port)
    assert reply.status == 400 and b"reason: bad_target" in reply.body


def test_a_denied_connect_says_why(shop, secure_origin):
    reply = shop.send(b"CONNECT other.example:%d HTTP/1.1\r\nHost: other.example\r\n\r\n" % secure_origin.port)
    assert reply.status == 403
    assert reply.getheader("Proxy-Status") == 'exeat; error=http_request_denied; details="no_rule"'
    assert secure_origin.connections == 0
    assert shop.only_decision()["request"] in reply.body.decode()


def test_another_server_name_ends_in_an_alert_and_a_record(shop, secure_origin, root):
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        shop.secure("shop.example", secure_origin.port, roots=root.path, server_name="other.example")
    outcome = shop.outcome_of(shop.only_decision())
    assert (outcome["done"], outcome["reason"]) == ("refuse", "sni_mismatch")
    assert outcome["detail"] == "the handshake names other.example"
    assert not secure_origin.requests


def test_a_handshake_without_server_name_ends_in_an_alert(shop, secure_origin):
    connection, _ = shop.tunnel("shop.example", secure_origin.port)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        context.wrap_socket(connection)
    assert shop.outcome_of(shop.only_decision())["reason"] == "sni_absent"


def test_what_is_not_tls_does_not_go_through(shop, secure_origin):
    connection, _ = shop.tunnel("shop.example", secure_origin.port)
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert connection.recv(100) == b""
    assert shop.outcome_of(shop.only_decision())["reason"] == "not_tls"


def test_bytes_go_both_ways_and_half_close_is_passed_on(gate, listen, root):
    """The client ends its direction; the origin answers after that, and its answer arrives."""

    certificate, key = root.issue("half.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def serve(connection):
        hello = connection.recv(65536, socket.MSG_PEEK)
        assert hello[0] == 22
        data = b""
        while part := connection.recv(65536):
            data += part
        connection.sendall(b"got %d bytes after the hello" % (len(data) - hello_length[0]))

    hello_length = [0]
    one = gate(resolve=hosts("half.example"), rules=[allow("half.example")])
    echo = listen(serve)
    connection, _ = one.tunnel("half.example", echo.port)
    # A real ClientHello, made by a client that never goes on with its handshake.
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="half.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    hello_length[0] = len(hello)
    connection.sendall(hello + b"z" * 100000)
    connection.shutdown(socket.SHUT_WR)
    data = b""
    while part := connection.recv(65536):
        data += part
    assert data == b"got 100000 bytes after the hello"


def test_a_reset_of_a_host_that_has_ended_before_is_passed_on(gate, listen):
    """The client has its end, and nobody waits for more of it (seen: ssh through a proxy command)."""
    heard = threading.Event()

    def leave(connection):
        connection.sendall(b"bye")
        connection.shutdown(socket.SHUT_WR)
        heard.wait(60)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    host = listen(leave)
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["tcp"], ports=[host.port])])
    connection, _ = one.tunnel("shop.example", host.port)
    with connection:
        assert connection.recv(3, socket.MSG_WAITALL) == b"bye" and connection.recv(1) == b""
        heard.set()
        broken = select.poll()
        broken.register(connection, 0)
        assert broken.poll(60000)
    outcome = one.outcome_of(one.only_decision())
    assert "reason" not in outcome and outcome["bytes_down"] == 3


def start_hello(name):
    """A real ClientHello, made by a client that never goes on with its handshake."""
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing := ssl.MemoryBIO(), server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_bulk_is_spliced_both_ways_and_counted_to_the_byte(gate, listen):
    up, down = os.urandom(1 << 20) * 20, os.urandom(1 << 20) * 20 + b"the end"
    received = []

    def serve(connection):
        sender = threading.Thread(target=connection.sendall, args=(down,))
        sender.start()
        received.append(b"".join(iter(lambda: connection.recv(1 << 18), b"")))
        sender.join()

    one = gate(resolve=hosts("bulk.example"), rules=[allow("bulk.example")])
    connection, _ = one.tunnel("bulk.example", listen(serve).port)
    hello = start_hello("bulk.example")
    connection.sendall(hello)
    sender = threading.Thread(target=lambda: (connection.sendall(up), connection.shutdown(socket.SHUT_WR)))
    sender.start()
    assert b"".join(iter(lambda: connection.recv(1 << 18), b"")) == down
    sender.join()
    outcome = one.outcome_of(one.only_decision())
    assert received == [hello + up]
    assert (outcome["bytes_up"], outcome["bytes_down"]) == (len(hello) + len(up), len(down))
    assert one.descriptors("pipe:"), "nothing was spliced"


def test_a_hello_may_come_in_small_pieces(shop, secure_origin, root):
    connection, _ = shop.tunnel("shop.example", secure_origin.port)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=str(root.path)).wrap_bio(incoming, outgoing, server_hostname="shop.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    for byte in outgoing.read():
        connection.sendall(bytes([byte]))
    incoming.write(connection.recv(65536))
    assert incoming.pending > 0


def test_an_origin_that_does_not_listen_is_a_502_to_the_connect(gate):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    reply = one.send(b"CONNECT shop.example:%d HTTP/1.1\r\n\r\n" % free_port())
    assert reply.status == 502 and b"reason: connect_failed" in reply.body


def test_the_next_address_is_tried_when_one_does_not_answer(gate, secure_origin, root):
    one = gate(
        resolve={"hosts": {"shop.example": ["127.0.0.9", "127.0.0.1"]}}, rules=[allow("shop.example")]
    )
    with one.secure("shop.example", secure_origin.port, roots=root.path) as connection:
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").status == 200


PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1",
           "64:ff9b::7f00:1", "fe80::1", "fd00::1", "224.0.0.1"]


def test_a_name_that_points_inside_is_refused_after_its_record(gate):
    names = {f"n{i}.example": [address] for i, address in enumerate(PRIVATE)}
    one = gate(resolve={"hosts": names}, rules=[{"id": "public", "verdict": "allow", "hosts": ["*.example"]}])
    for name in names:
        reply = one.send(b"CONNECT %s:443 HTTP/1.1\r\n\r\n" % name.encode())
        assert reply.status == 403 and b"reason: address" in reply.body, name
    decisions = one.decisions()
    assert len(decisions) == len(PRIVATE) and {d["verdict"] for d in decisions} == {"allow"}


def test_a_metadata_service_needs_its_address_in_a_rule(gate):
    names = {"hosts": {"meta.example": ["169.254.169.254"]}}
    wide = gate(resolve=names, rules=[allow("meta.example", addresses=["169.254.0.0/16"])])
    reply = wide.send(b"CONNECT meta.example:443 HTTP/1.1\r\n\r\n")
    assert reply.status == 403 and b"reason: address_metadata" in reply.body


def test_an_address_as_target_needs_a_rule_about_addresses(gate, origin):
    rules = [{"id": "erp", "verdict": "allow", "addresses": ["127.0.0.1/32"], "schemes": ["http"], "ports": ["1-65535"]}]
    one = gate(rules=rules)
    assert one.get(f"http://127.0.0.1:{origin.port}/").status == 200
    assert one.get(f"http://[::1]:{origin.port}/").status == 403
    bare = gate(rules=[allow("shop.example")])
    assert bare.get(f"http://127.0.0.1:{origin.port}/").status == 403


def test_names_are_asked_of_the_configured_server_once_and_as_they_are(gate, origin, name_server):
    names = name_server({"shop.example": ["127.0.0.1"], "slow.example": None})
    one = gate(
        resolve={"servers": [f"127.0.0.1:{names.port}"]},
        rules=[allow("shop.example"), allow("slow.example", id="slow"), allow("gone.example", id="gone")],
    )
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert {name for name, _ in names.queries} == {"shop.example"}
    gone = one.get("http://gone.example/")
    assert gone.status == 502 and b"reason: dns_failed" in gone.body
    slow = one.get("http://slow.example/")
    assert slow.status == 504 and b"reason: dns_timeout" in slow.body
    assert one.get("http://evil.example/").status == 403
    assert "evil.example" not in {name for name, _ in names.queries}


def test_a_tcp_rule_lets_the_server_speak_first_and_records_it(gate):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve():
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"220 ready\r\n")
                peer.sendall(peer.recv(100).upper())

        threading.Thread(target=serve, daemon=True).start()
        database = {**allow("db.example"), "schemes": ["tcp"], "ports": [port]}
        shop = gate(resolve=hosts("db.example"), rules=[database])
        with shop.connect() as connection, connection.makefile("rb") as received:
            connection.sendall(b"CONNECT db.example:%d HTTP/1.1\r\nHost: db.example\r\n\r\n" % port)
            assert received.readline().startswith(b"HTTP/1.1 200") and received.readline() == b"\r\n"
            assert received.readline() == b"220 ready\r\n"
            connection.sendall(b"hello\n")
            assert received.readline() == b"HELLO\n"
            assert received.read() == b""
    decision = shop.only_decision()
    assert (decision["plan"], decision["scheme"]) == ("tunnel", "tcp")
    assert shop.outcome_of(decision)["bytes_down"] == 17
