# SPDX-License-Identifier: Apache-2.0
"""What a running gate has given up: capabilities, privileges, cores, files and system calls. All other scenarios run under
the same filter."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import support.gate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from support.gate import EXEAT, allow, hosts, run_exeat
from support.wait import wait_for
from support.witness import Witness

CALLS = {"enforce": "2", "log": "2", "none": "0"}


@pytest.fixture(params=["EXEAT", "EXEAT_RELEASE"])
def built(request, monkeypatch):
    """Both builds: a sanitizer needs calls that the released program never makes."""
    monkeypatch.setattr("support.gate.EXEAT", os.environ.get(request.param, EXEAT))


@pytest.fixture
def apart_from_system():
    """A folder that no process of ours has business with, and that is not one of the system's."""
    folder = pathlib.Path("/tmp") / f"exeat-foreign-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def statuses(process):
    """Of each thread: the fields of its status."""
    found = []
    for thread in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has ended
            fields = dict(line.split(":", 1) for line in (thread / "status").read_text().splitlines() if ":" in line)
            found.append({name: value.strip() for name, value in fields.items()})
    return found


def has_landlock():
    """What the kernel said at its boot, and where it does not tell, what a gate found."""
    modules = pathlib.Path("/sys/kernel/security/lsm")
    return not modules.exists() or "landlock" in modules.read_text()


def test_no_thread_has_a_capability_or_can_get_one(gate, built):
    one = gate(rules=[])
    assert one.admin("/livez")[0] == 200  # the desk is there, the last of them
    names = {"exeat", "exeat-desk", "exeat-worker"}  # each takes its own at its beginning
    wait_for(lambda: {thread["Name"] for thread in statuses(one.process)} >= names, "all threads to be there")
    threads = statuses(one.process)
    for thread in threads:
        assert thread["NoNewPrivs"] == "1" and thread["Seccomp"] == "2", thread
        assert {thread[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}, thread
    assert re.search(r"Max core file size\s+0\s+0\s", pathlib.Path(f"/proc/{one.process.pid}/limits").read_text())


def test_nobody_of_the_same_user_looks_into_its_memory(gate, built):
    one = gate(rules=[])
    assert os.geteuid() == 0, "this scenario runs as root"
    same_user = ["setpriv", "--reuid=0", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "cat"]
    for name in ("mem", "environ", "maps"):
        done = subprocess.run([*same_user, f"/proc/{one.process.pid}/{name}"], capture_output=True, check=False)
        assert done.returncode != 0 and b"Permission denied" in done.stderr, name


@pytest.mark.parametrize("mode", CALLS)
def test_the_filter_is_as_the_configuration_says(gate, origin, mode):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], confine={"seccomp": mode, "landlock": "none"})
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert {thread["Seccomp"] for thread in statuses(one.process)} == {CALLS[mode]}
    started = one.events("started")[0]
    assert started["seccomp"] == mode and started["landlock"] == 0
    start = next(record for record in one.export() if record["kind"] == "config" and record["event"] == "start")
    assert f"seccomp={mode} landlock=0" in start["detail"]


def pieces_of_memory(process):
    """(flags, content) of everything that the process may write to and that is not a shadow of a sanitizer's."""
    largest = 1 << 28
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for mapping in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", pathlib.Path(f"/proc/{process.pid}/smaps").read_text(), flags=re.M)[1:]:
            start, end = (int(word, 16) for word in mapping.split(" ", 1)[0].split("-"))
            resident = int(re.search(r"^Rss:\s+(\d+)", mapping, re.M)[1])
            if mapping.split(" ")[1].startswith("rw") and resident > 0 and end - start < largest:
                memory.seek(start)
                yield re.search(r"^VmFlags: (.*)$", mapping, re.M)[1].split(), memory.read(end - start)


def test_keys_lie_in_memory_that_is_locked_and_left_out_of_cores_and_nowhere_else(gate, built):
    endpoint_key = "endpoint-key-" + os.urandom(12).hex()
    one = gate(start=False, inference=[{"name": "local", "endpoint": "http://127.0.0.1:9", "key_file": "local.key"}], rules=[])
    (one.folder / "local.key").write_text(endpoint_key + "\n")
    one.start()
    assert one.events("started")[0]["keys"] == "locked"
    wait_for(lambda: one.events("inference_unasked"), "the endpoint to be asked, in vain, with its key")
    log_key = load_pem_private_key((one.folder / "keys/log.key").read_bytes(), None)
    authority_text = (one.folder / "keys/ca.key").read_text()
    authority = load_pem_private_key(authority_text.encode(), None).private_numbers().private_value
    wanted = {
        "the key of an endpoint": endpoint_key.encode(),
        "the log's key": log_key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()),
        "the authority's key": authority.to_bytes(32, "little"),
    }
    nowhere = {"the authority's key as text": authority_text.splitlines()[1].encode()}
    found = set()
    for flags, content in pieces_of_memory(one.process):
        for name, bytes_of_key in {**wanted, **nowhere}.items():
            if bytes_of_key in content:
                assert "lo" in flags and "dd" in flags and name in wanted, (name, flags)
                found.add(name)
    assert found == set(wanted)


def test_a_file_that_a_reload_names_is_read_where_the_gate_has_files_already(gate, built):
    one = gate(rules=[])
    (one.folder / "hosts.txt").write_text("evil.example\n")
    one.merge({"groups": {"bad": {"file": "hosts.txt"}}})
    one.merge({"rules": [{"id": "new", "verdict": "deny", "hosts": ["@bad"], "schemes": ["http"]}]})
    one.write()
    wait_for(lambda: one.get("http://evil.example/") and one.decisions("--rule", "new"), "the new rule")


def test_a_file_elsewhere_waits_for_a_restart_and_the_answer_says_so(apart_from_system, gate, built):
    one = gate(rules=[])
    if one.events("started")[0]["landlock"] == 0:
        assert not has_landlock()
        return
    (apart_from_system / "hosts.txt").write_text("evil.example\n")
    one.merge({"groups": {"bad": {"file": str(apart_from_system / "hosts.txt")}}})
    one.write()
    answer = run_exeat("reload", "-c", one.config_path)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "Permission denied" in answer.stdout and "after a restart" in answer.stdout, answer.stdout
    assert "after a restart" in one.events("reload_refused")[-1]["why"]
    one.stop()
    one.start()
    assert one.get("http://evil.example/").status == 403


def test_an_upstream_root_elsewhere_waits_for_a_restart_too(apart_from_system, gate, root):
    one = gate(rules=[])
    if one.events("started")[0]["landlock"] == 0:
        assert not has_landlock()
        return
    shutil.copy(root.path, apart_from_system / "roots.pem")
    one.config["tls"]["upstream"] = {"roots": str(apart_from_system / "roots.pem")}
    one.write()
    assert "after a restart" in run_exeat("reload", "-c", one.config_path).stdout


def test_a_store_in_a_folder_that_is_not_there_yet_is_made(gate, built):
    one = gate(audit={"directory": "deep/below/audit"}, listen={"control": "run/control.sock"}, rules=[])
    assert one.decisions() == [] and (one.folder / "run" / "control.sock").exists()


def test_the_root_file_system_may_be_read_only(gate, origin, built):
    """As readOnlyRootFilesystem of a pod: only the store and the control socket's folder can be written."""
    one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example")])
    one.merge({"audit": {"directory": "volume/audit"}, "listen": {"control": "volume/control.sock"}})
    volume = one.folder / "volume"
    volume.mkdir()
    (one.folder / "keys").mkdir()
    assert run_exeat("key", "create", one.folder / "keys/log.key").returncode == 0
    script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro / && ! touch "$2/x" 2>/dev/null && shift 2 && exec "$@"'

    def launch(**_environment):
        words = ["unshare", "--mount", "sh", "-c", script, "sh", volume, one.folder, support.gate.EXEAT, "run", "-c", one.config_path]
        one.process = subprocess.Popen(words, stderr=open(one.log_path, "ab"))

    one.launch = launch
    one.start()
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert run_exeat("reload", "-c", one.config_path).returncode == 0
    assert {path.name for path in one.folder.iterdir()} >= {"volume", "keys"} and not (one.folder / "x").exists()


def test_a_witness_gives_up_the_same(tmp_path, things):
    witness = Witness(tmp_path / "witness").start()
    things.append(witness)
    for thread in statuses(witness.process):
        assert thread["NoNewPrivs"] == "1" and thread["Seccomp"] == "2" and thread["CapEff"] == "0" * 16, thread
    assert witness.events("witness_started")[-1]["seccomp"] == "enforce"


def test_the_unit_lets_the_gate_give_up_what_it_can():
    """systemd's @system-service has none of these, and a filter is a condition of the start."""
    unit = (support.gate.TOP / "config/exeat.service").read_text()
    allowed = {word for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M) for word in line.split()}
    assert allowed >= {"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}
