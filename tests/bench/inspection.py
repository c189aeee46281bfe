#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What looking into bodies costs, one core: throughput by kind of body beside PCRE2 (and Hyperscan, where it is installed),
bodies that are made to be slow, what a rule with `inspect` adds to a request and to an event of a stream, and that one without
it adds nothing. An event is one whose text ends in a word: what may become a value is held back until more of it came, however long that takes.

    ./dev bench inspect [throughput|hostile|gate]      about a minute

Whatever else runs on the machine only ever adds to a time: the best of some rounds counts, and ratios are of one run."""
import ctypes
import json
import pathlib
import statistics
import subprocess
import sys
import time

import world
from contenders import PLAIN, Exeat
from scale import run_parts

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import shop_traffic  # noqa: E402

ROUNDS, STREAM_ROUNDS, STREAMS, GAP_MS = 5, 7, 20, 10
GOALS = {"clean": 500, "dense": 150}
EVENT_GOAL = 1.2
SIGNS = [b"@", b"[0-9][^0-9]{0,6}[0-9][^0-9]{0,6}[0-9][^0-9]{0,6}[0-9]", b"-----BEGIN", b"[0-9A-Fa-f:]:[0-9A-Fa-f:]", b"[0-9A-Za-z_+/-]{16}"]
ALL = ["payment", "secret", "personal", "pricing"]


def met(good):
    return "met" if good else "**missed**"


def without_digits(value):
    if isinstance(value, dict):
        return {name: without_digits(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_digits(one) for one in value]
    return value.translate(str.maketrans("0123456789@", "abcdefghij_")) if isinstance(value, str) else True


def bodies():
    """kind -> JSON lines: a catalogue, one without a digit in it, orders and checkouts, tickets and prompts"""
    def lines(count, *kinds, change=lambda one: one):
        documents = shop_traffic.documents(1, count, kinds)
        return "\n".join(json.dumps(change(one), ensure_ascii=False, separators=(",", ":")) for _, one, _ in documents)
    return {"clean": lines(4000, "product"), "no digits": lines(4000, "product", change=without_digits),
            "dense": lines(4000, "order", "checkout"), "prose": lines(4000, "ticket", "prompt")}


def hyperscan(text):
    """MB a second of the signs, all places of them told; None: it is not installed."""
    try:
        library = ctypes.CDLL("libhs.so.5")
    except OSError:
        return None
    database, scratch, error = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    count = len(SIGNS)
    library.hs_compile_multi((ctypes.c_char_p * count)(*SIGNS), None, (ctypes.c_uint * count)(*range(count)), count, 1, None,
                             ctypes.byref(database), ctypes.byref(error))
    library.hs_alloc_scratch(database, ctypes.byref(scratch))
    best = 0
    for _ in range(ROUNDS):
        start = time.thread_time()
        library.hs_scan(database, text, len(text), 0, scratch, None, None)
        best = max(best, len(text) / 1e6 / (time.thread_time() - start))
    return best


def throughput(place):
    files = {}
    for kind, text in bodies().items():
        files[kind] = place.folder / f"{kind.replace(' ', '-')}.json"
        files[kind].write_text(text)
    done = subprocess.run([place.tools / "bench_inspect", str(ROUNDS), *files.values()], capture_output=True, text=True, check=True, preexec_fn=place.pin_load)
    print("| MB a second, one core | before the walk | all of it | goal | signs by PCRE2 (JIT) | by Hyperscan | before the walk ÷ Hyperscan |")
    print("|---|---|---|---|---|---|---|")
    for kind, line in zip(files, done.stdout.splitlines()):
        found, other = json.loads(line), hyperscan(files[kind].read_bytes())
        reached = max(found["before"], found["whole"]) if kind != "dense" else found["whole"]
        goal = f"{GOALS[kind]} {met(reached >= GOALS[kind])}" if kind in GOALS else "-"
        beside = (f"{other:.0f}", f"{found['before'] / other:.2f}") if other else ("not installed", "-")
        print(f"| {kind} | {found['before']:.0f} | {found['whole']:.0f} | {goal} | {found['pcre2']:.0f} | {beside[0]} | {beside[1]} |")
    sys.stdout.flush()


def hostile(place):
    done = subprocess.run([place.tools / "bench_inspect", "1", "-"], capture_output=True, text=True, check=True, preexec_fn=place.pin_load)
    found = sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda one: -one["seconds"])
    print("\n| a MiB of | seconds |\n|---|---|")
    for one in found[:8]:
        print(f"| `{one['hostile'].strip()}` | {one['seconds']:.2f} |")
    sys.stdout.flush()


class Looks(Exeat):
    """Requests are looked into."""

    inspect = {"flag": ALL}

    def settings(self):
        settings = super().settings()
        settings["rules"][0]["inspect"] = self.inspect
        return settings


class Beside(Exeat):
    """Another rule looks into requests."""

    def settings(self):
        settings = super().settings()
        settings["rules"].append(self.rule("looked", "http", PLAIN + 1, inspect=Looks.inspect))
        return settings


class LooksAtAnswers(Looks):
    """Answers are looked into, streams of events too."""

    inspect = {"answers": {"redact": ALL}}


def rounds_of(place, labels, words, rounds):
    """label -> what each round found, taking turns"""
    found = {label: [] for label in labels}
    for turn in range(rounds):
        for label in labels if turn % 2 == 0 else labels[::-1]:
            world.wait_quiet(place.processes[label].pid)
            one = place.load(place.contenders[label], [*words, "--warmup", "0.3", "--seconds", "1"])
            if one["errors"] or one["unexpected"] or not one["requests"]:
                raise RuntimeError(f"{label}: {one}")
            one["cost"] = one["cpu_us"] / one["requests"]
            found[label].append(one)
    return found


def gate(place):
    for label, kind in (("plain", Exeat), ("beside", Beside), ("looks", Looks), ("answers", LooksAtAnswers)):
        place.start("exeat", kind, label=label)
    post = place.folder / "order.json"
    post.write_text(bodies()["dense"].split("\n")[0])
    found = rounds_of(place, ["plain", "beside", "looks"], ["--clients", "16", "--post", str(post)], 3)
    print("\n| a request of an order | CPU ÷ no rule inspects |\n|---|---|")
    for label, text in (("beside", "by a rule without `inspect`, beside one with"), ("looks", "by a rule with `inspect`")):
        print(f"| {text} | {statistics.median(two['cost'] / one['cost'] for one, two in zip(found['plain'], found[label])):.2f} |")
    found = rounds_of(place, ["plain", "answers"], ["--events", f"1000000/{GAP_MS}", "--clients", str(STREAMS)], STREAM_ROUNDS)
    for label, rounds in found.items():
        print(f"  {label:14} p50 {[one['p50'] for one in rounds]} p99 {[one['p99'] for one in rounds]} us", file=sys.stderr)
    least = {label: min(one["p99"] for one in rounds) for label, rounds in found.items()}
    ratio = least["answers"] / least["plain"]
    print(f"\n| {STREAMS} streams, an event each {GAP_MS} ms | delay p99 ÷ without `answers` | goal ≤ {EVENT_GOAL} | CPU an event ÷ without |\n|---|---|---|---|")
    costs = statistics.median(two["cost"] / one["cost"] for one, two in zip(found["plain"], found["answers"]))
    print(f"| `answers: {{ redact: … }}` | {ratio:.2f} | {met(ratio <= EVENT_GOAL)} | {costs:.2f} |")


if __name__ == "__main__":
    sys.exit(run_parts({"throughput": throughput, "hostile": hostile, "gate": gate}, "./dev bench inspect", __doc__))
