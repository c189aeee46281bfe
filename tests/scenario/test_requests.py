# SPDX-License-Identifier: Apache-2.0
"""Requests at the edges: the greatest head, methods that count hops, look-alike fields, old clients, the gate's own address."""
import re
import subprocess

import pytest
from support.gate import allow, ask, hosts, read_reply, run_exeat


@pytest.fixture
def shop(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"])], limits={"head": "1KiB"})
    one.authority = b"shop.example:%d" % origin.port
    return one


def head_of(size, start):
    return start + b"X: " + b"y" * (size - len(start) - 7) + b"\r\n\r\n"


@pytest.mark.parametrize("empty_lines", [0, 1, 2])
@pytest.mark.parametrize("beyond", [-1, 0, 1, 2, 3, 4, 5])
def test_a_head_near_the_limit_is_answered_at_once_also_behind_empty_lines(shop, empty_lines, beyond):
    head = head_of(1024 + beyond, b"GET http://%s/ HTTP/1.1\r\nHost: x\r\n" % shop.authority)
    with shop.connect() as connection:
        reply = ask(connection, b"\r\n" * empty_lines + head)
    assert reply.status == (200 if beyond <= 0 else 431)


def test_options_and_trace_count_their_hops_and_end_here_at_zero(shop, origin):
    line = b"OPTIONS http://%s/echo HTTP/1.1\r\nHost: x\r\nMax-Forwards: %s\r\n\r\n"
    assert shop.send(line % (shop.authority, b"5")).status == 200
    assert origin.requests[0]["headers"]["max-forwards"] == "4"
    ended = shop.send(line % (shop.authority, b"0"))
    assert ended.status == 405 and b"Max-Forwards is 0" in ended.body
    assert shop.send(b"TRACE http://%s/ HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n" % shop.authority).status == 405
    assert shop.send(b"GET http://%s/ HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n" % shop.authority).status == 200
    assert [r["headers"].get("max-forwards") for r in origin.requests] == ["4", "0"]


def test_options_of_a_host_as_a_whole_goes_out_with_an_asterisk(shop, origin):
    assert shop.send(b"OPTIONS http://%s HTTP/1.1\r\nHost: x\r\n\r\n" % shop.authority).status == 200
    assert shop.send(b"OPTIONS http://%s/ HTTP/1.1\r\nHost: x\r\n\r\n" % shop.authority).status == 200
    assert [r["target"] for r in origin.requests] == ["*", "/"]


def test_fields_that_resemble_framing_do_not_go_on(shop, origin):
    fields = b"Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX_Forwarded_For: 1.2.3.4\r\nproxy_connection: x\r\nHost_: b\r\nX_Shop: c\r\n"
    assert shop.send(b"GET http://%s/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % (shop.authority, fields)).status == 200
    names = set(origin.requests[0]["headers"])
    assert {name for name in names if "_" in name} == {"host_", "x_shop"}


def test_an_old_client_is_told_that_its_connection_stays(shop):
    request = b"GET http://%s/%s HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"
    with shop.connect() as connection:
        for path, status in ((b"hello", 200), (b"hello", 200)):
            reply = ask(connection, request % (shop.authority, path))
            assert (reply.status, reply.getheader("Connection")) == (status, "keep-alive")
        refused = ask(connection, b"GET http://evil.example/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert (refused.status, refused.getheader("Connection")) == (403, "keep-alive")


def own_address():
    """An address of this machine that is not on loopback, where there is one."""
    listed = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    return next((address for address in listed if re.fullmatch(r"[0-9.]+", address)), "127.0.0.1")


def test_a_gate_on_every_address_does_not_connect_to_itself_by_any_of_them(gate):
    one = gate(start=False, resolve=hosts("self.example", address=own_address()),
               rules=[allow("self.example", addresses=["0.0.0.0/0"])], clients={"any": {"address": "127.0.0.0/8"}})
    one.config["listen"]["forward"] = [f"0.0.0.0:{one.port}"]
    one.start()
    refused = one.send(b"CONNECT self.example:%d HTTP/1.1\r\nHost: self.example\r\n\r\n" % one.port)
    assert refused.status == 403 and b"reason: loop" in refused.body and b"is the gate itself" in refused.body


def test_a_capital_eszett_is_refused_with_a_word_and_explain_takes_names_as_the_file_does(tmp_path):
    policy = tmp_path / "p.yaml"
    policy.write_text('version: 1\nrules: [{ id: a, verdict: allow, hosts: [münchen.de], schemes: [http] }]\n')
    assert run_exeat("explain", "-c", policy, "GET", "http://münchen.de/").returncode == 0
    assert run_exeat("explain", "-c", policy, "CONNECT", "münchen.de:80").returncode == 1
    policy.write_text('version: 1\nrules: [{ id: a, verdict: allow, hosts: [FAẞ.de] }]\n')
    refused = run_exeat("check", "-c", policy)
    assert refused.returncode == 2 and "write ß or ss" in refused.stderr


def test_a_trailer_line_that_is_longer_than_what_is_read_of_a_held_body_is_refused_at_once(gate):
    one = gate(inference=[{"name": "canned", "builtin": "canned"}],
               rules=[{"id": "home", "verdict": "reroute", "hosts": ["api.openai.com"], "schemes": ["http"], "inference": ["canned"]}])
    head = b"POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nTransfer-Encoding: chunked\r\n\r\n"
    reply = one.send(head + b"2\r\n{}\r\n0\r\nX: " + b"y" * 30000)
    assert reply.status == 400 and b"longer than 8 KiB" in reply.body


def test_so_is_one_of_a_body_that_goes_on(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    head = b"POST / HTTP/1.1\r\nHost: shop.example:%d\r\nTransfer-Encoding: chunked\r\n\r\n" % origin.port
    reply = one.send(head + b"2\r\n{}\r\n0\r\nX: " + b"y" * 30000)
    assert reply.status == 400 and b"longer than 8 KiB" in reply.body
