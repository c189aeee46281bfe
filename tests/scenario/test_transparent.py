# SPDX-License-Identifier: Apache-2.0
"""Clients that know of no proxy, in a pod whose rules turn what they send to the gate: each connection is judged by the name that
it says, and the address that it was made to is a wish."""
import json
import subprocess

import pytest
from support.held_pod import wait_for
from support.questions import CODES, WAYS, pack_question, words_to_ask
from support.ways import HELPER_USER, NAME_SERVER, VENDOR, VENDOR6

# Nobody has these: a name in them, or none, is all that counts.
NOBODY, NOBODY6 = "203.0.113.9", "2001:db8:9::9"
SECURE, GREETS = 9443, 2525
ADDRESSES = ["198.51.100.0/24"]


def allow(host, **more):
    return {"id": "shop", "verdict": "allow", "hosts": [host], "ports": ["1-65535"], "schemes": ["http", "https"],
            "addresses": ADDRESSES, **more}


@pytest.fixture
def shop(pod, root):
    """An origin for TLS, and one that speaks first."""
    pod.serve(*root.issue("shop.example", "other.example"))
    return pod


def gate_for(gate_of, pod, root, *rules, **sections):
    sections.setdefault("tls", {})["upstream"] = {"roots": str(pod.lend(root.path))}
    one = gate_of(pod, start=False, rules=list(rules), resolve={"servers": ["10.91.0.1"]}, **sections)
    one.apply()
    one.start()
    return one


def curl(pod, host, port, *words, scheme="https", path="/", at=NOBODY):
    """What a client gets that takes the host to be at an address of its own belief."""
    place = at if "." in at else f"[{at}]"
    done = subprocess.run(
        pod.program("curl", "-s", "--max-time", "60", "--resolve", f"{host}:{port}:{place}", "-w", "%{http_code}", *map(str, words),
                    f"{scheme}://{host}:{port}{path}"), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


def one_decision(gate):
    (decision,) = wait_for(gate.decisions, "a decision")
    return decision


@pytest.mark.parametrize("at", [NOBODY, NOBODY6, "169.254.169.254"])
def test_a_tls_connection_goes_to_the_host_that_its_hello_names_wherever_it_was_made_to(shop, gate_of, root, at):
    one = gate_for(gate_of, shop, root, allow("shop.example"))
    assert curl(shop, "shop.example", SECURE, "--cacert", shop.lend(root.path), at=at) == (0, "secure200")
    decision = one_decision(one)
    assert (decision["verdict"], decision["host"], decision["port"], decision["plan"]) == ("allow", "shop.example", SECURE, "tunnel")
    assert one.outcome_of(decision)["address"] == VENDOR
    assert shop.seen() == []


def test_a_name_that_is_not_allowed_is_refused_by_an_alert_and_on_record(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example"))
    code, _ = curl(shop, "other.example", SECURE, "-v", "--cacert", shop.lend(root.path))
    assert code == 35  # an alert in the handshake
    decision = one_decision(one)
    assert (decision["verdict"], decision["reason"], decision["host"]) == ("deny", "no_rule", "other.example")
    assert one.outcome_of(decision)["done"] == "refuse"


def test_a_refusal_is_said_in_words_where_the_gate_may_speak_for_the_host(shop, gate_of, root):
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["other.example"]}
    one = gate_for(gate_of, shop, root, allow("shop.example"), tls={"authority": authority})
    code, said = curl(shop, "other.example", SECURE, "--cacert", shop.lend(one.bundle()))
    assert code == 0 and said.endswith("403") and "reason: no_rule" in said
    decision = one_decision(one)
    assert (decision["verdict"], decision["host"], decision["path"]) == ("deny", "other.example", "/")


def test_an_llm_call_of_a_client_that_knows_of_no_proxy_is_answered_here(shop, gate_of, root):
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key"}
    rule = {"id": "home", "verdict": "reroute", "hosts": ["@llm"], "inference": ["canned"]}
    one = gate_for(gate_of, shop, root, rule, tls={"authority": authority},
                   inference=[{"name": "canned", "builtin": "canned", "text": "Later."}])
    call = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]})
    code, said = curl(shop, "api.openai.com", 443, "--cacert", shop.lend(one.bundle()), "-d", call, path="/v1/chat/completions")
    assert code == 0 and said.endswith("200") and "Later." in said
    assert one_decision(one)["verdict"] == "reroute"


REFUSED = [
    ("api.openai.com", "/v1/chat/completions", {"model": "m", "messages": []}, lambda error: (error["type"], error["reason"])),
    ("api.anthropic.com", "/v1/messages", {"model": "m", "messages": []}, lambda error: (error["type"], None)),
    ("generativelanguage.googleapis.com", "/v1beta/models/m:generateContent", {"contents": []}, lambda error: (error["status"], error["reason"])),
]


def test_a_refusal_towards_an_llm_host_is_said_in_its_vendors_words(shop, gate_of, root):
    """A pattern that has them lets none of them through."""
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key"}
    one = gate_for(gate_of, shop, root, {**allow("*.com"), "hosts": ["*.openai.com", "*.anthropic.com", "*.googleapis.com"]}, tls={"authority": authority})
    bundle = shop.lend(one.bundle())
    said = []
    for host, path, body, read in REFUSED:
        code, answer = curl(shop, host, 443, "--cacert", bundle, "-H", "Content-Type: application/json", "-d", json.dumps(body), path=path)
        assert code == 0 and answer.endswith("403"), answer
        said.append(read(json.loads(answer[:-3])["error"]))
    assert said == [("invalid_request_error", "llm_guard"), ("permission_error", None), ("PERMISSION_DENIED", "llm_guard")]
    assert [(d["verdict"], d["reason"], d["host"]) for d in one.decisions()] == [("deny", "llm_guard", host) for host, *_ in REFUSED]
    assert shop.seen() == []


def test_plain_http_is_judged_by_its_host_request_by_request(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example"))
    assert curl(shop, "shop.example", 80, scheme="http") == (0, "200")
    code, said = curl(shop, "other.example", 80, scheme="http")
    assert code == 0 and said.endswith("403") and "reason: no_rule" in said
    code, said = curl(shop, "shop.example", 80, "-H", "Host: other.example", scheme="http")
    assert code == 0 and said.endswith("403")
    assert [(d["verdict"], d["host"]) for d in one.decisions()] == [
        ("allow", "shop.example"), ("deny", "other.example"), ("deny", "other.example")]


@pytest.mark.parametrize("host, status", [("shop.example:81", "421"), ("shop.example:80", "200"), ("shop.example", "200")])
def test_a_host_field_with_another_port_than_the_connections_is_misdirected(shop, gate_of, root, host, status):
    gate_for(gate_of, shop, root, allow("shop.example"))
    code, said = curl(shop, "shop.example", 80, "-H", f"Host: {host}", scheme="http")
    assert code == 0 and said.endswith(status)


def talk(pod, address, port, data=b"", user=33):
    """What a program hears that connects, perhaps says something, and reads to the end."""
    code = f"""
import socket, sys
family = socket.AF_INET6 if ":" in "{address}" else socket.AF_INET
with socket.socket(family) as one:
    one.settimeout(60)
    try:
        one.connect(("{address}", {port}))  # a break may come before it has returned
        one.sendall({data!r})
        while True:
            heard = one.recv(4096)
            if not heard:
                break
            sys.stdout.buffer.write(heard)
    except ConnectionResetError:
        print("reset")
"""
    done = subprocess.run(pod.program("/usr/bin/python3", "-c", code, user=user), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


TCP = {"id": "mail", "verdict": "allow", "addresses": [f"{VENDOR}/32"], "ports": [GREETS], "schemes": ["tcp"]}


def test_a_server_that_speaks_first_is_reached_where_a_rule_names_its_address(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, TCP)
    code = f"""
import socket
with socket.create_connection(("{VENDOR}", {GREETS}), 60) as one:
    greeting = one.recv(100)
    assert greeting == b"220 welcome\\r\\n", greeting
    one.sendall(b"hello")
    assert one.recv(100) == b"you said hello"
"""
    done = subprocess.run(shop.program("/usr/bin/python3", "-c", code), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    decision = one_decision(one)
    assert (decision["verdict"], decision["rule"], decision["host"], decision["port"]) == ("allow", "mail", VENDOR, GREETS)
    assert shop.seen() == []


@pytest.mark.parametrize(
    "address, port, data",
    [
        (VENDOR, 2526, b""),  # silent, at another port
        ("198.51.100.8", GREETS, b""),  # silent, at another address
        (VENDOR, 2526, b"EHLO shop.example\r\n"),
        (VENDOR6, GREETS, b"\0\1\2\3"),
        (VENDOR, 22, b"SSH-2.0-OpenSSH_9.2\r\n"),
    ],
)
def test_who_names_nobody_is_refused_by_a_break_and_on_record(shop, gate_of, root, address, port, data):
    one = gate_for(gate_of, shop, root, TCP, allow("shop.example"), timeouts={"head": "1s"})
    assert talk(shop, address, port, data) == b"reset\n"
    decision = one_decision(one)
    assert (decision["verdict"], decision["reason"], decision["host"], decision["port"]) == ("deny", "no_rule", address, port)
    assert shop.seen() == []


def test_a_hello_without_a_name_is_judged_by_its_address(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example"))
    done = subprocess.run(shop.program("curl", "-sk", "--max-time", "60", f"https://{VENDOR}:{SECURE}/"), timeout=120)
    assert done.returncode == 35
    decision = one_decision(one)
    assert (decision["verdict"], decision["host"]) == ("deny", VENDOR)


def test_who_connects_to_the_listener_itself_is_judged_as_anybody(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example"), timeouts={"head": "1s"})
    assert talk(shop, "127.0.0.1", 3129) == b"reset\n"
    decision = one_decision(one)
    assert (decision["verdict"], decision["host"], decision["port"]) == ("deny", "127.0.0.1", 3129)


def test_a_rule_that_names_the_listener_leads_in_no_circle(shop, gate_of, root):
    rule = {"id": "circle", "verdict": "allow", "addresses": ["127.0.0.0/8"], "ports": [3129], "schemes": ["tcp"]}
    one = gate_for(gate_of, shop, root, rule)
    assert talk(shop, "127.0.0.1", 3129, b"hello") == b"reset\n"
    assert one.outcome_of(one_decision(one))["reason"] == "loop"


def test_nobody_asks_for_a_tunnel_on_a_connection_that_meant_another(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example"))
    said = talk(shop, NOBODY, 80, b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\nConnection: close\r\n\r\n")
    assert b"HTTP/1.1 405 " in said or b"HTTP/1.1 501 " in said
    assert one_decision(one)["reason"] == "method_unsupported"


def test_a_host_that_does_not_answer_ends_in_an_alert_and_its_record_says_so(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example"))
    code, _ = curl(shop, "shop.example", 9444, "--cacert", shop.lend(root.path))
    assert code == 35
    assert one.outcome_of(one_decision(one))["reason"] == "connect_failed"


def test_credentials_are_asked_of_nobody_who_knows_of_no_proxy(shop, gate_of, root):
    clients = {"queue": {"user": "queue", "secret_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}
    gate_for(gate_of, shop, root, allow("shop.example", **{"from": ["queue"]}), clients=clients)
    code, said = curl(shop, "shop.example", 80, scheme="http")
    assert code == 0 and said.endswith("403")


@pytest.mark.parametrize("code", [
    "echo file_get_contents('https://shop.example:9443/');",
    "$c = curl_init('https://shop.example:9443/'); curl_setopt($c, CURLOPT_RETURNTRANSFER, true); echo curl_exec($c);",
])
def test_php_that_knows_of_nothing_gets_what_a_rule_allows_and_nothing_else(shop, gate_of, root, code):
    """Names, TLS and all: nothing is set but the roots that it trusts."""
    one = gate_for(gate_of, shop, root, allow("shop.example"), listen={"dns": ["127.0.0.1:5353", "[::1]:5353"]})
    roots = shop.lend(root.path)
    settings = ["-d", f"curl.cainfo={roots}", "-d", f"openssl.cafile={roots}", "-d", "default_socket_timeout=60"]
    done = subprocess.run(shop.program("php", *settings, "-r", code), capture_output=True, text=True, timeout=120)
    assert done.stdout == "secure", done
    denied = subprocess.run(shop.program("php", *settings, "-r", code.replace("shop.", "evil.")), capture_output=True, text=True, timeout=120)
    assert "secure" not in denied.stdout
    assert [record["verdict"] for record in one.decisions() if "port" in record] == ["allow"]
    assert {(record["host"], record["verdict"]) for record in one.decisions() if "port" not in record} == {
        ("shop.example", "allow"), ("evil.example", "deny")}
    assert shop.seen() == []


# --- whose it is

OWN = {"listen": {"forward": ["127.0.0.1:3128"], "transparent": ["127.0.0.1:3129", {"address": "127.0.0.1:3133", "uid": 33},
                                                               {"address": "[::1]:3133", "uid": 33}]},
       "clients": {"php": {"uid": 33}, "helper": {"uid": HELPER_USER}}}


def fetch_as(pod, user, at=NOBODY):
    words = ["curl", "-s", "--max-time", "60", "--connect-to", f"::{at if '.' in at else f'[{at}]'}:80", "-w", "%{http_code}",
             "http://shop.example/"]
    return subprocess.run(pod.program(*words, user=user), capture_output=True, text=True, timeout=120).stdout


def test_a_user_with_a_port_of_its_own_is_known_without_asking_the_kernel(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example", **{"from": ["php"]}), **OWN)
    assert [fetch_as(shop, 33), fetch_as(shop, 33, NOBODY6)] == ["200", "200"]
    assert fetch_as(shop, HELPER_USER).endswith("403")
    known = [(d["client"], d["client_proof"], d["client_uid"]) for d in one.decisions()]
    assert known == [("php", "uid", 33)] * 2 + [("helper", "uid", HELPER_USER)]


def test_nobody_else_gets_in_by_the_port_of_a_user(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example", ports=["1-65535"], **{"from": ["php"]}), **OWN)
    head = b"GET / HTTP/1.1\r\nHost: shop.example:3133\r\nConnection: close\r\n\r\n"
    for place in ("127.0.0.1", "::1"):
        with pytest.raises(AssertionError):
            talk(shop, place, 3133, head, user=HELPER_USER)
        with pytest.raises(AssertionError):
            talk(shop, place, 3133, head)  # nor that user itself, unturned
    assert shop.counters()["closed_direct"] > 0
    assert one.decisions() == []
    subprocess.run([*shop.inside(), "nft", "flush", "ruleset"], check=True)
    assert b"403" in talk(shop, "127.0.0.1", 3133, head, user=HELPER_USER)
    decision = one_decision(one)
    assert (decision["client"], decision["client_uid"]) == ("helper", HELPER_USER)


# --- whose question it is

OWN_NAMES = {"listen": {**OWN["listen"], "dns": ["127.0.0.1:5353", "[::1]:5353", {"address": "127.0.0.1:5354", "uid": 33},
                                                 {"address": "[::1]:5354", "uid": 33}]}, "clients": OWN["clients"]}


def ask_as(pod, user, way, at=NAME_SERVER, port=53):
    words = words_to_ask(at, port, way, "shop.example")
    return subprocess.run(pod.program(*words, user=user), capture_output=True, text=True, timeout=60)


def asked(gate):
    return {(d["verdict"], d.get("client"), d.get("client_uid")) for d in gate.decisions() if d["scheme"] == "dns"}


@pytest.mark.parametrize("way", WAYS)
def test_a_user_with_a_place_of_its_own_for_questions_is_known_behind_the_redirect(shop, gate_of, root, way):
    one = gate_for(gate_of, shop, root, allow("shop.example", **{"from": ["php"]}), **OWN_NAMES)
    for resolver in (NAME_SERVER, "127.0.0.53", NOBODY6):
        assert CODES[int(ask_as(shop, 33, way, resolver).stdout)] == "NOERROR"
        assert CODES[int(ask_as(shop, HELPER_USER, way, resolver).stdout)] == "REFUSED"
    who = ("deny", "helper", HELPER_USER) if way == "tcp" else ("deny", None, None)  # a datagram's port may be NAT's
    assert asked(one) == {("allow", "php", 33), who}
    assert shop.seen() == []


def test_behind_the_redirect_neither_resolv_conf_nor_the_servers_have_to_be_written(shop, gate_of):
    """Clients and the gate have one resolv.conf: theirs are turned to the gate, the gate's own go to the server that it names."""
    resolver = "10.91.0.1"  # beyond the gate's own cable
    (shop.folder / "resolv.conf").write_text(f"nameserver {resolver}\noptions timeout:1 attempts:1\n")
    one = gate_of(shop, start=False, rules=[allow("shop.example")], listen={**OWN["listen"], "dns": ["127.0.0.1:5353", "[::1]:5353"]})
    one.apply()
    one.start()
    assert "resolve" not in one.config and CODES[int(ask_as(shop, 33, "connected", resolver).stdout)] == "NOERROR"
    assert [(d["host"], d["verdict"]) for d in one.decisions()] == [("shop.example", "allow")] and shop.seen() == []


def test_nobody_else_asks_by_the_place_of_a_user(shop, gate_of, root):
    one = gate_for(gate_of, shop, root, allow("shop.example", **{"from": ["php"]}), **OWN_NAMES)
    for place in ("127.0.0.1", "::1"):
        for way in ("connected", "tcp"):
            assert ask_as(shop, HELPER_USER, way, place, 5354).stdout == ""
    assert shop.counters()["closed_direct"] >= 4
    assert asked(one) == set()
    subprocess.run([*shop.inside(), "nft", "flush", "ruleset"], check=True)
    for way in ("connected", "tcp"):
        assert CODES[int(ask_as(shop, HELPER_USER, way, "127.0.0.1", 5354).stdout)] == "REFUSED"
    assert asked(one) == {("deny", "helper", HELPER_USER)}


# One socket, and the question leaves from it in ways that do not show whose it is: unconnected, and connected to another.
STRAY = """
import socket, sys
way, question = sys.argv[1], bytes.fromhex(sys.argv[2])
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(20)
if way == "connected to another":
    one.bind(("127.0.0.1", 0))
    one.connect(("127.0.0.1", 9))
one.sendto(question, ("127.0.0.1", 5354))
if way == "unconnected":
    print(one.recv(4096)[3] & 15)
"""


@pytest.mark.parametrize("way", ["unconnected", "connected to another"])
def test_without_the_rules_nobody_is_taken_for_the_user_of_a_place(shop, gate_of, root, way):
    one = gate_for(gate_of, shop, root, allow("shop.example", **{"from": ["php"]}), **OWN_NAMES)
    subprocess.run([*shop.inside(), "nft", "flush", "ruleset"], check=True)
    if way != "unconnected":  # nothing is found of it: then the newest trial counts
        assert one.run("redirect", "check").returncode != 0
    words = ["/usr/bin/python3", "-c", STRAY, way, pack_question("shop.example").hex()]
    assert subprocess.run(shop.program(*words, user=HELPER_USER), capture_output=True, timeout=60).returncode == 0
    wait_for(lambda: asked(one) == {("deny", None, None)}, "the decision")


# A flow of UDP outlives its socket: the same ends again, and another user.
AGAIN = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
one = socket.socket(family, socket.SOCK_DGRAM)
one.bind(("", 40053))
one.settimeout(20)
one.connect((sys.argv[1], 53))
try:
    one.send(bytes.fromhex(sys.argv[2]))
    print(one.recv(4096)[3] & 15)
except OSError as error:
    print(-error.errno)
"""


@pytest.mark.parametrize("at", [NAME_SERVER, NOBODY6])
def test_who_takes_up_the_port_of_a_user_gets_nothing_of_what_was_turned_for_it(shop, gate_of, root, at):
    one = gate_for(gate_of, shop, root, allow("shop.example", **{"from": ["php"]}), **OWN_NAMES)

    def ask(user):
        words = ["/usr/bin/python3", "-c", AGAIN, at, pack_question("shop.example").hex()]
        return int(subprocess.run(shop.program(*words, user=user), capture_output=True, text=True, timeout=60).stdout)

    assert CODES[ask(33)] == "NOERROR"
    assert ask(HELPER_USER) < 0
    assert CODES[ask(33)] == "NOERROR"
    assert asked(one) == {("allow", "php", 33)}
    assert shop.counters()["closed_direct"] > 0
