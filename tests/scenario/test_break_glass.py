# SPDX-License-Identifier: Apache-2.0
"""What changes while connections are open: a bypass lets through what the policy refuses, and ends; a new policy leaves
tunnels be, or cuts those that it would not have."""
from support.gate import allow, ask, hosts, run_exeat
from support.wait import wait_for


def bypass(gate, *words):
    return run_exeat("bypass", "-c", gate.config_path, *words)


def status(gate, url):
    return gate.get(url).status


def admin_events(gate, name):
    return [record for record in gate.export() if record["kind"] == "admin" and record["event"] == name]


def test_a_bypass_is_recorded_with_its_reason_and_what_it_lets_through_says_so(gate):
    one = gate(resolve=hosts("shop.example", address="203.0.113.9"), timeouts={"connect": "50ms"}, rules=[])
    assert status(one, "http://shop.example/") == 403
    assert bypass(one, "--for", "30m", "--reason", "ticket 4711").returncode == 0
    assert "exeat_bypass_active 1" in one.metrics()
    assert status(one, "http://shop.example/") != 200  # nobody is there, but the policy let it go
    last = wait_for(lambda: one.decisions()[1:], "the second decision")[-1]
    assert (last["verdict"], last["plan"], last["reason"], last["observed"]) == ("deny", "forward", "bypassed", 1)
    assert "for 1800 s: ticket 4711" in admin_events(one, "bypass")[0]["detail"]
    assert bypass(one, "--end").returncode == 0
    assert "exeat_bypass_active 0" in one.metrics()
    wait_for(lambda: admin_events(one, "bypass_ended"), "its end to be on record")
    assert status(one, "http://shop.example/") == 403


def test_a_bypass_ends_by_itself(gate):
    one = gate(rules=[])
    assert bypass(one, "--for", "1s", "--reason", "a short one").returncode == 0
    wait_for(lambda: admin_events(one, "bypass_ended"), "the bypass to end")
    assert "its time is over" in admin_events(one, "bypass_ended")[0]["detail"]
    assert "exeat_bypass_active 0" in one.metrics()


def test_a_bypass_never_lets_llm_hosts_out_private_addresses_be_reached_or_rerouted_calls_leave(gate, origin):
    one = gate(
        resolve=hosts("shop.example", "api.openai.com"),
        inference=[{"name": "canned", "builtin": "canned", "text": "x"}],
        rules=[{"id": "evil", "verdict": "deny", "hosts": ["*.evil.example"]}],
    )
    assert bypass(one, "--for", "1h", "--reason", "test").returncode == 0
    assert status(one, f"http://api.openai.com:{origin.port}/v1/chat/completions") == 403
    assert status(one, f"http://shop.example:{origin.port}/") == 403  # loopback is no public address
    assert status(one, "http://127.0.0.1/") == 403
    assert origin.requests == []


def test_a_bypass_survives_neither_a_new_policy_nor_a_restart(gate):
    one = gate(rules=[])
    assert bypass(one, "--for", "1h", "--reason", "until the policy is there").returncode == 0
    one.merge({"rules": [allow("shop.example")]})
    one.write()
    wait_for(lambda: "exeat_bypass_active 0" in one.metrics(), "the bypass to end with the reload")
    assert bypass(one, "--for", "1h", "--reason", "again").returncode == 0
    one.stop()
    one.start()
    assert "exeat_bypass_active 0" in one.metrics()


def test_a_bypass_wants_a_time_and_a_reason(gate):
    one = gate(rules=[])
    for words in ([], ["--for", "30m"], ["--reason", "x"], ["--for", "soon", "--reason", "x"], ["--for", "1d", "--reason", "x"]):
        assert bypass(one, *words).returncode == 2
    for words in (["--for", "25h", "--reason", "x"], ["--for", "30m", "--reason", " "], ["--for", "0s", "--reason", "x"]):
        assert bypass(one, *words).returncode == 1
    assert "exeat_bypass_active 0" in one.metrics()


# --- tunnels and a new policy -----------------------------------------------------------------------------------------


GET = b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"


def tunnel_to(gate, root, origin):
    connection = gate.secure("shop.example", origin.port, roots=root.path)
    assert ask(connection, GET).status == 200
    return connection


def reload_with(gate, **sections):
    reloads = gate.metric("exeat_policy_reloads_total")
    gate.merge(sections)
    gate.write()
    wait_for(lambda: gate.metric("exeat_policy_reloads_total") > reloads, "the new policy")


def test_a_new_policy_leaves_open_tunnels_be(gate, root, secure_origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    connection = tunnel_to(one, root, secure_origin)
    reload_with(one, rules=[])
    assert ask(connection, GET).status == 200
    assert one.tunnel("shop.example", secure_origin.port)[1].startswith(b"HTTP/1.1 403")
    connection.close()


def test_on_reload_cut_denied_ends_tunnels_that_the_new_policy_would_not_have(gate, root, secure_origin):
    one = gate(resolve=hosts("shop.example", "other.example"), on_reload="cut-denied", rules=[allow("shop.example"), allow("other.example", id="other")])
    connection = tunnel_to(one, root, secure_origin)
    reload_with(one, rules=[allow("other.example", id="other")])
    try:
        ended = connection.recv(65536) == b""
    except OSError:
        ended = True
    assert ended
    decision = next(d for d in one.decisions() if d["host"] == "shop.example")
    assert one.outcome_of(decision)["reason"] == "policy_changed"
    connection.close()
