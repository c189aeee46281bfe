# SPDX-License-Identifier: Apache-2.0
"""LLM calls: answered from a local endpoint in the dialect of the caller, or refused in it; never sent to the vendor."""
import json
import ssl

import pytest
from support.gate import ask, free_port, hosts, read_head, read_reply
from support.llm import CANNED, CHAT, call, local, reroute
from support.wait import wait_for


@pytest.fixture
def shop(gate, inference):
    return gate(inference=[local(inference.port)], rules=[reroute("local")])


def test_a_chat_is_answered_locally_and_no_credential_goes_on(shop, inference):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions?api-key=sk-query", CHAT))
    answer = json.loads(reply.body)
    assert reply.status == 200
    assert answer["choices"][0]["message"]["content"] == "local answer"
    assert answer["model"] == "gpt-4o"  # as the caller knows it
    request = inference.requests[0]
    assert json.loads(request["body"])["model"] == "mistral-7b"
    assert "secret" not in json.dumps(request["headers"]) and "sk-query" not in request["target"]
    assert "authorization" not in request["headers"] and "openai-organization" not in request["headers"]
    decision = shop.only_decision()
    assert (decision["verdict"], decision["plan"], decision["model"]) == ("reroute", "reroute", "gpt-4o")
    assert (decision["llm_provider"], decision["llm_operation"]) == ("OpenAI", "chat")
    assert decision["sni"] == "api.openai.com"
    outcome = shop.outcome_of(decision)
    assert (outcome["served_model"], outcome["inference"]) == ("mistral-7b", "local")
    assert (outcome["tokens_in"], outcome["tokens_out"]) == (9, 3)


def test_no_secret_is_in_records_or_log(shop):
    with shop.secure("api.openai.com") as connection:
        ask(connection, call("/v1/chat/completions", CHAT))
        ask(connection, call("/v1/files", CHAT))
    shop.stop()
    for path in [*(shop.folder / "audit").iterdir(), shop.log_path]:
        assert b"vendor-secret" not in path.read_bytes() and b"org-secret" not in path.read_bytes(), path


def test_the_endpoints_own_key_is_sent_to_it(gate, inference, tmp_path):
    key = tmp_path / "local.key"
    key.write_text("local-key-1\n")
    one = gate(inference=[local(inference.port, key_file=str(key))], rules=[reroute("local")], log={"format": "json"})
    with one.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    key.write_text("local-key-2\n")
    wait_for(lambda: one.events("reloaded"), "the new key to be read")
    with one.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    assert [request["headers"]["authorization"] for request in inference.requests] == ["Bearer local-key-1", "Bearer local-key-2"]
    assert "local-key-1" not in one.log()


def test_an_endpoint_over_https_is_verified(gate, things, root):
    from support.inference import Inference

    good = Inference(root.issue("llm.example"))
    bad = Inference(root.issue("wrong.example"))
    things.extend([good, bad])
    one = gate(
        resolve=hosts("llm.example", "impostor.example"),
        inference=[
            local(0, name="good", endpoint=f"https://llm.example:{good.port}/prefix"),
            local(0, name="bad", endpoint=f"https://impostor.example:{bad.port}"),
        ],
        rules=[reroute("bad", "good")],
    )
    with one.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    assert good.requests[0]["target"] == "/prefix/v1/chat/completions" and not bad.requests
    outcome = one.outcome_of(one.only_decision())
    assert outcome["inference"] == "good" and len(outcome["peer_key"]) == 64


def test_a_client_that_leaves_cancels_the_call(shop, inference):
    inference.pace()
    connection = shop.secure("api.openai.com")
    connection.sendall(call("/v1/chat/completions", {**CHAT, "stream": True}))
    read_head(connection)
    connection.close()
    decision = wait_for(shop.decisions, "the decision")[0]
    inference.steps.release(3)
    assert shop.outcome_of(decision)["reason"] == "client_gone"
    wait_for(lambda: shop.metric("exeat_sessions_open") == 0, "the session to end")


def test_a_client_that_has_ended_its_side_in_order_is_answered(shop, inference):
    inference.pace()
    connection = shop.secure("api.openai.com")
    connection.sendall(call("/v1/chat/completions", {**CHAT, "stream": True}))
    read_head(connection)
    connection.setblocking(False)
    try:
        connection.unwrap()  # close_notify goes out; the gate's comes when it has said everything
    except (ssl.SSLWantReadError, ssl.SSLError):
        pass
    inference.steps.release(3)
    outcome = shop.outcome_of(wait_for(shop.decisions, "the decision")[0])
    assert (outcome["status"], outcome.get("reason"), outcome["tokens_out"]) == (200, None, 3)
    connection.close()


def test_a_stream_that_breaks_before_any_of_it_has_left_is_the_next_endpoints(gate, listen):
    def break_at_once(connection):
        read_head(connection)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        event = b'data: {"model":"mistral-7b","choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'
        connection.sendall(head + b"%x\r\n%s\r\nnonsense\r\n" % (len(event), event))
        connection.recv(1)

    one = gate(inference=[local(listen(break_at_once).port), CANNED], rules=[reroute("local", "canned")])
    with one.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", {**CHAT, "stream": True}))
    assert reply.status == 200 and b"Back soon." in reply.body and b'"x"' not in reply.body
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["inference"], outcome["status"], outcome["bytes_down"]) == ("canned", 200, len(reply.body))


def test_a_call_of_http_1_0_is_never_told_to_continue(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[{**reroute("local"), "schemes": ["http", "https"]}])
    body = json.dumps(CHAT).encode()
    head = b"POST http://api.openai.com/v1/chat/completions HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert one.send(head + body).status == 200


def test_the_other_endpoints_are_answered_too(shop, inference):
    with shop.secure("api.openai.com") as connection:
        done = json.loads(ask(connection, call("/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "x"})).body)
        assert (done["object"], done["model"]) == ("text_completion", "gpt-3.5-turbo-instruct")
        done = json.loads(ask(connection, call("/v1/embeddings", {"model": "text-embedding-3-small", "input": "x"})).body)
        assert done["data"][0]["embedding"] == [0.25, -0.5, 1.0]
        done = json.loads(ask(connection, call("/v1/responses", {"model": "gpt-4o", "input": "x"})).body)
        assert (done["object"], done["model"]) == ("response", "gpt-4o")
        stream = ask(connection, call("/v1/responses", {"model": "gpt-4o", "input": "x", "stream": True})).body
        assert b"event: response.completed" in stream and b"mistral" not in stream
    assert len(inference.requests) == 4


def test_models_are_those_of_the_policy(gate):
    one = gate(
        inference=[local(free_port(), models={"gpt-4o": "mistral-7b", "gpt-4*": "mistral-7b", "shop-model": "qwen"})],
        rules=[reroute("local")],
    )
    with one.secure("api.openai.com") as connection:
        listed = json.loads(ask(connection, call("/v1/models", None, method="GET")).body)
        assert [model["id"] for model in listed["data"]] == ["gpt-4o", "shop-model", "mistral-7b", "qwen"]
        single = json.loads(ask(connection, call("/v1/models/gpt-4o", None, method="GET")).body)
        assert (single["id"], single["object"]) == ("gpt-4o", "model")


def models_of(one):
    with one.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/models", None, method="GET"))
        assert reply.status == 200, reply.body
        return [model["id"] for model in json.loads(reply.body)["data"]]


def test_models_that_no_policy_names_are_those_of_the_endpoint(gate, inference):
    one = gate(inference=[local(inference.port, models={})], rules=[reroute("local")])
    assert models_of(one) == ["qwen3:8b"]
    request = inference.requests[0]
    assert (request["method"], request["target"], request["body"]) == ("GET", "/v1/models", b"")
    assert "authorization" not in request["headers"]
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["done"], outcome["inference"]) == ("reroute", "local")
    with one.secure("api.openai.com") as connection:
        single = json.loads(ask(connection, call("/v1/models/gpt-4o", None, method="GET")).body)
        assert (single["id"], single["object"]) == ("gpt-4o", "model")


def test_canned_lists_a_name_that_works(gate, inference):
    canned = gate(inference=[CANNED], rules=[reroute("canned")])
    assert models_of(canned) == ["default"]
    fallen = gate(inference=[local(free_port(), models={}), CANNED], rules=[reroute("local", "canned")])
    assert models_of(fallen) == ["default"]
    with fallen.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", {**CHAT, "model": "default"})).status == 200


def test_an_operation_that_cannot_be_answered_is_refused_in_the_dialect(shop, inference):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/files", {}))
        error = json.loads(reply.body)["error"]
        assert reply.status == 403 and reply.getheader("X-Should-Retry") == "false"
        assert (error["code"], error["reason"], error["rule"]) == ("egress_policy_denied", "llm_operation", "stay")
        # The connection goes on.
        assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    assert len(inference.requests) == 1
    assert error["request_id"] == shop.decisions("--reason", "llm_operation")[0]["request"]


@pytest.mark.parametrize(
    "path, body, status, reason",
    [
        ("/v1/chat/completions", {**CHAT, "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://evil.example/x"}}]}]}, 403, "llm_operation"),
        ("/v1/responses", {"model": "gpt-4o", "input": "x", "previous_response_id": "resp_1"}, 403, "llm_operation"),
        ("/v1/chat/completions", {**CHAT, "messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "http://169.254.169.254/"}}]}]}, 403, "llm_operation"),
        ("/v1/chat/completions", {**CHAT, "messages": [{"role": "user", "content": {"type": "image_url", "image_url": "http://169.254.169.254/"}}]}, 400, "malformed_body"),
        ("/v1/responses", {"model": "m", "input": [{"type": "function_call_output", "call_id": "c", "output": [{"type": "input_image", "image_url": "//evil.example/"}]}]}, 403, "llm_operation"),
        ("/v1/responses", {"model": "m", "input": [{"type": "item_reference", "id": "msg_a"}]}, 403, "llm_operation"),
        ("/v1/responses", {"model": "m", "input": "x", "tools": [{"type": "mcp", "server_url": "https://evil.example/"}]}, 403, "llm_operation"),
        ("/v1/embeddings", {"model": "m", "input": [{"image": "https://evil.example/"}]}, 400, "malformed_body"),
        ("/v1/chat/completions", {"messages": []}, 400, "malformed_body"),
        ("/v1/chat/completions", ["no object"], 400, "malformed_body"),
    ],
)
def test_what_cannot_be_passed_on_safely_is_refused(shop, inference, path, body, status, reason):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call(path, body))
    assert (reply.status, json.loads(reply.body)["error"]["reason"]) == (status, reason)
    assert not inference.requests
    assert shop.only_decision()["reason"] == reason


def test_numbers_and_texts_arrive_as_they_were_written(shop, inference):
    asked = b'{"model":"gpt-4o","messages":[{"role":"user","content":"\\u0000 \\ud83d"}],"temperature":0.7,"seed":18446744073709551615,"kv_transfer_params":{"remote_host":"evil.example"}}'
    with shop.secure("api.openai.com") as connection:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: %d\r\n\r\n" % len(asked)
        assert ask(connection, head + asked).status == 200
    assert inference.requests[0]["body"] == (
        b'{"model":"mistral-7b","messages":[{"role":"user","content":"\\u0000 \\ud83d"}],"temperature":0.7,"seed":18446744073709551615}'
    )


def test_a_wrong_body_is_told_as_wrong_and_not_as_forbidden(shop, inference):
    with shop.secure("api.openai.com") as connection:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 14\r\n\r\n"
        reply = ask(connection, head + b'{"model":"m",}')
        error = json.loads(reply.body)["error"]
        assert (reply.status, error["code"], error["type"]) == (400, "malformed_body", "invalid_request_error")
        assert "no JSON: the name of a member is expected, at line 1, column 14" in error["message"]
        for coding, status in (("gzip", 415), ("br", 415), ("identity", 200)):
            reply = ask(connection, call("/v1/chat/completions", CHAT, more=b"Content-Encoding: %s\r\n" % coding.encode()))
            assert reply.status == status, coding
            if status == 415:
                error = json.loads(reply.body)["error"]
                assert error["code"] == "body_encoded" and "send it as plain JSON" in error["message"]
    assert len(inference.requests) == 1


def test_a_refusal_names_the_member_and_the_cure(shop):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/responses", {"model": "m", "input": [{"type": "item_reference", "id": "msg_a"}]}))
    message = json.loads(reply.body)["error"]["message"]
    assert "input[0] names an item that only the vendor keeps: send the item itself, and store: false" in message


def test_an_endpoint_that_takes_no_stream_options_is_not_given_any(gate, inference):
    one = gate(inference=[local(inference.port, usage=False)], rules=[reroute("local")])
    with one.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", {**CHAT, "stream": True})).body.endswith(b"data: [DONE]\n\n")
    assert inference.calls()[0]["stream"] is True and "stream_options" not in inference.calls()[0]


def test_a_body_larger_than_may_be_held_is_refused(gate, inference):
    one = gate(inference=[local(inference.port)], rules=[reroute("local")], limits={"body_held": "64KiB"})
    with one.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", {**CHAT, "pad": "x" * 100000}))
    assert reply.status == 413 and json.loads(reply.body)["error"]["reason"] == "body_too_large"


def test_a_dead_endpoint_is_passed_over_and_nobody_asks_the_vendor(gate, inference):
    one = gate(
        inference=[local(free_port(), name="dead"), local(inference.port)], rules=[reroute("dead", "local")]
    )
    with one.secure("api.openai.com") as connection:
        for _ in range(3):
            assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    assert {one.outcome_of(decision)["inference"] for decision in one.decisions()} == {"local"}


def test_an_endpoint_that_fails_or_is_slow_gives_way_to_canned(gate, inference):
    one = gate(
        inference=[local(inference.port), CANNED], rules=[reroute("local", "canned")], timeouts={"stream": "1s"}
    )
    inference.status = 500
    with one.secure("api.openai.com") as connection:
        assert b"Back soon." in ask(connection, call("/v1/chat/completions", CHAT)).body
    inference.status = 200
    inference.hangs = True
    slow = gate(
        inference=[local(inference.port), CANNED], rules=[reroute("local", "canned")], timeouts={"stream": "1s"}
    )
    with slow.secure("api.openai.com") as connection:
        assert b"Back soon." in ask(connection, call("/v1/chat/completions", CHAT)).body
    outcome = slow.outcome_of(slow.only_decision())
    assert (outcome["done"], outcome["inference"]) == ("answer", "canned")


def test_without_any_endpoint_the_caller_gets_a_503_in_its_dialect(gate):
    one = gate(inference=[local(free_port())], rules=[reroute("local")])
    with one.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", CHAT))
    error = json.loads(reply.body)["error"]
    assert (reply.status, reply.getheader("Retry-After")) == (503, "1")
    assert (error["type"], error["code"]) == ("server_error", "inference_down")


def test_canned_answers_stream_too_and_have_no_embeddings(gate):
    one = gate(inference=[CANNED], rules=[reroute("canned")])
    with one.secure("api.openai.com") as connection:
        stream = ask(connection, call("/v1/chat/completions", {**CHAT, "stream": True}))
        assert stream.getheader("Content-Type").startswith("text/event-stream")
        assert b"Back soon." in stream.body and stream.body.endswith(b"data: [DONE]\n\n")
        assert ask(connection, call("/v1/embeddings", {"model": "m", "input": "x"})).status == 403


def test_a_denied_llm_host_is_told_inside_in_its_dialect(gate):
    one = gate(rules=[])
    with one.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", CHAT))
    assert reply.status == 403 and json.loads(reply.body)["error"]["reason"] == "llm_guard"
    with one.secure("api.anthropic.com") as connection:
        reply = ask(connection, call("/v1/messages", {"model": "claude"}, "api.anthropic.com"))
    assert json.loads(reply.body)["error"]["type"] == "permission_error"
    assert [decision["host"] for decision in one.decisions()] == ["api.openai.com", "api.anthropic.com"]


@pytest.mark.parametrize(
    "host, path",
    [
        ("generativelanguage.googleapis.com", "/v1beta/openai/chat/completions"),
        ("api.anthropic.com", "/v1/chat/completions"),
        ("api.cohere.com", "/compatibility/v1/chat/completions"),
        ("bedrock-runtime.eu-central-1.amazonaws.com", "/openai/v1/chat/completions"),
        ("ollama.com", "/v1/chat/completions"),
    ],
)
def test_the_same_dialect_at_another_vendors_host_is_answered_and_refused_in_it(shop, host, path):
    with shop.secure(host) as connection:
        assert json.loads(ask(connection, call(path, CHAT, host)).body)["model"] == "gpt-4o"
        reply = ask(connection, call(path, {"messages": []}, host))
    assert reply.status == 400 and json.loads(reply.body)["error"]["reason"] == "malformed_body"


def test_another_host_inside_an_opened_connection_is_misdirected(shop):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", CHAT, host="evil.example"))
        assert reply.status == 421
    assert shop.only_decision()["reason"] == "misdirected"


def test_a_tunnel_inside_an_opened_connection_is_refused(shop):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n")
        assert reply.status == 405


def test_tls_1_2_and_1_3_are_spoken(shop):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        connection, _ = shop.tunnel("api.openai.com")
        context = ssl.create_default_context(cafile=str(shop.bundle()))
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        with context.wrap_socket(connection, server_hostname="api.openai.com") as secure:
            assert secure.selected_alpn_protocol() == "http/1.1"
            assert ask(secure, call("/v1/chat/completions", CHAT)).status == 200


def test_a_client_of_http_2_alone_gets_an_alert_and_a_record(shop):
    connection, _ = shop.tunnel("api.openai.com")
    context = ssl.create_default_context(cafile=str(shop.bundle()))
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        context.wrap_socket(connection, server_hostname="api.openai.com")
    assert shop.only_decision()["reason"] == "client_tls"


def test_an_opened_connection_without_a_request_is_recorded(shop):
    shop.secure("api.openai.com").close()
    decision = shop.only_decision()
    assert (decision["plan"], decision["reason"], decision["host"]) == ("open", "opened_unused", "api.openai.com")


def test_a_client_that_does_not_trust_the_authority_is_recorded(shop, root):
    with pytest.raises(ssl.SSLError):
        shop.secure("api.openai.com", roots=root.path)
    assert shop.only_decision()["reason"] == "client_tls"


def test_an_opened_site_is_judged_by_path_and_forwarded(gate, secure_origin):
    one = gate(
        resolve=hosts("api.vendor.example"),
        tls={"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["@llm", "api.vendor.example"]}},
        rules=[
            {
                "id": "vendor",
                "verdict": "allow",
                "hosts": ["api.vendor.example"],
                "ports": ["1-65535"],
                "paths": ["/v1/**"],
                "methods": ["GET"],
                "addresses": ["127.0.0.0/8"],
            }
        ],
    )
    with one.secure("api.vendor.example", secure_origin.port) as connection:
        authority = b"api.vendor.example:%d" % secure_origin.port
        assert ask(connection, b"GET /v1/items HTTP/1.1\r\nHost: %s\r\n\r\n" % authority).status == 200
        assert ask(connection, b"GET /admin HTTP/1.1\r\nHost: %s\r\n\r\n" % authority).status == 403
        assert ask(connection, b"GET /v1/../admin HTTP/1.1\r\nHost: %s\r\n\r\n" % authority).status == 400
        assert ask(connection, b"GET /v1/%%2f HTTP/1.1\r\nHost: %s\r\n\r\n" % authority).status == 400
        assert ask(connection, b"POST /v1/items HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n" % authority).status == 403
    assert [request["target"] for request in secure_origin.requests] == ["/v1/items"]
    allowed = one.decisions("--verdict", "allow")
    assert len(allowed) == 1 and "peer_key" in one.outcome_of(allowed[0])


def test_an_upstream_with_another_certificate_is_a_502(gate, things, root):
    from support.origin import Origin

    impostor = Origin(root.issue("impostor.example"))
    things.append(impostor)
    one = gate(
        resolve=hosts("api.vendor.example"),
        tls={"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["api.vendor.example"]}},
        rules=[
            {"id": "v", "verdict": "allow", "hosts": ["api.vendor.example"], "ports": ["1-65535"], "methods": ["GET"], "addresses": ["127.0.0.0/8"]}
        ],
    )
    with one.secure("api.vendor.example", impostor.port) as connection:
        reply = ask(connection, b"GET / HTTP/1.1\r\nHost: api.vendor.example:%d\r\n\r\n" % impostor.port)
    assert reply.status == 502 and b"reason: upstream_tls" in reply.body
    assert not impostor.requests


def test_observe_mode_lets_through_and_records_what_would_be(gate, origin):
    one = gate(mode="observe", resolve=hosts("evil.example"), rules=[{"id": "ip", "verdict": "allow", "hosts": ["x.example"]}])
    reply = one.get(f"http://evil.example:{origin.port}/")
    # Addresses are enforced even then: loopback needs a rule that says so.
    assert reply.status == 403 and b"reason: address" in reply.body
    decision = one.only_decision()
    assert (decision["verdict"], decision["observed"], decision["reason"]) == ("deny", 1, "observed")


def test_a_plain_http_call_to_an_llm_host_is_rerouted_too(gate, inference):
    rule = {**reroute("local"), "schemes": ["http", "https"]}
    one = gate(inference=[local(inference.port)], rules=[rule])
    reply = one.get("http://api.openai.com/v1/chat/completions", "POST", {"Content-Type": "application/json"}, json.dumps(CHAT))
    assert json.loads(reply.body)["model"] == "gpt-4o"


def test_a_chunked_call_with_expect_is_read_whole(shop):
    data = json.dumps(CHAT).encode()
    with shop.secure("api.openai.com") as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        for byte in data:
            connection.sendall(b"1\r\n%c\r\n" % byte)
        connection.sendall(b"0\r\n\r\n")
        assert read_reply(connection).status == 200
