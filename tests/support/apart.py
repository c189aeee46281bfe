# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces with a cable between them: a gate in one, its witness in the other."""
import json
import os
import secrets
import subprocess

import pytest

from .gate import EXEAT, Gate
from .witness import TOKEN, Witness

GATE_SIDE, WITNESS_SIDE = "10.77.0.1", "10.77.0.2"


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        pytest.fail(f"two network namespaces cannot be made (this test needs root, or CAP_SYS_ADMIN and CAP_NET_ADMIN, and "
                    f"iproute2): {' '.join(words)}: {done.stderr.strip()}")


class Apart:
    def __init__(self):
        mark = secrets.token_hex(3)
        self.gate, self.witness = f"exeat-g-{mark}", f"exeat-w-{mark}"
        self.made = []
        for name in (self.gate, self.witness):
            run("ip", "netns", "add", name)
            self.made.append(name)
        run("ip", "link", "add", "cable", "netns", self.gate, "type", "veth", "peer", "name", "cable", "netns", self.witness)
        for name, address in ((self.gate, GATE_SIDE), (self.witness, WITNESS_SIDE)):
            run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "cable")
            run("ip", "-n", name, "link", "set", "cable", "up")
            run("ip", "-n", name, "link", "set", "lo", "up")

    def cut(self):
        run("ip", "-n", self.gate, "link", "set", "cable", "down")

    def mend(self):
        run("ip", "-n", self.gate, "link", "set", "cable", "up")

    def close(self):
        for name in self.made:
            run("ip", "netns", "delete", name)


def inside(name):
    return ["ip", "netns", "exec", name]


class FarWitness(Witness):
    def __init__(self, folder, apart, **more):
        super().__init__(folder, listen=WITNESS_SIDE, prefix=inside(apart.witness), **more)

    def last(self, origin):
        """The cosigned checkpoint of a log, as an auditor beside the witness gets it."""
        words = [*self.prefix, "curl", "-sf", f"http://{self.address}:{self.port}/checkpoint/{origin}"]
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


class FarGate(Gate):
    """A gate that only the programs of its own namespace reach."""

    def __init__(self, folder, apart, witness=None, **more):
        super().__init__(folder, rules=[])
        self.apart = apart
        self.config["tls"] = {}
        self.config["workers"] = 1
        if witness is not None:
            self.config["audit"]["witness"] = {
                "url": f"http{'s' if witness.certificate else ''}://{witness.address}:{witness.port}",
                "key_file": str(witness.vkey_path),
                "enrol_token_file": str(witness.token_path),
                "interval": "100ms",
                **more,
            }

    def launch(self, **environment):
        self.log_file = open(self.log_path, "ab")
        words = [*inside(self.apart.gate), EXEAT, "run", "-c", str(self.config_path)]
        self.process = subprocess.Popen(words, stderr=self.log_file, env={**os.environ, **environment})

    def ask(self, *words):
        done = subprocess.run([*inside(self.apart.gate), "curl", "-s", *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def metrics(self):
        return self.ask(f"http://127.0.0.1:{self.admin_port}/metrics")

    def refuse(self, count):
        """That many requests which the policy refuses: each leaves a record. Gives their statuses."""
        names = [f"http://evil{number}.example/" for number in range(count)]
        words = ["-o", "/dev/null", "-w", "%{http_code}\n", "-x", f"http://127.0.0.1:{self.port}"]
        return self.ask(*[part for name in names for part in (*words, name, "--next")][:-1]).split()

    def state(self):
        for line in self.metrics().splitlines():
            if line.startswith("exeat_witness_state{") and line.endswith(" 1"):
                return json.loads(line.split("state=")[1].split("}")[0])
        return None


__all__ = ["Apart", "FarGate", "FarWitness", "TOKEN"]
