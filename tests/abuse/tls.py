# SPDX-License-Identifier: Apache-2.0
"""TLS: one name from CONNECT to the certificate, and nothing that is no handshake."""
import os
import socket
import ssl
import struct

from support import hello as hellos
from support.gate import ask as ask_again
from support.gate import read_head, read_reply
from support.hello import extension, message, modern, records, vector

from .doors import alert, ask, connected, filled, hello, inside, opened
from .table import Told, Try, case

SHOP = b"shop.example"
UNRECOGNISED = "alert 112"


def named(*entries):
    """A server_name extension with these (type, name)."""
    return extension(hellos.SNI, vector(2, b"".join(bytes([kind]) + vector(2, name) for kind, name in entries)))


def with_names(*entries):
    return records(message(named(*entries), *rest()))


def rest():
    return (extension(hellos.GROUPS, vector(2, struct.pack(">H", hellos.X25519))), hellos.shares((hellos.X25519, os.urandom(32))),
            extension(hellos.VERSIONS, vector(1, struct.pack(">HH", 0x0304, 0x0303))), extension(13, vector(2, b"\x04\x03\x08\x04")))


def sent_in(pieces, what):
    """A hello that is sent in pieces; the origin's first byte comes back."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"CONNECT shop.example:<secure> HTTP/1.1\r\nHost: shop.example\r\n\r\n"))
            assert read_head(connection).startswith(b"HTTP/1.1 200")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces():
                connection.sendall(piece)
            return alert(connection)

    return Try(what, run)


def real(name="shop.example"):
    """A hello that an origin answers, made by a client that never goes on."""
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing := ssl.MemoryBIO(), server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def lengths_wrong():
    """One good hello with each of its lengths too long, and too short."""
    good = message(named((0, SHOP)), *rest())
    at = {"session id": 38, "ciphers": 38 + 1 + 32, "message": 1}
    at["compression"] = at["ciphers"] + 2 + 8
    at["extensions"] = at["compression"] + 2
    at["extension"] = at["extensions"] + 4
    at["list of names"] = at["extension"] + 2
    at["name"] = at["list of names"] + 3
    for what, place in at.items():
        for value in (b"\xff", b"\x00"):
            place_of_byte = place + (1 if what not in ("session id", "compression") else 0)
            bad = good[:place_of_byte] + value + good[place_of_byte + 1 :]
            if bad != good:
                yield what, records(bad[:1] + vector(3, bad[4:]) if what != "message" else bad)


def second_request(yard):
    """On one opened connection: the first is served, the second names another, the third is served."""
    with opened(yard) as connection:
        names = (b"opened.example", b"evil.example", b"shop.example", b"opened.example")
        return [ask_again(connection, filled(yard, b"GET / HTTP/1.1\r\nHost: %s:<secure>\r\n\r\n" % name)).status for name in names]


def only_h2(yard):
    """A client that speaks nothing but HTTP/2 is not given it."""
    connection, _ = yard.gate.tunnel("opened.example", yard.secure.port)
    context = ssl.create_default_context(cafile=str(yard.bundle))
    context.set_alpn_protocols(["h2"])
    try:
        with context.wrap_socket(connection, server_hostname="opened.example") as secure:
            spoken = secure.selected_alpn_protocol()
            secure.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            return spoken, read_reply(secure).status
    except ssl.SSLError:
        return "an alert"


def silent(data):
    """A tunnel in which nothing more comes."""

    def run(yard):
        connection, head = yard.gate.tunnel("shop.example", yard.secure.port)
        with connection:
            connection.sendall(data)
            return head[9:12], connection.recv(1)

    return Try(f"{data[:8]!r} and silence", run)


def presented(host):
    """What the client of an opened connection is told of its origin's certificate."""
    return Try(f"certificate of {host}", lambda yard: status_of(yard, host))


def status_of(yard, host):
    port = yard.bad[host].port
    connection, head = yard.gate.tunnel(host, port)
    assert head.startswith(b"HTTP/1.1 200"), head
    context = ssl.create_default_context(cafile=str(yard.bundle))
    with context.wrap_socket(connection, server_hostname=host) as secure:
        return ask_again(secure, b"GET / HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (host.encode(), port)).status


case(47, "A handshake names whom CONNECT named", "CONNECT",
     *(hello(records(modern(name))).ended(UNRECOGNISED, "sni_mismatch") for name in
       (b"evil.example", b"xshop.example", b"shop.example.evil.test", b"www.shop.example", b"example")))
case(48, "So does each Host inside", "inside",
     *(inside(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name).malformed(421, "misdirected") for name in
       (b"evil.example", b"shop.example", b"opened.example:1", b"opened.example:80", b"opened.example.evil.test")),
     inside(b"GET https://evil.example/ HTTP/1.1\r\nHost: opened.example:<secure>\r\n\r\n").malformed(421, "misdirected"))
case(49, "And each request, the second too", "inside",
     Try("four requests", second_request).leaves([200, 421, 421, 200], Told("allow", "rule"), Told("error", "misdirected"), Told("error", "misdirected"),
                                                 Told("allow", "rule"), dials=1, asks=2, reaches=2))
case(50, "A handshake that names nobody is refused", "CONNECT", hello(records(message(*rest()))).ended(UNRECOGNISED, "sni_absent"))
case(51, "A server name is one host, written as a host", "CONNECT",
     *(hello(with_names(*entries)).ended(UNRECOGNISED, "sni_mismatch") for entries in (
         ((0, SHOP), (0, b"evil.example")), ((1, b"evil.example"), (0, SHOP)), ((7, SHOP),), ((0, b""),), ((0, b"shop.example."),), ((0, b"shop.example\0"),),
         ((0, b"a" * 300),), ((0, b"127.0.0.1"),), ())),
     hello(records(message(named((0, SHOP)), named((0, b"evil.example")), *rest()))).ended(UNRECOGNISED, "sni_mismatch"),
     sent_in(lambda: [real("SHOP.example")], "capitals").ended("16", "client_gone"))
case(52, "A hello is read to its end however it comes, and one without end is not", "CONNECT",
     sent_in(lambda: (bytes([byte]) for byte in real()), "byte by byte").ended("16", "client_gone"),
     sent_in(lambda: [hellos.split_again(real(), 7)], "records of 7").ended("16", "client_gone"),
     sent_in(lambda: [records(modern(b"evil.example"), 1)], "of one").ended(UNRECOGNISED, "sni_mismatch"),
     sent_in(lambda: [records(modern(SHOP, extension(hellos.PADDING, bytes(40000))))], "of 40,000 bytes").ended("end", "not_tls"),
     by=("scenario/test_hello.py::test_a_modern_hello_is_passed_on_byte_for_byte", "scenario/test_hello.py::test_the_largest_hello_is_passed_on_and_a_larger_one_is_refused"))
case(53, "A hello whose lengths do not fit each other is none", "CONNECT",
     *(hello(data).ended(*((UNRECOGNISED, "sni_mismatch") if "name" in what else ("end", "not_tls"))) for what, data in lengths_wrong()))
case(54, "Who is granted a tunnel and says nothing does not keep it", "CONNECT", silent(b"").ended((b"200", b""), "idle"),
     silent(real()[:50]).ended((b"200", b""), "idle"), silent(b"GET / HT").ended((b"200", b""), "idle"), yard="hasty")
case(55, "What is no TLS does not go through, and HTTP is judged as such", "CONNECT",
     *(hello(data).ended("end", "not_tls") for data in
       (b"SSH-2.0-OpenSSH_9.2\r\n", b"EHLO there\r\n", bytes(range(200, 256)), b"\x80\x2e\x01\x03\x01", b"\x15\x03\x01\0\x02\x02\x28", b"\x17\x03\x03\0\x01x")),
     hello(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").leaves("48", Told("allow", "rule"), Told("error", "misdirected"), dials=1, asks=2))
case(56, "An encrypted hello is refused where the policy says so, the imitation too", "CONNECT",
     *(hello(records(modern(SHOP, hellos.ech(kind)))).ended("alert 49", "ech") for kind in ("outer", "inner")), yard="strict")
case(58, "An origin's certificate is believed or the request is refused", "inside",
     *(presented(host).ended(502, "upstream_tls") for host in ("late.example", "foreign.example", "self.test", "two.labels.example")),
     by=("scenario/test_chains.py::test_is_refused_for_its_own_reason", "scenario/test_trust.py::test_a_revoked_certificate_is_refused_and_a_list_that_is_over_too"))
case(59, "HTTP/2 is not agreed on", "inside", Try("h2 alone", only_h2).refused("an alert", "client_tls"))
case(60, "Nor is it spoken unasked, or switched to", "forward, inside",
     ask(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").malformed(400, "malformed_head"),
     ask(b"GET http://shop.example:<plain>/h2c HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n").passed(),
     inside(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").malformed(400, "malformed_head"))
case(61, "Nothing is taken early, and a ticket ends with its policy", "inside",
     by=("unit/tls/test_tls.c::a_ticket_is_good_for_its_name_under_its_policy_and_for_no_early_data",
         "scenario/test_trust.py::test_a_clients_ticket_ends_with_the_policy_that_it_was_given_under"))
case(62, "Who asks is not said by fields", "forward",
     *(ask(b"GET http://queue.example:<plain>/ HTTP/1.1\r\nHost: x\r\n%s: queue\r\n\r\n" % name).refused(407, "credentials_needed") for name in
       (b"X-Client-CN", b"X-SSL-Client-S-DN", b"X-Forwarded-Client-Cert", b"X-Forwarded-User", b"Authorization", b"From", b"Client-Cert")),
     ask(b"GET http://queue.example:<plain>/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.9.9.9\r\nForwarded: for=10.9.9.9\r\n\r\n").refused(407, "credentials_needed"),
     ask(b"GET http://queue.example:<plain>/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic cXVldWU6d3Jvbmc=\r\n\r\n").refused(407, "client_unknown"),
     by=("scenario/test_who_asks.py::test_a_client_certificate_opens_until_it_is_revoked",))
case(63, "An origin that ends without saying so loses nothing and keeps nobody", "inside",
     by=("scenario/test_replies.py::test_a_reply_that_breaks_after_some_of_it_has_left_is_cut",
         "scenario/test_forward.py::test_a_cut_reply_is_never_an_end"))

# What stands in no list.
case(127, "A handshake does not name an address, nor a name by its letters of the world", "CONNECT",
     *(hello(records(modern(name))).ended(UNRECOGNISED, "sni_mismatch") for name in
       (b"shop.example:443", b"shop%2eexample", b"\xd1\x95hop.example", b"[shop.example]", b"*.example", b"shop.example ", b" shop.example")))
case(128, "A hello with data behind it is no hello", "CONNECT",
     hello(records(message(named((0, SHOP)), *rest()) + b"\x01\0\0\0")).ended("end", "not_tls"),
     hello(records(message(named((0, SHOP)), *rest()) + message(named((0, b"evil.example")), *rest()))).ended("end", "not_tls"))
case(129, "A hello for SSL 3.0, or for TLS without extensions, names nobody", "CONNECT",
     hello(records(b"\x01" + vector(3, b"\x03\0" + bytes(32) + b"\0" + vector(2, b"\0\x2f") + b"\x01\0"))).ended(UNRECOGNISED, "sni_absent"))
