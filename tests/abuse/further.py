# SPDX-License-Identifier: Apache-2.0
"""What stands in no list, by the door that it is tried at: lines, protocols within protocols, questions, credentials."""
import struct

from support.gate import ask as ask_again
from support.gate import read_head, read_reply
from support.questions import pack_name

from .doors import alert, ask, connect, connected, filled, get, inside, question
from .framing import URL, fields_at_origin
from .table import Told, Try, case
from .tls import real
from .yard import POISONED


def fronted(yard):
    """Handshake and certificate name the decided host; what the request within names, nobody but the origin sees."""
    with yard.gate.secure("shop.example", yard.secure.port, roots=yard.root.path) as connection:
        return ask_again(connection, b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").status


def hello_ahead(name):
    """The hello comes in one segment with its CONNECT."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"CONNECT shop.example:<secure> HTTP/1.1\r\nHost: shop.example\r\n\r\n") + real(name))
            head = read_head(connection)
            return head[9:12], alert(connection)

    return Try(f"a hello for {name} ahead", run)


def connect_behind(yard):
    """A tunnel asked for behind a request on the same connection is judged by itself."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET %s HTTP/1.1\r\nHost: x\r\n\r\nCONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n" % URL))
        stream = connection.makefile("rb")
        statuses = []
        while len(statuses) < 2 and (line := stream.readline()):
            if line.startswith(b"HTTP/1.1 "):
                statuses.append(int(line[9:12]))
        return statuses


def raw_question(message):
    return lambda yard: yard.dns.send(message).code


def two_questions():
    return struct.pack(">HHHHHH", 7, 0x0100, 2, 0, 0, 0) + (pack_name("shop.example") + b"\0\1\0\1") + (pack_name("evil.example") + b"\0\1\0\1")


def pointing_name():
    """A question whose name is a pointer, to itself and into the head."""
    return struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1"


def empty_answer(name):
    def run(yard):
        reply = yard.dns.udp(name)
        return reply.code, reply.addresses

    return Try(f"addresses of {name}", run, by="dns")


def trailers(yard):
    """What comes behind a body is for nobody."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"POST %secho HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Admin\r\n\r\n2\r\nok\r\n0\r\nX-Admin: 1\r\n\r\n" % URL))
        reply = read_reply(connection)
        return reply.status, b"X-Admin: 1" in reply.body


def by_proxy(credentials):
    return ask(b"GET http://queue.example:<plain>/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % credentials)


def poisoned(path, method=b"GET"):
    """What an origin sends behind a reply is the answer to nothing: not on this connection, and not on another."""

    def run(yard):
        asked = filled(yard, b"%s http://shop.example:<script>/%s HTTP/1.1\r\nHost: x\r\n\r\n" % (method, path))
        bodies = []
        for _ in range(2):
            with connected(yard) as connection:
                for _ in range(2):
                    connection.sendall(asked)
                    bodies.append(read_reply(connection, method.decode()).body)
        return bodies.count(b"poison"), len(bodies)

    return Try(f"{method!r} {path!r}", run).leaves((0, 4), *[Told("allow", "rule")] * 4, dials=4, asks=8)


def behind_an_end(yard):
    """Who says close says no more."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n" % URL))
        heard = b""
        try:
            while more := connection.recv(65536):
                heard += more
        except ConnectionResetError:
            pass
        return heard.count(b"HTTP/1.1 ")


case(137, "The limit of a tunnel: within one that is not opened, a Host is nobody's to see", "CONNECT",
     Try("fronted", fronted).ended(200, "client_gone", reaches=1))
case(138, "A request line has three words, and one blank between them", "forward",
     *(ask(line + b"\r\nHost: shop.example\r\n\r\n").malformed(400, reason) for line, reason in (
         (b"GET  / HTTP/1.1", "malformed_head"), (b"GET / HTTP/1.1 ", "malformed_head"), (b"GET\t/ HTTP/1.1", "malformed_head"), (b" GET / HTTP/1.1", "malformed_head"),
         (b"GET / http/1.1", "malformed_head"), (b"GET / HTTP/1.10", "malformed_head"), (b"GET / HTTP/01.1", "malformed_head"), (b"GET / HTTP/2.0", "malformed_head"),
         (b"GET /", "malformed_head"), (b"GET / HTTP/1.1\r", "malformed_head"), (b"GET / x HTTP/1.1", "malformed_head"), (b"\x16\x03\x01\x00\x01\x01", "malformed_head"))))
case(139, "A CONNECT names a host and a port and nothing around them", "CONNECT",
     *(connect(target, b"Host: shop.example\r\n").malformed(400, "bad_target") for target in (
         b"http://shop.example:<secure>", b"https://shop.example:<secure>/", b"//shop.example:<secure>", b"shop.example:<secure>/", b"shop.example:<secure>?a", b"shop.example:<secure>#a",
         b"shop.example:<secure>:443", b"/", b"*", b"shop.example:<secure>,evil.example:443")))
case(140, "A CONNECT whose Host has another port names two", "CONNECT", connect(b"shop.example:<secure>", b"Host: shop.example:1\r\n").malformed(400, "bad_target"))
case(141, "Within an opened connection an absolute target is of that connection", "inside",
     inside(b"GET http://opened.example:<secure>/ HTTP/1.1\r\nHost: opened.example:<secure>\r\n\r\n").malformed(400, "bad_target"),
     inside(b"GET https://shop.example:<secure>/ HTTP/1.1\r\nHost: opened.example:<secure>\r\n\r\n").malformed(421, "misdirected"),
     inside(b"GET https://opened.example:<secure>/ HTTP/1.1\r\nHost: opened.example:<secure>\r\n\r\n").passed())
case(142, "Chunks are of HTTP/1.1", "forward",
     ask(b"POST %s HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % URL).malformed(400, "malformed_body"))
case(143, "Fields that some servers take for others do not go on", "forward",
     fields_at_origin(b"Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX_Forwarded_For: 1.2.3.4\r\n", gone=("content_length", "transfer_encoding", "x_forwarded_for")).passed((200, [], [])))
case(144, "Trailers are for nobody", "forward", Try("trailers", trailers).passed((200, False)))
case(145, "A WebSocket is asked for by a GET of its own, and nothing else is switched to", "forward",
     *(fields_at_origin(fields, gone=("upgrade", "http2-settings")).passed((200, [], [])) for fields in (
         b"Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", b"Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n", b"Upgrade: websocket\r\n", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: a\r\n")))
case(146, "A hello that comes ahead of the 200 is read like any", "CONNECT",
     hello_ahead("evil.example").ended((b"200", "alert 112"), "sni_mismatch"), hello_ahead("shop.example").ended((b"200", "16"), "client_gone"))
case(147, "A CONNECT behind a request is judged by itself", "forward",
     Try("behind", connect_behind).leaves([200, 403], Told("allow", "rule"), Told("deny", "no_rule"), dials=1, asks=2, reaches=1))
case(148, "A question has one name, written out", "DNS",
     Try("two", raw_question(two_questions()), by="dns").refused("FORMERR", "dns_malformed"), Try("a pointer", raw_question(pointing_name()), by="dns").refused("FORMERR", "dns_malformed"))
case(149, "Types that carry other things than addresses are for rules", "DNS",
     *(question(f"t{kind}.wild.example", kind).refused("REFUSED", "dns_type") for kind in (2, 6, 10, 12, 15, 16, 33, 35, 99, 249, 252, 255, 257, 65535)))
case(150, "An alias that leads inside is told as nothing", "DNS", empty_answer("alias.public.example").passed(("NOERROR", []), dials=0, reaches=0))
case(151, "Credentials are one field of a scheme that is known, or nobody's", "forward",
     *(by_proxy(credentials).refused(407, "client_unknown") for credentials in (
         b"Proxy-Authorization: Basic cXVldWU6eA==\r\n", b"Proxy-Authorization: Basic !!!\r\n", b"Proxy-Authorization: Basic\r\n", b"Proxy-Authorization: Digest cXVldWU6\r\n",
         b"Proxy-Authorization: Basic cXVldWU6 x\r\n", b"Proxy-Authorization: Bearer cXVldWU6\r\n", b"Proxy-Authorization: Basic cXVldWUAOg==\r\n")))
case(152, "The longest name is a name, and one letter more is none", "CONNECT, forward",
     get(b"http://%s:<plain>/" % (b"a" * 49 + b"." + (b"b" * 63 + b".") * 3 + b"x.wild.example")[-253:]).passed())
case(156, "A reply that nobody asked for answers nobody", "forward",
     *(poisoned(path) for path in POISONED), poisoned(b"more-than-its-length", b"HEAD"))
case(157, "What comes behind a close is not a request", "forward", Try("behind a close", behind_an_end).passed(1))
case(158, "Inside, a Host in other letters, or with a dot, is the same one", "inside",
     *(inside(b"GET / HTTP/1.1\r\nHost: %s:<secure>\r\n\r\n" % name).passed() for name in (b"OPENED.example", b"opened.example.")),
     *(inside(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name).malformed(400, "bad_target") for name in (b"opened.example:00443", b"opened.example:", b"[opened.example]", b"opened%2eexample")))
