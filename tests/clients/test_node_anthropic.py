# SPDX-License-Identifier: Apache-2.0
"""Anthropic's own JavaScript SDK, unchanged, answered by an endpoint that speaks OpenAI's dialect."""
import json

import pytest
from support.llm import event_stream, whole
from support.node import run_script


def run_sdk(gate, what):
    return run_script(gate, "anthropic.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"claude-sonnet": "mistral-7b", "*": "mistral-7b"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


def chunk(delta, finish=None):
    return b"data: " + json.dumps({"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).encode() + b"\n\n"


def part_of_call(**function):
    return {"tool_calls": [{"index": 0, **({"id": "c1", "type": "function"} if "name" in function else {}), "function": function}]}


def test_a_message(shop, inference):
    said = run_sdk(shop, "message")
    decision = shop.only_decision()
    assert said == {
        "blocks": ["local answer"],
        "model": "claude-sonnet",
        "stop": "end_turn",
        "usage": 3,
        "id": f"msg_{decision['request']}",
        "request": decision["request"],
    }
    assert (decision["llm_provider"], decision["llm_operation"], decision["model"]) == ("Anthropic", "chat", "claude-sonnet")
    outcome = shop.outcome_of(decision)
    assert (outcome["served_model"], outcome["tokens_in"], outcome["tokens_out"]) == ("mistral-7b", 9, 3)
    assert "secret" not in json.dumps(inference.requests[0]["headers"])
    assert inference.requests[0]["target"] == "/v1/chat/completions"
    assert inference.calls() == [
        {
            "model": "mistral-7b",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
            "max_completion_tokens": 64,
            "max_tokens": 64,
        }
    ]


def test_a_stream(shop):
    said = run_sdk(shop, "stream")
    assert said == {"words": ["local", " ", "answer"], "blocks": ["local answer"], "stop": "end_turn", "usage": [9, 3]}


def test_the_events_of_a_stream(shop):
    types = run_sdk(shop, "events")["types"]
    deltas = ["content_block_delta"] * 3
    assert [type for type in types if type != "ping"] == ["message_start", "content_block_start", *deltas, "content_block_stop", "message_delta", "message_stop"]


def test_tools_and_their_results(shop, inference):
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"url":"https://x"}'}}
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    inference.raw = whole(json.dumps(answer).encode())
    said = run_sdk(shop, "tools")
    assert said["first"] == [{"name": "look", "id": "c1", "input": {"url": "https://x"}}] and said["stop"] == "tool_use"
    first, second = inference.calls()
    assert (first["tool_choice"], first["parallel_tool_calls"]) == ("required", False)
    assert second["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "nothing", "tool_call_id": "c1"},
        {"role": "user", "content": "so?"},
    ]


def test_a_streamed_call_of_a_tool(shop, inference):
    inference.raw = event_stream(
        chunk({"role": "assistant", "content": None}),
        chunk({"content": "I look."}),
        chunk(part_of_call(name="look", arguments="")),
        chunk(part_of_call(arguments='{"url":"ht')),
        chunk(part_of_call(arguments='tps://x"}')),
        chunk({}, "tool_calls"),
        b"data: [DONE]\n\n",
    )
    said = run_sdk(shop, "streamed_tools")
    assert said == {"blocks": ["I look.", {"name": "look", "id": "c1", "input": {"url": "https://x"}}], "stop": "tool_use"}


def test_a_schema_and_thoughts(shop, inference):
    answer = {"choices": [{"index": 0, "message": {"content": "{}", "reasoning_content": "hm"}, "finish_reason": "stop"}]}
    inference.raw = whole(json.dumps(answer).encode())
    assert run_sdk(shop, "format") == {"blocks": ["hm", "{}"]}
    assert inference.calls()[0]["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True}}


def test_an_image(shop, inference):
    assert run_sdk(shop, "image") == {"blocks": ["local answer"]}
    assert inference.calls()[0]["messages"][0]["content"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]


def test_tokens_are_counted_by_the_endpoint(shop, inference):
    assert run_sdk(shop, "count") == {"tokens": 9}
    assert inference.calls()[0]["max_tokens"] == 1
    assert shop.only_decision()["llm_operation"] == "count_tokens"


def test_models(shop):
    assert run_sdk(shop, "models") == {"models": ["claude-sonnet", "mistral-7b"], "one": "claude-sonnet"}


def test_a_denial_is_a_permission_error_and_is_not_tried_again(shop):
    failure = run_sdk(shop, "batches")
    assert (failure["failure"], failure["status"]) == ("PermissionDeniedError", 403)
    assert "permission_error" in failure["message"] and len(shop.decisions()) == 1


def test_a_prompt_that_is_too_long_is_said_in_the_vendors_words(shop, inference):
    error = {"code": 400, "message": "request (6023 tokens) exceeds the available context size (2048 tokens)", "type": "exceed_context_size_error"}
    inference.raw = whole(json.dumps({"error": error}).encode(), b"400 Bad Request")
    failure = run_sdk(shop, "message")
    assert (failure["failure"], failure["status"]) == ("BadRequestError", 400)
    assert "prompt is too long" in failure["message"]
