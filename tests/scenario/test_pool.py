# SPDX-License-Identifier: Apache-2.0
"""Upstream connections that are kept: what may go on them, and whose they are."""
import base64
import hashlib

import pytest
from support.gate import allow, ask, hosts
from support.origin import Handler, Origin
from support.wait import wait_for

IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]
ONCE = ["POST", "PATCH", "LOCK"]


def read_request(connection):
    """One request as it came: head and body; None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


class OneEach:
    """An origin that answers a connection's first request, and closes when the second arrives."""

    def __init__(self, listen, fields=b""):
        self.answered = []
        self.fields = fields
        self.listener = listen(self.serve)
        self.port = self.listener.port

    def serve(self, connection):
        request = read_request(connection)
        if request is None:
            return
        self.answered.append(request)
        connection.sendall(b"HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n\r\n" % self.fields)
        read_request(connection)


@pytest.fixture
def shop(gate):
    return gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], workers=1)


@pytest.mark.parametrize("body", [None, b"", b"a=b"], ids=["without", "empty", "with"])
@pytest.mark.parametrize("method", IDEMPOTENT + ONCE)
def test_no_request_fails_because_a_kept_connection_ends_just_then(shop, listen, method, body):
    origin = OneEach(listen)
    for _ in range(4):
        headers = {} if body is None else {"Content-Length": str(len(body))}
        assert shop.get(f"http://shop.example:{origin.port}/", method, headers, body).status == 200
    assert len(origin.answered) == 4
    assert all(request.endswith(b"\r\n\r\n" + (body or b"")) for request in origin.answered)


def test_no_chunked_request_fails_because_a_kept_connection_ends_just_then(shop, listen):
    origin = OneEach(listen)
    target = b"http://shop.example:%d/ HTTP/1.1\r\nHost: shop.example:%d\r\n" % (origin.port, origin.port)
    for _ in range(3):
        assert shop.send(b"PUT " + target + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n").status == 200


def test_a_connection_that_its_client_used_a_moment_ago_takes_its_posts(shop, origin):
    host = b"shop.example:%d" % origin.port
    with shop.connect() as connection:
        for _ in range(3):
            request = b"POST http://%s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: 3\r\n\r\na=b" % (host, host)
            assert ask(connection, request).status == 200
    assert origin.connections == 1


def test_a_connection_that_its_origin_is_about_to_close_is_not_used_again(shop, listen):
    served = []

    def serve(connection):
        served.append(0)
        while read_request(connection) is not None:
            served[-1] += 1
            connection.sendall(b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0, max=5\r\nContent-Length: 0\r\n\r\n")

    origin = listen(serve)
    for _ in range(3):
        assert shop.get(f"http://shop.example:{origin.port}/").status == 200
    assert served == [1, 1, 1]


def test_kept_connections_are_shared_where_each_message_proves_itself(shop, origin):
    for user in (b"alice", b"bob"):
        credentials = {"Authorization": "Basic " + base64.b64encode(user + b":pw").decode()}
        assert shop.get(f"http://shop.example:{origin.port}/", headers=credentials).status == 200
    assert origin.connections == 1


class Acquainted:
    """An origin that knows its caller by the connection, once it has said who it is."""

    def __init__(self, listen, challenge=b"NTLM", fields=b""):
        self.challenge = challenge
        self.fields = fields
        self.connections = 0
        self.listener = listen(self.serve)
        self.port = self.listener.port

    def serve(self, connection):
        self.connections += 1
        who = None
        while (request := read_request(connection)) is not None:
            for line in request.split(b"\r\n"):
                if line.lower().startswith(b"authorization:"):
                    who = line.split(b" ")[-1]
            if who is None:
                reply = b"HTTP/1.1 401 No\r\nWWW-Authenticate: " + self.challenge + b"\r\nContent-Length: 0\r\n\r\n"
            else:
                reply = b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (self.fields, len(who), who)
            connection.sendall(reply)


def request_to(origin, method=b"GET", authorization=None, extra=b""):
    host = b"shop.example:%d" % origin.port
    said = b"" if authorization is None else b"Authorization: " + authorization + b"\r\n"
    return b"%s http://%s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n%s%s\r\n" % (method, host, host, said, extra)


@pytest.mark.parametrize(
    ("authorization", "fields"),
    [
        (b"NTLM alice", b""),
        (b"negotiate alice", b""),
        (b"Kerberos alice", b""),
        (b"X-Nobody-Knows alice", b""),
        (b"Basic alice", b"Persistent-Auth: true\r\n"),
        (b"Basic alice", b"WWW-Authenticate: Negotiate oRQ=\r\n"),
    ],
)
def test_what_alice_has_authenticated_is_never_bobs(shop, listen, authorization, fields):
    origin = Acquainted(listen, fields=fields)
    with shop.connect() as alice, shop.connect() as bob:
        assert ask(alice, request_to(origin, authorization=authorization)).body == b"alice"
        assert ask(bob, request_to(origin)).status == 401
        assert ask(alice, request_to(origin)).body == b"alice"  # the connection is still hers
        assert ask(alice, request_to(origin, method=b"POST")).body == b"alice"
        assert ask(bob, request_to(origin)).status == 401
    assert origin.connections == 2
    assert shop.get(f"http://shop.example:{origin.port}/").status == 401


def test_a_handshake_over_several_requests_stays_on_its_connection(shop, listen):
    """NTLM: bare 401, message 1, challenge, message 3; a POST among them."""
    seen = []

    def serve(connection):
        step = 0
        while (request := read_request(connection)) is not None:
            step = step + 1 if b"NTLM message" in request else 0
            seen.append((id(connection), step))
            said = b" challenge" if step == 1 else b""
            status = b"200 OK" if step >= 2 else b"401 No"
            connection.sendall(b"HTTP/1.1 %s\r\nWWW-Authenticate: NTLM%s\r\nContent-Length: 0\r\n\r\n" % (status, said))

    origin = listen(serve)
    with shop.connect() as alice:
        assert ask(alice, request_to(origin, b"POST")).status == 401
        assert ask(alice, request_to(origin, b"POST", b"NTLM message1")).status == 401
        assert shop.get(f"http://shop.example:{origin.port}/").status == 401  # somebody else, in between
        assert ask(alice, request_to(origin, b"POST", b"NTLM message3")).status == 200


def test_another_name_on_the_same_client_connection_is_another_user(gate, listen):
    origin = Acquainted(listen)
    clients = {
        name: {"user": name, "secret_sha256": hashlib.sha256(b"pw").hexdigest()} for name in ("alice", "bob")
    }
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], clients=clients, workers=1)

    def named(name):
        return b"Proxy-Authorization: Basic " + base64.b64encode(name + b":pw") + b"\r\n"

    with one.connect() as connection:
        assert ask(connection, request_to(origin, authorization=b"NTLM alice", extra=named(b"alice"))).body == b"alice"
        assert ask(connection, request_to(origin, extra=named(b"bob"))).status == 401
        assert ask(connection, request_to(origin, extra=named(b"alice"))).status == 401


def test_a_connection_with_an_identity_ends_with_its_user(shop, listen):
    ended = []

    def serve(connection):
        while read_request(connection) is not None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        ended.append(True)

    origin = listen(serve)
    with shop.connect() as alice:
        assert ask(alice, request_to(origin, authorization=b"Negotiate alice")).status == 200
        assert not ended
    wait_for(lambda: ended, "the origin to see the end")


def test_inside_an_opened_connection_it_is_the_same(gate, root, things):
    """Two clients of an opened host: the second is not given the connection of the first."""

    class Known(Handler):
        def serve(self):
            self.read_body()
            self.who = self.headers.get("Authorization", getattr(self, "who", "nobody")).split(" ")[-1]
            self.reply(self.who.encode())

        do_GET = serve

    origin = Origin(root.issue("shop.example"), handler=Known)
    things.append(origin)
    one = gate(
        resolve=hosts("shop.example"),
        rules=[allow("shop.example", methods=["GET"], paths=["/**"])],
        tls={
            "authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["shop.example"]},
            "upstream": {"roots": str(root.path)},
        },
        workers=1,
    )
    get = b"GET /%s HTTP/1.1\r\nHost: shop.example:%d\r\n%s\r\n"
    with one.secure("shop.example", origin.port) as alice, one.secure("shop.example", origin.port) as bob:
        assert ask(alice, get % (b"", origin.port, b"Authorization: NTLM alice\r\n")).body == b"alice"
        assert ask(bob, get % (b"", origin.port, b"")).body == b"nobody"
        assert ask(alice, get % (b"", origin.port, b"")).body == b"alice"
