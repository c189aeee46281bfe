# SPDX-License-Identifier: Apache-2.0
"""The vendors' own SDKs and PHP's clients, unchanged, told to wait while the endpoint reads the prompt: each passes over it, and has
the answer, or the error of its vendor where the endpoint fails then."""
import json
import threading

import pytest
from support.drills import Vendor
from support.node import run_script
from support.php import run_php
from support.wait import wait_for

STREAMS = {
    "sdk.mjs": lambda said: said["text"],
    "anthropic.mjs": lambda said: "".join(said["words"]),
    "cohere.mjs": lambda said: "".join(said["words"]),
    "gemini.mjs": lambda said: "".join(said["words"]),
    "mistral.mjs": lambda said: "".join(said["words"]),
    "ollama.mjs": lambda said: "".join(said["words"]),
}
VENDORS = ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "api.mistral.ai", "api.cohere.com", "ollama.com")


@pytest.fixture
def vendor(things):
    things.append(Vendor())
    return things[-1]


@pytest.fixture
def shop(gate, inference, vendor):
    inference.reads = threading.Event()
    return gate(
        resolve={"hosts": {host: [vendor.address] for host in VENDORS}},
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"*": "qwen"}, "keepalive": "20ms"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]}],
    )


@pytest.fixture
def told(shop, inference):
    """From now on the prompt is read once its caller has been told to wait a few times more."""
    threads = []

    def begin():
        inference.reads.clear()
        before = shop.metric("exeat_llm_keepalives_total")

        def read():
            wait_for(lambda: shop.metric("exeat_llm_keepalives_total") >= before + 3, "the caller to be told to wait")
            inference.reads.set()

        threads.append(threading.Thread(target=read))
        threads[-1].start()

    yield begin
    for thread in threads:
        thread.join(60)


@pytest.mark.parametrize("script", STREAMS)
def test_a_stream_whose_caller_was_told_to_wait(shop, told, script):
    told()
    said = run_script(shop, script, "stream")
    assert "failure" not in said and STREAMS[script](said) == "local answer", said


def words_of(body):
    events = [line[6:] for line in body.splitlines() if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    return "".join(json.loads(event)["choices"][0]["delta"].get("content", "") for event in events)


@pytest.mark.parametrize("client", ["curl", "guzzle"])
def test_php_reads_comments_and_then_the_answer(shop, told, client):
    told()
    reply = run_php(shop, client, "events")
    assert reply["status"] == 200 and reply["body"].startswith(": keep-alive\n\n" * 3) and words_of(reply["body"]) == "local answer"


def test_bedrocks_caller_is_told_nothing_while_others_are_and_has_its_answer(shop, told, inference):
    """Its SDK hands every event to its caller, who would get one that he does not know."""
    said = {}
    caller = threading.Thread(target=lambda: said.update(run_script(shop, "bedrock.mjs", "stream", preload=())))
    caller.start()
    wait_for(lambda: inference.requests, "its call")
    told()
    assert words_of(run_php(shop, "curl", "events")["body"]) == "local answer"  # it was told
    caller.join(60)
    assert set(said["kinds"]) == {"messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}
    assert said["text"] == "local answer"


FAILURES = {
    "sdk.mjs": "APIError",
    "anthropic.mjs": "APIError",
    "cohere.mjs": "TypeError",  # the script wants the tokens of an end that is an error
    "gemini.mjs": "ApiError",
    "mistral.mjs": "ZodError",  # its schema knows no error in a stream
    "ollama.mjs": "Error",
}


@pytest.mark.parametrize("script", STREAMS)
def test_an_endpoint_that_fails_after_its_caller_was_told_to_wait_is_an_error_and_no_vendor_hears_of_it(shop, told, inference, vendor, script):
    inference.status = 500
    told()
    assert run_script(shop, script, "stream").get("failure") == FAILURES[script]
    assert "allow" not in {one["verdict"] for one in shop.decisions()} and vendor.listener.accepted == 0
