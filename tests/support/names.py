# SPDX-License-Identifier: Apache-2.0
"""A DNS server on loopback for A and AAAA (RFC 1035), which remembers every query."""
import ipaddress
import socket
import struct
import threading

KINDS = {1: 4, 28: 6}


class NameServer:
    """`ttl` of what there is; `nothing`: TTL and MINIMUM of the SOA with what there is not, None: no SOA. `silent`: of
    which types nothing is said; `fails`: SERVFAIL; `held`: answers wait for this event; `aliases`: how many CNAMEs, with
    `alias_ttl`, come before the addresses; `raw`: (name, type) -> data of records as they are sent. What is too long for
    UDP is said over TCP."""

    def __init__(self, answers, ttl=60, nothing=None, silent=(), fails=False, held=None, aliases=0, alias_ttl=60, raw=None):
        self.answers = answers  # name -> list of addresses; a missing name does not exist; None: no reply at all
        self.ttl = ttl
        self.nothing = nothing
        self.silent = silent
        self.fails = fails
        self.held = held
        self.aliases = aliases
        self.alias_ttl = alias_ttl
        self.raw = raw or {}
        self.queries = []
        self.open = set()  # what is asked again before it was answered is the same question
        self.by_tcp = 0
        while not self._bind():
            pass
        threading.Thread(target=self._run, daemon=True).start()
        threading.Thread(target=self._run_tcp, daemon=True).start()

    def _bind(self):
        """One port for UDP and TCP; somebody else may have the first choice for one of the two."""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = self.listener.getsockname()[1]
        try:
            self.socket.bind(("127.0.0.1", self.port))
        except OSError:
            self.listener.close()
            self.socket.close()
            return False
        return True

    def _run_tcp(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_tcp, args=(connection,), daemon=True).start()

    def _serve_tcp(self, connection):
        try:
            with connection:
                while len(head := connection.recv(2, socket.MSG_WAITALL)) == 2:
                    reply = self._answer(connection.recv(struct.unpack(">H", head)[0], socket.MSG_WAITALL))
                    self.by_tcp += 1  # before whoever asked goes on
                    connection.sendall(struct.pack(">H", len(reply)) + reply)
        except OSError:
            pass  # it went away

    def _run(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            if query in self.open:
                continue
            reply = self._answer(query)
            if reply is not None:
                self.open.add(query)
                threading.Thread(target=self._send, args=(query, reply, peer), daemon=True).start()

    def _send(self, query, reply, peer):
        if self.held is not None:
            self.held.wait(60)
        self.open.discard(query)
        if len(reply) > 512:
            reply = reply[:2] + struct.pack(">H", 0x8380) + reply[4:512]  # cut
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
        if (name, kind) in self.raw:
            return self._raw_answer(query, question, kind, self.raw[name, kind])
        if self.fails:
            return query[:2] + struct.pack(">HHHHH", 0x8182, 1, 0, 0, 0) + question
        wanted = [ipaddress.ip_address(text) for text in known if ipaddress.ip_address(text).version == KINDS.get(kind)]
        code = 0 if name in self.answers else 3
        soa = self._soa() if self.nothing is not None and not wanted else b""
        count = len(wanted) + (self.aliases if wanted else 0)
        reply = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, count, 1 if soa else 0, 0) + question
        owner = b"\xc0\x0c"
        for number in range(self.aliases if wanted else 0):
            alias = b"\x02a%d\x00" % number
            reply += owner + struct.pack(">HHIH", 5, 1, self.alias_ttl, len(alias)) + alias
            owner = alias
        for address in wanted:
            reply += owner + struct.pack(">HHIH", kind, 1, self.ttl, len(address.packed)) + address.packed
        return reply + soa

    def _raw_answer(self, query, question, kind, datas):
        reply = query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(datas), 0, 0) + question
        return reply + b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, self.ttl, len(data)) + data for data in datas)

    def _soa(self):
        ttl, minimum = self.nothing
        data = b"\x02ns\x00\x00" + struct.pack(">IIIII", 1, 3600, 600, 86400, minimum)
        return b"\xc0\x0c" + struct.pack(">HHIH", 6, 1, ttl, len(data)) + data

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()
        self.socket.close()
