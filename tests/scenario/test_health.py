# SPDX-License-Identifier: Apache-2.0
"""Health and SIGTERM never wait for what the main thread is busy with, and metrics say what watches want to know."""
import datetime
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest
from support.disk import faults
from support.gate import EXEAT, run_exeat
from support.wait import wait_for


def test_health_and_the_end_do_not_wait_for_a_reload_on_a_stalled_disk(gate, bad_disk):
    one = gate(start=False, rules=[])
    one.start(**faults(one.folder, bad_disk))
    stall = one.folder / "stall"
    stall.touch()
    one.config["deny_hint"] = "new"
    one.write()
    one.process.send_signal(signal.SIGHUP)
    # The POLICY record is handed over: from here on the main thread waits for the disk.
    wait_for(lambda: main_thread_waits(one.process.pid), "the reload to wait for the disk")
    assert one.admin("/livez")[0] == 200 and one.admin("/readyz")[0] == 200
    assert one.metric("exeat_ready") == 1
    one.process.terminate()
    wait_for(lambda: '"drained"' in one.log(), "the drain")
    wait_for(lambda: one.admin("/readyz")[0] == 503, "readiness to go")
    assert '"reloaded"' not in one.log()
    stall.unlink()
    assert one.process.wait(timeout=60) == 0
    one.process = None
    assert one.verify().returncode == 0


def main_thread_waits(pid):
    """In a futex, as who waits for the writer does; an idle loop waits in epoll."""
    with open(f"/proc/{pid}/task/{pid}/wchan") as where:
        return "futex" in where.read()


def test_metrics_tell_of_the_process_the_build_and_the_authority(gate):
    one = gate(rules=[])
    text = one.metrics()
    version = run_exeat("version").stdout.split()[1]
    assert f'exeat_build_info{{version="{version}"}} 1\n' in text
    assert 1e6 < one.metric("process_resident_memory_bytes") < 1e10

    def counts_them():
        quiet = len(os.listdir(f"/proc/{one.process.pid}/fd"))
        return quiet <= one.metric("process_open_fds") <= quiet + 2  # who asks has connections

    wait_for(counts_them, "those of who asked before to be closed")
    assert one.metric("process_max_fds") > one.metric("process_open_fds")
    assert 0 < one.metric("process_cpu_seconds_total") < 600
    now = datetime.datetime.now().timestamp()
    assert now - 300 < one.metric("process_start_time_seconds") <= now + 2
    assert one.metric("exeat_authority_expires_seconds") > now + 86400
    names = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_a_service_manager_is_told_when_the_gate_runs_and_when_it_ends(gate, kind, tmp_path):
    name = str(tmp_path / "notify") if kind == "path" else f"@exeat-{tmp_path.name}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0", 1) if kind == "abstract" else name)
        manager.settimeout(60)
        one = gate(start=False, rules=[])
        one.start(NOTIFY_SOCKET=name)
        assert manager.recv(100) == b"READY=1"
        one.stop()
        assert manager.recv(100) == b"STOPPING=1"


def test_an_installed_tree_has_the_program_its_page_its_unit_and_the_presets(tmp_path):
    done = subprocess.run(
        ["cmake", "--install", pathlib.Path(EXEAT).parent, "--prefix", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in ("bin/exeat", "share/man/man1/exeat.1", "share/bash-completion/completions/exeat", "share/exeat/policies/magento.yaml",
                 "share/exeat/prometheus/alerts.yaml", "share/exeat/exeat.schema.json", "lib/sysusers.d/exeat.conf", "lib/tmpfiles.d/exeat.conf"):
        assert (tmp_path / name).stat().st_size > 0, name
    assert f"ExecStart={tmp_path}/bin/exeat run" in (tmp_path / "lib/systemd/system/exeat.service").read_text()


def authority_that_ends(one, days):
    """The gate's own authority, but for its end."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    path = one.folder / "keys/ca.pem"
    key = serialization.load_pem_private_key((one.folder / "keys/ca.key").read_bytes(), None)
    old = x509.load_pem_x509_certificate(path.read_bytes())
    now = datetime.datetime.utcnow()
    new = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(key.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(now - datetime.timedelta(days=400))
        .not_valid_after(now + datetime.timedelta(days=days))
    )
    for extension in old.extensions:
        new = new.add_extension(extension.value, extension.critical)
    path.write_bytes(new.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def test_an_authority_that_ends_soon_is_said_by_the_log_and_by_check(gate):
    one = gate(start=False, rules=[])
    one.write()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    authority_that_ends(one, 29.5)
    one.start()
    assert [event["days"] for event in one.events("authority_expires")] == [29]
    checked = run_exeat("check", "--strict", "-c", one.config_path)
    assert checked.returncode == 0 and "note: tls.authority: the certificate is over in 29 days" in checked.stderr


def test_check_tells_what_run_would_stumble_over(gate):
    one = gate(start=False, rules=[])
    one.write()

    def note():
        done = run_exeat("check", "--strict", "-c", one.config_path)
        assert done.returncode == 0
        return done.stderr

    assert f"note: tls.authority: cannot open {one.folder}/keys/ca.pem: No such file or directory; make" in note()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    assert note() == ""
    one.merge({"tls": {"authority": {**one.config["tls"]["authority"], "names": ["@llm", "api.later.example"]}}})
    one.write()
    done = run_exeat("check", "--strict", "-c", one.config_path)
    assert done.returncode == 1 and "warning: tls.authority: the certificate may not speak for api.later.example" in done.stderr
    assert "does not start here" in done.stderr and run_exeat("check", "-c", one.config_path).returncode == 0
    authority_that_ends(one, -1)
    assert "this certificate has expired; make a new one with `exeat ca renew" in note()


def test_a_key_that_may_not_be_read_is_not_said_to_be_missing(gate):
    one = gate(start=False, rules=[])
    one.write()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    assert os.geteuid() == 0, "this scenario runs as root"
    for path in [one.folder, *one.folder.parents]:
        if str(path).startswith("/tmp/"):
            os.chmod(path, 0o755)
    for path in (one.config_path, one.folder / "keys"):
        os.chmod(path, 0o755)
    done = run_exeat("run", "-c", one.config_path, user=65534, cwd="/")
    assert done.returncode == 2
    assert "keys/ca.key: Permission denied; it is owned by root, and this process is nobody" in done.stderr, done.stderr
    assert "ca init" not in done.stderr
    # The log's key likewise.
    assert run_exeat("key", "create", one.folder / "keys/log.key").returncode == 0
    one.config["tls"] = {}
    del one.config["listen"]["control"]
    one.write()
    done = run_exeat("run", "-c", one.config_path, user=65534, cwd="/")
    assert done.returncode == 5 and "keys/log.key" in done.stderr
    assert "it is owned by root, and this process is nobody" in done.stderr, done.stderr


def test_check_warns_of_a_file_that_would_listen_nowhere(tmp_path):
    def checked(text):
        path = tmp_path / "exeat.yaml"
        path.write_text(text)
        return run_exeat("check", "--strict", "-c", path)

    for text in ("version: 1\n", "version: 1\nlog: { level: warn }\n", "version: 1\nlisten: { control: c.sock }\nrules: []\n"):
        done = checked(text)
        assert done.returncode == 1 and "warning: nothing to listen on; `exeat run` wants listen.forward" in done.stderr, text
    # What is there to be included has nothing but what an included file may have.
    for text in (
        "version: 1\nrules: []\n",
        "version: 1\nmode: enforce\nrules: []\ntests: []\n",
        "version: 1\nlisten: { forward: ['127.0.0.1:1'] }\n",
    ):
        done = checked(text)
        assert done.returncode == 0 and "listen" not in done.stderr, done.stderr
