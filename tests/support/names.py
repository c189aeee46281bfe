# SPDX-License-Identifier: Apache-2.0
"""A DNS server on loopback for A and AAAA (RFC 1035), which remembers every query."""
import ipaddress
import socket
import struct
import threading

KINDS = {1: 4, 28: 6}


class NameServer:
    """`ttl` of what there is; `nothing`: TTL and MINIMUM of the SOA with what there is not, None: no SOA. `silent`: of
    which types nothing is said; `fails`: SERVFAIL; `held`: answers wait for this event."""

    def __init__(self, answers, ttl=60, nothing=None, silent=(), fails=False, held=None):
        self.answers = answers  # name -> list of addresses; a missing name does not exist; None: no reply at all
        self.ttl = ttl
        self.nothing = nothing
        self.silent = silent
        self.fails = fails
        self.held = held
        self.queries = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            reply = self._answer(query)
            if reply is not None:
                threading.Thread(target=self._send, args=(reply, peer), daemon=True).start()

    def _send(self, reply, peer):
        if self.held is not None:
            self.held.wait(60)
        try:
            self.socket.sendto(reply, peer)
        except OSError:
            pass  # closed

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = ".".join(labels).lower()
        kind = struct.unpack(">H", query[at + 1 : at + 3])[0]
        self.queries.append((name, kind))
        question = query[12 : at + 5]
        known = self.answers.get(name, [])
        if known is None or kind in self.silent:
            return None
        if self.fails:
            return query[:2] + struct.pack(">HHHHH", 0x8182, 1, 0, 0, 0) + question
        wanted = [ipaddress.ip_address(text) for text in known if ipaddress.ip_address(text).version == KINDS.get(kind)]
        code = 0 if name in self.answers else 3
        soa = self._soa() if self.nothing is not None and not wanted else b""
        reply = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(wanted), 1 if soa else 0, 0) + question
        for address in wanted:
            reply += struct.pack(">HHHIH", 0xC00C, kind, 1, self.ttl, len(address.packed)) + address.packed
        return reply + soa

    def _soa(self):
        ttl, minimum = self.nothing
        data = b"\x02ns\x00\x00" + struct.pack(">IIIII", 1, 3600, 600, 86400, minimum)
        return b"\xc0\x0c" + struct.pack(">HHIH", 6, 1, ttl, len(data)) + data

    def close(self):
        self.socket.close()
