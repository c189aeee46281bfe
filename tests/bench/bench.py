# SPDX-License-Identifier: Apache-2.0
"""What the gate costs, as ratios within one run: the same small replies from nginx, directly and through the gate, by
wrk on keep-alive connections. Absolute figures say nothing about another machine, so none are printed."""
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from support.gate import Gate, allow, free_port, hosts  # noqa: E402
from support.wait import wait_for  # noqa: E402

ROUNDS = 5
SECONDS = 3
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{body}"; }} }} }}
"""
SCRIPT = """
wrk.headers["Host"] = "shop.example:{port}"
local line = wrk.format("GET", "http://shop.example:{port}/")
request = function() return line end
"""


def wrk(port, *words):
    done = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{SECONDS}s", *map(str, words), f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="exeat-bench-"))
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, body="x" * 1024))
    (folder / "absolute.lua").write_text(SCRIPT.format(port=port))
    nginx = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    gates = {}
    try:
        wait_for(lambda: subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/"], capture_output=True).stdout, "nginx")
        for durability in ("commit", "batch"):
            place = folder / durability
            place.mkdir()
            audit = {"directory": "audit", "origin": "bench/x", "key": "keys/log.key", "durability": durability}
            gates[durability] = Gate(place, resolve=hosts("shop.example"), rules=[allow("shop.example")], workers=1, audit=audit, tls={}).start()
        shares = {name: [] for name in gates}
        for _ in range(ROUNDS):
            direct = wrk(port)
            for name, gate in gates.items():
                shares[name].append(wrk(gate.port, "-s", folder / "absolute.lua") / direct)
        print("plain keep-alive GET of 1 KiB, one worker, audit on; share of nginx asked directly")
        for name, found in shares.items():
            print(f"  durability {name:7} {statistics.median(found):.3f}  (of {ROUNDS}: {min(found):.3f} to {max(found):.3f})")
    finally:
        for gate in gates.values():
            gate.stop()
        nginx.terminate()
        nginx.wait()
        subprocess.run(["rm", "-r", folder], check=True)


if __name__ == "__main__":
    main()
