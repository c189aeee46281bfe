# SPDX-License-Identifier: Apache-2.0
"""config/prometheus/alerts.yaml asks for metrics that a gate has, with labels that they have, and for those that
docs/operations.md tells of."""
import http.client
import itertools
import json
import re

import pytest
import yaml
from support.clock import seconds_to_noon, stepped
from support.gate import TOP, Gate, free_port, hosts, run_exeat
from support.wait import wait_for

RULES = [rule for group in yaml.safe_load((TOP / "config/prometheus/alerts.yaml").read_text())["groups"] for rule in group["rules"]]
ASKED = re.compile(r"(exeat_\w+)(?:\{([^}]*)\})?")


@pytest.fixture(scope="module")
def told(tmp_path_factory, clock_shim):
    """What a gate says before anything happened, and what a gate says that has all that alerts are about, has refused a call to a vendor, could not answer another, turned
    away a third, answered one by what is behind a model, and let a picture pass that a rule with `inspect` did not look at."""
    folder = tmp_path_factory.mktemp("alerts")
    run_exeat("key", "create", folder / "witness.key")
    (folder / "witness.vkey").write_text(run_exeat("key", "show", folder / "witness.key", "--name", "witness.example/w1", "--witness").stdout)
    rules = [{"id": "home", "verdict": "reroute", "hosts": ["home.example"], "schemes": ["http"], "inference": ["local"],
              "limit": {"requests": "1/d"}},
             {"id": "away", "verdict": "reroute", "hosts": ["away.example"], "schemes": ["http"], "inference": ["local", "canned"]},
             {"id": "pictures", "verdict": "allow", "hosts": ["pictures.example"], "schemes": ["http"],
              "inspect": {"flag": ["email"], "types": ["image/png"]}}]
    gate = Gate(folder, rules=rules, inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{free_port()}"}, {"name": "canned", "builtin": "canned"}], audit={
        "ship": {"directory": str(folder / "evidence")}, "verify": {"every": "100ms"},
        "witness": {"url": f"http://127.0.0.1:{free_port()}", "key_file": str(folder / "witness.vkey")}})
    gate.config["clients"] = {"shop": {"address": "127.0.0.1", "limit": {"concurrent": 50, "requests": "100/d"}}}
    gate.config["llm"] = [{"host": "home.example", "dialect": "openai"}, {"host": "away.example", "dialect": "openai"}, {"host": "vendor.example"}]
    gate.config["resolve"] = hosts("pictures.example")
    gate.config["confine"] = {"landlock": "none"}  # its clock is a file: limits are of a day, which is on for hours yet
    gate.start(**stepped(folder, clock_shim, seconds_to_noon()))
    before = gate.metrics()
    gate.get("http://vendor.example/")
    proxy = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=60)
    call = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    proxy.request("POST", "http://home.example/v1/chat/completions", json.dumps(call))
    reply = proxy.getresponse()
    assert (reply.status, reply.read() != b"") == (503, True)  # nobody listens there
    proxy.request("POST", "http://home.example/v1/chat/completions", json.dumps(call))
    assert proxy.getresponse().status == 429
    assert gate.get("http://away.example/v1/chat/completions", "POST", body=json.dumps(call)).status == 200
    picture = gate.get("http://pictures.example/", "POST", {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n")
    assert picture.status == 403  # its address is loopback's: judged after the picture is
    wait_for(lambda: "exeat_audit_verify_ok " in gate.metrics(), "the store to be verified")
    said = gate.metrics()
    gate.stop()
    return before, said


@pytest.fixture(scope="module")
def metrics(told):
    return told[1]


def test_every_alert_asks_for_a_metric_and_labels_that_there_are(metrics):
    for rule in RULES:
        for name, labels in ASKED.findall(rule["expr"]):
            assert f"# TYPE {name} " in metrics, name
            for label, operator, wanted in re.findall(r'(\w+)(=~?)"([^"]*)"', labels):
                lines = "\n".join(line for line in metrics.splitlines() if line.startswith(name + "{"))
                for value in wanted.split("|") if operator == "=~" else [wanted]:
                    assert f'{label}="{value}"' in lines, (name, label, value)


def has_series(metrics, name, labels):
    """Each that the labels may mean."""
    lines = [line for line in metrics.splitlines() if re.match(name + "[{ ]", line)]
    sets = itertools.product(*([f'{label}="{value}"' for value in values.split("|")] for label, values in re.findall(r'(\w+)=~?"([^"]*)"', labels)))
    return all(any(all(pair in line for pair in pairs) for line in lines) for pairs in sets)


def test_what_an_alert_asks_to_grow_is_there_before_it_does_or_is_caught_where_it_appears(told):
    before, _ = told
    grown = [(rule, *ask) for rule in RULES for ask in re.findall(r"(?:increase|rate)\((exeat_\w+)(\{[^}]*\})?\[(\w+)\]\) > (\d+)", rule["expr"])]
    assert {rule["alert"] for rule, *_ in grown} == {rule["alert"] for rule in RULES if re.search(r"increase|rate\(", rule["expr"])}
    for rule, name, labels, window, limit in grown:
        appears = f" or ({name}{labels} unless {name}{labels} offset {window}) > {limit}"
        assert has_series(before, name, labels) or rule["expr"].endswith(appears), rule["alert"]


def test_a_limit_is_told_by_its_owner_and_only_where_there_is_one(metrics):
    lines = [line for line in metrics.splitlines() if line.startswith("exeat_limit_")]
    assert lines == [
        'exeat_limit_used_ratio{rule="home",kind="requests"} 1.0000',
        'exeat_limit_used_ratio{client="shop",kind="requests"} 0.0300',
        'exeat_limit_used_ratio{client="shop",kind="concurrent"} 0.0000',
        'exeat_limit_refusals_total{rule="home",kind="requests"} 1',
        'exeat_limit_refusals_total{client="shop",kind="requests"} 0',
        'exeat_limit_refusals_total{client="shop",kind="concurrent"} 0']


def test_the_alerts_are_those_of_the_page():
    page = (TOP / "docs/operations.md").read_text().split("\n## Watch\n")[1].split("\n## ")[0]
    told = set(re.findall(r"^\| `(exeat_\w+)", page, re.M))
    asked = {name for rule in RULES for name, _ in ASKED.findall(rule["expr"])}
    assert asked == told
    for rule in RULES:
        assert rule["annotations"]["summary"] and re.fullmatch(r"Exeat[A-Za-z]+", rule["alert"])


def test_the_dashboard_asks_for_metrics_that_there_are(metrics):
    panels = json.loads((TOP / "config/kubernetes/observe/exeat.json").read_text())["panels"]
    asked = [name for panel in panels for target in panel["targets"] for name, _ in ASKED.findall(target["expr"])]
    assert len(asked) >= len(panels)
    for name in asked:
        assert f"# TYPE {name} " in metrics or name == "exeat_contained", name  # that one where there is `redirect:`
    for panel in panels:
        for target in panel["targets"]:
            lines = re.findall(rf"^(?:{'|'.join(name for name, _ in ASKED.findall(target['expr']))}){{.*$", metrics, re.M)
            for label in re.findall(r"\w+", "".join(re.findall(r"by \((.*?)\)", target["expr"]))):
                assert label == "pod" or any(f'{label}="' in line for line in lines), (panel["title"], label)


def test_every_alert_says_where_to_read_what_to_do():
    page = (TOP / "docs/operations.md").read_text()
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", page, re.M)}
    for rule in RULES:
        file, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert file == "docs/operations.md" and anchor in anchors, rule
