# SPDX-License-Identifier: Apache-2.0
"""An allocation fails inside a library, at any moment of a round of everything that a gate does: whoever asked is served or refused,
or the process ends with a word; nothing left without its record, and the next start needs no hands. NO_MEMORY says how many
allocations of each library are tried, or `all`."""
import http.client
import mmap
import os
import random
import signal
import struct

import pytest
from support.disk import build_shim
from support.gate import RELEASE, allow, ask, hosts, run_exeat
from support.llm import CANNED, CHAT, call, reroute
from support.questions import Questions, free_dns_port
from support.wait import wait_for

LIBRARIES = ["libcrypto", "libsqlite3", "libjansson", "libevent", "libcares", "libpcre2", "libyaml", "libidn2"]
SAMPLE, SAMPLE_OF_STARTS = 6, 2


class Orders:
    """What is shared with tests/support/no_memory.c."""

    def __init__(self, path):
        path.write_bytes(bytes(64))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 64)

    def _at(self, offset, value=None):
        if value is not None:
            self.memory[offset : offset + 8] = struct.pack("<Q", value)
        return struct.unpack("<Q", self.memory[offset : offset + 8])[0]

    def begin(self, library, at=0):
        """Counts anew; the allocation number `at` fails, where it is not 0."""
        self._at(40, 0)
        self.memory[0:32] = library.encode().ljust(32, b"\0")
        self._at(32, 0)
        self._at(48, 0)
        self._at(56, self._at(56) + 1)
        self._at(40, at)

    count = property(lambda self: self._at(32))
    failed = property(lambda self: self._at(48))


@pytest.fixture
def starved(gate, root, origin, secure_origin, name_server, tmp_path, monkeypatch):
    """A gate with something of everything, and `orders`."""
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    names = name_server({"looked.example": ["127.0.0.1"]}, ttl=0)
    port = free_dns_port()
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["@llm", "shop.example"]}
    one = gate(
        start=False, workers=1, listen={"dns": [f"127.0.0.1:{port}"]}, resolve={**hosts("shop.example"), "servers": [f"127.0.0.1:{names.port}"]}, inference=[CANNED],
        rules=[allow("shop.example", paths=["~/round/[0-9]+"], methods=["GET"]), allow("looked.example", id="looked"), reroute("canned")],
        tls={"authority": authority, "upstream": {"roots": str(root.path)}},
    )
    one.write()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    one.plain, one.secured, one.questions, one.trusted = origin, secure_origin, Questions("127.0.0.1", port), one.bundle()
    orders = Orders(tmp_path / "orders")
    one.environment = {"LD_PRELOAD": build_shim(tmp_path, "no_memory"), "NO_MEMORY": str(tmp_path / "orders")}
    return one, orders


def next_path(one):
    """Each request has its own: so its record is found."""
    one.serial = getattr(one, "serial", 0) + 1
    return f"/round/{one.serial}"


def opened(one):
    head = f"GET {next_path(one)} HTTP/1.1\r\nHost: shop.example:{one.secured.port}\r\nConnection: close\r\n\r\n"
    with one.secure("shop.example", one.secured.port, roots=one.trusted) as connection:
        return ask(connection, head.encode()).status


def answered(one):
    body = {**CHAT, "response_format": {"type": "json_object"}}
    with one.secure("api.openai.com", roots=one.trusted) as connection:
        return ask(connection, call("/v1/chat/completions", body)).status


def looked_up(one):
    return one.get(f"http://looked.example:{one.plain.port}{next_path(one)}", "POST", body=b"a").status


def asked(one):
    return one.questions.tcp("looked.example").code


def denied(one):
    return one.get("http://evil.example/").status


def shown(one):
    return one.admin("/metrics")[0]


def reloaded(one):
    """Another policy each time."""
    one.config["deny_hint"] = "b" if one.config.get("deny_hint") == "a" else "a"
    one.write()
    return one.control("reload").startswith("ok")


ROUND = {opened: 200, answered: 200, looked_up: 200, asked: "NOERROR", denied: 403, shown: 200, reloaded: True}


def go_round(one):
    """What each was told."""
    said = {}
    for act in ROUND:
        try:
            said[act] = act(one)
        except (OSError, AssertionError, http.client.HTTPException) as error:  # refused in the middle, or nobody is there
            said[act] = repr(error)
    return said


def check_end(one):
    """An end that was meant: the log's last line, or the last word of a process that has no memory, says why."""
    code, last = one.process.returncode, one.log().splitlines()[-1]
    one.process = None
    ends = "exeat: broken promise: " in last if code == -signal.SIGABRT else code in (2, 5)
    assert ends or (code == 1 and one.events("audit_disk_lost")), (code, last)


def recover(one):
    """It serves as before, or has ended and does so when it is started again."""
    wait_for(lambda: one.process.poll() is not None or go_round(one) == ROUND, "it to serve or to end")
    if one.process.poll() is None:
        return
    check_end(one)
    one.start(**one.environment)
    assert go_round(one) == ROUND


def chosen(count, sample):
    wanted = os.environ.get("NO_MEMORY", str(sample))
    numbers = range(1, count + 1)
    return numbers if wanted == "all" else sorted(random.Random(1).sample(numbers, min(int(wanted), count)))


def check_records(one):
    """Whatever came to an origin is on record."""
    recorded = {decision.get("path") for decision in one.decisions()}
    assert {request["target"] for site in (one.plain, one.secured) for request in site.requests} <= recorded


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_allocation_that_fails_ends_in_a_refusal_or_in_a_word(starved, library):
    one, orders = starved
    one.start(**one.environment)
    assert go_round(one) == ROUND  # what is allocated once is there
    orders.begin(library)
    assert go_round(one) == ROUND
    count = orders.count
    print(f"{library}: {count} allocations in a round")
    for number in chosen(count, SAMPLE):
        orders.begin(library, number)
        go_round(one)
        orders.begin("")
        recover(one)
    check_records(one)


@pytest.mark.parametrize("library", LIBRARIES)
def test_so_does_one_at_the_start(starved, library):
    one, orders = starved
    orders.begin(library)
    one.start(**one.environment)
    one.stop()
    count = orders.count
    print(f"{library}: {count} allocations of a start and an end")
    for number in chosen(count, SAMPLE_OF_STARTS):
        orders.begin(library, number)
        seen = len(one.events("started"))
        one.launch(**one.environment)
        wait_for(lambda: len(one.events("started")) > seen or one.process.poll() is not None, "the start, or its end")  # noqa: B023
        if one.process.poll() is None:
            one.process.terminate()
        if one.process.wait(timeout=120) != 0:
            check_end(one)
    orders.begin("")
    one.start(**one.environment)
    assert go_round(one) == ROUND
