# SPDX-License-Identifier: Apache-2.0
"""What an endpoint is: asked when a policy comes in force, told by its pages and by files, and on record with each change."""
import json
import os

import pytest
from support.gate import ask, free_port
from support.llm import CHAT, call, local, reroute
from support.origin import Handler, Origin
from support.wait import wait_for

OPENAI = {"data": [{"id": "mistral-7b"}]}
OLLAMA = {"models": [{"name": "mistral-7b:latest", "digest": "00"}]}
ANSWER = {"model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
DIGESTS = ["00112233445566778899aabbccddeeff" * 2, "ffeeddccbbaa99887766554433221100" * 2]


class Pages(Handler):
    def serve(self):
        self.read_body()
        self.server.origin.asked.append(f"{self.command} {self.path}")
        status, tree = self.server.origin.pages.get(f"{self.command} {self.path}", (404, {"error": "no"}))
        self.reply(json.dumps(tree).encode(), status, "application/json")

    do_GET = do_POST = serve


class Server(Origin):
    def __init__(self, pages):
        self.pages = {"POST /v1/chat/completions": (200, ANSWER), **pages}
        self.asked = []
        super().__init__(None, Pages)


@pytest.fixture
def server(things):
    def make(pages):
        things.append(Server(pages))
        return things[-1]

    return make


def status_of(one, name="local"):
    """The words of its line."""
    line = next(line for line in one.control("inference").splitlines() if line.startswith(name + " "))
    return dict(word.split("=", 1) for word in line.split(" ") if "=" in word), line


def models(one):
    """The MODEL records: what each says, and its digest."""
    return [(record["detail"], record.get("digest")) for record in one.export() if record["kind"] == "model"]


def chat(one):
    with one.secure("api.openai.com") as connection:
        assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    decision = one.decisions()[-1]
    return one.outcome_of(decision)


def put(path, text):
    """At once: whoever reads it meanwhile has one of the two."""
    made = path.with_suffix(".new")
    made.write_text(text)
    os.replace(made, path)


def rewrite(one):
    one.write()
    assert one.control("reload").startswith("ok")


# --- whose words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dialect, pages",
    [
        ("openai", {"GET /v1/models": (200, OPENAI)}),
        ("ollama", {"GET /api/tags": (200, OLLAMA)}),
        ("responses", {"GET /v1/models": (200, OPENAI), "POST /v1/responses": (400, {})}),
    ],
)
def test_a_gate_that_starts_asks_each_endpoint_what_it_speaks_and_status_shows_it(gate, server, dialect, pages):
    one = gate(inference=[local(server(pages).port, dialect=dialect)], rules=[reroute("local")])
    wait_for(lambda: status_of(one)[0]["speaks"] == dialect, "its words to be known")
    assert [event["said"] for event in one.events("inference_asked")] == [f"answers, speaks {dialect}, and has mistral-7b" + (":latest" if dialect == "ollama" else "")]


def test_an_endpoint_that_is_not_what_the_file_has_it_for_is_told_and_gets_calls_all_the_same(gate, server):
    there = server({"GET /v1/models": (200, {"data": [{"id": "other"}]}), "GET /health": (200, {})})
    one = gate(inference=[local(there.port, health={"every": "50ms"})], rules=[reroute("local")])
    why = "has no model 'mistral-7b', which `models` maps to; it lists other"
    wait_for(lambda: one.events("inference_misfit"), "it to be told")
    assert [event["why"] for event in one.events("inference_misfit")] == [why]
    fields, line = status_of(one)
    assert fields["speaks"] == "-" and line.endswith(" it " + why)
    assert chat(one)["inference"] == "local"
    there.pages["GET /v1/models"] = (200, OPENAI)
    wait_for(lambda: status_of(one)[0]["speaks"] == "openai", "it to be asked again")
    assert len(one.events("inference_misfit")) == 1


def test_an_endpoint_that_loads_is_asked_once_it_is_ready(gate, server):
    there = server({"GET /v1/models": (503, {}), "GET /health": (503, {})})
    one = gate(inference=[local(there.port, health={"every": "50ms"})], rules=[reroute("local")])
    wait_for(lambda: one.events("inference_unasked"), "it to be found loading")
    there.pages |= {"GET /v1/models": (200, OPENAI), "GET /health": (200, {})}
    wait_for(lambda: status_of(one)[0]["speaks"] == "openai", "its words to be known")
    assert len(one.events("inference_unasked")) == 1


def test_nobody_is_asked_that_is_behind_a_proxy_or_canned(gate, server):
    there = server({})
    proxies = {"corp": {"url": f"http://127.0.0.1:{there.port}"}}
    far = {"name": "far", "endpoint": "http://far.example:8000", "via": "corp"}
    one = gate(proxies=proxies, inference=[far, {"name": "canned", "builtin": "canned"}, local(free_port(), name="gone")],
               rules=[reroute("far", "canned", "gone")])
    wait_for(lambda: one.events("inference_unasked"), "the last of them to be asked")
    assert [event["endpoint"] for event in one.events("inference_unasked")] == ["gone"] and not there.asked


# --- which model, and where -----------------------------------------------------------------------------------------


def test_a_digest_in_a_file_is_in_each_record_and_its_change_on_record_be_the_engine_asked_or_not(gate, server, tmp_path):
    there = server({"GET /v1/models": (200, OPENAI), "GET /health": (200, {})})
    beside = tmp_path / "model.sha256"
    beside.write_text(DIGESTS[0] + "  model.gguf\n")
    one = gate(inference=[local(there.port, digest_file=str(beside))], rules=[reroute("local")])
    wait_for(lambda: models(one) == [("endpoint=local", DIGESTS[0])], "the first digest to be on record")
    assert chat(one)["model_digest"] == DIGESTS[0]
    put(beside, DIGESTS[1] + "\n")
    one.config["inference"][0]["slots"] = 8  # another policy reads it at once
    rewrite(one)
    wait_for(lambda: len(models(one)) == 2, "the next to be on record")
    assert chat(one)["model_digest"] == DIGESTS[1]
    one.config["inference"][0]["health"] = {"every": "50ms"}
    rewrite(one)
    wait_for(lambda: status_of(one)[0]["state"] == "ready", "it to be asked how it is")
    put(beside, DIGESTS[0] + "\n")
    wait_for(lambda: len(models(one)) == 3, "the change to be seen without a reload")
    assert [digest for _, digest in models(one)] == [DIGESTS[0], DIGESTS[1], DIGESTS[0]]
    assert chat(one)["model_digest"] == DIGESTS[0]


def test_another_adapter_or_region_is_on_record(gate, server, tmp_path):
    there = server({"GET /v1/models": (200, OPENAI), "GET /health": (200, {}), "GET /props": (200, {"model_alias": "tiny", "build_info": "b1"})})
    label = tmp_path / "region"
    label.write_text("eu-central\n")
    one = gate(
        inference=[local(there.port, engine="llama.cpp", health={"every": "1h"}, adapter="shop-de", region_file=str(label)),
                   local(free_port(), name="far", region="us-east")],
        rules=[reroute("local", "far")],
    )
    known = "endpoint=local model=tiny version=b1"
    wait_for(lambda: len(models(one)) == 2, "both to be on record")
    assert sorted(detail for detail, _ in models(one)) == [
        "endpoint=far region=us-east region_from=configuration", f"{known} adapter=shop-de region=eu-central region_from=file"]
    one.config["inference"][0]["adapter"] = "shop-fr"
    rewrite(one)
    wait_for(lambda: len(models(one)) == 3, "the other adapter to be on record")
    put(label, "eu-west\n")
    wait_for(lambda: len(models(one)) == 4, "the other region to be on record")
    assert [detail for detail, _ in models(one)[2:]] == [
        f"{known} adapter=shop-fr region=eu-central region_from=file", f"{known} adapter=shop-fr region=eu-west region_from=file"]
    outcome = chat(one)
    assert (outcome["adapter"], outcome["region"], outcome["region_from"]) == ("shop-fr", "eu-west", "file")
    one.config["inference"][0]["slots"] = 8
    rewrite(one)
    put(label, "eu-north\n")
    wait_for(lambda: len(models(one)) > 4, "the region behind it to be on record")
    assert [detail for detail, _ in models(one)[4:]] == [f"{known} adapter=shop-fr region=eu-north region_from=file"]  # nothing before was another
