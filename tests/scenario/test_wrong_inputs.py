# SPDX-License-Identifier: Apache-2.0
"""What people get wrong at the command line is said, and is never taken for an answer."""
import json
import subprocess
import time

import pytest
from support.gate import EXEAT, allow, run_exeat
from support.wait import wait_for


@pytest.fixture
def stopped(gate):
    """A gate that has refused one request and ended."""
    one = gate(rules=[], audit={"directory": "audit", "origin": "audit.example/shop", "key": "keys/log.key"})
    assert one.get("http://evil.example/").status == 403
    one.stop()
    return one


def audit(one, *words):
    return run_exeat("audit", *words, "-c", one.config_path)


@pytest.mark.parametrize("words", [["verify"], ["stats"], ["checkpoint"], ["keys"], ["report"], ["export", "--sql", "SELECT 1"], ["export", "-o", "csv"], ["follow", "--since", "2020-01-01"]],
                         ids=lambda words: " ".join(words))
def test_an_answer_that_cannot_be_written_is_none(stopped, words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([EXEAT, "audit", *words, "-c", stopped.config_path], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 5 and "cannot write the" in done.stderr


def test_a_key_of_another_log_is_no_key(stopped, tmp_path):
    key = audit(stopped, "keys").stdout.strip()
    other = run_exeat("key", "show", stopped.folder / "keys" / "log.key", "--name", "another.log/x").stdout.strip()
    assert key.split("+")[2] == other.split("+")[2]
    done = audit(stopped, "verify", "--vkey", other)
    assert done.returncode == 5 and "--vkey is of the log another.log/x, and this is audit.example/shop" in done.stderr
    done = run_exeat("audit", "verify", "--store", stopped.folder / "audit", "--vkey", other)
    assert done.returncode == 5 and "--vkey is of the log another.log/x" in done.stderr
    keys = tmp_path / "keys"
    keys.write_text(other + "\n")
    done = run_exeat("audit", "verify", "--store", stopped.folder / "audit", "--vkey", keys)
    assert done.returncode == 4 and "none of the keys given is of the log audit.example/shop" in done.stderr
    assert audit(stopped, "export", "--bundle", tmp_path / "bundle").returncode == 0
    done = run_exeat("audit", "verify", "--bundle", tmp_path / "bundle", "--vkey", other)
    assert done.returncode == 3 and "the key is of the log another.log/x" in done.stdout


def test_a_checkpoint_that_nobody_signed_frames_nobody(stopped, tmp_path):
    lines = audit(stopped, "checkpoint").stdout.split("\n")
    forged = tmp_path / "forged"
    forged.write_text("\n".join([lines[0], str(int(lines[1]) + 1000), *lines[2:]]))
    done = audit(stopped, "verify", "--checkpoint", forged)
    assert done.returncode == 5 and "TRUNCATED" not in done.stdout and "no good signature" in done.stdout
    done = audit(stopped, "verify", "--checkpoint", tmp_path / "nowhere")
    assert done.returncode == 5 and "cannot open" in done.stderr


def test_erasing_after_retention_leaves_no_gap(gate):
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "segment_size": "100KiB", "retention": "1ms"})
    for _ in range(120):
        assert one.get("http://evil.example/").status == 403
    wait_for(lambda: not (one.folder / "audit" / "seg-0000000000000000.db").exists(), "the oldest segment to be pruned")
    one.config["audit"]["retention"] = "0s"  # so that no later PRUNE record says again what is gone
    one.write()
    one.stop()
    written = time.monotonic()
    wait_for(lambda: time.monotonic() - written > 1.1, "the records to be older than a second")
    assert run_exeat("audit", "erase", "-c", one.config_path, "--before", "-1s", "--yes").returncode == 0
    report = one.verify()
    assert report.returncode == 0 and "erased private parts" in report.stdout, report.stdout


def test_a_log_that_follows_another_is_read_with_it(gate, tmp_path):
    shipped = tmp_path / "evidence"
    one = gate(rules=[], audit={"directory": "audit", "origin": "a/b", "key": "keys/log.key", "ship": {"directory": str(shipped)}})
    assert one.get("http://evil.example/").status == 403
    one.stop()
    assert run_exeat("audit", "new-origin", "-c", one.config_path, "--reason", "test").returncode == 0
    one.start()
    assert one.get("http://evil2.example/").status == 403
    one.stop()
    done = run_exeat("audit", "checkpoint", "--store", shipped)
    assert "\na/b\n" in done.stdout and "\na/b/2\n" in done.stdout, done.stdout


def test_policies_cannot_be_taken_out_of_a_bundle_unseen(stopped, tmp_path):
    bundle = tmp_path / "bundle"
    assert audit(stopped, "export", "--bundle", bundle).returncode == 0
    (bundle / "context.jsonl").write_text("")
    for path in (bundle / "policy").iterdir():
        path.unlink()
    (bundle / "SHA256SUMS").write_text("")
    done = audit(stopped, "verify", "--bundle", bundle)
    assert done.returncode == 3 and 'manifest.json has 1 policies, context.jsonl 0' in done.stdout
    assert "SHA256SUMS does not have" in done.stdout or "more places" in done.stdout
    refused = audit(stopped, "export", "--bundle", tmp_path / "other", "--sql", "SELECT 1")
    assert refused.returncode == 2 and "--sql" in refused.stderr and not (tmp_path / "other").exists()
    nothing = audit(stopped, "export", "--bundle", tmp_path / "nothing", "--host", "nosuch.example")
    assert nothing.returncode == 1


def write_policy(path, rules):
    path.write_text(json.dumps({"version": 1, "rules": rules}))
    return path


def test_what_opens_is_never_folded_into_what_closes(tmp_path):
    paths = [f"/a{i:02}" for i in range(40)]
    old = write_policy(tmp_path / "old.yaml", [allow("h.example", id=f"r{i}", paths=[path], schemes=["http"]) for i, path in enumerate(paths)])
    new = write_policy(tmp_path / "new.yaml", [allow("h.example", id="zz", paths=["/zz"], schemes=["http"])])
    done = run_exeat("check", "-c", new, "--diff", old, "--strict")
    assert done.returncode == 1 and "/zz" in [word for line in done.stdout.splitlines() if line.startswith("opens") for word in line.replace(":", " ").split()]


@pytest.mark.parametrize("words, said", [
    (["check", "exeat.yaml", "b"], "unexpected 'b'"), (["suggest", "x"], "unexpected 'x'"), (["bypass", "x"], "unexpected 'x'"),
    (["check", "--since", "-1h"], "--since belongs to --replay"), (["check", "--diff", "a", "--replay", "b"], "two questions"),
], ids=lambda words: words if isinstance(words, str) else " ".join(words))
def test_what_makes_no_sense_is_said(words, said):
    done = run_exeat(*words)
    assert done.returncode == 2 and said in done.stderr


def test_a_client_that_does_not_exist_is_no_client(tmp_path):
    path = write_policy(tmp_path / "exeat.yaml", [allow("x.example")])
    done = run_exeat("explain", "-c", path, "--from", "nobody", "GET", "https://x.example/")
    assert done.returncode == 2 and "there is no client 'nobody'" in done.stderr
