# SPDX-License-Identifier: Apache-2.0
"""Names that are written so that a filter and a server might read two."""
from support import hello as hellos

from .doors import ask, connect, get, hello, inside, question, questions, socks
from .table import case


def hosts(name, port=b"<plain>"):
    """One name at the doors of HTTP."""
    return connect(name + b":" + port), get(b"http://" + name + b":" + port + b"/")


def denied(*names):
    return [*(door.refused(403, "no_rule") for name in names for door in hosts(name)), *(socks(name).refused(2, "no_rule") for name in names)]


def malformed(*names):
    """At the doors where a name is bytes, and at that of SOCKS, where it has a length of its own."""
    by_length = [name for name in names if 0 < len(name) < 254 and len(name) not in (4, 16)]
    return [*(door.malformed(400, "bad_target") for name in names for door in hosts(name)),
            *(socks(name).malformed(1, "bad_target") for name in by_length)]


case(1, "A dot at the end of a denied name opens nothing", "CONNECT, forward, SOCKS, DNS",
     *denied(b"evil.example."), question("evil.example.").refused("REFUSED", "no_rule"))
case(2, "Capitals make no other name", "CONNECT, forward, SOCKS, DNS",
     *denied(b"EVIL.eXample"), question("EviL2.Example").refused("REFUSED", "no_rule"))
case(3, "An allowed name with a dot at its end is that name", "CONNECT, forward, SOCKS, DNS",
     connect(b"shop.example.:<secure>").ended(200, "client_gone"),
     get(b"http://shop.example.:<plain>/").passed(), question("shop.example.").passed("NOERROR", dials=0, reaches=0))
case(4, "Brackets are for IPv6 alone", "CONNECT, forward, SOCKS", *malformed(b"[evil.example]", b"[shop.example]", b"[127.0.0.1]"))
case(5, "More brackets make no name either", "CONNECT, forward, SOCKS",
     *malformed(b"[[shop.example]]", b"[shop.example", b"shop.example]", b"[]", b"[[::1]]"))
case(6, "A NUL ends no name", "CONNECT, forward, TLS",
     *malformed(b"shop.example\0.evil.example", b"evil.example\0.shop.example", b"shop.example%00.evil.example"),
     *(hello(hellos.records(hellos.modern(name))).ended("alert 112", "sni_mismatch")
       for name in (b"shop.example\0", b"shop.example\0.evil.example", b"evil.example\0shop.example")))
case(7, "A rule is for whole labels", "CONNECT, forward, SOCKS, DNS",
     *denied(b"webshop.example", b"shop.example.evil.test", b"shop.exampleevil.test", b"xwild.example"),
     question("webshop.example").refused("REFUSED", "no_rule"), question("shop.example.evil.test").refused("REFUSED", "no_rule"))
case(8, "A wildcard does not open the name above it", "CONNECT, forward, SOCKS, DNS", *denied(b"wild.example"), *malformed(b".wild.example"),
     question("wild.example").refused("REFUSED", "no_rule"))
case(9, "A wildcard is for any depth, as its document says", "forward, DNS",
     get(b"http://a.wild.example:<plain>/").passed(), get(b"http://a.b.c.wild.example:<plain>/").passed(),
     question("a.b.wild.example").passed("NOERROR", dials=0, reaches=0))
case(10, "A name in letters of the world has one spelling, in rules and requests; nobody reads Punycode back", "CONNECT, forward, SOCKS, DNS",
     get(b"http://xn--mnchen-3ya.example:<plain>/").passed(), get(b"http://XN--MNCHEN-3YA.example:<plain>/").passed(),
     question("xn--mnchen-3YA.example").passed("NOERROR", dials=0, reaches=0),
     *denied(b"xn--0.example", b"xn--mnchen.example", b"xn--ls8h.example"), *malformed(b"xn--mnchen-.example", b"xn--mnchen-3ya-.wild.example"))
case(11, "Letters outside of ASCII are no host, whatever they look like", "CONNECT, forward, inside",
     *malformed("shop。example".encode(), "shоp.example".encode(), "shop．example".encode(), b"m\xfcnchen.example", b"shop.example\xe2\x80\x8b"),
     inside("GET / HTTP/1.1\r\nHost: оpened.example:<secure>\r\n\r\n".encode()).malformed(400, "bad_target"))
case(12, "A label has 63 bytes, a name 253, and none is empty", "CONNECT, forward, SOCKS",
     *malformed(b"a" * 64 + b".wild.example", b"a..wild.example", b".shop.example", b"shop.example..", b".", b"a." * 121 + b"wild.example"))
case(13, "An underline may stand in a name, and what ends in a number is an address or nothing", "forward, CONNECT",
     get(b"http://a_b.wild.example:<plain>/").passed(), *malformed(b"shop.123", b"shop.0x7f", b"1.2.3.4.5"))
case(14, "Nobody is named before an @", "CONNECT, forward, SOCKS",
     *malformed(b"shop.example@evil.example", b"shop.example:80@evil.example", b"evil.example@shop.example", b"@shop.example", b":@shop.example"))
case(15, "A host ends at no other byte than a colon or a slash", "CONNECT, forward, SOCKS",
     *(door.malformed(400, "bad_target") for name in (b"shop.example\\.evil.example", b"shop.example#.evil.example")
       for door in hosts(name)),
     *(connect(name + b":<plain>").malformed(400, "bad_target") for name in (b"shop.example?.evil.example", b"shop.example/evil.example")),
     *malformed(b"shop.example\t.evil.example"),
     *(door.malformed(400, "malformed_head") for door in hosts(b"shop.example .evil.example")),
     get(b"http://evil.example?http://shop.example/").refused(403, "no_rule"))
case(16, "Nothing in a host is unpacked", "CONNECT, forward, SOCKS", *malformed(b"%65vil.example", b"shop%2eexample", b"shop.example%2f", b"%73hop.example"))

# What stands in no list.
case(119, "A name in Punycode that is no name of IDNA, or another one's, is none", "CONNECT, forward, SOCKS",
     *malformed(b"xn--shop-.example"), *denied(b"xn--shop.example", b"xn--shp-tde.example"))
case(120, "A question for a name with odd bytes is refused, and all of them are one record", "DNS",
     questions("shop example", "shop\\.example", "sh\x00p.example", "*.wild.example", "shop.example\x7f", "a@b.wild.example").refused(["REFUSED"] * 6, "dns_malformed"))
case(121, "A host in a Host field has the same one spelling", "forward",
     *(ask(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name).malformed(400, "bad_target") for name in
       (b"[shop.example]", b"a@shop.example", b"shop.example/", b"shop.example:80:80", b"shop%2eexample", b"shop.example:", b"shop.example:080",
        b"shop.example, evil.example", b"http://shop.example", b"shop.example;x", b"*", b"shop.example\\", b"127.1", b"[::1%251]")))
