# SPDX-License-Identifier: Apache-2.0
"""Secrets that the gate puts in: the client holds a placeholder, the host gets the secret, on that path and in that field
alone; the placeholder goes nowhere else, the secret does not come back, and the record says which went where."""
import base64
import gzip
import json
import os
import subprocess
import urllib.parse

import pytest
from support.gate import Gate, allow, ask, hosts, run_exeat
from support.origin import Handler, Origin
from support.wait import wait_for

STRIPE, PLAIN, VENDOR = "api.stripe.example", "plain.example", "api.openai.com"
SECRET, NEXT, PLACE = "sk_live/4eC39HqLyjWDarjtT1zdp7dc", "sk_live/second0HqLyjWDarjtT1zdp7", "placeholder-of-stripe"
MASKED = "*" * len(SECRET)


class Echo(Handler):
    """Says what it should not: in pieces of one byte, packed, spelled otherwise; and leads elsewhere."""

    def page_chunks(self, _):
        self.send_response(200)
        self.send_header("X-Echo", self.headers["Authorization"])
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for byte in f"you sent {SECRET}!".encode():
            self.chunk(bytes([byte]))
        self.chunk(b"")

    def page_spelled(self, _):
        self.reply(" ".join(spelled()).encode(), extra=[("X-Echo", ",".join(spelled()))])

    def page_elsewhere(self, _):
        self.send_response(307)
        self.send_header("Location", f"https://{PLAIN}:{self.server.server_port}/{self.headers['Authorization'].split()[1]}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def page_packed(self, _):
        self.reply(gzip.compress(SECRET.encode()), extra=[("Content-Encoding", "gzip")])


def spelled():
    """As hosts tell back what they were sent."""
    return [
        urllib.parse.quote_plus(SECRET), json.dumps(SECRET).replace("/", "\\/"), SECRET.replace("/", "&#x2f;"),
        *(base64.b64encode(b"user:"[at:] + SECRET.encode()).decode() for at in range(3)), SECRET.encode().hex(),
    ]


def brokers(make, root, origin, tmp_path, first=()):
    secret = tmp_path / "secrets" / "stripe"
    secret.parent.mkdir()
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    one = make(
        resolve=hosts(STRIPE, PLAIN),
        credentials={"stripe": {"file": str(secret), "header": "Authorization: Bearer {}", "placeholder": PLACE}},
        rules=[
            *first,
            {**allow(STRIPE, id="pay"), "schemes": ["https"], "methods": ["GET", "POST"], "paths": ["/v1/**", "/chunks", "/packed", "/spelled", "/elsewhere"], "use": "stripe"},
            {**allow(STRIPE, id="docs"), "paths": ["/docs"]},
            {**allow(STRIPE, id="looked"), "schemes": ["https"], "methods": ["POST"], "paths": ["/looked"], "use": "stripe", "inspect": {"deny": ["payment", "secret"]}},
            {**allow(PLAIN, id="plain"), "methods": ["GET", "POST"], "inspect": {"flag": ["card"]}},
            {**allow("*.plain.example", id="any")},
            {"id": "home", "verdict": "reroute", "hosts": [VENDOR], "inference": ["canned"]},
        ],
        inference=[{"name": "canned", "builtin": "canned", "text": "later"}],
        log={"format": "json", "level": "debug"},
        tls={"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [STRIPE, PLAIN, VENDOR]}, "upstream": {"roots": str(root.path)}},
        workers=1,
    )
    one.origin, one.secret = origin, secret
    return one


@pytest.fixture(scope="module")
def of_all(root, tmp_path_factory):
    """For tests that change nothing of it, and ask for no record."""
    folder = tmp_path_factory.mktemp("shop")
    origin = Origin(root.issue(STRIPE, PLAIN), handler=Echo)
    one = brokers(lambda **sections: Gate(folder, root, **sections).start(), root, origin, folder)
    yield one
    keeps_secret(one)
    origin.close()
    assert one.verify().returncode == 0
    assert "Sanitizer" not in one.log() and "runtime error" not in one.log(), one.log()


@pytest.fixture
def shared(of_all):
    of_all.origin.requests.clear()
    return of_all


@pytest.fixture
def shop(gate, root, things, tmp_path):
    origin = Origin(root.issue(STRIPE, PLAIN), handler=Echo)
    things.append(origin)
    return brokers(gate, root, origin, tmp_path)


def fetch(shop, path="/v1/charges", host=STRIPE, key=f"Bearer {PLACE}", body=b"", method="POST", roots=None, **more):
    port = 443 if host == VENDOR else shop.origin.port
    fields = {"Host": f"{host}:{port}", "Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in more.items()}}
    if key:
        fields["Authorization"] = key
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    with shop.secure(host, port, roots) as connection:
        return ask(connection, head.encode() + body, method)


def authorization(shop):
    return shop.origin.requests[-1]["headers"]["authorization"]


def keeps_secret(shop):
    shop.stop()
    for path in [*(shop.folder / "audit").iterdir(), shop.log_path]:
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_the_host_gets_the_secret_and_the_record_says_which_went_where(shop):
    assert fetch(shop).status == 200
    assert authorization(shop) == f"Bearer {SECRET}"
    decision = shop.only_decision()
    assert (decision["credential"], decision["host"], decision["rule"], decision["verdict"]) == ("stripe", STRIPE, "pay", "allow")
    query = "SELECT credential, host, rule, length(peer_key) AS key, count(*) AS requests FROM requests WHERE credential IS NOT NULL GROUP BY 1, 2, 3, 4"
    told = run_exeat("audit", "export", "--sql", query, "-o", "jsonl", "-c", shop.config_path)
    assert [json.loads(line) for line in told.stdout.splitlines()] == [{"credential": "stripe", "host": STRIPE, "rule": "pay", "key": 64, "requests": 1}]
    keeps_secret(shop)


MISPLACED = [
    ({"path": "/docs", "method": "GET"}, "Authorization"),
    ({"host": PLAIN}, "Authorization"),
    ({"key": None, "path": f"/v1/{PLACE}"}, "path"),
    ({"path": f"/v1/charges?key={PLACE.replace('-', '%2D')}"}, "query"),
    ({"Cookie": PLACE}, "Cookie"),
    ({"X_Key": base64.b64encode(f"u:{PLACE}".encode()).decode()}, "X-Key"),
    ({"host": PLAIN, "key": None, "body": json.dumps({PLACE: 1}).replace("-", "\\u002d").encode(), "Content_Type": "application/json"}, "body"),
    ({"host": PLAIN, "key": None, "body": json.dumps({"a": PLACE}).replace("-", "\\u002d").encode(), "Content_Type": "application/json"}, "body"),
    ({"host": PLAIN, "key": None, "body": gzip.compress(PLACE.encode()), "Content_Type": "text/plain", "Content_Encoding": "gzip"}, "body"),
]


def test_the_placeholder_goes_nowhere_else(shop):
    for request, where in MISPLACED:
        reply = fetch(shop, **request)
        assert reply.status == 403 and b"credential_misplaced" in reply.body, where
    _, reply = shop.tunnel(f"{PLACE.upper()}.plain.example")  # nor is a host asked for that is named after it
    assert reply.startswith(b"HTTP/1.1 403 ")
    assert shop.origin.requests == []
    wait_for(lambda: len(shop.decisions()) == len(MISPLACED) + 1, "the records")
    decisions = shop.decisions()
    assert [decision["detail"] for decision in decisions] == [f"the placeholder of 'stripe' stands in: {where}" for where in [*(where for _, where in MISPLACED), "host"]]
    assert all(decision["reason"] == "credential_misplaced" and "credential" not in decision for decision in decisions)
    assert shop.metric(r'exeat_credentials_refused_total\{reason="credential_misplaced"\}') == len(decisions)


def test_a_rule_that_has_the_whole_host_leaves_nothing_to_it_that_uses_a_credential(gate, root, things, tmp_path):
    origin = Origin(root.issue(STRIPE, PLAIN), handler=Echo)
    things.append(origin)
    shop = brokers(gate, root, origin, tmp_path, first=[{**allow(STRIPE, id="whole"), "schemes": ["https"]}])
    assert fetch(shop).status == 200
    assert authorization(shop) == f"Bearer {SECRET}"
    assert fetch(shop, "/v2/charges").status == 403
    assert fetch(shop, "/v2/charges", key=None).status == 200
    told = [(decision["rule"], decision["reason"]) for decision in shop.decisions()]
    assert told == [("pay", "rule"), ("whole", "credential_misplaced"), ("whole", "rule")]


def test_a_redirect_takes_neither_secret_nor_placeholder_along(shared):
    done = curl(shared, f"https://{STRIPE}:{shared.origin.port}/elsewhere", "-L", "--location-trusted")
    assert b"credential_misplaced" in done.stdout
    assert [request["target"] for request in shared.origin.requests] == ["/elsewhere"]
    assert [request["headers"]["host"] for request in shared.origin.requests] == [f"{STRIPE}:{shared.origin.port}"]


def test_a_host_with_the_certificate_of_another_gets_nothing(gate, root, things, tmp_path):
    origin = Origin(root.issue(PLAIN), handler=Echo)
    things.append(origin)
    one = brokers(gate, root, origin, tmp_path)
    assert fetch(one).status == 502
    assert origin.requests == []
    assert one.outcome_of(one.only_decision())["reason"] == "upstream_tls"


def test_a_call_that_is_answered_here_may_come_with_the_placeholder_in_its_field(shared):
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]}).encode()
    reply = fetch(shared, "/v1/chat/completions", VENDOR, body=body, Content_Type="application/json")
    assert reply.status == 200 and b"later" in reply.body
    assert fetch(shared, f"/v1/chat/completions?key={PLACE}", VENDOR, body=body, Content_Type="application/json").status == 403


def test_the_placeholder_is_none_of_the_secrets_that_inspect_looks_for(shared):
    assert fetch(shared, "/looked", body=b"amount=1").status == 200
    assert authorization(shared) == f"Bearer {SECRET}"
    assert fetch(shared, "/looked", body=b"card=4111111111111111").status == 403


def test_a_key_of_the_clients_own_is_refused_where_the_rule_puts_one_in(shared):
    for key in (None, "Bearer sk_live_of_somebody_else", f"Token {NEXT}"):
        reply = fetch(shared, key=key)
        assert reply.status == 403 and b"credential_missing" in reply.body, key
    assert shared.origin.requests == []


def test_the_secret_does_not_come_back(shared):
    reply = fetch(shared, "/chunks", Range="bytes=0-3")
    assert reply.body == f"you sent {MASKED}!".encode()
    assert SECRET not in str(reply.headers) and MASKED in str(reply.headers)
    sent = shared.origin.requests[-1]["headers"]
    assert sent["accept-encoding"] == "identity" and "range" not in sent


def test_the_secret_does_not_come_back_spelled_otherwise(shared):
    reply = fetch(shared, "/spelled")
    text = reply.body.decode() + str(reply.headers)
    assert reply.status == 200 and len(reply.body) == len(" ".join(spelled()))
    assert not any(word in text for word in spelled()) and SECRET[8:] not in text


def test_an_answer_in_which_nothing_can_be_seen_is_refused(shared):
    assert fetch(shared, "/packed").status == 502


def test_a_changed_file_is_the_new_secret_without_a_restart(shop):
    assert fetch(shop).status == 200
    fresh = shop.secret.with_name("fresh")
    fresh.write_text(NEXT)
    fresh.chmod(0o600)
    os.rename(fresh, shop.secret)
    wait_for(lambda: shop.events("reloaded"))
    assert fetch(shop).status == 200
    assert authorization(shop) == f"Bearer {NEXT}"


def write_half(path):
    path.write_text(NEXT[:9])


def open_to_all(path):
    path.chmod(0o644)
    path.write_text(NEXT)


UNUSABLE = [(write_half, "must hold one line"), (open_to_all, "others may read"), (os.remove, "No such file")]


def test_a_file_that_cannot_be_used_leaves_the_secret_before_it_in_force(shop):
    roots = shop.bundle()
    for change, why in UNUSABLE:
        change(shop.secret)
        (told, *_) = wait_for(lambda why=why: [event for event in shop.events("reload_refused") if why in event["why"]], why)
        assert "stripe" in told["why"] and NEXT[:9] not in told["why"]
        assert fetch(shop, roots=roots).status == 200
        assert authorization(shop) == f"Bearer {SECRET}"


def test_explain_stats_and_report_tell_of_it_by_name(shared):
    fetch(shared)
    told = run_exeat("explain", "-c", shared.config_path, "POST", f"https://{STRIPE}:{shared.origin.port}/v1/charges").stdout
    assert "put in: 'stripe', where the field Authorization has its placeholder" in told
    place = f"stripe -> https://{STRIPE}:{shared.origin.port}"
    assert place in run_exeat("audit", "stats", "-c", shared.config_path).stdout
    assert place.replace(">", "&gt;") in run_exeat("audit", "report", "-c", shared.config_path).stdout
    told = run_exeat("audit", "export", "-c", shared.config_path, "-o", "cef").stdout
    assert " duser=stripe " in told


def curl(shop, url, *words):
    return subprocess.run(
        ["curl", "-sS", "-x", f"http://127.0.0.1:{shop.port}", "--cacert", str(shop.bundle()), "-H", f"Authorization: Bearer {PLACE}", *words, url],
        capture_output=True, check=True)


def test_curl_gets_its_answer_with_a_placeholder(shared):
    done = curl(shared, f"https://{STRIPE}:{shared.origin.port}/v1/charges", "-d", "amount=100")
    assert done.stderr == b"" and authorization(shared) == f"Bearer {SECRET}"


PHP = """$c = curl_init($argv[1]); curl_setopt_array($c, [CURLOPT_PROXY => $argv[2], CURLOPT_CAINFO => $argv[3], CURLOPT_RETURNTRANSFER => true,
CURLOPT_POSTFIELDS => http_build_query(['amount' => 100]), CURLOPT_HTTPHEADER => ["Authorization: Bearer $argv[4]"]]);
echo curl_exec($c), curl_error($c);"""


def test_php_gets_its_answer_with_a_placeholder(shared):
    url = f"https://{STRIPE}:{shared.origin.port}/v1/charges"
    done = subprocess.run(["php", "-r", PHP, url, f"http://127.0.0.1:{shared.port}", str(shared.bundle()), PLACE], capture_output=True, check=True)
    assert done.stdout == b"hello from the origin\n" and authorization(shared) == f"Bearer {SECRET}"
