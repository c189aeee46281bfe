# SPDX-License-Identifier: Apache-2.0
"""The internet of a pod under test: `far_side.py DEVICE` answers on many ports, and keeps what comes over DEVICE, but for how
neighbours find each other. A line "seen MARK" on stdin gives, as JSON, what came before a datagram with that mark."""
import json
import selectors
import socket
import struct
import sys

PORTS = (25, 53, 80, 443, 853, 3306, 8443)
DATAGRAM_PORTS = (9, 53, 443)
NEIGHBOURS = (133, 134, 135, 136)
OUTGOING, IPV4, IPV6, MARKS = 4, 0x0800, 0x86DD, 7777


def describe(kind, packet):
    """None: nothing but neighbours."""
    if kind == IPV4:
        protocol, rest = packet[9], packet[(packet[0] & 15) * 4:]
        ends = [socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])]
    elif kind == IPV6:
        protocol, rest = packet[6], packet[40:]
        ends = [socket.inet_ntop(socket.AF_INET6, packet[8:24]), socket.inet_ntop(socket.AF_INET6, packet[24:40])]
        if protocol == socket.IPPROTO_ICMPV6 and rest[0] in NEIGHBOURS:
            return None
    else:
        return None
    port = struct.unpack(">H", rest[2:4])[0] if protocol in (6, 17, 136, 132) and len(rest) >= 4 else 0
    begins = protocol != 6 or rest[13] & 0x12 == 2  # of TCP: SYN without ACK
    return {"begins": begins, "protocol": protocol, "from": ends[0], "to": ends[1], "port": port, "data": rest[8:].decode("latin-1")}


def name_answer(question):
    """198.51.100.7 for whatever is asked."""
    return question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("198.51.100.7")


class FarSide:
    def __init__(self, device):
        self.selector = selectors.DefaultSelector()
        self.seen = []
        self.newest_mark = None
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.wire.bind((device, 3))
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.wire.setblocking(False)
        for port in PORTS:
            self.watch(socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True), self.accept)
        for port in DATAGRAM_PORTS:
            one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            one.bind(("::", port))
            self.watch(one, self.answer)

    def watch(self, one, act):
        one.setblocking(False)
        self.selector.register(one, selectors.EVENT_READ, act)

    def accept(self, server):
        self.watch(server.accept()[0], self.serve)

    def serve(self, connection):
        try:
            if connection.recv(4096):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                return
        except OSError:
            pass
        self.selector.unregister(connection)
        connection.close()

    def answer(self, one):
        data, peer = one.recvfrom(4096)
        one.sendto(name_answer(data) if one.getsockname()[1] == 53 else data, peer)

    def look(self):
        """One packet off the wire."""
        packet, (_, kind, direction, *_) = self.wire.recvfrom(65536)
        packet = describe(kind, packet) if direction != OUTGOING else None
        if packet and packet["port"] == MARKS:
            self.newest_mark = packet["data"]
        elif packet:
            self.seen.append(packet)

    def look_if_any(self, _):
        try:
            self.look()
        except BlockingIOError:
            pass  # it was told of already

    def tell(self, mark):
        self.wire.settimeout(60)
        while self.newest_mark != mark:
            self.look()
        self.wire.setblocking(False)
        print(json.dumps(self.seen), flush=True)
        self.seen.clear()

    def run(self):
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        self.selector.register(self.wire, selectors.EVENT_READ, self.look_if_any)
        print("ready", flush=True)
        while True:
            for key, _ in self.selector.select():
                if key.data is not None:
                    key.data(key.fileobj)
                    continue
                line = sys.stdin.readline()
                if not line:
                    return
                self.tell(line.split()[1])


FarSide(sys.argv[1]).run()
