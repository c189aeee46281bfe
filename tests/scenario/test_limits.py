# SPDX-License-Identifier: Apache-2.0
"""Limits of rules and clients: what is beyond them is refused with the time to come again, and a restart forgets nothing."""
import pytest
from support.gate import allow, ask, hosts
from support.wait import wait_for


CLOCK_IS_A_FILE = {"landlock": "none"}  # beside the gate's folder


def request(port, path="/"):
    return b"GET http://shop.example:%d%s HTTP/1.1\r\nHost: shop.example\r\n\r\n" % (port, path.encode())


pytestmark = pytest.mark.usefixtures("noon")


def limited(gate, **limit):
    return gate(resolve=hosts("shop.example"), confine=CLOCK_IS_A_FILE, rules=[allow("shop.example", limit=limit)])


def test_requests_beyond_the_limit_are_told_when_to_come_again_also_after_a_restart(gate, origin):
    one = limited(gate, requests="3/d")
    assert [one.send(request(origin.port)).status for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = one.send(request(origin.port))
    assert 0 < int(refused.getheader("Retry-After")) <= 86400
    assert b"rule allowed: 3 requests in 86400 s" in refused.body
    assert [d["reason"] for d in one.decisions()][-1] == "limit_requests"
    one.stop()
    one.start()
    assert one.send(request(origin.port)).status == 429
    one.config["rules"][0]["limit"] = {"requests": "5/d"}
    one.write()
    assert one.control("reload").startswith("ok")
    assert [one.send(request(origin.port)).status for _ in range(3)] == [200, 200, 429]


def test_plain_http_in_a_connect_counts_once_for_each_request_also_after_a_restart(gate, origin):
    one = limited(gate, requests="3/d")
    inside = b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
    connection, _ = one.tunnel("shop.example", origin.port)
    with connection:
        assert [ask(connection, inside).status for _ in range(2)] == [200, 200]
    one.stop()
    one.start()
    connection, _ = one.tunnel("shop.example", origin.port)
    with connection:
        assert [ask(connection, inside).status for _ in range(2)] == [200, 429]


def test_places_at_once_are_free_again_when_requests_end(gate, origin):
    one = limited(gate, concurrent=1)
    with one.connect() as first:
        first.sendall(request(origin.port, "/silent"))
        wait_for(lambda: origin.requests, "the origin to be asked")
        refused = one.send(request(origin.port))
        assert (refused.status, refused.getheader("Retry-After")) == (503, "1")
        origin.released.set()
    wait_for(lambda: one.send(request(origin.port)).status == 200, "a place to be free")


def test_bytes_that_are_used_up_cut_a_transfer_and_refuse_the_next(gate, origin):
    one = limited(gate, bytes="1KiB/d")
    with one.connect() as connection:
        connection.sendall(request(origin.port, "/bytes/100000000"))
        with pytest.raises(ConnectionResetError):
            while connection.recv(65536):
                pass
    assert one.send(request(origin.port)).status == 429
    cut, refused = one.decisions()
    assert (one.outcome_of(cut)["reason"], refused["reason"]) == ("limit_bytes", "limit_bytes")


def test_a_client_has_limits_of_its_own(gate, origin):
    one = gate(resolve=hosts("shop.example"), confine=CLOCK_IS_A_FILE, clients={"it": {"address": "127.0.0.1", "limit": {"requests": "1/d"}}},
               rules=[allow("shop.example")])
    with one.connect() as connection:
        assert [ask(connection, request(origin.port)).status for _ in range(2)] == [200, 429]
