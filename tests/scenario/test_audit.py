# SPDX-License-Identifier: Apache-2.0
"""The store under stress: nothing leaves before its record, nothing acknowledged is lost, nothing changed goes unseen."""
import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading

import pytest
from support.disk import faults
from support.gate import EXEAT, allow, ask, hosts, run_exeat
from support.wait import wait_for
from support.witness import Log


def test_on_a_stalled_disk_no_query_no_connection_and_no_byte_leaves(gate, listen, name_server, bad_disk):
    received = []

    def serve(connection):
        received.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    origin = listen(serve)
    names = name_server({"shop.example": ["127.0.0.1"]})
    one = gate(start=False, resolve={"servers": [f"127.0.0.1:{names.port}"]}, rules=[allow("shop.example")])
    one.start(**faults(one.folder, bad_disk))
    stall = one.folder / "stall"
    stall.touch()
    with one.connect() as client:
        client.sendall(b"GET http://shop.example:%d/ HTTP/1.1\r\nHost: shop.example:%d\r\n\r\n" % (origin.port, origin.port))
        # The request is with the writer now: its record is handed over and waits for the disk.
        wait_for(lambda: one.metric("exeat_audit_queue_entries") >= 1, "the record to wait")
        # The gate goes on with what needs no disk, so it is not its loop that stalls.
        assert one.admin("/livez")[0] == 200
        assert names.queries == [] and origin.accepted == 0 and received == []
        stall.unlink()
        reply = client.recv(65536)
    assert reply.startswith(b"HTTP/1.1 200")
    assert {name for name, _ in names.queries} == {"shop.example"} and origin.accepted == 1


def test_a_full_disk_refuses_and_recovers_by_itself(gate, origin, bad_disk):
    one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example")])
    one.start(**faults(one.folder, bad_disk))
    url = f"http://shop.example:{origin.port}/"
    assert one.get(url).status == 200
    (one.folder / "full").touch()
    reply = one.get(url)
    assert reply.status == 503 and b"reason: audit_unavailable" in reply.body
    assert origin.connections <= 1 and len(origin.requests) == 1
    (one.folder / "full").unlink()
    assert one.get(url).status == 200
    assert one.metric("exeat_audit_failures_total") >= 1


def test_a_full_disk_does_not_keep_the_gate_from_ending(gate, bad_disk):
    one = gate(start=False, rules=[])
    one.start(**faults(one.folder, bad_disk))
    assert one.get("http://evil.example/").status == 403
    (one.folder / "full").touch()
    assert one.get("http://evil.example/").status == 503
    one.stop()
    (one.folder / "full").unlink()
    assert one.verify().stdout.split("\n")[0].split(":")[0].split(",")[0] in ("OK", "UNSIGNED_TAIL")


def test_on_failure_allow_lets_through_and_says_so(gate, origin, bad_disk):
    one = gate(
        start=False,
        resolve=hosts("shop.example"),
        rules=[allow("shop.example")],
        audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "on_failure": "allow"},
    )
    one.start(**faults(one.folder, bad_disk))
    url = f"http://shop.example:{origin.port}/"
    (one.folder / "full").touch()
    assert one.get(url).status == 200
    (one.folder / "full").unlink()
    assert one.get(url).status == 200
    gap = wait_for(lambda: [record for record in one.export() if record["kind"] == "gap"], "the GAP record")
    assert gap[0]["count"] == 1
    one.stop()
    report = one.verify()
    assert report.returncode == 4 and report.stdout.startswith("GAP: 1 decisions were let through unrecorded")


def test_a_disk_with_little_room_is_said_then_refuses_and_goes_on_by_itself(gate, bad_disk):
    one = gate(start=False, rules=[])
    one.start(**faults(one.folder, bad_disk))
    little = one.folder / "little"
    events = lambda: [record["event"] for record in one.export("-o", "records") if record["kind"] == "admin"]  # noqa: E731
    get = lambda: one.get("http://evil.example/").status  # noqa: E731
    ballast = one.folder / "audit" / "ballast"

    def leave(size):
        """So much room, from one moment to the next."""
        with open(one.folder / "new", "wb") as file:
            file.truncate(size)
        os.replace(one.folder / "new", little)

    assert get() == 403
    wait_for(lambda: ballast.exists() and ballast.stat().st_size == 8 << 20, "the ballast")
    leave(100 << 20)
    wait_for(lambda: get() == 403 and one.events("audit_disk_low"), "the warning")
    leave(10 << 20)
    wait_for(lambda: get() == 503, "the refusal")
    assert one.metric("exeat_audit_disk_free_bytes") == 10 << 20
    little.unlink()
    wait_for(lambda: get() == 403, "to go on")
    wait_for(lambda: "disk_fine" in events(), "the record")
    assert [event for event in events() if event.startswith("disk_")] == ["disk_low", "disk_refuses", "disk_fine"]
    one.stop()
    assert not (one.folder / "audit" / "ballast").exists() and one.verify().returncode == 0


def test_on_a_full_disk_the_ballast_is_let_go(gate, bad_disk):
    one = gate(start=False, rules=[])
    one.start(**faults(one.folder, bad_disk))
    assert one.get("http://evil.example/").status == 403
    wait_for((one.folder / "audit" / "ballast").exists, "the ballast")
    (one.folder / "full").touch()
    assert one.get("http://evil.example/").status == 503
    assert one.events("audit_ballast_dropped")
    wait_for(lambda: not (one.folder / "audit" / "ballast").exists(), "it to be gone")  # a new one is tried now and then
    (one.folder / "full").unlink()
    wait_for((one.folder / "audit" / "ballast").exists, "a new ballast")


# --- places where no store can be: one sentence, and nothing is changed ------------------------------------------------------


def snapshot(folder):
    """All files but the -shm of a WAL: it holds no data, and every reader locks in it."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".hot-shm"}


def refused(gate, *words, **environment):
    """The gate does not start, says why in one line, and leaves the store's folder as it was."""
    gate.write()
    run_exeat("ca", "init", "-c", gate.config_path)
    store = gate.folder / "audit"
    before = snapshot(store) if store.exists() else {}
    before.setdefault("lock", b"")
    done = run_exeat("run", "-c", gate.config_path, env={**os.environ, **environment})
    after = {**(snapshot(store) if store.exists() else {}), "lock": b""}
    assert done.returncode == 5, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and all(word in lines[0] for word in words), done.stderr
    assert after == before


def test_a_store_of_another_origin_is_refused(store):
    store.config["audit"]["origin"] = "somebody/else"
    refused(store, "it belongs to another audit.origin")


def test_a_running_stores_folder_of_another_origin_is_refused_too(gate):
    one = gate(rules=[])
    one.kill()
    one.config["audit"]["origin"] = "somebody/else"
    refused(one, "it belongs to another audit.origin")


@pytest.mark.parametrize("name", ["seg-0000000000000000.db", "seg-0000000000000000.hot"])
def test_a_foreign_file_named_like_a_segment_is_refused(gate, name):
    one = gate(start=False, rules=[])
    (one.folder / "audit").mkdir()
    (one.folder / "audit" / name).write_text("shopping list: eggs\n" * 100)
    refused(one, name, "it is no audit store of exeat")
    (one.folder / "audit" / name).unlink()
    with sqlite3.connect(one.folder / "audit" / name) as database:
        database.execute("CREATE TABLE eggs(count)")
    database.close()
    refused(one, name, "it is no audit store of exeat")


def test_a_store_of_a_newer_version_is_refused(store):
    change(store, "UPDATE meta SET v = x'63' WHERE k = 'format'")
    refused(store, "it was written by a newer exeat")


def test_a_network_file_system_is_refused(gate, bad_disk):
    one = gate(start=False, rules=[])
    (one.folder / "network").touch()
    refused(one, "is on a network file system (nfs)", "audit.ship", **faults(one.folder, bad_disk))


def test_a_disk_that_is_full_at_the_start_is_said(gate, bad_disk):
    one = gate(start=False, rules=[])
    (one.folder / "full").touch()
    refused(one, "cannot begin the audit store: database or disk is full", **faults(one.folder, bad_disk))


def test_a_read_only_file_system_is_refused(store):
    audit = store.folder / "audit"
    before = snapshot(audit)
    mount = f"mount --bind {audit} {audit} && mount -o remount,ro,bind {audit} && exec {EXEAT} run -c {store.config_path}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, text=True, timeout=120)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("mounting is not permitted here")
    assert done.returncode == 5 and "is on a read-only file system" in done.stderr, done.stderr
    assert snapshot(audit) == before


@pytest.mark.parametrize("statement", [
    "CREATE TRIGGER later AFTER INSERT ON meta BEGIN SELECT 1; END",
    "CREATE VIEW decisions AS SELECT 1",
    "ALTER TABLE rec RENAME TO kept; CREATE VIEW rec AS SELECT * FROM kept WHERE host IS NULL",
])
def test_tables_that_are_not_ours_are_refused_and_not_read(store, statement):
    change(store, *statement.split("; ")) if "TRIGGER" not in statement else change(store, statement)
    refused(store, "its tables are not those of an audit store")
    report = store.verify()
    assert report.returncode == 5 and "are not those of an audit store" in report.stderr


def test_a_failed_sync_ends_the_process(gate, bad_disk):
    one = gate(start=False, rules=[])
    one.start(**faults(one.folder, bad_disk))
    (one.folder / "fail").touch()
    with one.connect() as client:
        client.sendall(b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert wait_for(lambda: one.process.poll() is not None, "the process to end")
    assert one.process.returncode != 0 and one.events("audit_disk_lost")
    one.process = None


def test_after_kill_nothing_acknowledged_is_missing(gate):
    one = gate(rules=[])
    acknowledged = []
    stopped = threading.Event()

    def client():
        while not stopped.is_set():
            try:
                reply = one.get("http://evil.example/")
                acknowledged.append(reply.getheader("X-Request-Id"))
            except OSError:
                return

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        enough = len(acknowledged) + 30
        wait_for(lambda: len(acknowledged) >= enough or all(not t.is_alive() for t in threads), "some answers")
        one.kill()
        stopped.set()
        for thread in threads:
            thread.join()
        report = one.verify()
        assert report.stdout.split("\n")[0].split(":")[0].split(",")[0] in ("OK", "UNSIGNED_TAIL"), report.stdout
        one.start()
        recorded = {decision["request"] for decision in one.decisions()}
        assert set(acknowledged) <= recorded
        stopped.clear()
        threads = [threading.Thread(target=client) for _ in range(4)]
        for thread in threads:
            thread.start()
    stopped.set()
    for thread in threads:
        thread.join()
    assert [record["event"] for record in one.export() if record["kind"] == "open"] == ["new"] + ["start_after_crash"] * 3


# --- tampering ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(gate):
    """A closed store with some records, and the gate that made it."""
    one = gate(rules=[{"id": "r", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}])
    for _ in range(5):
        one.get("http://evil.example/private-path")
    one.stop()
    assert one.verify().returncode == 0
    return one


def change(gate, *statements):
    with sqlite3.connect(gate.folder / "audit" / "seg-0000000000000000.db") as database:
        database.execute("ATTACH ? AS private", [str(gate.folder / "audit" / "seg-0000000000000000.priv.db")])
        for trigger in ("rec_u", "rec_d", "ckpt_u", "ckpt_d"):
            database.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for statement in statements:
            database.execute(statement)
    database.close()


TAMPER = {
    "an edited byte": (
        "UPDATE rec SET body = CAST(substr(body, 1, 60) || CASE substr(body, 61, 1) WHEN x'00' THEN x'01' ELSE x'00' END"
        " || substr(body, 62) AS BLOB) WHERE seq = 5",
        "TAMPERED",
    ),
    "an edited column": ("UPDATE rec SET host = 'good.example' WHERE seq = 5", "TAMPERED"),
    "another verdict in the column": ("UPDATE rec SET verdict = 1 WHERE kind = 2", "TAMPERED"),
    "a record taken out": ("DELETE FROM rec WHERE seq = 6", "GAP"),
    "two records exchanged": ("UPDATE rec SET seq = CASE seq WHEN 3 THEN -1 WHEN 4 THEN 3 ELSE seq END", "TAMPERED"),
    "an edited private part": ("UPDATE priv SET body = x'0100012f'", "TAMPERED"),
    "an edited checkpoint": ("UPDATE ckpt SET note = replace(note, 'audit.example', 'audit.exampl3')", "TAMPERED"),
    "a cut tail": ("DELETE FROM rec WHERE seq > 6", "TRUNCATED"),
}


@pytest.mark.parametrize("what", TAMPER)
def test_tampering_is_found(store, what):
    statement, verdict = TAMPER[what]
    change(store, statement)
    report = store.verify()
    assert report.stdout.startswith(verdict + ":"), report.stdout
    assert report.returncode == (4 if verdict == "GAP" else 3)


def test_a_cut_tail_with_its_checkpoints_is_found_by_an_outside_checkpoint(store, tmp_path):
    anchor = tmp_path / "checkpoint.txt"
    anchor.write_text(run_exeat("audit", "checkpoint", "-c", store.config_path).stdout)
    change(store, "DELETE FROM rec WHERE seq > 6", "DELETE FROM ckpt WHERE size > 7")
    report = store.verify("--checkpoint", anchor)
    assert report.stdout.startswith("TRUNCATED: an outside checkpoint covers") and report.returncode == 3


def test_private_parts_that_no_record_says_were_erased_are_a_finding(store):
    one = store.decisions()[1]
    change(store, f"DELETE FROM priv WHERE seq = {one['sequence']}")
    report = store.verify()
    assert report.returncode == 4 and "erased private parts 0" in report.stdout
    assert report.stdout.startswith("GAP: the private parts of 1 records are missing, and no record says that they were erased"), report.stdout
    assert f"record {one['sequence']} (decision" in report.stdout
    assert "missing, and no record says that it was erased" in run_exeat("audit", "show", "-c", store.config_path, one["request"]).stdout
    change(store, "DELETE FROM priv")
    assert "the private parts of 5 records are missing" in store.verify().stdout
    assert all("path" not in decision for decision in store.decisions())


def test_an_order_to_erase_excuses_what_came_before_it_and_nothing_else(gate):
    one = gate(rules=[])
    one.get("http://evil.example/first")
    assert erase(one, "--before", "now", "--yes").returncode == 0
    one.get("http://evil.example/second")
    one.stop()
    first, second = one.decisions()
    report = one.verify()
    assert report.returncode == 0 and "erased private parts 1" in report.stdout
    shown = run_exeat("audit", "show", "-c", one.config_path, first["request"]).stdout
    assert "erased, as record" in shown and "the record and its proof are whole" in shown
    for path in (one.folder / "audit").glob("seg-*.priv.db"):
        with sqlite3.connect(path) as database:
            database.execute("DELETE FROM priv")
        database.close()
    report = one.verify()
    assert report.returncode == 4 and "erased private parts 1" in report.stdout
    assert "the private parts of 1 records are missing" in report.stdout and f"record {second['sequence']} (decision" in report.stdout


@pytest.fixture
def with_files(gate):
    """A closed store of a policy that has two more files."""
    one = gate(start=False, rules=[], include=["more.yaml", "most, of them.yaml"], audit={"segment_size": "64KiB"})
    for name in ("more", "most, of them"):
        (one.folder / f"{name}.yaml").write_text(json.dumps({"version": 1, "rules": [{"id": name[:4], "verdict": "deny", "hosts": [f"{name[:4]}.example"]}]}))
    one.start()
    for _ in range(120):
        one.get("http://more.example/")
    one.stop()
    assert one.verify().returncode == 0
    return one


def edit_texts(one, statement, only=slice(None)):
    """In one segment, or in all of them."""
    for path in sorted(path for path in (one.folder / "audit").glob("seg-*.db") if ".priv." not in path.name)[only]:
        with sqlite3.connect(path) as database:
            assert database.execute(statement).rowcount == 1
        database.close()


@pytest.mark.parametrize("word", ["more", "most", "listen"])
@pytest.mark.parametrize("only", [slice(None), slice(0, 1), slice(-1, None)], ids=["everywhere", "in the first segment", "in the last segment"])
def test_an_edited_text_of_any_file_of_a_policy_is_found_in_any_segment(with_files, tmp_path, word, only):
    edit_texts(with_files, f"UPDATE blob SET body = CAST(replace(CAST(body AS TEXT), 'deny', 'allow') || ' ' AS BLOB) WHERE CAST(body AS TEXT) LIKE '%{word}%' AND (CAST(body AS TEXT) LIKE '%listen%') = ('{word}' = 'listen')", only)
    report = with_files.verify()
    assert report.returncode == 3 and report.stdout.startswith("TAMPERED: a policy's text stored in the segment of record"), report.stdout
    page = run_exeat("audit", "report", "-c", with_files.config_path)
    assert page.returncode == 3 and "TAMPERED" in page.stdout
    if only == slice(None):
        done = run_exeat("audit", "export", "-c", with_files.config_path, "--bundle", tmp_path / "bundle")
        assert done.returncode == 5 and "is not the one that the log names" in done.stderr


def test_texts_of_policies_that_are_gone_are_a_finding(with_files, tmp_path):
    edit_texts(with_files, "DELETE FROM blob WHERE CAST(body AS TEXT) LIKE '%most.example%'")
    report = with_files.verify()
    assert report.returncode == 4 and report.stdout.startswith("GAP: a policy's text that record"), report.stdout
    done = run_exeat("audit", "export", "-c", with_files.config_path, "--bundle", tmp_path / "bundle")
    assert done.returncode == 0 and "1 texts of policies are not in the store" in done.stdout
    vkey = run_exeat("audit", "keys", "-c", with_files.config_path).stdout.strip()
    done = run_exeat("audit", "verify", "--bundle", tmp_path / "bundle", "--vkey", vkey)
    assert done.returncode == 4 and "a text that the log names, is not here" in done.stdout


@pytest.mark.parametrize("statement, what", [
    ("UPDATE priv SET body = x'0100012f'", "private part"), ("UPDATE rec SET host = 'good.example' WHERE kind = 2", "columns"),
], ids=["private part", "column"])
def test_a_tampered_store_makes_no_bundle(store, tmp_path, statement, what):
    change(store, statement)
    done = run_exeat("audit", "export", "-c", store.config_path, "--bundle", tmp_path / "bundle")
    assert done.returncode == 5 and what in done.stderr and "exeat audit verify" in done.stderr


def test_an_auditor_needs_only_the_folder_and_the_logs_key(store, tmp_path):
    keys = run_exeat("audit", "keys", "-c", store.config_path).stdout.strip()
    copy = tmp_path / "copy"
    shutil.copytree(store.folder / "audit", copy)
    assert run_exeat("audit", "verify", "--store", copy, "--vkey", keys).returncode == 0
    # A closed store is plain files: it can lie on a medium that is read-only.
    names = ["lock", "seg-0000000000000000.db", "seg-0000000000000000.priv.db"]
    assert sorted(path.name for path in copy.iterdir()) == names
    blind = run_exeat("audit", "verify", "--store", copy)
    assert blind.returncode == 4 and "SIGNATURES NOT CHECKED" in blind.stdout
    other = Log("audit.example/test").vkey
    assert run_exeat("audit", "verify", "--store", copy, "--vkey", other).returncode == 3


def test_a_tampered_store_does_not_start(store):
    change(store, "DELETE FROM rec WHERE seq = (SELECT max(seq) FROM rec)")
    done = run_exeat("run", "-c", store.config_path)
    assert done.returncode == 5
    assert "does not pass the start check" in done.stderr and "move its folder aside" in done.stderr


def test_another_gate_on_the_same_store_is_refused(gate):
    one = gate(rules=[])
    two = gate(start=False, rules=[], audit={"directory": str(one.folder / "audit"), "origin": "audit.example/test", "key": str(one.folder / "keys/log.key")})
    two.write()
    run_exeat("ca", "init", "-c", two.config_path)
    done = run_exeat("run", "-c", two.config_path)
    assert done.returncode == 5 and "another exeat writes this audit store" in done.stderr


# --- what leaves a store lawfully -------------------------------------------------------------------------------------------


def holds(folder, word):
    return any(word in path.read_bytes() for path in folder.rglob("*") if path.is_file())


SECRET = b"/secret-path-of-a-person"


def erase(gate, *words):
    return run_exeat("audit", "erase", "-c", gate.config_path, *words)


def test_erased_private_parts_are_gone_from_every_file_and_nothing_else_is(gate):
    one = gate(rules=[])
    one.get("http://evil.example" + SECRET.decode())
    store = one.folder / "audit"
    assert holds(store, SECRET)
    done = erase(one, "--before", "now", "--yes")
    assert done.returncode == 0 and done.stdout == "1 private parts erased\n", done.stderr
    assert not holds(store, SECRET) and holds(store, b"evil.example")
    prune = [record for record in one.export("-o", "records") if record["kind"] == "prune"]
    assert prune[0]["event"] == "erase" and prune[0]["count"] == 1 and "uid" in prune[0]["detail"]
    one.stop()
    assert not holds(store, SECRET)
    report = one.verify()
    assert report.returncode == 0 and "erased private parts 1" in report.stdout


def test_without_a_gate_erasing_takes_the_writers_place(gate):
    one = gate(rules=[])
    one.get("http://evil.example" + SECRET.decode())
    one.stop()
    done = erase(one, "--before", "now", "--yes")
    assert done.returncode == 0 and done.stdout == "1 private parts erased\n", done.stderr
    assert not holds(one.folder / "audit", SECRET)
    assert one.verify().returncode == 0


def test_erasing_says_beforehand_what_would_go_and_wants_a_word_for_what_is_young(gate):
    one = gate(rules=[])
    one.get("http://evil.example" + SECRET.decode())
    done = erase(one, "--before", "now", "--dry-run")
    assert done.returncode == 0 and done.stdout.startswith("1 private parts of records before 20") and "would be erased" in done.stdout
    for word in ("now", "-1s", "today", "-23h"):
        done = erase(one, "--before", word)
        assert done.returncode == 2 and "say --yes" in done.stderr and "--dry-run" in done.stderr
    assert holds(one.folder / "audit", SECRET)
    done = erase(one, "--before", "-2d")
    assert done.returncode == 0 and done.stdout == "0 private parts erased\n", done.stderr


def test_erasing_wants_a_time_that_has_come(gate):
    one = gate(rules=[])
    assert erase(one).returncode == 2
    assert erase(one, "--before", "2999-01-01").returncode == 2
    assert "has not come yet" in erase(one, "--before", "2999-01-01").stderr


def test_segments_roll_are_shipped_and_pruned_under_load_and_all_of_it_verifies(gate):
    one = gate(
        rules=[],
        audit={
            "directory": "audit", "origin": "audit.example/shop/pod-1", "key": "keys/log.key",
            "segment_size": "100KiB", "retention": "1ms", "ship": {"directory": "shipped"},
        },
    )
    for _ in range(150):
        assert one.get("http://evil.example/").status == 403
    shipped = one.folder / "shipped" / "audit.example" / "shop" / "pod-1"
    first = "seg-0000000000000000.db"
    wait_for(lambda: (shipped / first).exists() and not (one.folder / "audit" / first).exists(), "the oldest to go")
    one.stop()
    report = one.verify()
    assert report.returncode == 0, report.stdout
    keys = run_exeat("audit", "keys", "-c", one.config_path).stdout.strip()
    whole = run_exeat("audit", "verify", "--store", shipped, "--vkey", keys, "--checkpoint", shipped / "checkpoint")
    assert whole.returncode == 0, whole.stdout
    records = run_exeat("audit", "export", "--store", shipped, "-o", "records").stdout.splitlines()
    assert sum('"kind":"decision"' in line for line in records) == 150


def test_the_logs_of_many_pods_are_read_as_one_tree(gate, tmp_path):
    shipped, keys = tmp_path / "evidence", tmp_path / "keys"
    for pod in ("pod-1", "pod-2"):
        one = gate(rules=[], audit={"directory": "audit", "origin": f"audit.example/shop/{pod}", "key": "keys/log.key", "ship": {"directory": str(shipped)}})
        assert one.get(f"http://{pod}.example/").status == 403
        one.stop()
        with keys.open("a") as file:
            file.write(run_exeat("audit", "keys", "-c", one.config_path).stdout)
    tree = ["--store", shipped, "--vkey", keys]
    report = run_exeat("audit", "verify", *tree, "--checkpoint", shipped / "audit.example" / "shop" / "pod-1" / "checkpoint")
    assert report.returncode == 0 and report.stdout.count("\nOK") == 2 and report.stdout.count("ANCHORED: someone") == 1, report.stdout
    lines = [json.loads(line) for line in run_exeat("audit", "export", *tree, "-o", "jsonl", "--verdict", "deny").stdout.splitlines()]
    assert {line["observer"]["hostname"]: line["url"]["domain"] for line in lines} == {
        f"audit.example/shop/{pod}": f"{pod}.example" for pod in ("pod-1", "pod-2")}
    assert "name the log" in run_exeat("audit", "export", *tree, "-o", "csv").stderr
    assert "there are 2 stores below" in run_exeat("audit", "report", *tree).stderr
    assert "in place of another" not in report.stderr
    (shipped / "audit.example" / "shop" / "pod-2").rename(shipped / "audit.example" / "shop" / "pod-3")
    shutil.copytree(shipped / "audit.example" / "shop" / "pod-1", shipped / "audit.example" / "shop" / "pod-2")
    swapped = run_exeat("audit", "verify", *tree)
    assert "shop/pod-2: the log in this folder is audit.example/shop/pod-1: was it put here in place of another?" in swapped.stderr
    assert "shop/pod-3: the log in this folder is audit.example/shop/pod-2:" in swapped.stderr and "shop/pod-1: the log" not in swapped.stderr
    shutil.rmtree(shipped / "audit.example" / "shop" / "pod-2")
    (shipped / "audit.example" / "shop" / "pod-3").rename(shipped / "audit.example" / "shop" / "pod-2")
    one_of_them = next((shipped / "audit.example" / "shop" / "pod-2").glob("seg-*[0-9a-f].db"))
    one_of_them.chmod(0o600)
    database = sqlite3.connect(one_of_them)
    database.executescript("DROP TRIGGER rec_u; UPDATE rec SET host = 'x.example' WHERE host IS NOT NULL")
    database.close()
    report = run_exeat("audit", "verify", *tree)
    assert report.returncode == 3 and report.stdout.count("\nOK") == 1 and "\nTAMPERED" in report.stdout, report.stdout


def test_a_removed_segment_without_a_prune_record_is_a_gap(gate):
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "segment_size": "100KiB"})
    for _ in range(100):
        one.get("http://evil.example/")
    one.stop()
    segments = sorted((one.folder / "audit").glob("seg-????????????????.db"))
    assert len(segments) > 3 and one.verify().returncode == 0
    kept = segments[1].read_bytes()
    segments[1].unlink()
    report = one.verify()
    assert report.returncode == 4 and report.stdout.startswith("GAP: record"), report.stdout
    segments[1].write_bytes(kept)
    segments[0].unlink()
    report = one.verify()
    assert report.returncode == 4 and "no PRUNE record says" in report.stdout, report.stdout


# --- export ---------------------------------------------------------------------------------------------------------------


def test_filters_hold_together(gate):
    one = gate(
        clients={"queue": {"address": "127.0.0.0/8"}},
        rules=[{"id": "bad", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"], "from": ["queue"]}],
    )
    for host in ("evil.example", "other.example", "api.openai.com"):
        one.get(f"http://{host}/")
    count = lambda *words: len(one.decisions(*words))  # noqa: E731
    assert count() == 3
    assert count("--host", "*.example") == 2
    assert count("--rule", "bad") == 1 and count("--rule", "bad", "--host", "other.example") == 0
    assert count("--verdict", "deny") == 3 and count("--verdict", "allow") == 0
    assert count("--reason", "llm_guard") == 1 and count("--llm") == 1
    assert count("--client", "queue") == 3
    assert count("--since", "-1h") == 3 and count("--until", "-1h") == 0
    assert run_exeat("audit", "export", "-c", one.config_path, "--rule", "none").returncode == 1
    assert run_exeat("audit", "export", "-c", one.config_path, "--since", "yesterday-ish").returncode == 2


def test_lists_in_filters_are_any_of_their_words(gate):
    one = gate(rules=[{"id": "bad", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}])
    for host in ("evil.example", "other.example", "api.openai.com"):
        one.get(f"http://{host}/")
    wait_for(lambda: len([r for r in one.export() if r["kind"] == "completion"]) == 3, "the outcomes")
    ids = [decision["request"] for decision in one.decisions()]

    def shown(*words):
        done = run_exeat("audit", "export", "-c", one.config_path, "-o", "jsonl", *words)
        return [json.loads(line)["exeat"]["request"] for line in done.stdout.splitlines()]

    assert shown("--host", "other.example,*.openai.com") == ids[1:]
    assert shown("--reason", "rule,llm_guard") == [ids[0], ids[2]]
    assert shown("--verdict", "allow,deny") == ids and shown("--verdict", "allow,error") == []
    provider = one.decisions()[2]["llm_provider"]
    assert shown("--provider", provider) == ids[2:]
    assert shown("--done", "refuse", "--limit", "2") == ids[:2] and shown("--done", "tunnel") == []
    for words in (["--verdict", "deny,nope"], ["--reason", "nope"], ["--limit", "0"], ["-o", "nope"], ["-o", "records", "--done", "refuse"]):
        assert run_exeat("audit", "export", "-c", one.config_path, *words).returncode == 2, words
    # An option of another command is an error, not silence.
    assert run_exeat("audit", "verify", "-c", one.config_path, "--host", "x").returncode == 2


@pytest.mark.parametrize("form", ["jsonl", "ocsf", "cef", "leef", "syslog"])
def test_what_a_client_sends_breaks_no_line(gate, form):
    one = gate(rules=[])
    one.send(b"GET http://evil.example/%1b|=]%22%0aCEF:0|x HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    one.send(b"\x1b]0;x\x07 http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    done = run_exeat("audit", "export", "-c", one.config_path, "-o", form, "--verdict", "deny,error")
    lines = done.stdout.split("\n")
    assert len(lines) == 3 and lines[2] == ""
    assert not any(ord(c) < 32 for line in lines for c in line if not (form == "leef" and c == "\t"))
    if form in ("jsonl", "ocsf"):
        assert all(isinstance(json.loads(line), dict) for line in lines[:2])


def test_a_cursor_goes_on_where_the_last_run_ended(gate, tmp_path):
    one = gate(rules=[])
    cursor = tmp_path / "cursor"

    def run(store=one):
        done = run_exeat("audit", "export", "-c", store.config_path, "-o", "jsonl", "--verdict", "deny", "--cursor", cursor)
        assert done.returncode in (0, 1), done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    one.get("http://evil.example/1")
    assert any(line["url"]["path"] == "/1" for line in run())
    # What was shown before its outcome had come is shown again, whole; nothing else is.
    wait_for(lambda: not any(line.startswith("open") for line in (run(), cursor.read_text().splitlines())[1]), "the outcome")
    assert run() == []
    one.get("http://evil.example/2")
    assert {line["url"]["path"] for line in run()} == {"/2"}
    other = gate(rules=[], audit={"directory": "audit", "origin": "other.example/log", "key": "keys/log.key"})
    done = run_exeat("audit", "export", "-c", other.config_path, "--cursor", cursor)
    assert done.returncode == 5 and "another log" in done.stderr
    cursor.write_text("something else")
    done = run_exeat("audit", "export", "-c", one.config_path, "--cursor", cursor)
    assert done.returncode == 5 and "cursor file" in done.stderr


def test_show_tells_everything_about_one_request(gate):
    one = gate(rules=[{"id": "bad", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}])
    reply = one.get("http://evil.example/there")
    decision = one.only_decision()
    one.outcome_of(decision)
    done = run_exeat("audit", "show", "-c", one.config_path, reply.getheader("X-Request-Id"))
    assert done.returncode == 0, done.stderr
    for words in ("host             evil.example", "path             /there", "rule             bad", "personal part    here"):
        assert words in done.stdout
    assert "status           403" in done.stdout and f"file             {one.config_path}" in done.stdout
    redacted = run_exeat("audit", "show", "--redact", "-c", one.config_path, reply.getheader("X-Request-Id"))
    assert "/there" not in redacted.stdout and "evil.example" in redacted.stdout
    assert run_exeat("audit", "show", "-c", one.config_path, "00" * 16).returncode == 1
    assert run_exeat("audit", "show", "-c", one.config_path).returncode == 2


def test_csv_is_a_table_and_cannot_carry_formulas(gate):
    one = gate(rules=[])
    one.send(b"GET http://evil.example/=cmd|'/c!A1,\"x HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    one.send(b"=1+1 http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    one.send(b"+GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    done = run_exeat("audit", "export", "-c", one.config_path, "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 3
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values() if value)


def test_text_shows_no_control_characters(gate):
    one = gate(rules=[])
    one.send(b"GET http://evil.example/%1b[31m HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    done = run_exeat("audit", "export", "-c", one.config_path, "-o", "text")
    assert "\x1b" not in done.stdout and "evil.example" in done.stdout


def test_redact_leaves_private_parts_out(gate):
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "record": {"path": "private", "query": "private"}})
    one.get("http://evil.example/secret-path?secret-query")
    assert one.only_decision()["query"] == "secret-query"
    done = run_exeat("audit", "export", "-c", one.config_path, "--redact")
    assert "secret" not in done.stdout and "127.0.0.1" not in done.stdout and "evil.example" in done.stdout


def test_paths_can_be_hashed_or_left_out(gate):
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "record": {"path": "hash"}})
    for path in ("same", "same", "other"):
        one.get(f"http://evil.example/{path}")
    paths = [decision["path"] for decision in one.decisions()]
    assert paths[0] == paths[1] != paths[2] and len(paths[0]) == 64
    none = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "record": {"path": "none"}})
    none.get("http://evil.example/same")
    assert "path" not in none.only_decision()


def test_an_export_is_itself_on_record(gate):
    one = gate(rules=[])
    one.get("http://evil.example/")
    one.export()
    assert any(record["kind"] == "admin" and record["event"] == "access" for record in one.export())
    one.stop()
    done = run_exeat("audit", "export", "-c", one.config_path)
    assert "custody: unrecorded" in done.stderr


def test_a_reason_of_two_lines_is_on_record_whole(gate):
    one = gate(rules=[])
    assert run_exeat("audit", "new-origin", "-c", one.config_path, "--reason", "first\nsecond").returncode == 0
    one.process.wait()
    assert "reason first second\n" in (one.folder / "audit" / "origin.next").read_text()


def test_text_fits_the_terminal_and_a_request_is_shown_by_what_stands_there(gate):
    one = gate(rules=[], clients={"worker": {"address": "127.0.0.1/32"}})
    one.get("http://a-host-with-a-long-name.evil.example/")
    one.outcome_of(one.only_decision())
    for width in (60, 80, 120, 200):
        done = run_exeat("audit", "export", "-c", one.config_path, "-o", "text", env={**os.environ, "COLUMNS": str(width)})
        head, row = done.stdout.splitlines()
        assert max(len(head), len(row)) <= width and "\033" not in done.stdout
        assert "deny" in row and "no_rule" in row and (width < 80 or "worker" in row)
        short = row[head.index("request") :].split()[0]
        shown = run_exeat("audit", "show", "-c", one.config_path, short)
        assert shown.returncode == 0 and one.only_decision()["request"] in shown.stdout
        assert run_exeat("audit", "export", "-c", one.config_path, "--request", short).returncode == 0


def test_words_that_no_record_can_have_are_mistakes(store):
    def export(*words):
        return run_exeat("audit", "export", "-c", store.config_path, *words)

    for words, said in ((["--done", "walk"], "--done takes"), (["--request", "xyz"], "no request id"), (["--request", "abc"], "at least 4")):
        assert export(*words).returncode == 2 and said in export(*words).stderr
    for words in (["--done", "ref*"], ["--done", "tunnel,refuse"], ["--rule", "r"], ["--rule", "r*"]):
        assert export(*words).returncode == 0, words
    nothing = export("--rule", "r,nosuchrule", "--client", "nobody", "--host", "nowhere")
    assert nothing.returncode == 1 and "no such rule in any policy of this log: nosuchrule" in nothing.stderr
    assert "no such client in any policy of this log: nobody" in nothing.stderr and ": r\n" not in nothing.stderr
    request = store.decisions()[0]["request"]
    unknown = run_exeat("audit", "show", "-c", store.config_path, ("f" if request[0] != "f" else "e") + request[1:])
    assert unknown.returncode == 1 and "has no request" in unknown.stderr


def test_a_cursor_that_retention_overtook_says_so(gate, tmp_path):
    one = gate(rules=[], audit={"segment_size": "100KiB", "retention": "1ms"})
    assert one.get("http://evil.example/").status == 403
    cursor = tmp_path / "cursor"
    assert run_exeat("audit", "export", "-c", one.config_path, "--cursor", cursor).returncode == 0
    for _ in range(250):
        assert one.get("http://evil.example/").status == 403
    wait_for(lambda: min(int(path.name[4:20], 16) for path in (one.folder / "audit").glob("seg-*.db")) > 10, "old segments to be pruned")
    done = run_exeat("audit", "export", "-c", one.config_path, "--cursor", cursor)
    assert done.returncode == 0 and "were removed (audit.retention) before this cursor had seen them" in done.stderr
    assert "were removed" not in run_exeat("audit", "export", "-c", one.config_path, "--cursor", cursor).stderr


def test_stats_have_the_bytes_of_each_host_and_client(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], clients={"worker": {"address": "127.0.0.1/32"}})
    for _ in range(3):
        assert one.get(f"http://shop.example:{origin.port}/", method="POST", body=b"x" * 2048).status == 200
    wait_for(lambda: [r["kind"] for r in one.export()].count("completion") == 3, "the outcomes")
    up, down = (sum(r[name] for r in one.export() if r["kind"] == "completion") for name in ("bytes_up", "bytes_down"))
    said = run_exeat("audit", "stats", "-c", one.config_path).stdout
    for title, name in (("BYTES by host", "shop.example"), ("BYTES by client", "worker")):
        (line,) = [line for line in said.split(title)[1].split("\n\n")[0].splitlines() if line.endswith(name)]
        assert f"{up / 1024:.1f} KiB up" in line and (f"{down / 1024:.1f} KiB" if down >= 1024 else f"{down} B") in line, line


def test_follow_shows_records_as_they_come(gate):
    one = gate(rules=[])
    follower = subprocess.Popen([EXEAT, "audit", "follow", "-c", str(one.config_path), "-o", "records"], stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: any(r["kind"] == "admin" and "follow" in r["detail"] for r in one.export()), "the follower")
        seen = []
        reader = threading.Thread(target=lambda: seen.extend(json.loads(line) for line in follower.stdout))
        reader.start()
        wait_for(lambda: one.get("http://evil.example/") and any(r.get("host") == "evil.example" for r in seen), "the record")
    finally:
        follower.send_signal(signal.SIGINT)
        assert follower.wait(timeout=60) == 0
        reader.join()


def test_heartbeats_make_silence_visible(gate):
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "heartbeat": "1s"})
    # Read from the folder: an export by way of the gate would break its silence.
    wait_for(
        lambda: '"heartbeat"' in run_exeat("audit", "export", "--store", one.folder / "audit", "-o", "records").stdout, "a heartbeat"
    )


def test_batch_durability_records_everything_a_little_later(gate, origin):
    one = gate(
        resolve=hosts("shop.example"),
        rules=[allow("shop.example")],
        audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "durability": "batch", "batch_ms": 5},
    )
    with one.connect() as connection:
        authority = b"shop.example:%d" % origin.port
        for _ in range(50):
            assert ask(connection, b"GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority)).status == 200
    wait_for(lambda: len(one.decisions()) == 50, "all records")
