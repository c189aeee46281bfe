# SPDX-License-Identifier: Apache-2.0
"""What PHP's users see when the local model fails, in every way in which it can, over each transport that shops use: no library
asks again by itself, and no vendor hears of it. A drill is a client of the gate with an endpoint of its own."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.drills import NAMES, SEEN, drilled_gate, expect_no_vendor
from support.php import SCRIPT, run_php

TRANSPORTS = ("curl", "stream", "guzzle", "symfony", "magento")
# Magento's client reads the status of the CONNECT, and knows no streams.
READS_STATUS = TRANSPORTS[:-1]
CASES = [(drill, way, SEEN[drill][way == "stream"]) for drill in NAMES for way in ("whole", "stream")]


@pytest.fixture(scope="module")
def drilled(tmp_path_factory):
    with drilled_gate(tmp_path_factory.mktemp("drills"), ["api.openai.com"]) as (gate, servers, vendor):
        with ThreadPoolExecutor() as pool:
            seen = pool.map(lambda name: run_php(gate, name, *NAMES, script=SCRIPT.with_name("drills.php")), TRANSPORTS)
            yield gate, dict(zip(TRANSPORTS, seen)), servers, vendor


def words_of(drill, way):
    return SEEN[drill][-1 if way == "stream" else 2]


@pytest.mark.parametrize("name", READS_STATUS)
def test_a_failure_before_the_answer_is_its_status_and_the_sentence(drilled, name):
    for drill, way, status in CASES:
        seen = drilled[1][name][f"{drill} {way}"]
        if status != "stream":
            assert (seen["status"], seen["text"], seen["transport"]) == (status, "", None), (drill, way, seen)
            assert words_of(drill, way) in seen["error"], (drill, way, seen)


@pytest.mark.parametrize("name", READS_STATUS)
def test_a_failure_in_a_stream_is_an_error_behind_what_came(drilled, name):
    for drill, way, status in CASES:
        seen = drilled[1][name][f"{drill} {way}"]
        if status == "stream":
            assert seen["text"] == ("" if drill == "endless" else "half") and words_of(drill, way) in seen["error"], (drill, seen)


def test_curl_and_symfony_throw_where_a_stream_breaks_and_the_others_read_the_event_alone(drilled):
    broken = {name: {bool(drilled[1][name][f"{drill} stream"]["transport"]) for drill in ("midway", "lies")} for name in ("curl", "symfony", "stream")}
    assert broken == {"curl": {True}, "symfony": {True}, "stream": {False}}


def test_magentos_client_finds_the_sentence_in_what_it_takes_for_an_answer(drilled):
    for drill in NAMES:
        seen = drilled[1]["magento"][f"{drill} whole"]
        assert (seen["status"], seen["text"]) == (200, "") and words_of(drill, "whole") in seen["error"], (drill, seen)


def test_each_call_was_made_once(drilled):
    calls = [one for one in drilled[0].decisions() if one["plan"] == "reroute"]
    assert len(calls) == len(CASES) * len(READS_STATUS) + len(NAMES)


def test_no_vendor_hears_of_any_of_it_and_records_say_why_and_who_had_the_call(drilled):
    gate, _, _, vendor = drilled
    expect_no_vendor(gate, vendor)
