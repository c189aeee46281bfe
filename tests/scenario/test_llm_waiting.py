# SPDX-License-Identifier: Apache-2.0
"""Callers of streams that are told to wait while a model reads their prompt (`keepalive`): in their dialect, and whoever answers
in the end."""
import json
import threading

import pytest
from support.gate import free_port, read_reply
from support.inference import Inference
from support.llm import CANNED, CHAT, call, event_stream, local, reroute, streamed, whole
from support.wait import wait_for

MESSAGES = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "stream": True}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
GEMINI = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
COMMENT = b": keep-alive\n\n"
PING = b'event: ping\ndata: {"type":"ping"}\n\n'
# (host, path, body): what tells it to wait, how its content type begins
DIALECTS = {
    "openai": ("api.openai.com", "/v1/chat/completions", {**CHAT, "stream": True}, COMMENT, b"text/event-stream"),
    "responses": ("api.openai.com", "/v1/responses", {"model": "m", "input": "hi", "stream": True}, COMMENT, b"text/event-stream"),
    "hugging face": ("router.huggingface.co", "/v1/chat/completions", {**CHAT, "stream": True}, COMMENT, b"text/event-stream"),
    "anthropic": ("api.anthropic.com", "/v1/messages", MESSAGES, PING, b"text/event-stream"),
    "gemini": ("generativelanguage.googleapis.com", GEMINI + "?alt=sse", CONTENTS, COMMENT, b"text/event-stream"),
    "gemini, as a list": ("generativelanguage.googleapis.com", GEMINI, CONTENTS, b"\n", b"application/json"),
    "cohere": ("api.cohere.com", "/v2/chat", MESSAGES, COMMENT, b"text/event-stream"),
    "mistral": ("api.mistral.ai", "/v1/chat/completions", MESSAGES, COMMENT, b"text/event-stream"),
}


@pytest.fixture
def reader(things):
    """An endpoint that reads its prompt until `reads` is set."""
    made = Inference()
    things.append(made)
    made.reads = threading.Event()
    return made


def kept_alive(port, **more):
    return local(port, keepalive="20ms", **more)


def told(gate, times=3):
    before = gate.metric("exeat_llm_keepalives_total")
    return wait_for(lambda: gate.metric("exeat_llm_keepalives_total") >= before + times, "the caller to be told to wait")


def chat_stream(gate, connection, reader, body=CHAT):
    connection.sendall(streamed(body))
    told(gate)
    reader.reads.set()
    return read_reply(connection)


def test_a_caller_is_told_to_wait_in_its_dialect_before_the_answer_comes(gate, reader):
    one = gate(inference=[kept_alive(reader.port)], rules=[reroute("local")])
    for host, path, body, words, content_type in DIALECTS.values():
        reader.reads.clear()
        with one.secure(host) as connection:
            connection.sendall(call(path, body, host=host))
            told(one)
            reader.reads.set()
            reply = read_reply(connection)
        assert reply.status == 200 and reply.headers["content-type"].encode().startswith(content_type), path
        assert reply.body.startswith(words * 3) and b"local" in reply.body, path
        outcome = one.outcome_of(one.decisions()[-1])
        assert (outcome["status"], outcome["done"], outcome["bytes_down"]) == (200, "reroute", len(reply.body)), path
        assert outcome["first_content_us"] > 3 * 20000, path


def test_ollamas_callers_are_told_by_pieces_of_nothing(gate, reader):
    one = gate(
        inference=[kept_alive(reader.port)], rules=[reroute("local")], llm=[{"provider": "ours", "host": "ollama.example", "dialect": "ollama"}]
    )
    with one.secure("ollama.example") as connection:
        connection.sendall(call("/api/chat", CHAT, host="ollama.example"))
        told(one)
        reader.reads.set()
        reply = read_reply(connection)
    lines = [json.loads(line) for line in reply.body.splitlines()]
    assert [line["message"]["content"] for line in lines[:3]] == ["", "", ""] and not any(line["done"] for line in lines[:-1])
    assert "".join(line["message"]["content"] for line in lines) == "local answer" and lines[0]["created_at"] > "2020"


def test_bedrocks_callers_are_not_told_for_their_clients_know_no_such_event(gate, reader):
    one = gate(inference=[kept_alive(reader.port, name="b"), kept_alive(reader.port)], rules=[reroute("b")])
    host = "bedrock-runtime.eu-central-1.amazonaws.com"
    body = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
    with one.secure(host) as connection, one.secure("api.openai.com") as other:
        connection.sendall(call("/model/m/converse-stream", body, host=host))
        wait_for(lambda: len(reader.requests) == 1, "the call")
        other.sendall(streamed())  # time goes by: it is told
        told(one)
        reader.reads.set()
        reply = read_reply(connection)
        read_reply(other)
    events = one.outcome_of(one.decisions()[0])
    assert reply.status == 200 and b"keep-alive" not in reply.body and events["bytes_down"] == len(reply.body)


def test_who_wants_no_stream_is_not_told(gate, reader):
    one = gate(inference=[kept_alive(reader.port)], rules=[reroute("local")])
    with one.secure("api.openai.com") as plain, one.secure("api.openai.com") as stream:
        plain.sendall(call("/v1/chat/completions", CHAT))
        wait_for(lambda: len(reader.requests) == 1, "the call")
        chat_stream(one, stream, reader)
        reply = read_reply(plain)
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == "local answer"


def test_without_keepalive_nobody_is_told_and_a_failure_is_a_status(gate, reader):
    one = gate(inference=[local(reader.port)], rules=[reroute("local")])
    reader.status = 500
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        wait_for(lambda: len(reader.requests) == 1, "the call")
        reader.reads.set()
        assert read_reply(connection).status == 503
    assert one.metric("exeat_llm_keepalives_total") == 0


def test_frames_before_the_first_content_are_held_and_another_endpoint_still_answers(gate, reader, inference):
    frame = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"id":"of the first"}\n\n'
    first = event_stream(frame, last=b"")
    reader.reads.set()
    reader.pace()
    reader.raw, reader.then = [first, b""], "reset"
    one = gate(inference=[kept_alive(reader.port, name="a"), local(inference.port, name="b")], rules=[reroute("a", "b")])
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        told(one)
        reader.steps.release()
        reply = read_reply(connection)
    assert reply.body.startswith(COMMENT * 3) and b"of the first" not in reply.body
    assert reply.body.count(b'"role"') == 1 and reply.body.endswith(b"data: [DONE]\n\n")
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["inference"], outcome["step"], outcome["status"], outcome["finish"]) == ("b", 2, 200, "stop")


def test_whoever_was_told_to_wait_may_get_the_canned_answer_as_a_stream(gate, reader):
    one = gate(inference=[kept_alive(reader.port), CANNED], rules=[reroute("local", "canned")])
    reader.status = 500
    with one.secure("api.openai.com") as connection:
        reply = chat_stream(one, connection, reader)
    assert reply.body.startswith(COMMENT * 3) and b"Back soon." in reply.body and reply.body.endswith(b"data: [DONE]\n\n")
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["done"], outcome["builtin"], outcome["step"], outcome["bytes_down"]) == ("answer", "canned", 2, len(reply.body))


def broken_off(connection):
    """What comes until the connection breaks; it must not end as if all were well."""
    data = b""
    with pytest.raises(OSError):
        while True:
            piece = connection.recv(65536)
            if not piece:
                break
            data += piece
        raise AssertionError(data)
    return data


@pytest.mark.parametrize("last", [None, free_port])
def test_where_nobody_answers_who_was_told_to_wait_gets_an_error_event_and_a_break(gate, reader, last):
    more = [] if last is None else [local(last(), name="last")]
    one = gate(inference=[kept_alive(reader.port), *more], rules=[reroute("local", *[entry["name"] for entry in more])])
    reader.status = 500
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        told(one)
        reader.reads.set()
        data = broken_off(connection)
    assert data.count(b"data: ") == 1 and b"inference_down" in data and b"0\r\n\r\n" not in data
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["reason"], outcome["status"]) == ("inference_down", 200)


def test_an_objection_to_a_call_whose_caller_waits_is_told_as_an_event(gate, reader):
    one = gate(inference=[kept_alive(reader.port)], rules=[reroute("local")])
    reader.raw = whole(b'{"error":{"message":"request (6023 tokens) exceeds the available context size (2048 tokens), try increasing it"}}', b"400 Bad Request")
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        told(one)
        reader.reads.set()
        data = broken_off(connection)
    assert b"context_length_exceeded" in data and b"6023" in data
    assert one.metric(r'exeat_inference_up{endpoint="local"}') == 1


def test_an_answer_that_is_no_stream_cannot_be_given_to_who_waits(gate, reader, inference):
    one = gate(inference=[kept_alive(reader.port, name="a"), local(inference.port, name="b")], rules=[reroute("a", "b")])
    reader.raw = whole(b'{"choices":[]}')
    with one.secure("api.openai.com") as connection:
        reply = chat_stream(one, connection, reader)
    assert reply.body.endswith(b"data: [DONE]\n\n") and len(inference.requests) == 1


def test_waiting_is_no_answer_the_first_token_is_still_due(gate, reader, inference):
    one = gate(
        inference=[kept_alive(reader.port, name="a"), local(inference.port, name="b")], rules=[{**reroute("a", "b"), "first_token": "500ms"}]
    )
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        reply = read_reply(connection)
    reader.reads.set()
    assert reply.body.startswith(COMMENT) and reply.body.endswith(b"data: [DONE]\n\n") and len(inference.requests) == 1


def test_who_has_gone_while_waiting_is_noticed_and_the_endpoint_is_let_go(gate, reader):
    one = gate(inference=[kept_alive(reader.port)], rules=[reroute("local")])
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        told(one)
    wait_for(lambda: one.metric(r'exeat_inference_outstanding{endpoint="local"}') == 0, "the endpoint to be free")
    reader.reads.set()
    assert one.outcome_of(one.only_decision())["reason"] == "client_gone"


def test_a_pause_within_an_answer_is_bridged_too(gate, inference):
    inference.pace()
    one = gate(inference=[kept_alive(inference.port)], rules=[reroute("local")])
    with one.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        wait_for(lambda: len(inference.requests) == 1, "the call")
        told(one)
        for _ in range(3):
            inference.steps.release()
        reply = read_reply(connection)
    words = [json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in reply.body.split(b"\n") if line.startswith(b"data: {")]
    assert "".join(words) == "local answer" and COMMENT * 3 in reply.body
