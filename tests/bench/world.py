# SPDX-License-Identifier: Apache-2.0
"""The world of one run: a network of its own, an origin, contenders, and the load generator. The contender is pinned to one
core, origin and load to the other; with `two`, each has two workers and nothing is pinned."""
import ctypes
import fcntl
import json
import os
import pathlib
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from cryptography.hazmat.primitives import serialization  # noqa: E402
from contenders import ALL, NAME, PLAIN, SECURE  # noqa: E402
from support.certificates import Root  # noqa: E402
from support.wait import wait_for  # noqa: E402

CONTENDER_CORE, LOAD_CORE = 0, 1


def enter_own_network():
    """Runs this program again in namespaces of its own: nothing that it does is seen outside, its ports are all free."""
    if os.environ.get("EXEAT_BENCH_INSIDE"):
        raise_loopback()
        return
    as_root = [] if os.geteuid() == 0 else ["-r"]
    os.environ["EXEAT_BENCH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", *as_root, "-m", "-n", "-p", "-f", "--mount-proc", "--kill-child", sys.executable, *sys.argv])


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200_000, 200_000))
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for name, value in (("ip_local_port_range", "20000 65000"), ("tcp_tw_reuse", "1")):
        pathlib.Path("/proc/sys/net/ipv4", name).write_text(value)


def tree_of(process):
    """A process and all that descend from it."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = [], [process]
    while left:
        found.append(left.pop())
        left += parents.get(found[-1], [])
    return found


def memory_of(process):
    """PSS in KiB of a process and its descendants: what they would give back, shared pages divided among their users."""
    total = 0
    for one in tree_of(process):
        try:
            total += int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{one}/smaps_rollup").read_text(), re.M)[1])
        except (OSError, TypeError):
            continue
    return total


class World:
    def __init__(self, two=False):
        self.two = two
        self.exeat = pathlib.Path(os.environ["EXEAT"])
        self.tools = pathlib.Path(os.environ["EXEAT_BENCH_TOOLS"])
        self.temporary = tempfile.TemporaryDirectory(prefix="exeat-bench-", ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self.temporary.name)
        self.folder.chmod(0o755)
        self.root = Root(self.folder)
        self.files = min(60_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0])  # for those who want a limit
        self.root_key = self.root.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.leaf = self.root.issue(NAME)
        self.hosts = self.folder / "hosts"
        self.hosts.write_text(f"127.0.0.1 localhost {NAME} denied.test\n")
        subprocess.run(["mount", "--bind", self.hosts, "/etc/hosts"], check=True)
        self.processes, self.contenders = {}, {}
        self.next_port = 13100
        command = [self.tools / "origin", str(PLAIN), str(SECURE), *self.leaf, "2" if two else "1"]
        self.launch("origin", command, self.folder, LOAD_CORE)
        self.wait_for_port("origin", SECURE)

    # --- processes ----------------------------------------------------------------------------------------------------

    def launch(self, name, command, folder, core, environment=None):
        cores = {CONTENDER_CORE, LOAD_CORE} if self.two else {core}

        def settle_down():
            os.sched_setaffinity(0, cores)
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG

        log = open(folder / "output.log", "ab")
        self.processes[name] = subprocess.Popen(
            [str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=settle_down, env={**os.environ, **(environment or {})},
        )

    def wait_for_port(self, name, port):
        def look():
            if self.processes[name].poll() is not None:
                raise RuntimeError(f"{name} ended: " + (self.folder_of(name) / "output.log").read_text(errors="replace")[-800:])
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_for(look, f"{name} to listen")

    def folder_of(self, name):
        return self.folder / name if name in self.contenders else self.folder

    def start(self, name, kind=None, label=None):
        """Starts a contender unless it runs; gives it, or None when it is not installed."""
        label = label or name
        if label in self.contenders:
            return self.contenders[label]
        kind = kind or ALL[name]
        if not kind.is_there():
            return None
        folder = self.folder / label
        folder.mkdir()
        folder.chmod(0o755)
        self.next_port += 1
        contender = kind(self, folder, self.next_port, 2 if self.two else 1)
        contender.label = label
        self.contenders[label] = contender
        self.launch(label, contender.command(), folder, CONTENDER_CORE, contender.environment)
        self.wait_for_port(label, contender.port)
        wait_for(contender.is_ready, f"{label} to be ready")
        return contender

    def stop(self, label, hard=False):
        process = self.processes.pop(label)
        self.contenders.pop(label, None)
        family = tree_of(process.pid)[1:]  # workers outlive a master that is killed, and would go on listening
        process.kill() if hard else process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for one in family:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def close(self):
        for label in [*self.processes][::-1]:
            self.stop(label, hard=not label.startswith("exeat"))
        subprocess.run(["umount", "/etc/hosts"], check=True)
        self.temporary.cleanup()

    # --- load -----------------------------------------------------------------------------------------------------------

    def load_command(self, contender, words, way, tls):
        command = [self.tools / "load", "--to", f"127.0.0.1:{contender.port}", "--way", way]
        if way == "proxy":
            command += contender.page_words
        if tls:
            command += ["--tls", getattr(contender, "roots", None) or self.root.path]
        if "--host" not in words:
            command += ["--host", f"{NAME}:{SECURE if tls else PLAIN}"]
        for process in tree_of(self.processes[contender.label].pid)[:8]:
            command += ["--watch", process]
        return [str(word) for word in (*command, *words)]

    def load(self, contender, words, way="proxy", tls=False):
        command = self.load_command(contender, words, way, tls)
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, preexec_fn=self.pin_load)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        found = json.loads(done.stdout)
        found["complaints"] = done.stderr
        return found

    def pin_load(self):
        os.sched_setaffinity(0, {CONTENDER_CORE, LOAD_CORE} if self.two else {LOAD_CORE})

    def hold(self, contender, words, way, tls):
        """Connections that are kept until the process that this gives is told to end (close its input)."""
        process = subprocess.Popen(
            self.load_command(contender, [*words, "--hold", "--seconds", "60"], way, tls), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, preexec_fn=self.pin_load,
        )
        process.said = process.stdout.readline().strip()
        return process


def wait_quiet(process, seconds=2.0):
    """Until a contender has hardly used any CPU for a moment, so that nobody's clean-up is measured as another's work."""
    def used():
        total = 0
        for one in tree_of(process):
            try:
                total += int(pathlib.Path(f"/proc/{one}/schedstat").read_text().split()[0])
            except OSError:
                continue
        return total

    until = time.monotonic() + seconds
    before = used()
    while time.monotonic() < until:
        time.sleep(0.05)
        now = used()
        if now - before < 1_000_000:
            return
        before = now
