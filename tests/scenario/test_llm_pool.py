# SPDX-License-Identifier: Apache-2.0
"""Several endpoints for one call: pools, queues, a chain that goes on, engines that are asked how they are, and one put in
the place of another under load."""
import json
import pathlib
import re
import shutil
import tempfile
import textwrap
import threading

import pytest
import yaml
from support.certificates import Root
from support.gate import ask, free_port, run_exeat
from support.inference import Inference, InferenceHandler
from support.llm import CANNED, CHAT, call, event_stream, local, reroute, streamed
from support.wait import wait_for

TOP = pathlib.Path(__file__).resolve().parents[2]
DIGEST = "00112233445566778899aabbccddeeff" * 2


class EngineHandler(InferenceHandler):
    """With the pages of an engine; they are no calls."""

    def serve(self):
        engine = self.server.origin
        pages = {
            "/health": {"status": "ok"},
            "/props": {"total_slots": engine.slots, "model_alias": "tiny", "build_info": engine.build},
            "/api/version": {"version": engine.build},
            "/api/tags": {"models": [{"name": "mistral-7b", "digest": engine.digest}]},
        }
        if self.path not in pages:
            return super().serve()
        if engine.is_loading:
            return self.json({"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, 503)
        return self.json(pages[self.path])

    do_GET = do_POST = serve


class Engine(Inference):
    def __init__(self, **place):
        self.slots = 2
        self.build = "b1"
        self.digest = DIGEST
        self.is_loading = False
        super().__init__(**place)
        self.server.RequestHandlerClass = EngineHandler


@pytest.fixture
def engines(things):
    def make(count):
        made = [Engine() for _ in range(count)]
        things.extend(made)
        return made

    return make


def member(server, name, **more):
    return local(server.port, name=name, pool="shop", **more)


def chat(gate, body=CHAT, roots=None):
    with gate.secure("api.openai.com", roots=roots) as connection:
        return ask(connection, call("/v1/chat/completions", body))


def is_canned(reply):
    return b"Back soon." in reply.body


class Crowd:
    """Callers at once; the replies as they come."""

    def __init__(self, gate, count):
        self.replies = []
        roots = gate.bundle()
        self.threads = [threading.Thread(target=lambda: self.replies.append(chat(gate, roots=roots))) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join(120)
        return [reply.status for reply in self.replies]


# --- pools and queues -----------------------------------------------------------------------------------------------


def test_calls_of_a_pool_go_to_the_least_busy(gate, engines):
    both = engines(2)
    for engine in both:
        engine.hangs = True
    one = gate(inference=[member(both[0], "a"), member(both[1], "b")], rules=[reroute("shop")])
    crowds = []
    for number in range(1, 7):
        crowds.append(Crowd(one, 1))
        wait_for(lambda: sum(len(engine.requests) for engine in both) == number, "the call to be under way")  # noqa: B023
    assert [len(engine.requests) for engine in both] == [3, 3]
    for engine in both:
        engine.released.set()
    for crowd in crowds:
        crowd.join()


def test_what_one_of_a_pool_does_not_serve_another_does(gate, engines):
    (good,) = engines(1)
    one = gate(
        inference=[local(free_port(), name="a", pool="shop"), member(good, "b"), CANNED], rules=[reroute("shop", "canned")]
    )
    replies = [chat(one) for _ in range(4)]
    assert not any(is_canned(reply) for reply in replies)
    assert len(good.requests) == 4


def test_calls_wait_for_a_slot_and_no_more_than_that_are_asked_at_once(gate, engines):
    (engine,) = engines(1)
    engine.pace()
    one = gate(inference=[member(engine, "a", slots=1)], rules=[reroute("shop")])
    wait_for(lambda: one.metric(r'exeat_inference_slots{endpoint="a"}') == 1, "the slots")
    with one.secure("api.openai.com") as first:
        first.sendall(streamed())
        wait_for(lambda: len(engine.requests) == 1, "the first")
        crowd = Crowd(one, 3)
        wait_for(lambda: one.metric(r'exeat_inference_queue{endpoint="a"}') == 3, "three to wait")
        assert len(engine.requests) == 1
        for _ in range(3):
            engine.steps.release()
        assert crowd.join() == [200, 200, 200]
    assert one.metric(r'exeat_inference_queue{endpoint="a"}') == 0


@pytest.mark.parametrize("queue", [{"length": 0}, {"wait": "100ms"}])
def test_where_all_are_busy_the_next_of_the_chain_answers(gate, engines, queue):
    (engine,) = engines(1)
    engine.hangs = True
    one = gate(
        inference=[member(engine, "a", slots=1, queue=queue), CANNED],
        rules=[reroute("shop", "canned")],
    )
    with one.secure("api.openai.com") as first:
        first.sendall(call("/v1/chat/completions", CHAT))
        wait_for(lambda: len(engine.requests) == 1, "the first")
        assert is_canned(chat(one))
        engine.released.set()


def test_where_all_are_busy_and_nobody_else_is_there_the_caller_is_told_so(gate, engines):
    (engine,) = engines(1)
    engine.hangs = True
    one = gate(inference=[member(engine, "a", slots=1, queue={"length": 0})], rules=[reroute("shop")])
    with one.secure("api.openai.com") as first:
        first.sendall(call("/v1/chat/completions", CHAT))
        wait_for(lambda: len(engine.requests) == 1, "the first")
        reply = chat(one)
        assert reply.status == 503 and b"inference_busy" in reply.body and len(engine.requests) == 1
        engine.released.set()


def test_a_caller_that_gives_up_waiting_leaves_the_queue(gate, engines):
    (engine,) = engines(1)
    engine.hangs = True
    one = gate(inference=[member(engine, "a", slots=1)], rules=[reroute("shop")])
    with one.secure("api.openai.com") as first:
        first.sendall(call("/v1/chat/completions", CHAT))
        wait_for(lambda: len(engine.requests) == 1, "the first")
        second = one.secure("api.openai.com")
        second.sendall(call("/v1/chat/completions", CHAT))
        wait_for(lambda: one.metric(r'exeat_inference_queue{endpoint="a"}') == 1, "one to wait")
        second.close()
        wait_for(lambda: one.metric(r'exeat_inference_queue{endpoint="a"}') == 0, "nobody to wait")
        engine.released.set()


# --- engines that are asked -----------------------------------------------------------------------------------------


def asked(engine, name="a", **more):
    return member(engine, name, engine="llama.cpp", health={"every": "50ms"}, **more)


def state_of(gate, name, state):
    return wait_for(
        lambda: f"{name} state={state} " in gate.control("inference"), f"{name} to be {state}"
    )


def test_slots_and_model_are_learned_from_the_engine_and_the_model_is_on_record(gate, engines):
    (engine,) = engines(1)
    one = gate(inference=[asked(engine)], rules=[reroute("shop")])
    state_of(one, "a", "ready")
    assert one.metric(r'exeat_inference_slots{endpoint="a"}') == 2
    assert "model=tiny version=b1 " in one.control("inference")
    engine.build = "b2"
    wait_for(lambda: "version=b2 " in one.control("inference"), "the new build")
    models = lambda: [record["detail"] for record in one.export() if record["kind"] == "model"]  # noqa: E731
    wait_for(lambda: len(models()) == 2, "both to be on record")
    assert models() == [f"endpoint=a model=tiny version={build}" for build in ("b1", "b2")]


def test_an_engine_that_loads_is_warming_not_dead_and_calls_wait_for_it(gate, engines):
    (engine,) = engines(1)
    engine.is_loading = True
    one = gate(inference=[asked(engine)], rules=[reroute("shop")])
    state_of(one, "a", "warming")
    crowd = Crowd(one, 2)
    wait_for(lambda: one.metric(r'exeat_inference_queue{endpoint="a"}') == 2, "two to wait")
    engine.is_loading = False
    assert crowd.join() == [200, 200]
    assert one.metric(r'exeat_inference_up{endpoint="a"}') == 1


def test_while_an_engine_loads_the_next_of_the_chain_answers(gate, engines):
    (engine,) = engines(1)
    engine.is_loading = True
    one = gate(inference=[asked(engine), CANNED], rules=[reroute("shop", "canned")])
    state_of(one, "a", "warming")
    assert is_canned(chat(one))
    engine.is_loading = False
    state_of(one, "a", "ready")
    assert not is_canned(chat(one))


def test_a_model_other_than_expected_gets_no_call_and_nor_does_one_that_nobody_knows(gate, engines):
    (engine,) = engines(1)
    engine.digest = "ff" * 32
    one = gate(
        inference=[member(engine, "a", engine="ollama", health={"every": "50ms"}, expect_digest=f"sha256:{DIGEST}"), CANNED],
        rules=[reroute("shop", "canned")],
    )
    state_of(one, "a", "ready")
    assert is_canned(chat(one)) and not engine.calls()
    assert one.metric(r'exeat_inference_wrong_model{endpoint="a"}') == 1
    one.config["rules"] = [reroute("shop")]
    one.write()
    assert one.control("reload").startswith("ok")
    assert chat(one).status == 503
    assert one.outcome_of(one.decisions()[-1])["detail"] == "a gets no calls: its model is not that of `expect_digest` (wrong_model)"
    one.config["rules"] = [reroute("shop", "canned")]
    one.write()
    assert one.control("reload").startswith("ok")
    engine.digest = DIGEST
    wait_for(lambda: one.metric(r'exeat_inference_wrong_model{endpoint="a"}') == 0, "the right model")
    assert not is_canned(chat(one))


def test_a_digest_beside_an_engine_that_tells_none_counts_as_its_own(gate, engines):
    (engine,) = engines(1)
    one = gate(
        inference=[asked(engine, digest_file="model.sha256", expect_digest=f"sha256:{DIGEST}"), CANNED],
        rules=[reroute("shop", "canned")],
    )
    assert is_canned(chat(one))
    (one.folder / "model.sha256").write_text(f"{DIGEST}  model.gguf\n")
    wait_for(lambda: not is_canned(chat(one)), "the model to be known")


# --- drain and swap -------------------------------------------------------------------------------------------------


def test_an_engine_that_drains_gets_no_call_and_finishes_what_it_has(gate, engines):
    blue, green = engines(2)
    blue.pace()
    one = gate(inference=[local(blue.port, name="blue"), local(green.port, name="green")], rules=[reroute("blue", "green")])
    with one.secure("api.openai.com") as first:
        first.sendall(streamed())
        wait_for(lambda: len(blue.requests) == 1, "the first")
        assert one.control("inference drain blue").startswith("ok: blue drains; 1 calls are under way")
        assert chat(one).status == 200 and len(green.requests) == 1
        for _ in range(3):
            blue.steps.release()
        data = b""
        while b"[DONE]" not in data:
            data += first.recv(65536)
    assert one.control("inference use blue").startswith("ok")
    blue.steps = None
    assert chat(one).status == 200 and len(blue.requests) == 2


def test_orders_are_on_record_and_wrong_ones_are_refused_in_words(gate, engines):
    (engine,) = engines(1)
    one = gate(inference=[local(engine.port)], rules=[reroute("local")])
    assert one.control("inference drain nobody") == "refused: the configuration has no endpoint 'nobody'\n"
    assert one.control("inference swap local").startswith("refused")
    assert one.control("inference dance").startswith("refused: inference")
    assert one.control("inference drain local").startswith("ok")
    details = [record.get("detail") for record in one.export() if record["kind"] == "admin"]
    assert "drain local" in details and not any(detail and "nobody" in detail for detail in details)


def test_a_model_is_updated_under_load_and_no_call_fails(gate, engines):
    blue, green = engines(2)
    green.is_loading = True
    one = gate(
        inference=[asked(blue, "blue"), asked(green, "green", standby=True)],
        rules=[reroute("shop")],
    )
    state_of(one, "blue", "ready")
    state_of(one, "green", "warming")
    roots = one.bundle()
    statuses, ends = [], threading.Event()

    def go_on():
        while not ends.is_set():
            statuses.append(chat(one, roots=roots).status)

    callers = [threading.Thread(target=go_on) for _ in range(4)]
    for caller in callers:
        caller.start()
    wait_for(lambda: len(statuses) > 4, "calls")
    assert not green.calls()
    assert one.control("inference swap blue green") == "ok: it is done once the new one is warm\n"
    green.is_loading = False
    wait_for(lambda: len(green.calls()) > 4, "the new model to answer")
    wait_for(lambda: "blue state=ready order=drains outstanding=0" in one.control("inference"), "the old one to be idle")
    before = len(blue.calls())
    wait_for(lambda: len(green.calls()) > 8, "more calls")
    ends.set()
    for caller in callers:
        caller.join(60)
    assert set(statuses) == {200} and len(blue.calls()) == before


def test_streams_that_have_begun_end_at_the_old_model_while_it_is_swapped_under_load(gate, engines):
    blue, green = engines(2)
    blue.slots = green.slots = 64
    one = gate(inference=[asked(blue, "blue"), asked(green, "green", standby=True)], rules=[reroute("shop")])
    state_of(one, "blue", "ready")
    state_of(one, "green", "ready")
    roots = one.bundle()
    blue.pace()
    streams = [one.secure("api.openai.com", roots=roots) for _ in range(8)]
    for connection in streams:
        connection.sendall(streamed())
        assert connection.recv(1) == b"H"  # its head, with the first event behind it
    assert one.control("inference swap blue green").startswith("ok: done")
    before = len(blue.calls())
    statuses = []

    def go_on():
        for _ in range(10):
            statuses.append(chat(one, roots=roots).status)

    callers = [threading.Thread(target=go_on) for _ in range(4)]
    for caller in callers:
        caller.start()
    blue.steps.release(3 * len(streams))
    for connection in streams:
        seen = b"H"
        while b"data: [DONE]" not in seen:
            piece = connection.recv(65536)
            assert piece, "a stream that was cut"
            seen += piece
        assert b"local" in seen and b"answer" in seen
        connection.close()
    for caller in callers:
        caller.join(60)
    assert statuses == [200] * 40 and len(blue.calls()) == before == 8
    wait_for(lambda: "blue state=ready order=drains outstanding=0" in one.control("inference"), "the old one to be idle")


# --- where it may be computed ---------------------------------------------------------------------------------------


def test_an_endpoint_elsewhere_is_never_asked_not_even_as_the_last_resort(gate, engines):
    far, near = engines(2)
    near.status = 500
    one = gate(
        inference=[local(far.port, name="far", region="us-east"), local(near.port, name="near", region="eu-central")],
        rules=[{**reroute("far", "near"), "residency": ["eu-central", "eu-west"]}],
    )
    assert chat(one).status == 503
    assert near.requests and not far.requests


def test_a_region_is_learned_from_the_file_of_the_node(gate, engines, tmp_path):
    (engine,) = engines(1)
    label = tmp_path / "region"
    label.write_text("eu-central\n")
    one = gate(
        inference=[local(engine.port, region_file=str(label))],
        rules=[{**reroute("local"), "residency": ["eu-central"]}],
    )
    assert chat(one).status == 200
    label.write_text("us-east\n")
    answer = one.control("reload")
    assert answer.startswith("refused") and "residency" in answer
    label.write_text("eu-central\n")


def test_check_refuses_a_rule_that_no_endpoint_satisfies(tmp_path):
    policy = tmp_path / "exeat.yaml"
    policy.write_text(
        "version: 1\ninference: [{name: a, endpoint: 'http://127.0.0.1:9'}, {name: canned, builtin: canned}]\n"
        "rules: [{id: home, verdict: reroute, hosts: ['@llm'], inference: [a, canned], residency: [eu]}]\n"
    )
    done = run_exeat("check", "-c", policy)
    assert done.returncode != 0
    assert "none of the endpoints of rule 'home' is in a region of its `residency`" in done.stderr + done.stdout
    assert "a is nobody knows where" in done.stderr + done.stdout


# --- how long it may take -------------------------------------------------------------------------------------------

ROLE = b'data: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
TOKEN = b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'


def stream(gate):
    """All that comes, and whether it ended in order."""
    data = b""
    with gate.secure("api.openai.com") as connection:
        connection.sendall(streamed())
        try:
            while b"[DONE]" not in data and b"0\r\n\r\n" not in data:
                more = connection.recv(65536)
                if not more:
                    break
                data += more
        except OSError:
            return data, False
    return data, b"[DONE]" in data


@pytest.mark.parametrize("then", ["hang", "reset"])
@pytest.mark.parametrize("first", [b"", ROLE], ids=["nothing", "a frame"])
def test_before_the_first_content_another_endpoint_answers(gate, engines, first, then):
    bad, good = engines(2)
    events = event_stream(first, last=b"") if first else event_stream(last=b"")
    bad.raw, bad.then = events, then
    one = gate(
        inference=[local(bad.port, name="bad"), local(good.port, name="good")],
        rules=[{**reroute("bad", "good"), "first_token": "2s"}],
    )
    data, is_whole = stream(one)
    assert is_whole and data.count(b"HTTP/1.1 200") == 1 and b"local" in data
    wait_for(lambda: one.metric(r'exeat_inference_fallbacks_total{endpoint="good"}') == 1, "it to be counted")
    bad.released.set()


def test_a_whole_answer_that_does_not_begin_in_time_is_the_next_endpoints(gate, engines):
    bad, good = engines(2)
    bad.hangs = True
    one = gate(
        inference=[local(bad.port, name="bad"), local(good.port, name="good")],
        rules=[{**reroute("bad", "good"), "first_token": "2s"}],
    )
    assert chat(one).status == 200 and len(good.requests) == 1
    bad.released.set()


def test_a_stream_that_pauses_for_too_long_is_broken_off_and_never_looks_complete(gate, engines):
    (bad,) = engines(1)
    bad.raw, bad.then = event_stream(TOKEN, last=b""), "hang"
    one = gate(inference=[local(bad.port)], rules=[{**reroute("local"), "between_tokens": "300ms"}])
    data, is_whole = stream(one)
    assert not is_whole and b'"content":"a"' in data and b"error" in data
    bad.released.set()


# --- who it was -----------------------------------------------------------------------------------------------------


def test_the_record_says_which_model_where_and_as_which_step(gate, engines):
    (engine,) = engines(1)
    one = gate(
        inference=[
            local(free_port(), name="gone"),
            member(engine, "b", engine="ollama", health={"every": "50ms"}, region="eu-central", adapter="shop-de"),
        ],
        rules=[reroute("gone", "shop")],
    )
    wait_for(lambda: DIGEST in one.control("inference"), "the model to be known")
    for body in (CHAT, {**CHAT, "stream": True}):
        assert chat(one, body).status == 200
        decision = one.decisions()[-1]
        outcome = one.outcome_of(decision)
        assert (decision["llm_dialect"], decision["model"]) == ("openai", "gpt-4o")
        known = {name: outcome[name] for name in ("inference", "served_model", "step", "finish", "endpoint_dialect", "adapter")}
        assert known == {
            "inference": "b", "served_model": "mistral-7b", "step": 2, "finish": "stop", "endpoint_dialect": "openai", "adapter": "shop-de",
        }
        assert (outcome["engine_version"], outcome["model_digest"]) == ("b1", DIGEST)
        assert (outcome["region"], outcome["region_from"]) == ("eu-central", "configuration")
        assert 0 < outcome["first_content_us"] <= outcome["duration_us"] and "builtin" not in outcome
    assert one.metric(r'exeat_llm_steps_total{step="2"}') == 2


def test_the_record_of_a_canned_answer_says_so_and_as_which_step(gate):
    one = gate(inference=[local(free_port(), name="gone"), CANNED], rules=[reroute("gone", "canned")])
    assert is_canned(chat(one))
    outcome = one.outcome_of(one.only_decision())
    assert (outcome["step"], outcome["builtin"], outcome["inference"], outcome["done"]) == (2, "canned", "canned", "answer")
    assert "endpoint_dialect" not in outcome and "first_content_us" not in outcome


def test_calls_that_begin_alike_find_the_engine_that_knows_the_beginning(gate, engines):
    both = engines(2)
    one = gate(inference=[member(both[0], "a"), member(both[1], "b")], rules=[reroute("shop")])

    def ask_as(system, question):
        messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        assert chat(one, {**CHAT, "messages": messages}).status == 200

    for shop in range(8):
        before = [len(engine.requests) for engine in both]
        for question in ("hi", "and?", "bye"):
            ask_as(f"You are shop {shop}.", question)
        assert sorted(len(engine.requests) - count for engine, count in zip(both, before)) == [0, 3]
    assert sum(one.metric(rf'exeat_inference_prefix_hits_total{{endpoint="{name}"}}') for name in "ab") == 24
    assert sum(one.metric(rf'exeat_inference_prefix_total{{endpoint="{name}"}}') for name in "ab") == 24


# --- orders of an operator -------------------------------------------------------------------------------------------


def told(one, *words):
    return run_exeat("control", *words, "-c", one.config_path)


def test_orders_have_commands_and_the_states_a_table(gate, engines):
    blue, green = engines(2)
    both = [member(blue, "blue", engine="llama.cpp"), member(green, "green", engine="llama.cpp", standby=True)]
    one = gate(inference=both, rules=[reroute("shop")])
    wait_for(lambda: [line.split()[1] for line in told(one, "status").stdout.splitlines()[1:]] == ["ready", "ready"], "both ready")
    states = {row["endpoint"]: row for row in json.loads(told(one, "status", "-o", "json").stdout)}
    assert (states["blue"]["slots"], states["blue"]["model"], states["blue"]["digest"]) == (2, "tiny", None)
    assert (states["blue"]["order"], states["green"]["order"]) == ("in_use", "stands_by")
    done = told(one, "swap", "blue", "green")
    assert (done.returncode, done.stdout) == (0, "done; what the old one has begun it finishes\n")
    assert chat(one).status == 200 and len(green.requests) == 1
    assert told(one, "undrain", "blue").stdout == "blue in_use; 0 calls are under way\n"
    assert told(one, "drain", "green").stdout == "green drains; 0 calls are under way\n"
    assert chat(one).status == 200 and len(blue.requests) == 1


def row(one, name):
    return next(row for row in json.loads(told(one, "status", "-o", "json").stdout) if row["endpoint"] == name)


def reload(one):
    one.write()
    done = run_exeat("reload", "-c", one.config_path)
    assert done.returncode == 0, done.stderr


def warming_pair(gate, engines, **more):
    blue, green = engines(2)
    green.is_loading = True
    both = [member(blue, "blue", engine="llama.cpp"), member(green, "green", engine="llama.cpp", standby=True)]
    one = gate(inference=both, rules=[reroute("shop")], **more)
    wait_for(lambda: (row(one, "blue")["state"], row(one, "green")["state"]) == ("ready", "warming"), "the states")
    return one, blue, green


@pytest.mark.parametrize("revokes", [["undrain", "blue"], ["drain", "green"]])
def test_a_swap_that_waits_is_seen_and_can_be_taken_back(gate, engines, revokes):
    one, _, green = warming_pair(gate, engines)
    assert told(one, "swap", "blue", "green").stdout == "it is done once the new one is warm\n"
    waits = row(one, "green")
    assert waits["order"] == "comes_in" and waits["remark"] == "instead of blue, once it is ready; it answers 503 when it is asked how it is"
    assert "green does not come in for blue any more" in told(one, *revokes).stdout
    green.is_loading = False
    wait_for(lambda: row(one, "green")["state"] == "ready", "the new one")
    assert row(one, "blue")["order"] == "in_use" and row(one, "green")["order"] in ("stands_by", "drains")


def test_a_reload_that_exchanges_who_stands_by_replaces_orders_and_a_swap_that_waits(gate, engines):
    one, blue, green = warming_pair(gate, engines)
    assert told(one, "swap", "blue", "green").returncode == 0
    one.merge({"inference": [member(blue, "blue", engine="llama.cpp", standby=True), member(green, "green", engine="llama.cpp")]})
    reload(one)
    wait_for(lambda: (row(one, "blue")["order"], row(one, "green")["order"]) == ("stands_by", "in_use"), "the word of the file")
    green.is_loading = False
    wait_for(lambda: row(one, "green")["state"] == "ready", "the new one")
    assert (row(one, "blue")["order"], row(one, "green")["order"]) == ("stands_by", "in_use")
    assert told(one, "drain", "green").returncode == 0
    one.merge({"limits": {"drain": "7s"}})
    reload(one)
    assert row(one, "green")["order"] == "drains"


def test_why_an_endpoint_is_down_stands_in_the_table_and_in_the_log(gate, things, tmp_path):
    (tmp_path / "other").mkdir()
    far = Engine(certificate=Root(tmp_path / "other").issue("127.0.0.1"))
    things.append(far)
    more = {"engine": "llama.cpp", "health": {"every": "1h"}, "expect_digest": f"sha256:{DIGEST}", "digest_file": "none"}
    one = gate(inference=[{**local(far.port, name="far", **more), "endpoint": f"https://127.0.0.1:{far.port}"}, CANNED], rules=[reroute("far", "canned")])
    wait_for(lambda: row(one, "far")["state"] == "down", "the state")
    remark = row(one, "far")["remark"]
    assert "certificate" in remark and "wrong_model" not in remark and "model_unknown" not in remark
    assert [event["why"] for event in one.events("inference_state")] == [remark]


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["drain", "pink"], "the configuration has no endpoint 'pink'"),
        (["swap", "blue", "blue"], "an endpoint cannot take its own place"),
        (["swap", "blue", "plain"], "nobody knows when it is warm"),
        (["swap", "blue", "red"], "rule stay would be left without it"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused_in_words(gate, engines, words, sentence):
    blue, plain, red = engines(3)
    both = [member(blue, "blue", engine="llama.cpp"), local(plain.port, name="plain"), local(red.port, name="red", engine="llama.cpp")]
    one = gate(inference=both, rules=[reroute("shop", "plain"), {**reroute("red"), "id": "red", "hosts": ["red.example"], "schemes": ["http"]}])
    done = told(one, *words)
    assert done.returncode == 1 and sentence in done.stderr and done.stdout == ""


def test_an_order_to_nobody_says_what_to_look_at(gate):
    one = gate(inference=[CANNED], rules=[reroute("canned")])
    assert told(one, "status").stdout.splitlines()[1:] == []
    bad = told(one, "drain", "two words")
    assert bad.returncode == 2 and "'two words' is not the name of an endpoint" in bad.stderr
    one.stop()
    done = told(one, "drain", "canned")
    assert done.returncode == 5 and "no gate answers on listen.control" in done.stderr


# --- the recipe of the page ------------------------------------------------------------------------------------------

PAGE = (TOP / "docs/operations.md").read_text().partition("## A new model without a pause\n")[2].partition("\n## ")[0]


@pytest.fixture
def near():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="near-"))
    yield folder
    shutil.rmtree(folder)


def test_the_recipe_of_the_page_puts_a_new_model_in_place_of_the_old(gate, things, near):
    written = PAGE.partition("<!-- recipe -->\n")[2].partition("<!-- end of recipe -->")[0].replace("/run/llama", str(near))
    recipe = yaml.safe_load(textwrap.dedent(written))
    for entry in recipe["inference"]:
        things.append(Engine(address=entry["endpoint"].removeprefix("unix:")))
        pathlib.Path(entry["digest_file"]).write_text(entry["expect_digest"].removeprefix("sha256:") + "  model.gguf\n")
    blue, green = recipe["inference"]
    one = gate(inference=[blue], rules=recipe["rules"])
    wait_for(lambda: row(one, "blue")["state"] == "ready", "the old one")
    steps = [words.split() for words in re.findall(r"`exeat ([^`]+)`", PAGE.partition("1. ")[2].partition("\n\n")[0])]
    assert steps == [
        ["check", "--strict", "--online"], ["reload"], ["control", "swap", "blue", "green"], ["control", "status"], ["reload"]
    ]  # fmt: skip
    one.merge(recipe)
    one.write()
    for words in steps[:3]:
        done = run_exeat(*words, "-c", one.config_path)
        assert done.returncode == 0, done.stdout + done.stderr
    wait_for(lambda: (row(one, "blue")["order"], row(one, "green")["order"]) == ("drains", "in_use"), "the swap")
    assert row(one, "blue")["outstanding"] == 0 and chat(one).status == 200
    green["standby"], blue["standby"] = False, True
    one.write()
    assert run_exeat(*steps[4], "-c", one.config_path).returncode == 0
    wait_for(lambda: (row(one, "blue")["order"], row(one, "green")["order"]) == ("stands_by", "in_use"), "the file's word")
    assert chat(one).status == 200 and not things[0].calls() and len(things[1].calls()) == 2
