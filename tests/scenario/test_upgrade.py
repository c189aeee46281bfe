# SPDX-License-Identifier: Apache-2.0
"""Upgrade: a WebSocket goes through, plain and inside an opened connection; nothing else switches protocols, since what
came after would be judged by nobody. What a WebSocket was judged by outlives its head."""
import json
import threading

import pytest
from support.gate import allow, ask, hosts, read_head
from support.wait import wait_for

HOST = "api.vendor.example"
ONLY = {"methods": ["GET"], "paths": ["/public/**", "/websocket", "/we/*/socket", "/echo"]}


def opening(name):
    return {"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["@llm", name]}}


def deny(path):
    return {"id": "no", "verdict": "deny", "hosts": [HOST], "schemes": ["http", "https"], "ports": ["1-65535"], "paths": [path]}


@pytest.fixture(params=["plain", "opened", "plain in CONNECT"])
def site(request, gate, origin, secure_origin):
    """A gate with a rule that has methods and paths, and a way to get a connection on which origin-form is spoken."""
    one = gate(resolve=hosts(HOST), tls=opening(HOST), on_reload="cut-denied", rules=[allow(HOST, **ONLY)])
    one.origin = secure_origin if request.param == "opened" else origin
    one.authority = b"%s:%d" % (HOST.encode(), one.origin.port)
    one.open = {
        "plain": one.connect,
        "opened": lambda: one.secure(HOST, one.origin.port),
        "plain in CONNECT": lambda: one.tunnel(HOST, one.origin.port)[0],
    }[request.param]
    return one


@pytest.fixture
def switching(gate, listen):
    """A gate before an origin that answers whatever it is asked by these bytes, and notes what came."""

    def make(answer):
        def serve(connection):
            seen.append(read_head(connection))
            connection.sendall(answer)
            seen.append(connection.recv(4096))

        seen = []
        thing = listen(serve)
        one = gate(resolve=hosts(HOST), tls=opening(HOST), rules=[allow(HOST, **ONLY)])
        one.authority = b"%s:%d" % (HOST.encode(), thing.port)
        one.seen = seen
        return one

    return make


def request_for(authority, path=b"/websocket", protocol=b"websocket", method=b"GET", version=b"1.1", more=b""):
    return (
        b"%s %s HTTP/%s\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: %s\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n"
        % (method, path, version, authority, protocol, more)
    )


def web_socket(site, path=b"/websocket"):
    connection = site.open()
    connection.sendall(request_for(site.authority, path))
    head = read_head(connection)
    assert head.startswith(b"HTTP/1.1 101"), head
    assert_echoes(connection)
    return connection


def assert_echoes(connection):
    connection.sendall(b"ping")
    assert connection.recv(100) == b"echo:ping"


def assert_ended(connection):
    try:
        assert connection.recv(100) == b""
    except TimeoutError:
        raise
    except OSError:
        pass


def reload_with(gate, **sections):
    reloads = gate.metric("exeat_policy_reloads_total")
    gate.merge(sections)
    gate.write()
    wait_for(lambda: gate.metric("exeat_policy_reloads_total") > reloads, "the new policy")


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_a_websocket_goes_through_and_is_on_record(site):
    connection = web_socket(site)
    connection.close()
    decision = site.only_decision()
    assert (decision["path"], decision["verdict"]) == ("/websocket", "allow")
    assert (site.outcome_of(decision)["done"], site.outcome_of(decision)["status"]) == ("forward", 101)


OTHERS = [b"h2c", b"TLS/1.0", b"TLS/1.2, HTTP/1.1", b"anything", b"h2c, websocket", b"websocket, h2c", b"websocket/13", b"websocket\r\nUpgrade: h2c"]


@pytest.mark.parametrize("protocol", OTHERS)
def test_another_protocol_is_not_asked_for(site, protocol):
    with site.open() as connection:
        reply = ask(connection, request_for(site.authority, b"/echo", protocol, more=b"HTTP2-Settings: AAMAAABk\r\n"))
        assert reply.status == 200
        seen = {name.lower() for name in json.loads(reply.body)["headers"]}
        assert not seen & {"upgrade", "connection", "http2-settings"}, seen


@pytest.mark.parametrize("form", [{"method": b"POST", "more": b"Content-Length: 0\r\n"}, {"version": b"1.0"}, {"more": b"Content-Length: 1\r\n"}])
def test_a_websocket_is_asked_for_by_get_of_http_1_1_without_a_body(gate, origin, form):
    one = gate(resolve=hosts(HOST), rules=[allow(HOST)])
    authority = b"%s:%d" % (HOST.encode(), origin.port)
    with one.connect() as connection:
        body = b"x" if b"Length: 1" in form.get("more", b"") else b""
        reply = ask(connection, request_for(authority, b"/echo", **form) + body)
        assert reply.status == 200 and "upgrade" not in {name.lower() for name in json.loads(reply.body)["headers"]}


# --- what is answered -------------------------------------------------------------------------------------------------


def switch_to(protocol, connection=b"Connection: Upgrade\r\n"):
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\n%s\r\n" % (protocol, connection)


UNASKED = [switch_to(b"h2c"), switch_to(b"websocket"), switch_to(b"TLS/1.2, HTTP/1.1"), b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]


@pytest.mark.parametrize("answer", UNASKED)
@pytest.mark.parametrize("protocol", [b"h2c", None])
def test_a_switch_that_nobody_asked_for_is_a_502(switching, answer, protocol):
    one = switching(answer)
    plain = b"GET /public/a HTTP/1.1\r\nHost: %s\r\n\r\n" % one.authority
    with one.connect() as connection:
        connection.sendall(plain if protocol is None else request_for(one.authority, b"/public/a", protocol))
        assert read_head(connection).startswith(b"HTTP/1.1 502")
        connection.sendall(b"POST /private HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n" % one.authority)
        assert b"/private" not in b"".join(wait_for(lambda: one.seen[1:] and one.seen, "the origin to see the end"))
    assert one.outcome_of(one.decisions()[0])["reason"] == "upstream_broken"


WRONG = [switch_to(b"h2c"), switch_to(b"websocket, h2c"), switch_to(b"websocket\r\nUpgrade: h2c"), switch_to(b"websocket", b""), switch_to(b"")]


@pytest.mark.parametrize("answer", WRONG)
def test_a_switch_to_another_protocol_than_websocket_is_a_502(switching, answer):
    one = switching(answer)
    with one.connect() as connection:
        connection.sendall(request_for(one.authority))
        assert read_head(connection).startswith(b"HTTP/1.1 502")
    assert one.outcome_of(one.only_decision())["status"] == 502


def test_what_an_origin_could_switch_to_is_left_out_of_its_reply(switching):
    one = switching(b"HTTP/1.1 200 OK\r\nUpgrade: h2,h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nok")
    reply = one.send(b"GET /public/a HTTP/1.1\r\nHost: %s\r\n\r\n" % one.authority)
    assert (reply.status, reply.body, reply.getheader("Upgrade"), reply.getheader("Connection")) == (200, b"ok", None, None)


# --- a new policy -----------------------------------------------------------------------------------------------------


def test_a_websocket_stays_while_its_rule_says_the_same(site):
    connection = web_socket(site)
    for more in ([allow("third.example", id="third")], [allow("other.example", id="other")]):
        reload_with(site, rules=[allow(HOST, **ONLY), *more])
        assert_echoes(connection)
    connection.close()
    assert site.outcome_of(site.only_decision()).get("reason") != "policy_changed"


WITHDRAWN = [
    [],
    [allow(HOST, methods=["GET"], paths=["/public/**"])],
    [allow(HOST, methods=["POST"])],
    [allow(HOST, **ONLY), deny("/websocket")],
    [allow(HOST, **{**ONLY, "addresses": ["10.0.0.0/8"]})],
]


@pytest.mark.parametrize("rules", WITHDRAWN)
def test_a_websocket_is_cut_when_its_rule_is_withdrawn(site, rules):
    connection = web_socket(site)
    reload_with(site, rules=rules)
    assert_ended(connection)
    assert site.outcome_of(site.only_decision())["reason"] == "policy_changed"


def test_a_websocket_is_judged_anew_by_its_canonical_path(site):
    """The bytes of its head are gone by then, and their memory has been used for others."""
    connection = web_socket(site, b"/websocket?token=1")
    others = [site.open() for _ in range(8)]
    for other in others:
        assert ask(other, b"GET /public/%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (b"z" * 60, site.authority)).status == 200
    reload_with(site, rules=[allow(HOST, **{**ONLY, "paths": ["/websocket"]})])
    assert_echoes(connection)
    reload_with(site, rules=[allow(HOST, **{**ONLY, "paths": ["/public/**"]})])
    assert_ended(connection)


def test_a_websocket_that_begins_after_a_new_policy_is_judged_by_it_too(gate, listen):
    def hesitate(connection):
        read_head(connection)
        asked.set()
        seen.wait(60)
        connection.sendall(switch_to(b"websocket"))
        connection.recv(1)

    asked, seen = threading.Event(), threading.Event()
    one = gate(resolve=hosts(HOST), on_reload="cut-denied", rules=[allow(HOST)])
    with one.connect() as connection:
        connection.sendall(request_for(b"%s:%d" % (HOST.encode(), listen(hesitate).port)))
        assert asked.wait(60)
        reload_with(one, rules=[allow("other.example")])
        seen.set()
        assert_ended(connection)
    assert one.outcome_of(one.only_decision())["reason"] == "policy_changed"


def test_a_path_that_was_not_canonical_is_kept_as_it_was_judged(gate, listen):
    def echo(connection):
        read_head(connection)
        connection.sendall(switch_to(b"websocket"))
        while data := connection.recv(4096):
            connection.sendall(b"echo:" + data)

    one = gate(resolve=hosts(HOST), tls=opening(HOST), on_reload="cut-denied", rules=[allow(HOST)])
    with one.connect() as connection:
        connection.sendall(request_for(b"%s:%d" % (HOST.encode(), listen(echo).port), b"/we/%61/../b/socket"))
        assert read_head(connection).startswith(b"HTTP/1.1 101")
        reload_with(one, rules=[deny("/we/a/**"), allow(HOST)])
        assert one.only_decision()["verdict"] == "allow"
        assert_ended(connection)  # for who keeps the dots it is below /we/a


def test_a_tunnel_that_a_new_policy_would_open_is_cut_and_one_that_it_would_tunnel_stays(gate, root, secure_origin):
    one = gate(resolve=hosts(HOST), tls=opening(HOST), on_reload="cut-denied", rules=[allow(HOST)])
    with one.secure(HOST, secure_origin.port, roots=root.path) as connection:
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % HOST.encode()).status == 200
        reload_with(one, rules=[allow(HOST, schemes=["https"]), allow("other.example", id="other")])
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % HOST.encode()).status == 200
        reload_with(one, rules=[allow(HOST, **ONLY)])
        assert_ended(connection)
    assert one.outcome_of(one.decisions()[0])["reason"] == "policy_changed"
