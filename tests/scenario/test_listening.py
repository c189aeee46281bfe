# SPDX-License-Identifier: Apache-2.0
"""Sockets of a gate: they are its own, and what it may not have stops it before anything is written."""
import os
import socket
import subprocess

import pytest
from support.gate import EXEAT, allow, free_port, hosts, run_exeat
from support.wait import wait_for


def refused(one):
    """The one sentence that a gate says which does not start; it has written nothing."""
    one.write()
    done = run_exeat("run", "-c", one.config_path)
    lines = done.stderr.splitlines()
    assert done.returncode in (2, 5) and len(lines) == 1, done.stderr
    assert not (one.folder / "audit").exists()
    return lines[0]


def listening(port):
    """The sockets that listen there."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in list(table)[1:]]
    return {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}


def another(gate, **sections):
    two = gate(start=False, rules=[], **sections)
    two.config["tls"] = {}
    return two


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("own, other", [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("0.0.0.0", "127.0.0.1"), ("[::1]", "[::1]")])
def test_two_gates_never_share_a_port(gate, own, other, workers):
    port = free_port()
    clients = {"all": {"address": "127.0.0.0/8"}}  # without any, a gate that others reach does not start
    one = gate(start=False, rules=[], clients=clients, listen={"forward": [f"{own}:{port}"]}, workers=workers).start()
    two = another(gate, clients=clients, listen={"forward": [f"{other}:{port}"]}, workers=workers)
    sentence = refused(two)
    assert f"port {port}: Address already in use; another exeat (process {one.process.pid}) listens there" in sentence


def test_two_gates_never_share_an_admin_port(gate):
    one = gate(rules=[])
    two = another(gate, listen={"admin": f"127.0.0.1:{one.admin_port}"})
    assert f"another exeat (process {one.process.pid}) listens there" in refused(two)


def test_a_foreign_listener_is_named_even_where_it_would_share(gate):
    two = another(gate)
    with socket.socket() as foreign:
        foreign.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        foreign.bind(("127.0.0.1", two.port))
        foreign.listen()
        assert f"(process {os.getpid()}) listens there" in refused(two)


def test_of_gates_that_start_at_the_same_moment_one_listens(gate):
    port = free_port()
    gates = [another(gate, listen={"forward": [f"127.0.0.1:{port}"]}) for _ in range(6)]
    for one in gates:
        one.write()
    for one in gates:
        one.launch()
    wait_for(lambda: all(one.events("started") or one.process.poll() is not None for one in gates), "all to start or end")
    assert sum(bool(one.events("started")) for one in gates) == 1
    for one in gates:
        if not one.events("started"):
            assert one.process.wait() == 5
            one.process = None


def test_an_address_that_is_written_twice_is_said(gate):
    two = another(gate)
    two.config["listen"]["forward"] *= 2
    two.write()
    done = run_exeat("run", "-c", two.config_path)
    assert done.returncode == 2 and f"port {two.port} is taken already: by listen.forward" in done.stderr, done.stderr
    assert not (two.folder / "audit").exists()


def test_a_gate_follows_at_once_on_the_port_of_one_that_drains(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    busy = one.connect()
    authority = b"shop.example:%d" % origin.port
    busy.sendall(b"GET http://%s/silent HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority))
    one.only_decision()
    one.process.terminate()
    wait_for(lambda: one.events("draining"), "the drain")
    wait_for(lambda: not listening(one.port), "the listeners to go")
    two = another(gate, listen={"forward": [f"127.0.0.1:{one.port}"]}).start()
    two.port = one.port
    assert two.get("http://evil.example/").status == 403 and len(two.decisions()) == 1
    one.process.terminate()  # asked twice: now
    busy.close()


def test_every_worker_gets_its_share(gate):
    one = gate(start=False, rules=[], workers=4).start()
    held = [one.connect() for _ in range(64)]
    for connection in held:
        connection.sendall(b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 403"
    assert len(listening(one.port)) == 4
    for connection in held:
        connection.close()


def test_a_gate_that_would_listen_nowhere_does_not_run(gate):
    one = another(gate)
    del one.config["listen"]
    assert f"{one.config_path}: nothing to listen on; add listen.forward" in refused(one)
    one.config["listen"] = {"forward": []}
    assert "nothing to listen on" in refused(one)


# --- the control socket


@pytest.mark.parametrize("kind", ["file", "folder", "fifo", "link to a file", "dangling link"])
def test_what_is_no_socket_is_left_alone(gate, kind):
    one = another(gate)
    path = one.folder / "control.sock"
    (one.folder / "secret").write_text("a key")
    if kind == "file":
        path.write_text("a key")
    elif kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("secret" if kind == "link to a file" else "nothing")
    sentence = refused(one)
    assert str(path) in sentence and "listen.control" in sentence
    assert path.is_symlink() or path.exists()
    assert (one.folder / "secret").read_text() == "a key"


def test_the_control_socket_of_a_running_gate_stays_its_own(gate):
    one = gate(rules=[])
    two = another(gate, listen={"control": str(one.folder / "control.sock")})
    assert "a running gate has this control socket" in refused(two)
    assert one.control("reload").startswith("ok")


def test_the_socket_of_a_gate_that_was_killed_is_replaced(gate):
    one = gate(rules=[])
    one.kill()
    assert (one.folder / "control.sock").exists()
    one.start()
    assert one.control("reload").startswith("ok")


def test_at_its_end_a_gate_removes_its_own_socket_only(gate):
    one = gate(rules=[])
    path = one.folder / "control.sock"
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        one.stop()
        assert path.exists()


def test_a_witness_has_its_port_alone(tmp_path):
    port = free_port()
    run_exeat("key", "create", tmp_path / "key")
    words = ["witness", "--listen", f"127.0.0.1:{port}", "--name", "w.example", "--key", tmp_path / "key"]
    with open(tmp_path / "log", "wb") as log:
        first = subprocess.Popen([EXEAT, *map(str, words), "--state", str(tmp_path / "one")], stderr=log)
    try:
        wait_for(lambda: "witness_started" in (tmp_path / "log").read_text(), "the witness")
        done = run_exeat(*words, "--state", tmp_path / "two")
        assert done.returncode == 5 and f"another exeat (process {first.pid}) listens there" in done.stderr
    finally:
        first.terminate()
        assert first.wait() == 0
