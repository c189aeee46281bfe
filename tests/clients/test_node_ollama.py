# SPDX-License-Identifier: Apache-2.0
"""Ollama's own JavaScript SDK, unchanged, answered by an endpoint that speaks OpenAI's dialect."""
import json

import pytest
from support.llm import whole
from support.node import run_script


def run_sdk(gate, what):
    return run_script(gate, "ollama.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"llama3.2": "qwen", "*": "qwen"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


def test_chat(shop, inference):
    assert run_sdk(shop, "chat") == {"text": "local answer", "model": "llama3.2", "done": "stop", "usage": [9, 3]}
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
    assert (decision["llm_operation"], decision["model"]) == ("chat", "llama3.2")
    outcome = shop.outcome_of(decision)
    assert (outcome["served_model"], outcome["tokens_in"], outcome["tokens_out"]) == ("qwen", 9, 3)


def test_a_stream(shop):
    assert run_sdk(shop, "stream") == {"words": ["local", " ", "answer", ""], "done": True, "usage": [9, 3]}


def test_tools_and_their_results(shop, inference):
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"url":"https://x"}'}}
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    inference.raw = whole(json.dumps(answer).encode())
    assert run_sdk(shop, "tools") == {"calls": [["look", {"url": "https://x"}]], "second": True}
    assert inference.calls()[1]["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "nothing", "tool_call_id": "c1"},
    ]


def test_a_schema(shop, inference):
    assert run_sdk(shop, "schema") == {"text": "local answer"}
    assert inference.calls()[0]["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}


def test_thoughts(shop, inference):
    answer = {"choices": [{"index": 0, "message": {"content": "42", "reasoning": "hm"}, "finish_reason": "stop"}]}
    inference.raw = whole(json.dumps(answer).encode())
    assert run_sdk(shop, "thoughts") == {"text": "42", "thinking": "hm"}


def test_an_image(shop, inference):
    assert run_sdk(shop, "image") == {"text": "local answer"}
    assert inference.calls()[0]["messages"][0]["content"][1] == {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def test_a_prompt_is_a_chat_of_one_turn(shop, inference):
    assert run_sdk(shop, "generate") == {"text": "local answer"}
    assert inference.calls()[0]["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]


def test_vectors(shop):
    assert run_sdk(shop, "embed") == {"vectors": [[0.25, -0.5, 1]], "old": [0.25, -0.5, 1]}


def test_what_is_asked_about_models(shop):
    assert run_sdk(shop, "models") == {"list": ["llama3.2", "qwen"], "running": 2, "show": ["completion", "tools", "vision"], "version": "string"}


@pytest.mark.parametrize("what", ["pull", "cloud"])
def test_what_would_leave_is_refused_once(shop, inference, what):
    failure = run_sdk(shop, what)
    assert (failure["failure"], failure["status"]) == ("ResponseError", 403)
    assert "exeat refused this request" in failure["message"] and len(shop.decisions()) == 1 and not inference.requests
