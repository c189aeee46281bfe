# SPDX-License-Identifier: Apache-2.0
"""From a name to a connection: several addresses of which some are dead, and one deadline for the whole."""
import pytest
from support.gate import allow, ask, free_port, run_exeat
from support.wait import wait_for

LOOPBACK = ["127.0.0.0/8", "::1/128"]
AUTHORITY = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["shop.example"]}


def shop_at(gate, *addresses, **more):
    rule = allow("shop.example", addresses=LOOPBACK)
    return gate(**{"resolve": {"hosts": {"shop.example": list(addresses)}}, "rules": [rule], "workers": 1, **more})


def opening_shop(gate, root, *addresses, **more):
    """One that looks inside, so that TLS is the gate's own."""
    tls = {"authority": AUTHORITY, "upstream": {"roots": str(root.path)}}
    rule = allow("shop.example", addresses=LOOPBACK, methods=["GET", "POST"], paths=["/**"])
    return shop_at(gate, *addresses, rules=[rule], tls=tls, **more)


def read_all(connection):
    while connection.recv(4096):
        pass


@pytest.mark.parametrize("count", [1, 2, 4, 24])
def test_dead_addresses_do_not_keep_a_request_from_the_one_that_answers(gate, origin, dead, count):
    silent = dead(origin.port, *(f"127.0.0.{20 + i}" for i in range(count)))
    one = shop_at(gate, *silent, "127.0.0.1", timeouts={"connect": "30s"})
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert one.get(f"http://shop.example:{origin.port}/", "POST", body=b"a").status == 200


def test_dead_addresses_do_not_keep_a_tunnel_from_the_one_that_answers(gate, secure_origin, root, dead):
    silent = dead(secure_origin.port, "127.0.0.20", "127.0.0.21", "::1")
    one = shop_at(gate, *silent, "127.0.0.1")
    with one.secure("shop.example", secure_origin.port, roots=root.path) as connection:
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").status == 200
    assert one.outcome_of(one.only_decision())["address"] == "127.0.0.1"


def test_an_address_that_is_silent_about_tls_loses_too_and_is_tried_last_from_then_on(
    gate, secure_origin, root, listen
):
    ended = []

    def silent(connection):
        read_all(connection)
        ended.append(True)

    mute = listen(silent, address="127.0.0.20", port=secure_origin.port)
    one = opening_shop(gate, root, "127.0.0.20", "127.0.0.1")
    post = b"POST / HTTP/1.1\r\nHost: shop.example:%d\r\nContent-Length: 1\r\n\r\na" % secure_origin.port
    for _ in range(3):
        with one.secure("shop.example", secure_origin.port) as connection:
            assert ask(connection, post).status == 200
    wait_for(lambda: len(ended) == mute.accepted, "the losers to be closed")
    # once, and then only where the other is slow to answer; the order itself is tests/unit/route/test_race.c
    assert mute.accepted >= 1 and secure_origin.connections == 3


def test_all_dead_is_a_504_that_says_which_addresses_were_tried(gate, dead):
    port = free_port()
    one = shop_at(gate, *dead(port, "127.0.0.20", "127.0.0.21"), timeouts={"connect": "600ms"})
    reply = one.get(f"http://shop.example:{port}/")
    assert reply.status == 504 and b"reason: connect_timeout" in reply.body
    (failure,) = one.events("dial_failed")
    assert failure["detail"] == "127.0.0.20: no answer in time; 127.0.0.21: no answer in time"


def test_a_refusal_says_more_than_silence(gate, dead):
    port = free_port()
    one = shop_at(gate, *dead(port, "127.0.0.20"), "127.0.0.1", timeouts={"connect": "600ms"})
    reply = one.get(f"http://shop.example:{port}/")
    assert reply.status == 502 and b"reason: connect_failed" in reply.body
    assert one.events("dial_failed")[0]["detail"] == "127.0.0.1: Connection refused; 127.0.0.20: no answer in time"


def test_only_addresses_that_the_policy_has_judged_take_part(gate, origin, listen):
    other = listen(read_all, address="127.0.0.20", port=origin.port)
    rule = allow("shop.example", addresses=["127.0.0.1/32"])
    one = shop_at(gate, "127.0.0.20", "127.0.0.1", rules=[rule])
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    origin.close()
    assert one.get(f"http://shop.example:{origin.port}/", "POST", body=b"a").status == 502
    assert other.accepted == 0


def test_names_and_connecting_have_one_deadline(gate, name_server):
    names = name_server({"slow.example": None})
    one = gate(
        resolve={"servers": [f"127.0.0.1:{names.port}"]}, rules=[allow("slow.example")], timeouts={"connect": "300ms"}
    )
    reply = one.get("http://slow.example/")
    assert reply.status == 504 and b"reason: dns_timeout" in reply.body


def test_a_reload_changes_the_deadline_in_force(gate, dead):
    port = free_port()
    one = shop_at(gate, *dead(port, "127.0.0.20"), timeouts={"connect": "1h"})
    one.config["timeouts"]["connect"] = "200ms"
    one.write()
    assert run_exeat("reload", "-c", one.config_path).returncode == 0
    assert one.get(f"http://shop.example:{port}/").status == 504


def test_an_endpoint_with_a_dead_address_is_reached(gate, inference, dead):
    dead(inference.port, "127.0.0.20")
    one = gate(
        resolve={"hosts": {"model.example": ["127.0.0.20", "127.0.0.1"]}},
        inference=[{"name": "local", "endpoint": f"http://model.example:{inference.port}", "models": {"*": "small"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )
    with one.secure("api.openai.com") as connection:
        body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert ask(connection, head + body, "POST").status == 200
