# SPDX-License-Identifier: Apache-2.0
"""Where a request ends, and what of its fields counts: what two servers may read in two ways is refused."""
from support.gate import ask as ask_again
from support.gate import read_head, read_reply

from .doors import ask, connected, filled, inside, status
from .table import Told, Try, case
from .yard import REPLIES

URL = b"http://shop.example:<plain>/"


def post(fields, body=b"", inside_too=True):
    """A request that would be allowed but for these fields, at both doors."""
    outer = ask(b"POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n%s" % (URL, fields, body))
    inner = inside(b"POST / HTTP/1.1\r\nHost: opened.example:<secure>\r\n%s\r\n%s" % (fields, body))
    return (outer, inner) if inside_too else (outer,)


def bodies(*rows):
    return [door.malformed(400, "malformed_body") for fields, body in rows for door in post(fields, body)]


def heads(*rows):
    return [door.malformed(400, "malformed_head") for fields in rows for door in post(fields)]


CHUNKED = b"Transfer-Encoding: chunked\r\n"


def in_chunks(*rows):
    """The body is on its way when it turns out to be malformed: the origin has a connection, and never a whole request."""
    return [post(CHUNKED, body, inside_too=False)[0].ended(400, "malformed_body") for body in rows]


def pipelined(yard):
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET %sfirst HTTP/1.1\r\nHost: x\r\n\r\nGET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\nGET %sthird HTTP/1.1\r\nHost: x\r\n\r\n"
                                  % (URL, URL)))
        return [int(line.split()[1]) for line in stream_lines(connection.makefile("rb"), 3)]


def stream_lines(stream, count):
    """The status lines of so many replies with a length."""
    for _ in range(count):
        first, length = stream.readline(), 0
        while (line := stream.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        stream.read(length)
        yield first


def fields_at_origin(sent, kept=(), gone=()):
    """Which fields go on."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (URL, sent)))
            answer = read_reply(connection).status
        names = set(yard.plain.requests[-1]["headers"])
        return answer, sorted(set(kept) - names), sorted(set(gone) & names)

    return Try(f"{sent!r}"[:60], run)


def expecting(yard):
    with connected(yard) as connection:
        connection.sendall(b"POST http://evil.example/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n")
        return connection.recv(12)


def echoes_nothing(yard):
    """A refusal has no byte of the request's fields, and none of somebody else's."""
    with connected(yard) as connection:
        connection.sendall(b"GET http://evil.example/path-as-a-mark?query-as-a-mark HTTP/1.1\r\nHost: x\r\nCookie: mark-in-a-cookie\r\nX-Mark: mark-in-a-field\r\n"
                           b"Authorization: Bearer mark-as-a-token\r\n\r\n")
        reply = read_reply(connection)
        said = reply.body + repr(reply.getheaders()).encode()
        return reply.status, b"mark" in said


def hints(yard):
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET http://shop.example:<script>/hints HTTP/1.1\r\nHost: x\r\n\r\n"))
        while (head := read_head(connection)).startswith(b"HTTP/1.1 103"):
            pass
        return int(head[9:12])


def replied(path):
    """An origin answers by the bytes that its path stands for."""
    return ask(b"GET http://shop.example:<script>/%s HTTP/1.1\r\nHost: x\r\n\r\n" % path)



case(64, "A length and chunks together are refused", "forward, inside",
     *bodies((b"Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n"), (CHUNKED + b"Content-Length: 0\r\n", b"0\r\n\r\n")))
case(65, "So are two lengths, the same or not", "forward, inside",
     *bodies((b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!"), (b"Content-Length: 5\r\ncontent-length: 5\r\n", b"hello"), (b"Content-Length: 5, 5\r\n", b"hello")))
case(66, "A length is digits", "forward, inside",
     *bodies(*((b"Content-Length: %s\r\n" % value, b"hello") for value in
               (b"+5", b"-5", b"0x5", b"5 5", b"", b"99999999999999999999", b"18446744073709551621", b"5.0", b"5,", b"5;", b"\xd9\xa5"))))
case(67, "A coding of the transfer is chunked, once", "forward, inside",
     *bodies(*((b"Transfer-Encoding: %s\r\n" % value, b"0\r\n\r\n") for value in
               (b"chunked, gzip", b"gzip, chunked", b"xchunked", b"chunkedx", b"chunked, chunked", b"identity", b"\"chunked\"", b"chunked;q=1", b"", b"gzip", b"chunked, identity"))),
     *bodies((CHUNKED + CHUNKED, b"0\r\n\r\n"), (CHUNKED + b"Transfer-Encoding: identity\r\n", b"0\r\n\r\n")),
     *heads(b"Transfer-Encoding: chunked\x0b\r\n", b"Transfer-Encoding:\x00chunked\r\n"))
case(68, "A field's name ends at its colon, and its line at its end", "forward, inside",
     *heads(b"Content-Length : 5\r\n", b"Host : evil.example\r\n", b" Content-Length: 5\r\n", b"X: a\r\n b\r\n", b"X: a\r\n\tTransfer-Encoding: chunked\r\n", b"X\t: a\r\n"))
case(69, "A field has a name of the letters of names", "forward, inside",
     *heads(b"X\0Y: a\r\n", b"X\rY: a\r\n", b"X(Y: a\r\n", b"X\xe9: a\r\n", b"no colon\r\n", b": a\r\n", b"X Y: a\r\n", b"X\"Y: a\r\n", b"X@Y: a\r\n", b"X,Y: a\r\n"))
case(70, "A field's value has no bytes that end lines", "forward, inside",
     *heads(b"X: a\rContent-Length: 5\r\n", b"X: a\0b\r\n", b"X: a\r\r\n", b"X: a\x0bb\r\n", b"X: \x7f\r\n"))
case(71, "A line ends in CR and LF", "forward, inside",
     ask(b"GET %s HTTP/1.1\nHost: x\n\n" % URL).malformed(400, "malformed_head"), ask(b"GET %s HTTP/1.1\r\nHost: x\n\r\n" % URL).malformed(400, "malformed_head"),
     *heads(b"X: a\nTransfer-Encoding: chunked\r\n", b"X: a\n"))
case(72, "A chunk's size is hexadecimal digits", "forward",
     *in_chunks(b"0x5\r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b" 5\r\nhello\r\n0\r\n\r\n", b"5 ;a\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n",
                b"00000000000000005\r\nhello\r\n0\r\n\r\n", b"10000000000000000\r\n", b"5;" + b"a" * 20000 + b"\r\nhello\r\n0\r\n\r\n", b"\r\n0\r\n\r\n", b"5\nhello\r\n0\r\n\r\n", b"5;a\nb\r\nhello\r\n0\r\n\r\n"))
case(73, "A chunk ends where it says, and trailers frame nothing", "forward",
     *in_chunks(b"5\r\nhelloX0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n", b"5\r\nhello0\r\n\r\n", b"0\r\nContent-Length: 5\r\n\r\n", b"0\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\nHost: evil.example\r\n\r\n",
                b"0\r\nX: " + b"y" * 20000 + b"\r\n\r\n", b"0\r\n" + b"X: y\r\n" * 100000 + b"\r\n"))
case(74, "Content of a GET is content, and a reply without content has none", "forward",
     ask(b"GET %secho HTTP/1.1\r\nHost: x\r\nContent-Length: 25\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n" % URL).passed(),
     Try("204, then another", lambda yard: two_on_one(yard, b"nothing")).leaves([204, 200], Told("allow", "rule"), Told("allow", "rule"), dials=1, asks=2, reaches=2),
     Try("304, then another", lambda yard: two_on_one(yard, b"unchanged")).leaves([304, 200], Told("allow", "rule"), Told("allow", "rule"), dials=1, asks=2, reaches=2))
case(75, "Of requests behind each other each is judged, and a denied one reaches nobody", "forward",
     Try("three", pipelined).leaves([200, 403, 200], Told("allow", "rule"), Told("deny", "no_rule"), Told("allow", "rule"), dials=1, asks=2, reaches=2))
case(76, "A reply that is ambiguous is none", "forward",
     *(replied(path).ended(502, "upstream_broken") for path in REPLIES if path != b"hints"),
     Try("interim replies without end", hints).ended(502, "upstream_broken"))
case(77, "Connection takes off fields of its own hop, not those that frame or prove", "forward",
     fields_at_origin(b"Connection: X-Hop, close\r\nX-Hop: 1\r\nX-End: 2\r\n", kept=("host", "x-end"), gone=("x-hop",)).passed((200, [], [])),
     fields_at_origin(b"Connection: Host, Authorization, Content-Length, Via, X-Hop\r\nAuthorization: Bearer a\r\nX-Hop: 1\r\n", kept=("host", "via"), gone=("x-hop",)).passed((200, [], [])))
case(78, "Who is refused is not asked for his content", "forward", Try("expects", expecting).refused(b"HTTP/1.1 403", "no_rule"))
case(79, "What proxies tell each other does not come from clients", "forward",
     fields_at_origin(b"Proxy-Authorization: Basic cXVldWU6\r\nProxy-Connection: keep-alive\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n"
                      b"Forwarded: for=10.0.0.1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n",
                      gone=("proxy-authorization", "proxy-connection", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "keep-alive", "te")).passed((200, [], [])))
case(80, "A refusal says nothing of what was sent in fields", "forward", Try("marks", echoes_nothing).refused((403, False), "no_rule"))
case(81, "A head is bounded in its line, its fields, its size", "forward",
     ask(b"GET %s%s HTTP/1.1\r\nHost: x\r\n\r\n" % (URL, b"a" * 70000)).malformed(414, "target_too_long"),
     ask(b"GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (URL, b"X: y\r\n" * 10000)).malformed(431, "head_too_large"),
     ask(b"GET %s HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n" % (URL, b"y" * 1000000)).malformed(431, "head_too_large"),
     by=("scenario/test_forward.py::test_a_head_that_trickles_is_ended",))
case(82, "A method is its letters, as they are written", "forward, inside",
     *(inside(b"%s / HTTP/1.1\r\nHost: opened.example:<secure>\r\n\r\n" % method).refused(403, "no_rule") for method in (b"get", b"GETT", b"Get", b"DELETE", b"X")),
     inside(b"DELETE / HTTP/1.1\r\nHost: opened.example:<secure>\r\nX-HTTP-Method-Override: GET\r\nX-Method-Override: GET\r\n\r\n").refused(403, "no_rule"),
     *(ask(b"%s %s HTTP/1.1\r\nHost: x\r\n\r\n" % (method, URL)).malformed(400, "malformed_head") for method in (b"G(T", b"", b"GE\0T", b"\xc3\x84")))


def two_on_one(yard, path):
    with connected(yard) as connection:
        first = ask_again(connection, filled(yard, b"GET %s%s HTTP/1.1\r\nHost: x\r\n\r\n" % (URL, path)))
        return [first.status, ask_again(connection, filled(yard, b"GET %safter HTTP/1.1\r\nHost: x\r\n\r\n" % URL)).status]
