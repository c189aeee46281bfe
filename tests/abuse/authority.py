# SPDX-License-Identifier: Apache-2.0
"""Ports, and who is meant by a request whose target and fields say two things."""
from support.gate import read_head, read_reply

from .doors import ask, connect, connected, filled, get, inside, opened, socks, status
from .table import Told, Try, case

SHOP = b"shop.example"


def ports(*written):
    return [door.malformed(400, "bad_target") for port in written for door in (connect(SHOP + port), get(b"http://" + SHOP + port + b"/"))]


def from_origin(yard):
    """What the gate says of itself on the way up."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET http://shop.example:<plain>/via HTTP/1.1\r\nHost: x\r\n\r\n"))
        assert read_reply(connection).status == 200
    via = yard.plain.requests[-1]["headers"]["via"].encode()
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET http://shop.example:<plain>/again HTTP/1.1\r\nHost: x\r\nVia: 1.1 a, %s\r\n\r\n" % via))
        return read_reply(connection).status


def authority_of(target, host):
    """The Host that an origin gets."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, host)))
            reply = read_reply(connection).status
        return reply, yard.plain.requests[-1]["headers"]["host"].split(":")[0]

    return Try(f"{target!r} with Host {host!r}", run)


def ahead(yard):
    """A CONNECT with the first bytes of the tunnel behind it, in one segment: an origin for any bytes gets them once."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"CONNECT raw.example:<echo> HTTP/1.1\r\nHost: raw.example:<echo>\r\n\r\nfirst "))
        head = read_head(connection)
        connection.sendall(b"second")
        heard = b""
        while len(heard) < 12 and (more := connection.recv(100)):
            heard += more
        return head[9:12], heard


def ahead_of_a_refusal(yard):
    """What was meant for a tunnel is not read as a request."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n"
                                        b"GET http://shop.example:<plain>/ HTTP/1.1\r\nHost: x\r\n\r\n"))
        first = read_reply(connection, "CONNECT").status
        return first, status(connection) in ("end", "reset")


def connect_within(yard):
    with opened(yard) as connection:
        connection.sendall(filled(yard, b"CONNECT shop.example:<secure> HTTP/1.1\r\nHost: shop.example:<secure>\r\n\r\n"))
        return read_reply(connection).status


case(17, "A CONNECT has a port", "CONNECT",
     *(connect(name).malformed(400, "bad_target") for name in (SHOP, SHOP + b":", b"[::1]", b"[::1]:", b":443", b"")))
case(18, "A port is a number of 1 to 65535", "CONNECT, forward",
     *ports(b":0", b":65536", b":91337", b":-12", b":+443", b":0x1bb", b":https", b":443a", b":4294967376", b":18446744073709551696"))
case(19, "A port is written without zeros before it", "CONNECT, forward", *ports(b":00443", b":007", b":00", b":0080"))
case(20, "A host is allowed at the ports of its rule", "CONNECT, forward, SOCKS", *(socks(SHOP, port).refused(2, "no_rule") for port in (25, 22, 6379)),
     *(door.refused(403, "no_rule") for port in (b":25", b":22", b":6379", b":53", b":8443")
       for door in (connect(SHOP + port), get(b"http://" + SHOP + port + b"/"))))
case(21, "The gate's own sockets are no targets", "CONNECT, forward",
     *(connect(b"self.example:<%s>" % port).ended(403, "loop", dials=0) for port in (b"gate", b"admin", b"dns")),
     *(get(b"http://self.example:<%s>/metrics" % port).ended(403, "loop", dials=0) for port in (b"gate", b"admin")),
     *(socks(b"self.example", port).ended(2, "loop", dials=0) for port in ("gate", "socks")),
     *(connect(b"127.0.0.1:<%s>" % port).ended(403, "loop", dials=0, asks=0) for port in (b"gate", b"admin")))
case(22, "A request that comes back is not sent again", "forward",
     Try("Via", from_origin).leaves(403, Told("allow", "rule"), Told("deny", "loop"), dials=1, asks=2, reaches=1))
case(23, "What is judged is what an origin gets as Host (RFC 9112 3.2.2), and a CONNECT names one host", "forward, CONNECT",
     authority_of(b"http://shop.example:<plain>/", b"evil.example").passed((200, "shop.example")),
     get(b"http://evil.example:<plain>/", b"Host: shop.example\r\n").refused(403, "no_rule"),
     connect(b"shop.example:<secure>", b"Host: evil.example\r\n").malformed(400, "bad_target"))
case(24, "A request has one Host with one name", "forward, inside",
     *(get(b"/", fields).malformed(400, reason) for fields, reason in (
         (b"", "malformed_head"), (b"Host: shop.example\r\nHost: shop.example\r\n", "malformed_head"),
         (b"Host: shop.example, evil.example\r\n", "bad_target"), (b"Host: shop.example evil.example\r\n", "bad_target"),
         (b"Host: shop.example\r\nhOsT: evil.example\r\n", "malformed_head"), (b"Host:\r\n", "bad_target"))),
     *(inside(b"GET / HTTP/1.1\r\n%s\r\n" % fields).malformed(400, reason) for fields, reason in (
         (b"", "malformed_head"), (b"Host: opened.example\r\nHost: evil.example\r\n", "malformed_head"),
         (b"Host: opened.example, evil.example\r\n", "bad_target"))))
case(25, "A target without a host means its Host, judged as any, and never the gate's own pages", "forward",
     get(b"/metrics", b"Host: evil.example\r\n").refused(403, "no_rule"),
     get(b"/metrics", b"Host: 127.0.0.1:<gate>\r\n").ended(403, "loop", dials=0, asks=0),
     get(b"*", b"Host: shop.example\r\n").malformed(400, "bad_target"),
     get(b"*", b"Host: evil.example\r\n", method=b"OPTIONS").refused(403, "no_rule"),
     get(b"shop.example", b"Host: shop.example\r\n").malformed(400, "bad_target"))
case(26, "A CONNECT has no content", "CONNECT",
     *(connect(b"shop.example:<secure>", b"Host: shop.example\r\n" + field, b"0\r\n\r\n").malformed(400, reason) for field, reason in (
         (b"Content-Length: 5\r\n", "malformed_body"), (b"Transfer-Encoding: chunked\r\n", "malformed_body"),
         (b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "malformed_body"))))
case(27, "What is sent ahead of a tunnel waits for the verdict, and goes once and in its order, or nowhere", "CONNECT",
     Try("allowed", ahead).ended((b"200", b"first second"), "client_gone"),
     Try("refused", ahead_of_a_refusal).refused((403, True), "no_rule"))
case(28, "Nobody asks for a tunnel within an opened connection", "inside",
     Try("CONNECT inside", connect_within).malformed(405, "method_unsupported"))

# What stands in no list.
case(122, "A target that is absolute has the scheme http, and its host is not empty", "forward",
     *(get(target).malformed(400, "bad_target") for target in
       (b"http:///", b"http://:80/", b"http:/shop.example/", b"file:///etc/passwd", b"gopher://shop.example/", b"http:shop.example",
        b"javascript:alert(1)", b"http://?", b"http://#")))
case(123, "An absolute target of https is for a CONNECT", "forward", get(b"https://shop.example/").malformed(400, "bad_target"))
case(136, "SOCKS is spoken in one way: nothing is bound, sent by UDP, or asked by another version", "SOCKS",
     *(socks(SHOP, command=command).malformed(7, "method_unsupported") for command in (0, 2, 3, 240)),
     socks(SHOP, 0).malformed(1, "bad_target"),
     *(socks(SHOP, first=first).malformed("end", reason) for first, reason in ((b"\5\1\1", "method_unsupported"), (b"\4\1\0\x50\0\0\0\1\0shop.example\0", "malformed_head"),
                                                                              (b"GET / HTTP/1.1\r\n\r\n", "malformed_head"))))
