# SPDX-License-Identifier: Apache-2.0
"""The vendors' own SDKs, unchanged, told to wait while the endpoint reads the prompt: each passes over it, and has the answer."""
import threading

import pytest
from support.node import run_script
from support.wait import wait_for

STREAMS = {
    "sdk.mjs": lambda said: said["text"],
    "anthropic.mjs": lambda said: "".join(said["words"]),
    "cohere.mjs": lambda said: "".join(said["words"]),
    "gemini.mjs": lambda said: "".join(said["words"]),
    "mistral.mjs": lambda said: "".join(said["words"]),
    "ollama.mjs": lambda said: "".join(said["words"]),
}


@pytest.fixture
def shop(gate, inference):
    inference.reads = threading.Event()
    return gate(
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
