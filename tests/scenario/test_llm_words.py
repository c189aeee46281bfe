# SPDX-License-Identifier: Apache-2.0
"""Endpoints that speak other words than OpenAI's: they are asked in theirs, and the caller is answered in its own."""
import json

from support.gate import ask
from support.inference import Inference
from support.llm import CHAT, call, local, reroute, streamed, whole


def lines(*messages):
    data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)


def ollama(text, done=False):
    message = {"model": "mistral-7b", "created_at": "2026-01-02T03:04:05.678901234Z", "message": {"role": "assistant", "content": text}, "done": done}
    return {**message, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 3} if done else message


def asked(gate, inference, dialect, request):
    one = gate(inference=[local(inference.port, dialect=dialect)], rules=[reroute("local")])
    with one.secure("api.openai.com") as connection:
        return one, ask(connection, request)


def test_a_stream_of_lines_is_a_stream_of_events_to_the_caller(gate, inference):
    inference.raw = lines(ollama("local "), ollama("answer"), ollama("", done=True))
    one, reply = asked(gate, inference, "ollama", streamed())
    chunks = [json.loads(line[6:]) for line in reply.body.decode().splitlines() if line.startswith("data: {")]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "local answer"
    assert reply.body.endswith(b"data: [DONE]\n\n") and {chunk["model"] for chunk in chunks} == {"gpt-4o"}
    request = inference.requests[0]
    assert request["target"] == "/api/chat" and request["headers"]["accept"] == "application/x-ndjson"
    assert json.loads(request["body"])["model"] == "mistral-7b"
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["tokens_in"], outcome["tokens_out"], outcome["served_model"]) == (9, 3, "mistral-7b")


def test_an_answer_in_blocks_is_a_message_to_the_caller(gate, inference):
    block = {"type": "text", "text": "local answer"}
    answer = {"type": "message", "content": [block], "stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 3}}
    inference.raw = whole(json.dumps(answer).encode())
    _, reply = asked(gate, inference, "anthropic", call("/v1/chat/completions", CHAT))
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == "local answer"
    request = inference.requests[0]
    assert (request["target"], request["headers"]["anthropic-version"]) == ("/v1/messages", "2023-06-01")
    assert json.loads(request["body"])["max_tokens"] == 4096


def test_what_an_endpoint_has_against_a_call_is_said_in_the_callers_words(gate, inference):
    inference.raw = whole(b'{"error":"the input length exceeds the context length"}', b"400 Bad Request")
    _, reply = asked(gate, inference, "ollama", call("/v1/chat/completions", CHAT))
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (400, "context_length_exceeded")


def test_an_endpoint_without_words_for_a_call_is_no_candidate(gate, things, inference):
    speechless = Inference()
    things.append(speechless)
    endpoints = [local(speechless.port, name="speechless", dialect="ollama"), local(inference.port)]
    one = gate(inference=endpoints, rules=[reroute("speechless", "local")])
    with one.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", {**CHAT, "n": 2})).status == 200
    assert len(inference.requests) == 1 and not speechless.requests
    assert one.outcome_of(one.only_decision())["inference"] == "local"


def test_a_call_that_no_endpoint_has_words_for_is_refused_by_name(gate, inference):
    one, reply = asked(gate, inference, "ollama", call("/v1/chat/completions", {**CHAT, "n": 2}))
    message = json.loads(reply.body)["error"]["message"]
    assert reply.status == 403 and "several answers to one question" in message and "ollama" in message
    assert not inference.requests and one.only_decision()["reason"] == "llm_operation"
