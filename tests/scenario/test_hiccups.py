# SPDX-License-Identifier: Apache-2.0
"""What happens now and then is not noticed by those who are served: reloads, segments that roll, readers that look on for
long, and hours of traffic."""
import json
import os
import subprocess
import threading

from support.callers import Callers, assert_recorded
from support.gate import EXEAT, RELEASE, allow, ask, hosts, run_exeat
from support.memory import resident_kib
from support.wait import wait_for

RELOADS = 100
REQUESTS = int(os.environ.get("HICCUP_REQUESTS", "20000"))
DENIED = b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"


def deny_as(rule):
    """Policies that differ in the rule which refuses evil.example."""
    return [allow("shop.example"), {"id": rule, "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}]


def reload_with(one, rule):
    one.config["rules"] = deny_as(rule)
    one.write()
    assert one.control("reload") in ("ok\n", "ok, unchanged\n")  # the file's watcher may have been quicker


def test_a_hundred_reloads_drop_nobody_and_each_request_has_one_policy(gate, quick_origin, monkeypatch):
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    one = gate(resolve=hosts("shop.example"), rules=deny_as("rule0"))
    with Callers(one, quick_origin) as callers:
        callers.wait_heard(50)
        for number in range(1, RELOADS + 1):
            reload_with(one, f"rule{number}")
            callers.wait_heard(1)
    assert not callers.broken and not callers.refused, (callers.broken[:3], callers.refused)
    assert_recorded(one, callers, quick_origin)
    assert len(one.events("reloaded")) >= RELOADS
    # Each policy is known by its record, and refused by its own rule: whoever was refused by rule N was judged by policy N.
    records = one.export()
    policies = [record["sequence"] for record in records if record["kind"] == "policy" and "previous_size" not in record]
    denied = [record for record in records if record["kind"] == "decision" and record["verdict"] == "deny"]
    assert len(policies) >= RELOADS + 1
    rules = {}
    for decision in denied:
        assert decision["policy"] in policies
        assert rules.setdefault(decision["policy"], decision["rule"]) == decision["rule"], decision
    assert len(rules) > RELOADS / 4


def test_a_hundred_reloads_leave_no_memory_behind(gate, monkeypatch):
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    one = gate(resolve=hosts("shop.example"), rules=deny_as("rule0"), workers=1)
    held = one.connect()
    seen = []
    for number in range(1, RELOADS + 1):
        reload_with(one, f"rule{number}")
        assert ask(held, DENIED).status == 403
        seen.append(resident_kib(one.process, "Anonymous"))
    wait_for(lambda: resident_kib(one.process, "Anonymous") - seen[RELOADS // 4] <= 1024, f"policies to be gone: {seen}")
    held.close()


def wrk(one, seconds, connections=32):
    """Refusals as fast as they come; how many there were."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-H", "Host: evil.example", f"http://127.0.0.1:{one.port}/"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Socket errors" not in done.stdout, done.stdout
    return int(next(line for line in done.stdout.splitlines() if " requests in " in line).split()[0])


def sealed(one):
    return len(list((one.folder / "audit").glob("seg-*.priv.db")))


def at_rest(one):
    """What it holds when nothing is being sealed."""
    wait_for(lambda: len(list((one.folder / "audit").glob("seg-*.hot"))) <= 1, "the segments to be sealed")
    return resident_kib(one.process, "Anonymous")


def test_memory_stays_flat_over_many_requests_and_connections(gate, monkeypatch):
    """HICCUP_REQUESTS says how many, 20,000 if it is not set: segments roll and are sealed all the time meanwhile."""
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    one = gate(rules=[], workers=1, audit={"segment_size": "1MiB"})
    while sealed(one) < 2:
        wrk(one, 1)
    requests, before = 0, at_rest(one)
    while requests < REQUESTS:
        requests += wrk(one, 2)
        for _ in range(200):  # and those who come once
            with one.connect() as connection:
                assert ask(connection, DENIED).status == 403
    assert at_rest(one) - before <= 1024
    assert sealed(one) > 2


def follow(one):
    """A follower that keeps the sequences it was shown."""
    words = [EXEAT, "audit", "follow", "-c", str(one.config_path), "-o", "records"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(json.loads(line)["sequence"] for line in process.stdout))
    thread.start()
    return process, thread, seen


def test_followers_and_exports_hold_nothing_up(gate, quick_origin):
    """At full load with segments that roll all the time: a follower sees every record once and in order, exports go
    through, and the segments are sealed behind their backs."""
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], audit={"segment_size": "256KiB"})
    process, thread, seen = follow(one)
    wait_for(lambda: one.export() and seen, "the follower")  # an export is a record, which it shows
    with Callers(one, quick_origin) as callers:
        for _ in range(8):
            callers.wait_heard(200)
            assert run_exeat("audit", "export", "-c", one.config_path).returncode == 0
    folder = one.folder / "audit"
    wait_for(lambda: len(list(folder.glob("seg-*.hot"))) <= 1, "the segments to be sealed")
    assert len(list(folder.glob("seg-*.priv.db"))) >= 5
    assert all(path.stat().st_size <= 1 << 20 for path in folder.glob("*-wal"))
    last = one.export()[-1]["sequence"]
    wait_for(lambda: seen[-1] >= last, "the follower to catch up")
    process.terminate()
    assert process.wait(timeout=60) == 0
    thread.join()
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    assert not callers.broken
    assert_recorded(one, callers, quick_origin)
