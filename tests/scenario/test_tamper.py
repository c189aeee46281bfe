# SPDX-License-Identifier: Apache-2.0
"""The attacks that an audit store must expect, with the answer that `verify` has to give: each is tried on a copy of one
store, at places chosen by chance. What cannot be seen without an outside checkpoint is shown not to be seen, and to be
seen with one. TAMPER_SEEDS says how many places each attack is tried at."""
import os
import random
import shutil
import sqlite3

import pytest
from support.forger import Forger, Key, replace_host
from support.gate import RELEASE, Gate, run_exeat
from support.wait import wait_for

SEEDS = range(int(os.environ.get("TAMPER_SEEDS", "3")))
DECISION, COMPLETION = 2, 4
REQUESTS = 60


def ask(one, count):
    for number in range(count):
        assert one.get(f"http://evil{number % 7}.example/private-path").status == 403


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A store with some segments, of two runs, one of which was killed; and what was put by outside in between."""
    patch = pytest.MonkeyPatch()
    patch.setattr("support.gate.EXEAT", RELEASE)
    folder = tmp_path_factory.mktemp("tamper") / "gate"
    folder.mkdir()
    one = Gate(folder, rules=[], workers=1, audit={"segment_size": "64KiB"})
    one.config["tls"] = {}
    one.start()
    ask(one, REQUESTS)
    one.kill()
    one.start()
    ask(one, REQUESTS)
    wait_for(lambda: len(list((folder / "audit").glob("seg-*.db"))) >= 6, "sealed segments")
    one.stop()
    assert one.verify().returncode == 0
    yield one
    patch.undo()


@pytest.fixture
def copy(original, tmp_path, monkeypatch):
    """A copy of the store in the hands of the attacker, with the gate that would go on with it."""
    monkeypatch.setattr("support.gate.EXEAT", RELEASE)
    return copy_of(original, tmp_path / "copy")


def copy_of(original, folder):
    one = Gate(folder, rules=[], workers=1, audit={"segment_size": "64KiB"})
    shutil.copytree(original.folder / "audit", folder / "audit")
    shutil.copytree(original.folder / "keys", folder / "keys")
    one.config["tls"] = {}
    one.write()
    return one


def audit(one):
    return one.folder / "audit"


def head(one):
    """The newest checkpoint, as somebody outside keeps it."""
    return run_exeat("audit", "checkpoint", "-c", one.config_path).stdout


def put_by(one, note, name="outside.txt"):
    path = one.folder / name
    path.write_text(note)
    return path


def word(report):
    """The verdict; a store that is refused because its tables are others cannot be read either."""
    if "its tables, or those of its private parts, are not those of an audit store" in report.stderr:
        return "UNREADABLE"
    return report.stdout.split("\n")[0].split(":")[0].split(",")[0]


def assert_found(one, *words, **options):
    report = one.verify(*options.get("with_", ()))
    assert word(report) in words, report.stdout + report.stderr
    assert report.returncode in (3, 4, 5), report.stdout


def assert_missed(one):
    """Without anything from outside there is nothing to see: this is what witnesses are for."""
    report = one.verify()
    assert report.returncode == 0 and word(report) == "OK", report.stdout + report.stderr


def a_decision(forger, chance):
    return chance.choice(forger.records(DECISION))


# --- 1 to 3: the records themselves ----------------------------------------------------------------------------------------


def edit_a_byte(forger, chance):
    sequence, body = chance.choice(forger.records())
    at = chance.randrange(len(body))
    forger.set_body(sequence, body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :])


def edit_what_it_says(forger, chance):
    """A valid record that says something else, in its column too."""
    sequence, body = a_decision(forger, chance)
    host = b"good0.example"
    forger.set_body(sequence, replace_host(body, host))
    forger.segment_of(sequence).run("UPDATE rec SET host = ? WHERE seq = ?", host.decode(), sequence)


def edit_the_time(forger, chance):
    sequence, body = chance.choice(forger.records())
    later = int.from_bytes(body[10:18], "big") + 1000000
    forger.set_body(sequence, body[:10] + later.to_bytes(8, "big") + body[18:])
    forger.segment_of(sequence).run("UPDATE rec SET ts = ? WHERE seq = ?", later, sequence)


def delete_one(forger, chance):
    sequence, _ = chance.choice(forger.records()[1:-1])
    forger.segment_of(sequence).run("DELETE FROM rec WHERE seq = ?", sequence)


def delete_and_close_the_ranks(forger, chance):
    """The later records of its segment move up by one place, in their bytes too."""
    segment = chance.choice(forger.segments)
    rows = segment.run("SELECT seq, body FROM rec ORDER BY seq")
    gone = chance.randrange(1, len(rows) - 1)
    segment.run("DELETE FROM rec WHERE seq = ?", rows[gone][0])
    for sequence, body in rows[gone + 1 :]:
        moved = body[:2] + (sequence - 1).to_bytes(8, "big") + body[10:]
        segment.run("UPDATE rec SET seq = ?, body = ? WHERE seq = ?", sequence - 1, moved, sequence)


def exchange_two(forger, chance):
    segment = chance.choice(forger.segments)
    first, second = chance.sample(segment.run("SELECT seq, body FROM rec"), 2)
    for (sequence, _), (_, body) in ((first, second), (second, first)):
        segment.run("UPDATE rec SET body = ? WHERE seq = ?", body[:2] + sequence.to_bytes(8, "big") + body[10:], sequence)


def insert_one_at_the_end(forger, chance):
    sequence, body = a_decision(forger, chance)
    last = forger.records()[-1][0] + 1
    columns = "ts, kind, verdict, host, request"
    source = forger.segment_of(sequence).run(f"SELECT {columns} FROM rec WHERE seq = ?", sequence)[0]
    marks = ", ".join("?" * 7)
    body = body[:2] + last.to_bytes(8, "big") + body[10:]
    forger.segments[-1].run(f"INSERT INTO rec(seq, body, {columns}) VALUES({marks})", last, body, *source)


RECORDS = {
    edit_a_byte: ("TAMPERED", "GAP"),
    edit_what_it_says: ("TAMPERED",),
    edit_the_time: ("TAMPERED",),
    delete_one: ("GAP", "TAMPERED", "TRUNCATED"),
    delete_and_close_the_ranks: ("TAMPERED", "GAP", "TRUNCATED"),
    exchange_two: ("TAMPERED",),
    insert_one_at_the_end: ("TAMPERED", "UNSIGNED_TAIL", "GAP"),
}


# --- 6, 13: without the key ------------------------------------------------------------------------------------------------


def rewrite_with_another_key(forger, chance):
    edit_what_it_says(forger, chance)
    forger.resign(Key())


def sign_one_again_with_another_key(forger, chance):
    """What re-sealing old entries with a newer key comes to: the log has one key, which is its name."""
    size, note = chance.choice(forger.checkpoints())
    origin = note.split("\n")[0]
    lines = Key().note(origin, type("T", (), {"size": size, "root": lambda self: b"\0" * 32})()).split("\n")
    segment = next(s for s in forger.segments if s.run("SELECT 1 FROM ckpt WHERE size = ?", size))
    segment.run("UPDATE ckpt SET note = ? WHERE size = ?", "\n".join(note.split("\n")[:4] + lines[4:]), size)


# --- 15 to 18: what is around the records ----------------------------------------------------------------------------------


def drop_a_segment(forger, chance):
    chance.choice(forger.segments[1:-1]).remove()


def edit_a_column(forger, chance):
    sequence, _ = a_decision(forger, chance)
    column, value = chance.choice([("host", "good.example"), ("verdict", 1), ("kind", 3), ("ts", 1), ("host", None)])
    forger.segment_of(sequence).run(f"UPDATE rec SET {column} = ? WHERE seq = ?", value, sequence)


def edit_the_request_column(forger, chance):
    """So that what is asked for by its id is not found."""
    sequence, _ = a_decision(forger, chance)
    forger.segment_of(sequence).run("UPDATE rec SET request = ? WHERE seq = ?", chance.randbytes(16), sequence)


def edit_a_private_part(forger, chance):
    segment = chance.choice([s for s in forger.segments if s.run_private("SELECT 1 FROM priv")])
    segment.run_private("UPDATE priv SET body = ? WHERE seq = (SELECT min(seq) FROM priv)", b"\x01\x00\x01/")


def put_a_view_in_its_place(forger, chance):
    segment = chance.choice(forger.segments)
    segment.run("ALTER TABLE rec RENAME TO hidden")
    segment.run("CREATE VIEW rec AS SELECT * FROM hidden WHERE host IS NOT 'evil1.example'")


AROUND = {
    rewrite_with_another_key: ("TAMPERED",),
    sign_one_again_with_another_key: ("TAMPERED",),
    drop_a_segment: ("GAP", "TAMPERED", "UNREADABLE"),
    edit_a_column: ("TAMPERED",),
    edit_the_request_column: ("TAMPERED",),
    edit_a_private_part: ("TAMPERED",),
    put_a_view_in_its_place: ("TAMPERED", "UNREADABLE", "GAP"),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("attack", [*RECORDS, *AROUND], ids=lambda attack: attack.__name__)
def test_it_is_found_without_help_from_outside(copy, attack, seed):
    with Forger(audit(copy)) as forger:
        attack(forger, random.Random(seed))
    assert_found(copy, *{**RECORDS, **AROUND}[attack])


@pytest.mark.parametrize("seed", SEEDS)
def test_1_a_hex_editor_is_found(copy, seed):
    chance = random.Random(seed)
    with Forger(audit(copy)) as forger:
        sequence, body = a_decision(forger, chance)
        path = forger.segment_of(sequence).path
    data = path.read_bytes()
    at = data.index(body) + 26 + chance.randrange(len(body) - 26)
    path.write_bytes(data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :])
    assert_found(copy, "TAMPERED")


# --- 4, 5, 7 to 10, 12: with the key, or with old files ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_4_a_tail_cut_at_a_checkpoint_is_seen_only_from_outside(copy, seed):
    outside = put_by(copy, head(copy))
    with Forger(audit(copy)) as forger:
        size, _ = random.Random(seed).choice(forger.checkpoints()[1:-1])
        forger.cut(size)
        forger.resign(Key(copy.folder / "keys" / "log.key"), since=size)
    assert_missed(copy)
    assert_found(copy, "TRUNCATED", with_=("--checkpoint", outside))


def test_5_a_deleted_wal_is_seen_only_from_outside(copy):
    copy.start()
    ask(copy, 5)
    wait_for(lambda: head(copy) != "", "a checkpoint")
    outside = put_by(copy, head(copy))
    copy.kill()
    for path in audit(copy).glob("seg-*.hot-*"):
        path.unlink()
    report = copy.verify()
    assert word(report) == "OK", report.stdout
    copy.start()  # the next start sees nothing either
    copy.stop()
    assert_missed(copy)
    with_ = ("--checkpoint", outside)
    assert word(copy.verify(*with_)) in ("TRUNCATED", "FORKED"), copy.verify(*with_).stdout


@pytest.mark.parametrize("seed", SEEDS)
def test_7_a_rewrite_with_the_stolen_key_is_seen_only_from_outside(copy, seed):
    outside = put_by(copy, head(copy))
    with Forger(audit(copy)) as forger:
        edit_what_it_says(forger, random.Random(seed))
        forger.resign(Key(copy.folder / "keys" / "log.key"))
    assert_missed(copy)
    assert_found(copy, "FORKED", with_=("--checkpoint", outside))


def test_8_an_old_copy_is_seen_only_from_outside(original, copy):
    copy.start()
    ask(copy, 5)
    copy.stop()
    outside = put_by(copy, head(copy))
    shutil.rmtree(audit(copy))
    shutil.copytree(audit(original), audit(copy))
    assert_missed(copy)
    assert_found(copy, "TRUNCATED", with_=("--checkpoint", outside))


def test_9_and_10_a_fork_is_seen_only_from_outside(original, copy, tmp_path):
    """Two gates go on with the same past; each store is good by itself, and neither fits the other's head."""
    other = copy_of(original, tmp_path / "other")
    for one, count in ((copy, 5), (other, 8)):
        one.start()
        ask(one, count)
        one.stop()
        assert_missed(one)
    outside = put_by(other, head(copy))
    assert_found(other, "FORKED", with_=("--checkpoint", outside))


def test_12_with_the_key_all_after_the_last_outside_head_can_be_forged(copy):
    """The window of an attacker who has the key is what came after the last head that somebody else holds."""
    outside = put_by(copy, head(copy))
    before = int(head(copy).split("\n")[1])
    copy.start()
    ask(copy, 10)
    copy.stop()
    newest = put_by(copy, head(copy), "newest.txt")
    with Forger(audit(copy)) as forger:
        sequence, body = [row for row in forger.records(DECISION) if row[0] >= before][0]
        forger.set_body(sequence, replace_host(body, b"good0.example"))
        forger.segment_of(sequence).run("UPDATE rec SET host = 'good0.example' WHERE seq = ?", sequence)
        forger.resign(Key(copy.folder / "keys" / "log.key"), since=before)
    assert copy.verify("--checkpoint", outside).returncode == 0  # inside the window
    assert_found(copy, "FORKED", with_=("--checkpoint", newest))


# --- 14, 17: silence, and what is shown all the same -------------------------------------------------------------------------


def test_14_a_killed_writer_shows(copy):
    assert "unclean starts 1" in copy.verify().stdout
    copy.start()
    copy.kill()
    copy.start()
    copy.stop()
    report = copy.verify()
    assert report.returncode == 0 and "unclean starts 2" in report.stdout
    opened = [record["event"] for record in copy.export() if record["kind"] == "open" and record["event"] != "roll"]
    assert opened == ["new", "start_after_crash", "start", "start_after_crash"]


def test_17_an_index_that_lies_is_none_of_ours(copy):
    assert copy.decisions("--host", "evil1.example")
    with Forger(audit(copy)) as forger:
        for segment in forger.segments:
            segment.run("CREATE INDEX rec_host ON rec(host) WHERE host IS NOT NULL AND seq < 0")
            segment.run("PRAGMA writable_schema = ON")
            segment.run("UPDATE sqlite_schema SET sql = 'CREATE INDEX rec_host ON rec(host) WHERE host IS NOT NULL' WHERE name = 'rec_host'")
        fooled = sqlite3.connect(forger.segments[0].path).execute("SELECT count(*) FROM rec WHERE host = 'evil1.example'").fetchall()
    assert fooled == [(0,)]  # so it does lie
    for words in (["export", "--host", "evil1.example"], ["verify"]):
        done = run_exeat("audit", *words, "-c", copy.config_path)
        assert done.returncode == 5 and "are not those of an audit store" in done.stdout + done.stderr, done
