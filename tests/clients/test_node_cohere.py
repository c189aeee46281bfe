# SPDX-License-Identifier: Apache-2.0
"""Cohere's own JavaScript SDK, unchanged, answered by an endpoint that speaks OpenAI's dialect."""
import json

import pytest
from support.llm import event_stream, whole
from support.node import run_script


def run_sdk(gate, what):
    return run_script(gate, "cohere.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"command-a": "qwen", "*": "qwen"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"url":"https://x"}'}}


def test_chat(shop, inference):
    said = run_sdk(shop, "chat")
    decision = shop.only_decision()
    assert said == {"text": "local answer", "finish": "COMPLETE", "usage": [9, 3], "id": decision["request"]}
    assert "secret" not in json.dumps(inference.requests[0]["headers"])
    assert inference.calls() == [
        {
            "model": "qwen",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
            "max_completion_tokens": 64,
            "max_tokens": 64,
            "top_p": 0.5,
            "top_k": 3,
            "stream": False,
        }
    ]
    assert (decision["llm_provider"], decision["llm_operation"], decision["model"]) == ("Cohere", "chat", "command-a")
    outcome = shop.outcome_of(decision)
    assert (outcome["served_model"], outcome["tokens_in"], outcome["tokens_out"]) == ("qwen", 9, 3)


def test_a_stream(shop):
    said = run_sdk(shop, "stream")
    assert said["types"] == ["message-start", "content-start", *["content-delta"] * 3, "content-end", "message-end"]
    assert said["words"] == ["local", " ", "answer"] and said["usage"] == ["COMPLETE", 9, 3]


def test_tools_and_their_results(shop, inference):
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "I look.", "tool_calls": [CALL]}, "finish_reason": "tool_calls"}]}
    inference.raw = whole(json.dumps(answer).encode())
    assert run_sdk(shop, "tools") == {"plan": "I look.", "calls": [["c1", "look", {"url": "https://x"}]], "finish": "TOOL_CALL", "second": "TOOL_CALL"}
    first, second = inference.calls()
    assert first["tool_choice"] == "required"
    assert second["messages"][1:] == [
        {"role": "assistant", "content": "I look.", "tool_calls": [CALL]},
        {"role": "tool", "content": '{"found":"nothing"}', "tool_call_id": "c1"},
    ]


def test_a_streamed_call_of_a_tool(shop, inference):
    pieces = [{"id": "c1", "function": {"name": "look", "arguments": ""}}, {"function": {"arguments": '{"url":"ht'}}, {"function": {"arguments": 'tps://x"}'}}]
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **piece}]}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    inference.raw = event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")
    assert run_sdk(shop, "streamed_tools") == {"calls": [["c1", "look", '{"url":"https://x"}']]}


def test_a_schema(shop, inference):
    assert run_sdk(shop, "schema") == {"text": "local answer"}
    assert inference.calls()[0]["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}


def test_an_image(shop, inference):
    assert run_sdk(shop, "image") == {"text": "local answer"}
    assert inference.calls()[0]["messages"][0]["content"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]


def test_vectors(shop, inference):
    assert run_sdk(shop, "embed") == {"vectors": [[0.25, -0.5, 1]]}
    assert inference.calls()[0]["dimensions"] == 3


def test_models(shop):
    assert run_sdk(shop, "models") == {"models": ["command-a", "qwen"], "one": "command-a"}


def test_a_ranking_by_both_of_its_apis(shop, inference):
    assert run_sdk(shop, "rerank") == {"second": [[2, 0.5, None], [1, 0.25, None]], "first": [[2, 0.5, "c"], [1, 0.25, "b"]]}
    assert inference.requests[0]["target"] == "/v1/rerank"
    assert inference.calls()[0] == {"model": "qwen", "query": "q", "documents": ["a", "b", "c"], "top_n": 2}
    decision = shop.decisions()[0]
    outcome = shop.outcome_of(decision)
    assert (decision["llm_operation"], decision["model"], outcome["served_model"], outcome["tokens_in"]) == ("rerank", "rerank-v3.5", "qwen", 7)


def test_its_first_chat_is_refused_once(shop, inference):
    failure = run_sdk(shop, "first")
    assert (failure["failure"], failure["status"]) == ("ForbiddenError", 403)
    assert "exeat refused this request" in failure["message"] and len(shop.decisions()) == 1 and not inference.requests


def test_a_prompt_that_is_too_long_is_said_in_the_vendors_words(shop, inference):
    error = {"message": "request (6023 tokens) exceeds the available context size (2048 tokens)", "type": "exceed_context_size_error"}
    inference.raw = whole(json.dumps({"error": error}).encode(), b"400 Bad Request")
    failure = run_sdk(shop, "chat")
    assert (failure["failure"], failure["status"]) == ("BadRequestError", 400)
    assert "too many tokens" in failure["message"] and len(shop.decisions()) == 1
