# SPDX-License-Identifier: Apache-2.0
"""A network namespace as a pod has it: resolv.conf names the gate, and a resolver of its own stands beside."""
import os
import pathlib
import re
import secrets
import subprocess

from .apart import inside, run
from .gate import EXEAT, Gate
from .wait import wait_for

RESOLVER = "127.0.0.2"


class Pod:
    """`records`: what dnsmasq answers, as its options."""

    def __init__(self, folder, records, search=()):
        self.name = f"exeat-d-{secrets.token_hex(3)}"
        self.etc = pathlib.Path("/etc/netns") / self.name  # ip netns exec puts it over /etc
        self.etc.mkdir(parents=True)
        lines = ["nameserver 127.0.0.1", f"search {' '.join(search)}" if search else "", "options ndots:5 timeout:5"]
        (self.etc / "resolv.conf").write_text("\n".join(lines) + "\n")
        run("ip", "netns", "add", self.name)
        run("ip", "-n", self.name, "link", "set", "lo", "up")
        self.log = folder / "dnsmasq.log"
        words = ["dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--log-queries", f"--log-facility={self.log}",
                 "--bind-interfaces", f"--listen-address={RESOLVER}", "--conf-file=/dev/null", "--user=root", "--pid-file",
                 "--auth-ttl=60", "--local-ttl=60", *records]
        self.resolver = subprocess.Popen([*inside(self.name), *words])
        wait_for(lambda: self.log.exists() and "started" in self.log.read_text(), "the pod's resolver to start")

    def run(self, *words):
        return subprocess.run([*inside(self.name), *words], capture_output=True, text=True, timeout=60)

    def asked(self):
        """What the resolver was asked: (type, name)."""
        return re.findall(r"query\[(\w+)\] (\S+) from", self.log.read_text())

    def close(self):
        self.resolver.terminate()
        self.resolver.wait()
        run("ip", "netns", "delete", self.name)
        (self.etc / "resolv.conf").unlink()
        self.etc.rmdir()


class PodGate(Gate):
    def __init__(self, folder, pod, **sections):
        super().__init__(folder, **sections)
        self.pod = pod
        self.config["tls"] = {}
        self.config["listen"]["dns"] = ["127.0.0.1:53"]
        self.config.setdefault("resolve", {"servers": [RESOLVER]})

    def launch(self, **environment):
        self.log_file = open(self.log_path, "ab")
        words = [*inside(self.pod.name), EXEAT, "run", "-c", str(self.config_path)]
        self.process = subprocess.Popen(words, stderr=self.log_file, env={**os.environ, **environment})
