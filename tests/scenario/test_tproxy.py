# SPDX-License-Identifier: Apache-2.0
"""A gate on a host that others are routed through: rules with `tproxy` hand their connections over, with the addresses that they
were made to."""
import os
import subprocess

import pytest
from support.apart import Apart, FarGate, inside, run
from support.containment import End
from support.gate import EXEAT

ORIGIN, ORIGIN6 = "10.77.0.2", "2001:db8:77::2"
NOBODY, NOBODY6 = "203.0.113.9", "2001:db8:9::9"
RULES = """
table inet handing {
    chain over {
        type filter hook prerouting priority mangle; policy accept;
        iifname "cable" meta nfproto ipv4 tcp dport 80 tproxy ip to 127.0.0.1:3129 meta mark set 1
        iifname "cable" meta nfproto ipv6 tcp dport 80 tproxy ip6 to [::1]:3129 meta mark set 1
    }
}
"""
SERVER = """
import socket
server = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    with server.accept()[0] as visitor:
        visitor.recv(65536)
        visitor.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\nConnection: close\\r\\n\\r\\nhello\\n")
"""


@pytest.fixture
def apart(things):
    """The clients' side of the cable (where the origin is, too) knows no way but through the gate's."""
    one = Apart()
    things.append(one)
    for name, host in ((one.gate, 1), (one.witness, 2)):
        run("ip", "-n", name, "address", "add", f"2001:db8:77::{host}/64", "dev", "cable", "nodad")
    run("ip", "-n", one.witness, "route", "add", "default", "via", "10.77.0.1")
    run("ip", "-n", one.witness, "-6", "route", "add", "default", "via", "2001:db8:77::1")
    for family, everything in (("-4", "0.0.0.0/0"), ("-6", "::/0")):
        run("ip", "-n", one.gate, family, "rule", "add", "fwmark", "1", "lookup", "100")
        run("ip", "-n", one.gate, family, "route", "add", "local", everything, "dev", "lo", "table", "100")
    done = subprocess.run([*inside(one.gate), "nft", "-f", "-"], input=RULES, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return one


class Handed(FarGate):
    def __init__(self, folder, apart, prefix=()):
        super().__init__(folder, apart)
        self.prefix = prefix
        self.config["listen"]["transparent"] = ["127.0.0.1:3129", "[::1]:3129"]
        self.config["workers"] = 2  # each has sockets of its own
        self.config["resolve"] = {"hosts": {"shop.example": [ORIGIN, ORIGIN6]}}
        self.config["rules"] = [{"id": "shop", "verdict": "allow", "hosts": ["shop.example"], "schemes": ["http"], "ports": [80],
                                 "addresses": [f"{ORIGIN}/32", f"{ORIGIN6}/128"]}]

    def launch(self, **environment):
        self.log_file = open(self.log_path, "ab")
        words = [*inside(self.apart.gate), *self.prefix, EXEAT, "run", "-c", str(self.config_path)]
        self.process = subprocess.Popen(words, stderr=self.log_file, env={**os.environ, **environment})


@pytest.fixture
def handed(apart, things, tmp_path):
    def make(prefix=()):
        folder = tmp_path / "gate"
        folder.mkdir()
        one = Handed(folder, apart, prefix)
        things.append(End(one))
        return one.start()

    return make


@pytest.fixture
def origin(apart, things):
    process = subprocess.Popen([*inside(apart.witness), "/usr/bin/python3", "-c", SERVER], stdout=subprocess.PIPE, text=True)
    things.append(Ended(process))
    assert process.stdout.readline() == "ready\n"


class Ended:
    def __init__(self, process):
        self.process = process

    def close(self):
        self.process.kill()
        self.process.wait()


def fetch(apart, host, at):
    place = f"[{at}]" if ":" in at else at
    words = ["curl", "-s", "--max-time", "60", "--connect-to", f"::{place}:80", "-w", "%{http_code}", f"http://{host}/"]
    return subprocess.run([*inside(apart.witness), *words], capture_output=True, text=True, timeout=120).stdout


def test_what_tproxy_hands_over_is_judged_as_what_is_turned(apart, handed, origin):
    one = handed()
    assert one.events("tproxy_refused") == []
    expected = []
    for at in (NOBODY, NOBODY6):
        for _ in range(8):  # by one worker or another, as the kernel spreads them
            assert fetch(apart, "shop.example", at) == "hello\n200"
            expected.append(("allow", "shop.example", 80))
        assert fetch(apart, "evil.example", at).endswith("403")
        expected.append(("deny", "evil.example", 80))
    assert [(record["verdict"], record["host"], record["port"]) for record in one.decisions()] == expected


def test_without_the_privilege_the_log_says_what_to_do(apart, handed):
    one = handed(["setpriv", "--bounding-set", "-net_admin,-net_raw"])
    (said,) = one.events("tproxy_refused")
    assert "NET_ADMIN" in said["advice"] and "redirect" in said["detail"]
