# SPDX-License-Identifier: Apache-2.0
"""A DNS server on loopback for A and AAAA (RFC 1035), which remembers every query."""
import ipaddress
import socket
import struct
import threading

KINDS = {1: 4, 28: 6}


class NameServer:
    def __init__(self, answers):
        self.answers = answers  # name -> list of addresses; a missing name does not exist; None: no reply at all
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
                self.socket.sendto(reply, peer)

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
        if known is None:
            return None
        wanted = [ipaddress.ip_address(text) for text in known if ipaddress.ip_address(text).version == KINDS.get(kind)]
        code = 0 if name in self.answers else 3
        reply = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(wanted), 0, 0) + question
        for address in wanted:
            reply += struct.pack(">HHHIH", 0xC00C, kind, 1, 60, len(address.packed)) + address.packed
        return reply

    def close(self):
        self.socket.close()
