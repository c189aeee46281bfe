#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Calls of models in each dialect, answered by one endpoint that speaks OpenAI's: beside OpenAI's own calls, whose bytes pass,
and beside nginx, which relays the same bytes and reads none of them. One worker on one core.

    ./dev bench llm      about two minutes

Whatever else runs on the machine only ever adds to a delay: of each round of a second the quietest counts, of nginx too."""
import json
import statistics
import subprocess
import sys

import world
from contenders import NAME, PLAIN, Exeat
from scale import run_parts

ROUNDS = 3
STREAM_ROUNDS = 7
STREAMS, GAP_MS = 200, 10
DELAY_GOAL, EVENT_GOAL, CALL_GOAL = 1.3, 5.0, 200.0
BIG_TURNS = 64
LINE = "The customer asks when the order is sent; soon is no answer. "

TURN = {"role": "user", "content": "%"}
MESSAGES = {"messages": [TURN]}
# dialect -> host, path, body, path and body of a call that does not stream
WAYS = {
    "openai": ("api.openai.com", "/v1/chat/completions", {"model": "m", "stream": True, **MESSAGES}, None),
    "anthropic": ("api.anthropic.com", "/v1/messages", {"model": "m", "max_tokens": 9, "stream": True, **MESSAGES}, None),
    "gemini": ("generativelanguage.googleapis.com", "/v1beta/models/m:streamGenerateContent?alt=sse",
               {"contents": [{"role": "user", "parts": [{"text": "%"}]}]}, "/v1beta/models/m:generateContent"),
    "mistral": ("api.mistral.ai", "/v1/chat/completions", {"model": "m", "stream": True, **MESSAGES}, None),
    "cohere": ("api.cohere.com", "/v2/chat", {"model": "m", "stream": True, **MESSAGES}, None),
    "ollama": ("ollama.com", "/api/chat", {"model": "m", "stream": True, **MESSAGES}, None),
    "bedrock": ("bedrock-runtime.eu-central-1.amazonaws.com", "/model/m/converse-stream",
                {"messages": [{"role": "user", "content": [{"text": "%"}]}]}, "/model/m/converse"),
}
RELAY = "nginx"


class AtHome(Exeat):
    """Every call of a model is answered by the origin."""

    def settings(self):
        settings = super().settings()
        settings["inference"] = [{"name": "local", "endpoint": f"http://127.0.0.1:{PLAIN}", "models": {"*": "local"}}]
        settings["rules"].append({"id": "home", "verdict": "reroute", "hosts": ["@llm"], "schemes": ["http"], "ports": [80], "inference": ["local"]})
        return settings


def filled(body, text, turns=1):
    """The body with its one turn said so many times."""
    body = json.loads(json.dumps(body).replace("%", text))
    name = "contents" if "contents" in body else "messages"
    return {**body, name: body[name] * turns}


def write_bodies(place):
    """(dialect, big) -> the file of its body; a big one does not stream."""
    files = {}
    for dialect, (_, _, body, _) in WAYS.items():
        big = filled(body, LINE * ((1 << 20) // BIG_TURNS // len(LINE)), BIG_TURNS)
        if "stream" in big:
            big["stream"] = False
        for is_big, one in ((False, filled(body, "hi")), (True, big)):
            files[dialect, is_big] = place.folder / f"{dialect}{is_big}.json"
            files[dialect, is_big].write_text(json.dumps(one))
    return files


def measure(place, files, dialect, big, seconds):
    contender = place.contenders[RELAY if dialect == RELAY else "exeat"]
    host, path, _, plain = WAYS["openai" if dialect == RELAY else dialect]
    where = ["--host", f"{NAME}:{PLAIN}", "--path", "/events" + path] if dialect == RELAY else ["--host", f"{host}:80", "--path", (big and plain) or path]
    what = ["--clients", "4"] if big else ["--events", f"1000000/{GAP_MS}", "--clients", str(STREAMS)]
    file = files["openai" if dialect == RELAY else dialect, big]
    world.wait_quiet(place.processes[contender.label].pid)
    found = place.load(contender, [*where, *what, "--post", str(file), "--warmup", "0.5", "--seconds", str(seconds)], "direct" if dialect == RELAY else "proxy")
    if found["errors"] or found["unexpected"] or not found["requests"]:
        raise RuntimeError(f"{dialect}: {found}")
    found["cost"] = found["cpu_us"] / found["requests"]
    return found


def rounds_of(place, files, big, seconds, rounds):
    names = [RELAY, *WAYS]
    found = {name: [] for name in names}
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else names[::-1]:
            found[name].append(measure(place, files, name, big, seconds))
    return found


def against(found, name, other, key):
    return statistics.median(one[key] / two[key] for one, two in zip(found[name], found[other]))


def quietest(found, name):
    return min(found[name], key=lambda one: one["p99"])


def met(good):
    return "met" if good else "**missed**"


def print_raw(name, rounds, unit):
    median = {key: statistics.median(one[key] for one in rounds) for key in ("p50", "p99", "p999", "cost", "busy", "own_busy")}
    print(f"  {name:10} p50 {median['p50']:.0f}  p99 {median['p99']:.0f}  p999 {median['p999']:.0f} us  {median['cost']:.1f} us {unit}  "
          f"busy {median['busy']:.2f}  load busy {median['own_busy']:.2f}  late {sum(one['late'] for one in rounds)}", file=sys.stderr)


def streams(place, files):
    found = rounds_of(place, files, False, 1.0, STREAM_ROUNDS)
    print(f"| {STREAMS} streams, an event each {GAP_MS} ms | delay p99 ÷ pass | goal ≤ {DELAY_GOAL} | delay p99 ÷ nginx | late events | goal 0 | rounds with late ones | CPU an event ÷ nginx |")
    print("|---|---|---|---|---|---|---|---|")
    for name in [*WAYS, RELAY]:
        print_raw(name, found[name], "an event")
        delay, late = (quietest(found, name)[key] for key in ("p99", "late"))
        added, over = delay / quietest(found, "openai")["p99"], delay / quietest(found, RELAY)["p99"]
        goals = (met(added <= DELAY_GOAL) if name != "openai" else "-", met(late == 0)) if name != RELAY else ("-", "-")
        print(f"| {name} | {added:.2f} | {goals[0]} | {over:.2f} | {late} | {goals[1]} | {sum(one['late'] > 0 for one in found[name])} of {STREAM_ROUNDS} | "
              f"{against(found, name, RELAY, 'cost'):.2f} |")
    sys.stdout.flush()


def calls(place, files):
    found = rounds_of(place, files, True, 0.6, ROUNDS)
    print(f"\n| calls of 1 MiB in {BIG_TURNS} turns | calls a second ÷ nginx | CPU a call ÷ nginx |\n|---|---|---|")
    for name in WAYS:
        print_raw(name, found[name], "a call")
        print(f"| {name} | {against(found, name, RELAY, 'rate'):.2f} | {against(found, name, RELAY, 'cost'):.2f} |")
    print_raw(RELAY, found[RELAY], "a call")
    sys.stdout.flush()


def translation(place):
    """In one process, without sockets: what a dialect adds."""
    done = subprocess.run([place.tools / "bench_dialect"], capture_output=True, text=True, check=True, preexec_fn=place.pin_load)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    print("\n| without sockets | CPU an event ÷ pass | goal ≤ 5 µs | call of 64 turns ÷ pass | call of 4,096 turns ÷ pass | goal ≥ 200 MB/s |\n|---|---|---|---|---|---|")
    for one in found:
        slowest = min(one["call_of_64_turns"], one["call_of_4096_turns"])
        print(f"  {one['dialect']:10} {one['event_us']:.2f} us an event, {one['call_of_64_turns']:.0f} and {one['call_of_4096_turns']:.0f} MB/s", file=sys.stderr)
        ratios = {key: one[key] / found[0][key] for key in ("event_us", "call_of_64_turns", "call_of_4096_turns")}
        print(f"| {one['dialect']} | {ratios['event_us']:.2f} | {met(one['event_us'] <= EVENT_GOAL)} | {ratios['call_of_64_turns']:.2f} | "
              f"{ratios['call_of_4096_turns']:.2f} | {met(slowest >= CALL_GOAL)} |")


def llm(place):
    place.start("exeat", AtHome)
    place.start(RELAY)
    files = write_bodies(place)
    streams(place, files)
    calls(place, files)
    translation(place)


if __name__ == "__main__":
    sys.exit(run_parts({"llm": llm}, "./dev bench llm", __doc__, ""))
