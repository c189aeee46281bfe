# SPDX-License-Identifier: Apache-2.0
"""HTTP within a CONNECT, as Node's proxy agents send it for http:// and ws://: judged as the plain HTTP that it is."""
import socket

import pytest
from support.gate import allow, ask, hosts, read_head, read_reply


def get(path=b"/", host=b"shop.example", method=b"GET"):
    return b"%s %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (method, path, host)


def opened(one, port, host="shop.example"):
    connection, head = one.tunnel(host, port)
    assert head.startswith(b"HTTP/1.1 200"), head
    return connection


@pytest.fixture
def shop(gate, origin):
    return gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"], paths=["/", "/public/**"])])


def test_requests_within_a_connect_are_judged_one_by_one_and_served(shop, origin):
    with opened(shop, origin.port) as connection:
        assert ask(connection, get()).body == b"hello from the origin\n"
        assert ask(connection, get(b"/public/a?b")).status == 200
        refused = ask(connection, get(b"/private"))
        assert refused.status == 403 and b"reason: no_rule" in refused.body
        assert ask(connection, b"GET http://shop.example:%d/public/c HTTP/1.1\r\nHost: x\r\n\r\n" % origin.port).status == 421
        assert ask(connection, get(b"/public/d", b"evil.example")).status == 421
    assert [request["target"] for request in origin.requests] == ["/", "/public/a?b"]
    assert origin.requests[0]["headers"]["host"] == f"shop.example:{origin.port}"
    records = shop.decisions()
    assert {(r["scheme"], r["host"], r["port"]) for r in records} == {("http", "shop.example", origin.port)}
    assert [r["path"] for r in records] == ["/", "/public/a", "/private", "/public/c", "/public/d"]


def test_a_tunnel_in_which_http_comes_is_opened_and_says_so(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    with opened(one, origin.port) as connection:
        assert ask(connection, get()).status == 200
    connect, inside = one.decisions()
    assert (connect["plan"], one.outcome_of(connect)["done"]) == ("tunnel", "open")
    assert (inside["plan"], inside["scheme"], inside["method"]) == ("forward", "http", "GET")


def test_where_http_is_not_allowed_it_is_refused_in_http(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["https"])])
    with opened(one, origin.port) as connection:
        refused = ask(connection, get())
        assert refused.status == 403 and b"reason: no_rule" in refused.body
    assert origin.requests == []


def test_a_request_line_that_comes_byte_by_byte_is_waited_for(shop, origin):
    with opened(shop, origin.port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in get():
            connection.sendall(bytes([byte]))
        assert read_reply(connection).status == 200


@pytest.mark.parametrize("first", [b"SSH-2.0-x\r\n", b"EHLO there\r\n", b"\x00\x01", b"GET / FTP/1.1\r\n", b"get / HTTP/1.1\r\n"])
def test_other_bytes_than_tls_and_http_end_the_connection_as_before(shop, origin, first):
    with opened(shop, origin.port) as connection:
        connection.sendall(first)
        assert connection.recv(1) == b""
    assert shop.only_decision()["reason"] == "not_tls"


def test_tls_where_http_alone_is_allowed_is_refused_by_an_alert_and_for_its_reason(shop, origin):
    with opened(shop, origin.port) as connection:
        import ssl

        context = ssl._create_unverified_context()
        with pytest.raises(ssl.SSLError, match="ACCESS_DENIED"):
            context.wrap_socket(connection, server_hostname="shop.example")
    decision = shop.only_decision()
    assert (decision["verdict"], decision["reason"]) == ("deny", "no_rule")


def test_the_port_of_https_and_hosts_without_rules_are_refused_at_connect(shop):
    assert shop.tunnel("shop.example", 443)[1].startswith(b"HTTP/1.1 403")
    assert shop.tunnel("evil.example", 80)[1].startswith(b"HTTP/1.1 403")


def test_ws_is_http_with_another_name_and_wss_is_told_what_to_do(shop, origin):
    head = b"Host: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n\r\n"
    with opened(shop, origin.port) as connection:
        connection.sendall(b"GET /public/websocket HTTP/1.1\r\n" + head)
        assert ask(connection, b"").status == 200  # the origin has no socket there: a plain answer
    one = shop.send(b"GET ws://shop.example:%d/public/a HTTP/1.1\r\n" % origin.port + head)
    assert one.status == 200
    refused = shop.send(b"GET wss://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n")
    assert refused.status == 400 and b"use CONNECT, and TLS inside it" in refused.body


def test_a_websocket_goes_through_a_connect(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"])])
    with opened(one, origin.port) as connection:
        connection.sendall(b"GET /websocket HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 101")
        connection.sendall(b"ping")
        assert connection.recv(9) == b"echo:ping"


def test_a_connect_may_say_that_it_has_no_content_and_may_have_none(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    line = b"CONNECT shop.example:%d HTTP/1.1\r\nHost: shop.example\r\nContent-Length: %d\r\n\r\n"
    with one.connect() as connection:
        connection.sendall(line % (origin.port, 0))
        assert read_head(connection).startswith(b"HTTP/1.1 200")
        assert ask(connection, get()).status == 200
    refused = one.send(line % (origin.port, 1))
    assert refused.status == 400 and b"a CONNECT with content" in refused.body
