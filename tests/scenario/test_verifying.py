# SPDX-License-Identifier: Apache-2.0
"""The gate looks for itself whether its records are whole, beside its work, and tells."""
import contextlib
import os
import pathlib
import sqlite3
import stat

import pytest
from support.gate import Gate
from support.wait import wait_for


@pytest.fixture
def gate(tmp_path, things):
    def make(**audit):
        one = Gate(tmp_path, rules=[], audit=audit)
        one.config["tls"] = {}
        things.append(type("Stop", (), {"close": staticmethod(one.stop)}))
        return one

    return make


def live(gate, requests):
    for _ in range(requests):
        assert gate.get("http://evil.example/").status == 403


def value(gate, name):
    """None when there is no such metric."""
    lines = [line for line in gate.metrics().splitlines() if line.startswith(f"exeat_audit_verify_{name} ")]
    return float(lines[0].split()[1]) if lines else None


def spoil(store):
    """Another verdict in a record of a sealed segment: as somebody with the disk can."""
    path = next(path for path in sorted(store.glob("seg-*.db")) if "priv" not in path.name)
    path.chmod(path.stat().st_mode | stat.S_IWUSR)
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        changed = database.execute("UPDATE rec SET host = 'other.example' WHERE host = 'evil.example'").rowcount
    database.close()
    assert changed > 0


def test_a_whole_store_is_said_to_be_whole(gate):
    one = gate(verify={"every": "100ms"}, segment_size="100KiB")
    one.start()
    wait_for(lambda: value(one, "ok") == 1, "the first look")
    live(one, 20)
    wait_for(lambda: value(one, "records") > 40, "the new records to be read")
    assert value(one, "ok") == 1 and value(one, "age_seconds") <= 60 and value(one, "duration_seconds") > 0
    assert len(wait_for(lambda: one.events("audit_verified"), "it to be told")) == 1 and not one.events("audit_verify_found")


def test_what_was_changed_is_found_and_told_once_and_so_is_its_mending(gate, tmp_path):
    one = gate(verify={"every": "100ms"})
    one.start()
    live(one, 5)
    one.stop()
    one.start()
    wait_for(lambda: value(one, "ok") == 1, "the first look")
    told = len(one.events("audit_verified"))
    path = next(path for path in (tmp_path / "audit").glob("seg-*.db") if "priv" not in path.name)
    whole = path.read_bytes()
    spoil(tmp_path / "audit")
    wait_for(lambda: value(one, "ok") == 0, "the change to be found")
    (found,) = wait_for(lambda: one.events("audit_verify_found"), "it to be told")
    assert (found["level"], found["verdict"]) == ("error", "TAMPERED") and "record" in found["detail"]
    live(one, 5)  # and nothing else stops
    path.write_bytes(whole)
    wait_for(lambda: value(one, "ok") == 1, "the mended file to be seen")
    wait_for(lambda: len(one.events("audit_verified")) == told + 1, "it to be told")
    assert len(one.events("audit_verify_found")) == 1


def test_a_store_that_changes_lawfully_is_no_finding(gate):
    """Segments roll, are sealed, shipped and removed while it looks."""
    one = gate(
        verify={"every": "1ms"}, segment_size="100KiB", retention="1ms", ship={"directory": "shipped"}, heartbeat="50ms"
    )
    one.start()
    for _ in range(20):
        live(one, 30)
    wait_for(lambda: len(one.events("audit_sealed")) >= 3, "segments to be sealed")
    wait_for(lambda: value(one, "ok") is not None, "a look")
    one.stop()
    assert not one.events("audit_verify_found")


def name_of(task):
    """None: it has ended."""
    with contextlib.suppress(OSError):
        return (task / "comm").read_text().strip()


def test_it_runs_only_when_nothing_else_wants_to(gate):
    one = gate(verify={"every": "1h"})
    one.start()
    tasks = pathlib.Path(f"/proc/{one.process.pid}/task")
    (thread,) = wait_for(lambda: [task for task in tasks.iterdir() if name_of(task) == "exeat-verify"], "its thread")
    wait_for(lambda: os.sched_getscheduler(int(thread.name)) == os.SCHED_IDLE, "it to stand back")
    assert value(one, "ok") is None and value(one, "age_seconds") is not None  # it claims nothing before it has looked


def test_it_can_be_turned_off(gate):
    one = gate(verify={"every": "0s"})
    one.start()
    assert "audit_verify" not in one.metrics()
    assert not [task for task in pathlib.Path(f"/proc/{one.process.pid}/task").iterdir() if name_of(task) == "exeat-verify"]


def test_an_end_does_not_wait_for_a_look(gate, tmp_path):
    one = gate(verify={"every": "1ms"})
    one.start()
    live(one, 50)
    wait_for(lambda: value(one, "ok") == 1, "looks to be under way")
    one.stop()
    assert one.verify().stdout.startswith("OK")
