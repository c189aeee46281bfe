# SPDX-License-Identifier: Apache-2.0
"""Attacks by who holds the gate's machine and the log's key, each twice: nobody sees it when the log is only here, and
everybody does when a witness stands elsewhere. The numbers are those of the attack table in docs/for-auditors.md."""
import shutil
import sqlite3

import pytest
from support.apart import WITNESS_SIDE, Apart, FarGate, FarWitness
from support.gate import Gate, run_exeat
from support.wait import wait_for
from support.witness import Canned, Witness

ORIGIN = "audit.example/test"


@pytest.fixture
def apart(things):
    one = Apart()
    things.append(one)
    return one


class Scene:
    """A gate, with or without a witness, that has lived for a while and was stopped."""

    def __init__(self, folder, apart, things, has_witness):
        self.folder, self.apart = folder, apart
        self.witness = None
        if has_witness:
            self.witness = FarWitness(folder / "witness", apart).start()
            things.append(self.witness)
        self.gate = FarGate(self.make("gate"), apart, self.witness)
        things.append(self)
        self.store = self.gate.folder / "audit"

    def make(self, name):
        path = self.folder / name
        path.mkdir()
        return path

    def close(self):
        if self.gate.process is not None:
            self.gate.stop()

    def live(self, requests, end="stop"):
        """Runs the gate, has that many requests refused, has it witnessed, and ends it."""
        self.gate.start()
        assert set(self.gate.refuse(requests)) == {"403"}
        if self.witness is not None:
            size = self.gate.export()[-1]["sequence"] + 1
            wait_for(lambda: self.gate.metric("exeat_witness_size") >= size, "the records to be witnessed")
        getattr(self.gate, end)()

    def keep(self, name):
        shutil.copytree(self.store, self.folder / name)

    def put_back(self, name):
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / name, self.store)

    def forge(self, requests):
        """Another history under the same origin and key, as who stole the key writes it; its store."""
        forger = FarGate(self.make("forger"), self.apart)
        shutil.copytree(self.gate.folder / "keys", forger.folder / "keys")
        forger.start()
        forger.refuse(requests)
        forger.stop()
        return forger.folder / "audit"

    def note(self):
        """What the witness says, in a file."""
        path = self.folder / "note"
        path.write_text(self.witness.last(ORIGIN))
        return path

    def verify(self, *words, store=None):
        vkey = run_exeat("key", "show", self.gate.folder / "keys" / "log.key", "--name", ORIGIN).stdout.strip()
        done = run_exeat("audit", "verify", "--store", store or self.store, "--vkey", vkey, *words)
        return done.stdout.split("\n")[0].split(":")[0].split(",")[0]


def kept(folder, witness):
    """What the witness says of the log, in a file."""
    path = folder / "note"
    path.write_text(witness.ask("GET", f"/checkpoint/{ORIGIN}")[2])
    return path


# --- the attacks ----------------------------------------------------------------------------------------------------------


def cut_the_tail(scene):
    """4: the last records and all that signs them are taken out."""
    scene.live(5, end="kill")
    with sqlite3.connect(next(scene.store.glob("*.hot"))) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        rows = database.execute("SELECT first FROM batch ORDER BY first").fetchall()
        (cut,) = rows[len(rows) // 2]
        database.execute("DELETE FROM batch WHERE first >= ?", (cut,))
        database.execute("DELETE FROM ckpt WHERE size > ?", (cut,))
    database.close()


def delete_the_wal(scene):
    """5: the same with less work: all that is not folded in lies in the -wal file."""
    scene.live(5)
    scene.live(5, end="kill")
    for path in [*scene.store.glob("*-wal"), *scene.store.glob("*-shm")]:
        path.unlink()


def rewrite_with_the_key(scene):
    """7: the whole log is written anew, with the log's own key."""
    scene.live(5)
    forged = scene.forge(20)
    shutil.rmtree(scene.store)
    shutil.copytree(forged, scene.store)


def roll_the_volume_back(scene):
    """8: an older copy of the volume is put back."""
    scene.live(5)
    scene.keep("copy")
    scene.live(5)
    scene.put_back("copy")


def roll_back_and_write_on(scene):
    """9: an older copy is put back and used, with the way to the witness cut, until it is the longer one."""
    roll_the_volume_back(scene)
    scene.apart.cut()
    scene.gate.start()
    scene.gate.refuse(20)
    scene.gate.stop()
    scene.apart.mend()


ATTACKS = {
    cut_the_tail: ("rolled_back", "TRUNCATED"),
    delete_the_wal: ("rolled_back", "TRUNCATED"),
    rewrite_with_the_key: ("forked", "FORKED"),
    roll_the_volume_back: ("rolled_back", "TRUNCATED"),
    roll_back_and_write_on: ("forked", "FORKED"),
}
by_name = {"ids": lambda attack: attack.__name__}


@pytest.mark.parametrize("attack", ATTACKS, **by_name)
def test_an_attack_is_seen_where_a_witness_stands(attack, tmp_path, apart, things):
    scene = Scene(tmp_path, apart, things, has_witness=True)
    state, verdict = ATTACKS[attack]
    attack(scene)
    assert scene.verify("--checkpoint", scene.note()) == verdict
    scene.gate.start()
    wait_for(lambda: scene.gate.state() == state, f"the gate to know that it is {state}")
    wait_for(lambda: scene.gate.events("witness")[-1]["level"] == "error", "the log to tell it")
    signed = run_exeat("audit", "checkpoint", "-c", scene.gate.config_path).stdout
    scene.gate.refuse(5)
    scene.gate.stop()
    assert run_exeat("audit", "checkpoint", "-c", scene.gate.config_path).stdout == signed  # nothing more was signed
    assert scene.verify("--checkpoint", scene.note()) in (verdict, "FORKED")  # what was written since is no continuation
    alarm = {"rolled_back": "witness_older", "forked": "witness_fork"}[state]
    told = wait_for(lambda: scene.witness.events(alarm) + scene.witness.events("witness_unproven"), "the witness to tell it")
    assert {event["origin"] for event in told} == {ORIGIN}


SAYINGS = {
    "rolled back": b"HTTP/1.1 409 Conflict\r\nContent-Length: 10\r\n\r\n999999999\n",
    "another key": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "forked": b"HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 0\r\n\r\n",
    "unknown": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("saying", SAYINGS)
def test_who_takes_the_address_of_the_witness_does_not_end_the_log(saying, tmp_path, things):
    witness = Witness(tmp_path / "witness")
    gate = Gate(tmp_path, rules=[])
    gate.config["tls"] = {}
    gate.config["audit"]["witness"] = {
        "url": f"http://{witness.address}:{witness.port}", "key_file": str(witness.vkey_path),
        "enrol_token_file": str(witness.token_path), "interval": "100ms",
    }
    impostor = Canned(witness.port, SAYINGS[saying])
    gate.start()
    wait_for(lambda: impostor.asked >= 4, "it to be asked, and asked again")
    wait_for(lambda: 'exeat_witness_state{state="unreachable"} 1' in gate.metrics(), "it not to be believed")
    wait_for(lambda: gate.events("witness")[-1]["level"] == "warn", "the log to tell it")
    assert gate.get("http://evil.example/").status == 403
    impostor.close()
    witness.start()
    things.append(witness)
    wait_for(lambda: 'exeat_witness_state{state="witnessed"} 1' in gate.metrics(), "the true witness to be believed")
    gate.stop()
    assert gate.verify("--checkpoint", kept(tmp_path, witness)).stdout.startswith("OK")


@pytest.mark.parametrize("size", [0, 1, 5])
def test_what_the_gate_remembers_of_its_witness_is_not_talked_away(size, tmp_path, things):
    witness = Witness(tmp_path / "witness").start()
    gate = Gate(tmp_path, rules=[])
    gate.config["tls"] = {}
    gate.config["audit"]["witness"] = {
        "url": f"http://{witness.address}:{witness.port}", "key_file": str(witness.vkey_path),
        "enrol_token_file": str(witness.token_path), "interval": "100ms",
    }
    gate.start()
    for _ in range(5):
        gate.get("http://evil.example/")
    wait_for(lambda: gate.metric("exeat_witness_size") > 5, "the records to be witnessed")
    witness.close()
    gate.get("http://evil.example/")
    impostor = Canned(witness.port, b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n%d\n" % size)
    wait_for(lambda: impostor.asked >= 4, "it to be asked, and asked again")
    assert gate.metric("exeat_witness_age_seconds") <= 60 and gate.metric("exeat_witness_time_seconds") > 0
    impostor.close()
    seen = gate.metric("exeat_witness_size")
    witness.start()
    things.append(witness)
    wait_for(lambda: gate.metric("exeat_witness_size") > seen, "the true witness to be believed")
    gate.stop()
    assert gate.events("witness_forgot") == []
    assert witness.metric("older_total") == witness.metric("unproven_total") == 0


@pytest.mark.parametrize("attack", ATTACKS, **by_name)
def test_nobody_sees_it_without_one(attack, tmp_path, apart, things):
    scene = Scene(tmp_path, apart, things, has_witness=False)
    attack(scene)
    assert scene.verify() in ("OK", "UNSIGNED_TAIL")
    scene.gate.start()
    assert set(scene.gate.refuse(5)) == {"403"} and scene.gate.state() is None
    scene.gate.stop()
    assert scene.verify() == "OK"


def test_a_split_view_is_seen_by_who_asks_the_witness(tmp_path, apart, things):
    """10: the auditor is given another copy than the one that was witnessed."""
    scene = Scene(tmp_path, apart, things, has_witness=True)
    scene.live(5)
    forged = scene.forge(20)
    assert scene.verify(store=forged) == "OK"
    assert scene.verify("--checkpoint", scene.note(), store=forged) == "FORKED"
    assert scene.verify("--checkpoint", scene.note()) == "OK"


def test_after_a_roll_back_a_new_log_follows_the_old_one(tmp_path, apart, things):
    scene = Scene(tmp_path, apart, things, has_witness=True)
    roll_the_volume_back(scene)
    scene.gate.start()
    wait_for(lambda: scene.gate.state() == "rolled_back", "the roll-back to be seen")
    done = run_exeat("audit", "new-origin", "-c", scene.gate.config_path, "--reason", "volume restored from a backup")
    assert done.returncode == 0 and f"{ORIGIN}/2" in done.stdout, done.stdout + done.stderr
    assert scene.gate.process.wait(timeout=60) == 0
    scene.gate.process = None
    scene.live(5)
    enrolled = scene.witness.events("witness_enrolled", 2)[-1]
    assert (enrolled["origin"], enrolled["previous"]) == (f"{ORIGIN}/2", ORIGIN)
    records = scene.gate.export()
    assert records[0]["origin"] == f"{ORIGIN}/2"
    (succession,) = [r for r in records if r["kind"] == "admin" and r["event"] == "new_origin"]
    assert f"previous={ORIGIN} " in succession["detail"] and "volume restored from a backup" in succession["detail"]
    former = scene.store / "former-1"
    assert scene.verify("--checkpoint", scene.note(), store=former) == "TRUNCATED"  # it is kept as it was
    assert scene.gate.verify().stdout.startswith("OK")


def test_a_gate_that_must_be_witnessed_waits_for_it(tmp_path, apart, things, root):
    witness = FarWitness(tmp_path / "witness", apart, certificate=root.issue(WITNESS_SIDE))
    gate = FarGate(tmp_path, apart, witness, on_unreachable="deny", roots=str(root.path))
    gate.start()
    things.append(type("Stop", (), {"close": staticmethod(gate.stop)}))
    wait_for(lambda: gate.state() == "unreachable", "the gate to notice")
    assert gate.refuse(1) == ["503"]
    witness.start()
    things.append(witness)
    wait_for(lambda: gate.state() == "witnessed", "the witness to answer")
    wait_for(lambda: gate.refuse(1) == ["403"], "requests to be decided on")
