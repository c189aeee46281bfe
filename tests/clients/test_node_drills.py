# SPDX-License-Identifier: Apache-2.0
"""What the user of each vendor's own SDK sees when the local model fails, in every way in which it can, and that the vendor hears
nothing of it. One gate, one process of Node, all at once; a drill is a client of the gate with an endpoint of its own."""
import pytest
from support.drills import NAMES, SEEN, drilled_gate, expect_no_vendor
from support.node import run_script

SDKS = ("openai", "anthropic", "gemini", "mistral", "cohere", "ollama", "bedrock", "ai", "langchain")
VENDORS = ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "api.mistral.ai", "api.cohere.com", "ollama.com",
           "bedrock-runtime.eu-central-1.amazonaws.com")


@pytest.fixture(scope="module")
def drilled(tmp_path_factory):
    """The gate, what all the SDKs saw, the endpoints and the vendor, after it."""
    with drilled_gate(tmp_path_factory.mktemp("drills"), VENDORS) as (gate, servers, vendor):
        yield gate, run_script(gate, "drills.mjs", *NAMES, preload=()), servers, vendor


# How often an SDK asks, and what its user gets for a status, and for a stream that fails after it has begun.
TRIES = {"ai": 3, "langchain": 2, "openai": 3, "anthropic": 3, "cohere": 3, "bedrock": 3, "gemini": 1, "mistral": 1, "ollama": 1}
FAILURES = {
    "ai": {503: "RetryError", 502: "RetryError", 429: "RetryError", "stream": "error part"},
    "langchain": {503: "InternalServerError", 502: "InternalServerError", 429: "RateLimitError", "stream": "APIError"},
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
CASES = [(sdk, drill, way, SEEN[drill][way == "stream"]) for sdk in SDKS for drill in SEEN for way in ("whole", "stream")]


# The AI SDK reads the first event before it gives a stream to anybody: an error there is one of the call.
AT_ONCE = ("ai", "endless", "stream")


def failure_of(sdk, drill, way, status):
    return "RetryError" if (sdk, drill, way) == AT_ONCE else FAILURES[sdk][status]


def tries_of(sdk, drill, way, status):
    if (sdk, drill, way) == AT_ONCE:
        return TRIES[sdk]
    hopeless = drill == "endless" and sdk in HEARS_NO
    return 1 if status == "stream" or hopeless else TRIES[sdk]


@pytest.mark.parametrize("sdk", SDKS)
def test_each_failure_is_the_sdks_own_error_and_asked_for_no_more_often_than_it_helps(drilled, sdk):
    seen = drilled[1][sdk]
    expected = {f"{drill} {way}": (failure_of(sdk, drill, way, status), tries_of(sdk, drill, way, status)) for one, drill, way, status in CASES if one == sdk}
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


def test_no_vendor_hears_of_any_of_it_and_records_say_why_and_who_had_the_call(drilled):
    gate, seen, _, vendor = drilled
    assert sum(len(one) for one in seen.values()) == len(CASES)
    expect_no_vendor(gate, vendor)
