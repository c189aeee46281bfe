# SPDX-License-Identifier: Apache-2.0
"""Libraries that stand before the vendors' SDKs (the AI SDK, LangChain, Anthropic's SDK for Vertex AI), unchanged, each with its
providers, answered by one endpoint that speaks OpenAI's dialect. One process of Node asks for all of it."""
import json

import pytest
from support.gate import Gate
from support.inference import Inference, InferenceHandler, chat_answer
from support.node import run_script


class Talker(InferenceHandler):
    """Says what it is asked to say: a call of the first tool, an object for a schema, that the context is full, or words."""

    def serve(self):
        self.note(body := self.read_body())
        call = json.loads(body or b"{}")
        if call.get("model") == "full":
            message = "request (6023 tokens) exceeds the available context size (2048 tokens), try increasing it"
            return self.json({"error": {"code": 400, "message": message, "type": "exceed_context_size_error"}}, 400)
        if self.path.endswith("/responses"):
            return self.answer_responses(call)
        if call.get("tools"):
            return self.call_tool(call)
        if call.get("response_format"):
            return self.json(chat_answer(call["model"], '{"a":"b"}'))
        return self.answer_chat(call)

    def call_tool(self, call):
        function = call["tools"][0]["function"]
        arguments = '{"a":"b"}' if "a" in function["parameters"]["properties"] else '{"url":"https://x"}'
        answer = chat_answer(call["model"], None)
        answer["choices"][0]["message"]["tool_calls"] = [{"id": "c1aaaaaaa", "type": "function", "function": {"name": function["name"], "arguments": arguments}}]
        answer["choices"][0]["finish_reason"] = "tool_calls"
        self.json(answer)

    do_GET = do_POST = serve


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    inference = Inference(handler=Talker)
    gate = Gate(
        tmp_path_factory.mktemp("gateways"),
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )
    gate.start()
    try:
        yield run_script(gate, "gateways.mjs", preload=()), inference
    finally:
        gate.stop()
        inference.close()


PROVIDERS = ("openai", "anthropic", "google", "mistral", "cohere", "amazon-bedrock", "azure")
CHAINS = ("openai", "anthropic", "google-genai", "mistralai", "aws")
ALL = [*(f"ai {name}" for name in PROVIDERS), *(f"langchain {name}" for name in CHAINS), "vertex-sdk"]
LIKE = {"vertex-sdk": "anthropic", "ai amazon-bedrock": "bedrock", "ai azure": "openai", "ai google": "google", "langchain google-genai": "google",
        "langchain mistralai": "mistral", "langchain aws": "bedrock"}
FULL = {  # as the vendor says it
    "openai": "maximum context length is 2048 tokens",
    "anthropic": "prompt is too long: 6023 tokens > 2048 maximum",
    "google": "The input token count (6023) exceeds the maximum number of tokens allowed (2048).",
    "mistral": "Prompt contains 6023 tokens",
    "cohere": "too many tokens",
    "bedrock": "Input is too long for requested model",
}


@pytest.mark.parametrize("name", ALL)
def test_texts_streams_tools_and_objects_come_as_the_application_wants_them(told, name):
    seen = {what: came for what, came in told[0][name].items() if what != "full"}
    assert seen == {"text": "local answer", "stream": "local answer", "tools": [["look", {"url": "https://x"}]], "schema": {"a": "b"}}


@pytest.mark.parametrize("name", [*ALL, "ai openai-responses"])
def test_a_context_that_is_full_is_an_error_in_the_vendors_words(told, name):
    vendor = LIKE.get(name) or name.split()[1].partition("-")[0]
    full = told[0][name]["full"]
    assert full["status"] == 400 and FULL[vendor] in full["message"]


def test_the_default_of_the_ai_sdk_is_answered(told):
    assert told[0]["ai openai-responses"]["text"] == "local answer"


def test_what_speaks_coheres_first_api_is_told_the_second(told):
    for came in told[0]["langchain cohere"].values():
        assert (came["failure"], came["status"]) == ("ForbiddenError", 403) and "call /v2/chat" in came["message"]


def test_no_key_of_theirs_goes_on(told):
    assert "secret" not in json.dumps([request["headers"] for request in told[1].requests]).lower()
