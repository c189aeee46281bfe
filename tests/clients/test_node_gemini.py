# SPDX-License-Identifier: Apache-2.0
"""Google's own JavaScript SDK, unchanged, answered by an endpoint that speaks OpenAI's dialect."""
import json

import pytest
from support.llm import event_stream, whole
from support.node import run_script


def run_sdk(gate, what):
    return run_script(gate, "gemini.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"gemini-2": "mistral-7b", "*": "mistral-7b"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


def called(arguments, name="look"):
    call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}


def test_content(shop, inference):
    assert run_sdk(shop, "content") == {"text": "local answer", "model": "gemini-2", "finish": "STOP", "total": 12}
    request = inference.requests[0]
    assert request["target"] == "/v1/chat/completions" and "Secret" not in json.dumps(request["headers"])
    assert inference.calls() == [
        {
            "model": "mistral-7b",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
            "max_completion_tokens": 64,
            "max_tokens": 64,
            "temperature": 0.5,
        }
    ]
    decision = shop.only_decision()
    assert (decision["llm_operation"], decision["model"]) == ("chat", "gemini-2")


def test_a_stream(shop):
    said = run_sdk(shop, "stream")
    assert "".join(said["words"]) == "local answer" and said["total"] == 12


def test_tools_and_their_results(shop, inference):
    inference.raw = whole(json.dumps(called('{"url":"https://x"}')).encode())
    assert run_sdk(shop, "tools") == {"name": "look", "args": {"url": "https://x"}}
    first, second = inference.calls()
    assert first["tool_choice"] == "required"
    assert first["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {"url": {"type": "string"}}}
    assert second["messages"][1]["tool_calls"][0]["id"] == "c1"
    assert second["messages"][2] == {"role": "tool", "content": '{"output":"nothing"}', "tool_call_id": "c1"}


def test_a_streamed_call_of_a_tool(shop, inference):
    pieces = [{"id": "c1", "function": {"name": "look", "arguments": ""}}, {"function": {"arguments": '{"url":"ht'}}, {"function": {"arguments": 'tps://x"}'}}]
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **piece}]}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    inference.raw = event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")
    assert run_sdk(shop, "streamed_tools") == {"calls": [["look", {"url": "https://x"}]]}


def test_a_schema(shop, inference):
    assert run_sdk(shop, "schema") == {"text": "local answer"}
    schema = inference.calls()[0]["response_format"]["json_schema"]["schema"]
    assert schema == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_tokens_are_counted_by_the_endpoint(shop):
    assert run_sdk(shop, "count") == {"tokens": 9}
    assert shop.only_decision()["llm_operation"] == "count_tokens"


def test_vectors(shop, inference):
    assert run_sdk(shop, "embed") == {"vectors": [[0.25, -0.5, 1]]}
    assert inference.calls()[0]["dimensions"] == 3


def test_models(shop):
    assert run_sdk(shop, "models") == {"models": ["models/gemini-2", "models/mistral-7b"], "one": "models/gemini-2"}


def test_a_tool_of_the_vendors_is_refused_once(shop, inference):
    failure = run_sdk(shop, "search")
    assert (failure["failure"], failure["status"]) == ("ApiError", 403)
    assert "PERMISSION_DENIED" in failure["message"] and "tools[0].googleSearch" in failure["message"]
    assert len(shop.decisions()) == 1 and not inference.requests


@pytest.mark.parametrize("what", ["content", "stream", "count"])
def test_vertex_is_answered_as_gemini_is(shop, what):
    said = run_script(shop, "gemini.mjs", what, "vertex")
    assert said.get("text") == "local answer" or "".join(said.get("words", [])) == "local answer" or said == {"tokens": 9}
    assert shop.only_decision()["llm_provider"] == "Google Vertex AI"


def test_models_at_vertex(shop):
    said = run_script(shop, "gemini.mjs", "models", "vertex")
    assert said == {"models": [f"publishers/google/models/{name}" for name in ("gemini-2", "mistral-7b")], "one": "publishers/google/models/gemini-2"}


def test_vectors_at_vertex_are_predictions(shop, inference):
    said = run_script(shop, "gemini.mjs", "predict", "vertex")
    assert said["vectors"][0]["values"] == [0.25, -0.5, 1]
    assert (inference.calls()[0]["input"], inference.calls()[0]["dimensions"]) == (["x"], 3)
