# SPDX-License-Identifier: Apache-2.0
"""Streamed LLM answers: event by event, complete when their endpoint meant them to be, and told as broken when not."""
import json
import re
import ssl

import pytest
from support.gate import ask, read_head, read_reply
from support.llm import CHAT, call, event_stream, local, reroute, streamed

TOKEN = b'data: {"model":"mistral-7b","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
STOP = b'data: {"model":"mistral-7b","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


@pytest.fixture
def shop(gate, inference):
    return gate(inference=[local(inference.port)], rules=[reroute("local")])


def read_event(connection):
    data = b""
    while not data.endswith(b"\n\n"):
        byte = connection.recv(1)
        if not byte:
            return data
        data += byte
    return data


def test_a_stream_arrives_event_by_event(shop, inference):
    inference.pace()
    with shop.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        head = read_head(connection)
        assert b"200 OK" in head and b"text/event-stream" in head
        # The endpoint sends no further event before it is told to: each must arrive while the rest is not yet there.
        words = []
        for word in ("", "local", " ", "answer"):
            event = read_event(connection)
            words.append(json.loads(event.split(b"data: ")[1])["choices"][0]["delta"]["content"])
            if word:
                inference.steps.release()
        rest = b""
        while b"[DONE]" not in rest:
            rest += connection.recv(4096)
    assert words == ["", "local", " ", "answer"]
    assert b'"model": "gpt-4o"' in rest and b"mistral" not in rest
    assert b'"usage": {' not in rest  # the gate asked for it, the caller did not
    outcome = shop.outcome_of(shop.only_decision())
    assert outcome["tokens_out"] == 3


def test_a_caller_that_asks_for_usage_gets_it(shop):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, streamed(stream_options={"include_usage": True}))
    assert b'"usage": {"prompt_tokens": 9' in reply.body


def test_a_stream_that_breaks_ends_with_an_error_event_and_a_reset(shop, inference):
    inference.breaks = True
    with shop.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        data = b""
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            while True:
                part = connection.recv(4096)
                assert part, "the stream ended in order though it broke"
                data += part
    assert b'data: {"error":{"message":"' in data and b"[DONE]" not in data and not data.endswith(b"0\r\n\r\n")
    assert shop.outcome_of(shop.only_decision())["reason"] == "upstream_broken"


def expect_whole(shop, request=None, end=re.escape(DONE)):
    """The stream ends in order, once and with its end; the connection goes on with the next request."""
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, request or streamed())
        assert reply.status == 200 and re.search(end + rb"\Z", reply.body) and len(re.findall(end, reply.body)) == 1
        assert b"could not serve" not in reply.body and b"mistral" not in reply.body
        again = ask(connection, call("/v1/files", {}))
        assert again.status == 403
    assert "reason" not in shop.outcome_of(shop.decisions("--verdict", "reroute")[-1])
    return reply.body


def in_steps(inference, reply):
    """Its first event leaves before the rest is there: only then is it too late for a status that tells of a break."""
    end = reply.index(b"\n\n\r\n") + 4
    inference.pace()
    return [reply[:end], reply[end:]]


def expect_broken(shop, inference):
    """An error event, and then a reset: what came before must not look like a short answer."""
    data = b""
    with shop.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        while b"data: " not in data:
            data += connection.recv(4096)
        inference.steps.release()
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            while part := connection.recv(4096):
                data += part
            raise AssertionError("the stream ended in order")
    return data


@pytest.mark.parametrize("then", ["close", "hang", "reset", "go on"])
def test_a_stream_that_said_done_is_complete_whatever_its_endpoint_does_then(shop, inference, then):
    for done in (b"data: [DONE]\n\n", b"data: [DONE]\n", b"data: [DONE]", b"data: [DONE] \n\n", b"data:[DONE]\r\r"):
        inference.raw = event_stream(TOKEN, STOP, done, last=b"0\r\n\r\n" if then == "go on" else b"")
        inference.then = then
        expect_whole(shop)


@pytest.mark.parametrize(
    "head, last", [(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"), (b"Connection: close\r\n", b"")]
)
def test_a_stream_without_done_is_complete_when_its_choices_are(shop, inference, head, last):
    if last:
        inference.raw = event_stream(TOKEN, STOP)
    else:
        inference.raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + head + b"\r\n" + TOKEN + STOP
    expect_whole(shop)


@pytest.mark.parametrize(
    "reply",
    [
        event_stream(TOKEN),
        event_stream(TOKEN, STOP, last=b""),
        event_stream(TOKEN, STOP, b'data: {"choices":[{"index":1,"delta":{}}]}\n\n'),
        event_stream(TOKEN, STOP, last=b"zz\r\n"),
    ],
    ids=["no finish reason", "no last chunk", "one of two choices", "broken framing"],
)
def test_a_stream_without_done_is_broken_when_a_part_of_it_is_missing(shop, inference, reply):
    inference.raw = in_steps(inference, reply)
    data = expect_broken(shop, inference)
    assert b'data: {"error":{"message":"exeat could not serve' in data and b"[DONE]" not in data
    assert shop.outcome_of(shop.only_decision())["reason"] == "upstream_broken"


def test_a_finished_stream_of_completions_and_of_tool_calls_is_complete(shop, inference):
    inference.raw = event_stream(b'data: {"choices":[{"index":0,"text":"a","finish_reason":"length"}]}\n\n')
    assert b'"text":"a"' in expect_whole(shop, call("/v1/completions", {"model": "m", "prompt": "x", "stream": True}))


@pytest.mark.parametrize("kind", ["response.completed", "response.failed", "response.incomplete"])
@pytest.mark.parametrize("then", ["close", "hang"])
def test_a_response_is_complete_with_its_last_event(shop, inference, kind, then):
    event = b'event: %s\ndata: {"type":"%s","response":{"model":"mistral-7b"}}\n\n' % (kind.encode(), kind.encode())
    inference.raw = event_stream(event, last=b"")
    inference.then = then
    request = call("/v1/responses", {"model": "gpt-4o", "input": "x", "stream": True})
    end = b'event: %s\ndata: {"type":"%s","response":{"model":"gpt-4o"' % (kind.encode(), kind.encode())
    expect_whole(shop, request, re.escape(end) + rb"[^\n]*}}\n\n")  # with what typed clients look for and the engine left out


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("last", [b"0\r\n\r\n", b""], ids=["in order", "broken"])
def test_an_error_event_of_the_endpoint_is_the_only_one(shop, inference, last, then):
    event = b'event: error\ndata: {"type":"error","code":"x","message":"out of memory"}\n\n'
    inference.raw = event_stream(TOKEN, event, last=last)
    inference.then = then
    request = call("/v1/responses", {"model": "gpt-4o", "input": "x", "stream": True})
    assert expect_whole(shop, request, re.escape(event)).count(b"event: error") == 1


def test_lines_may_end_with_cr_and_begin_with_a_mark(shop, inference):
    inference.raw = event_stream(b"\xef\xbb\xbf" + TOKEN.replace(b"\n", b"\r"), b"event: x\r" + TOKEN.replace(b"\n", b"\r\n"), DONE)
    assert expect_whole(shop).count(b'"model":"gpt-4o"') == 2


def test_half_an_emoji_a_nul_and_large_numbers_go_through(shop, inference):
    strange = [b'"\\ud83d"', b'"\\ude00"', b'"\\u0000"', b"18446744073709551616", b"0.70", b'"\xf0\x9f"', b"1e999"]
    inference.raw = event_stream(*[b'data: {"model":"mistral-7b","x":%s}\n\n' % one for one in strange], DONE)
    body = expect_whole(shop)
    for one in strange:
        assert b'data: {"model":"gpt-4o","x":%s}\n\n' % one in body


def test_an_event_may_be_larger_than_a_body_of_the_callers(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[reroute("local")], limits={"body_held": "64KiB"})
    large = b'data: {"model":"mistral-7b","x":"%s"}\n\n' % (b"x" * (3 << 20))
    inference.raw = event_stream(large, DONE)
    assert len(expect_whole(one)) > 3 << 20


def test_an_event_beyond_the_limit_is_told_by_its_name(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[reroute("local")], limits={"answer_held": "64KiB"})
    inference.raw = in_steps(inference, event_stream(TOKEN, b'data: {"x":"%s"}\n\n' % (b"x" * 100000), DONE))
    data = expect_broken(one, inference)
    assert b"limits.answer_held" in data and b'"type":"server_error"' in data
    assert one.outcome_of(one.only_decision())["reason"] == "answer_too_large"


def test_a_stall_is_no_policy(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[reroute("local")], timeouts={"stream": "1s"})
    inference.raw = in_steps(inference, event_stream(TOKEN, last=b""))
    inference.then = "hang"
    data = expect_broken(one, inference)
    error = json.loads(data.split(b"data: ")[-1].split(b"\n")[0])["error"]
    assert (error["type"], error["code"]) == ("server_error", "idle")
    assert error["message"].startswith("exeat could not serve this request")


def test_a_usage_event_without_choices_is_for_those_who_asked(shop, inference):
    inference.raw = event_stream(TOKEN, STOP, b'data: {"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n', DONE)
    assert b"usage" not in expect_whole(shop)
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, streamed(stream_options={"include_usage": True}))
    assert b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n' in reply.body
    assert shop.outcome_of(shop.decisions("--verdict", "reroute")[0])["tokens_in"] == 7
