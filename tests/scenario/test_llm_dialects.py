# SPDX-License-Identifier: Apache-2.0
"""Calls in other dialects than the endpoint's: answered in the caller's words, whole and streamed; refused and broken in them
too; and never sent to the vendor."""
import json

import pytest
from support.gate import ask, read_head
from support.llm import CANNED, call, event_stream, local, reroute, whole

ANTHROPIC = "api.anthropic.com"
GOOGLE = "generativelanguage.googleapis.com"
CONTENTS = {"contents": [{"parts": [{"text": "hi"}]}]}
MESSAGE = {"model": "claude-sonnet", "max_tokens": 16, "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def shop(gate, inference):
    return gate(inference=[local(inference.port)], rules=[reroute("local")])


def say(shop, path, body, host=ANTHROPIC, method="POST"):
    with shop.secure(host) as connection:
        return ask(connection, call(path, body, host, method))


def events(body):
    """(name, data) of each event."""
    found = []
    for event in body.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in event.split("\n"))
        found.append((fields.get("event"), json.loads(fields["data"])))
    return found


def test_a_message_is_answered_locally_and_no_credential_goes_on(shop, inference):
    reply = say(shop, "/v1/messages?beta=true", MESSAGE)
    answer = json.loads(reply.body)
    assert (reply.status, reply.getheader("Content-Type")) == (200, "application/json")
    assert (answer["type"], answer["content"], answer["model"]) == ("message", [{"type": "text", "text": "local answer"}], "claude-sonnet")
    request = inference.requests[0]
    assert request["target"] == "/v1/chat/completions" and "secret" not in json.dumps(request["headers"])
    decision = shop.only_decision()
    assert (decision["verdict"], decision["llm_provider"], decision["llm_operation"]) == ("reroute", "Anthropic", "chat")
    assert reply.getheader("Request-Id") == reply.getheader("X-Request-Id") == decision["request"]
    outcome = shop.outcome_of(decision)
    assert (outcome["done"], outcome["tokens_in"], outcome["tokens_out"]) == ("reroute", 9, 3)


def test_a_stream_comes_event_by_event(shop, inference):
    inference.pace()
    with shop.secure(ANTHROPIC) as connection:
        connection.sendall(call("/v1/messages", {**MESSAGE, "stream": True}, ANTHROPIC))
        head = read_head(connection)
        assert b"200" in head.split(b"\r\n")[0] and b"text/event-stream" in head
        seen = b""
        for word in (b'"text":"local"', b'"text":" "', b'"text":"answer"'):
            assert word not in seen
            while word not in seen:
                seen += connection.recv(65536)
            inference.steps.release()
        while b"message_stop" not in seen:
            seen += connection.recv(65536)
    outcome = shop.outcome_of(shop.only_decision())
    assert (outcome["done"], outcome["tokens_in"], outcome["tokens_out"]) == ("reroute", 9, 3)


def test_what_cannot_be_said_is_refused_in_the_callers_words(shop, inference):
    image = {"type": "image", "source": {"type": "url", "url": "https://evil.example/x.png"}}
    reply = say(shop, "/v1/messages", {**MESSAGE, "messages": [{"role": "user", "content": [image]}]})
    answer = json.loads(reply.body)
    assert (reply.status, answer["type"], answer["error"]["type"]) == (403, "error", "permission_error")
    assert "messages[0].content[0].source.type" in answer["error"]["message"]
    assert answer["request_id"] == shop.only_decision()["request"] and not inference.requests


def test_a_wrong_call_is_the_callers_fault_in_its_words(shop, inference):
    reply = say(shop, "/v1/messages", {"model": "claude"})
    assert (reply.status, json.loads(reply.body)["error"]["type"]) == (400, "invalid_request_error")
    assert not inference.requests


def test_models_are_those_of_the_policy_or_of_the_endpoint(gate, inference):
    named = gate(inference=[local(inference.port)], rules=[reroute("local")])
    assert [model["id"] for model in json.loads(say(named, "/v1/models", None, method="GET").body)["data"]] == ["mistral-7b"]
    asking = gate(inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}"}], rules=[reroute("local")])
    answer = json.loads(say(asking, "/v1/models", None, method="GET").body)
    assert ([model["id"] for model in answer["data"]], answer["has_more"]) == (["qwen3:8b"], False)


def test_fixed_text_is_an_answer_and_counts_no_tokens(gate):
    one = gate(inference=[CANNED], rules=[reroute("canned")])
    assert json.loads(say(one, "/v1/messages", MESSAGE).body)["content"] == [{"type": "text", "text": "Back soon."}]
    stream = say(one, "/v1/messages", {**MESSAGE, "stream": True})
    assert events(stream.body)[-1] == ("message_stop", {"type": "message_stop"})
    assert say(one, "/v1/messages/count_tokens", MESSAGE).status == 403


def test_a_stream_that_breaks_is_told_in_the_callers_words(shop, inference):
    inference.breaks = True
    with shop.secure(ANTHROPIC) as connection:
        connection.sendall(call("/v1/messages", {**MESSAGE, "stream": True}, ANTHROPIC))
        seen = b""
        with pytest.raises(OSError):
            while True:
                piece = connection.recv(65536)
                assert piece, "a broken stream must not look like a short one"
                seen += piece
    assert b'event: error\ndata: {"type":"error","error":{"type":"api_error"' in seen


def test_a_stream_of_garbage_is_a_dead_endpoint_before_anything_has_left(shop, inference):
    inference.raw = event_stream(b"data: {\n\n", b"data: [DONE]\n\n")
    reply = say(shop, "/v1/messages", {**MESSAGE, "stream": True})
    assert (reply.status, json.loads(reply.body)["error"]["type"]) == (503, "api_error")


def test_a_stream_that_turns_to_garbage_is_broken(shop, inference):
    good = event_stream(b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n', last=b"")
    inference.pace()
    inference.raw = [good, b"f\r\ndata: garbage\n\n\r\n0\r\n\r\n"]
    with shop.secure(ANTHROPIC) as connection:
        connection.sendall(call("/v1/messages", {**MESSAGE, "stream": True}, ANTHROPIC))
        seen = b""
        with pytest.raises(OSError):
            while True:
                piece = connection.recv(65536)
                assert piece, seen
                seen += piece
                if b'"text":"a"' in seen:
                    inference.steps.release()
    assert b"event: error" in seen and b"message_stop" not in seen


@pytest.mark.parametrize("body", [b"garbage", b"{}", b'{"choices":[]}', b"[1]"])
def test_an_answer_that_is_none_is_a_dead_endpoint(shop, inference, body):
    inference.raw = whole(body)
    reply = say(shop, "/v1/messages", MESSAGE)
    assert (reply.status, json.loads(reply.body)["error"]["type"]) == (503, "api_error")
    assert reply.getheader("Retry-After") == "1"


def test_a_prompt_beyond_the_context_is_said_as_the_vendor_says_it(shop, inference):
    inference.raw = whole(b'{"error":{"code":400,"message":"exceeds the available context size","type":"exceed_context_size_error"}}', b"400 Bad Request")
    reply = say(shop, "/v1/messages", MESSAGE)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["type"]) == (400, "invalid_request_error")
    assert error["message"].startswith("prompt is too long: exceeds the available context size")


def test_another_vendors_host_may_speak_it_too(shop):
    reply = say(shop, "/api/v1/messages", MESSAGE, "openrouter.ai")
    assert json.loads(reply.body)["type"] == "message"
    assert json.loads(say(shop, "/api/v1/messages", {}, "openrouter.ai").body)["type"] == "error"


# --- Gemini -----------------------------------------------------------------------------------------------------------


def test_content_is_answered_locally_and_no_key_goes_on(shop, inference):
    reply = say(shop, "/v1beta/models/gemini-2:generateContent?key=AIzaVendorSecret", CONTENTS, GOOGLE)
    answer = json.loads(reply.body)
    assert (reply.status, reply.getheader("Content-Type")) == (200, "application/json; charset=UTF-8")
    assert answer["candidates"][0]["content"] == {"role": "model", "parts": [{"text": "local answer"}]}
    assert (answer["modelVersion"], answer["usageMetadata"]["totalTokenCount"]) == ("gemini-2", 12)
    assert "Secret" not in str(inference.requests[0])
    decision = shop.only_decision()
    assert (decision["llm_operation"], decision["model"]) == ("chat", "gemini-2")


def test_a_stream_without_alt_is_one_json_array(shop):
    reply = say(shop, "/v1beta/models/gemini-2:streamGenerateContent", CONTENTS, GOOGLE)
    assert reply.getheader("Content-Type") == "application/json; charset=UTF-8"
    items = json.loads(reply.body)
    assert "".join(item["candidates"][0]["content"]["parts"][0]["text"] for item in items) == "local answer"
    assert items[-1]["candidates"][0]["finishReason"] == "STOP"
    assert [item["usageMetadata"]["totalTokenCount"] for item in items] == [0, 0, 0, 12]


def test_a_stream_with_alt_sse_is_events(shop):
    reply = say(shop, "/v1beta/models/gemini-2:streamGenerateContent?alt=sse", CONTENTS, GOOGLE)
    assert reply.getheader("Content-Type") == "text/event-stream"
    assert all(event.startswith("data: {") for event in reply.body.decode().split("\r\n\r\n")[:-1])


def test_an_array_that_breaks_ends_with_an_error(shop, inference):
    inference.breaks = True
    with shop.secure(GOOGLE) as connection:
        connection.sendall(call("/v1beta/models/gemini-2:streamGenerateContent", CONTENTS, GOOGLE))
        seen = b""
        with pytest.raises(OSError):
            while True:
                piece = connection.recv(65536)
                assert piece, "a broken stream must not look like a short one"
                seen += piece
    assert b',\r\n{"error":{"code":5' in seen and b"\n]" in seen


def test_vertex_is_answered_at_its_own_path(shop):
    path = "/v1/projects/p/locations/europe-west4/publishers/google/models/gemini-2:generateContent"
    reply = say(shop, path, CONTENTS, "europe-west4-aiplatform.googleapis.com")
    assert json.loads(reply.body)["modelVersion"] == "gemini-2"
    refused = say(shop, "/v1/projects/p/locations/l/publishers/ai21/models/c:rawPredict", MESSAGE, "europe-west4-aiplatform.googleapis.com")
    assert (refused.status, json.loads(refused.body)["error"]["status"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    "host, path, said",
    [
        ("api.openai.com", "/v1/moderations", "moderations: no model here judges texts"),
        ("shop.openai.azure.com", "/openai/deployments/d/images/generations?api-version=1", "images: none are made here"),
        ("bedrock-runtime.eu-central-1.amazonaws.com", "/guardrail/g/version/1/apply", "ApplyGuardrail: guardrails are the vendor's"),
    ],
)
def test_what_is_not_answered_is_refused_by_name_and_with_a_cure(shop, inference, host, path, said):
    reply = say(shop, path, {}, host)
    assert reply.status == 403 and said in reply.body.decode()
    assert said in shop.only_decision()["detail"] and not inference.requests


def test_models_of_others_at_vertex_are_answered_in_their_makers_words(shop, inference):
    place = "/v1/projects/p/locations/europe-west1/publishers/%s"
    host = "europe-west1-aiplatform.googleapis.com"
    body = {"anthropic_version": "vertex-2023-10-16", "max_tokens": 16, "messages": MESSAGE["messages"]}
    message = json.loads(say(shop, place % "anthropic/models/claude@20250514:rawPredict", body, host).body)
    assert (message["type"], message["model"], message["content"][0]["text"]) == ("message", "claude@20250514", "local answer")
    stream = say(shop, place % "anthropic/models/claude@20250514:streamRawPredict", body, host)
    assert events(stream.body)[-1] == ("message_stop", {"type": "message_stop"})
    counted = say(shop, place % "anthropic/models/count-tokens:rawPredict", MESSAGE, host)
    assert json.loads(counted.body) == {"input_tokens": 9}
    mistral = json.loads(say(shop, place % "mistralai/models/mistral-large:rawPredict", {"messages": MESSAGE["messages"]}, host).body)
    assert (mistral["object"], mistral["model"]) == ("chat.completion", "mistral-large")
    openai = json.loads(say(shop, "/v1/projects/p/locations/l/endpoints/openapi/chat/completions", {**MESSAGE, "model": "google/gemini-2"}, host).body)
    assert openai["model"] == "google/gemini-2"


def test_a_wrong_call_is_an_invalid_argument(shop, inference):
    reply = say(shop, "/v1beta/models/gemini-2:generateContent", {"contents": "hi"}, GOOGLE)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT") and "contents" in error["message"]
    assert not inference.requests


# --- rankings ------------------------------------------------------------------------------------------------------------

RANK = {"model": "rerank-v3.5", "query": "a coat", "documents": ["a dress", "a jacket", "a hat"], "top_n": 2}


def ranks(reply):
    assert reply.status == 200, reply.body
    return [(one["index"], one["relevance_score"]) for one in json.loads(reply.body)["results"]]


def test_an_endpoint_without_rankings_gives_way_and_then_all_stay_as_they_came(gate, inference):
    one = gate(inference=[local(inference.port), CANNED], rules=[reroute("local", "canned")])
    assert ranks(say(one, "/v2/rerank", RANK, "api.cohere.com")) == [(2, 0.5), (1, 0.25)]
    inference.raw = whole(b'{"error":{"code":501,"message":"Start it with `--reranking`","type":"not_supported_error"}}', b"501 Not Implemented")
    assert ranks(say(one, "/v1/rerank", RANK, "api.jina.ai")) == [(0, 0), (1, 0)]
    first, second = (one.outcome_of(decision) for decision in one.decisions() if decision["plan"] == "reroute")
    assert (first["step"], first["served_model"], first["tokens_in"]) == (1, "mistral-7b", 7)
    assert (second["step"], second["builtin"]) == (2, "canned")


def test_who_has_vectors_alone_is_asked_for_those(gate, inference):
    inference.raw = whole(b'{"model":"bge","embeddings":[[1,0],[0,1],[2,0],[1,1]],"prompt_eval_count":11}')
    one = gate(inference=[local(inference.port, dialect="ollama")], rules=[reroute("local")])
    assert ranks(say(one, "/v2/rerank", RANK, "api.cohere.com")) == [(1, 1), (2, 0.707106781)]
    assert (inference.requests[0]["target"], inference.calls()[0]["input"]) == ("/api/embed", ["a coat", "a dress", "a jacket", "a hat"])


# --- OpenAI's kin --------------------------------------------------------------------------------------------------------


def test_each_of_openais_kin_is_refused_in_its_own_shape(shop):
    call_of = {"model": "gpt-oss:120b-cloud", "messages": MESSAGE["messages"]}
    shapes = {
        ("api.groq.com", "/openai/v1"): lambda body: (body["error"]["code"], body["error"]["message"]),
        ("openrouter.ai", "/api/v1"): lambda body: (body["error"]["metadata"]["error_type"], body["error"]["message"]),
        ("api.perplexity.ai", ""): lambda body: (body["error"]["type"], body["error"]["message"]),
        ("api.x.ai", "/v1"): lambda body: (body["code"], body["error"]),
        ("router.huggingface.co", "/v1"): lambda body: (body["code"], body["error"]),
    }
    for (host, prefix), look in shapes.items():
        reply = say(shop, f"{prefix}/chat/completions", call_of, host)
        code, words = look(json.loads(reply.body))
        assert (reply.status, code) == (403, "egress_policy_denied") and "runs at its vendor" in words and "rule stay" in words
