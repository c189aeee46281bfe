# SPDX-License-Identifier: Apache-2.0
"""Plain HTTP through the gate: what is allowed arrives as it was meant, what is not never leaves."""
import json
import socket

import pytest
from support.gate import allow, ask, free_port, hosts, read_head, read_reply


@pytest.fixture
def shop(gate, origin):
    """A gate that allows shop.example, and the origin behind that name."""
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    one.url = f"http://shop.example:{origin.port}"
    one.authority = f"shop.example:{origin.port}".encode()
    return one


def test_an_allowed_request_reaches_its_origin(shop, origin):
    reply = shop.get(shop.url + "/hello?a=1")
    assert (reply.status, reply.body) == (200, b"hello from the origin\n")
    assert origin.requests[0]["target"] == "/hello?a=1"
    assert origin.requests[0]["headers"]["host"] == shop.authority.decode()
    decision = shop.only_decision()
    assert (decision["verdict"], decision["plan"], decision["rule"]) == ("allow", "forward", "allowed")
    assert decision["path"] == "/hello" and "query" not in decision
    outcome = shop.outcome_of(decision)
    assert (outcome["done"], outcome["status"], outcome["address"]) == ("forward", 200, "127.0.0.1")


def test_an_unknown_host_is_refused_and_nothing_leaves(shop, origin):
    reply = shop.get(f"http://evil.example:{origin.port}/")
    assert reply.status == 403
    assert "no_rule" in reply.getheader("Proxy-Status")
    decision = shop.only_decision()
    assert decision["request"] in reply.body.decode() and "reason: no_rule" in reply.body.decode()
    assert (decision["verdict"], decision["reason"], decision["host"]) == ("deny", "no_rule", "evil.example")
    assert origin.connections == 0


def test_a_regular_expression_that_gives_up_refuses_the_request_and_is_counted_and_named(gate, origin):
    backtracks = allow("shop.example", id="backtracks", paths=["~/v1/(a+)+"], schemes=["http"])
    one = gate(resolve=hosts("shop.example"), rules=[backtracks, allow("shop.example", id="fine", paths=["/v1/**"], schemes=["http"])])
    reply = one.get(f"http://shop.example:{origin.port}/v1/" + "a" * 200 + "!")
    assert reply.status == 403 and "pattern_limit" in reply.getheader("Proxy-Status")
    decision = one.only_decision()
    assert (decision["verdict"], decision["reason"], decision["rule"]) == ("deny", "pattern_limit", "backtracks")
    assert 'exeat_decisions_total{verdict="deny",reason="pattern_limit"} 1' in one.metrics()
    assert origin.connections == 0


def test_upstream_connections_are_kept_and_used_again(shop, origin):
    with shop.connect() as connection:
        for _ in range(5):
            reply = ask(connection, b"GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n" % (shop.authority, shop.authority))
            assert reply.status == 200
    assert origin.connections == 1
    assert len(shop.decisions()) == 5


def test_pipelined_requests_are_answered_in_order(shop):
    request = b"".join(
        b"GET http://%s/echo?%d HTTP/1.1\r\nHost: %s\r\n\r\n" % (shop.authority, i, shop.authority) for i in range(10)
    )
    with shop.connect() as connection:
        connection.sendall(request)
        data = connection.makefile("rb")
        for i in range(10):
            assert data.readline().startswith(b"HTTP/1.1 200")
            length = 0
            while (line := data.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert json.loads(data.read(length))["target"] == f"/echo?{i}"


def test_a_chunked_body_goes_up_and_a_chunked_reply_comes_down(shop):
    with shop.connect() as connection:
        reply = ask(
            connection,
            b"POST http://%s/echo HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n" % (shop.authority, shop.authority),
        )
        assert json.loads(reply.body)["body"] == "hello world"
        reply = ask(connection, b"GET http://%s/chunked HTTP/1.1\r\nHost: x\r\n\r\n" % shop.authority)
        assert reply.status == 200
    assert shop.get(shop.url + "/chunked").body == b"one two three"


def test_content_that_came_with_a_large_head_goes_up_to_its_end(gate, origin):
    """More of it than goes up at once is here already, and no event will tell of it."""
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], limits={"head": "1MiB"})
    large = b"".join(b"X-%d: %s\r\n" % (i, b"y" * 4000) for i in range(66))
    with one.connect() as connection:
        reply = ask(
            connection,
            b"POST http://shop.example:%d/echo HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n%s\r\n%s0\r\n\r\n"
            % (origin.port, large, b"1\r\nx\r\n" * 20000),
        )
    assert json.loads(reply.body)["body"] == "x" * 20000


def test_a_reply_without_length_ends_with_the_connection(shop):
    assert shop.get(shop.url + "/until-close").body == b"to the end"


def test_replies_without_body_stay_without(shop):
    with shop.connect() as connection:
        for path, status in ((b"/nothing", 204), (b"/unchanged", 304), (b"/hello", 200)):
            reply = ask(connection, b"GET http://%s%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (shop.authority, path, shop.authority))
            assert reply.status == status
        reply = ask(connection, b"HEAD http://%s/hello HTTP/1.1\r\nHost: %s\r\n\r\n" % (shop.authority, shop.authority), "HEAD")
        assert (reply.status, reply.getheader("Content-Length"), reply.body) == (200, "22", b"")


def test_a_client_that_waits_for_100_gets_it(shop):
    with shop.connect() as connection:
        connection.sendall(
            b"POST http://%s/echo HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
            % (shop.authority, shop.authority)
        )
        assert read_head(connection).startswith(b"HTTP/1.1 100 Continue\r\n")
        reply = ask(connection, b"body")
        echo = json.loads(reply.body)
        assert echo["body"] == "body" and echo["headers"]["Expect"] == "100-continue"


def test_fields_of_one_hop_stay_on_it(shop):
    reply = shop.get(
        shop.url + "/echo",
        headers={
            "Connection": "keep-alive, X-Mine",
            "X-Mine": "1",
            "Proxy-Authorization-Info": "x",
            "Proxy-Connection": "keep-alive",
            "TE": "trailers",
            "X-Forwarded-For": "10.0.0.9",
            "X-Kept": "2",
        },
    )
    seen = {name.lower(): value for name, value in json.loads(reply.body)["headers"].items()}
    assert seen["x-kept"] == "2" and "exeat-" in seen["via"]
    for name in ("x-mine", "proxy-connection", "proxy-authorization-info", "te", "x-forwarded-for", "connection"):
        assert name not in seen
    reply = shop.get(shop.url + "/fields")
    assert reply.getheader("X-End") == "2"
    assert reply.getheader("X-Hop") is None and reply.getheader("Keep-Alive") is None


def test_an_old_client_is_served(shop):
    reply = shop.send(b"GET http://%s/chunked HTTP/1.0\r\n\r\n" % shop.authority)
    assert (reply.status, reply.body) == (200, b"one two three")
    assert reply.getheader("Transfer-Encoding") is None


def test_origin_form_with_host_is_served(shop):
    assert shop.send(b"GET /hello HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % shop.authority).status == 200


def test_a_request_that_comes_back_is_a_loop(shop):
    reply = shop.get(shop.url + "/echo")
    via = json.loads(reply.body)["headers"]["Via"]
    again = shop.get(shop.url + "/hello", headers={"Via": via})
    assert again.status == 403 and b"reason: loop" in again.body


def test_the_gates_own_sockets_are_no_targets(gate):
    one = gate(resolve=hosts("me.example"), rules=[allow("me.example")])
    for port in (one.port, one.admin_port):
        reply = one.get(f"http://me.example:{port}/metrics")
        assert reply.status == 403 and b"reason: loop" in reply.body


def test_a_cut_reply_is_never_an_end(shop):
    with shop.connect() as connection:
        connection.sendall(b"GET http://%s/cut HTTP/1.1\r\nHost: %s\r\n\r\n" % (shop.authority, shop.authority))
        data = b""
        with pytest.raises(ConnectionResetError):
            while True:
                part = connection.recv(4096)
                assert part, "the connection ended in order though the reply was cut"
                data += part
    assert data.endswith(b"only this")
    outcome = shop.outcome_of(shop.only_decision())
    assert outcome["reason"] == "upstream_broken"


def test_a_malformed_reply_is_a_502(shop):
    reply = shop.get(shop.url + "/malformed")
    assert reply.status == 502 and b"reason: upstream_broken" in reply.body


def test_an_origin_that_does_not_listen_is_a_502(gate):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    reply = one.get(f"http://shop.example:{free_port()}/")
    assert reply.status == 502 and b"reason: connect_failed" in reply.body
    decision = one.only_decision()
    assert decision["verdict"] == "allow"
    assert one.outcome_of(decision)["reason"] == "connect_failed"


def test_an_origin_that_is_silent_is_a_504(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], timeouts={"stream": "1s"})
    reply = one.get(f"http://shop.example:{origin.port}/silent")
    assert reply.status == 504 and b"reason: upstream_timeout" in reply.body


MALFORMED = [
    (b"GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nHost: evil.example\r\n\r\n", 400),
    (b"GET http://shop.example/ HTTP/1.1\r\n\r\n", 400),
    (b"GET  http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", 400),
    (b"GET http://shop.example/ HTTP/1.1\nHost: shop.example\n\n", 400),
    (b"GET http://shop.example/ HTTP/1.1\r\nHost : shop.example\r\n\r\n", 400),
    (b"GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n folded: x\r\n\r\n", 400),
    (b"POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Length: +1\r\n\r\nx", 400),
    (b"POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    (b"GET http://user@shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", 400),
    (b"GET http://shop.example/%00 HTTP/1.1\r\nHost: shop.example\r\n\r\n", 400),
    (b"GET http://0x7f.1/ HTTP/1.1\r\nHost: 0x7f.1\r\n\r\n", 400),
    (b"GET ftp://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    (b"GET http://shop.example/" + b"a" * 70000 + b" HTTP/1.1\r\nHost: shop.example\r\n\r\n", 414),
    (b"GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nX: " + b"a" * 70000 + b"\r\n\r\n", 431),
    (b"GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n" + b"X: 1\r\n" * 250 + b"\r\n", 431),
]


def test_what_is_ambiguous_is_refused_with_one_record_each(gate):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    for request, status in MALFORMED:
        reply = one.send(request)
        assert reply.status == status, (request[:80], reply.status, reply.body)
        assert b"request: " in reply.body and b"reason: " in reply.body
    found = one.decisions()
    assert len(found) == len(MALFORMED)
    assert {record["verdict"] for record in found} == {"error"}


def test_a_head_that_trickles_is_ended(gate):
    one = gate(rules=[], timeouts={"head": "1s"})
    with one.connect() as connection:
        connection.sendall(b"GET http://shop.example/ HTTP/1.1\r\nHost:")
        reply = read_reply(connection)
    assert reply.status == 408
    assert one.only_decision()["reason"] == "timeout_head"


def test_a_probe_that_says_nothing_leaves_no_record(gate):
    one = gate(rules=[])
    one.connect().close()
    one.get("http://evil.example/")
    assert len(one.decisions()) == 1


def test_half_a_head_and_an_end_is_recorded(gate):
    one = gate(rules=[])
    with one.connect() as connection:
        connection.sendall(b"GET http://sh")
        connection.shutdown(socket.SHUT_WR)
        assert read_reply(connection).status == 400
    assert one.only_decision()["reason"] == "malformed_head"


def test_a_slow_reader_gets_everything(shop):
    with shop.connect() as connection:
        connection.sendall(b"GET http://%s/bytes/5000000 HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (shop.authority, shop.authority))
        assert len(read_reply(connection).body) == 5000000


def test_a_large_body_goes_up(shop):
    assert shop.get(shop.url + "/upload", "POST", body=b"y" * 5000000).body == b"5000000"


def test_an_upgraded_connection_is_passed_on(shop):
    with shop.connect() as connection:
        connection.sendall(
            b"GET http://%s/websocket HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" % (shop.authority, shop.authority)
        )
        head = connection.recv(4096)
        assert head.startswith(b"HTTP/1.1 101") and b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        connection.sendall(b"ping")
        assert connection.recv(100) == b"echo:ping"
