# SPDX-License-Identifier: Apache-2.0
"""What the user of each vendor's own SDK sees when the local model fails, in every way in which it can, and that the vendor hears
nothing of it. One gate, one process of Node, all at once; a drill is a client of the gate with an endpoint of its own."""
import hashlib

import pytest
from support.drills import DRILLS, Vendor
from support.gate import Gate, free_port
from support.node import run_script
from support.origin import Listener
from support.wait import wait_for

SDKS = ("openai", "anthropic", "gemini", "mistral", "cohere", "ollama", "bedrock")
VENDORS = ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "api.mistral.ai", "api.cohere.com", "ollama.com",
           "bedrock-runtime.eu-central-1.amazonaws.com")
NAMES = ("down", *DRILLS)


def endpoint(name, port):
    more = {
        "warming": {"health": {"path": "/health", "every": "100ms"}, "queue": {"length": 1000, "wait": "100ms"}},
        "swapped": {"health": {"every": "1h"}, "digest_file": "model.sha256", "expect_digest": "sha256:" + "00" * 32},
    }
    return {"name": name, "endpoint": f"http://127.0.0.1:{port}", **more.get(name, {})}


@pytest.fixture(scope="module")
def drilled(tmp_path_factory):
    """The gate, what all the SDKs saw, the endpoints and the vendor, after it."""
    folder = tmp_path_factory.mktemp("drills")
    servers = {name: Listener(serve) for name, serve in DRILLS.items()}
    vendor = Vendor()
    (folder / "model.sha256").write_text("ff" * 32 + "  model.gguf\n")
    ports = {"down": free_port(), **{name: server.port for name, server in servers.items()}}
    gate = Gate(
        folder,
        clients={name: {"user": name, "secret_sha256": hashlib.sha256(b"secret").hexdigest()} for name in NAMES},
        inference=[endpoint(name, port) for name, port in ports.items()],
        resolve={"hosts": {host: [vendor.address] for host in VENDORS}},
        limits={"answer_held": "1MiB"},
        rules=[{"id": name, "from": [name], "verdict": "reroute", "hosts": ["@llm"], "inference": [name], "first_token": "300ms"} for name in NAMES],
    )
    gate.start()
    try:
        wait_for(lambda: "warming state=warming " in gate.control("inference"), "the endpoint that loads to be known")
        yield gate, run_script(gate, "drills.mjs", *NAMES, preload=()), servers, vendor
    finally:
        gate.stop()
        vendor.close()
        for server in servers.values():
            server.close()


# How often an SDK asks, and what its user gets for a status, and for a stream that fails after it has begun.
TRIES = {"openai": 3, "anthropic": 3, "cohere": 3, "bedrock": 3, "gemini": 1, "mistral": 1, "ollama": 1}
FAILURES = {
    "openai": {503: "InternalServerError", 502: "InternalServerError", 429: "RateLimitError", "stream": "APIError"},
    "anthropic": {503: "ServiceUnavailableError", 502: "InternalServerError", 429: "RateLimitError", "stream": "APIError"},
    "gemini": {503: "ApiError", 502: "ApiError", 429: "ApiError", "stream": "ApiError"},
    "mistral": {503: "SDKError", 502: "SDKError", 429: "SDKError", "stream": "ZodError"},  # its schema knows no error in a stream
    "cohere": {503: "ServiceUnavailableError", 502: "CohereError", 429: "TooManyRequestsError", "stream": "message-end ERROR"},
    "ollama": {503: "ResponseError", 502: "ResponseError", 429: "ResponseError", "stream": "Error"},
    "bedrock": {503: "ServiceUnavailableException", 502: "ServiceUnavailableException", 429: "ThrottlingException", "stream": "ModelStreamErrorException"},
}
# Whom `X-Should-Retry: false` keeps from asking again for what will not be otherwise.
HEARS_NO = ("openai", "anthropic")
# drill -> status of a whole answer, of a stream ("stream": it fails in the middle), and what the user reads of it; of the stream, if otherwise
SEEN = {
    "down": (503, 503, "no local inference endpoint answered"),
    "reading": (503, 503, "no local inference endpoint answered"),
    "midway": (503, "stream", "within the reply's body", "broke off"),
    "pace": (429, 429, "not now"),
    "fails": (503, 503, "fails answered 500"),
    "garbage": (503, 503, "it does not begin with HTTP/1."),
    "hangs": (503, 503, "the host did not answer"),
    "reset": (503, 503, "no local inference endpoint answered"),
    "lies": (503, "stream", "within the reply's body", "broke off"),
    "endless": (502, "stream", "larger than limits.answer_held"),
    "warming": (503, 503, "no local inference endpoint answered"),
    "swapped": (503, 503, "no local inference endpoint answered"),
}
CASES = [(sdk, drill, way, SEEN[drill][way == "stream"]) for sdk in SDKS for drill in SEEN for way in ("whole", "stream")]


def tries_of(sdk, drill, status):
    hopeless = drill == "endless" and sdk in HEARS_NO
    return 1 if status == "stream" or hopeless else TRIES[sdk]


@pytest.mark.parametrize("sdk", SDKS)
def test_each_failure_is_the_sdks_own_error_and_asked_for_no_more_often_than_it_helps(drilled, sdk):
    seen = drilled[1][sdk]
    expected = {f"{drill} {way}": (FAILURES[sdk][status], tries_of(sdk, drill, status)) for one, drill, way, status in CASES if one == sdk}
    assert {name: (one.get("failure"), one["calls"]) for name, one in seen.items()} == expected


@pytest.mark.parametrize("sdk", SDKS)
def test_each_failure_is_told_in_words_and_never_as_an_answer(drilled, sdk):
    for one, drill, way, status in CASES:
        seen = drilled[1][sdk][f"{drill} {way}"]
        if one != sdk:
            continue
        assert "answer" not in seen and seen["before"] == ("half" if status == "stream" and drill != "endless" else ""), (drill, way)
        if status != "stream":
            assert seen["status"] == status, (drill, way)
        if FAILURES[sdk][status] != "ZodError":
            assert SEEN[drill][-1 if way == "stream" else 2] in seen["message"], (drill, way)


def test_no_vendor_hears_of_any_of_it(drilled):
    gate, seen, servers, vendor = drilled
    assert sum(len(one) for one in seen.values()) == len(CASES)
    assert vendor.listener.accepted == 0
    assert "allow" not in {decision["verdict"] for decision in gate.decisions()}
    assert servers["swapped"].accepted <= 1  # nor does another model: it is asked how it is, and gets no call
