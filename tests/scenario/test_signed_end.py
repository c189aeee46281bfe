# SPDX-License-Identifier: Apache-2.0
"""However short a gate lives and whatever its witness does: an orderly end leaves a signed head over its last record, in
the store and in the copy that was shipped."""
import sqlite3

import pytest
from support.gate import Gate, free_port, run_exeat
from support.wait import wait_for
from support.witness import Canned, SlowWay, Witness

ORIGIN = "audit.example/test"


class Witnesses:
    """What may stand at the address of a witness."""

    def __init__(self, folder, things):
        self.true = Witness(folder / "witness")
        self.things = things

    def healthy(self):
        self.things.append(self.true.start())

    def silent(self):
        self.things.append(Canned(self.true.port))

    def absent(self):
        """Nobody listens: the address answers RST."""

    def closing(self):
        self.things.append(Canned(self.true.port, b""))

    def confused(self):
        self.things.append(Canned(self.true.port, b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"))

    def accusing(self):
        self.things.append(Canned(self.true.port, b"HTTP/1.1 409 Conflict\r\nContent-Length: 5\r\n\r\n9999\n"))


KINDS = ["healthy", "silent", "absent", "closing", "confused", "accusing"]


def make(folder, things, kind, **witness):
    witnesses = Witnesses(folder, things)
    gate = Gate(folder, rules=[])
    gate.config["tls"] = {}
    gate.config["audit"]["ship"] = {"directory": "shipped"}
    gate.config["audit"]["witness"] = {
        "url": f"http://127.0.0.1:{witnesses.true.port}",
        "key_file": str(witnesses.true.vkey_path),
        "enrol_token_file": str(witnesses.true.token_path),
        **witness,
    }
    getattr(witnesses, kind)()
    return gate, witnesses


def vkey_of(gate):
    return run_exeat("key", "show", gate.folder / "keys" / "log.key", "--name", ORIGIN).stdout.strip()


def assert_signed(gate):
    """The newest checkpoint covers the last record, which is CLOSE."""
    records = gate.export()
    assert records[-1]["kind"] == "close"
    for store in (gate.folder / "audit", gate.folder / "shipped" / ORIGIN):
        done = run_exeat("audit", "verify", "--store", store, "--vkey", vkey_of(gate))
        assert done.returncode == 0 and done.stdout.startswith("OK"), (store, done.stdout)
        shown = run_exeat("audit", "checkpoint", "--store", store)
        assert shown.stdout.splitlines()[1] == str(len(records)), store
    assert (gate.folder / "shipped" / ORIGIN / "checkpoint").read_text().splitlines()[1] == str(len(records))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("requests", [0, 3])
def test_a_short_life_ends_signed(kind, requests, tmp_path, things):
    gate, _ = make(tmp_path, things, kind)
    gate.start()
    for _ in range(requests):
        assert gate.get("http://evil.example/").status == 403
    gate.stop()
    assert_signed(gate)


def checkpoints(store):
    """How far each one goes, of all segments."""
    return {size for path in store.glob("seg-*.db") if ".priv." not in path.name
            for (size,) in sqlite3.connect(f"file:{path}?immutable=1", uri=True).execute("SELECT size FROM ckpt")}


def test_erasing_without_a_gate_signs_the_end_alone_when_there_is_a_witness(tmp_path, things):
    gate, _ = make(tmp_path, things, "absent")
    gate.start()
    assert gate.get("http://evil.example/").status == 403
    gate.stop()
    before = checkpoints(gate.folder / "audit")
    done = run_exeat("audit", "erase", "-c", gate.config_path, "--before", "now", "--yes")
    assert done.returncode == 0, done.stderr
    assert checkpoints(gate.folder / "audit") - before == {len(gate.export())}
    assert_signed(gate)


@pytest.mark.parametrize("kind", KINDS)
def test_each_of_many_short_lives_ends_signed(kind, tmp_path, things):
    gate, _ = make(tmp_path, things, kind)
    for _ in range(3):
        gate.start()
        gate.stop()
        assert_signed(gate)


@pytest.mark.parametrize("requests", [0, 3])
def test_a_witness_that_answers_while_the_gate_ends(requests, tmp_path, things):
    gate, witnesses = make(tmp_path, things, "healthy")
    way = SlowWay(witnesses.true.port)
    things.append(way)
    gate.config["audit"]["witness"]["url"] = f"http://127.0.0.1:{way.port}"
    gate.start()
    for _ in range(requests):
        gate.get("http://evil.example/")
    assert 'exeat_witness_state{state="starting"} 1' in gate.metrics()
    gate.process.terminate()
    wait_for(lambda: gate.events("drained"), "the end to begin")
    way.opened.set()
    gate.stop()
    assert_signed(gate)


def test_a_life_that_denies_for_want_of_a_witness_ends_signed(tmp_path, things, root):
    port = free_port()
    gate, _ = make(tmp_path, things, "absent", on_unreachable="deny", url=f"https://127.0.0.1:{port}", roots=str(root.path))
    gate.start()
    assert gate.get("http://evil.example/").status == 503
    gate.stop()
    assert_signed(gate)


def test_a_log_that_must_not_go_on_is_not_signed_by_its_end(tmp_path, things):
    """The store is another than the one that was witnessed: its first word comes before the end."""
    gate, witnesses = make(tmp_path, things, "healthy", interval="100ms")
    gate.start()
    for _ in range(20):
        gate.get("http://evil.example/")
    wait_for(lambda: gate.metric("exeat_witness_size") >= 20, "the records to be witnessed")
    gate.stop()
    gate.config["audit"]["directory"] = "another"
    del gate.config["audit"]["ship"]
    gate.start()
    gate.stop()  # at once
    assert gate.events("witness")[-1]["state"] == "rolled_back"
    done = run_exeat("audit", "verify", "--store", gate.folder / "another", "--vkey", vkey_of(gate))
    assert done.stdout.startswith("UNSIGNED_TAIL"), done.stdout
