# SPDX-License-Identifier: Apache-2.0
"""docs/for-auditors.md tells how to ask what became of each call of a language model. Each condition of its table finds the calls
that it is about, and no other does."""
import json
import re

from support.gate import TOP, allow, free_port, hosts, run_exeat
from support.inference import Inference
from support.llm import CANNED, CHAT, call, local
from support.wait import wait_for

COLD = {**CHAT, "temperature": 0}
REROUTED = {
    "first.example": ["local"],
    "later.example": ["gone", "local"],
    "canned.example": ["gone", "canned"],
    "kept.example": ["local"],
    "list.example": ["local"],
    "picky.example": ["picky"],
    "nobody.example": ["gone"],
    "breaks.example": ["breaks"],
    "waits.example": ["waits"],
    "secret.example": ["local"],
}
EXPECTED = {
    "the first of the rule's `inference` answered": {"first.example", "kept.example"},
    "a later one did": {"later.example"},
    "canned text": {"canned.example"},
    "an answer that was kept (`cache`)": {"kept.example"},
    "the policy's list of models": {"list.example"},
    "an endpoint answered with an objection, which was passed on": {"picky.example"},
    "nobody answered": {"nobody.example"},
    "it broke off, or the caller left": {"breaks.example"},
    "asked; the answer was kept from the caller": {"secret.example"},
    "refused before anybody was asked, or a host that was to be asked did not answer": {"denied.example"},
    "still under way, or cut off by a crash": {"waits.example"},
    "let out to the vendor, content unseen (a tunnel)": {"shop.example"},
    "let out to the vendor, content seen": {"out.example"},
    "a CONNECT that was opened after all: what was asked inside has rows of its own": set(),
}


def told():
    """what became -> the condition, as the page has them; and the command"""
    section = re.search(r"^## What became of an AI call$(.*?)(?=^## )", (TOP / "docs/for-auditors.md").read_text(), re.S | re.M).group(1)
    command = re.search(r'--sql "([^"]*)"', section).group(1)
    rows = re.findall(r"^\| (.+?) \| `([^`]+)` \|", section, re.M)
    return {what: condition for what, condition in rows if condition != "CONDITION"}, command


def entry(name, stand_in):
    return {**local(stand_in.port), "name": name}


def shop_of(gate, things, inference):
    picky, breaks, waits = Inference(), Inference(), Inference()
    things.extend((picky, breaks, waits))
    picky.status, breaks.breaks, waits.hangs = 422, True, True
    breaks.pace()
    rules = [{"id": name.split(".")[0], "verdict": "reroute", "hosts": [name], "schemes": ["http", "https"], "inference": list_} for name, list_ in REROUTED.items()]
    next(rule for rule in rules if rule["id"] == "kept")["cache"] = {}
    next(rule for rule in rules if rule["id"] == "secret")["inspect"] = {"answers": {"deny": ["answers"]}}
    rules += [{"id": "no", "verdict": "deny", "hosts": ["denied.example"]}, allow("shop.example", id="shop"), allow("out.example", id="out")]
    return gate(
        detectors={"answers": {"pattern": "local answer"}},
        inference=[local(inference.port), local(free_port(), name="gone"), CANNED, entry("picky", picky), entry("breaks", breaks), entry("waits", waits)],
        llm=[{"provider": "ours", "host": name, "dialect": "openai"} for name in [*REROUTED, "denied.example", "shop.example", "out.example"]],
        resolve=hosts("shop.example", "out.example"),
        rules=rules,
    ), breaks, waits


def chat(one, host, body=CHAT):
    return one.get(f"http://{host}/v1/chat/completions", "POST", {"Content-Type": "application/json"}, json.dumps(body)).status


def ask_all(one, origin, secure_origin, root):
    for host, status in (("first", 200), ("later", 200), ("canned", 200), ("picky", 422), ("nobody", 503), ("denied", 403), ("secret", 502)):
        assert chat(one, f"{host}.example") == status, host
    assert chat(one, "kept.example", COLD) == chat(one, "kept.example", COLD) == 200
    assert one.get("http://list.example/v1/models").status == 200
    chat(one, f"out.example:{origin.port}")
    one.secure("shop.example", secure_origin.port, roots=root.path).close()
    one.secure("first.example").close()


def see_it_break(one, breaks):
    """Some of the answer is with the caller when its endpoint ends."""
    with one.connect() as caller:
        caller.sendall(call("http://breaks.example/v1/chat/completions", {**CHAT, "stream": True}, host="breaks.example"))
        got = b""
        while b"local" not in got:
            got += caller.recv(4096)
        breaks.steps.release()
        try:
            while caller.recv(4096):
                pass
        except ConnectionError:
            pass


def rows(one, query):
    done = run_exeat("audit", "export", "-c", one.config_path, "--sql", query, "-o", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_condition_finds_the_calls_that_it_is_about_and_no_other_does(gate, things, inference, origin, secure_origin, root):
    conditions, command = told()
    assert set(conditions) == set(EXPECTED)
    one, breaks, stand_in = shop_of(gate, things, inference)
    ask_all(one, origin, secure_origin, root)
    see_it_break(one, breaks)
    with one.connect() as caller:
        caller.sendall(call("http://waits.example/v1/chat/completions", CHAT, host="waits.example"))
        wait_for(lambda: stand_in.requests, "the call")
        settled = [{"calls": 15, "waiting": 1}]
        wait_for(lambda: rows(one, "SELECT count(*) AS calls, sum(done IS NULL) AS waiting FROM requests") == settled, "all outcomes but one")
        columns = ", ".join(f"coalesce({condition}, 0) AS a{number}" for number, condition in enumerate(conditions.values()))
        found = rows(one, f"SELECT host, {columns} FROM requests WHERE llm_operation IS NOT NULL AND scheme <> 'dns'")
        shown = rows(one, command.replace("CONDITION", conditions["canned text"]))
    for number, what in enumerate(conditions):
        assert {row["host"] for row in found if row[f"a{number}"]} == EXPECTED[what], what
    assert all(sum(row[f"a{number}"] for number in range(len(conditions))) == 1 for row in found), found
    assert [row["host"] for row in shown] == ["canned.example"]
