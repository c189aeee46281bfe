# SPDX-License-Identifier: Apache-2.0
"""What an operator does to a running gate, and what it says of itself."""
import json
import os
import signal
import socket
import threading

import pytest
from support.gate import allow, ask, free_port, hosts, read_head, read_reply, run_exeat
from support.wait import wait_for


def offer(one, **sections):
    one.merge(sections)
    one.write(one.folder / "next.yaml")
    os.replace(one.folder / "next.yaml", one.config_path)


def test_a_new_policy_takes_effect_without_dropping_anyone(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    authority = b"shop.example:%d" % origin.port
    request = b"GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority)
    with one.connect() as connection:
        assert ask(connection, request).status == 200
        offer(one, rules=[])
        wait_for(lambda: one.events("reloaded"), "the reload")
        # The same connection is now judged by the new policy.
        wait_for(lambda: ask(connection, request).status == 403, "the new policy")
    policies = [record["sequence"] for record in one.export() if record["kind"] == "policy"]
    assert len(policies) == 2
    assert one.decisions()[-1]["policy"] == policies[1] and one.decisions()[0]["policy"] == policies[0]
    assert one.metric("exeat_policy_sequence") == policies[1] and one.metric("exeat_policy_reloads_total") == 1


def test_a_name_that_moves_is_found_after_a_reload(gate, origin):
    one = gate(resolve=hosts("shop.example", address="127.0.0.7"), rules=[allow("shop.example")])
    assert one.get(f"http://shop.example:{origin.port}/").status == 502
    offer(one, resolve=hosts("shop.example"))
    wait_for(lambda: one.get(f"http://shop.example:{origin.port}/").status == 200, "the new address")


def test_sighup_reloads_too(gate):
    one = gate(rules=[])
    one.config["rules"] = [{"id": "new", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}]
    one.write()
    one.process.send_signal(signal.SIGHUP)
    wait_for(lambda: one.get("http://evil.example/") and one.decisions("--rule", "new"), "the new rule")


def test_a_configmap_swap_reloads(gate):
    """Kubernetes swaps one link: ..data -> ..2026_x, and exeat.yaml -> ..data/exeat.yaml."""
    one = gate(start=False, rules=[])
    mount = one.folder / "mount"
    for version, rules in (("..1", []), ("..2", [{"id": "new", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}])):
        (mount / version).mkdir(parents=True)
        one.config["rules"] = rules
        for section, key in (("audit", "directory"), ("audit", "key")):
            one.config[section][key] = str(one.folder / os.path.basename(one.config[section][key]))
        one.config["tls"] = {}
        one.config["listen"]["control"] = str(one.folder / "c.sock")
        one.write(mount / version / "exeat.yaml")
    (mount / "..data").symlink_to("..1")
    (mount / "exeat.yaml").symlink_to("..data/exeat.yaml")
    one.config_path = mount / "exeat.yaml"
    one.launch()
    wait_for(lambda: one.events("started"), "the start")
    (mount / "..data_tmp").symlink_to("..2")
    os.replace(mount / "..data_tmp", mount / "..data")
    wait_for(lambda: one.get("http://evil.example/") and one.decisions("--rule", "new"), "the new rule")


def test_a_bad_policy_leaves_the_old_one_in_force(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    offer(one, rules=[{"id": "x", "verdict": "alow", "hosts": ["a..b"]}])
    wait_for(lambda: one.events("reload_refused"), "the refusal")
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert "alow" in one.events("reload_refused")[0]["why"]
    assert one.metric("exeat_policy_reloads_refused_total") == 1
    assert run_exeat("check", "-c", one.config_path).returncode == 2
    offer(one, rules=[])
    wait_for(lambda: one.events("reloaded"), "the reload")
    recorded = [record for record in one.export() if record["kind"] == "config" and record["event"] == "reload_refused"]
    assert len(recorded) == 1 and "alow" in recorded[0]["detail"]


def test_a_policy_that_needs_a_new_authority_says_how(gate):
    one = gate(rules=[])
    tls = {"authority": {**one.config["tls"]["authority"], "names": ["@llm", "api.vendor.example"]}}
    offer(one, tls=tls)
    wait_for(lambda: one.events("reload_refused"), "the refusal")
    why = one.events("reload_refused")[0]["why"]
    assert "api.vendor.example" in why and "exeat ca renew -c" in why
    renewed = run_exeat("ca", "renew", "-c", one.config_path)
    assert renewed.returncode == 0
    one.process.send_signal(signal.SIGHUP)
    wait_for(lambda: one.events("reloaded"), "the reload")


def test_the_control_socket_reloads_and_answers(gate):
    one = gate(rules=[])
    assert run_exeat("reload", "-c", one.config_path).stdout == "ok, unchanged\n"
    one.stop()
    done = run_exeat("reload", "-c", one.config_path)
    assert done.returncode == 5 and "no gate answers" in done.stderr


def test_a_drain_finishes_what_is_under_way(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    busy, idle = one.connect(), one.connect()
    authority = b"shop.example:%d" % origin.port
    idle_request = b"GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority)
    assert ask(idle, idle_request).status == 200
    busy.sendall(b"POST http://%s/echo HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\n\r\nab" % (authority, authority))
    wait_for(lambda: len(one.decisions()) == 2, "the request to be under way")
    one.process.terminate()
    wait_for(lambda: one.events("draining"), "the drain")
    assert idle.recv(1) == b""  # an idle connection is closed
    wait_for(lambda: one.admin("/readyz")[0] == 503, "readiness to go")
    busy.sendall(b"cd")
    reply = read_reply(busy)
    assert reply.status == 200 and json.loads(reply.body)["body"] == "abcd"
    assert one.process.wait(timeout=60) == 0
    one.process = None
    assert one.verify().returncode == 0


def test_a_drain_ends_at_its_deadline(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], limits={"drain": "1s"})
    connection = one.connect()
    authority = b"shop.example:%d" % origin.port
    connection.sendall(b"GET http://%s/silent HTTP/1.1\r\nHost: %s\r\n\r\n" % (authority, authority))
    decision = one.only_decision()
    one.stop()
    assert one.events("drained")[0]["cut"] == 1
    outcome = next(record for record in one.export() if record["kind"] == "completion")
    assert (outcome["request"], outcome["reason"]) == (decision["request"], "drain")


def test_metrics_count_what_was_decided(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    one.get(f"http://shop.example:{origin.port}/")
    one.get("http://evil.example/")
    one.get("http://evil.example/")
    assert one.metric(r'exeat_decisions_total\{verdict="allow",reason="rule"\}') == 1
    assert one.metric(r'exeat_decisions_total\{verdict="deny",reason="no_rule"\}') == 2
    wait_for(lambda: one.metric("exeat_upstream_latency_seconds_count") == 1, "it to be counted")
    assert one.metric("exeat_audit_commit_seconds_count") >= 3
    assert one.admin("/livez") == (200, "live\n") and one.admin("/readyz") == (200, "ready\n")
    assert one.admin("/secret")[0] == 404


def test_the_admin_port_takes_no_other_method(gate):
    one = gate(rules=[])
    with socket.create_connection(("127.0.0.1", one.admin_port)) as connection:
        connection.sendall(b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 405")


def test_clients_are_known_by_address_and_by_secret(gate, origin):
    import base64
    import hashlib

    one = gate(
        resolve=hosts("shop.example"),
        clients={"queue": {"user": "queue", "secret_sha256": hashlib.sha256(b"token").hexdigest()}},
        rules=[allow("shop.example", **{"from": ["queue"]})],
    )
    url = f"http://shop.example:{origin.port}/"
    known = base64.b64encode(b"queue:token").decode()
    wrong = base64.b64encode(b"queue:wrong").decode()
    assert one.get(url, headers={"Proxy-Authorization": f"Basic {known}"}).status == 200
    assert "proxy-authorization" not in origin.requests[0]["headers"]
    assert one.get(url).status == 407  # test_challenge.py
    refused = one.get(url, headers={"Proxy-Authorization": f"Basic {wrong}"})
    assert refused.status == 407 and refused.getheader("Proxy-Authenticate").startswith("Basic")
    assert one.decisions("--client", "queue")[0]["verdict"] == "allow"
    assert "token" not in one.log()


def test_out_of_descriptors_the_gate_lives_on(gate):
    """Whoever comes meanwhile waits in the backlog or is told that it is one too many; later ones are served again."""
    one = gate(start=False, rules=[], workers=1)
    one.start()
    import resource

    resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE, (60, 60))
    held = [one.connect() for _ in range(80)]
    request = b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    assert ask(held[0], request).status == 403
    for connection in held:
        connection.close()
    wait_for(lambda: asked_anew(one, request) == 403, "a newcomer to be served")


def asked_anew(one, request):
    with one.connect() as connection:
        return ask(connection, request).status


def test_many_clients_at_once(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    failures = []

    def client():
        for _ in range(25):
            if one.get(f"http://shop.example:{origin.port}/").status != 200:
                failures.append(1)

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(one.decisions()) == 200


@pytest.mark.parametrize("what", ["port", "key", "certificate", "directory", "roots"])
def test_what_cannot_be_used_is_one_sentence_with_what_to_do(gate, what, tmp_path):
    one = gate(start=False, rules=[])
    one.write()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    expected = ""
    if what == "port":
        blocker = socket.create_server(("127.0.0.1", one.port))
        expected = f"cannot listen on 127.0.0.1 port {one.port}"
    elif what == "key":
        (one.folder / "keys/log.key").write_text("no key")
        expected = "log.key"
    elif what == "certificate":
        (one.folder / "keys/ca.pem").unlink()
        expected = "exeat ca init"
    elif what == "directory":
        (one.folder / "audit").write_text("a file, not a folder")
        expected = "audit"
    else:
        one.config["tls"]["upstream"] = {"roots": str(tmp_path / "missing.pem")}
        one.write()
        expected = "missing.pem"
    done = run_exeat("run", "-c", one.config_path)
    assert done.returncode in (2, 5) and expected in done.stderr, done.stderr
    said = [event["why"] for event in map(json.loads, done.stderr.splitlines()) if event["event"] == "cannot_start"]
    assert len(said) == 1, done.stderr
    one.config["log"] = {"format": "text"}
    one.write()
    assert f"exeat: {said[0]}\n" in run_exeat("run", "-c", one.config_path).stderr
    if what == "port":
        blocker.close()


def test_two_gates_in_a_row_do_not_loop(gate):
    port = free_port()
    assert port
    second = gate(resolve=hosts("x.example"), rules=[allow("x.example")])
    first = gate(resolve=hosts("x.example"), rules=[allow("x.example")])
    reply = first.get(f"http://x.example:{second.port}/")
    # The second gate sees an origin-form request for itself, on its own port: a loop.
    assert reply.status == 403 and b"reason: loop" in reply.body
