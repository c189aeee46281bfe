# SPDX-License-Identifier: Apache-2.0
"""What happens to every log in an honest life is no alarm: verify says OK, and the record tells what it was."""
import pytest
from support.forger import Forger
from support.gate import run_exeat
from support.wait import wait_for

HOUR = 3600


def ask(one, count=3):
    for _ in range(count):
        assert one.get("http://evil.example/").status == 403


def assert_clean(one):
    report = one.verify()
    assert report.returncode == 0 and report.stdout.startswith("OK, as far as it goes (UNANCHORED)\n"), report.stdout + report.stderr


def test_restarts_and_crashes(gate):
    one = gate(rules=[])
    for end in (one.stop, one.kill, one.kill, one.stop):
        ask(one)
        end()
        assert_clean(one)
        one.start()
    ask(one)
    assert_clean(one)  # while it runs, too


@pytest.mark.parametrize("step", [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, -50 * 365 * 24 * HOUR], ids=["forward", "back", "a-day-forward", "a-day-back", "to-before-it-was-built"])
def test_a_clock_that_is_set_while_the_gate_runs(gate, set_clock, step):
    one = gate(rules=[], confine={"landlock": "none"})  # the clock is a file beside its folder
    ask(one)
    set_clock(step)
    ask(one)
    steps = wait_for(lambda: [record for record in one.export() if record["kind"] == "time_step"], "the record of the step")
    (moved,) = [record["count"] for record in steps]
    assert abs(moved - step * 10**6) < 600 * 10**6  # and the time that the test has taken
    ask(one)
    assert_clean(one)
    one.stop()
    assert_clean(one)


def test_a_clock_that_was_set_between_two_runs(gate, set_clock):
    one = gate(rules=[])
    ask(one)
    one.stop()
    set_clock(-HOUR)
    one.start()
    ask(one)
    one.stop()
    assert_clean(one)
    set_clock(0)
    one.start()
    ask(one)
    one.stop()
    assert_clean(one)


def test_segments_that_roll(gate):
    one = gate(rules=[], audit={"segment_size": "64KiB"})
    ask(one, 100)
    assert_clean(one)
    wait_for(lambda: len(list((one.folder / "audit").glob("seg-*.priv.db"))) >= 3, "sealed segments")
    assert_clean(one)
    one.kill()
    assert_clean(one)
    one.start()
    ask(one, 100)
    one.stop()
    assert_clean(one)
    with Forger(one.folder / "audit") as forger:
        assert len(forger.segments) >= 6


def test_policies_that_change_and_readers_that_look_on(gate):
    one = gate(rules=[], audit={"segment_size": "64KiB"})
    for number in range(5):
        one.config["rules"] = [{"id": f"r{number}", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}]
        one.write()
        assert run_exeat("reload", "-c", one.config_path).stdout in ("ok\n", "ok, unchanged\n")  # the file's watcher may have been quicker
        ask(one, 20)
        assert len(one.decisions()) == 20 * (number + 1)
        assert_clean(one)
