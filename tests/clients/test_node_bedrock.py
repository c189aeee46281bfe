# SPDX-License-Identifier: Apache-2.0
"""AWS's own JavaScript SDK, unchanged, answered by an endpoint that speaks OpenAI's dialect."""
import json

import pytest
from support.llm import event_stream, whole
from support.node import run_script


def run_sdk(gate, what):
    return run_script(gate, "bedrock.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"*": "mistral-7b"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


def test_a_message(shop, inference):
    said = run_sdk(shop, "converse")
    decision = shop.only_decision()
    assert said == {
        "content": [{"text": "local answer"}],
        "stop": "end_turn",
        "usage": {"inputTokens": 9, "outputTokens": 3, "totalTokens": 12},
        "request": decision["request"],
    }
    assert (decision["llm_provider"], decision["llm_operation"], decision["model"]) == ("AWS Bedrock runtime", "chat", "eu.anthropic.claude-sonnet-v1:0")
    outcome = shop.outcome_of(decision)
    assert (outcome["served_model"], outcome["tokens_in"], outcome["tokens_out"]) == ("mistral-7b", 9, 3)
    assert inference.calls() == [
        {
            "model": "mistral-7b",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
            "max_completion_tokens": 64,
            "max_tokens": 64,
            "temperature": 0.5,
        }
    ]


def test_no_signature_and_no_key_goes_on(shop, inference):
    run_sdk(shop, "converse")
    sent = json.dumps(inference.requests[0]["headers"]).lower()
    for word in ("akia", "secret", "aws4", "x-amz", "amz-sdk"):
        assert word not in sent


def test_a_profile_by_its_arn(shop):
    assert run_sdk(shop, "profile") == {"content": [{"text": "local answer"}]}
    assert shop.only_decision()["model"] == "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude"


def test_a_stream(shop):
    said = run_sdk(shop, "stream")
    assert said["kinds"] == ["messageStart", *["contentBlockDelta"] * 3, "contentBlockStop", "messageStop", "metadata"]
    assert (said["text"], said["usage"]) == ("local answer", {"inputTokens": 9, "outputTokens": 3, "totalTokens": 12})


def test_tools_and_their_results(shop, inference):
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"url":"https://x"}'}}
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    inference.raw = whole(json.dumps(answer).encode())
    said = run_sdk(shop, "tools")
    assert said == {"call": {"toolUseId": "c1", "name": "look", "input": {"url": "https://x"}}, "stop": "tool_use"}
    first, second = inference.calls()
    assert first["tool_choice"] == "required"
    assert second["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": '{"found":1}', "tool_call_id": "c1"},
        {"role": "user", "content": "so?"},
    ]


def test_a_streamed_call_of_a_tool(shop, inference):
    pieces = [{"id": "c1", "function": {"name": "look", "arguments": ""}}, {"function": {"arguments": '{"url":"ht'}}, {"function": {"arguments": 'tps://x"}'}}]
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **piece}]}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    inference.raw = event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")
    assert run_sdk(shop, "streamed_tools") == {"name": "look", "id": "c1", "input": '{"url":"https://x"}', "stop": "tool_use"}


def test_an_image(shop, inference):
    assert run_sdk(shop, "image") == {"content": [{"text": "local answer"}]}
    assert inference.calls()[0]["messages"][0]["content"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]


def test_a_schema(shop, inference):
    assert run_sdk(shop, "format") == {"content": [{"text": "local answer"}]}
    assert inference.calls()[0]["response_format"] == {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True}}


def test_tokens_are_counted_by_the_endpoint(shop):
    assert run_sdk(shop, "count") == {"tokens": 9}
    assert shop.only_decision()["llm_operation"] == "count_tokens"


def test_a_model_of_anthropics_in_its_own_words(shop):
    assert run_sdk(shop, "claude") == {"content": [{"type": "text", "text": "local answer"}]}


def test_a_stream_in_anthropics_own_words(shop):
    said = run_sdk(shop, "claude_stream")
    deltas = ["content_block_delta"] * 3
    assert [kind for kind in said["kinds"] if kind != "ping"] == ["message_start", "content_block_start", *deltas, "content_block_stop", "message_delta", "message_stop"]
    assert said["text"] == "local answer"


def test_a_prompt_of_llamas_goes_on_as_it_is(shop, inference):
    inference.raw = whole(b'{"choices":[{"index":0,"text":" there","finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}')
    assert run_sdk(shop, "llama") == {"generation": " there", "prompt_token_count": 1, "generation_token_count": 2, "stop_reason": "stop"}
    assert (inference.requests[0]["target"], inference.calls()[0]["prompt"]) == ("/v1/completions", "hi")


def test_a_text_of_titans(shop):
    assert run_sdk(shop, "titan")["results"] == [{"tokenCount": 3, "outputText": "local answer", "completionReason": "FINISH"}]


def test_vectors(shop, inference):
    said = run_sdk(shop, "vectors")
    assert said["embedding"] == said["embeddingsByType"]["float"] == [0.25, -0.5, 1]
    assert inference.calls()[0]["dimensions"] == 256


@pytest.mark.parametrize("what, word", [("guarded", "guardrailConfig"), ("guardrail", "ApplyGuardrail")])
def test_what_only_the_vendor_has_is_refused_once(shop, inference, what, word):
    failure = run_sdk(shop, what)
    decision = shop.only_decision()
    assert (failure["failure"], failure["status"], failure["requests"], failure["request"]) == ("AccessDeniedException", 403, 1, decision["request"])
    assert word in failure["message"] and decision["reason"] == "llm_operation"
    assert not inference.requests


def test_a_prompt_that_is_too_long_is_said_in_the_vendors_words(shop, inference):
    error = {"code": 400, "message": "request (6023 tokens) exceeds the available context size (2048 tokens)", "type": "exceed_context_size_error"}
    inference.raw = whole(json.dumps({"error": error}).encode(), b"400 Bad Request")
    failure = run_sdk(shop, "converse")
    assert (failure["failure"], failure["status"], failure["requests"]) == ("ValidationException", 400, 1)
    assert "Input is too long for requested model" in failure["message"]
