# SPDX-License-Identifier: Apache-2.0
"""More than the gate may take: who is too many is told so, who is served goes on, and nothing has to be done afterwards."""
import socket
import threading

import pytest
from support.disk import faults
from support.gate import allow, ask, hosts, read_reply
from support.wait import wait_for

DENIED = b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"


@pytest.fixture
def small(gate):
    return gate(rules=[], workers=1, limits={"connections": 2})


def occupy(one, count):
    """Connections that are served, and stay."""
    held = [one.connect() for _ in range(count)]
    for connection in held:
        assert ask(connection, DENIED).status == 403
    return held


def assert_turned_away(reply):
    assert reply.status == 503 and reply.getheader("Retry-After") == "1"
    assert reply.getheader("Proxy-Status") == 'exeat; error=proxy_internal_response; details="limit"'
    assert reply.getheader("Connection") == "close" and reply.body.endswith(b"too many connections\nreason: limit\n")


def test_one_connection_too_many_is_told_so_and_leaves_no_record(small):
    held = occupy(small, 2)
    with small.connect() as third:
        assert_turned_away(ask(third, DENIED))
        assert third.recv(1) == b""
    assert ask(held[0], DENIED).status == 403  # who was there is served on
    assert len(small.decisions()) == 3
    assert small.metric("exeat_sessions_over_limit_total") == 1
    for connection in held:
        connection.close()


def test_a_slot_that_is_free_is_taken_at_once(small):
    held = occupy(small, 2)
    with small.connect() as third:
        assert_turned_away(ask(third, DENIED))
    held[0].close()
    wait_for(lambda: small.metric("exeat_sessions_open") == 1, "the slot")
    with small.connect() as fourth:
        assert ask(fourth, DENIED).status == 403
    held[1].close()


@pytest.mark.parametrize("first", [b"", b"POST http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 9999\r\n\r\n"])
def test_who_is_still_talking_hears_it_without_a_reset(small, first):
    held = occupy(small, 2)
    with small.connect() as third:
        third.sendall(first)
        reply = read_reply(third)
        assert_turned_away(reply)
        third.sendall(b"x" * 5000)  # it may go on for a while; nobody answers with a reset
        third.shutdown(socket.SHUT_WR)
        assert third.recv(1) == b""
    for connection in held:
        connection.close()


def test_a_crowd_is_answered_to_the_last_and_the_served_are_served(gate):
    """Twenty times what is allowed, all at once, again and again: each gets an answer, whole, and nobody a reset."""
    one = gate(rules=[], workers=1, limits={"connections": 10})
    statuses, broken = [], []

    def caller():
        for _ in range(10):
            try:
                with one.connect() as connection:
                    statuses.append(ask(connection, DENIED).status)
            except OSError as error:
                broken.append(error)

    held = occupy(one, 5)
    callers = [threading.Thread(target=caller) for _ in range(200)]
    for thread in callers:
        thread.start()
    while any(thread.is_alive() for thread in callers):
        assert ask(held[0], DENIED).status == 403
    for thread in callers:
        thread.join()
    assert not broken and len(statuses) == 2000 and set(statuses) <= {403, 503}
    assert statuses.count(403) > 0
    for connection in held:
        connection.close()
    wait_for(lambda: one.metric("exeat_sessions_open") == 0, "the gate to be empty")
    with one.connect() as connection:  # recovered, without a pause
        assert ask(connection, DENIED).status == 403


def test_a_disk_that_takes_too_long_is_a_refusal_and_nothing_leaves(gate, origin, bad_disk):
    one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example")], timeouts={"head": "1s"})
    one.start(**faults(one.folder, bad_disk))
    url = f"http://shop.example:{origin.port}/"
    (one.folder / "stall").touch()
    reply = one.get(url)
    assert reply.status == 503 and b"reason: audit_unavailable" in reply.body
    (one.folder / "stall").unlink()
    wait_for(lambda: one.metric("exeat_audit_queue_entries ") == 0, "the commit that stalled to be over")
    assert one.get(url).status == 200
    first, second = one.decisions()
    assert (first["request"], origin.connections) == (reply.getheader("X-Request-Id"), 1)
    assert one.outcome_of(first)["reason"] == "audit_unavailable" and one.outcome_of(first)["status"] == 503
    assert one.outcome_of(second)["status"] == 200


def test_a_decision_that_timed_out_in_the_queue_of_a_disk_that_then_fails_is_on_record_with_its_outcome(gate, origin, bad_disk):
    one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example")], timeouts={"head": "1s"}, workers=1)
    one.start(**faults(one.folder, bad_disk))
    url = f"http://shop.example:{origin.port}/"
    (one.folder / "stall").touch()
    refused = [one.get(url) for _ in range(3)]  # the first is in the commit that stalls, the others wait for the next one
    assert [reply.status for reply in refused] == [503] * 3
    (one.folder / "full").touch()
    (one.folder / "stall").unlink()
    wait_for(lambda: one.metric("exeat_audit_failures_total") >= 1, "a commit to fail")
    (one.folder / "full").unlink()
    wait_for(lambda: one.metric("exeat_audit_queue_entries ") == 0, "what waited to be written")
    assert one.get(url).status == 200 and origin.connections == 1
    one.stop()
    recorded = one.decisions()
    assert [decision["request"] for decision in recorded[:3]] == [reply.getheader("X-Request-Id") for reply in refused]
    assert [one.outcome_of(decision)["status"] for decision in recorded] == [503, 503, 503, 200]
    report = one.verify()
    assert report.returncode == 0, report.stdout


def test_more_requests_than_the_disk_commits_share_its_commits(gate, bad_disk):
    """On a disk that takes 100 ms for each commit a hundred callers do not wait in a row: a batch is whatever has queued."""
    one = gate(start=False, rules=[], workers=1)
    one.start(**faults(one.folder, bad_disk), SLOW_DISK_MS="100")
    callers, rounds = 100, 10

    def caller():
        with one.connect() as connection:
            for _ in range(rounds):
                assert ask(connection, DENIED).status == 403

    before = one.metric("exeat_audit_commit_seconds_count")
    threads = [threading.Thread(target=caller) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    commits = one.metric("exeat_audit_commit_seconds_count") - before
    assert len(one.decisions()) == callers * rounds
    assert commits <= callers * rounds / 5, commits
    wait_for(lambda: one.metric("exeat_audit_queue_entries") == 0, "the queue to empty")
