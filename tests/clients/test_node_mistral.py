# SPDX-License-Identifier: Apache-2.0
"""Mistral's own JavaScript SDK, unchanged, answered by an endpoint that speaks OpenAI's dialect."""
import json

import pytest
from support.llm import event_stream, whole
from support.node import run_script


def run_sdk(gate, what):
    return run_script(gate, "mistral.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"mistral-small-latest": "qwen", "*": "qwen"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"url":"https://x"}'}}


def test_chat(shop, inference):
    assert run_sdk(shop, "chat") == {"text": "local answer", "model": "mistral-small-latest", "finish": "stop", "usage": 12, "created": 1}
    assert "secret" not in json.dumps(inference.requests[0]["headers"])
    assert inference.calls() == [
        {
            "model": "qwen",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
            "max_completion_tokens": 64,
            "max_tokens": 64,
            "seed": 7,
            "stream": False,
        }
    ]
    decision = shop.only_decision()
    assert (decision["llm_provider"], decision["llm_operation"], decision["model"]) == ("Mistral", "chat", "mistral-small-latest")
    outcome = shop.outcome_of(decision)
    assert (outcome["served_model"], outcome["tokens_in"], outcome["tokens_out"]) == ("qwen", 9, 3)


def test_a_stream_that_tells_its_usage_unasked(shop):
    assert run_sdk(shop, "stream") == {"words": ["local", " ", "answer", ""], "finish": "stop", "usage": [9, 3]}


def test_tools_and_their_results(shop, inference):
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [CALL]}, "finish_reason": "tool_calls"}]}
    inference.raw = whole(json.dumps(answer).encode())
    assert run_sdk(shop, "tools") == {"calls": [["c1", "look", {"url": "https://x"}]], "finish": "tool_calls", "second": 1}
    first, second = inference.calls()
    assert (first["tool_choice"], first["parallel_tool_calls"]) == ("required", False)
    assert second["messages"][1:] == [
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "nothing", "name": "look", "tool_call_id": "c1"},
    ]


def test_a_streamed_call_of_a_tool_comes_whole(shop, inference):
    pieces = [{"id": "c1", "function": {"name": "look", "arguments": ""}}, {"function": {"arguments": '{"url":"ht'}}, {"function": {"arguments": 'tps://x"}'}}]
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **piece}]}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    inference.raw = event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")
    assert run_sdk(shop, "streamed_tools") == {"calls": [["c1", "look", {"url": "https://x"}]]}


def test_a_schema(shop, inference):
    assert run_sdk(shop, "schema") == {"text": "local answer"}
    assert inference.calls()[0]["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True}}


def test_thoughts_are_parts_of_the_content(shop, inference):
    answer = {"choices": [{"index": 0, "message": {"content": "42", "reasoning_content": "hm"}, "finish_reason": "stop"}]}
    inference.raw = whole(json.dumps(answer).encode())
    content = run_sdk(shop, "thoughts")["content"]
    assert content[0]["thinking"][0]["text"] == "hm" and content[1]["text"] == "42"


def test_an_image(shop, inference):
    assert run_sdk(shop, "image") == {"text": "local answer"}
    assert inference.calls()[0]["messages"][0]["content"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]


def test_vectors(shop, inference):
    assert run_sdk(shop, "embed") == {"vectors": [[0.25, -0.5, 1]], "id": "string"}
    assert inference.calls()[0]["dimensions"] == 3


def test_models(shop):
    assert run_sdk(shop, "models") == {"models": ["mistral-small-latest", "qwen"], "one": "mistral-small-latest"}


def test_what_only_the_vendor_does_is_refused_once(shop, inference):
    failure = run_sdk(shop, "fim")
    assert (failure["failure"], failure["status"]) == ("SDKError", 403)
    assert json.loads(failure["message"])["object"] == "error" and len(shop.decisions()) == 1 and not inference.requests
