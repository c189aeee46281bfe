# SPDX-License-Identifier: Apache-2.0
"""Descriptors and memory that are used up: who is too many is told so in words that it understands, the operator's port goes
on, and when there is room again nobody has to do anything."""
import contextlib
import json
import os
import resource
import select
import socket
import ssl
import struct

import pytest
from support.gate import RELEASE, allow, ask, hosts, read_reply
from support.questions import Questions, free_dns_port
from support.wait import wait_for

DENIED = b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"


def descriptors(one):
    return len(os.listdir(f"/proc/{one.process.pid}/fd"))


@pytest.fixture
def shop(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], workers=1)
    one.url = f"http://shop.example:{origin.port}/"
    assert one.get(one.url).status == 200
    return one


def test_when_descriptors_are_used_up_probes_and_the_served_go_on_and_it_recovers_alone(shop, origin):
    before = descriptors(shop)
    served = shop.connect()
    assert ask(served, DENIED).status == 403
    resource.prlimit(shop.process.pid, resource.RLIMIT_NOFILE, (before + 40, resource.prlimit(shop.process.pid, resource.RLIMIT_NOFILE)[1]))
    crowd = [shop.connect() for _ in range(100)]
    wait_for(lambda: any(is_turned_away(connection) for connection in answered(crowd)), "somebody to be turned away")
    assert shop.admin("/readyz")[0] == 200 and shop.metric("exeat_sessions_over_limit_total") > 0
    assert shop.control("reload").startswith("ok")  # which opens files
    assert ask(served, DENIED).status == 403
    for connection in [*crowd, served]:
        connection.close()
    wait_for(lambda: shop.metric("exeat_sessions_open") == 0, "the crowd to be gone")
    assert shop.get(shop.url).status == 200
    wait_for(lambda: descriptors(shop) <= before + 1, "all descriptors to be free again")


def test_the_listener_for_names_goes_on_without_descriptors_and_recovers_alone(gate, name_server):
    names = name_server({name: ["127.0.0.5"] for name in ("one.many.example", "two.many.example", "three.many.example")})
    port = free_dns_port()
    one = gate(rules=[allow("*.many.example")], workers=1, resolve={"servers": [f"127.0.0.1:{names.port}"]}, listen={"dns": [f"127.0.0.1:{port}"]})
    ask = Questions("127.0.0.1", port)
    assert ask.udp("one.many.example").code == "NOERROR"
    before = descriptors(one)
    resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE, (before + 12, resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE)[1]))
    crowd = [ask.connect() for _ in range(60)]
    wait_for(lambda: answered(crowd), "somebody to be turned away")
    assert ask.udp("one.many.example").code == "NOERROR"  # it is known
    assert ask.udp("two.many.example").code == "NOERROR"  # there is room left to ask for it
    assert one.admin("/readyz")[0] == 200
    for client in crowd:
        client.close()
    wait_for(lambda: is_told(ask, "three.many.example"), "room for a connection")
    wait_for(lambda: descriptors(one) <= before + 2, "all descriptors to be free again")


def is_told(ask, name):
    """By a connection, unless it is turned away with what is left of the crowd."""
    with contextlib.suppress(OSError):
        return ask.tcp(name).code == "NOERROR"
    return False


def answered(crowd):
    """Who got an answer without a word of its own: who is served waits for it, and who is in the backlog for his turn."""
    return select.select(crowd, [], [], 0)[0]


def is_turned_away(connection):
    with contextlib.suppress(OSError):
        reply = read_reply(connection)
        assert reply.status == 503 and reply.getheader("Retry-After") == "1" and b"reason: limit" in reply.body
        return True
    return False


def test_a_listener_with_a_certificate_says_it_by_an_alert(gate, root, tmp_path):
    certificate, key = root.issue("gate.example")
    one = gate(start=False, rules=[], workers=1, limits={"connections": 1})
    one.config["listen"]["forward"] = [{"address": f"127.0.0.1:{one.port}", "certificate": str(certificate), "key": str(key)}]
    one.start()
    trusting = ssl.create_default_context(cafile=root.path)
    with trusting.wrap_socket(one.connect(), server_hostname="gate.example") as served:
        assert ask(served, DENIED).status == 403
        with pytest.raises(ssl.SSLError, match="(?i)internal.error"):
            trusting.wrap_socket(one.connect(), server_hostname="gate.example")


def test_upstreams_that_break_in_the_middle_leave_no_descriptor(shop, origin):
    """Killed at any moment: before the reply, within its head, within its body, in a tunnel."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    before = None
    for words in (b"", b"HTTP/1.1 200 OK\r\nConte", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") * 5:
        with shop.connect() as connection:
            connection.sendall(b"GET http://shop.example:%d/ HTTP/1.1\r\nHost: shop.example\r\n\r\n" % port)
            upstream, _ = listener.accept()
            upstream.recv(1000)
            upstream.sendall(words)
            upstream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            upstream.close()
            with contextlib.suppress(OSError):
                assert read_reply(connection).status == 502
        tunnel, _ = shop.tunnel("shop.example", port)
        upstream, _ = listener.accept()
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        upstream.close()
        tunnel.close()
        wait_for(lambda: shop.metric("exeat_sessions_open") == 0, "it to end")
        before = before or descriptors(shop)
    listener.close()
    wait_for(lambda: descriptors(shop) <= before, "all descriptors to be free again")


# --- memory ---------------------------------------------------------------------------------------------------------------


CALL = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def call(body):
    return (b"POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def set_memory(one, most):
    one.config.setdefault("limits", {})["memory"] = most
    one.write()
    assert one.control("reload").startswith("ok")


CANNED = {"name": "canned", "builtin": "canned", "text": "x"}
LLM = {"id": "llm", "verdict": "reroute", "hosts": ["@llm"], "schemes": ["http"], "ports": [80], "inference": ["canned"]}


def test_with_as_much_in_memory_as_it_may_have_the_gate_says_so_to_each_in_its_words(gate):
    one = gate(workers=1, inference=[CANNED], rules=[LLM])
    with one.connect() as served:
        assert ask(served, call(json.dumps(CALL).encode())).status == 200
        set_memory(one, "1MiB")
        with one.connect() as late:
            reply = read_reply(late)
            assert (reply.status, reply.getheader("Retry-After")) == (503, "1") and b"reason: memory" in reply.body
        reply = ask(served, call(json.dumps(CALL).encode()))
        assert (reply.status, reply.getheader("Retry-After")) == (503, "1")
        assert json.loads(reply.body)["error"]["code"] == "memory"
        assert one.admin("/readyz")[0] == 200 and one.metric("exeat_sessions_over_memory_total") == 1
        set_memory(one, "0")
    with one.connect() as again:
        assert ask(again, call(json.dumps(CALL).encode())).status == 200


def test_bodies_that_would_fill_the_memory_are_refused_and_what_was_theirs_is_given_back(gate, monkeypatch):
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    one = gate(start=False, workers=1, inference=[CANNED], rules=[LLM], limits={"body_held": "8MiB"})
    one.start()
    most = int(one.metric("process_resident_memory_bytes")) + (40 << 20)
    set_memory(one, str(most))
    part = call(b" " * (8 << 20))[:-1000]  # the end never comes
    held, refused = [], []
    for _ in range(12):
        connection = one.connect()
        with contextlib.suppress(OSError):
            connection.sendall(part)
        held.append(connection)

    def heard():
        for connection in answered(held):
            with contextlib.suppress(OSError):
                refused.append(read_reply(connection).status)
        return refused

    assert set(wait_for(heard, "a refusal")) == {503}
    assert one.metric("process_resident_memory_bytes") < most + (40 << 20)
    for connection in held:
        connection.close()

    def serves():
        with contextlib.suppress(OSError), one.connect() as connection:
            return ask(connection, call(json.dumps(CALL).encode())).status == 200

    wait_for(serves, "memory to be given back")
