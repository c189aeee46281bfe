# SPDX-License-Identifier: Apache-2.0
"""Addresses, written out or behind names: what may be dialled is judged when it is known, whatever led to it."""
import ipaddress

from support import hello as hellos
from support.gate import read_reply

from .doors import connect, connected, filled, get, hello, question, socks
from .names import denied, malformed
from .table import Told, Try, case


def pointing(address):
    """A name of *.public.example that resolves to it; its rule says nothing of addresses."""
    return f"ip-{ipaddress.ip_address(address).packed.hex()}.public.example".encode()


def led(*addresses, late="address"):
    return [get(b"http://%s:<plain>/" % pointing(address)).ended(403, late, dials=0) for address in addresses]


def turned(yard):
    """An answer of no duration, which is another the next time."""
    replies = []
    for answer in (["127.0.0.1"], ["10.0.0.5"], ["127.0.0.1", "169.254.169.254"]):
        yard.names.answers["turns.wild.example"] = answer
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"POST http://turns.wild.example:<plain>/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"))
            replies.append(read_reply(connection).status)
    assert [name for name, _ in yard.asked()[-6:]] == ["turns.wild.example"] * 6  # A and AAAA, once for each
    return replies


def redirected(yard):
    """The gate follows nobody: what the client does next is a request of its own."""
    with connected(yard) as connection:
        connection.sendall(filled(yard, b"GET http://shop.example:<plain>/elsewhere HTTP/1.1\r\nHost: x\r\n\r\n"))
        reply = read_reply(connection)
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % reply.getheader("Location").encode())
        return reply.status, read_reply(connection).status


MAPPED = (b"[::ffff:127.0.0.1]", b"[::ffff:7f00:1]", b"[0:0:0:0:0:ffff:7f00:1]")
case(29, "This machine has no name and no number without a rule", "CONNECT, forward, SOCKS, DNS",
     *denied(b"127.0.0.1", b"localhost", b"LOCALHOST.", b"a.localhost", b"0.0.0.0", b"127.255.255.254"),
     *malformed(b"0", b"127.1", b"127.0.1"))
case(30, "An address has four numbers, written in tens", "CONNECT, forward, SOCKS",
     *malformed(b"2130706433", b"0x7f000001", b"0177.0.0.1", b"127.0x0.1", b"127.0.0.01", b"127.0.0.1.", b"0x7f.1", b"127.0.0.256", b"1e2.0.0.1",
                b"017700000001", b"127.0.0.1a.1"))
case(31, "Nor has it one as IPv6", "CONNECT, forward, SOCKS",
     *denied(b"[::1]", b"[::]", *MAPPED, b"[::127.0.0.1]", b"[0000:0000:0000:0000:0000:0000:0000:0001]"),
     *malformed(b"[:::1]", b"[::1::]", b"[1:2:3:4:5:6:7:8:9]", b"[::12345]", b"[::ffff:127.1]", b"[::ffff:0x7f.0.0.1]", b"::1"))
case(32, "An address names no zone", "CONNECT, forward, SOCKS",
     *malformed(b"[fe80::1%25eth0]", b"[::1%25.shop.example]", b"[fe80::1%eth0]", b"[::1%lo]", b"[fe80::1%251]"))
case(33, "An address that carries another is judged as that one", "forward",
     *led("64:ff9b::7f00:1", "64:ff9b::a00:5", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:5::1", "2001:0:7f00:1::1", "::ffff:127.0.0.1", "::127.0.0.1",
          "::ffff:0:127.0.0.1"))
case(34, "What is not public is not dialled without a rule that says so", "forward",
     *led("10.0.0.5", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
          "255.255.255.255", "0.1.2.3", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1",
          "2001:db8::1", "100::1", "::"))
case(35, "Metadata services are not opened by a rule for all addresses", "forward, DNS",
     *(get(b"http://%s/" % name).refused(403, "no_rule") for name in (b"169.254.169.254", b"[fd00:ec2::254]", b"metadata.google.internal")),
     *led("169.254.169.254", "fd00:ec2::254", "169.254.170.2", "100.100.100.200", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", late="address_metadata"),
     get(b"http://every.example:<plain>/").ended(403, "address_metadata", dials=0))
case(36, "An allowed name that leads inside is refused for its address", "CONNECT, forward, SOCKS",
     get(b"http://private.example:<plain>/").ended(403, "address", dials=0), connect(b"private.example:<secure>").ended(403, "address", dials=0),
     question("private.example").passed("NOERROR", dials=0, reaches=0))
case(37, "Of several addresses those are used that may be", "forward", get(b"http://mixed.wild.example:<plain>/").passed())
case(38, "What was judged is what is dialled: one look-up for each decision", "forward",
     Try("turns", turned).leaves([200, 403, 200], Told("allow", "rule"), Told("allow", "rule", "address"), Told("allow", "rule"),
                                 dials=2, asks=6, reaches=2))
case(39, "An alias counts by where it leads, and one that leads to itself leads nowhere", "forward",
     get(b"http://alias.wild.example:<plain>/").passed(), get(b"http://alias.public.example:<plain>/").ended(403, "address", dials=0),
     get(b"http://circle.wild.example:<plain>/").ended(502, "dns_failed", dials=0, asks=40))
case(40, "Nobody looks up a denied name", "CONNECT, forward, SOCKS, DNS",
     *denied(b"secret-words-as-a-label.evil.example", b"no.such.example"), question("secret-words.evil.example").refused("REFUSED", "no_rule"))
case(41, "A resolver that fails, is silent, has nothing or too much ends in an answer", "forward",
     get(b"http://fails.wild.example:<plain>/").ended(502, "dns_failed", dials=0, asks=20),
     get(b"http://silent.wild.example:<plain>/").ended(504, "dns_timeout", dials=0, asks=20),
     get(b"http://empty.wild.example:<plain>/").ended(502, "dns_failed", dials=0),
     get(b"http://cut.wild.example:<plain>/").ended(504, "dns_timeout", dials=0, asks=20),
     get(b"http://many.wild.example:<plain>/").ended(403, "address", dials=0, asks=4))
case(42, "A rule opens the private addresses that it names, and no other", "forward, CONNECT",
     get(b"http://shop.example:<plain>/").passed(), get(b"http://private.example:<plain>/").ended(403, "address", dials=0),
     get(b"http://%s:<plain>/" % pointing("127.0.0.1")).ended(403, "address", dials=0))
case(43, "An address of IPv6 is no name that is allowed", "CONNECT, forward, SOCKS", *denied(b"[2606:2800:220:1::1]", b"[64:ff9b::7f00:1]", b"[fe80::1]"))
case(44, "A handshake to an address names nobody else", "CONNECT",
     hello(hellos.records(hellos.modern(b"evil.example")), b"127.0.0.1").ended("alert 112", "sni_mismatch", asks=0))
case(45, "Nobody is followed: what a client does with a 302 is a request of its own", "forward",
     Try("302", redirected).leaves((302, 403), Told("allow", "rule"), Told("deny", "no_rule"), dials=1, asks=2, reaches=1))
case(46, "Of two families the one is dialled that may be", "forward",
     get(b"http://four.wild.example:<plain>/").passed(), get(b"http://six.wild.example:<six>/").passed())

# What stands in no list.
case(124, "An alias to an address of this machine does not become public by its length", "forward",
     get(b"http://far.public.example:<plain>/").ended(403, "address", dials=0, asks=4))
case(125, "Bytes of an address in a name carry nothing", "forward", *denied(b"127.0.0.1.evil.example", b"127-0-0-1.evil.example", b"0x7f000001.evil.example"))
case(126, "An address with the port of another's name in its brackets is none", "CONNECT, forward, SOCKS", *malformed(b"[::1:80]x", b"[::1]x", b"[::1].shop.example", b"x[::1]"))
case(135, "An address as SOCKS writes it is judged as an address, and led inside by none of its forms", "SOCKS",
     *(socks(ipaddress.ip_address(address).packed).refused(2, "no_rule") for address in
       ("127.0.0.1", "0.0.0.0", "10.0.0.5", "169.254.169.254", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00:ec2::254")),
     *(socks(pointing(address)).ended(2, "address", dials=0) for address in ("127.0.0.1", "10.0.0.5", "::ffff:127.0.0.1")))
