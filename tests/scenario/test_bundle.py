# SPDX-License-Identifier: Apache-2.0
"""An evidence bundle is believed by the gate's own check and by a stranger's script, and by neither once anything in it was
changed."""
import base64
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import pytest
from support.gate import EXEAT, TOP, Gate, run_exeat
from support.wait import wait_for

SCRIPT = TOP / "docs" / "verify_bundle.py"
MAKE_STORE = pathlib.Path(EXEAT).parent / "make_store"


def run_script(bundle, vkey):
    return subprocess.run([sys.executable, SCRIPT, bundle, vkey], capture_output=True, text=True, timeout=120)


def vkey_of(key_path, origin):
    """The line that `exeat audit keys` prints, made by hand (C2SP signed-note)."""
    done = subprocess.run(["openssl", "pkey", "-in", key_path, "-pubout", "-outform", "DER"], capture_output=True, check=True)
    key = b"\1" + done.stdout[-32:]
    return f"{origin}+{hashlib.sha256(origin.encode() + bytes([10]) + key).digest()[:4].hex()}+{base64.b64encode(key).decode()}"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A day of two thousand requests, and the log's key."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([MAKE_STORE, folder / "audit", folder / "log.key", "2000", "86400"], check=True, timeout=120)
    return folder / "audit", vkey_of(folder / "log.key", "audit.example/made")


@pytest.fixture(scope="module")
def whole(made, tmp_path_factory):
    """A bundle of part of a day, filtered, so that there is something before it and something left out."""
    store, vkey = made
    bundle = tmp_path_factory.mktemp("whole") / "bundle"
    done = run_exeat("audit", "export", "--store", store, "--vkey", vkey, "--since", "-12h", "--host", "api.*", "--bundle", bundle)
    assert done.returncode == 0, done.stderr
    return bundle, vkey


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_bundle_is_believed_and_says_how_much_was_left_out(whole):
    bundle, vkey = whole
    manifest = json.loads((bundle / "manifest.json").read_text())
    shown, left_out = manifest["records"]["shown"], manifest["records"]["left_out"]
    assert shown == len(lines_of(bundle / "records.jsonl")) and left_out > 0 and manifest["range"]["first"] > 0
    done = run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey)
    assert done.returncode == 0 and done.stdout.startswith("OK, as far as it goes (UNANCHORED)\n"), done.stdout
    assert f"{shown} are shown and {left_out} left out" in done.stdout
    script = run_script(bundle, vkey)
    assert script.returncode == 0 and script.stdout.startswith(f"HOLDS: {shown} records"), script.stdout + script.stderr
    assert f"{left_out} were left out" in script.stdout
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=bundle).returncode == 0


def edit(path, change):
    path.write_text(change(path.read_text()))


def edit_line(bundle, index, change, name="records.jsonl"):
    path = bundle / name
    lines = path.read_text().splitlines(keepends=True)
    lines[index] = change(lines[index])
    path.write_text("".join(lines))


def edit_bytes(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def forge(line):
    """Another host, in the readable fields and in the bytes alike."""
    host, other = json.loads(line)["host"], "x" * len(json.loads(line)["host"])
    return line.replace(host, other).replace(host.encode().hex(), other.encode().hex())


def swap(bundle):
    path = bundle / "records.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    lines[0], lines[1] = lines[1], lines[0]
    path.write_text("".join(lines))


def twice(bundle):
    edit_line(bundle, 0, lambda line: line + line)
    count(bundle, 1)


def count(bundle, more):
    manifest = json.loads((bundle / "manifest.json").read_text())
    shown, left_out = manifest["records"].values()
    edit(bundle / "manifest.json", lambda text: text.replace(
        f'"shown": {shown}, "left_out": {left_out}', f'"shown": {shown + more}, "left_out": {left_out - more}'))


def policy_text(bundle):
    (path,) = (bundle / "policy").iterdir()
    path.write_text("rules: [everything]\n")


TAMPER = {
    "a readable host": lambda b: edit_line(b, 0, lambda line: line.replace('"host":"api.', '"host":"xpi.')),
    "a readable verdict": lambda b: edit(b / "records.jsonl", lambda text: text.replace('"verdict":"deny"', '"verdict":"allow"', 1)),
    "a readable time": lambda b: edit_line(b, 0, lambda line: re.sub(r'"time":"20', '"time":"19', line)),
    "a readable reason": lambda b: edit(b / "records.jsonl", lambda text: text.replace('"reason":"rule"', '"reason":"observed"', 1)),
    "a field that nobody recorded": lambda b: edit_line(b, 0, lambda line: line.replace('"kind"', '"approved":"yes","kind"')),
    "the bytes of a record": lambda b: edit_line(b, 0, lambda line: re.sub(r'(?<="record":")01', "02", line)),
    "a record, bytes and fields alike": lambda b: edit_line(b, 0, forge),
    "the private part": lambda b: edit_line(b, 0, lambda line: line.replace("/v1/items", "/v1/other").replace(b"/v1/items".hex(), b"/v1/other".hex())),
    "the salt": lambda b: edit_line(b, 0, lambda line: re.sub(r'(?<="salt":")[0-9a-f]{4}', "0000", line)),
    "two records in exchange": swap,
    "a record twice": twice,
    "a line cut off": lambda b: edit(b / "records.jsonl", lambda text: text[:-20]),
    "a leaf": lambda b: edit_bytes(b / "leaves.bin", 1000),
    "the leaves' end": lambda b: (b / "leaves.bin").write_bytes((b / "leaves.bin").read_bytes()[:-32]),
    "a leaf too many": lambda b: (b / "leaves.bin").write_bytes((b / "leaves.bin").read_bytes() + bytes(32)),
    "the range's first": lambda b: edit(b / "range.proof", lambda text: re.sub(r"first (\d+)", lambda m: f"first {int(m[1]) + 1}", text)),
    "the frontier": lambda b: edit(b / "range.proof", lambda text: text[:-4] + ("A" if text[-4] != "A" else "B") + text[-3:]),
    "the signed size": lambda b: edit(b / "checkpoint.note", lambda text: text.replace("\n4", "\n3", 1)),
    "the signature": lambda b: edit_bytes(b / "checkpoint.note", -30),
    "a policy's text": policy_text,
    "a policy's record": lambda b: edit_line(b, 0, lambda line: line.replace("exeat.yaml", "other.yaml"), "context.jsonl"),
    "a policy's proof": lambda b: edit_line(b, 0, lambda line: re.sub(r'(?<="proof":\[")[0-9a-f]{4}', "0000", line), "context.jsonl"),
    "the manifest's counts": lambda b: count(b, 1),
}


@pytest.mark.parametrize("what", TAMPER)
def test_a_changed_bundle_is_believed_by_nobody(whole, tmp_path, what):
    bundle, vkey = tmp_path / "bundle", whole[1]
    shutil.copytree(whole[0], bundle)
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    TAMPER[what](bundle)
    assert any(path.read_bytes() != data for path, data in before.items()), "the test changed nothing"
    make_sums(bundle)  # so that nothing but the proof can find it
    done = run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey)
    assert done.returncode == 3 and done.stdout.startswith("TAMPERED:"), done.stdout
    assert run_script(bundle, vkey).returncode != 0


# --- every mutation of every file: what one believes, the other does --------------------------------------------------------


def make_sums(bundle):
    names = sorted(str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = subprocess.run(["sha256sum", *names], cwd=bundle, capture_output=True, text=True, check=True).stdout
    (bundle / "SHA256SUMS").write_text(sums)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A bundle with a policy of three files, with paths, of a gate that had two policies; filtered."""
    folder = tmp_path_factory.mktemp("small")
    one = Gate(folder, rules=[{"id": "bad", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}], include=["more.yaml", "most.yaml"])
    for name in ("more", "most"):
        (folder / f"{name}.yaml").write_text(json.dumps({"version": 1, "rules": [{"id": name, "verdict": "deny", "hosts": [f"{name}.example"]}]}))
    one.start()
    for host in ("evil", "more", "other"):
        one.get(f"http://{host}.example/private-path?q=%FC")
    (folder / "most.yaml").write_text(json.dumps({"version": 1, "rules": []}))
    assert run_exeat("reload", "-c", one.config_path).returncode == 0
    one.get("http://evil.example/again")
    one.stop()
    vkey = run_exeat("audit", "keys", "-c", one.config_path).stdout.strip()
    bundle = folder / "bundle"
    done = run_exeat("audit", "export", "-c", one.config_path, "--since", "-1h", "--host", "evil.*", "--bundle", bundle)
    assert done.returncode == 0, done.stderr
    assert len(list((bundle / "policy").iterdir())) == 4
    assert one.verify().returncode == 0
    return bundle, vkey


def flip(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def insert(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.choice(b'\0\r\n\t "0a\x85\xe2')]) + data[at:]


def remove(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + data[at + 1 :]


def change_a_digit(data, chance):
    at = chance.choice([i for i, byte in enumerate(data) if byte in b"0123456789"] or [0])
    return data[:at] + chance.choice([b"0", b"7", b"9"]) + data[at + 1 :]


def of_lines(change):
    def mutate(data, chance):
        lines = data.splitlines(keepends=True)
        change(lines, chance)
        return b"".join(lines)
    return mutate


MUTATIONS = {
    "flip": flip, "flip_": flip, "flip__": flip, "insert": insert, "insert_": insert, "remove": remove, "digit": change_a_digit, "digit_": change_a_digit,
    "append": lambda data, chance: data + chance.choice([b"\n", b" ", b"x\n", b"\0"]),
    "cut": lambda data, chance: data[: chance.randrange(len(data))],
    "empty": lambda data, chance: b"",
    "cut the last byte": lambda data, chance: data[:-1],
    "crlf": lambda data, chance: data.replace(b"\n", b"\r\n"),
    "capitals": lambda data, chance: data.replace(b"ab", b"AB").replace(b"e", b"E", 1),
    "line twice": of_lines(lambda lines, chance: lines.insert(0, chance.choice(lines))),
    "line out": of_lines(lambda lines, chance: lines.pop(chance.randrange(len(lines)))),
    "lines exchanged": of_lines(lambda lines, chance: lines.reverse()),
    "blanks": lambda data, chance: data.replace(b'":', b'": ', 1),
    "a member more": lambda data, chance: data.replace(b"{", b'{"approved":"yes",', 1),
}


def believed_by(bundle, vkey):
    done = run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey)
    script = run_script(bundle, vkey)
    assert script.stdout and not script.stderr and script.returncode in (0, 3, 4), script.stdout + script.stderr
    return done.returncode == 0, script.returncode == 0, done.stdout + script.stdout


def check_mutation(small, tmp_path, mutate, what):
    for with_sums in (False, True):
        bundle = tmp_path / f"{what.replace('/', '-')}-{with_sums}"
        shutil.copytree(small[0], bundle)
        mutate(bundle)
        if with_sums:
            make_sums(bundle)
        gate, script, said = believed_by(bundle, small[1])
        shutil.rmtree(bundle)
        if gate != script:
            yield f"{what}, sums {'made anew' if with_sums else 'left'}: {said}"


FILES_OF_A_BUNDLE = ["records.jsonl", "context.jsonl", "leaves.bin", "range.proof", "checkpoint.note", "keys.txt", "manifest.json", "VERIFY.txt", "SHA256SUMS", "policy"]


@pytest.mark.parametrize("name", FILES_OF_A_BUNDLE)
def test_both_believe_the_same_of_every_mutation(small, tmp_path, name):
    seed = int(os.environ.get("BUNDLE_SEED", "0")) or random.randrange(1, 2**32)
    print(f"BUNDLE_SEED={seed}")
    chance = random.Random(seed)
    path = small[0] / name if name != "policy" else chance.choice(sorted((small[0] / "policy").iterdir()))
    name = str(path.relative_to(small[0]))
    data = path.read_bytes()
    differences = []
    for what, mutation in MUTATIONS.items():
        mutated = mutation(data, chance)
        if mutated != data:
            differences += check_mutation(small, tmp_path, lambda bundle: (bundle / name).write_bytes(mutated), f"{name}: {what}")
    differences += check_mutation(small, tmp_path, lambda bundle: (bundle / name).unlink(), f"{name}: deleted")
    assert not differences, f"BUNDLE_SEED={seed}\n" + "\n".join(differences)


def exchange(bundle, first, second):
    one, two = (bundle / first).read_bytes(), (bundle / second).read_bytes()
    (bundle / first).write_bytes(two)
    (bundle / second).write_bytes(one)


def texts_exchanged(bundle):
    first, second, *_ = sorted(path.name for path in (bundle / "policy").iterdir())
    exchange(bundle, f"policy/{first}", f"policy/{second}")


def set_in_manifest(bundle, name, value):
    path = bundle / "manifest.json"
    found = re.search(rf'"{name}": (.*?),?\n', path.read_text())[1]
    path.write_text(path.read_text().replace(f'"{name}": {found}', f'"{name}": {value}'))


WHOLE = {
    "a file more": (lambda b: (b / "approval.txt").write_text("approved"), False),
    "a hidden file more": (lambda b: (b / ".more").write_text("approved"), False),
    "a policy's text more": (lambda b: (b / "policy" / hashlib.sha256(b"x").hexdigest()).write_text("x"), False),
    "policies' texts exchanged": (texts_exchanged, False),
    "an included policy's text edited": (lambda b: [edit(p, lambda t: t.replace("deny", "allow")) for p in (b / "policy").iterdir() if "more.example" in p.read_text()], False),
    "an included policy's text out": (lambda b: [p.unlink() for p in list((b / "policy").iterdir()) if "more.example" in p.read_text()], False),
    "all texts out": (lambda b: [p.unlink() for p in list((b / "policy").iterdir())], False),
    "files exchanged": (lambda b: exchange(b, "records.jsonl", "context.jsonl"), False),
    "a folder more": (lambda b: (b / "more").mkdir(), False),
    "another key for orientation": (lambda b: edit(b / "keys.txt", lambda t: t.replace("audit", "audi")), False),
    "another operator": (lambda b: set_in_manifest(b, "operator", '"uid 7"'), True),
    "another purpose": (lambda b: set_in_manifest(b, "purpose", '"\u00e4\\u2028"'), True),
    "custody in another word": (lambda b: set_in_manifest(b, "custody", '"certain"'), False),
    "redacted, and it is not": (lambda b: set_in_manifest(b, "redacted", "true"), False),
    "erased, and nothing is": (lambda b: set_in_manifest(b, "erased", "1"), False),
    "left out, and it is not": (lambda b: set_in_manifest(b, "policies_left_out", "1"), False),
    "another time": (lambda b: set_in_manifest(b, "since", '"2999-01-01T00:00:00.000000Z"'), False),
    "no time": (lambda b: set_in_manifest(b, "since", '"-24h"'), False),
    "a number as a text": (lambda b: set_in_manifest(b, "erased", '"0"'), False),
    "a negative number": (lambda b: set_in_manifest(b, "unsigned_left_out", "-1"), False),
    "what is newer, of which nothing is known": (lambda b: set_in_manifest(b, "unsigned_left_out", "4"), True),
}


@pytest.mark.parametrize("what", WHOLE)
def test_both_believe_the_same_of_what_needs_thought(small, tmp_path, what):
    bundle, (mutate, good) = tmp_path / "bundle", WHOLE[what]
    shutil.copytree(small[0], bundle)
    mutate(bundle)
    make_sums(bundle)
    gate, script, said = believed_by(bundle, small[1])
    assert (gate, script) == (good, good), said


def test_the_one_field_that_is_another_is_named_and_counting_goes_on(whole, tmp_path):
    bundle, vkey = tmp_path / "bundle", whole[1]
    shutil.copytree(whole[0], bundle)
    edit_line(bundle, 3, lambda line: line.replace('"time":"20', '"time":"19'))
    edit_line(bundle, 9, lambda line: re.sub('"kind":"[a-z]*"', '"kind":"gap"', line))
    make_sums(bundle)
    shown = len(lines_of(bundle / "records.jsonl"))
    done = run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey, "--all")
    assert "line 4 of records.jsonl: time is not what its bytes say" in done.stdout and "line 10 of records.jsonl: kind is" in done.stdout
    assert f"{shown - 2} are shown and can be believed, 2 lines cannot" in done.stdout, done.stdout
    script = run_script(bundle, vkey)
    assert script.stdout == "DOES NOT HOLD: line 4 of records.jsonl: time is not what its bytes say\n"


def test_a_file_damaged_on_the_way_is_named(whole, tmp_path):
    bundle, vkey = tmp_path / "bundle", whole[1]
    shutil.copytree(whole[0], bundle)
    edit(bundle / "VERIFY.txt", lambda text: text.replace("exeat", "Exeat", 1))
    done = run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey)
    assert done.returncode == 3 and "VERIFY.txt was changed" in done.stdout
    (bundle / "leaves.bin").unlink()
    assert run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey).returncode == 5


def test_the_key_of_another_log_proves_nothing(whole, made, tmp_path):
    subprocess.run([MAKE_STORE, tmp_path / "audit", tmp_path / "log.key", "1", "1"], check=True, timeout=120)
    other = vkey_of(tmp_path / "log.key", "audit.example/made")
    assert run_exeat("audit", "verify", "--bundle", whole[0], "--vkey", other).returncode == 3
    assert run_script(whole[0], other).returncode != 0
    blind = run_exeat("audit", "verify", "--bundle", whole[0])
    assert blind.returncode == 4 and "SIGNATURES NOT CHECKED" in blind.stdout


def test_what_is_neither_a_key_nor_a_file_of_keys_is_said_to_be_neither(whole):
    done = run_exeat("audit", "verify", "--bundle", whole[0], "--vkey", "nobodys-key")
    assert done.returncode == 5 and done.stderr.startswith("exeat: --vkey: no key line, and no file of such lines: cannot open nobodys-key")


def test_one_line_that_is_another_is_one(whole, tmp_path):
    bundle = tmp_path / "bundle"
    shutil.copytree(whole[0], bundle)
    edit_line(bundle, 3, lambda line: line.replace('"time":"20', '"time":"19'))
    make_sums(bundle)
    assert "1 line cannot;" in run_exeat("audit", "verify", "--bundle", bundle, "--vkey", whole[1]).stdout


@pytest.mark.parametrize("y", ["00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f", "ee" + "ff" * 31,
                               "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"])
def test_a_key_under_which_anything_verifies_is_none_for_both(whole, y):
    origin, key = "audit.example/made", b"\1" + bytes.fromhex(y)
    vkey = f"{origin}+{hashlib.sha256(origin.encode() + bytes([10]) + key).digest()[:4].hex()}+{base64.b64encode(key).decode()}"
    done = run_exeat("audit", "verify", "--bundle", whole[0], "--vkey", vkey)
    assert done.returncode == 2 and "no key line" in done.stderr
    script = run_script(whole[0], vkey)
    assert script.returncode == 3 and "anything verifies" in script.stdout


def test_leaving_a_record_out_shows(whole, tmp_path):
    """Who takes a line away and counts anew has only moved it to those left out, which the bundle names."""
    bundle, vkey = tmp_path / "bundle", whole[1]
    shutil.copytree(whole[0], bundle)
    completion = next(i for i, line in enumerate(lines_of(bundle / "records.jsonl")) if line["kind"] == "completion")
    edit_line(bundle, completion, lambda line: "")
    count(bundle, -1)
    make_sums(bundle)
    assert f"{json.loads((bundle / 'manifest.json').read_text())['records']['left_out']} were left out" in run_script(bundle, vkey).stdout


def test_a_bundle_of_a_running_gate_is_on_record(gate, tmp_path):
    one = gate(rules=[{"id": "bad", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}])
    one.get("http://evil.example/private-path")
    one.outcome_of(one.only_decision())
    wait_for(lambda: run_exeat("audit", "verify", "-c", one.config_path).stdout.count("unsigned tail 0,"), "a checkpoint")
    bundle, redacted = tmp_path / "bundle", tmp_path / "redacted"
    done = run_exeat("audit", "export", "-c", one.config_path, "--bundle", bundle, "--purpose", "case 7")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["custody"] == "recorded" and manifest["purpose"] == "case 7" and manifest["policies"] == 1
    # The export is on record, and the bundle shows that record.
    assert any(r["kind"] == "admin" and "bundle for case 7" in r["detail"] for r in lines_of(bundle / "records.jsonl"))
    vkey = run_exeat("audit", "keys", "-c", one.config_path).stdout.strip()
    assert (bundle / "keys.txt").read_text().strip() == vkey
    # The policy in force is in it, text and all.
    assert one.config_path.read_text() in [path.read_text() for path in (bundle / "policy").iterdir()]
    run_exeat("audit", "export", "-c", one.config_path, "--bundle", redacted, "--redact")
    assert "private-path" not in (redacted / "records.jsonl").read_text() and b"private-path".hex() not in (redacted / "records.jsonl").read_text()
    for folder in (bundle, redacted):
        assert run_exeat("audit", "verify", "--bundle", folder, "--vkey", vkey).returncode == 0
        assert run_script(folder, vkey).returncode == 0
    again = run_exeat("audit", "export", "-c", one.config_path, "--bundle", bundle)
    assert again.returncode == 5 and "there already" in again.stderr
    nothing = run_exeat("audit", "export", "-c", one.config_path, "--bundle", tmp_path / "none", "--until", "2020-01-01")
    assert nothing.returncode == 5 and "no record in that time" in nothing.stderr and not (tmp_path / "none").exists()
    assert run_exeat("audit", "export", "-c", one.config_path, "--bundle", tmp_path / "x", "-o", "csv").returncode == 2


def test_a_policy_whose_first_record_was_pruned_is_in_the_bundle_as_a_later_segment_says_it(gate, tmp_path):
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "segment_size": "100KiB", "retention": "1ms"})
    for _ in range(150):
        assert one.get("http://evil.example/").status == 403
    wait_for(lambda: not (one.folder / "audit" / "seg-0000000000000000.db").exists(), "the oldest segment to be pruned")
    one.stop()
    vkey = run_exeat("audit", "keys", "-c", one.config_path).stdout.strip()
    bundle = tmp_path / "bundle"
    assert run_exeat("audit", "export", "-c", one.config_path, "--bundle", bundle).returncode == 0
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert (manifest["policies"], manifest["policies_left_out"]) == (1, 0)
    (policy,) = lines_of(bundle / "context.jsonl")
    decisions = [line for line in lines_of(bundle / "records.jsonl") if line["kind"] == "decision"]
    assert {line["policy"] for line in decisions} == {policy["previous_size"]} and policy["sequence"] > policy["previous_size"]
    assert run_exeat("audit", "verify", "--bundle", bundle, "--vkey", vkey).returncode == 0
    assert run_script(bundle, vkey).returncode == 0


def test_the_script_knows_the_words_of_the_gate():
    script = SCRIPT.read_text()
    numbers = re.findall(r"^    REASON_(\w+)(?: = 0)?,", (TOP / "include/exeat/model.h").read_text(), re.M)  # in the enum's order
    names = dict(re.findall(r'\[REASON_(\w+)\]\s*=\s*\{\s*"(\w+)"', (TOP / "src/model/reason.c").read_text()))
    reasons = [names[number] for number in numbers]
    assert re.search(r'REASONS = """(.*?)"""', script, re.S)[1].split() == reasons
    words = (TOP / "src/model/words.c").read_text()
    operations = re.findall(r'\[LLM_\w+\] = "(\w+)"', words)
    assert re.search(r'OPERATIONS = "(.*?)"', script)[1].split() == operations
