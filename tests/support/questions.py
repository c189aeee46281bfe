# SPDX-License-Identifier: Apache-2.0
"""A client of DNS that says what it likes and reads what comes, byte by byte."""
import ipaddress
import socket
import struct

from .gate import free_port

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, OPT, HTTPS, ANY = 1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 65, 255
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def pack_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def pack_question(name, kind=A, ident=7, flags=0x0100, edns=1232, klass=1):
    head = struct.pack(">HHHHHH", ident, flags, 1, 0, 0, 1 if edns else 0)
    opt = struct.pack(">BHHIH", 0, OPT, edns, 0, 0) if edns else b""
    return head + pack_name(name) + struct.pack(">HH", kind, klass) + opt


def read_name(message, at):
    labels, end = [], None
    while message[at]:
        if message[at] >= 0xC0:
            end = end or at + 2
            at = struct.unpack(">H", message[at : at + 2])[0] & 0x3FFF
            continue
        labels.append(message[at + 1 : at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), end or at + 1


class Reply:
    """code, is_cut, records of all sections but OPT as (owner, type, TTL, data), and the extended error."""

    def __init__(self, message):
        self.message = message
        self.ident, flags, questions, *counts = struct.unpack(">HHHHHH", message[:12])
        self.code, self.is_cut = CODES[flags & 15], bool(flags & 0x0200)
        self.records, self.extra, self.why = [], None, ""
        at = 12
        for _ in range(questions):
            self.question, at = read_name(message, at)
            at += 4
        for _ in range(sum(counts)):
            at = self._record(at)
        assert at == len(message)

    def _record(self, at):
        owner, at = read_name(self.message, at)
        kind, _, ttl, length = struct.unpack(">HHIH", self.message[at : at + 10])
        data = self.message[at + 10 : at + 10 + length]
        if kind != OPT:
            self.records.append((owner, kind, ttl, data))
        elif length:
            code, _, self.extra = struct.unpack(">HHH", data[:6])
            assert code == 15
            self.why = data[6:].decode()
        return at + 10 + length

    @property
    def addresses(self):
        return [str(ipaddress.ip_address(data)) for _, kind, _, data in self.records if kind in (A, AAAA)]


class Questions:
    """Asks one gate's listener."""

    def __init__(self, address, port):
        self.where = (address, port)

    def udp(self, *words, **more):
        return self.send(pack_question(*words, **more))

    def send(self, message, timeout=60):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(timeout)
            one.sendto(message, self.where)
            return Reply(one.recvfrom(65535)[0])

    def send_at_once(self, messages, timeout=60):
        """One behind the other, before any answer is read: they have the same time, however slow the machine is."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(timeout)
            for message in messages:
                one.sendto(message, self.where)
            return [Reply(one.recvfrom(65535)[0]) for _ in messages]

    def connect(self):
        return socket.create_connection(self.where, timeout=60)

    def tcp(self, *words, **more):
        with self.connect() as one:
            put(one, pack_question(*words, **more))
            return take(one)


def put(connection, message):
    connection.sendall(struct.pack(">H", len(message)) + message)


def take(connection):
    head = connection.recv(2, socket.MSG_WAITALL)
    assert len(head) == 2, "the connection ended"
    return Reply(connection.recv(struct.unpack(">H", head)[0], socket.MSG_WAITALL))


def free_dns_port():
    """One that is free by UDP too."""
    while True:
        port = free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


ASK = """
import socket, struct, sys
host, port, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
one = socket.socket(family, socket.SOCK_STREAM if way == "tcp" else socket.SOCK_DGRAM)
one.settimeout(20)
if way != "unconnected":
    one.connect((host, port))
for question in map(bytes.fromhex, sys.argv[4:]):
    if way == "tcp":
        one.sendall(struct.pack(">H", len(question)) + question)
        one.recv(2, socket.MSG_WAITALL)
    elif way == "unconnected":
        one.sendto(question, (host, port))
    else:
        one.send(question)
    print(one.recv(4096)[3] & 15)
"""
WAYS = ("unconnected", "connected", "tcp")


def words_to_ask(host, port, way, *names):
    """A program that asks, for whichever user; says the code of each answer."""
    return ["/usr/bin/python3", "-c", ASK, host, str(port), way, *(pack_question(name).hex() for name in names)]
