# SPDX-License-Identifier: Apache-2.0
"""Clients that show credentials only when asked are asked, where credentials would help and nowhere else."""
import base64
import hashlib
import json
import subprocess

import pytest
from support.gate import allow, ask, hosts, run_exeat

CLIENTS = {
    "queue": {"user": "queue", "secret_sha256": hashlib.sha256(b"token").hexdigest()},
    "other": {"user": "other", "secret_sha256": hashlib.sha256(b"else").hexdigest()},
    "local": {"address": "127.0.0.0/8"},
}
KNOWN = b"Proxy-Authorization: Basic " + base64.b64encode(b"queue:token") + b"\r\n"
WRONG_CLIENT = b"Proxy-Authorization: Basic " + base64.b64encode(b"other:else") + b"\r\n"


@pytest.fixture
def private(gate, origin):
    one = gate(resolve=hosts("shop.example", "free.example"), clients=CLIENTS,
               rules=[allow("shop.example", **{"from": ["queue"]}), allow("free.example", id="free")])
    one.url = f"http://shop.example:{origin.port}"
    return one


def request(port, fields=b"", host=b"shop.example"):
    return b"GET http://%s:%d/ HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (host, port, host, fields)


def test_who_sends_none_is_asked_on_a_connection_that_stays_and_then_served(private, origin):
    with private.connect() as connection:
        asked = ask(connection, request(origin.port))
        assert (asked.status, asked.getheader("Proxy-Authenticate")) == (407, 'Basic realm="exeat", charset="UTF-8"')
        assert asked.getheader("Connection") is None
        assert ask(connection, request(origin.port, KNOWN)).status == 200
    refused, served = private.decisions()
    assert (refused["verdict"], refused["reason"], refused["plan"]) == ("deny", "credentials_needed", "refuse")
    assert (served["verdict"], served["client"]) == ("allow", "queue")


def test_a_connect_is_asked_too_and_the_same_connection_becomes_the_tunnel(private, secure_origin):
    line = b"CONNECT shop.example:%d HTTP/1.1\r\nHost: shop.example\r\n" % secure_origin.port
    with private.connect() as connection:
        assert ask(connection, line + b"\r\n", "CONNECT").status == 407
        connection.sendall(line + KNOWN + b"\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_where_credentials_would_not_help_nobody_is_asked_for_them(private, origin):
    assert private.send(request(origin.port, host=b"evil.example")).status == 403
    assert private.send(request(origin.port, WRONG_CLIENT)).status == 403
    assert private.send(request(origin.port, host=b"free.example")).status == 200


def test_an_exception_for_a_client_is_worth_asking_and_a_deny_for_all_is_not(gate, origin):
    stop = {"id": "stop", "verdict": "deny", "hosts": ["shop.example"], "schemes": ["http"], "ports": ["1-65535"]}
    one = gate(resolve=hosts("shop.example"), clients=CLIENTS, rules=[allow("shop.example"), {**stop, "unless": {"from": ["queue"]}}])
    assert one.send(request(origin.port)).status == 407
    assert one.send(request(origin.port, KNOWN)).status == 200
    two = gate(resolve=hosts("shop.example"), clients=CLIENTS, rules=[allow("shop.example", **{"from": ["queue"]}), stop])
    assert two.send(request(origin.port)).status == 403


def test_inside_an_llm_host_that_would_be_refused_in_the_dialect_the_connect_is_asked_first(gate):
    reroute = {"id": "home", "verdict": "reroute", "from": ["queue"], "hosts": ["@llm"], "inference": ["canned"]}
    one = gate(clients=CLIENTS, inference=[{"name": "canned", "builtin": "canned"}], rules=[reroute])
    assert one.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com\r\n\r\n").status == 407
    assert one.send(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com\r\n" + WRONG_CLIENT + b"\r\n").status == 200


def test_a_gate_without_users_ignores_credentials(gate, origin):
    one = gate(resolve=hosts("shop.example"), clients={"local": CLIENTS["local"]}, rules=[allow("shop.example", **{"from": ["local"]})])
    assert one.send(request(origin.port, KNOWN)).status == 200
    assert one.only_decision()["client"] == "local"


def test_curl_with_anyauth_and_git_are_served(private, origin, secure_origin):
    proxy = f"http://127.0.0.1:{private.port}"
    curl = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--proxy-anyauth", "-U", "queue:token", "-x", proxy]
    done = subprocess.run([*curl, f"{private.url}/"], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("200", "")
    done = subprocess.run([*curl, "-k", f"https://shop.example:{secure_origin.port}/"], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("200", "")
    subprocess.run(
        ["git", "-c", f"http.proxy=http://queue:token@127.0.0.1:{private.port}", "-c", "http.sslVerify=false",
         "ls-remote", f"https://shop.example:{secure_origin.port}/repository.git"], capture_output=True, timeout=60)
    assert secure_origin.requests[-1]["target"].startswith("/repository.git/info/refs")


def test_a_rule_means_its_own_client_however_many_there_are(tmp_path):
    clients = {f"c{i}": {"address": "10.0.0.1/32"} for i in range(65537)}
    policy = {"version": 1, "clients": clients,
              "rules": [{"id": "last", "verdict": "allow", "hosts": ["a.example"], "from": ["c65536"]}]}
    (tmp_path / "many.yaml").write_text(json.dumps(policy))
    asked = {name: run_exeat("explain", "-c", tmp_path / "many.yaml", "--from", name, "CONNECT", "a.example:443").returncode for name in ("c65536", "c0")}
    assert asked == {"c65536": 0, "c0": 1}
