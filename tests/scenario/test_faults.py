# SPDX-License-Identifier: Apache-2.0
"""Every call by which the store changes a file fails once: EIO, ENOSPC, a short write, a torn one, a disk that is full
from there on. The gate fails closed, never leaves a store that looks tampered with, and recovers without hands.
FAULTS=all runs the whole sweep (`./dev fuzz faults`), FAULTS=fdatasync or FAULTS=first:54:eio those; else a
sample of it runs, chosen by FAULTS_SEED."""
import collections
import os
import random
import shutil

import pytest
from support.disk import build_shim
from support.gate import RELEASE, Gate, run_exeat
from support.wait import wait_for

SEED = int(os.environ.get("FAULTS_SEED", "1"))
SAMPLE = 60
WRITES = ("write", "pwrite")

Fault = collections.namedtuple("Fault", "life number call path kind")


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    return build_shim(tmp_path_factory.mktemp("faults"), "faults")


class Life:
    """One short life of a gate on a store: what the sweep breaks, call by call."""

    def __init__(self, folder, shim, template=None):
        self.folder = folder
        folder.mkdir()
        self.shim = shim
        self.gate = Gate(folder, rules=[], workers=1, audit={"segment_size": "64KiB"})
        self.gate.config["tls"] = {}
        self.gate.write()
        self.log = folder / "calls.log"
        self.healed = folder / "healed"
        self.ids = set()
        if template is not None:
            shutil.copytree(template / "audit", folder / "audit")
            shutil.copytree(template / "keys", folder / "keys")

    def environment(self, number, kind):
        return {
            "LD_PRELOAD": self.shim,
            "FAULT_ROOT": str(self.folder / "audit"),
            "FAULT_LOG": str(self.log),
            "FAULT_AT": str(number),
            "FAULT_KIND": kind,
            "FAULT_HEALED": str(self.healed),
        }

    def run(self, number=0, kind="eio"):
        """Start, refusals, a reload, refusals until the segment has rolled, an orderly end. True: it started."""
        gate = self.gate
        started = len(gate.events("started")) if gate.log_path.exists() else 0
        gate.launch(**self.environment(number, kind))
        wait_for(lambda: len(gate.events("started")) > started or gate.process.poll() is not None, "the start, or its end")
        if len(gate.events("started")) == started:
            return False
        self.ask(2)
        if gate.process.poll() is None:
            run_exeat("reload", "-c", gate.config_path)
        self.ask(20)
        return True

    def ask(self, count):
        for _ in range(count):
            try:
                reply = self.gate.get("http://evil.example/")
            except OSError:  # it ended: nothing was said
                continue
            if reply.status == 403:
                self.ids.add(reply.getheader("X-Request-Id"))
            else:
                assert reply.status == 503 and b"reason: audit_unavailable" in reply.body, (reply.status, reply.body)

    def calls(self):
        for line in self.log.read_text().splitlines():
            number, call, path = line.split(" ")[:3]
            yield int(number), call, path


def kinds_of(call):
    return ("eio", "enospc", "full") + (("short", "torn") if call in WRITES else ())


def crashed_store(folder, shim):
    """What a gate that was killed leaves: records that only the write-ahead log has."""
    life = Life(folder, shim)
    life.gate.start()
    life.ask(3)
    life.gate.kill()
    return folder


@pytest.fixture(scope="session")
def sweep(tmp_path_factory, shim):
    """Every call of both lives, in every way that it can fail."""
    with_release = pytest.MonkeyPatch()
    with_release.setattr("support.gate.EXEAT", RELEASE)
    folder = tmp_path_factory.mktemp("sweep")
    templates = {"first": None, "after_crash": crashed_store(folder / "template", shim)}
    faults = []
    for name, template in templates.items():
        life = Life(folder / name, shim, template)
        assert life.run(), life.gate.log()
        life.gate.stop()
        faults += [Fault(name, *call, kind) for call in life.calls() for kind in kinds_of(call[1])]
    with_release.undo()
    return templates, faults


def chosen(faults):
    """All of them, those named, or a sample."""
    which = os.environ.get("FAULTS", "")
    if which == "all":
        return faults
    if which:
        return [fault for fault in faults if which in (fault.call, f"{fault.life}:{fault.number}:{fault.kind}")]
    chance = random.Random(SEED)
    chance.shuffle(faults)
    calls = sorted({fault.call for fault in faults})
    return [fault for call in calls for fault in [f for f in faults if f.call == call][: SAMPLE // len(calls)]]


def lost_its_disk(gate, code):
    """A failed sync ends the process at once, and the log says so."""
    return code == 1 and gate.events("audit_disk_lost")


def check_end(life):
    """An orderly end, or the one that a failed sync demands."""
    gate = life.gate
    if gate.process.poll() is None:
        gate.process.terminate()
    code = gate.process.wait(timeout=60)
    gate.process = None
    assert code == 0 or lost_its_disk(gate, code), (code, gate.log())


def check_refusal(life):
    """It did not start: one sentence says why, and nothing was let through."""
    gate = life.gate
    code = gate.process.wait(timeout=60)
    gate.process = None
    if lost_its_disk(gate, code):
        return
    said = [event["why"] for event in gate.events("cannot_start")]
    assert code == 5 and len(said) == 1, (code, gate.log())
    assert str(life.folder / "audit") in said[0], said


def check_recovery(life):
    """Nothing looks tampered with; the next start needs no hands; everything that was said is on record."""
    gate = life.gate
    life.healed.touch()
    report = gate.verify()
    word = report.stdout.split("\n")[0].split(":")[0].split(",")[0]
    unfinished = report.returncode == 5 and "start the gate on it once" in report.stdout + report.stderr
    assert word in ("OK", "UNSIGNED_TAIL") or unfinished or not life.ids, (report.stdout, report.stderr)
    assert word not in ("TAMPERED", "TRUNCATED", "FORKED", "GAP"), report.stdout
    gate.start()
    life.ask(1)
    gate.stop()
    report = gate.verify()
    assert report.returncode == 0, (report.stdout, report.stderr)
    recorded = {decision["request"] for decision in gate.decisions()}
    assert life.ids and life.ids <= recorded


def break_once(folder, shim, templates, fault):
    life = Life(folder, shim, templates[fault.life])
    if life.run(fault.number, fault.kind):
        check_end(life)
    else:
        check_refusal(life)
    check_recovery(life)
    shutil.rmtree(folder)


def test_every_call_of_the_store_may_fail(sweep, shim, tmp_path, monkeypatch):
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    templates, faults = sweep
    print(f"FAULTS_SEED={SEED}, {len(faults)} faults: {dict(collections.Counter(fault.call for fault in faults))}")
    faults = chosen(faults)
    assert faults
    failed = []
    for index, fault in enumerate(faults):
        try:
            break_once(tmp_path / f"f{index}", shim, templates, fault)
        except AssertionError as error:
            failed.append(f"{fault}: {error}")
    assert not failed, f"{len(failed)} of {len(faults)}:\n" + "\n".join(failed)
