# SPDX-License-Identifier: Apache-2.0
"""A gate that many cases share, with canaries behind it: origins, and a resolver that knows every name."""
import ipaddress
import socket
import struct

from support.certificates import Root
from support.gate import Gate, allow, free_port, read_head
from support.inference import Inference
from support.names import NameServer
from support.origin import Handler, Listener, Origin
from support.questions import Questions, free_dns_port, pack_name
from support.wait import wait_for

NAMES = ("shop.example", "opened.example", "other.example", "*.wild.example")
WRONG = ("late.example", "foreign.example", "self.test", "two.labels.example")  # their certificates
OPENED = ("opened.example", *WRONG)
A, CNAME, AAAA = 1, 5, 28


OK = b"HTTP/1.1 200 OK\r\n"
REPLIES = {
    b"two-lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"length-and-chunks": OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"list-of-lengths": OK + b"Content-Length: 1, 2\r\n\r\nab",
    b"length-with-sign": OK + b"Content-Length: +1\r\n\r\na",
    b"gzip": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    b"xchunks": OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"status-99": b"HTTP/1.1 99 No\r\n\r\n",
    b"status-in-words": b"HTTP/1.1 2OO OK\r\n\r\n",
    b"version-2": b"HTTP/2 200 OK\r\n\r\n",
    b"hints": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1200,
    b"switched": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"no-head": b"hello\r\n\r\n",
    b"folded": OK + b"Content-Length: 1\r\n 5\r\n\r\na",
    b"bare-cr": OK + b"X: a\rContent-Length: 5\r\n\r\n",
    b"no-colon": OK + b"Content-Length 5\r\n\r\nhello",
    b"hidden-name": OK + b"Content-Length\0: 5\r\n\r\nhello",
    b"nul": OK + b"X: a\0b\r\n\r\n",
}
POISONED = {  # a reply, and another that nobody asked for
    b"more-than-its-length": OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    b"more-than-its-chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    b"more-than-nothing": b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    b"content-of-304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoisonHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
}


class EveryName(dict):
    """A resolver that answers for whatever name it is asked: who looks up what he should not is seen, and would get on. A name
    ip-0a000005 is at the address that it says."""

    def get(self, name, default=None):
        label = name.split(".")[0]
        if label.startswith("ip-"):
            return [str(ipaddress.ip_address(bytes.fromhex(label[3:])))]
        return super().get(name, ["127.0.0.1"])

    def __contains__(self, name):
        return True


ANSWERS = {
    "private.example": ["10.0.0.5"],
    "mixed.wild.example": ["10.0.0.5", "127.0.0.1"],
    "every.example": ["169.254.169.254"],
    "empty.wild.example": [],
    "silent.wild.example": None,
    "many.wild.example": [f"10.{number // 250}.{number % 250}.1" for number in range(3000)],
    "four.wild.example": ["127.0.0.1", "fd00::1"],
    "six.wild.example": ["10.0.0.5", "::1"],
}


class Resolver(NameServer):
    """With answers that no good one gives: by the first label of the name."""

    def _answer(self, query):
        reply = super()._answer(query)
        name, kind = self.queries[-1]
        label = name.split(".")[0]
        question = query[12 : query.index(b"\0", 12) + 5]
        if label == "fails":
            return query[:2] + struct.pack(">HHHHH", 0x8182, 1, 0, 0, 0) + question
        if label == "cut":
            return reply[:-9]
        if label in ("alias", "circle", "far") and kind == A:
            return self._aliases(query, question, label)
        return reply

    def _aliases(self, query, question, label):
        """One to another name; one that leads back; many in a row."""
        names = {"alias": ["evil.example"], "circle": ["b.wild.example", "circle.wild.example"], "far": [f"a{n}.example" for n in range(16)]}[label]
        body, owner = b"", b"\xc0\x0c"
        for name in names:
            target = pack_name(name)
            body += owner + struct.pack(">HHIH", CNAME, 1, 0, len(target)) + target
            owner = target
        if label != "circle":
            body += owner + struct.pack(">HHIH", A, 1, 0, 4) + b"\x7f\0\0\1"
        return query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(names) + (label != "circle"), 0, 0) + question + body


class CanaryHandler(Handler):
    def page_elsewhere(self, _):
        self.reply(b"", 302, extra=[("Location", "http://169.254.169.254/latest/meta-data/")])

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = do_PATCH = do_TRACE = Handler.serve


def say_replies(connection):
    """One reply that no good server gives, by the path that is asked for; what is sent up afterwards is read."""
    head = read_head(connection)
    if head == b"":
        return
    path = head.split(b" ")[1].strip(b"/")
    connection.sendall({**REPLIES, **POISONED}[path])
    while connection.recv(65536):
        pass


def wrong_certificates(folder, root):
    (folder / "foreign").mkdir()
    foreign = Root(folder / "foreign")
    return (root.issue("late.example", days=-0.5), foreign.issue("foreign.example"), foreign.issue("self.test"), root.issue("*.example", "labels.example"))


def echo(connection):
    while heard := connection.recv(4096):
        connection.sendall(heard)


class Records:
    """What a gate wrote: so many decisions for so many tries, and at its end no more."""

    seen = expected = 0

    def take_records(self, count):
        """So many new decisions, each with its outcome; what there is, if there are not."""
        self.expected += count
        try:
            found = wait_for(lambda: self._joined(self.expected), f"{count} decisions with their outcomes")
        except AssertionError:
            found = self._joined(0, all_ended=None)
            self.expected = len(found)
        new, self.seen = found[self.seen :], len(found)
        return new

    def _joined(self, count, all_ended=False):
        """Of a question for a name the outcome comes when its decision stands no more: at the latest when the gate ends."""
        records = self.gate.export()
        outcomes = {record["request"]: record for record in records if record["kind"] == "completion"}
        decisions = [record for record in records if record["kind"] == "decision"]
        open_ones = [one for one in decisions if one["request"] not in outcomes and (all_ended or one.get("scheme") != "dns")]
        if all_ended is not None and (len(decisions) < count or open_ones):
            return None
        return [(decision, outcomes.get(decision["request"], {})) for decision in decisions]

    def close(self):
        try:
            self.gate.stop()
            report = self.gate.verify()
            assert report.returncode == 0, report.stdout + report.stderr
            assert "Sanitizer" not in self.gate.log() and "runtime error" not in self.gate.log(), self.gate.log()
            found = self._joined(self.expected, all_ended=True)
            assert found is not None and len(found) == self.expected, "each try has one decision and one outcome"
        finally:
            self.stop_all()


class Yard(Records):
    def __init__(self, folder, root, **sections):
        self.plain, self.secure = Origin(handler=CanaryHandler), Origin(root.issue(*NAMES), handler=CanaryHandler)
        self.six, self.echo, self.script = Origin(address="::1"), Listener(echo), Listener(say_replies)
        self.bad = {host: Origin(pair) for host, pair in zip(WRONG, wrong_certificates(folder, root))}
        self.canaries = [self.plain, self.secure, self.six, self.echo, self.script, *self.bad.values()]
        self.ours = self.dials = 0
        self.names = Resolver(EveryName(ANSWERS), ttl=0)
        self.root = root
        self.gate = Gate(folder, root, workers=1)
        self.dns_port, self.socks_port = free_dns_port(), free_port()
        self.ports = [self.plain.port, self.secure.port, self.script.port, 80, 443]
        self.gate.config["tls"]["authority"]["names"] = ["@llm", *OPENED]
        self.gate.config["listen"]["dns"] = [f"127.0.0.1:{self.dns_port}"]
        self.gate.config["listen"]["socks"] = [f"127.0.0.1:{self.socks_port}"]
        self.gate.config["rules"] = self.rules()
        self.gate.config["resolve"] = {"servers": [f"127.0.0.1:{self.names.port}"]}
        self.gate.config["clients"] = {"queue": {"user": "queue", "secret_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}
        self.gate.config["limits"] = {"names": 1000}
        self.model = Inference()
        self.gate.config["inference"] = [{"name": "local", "endpoint": f"http://127.0.0.1:{self.model.port}", "models": {"*": "local"}}]
        self.gate.merge(sections)
        self.gate.start()
        self.dns = Questions("127.0.0.1", self.dns_port)
        self.bundle = self.gate.bundle()

    def rules(self):
        ports = self.ports
        own = [self.gate.port, self.gate.admin_port, self.dns_port, self.socks_port]
        return [
            allow("shop.example", id="shop", ports=ports),
            allow("opened.example", id="opened", ports=ports, schemes=["https"], methods=["GET", "POST"]),
            allow("*.wild.example", id="wild", ports=[*ports, self.six.port], addresses=["127.0.0.0/8", "::1/128"]),
            allow("münchen.example", id="munich", ports=ports),
            allow("private.example", id="private", ports=ports, addresses=["192.168.0.0/16"]),
            allow("every.example", id="every", ports=ports, addresses=["0.0.0.0/0", "::/0"]),
            {"id": "public", "verdict": "allow", "hosts": ["*.public.example"], "ports": ports, "schemes": ["http", "https"]},
            allow("self.example", id="self", ports=own),
            {"id": "literal", "verdict": "allow", "addresses": ["127.0.0.1/32"], "ports": [*own, self.secure.port], "schemes": ["http", "https"]},
            allow("queue.example", id="queue", ports=ports, **{"from": ["queue"]}),
            allow("late.example", id="wrong", hosts=list(WRONG), ports=[one.port for one in self.bad.values()], methods=["GET"]),
            allow("paths.example", id="paths", ports=ports, schemes=["http"], paths=["/v1/**"]),
            {"id": "admin", "verdict": "deny", "hosts": ["paths.example"], "ports": ports, "schemes": ["http"], "paths": ["/v1/admin/**"]},
            allow("slow.example", id="slow", ports=ports, schemes=["http"], paths=["~/(a+)+"]),
            allow("lines.example", id="lines", ports=ports, schemes=["http"], paths=["~/ok$"]),
            {"id": "models", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]},
            allow("raw.example", id="raw", ports=[self.echo.port], schemes=["tcp"]),
        ]

    # --- what came of it --------------------------------------------------------------------------------------------------

    def reached(self):
        return sum(len(one.requests) for one in (self.plain, self.secure, self.six))

    def new_dials(self):
        """How many connections came to the canaries since the last look, those that they have yet to take among them: ours, which
        are made now and have ended, are behind them."""
        before = self.dials
        ours = [socket.create_connection(("::1" if one is self.six else "127.0.0.1", one.port), timeout=60) for one in self.canaries]
        for one in ours:
            with one:
                one.shutdown(socket.SHUT_WR)
                self.await_end(one)
        self.ours += len(ours)
        self.dials = sum(one.connections for one in self.canaries) - self.ours
        return self.dials - before

    @staticmethod
    def await_end(connection):
        try:
            while connection.recv(4096):
                pass
        except ConnectionResetError:
            pass

    def asked(self):
        return list(self.names.queries)

    def stop_all(self):
        for thing in (*self.canaries, self.names, self.model):
            thing.close()
