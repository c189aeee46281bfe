# SPDX-License-Identifier: Apache-2.0
"""PHP's libraries for LLMs, and modules that read answers by hand: each over the transport that it uses, with what its parser
demands of an answer (tests/clients/php/parsers.php). One process of PHP asks for all of it."""
import json

import pytest
from support.gate import Gate
from support.inference import Inference
from support.php import SCRIPT, run_php
from support.talker import Talker

CALL = ["look", {"url": "https://x"}]
OPENAI = [f"openai-php over {way}" for way in ("curl", "the stream wrapper", "guzzle", "symfony", "psr-18")]
STREAMS = [name for name in OPENAI if not name.endswith("psr-18")]
ANTHROPIC = ["mozex over guzzle", "anthropic over symfony"]
GEMINI = ["gemini over guzzle", "gemini over curl"]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    inference = Inference(handler=Talker)
    gate = Gate(
        tmp_path_factory.mktemp("php"),
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )
    gate.start()
    try:
        yield run_php(gate, script=SCRIPT.with_name("shop.php")), inference, gate
    finally:
        gate.stop()
        inference.close()


@pytest.mark.parametrize("name", OPENAI)
def test_openai_php_reads_whole_answers_calls_of_tools_and_objects(told, name):
    found = told[0][name]
    assert found["whole"] == ["local answer", "gpt-4o", "stop", 12]
    assert (found["tools"], found["schema"]) == (CALL, {"a": "b"})
    assert found["models"] == [["qwen3:8b", "model", "integer", "stand-in"]]


@pytest.mark.parametrize("name", STREAMS)
def test_openai_php_reads_streams(told, name):
    assert told[0][name]["stream"] == {"text": "local answer", "calls": [], "finish": "stop"}
    assert told[0][name]["streamed tools"] == {"text": "", "calls": [["look", '{"url":"https://x"}']], "finish": "tool_calls"}


@pytest.mark.parametrize("name", OPENAI)
def test_openai_php_throws_its_own_error_with_the_sentence(told, name):
    refused, full = told[0][name]["refused"], told[0][name]["full"]
    assert (refused["failure"], refused["code"]) == ("OpenAiError", 403) and "exeat refused this request" in refused["message"]
    assert (full["failure"], full["code"]) == ("OpenAiError", 400) and "maximum context length is 2048 tokens" in full["message"]


@pytest.mark.parametrize("name", ["openai-php over guzzle", "openai-php over symfony"])
def test_what_paces_itself_by_fields_does_not_sleep(told, name):
    assert [told[0][name][what] for what in ("pause", "pause of a stream", "pause of a list")] == [0, 0, 0]


PACE = {"x-ratelimit-limit-requests": "10000", "x-ratelimit-remaining-requests": "10000", "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "10000000", "x-ratelimit-remaining-tokens": "10000000", "x-ratelimit-reset-tokens": "1s"}


@pytest.mark.parametrize("name", ["openai-php over guzzle", "openai-php over symfony"])
def test_answers_have_the_fields_that_libraries_read(told, name):
    fields = told[0][name]["fields"]
    assert {field: value for field, value in fields.items() if field.startswith("x-ratelimit-")} == PACE
    assert fields["content-type"] == "application/json" and fields["date"].endswith(" GMT")
    assert fields["x-request-id"] in {decision["request"] for decision in told[2].decisions()}
    refusal = told[0][name]["fields of a refusal"]
    assert (refusal["x-should-retry"], refusal["content-type"]) == ("false", "application/json") and len(refusal["x-request-id"]) == 32


@pytest.mark.parametrize("name", ["openai-php over guzzle", "openai-php over symfony"])
def test_vectors_are_lists_of_numbers_to_who_asks_for_no_format(told, name):
    assert told[0][name]["vectors"] == [0.25, -0.5, 1]


@pytest.mark.parametrize("name", ["openai-php over guzzle", "openai-php over symfony"])
def test_responses_have_the_members_that_are_typed(told, name):
    assert told[0][name]["response"] == "local answer"
    assert told[0][name]["streamed response"] == {"text": "local answer", "status": "completed"}


@pytest.mark.parametrize("name", ANTHROPIC)
def test_anthropics_libraries_read_messages_events_tools_and_objects(told, name):
    found = told[0][name]
    assert found["whole"] == ["local answer", "claude-sonnet", "end_turn", 8]  # without those that were cached
    assert found["stream"] == {"text": "local answer", "arguments": "", "stop": "end_turn"}
    assert (found["tools"], found["schema"]) == (CALL, {"a": "b"})
    assert found["streamed tools"] == {"text": "", "arguments": '{"url":"https://x"}', "stop": "tool_use"}


@pytest.mark.parametrize("name", ANTHROPIC)
def test_anthropics_libraries_throw_with_the_sentence(told, name):
    refused, full = told[0][name]["refused"], told[0][name]["full"]
    assert refused["code"] == 403 and refused["message"].startswith("permission_error: exeat refused this request")
    assert full["code"] == 400 and "prompt is too long: 6023 tokens > 2048 maximum" in full["message"]


@pytest.mark.parametrize("name", GEMINI)
def test_geminis_library_reads_answers_and_the_array_that_it_streams(told, name):
    found = told[0][name]
    assert found["whole"] == ["local answer", "STOP", 12]
    assert found["stream"] == {"text": "local answer", "calls": [], "finish": "STOP", "total": 12}
    assert (found["tools"], found["schema"]) == ([CALL], {"a": "b"})
    assert found["streamed tools"]["calls"] == [CALL]
    assert found["models"] == [["models/qwen3:8b", "generateContent"]]


@pytest.mark.parametrize("name", GEMINI)
def test_geminis_library_throws_with_code_word_and_sentence(told, name):
    refused, full = told[0][name]["refused"], told[0][name]["full"]
    assert refused["message"].startswith("403 PERMISSION_DENIED: exeat refused this request")
    assert full["message"].startswith("400 INVALID_ARGUMENT: The input token count (6023) exceeds")


def test_modules_that_read_by_hand_find_the_text(told):
    found = told[0]["by hand"]
    assert {found[name] for name in found if not name.endswith(("full", "refused"))} == {"local answer"}


def test_modules_that_read_by_hand_show_the_sentence_of_an_error(told):
    found = told[0]["by hand"]
    assert "exeat refused this request" in found["mageprince refused"]["message"]
    for name in ("navindbhudiya full", "mageprince full"):
        assert "maximum context length is 2048 tokens" in found[name]["message"]


def test_no_key_of_theirs_goes_on_and_no_vendor_is_asked(told):
    assert "secret" not in json.dumps([[request["target"], request["headers"]] for request in told[1].requests]).lower()
    assert {decision["verdict"] for decision in told[2].decisions()} <= {"reroute", "deny"}
