#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What an idle connection holds, in bytes that the worker has allocated and not freed (tests/support/count_bytes.c), compared
with the figures of memory.txt. All of it counts, also what libevent and OpenSSL hold for the connection, and an idle
connection to its upstream where there is one. Buffers that all connections share are warm before, so that each figure is
the same however busy the machine is.

    ./dev bench guard             compares; 2 % more fails, 2 % less asks for an update and passes
    ./dev bench guard --update    writes the figures of this build"""
import functools
import mmap
import pathlib
import ssl
import struct
import sys
from threading import Barrier

import guard
import guard_scripts
from support.certificates import Root
from support.disk import build_shim
from support.gate import Gate, allow, hosts, read_head
from support.origin import Listener

FIGURES = guard.Figures(pathlib.Path(__file__).resolve().parent / "memory.txt", """\
# Bytes of the heap for each idle connection, release build, one worker. `./dev bench guard`, which `./dev test` runs, fails at 2 % more
# and asks for new figures at 2 % less; written by `./dev bench guard --update`.
""", "bytes", 0.02, less_is_wrong=False)
COUNT = 48  # connections at once; fewer than the spare blocks of every pool
BATCHES = 3
ROW = struct.Struct("qqq")


class MeasuredGate(Gate):
    """A gate with one worker, whose memory is counted by thread."""

    def start(self):
        self.counts = self.folder / "bytes"
        return super().start(LD_PRELOAD=build_shim(self.folder, "count_bytes"), COUNT_BYTES=str(self.counts))

    settle = guard.CountedGate.settle

    def worker_bytes(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        (worker,) = [int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().startswith("exeat-worker")]
        with open(self.counts, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as rows:
            return next(bytes_held for thread, bytes_held, _ in ROW.iter_unpack(rows) if thread == worker)


class Origins:
    """One for each batch, so that no batch takes the upstream connections of another. Where `together`, an answer comes
    when all of a batch have asked, so that each has an upstream connection of its own; else they share one."""

    def __init__(self, pages, serve, together):
        self.listeners = [Listener(functools.partial(getattr(self, serve), Barrier(COUNT if together else 1))) for _ in range(BATCHES)]
        self.ports = [listener.port for listener in self.listeners]
        self.pages = pages

    def serve_plain(self, barrier, connection):
        while read_head(connection):
            barrier.wait(60)
            connection.sendall(guard_scripts.REPLY)

    def serve_opened(self, barrier, connection):
        with self.pages.context.wrap_socket(connection, server_side=True) as secure:
            self.serve_plain(barrier, secure)

    def serve_bytes(self, _, connection):
        self.pages.serve_bytes(connection)

    def close(self):
        for listener in self.listeners:
            listener.close()


# --- the connections: each batch is made, used, and kept ------------------------------------------------------------------

NAME = guard_scripts.NAME.decode()
INSIDE = b"GET /a/page?with=query HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nUser-Agent: guard\r\n\r\n" % guard_scripts.NAME


def take_page(connection):
    head = read_head(connection)
    assert head.startswith(b"HTTP/1.1 200"), head
    guard_scripts.take(connection, len(guard_scripts.BODY))


def ask_together(connections, request):
    for connection in connections:
        connection.sendall(request)
    for connection in connections:
        take_page(connection)
    return connections


def ask_in_turn(connections, request):
    for connection in connections:
        connection.sendall(request)
        take_page(connection)
    return connections


def plain(gate, port):
    return ask_together([gate.connect() for _ in range(COUNT)], guard_scripts.absolute(guard_scripts.NAME, port))


def open_all(gate, port):
    context = ssl.create_default_context(cafile=str(gate.bundle()))
    made = []
    for _ in range(COUNT):
        connection, head = gate.tunnel(NAME, port)
        assert head.startswith(b"HTTP/1.1 200"), head
        made.append(context.wrap_socket(connection, server_hostname=NAME))
    return made


def opened(gate, port):
    return ask_in_turn(open_all(gate, port), INSIDE)


def opened_to_tls(gate, port):
    return ask_together(open_all(gate, port), INSIDE)


def tunnel(gate, port):
    flight = guard_scripts.hello()
    connections = []
    for _ in range(COUNT):
        connection, head = gate.tunnel(NAME, port)
        assert head.startswith(b"HTTP/1.1 200"), head
        connection.sendall(flight)
        guard_scripts.take(connection, len(guard_scripts.BODY))
        connections.append(connection)
    return connections


KINDS = {  # name: (how a batch is made, how the origin serves it, whether each has an upstream connection of its own)
    "tunnel": (tunnel, "serve_bytes", True),
    "plain": (plain, "serve_plain", True),
    "opened": (opened, "serve_opened", False),
    "opened_to_tls": (opened_to_tls, "serve_opened", True),
}

# --- counting -------------------------------------------------------------------------------------------------------------


def hold(gate, origins, make):
    """Bytes for each connection of the last batch, over what the batches before it hold."""
    held, connections = [], []
    for port in origins.ports:
        connections += make(gate, port)
        gate.settle()
        held.append(gate.worker_bytes())
    for connection in connections:
        connection.close()
    return round((held[-1] - held[-2]) / COUNT)


def measure_one(folder, root, pages, name):
    folder.mkdir()
    make, serve, together = KINDS[name]
    origins = Origins(pages, serve, together)
    inside = {"paths": ["/a/**"], **({} if serve == "serve_opened" else {"schemes": ["http"]})}
    rule = allow(NAME, ports=origins.ports, **({"schemes": ["https"]} if serve == "serve_bytes" else inside))
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [NAME]}
    gate = MeasuredGate(folder, root, workers=1, resolve=hosts(NAME), rules=[rule], tls={"authority": authority, "upstream": {"roots": str(root.path)}})
    gate.start()
    try:
        return hold(gate, origins, make)
    finally:
        gate.stop()
        origins.close()


def measure(folder):
    root = Root(folder)
    pages = guard_scripts.Pages(root.issue(NAME))
    try:
        return {name: measure_one(folder / name, root, pages, name) for name in KINDS}
    finally:
        pages.close()


if __name__ == "__main__":
    sys.exit(guard.run(__doc__, measure, FIGURES))
