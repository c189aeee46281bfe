# SPDX-License-Identifier: Apache-2.0
"""Whose question it is, by the owner of the socket that it came from: two users on one address share nothing."""
import os
import pathlib
import signal
import socket
import subprocess

import pytest
from support.gate import allow
from support.held_pod import as_user
from support.questions import CODES, WAYS, Questions, free_dns_port, pack_question, words_to_ask
from support.wait import wait_for

SHOP, OTHER = 33, 34


@pytest.fixture
def names(gate, name_server):
    """A gate where user 33 alone may ask for shop.example; asks as any user."""
    port = free_dns_port()
    server = name_server({"shop.example": ["127.0.0.5"]}, ttl=3600)
    one = gate(clients={"it": {"uid": SHOP}}, rules=[allow("shop.example", **{"from": ["it"]})], workers=1,
               resolve={"servers": [f"127.0.0.1:{server.port}"]}, listen={"dns": [f"127.0.0.1:{port}", f"[::1]:{port}"]})

    def ask(user, way, host="127.0.0.1", name="shop.example"):
        done = subprocess.run(as_user(user, *words_to_ask(host, port, way, name)), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return CODES[int(done.stdout)]

    one.ask, one.server, one.dns_port = ask, server, port
    return one


def known(one):
    """What was decided about whom: a decision stands for a minute, and many programs may take longer to start."""
    return list(dict.fromkeys((d["verdict"], d.get("client"), d.get("client_proof"), d.get("client_uid")) for d in one.decisions()))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("way", WAYS)
def test_users_on_one_address_are_told_apart_and_never_share_a_decision(names, way, host):
    said = [names.ask(user, way, host) for user in (OTHER, SHOP, OTHER, SHOP)]
    assert said == ["REFUSED", "NOERROR"] * 2
    assert known(names) == [("deny", None, None, OTHER), ("allow", "it", "uid", SHOP)]
    assert len(names.server.queries) == 1


def test_another_way_to_ask_is_the_same_user(names):
    for way in WAYS:
        assert (names.ask(SHOP, way), names.ask(OTHER, way)) == ("NOERROR", "REFUSED")
    assert known(names) == [("allow", "it", "uid", SHOP), ("deny", None, None, OTHER)]


def all_sleep(pid):
    """A signal to stop comes to each thread in its time."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/stat")
    return all(stat.read_text().rsplit(")", 1)[1].split()[0] == "T" for stat in threads)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_who_has_closed_its_socket_is_nobody_and_never_root(names, kind):
    """It is not looked at before it is closed: the gate sleeps meanwhile."""
    os.kill(names.process.pid, signal.SIGSTOP)
    wait_for(lambda: all_sleep(names.process.pid), "the gate to stop")
    question = pack_question("shop.example")
    with socket.socket(socket.AF_INET, kind) as one:
        one.connect(("127.0.0.1", names.dns_port))
        one.sendall(question if kind == socket.SOCK_DGRAM else len(question).to_bytes(2, "big") + question)
    os.kill(names.process.pid, signal.SIGCONT)
    wait_for(lambda: known(names) == [("deny", None, None, None)], "the decision")
    assert names.server.queries == []


def test_each_user_has_a_budget_of_names_of_its_own(gate, name_server):
    port = free_dns_port()
    server = name_server({})
    one = gate(clients={"it": {"uid": SHOP}}, rules=[allow("*.many.example", id="many")], workers=1, limits={"names": 3},
               resolve={"servers": [f"127.0.0.1:{server.port}"]}, listen={"dns": [f"127.0.0.1:{port}"]})

    def ask(user, *names):
        done = subprocess.run(as_user(user, *words_to_ask("127.0.0.1", port, "connected", *names)), capture_output=True, text=True, timeout=60)
        return [CODES[int(code)] for code in done.stdout.split()]

    assert ask(SHOP, *(f"n{i}.many.example" for i in range(4))) == ["NXDOMAIN"] * 3 + ["REFUSED"]
    assert ask(OTHER, "other.many.example") == ["NXDOMAIN"]
    assert [d["reason"] for d in one.decisions()] == ["rule", "rule", "rule", "dns_limit", "rule"]


def test_each_kind_of_bad_question_has_an_answer_and_a_record_of_its_own(names):
    ask = Questions("127.0.0.1", names.dns_port)
    bad = [(pack_question("a.example", klass=3), "REFUSED"), (pack_question("a.example")[:-1], "FORMERR"),
           (pack_question("a.example", flags=0x2800), "NOTIMP"), (pack_question("a.example", flags=0x1000), "NOTIMP"),
           (pack_question("b.example", klass=4), "REFUSED"), (pack_question("b c.example"), "REFUSED"),
           (pack_question("b.example") + b"x", "FORMERR")]
    for _ in range(2):
        assert [ask.send(message).code for message, _ in bad] == [code for _, code in bad]
    details = [d["detail"] for d in names.decisions()]
    assert len(details) == len(set(details)) == 6, details  # two of another class are of one kind


def test_without_memory_nothing_new_is_decided_and_dns_says_so(names):
    ask = Questions("127.0.0.1", names.dns_port)
    assert ask.udp("before.example").code == "REFUSED"
    names.config.setdefault("limits", {})["memory"] = "1KiB"
    names.write()
    assert names.control("reload").startswith("ok")
    for reply in (ask.udp("shop.example"), ask.tcp("shop.example")):
        assert (reply.code, "memory" in reply.why) == ("SERVFAIL", True), reply.why
    assert names.server.queries == [] and len(names.decisions()) == 1
    assert names.metric("exeat_dns_over_memory_total ") == 2
