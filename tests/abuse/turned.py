# SPDX-License-Identifier: Apache-2.0
"""The transparent door: connections that were turned to the gate say a name, or none, and where they were made to is a wish."""
import subprocess

from support import hello as hellos
from support.held_pod import Pod, PodGate
from support.hello import message, modern, records

from .table import Try, case
from .tls import named, rest
from .yard import Records

NOBODY, METADATA, VENDOR = "203.0.113.9", "169.254.169.254", "198.51.100.7"

TALK = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 20) as one:
    one.sendall(bytes.fromhex(sys.argv[3]))
    try:
        heard = one.recv(7, socket.MSG_WAITALL)
    except ConnectionResetError:
        heard = b"reset"
print(heard.hex())
"""


class PodYard(Records):
    """A pod, the gate in it, and the far side of its cable. A connection of the gate's shows as the address in an outcome; what
    anybody else sends, and what the resolver is asked, shows there."""

    def __init__(self, folder, root):
        self.pod = Pod()
        rule = {"id": "shop", "verdict": "allow", "hosts": ["shop.example"], "ports": ["1-65535"], "schemes": ["http", "https"], "addresses": ["198.51.100.0/24"]}
        self.gate = PodGate(self.pod, rules=[rule], resolve={"servers": ["10.91.0.1"]}, timeouts={"head": "1s"})
        self.gate.apply()
        self.gate.start()

    def reached(self):
        return 0

    def new_dials(self):
        """Whatever came out past the gate."""
        return len(self.pod.seen())

    def asked(self):
        return ["a name"] * int(self.gate.metric(r'exeat_lookups_total\{from="dns"'))

    def stop_all(self):
        self.pod.close()


def turned(data, at=NOBODY, port=443):
    """What a program of the shop hears that connects to this address, and says this."""

    def run(yard):
        done = subprocess.run(yard.pod.program("/usr/bin/python3", "-c", TALK, at, port, data.hex()), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        heard = bytes.fromhex(done.stdout.strip())
        return f"alert {heard[6]}" if heard[:1] == b"\x15" else heard.decode("latin-1") or "end"

    return Try(f"to {at}:{port} {data!r}"[:60], run, by="transparent")


def with_names(*entries):
    return records(message(named(*entries), *rest()))


def host(fields, target=b"/"):
    return turned(b"GET %s HTTP/1.1\r\n%sConnection: close\r\n\r\n" % (target, fields), port=80)


SHOP = b"shop.example"
OUT = "HTTP/1."  # the far side answers so whatever it hears

case(57, "Where a turned connection was made to is a wish", "transparent",
     *(turned(records(modern(SHOP)), at).ended(OUT, "client_gone", dials=0) for at in (NOBODY, METADATA)),
     *(turned(records(modern(b"evil.example")), at).refused("alert 49", "no_rule") for at in (NOBODY, METADATA, VENDOR)),
     yard="pod", by=("scenario/test_transparent.py::test_a_tls_connection_goes_to_the_host_that_its_hello_names_wherever_it_was_made_to",))
case(153, "A turned hello that names no host, or not one, is judged by the address that it was made to", "transparent",
     *(turned(with_names(*entries), VENDOR).refused("alert 49", "no_rule") for entries in
       (((0, SHOP), (0, b"evil.example")), ((7, SHOP),), ((0, b"shop.example."),), ((0, b"shop.example\0"),), ((0, b"198.51.100.7"),), ())), yard="pod")
case(154, "Turned HTTP means its one Host at the port that it was made to", "transparent",
     host(b"Host: evil.example\r\n").refused("HTTP/1.", "no_rule"), host(b"Host: shop.example\r\nHost: evil.example\r\n").malformed(OUT, "malformed_head"),
     host(b"").malformed(OUT, "malformed_head"), host(b"Host: shop.example:81\r\n").malformed(OUT, "misdirected"),
     host(b"Host: shop.example\r\n", b"http://evil.example/").refused(OUT, "no_rule"), host(b"Host: 198.51.100.7\r\n").refused(OUT, "no_rule"), yard="pod")
case(155, "Turned bytes of anything else are judged by their address, an encrypted hello by its outer name", "transparent",
     *(turned(data, VENDOR, port).refused("reset", "no_rule") for data, port in ((b"SSH-2.0-x\r\n", 22), (b"\0\1\2\3", 443), (b"EHLO a\r\n", 25))),
     turned(records(modern(b"cloudflare-ech.com", hellos.ech()))).refused("alert 49", "no_rule"), yard="pod")
