# SPDX-License-Identifier: Apache-2.0
"""ClientHellos as browsers and libraries of today send them, and others, in records and segments of any size."""
import os
import struct

GREASE = 0x0A0A
X25519MLKEM768, X25519 = 0x11EC, 0x001D
SNI, GROUPS, ALPN, VERSIONS, KEY_SHARE, PADDING, EARLY_DATA, ECH = 0, 10, 16, 43, 51, 21, 42, 0xFE0D


def vector(size, data):
    return len(data).to_bytes(size, "big") + data


def extension(kind, body):
    return struct.pack(">H", kind) + vector(2, body)


def server_name(name):
    return extension(SNI, vector(2, b"\0" + vector(2, name)))


def shares(*pairs):
    return extension(KEY_SHARE, vector(2, b"".join(struct.pack(">H", group) + vector(2, key) for group, key in pairs)))


def ech(kind="outer"):
    """RFC 9849 5: the outer ClientHello has a sealed one within; GREASE looks the same; an inner one is a mark alone."""
    if kind == "inner":
        return extension(ECH, b"\1")
    return extension(ECH, b"\0" + b"\0\1\0\1" + b"\x07" + vector(2, os.urandom(32)) + vector(2, os.urandom(208)))


def message(*extensions):
    body = b"\x03\x03" + os.urandom(32) + vector(1, os.urandom(32)) + vector(2, b"\x0a\x0a\x13\x01\x13\x02\xc0\x2f")
    body += b"\1\0" + vector(2, b"".join(extensions))
    return b"\1" + vector(3, body)


def modern(name, *more):
    """With a key share for after quantum computers, and values that nobody knows (RFC 8701)."""
    return message(
        extension(GREASE, b""),
        server_name(name),
        extension(GROUPS, vector(2, struct.pack(">HHH", GREASE, X25519MLKEM768, X25519))),
        shares((GREASE, b"\0"), (X25519MLKEM768, os.urandom(1216)), (X25519, os.urandom(32))),
        extension(ALPN, vector(2, vector(1, b"h2") + vector(1, b"http/1.1"))),
        extension(VERSIONS, vector(1, struct.pack(">HHH", GREASE, 0x0304, 0x0303))),
        *more,
        extension(0x1A1A, b"\0"),
    )


def records(handshake, size=16384, version=0x0301):
    parts = (handshake[at : at + size] for at in range(0, len(handshake), size))
    return b"".join(struct.pack(">BHH", 22, version, len(part)) + part for part in parts)


def split_again(hello, size):
    """What is in records of any size, in records of this size."""
    handshake = b""
    while hello:
        length = int.from_bytes(hello[3:5], "big")
        handshake += hello[5 : 5 + length]
        hello = hello[5 + length :]
    return records(handshake, size)


def segments(data, size):
    return (data[at : at + size] for at in range(0, len(data), size))
