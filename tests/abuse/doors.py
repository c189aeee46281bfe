# SPDX-License-Identifier: Apache-2.0
"""The doors of a gate, each as a try that sends what it is given: forward, CONNECT, opened, DNS."""
import contextlib
import socket
import ssl
import struct

from support.gate import read_head, read_reply
from support.questions import pack_question

from .table import Try


@contextlib.contextmanager
def connected(yard):
    """A connection that is broken off at the end, so that nobody waits for more of it."""
    with yard.gate.connect() as connection:
        yield connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def filled(yard, data):
    """Bytes with the ports of the yard in their places."""
    for word, port in (("plain", yard.plain.port), ("secure", yard.secure.port), ("gate", yard.gate.port), ("admin", yard.gate.admin_port),
                       ("dns", yard.dns_port), ("socks", yard.socks_port), ("echo", yard.echo.port), ("six", yard.six.port), ("script", yard.script.port)):
        data = data.replace(b"<%s>" % word.encode(), b"%d" % port)
    return data


def status(connection, method="GET"):
    """Of the reply that comes; "end": none did, "reset": it was broken off."""
    try:
        if method == "CONNECT":  # what follows may be a tunnel
            return int(read_head(connection)[9:12] or 0) or "end"
        return read_reply(connection, method).status
    except ConnectionResetError:
        return "reset"
    except (OSError, ValueError, EOFError):
        return "end"
    except Exception as error:  # http.client's own
        return "end" if "Remote end closed" in str(error) or type(error).__name__ == "BadStatusLine" else repr(error)


def ask(data):
    """A whole request to the forward listener."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, data))
            return status(connection)

    return Try(repr(data)[2:70], run)


def get(target, fields=b"Host: shop.example\r\n", method=b"GET", version=b"1.1", body=b""):
    return ask(b"%s %s HTTP/%s\r\n%s\r\n%s" % (method, target, version, fields, body))


def connect(authority, fields=None, then=b""):
    """CONNECT, and what is sent at once behind it."""
    host = fields if fields is not None else b"Host: %s\r\n" % authority

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"CONNECT %s HTTP/1.1\r\n%s\r\n%s" % (authority, host, then)))
            return status(connection, "CONNECT")

    return Try(f"CONNECT {authority!r}"[:70], run)


def socks(host, port="plain", command=1, first=b"\5\1\0"):
    """The number of the reply; bytes of 4 or 16 are an address."""

    def run(yard):
        number = int(filled(yard, b"<%s>" % port.encode())) if isinstance(port, str) else port
        with socket.create_connection(("127.0.0.1", yard.socks_port), timeout=60) as connection:
            connection.sendall(first)
            if connection.recv(2, socket.MSG_WAITALL) != b"\5\0":
                return "end"
            where = {4: b"\1" + host, 16: b"\4" + host}.get(len(host), b"\3" + bytes([len(host)]) + host)
            connection.sendall(bytes([5, command, 0]) + where + number.to_bytes(2, "big"))
            reply = connection.recv(10, socket.MSG_WAITALL)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return reply[1] if len(reply) == 10 else "end"

    return Try(f"SOCKS {host!r}"[:60], run, by="socks")


def question(name, kind=1):
    def run(yard):
        return yard.dns.udp(name, kind).code

    return Try(f"question for {name}", run, by="dns")


def questions(*names):
    """At once: a decision about names that are all refused alike stands for a minute."""

    def run(yard):
        return [reply.code for reply in yard.dns.send_at_once([pack_question(name) for name in names])]

    return Try(f"questions for {', '.join(names)!r}", run, by="dns")


def opened(yard, host="opened.example", name=None):
    connection, head = yard.gate.tunnel(host, yard.secure.port)
    assert head.startswith(b"HTTP/1.1 200"), head
    context = ssl.create_default_context(cafile=str(yard.bundle))
    return context.wrap_socket(connection, server_hostname=name or host, suppress_ragged_eofs=False)


def inside(data, host="opened.example"):
    """A whole request within a connection that is opened here."""

    def run(yard):
        with opened(yard, host) as connection:
            connection.sendall(filled(yard, data))
            return status(connection)

    return Try(f"inside: {data!r}"[:70], run)


def hello(sent, host=b"shop.example", port=b"<secure>"):
    """What is sent in a tunnel that was granted; the answer is the alert, "end", or the origin's first byte."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"CONNECT %s:%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (host, port, host)))
            head = read_head(connection)
            assert head.startswith(b"HTTP/1.1 200"), head
            connection.sendall(sent)
            return alert(connection)

    return Try(f"in a tunnel: {sent!r}"[:60], run)


def alert(connection):
    try:
        heard = connection.recv(7, socket.MSG_WAITALL)
    except ConnectionResetError:
        return "reset"
    if heard[:1] == b"\x15":
        return f"alert {heard[6]}"
    return "end" if heard == b"" else heard[:1].hex()
