# SPDX-License-Identifier: Apache-2.0
"""A refusal says what was wrong: to the client, on record, and by the right word of RFC 9209."""
import re
import socket
import threading
from email.utils import parsedate_to_datetime

import pytest
from support.gate import allow, ask, free_port, hosts, read_reply, run_exeat
from support.wait import wait_for

HOST = b"Host: shop.example\r\n"


@pytest.fixture
def shop(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], deny_hint="Ask Anna in #egress.")
    one.url = f"http://shop.example:{origin.port}"
    return one


MALFORMED = [
    (b"GET http://shop.example/ HTTP/1.1\r\n%sContent-Length: 1\r\nContent-Length: 1\r\n\r\n" % HOST, "malformed_body", "Content-Length stands 2 times"),
    (b"GET http://shop.example/ HTTP/1.1\r\n%sContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" % HOST, "malformed_body", "together"),
    (b"GET http://shop.example/a#b HTTP/1.1\r\n%s\r\n" % HOST, "bad_target", "a fragment in the target"),
    (b"GET http://shop.example/a\\b HTTP/1.1\r\n%s\r\n" % HOST, "bad_target", "byte 0x5C in the target"),
    (b"GET http://shop.example/%%zz HTTP/1.1\r\n%s\r\n" % HOST, "bad_path", "write %25"),
    (b"GET http://shop.example/%%00 HTTP/1.1\r\n%s\r\n" % HOST, "bad_path", "%00 in the path"),
    (b"GET http://shop.example:0/ HTTP/1.1\r\n%s\r\n" % HOST, "bad_target", "the port is not a number"),
    (b"GET http://shop.example/ HTTP/1.1\r\n%sX y: 1\r\n\r\n" % HOST, "malformed_head", "field line 2: byte 0x20 in its name"),
    (b"GET http://shop.example/ HTTP/1.1\r\n%sX : 1\r\n\r\n" % HOST, "malformed_head", "field line 2: white space before"),
    (b"GET http://shop.example/ HTTP/1.1\r\n%sX: \x01\r\n\r\n" % HOST, "malformed_head", "field line 2: byte 0x01 in its value"),
    (b"GET http://shop.example/ HTTP/1.1\r\n\r\n", "malformed_head", "no Host"),
    (b"GET http://shop.example/ HTTP/1.1\r\n%s%s\r\n" % (HOST, HOST), "malformed_head", "Host stands 2 times"),
    (b"GET http://shop.example/ HTTP/1.2\r\n%s\r\n" % HOST, "malformed_head", "the version is neither HTTP/1.0 nor HTTP/1.1"),
    (b"GET http://shop.example/ HTTP/1.1\r\n%s%s\r\n" % (HOST, b"X: y\r\n" * 200), "head_too_large", "more than 200 fields: limits.fields"),
    (b"GET ftp://shop.example/ HTTP/1.1\r\n%s\r\n" % HOST, "bad_target", "neither a path nor a URL of http"),
]


@pytest.mark.parametrize("request_bytes, reason, detail", MALFORMED, ids=[row[2].replace(" ", "-") for row in MALFORMED])
def test_a_malformed_request_is_told_what_is_wrong_and_its_record_says_it_with_host_method_and_path(shop, request_bytes, reason, detail):
    reply = shop.send(request_bytes)
    assert detail in reply.body.decode() and f"reason: {reason}\n" in reply.body.decode()
    assert reply.getheader("Proxy-Status") == f'exeat; error=http_request_error; details="{reason}"'
    decision = shop.only_decision()
    assert decision["reason"] == reason and detail in decision["detail"]
    assert (decision["method"], decision.get("host")) == ("GET", None if b"ftp" in request_bytes else "shop.example")
    assert b"ftp" in request_bytes or decision["path"].startswith("/")


def test_credentials_in_a_target_are_named_and_neither_told_nor_recorded(shop):
    reply = shop.send(b"GET http://anna:s3cret@shop.example/a HTTP/1.1\r\n%s\r\n" % HOST)
    decision = shop.only_decision()
    assert reply.status == 400 and "user name or password" in reply.body.decode()
    assert (decision["host"], decision["path"]) == ("shop.example", "/a")
    assert "s3cret" not in str(decision) + reply.body.decode() + shop.log() and "anna" not in str(decision)


def test_half_a_head_is_on_record_with_what_was_read_of_it(shop):
    with shop.connect() as connection:
        connection.sendall(b"POST http://shop.example/cart?x=1 HTTP/1.1\r\nHost: shop.exam")
        connection.shutdown(socket.SHUT_WR)
        assert read_reply(connection).status == 400
    decision = shop.only_decision()
    assert (decision["method"], decision["host"], decision["path"]) == ("POST", "shop.example", "/cart")
    assert decision["detail"] == "the connection ended within the head"


def test_a_refusal_names_host_and_port_once_the_request_and_whom_to_ask(shop):
    body = shop.get("http://evil.example:8080/").body.decode()
    decision = shop.only_decision()
    assert body.splitlines()[0] == "exeat refused this request to evil.example:8080: no rule allows this request"
    assert body.splitlines()[-1] == "Ask Anna in #egress."
    assert body.count(decision["request"]) == 1


def test_an_answer_of_the_gate_has_a_date(shop):
    assert parsedate_to_datetime(shop.get("http://evil.example/").getheader("Date")).year >= 2026


def test_show_tells_the_detail(shop):
    shop.send(MALFORMED[0][0])
    decision = shop.only_decision()
    shown = run_exeat("audit", "show", "-c", shop.config_path, decision["request"]).stdout
    assert "Content-Length stands 2 times" in shown


def test_a_private_address_is_said_with_the_rule_that_would_have_to_name_it(gate, origin):
    one = gate(resolve=hosts("shop.example", address="10.1.2.3"), rules=[allow("shop.example", addresses=["10.9.0.0/16"])])
    reply = one.get("http://shop.example/")
    advice = "10.1.2.3 is private: add addresses: [10.1.2.3/32] to rule allowed"
    assert reply.status == 403 and advice in reply.body.decode()
    assert "error=destination_ip_prohibited" in reply.getheader("Proxy-Status")
    assert one.outcome_of(one.only_decision())["detail"] == advice
    assert one.events("address_refused")[0]["detail"] == advice


def test_an_address_that_a_rule_denies_is_said_with_that_rule(gate, origin):
    denies = {"id": "not-there", "verdict": "deny", "schemes": ["http"], "ports": ["1-65535"], "addresses": ["127.0.0.0/8"]}
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example"), denies])
    assert "rule not-there denies 127.0.0.1" in one.get(f"http://shop.example:{origin.port}/").body.decode()


class Scripted:
    """An origin that answers every connection with the same bytes."""

    def __init__(self, reply):
        self.reply = reply
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self.reply)

    def close(self):
        self.socket.close()


OK = b"HTTP/1.1 200 OK\r\n"
REPLIES = [
    (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "http_protocol_error", "Content-Length stands 2 times"),
    (b"HTTP/1.1 999 No\r\n\r\n", "http_protocol_error", "status 999, above 599"),
    (b"ICY 200 OK\r\n\r\n", "http_protocol_error", "it does not begin with HTTP/1."),
    (OK + b"X: y\r\n" * 201 + b"\r\n", "http_response_header_section_size", "more than 200 fields: limits.fields"),
    (OK + b"X: " + b"y" * 70000 + b"\r\n\r\n", "http_response_header_section_size", "limits.head"),
    (b"", "connection_terminated", "the connection ended before a reply"),
    (OK + b"Content-Le", "http_response_incomplete", "the connection ended within the reply's head"),
]


@pytest.mark.parametrize("reply_bytes, error, detail", REPLIES, ids=[row[2].replace(" ", "-") for row in REPLIES])
def test_a_broken_reply_is_a_502_that_says_how_it_was_broken(gate, reply_bytes, error, detail):
    broken = Scripted(reply_bytes)
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    reply = one.get(f"http://shop.example:{broken.port}/")
    broken.close()
    assert reply.status == 502 and detail in reply.body.decode()
    assert reply.getheader("Proxy-Status") == f'exeat; error={error}; details="upstream_broken"'
    assert detail in one.outcome_of(one.only_decision())["detail"]
    event = one.events("reply_broken")[0]
    assert (event["host"], event["port"], event["error"]) == ("shop.example", broken.port, error) and detail in event["detail"]


def test_a_silent_origin_is_a_timeout_of_the_response_and_a_closed_port_a_refused_connection(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], timeouts={"stream": "300ms"})
    silent = one.get(f"http://shop.example:{origin.port}/silent")
    assert (silent.status, "error=http_response_timeout" in silent.getheader("Proxy-Status")) == (504, True)
    closed = one.get(f"http://shop.example:{free_port()}/")
    assert (closed.status, "error=connection_refused" in closed.getheader("Proxy-Status")) == (502, True)
