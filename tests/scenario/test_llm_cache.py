# SPDX-License-Identifier: Apache-2.0
"""Answers that are kept for calls that say the very same (`cache` of a rule), and heads that say who answered (`served_by`)."""
import base64
import hashlib
import json
import ssl

from support.gate import ask, free_port
from support.inference import Inference
from support.llm import CANNED, CHAT, call, local, reroute
from support.wait import wait_for

COLD = {**CHAT, "temperature": 0}
MESSAGE = {"model": "gpt-4o", "max_tokens": 64, "temperature": 0.0, "messages": [{"role": "user", "content": "hi"}]}


def kept(*names, **more):
    return {**reroute(*names), "cache": more}


def chat(gate, body=COLD, path="/v1/chat/completions", host="api.openai.com", proxy=b""):
    with gate.secure(host) as connection:
        return ask(connection, call(path, body, host=host))


def words_of(reply):
    if "event-stream" not in reply.headers["content-type"]:
        return json.loads(reply.body)["choices"][0]["message"]["content"]
    chunks = [json.loads(line[6:]) for line in reply.body.splitlines() if line.startswith(b"data: {")]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def test_the_same_call_is_answered_once_and_whole_and_streamed_callers_share_the_answer(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[kept("local")])
    first, second, stream = chat(one), chat(one), chat(one, {**COLD, "stream": True, "stream_options": {"include_usage": True}})
    assert {words_of(reply) for reply in (first, second, stream)} == {"local answer"} and len(inference.requests) == 1
    assert b'"prompt_tokens":9' in stream.body and stream.body.endswith(b"data: [DONE]\n\n")
    assert json.loads(second.body)["model"] == "gpt-4o" and json.loads(second.body)["id"] != json.loads(first.body)["id"]
    outcomes = [one.outcome_of(decision) for decision in one.decisions()]
    assert [outcome.get("builtin") for outcome in outcomes] == [None, "cache", "cache"]
    assert {(outcome["inference"], outcome["served_model"], outcome["finish"], outcome["tokens_out"]) for outcome in outcomes} == {
        ("local", "mistral-7b", "stop", 3)
    }
    assert [outcome["done"] for outcome in outcomes] == ["reroute", "answer", "answer"]
    assert (one.metric("exeat_llm_cache_hits_total"), one.metric("exeat_llm_cache_answers")) == (2, 1)


def test_what_was_streamed_is_kept_too_and_answers_another_dialect(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[kept("local")])
    body = {**COLD, "temperature": 0.0, "max_completion_tokens": 64}
    stream = chat(one, {**body, "stream": True})
    message = chat(one, MESSAGE, "/v1/messages", "api.anthropic.com")
    assert words_of(stream) == "local answer" == json.loads(message.body)["content"][0]["text"]
    assert json.loads(message.body)["stop_reason"] == "end_turn"
    again = chat(one, {**MESSAGE, "stream": True}, "/v1/messages", "api.anthropic.com")
    assert b"message_stop" in again.body and b"local answer" in again.body and len(inference.requests) == 1


def test_what_chance_has_a_part_in_another_question_and_another_answer_are_asked_for(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[kept("local")])
    others = [
        {**CHAT},
        {**CHAT, "temperature": 0.7},
        {**COLD, "n": 2},
        {**COLD, "logprobs": True},
    ]
    for body in others:
        assert chat(one, body).status == chat(one, body).status == 200
    assert len(inference.requests) == 2 * len(others)
    for body in ({**CHAT, "seed": 7}, {**CHAT, "seed": 8}, {**COLD, "messages": [{"role": "user", "content": "ho"}]}, {**COLD, "model": "o3"}):
        before = len(inference.requests)
        assert chat(one, body).status == chat(one, body).status == 200
        assert len(inference.requests) == before + 1


def test_without_cache_every_call_is_asked(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[reroute("local")])
    chat(one)
    chat(one)
    assert len(inference.requests) == 2


def test_what_was_broken_off_or_refused_is_not_kept(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[kept("local")])
    inference.status = 500
    assert chat(one).status == 503
    inference.status = 200
    assert chat(one).status == 200 and len(inference.requests) == 2


def test_clients_get_no_answers_to_each_others_calls_unless_they_share(gate, inference):
    secret = {"magento": "m-secret", "queue": "q-secret"}
    clients = {name: {"user": name, "secret_sha256": hashlib.sha256(word.encode()).hexdigest()} for name, word in secret.items()}
    for shared, asked in ((False, 2), (True, 3)):
        one = gate(clients=clients, inference=[local(inference.port)], rules=[{**kept("local", shared=shared), "from": list(clients)}])
        for name, word in secret.items():
            field = b"Proxy-Authorization: Basic " + base64.b64encode(f"{name}:{word}".encode()) + b"\r\n"
            tunnel, _ = one.tunnel("api.openai.com", extra=field)
            trusted = ssl.create_default_context(cafile=str(one.bundle()))
            with trusted.wrap_socket(tunnel, server_hostname="api.openai.com") as connection:
                assert ask(connection, call("/v1/chat/completions", COLD)).status == 200
        assert len(inference.requests) == asked


def test_a_model_that_is_exchanged_takes_its_answers_along(gate, things):
    both = [Inference(), Inference()]
    things.extend(both)
    one = gate(inference=[local(engine.port, name=name) for name, engine in zip(("blue", "green"), both)], rules=[kept("blue", "green")])
    assert chat(one).status == chat(one).status == 200 and len(both[0].requests) == 1
    assert one.control("inference drain blue").startswith("ok")
    assert chat(one).status == 200 and len(both[1].requests) == 1


def test_what_a_fallback_says_is_not_given_again_once_the_first_is_well(gate, things):
    both = [Inference(), Inference()]
    things.extend(both)
    one = gate(inference=[local(engine.port, name=name) for name, engine in zip(("blue", "green"), both)], rules=[kept("blue", "green")])
    both[0].status = 404
    assert chat(one).status == 200 and len(both[1].requests) == 1
    both[0].status = 200
    assert chat(one).status == chat(one).status == 200
    assert len(both[0].requests) == 2 and len(both[1].requests) == 1


def test_a_new_policy_begins_anew(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[kept("local")])
    chat(one)
    one.config["deny_hint"] = "Ask."
    one.write()
    assert one.control("reload").startswith("ok")
    wait_for(lambda: chat(one).status == 200 and len(inference.requests) == 2, "the new policy to ask")


def test_the_head_says_who_answered_where_the_rule_says_so(gate, inference):
    one = gate(
        inference=[local(free_port(), name="gone"), local(inference.port, name='the "good" one'), CANNED],
        rules=[{**kept("gone", 'the "good" one', "canned"), "served_by": True}],
    )
    assert chat(one).headers["exeat-served-by"] == r'"the \"good\" one";step=2'
    assert chat(one, {**COLD, "stream": True}).headers["exeat-served-by"] == r'"the \"good\" one";step=2'
    assert chat(one, {**CHAT, "stream": True}).headers["exeat-served-by"] == r'"the \"good\" one";step=2'
    inference.status = 500
    assert chat(one, CHAT).headers["exeat-served-by"] == '"canned";step=3;builtin=canned'
    inference.status = 200
    one.config["rules"][0]["inference"] = ['the "good" one', "canned"]
    one.write()
    assert one.control("reload").startswith("ok")
    wait_for(lambda: chat(one).headers["exeat-served-by"] == r'"the \"good\" one";step=1;builtin=cache', "the answer to be kept")
    one.config["rules"][0]["served_by"] = False
    one.write()
    assert one.control("reload").startswith("ok")
    wait_for(lambda: chat(one, CHAT).headers["exeat-served-by"] is None, "the new policy")
