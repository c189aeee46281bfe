# SPDX-License-Identifier: Apache-2.0
"""Proofs for those who hold a checkpoint: made from a store, live or copied, checked with public keys alone, by exeat and
by the code of the tests, which shares nothing with it."""
import base64
import shutil

import pytest
from support.gate import run_exeat
from support.wait import wait_for
from support.witness import Log, leaf, node

ORIGIN = "audit.example/test"


@pytest.fixture
def lived(gate):
    """A running gate with a few records under a checkpoint."""
    one = gate(rules=[])
    for number in range(9):
        one.get(f"http://evil{number}.example/")
    size = one.export("-o", "records")[-1]["sequence"]
    wait_for(lambda: int(checkpoint_of(one).split("\n")[1]) > size, "a checkpoint over the records")
    return one


def checkpoint_of(one):
    done = run_exeat("audit", "checkpoint", "-c", one.config_path)
    return done.stdout if done.returncode == 0 else "-\n0\n"


def vkey_of(one):
    return run_exeat("audit", "keys", "-c", one.config_path).stdout.strip()


def climb(index, size, hashed, proof):
    """The root that an inclusion proof leads to (RFC 9162 2.1.3.2)."""
    at, last = index, size - 1
    for piece in proof:
        assert last > 0
        if at & 1 or at == last:
            hashed = node(piece, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node(hashed, piece)
        at, last = at >> 1, last >> 1
    assert last == 0
    return hashed


def prove(one, word, *where):
    done = run_exeat("audit", "prove", str(word), *(where or ("-c", one.config_path)))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_decision_is_proven_by_its_request_id(lived, tmp_path):
    decision = lived.decisions("--host", "evil3.example")[0]
    text = prove(lived, decision["request"])
    head, checkpoint = text.split("\n\n", 1)
    first, extra, index, *proof = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1" and index == f"index {decision['sequence']}"
    record = base64.b64decode(extra.removeprefix("extra "))
    assert b"evil3.example" in record and int.from_bytes(record[2:10]) == decision["sequence"]
    origin, size, root, *_ = checkpoint.split("\n")
    assert origin == ORIGIN
    pieces = [base64.b64decode(piece) for piece in proof]
    assert climb(decision["sequence"], int(size), leaf(record), pieces) == base64.b64decode(root)
    path = tmp_path / "one.tlog-proof"
    path.write_text(text)
    done = run_exeat("audit", "check-proof", path, "--vkey", vkey_of(lived))
    assert done.returncode == 0 and done.stdout.startswith(f"OK: record {decision['sequence']} of the {size} records"), done.stderr
    assert "evil3.example" in done.stdout
    shown = run_exeat("audit", "show", decision["request"][:12], "-c", lived.config_path).stdout
    for line in done.stdout.splitlines()[1:]:
        assert line in shown, line  # the same words as `show` has


def test_the_key_is_found_in_a_file_of_keys_by_the_logs_name(lived, tmp_path):
    keys, path, bundle = tmp_path / "keys", tmp_path / "proof", tmp_path / "bundle"
    keys.write_text("\n".join([Log("another/log").vkey, "no key at all", vkey_of(lived), ""]))
    path.write_text(prove(lived, 4))
    assert run_exeat("audit", "export", "-c", lived.config_path, "--bundle", bundle).returncode == 0
    for words in (["check-proof", path], ["verify", "-c", lived.config_path], ["verify", "--bundle", bundle], ["verify", "--store", lived.folder / "audit"]):
        done = run_exeat("audit", *words, "--vkey", keys)
        assert done.returncode == 0 and "OK" in done.stdout and "NOT CHECKED" not in done.stdout, done.stdout + done.stderr
    keys.write_text(Log("another/log").vkey + "\n")
    for words in (["check-proof", path], ["verify", "-c", lived.config_path], ["verify", "--bundle", bundle]):
        done = run_exeat("audit", *words, "--vkey", keys)
        assert done.returncode == 2 and f"is of the log {ORIGIN}" in done.stderr


def test_what_is_no_key_is_called_so(lived, tmp_path):
    path = tmp_path / "proof"
    path.write_text(prove(lived, 4))
    for word in ("nonsense+1234", vkey_of(lived)[:-2], vkey_of(lived).replace("+", "+0", 1)):
        for words in (["check-proof", path], ["verify", "-c", lived.config_path], ["verify", "--bundle", tmp_path]):
            done = run_exeat("audit", *words, "--vkey", word)
            assert done.returncode == 2 and "this is no key line" in done.stderr, done.stderr
    done = run_exeat("audit", "check-proof", path, "--vkey", tmp_path / "nowhere")
    assert done.returncode == 5 and "cannot open" in done.stderr


def test_a_checkpoint_that_is_none_is_named_by_its_file(lived, tmp_path):
    junk = tmp_path / "junk.txt"
    junk.write_text("nothing\n")
    done = run_exeat("audit", "verify", "-c", lived.config_path, "--checkpoint", junk)
    assert done.returncode == 5 and f"{junk}: is no checkpoint" in done.stdout


def test_every_record_of_a_copied_store_is_proven(lived, tmp_path):
    vkey = vkey_of(lived)
    lived.stop()
    copy = tmp_path / "copy"
    shutil.copytree(lived.folder / "audit", copy)
    for sequence in range(lived.export("-o", "records")[-1]["sequence"] + 1):
        path = tmp_path / "proof"
        path.write_text(prove(lived, sequence, "--store", copy))
        done = run_exeat("audit", "check-proof", path, "--vkey", vkey)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_spoilt_proof_is_refused(lived, tmp_path):
    good, vkey = prove(lived, 4), vkey_of(lived)
    lines = good.split("\n")
    path = tmp_path / "proof"

    def check(text, *words, key=vkey):
        path.write_text(text)
        done = run_exeat("audit", "check-proof", path, "--vkey", key, *words)
        return done.returncode, done.stderr

    assert check(good)[0] == 0
    assert check(good.replace("index 4", "index 5"))[0] == 3
    assert check("\n".join([*lines[:3], lines[4], lines[3], *lines[5:]]))[0] == 3
    assert check("\n".join([*lines[:3], *lines[4:]]))[0] == 3
    other = prove(lived, 5).split("\n")
    assert check("\n".join([lines[0], other[1], *lines[2:]]))[0] == 3
    assert check(good, key=Log(ORIGIN).vkey) == (3, "exeat: the checkpoint is not signed by the log's key\n")
    assert check(good, key=Log("another/log").vkey)[0] == 3
    assert check("nonsense")[0] == 2
    assert check(good, "--witness", "nobody")[0] == 2
    assert run_exeat("audit", "check-proof", path).returncode == 2


def test_what_is_not_there_is_not_proven(lived):
    for word, code in (("999999", 1), ("f" * 32, 1), ("nonsense", 2)):
        done = run_exeat("audit", "prove", word, "-c", lived.config_path)
        assert done.returncode == code and done.stdout == "", done.stderr


def test_a_newer_checkpoint_is_shown_to_continue_an_older_one(lived, tmp_path):
    old, proof, vkey = tmp_path / "old", tmp_path / "proof", vkey_of(lived)
    old.write_text(checkpoint_of(lived))
    before = int(old.read_text().split("\n")[1])
    for number in range(5):
        lived.get(f"http://more{number}.example/")
    wait_for(lambda: int(checkpoint_of(lived).split("\n")[1]) >= before + 5, "a newer checkpoint")
    done = run_exeat("audit", "consistency", old, "newest", "-c", lived.config_path)
    assert done.returncode == 0 and done.stdout.startswith(f"old {before}\n"), done.stderr
    proof.write_text(done.stdout)
    checked = run_exeat("audit", "check-proof", proof, "--checkpoint", old, "--vkey", vkey)
    assert checked.returncode == 0 and f"begin with the {before} of the older" in checked.stdout, checked.stderr
    size = run_exeat("audit", "consistency", str(before), "newest", "-c", lived.config_path)
    assert size.returncode == 0 and size.stdout.startswith(f"old {before}\n")
    assert run_exeat("audit", "consistency", "newest", old, "-c", lived.config_path).returncode == 2
    assert run_exeat("audit", "check-proof", proof, "--vkey", vkey).returncode == 2


def test_a_checkpoint_of_another_history_is_called_a_fork(lived, gate, tmp_path):
    old = tmp_path / "old"
    forger = gate(start=False, rules=[])
    shutil.copytree(lived.folder / "keys", forger.folder / "keys")
    forger.start()
    for number in range(3):
        forger.get(f"http://forged{number}.example/")
    wait_for(lambda: int(checkpoint_of(forger).split("\n")[1]) >= 6, "its checkpoint")
    old.write_text(checkpoint_of(forger))
    done = run_exeat("audit", "consistency", old, "newest", "-c", lived.config_path)
    assert done.returncode == 3 and "FORKED" in done.stderr
    proof = run_exeat("audit", "consistency", old.read_text().split("\n")[1], "newest", "-c", lived.config_path).stdout
    path = tmp_path / "proof"
    path.write_text(proof)
    checked = run_exeat("audit", "check-proof", path, "--checkpoint", old, "--vkey", vkey_of(lived))
    assert checked.returncode == 3 and "does not continue" in checked.stderr


# --- the key, and a log that follows another ------------------------------------------------------------------------------


def test_the_log_key_lies_elsewhere_and_is_for_its_owner_alone(gate):
    one = gate(start=False, rules=[])
    one.write()

    def refusal():
        done = run_exeat("run", "-c", one.config_path)
        return done.returncode, done.stderr

    one.config["audit"]["key"] = "audit/log.key"
    one.config["tls"] = {}
    one.write()
    code, said = refusal()
    assert code == 5 and "lies in the store that it signs" in said
    (one.folder / "audit").mkdir(exist_ok=True)
    (one.folder / "link").symlink_to("audit")
    one.config["audit"]["key"] = "link/log.key"
    one.write()
    assert "lies in the store that it signs" in refusal()[1]
    one.config["audit"]["key"] = "open.key"
    one.write()
    assert run_exeat("key", "create", one.folder / "open.key").returncode == 0
    (one.folder / "open.key").chmod(0o644)
    code, said = refusal()
    assert code == 5 and "can be read by everybody" in said
    assert not list((one.folder / "audit").glob("seg-*"))


def test_a_new_log_follows_a_stopped_one_and_a_crash_on_the_way_is_gone_on_from(gate):
    one = gate(rules=[])
    one.get("http://evil.example/")
    one.stop()
    assert run_exeat("audit", "new-origin", "-c", one.config_path).returncode == 2
    done = run_exeat("audit", "new-origin", "-c", one.config_path, "--reason", "the key was replaced")
    assert done.returncode == 0 and done.stdout == f"{ORIGIN}/2\n", done.stderr
    one.start()
    one.get("http://evil.example/")
    one.stop()
    assert [r["origin"] for r in one.export("-o", "records") if r["kind"] == "open"] == [f"{ORIGIN}/2"]
    # The third: announced, and half of the files moved when the machine went down.
    store = one.folder / "audit"
    size = one.export("-o", "records")[-1]["sequence"] + 1
    (store / "origin.next").write_text(
        f"exeat-origin v1\nconfigured {ORIGIN}\norigin {ORIGIN}/3\ngeneration 3\nprevious {ORIGIN}/2\nsize {size}\nreason x\n"
    )
    (store / "former-2").mkdir()
    first = sorted(store.glob("seg-*"))[0]
    first.rename(store / "former-2" / first.name)
    one.start()
    one.stop()
    records = one.export("-o", "records")
    assert records[0]["origin"] == f"{ORIGIN}/3" and f"previous={ORIGIN}/2 size={size} reason=x" in str(records)
    assert not list(store.glob("origin.next"))
    for name in ("former-1", "former-2"):
        verified = run_exeat("audit", "verify", "--store", store / name, "--vkey", vkey_for(one, name))
        assert verified.stdout.startswith("OK"), verified.stdout
    assert one.verify().returncode == 0


def vkey_for(one, former):
    generation = int(former.split("-")[1])
    name = ORIGIN if generation == 1 else f"{ORIGIN}/{generation}"
    return run_exeat("key", "show", one.folder / "keys" / "log.key", "--name", name).stdout.strip()
