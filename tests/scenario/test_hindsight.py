# SPDX-License-Identifier: Apache-2.0
"""A policy and what was recorded: drafts of rules for what was seen, and which decisions another policy would change."""
import os

import yaml
from support.gate import TOP, allow, hosts, run_exeat
from support.wait import wait_for


def refuse(gate, *targets):
    for target in targets:
        host, _, port = target.partition(":")
        connection, head = gate.tunnel(host, int(port or 443))
        connection.close()


def settle(gate, count):
    wait_for(lambda: len(gate.decisions()) >= count, "the decisions to be on disk")


def suggest(gate, *words):
    done = run_exeat("suggest", "-c", gate.config_path, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_suggest_drafts_exact_hosts_by_their_owner_and_the_draft_is_good(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    refuse(one, "api.courier.com", "api.courier.com", "cdn.courier.com", "www.rates.co.uk", "a.github.io", "b.github.io")
    refuse(one, "api.courier.com:8443")
    settle(one, 8)
    draft = suggest(one)
    rules = {rule["id"]: rule for rule in yaml.safe_load(draft)["rules"]}
    assert rules["seen-courier-com"]["hosts"] == ["api.courier.com", "cdn.courier.com"]
    assert rules["seen-courier-com-8443"]["ports"] == [8443]
    assert set(rules) >= {"seen-rates-co-uk", "seen-a-github-io", "seen-b-github-io"}
    assert "- api.courier.com # 2" in draft and "allows or reroutes 1 more" in draft
    (one.folder / "seen.yaml").write_text(draft)
    one.merge({"include": ["seen.yaml"]})
    one.write(one.folder / "next.yaml")
    assert run_exeat("check", "--strict", "-c", one.folder / "next.yaml").returncode in (0, 1)
    explained = run_exeat("explain", "-c", one.folder / "next.yaml", "GET", "https://cdn.courier.com/")
    assert explained.returncode == 0 and "seen-courier-com" in explained.stdout


def test_suggest_never_drafts_llm_hosts_addresses_what_a_rule_refuses_or_wildcards_on_shared_clouds(gate):
    one = gate(rules=[{"id": "no-evil", "verdict": "deny", "hosts": ["*.evil.com"]}])
    shared = [f"queue{i}.amazonaws.com" for i in range(12)]
    many = [f"shop{i}.courier.com" for i in range(12)]
    tenants = [f"tenant{i}.myshopify.com" for i in range(12)]
    refuse(one, "api.openai.com", "203.0.113.7", "www.evil.com", *shared, *many, *tenants)
    settle(one, 39)
    draft = suggest(one, "--since", "-1h")
    drafted = [host for rule in yaml.safe_load(draft)["rules"] for host in rule["hosts"]]
    assert "#   api.openai.com 1" in draft and "#   203.0.113.7 1" in draft and "refuses 1 by its rules" in draft
    assert not any("openai" in host or "evil" in host or "203" in host for host in drafted)
    assert sorted(host for host in drafted if host.endswith("amazonaws.com")) == sorted(shared)
    assert sorted(host for host in drafted if host.endswith("myshopify.com")) == sorted(tenants)
    assert [host for host in drafted if host.endswith("courier.com")] == ["*.courier.com"]


def test_suggest_drafts_who_asked_and_the_private_address_that_a_host_led_to(gate, origin):
    one = gate(
        resolve=hosts("erp.example", "hidden.example"), clients={"php": {"address": "127.0.0.1/32"}},
        rules=[allow("erp.example"), {"id": "hidden", "verdict": "allow", "hosts": ["hidden.example"], "schemes": ["http"], "ports": [origin.port]}],
    )
    assert one.get(f"http://erp.example:{origin.port}/").status == 200
    assert one.get(f"http://hidden.example:{origin.port}/").status == 403  # it leads to 127.0.0.1
    settle(one, 2)
    one.stop()
    done = run_exeat("suggest", "--store", one.folder / "audit", env={**os.environ, "EXEAT_CONFIG": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    rules = {rule["hosts"][0]: rule for rule in yaml.safe_load(done.stdout)["rules"]}
    assert rules["erp.example"]["from"] == ["php"] and rules["erp.example"]["addresses"] == ["127.0.0.1/32"]
    assert "addresses" not in rules["hidden.example"] and "# addresses: it led to a network that is not public" in done.stdout
    assert len({rule["id"] for rule in rules.values()}) == 2


def test_suggest_of_nothing_is_an_empty_draft(gate):
    one = gate(rules=[])
    assert yaml.safe_load(suggest(one)) == {"version": 1, "rules": []}
    assert run_exeat("suggest", "-c", one.config_path, "--since", "soon").returncode == 2
    assert run_exeat("suggest", "-c", one.config_path, "--store", "/nonexistent").returncode == 5


def test_replay_says_which_recorded_decisions_another_policy_would_change(gate, origin):
    one = gate(resolve=hosts("shop.example", "old.example"), rules=[allow("shop.example"), allow("old.example", id="old")])
    for _ in range(3):
        assert one.get(f"http://shop.example:{origin.port}/v1/items").status == 200
    assert one.get(f"http://old.example:{origin.port}/").status == 200
    assert one.get("http://new.example/").status == 403
    refuse(one, "tls.example")
    settle(one, 6)
    one.merge({"rules": [allow("shop.example", paths=["/v2/**"], schemes=["http"]), allow("new.example", id="new", ports=[80]), {"id": "tls", "verdict": "allow", "hosts": ["tls.example"]}]})
    one.write(one.folder / "next.yaml")
    done = run_exeat("check", "-c", one.folder / "next.yaml", "--replay", one.folder / "audit")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "opens     http://new.example: deny -> allow new (1)",
        "opens     https://tls.example: deny -> allow tls (1)",
        f"closes    http://old.example:{origin.port}: allow old -> deny (1)",
        f"closes    http://shop.example:{origin.port}: allow allowed -> deny (3)",
        "6 decisions judged: 2 opened, 0 rerouted, 4 closed; 0 depend on paths that are not kept, 0 never came to the policy",
    ]
    same = run_exeat("check", "-c", one.config_path, "--replay", one.folder / "audit")
    assert same.stdout.startswith("6 decisions judged: 0 opened, 0 rerouted, 0 closed")
    none = run_exeat("check", "-c", one.config_path, "--replay", one.folder / "audit", "--since", "now")
    assert none.stdout.startswith("0 decisions judged")


def test_replay_does_not_guess_at_paths_that_were_not_kept(gate, origin):
    one = gate(audit={"record": {"path": "hash"}}, resolve=hosts("shop.example"), rules=[allow("shop.example")])
    assert one.get(f"http://shop.example:{origin.port}/v1/items").status == 200
    settle(one, 1)
    one.merge({"rules": [allow("shop.example", paths=["/v2/**"], schemes=["http"])]})
    one.write(one.folder / "next.yaml")
    done = run_exeat("check", "-c", one.folder / "next.yaml", "--replay", one.folder / "audit")
    assert "1 depend on paths that are not kept" in done.stdout and "0 closed" in done.stdout


def test_replay_does_not_judge_a_path_that_is_longer_than_the_record_has(gate, origin):
    """What was cut off may be what a rule is about: a rule that asks for the end of the path must not be held against what is left."""
    one = gate(limits={"head": "48KiB"}, resolve=hosts("shop.example"), rules=[allow("shop.example")])
    assert one.get(f"http://shop.example:{origin.port}/v1/{'a' * 20000}/end").status == 200
    settle(one, 1)
    (decision,) = one.decisions()
    assert decision["cut"] == "path" and len(decision["path"]) == 16384
    one.merge({"rules": [allow("shop.example", paths=["/**/end"], schemes=["http"])]})
    one.write(one.folder / "next.yaml")
    done = run_exeat("check", "-c", one.folder / "next.yaml", "--replay", one.folder / "audit")
    assert "1 depend on paths that are not kept" in done.stdout and "0 closed" in done.stdout, done.stdout


def ask_for_a_rule(gate, request, *words):
    return run_exeat("allow", request[:8], "-c", gate.config_path, *words)


def test_allow_prints_the_narrowest_rule_for_one_refused_request_and_with_it_the_request_leaves(gate, origin):
    one = gate(
        resolve=hosts("erp.example"), clients={"php": {"address": "127.0.0.1/32"}},
        rules=[{"id": "others", "verdict": "allow", "hosts": ["other.example"]}],
    )
    url = f"http://erp.example:{origin.port}/orders/4711?key=secret"
    assert one.get(url).status == 403
    settle(one, 1)
    done = ask_for_a_rule(one, one.decisions()[0]["request"])
    assert done.returncode == 0, done.stderr
    (rule,) = yaml.safe_load(done.stdout)["rules"]
    assert rule == {
        "id": "allow-erp-example", "verdict": "allow", "hosts": ["erp.example"], "schemes": ["http"],
        "ports": [origin.port], "from": ["php"], "methods": ["GET"], "paths": ["/orders/4711"],
    }
    (one.folder / "more.yaml").write_text("version: 1\n" + done.stdout)
    one.merge({"include": ["more.yaml"]})
    one.config["rules"].append({"id": "private", "verdict": "allow", "hosts": ["none.example"]})
    one.write()
    assert run_exeat("explain", "-c", one.config_path, "--from", "php", "GET", url).returncode == 0
    for other in (url.replace("4711", "4712"), url.replace("erp", "other"), url.replace(f":{origin.port}", "")):
        assert run_exeat("explain", "-c", one.config_path, "--from", "php", "GET", other).returncode == 1, other


def test_allow_says_why_a_rule_would_not_help(gate):
    one = gate(rules=[{"id": "no-evil", "verdict": "deny", "hosts": ["evil.example"]}, allow("shop.example")])
    refuse(one, "api.openai.com", "evil.example", "203.0.113.7:8443", "plain.example")
    one.send(b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
    settle(one, 5)
    by_host = {decision.get("host"): decision["request"] for decision in one.decisions()}
    for host, said in (("api.openai.com", "is an LLM host"), ("evil.example", "`unless`")):
        done = ask_for_a_rule(one, by_host[host])
        assert (done.returncode, done.stdout) == (1, "") and said in done.stderr, done.stderr
    (rule,) = yaml.safe_load(ask_for_a_rule(one, by_host["203.0.113.7"]).stdout)["rules"]
    assert rule["addresses"] == ["203.0.113.7/32"] and rule["ports"] == [8443] and "hosts" not in rule
    (rule,) = yaml.safe_load(ask_for_a_rule(one, by_host["plain.example"]).stdout)["rules"]
    assert set(rule) == {"id", "verdict", "hosts"}  # a CONNECT shows no path
    malformed = [decision for decision in one.decisions() if decision["reason"].startswith("malformed")]
    done = ask_for_a_rule(one, malformed[0]["request"])
    assert done.returncode == 1 and "no rule helps" in done.stderr
    assert "has no request" in run_exeat("allow", "00000000", "-c", one.config_path).stderr
    assert run_exeat("allow", "ab", "-c", one.config_path).returncode == 2
    assert run_exeat("allow", by_host["plain.example"], "-c", one.config_path, "--store", one.folder / "audit").returncode == 0
