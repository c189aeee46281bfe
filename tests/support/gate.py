# SPDX-License-Identifier: Apache-2.0
"""A gate under test: its configuration, its process, its records, and raw connections to it."""
import http.client
import json
import os
import pathlib
import random
import re
import socket
import ssl
import subprocess
import threading

from .wait import wait_for

TOP = pathlib.Path(__file__).resolve().parents[2]
EXEAT = os.environ.get("EXEAT", str(TOP / "build" / "dev" / "exeat"))
# Where a thousand starts or a figure of memory are wanted: the one without sanitizers.
RELEASE = os.environ.get("EXEAT_RELEASE", str(TOP / "build" / "release" / "exeat"))
LOOPBACK = ["127.0.0.0/8"]


handed_out = set()
SIDE = os.environ.get("PYTEST_XDIST_WORKER")  # "gw2": who runs beside us has other ports
PORTS = range(10000, 32000) if SIDE is None else range(10000 + int(SIDE[2:]) % 4 * 5500, 15500 + int(SIDE[2:]) % 4 * 5500)


def free_port():
    """A port that nobody has, from below those that the kernel hands out: tests run side by side. Nobody in this process is
    given it again."""
    while True:
        port = random.choice(PORTS)
        if port in handed_out:
            continue
        handed_out.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def run_exeat(*words, **options):
    """Runs a subcommand to its end; what a sanitizer finds is an error of the test."""
    done = subprocess.run([EXEAT, *map(str, words)], capture_output=True, text=True, timeout=120, **options)
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
    return done


def is_whole(line):
    """A line of the log in JSON; the last one may have come half."""
    return line.startswith("{") and line.endswith("}\n")


class Gate:
    """Writes a configuration; start() runs it. The sections given replace the defaults of the test."""

    def __init__(self, folder, root=None, **sections):
        self.folder = folder
        self.port = free_port()
        self.admin_port = free_port()
        self.process = None
        self.log_path = folder / "gate.log"
        self.config_path = folder / "exeat.yaml"
        self.config = {
            "version": 1,
            "listen": {
                "forward": [f"127.0.0.1:{self.port}"],
                "admin": f"127.0.0.1:{self.admin_port}",
                "control": "control.sock",
            },
            "audit": {"directory": "audit", "origin": "audit.example/test", "key": "keys/log.key"},
            "tls": {"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key"}},
            "workers": 2,
            "log": {"format": "json", "level": "info"},
        }
        if root is not None:
            self.config["tls"]["upstream"] = {"roots": str(root.path)}
        self.merge(sections)

    def merge(self, sections):
        for name, value in sections.items():
            if isinstance(value, dict) and isinstance(self.config.get(name), dict):
                self.config[name] = {**self.config[name], **value}
            else:
                self.config[name] = value

    def write(self, path=None):
        """All of it at once: the gate may be reading."""
        path = path or self.config_path
        fresh = path.parent / ".written"
        fresh.write_text(json.dumps(self.config, indent=1))  # JSON is YAML
        os.replace(fresh, path)

    # --- process --------------------------------------------------------------------------------------------------

    def start(self, **environment):
        self.write()
        if not (self.folder / "keys" / "ca.pem").exists() and "authority" in self.config["tls"]:
            made = run_exeat("ca", "init", "-c", self.config_path)
            assert made.returncode == 0, made.stderr
        before = len(self.events("started")) if self.log_path.exists() else 0
        self.launch(**environment)
        wait_for(lambda: len(self.events("started")) > before or self.process.poll() is not None, "the gate to start")
        assert self.process.poll() is None, self.log()
        return self

    def launch(self, **environment):
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [EXEAT, "run", "-c", str(self.config_path)], stderr=self.log_file, env={**os.environ, **environment}
        )

    def stop(self):
        """Asks the gate to end, and holds it to an orderly end."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process = None
        assert code == 0, self.log()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def descriptors(self, kind):
        """What the process has open of a kind: "pipe:", "socket:"."""
        folder = pathlib.Path(f"/proc/{self.process.pid}/fd")
        return [found for found in map(os.readlink, folder.iterdir()) if found.startswith(kind)]

    def log(self):
        return self.log_path.read_text(errors="replace")

    def events(self, name):
        """The lines of the log that tell it. They are written by a thread of their own: read once the log is known to be written,
        as it is behind the answer to a command."""
        self.flush_log()
        return [json.loads(line) for line in self.log().splitlines(keepends=True) if is_whole(line) and f'"{name}"' in line]

    def flush_log(self):
        control = self.folder / str(self.config["listen"].get("control", "none"))
        if self.process is None or self.process.poll() is not None:
            return False
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(10)  # a gate that waits for its disk answers nobody
                connection.connect(str(control))
                connection.sendall(b"erasing\n")
                return connection.recv(100) != b""
        except OSError:
            return False

    # --- records --------------------------------------------------------------------------------------------------

    def export(self, *words):
        done = run_exeat("audit", "export", "-c", self.config_path, "-o", "records", *words)
        assert done.returncode in (0, 1), done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def decisions(self, *words):
        return [record for record in self.export(*words) if record["kind"] == "decision"]

    def outcome_of(self, decision):
        """Waits for the outcome of a decision: it is written after the client has its reply."""
        return wait_for(
            lambda: next(
                (r for r in self.export() if r["kind"] == "completion" and r["request"] == decision["request"]), None
            ),
            "the outcome record",
        )

    def only_decision(self, *words):
        found = wait_for(lambda: self.decisions(*words), "a decision record")
        assert len(found) == 1, found
        return found[0]

    def verify(self, *words):
        return run_exeat("audit", "verify", "-c", self.config_path, *words)

    def bundle(self):
        """Who reads it meanwhile has all of it: clients begin side by side."""
        path = self.folder / "bundle.pem"
        done = run_exeat("ca", "bundle", "-c", self.config_path)
        assert done.returncode == 0, done.stderr
        begun = self.folder / f"bundle.{threading.get_ident()}"
        begun.write_text(done.stdout)
        begun.replace(path)
        return path

    def metric(self, pattern):
        """The sum of all metrics whose line matches."""
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.metrics().splitlines() if re.match(pattern, line))

    def metrics(self):
        return self.admin("/metrics")[1]

    def admin(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=60)
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()

    def control(self, line):
        """One line to the control socket; its answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(self.folder / "control.sock"))
            connection.sendall(line.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode()

    # --- connections ----------------------------------------------------------------------------------------------

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        return connection

    def send(self, request):
        """Sends raw bytes and reads one reply."""
        with self.connect() as connection:
            connection.sendall(request)
            return read_reply(connection)

    def get(self, url, method="GET", headers=None, body=None):
        """A request in absolute-form, as a client with HTTP_PROXY sends it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, url, body=body, headers=headers or {})
        reply = connection.getresponse()
        reply.body = reply.read()
        connection.close()
        return reply

    def tunnel(self, host, port=443, extra=b""):
        """CONNECT; returns the socket and the reply to it."""
        connection = self.connect()
        connection.sendall(b"CONNECT %s:%d HTTP/1.1\r\nHost: %s:%d\r\n%s\r\n" % (host.encode(), port, host.encode(), port, extra))
        return connection, read_head(connection)

    def secure(self, host, port=443, roots=None, server_name=None, extra=b""):
        """CONNECT and a TLS handshake; `roots` default to the gate's own bundle."""
        connection, head = self.tunnel(host, port, extra)
        assert head.startswith(b"HTTP/1.1 200"), head
        context = ssl.create_default_context(cafile=str(roots or self.bundle()))
        return context.wrap_socket(connection, server_hostname=server_name or host, suppress_ragged_eofs=False)


def read_head(connection):
    """Bytes up to and including the empty line, none beyond."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            break
        head += byte
    return head


def read_reply(connection, method="GET"):
    reply = http.client.HTTPResponse(connection, method=method)
    reply.begin()
    reply.body = reply.read()
    return reply


def ask(connection, request, method="GET"):
    connection.sendall(request)
    return read_reply(connection, method)


def allow(host, **more):
    """A rule that lets a host on loopback be reached on any port, over http and https."""
    rule = {
        "id": more.pop("id", "allowed"),
        "verdict": "allow",
        "hosts": [host],
        "schemes": ["http", "https"],
        "ports": ["1-65535"],
        "addresses": LOOPBACK,
    }
    return {**rule, **more}


def hosts(*names, address="127.0.0.1"):
    """Fixed answers: these names are on loopback."""
    return {"hosts": {name: [address] for name in names}}
