#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a growing policy costs: a decision alone (tests/bench/policy_cost.c), and whole requests through the gate and through
squid with the same lists of 10, 10,000 and 1,000,000 names.

    ./dev bench policy         the tables
    ./dev bench policy guard   only: a decision executes the same instructions for 10 and for 100,000 patterns"""
import os
import pathlib
import pwd
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from support.wait import wait_for  # noqa: E402

EXEAT = os.environ.get("EXEAT", str(TOP / "build/release/exeat"))
BENCH = os.environ.get("EXEAT_BENCH_POLICY", str(TOP / "build/release/tools/bench_policy"))
SQUID = shutil.which("squid") or "/usr/sbin/squid"
SIZES = (10, 10_000, 1_000_000)
REQUESTS = 20_000
GUARD_SIZES, GUARD_DECISIONS, GUARD_TOLERANCE = (10, 1_000_000), 4000, 0.02
TICK = os.sysconf("SC_CLK_TCK")


def instructions(patterns, folder):
    """Of one decision, by callgrind; what comes before and after is not counted."""
    counts = f"{folder}/counts"
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=judge_one", f"--callgrind-out-file={counts}", BENCH, "judge",
         str(patterns), str(GUARD_DECISIONS)], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1)) / GUARD_DECISIONS


def guard():
    with tempfile.TemporaryDirectory() as folder:
        few, many = (instructions(size, folder) for size in GUARD_SIZES)
    print(f"instructions a decision: {few:.0f} with {GUARD_SIZES[0]} patterns, {many:.0f} with {GUARD_SIZES[1]:,}")
    return few > 0 and abs(many - few) <= few * GUARD_TOLERANCE


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start_gate(folder, names, port):
    (folder / "exeat.yaml").write_text(f"""version: 1
listen: {{ forward: ["127.0.0.1:{port}"] }}
audit: {{ directory: audit, key: log.key, durability: batch }}
workers: 1
groups: {{ names: {{ file: {names} }} }}
rules: [{{ id: listed, verdict: allow, hosts: ["@names"], schemes: [http] }}]
""")
    return subprocess.Popen([EXEAT, "run", "-c", str(folder / "exeat.yaml")], stderr=open(folder / "log", "w"))


def start_squid(folder, names, port):
    """Squid writes a suffix as ".name"; it drops root, so the folder must be its user's."""
    theirs = folder / "names"
    theirs.write_text(names.read_text().replace("*.", "."))
    (folder / "squid.conf").write_text(f"""http_port 127.0.0.1:{port}
visible_hostname bench
acl allowed dstdomain -n "{theirs}"
http_access allow allowed
http_access deny all
access_log stdio:{folder}/access.log squid
cache_log {folder}/cache.log
cache deny all
cache_store_log none
coredump_dir {folder}
pid_filename {folder}/squid.pid
shutdown_lifetime 0 seconds
netdb_filename none
pinger_enable off
""")
    if os.getuid() == 0:
        user = pwd.getpwnam("proxy")
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
    return subprocess.Popen([SQUID, "-N", "-f", str(folder / "squid.conf")], stderr=subprocess.DEVNULL)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mib(pid):
    return int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1)) / 1024


def read_reply(stream):
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    stream.read(length)


def ask(port, pid):
    """Microseconds of CPU for a request that is refused: no origin, no DNS, only the decision and its record."""
    choose = random.Random(7)
    with socket.create_connection(("127.0.0.1", port)) as one, one.makefile("rb") as stream:
        before = cpu_seconds(pid)
        for _ in range(REQUESTS):
            one.sendall(b"GET http://x%08x.shop.example/ HTTP/1.1\r\nHost: x%08x.shop.example\r\n\r\n" % ((choose.getrandbits(32),) * 2))
            read_reply(stream)
        return (cpu_seconds(pid) - before) / REQUESTS * 1e6


def measure(start, size, names):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        port = free_port()
        began = time.monotonic()
        process = start(folder, names, port)
        try:
            wait_for(lambda: accepts(port), "the proxy to listen")
            took = time.monotonic() - began
            return took, resident_mib(process.pid), ask(port, process.pid)
        finally:
            process.terminate()
            process.wait()


def compare():
    contenders = {"exeat": start_gate}
    if pathlib.Path(SQUID).exists():
        contenders["squid"] = start_squid
    print("\n| proxy | names | to listening, s | PSS, MiB | CPU a refused request, µs | x ten names |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o755)
        lists = {size: pathlib.Path(folder) / str(size) for size in SIZES}
        for size, path in lists.items():
            subprocess.run([BENCH, "write", str(size), str(path)], check=True)
        for name, start in contenders.items():
            base = None
            for size in SIZES:
                took, pss, cost = measure(start, size, lists[size])
                base = base or cost
                print(f"| {name} | {size:,} | {took:.2f} | {pss:.1f} | {cost:.1f} | {cost / base:.2f} |", flush=True)


def main():
    if sys.argv[1:] == ["guard"]:
        return 0 if guard() else 1
    subprocess.run([BENCH], check=True)
    guard()
    compare()
    return 0


if __name__ == "__main__":
    sys.exit(main())
