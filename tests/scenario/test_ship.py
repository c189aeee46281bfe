# SPDX-License-Identifier: Apache-2.0
"""Evidence that was shipped is never written over: not by another pod with the same origin, not by a store that was
lost, put back or begun anew."""
import re
import shutil

import pytest
from support.gate import Gate, run_exeat
from support.wait import wait_for

ORIGIN = "audit.example/shop"


@pytest.fixture
def shipped(tmp_path):
    return tmp_path / "evidence"


def make(folder, shipped, things=None, **audit):
    folder.mkdir(exist_ok=True)
    gate = Gate(folder, rules=[], audit={"directory": "audit", "origin": ORIGIN, "key": "keys/log.key", "ship": {"directory": str(shipped)}, **audit})
    gate.config["tls"] = {}
    if things is not None:
        things.append(type("Stop", (), {"close": staticmethod(gate.stop)}))
    return gate


def live(gate, requests):
    for _ in range(requests):
        assert gate.get("http://evil.example/").status == 403


def state(gate):
    lines = [line for line in gate.metrics().splitlines() if line.startswith("exeat_audit_ship_state{") and line.endswith(" 1")]
    return lines[0].split('"')[1] if lines else None


def files(shipped):
    return {path.relative_to(shipped): path.read_bytes() for path in shipped.rglob("*") if path.is_file()}


def vkey(gate):
    return run_exeat("audit", "keys", "-c", gate.config_path).stdout.strip()


def verdict(store, gate, *words):
    said = run_exeat("audit", "verify", "--store", store, "--vkey", vkey(gate), *words).stdout
    return re.match(r"\w+", said)[0]


@pytest.mark.parametrize("same_key", [False, True], ids=["keys of their own", "one key"])
def test_two_gates_of_one_origin_do_not_share_a_folder(same_key, tmp_path, shipped, things):
    first, second = (make(tmp_path / name, shipped, things, segment_size="100KiB") for name in ("first", "second"))
    first.start()
    if same_key:
        shutil.copytree(tmp_path / "first" / "keys", tmp_path / "second" / "keys")
    wait_for(lambda: state(first) == "shipped", "the first to have the folder")
    second.start()
    wait_for(lambda: state(second) == "refused", "the second to be refused")
    (said,) = second.events("audit_ship_refused")
    assert said["level"] == "error" and "another log with this audit.origin is shipped there" in said["error"]
    live(second, 30)
    live(first, 10)
    second.stop()
    first.stop()
    assert len(second.events("audit_ship_refused")) == 1
    assert verdict(shipped / ORIGIN, first) == "OK"
    assert verdict(tmp_path / "second" / "audit", second) == "OK"  # nothing is lost there
    records = run_exeat("audit", "export", "--store", shipped / ORIGIN, "-o", "records").stdout
    assert records.count('"decision"') == 10


def test_a_store_that_was_lost_does_not_take_the_evidence_along(tmp_path, shipped):
    gate = make(tmp_path / "pod", shipped)
    gate.start()
    live(gate, 5)
    gate.stop()
    before = files(shipped)
    shutil.rmtree(tmp_path / "pod" / "audit")
    gate.start()
    live(gate, 50)
    wait_for(lambda: state(gate) == "refused", "the folder to be refused")
    gate.stop()
    assert files(shipped) == before


def test_an_older_copy_that_is_put_back_does_not_take_the_evidence_along(tmp_path, shipped):
    gate = make(tmp_path / "pod", shipped)
    gate.start()
    live(gate, 5)
    gate.stop()
    shutil.copytree(tmp_path / "pod" / "audit", tmp_path / "copy")
    gate.start()
    live(gate, 5)
    gate.stop()
    before = files(shipped)
    shutil.rmtree(tmp_path / "pod" / "audit")
    shutil.copytree(tmp_path / "copy", tmp_path / "pod" / "audit")
    gate.start()
    live(gate, 50)
    gate.stop()
    assert files(shipped) == before
    assert gate.events("audit_ship_refused")
    assert verdict(tmp_path / "pod" / "audit", gate, "--checkpoint", shipped / ORIGIN / "checkpoint") == "FORKED"


def test_many_lives_of_one_store_ship_on(tmp_path, shipped):
    gate = make(tmp_path / "pod", shipped)
    for life in range(4):
        gate.start()
        live(gate, 3)
        gate.stop()
        if life == 1:
            for path in (tmp_path / "pod" / "audit").glob("*.priv.db"):
                path.unlink()  # and with them what the store knows itself by
    assert not gate.events("audit_ship_refused")
    records = run_exeat("audit", "export", "--store", shipped / ORIGIN, "-o", "records").stdout
    assert records.count('"decision"') == 12


def test_pods_with_origins_of_their_own_ship_side_by_side(tmp_path, shipped):
    for pod in ("php-0", "php-1"):
        gate = make(tmp_path / pod, shipped, origin="audit.example/{namespace}/{pod}")
        gate.start(POD=pod, NAMESPACE="shop")
        live(gate, 2)
        gate.stop()
        assert (shipped / "audit.example" / "shop" / pod / "checkpoint").exists()


def test_a_folder_that_could_not_be_looked_into_shows_in_how_verify_ends(tmp_path, shipped, things):
    gate = make(tmp_path / "gate", shipped, things)
    gate.start()
    gate.stop()
    words = "audit", "verify", "--store", shipped, "--vkey", vkey(gate)
    assert run_exeat(*words).returncode == 0
    shipped.joinpath(*["below"] * 20).mkdir(parents=True)
    done = run_exeat(*words)
    assert done.returncode == 5 and "not looked at" in done.stderr and done.stdout.startswith("OK")
