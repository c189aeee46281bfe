# SPDX-License-Identifier: Apache-2.0
"""A pod and the internet, as two network namespaces. The pod has two uplinks: whatever the gate's user sends takes the one, and
all else the other, so that the far side tells who sent a packet without trusting the rules that are under test."""
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import tempfile

import pytest

from .gate import EXEAT, Gate, run_exeat
from .wait import wait_for
from .ways import GATE_USER, HELPER_USER, NAME_SERVER, SHOP, VENDOR, VENDOR6

HERE = pathlib.Path(__file__).resolve().parent
MARK_PORT = 7777


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, **options)
    if done.returncode != 0:
        pytest.fail(f"a pod of network namespaces cannot be made (this test needs root, or CAP_SYS_ADMIN and CAP_NET_ADMIN, "
                    f"iproute2 and nftables): {' '.join(words)}: {done.stderr.strip()}")


def as_user(user, *words):
    """As manifests have it: no capability, none to be had, and none by a set-user-ID program."""
    return ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all",
            "--no-new-privs", "--", *map(str, words)]


class Pod:
    def __init__(self):
        mark = secrets.token_hex(3)
        self.name, self.internet = f"exeat-p-{mark}", f"exeat-i-{mark}"
        self.processes = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="exeat-pod-"))
        os.chmod(self.folder, 0o755)
        (self.folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n")
        run("ip", "netns", "add", self.name)
        run("ip", "netns", "add", self.internet)
        self.wire("eth0", 90)
        self.wire("gate0", 91)
        for name in (self.name, self.internet):
            run("ip", "-n", name, "link", "set", "lo", "up")
        self.route()
        for address in (f"{VENDOR}/32", f"{VENDOR6}/128", "169.254.169.254/32"):
            run("ip", "-n", self.internet, "address", "add", address, "dev", "lo")
        # groups are reported at once; echo is allowed to all, as container engines have it
        run(*self.inside(), "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647", "net.ipv4.conf.eth0.force_igmp_version=2",
            "net.ipv6.conf.eth0.force_mld_version=1")
        self.far = self.talk(["ip", "netns", "exec", self.internet, "/usr/bin/python3", HERE / "far_side.py", "eth0"])
        self.marker = self.talk([*self.inside(), "/usr/bin/python3", "-c", MARKER])

    def wire(self, device, net):
        run("ip", "link", "add", device, "netns", self.name, "type", "veth", "peer", "name", device, "netns", self.internet)
        for name, host in ((self.name, 2), (self.internet, 1)):
            run("ip", "netns", "exec", name, "sysctl", "-qw", f"net.ipv6.conf.{device}.addr_gen_mode=1")
            run("ip", "-n", name, "address", "add", f"10.{net}.0.{host}/24", "dev", device)
            run("ip", "-n", name, "address", "add", f"2001:db8:{net}::{host}/64", "dev", device, "nodad")
            run("ip", "-n", name, "address", "add", f"fe80::{net}:{host}/64", "dev", device, "nodad")
            run("ip", "-n", name, "link", "set", device, "up")

    def route(self):
        for family, via in (("-4", "10.{}.0.1"), ("-6", "2001:db8:{}::1")):
            run("ip", "-n", self.name, family, "route", "add", "default", "via", via.format(90), "dev", "eth0")
            run("ip", "-n", self.name, family, "route", "add", "default", "via", via.format(91), "dev", "gate0", "table", "91")
            run("ip", "-n", self.name, family, "rule", "add", "uidrange", f"{GATE_USER}-{GATE_USER}", "lookup", "91")

    def inside(self):
        return ["ip", "netns", "exec", self.name]

    def talk(self, words):
        """A program that says it is ready, and is then asked in lines."""
        process = subprocess.Popen(list(map(str, words)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    def serve(self, certificate, key):
        """Origins in the internet: TLS at 9443, and one that speaks first at 2525."""
        return self.talk(["ip", "netns", "exec", self.internet, "/usr/bin/python3", HERE / "far_origin.py", certificate, key])

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
        for name in (self.name, self.internet):
            run("ip", "netns", "delete", name)
        shutil.rmtree(self.folder)

    def lend(self, path):
        """A copy of a file that all of the pod's users may read."""
        copy = self.folder / f"{secrets.token_hex(4)}-{pathlib.Path(path).name}"
        shutil.copy(path, copy)
        os.chmod(copy, 0o644)
        return copy

    # --- who tries what ---------------------------------------------------------------------------------------------------

    def program(self, *words, user=SHOP):
        """One of the shop's, with the pod's own resolv.conf."""
        bind = f'mount --bind {self.folder}/resolv.conf /etc/resolv.conf && exec "$@"'
        return [*self.inside(), "unshare", "-m", "sh", "-c", bind, "sh", *as_user(user, *words)]

    def try_way(self, name, user=SHOP, **environment):
        done = subprocess.run(self.program("/usr/bin/python3", HERE / "ways.py", name, user=user), capture_output=True, text=True,
                              timeout=120, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        return done.stderr.strip()

    def help_others(self):
        return self.talk(self.program("/usr/bin/python3", HERE / "ways.py", "help_others", user=HELPER_USER))

    def seen(self):
        """What has come out of the pod since it was asked last, but for the gate's: all before a frame of the test's own, which
        no rule holds."""
        mark = secrets.token_hex(8)
        self.marker.stdin.write(mark + "\n")
        self.marker.stdin.flush()
        self.far.stdin.write(f"seen {mark}\n")
        self.far.stdin.flush()
        return json.loads(self.far.stdout.readline())

    def counters(self):
        listed = subprocess.run([*self.inside(), "nft", "-j", "list", "counters", "table", "inet", "exeat"], capture_output=True,
                                text=True, check=True)
        return {row["counter"]["name"]: row["counter"]["packets"] for row in json.loads(listed.stdout)["nftables"] if "counter" in row}

    def rules(self):
        return subprocess.run([*self.inside(), "nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout


MARKER = f"""
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
print("ready", flush=True)
for line in sys.stdin:
    datagram = bytes(2) + ({MARK_PORT}).to_bytes(2, "big") + bytes(4) + line.strip().encode()
    packet = b"E" + bytes(8) + bytes([socket.IPPROTO_UDP]) + bytes(10) + datagram
    wire.send(bytes([255] * 6 + [0] * 6 + [8, 0]) + packet)
"""


class PodGate(Gate):
    """The gate of a pod, as its own user. Its ports are its own, since the namespace is."""

    def __init__(self, pod, **sections):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gate-", dir=pod.folder))
        super().__init__(folder, rules=[])
        self.pod = pod
        self.port, self.admin_port = 3128, 9901
        self.config["listen"] = {
            "forward": ["127.0.0.1:3128"], "transparent": ["127.0.0.1:3129", "[::1]:3129"], "admin": "127.0.0.1:9901",
            "control": "control.sock",
        }
        self.config["redirect"] = {"uid": GATE_USER}
        self.config["tls"] = {}
        self.config["workers"] = 1
        self.merge(sections)

    def write(self, path=None):
        super().write(path)
        self.hand_over()

    def hand_over(self):
        """All of it is the gate's."""
        for place in (self.folder, *self.folder.rglob("*")):
            os.chown(place, GATE_USER, GATE_USER)

    def launch(self, **environment):
        self.hand_over()
        self.log_file = open(self.log_path, "ab")
        words = self.pod.program(EXEAT, "run", "-c", self.config_path, user=GATE_USER)
        self.process = subprocess.Popen(words, stderr=self.log_file, env={**os.environ, **environment})

    def run(self, *words, prefix=()):
        """A command of the program in the pod, by default as its root."""
        done = subprocess.run([*self.pod.inside(), *prefix, EXEAT, *words, "-c", str(self.config_path)], capture_output=True,
                              text=True, timeout=120)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done

    def apply(self, **options):
        self.write()
        done = self.run("redirect", "apply", **options)
        assert done.returncode == 0, done.stderr
        self.pod.seen()  # what the kernel sent before, when the cable was plugged in
        return done

    def curl(self, *words):
        done = subprocess.run([*self.pod.inside(), "curl", "-s", "--max-time", "60", *words], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (words, done)
        return done.stdout

    def metrics(self):
        return self.curl(f"http://127.0.0.1:{self.admin_port}/metrics")

    def ready(self):
        """The answer to /readyz, with its status."""
        return self.curl("-w", "%{http_code}", f"http://127.0.0.1:{self.admin_port}/readyz").rsplit("\n", 1)[::-1]

    def containment(self):
        return [record["detail"] for record in self.export() if record.get("event") == "containment"]


__all__ = ["GATE_USER", "SHOP", "Pod", "PodGate", "as_user", "run_exeat", "wait_for"]
