# SPDX-License-Identifier: Apache-2.0
"""Callers that never rest, and what they were told: every reply that a client has read is remembered by what its record
is found by. An origin that remembers what reached it."""
import socket
import threading
import time

from .gate import read_head
from .wait import wait_for

DEPTH = 8  # requests on their way at once, on each connection


class QuickOrigin:
    """Answers at once, and keeps the target of every request that came."""

    REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def __init__(self):
        self.targets = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        pending = b""
        try:
            while data := connection.recv(65536):
                *heads, pending = (pending + data).split(b"\r\n\r\n")
                self.targets += [head.split(b" ", 2)[1].decode() for head in heads]
                connection.sendall(self.REPLY * len(heads))
        except OSError:
            pass
        finally:
            connection.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Callers:
    """`count` threads, each with a connection of its own to a gate that may go away at any moment: then they come back.
    paths: of requests that an origin answered. ids: of refusals. tunnels: how many CONNECTs were answered with 200.
    refused: replies 503, by their reason. other: what should not have been said. broken: connections that ended."""

    def __init__(self, gate, origin, count=4):
        self.gate, self.origin = gate, origin
        self.paths, self.ids, self.other = set(), set(), []
        self.refused = {}
        self.tunnels = 0
        self.broken = []  # what cut a connection that was to go on
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.serial = 0
        self.threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def heard(self):
        return len(self.paths) + len(self.ids) + self.tunnels

    def wait_heard(self, more):
        wanted = self.heard() + more
        wait_for(lambda: self.heard() >= wanted or self.other, f"{more} more replies")

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=60)
            assert not thread.is_alive(), "a caller hangs"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- one caller -----------------------------------------------------------------------------------------------

    def _run(self, number):
        while not self.stopping.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.gate.port), timeout=60) as connection:
                    if number == 0:
                        self._tunnel(connection)
                    else:
                        self._ask_on(connection, b"evil.example" if number % 2 else b"shop.example:%d" % self.origin.port)
            except OSError:
                time.sleep(0.002)  # nobody listens: the gate was killed

    def _tunnel(self, connection):
        authority = b"shop.example:%d" % self.origin.port
        connection.sendall(b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority))
        head = read_head(connection)
        if head.startswith(b"HTTP/1.1 200 "):
            self.tunnels += 1
        elif head:
            self._note_refusal(head)

    def _ask_on(self, connection, authority):
        stream = connection.makefile("rb")
        try:
            self._ask_again_and_again(connection, stream, authority)
        except OSError as error:
            self.broken.append(repr(error))
            raise

    def _ask_again_and_again(self, connection, stream, authority):
        while not self.stopping.is_set():
            paths = [self._next_path() for _ in range(DEPTH)]
            connection.sendall(b"".join(b"GET http://%s%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, path, authority) for path in paths))
            for path in paths:
                if not self._read(stream, path.decode()):
                    self.broken.append(f"closed before the answer to {path}")
                    return

    def _next_path(self):
        with self.lock:
            self.serial += 1
            return b"/%d" % self.serial

    def _read(self, stream, path):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return False
            head += line
        fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(b":") for line in head.split(b"\r\n")[1:])}
        body = stream.read(int(fields[b"content-length"]))
        if head.startswith(b"HTTP/1.1 200 "):
            self.paths.add(path)
        else:
            self._note_refusal(head + body, fields)
        return b"close" not in fields.get(b"connection", b"")

    def _note_refusal(self, answer, fields=None):
        status = answer.split(b" ", 2)[1]
        if status == b"403" and fields:
            self.ids.add(fields[b"x-request-id"].decode())
        elif status == b"503" and b'details="' in answer:
            reason = answer.split(b'details="', 1)[1].split(b'"', 1)[0].decode()
            self.refused[reason] = self.refused.get(reason, 0) + 1
        else:
            self.other.append(answer)


def assert_recorded(gate, callers, origin):
    """What a client was told and what reached the origin has its record."""
    decisions = gate.decisions()
    paths = {decision.get("path") for decision in decisions}
    ids = {decision["request"] for decision in decisions}
    tunnels = sum(1 for decision in decisions if decision.get("method") == "CONNECT")
    assert callers.paths <= paths, f"answered and not on record: {sorted(callers.paths - paths)[:5]}"
    assert set(origin.targets) <= paths, f"left and not on record: {sorted(set(origin.targets) - paths)[:5]}"
    assert callers.ids <= ids, f"refused and not on record: {sorted(callers.ids - ids)[:5]}"
    assert callers.tunnels <= tunnels, f"{callers.tunnels} tunnels opened, {tunnels} on record"
    assert not callers.other, callers.other[:3]
