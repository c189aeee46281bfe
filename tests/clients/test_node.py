# SPDX-License-Identifier: Apache-2.0
"""The vendor's own JavaScript SDK, through undici's proxy agent and NODE_EXTRA_CA_CERTS."""
import json
import os
import subprocess

import pytest
from support.llm import event_stream, whole
from support.gate import allow, hosts
from support.node import FOLDER, run_script
from support.wait import PATIENCE


def run_sdk(gate, what):
    return run_script(gate, "sdk.mjs", what)


@pytest.fixture
def shop(gate, inference):
    return gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"gpt-4o": "mistral-7b", "*": "mistral-7b"}}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


def test_chat(shop, inference):
    assert run_sdk(shop, "chat") == {"text": "local answer", "model": "gpt-4o"}
    assert "secret" not in json.dumps(inference.requests[0]["headers"])


def test_streaming_chat(shop):
    assert run_sdk(shop, "stream") == {"text": "local answer"}


def test_embeddings(shop):
    assert run_sdk(shop, "embeddings") == {"vector": [0.25, -0.5, 1]}


def test_embeddings_in_the_format_that_the_sdk_prefers(shop, inference):
    assert run_sdk(shop, "vectors") == {"vectors": [[0.25, -0.5, 1]]}
    assert inference.calls()[0]["encoding_format"] == "base64"


def test_models(shop):
    assert run_sdk(shop, "models") == {"models": ["gpt-4o", "mistral-7b"]}


def test_responses(shop):
    assert run_sdk(shop, "responses") == {"text": "local answer"}


def test_responses_as_events_and_with_a_tool(shop, inference):
    said = run_sdk(shop, "streamed_responses")
    call = ["look", '{"url":"https://x"}']
    assert said == {
        "types": [f"response.{name}" for name in ("created", "output_item.added", "content_part.added", "output_text.delta", "completed")],
        "text": "local answer",
        "model": "gpt-4o",
        "pieces": ['{"url":"ht', 'tps://x"}'],
        "item": call,
        "whole": call,
        "last": "local answer",
    }
    *_, with_tools, last = inference.calls()
    assert with_tools["tools"] == [{"type": "function", "name": "look", "parameters": {"type": "object", "properties": {"url": {"type": "string"}}}, "strict": False}]
    assert [item.get("type", item.get("role")) for item in last["input"]] == ["message", "function_call", "function_call_output"]
    assert {decision["llm_operation"] for decision in shop.decisions()} == {"responses"}


def test_azures_class_with_its_deployments(shop, inference):
    said = run_sdk(shop, "azure")
    assert said == {
        "text": "local answer",
        "model": "shop-gpt",
        "stream": "local answer",
        "vector": [0.25, -0.5, 1],
        "response": "local answer",
        "refused": ["PermissionDeniedError", 403, "egress_policy_denied"],
    }
    assert "secret" not in json.dumps([request["headers"] for request in inference.requests])
    paths = [decision["path"] for decision in shop.decisions()]
    assert "/openai/deployments/shop-gpt/chat/completions" in paths and "/openai/responses" in paths


def test_a_denial_is_a_permission_error_and_is_not_tried_again(shop):
    failure = run_sdk(shop, "files")
    assert (failure["failure"], failure["status"], failure["code"]) == ("PermissionDeniedError", 403, "egress_policy_denied")
    assert len(shop.decisions()) == 1


def test_a_stream_whose_engine_sends_no_done_is_whole(shop, inference):
    inference.raw = event_stream(
        b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
        b'data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    )
    assert run_sdk(shop, "stream") == {"text": "a"}
    assert len(inference.requests) == 1  # it was not asked again


@pytest.mark.parametrize(
    "status, more, failure", [(b"429 Too Many Requests", b"Retry-After: 1\r\n", "RateLimitError"), (b"422 X", b"", "UnprocessableEntityError")]
)
def test_what_an_engine_has_against_a_call_is_the_sdks_own_error(shop, inference, status, more, failure):
    inference.raw = whole(b"not like this", status, more)
    got = run_sdk(shop, "chat")
    assert (got["failure"], got["status"]) == (failure, int(status[:3])) and "not like this" in got["message"]


def test_plain_http_goes_through_the_connect_that_the_agent_makes_of_it(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"], paths=["/hello"])])
    script = "const say = async path => { const r = await fetch(process.env.SHOP + path); return [r.status, await r.text()]; };" \
             "console.log(JSON.stringify([await say('/hello'), await say('/private')]));"
    environment = {**os.environ, "HTTP_PROXY": f"http://127.0.0.1:{one.port}", "SHOP": f"http://shop.example:{origin.port}"}
    done = subprocess.run(["node", "--import", "./proxy.mjs", "--input-type=module", "-e", script],
                          cwd=FOLDER, capture_output=True, text=True, env=environment, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    allowed, refused = json.loads(done.stdout)
    assert allowed == [200, "hello from the origin\n"]
    assert refused[0] == 403 and "no rule allows this request" in refused[1]
