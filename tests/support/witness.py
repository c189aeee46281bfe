# SPDX-License-Identifier: Apache-2.0
"""A witness under test, and the C2SP texts that it speaks, written here a second time: notes, proofs, cosignatures."""
import base64
import hashlib
import http.client
import json
import re
import socket
import ssl
import struct
import subprocess
import threading

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .gate import EXEAT, free_port, is_whole, run_exeat
from .wait import wait_for

TOKEN = "0123456789abcdef0123456789abcdef"


class Witness:
    """An `exeat witness` process; `prefix` puts it elsewhere, such as into a network namespace."""

    def __init__(self, folder, name="witness.example/w1", listen="127.0.0.1", prefix=(), certificate=None):
        self.folder, self.name, self.prefix, self.certificate = folder, name, list(prefix), certificate
        self.address, self.port = listen, free_port()
        self.log_path = folder / "witness.log"
        self.key_path = folder / "witness.key"
        self.vkey_path = folder / "witness.vkey"
        self.token_path = folder / "token"
        self.process = None
        folder.mkdir(exist_ok=True)
        if not self.key_path.exists():
            assert run_exeat("key", "create", self.key_path).returncode == 0
            self.token_path.write_text(TOKEN + "\n")
        shown = run_exeat("key", "show", self.key_path, "--name", name, "--witness")
        assert shown.returncode == 0, shown.stderr
        self.vkey = shown.stdout.strip()
        self.vkey_path.write_text(shown.stdout)

    def start(self):
        words = ["--listen", f"{self.address}:{self.port}", "--name", self.name, "--key", self.key_path, "--state", self.folder / "state"]
        words += ["--enrol-tokens", self.token_path, "--log-json"]
        if self.certificate is not None:
            words += ["--tls-certificate", self.certificate[0], "--tls-key", self.certificate[1]]
        before = len(self.events("witness_started"))
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*self.prefix, EXEAT, "witness", *map(str, words)], stderr=log)
        wait_for(
            lambda: len(self.events("witness_started")) > before or self.process.poll() is not None, "the witness to start"
        )
        assert self.process.poll() is None, self.log()
        started = self.events("witness_started")[-1]
        assert started["vkey"] == self.vkey and started["port"] == self.port
        return self

    def close(self):
        if self.process is not None:
            self.process.terminate()
            code = self.process.wait(timeout=60)
            self.process = None
            assert code == 0 and "Sanitizer" not in self.log() and "runtime error" not in self.log(), self.log()

    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def events(self, name, count=0):
        """The lines of the log that tell it, once there are so many: a thread of its own writes them."""
        return wait_for(lambda: [self._told(name)] if len(self._told(name)) >= count else None, f"{count} {name} in the log")[0]

    def _told(self, name):
        lines = self.log().splitlines(keepends=True)
        return [json.loads(line) for line in lines if is_whole(line) and f'"{name}"' in line]

    def connect(self, roots=None):
        if self.certificate is None:
            return http.client.HTTPConnection(self.address, self.port, timeout=60)
        context = ssl.create_default_context(cafile=str(roots))
        return http.client.HTTPSConnection("localhost", self.port, timeout=60, context=context)

    def ask(self, method, path, body=None, headers=None, connection=None, roots=None):
        """(status, content type, body)"""
        one = connection or self.connect(roots)
        one.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=headers or {})
        reply = one.getresponse()
        answer = reply.status, reply.getheader("Content-Type"), reply.read().decode()
        if connection is None:
            one.close()
        return answer

    def enrol(self, vkey, previous=None, token=TOKEN, **options):
        body = f"vkey {vkey}\n" + (f"previous {previous}\n" if previous else "")
        return self.ask("POST", "/enrol", body, {"Authorization": f"Bearer {token}"}, **options)

    def metric(self, name):
        for line in self.ask("GET", "/metrics")[2].splitlines():
            if line.startswith(f"exeat_witness_{name} "):
                return float(line.split()[1])
        raise AssertionError(name)


class Canned:
    """Somebody at a witness's address who says the same to all; without words, nothing at all."""

    def __init__(self, port, words=None):
        self.words, self.asked = words, 0
        self.socket = socket.create_server(("127.0.0.1", port))
        self.silenced = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            if self.words is None:
                self.silenced.append(visitor)
                continue
            with visitor:
                head = b""
                while b"\r\n\r\n" not in head and (piece := visitor.recv(65536)):
                    head += piece
                head, _, body = head.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                while length and len(body) < int(length[1]) and (piece := visitor.recv(65536)):
                    body += piece
                visitor.sendall(self.words)
            self.asked += 1

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(timeout=60)
        for visitor in self.silenced:
            visitor.close()


class SlowWay:
    """A way to a witness that carries nothing before it is opened."""

    def __init__(self, to_port):
        self.to_port, self.opened = to_port, threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.threads = []
        self.begin(self.serve)

    def begin(self, function, *words):
        thread = threading.Thread(target=function, args=words, daemon=True)
        thread.start()
        self.threads.append(thread)
        return thread

    def serve(self):
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.begin(self.carry, visitor)

    def carry(self, visitor):
        self.opened.wait()
        with visitor, socket.create_connection(("127.0.0.1", self.to_port)) as beyond:
            answers = self.begin(self.pump, beyond, visitor)
            self.pump(visitor, beyond)
            answers.join(timeout=60)

    def pump(self, source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.opened.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


# --- notes ----------------------------------------------------------------------------------------------------------------


def key_hash(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def vkey_of(name, kind, key):
    return f"{name}+{key_hash(name, kind, key).hex()}+{base64.b64encode(bytes([kind]) + key).decode()}"


def cosigned_at(note, vkey):
    """When the witness of this key saw the note; None when it did not say so."""
    name, _, typed = vkey.split("+", 2)
    key = base64.b64decode(typed)
    body, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        _, signer, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        if signer != name or raw[:4] != key_hash(name, key[0], key[1:]):
            continue
        (time,) = struct.unpack(">Q", raw[4:12])
        try:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[12:], f"cosignature/v1\ntime {time}\n{body}\n".encode())
        except InvalidSignature:
            return None
        return time
    return None


# --- logs -----------------------------------------------------------------------------------------------------------------


def leaf(record):
    return hashlib.sha256(b"\0" + record).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(size):
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def consistency(old, leaves, whole=True):
    """PROOF of RFC 6962 2.1.2"""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    if old == 0:
        return []
    k = split(len(leaves))
    if old <= k:
        return [*consistency(old, leaves[:k], whole), root(leaves[k:])]
    return [*consistency(old - k, leaves[k:], False), root(leaves[:k])]


class Log:
    """A log of a test: records, and a key that signs their tree."""

    def __init__(self, origin, records=()):
        self.origin, self.key = origin, Ed25519PrivateKey.generate()
        self.leaves = [leaf(record) for record in records]
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.vkey = vkey_of(origin, 1, self.public)

    def grow(self, *records):
        self.leaves += [leaf(record) for record in records]

    def checkpoint(self, size=None):
        size = len(self.leaves) if size is None else size
        body = f"{self.origin}\n{size}\n{base64.b64encode(root(self.leaves[:size])).decode()}\n"
        line = base64.b64encode(key_hash(self.origin, 1, self.public) + self.key.sign(body.encode())).decode()
        return f"{body}\n\u2014 {self.origin} {line}\n"

    def submission(self, old, size=None):
        size = len(self.leaves) if size is None else size
        proof = consistency(old, self.leaves[:size]) if 0 < old <= size else []
        lines = "".join(base64.b64encode(piece).decode() + "\n" for piece in proof)
        return f"old {old}\n{lines}\n{self.checkpoint(size)}".encode()
