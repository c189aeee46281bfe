#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a request costs, in instructions instead of time: six fixed scripts under callgrind, compared with the figures of
instructions.txt. Only what the gate's own program executes is counted, so an update of a library changes nothing; each
figure is the difference between a run of N and one of 2N requests, so start and stop change nothing either.

    ./dev bench guard             compares; a figure off by more than 5 % fails
    ./dev bench guard --update    writes the figures of this build"""
import argparse
import concurrent.futures
import os
import pathlib
import queue
import re
import ssl
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from support.certificates import Root  # noqa: E402
from support.gate import EXEAT, Gate, allow, hosts, read_head  # noqa: E402
from support.origin import Listener  # noqa: E402

FIGURES = pathlib.Path(__file__).resolve().parent / "instructions.txt"
TOLERANCE = 0.05
NAME = b"shop.example"
LIMITED = b"limited.example"  # by its rule, which never runs out
BODY = b"x" * 1024
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b"data: " + b"x" * 94 + b"\n\n"
HEAD = """# Instructions of the gate's own program per unit of work, release build, `durability: batch`, one worker, counted by callgrind.
# Compared within 5 % by `./dev bench guard`, which `./dev test` runs; written by `./dev bench guard --update`.
"""
EXPLANATION = """
{name}: {now} instructions, instructions.txt says {then} ({change:+.1f} %; 5 % are let pass).
If that is what your change is meant to cost, or to save, put the new figure into the same commit and say why in its message:

    ./dev bench guard --update
"""


class CountedGate(Gate):
    """A gate with one worker under callgrind, in which nothing happens by the clock."""

    def __init__(self, folder, root, **sections):
        audit = {"durability": "batch", "batch_ms": 600000, "heartbeat": "1h", "directory": "audit", "origin": "guard/x", "key": "keys/log.key"}
        confine = {"seccomp": "none", "landlock": "none"}  # valgrind makes calls of its own
        super().__init__(folder, root, workers=1, audit=audit, confine=confine, **sections)

    def launch(self, **environment):
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--dump-instr=no", "--fair-sched=yes", f"--log-file={self.folder}/valgrind.log",
             f"--callgrind-out-file={self.folder}/counts", EXEAT, "run", "-c", str(self.config_path)],
            stderr=self.log_file, env={**os.environ, **environment},
        )

    def settle(self):
        """Waits until every thread sleeps, so that each unit of work begins alike, however busy the machine is. A thread that
        wakes another runs until the other is awake: two looks that see the same switches have missed nothing."""
        before = None
        while True:
            now = [read_state(task) for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()]
            if now == before and all(state == "S" for state, _ in now):
                return
            before = now

    def own_instructions(self):
        return count_own((self.folder / "counts").read_text(), pathlib.Path(EXEAT).name)


def read_state(task):
    text = (task / "status").read_text()
    return re.search(r"State:\s+(\w)", text)[1], re.findall(r"ctxt_switches:\s+(\d+)", text)


def count_own(text, program):
    """The sum of the self costs of one object in callgrind's format; the line after `calls=` is the cost of another's."""
    names, total, own, inclusive = {}, 0, False, False
    for line in text.splitlines():
        word = re.match(r"(c?)ob=\((\d+)\)(?: (.*))?", line)
        if word:
            names.setdefault(word[2], word[3] or "")
            own = own if word[1] else pathlib.PurePath(names[word[2]]).name == program
        elif line.startswith("calls="):
            inclusive = True
        elif re.match(r"[-+*\d]", line):
            total += int(line.split()[1]) if own and not inclusive else 0
            inclusive = False
    return total


# --- the origin ---------------------------------------------------------------------------------------------------------


class Pages:
    """Answers in one write each, so that the gate sees them in one piece: pages, over TLS too, and events on demand."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.wanted = queue.Queue()
        self.listeners = {kind: Listener(getattr(self, f"serve_{kind}")) for kind in ("plain", "opened", "bytes", "events")}

    def port(self, kind):
        return self.listeners[kind].port

    def serve_plain(self, connection):
        while read_head(connection):
            connection.sendall(REPLY)

    def serve_opened(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as secure:
            self.serve_plain(secure)

    def serve_bytes(self, connection):
        while connection.recv(65536):
            connection.sendall(BODY)

    def serve_events(self, connection):
        read_head(connection)
        connection.sendall(STREAM)
        while self.wanted.get():
            connection.sendall(b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
        connection.sendall(b"0\r\n\r\n")

    def close(self):
        self.wanted.put(False)
        for listener in self.listeners.values():
            listener.close()


# --- the six scripts: each does its work `count` times, one after the other -------------------------------------------


def take(connection, count):
    while count > 0:
        got = connection.recv(min(count, 65536))
        assert got, "the gate closed the connection"
        count -= len(got)


def take_until(connection, end):
    seen = b""
    while not seen.endswith(end):
        got = connection.recv(65536)
        assert got, "the gate closed the connection"
        seen += got


def ask_often(gate, connection, request, status, count):
    for _ in range(count):
        gate.settle()
        connection.sendall(request)
        head = read_head(connection)
        assert head.startswith(b"HTTP/1.1 %d" % status), head
        take(connection, int(re.search(rb"(?i)content-length: (\d+)", head)[1]))


def absolute(name, port):
    return b"GET http://%s:%d/a/page?with=query HTTP/1.1\r\nHost: %s:%d\r\nAccept: */*\r\nUser-Agent: guard\r\n\r\n" % (name, port, name, port)


def get_keep_alive(gate, pages, count):
    with gate.connect() as connection:
        ask_often(gate, connection, absolute(NAME, pages.port("plain")), 200, count)


def limited_get(gate, pages, count):
    with gate.connect() as connection:
        ask_often(gate, connection, absolute(LIMITED, pages.port("plain")), 200, count)


def denied_get(gate, pages, count):
    with gate.connect() as connection:
        ask_often(gate, connection, absolute(b"denied.example", pages.port("plain")), 403, count)


def opened_get(gate, pages, count):
    with gate.secure(NAME.decode(), pages.port("opened")) as connection:
        ask_often(gate, connection, b"GET /a/page?with=query HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nUser-Agent: guard\r\n\r\n" % NAME, 200, count)


def hello():
    """The first flight of a TLS client; what the gate reads of a tunnel."""
    out = ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=NAME.decode()).do_handshake()
    except ssl.SSLWantReadError:
        return out.read()


def connect(gate, pages, count):
    flight = hello()
    for _ in range(count):
        gate.settle()
        connection, head = gate.tunnel(NAME.decode(), pages.port("bytes"))
        assert head.startswith(b"HTTP/1.1 200"), head
        with connection:
            connection.sendall(flight)
            take(connection, len(BODY))


def event(gate, pages, count):
    with gate.connect() as connection:
        connection.sendall(absolute(NAME, pages.port("events")))
        read_head(connection)
        for _ in range(count):
            gate.settle()
            pages.wanted.put(True)
            take_until(connection, b"\n\n\r\n")
        pages.wanted.put(False)
        take_until(connection, b"0\r\n\r\n")


SCRIPTS = {  # name: (script, N)
    "get_keep_alive": (get_keep_alive, 200),
    "limited_get": (limited_get, 200),
    "connect": (connect, 100),
    "denied_get": (denied_get, 200),
    "opened_get": (opened_get, 200),
    "event": (event, 200),
}

# --- counting -----------------------------------------------------------------------------------------------------------


def run_counted(folder, root, certificate, name, count):
    """Instructions of a whole life of the gate, with `count` units of work in it."""
    folder.mkdir()
    pages = Pages(certificate)
    rules = [allow(NAME.decode(), id="inside", ports=[pages.port("opened")], paths=["/a/**"]), allow(NAME.decode(), paths=["/a/**"], schemes=["http"]),
             allow(LIMITED.decode(), id="limited", paths=["/a/**"], schemes=["http"], limit={"requests": "1000000/s", "concurrent": 50}),
             allow(NAME.decode(), id="tunnel", ports=[pages.port("bytes")], schemes=["https"])]
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [NAME.decode()]}
    gate = CountedGate(folder, root, resolve=hosts(NAME.decode(), LIMITED.decode(), "denied.example"), rules=rules, tls={"authority": authority, "upstream": {"roots": str(root.path)}})
    gate.start()
    try:
        SCRIPTS[name][0](gate, pages, count)
    finally:
        gate.stop()
        pages.close()
    return gate.own_instructions()


def measure(folder):
    root = Root(folder)
    certificate = root.issue(NAME.decode())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = {
            (name, times): pool.submit(run_counted, folder / f"{name}-{times}", root, certificate, name, count * times)
            for name, (_, count) in SCRIPTS.items() for times in (1, 2)
        }
        return {name: round((runs[name, 2].result() - runs[name, 1].result()) / count) for name, (_, count) in SCRIPTS.items()}


def committed(path):
    pairs = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {name: int(figure) for name, figure in pairs}


def compare(found, path, tolerance, explanation):
    """Prints what was found beside what is committed; False where they differ by more than the tolerance."""
    figures = committed(path)
    good = set(found) == set(figures)
    if not good:
        print(f"{path.name} has other rows than were measured: ./dev bench guard --update")
    for name in sorted(set(found) & set(figures)):
        change = found[name] / figures[name] - 1
        print(f"{name:16}{found[name]:9}{change:+8.1%}")
        if abs(change) > tolerance:
            good = False
            print(explanation.format(name=name, now=found[name], then=figures[name], change=100 * change))
    return good


def run(about, measure, path, head, compare_with):
    """Writes the figures that `measure` finds in a folder of its own, or compares them; what the process ends with."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help=f"write {path.name} instead of comparing with it")
    update = parser.parse_args().update
    with tempfile.TemporaryDirectory(prefix="exeat-guard-") as folder:
        found = measure(pathlib.Path(folder))
    if update:
        path.write_text(head + "".join(f"{name} {figure}\n" for name, figure in found.items()))
        print(path.read_text(), end="")
        return 0
    return 0 if compare(found, path, *compare_with) else 1


if __name__ == "__main__":
    sys.exit(run(__doc__, measure, FIGURES, HEAD, (TOLERANCE, EXPLANATION)))
