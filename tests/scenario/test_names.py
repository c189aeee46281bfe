# SPDX-License-Identifier: Apache-2.0
"""From a name to addresses: what is asked, what is remembered for how long, what is never asked."""
import threading

import pytest
from support.disk import faults
from support.gate import allow, run_exeat
from support.origin import Origin
from support.wait import wait_for

A, AAAA = 1, 28
LOOPBACK = ["127.0.0.0/8", "::1/128"]


def gate_that_asks(gate, *servers, **more):
    """Everything of .example and localhost may be reached on loopback."""
    rule = allow("*.example", addresses=LOOPBACK)
    rule["hosts"] += ["localhost", "*.localhost"]
    return gate(
        **{
            "resolve": {"servers": [f"127.0.0.1:{server.port}" for server in servers]},
            "rules": [rule],
            "workers": 1,
            **more,
        }
    )


def post(one, host, port):
    """A request that never takes a kept connection, so that its name is looked up."""
    return one.get(f"http://{host}:{port}/", "POST", body=b"a")


def test_a_silent_type_does_not_keep_the_other_waiting(gate, origin, name_server):
    names = name_server({"shop.example": ["127.0.0.1"]}, silent=[AAAA])
    one = gate_that_asks(gate, names)
    for _ in range(3):
        assert post(one, "shop.example", origin.port).status == 200
    assert sorted(kind for _, kind in names.queries)[:2] == [A, AAAA]


def test_a_silent_a_does_not_keep_aaaa_waiting(gate, name_server, things):
    origin = Origin(address="::1")
    things.append(origin)
    one = gate_that_asks(gate, name_server({"shop.example": ["::1"]}, silent=[A]))
    assert post(one, "shop.example", origin.port).status == 200


@pytest.mark.parametrize(
    ("more", "status", "queries"),
    [
        ({"ttl": 60}, 200, 2),
        ({"ttl": 0}, 200, 6),
        ({"ttl": 60, "nothing": (60, 60)}, 200, 2),
        ({"ttl": 60, "aliases": 8}, 200, 2),
        ({"ttl": 60, "aliases": 3, "alias_ttl": 0}, 200, 6),  # an alias that is not to be kept
        ({"ttl": 60, "nothing": (60, 0)}, 200, 6),  # that there is no AAAA is not to be kept
        ({"fails": True}, 502, 12),  # each is tried twice, and none of it is kept
    ],
)
def test_an_answer_is_kept_as_long_as_it_says(gate, origin, name_server, more, status, queries):
    names = name_server({"shop.example": ["127.0.0.1"]}, **more)
    one = gate_that_asks(gate, names)
    for _ in range(3):
        assert post(one, "shop.example", origin.port).status == status
    assert len(names.queries) == queries


def test_many_addresses_come_over_tcp_and_the_same_one_counts_once(gate, origin, name_server):
    names = name_server({"many.example": [f"127.0.1.{i}" for i in range(60)] + ["127.0.0.1"]})
    twice = name_server({"shop.example": ["127.0.0.1"] * 20})
    one = gate_that_asks(gate, names, timeouts={"connect": "10s"})
    reply = post(one, "many.example", origin.port)
    assert reply.status == 502 and names.by_tcp == 1
    assert len(one.events("dial_failed")[0]["detail"].split("; ")) > 1
    other = gate_that_asks(gate, twice)
    assert post(other, "shop.example", 1).status == 502
    assert other.events("dial_failed")[0]["detail"].count("127.0.0.1") == 1


@pytest.mark.parametrize(("nothing", "queries"), [(None, 6), ((60, 60), 2), ((0, 60), 6), ((60, 0), 6)])
@pytest.mark.parametrize("answers", [{}, {"gone.example": []}], ids=["no name", "no address"])
def test_that_there_is_nothing_is_kept_as_long_as_the_zone_says(gate, name_server, answers, nothing, queries):
    names = name_server(answers, nothing=nothing)
    one = gate_that_asks(gate, names)
    for _ in range(3):
        reply = one.get("http://gone.example/")
        assert reply.status == 502 and b"reason: dns_failed" in reply.body
    assert len(names.queries) == queries
    wait_for(lambda: len(one.events("resolve_failed")) == 3, "each of them to be told in the log")
    assert one.metric("exeat_lookups_failed_total") == 3


def test_a_kept_answer_is_judged_for_each_request(gate, origin, name_server):
    names = name_server({"shop.example": ["127.0.0.1"]})
    inside = allow("shop.example", id="inside", schemes=["http"], paths=["/in/**"], methods=["POST"])
    outside = {**inside, "id": "outside", "paths": ["/out/**"], "addresses": ["203.0.113.0/24"]}
    one = gate_that_asks(gate, names, rules=[inside, outside])
    url = f"http://shop.example:{origin.port}"
    for path, status in (("/in/", 200), ("/out/", 403), ("/in/", 200), ("/out/", 403)):
        assert one.get(url + path, "POST", body=b"a").status == status
    assert len(names.queries) == 2
    assert one.metric(r'exeat_lookups_total\{from="dns"\}') == 1
    assert one.metric(r'exeat_lookups_total\{from="kept"\}') == 3


def test_a_reload_forgets_what_was_kept(gate, origin, name_server):
    names = name_server({"shop.example": ["127.0.0.1"]})
    one = gate_that_asks(gate, names)
    assert post(one, "shop.example", origin.port).status == 200
    names.answers["shop.example"] = ["127.0.0.2"]
    one.config["rules"][0]["id"] = "another"
    one.write()
    assert run_exeat("reload", "-c", one.config_path).returncode == 0
    assert post(one, "shop.example", origin.port).status == 502
    assert len(names.queries) == 4


def test_many_who_ask_at_once_ask_once(gate, origin, name_server):
    held = threading.Event()
    names = name_server({"shop.example": ["127.0.0.1"]}, held=held)
    one = gate_that_asks(gate, names)
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(post(one, "shop.example", origin.port).status)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: one.metric("exeat_decisions_total") == 8 and names.queries, "all to be decided")  # who asks has seconds
    held.set()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert len(names.queries) == 2


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "model.localhost"])
def test_localhost_is_loopback_and_nobody_is_asked(gate, origin, name_server, host):
    names = name_server({})
    one = gate_that_asks(gate, names)
    assert post(one, host, origin.port).status == 200
    assert names.queries == []


def test_localhost_is_judged_like_any_name(gate, origin, name_server):
    rule = allow("localhost")
    del rule["addresses"]
    one = gate_that_asks(gate, name_server({}), rules=[rule])
    reply = post(one, "localhost", origin.port)
    assert reply.status == 403 and b"reason: address" in reply.body


def test_an_endpoint_may_be_localhost(gate, inference, name_server):
    names = name_server({})
    one = gate_that_asks(
        gate,
        names,
        inference=[{"name": "local", "endpoint": f"http://localhost:{inference.port}", "models": {"*": "small"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )
    body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'
    with one.secure("api.openai.com") as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert names.queries == []


def test_an_endpoint_whose_name_is_unknown_is_told_from_one_that_is_down(gate, name_server):
    one = gate_that_asks(
        gate,
        name_server({}),
        inference=[{"name": "local", "endpoint": "http://model.example:8000", "models": {"*": "small"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )
    body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'
    with one.secure("api.openai.com") as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        assert connection.recv(12) == b"HTTP/1.1 503"
    (failure,) = wait_for(lambda: one.events("inference_failed"), "the log to tell it")
    assert (failure["endpoint"], failure["reason"]) == ("local", "dns_failed") and failure["host"] == "model.example", failure


def test_a_silent_name_server_is_waited_for_once(gate, origin, name_server):
    known = {f"n{i}.example": ["127.0.0.1"] for i in range(4)}
    silent = name_server(dict.fromkeys(known))
    awake = name_server(known)
    one = gate_that_asks(gate, silent, awake)
    for name in known:
        assert post(one, name, origin.port).status == 200
    assert {name for name, _ in silent.queries} == {"n0.example"}


def test_nothing_is_asked_for_a_request_that_is_refused(gate, name_server):
    names = name_server({"evil.test": ["127.0.0.1"]})
    one = gate_that_asks(gate, names)
    assert one.get("http://evil.test/").status == 403
    assert names.queries == []


def test_no_name_is_asked_for_before_the_decision_is_on_disk(gate, origin, name_server, bad_disk):
    names = name_server({"shop.example": ["127.0.0.1"]})
    one = gate_that_asks(gate, names, start=False)
    one.start(**faults(one.folder, bad_disk))
    (one.folder / "stall").touch()
    with one.connect() as client:
        client.sendall(b"GET http://shop.example:%d/ HTTP/1.1\r\nHost: shop.example:%d\r\n\r\n" % (origin.port, origin.port))
        wait_for(lambda: one.metric("exeat_audit_queue_entries ") > 0, "the decision to wait for the disk")
        assert names.queries == []
        (one.folder / "stall").unlink()
        assert client.recv(12) == b"HTTP/1.1 200"
    assert names.queries


def test_a_judged_name_is_asked_for_as_it_is_and_no_search_list_is_tried(gate, name_server):
    names = name_server({})
    one = gate_that_asks(gate, names, rules=[allow("*.example", addresses=LOOPBACK), allow("plain", id="plain")])
    assert post(one, "gone.example", 80).status == 502 and post(one, "plain", 80).status == 502
    assert {name for name, _ in names.queries} == {"gone.example", "plain"}
