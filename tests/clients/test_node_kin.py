# SPDX-License-Identifier: Apache-2.0
"""SDKs and providers of vendors that speak OpenAI's words with some of their own, unchanged, answered by one endpoint that speaks
OpenAI's dialect. One process of Node asks for all of it."""
import json

import pytest
from support.gate import Gate
from support.inference import Inference
from support.node import run_script
from support.talker import Talker

@pytest.fixture(scope="module")
def told(tmp_path_factory):
    inference = Inference(handler=Talker)
    gate = Gate(
        tmp_path_factory.mktemp("kin"),
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )
    gate.start()
    try:
        yield run_script(gate, "kin.mjs", preload=()), inference, gate
    finally:
        gate.stop()
        inference.close()


OPENAI = [f"openai at {name}" for name in ("deepseek", "groq", "huggingface", "openrouter", "perplexity", "xai")]
AI = [f"ai {name}" for name in ("groq", "deepseek", "xai", "openrouter", "perplexity")]
OWN = ["groq", "perplexity", "openrouter", "huggingface"]
ALL = [*OWN, *AI, *OPENAI]
CALL = [["look", '{"url":"https://x"}']]


def seen(told, name, *cases):
    return {what: told[0][name][what] for what in cases}


@pytest.mark.parametrize("name", ALL)
def test_texts_come_whole_and_in_pieces(told, name):
    assert seen(told, name, "text", "stream") == {"text": "local answer", "stream": "local answer"}


def test_hugging_faces_provider_of_the_ai_sdk_asks_for_responses(told):
    assert told[0]["ai huggingface"]["text"] == "local answer"


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("perplexity", "huggingface", "ai perplexity")])
def test_a_call_of_a_tool_comes_in_a_stream_and_thoughts_where_they_are_looked_for(told, name):
    assert seen(told, name, "tools", "thoughts") == {"tools": CALL, "thoughts": "hm"}


@pytest.mark.parametrize("name", [*AI, "groq", "perplexity"])
def test_a_stream_tells_its_tokens_to_who_counts_them(told, name):
    assert told[0][name]["usage"] == 12


def test_openrouter_tells_what_it_costs(told):
    assert told[0]["openrouter"]["usage"] == [12, 0]


@pytest.mark.parametrize("name", ["ai groq", "ai deepseek", "ai xai", "ai openrouter"])
def test_tokens_that_were_cached_are_counted_as_such(told, name):
    assert told[0][name]["cached"] == 4


def test_perplexitys_sources_are_none_for_nothing_was_searched(told):
    assert told[0]["perplexity"]["sources"] == [0, 0]


def test_lists_of_models_have_what_their_sdks_require(told):
    assert told[0]["groq"]["models"] == [["qwen3:8b", True]] and told[0]["openrouter"]["models"] == [["qwen3:8b", "0"]]


def test_rankings_come_with_what_their_sdks_require(told):
    assert told[0]["openrouter"]["rank"] == [[1, "b"], [0, "a"]] and told[0]["ai cohere"]["rank"] == [[2, "c"], [1, "b"]]


REFUSED = {"groq": "PermissionDeniedError", "perplexity": "PermissionDeniedError", "openrouter": "ForbiddenResponseError", "huggingface": "InferenceClientProviderApiError"}


@pytest.mark.parametrize("name", [*OWN, *AI])
def test_what_is_refused_is_their_own_error_with_the_sentence(told, name):
    refused = told[0][name]["refused"]
    assert (refused["failure"], refused["status"]) == (REFUSED.get(name, "APICallError"), 403)
    assert "exeat refused this request" in refused["message"]


@pytest.mark.parametrize("name", ALL)
def test_a_context_that_is_full_is_an_error_in_words(told, name):
    full = told[0][name]["full"]
    assert full["status"] == 400 and "maximum context length is 2048 tokens" in full["message"]


def test_no_key_goes_on_and_no_vendor_is_asked(told):
    assert "secret" not in json.dumps([request["headers"] for request in told[1].requests]).lower()
    assert {decision["verdict"] for decision in told[2].decisions()} <= {"reroute", "deny"}
