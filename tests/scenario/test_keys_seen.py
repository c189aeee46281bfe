# SPDX-License-Identifier: Apache-2.0
"""Vendors' keys in requests: on record by provider, kind and a keyed hash, never as they are; refused where they would go to
a host of somebody else's; and never sent to an endpoint, in whatever dialect the call is."""
import base64
import json
import re
import subprocess

import pytest
from support.gate import allow, ask, hosts
from support.llm import local, reroute

# They open nothing; in pieces, so that nobody takes this file for a leak.
OPENAI = "sk-proj-" + "Zk3v9QpLr8Tn2XwBfM6yHc1JdG5sAeU4" + "T3Blbk" + "FJ" + "qW7rT2yU9iO4pA6sD1fG8hJ3kL5zX0cV"
STRIPE = "sk_live_" + "51HqLyjWDarjtT1zdp7dcXq8"
GITHUB = "ghp_" + "hL3kZp9QwXr7TnVb2MsJc8YdFg5RaE1uKo0P"
KEYS = {"openai": OPENAI, "stripe": STRIPE, "github": GITHUB}
CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


def entries(decision):
    return [entry.split(" ") for entry in decision["found"].split("; ")]


def nowhere(shop, *secrets):
    shop.stop()
    for path in [*(shop.folder / "audit").iterdir(), shop.log_path]:
        for secret in secrets:
            assert secret.encode() not in path.read_bytes(), path


@pytest.fixture
def shop(gate, origin):
    rules = [allow("shop.example", id="shop", schemes=["http"]), allow("api.stripe.com", id="pay", schemes=["http"]),
             allow("relay.example", id="relay", schemes=["http"], keys_elsewhere="record")]
    one = gate(resolve=hosts("shop.example", "api.stripe.com", "relay.example"), rules=rules)
    one.url = lambda host, rest="/": f"http://{host}:{origin.port}{rest}"
    return one


PLACES = [
    ({"Authorization": f"Bearer {STRIPE}"}, "/", "head.authorization"),
    ({"x-api-key": STRIPE}, "/", "head.x-api-key"),
    ({"Cookie": f"a=b; token={STRIPE}"}, "/", "head.cookie"),
    ({"Authorization": "Basic " + base64.b64encode(f"{STRIPE}:".encode()).decode()}, "/", "head.authorization"),
    ({"User-Agent": f"shop/1 ({STRIPE})"}, "/", "head.user-agent"),
    ({}, f"/charge?amount=1&key={STRIPE}", "query"),
    ({}, f"/charge/{STRIPE}/x", "path"),
]


@pytest.mark.parametrize("fields, rest, place", PLACES, ids=[str(i) for i in range(len(PLACES))])
def test_a_key_goes_to_its_vendor_and_to_nobody_else(shop, origin, fields, rest, place):
    refused = shop.get(shop.url("shop.example", rest), "GET", fields)
    assert refused.status == 403 and b"key_elsewhere" in refused.body and STRIPE.encode() not in refused.body
    assert origin.connections == 0
    assert shop.get(shop.url("api.stripe.com", rest), "GET", fields).status == 200
    assert shop.get(shop.url("relay.example", rest), "GET", fields).status == 200
    denied, sent, astray = shop.decisions()
    assert (denied["verdict"], denied["reason"], denied["rule"]) == ("deny", "key_elsewhere", "shop")
    assert [entries(d)[0][:4] for d in (denied, sent, astray)] == [["vendor_key", word, "1", place] for word in ("refused", "sent", "astray")]
    whose = {entries(d)[0][4] for d in (denied, sent, astray)}
    assert len(whose) == 1 and re.fullmatch(r"stripe/[a-z-]+/[0-9a-f]{16}", whose.pop())
    nowhere(shop, STRIPE)


def test_curl_that_sends_a_key_astray_is_refused_and_told_why(shop, origin):
    done = subprocess.run(["curl", "-sS", "-m", "60", "-x", f"http://127.0.0.1:{shop.port}", "-H", f"Authorization: Bearer {STRIPE}",
                           shop.url("shop.example")], capture_output=True, text=True, timeout=120)
    assert "key_elsewhere" in done.stdout and "stripe" in done.stdout and "keys_elsewhere" in done.stdout and STRIPE not in done.stdout
    assert origin.connections == 0


def test_all_keys_of_a_request_are_on_record_and_equal_ones_have_one_hash(shop):
    fields = {"Authorization": f"Bearer {STRIPE}", "X-Model-Key": OPENAI, "X-Again": STRIPE}
    assert shop.get(shop.url("relay.example"), "GET", fields).status == 200
    found = {entry[3]: entry[4].split("/") for entry in entries(shop.only_decision())}
    assert {place: whose[0] for place, whose in found.items()} == {"head.authorization": "stripe", "head.x-model-key": "openai", "head.x-again": "stripe"}
    assert found["head.authorization"] == found["head.x-again"] != found["head.x-model-key"]


def test_a_key_of_software_that_anybody_runs_goes_to_hosts_of_nobody_in_particular(shop, origin):
    fields = {"Private-Token": GITHUB}
    assert shop.get(shop.url("shop.example"), "GET", fields).status == 200
    refused = shop.get(shop.url("api.stripe.com"), "GET", fields)
    assert refused.status == 403 and b"personal token of github in head.private-token" in refused.body
    assert [entries(decision)[0][1] for decision in shop.decisions()] == ["sent", "refused"] and origin.connections == 1


def test_a_vendor_of_models_is_nobody_who_runs_others_software(gate, origin):
    one = gate(resolve=hosts("models.example"), llm=[{"provider": "ours", "host": "models.example", "dialect": "openai"}], rules=[allow("models.example", schemes=["http"])])
    reply = one.get(f"http://models.example:{origin.port}/", "GET", {"Private-Token": GITHUB})
    assert reply.status == 403 and b"key_elsewhere" in reply.body and origin.connections == 0


def test_what_became_of_keys_is_counted(shop):
    for host in ("shop.example", "api.stripe.com", "relay.example", "nobody.example"):
        shop.get(shop.url(host), "GET", {"X-Key": STRIPE})
    words = {word: f'exeat_keys_total{{became="{word}"}} 1' for word in ("sent", "astray", "refused", "held")}
    assert all(line in shop.metrics() for line in words.values())


def test_a_key_in_a_body_that_is_looked_into_is_judged_alike(gate, origin):
    def looks(host, name, words, **more):
        return allow(host, id=name, schemes=["http"], inspect=words, **more)
    rules = [looks("flag.example", "flag", {"flag": ["secret"]}), looks("redact.example", "redact", {"redact": ["secret"]}),
             looks("api.stripe.com", "pay", {"deny": ["secret"]}),
             looks("relay.example", "relay", {"flag": ["secret"]}, keys_elsewhere="record")]
    shop = gate(resolve=hosts("flag.example", "redact.example", "api.stripe.com", "relay.example"), rules=rules)
    body = json.dumps({"note": {"text": f"use {STRIPE}, please"}}).encode()
    replies = [shop.get(f"http://{host}:{origin.port}/", "POST", {"Content-Type": "application/json"}, body)
               for host in ("flag.example", "redact.example", "api.stripe.com", "relay.example")]
    assert [reply.status for reply in replies] == [403, 200, 200, 200] and b"stripe in note.text" in replies[0].body
    assert [STRIPE.encode() in request["body"] for request in origin.requests] == [False, True, True]
    told = [[entry[:4] for entry in entries(decision)] for decision in shop.decisions()]
    assert told == [[["vendor_key", "refused", "1", "note.text"], ["vendor_key", "flag", "1", "note.text"]],
                    [["vendor_key", "held", "1", "note.text"], ["vendor_key", "redact", "1", "note.text"]],
                    [["vendor_key", "sent", "1", "note.text"]],
                    [["vendor_key", "astray", "1", "note.text"], ["vendor_key", "flag", "1", "note.text"]]]
    nowhere(shop, STRIPE)


def test_a_policy_that_only_records_and_one_that_observes_let_it_pass(gate, origin):
    for more, verdict in (({"keys_elsewhere": "record"}, "allow"), ({"mode": "observe"}, "deny")):
        one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"])], **more)
        assert one.get(f"http://shop.example:{origin.port}/", "GET", {"x-api-key": STRIPE}).status == 200
        decision = one.only_decision()
        assert decision["verdict"] == verdict and entries(decision)[0][1] == "astray"
        one.stop()


MESSAGES = CHAT["messages"]
DIALECTS = [
    ("api.openai.com", "/v1/chat/completions", CHAT),
    ("api.openai.com", "/v1/responses", {"model": "gpt-4o", "input": "hi"}),
    ("shop.openai.azure.com", "/openai/deployments/gpt-4o/chat/completions?api-version=2024-06-01", {"messages": MESSAGES}),
    ("api.groq.com", "/openai/v1/chat/completions", CHAT),
    ("openrouter.ai", "/api/v1/chat/completions", CHAT),
    ("api.x.ai", "/v1/chat/completions", CHAT),
    ("api.deepseek.com", "/chat/completions", CHAT),
    ("api.anthropic.com", "/v1/messages", {"model": "claude-sonnet", "max_tokens": 16, "messages": MESSAGES}),
    ("generativelanguage.googleapis.com", "/v1beta/models/gemini-2:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}),
    ("api.cohere.com", "/v2/chat", {"model": "command", "messages": MESSAGES}),
    ("api.mistral.ai", "/v1/chat/completions", {**CHAT, "model": "mistral-small"}),
    ("ollama.com", "/api/chat", {"model": "llama3", "messages": MESSAGES, "stream": False}),
    ("bedrock-runtime.eu-west-1.amazonaws.com", "/model/claude/converse", {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}),
]


def call(shop, host, path, body, fields):
    data = json.dumps(body).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    request = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n{head}\r\n"
    with shop.secure(host) as connection:
        return ask(connection, request.encode() + data)


def test_a_call_that_is_answered_here_takes_no_key_with_it_in_any_dialect(gate, inference):
    shop = gate(inference=[local(inference.port)], rules=[reroute("local")])
    fields = {"Authorization": f"Bearer {OPENAI}", "x-api-key": STRIPE, "api-key": GITHUB, "x-goog-api-key": OPENAI, "Cookie": f"k={STRIPE}",
              "X-Amz-Security-Token": GITHUB, "User-Agent": OPENAI}
    for host, path, body in DIALECTS:
        assert call(shop, host, path + ("&" if "?" in path else "?") + f"key={GITHUB}", body, fields).status == 200, host + path
    assert len(inference.requests) == len(DIALECTS)
    for request in inference.requests:
        seen = json.dumps([request["target"], request["headers"]]) + str(request["body"])
        assert not any(secret in seen for secret in KEYS.values())
    decisions = shop.decisions()
    assert len(decisions) == len(DIALECTS) and {entry[1] for decision in decisions for entry in entries(decision)} == {"held"}
    nowhere(shop, *KEYS.values())


def test_nor_does_a_prompt_take_one_with_it_unless_it_is_redacted(gate, inference):
    shop = gate(inference=[local(inference.port)], rules=[
        {**reroute("local"), "id": "home", "hosts": ["api.openai.com"]},
        {**reroute("local"), "id": "redact", "hosts": ["api.mistral.ai"], "inspect": {"redact": ["secret"]}},
        {**reroute("local"), "id": "trusts", "hosts": ["api.groq.com"], "keys_elsewhere": "record"}])
    prompt = {**CHAT, "messages": [{"role": "user", "content": f"why does {STRIPE} not work?"}]}
    refused = call(shop, "api.openai.com", "/v1/chat/completions", prompt, {})
    assert refused.status == 403 and b"key_elsewhere" in refused.body and not inference.requests
    assert call(shop, "api.mistral.ai", "/v1/chat/completions", prompt, {}).status == 200
    assert call(shop, "api.groq.com", "/openai/v1/chat/completions", prompt, {}).status == 200
    assert [STRIPE in str(request["body"]) for request in inference.requests] == [False, True]
    assert [(d["reason"], entries(d)[0][1]) for d in shop.decisions()] == [("key_elsewhere", "refused"), ("rule", "held"), ("rule", "astray")]
    nowhere(shop, STRIPE)


# JSON, as it is written: {} is the key.
SPELLED = [f'"{before}{{}}"' for before in ("\\u201e", "\\u00ab", "\\u00a0", "\\u2192", "\\u200b", "key\\u003d", "\\\\u00fc", "\\ud83d\\ude00", "\\n", "\u201e", "a%3D", "a&#61;")]
ESCAPED = [STRIPE.replace("_", "\\u005f"), "\\u0073" + STRIPE[1:], STRIPE.replace("_", "\\\\u005f"), STRIPE.replace("_", "%5F"), STRIPE.replace("_", "&#95;"),
           base64.b64encode(STRIPE.encode()).decode()]


@pytest.fixture
def home(gate, inference):
    return gate(inference=[local(inference.port)], rules=[{**reroute("local"), "hosts": ["api.openai.com"]}])


def said(home, content):
    body = f'{{"model": "gpt-4o", "messages": [{{"role": "user", "content": {content}}}]}}'.encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with home.secure("api.openai.com") as connection:
        return ask(connection, head.encode() + body)


def test_a_prompt_that_holds_a_key_is_refused_however_its_json_is_written(home, inference):
    for content in [*(one.format(STRIPE) for one in SPELLED), *(f'"{one}"' for one in ESCAPED), json.dumps(json.dumps({"a": "\u201e" + STRIPE}))]:
        refused = said(home, content)
        assert refused.status == 403 and b"key_elsewhere" in refused.body, content
    assert not inference.requests
    nowhere(home, STRIPE)


def test_nor_is_a_prompt_refused_for_escapes_that_say_no_key(home, inference):
    for content in ('"Schl\\u00fcssel: sk\\u005flive\\u005f\\u2026 100%25 &amp; C:\\\\temp"', json.dumps("data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(64)).decode())):
        assert said(home, content).status == 200, content
    assert len(inference.requests) == 2
