# SPDX-License-Identifier: Apache-2.0
"""Vendors' SDKs and PHP, unchanged, answered by llama.cpp with a small model: what it says, counts and gives up is its own."""
import json
import signal

import pytest
from clients.test_php import run_php
from support.engine import Engine
from support.llm import CANNED, CHAT, call, local, reroute, streamed
from support.gate import ask
from support.gguf import WORDS
from support.node import run_script
from support.wait import wait_for


@pytest.fixture(scope="module")
def talker(tmp_path_factory):
    """One that never ends by itself."""
    engine = Engine(tmp_path_factory.mktemp("talker"), "talker", ends=False).loaded()
    yield engine
    engine.close()


@pytest.fixture
def shop(gate, talker):
    return gate(inference=[local(talker.port, models={"*": "talker"})], rules=[reroute("local")])


def is_text_of_the_model(text):
    return len(text) > 0 and set(text.split()) <= set(WORDS)


def tokens_on_record(gate):
    outcome = gate.outcome_of(gate.only_decision())
    assert outcome["served_model"] == "talker"
    return outcome["tokens_in"], outcome["tokens_out"]


def test_openais_sdk_streams(shop):
    assert is_text_of_the_model(run_script(shop, "sdk.mjs", "stream")["text"])
    read, written = tokens_on_record(shop)
    assert read > 1 and written == 64


def test_anthropics_sdk_streams(shop):
    said = run_script(shop, "anthropic.mjs", "stream")
    assert is_text_of_the_model("".join(said["words"])) and said["blocks"] == ["".join(said["words"])]
    assert said["stop"] == "max_tokens" and tuple(said["usage"]) == tokens_on_record(shop)


def test_googles_sdk_streams(shop):
    said = run_script(shop, "gemini.mjs", "stream")
    assert is_text_of_the_model("".join(said["words"])) and said["total"] == sum(tokens_on_record(shop))


@pytest.fixture
def ollamas(gate, talker):
    """The same engine, spoken to as Ollama is."""
    return gate(inference=[local(talker.port, models={"*": "talker"}, dialect="ollama", engine="ollama")], rules=[reroute("local")])


def test_the_engine_is_understood_in_ollamas_words_too(ollamas):
    said = run_script(ollamas, "anthropic.mjs", "stream")
    assert is_text_of_the_model("".join(said["words"])) and said["stop"] == "max_tokens"
    assert tuple(said["usage"]) == tokens_on_record(ollamas)
    with ollamas.secure("api.openai.com") as connection:
        first, second = (json.loads(ask(connection, call("/v1/chat/completions", {**CHAT, "seed": 7, "max_tokens": 12})).body) for _ in range(2))
    assert first["choices"] == second["choices"] and first["usage"]["completion_tokens"] == 12


def test_php_gets_the_events_one_by_one(shop):
    reply = run_php(shop, "curl", "events")
    events = [json.loads(line[6:]) for line in reply["body"].splitlines() if line.startswith("data: {")]
    assert reply["status"] == 200 and {event["model"] for event in events} == {"gpt-4o"}
    assert is_text_of_the_model("".join(event["choices"][0]["delta"].get("content") or "" for event in events if event["choices"]))


def test_the_same_seed_says_the_same(shop):
    with shop.secure("api.openai.com") as connection:
        first, second = (
            json.loads(ask(connection, call("/v1/chat/completions", {**CHAT, "seed": 7, "max_tokens": 12})).body) for _ in range(2)
        )
    assert first["choices"] == second["choices"] and first["usage"]["completion_tokens"] == 12


@pytest.mark.parametrize("words", ["openai", "ollama"])
def test_a_caller_who_goes_stops_the_model(gate, talker, words):
    one = gate(inference=[local(talker.port, models={"*": "talker"}, dialect=words)], rules=[reroute("local")])
    before = talker.cancelled()
    connection = one.secure("api.openai.com")
    connection.sendall(streamed(max_tokens=1900))
    assert connection.recv(1)
    connection.close()
    wait_for(lambda: talker.cancelled() == before + 1, "the engine to be told")


def test_a_prompt_beyond_the_context_is_refused_as_such(shop):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", {**CHAT, "messages": [{"role": "user", "content": "again " * 2000}]}))
    assert reply.status == 400 and "context" in json.loads(reply.body)["error"]["message"]


def test_an_engine_that_loads_gives_way_and_is_asked_once_it_is_warm(gate, tmp_path):
    engine = Engine(tmp_path, "late")
    one = gate(inference=[local(engine.port), CANNED], rules=[reroute("local", "canned")], workers=1)

    def answer():
        with one.secure("api.openai.com") as connection:
            return json.loads(ask(connection, call("/v1/chat/completions", {**CHAT, "max_tokens": 8})).body)["choices"][0]["message"]["content"]

    try:
        assert answer() == "Back soon."
        engine.loaded()
        wait_for(lambda: answer() != "Back soon.", "the model to be asked")
        assert is_text_of_the_model(answer())
        engine.process.send_signal(signal.SIGKILL)
        engine.process.wait()
        assert answer() == "Back soon."
    finally:
        engine.close()
