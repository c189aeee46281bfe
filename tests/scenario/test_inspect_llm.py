# SPDX-License-Identifier: Apache-2.0
"""LLM calls whose rule looks into them: the model sees placeholders, its caller sees the values, whole and as a stream; and what
comes back is looked into as well."""
import json

import pytest
from support.gate import allow, ask, hosts
from support.inference import chat_chunk
from support.llm import call, event_stream, local, reroute, streamed, whole
from support.wait import wait_for

CARD = "4111 1111 1111 1111"
MAIL = "anna.muster@shop.example"
PROMPT = {"model": "gpt-4o", "temperature": 0, "messages": [{"role": "user", "content": f"Refund {CARD} to {MAIL}, and say [CARD_7]."}]}
RULE = {**reroute("local"), "inspect": {"redact": ["card", "email"], "restore": True}}


def answer(text):
    return whole(json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}}).encode())


def pieces(*texts, **more):
    chunks = [chat_chunk("m", {"content": text}) for text in texts] + [chat_chunk("m", {}, "stop")]
    return event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")


def deltas(body):
    events = [line[6:] for line in body.decode().splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for event in events for choice in json.loads(event)["choices"])


@pytest.fixture
def shop(gate, inference):
    return gate(inference=[local(inference.port)], rules=[RULE])


def chat(shop, request):
    with shop.secure("api.openai.com") as connection:
        return ask(connection, request)


def test_the_model_sees_placeholders_and_the_caller_gets_the_values(shop, inference):
    inference.raw = answer("Refunded [CARD_1]; told [EMAIL_1], not [EMAIL_2] nor [CARD_7].")
    reply = chat(shop, call("/v1/chat/completions", PROMPT))
    said = json.loads(reply.body)["choices"][0]["message"]["content"]
    assert said == f"Refunded {CARD}; told {MAIL}, not [EMAIL_2] nor [CARD_7]."
    assert json.loads(inference.requests[0]["body"])["messages"][0]["content"] == "Refund [CARD_1] to [EMAIL_1], and say [CARD_7]."
    decision = shop.only_decision()
    assert decision["found"] == "card redact 1 messages[0].content; email redact 1 messages[0].content"
    assert shop.outcome_of(decision)["found"] == "placeholder restore 2"
    shop.stop()
    for path in [*(shop.folder / "audit").iterdir(), shop.log_path]:
        assert b"4111" not in path.read_bytes() and b"anna.muster" not in path.read_bytes(), path


@pytest.mark.parametrize("cut", [1, 5, 8])
def test_a_placeholder_that_comes_in_pieces_is_put_back(shop, inference, cut):
    words = "Refunded [CARD_1] and [EMAIL_1]"
    inference.raw = pieces(*[words[i : i + cut] for i in range(0, len(words), cut)])
    reply = chat(shop, streamed(PROMPT))
    assert deltas(reply.body) == f"Refunded {CARD} and {MAIL}" and reply.body.endswith(b"data: [DONE]\n\n")


def test_what_is_held_at_the_end_of_a_stream_is_said_before_it_ends(shop, inference):
    inference.raw = pieces("see [CARD", "_")
    reply = chat(shop, streamed(PROMPT))
    assert deltas(reply.body) == "see [CARD_"
    assert reply.body.index(b"[CARD") < reply.body.index(b'"stop"')


def test_arguments_of_a_tool_are_escaped_anew(gate, inference):
    one = gate(inference=[local(inference.port)], detectors={"quoted": {"pattern": 'Q".{3}"Q'}},
               rules=[{**reroute("local"), "inspect": {"redact": ["quoted"], "restore": True}}])
    value = 'Q"a\\b"Q'
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"v": "[QUOTED_1]"})}}]
    inference.raw = whole(json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": calls}, "finish_reason": "tool_calls"}]}).encode())
    prompt = {"model": "gpt-4o", "messages": [{"role": "user", "content": value}]}
    reply = chat(one, call("/v1/chat/completions", prompt))
    arguments = json.loads(reply.body)["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"v": value}
    parts = ['{"v": "[QUO', 'TED_1]"}']
    chunks = [chat_chunk("m", {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}) for part in parts] + [chat_chunk("m", {}, "tool_calls")]
    inference.raw = event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")
    reply = chat(one, streamed(prompt))
    events = [json.loads(line[6:]) for line in reply.body.decode().splitlines() if line.startswith("data: {")]
    told = "".join(t["function"]["arguments"] for e in events for c in e["choices"] for t in c["delta"].get("tool_calls", []))
    assert json.loads(told) == {"v": value}


def test_another_dialect_gets_its_values_too(shop, inference):
    inference.raw = pieces("Hello [EM", "AIL_1]!")
    body = {"model": "claude-x", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": f"greet {MAIL}"}]}
    reply = chat_anthropic(shop, body)
    told = "".join(json.loads(line[6:]).get("delta", {}).get("text", "") for line in reply.decode().splitlines() if line.startswith("data: {"))
    assert told == f"Hello {MAIL}!"


def chat_anthropic(shop, body):
    with shop.secure("api.anthropic.com") as connection:
        return ask(connection, call("/v1/messages", body, host="api.anthropic.com")).body


def test_what_is_kept_for_others_has_no_values(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[{**RULE, "cache": {"shared": True}}])
    inference.raw = answer("sent to [EMAIL_1]")
    for mail in ("anna@shop.example", "bert@shop.example"):
        prompt = {"model": "gpt-4o", "temperature": 0, "messages": [{"role": "user", "content": f"mail {mail}"}]}
        reply = chat(one, call("/v1/chat/completions", prompt))
        assert json.loads(reply.body)["choices"][0]["message"]["content"] == f"sent to {mail}"
    assert len(inference.requests) == 1


def test_a_call_with_what_is_denied_is_refused_in_its_dialect_and_no_model_hears_of_it(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[{**reroute("local"), "inspect": {"deny": ["card"]}}])
    reply = chat(one, call("/v1/chat/completions", PROMPT))
    message = json.loads(reply.body)["error"]["message"]
    assert reply.status == 403 and "inspect_denied" in reply.getheader("Proxy-Status") and "card in messages[0].content" in message
    assert not inference.requests and one.only_decision()["found"] == "card deny 1 messages[0].content"


def test_the_name_of_a_model_in_the_path_is_looked_at_and_nothing_else_of_it(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[{**reroute("local"), "inspect": {"deny": ["card"], "redact": ["email"]}}])
    contents = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    host = "generativelanguage.googleapis.com"
    cases = [(CARD.replace(" ", ""), 403, "inspect_denied"), ("anna@shop.example", 403, "inspect_unchanged"), ("gemini-2", 200, None)]
    for name, status, reason in cases:
        with one.secure(host) as connection:
            reply = ask(connection, call(f"/v1beta/models/{name}:generateContent?q={CARD.replace(' ', '')}", contents, host))
        assert reply.status == status and (reason is None or reason in reply.getheader("Proxy-Status"))
    assert len(inference.requests) == 1
    wait_for(lambda: len(one.decisions()) == len(cases), "the records")
    told = [(decision.get("found"), decision["path"], decision.get("model")) for decision in one.decisions()]
    assert told == [("card deny 1 path", "*", None), ("email flag 1 path", "*", None), (None, "/v1beta/models/gemini-2:generateContent", "gemini-2")]


def test_an_answer_with_what_is_kept_out_is_a_502_and_a_stream_is_cut(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[{**reroute("local"), "inspect": {"answers": {"deny": ["card"]}}}])
    inference.raw = answer(f"use {CARD}")
    reply = chat(one, call("/v1/chat/completions", PROMPT))
    assert reply.status == 502 and json.loads(reply.body)["error"]["code"] == "inspect_answer"
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["reason"], outcome["found"]) == ("inspect_answer", "card deny 1 choices[0].message.content")
    assert (outcome["tokens_in"], outcome["tokens_out"]) == (9, 3)  # it was answered all the same


# --- answers of hosts


def test_an_answer_of_a_host_is_redacted_whole_and_as_a_stream(gate, things):
    from support.origin import Handler, Origin

    class Pages(Handler):
        def page_whole(self, _):
            self.reply(json.dumps({"mail": MAIL, "n": 1}).encode(), content_type="application/json", extra=[("ETag", '"1"')])

        def page_events(self, _):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for text in ("mail anna.mus", "ter@shop.exam", "ple now"):
                self.chunk(b"data: " + json.dumps({"text": text}).encode() + b"\n\n")
            self.wfile.write(b"0\r\n\r\n")

    far = Origin(handler=Pages)
    things.append(far)
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"], inspect={"answers": {"redact": ["email"]}})])
    whole_answer = one.get(f"http://shop.example:{far.port}/whole", headers={"Accept-Encoding": "gzip"})
    assert json.loads(whole_answer.body) == {"mail": "[EMAIL_1]", "n": 1} and whole_answer.getheader("ETag") is None
    assert far.requests[0]["headers"]["accept-encoding"] == "identity"
    events = one.get(f"http://shop.example:{far.port}/events").body
    assert "".join(json.loads(line[6:])["text"] for line in events.decode().splitlines() if line) == "mail [EMAIL_1] now"
    assert [one.outcome_of(d)["found"] for d in one.decisions()] == ["email redact 1 mail", "email redact 1 text"]
