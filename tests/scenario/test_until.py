# SPDX-License-Identifier: Apache-2.0
"""Exceptions that end: a rule with `until` lapses by itself, without a reload, and everybody who should know is told."""
import datetime
import json

import pytest
from support.gate import allow, ask, hosts, run_exeat
from support.wait import wait_for

HOUR = 3600
SHOP, SALE = "http://shop.example", "http://sale.example"


def moment(seconds):
    """So many seconds from now, as it is written."""
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def gate_of(gate, *rules, **sections):
    return gate(resolve=hosts("shop.example", "sale.example"), confine={"landlock": "none"}, rules=list(rules), **sections)


def config_events(one, name):
    return [record for record in one.export() if record["kind"] == "config" and record["event"] == name]


def url(origin, base=SALE):
    return f"{base}:{origin.port}/"


def test_an_allow_ends_by_itself(gate, origin, set_clock):
    one = gate_of(gate, allow("sale.example", id="sale", until=moment(HOUR), owner="Anna"))
    assert one.get(url(origin)).status == 200
    set_clock(HOUR - 3)
    wait_for(lambda: one.get(url(origin)).status == 403, "the rule to lapse")
    assert wait_for(lambda: config_events(one, "rule_lapsed"), "the record")[0]["rule"] == "sale"


def test_what_has_lapsed_is_on_record_in_the_log_and_in_the_metrics(gate, origin, set_clock):
    until = moment(HOUR)
    one = gate_of(gate, allow("sale.example", id="sale", until=until, owner="Anna, EG-17"), allow("shop.example", id="shop"))
    assert one.get(url(origin)).status == 200
    assert f'exeat_policy_rule_lapses_seconds{{rule="sale"}} ' in one.metrics() and "exeat_policy_rules_lapsed_total 0" in one.metrics()
    set_clock(HOUR)
    assert one.get(url(origin)).status == 403  # at once: the judge needs nobody to tell it
    record = wait_for(lambda: config_events(one, "rule_lapsed"), "the record")[0]
    assert (record["rule"], record["owner"]) == ("sale", "Anna, EG-17")
    assert record["detail"] == f"rule sale until {until}, owner Anna, EG-17"
    [line] = wait_for(lambda: one.events("rule_lapsed"), "the line in the log")
    assert (line["rule"], line["owner"], line["level"]) == ("sale", "Anna, EG-17", "warn")
    wait_for(lambda: "exeat_policy_rules_lapsed_total 1" in one.metrics(), "the counter")
    first, second = one.decisions()
    assert (first["verdict"], first["rule"]) == ("allow", "sale") and first["policy"] == second["policy"]
    assert (second["verdict"], second["reason"]) == ("deny", "no_rule") and "rule" not in second
    assert one.get(url(origin, SHOP)).status == 200
    assert one.verify().returncode == 0


def test_a_deny_that_has_lapsed_leaves_it_to_the_other_rules(gate, origin, set_clock):
    freeze = {"id": "freeze", "verdict": "deny", "hosts": ["sale.example", "other.example"], "schemes": ["http"], "ports": ["1-65535"]}
    one = gate_of(gate, {**freeze, "until": moment(HOUR)}, allow("sale.example", id="sale"))
    assert one.get(url(origin)).status == 403
    set_clock(HOUR)
    assert one.get(url(origin)).status == 200
    assert one.get("http://other.example/").status == 403  # nothing matched is still a deny
    assert one.decisions()[-1]["reason"] == "no_rule"


def test_a_reroute_that_has_lapsed_lets_no_llm_out(gate, set_clock):
    home = {"id": "home", "verdict": "reroute", "hosts": ["@llm"], "schemes": ["http"], "inference": ["canned"], "until": moment(HOUR)}
    one = gate_of(gate, home, allow("*", id="wide"), inference=[{"name": "canned", "builtin": "canned", "text": "Later."}])
    call = {"body": json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]}), "method": "POST"}
    assert one.get("http://api.openai.com/v1/chat/completions", **call).status == 200
    set_clock(HOUR)
    assert one.get("http://api.openai.com/v1/chat/completions", **call).status == 403
    assert one.decisions()[-1]["reason"] == "llm_guard"


def test_the_log_warns_a_day_before(gate, set_clock):
    one = gate_of(gate, allow("sale.example", id="sale", until=moment(30 * HOUR), owner="Anna"), allow("shop.example", id="shop", until=moment(90 * HOUR)))
    assert one.events("rule_lapses_soon") == []
    set_clock(7 * HOUR)
    [line] = wait_for(lambda: one.events("rule_lapses_soon"), "the warning")
    assert (line["rule"], line["owner"]) == ("sale", "Anna")
    assert config_events(one, "rule_lapsed") == []


def test_what_had_lapsed_before_the_start_is_told_at_the_start(gate, origin):
    one = gate_of(gate, allow("sale.example", id="sale", until="2020-01-01T00:00:00Z"), allow("shop.example", id="shop"))
    assert one.get(url(origin)).status == 403 and one.get(url(origin, SHOP)).status == 200
    [record] = wait_for(lambda: config_events(one, "rule_lapsed"), "the record")
    assert record["rule"] == "sale" and "owner" not in record
    assert "exeat_policy_rules_lapsed_total 0" in one.metrics()  # not while it ran
    assert 'exeat_policy_rule_lapses_seconds{rule="sale"} 1577836800' in one.metrics()


def test_a_rule_that_holds_again_because_the_clock_was_set_back_is_on_record(gate, origin, set_clock):
    one = gate_of(gate, allow("sale.example", id="sale", until=moment(HOUR)))
    set_clock(2 * HOUR)
    wait_for(lambda: config_events(one, "rule_lapsed"), "the record")
    assert one.get(url(origin)).status == 403
    set_clock(0)
    assert one.get(url(origin)).status == 200
    assert wait_for(lambda: config_events(one, "rule_holds_again"), "the record")[0]["rule"] == "sale"


def test_a_renewal_is_a_reload(gate, origin, set_clock):
    one = gate_of(gate, allow("sale.example", id="sale", until=moment(HOUR)))
    set_clock(2 * HOUR)
    assert one.get(url(origin)).status == 403
    one.merge({"rules": [allow("sale.example", id="sale", until=moment(9 * HOUR))]})
    one.write()
    assert run_exeat("reload", "-c", one.config_path).returncode == 0
    assert one.get(url(origin)).status == 200


@pytest.mark.parametrize("cuts", [True, False], ids=["cut-denied", "keep"])
def test_an_open_tunnel_ends_with_its_rule_where_a_reload_would_end_it(gate, root, secure_origin, set_clock, cuts):
    sections = {"on_reload": "cut-denied"} if cuts else {}
    one = gate_of(gate, allow("shop.example", id="sale", until=moment(HOUR)), **sections)
    connection = one.secure("shop.example", secure_origin.port, roots=root.path)
    request = b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"
    assert ask(connection, request).status == 200
    set_clock(HOUR)
    wait_for(lambda: config_events(one, "rule_lapsed"), "the record")
    if not cuts:
        assert ask(connection, request).status == 200
        return
    try:
        ended = connection.recv(65536) == b""
    except OSError:
        ended = True
    assert ended and one.outcome_of(one.only_decision())["reason"] == "policy_changed"


def test_show_config_says_what_ends(gate):
    one = gate_of(gate, allow("sale.example", id="sale", until="2199-01-01T00:00:00Z", owner="Anna"), allow("shop.example", id="old", until="2020-01-01T00:00:00Z"))
    shown = run_exeat("show-config", "-c", one.config_path).stdout
    assert "# rule sale lapses 2199-01-01T00:00:00Z, owner: Anna\n" in shown
    assert "# rule old has lapsed 2020-01-01T00:00:00Z\n" in shown


# --- asked by people, at a moment that they name ----------------------------------------------------------------------


POLICY = """version: 1
rules:
  - { id: sale, verdict: allow, hosts: [sale.example], until: 2026-12-31T18:00:00Z, owner: Anna }
tests:
  - { request: GET https://sale.example/, expect: allow sale }
"""


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


def test_explain_assumes_a_moment_and_says_which(policy):
    words = ["explain", "-c", policy, "GET", "https://sale.example/", "--at"]
    before = run_exeat(*words, "2026-12-31T17:59:59Z")
    assert before.returncode == 0 and "asked: at 2026-12-31T17:59:59Z\n" in before.stdout
    after = run_exeat(*words, "2026-12-31T19:00:00+01:00")
    assert after.returncode == 1 and "asked: at 2026-12-31T18:00:00Z\n" in after.stdout and "has lapsed: until" in after.stdout
    assert json.loads(run_exeat(*words, "2026-12-31T18:00:00Z", "-o", "json").stdout)["request"]["asked"].startswith("2026-12-31T18:00:00")
    assert run_exeat(*words, "tomorrow").returncode == 2


def test_a_file_that_was_good_stays_good_and_check_says_what_lapses(policy):
    early = run_exeat("check", "--strict", "-c", policy, "--at", "2026-12-30T17:59:59Z")
    assert early.returncode == 0 and "asked at 2026-12-30T17:59:59Z" in early.stdout
    soon = run_exeat("check", "--strict", "-c", policy, "--at", "2026-12-30T18:00:00Z")
    assert soon.returncode == 1 and "warning: rule 'sale' lapses within a day (2026-12-31T18:00:00Z)" in soon.stderr and "its owner is Anna" in soon.stderr
    past = run_exeat("check", "-c", policy, "--at", "2026-12-31T18:00:00Z")
    assert past.returncode == 2 and "rule 'sale' has lapsed" in past.stderr and "this test fails: expected 'allow sale'" in past.stderr
    policy.write_text(POLICY.replace("2026-12-31", "2020-12-31"))
    now = run_exeat("check", "-c", policy)  # the test is about what is written
    assert now.returncode == 0 and "rule 'sale' has lapsed" in now.stderr


def test_a_diff_is_of_a_moment(policy, tmp_path):
    new = tmp_path / "new.yaml"
    new.write_text(POLICY.replace("2026-12-31", "2027-12-31"))
    words = ["check", "-c", new, "--diff", policy, "--at"]
    same = run_exeat(*words, "2026-12-01T00:00:00Z")
    assert "opens" not in same.stdout.replace("0 opened", "") and "compared as asked at 2026-12-01T00:00:00Z\n" in same.stdout
    later = run_exeat(*words, "2027-01-01T00:00:00Z")
    assert later.stdout.startswith("opens     https://sale.example: deny -> allow sale\n") or "\nopens     https://sale.example: deny -> allow sale\n" in later.stdout


def test_a_replay_asks_of_each_decision_as_at_its_own_time(gate, origin, set_clock):
    until = moment(HOUR)
    one = gate_of(gate, allow("sale.example", id="sale", until=until))
    assert one.get(url(origin)).status == 200
    set_clock(HOUR)
    assert one.get(url(origin)).status == 403
    one.stop()
    words = ["check", "-c", one.config_path, "--replay", one.folder / "audit"]
    assert "2 decisions judged: 0 opened, 0 rerouted, 0 closed" in run_exeat(*words).stdout
    assert "2 decisions judged: 1 opened, 0 rerouted, 0 closed" in run_exeat(*words, "--at", "2020-01-01T00:00:00Z").stdout
    assert "2 decisions judged: 0 opened, 0 rerouted, 1 closed" in run_exeat(*words, "--at", until).stdout
