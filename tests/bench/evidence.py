#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to check and to show a million records, beside the cheapest that anyone could do with the same bytes:
sha256sum over the files, and a SELECT of every column through the sqlite3 shell. Ratios of medians of five interleaved runs. The memory
is what the command held at most, and never less than this script itself holds.

    tests/bench/evidence.py [RECORDS]       EXEAT names the program; make_store must lie beside it"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

EXEAT = pathlib.Path(os.environ["EXEAT"])
ROUNDS = 5


def run(*words):
    """(seconds, KiB at most) of a command whose output nobody reads."""
    start = time.monotonic()
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 4), words  # 4: the key was not given
    return time.monotonic() - start, usage.ru_maxrss


def select(store):
    segments = sorted(store.glob("seg-*[0-9a-f].db"))
    segments = [path for path in segments if not path.name.endswith(".priv.db")]
    for path in segments:
        yield ["sqlite3", f"file:{path}?immutable=1",
               f"ATTACH 'file:{path.with_suffix('')}.priv.db?immutable=1' AS p; SELECT * FROM rec r LEFT JOIN p.priv USING (seq) ORDER BY r.seq"]


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folder = pathlib.Path(tempfile.mkdtemp(prefix="exeat-evidence-"))
    store = folder / "audit"
    subprocess.run([EXEAT.parent / "make_store", store, folder / "key", str(records // 2), str(30 * 86400)], check=True)
    times = {"sha256sum": [], "SELECT": [], "verify": []}
    memory = {}
    for _ in range(ROUNDS):
        times["sha256sum"].append(run("sha256sum", *sorted(store.glob("seg-*")))[0])
        times["SELECT"].append(sum(run(*command)[0] for command in select(store)))
        seconds, memory["verify"] = run(EXEAT, "audit", "verify", "--store", store)
        times["verify"].append(seconds)
    middle = {name: statistics.median(values) for name, values in times.items()}
    floor = middle["sha256sum"] + middle["SELECT"]
    print(f"{records} records, {sum(p.stat().st_size for p in store.glob('seg-*')) / 2**20:.0f} MiB; medians of {ROUNDS}")
    print(f"{'':34}{'seconds':>9}{'ratio':>8}{'MiB':>8}")
    for name in ("sha256sum", "SELECT"):
        print(f"{name:34}{middle[name]:9.2f}{'':8}{'':8}")
    print(f"{'both: the floor':34}{floor:9.2f}{1:8.2f}")
    print(f"{'exeat audit verify':34}{middle['verify']:9.2f}{middle['verify'] / floor:8.2f}{memory['verify'] / 1024:8.1f}   (at most 1.50)")
    for words in (["export", "-o", "jsonl"], ["export", "-o", "csv"], ["export", "-o", "ocsf"], ["export", "-o", "records"], ["stats"], ["report"],
                  ["export", "--bundle", folder / "bundle"]):
        seconds, peak = run(EXEAT, "audit", *words, "--store", store)
        print(f"{'exeat audit ' + ' '.join(map(str, words[:2])) + (' ' + words[2] if len(words) > 2 and words[1] == '-o' else ''):34}{seconds:9.2f}{seconds / floor:8.2f}{peak / 1024:8.1f}")
    page = subprocess.run([EXEAT, "audit", "report", "--store", store], capture_output=True, check=False).stdout
    print(f"the report of {records} records has {len(page) / 1024:.0f} KiB")
    shutil.rmtree(folder)
    return 0 if middle["verify"] <= 1.5 * floor else 1


sys.exit(main())
