# SPDX-License-Identifier: Apache-2.0
"""Limits of LLM calls, told to clients of each vendor in its words, with the time to come again; and a restart forgets none of them."""
import json

import pytest
from support.gate import ask
from support.llm import CHAT, call, local, streamed
from support.wait import wait_for

CLOCK_IS_A_FILE = {"landlock": "none"}  # beside the gate's folder
pytestmark = pytest.mark.usefixtures("noon")

TURNS = {"messages": [{"role": "user", "content": "hi"}]}
CONTENTS = {"contents": [{"parts": [{"text": "hi"}]}]}
# vendor -> host, path, body, where its error stands, and what it says when there are too many requests
VENDORS = {
    "OpenAI": ("api.openai.com", "/v1/chat/completions", CHAT, "error", {"type": "requests", "code": "rate_limit_exceeded"}),
    "Azure": ("shop.openai.azure.com", "/openai/deployments/gpt/chat/completions", TURNS, "error", {"code": "429"}),
    "Groq": ("api.groq.com", "/openai/v1/chat/completions", CHAT, "error", {"type": "requests", "code": "rate_limit_exceeded"}),
    "DeepSeek": ("api.deepseek.com", "/chat/completions", CHAT, "error", {"code": "rate_limit_exceeded"}),
    "OpenRouter": ("openrouter.ai", "/api/v1/chat/completions", CHAT, "error", {"code": 429}),
    "Perplexity": ("api.perplexity.ai", "/chat/completions", CHAT, "error", {"code": 429}),
    "xAI": ("api.x.ai", "/v1/chat/completions", CHAT, None, {"code": "Some resource has been exhausted"}),
    "Hugging Face": ("router.huggingface.co", "/v1/chat/completions", CHAT, None, {"code": "rate_limit_exceeded"}),
    "Anthropic": ("api.anthropic.com", "/v1/messages", {**CHAT, "max_tokens": 9}, "error", {"type": "rate_limit_error"}),
    "Gemini": ("generativelanguage.googleapis.com", "/v1beta/models/m:generateContent", CONTENTS, "error", {"code": 429, "status": "RESOURCE_EXHAUSTED"}),
    "Vertex": ("europe-west1-aiplatform.googleapis.com", "/v1/projects/p/locations/l/publishers/google/models/m:generateContent", CONTENTS, "error",
               {"code": 429, "status": "RESOURCE_EXHAUSTED"}),
    "Mistral": ("api.mistral.ai", "/v1/chat/completions", CHAT, None, {"object": "error", "type": "rate_limited", "code": "1300", "raw_status_code": 429}),
    "Cohere": ("api.cohere.com", "/v2/chat", CHAT, None, {}),
    "Ollama": ("ollama.com", "/api/chat", {**CHAT, "stream": False}, None, {}),
    "Bedrock": ("bedrock-runtime.eu-central-1.amazonaws.com", "/model/m/converse", {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}, None, {}),
}
# ... and in which fields it has it, by what there is too much of
FIELDS = {
    "OpenAI": "X-Ratelimit-{what}-{kind}",
    "Azure": "X-Ratelimit-{what}-{kind}",
    "Groq": "X-Ratelimit-{what}-{kind}",
    "Anthropic": "Anthropic-Ratelimit-{kind}-{what}",
}


def limited(gate, inference, **limit):
    """One gate, with a rule of its own for each vendor."""
    rules = [
        {"id": f"r{number}", "verdict": "reroute", "hosts": [host], "inference": ["local"], "limit": limit}
        for number, (host, *_) in enumerate(VENDORS.values())
    ]
    return gate(confine=CLOCK_IS_A_FILE, inference=[local(inference.port)], rules=rules, workers=1)


def ask_as(one, vendor):
    host, path, body, *_ = VENDORS[vendor]
    with one.secure(host) as connection:
        return ask(connection, call(path, body, host))


def error_of(vendor, reply):
    tree = json.loads(reply.body)
    place = VENDORS[vendor][3]
    return tree if place is None else tree[place]


def expect_words(vendor, reply, kind):
    error = error_of(vendor, reply)
    words = VENDORS[vendor][4] if kind == "requests" else {name: word for name, word in VENDORS[vendor][4].items() if word != "requests"}
    assert {name: error.get(name) for name in words} == words, vendor
    assert f"limit_{kind}" in reply.body.decode() and 0 < int(reply.getheader("Retry-After")) <= 86400, vendor
    assert reply.getheader("X-Should-Retry") == "false", vendor  # nobody waits for hours within a request
    if vendor in FIELDS:
        field = lambda what: reply.getheader(FIELDS[vendor].format(what=what, kind=kind.capitalize()))  # noqa: E731
        assert (field("Limit"), field("Remaining")) == ("1", "0") and field("Reset"), vendor
    if vendor == "Bedrock":
        assert reply.getheader("X-Amzn-Errortype") == "ThrottlingException"
    if vendor in ("Gemini", "Vertex"):
        assert {one["@type"].rsplit(".", 1)[1] for one in error["details"]} == {"QuotaFailure", "RetryInfo"}


def test_too_many_requests_are_refused_as_each_vendor_does(gate, inference):
    one = limited(gate, inference, requests="1/d")
    for vendor in VENDORS:
        assert ask_as(one, vendor).status == 200, vendor
        reply = ask_as(one, vendor)
        assert reply.status == 429, vendor
        expect_words(vendor, reply, "requests")
    assert len(inference.requests) == len(VENDORS)
    assert {decision["reason"] for decision in one.decisions() if decision["verdict"] == "deny"} == {"limit_requests"}


def test_tokens_that_are_used_up_are_refused_as_each_vendor_does_also_after_a_restart(gate, inference):
    one = limited(gate, inference, tokens="1/d")
    for vendor in VENDORS:
        assert ask_as(one, vendor).status == 200, vendor  # of its 12 tokens nobody knew before
    one.stop()
    one.start()
    for vendor in VENDORS:
        reply = ask_as(one, vendor)
        assert reply.status == 429, vendor
        expect_words(vendor, reply, "tokens")
    assert len(inference.requests) == len(VENDORS)


def test_more_calls_at_once_than_may_be_are_worth_another_try_in_a_second(gate, inference):
    one = limited(gate, inference, concurrent=1)
    inference.hangs = True
    held = []
    try:
        for vendor, (host, path, body, *_) in VENDORS.items():
            held.append(one.secure(host))
            held[-1].sendall(call(path, body, host))
            wait_for(lambda: len(inference.requests) == len(held), "the first call to be under way")
            reply = ask_as(one, vendor)
            assert (reply.status, reply.getheader("Retry-After"), reply.getheader("X-Should-Retry")) == (503, "1", None), vendor
            assert "limit_concurrent" in reply.body.decode()
        assert json.loads(ask_as(one, "Anthropic").body)["error"]["type"] == "overloaded_error"
    finally:
        inference.released.set()
        for connection in held:
            connection.close()


def test_bytes_and_tokens_of_a_stream_count_and_are_remembered(gate, inference):
    rules = [{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"], "limit": {"tokens": "20/d", "bytes": "1MiB/d"}}]
    one = gate(confine=CLOCK_IS_A_FILE, inference=[local(inference.port)], rules=rules, workers=1)

    def stream():
        with one.secure("api.openai.com") as connection:
            return ask(connection, streamed())

    def used(kind):
        return one.metric(rf'exeat_limit_used_ratio{{rule="stay",kind="{kind}"}}')

    assert stream().status == 200
    wait_for(lambda: used("tokens") == 12 / 20, "its tokens to be counted")
    bytes_before = used("bytes")
    assert bytes_before > 0
    one.stop()
    one.start()
    assert used("tokens") == 12 / 20 and 0 < used("bytes") <= bytes_before
    assert stream().status == 200
    wait_for(lambda: used("tokens") >= 1, "those of the second to be counted")
    assert stream().status == 429
