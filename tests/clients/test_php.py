# SPDX-License-Identifier: Apache-2.0
"""PHP as shops run it: ext-curl, the stream wrapper and Guzzle, each unchanged but for its proxy and CA bundle."""
import json

import pytest
from support.gate import allow, hosts
from support.php import SCRIPT, run_php


@pytest.fixture
def shop(gate, inference, secure_origin):
    return gate(
        resolve=hosts("shop.example"),
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"*": "mistral-7b"}}],
        rules=[
            {"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]},
            allow("shop.example"),
        ],
    )


@pytest.mark.parametrize("client", ["curl", "stream", "guzzle"])
def test_a_chat_gets_its_answer_from_the_local_model(shop, inference, client):
    reply = run_php(shop, client, "whole")
    answer = json.loads(reply["body"])
    assert reply["status"] == 200 and answer["choices"][0]["message"]["content"] == "local answer"
    assert answer["model"] == "gpt-4o"
    assert "authorization" not in inference.requests[0]["headers"]
    assert shop.only_decision()["verdict"] == "reroute"


@pytest.mark.parametrize("client", ["curl", "stream", "guzzle"])
def test_a_streamed_chat_arrives_as_events(shop, client):
    reply = run_php(shop, client, "events")
    events = [line[6:] for line in reply["body"].splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    assert "".join(json.loads(event)["choices"][0]["delta"].get("content", "") for event in events[:-1]) == "local answer"


@pytest.mark.parametrize("client", ["curl", "stream", "guzzle"])
def test_a_denied_operation_is_readable(shop, client):
    reply = run_php(shop, client, "whole", "https://api.openai.com/v1/files")
    assert reply["status"] == 403 and json.loads(reply["body"])["error"]["code"] == "egress_policy_denied"


def test_curl_sees_a_denied_site_as_errno_56_with_403(shop):
    reply = run_php(shop, "curl", "whole", "https://evil.example/")
    assert (reply["errno"], reply["connect"]) == (56, 403)


@pytest.mark.parametrize("client", ["stream", "guzzle"])
def test_the_others_see_a_denied_site_fail_too(shop, client):
    reply = run_php(shop, client, "whole", "https://evil.example/")
    # The stream wrapper does not show a proxy's status; the gate's log and record do.
    assert ("Cannot connect to HTTPS server through proxy" if client == "stream" else "403") in reply["error"]
    assert shop.only_decision()["reason"] == "no_rule"


@pytest.mark.parametrize("client", ["curl", "stream", "guzzle"])
def test_an_allowed_site_is_reached_through_the_tunnel(shop, secure_origin, client):
    reply = run_php(shop, client, "whole", f"https://shop.example:{secure_origin.port}/hello")
    assert (reply["status"], reply["body"]) == (200, "hello from the origin\n")
    assert shop.only_decision()["plan"] == "tunnel"


def test_magentos_client_reads_the_status_of_a_refusal_with_the_plugin_of_the_handbook(shop):
    refused = "https://api.openai.com/v1/images/generations"
    script = SCRIPT.with_name("first_line.php")
    without = run_php(shop, refused, "without", script=script)
    with_it = run_php(shop, refused, "with", script=script)
    assert without["status"] == 200 and "exeat refused this request" in without["body"]  # the status of the CONNECT
    assert with_it["status"] == 403 and "exeat refused this request" in with_it["body"]
    handbook = (SCRIPT.parents[3] / "docs" / "operations.md").read_text()
    assert "setOption(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)" in handbook


def test_ext_curl_that_is_told_to_speak_http_1_0_is_answered(shop, tmp_path):
    script = tmp_path / "old.php"
    script.write_text("""<?php
        $curl = curl_init('https://api.openai.com/v1/models');
        curl_setopt_array($curl, [CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_0, CURLOPT_RETURNTRANSFER => true]);
        $body = curl_exec($curl);
        echo json_encode(['status' => curl_getinfo($curl, CURLINFO_RESPONSE_CODE), 'error' => curl_error($curl)]);""")
    assert run_php(shop, script=script) == {"status": 200, "error": ""}
