# SPDX-License-Identifier: Apache-2.0
"""The operator's log: whoever reads it, or does not, the gate serves on."""
import fcntl
import json
import os
import pty
import socket
import subprocess

import pytest
from support.gate import EXEAT, allow, ask, free_port, hosts, run_exeat
from support.wait import wait_for

DIALS = 1000


class Drain:
    """An end of a pipe, socket or terminal that somebody has as stderr."""

    def __init__(self, end):
        self.end = end
        self.read = b""

    def until(self, name, count=1):
        """Reads on until that many such events are there."""
        while len(self.events(name)) < count:
            self.read += os.read(self.end, 65536)
        return self

    def events(self, name):
        lines = self.read.splitlines(keepends=True)
        return [json.loads(line) for line in lines if b'"event":"%s"' % name.encode() in line and line.endswith(b"\n")]


def stderr_of(kind):
    """(what the gate gets, what we have)"""
    if kind == "pipe":
        ours, theirs = os.pipe()
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    elif kind == "pipe that others made non-blocking":
        ours, theirs = os.pipe()
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(theirs, False)
    elif kind == "socket":
        one, other = socket.socketpair()
        ours, theirs = one.detach(), other.detach()
    else:
        ours, theirs = pty.openpty()
    return theirs, ours


def launch(one, theirs):
    one.write()
    one.log_path.write_text("")
    one.process = subprocess.Popen([EXEAT, "run", "-c", str(one.config_path)], stderr=theirs)
    os.close(theirs)


def a_gate(gate, **sections):
    one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example")], **sections)
    one.config["tls"] = {}
    return one


@pytest.mark.parametrize("kind", ["pipe", "pipe that others made non-blocking", "socket", "terminal"])
def test_a_log_that_nobody_reads_stops_nothing(gate, origin, kind):
    one = a_gate(gate)
    theirs, ours = stderr_of(kind)
    launch(one, theirs)
    drain = Drain(ours).until("started")
    nobody = free_port()
    with one.connect() as connection:
        for _ in range(DIALS):
            request = b"GET http://shop.example:%d/ HTTP/1.1\r\nHost: shop.example:%d\r\n\r\n" % (nobody, nobody)
            assert ask(connection, request).status == 502
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert one.admin("/readyz")[0] == 200
    lost = int(one.metric("exeat_log_dropped_total"))
    assert 0 < lost < DIALS
    drain.until("log_dropped")
    assert [event["lines"] for event in drain.events("log_dropped")] == [lost]
    assert len(drain.events("dial_failed")) == DIALS - lost
    one.get(f"http://shop.example:{nobody}/")
    drain.until("dial_failed", DIALS - lost + 1)
    os.close(ours)


def test_a_gate_ends_though_nobody_reads_its_log(gate):
    one = a_gate(gate)
    theirs, ours = stderr_of("pipe")
    launch(one, theirs)
    Drain(ours).until("started")
    nobody = free_port()
    for _ in range(100):
        one.get(f"http://shop.example:{nobody}/")
    one.stop()
    assert one.verify().returncode == 0
    os.close(ours)


def test_a_gate_serves_on_when_the_reader_of_its_log_is_gone(gate):
    one = a_gate(gate)
    theirs, ours = stderr_of("pipe")
    launch(one, theirs)
    Drain(ours).until("started")
    os.close(ours)
    nobody = free_port()
    for _ in range(20):
        assert one.get(f"http://shop.example:{nobody}/").status == 502
    assert one.admin("/readyz")[0] == 200


def test_the_last_lines_are_written_before_the_end(gate):
    one = a_gate(gate).start()
    one.stop()
    assert one.events("draining") and one.events("drained")


def test_in_json_every_line_of_run_is_an_event(gate):
    one = a_gate(gate, include=["more.yaml", "none/*.yaml"])
    # `more.yaml` has a test that a stricter rule of the main file takes over: `check` has a note about it.
    one.config["rules"] = [{"id": "no", "verdict": "deny", "hosts": ["shop.example"]}]
    (one.folder / "more.yaml").write_text(
        "version: 1\nrules: [{ id: yes, verdict: allow, hosts: [shop.example] }]\n"
        "tests: [{ request: 'GET https://shop.example/', expect: allow yes }]\n"
    )
    one.write()
    checked = run_exeat("check", "-c", one.config_path)
    assert checked.returncode == 0 and ": note: expected 'allow yes'" in checked.stderr, checked.stderr
    for words in (["explain", "GET", "https://shop.example/"], ["ca", "show"], ["audit", "export"], ["schema"]):
        assert ": note:" not in run_exeat(*words, *(["-c", one.config_path] if words != ["schema"] else [])).stderr
    one.start()
    one.config["rules"] = [{"id": "x", "verdict": "alow"}]
    one.write()
    wait_for(lambda: one.events("reload_refused"), "the refusal")
    one.stop()
    two = gate(start=False, rules=[], listen={"forward": []})
    two.config["tls"] = {}
    two.write()
    done = run_exeat("run", "-c", two.config_path)
    assert json.loads(done.stderr)["event"] == "cannot_start" and "nothing to listen on" in json.loads(done.stderr)["why"]
    for line in one.log().splitlines():
        assert json.loads(line)["event"], line
    assert one.events("config_warning")[0]["why"].count("no file is called so") == 1
