# SPDX-License-Identifier: Apache-2.0
"""Inference endpoints that do not serve: what the caller hears, whom the next call is given to, what the operator sees."""
import json
import ssl

import pytest
from support.gate import ask, free_port, read_head
from support.inference import Inference
from support.llm import CANNED, CHAT, call, event_stream, local, reroute, whole
from support.wait import wait_for

EMBEDDINGS = {"model": "e", "input": "x"}


@pytest.fixture
def shop(gate, inference):
    return gate(inference=[local(inference.port)], rules=[reroute("local")])


@pytest.fixture
def spare(gate, inference):
    """With a canned text behind the model, as the shipped policies have it; one worker, so that all calls see the same health."""
    return gate(inference=[local(inference.port), CANNED], rules=[reroute("local", "canned")], workers=1)


def chat(gate, body=CHAT, path="/v1/chat/completions"):
    with gate.secure("api.openai.com") as connection:
        return ask(connection, call(path, body))


def is_canned(reply):
    return b"Back soon." in reply.body


# --- what the caller hears ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, body, message",
    [
        (b"422 Unprocessable Entity", b"Template error: no tools", "Template error: no tools"),
        (b"404 Not Found", b'{"detail":"Not Found"}', "Not Found"),
        (b"404 Not Found", b'{"error":"model \\"m\\" not found"}', 'model "m" not found'),
        (b"400 Bad Request", b'{"object":"error","message":"context too long","code":400}', "context too long"),
        (b"413 Payload Too Large", b"", "the inference endpoint answered 413"),
        (b"418 I\'m a teapot", b"\xff<html>", "\ufffd<html>"),
    ],
)
def test_an_objection_of_the_last_endpoint_is_the_answer_in_the_dialect(shop, inference, status, body, message):
    inference.raw = whole(body, status)
    reply = chat(shop)
    assert reply.status == int(status[:3])
    error = json.loads(reply.body)["error"]
    assert (error["message"], error["type"]) == (message, "invalid_request_error")
    outcome = shop.outcome_of(shop.only_decision())
    assert (outcome["status"], outcome["done"], outcome["inference"]) == (reply.status, "reroute", "local")
    assert "reason" not in outcome


def test_an_error_in_the_dialect_is_passed_on_as_it_is(shop, inference):
    error = b'{"error": {"message":"too many tokens", "type":"x", "param":"messages", "code":"context_length_exceeded"}}'
    inference.raw = whole(error, b"400 Bad Request")
    reply = chat(shop)
    assert (reply.status, reply.body) == (400, error)


def test_a_stream_that_is_refused_is_refused_whole(shop, inference):
    inference.raw = whole(b"no streams here", b"422 Unprocessable Entity")
    reply = chat(shop, {**CHAT, "stream": True})
    assert reply.status == 422 and reply.getheader("Content-Type") == "application/json"


@pytest.mark.parametrize("wait", [b"7", b"Sun, 06 Nov 2044 08:49:37 GMT"])
def test_too_many_requests_come_with_the_time_that_the_endpoint_asks_for(shop, inference, wait):
    inference.raw = whole(b"slow down", b"429 Too Many Requests", b"Retry-After: %s\r\n" % wait)
    reply = chat(shop)
    assert (reply.status, reply.getheader("Retry-After")) == (429, wait.decode())
    assert json.loads(reply.body)["error"]["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 401, 403, 302])
def test_what_the_caller_has_no_part_in_is_a_503_that_says_what_the_endpoint_answered(shop, inference, status):
    inference.raw = whole(b"{}", b"%d X" % status)
    reply = chat(shop)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["code"], error["type"]) == (503, "inference_down", "server_error")
    assert f"(local answered {status})" in error["message"]
    assert shop.outcome_of(shop.only_decision())["reason"] == "inference_down"


def test_an_endpoint_that_is_not_there_is_a_503_that_names_it(gate):
    one = gate(inference=[local(free_port())], rules=[reroute("local")])
    reply = chat(one)
    assert reply.status == 503 and "(local: " in json.loads(reply.body)["error"]["message"]


def test_an_answer_that_is_no_json_is_a_503_that_says_so(shop, inference):
    inference.raw = whole(b"<html>It works!</html>")
    reply = chat(shop)
    assert reply.status == 503 and "the answer is no JSON object" in json.loads(reply.body)["error"]["message"]


def test_an_answer_beyond_the_limit_is_told_by_its_name_and_asked_for_once(gate, inference, things):
    other = Inference()
    things.append(other)
    one = gate(
        inference=[local(inference.port), local(other.port, name="other")],
        rules=[reroute("local", "other")],
        limits={"answer_held": "64KiB"},
    )
    inference.raw = whole(b'{"model":"m","pad":"%s"}' % (b"x" * 100000))
    reply = chat(one)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["code"]) == (502, "answer_too_large") and "limits.answer_held" in error["message"]
    assert not other.requests


def test_a_large_answer_of_embeddings_comes_through_and_does_not_grow(shop, inference):
    vectors = b",".join(b'{"object":"embedding","index":%d,"embedding":[%s]}' % (i, b",".join([b"-0.0123456789"] * 1536)) for i in range(2048))
    answer = b'{"object":"list","data":[%s],"model":"mistral-7b"}' % vectors
    assert len(answer) > 40 << 20
    inference.raw = whole(answer)
    assert chat(shop, {**EMBEDDINGS, "encoding_format": "float"}, "/v1/embeddings").body == answer.replace(b"mistral-7b", b"e")


def test_the_connection_to_an_endpoint_that_objects_is_used_again(shop, inference):
    inference.then = "go on"
    inference.raw = whole(b"no", b"422 Unprocessable Entity")
    with shop.secure("api.openai.com") as connection:
        for _ in range(3):
            assert ask(connection, call("/v1/chat/completions", CHAT)).status == 422
    assert len(inference.requests) == 3 and len({request["client"] for request in inference.requests}) == 1


# --- whom the next call is given to ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        whole(b'{"error":{"message":"no model"}}', b"404 Not Found"),
        whole(b"bad", b"400 Bad Request"),
        whole(b"bad", b"422 Unprocessable Entity"),
        whole(b"none", b"501 Not Implemented"),
        whole(b"oops", b"500 Internal Server Error"),
        whole(b"<html>"),
        whole(b'{"model":"m"'),
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    ids=["404", "400", "422", "501", "500", "no json", "half json", "no http"],
)
def test_what_one_caller_gets_says_nothing_about_the_next(spare, inference, reply):
    inference.raw = reply
    assert is_canned(chat(spare))
    inference.raw = None
    assert not is_canned(chat(spare))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_endpoint_that_is_overloaded_rests(spare, inference, status):
    inference.status = status
    assert is_canned(chat(spare))
    inference.status = 200
    assert is_canned(chat(spare)) and len(inference.requests) == 1


def test_an_endpoint_rests_for_as_long_as_it_asks(spare, inference):
    inference.raw = whole(b"", b"429 Too Many Requests", b"Retry-After: 0\r\n")
    assert is_canned(chat(spare))
    inference.raw = whole(b"", b"429 Too Many Requests", b"Retry-After: 60\r\n")
    assert is_canned(chat(spare))
    inference.raw = None
    assert is_canned(chat(spare)) and len(inference.requests) == 2


def test_an_objection_to_the_call_is_kept_while_another_endpoint_is_asked(gate, inference):
    one = gate(
        inference=[local(inference.port), local(free_port(), name="dead")], rules=[reroute("local", "dead")], workers=1
    )
    inference.raw = whole(b"temperature is out of range", b"422 Unprocessable Entity")
    assert chat(one).status == 422
    inference.raw = whole(b"no such model", b"404 Not Found")
    assert chat(one).status == 503  # the other may have it, when it is back


def test_of_two_objections_the_last_is_the_answer(gate, inference, things):
    other = Inference()
    things.append(other)
    inference.raw = whole(b"no such model here", b"404 Not Found")
    other.raw = whole(b"no such model there", b"404 Not Found")
    one = gate(inference=[local(inference.port), local(other.port, name="other")], rules=[reroute("local", "other")])
    reply = chat(one)
    assert reply.status == 404 and "no such model there" in json.loads(reply.body)["error"]["message"]
    assert one.outcome_of(one.only_decision())["inference"] == "other"


def test_embeddings_are_never_given_to_canned_text(spare, inference):
    inference.raw = whole(b"start it with --embeddings", b"422 Unprocessable Entity")
    assert chat(spare, EMBEDDINGS, "/v1/embeddings").status == 422
    inference.raw = None
    inference.status = 503
    reply = chat(spare, EMBEDDINGS, "/v1/embeddings")
    assert reply.status == 503 and "local answered 503" in json.loads(reply.body)["error"]["message"]


def test_a_new_policys_endpoint_does_not_rest_for_another(gate, inference):
    one = gate(inference=[local(free_port()), CANNED], rules=[reroute("local", "canned")], workers=1)
    assert is_canned(chat(one))
    one.merge({"inference": [local(inference.port), CANNED]})
    one.write()
    assert one.control("reload").startswith("ok")
    assert not is_canned(chat(one))


def test_an_endpoint_that_rests_goes_on_resting_under_a_new_policy(gate, inference):
    inference.status = 503
    one = gate(inference=[local(inference.port), CANNED], rules=[reroute("local", "canned")], workers=1)
    assert is_canned(chat(one))
    inference.status = 200
    one.merge({"inference": [{**CANNED, "name": "first"}, local(inference.port), CANNED]})
    one.write()
    assert one.control("reload").startswith("ok")
    assert is_canned(chat(one)) and len(inference.requests) == 1


# --- what the operator sees -----------------------------------------------------------------------------------------


def test_a_dead_model_is_seen_though_canned_text_answers(gate):
    one = gate(inference=[local(free_port()), CANNED], rules=[reroute("local", "canned")], workers=1)
    assert one.metric(r'exeat_inference_up{endpoint="local"}') == 1
    assert is_canned(chat(one))
    assert one.metric(r'exeat_inference_up{endpoint="local"}') == 0
    assert one.metric(r'exeat_inference_failures_total{endpoint="local",reason="connect_failed"}') == 1
    line = wait_for(lambda: one.events("inference_failed"), "the line")[0]
    assert (line["level"], line["endpoint"], line["reason"]) == ("warn", "local", "connect_failed")


def test_a_model_that_is_back_is_seen_too(spare, inference):
    inference.status = 500
    assert is_canned(chat(spare))
    assert spare.metric(r'exeat_inference_up{endpoint="local"}') == 0
    inference.status = 200
    assert not is_canned(chat(spare))
    assert spare.metric(r'exeat_inference_up{endpoint="local"}') == 1
    wait_for(lambda: spare.events("inference_answers"), "the line")


def test_a_failure_is_said_once_and_counted_each_time(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[reroute("local")], workers=1)
    for status, times in ((b"404 Not Found", 3), (b"500 X", 2)):
        inference.raw = whole(b"no", status)
        for _ in range(times):
            chat(one)
    lines = wait_for(lambda: len(one.events("inference_failed")) == 2 and one.events("inference_failed"), "two lines")
    assert [line["reason"] for line in lines] == ["status_404", "status_500"]
    assert one.metric(r'exeat_inference_failures_total{endpoint="local",reason="status_404"}') == 3
    assert one.metric(r'exeat_inference_failures_total{endpoint="local",reason="status_500"}') == 2
    wait_for(lambda: one.metric(r'exeat_llm_calls_total.*outcome="answered"') == 3, "the objections to be counted")


def test_a_callers_word_for_a_model_is_no_label(gate, inference):
    one = gate(
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}"}, CANNED], rules=[reroute("local", "canned")]
    )
    for name in ("gpt-4o", "whatever", "a,b=[c]"):
        assert chat(one, {**CHAT, "model": name}).status == 200
    wait_for(lambda: one.metric("exeat_llm_calls_total") == 3, "the calls to be counted")
    assert one.metric(r'exeat_llm_calls_total\{provider="OpenAI",model="local",outcome="answered"\}') == 3
    assert one.outcome_of(one.decisions()[0])["served_model"] == "gpt-4o"



def test_a_stream_that_breaks_is_no_rest(spare, inference):
    token = b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    inference.pace()
    inference.raw = [event_stream(token, last=b""), b""]
    with spare.secure("api.openai.com") as connection:
        connection.sendall(call("/v1/chat/completions", {**CHAT, "stream": True}))
        assert b"200 OK" in read_head(connection)
        inference.steps.release()
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            while connection.recv(4096):
                pass
            raise AssertionError("the stream ended in order")
    inference.raw = None
    assert not is_canned(chat(spare))
    assert spare.metric(r'exeat_inference_failures_total{endpoint="local",reason="upstream_broken"}') == 1


def test_what_an_endpoint_does_is_told_in_one_place(gate):
    one = gate(inference=[local(free_port())], rules=[reroute("local")], workers=1)
    for _ in range(3):
        chat(one)
    lines = wait_for(lambda: one.events("inference_failed"), "the line")
    assert len(lines) == 1 and "127.0.0.1" in lines[0]["detail"]
    assert not one.events("dial_failed")
