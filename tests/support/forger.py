# SPDX-License-Identifier: Apache-2.0
"""Somebody who wants the audit store to say something else: reads and rewrites its files with the means of
docs/audit-format.md alone, and signs anew with whatever key is at hand."""
import base64
import hashlib
import pathlib
import sqlite3
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

APPEND_ONLY = ("rec_u", "rec_d", "ckpt_u", "ckpt_d")


class Tree:
    """The frontier of an RFC 6962 tree."""

    def __init__(self):
        self.size, self.nodes = 0, []

    def append(self, record):
        node, index = hashlib.sha256(b"\0" + record).digest(), self.size
        while index & 1:
            node = hashlib.sha256(b"\1" + self.nodes.pop() + node).digest()
            index >>= 1
        self.nodes.append(node)
        self.size += 1

    def root(self):
        if not self.nodes:
            return hashlib.sha256(b"").digest()
        node, *rest = reversed(self.nodes)
        for left in rest:
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node

    def frontier(self):
        return struct.pack(">Q", self.size) + b"".join(self.nodes)


class Key:
    """A log key: the one in this file, or one that nobody knows."""

    def __init__(self, path=None):
        self.private = load_pem_private_key(path.read_bytes(), None) if path else Ed25519PrivateKey.generate()

    def note(self, origin, tree):
        text = f"{origin}\n{tree.size}\n{base64.b64encode(tree.root()).decode()}\n"
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        name = hashlib.sha256(origin.encode() + b"\n\1" + public).digest()[:4]
        signature = base64.b64encode(name + self.private.sign(text.encode())).decode()
        return f"{text}\n\u2014 {origin} {signature}\n"


class Segment:
    def __init__(self, path):
        self.path = path
        self.first = int(path.name[4:20], 16)
        self.database = sqlite3.connect(path, isolation_level=None)
        for trigger in APPEND_ONLY:
            self.run(f"DROP TRIGGER IF EXISTS {trigger}")

    def run(self, statement, *values):
        return self.database.execute(statement, values).fetchall()

    def run_private(self, statement, *values):
        private = sqlite3.connect(str(self.path).replace(".db", ".priv.db"), isolation_level=None)
        found = private.execute(statement, values).fetchall()
        private.close()
        return found

    def count(self):
        return self.run("SELECT count(*) FROM rec")[0][0]

    def remove(self):
        self.database.close()
        for path in (self.path, pathlib.Path(str(self.path).replace(".db", ".priv.db"))):
            path.unlink(missing_ok=True)


class Forger:
    """A closed store, opened for writing: use it as a context."""

    def __init__(self, folder):
        self.folder = folder
        paths = sorted(path for path in folder.glob("seg-*.db") if not path.name.endswith(".priv.db"))
        self.segments = [Segment(path) for path in paths]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for segment in self.segments:
            segment.database.close()

    def segment_of(self, sequence):
        return [segment for segment in self.segments if segment.first <= sequence][-1]

    def records(self, kind=None):
        """(sequence, body) of all records, or of those of a kind."""
        rows = [row for segment in self.segments for row in segment.run("SELECT seq, body FROM rec ORDER BY seq")]
        return [row for row in rows if kind is None or row[1][1] == kind]

    def checkpoints(self):
        return [row for segment in self.segments for row in segment.run("SELECT size, note FROM ckpt ORDER BY size")]

    def set_body(self, sequence, body):
        self.segment_of(sequence).run("UPDATE rec SET body = ? WHERE seq = ?", body, sequence)

    def cut(self, size):
        """Leaves the first `size` records, and no trace of the others."""
        for segment in list(self.segments):
            if segment.first >= size:
                segment.remove()
                self.segments.remove(segment)
                continue
            segment.run("DELETE FROM rec WHERE seq >= ?", size)
            segment.run("DELETE FROM ckpt WHERE size > ?", size)
            segment.run_private("DELETE FROM priv WHERE seq >= ?", size)

    def resign(self, key, since=0):
        """Makes trees, frontiers and the checkpoints above `since` fit what the records say now."""
        tree, origin = Tree(), self.segments[0].run("SELECT v FROM meta WHERE k = 'origin'")[0][0].decode()
        for segment in self.segments:
            segment.run("UPDATE meta SET v = ? WHERE k = 'base'", tree.frontier())
            notes = {size for size, _ in segment.run("SELECT size, note FROM ckpt")}
            segment.run("DELETE FROM tile")
            for _, body in segment.run("SELECT seq, body FROM rec ORDER BY seq"):
                tree.append(body)
                if tree.size in notes and tree.size > since:
                    segment.run("UPDATE ckpt SET note = ? WHERE size = ?", key.note(origin, tree), tree.size)
            segment.run("UPDATE meta SET v = ? WHERE k = 'frontier'", tree.frontier())
        return tree


def replace_host(body, host):
    """The same decision about another host (tag 08, same length), still a valid record."""
    at = body.index(b"\x08" + struct.pack(">H", len(host)), 26)
    return body[: at + 3] + host + body[at + 3 + len(host) :]
