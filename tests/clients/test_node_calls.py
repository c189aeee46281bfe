# SPDX-License-Identifier: Apache-2.0
"""What applications put into calls of the vendor's own JavaScript SDK, and what the endpoint gets of it."""
import pytest
from support.node import run_script

SCHEMA = {"type": "object", "properties": {"url": {"type": "string", "format": "uri"}}, "required": ["url"], "additionalProperties": False}
IMAGE = "data:image/png;base64,iVBORw0KGgo="


def run(gate, what):
    return run_script(gate, "calls.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"*": "mistral-7b"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


def test_a_chat_with_everything_in_it(shop, inference):
    assert run(shop, "chat") == {"text": "local answer"}
    assert inference.calls() == [
        {
            "model": "mistral-7b",
            "messages": [
                {"role": "system", "content": "Be brief.", "name": "shop"},
                {"role": "user", "content": [{"type": "text", "text": "https://shop.example/"}, {"type": "image_url", "image_url": {"url": IMAGE, "detail": "low"}}]},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"url":"https://x"}'}}]},
                {"role": "tool", "content": "nothing", "tool_call_id": "c1"},
            ],
            "tools": [{"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": SCHEMA, "strict": True}}],
            "tool_choice": {"type": "function", "function": {"name": "look"}},
            "parallel_tool_calls": False,
            "max_completion_tokens": 50,
            "max_tokens": 50,
            "n": 1,
            "stop": ["END"],
            "logprobs": True,
            "top_logprobs": 2,
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}},
            "reasoning_effort": "low",
            "temperature": 0.7,
            "top_p": 1,
            "seed": 7,
            "logit_bias": {"50256": -100},
        }
    ]


def test_a_response_with_everything_in_it(shop, inference):
    assert run(shop, "responses") == {"text": "local answer"}
    assert inference.calls() == [
        {
            "model": "mistral-7b",
            "instructions": "Be brief.",
            "input": [
                {"type": "message", "role": "system", "content": "x"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "look"}, {"type": "input_image", "image_url": IMAGE, "detail": "auto"}]},
                {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "nothing"},
            ],
            "tools": [{"type": "function", "name": "look", "parameters": SCHEMA, "strict": True}],
            "max_output_tokens": 50,
            "text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA}},
            "reasoning": {"effort": "low"},
            "include": ["reasoning.encrypted_content"],
            "truncation": "auto",
            "store": False,
        }
    ]


def test_what_the_model_said_may_be_sent_back(shop, inference):
    assert run(shop, "loop") == {"text": "local answer"}
    assert inference.calls()[1]["input"][1] == {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "local answer", "annotations": []}],
        "id": "msg_1",
        "status": "completed",
    }


def test_a_tool_of_the_vendors_is_refused_by_name_and_not_tried_again(shop, inference):
    failure = run(shop, "search")
    assert (failure["failure"], failure["status"]) == ("PermissionDeniedError", 403)
    assert "tools[0].type is a tool of the vendor's, which does not run here: only function and custom tools do" in failure["message"]
    assert not inference.requests and len(shop.decisions()) == 1
