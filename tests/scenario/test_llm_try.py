# SPDX-License-Identifier: Apache-2.0
"""exeat llm try: what an application would get, without a gate, from endpoints that are well and from those that are not."""
import json
import pathlib
import shutil
import tempfile

import pytest
import yaml
from support.certificates import Root
from support.gate import free_port, run_exeat
from support.inference import Inference, InferenceHandler
from support.llm import CANNED, local, reroute, whole

PROVIDERS = ["openai", "anthropic", "gemini", "bedrock", "cohere", "mistral", "ollama"]


TLS = {"authority": {"certificate": "ca.pem", "key": "ca.key", "names": ["@llm"]}}  # no gate has to run: it is not made


@pytest.fixture
def attempt(tmp_path):
    """The reports of one run over these sections, and its code."""

    def run(*words, inference, rules=None, **sections):
        names = [entry["name"] for entry in inference]
        config = {"version": 1, "tls": TLS, "inference": inference, "rules": rules or [reroute(*names)], **sections}
        path = tmp_path / "exeat.yaml"
        path.write_text(yaml.safe_dump(config))
        done = run_exeat("llm", "try", "-c", path, "-o", "json", *words)
        return (json.loads(done.stdout) if done.stdout else done.stderr), done.returncode

    return run


@pytest.fixture
def engine(things):
    made = Inference()
    things.append(made)
    return made


def remarks(reports):
    return [" ".join(report["remarks"]) for report in reports]


def test_each_vendors_call_is_answered_whole_and_in_a_stream(attempt, engine):
    reports, code = attempt(inference=[local(engine.port)])
    assert code == 0, reports
    assert [report["provider"] for report in reports] == [name for name in PROVIDERS for _ in range(2)]
    assert {report["outcome"] for report in reports} == {"answered"} and {report["endpoint"] for report in reports} == {"local"}
    assert [report["stream"] for report in reports] == [False, True] * len(PROVIDERS)
    assert all("local" in report["answer"] and "answer" in report["answer"] for report in reports)
    assert all(report["remarks"] == [] and report["whole_ms"] >= report["first_ms"] for report in reports)
    assert [json.loads(request["body"])["model"] for request in engine.requests] == ["mistral-7b"] * len(reports)


def test_an_answer_is_what_the_vendors_library_would_get(attempt, engine):
    (plain, stream), code = attempt("anthropic", inference=[local(engine.port)])
    answer = json.loads(plain["answer"])
    assert code == 0 and answer["type"] == "message" and answer["model"] == "claude-sonnet-4-5"
    assert "event: message_stop" in stream["answer"]


def test_a_ranking_is_tried_where_it_is_asked_for(attempt, engine):
    (report,), code = attempt("rerank", inference=[local(engine.port)])
    assert (code, report["outcome"], report["stream"]) == (0, "answered", False)
    assert [one["index"] for one in json.loads(report["answer"])["results"]] == [1, 0]
    engine.status = 501
    (report,), code = attempt("rerank", inference=[local(engine.port)])
    assert code == 1 and "--reranking" in " ".join(report["remarks"])


def test_people_get_a_line_for_each_call_and_what_was_said(tmp_path, engine):
    path = tmp_path / "exeat.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "tls": TLS, "inference": [local(engine.port)], "rules": [reroute("local")]}))
    done = run_exeat("llm", "try", "-c", path, "openai")
    assert done.returncode == 0 and done.stderr == ""
    assert "openai     whole  answered     by local, first content after " in done.stdout
    assert '"content":"local answer"' in done.stdout.replace('": "', '":"')


def shown(tmp_path, engine, word):
    path = tmp_path / "exeat.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "tls": TLS, "inference": [local(engine.port)], "rules": [reroute("local")]}))
    done = run_exeat("llm", "try", "-c", path, word)
    assert all(line.isprintable() for line in done.stdout.split("\n")), done.stdout
    return done


def test_what_is_no_text_does_not_get_to_the_terminal(tmp_path, engine):
    done = shown(tmp_path, engine, "bedrock")
    assert done.returncode == 0 and "messageStart?:content-type???application/json" in done.stdout


@pytest.mark.parametrize("status", [b"200 OK", b"400 Bad Request"])
def test_nothing_that_an_endpoint_says_moves_a_terminal(tmp_path, engine, status):
    """As it is, also where JSON does not allow it, and escaped."""
    signs = "\x1b[31m \x7f \x9b31m \x85 \u202e \u2028"
    for text in (signs, signs[6:], json.dumps(signs)[1:-1]):
        body = json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "HERE"}}], "error": {"message": "HERE"}})
        engine.raw = whole(body.replace("HERE", f"so {text} so").encode(), status)
        shown(tmp_path, engine, "openai")


def test_a_host_of_the_catalogue_is_called_as_it_is(attempt, engine):
    reports, code = attempt("api.groq.com", inference=[local(engine.port)])
    assert code == 0 and {report["host"] for report in reports} == {"api.groq.com"}


@pytest.mark.parametrize("word", ["nobody", "shop.example", "api.elevenlabs.io"])
def test_who_is_no_provider_is_told_so(attempt, engine, word):
    said, code = attempt(word, inference=[local(engine.port)])
    assert code == 2 and f"'{word}' is no provider" in said and "openai, anthropic" in said
    assert engine.requests == []


def test_what_the_policy_does_not_reroute_is_not_called(attempt, engine):
    rules = [{"id": "out", "verdict": "allow", "hosts": ["api.openai.com"]}, {**reroute("local"), "hosts": ["api.anthropic.com"]}]
    reports, code = attempt(inference=[local(engine.port)], rules=rules)
    by = {report["provider"]: report for report in reports}
    assert by["anthropic"]["outcome"] == "answered" and by["openai"]["outcome"] == "not rerouted"
    assert "allow by rule out" in remarks([by["openai"]])[0]
    assert len(engine.requests) == 2 and code == 0
    assert attempt("openai", inference=[local(engine.port)], rules=rules)[1] == 1


def test_calls_of_a_client_are_those_of_its_rules(attempt, engine):
    rules = [{**reroute("local"), "from": ["php"]}]
    clients = {"php": {"address": "127.0.0.0/8"}}
    assert attempt("openai", inference=[local(engine.port)], rules=rules, clients=clients)[1] == 1
    assert attempt("openai", "--from", "php", inference=[local(engine.port)], rules=rules, clients=clients)[1] == 0
    said, code = attempt("openai", "--from", "else", inference=[local(engine.port)], rules=rules, clients=clients)
    assert code == 2 and "there is no client 'else'" in said


def test_fixed_text_is_shown_and_is_no_endpoints_answer(attempt):
    reports, code = attempt("openai", inference=[CANNED])
    assert code == 1 and {report["outcome"] for report in reports} == {"canned"}
    assert all("Back soon." in report["answer"] for report in reports)


# --- what is wrong ---------------------------------------------------------------------------------------------------


def test_who_is_down_is_told_and_the_next_one_answers(attempt, engine):
    dead = local(free_port(), name="dead")
    reports, code = attempt("openai", inference=[dead, local(engine.port)])
    assert code == 0 and all("dead: " in line and "Connection refused" in line for line in remarks(reports))
    reports, code = attempt("openai", inference=[dead])
    assert code == 1 and {report["outcome"] for report in reports} == {"failed"}


@pytest.mark.parametrize("status, word", [(404, "a name in `models`"), (503, "it loads its model"), (401, "key_file"), (400, "`dialect`"), (500, "its own log")])
def test_a_status_that_is_no_answer_is_told_with_what_to_look_at(attempt, engine, status, word):
    engine.status = status
    reports, code = attempt("openai", inference=[local(engine.port)])
    assert code == 1
    assert all(f"local answered {status} to a call for the model 'mistral-7b'" in line and word in line for line in remarks(reports))


@pytest.mark.parametrize("answer", [b"<html>welcome</html>", b"[1,2]", b""])
def test_who_speaks_otherwise_is_told_so(attempt, engine, answer):
    engine.raw = whole(answer)
    reports, code = attempt("openai", inference=[local(engine.port)])
    assert code == 1 and all("something else than an answer in its dialect" in line for line in remarks(reports))


def test_who_breaks_off_in_a_stream_gave_no_answer(attempt, engine):
    engine.breaks = True
    (plain, stream), code = attempt("openai", inference=[local(engine.port)])
    assert code == 1 and (plain["outcome"], stream["outcome"]) == ("answered", "failed")


def test_who_is_too_slow_is_not_waited_for(attempt, engine):
    engine.hangs = True
    reports, code = attempt("openai", inference=[local(engine.port)], timeouts={"stream": "300ms"})
    assert code == 1 and all("it did not answer in time" in line for line in remarks(reports))


def test_a_certificate_that_is_not_believed_is_told(attempt, things, tmp_path, root):
    far = Inference(root.issue("127.0.0.1"))
    things.append(far)
    (tmp_path / "other").mkdir()
    other = Root(tmp_path / "other")
    endpoint = {**local(far.port), "endpoint": f"https://127.0.0.1:{far.port}"}
    reports, code = attempt("openai", inference=[{**endpoint, "roots": str(other.path)}])
    assert code == 1 and all("certificate" in line for line in remarks(reports))
    assert attempt("openai", inference=[{**endpoint, "roots": str(root.path)}])[1] == 0


def test_an_endpoint_behind_a_unix_socket_is_tried_too(attempt, things):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="near-"))
    near = Inference(address=str(folder / "llama.sock"))
    things.append(near)
    endpoint = {**local(0), "endpoint": f"unix:{folder}/llama.sock"}
    try:
        assert attempt("openai", inference=[endpoint])[1] == 0
    finally:
        shutil.rmtree(folder)


def test_an_endpoint_of_another_dialect_than_is_written_is_told(attempt, engine):
    class Nowhere(InferenceHandler):
        def serve(self):
            self.note(self.read_body())
            self.json({"error": "no such page"}, 404)

        do_GET = do_POST = serve

    engine.server.RequestHandlerClass = Nowhere
    reports, code = attempt("openai", inference=[{**local(engine.port), "dialect": "ollama"}])
    assert code == 1 and all("it knows no such path or model" in line for line in remarks(reports))
    assert {request["target"] for request in engine.requests} == {"/api/chat"}


# --- who gets no calls of a gate ---------------------------------------------------------------------------------------


class Pages(InferenceHandler):
    """With the pages of llama.cpp, which tells no digest."""

    def do_GET(self):
        self.json({"status": "ok"} if self.path == "/health" else {"total_slots": 1})


@pytest.mark.parametrize("content, word", [("ff" * 32, "wrong_model"), ("", "model_unknown"), (None, "model_unknown")])
def test_an_endpoint_with_another_model_than_expected_is_not_tried_and_told(attempt, engine, tmp_path, content, word):
    engine.server.RequestHandlerClass = Pages
    if content is not None:
        (tmp_path / "model.sha256").write_text(content)
    endpoint = {**local(engine.port), "engine": "llama.cpp", "expect_digest": "sha256:" + "00" * 32, "digest_file": "model.sha256"}
    reports, code = attempt("openai", inference=[endpoint])
    assert code == 1 and all(word in line for line in remarks(reports)) and engine.requests == []
    (tmp_path / "model.sha256").write_text("00" * 32)
    assert attempt("openai", inference=[endpoint])[1] == 0


def test_who_stands_by_is_not_tried_and_told(attempt, engine):
    green = {**local(free_port(), name="green"), "engine": "llama.cpp", "standby": True}
    reports, code = attempt("openai", inference=[green, local(engine.port)])
    assert code == 0 and {report["endpoint"] for report in reports} == {"local"}
    assert all("green stands by" in line for line in remarks(reports))


def test_explain_says_who_stands_by_and_where_a_socket_is(tmp_path):
    green = {**local(0, name="green"), "endpoint": "unix:/run/llama/green.sock:/llm", "engine": "llama.cpp", "standby": True}
    config = {"version": 1, "tls": TLS, "inference": [local(8000), green], "rules": [reroute("local", "green")]}
    path = tmp_path / "exeat.yaml"
    path.write_text(yaml.safe_dump(config))
    done = run_exeat("explain", "-c", path, "POST", "https://api.openai.com/v1/chat/completions")
    assert "answered by: local (http://127.0.0.1:8000), then green (unix:/run/llama/green.sock:/llm, stands by)\n" in done.stdout
    done = run_exeat("explain", "-c", path, "-o", "json", "POST", "https://api.openai.com/v1/chat/completions")
    found = json.loads(done.stdout)
    assert (found["inference"], found["stands_by"]) == (["local", "green"], ["green"])


def test_whose_calls_would_be_rerouted_is_named(attempt, engine):
    rules = [{**reroute("local"), "from": ["php", "queue"]}]
    clients = {"php": {"address": "127.0.0.2"}, "queue": {"address": "127.0.0.3"}, "cron": {"address": "127.0.0.4"}}
    reports, code = attempt("openai", inference=[local(engine.port)], rules=rules, clients=clients)
    assert code == 1 and all("try --from php, --from queue" in line and "cron" not in line for line in remarks(reports))
