# SPDX-License-Identifier: Apache-2.0
"""`exeat check --online`: each endpoint says what it is, and what is wrong with it stands in one line."""
import json

import pytest
from support.gate import free_port, run_exeat
from support.origin import Handler, Origin

OPENAI = {"data": [{"id": "mistral-7b"}, {"id": "other"}]}
OLLAMA = {"models": [{"name": "mistral-7b:latest", "digest": "00"}]}


class Pages(Handler):
    def serve(self):
        self.note(self.read_body())
        status, tree = self.server.origin.pages.get(f"{self.command} {self.path}", (404, {"error": "no"}))
        self.reply(json.dumps(tree).encode(), status, "application/json")

    do_GET = do_POST = serve


class Server(Origin):
    def __init__(self, pages):
        self.pages = pages
        super().__init__(None, Pages)


@pytest.fixture
def checked(things, tmp_path):
    """The exit code and the line about an endpoint with these pages, or none at all."""

    def check(pages, dialect, **more):
        port = free_port()
        if pages is not None:
            things.append(Server(pages))
            port = things[-1].port
        endpoint = {"name": "one", "endpoint": f"http://127.0.0.1:{port}", "dialect": dialect, "models": {"*": "mistral-7b"}, **more}
        canned = {"name": "canned", "builtin": "canned"}
        rule = {"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "schemes": ["http"], "inference": ["one", "canned"]}
        path = tmp_path / "exeat.yaml"
        path.write_text(json.dumps({"version": 1, "inference": [endpoint, canned], "rules": [rule]}))
        done = run_exeat("check", "--online", "-c", path)
        return done.returncode, next(line for line in done.stdout.splitlines() if line.startswith("inference one: "))

    return check


def test_no_name_of_a_model_moves_a_terminal(checked):
    names = ["mistral-7b", *(f"m{sign}" for sign in ("\x1b[31m", "\x7f", "\x9b31m", "\x85", "\u202e"))]
    _, line = checked({"GET /v1/models": (200, {"data": [{"id": name} for name in names]})}, "openai")
    assert "mistral-7b" in line and line.isprintable()


def test_a_probe_goes_where_calls_may_go_and_nowhere_else(checked):
    """A metadata service is asked by nobody: not under a name of its own, nor by its address."""
    code, line = checked({}, "openai", endpoint="http://169.254.169.254:80")
    assert code == 1 and "cannot be asked: the address is a metadata service" in line


@pytest.mark.parametrize(
    "dialect, pages, words",
    [
        ("openai", {"GET /v1/models": (200, OPENAI)}, "answers, speaks openai, and has mistral-7b, other"),
        ("ollama", {"GET /api/tags": (200, OLLAMA)}, "answers, speaks ollama, and has mistral-7b:latest"),
        (
            "anthropic",
            {"GET /v1/models": (200, OPENAI), "POST /v1/messages": (400, {})},
            "answers, speaks anthropic, and has mistral-7b, other",
        ),
        (
            "responses",
            {"GET /v1/models": (200, OPENAI), "POST /v1/responses": (400, {})},
            "answers, speaks responses, and has mistral-7b, other",
        ),
        (
            "responses",
            {"GET /v1/models": (200, OPENAI), "POST /v1/responses": (500, {})},
            "answers, speaks responses, and has mistral-7b, other",
        ),
    ],
)
def test_an_endpoint_that_is_as_it_must_be_is_told_with_its_models(checked, dialect, pages, words):
    assert checked(pages, dialect) == (0, "inference one: " + words)


@pytest.mark.parametrize(
    "dialect, pages, words",
    [
        ("ollama", {"GET /v1/models": (200, OPENAI)}, "does not answer /api/tags as who speaks ollama (404); it answers /v1/models: `dialect: openai`"),
        ("openai", {"GET /api/tags": (200, OLLAMA)}, "does not answer /v1/models as who speaks openai (404); it answers /api/tags: `dialect: ollama`"),
        ("openai", {}, "does not answer /v1/models as who speaks openai (404)"),
        (
            "anthropic",
            {"GET /v1/models": (200, OPENAI)},
            "does not answer /v1/messages (404): it does not speak anthropic; it answers /v1/models: `dialect: openai`",
        ),
        (
            "responses",
            {"GET /v1/models": (200, OPENAI)},
            "does not answer /v1/responses (404): it does not speak responses; it answers /v1/models: `dialect: openai`",
        ),
        (
            "responses",
            {"GET /v1/models": (200, OPENAI), "POST /v1/responses": (501, {})},
            "does not answer /v1/responses (501): it does not speak responses; it answers /v1/models: `dialect: openai`",
        ),
        ("responses", {"GET /v1/models": (200, OPENAI), "POST /v1/responses": (401, {})}, "answers 401: it wants (another) `key_file`"),
        ("responses", {"GET /v1/models": (200, OPENAI), "POST /v1/responses": (503, {})}, "is warming: it answers 503 while it loads its model"),
        ("responses", {"GET /api/tags": (200, OLLAMA)}, "does not answer /v1/models as who speaks responses (404); it answers /api/tags: `dialect: ollama`"),
        ("openai", {"GET /v1/models": (200, {"data": [{"id": "a b"}]})}, "has no model 'mistral-7b', which `models` maps to; it lists a?b"),
        ("openai", {"GET /v1/models": (503, {})}, "is warming: it answers 503 while it loads its model"),
        ("openai", {"GET /v1/models": (401, {})}, "answers 401: it wants (another) `key_file`"),
        ("openai", {"GET /v1/models": (200, ["x"])}, "does not answer /v1/models as who speaks openai (200)"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_told(checked, dialect, pages, words):
    assert checked(pages, dialect) == (1, "inference one: " + words)


def test_an_endpoint_that_is_not_there_cannot_be_asked(checked):
    code, line = checked(None, "openai")
    assert code == 1 and line.startswith("inference one: cannot be asked: ")


def test_an_engine_with_one_model_answers_by_any_name(checked):
    code, line = checked({"GET /v1/models": (200, {"data": [{"id": "/m/tiny.gguf"}]})}, "openai", engine="llama.cpp")
    assert (code, line) == (0, "inference one: answers, speaks openai, and has /m/tiny.gguf")


@pytest.mark.parametrize(
    "digest, code, words",
    [
        ("sha256:" + "00" * 32, 0, "has mistral-7b:latest"),
        ("ff" * 32, 1, "; but its model is sha256:" + "ff" * 32 + ", and not that of `expect_digest`: no calls (wrong_model)"),
        ("00", 1, "; but it does not tell the digest of its model, which `expect_digest` demands: no calls (model_unknown)"),
    ],
)
def test_an_endpoint_with_another_model_than_expected_is_told(checked, digest, code, words):
    tags = {"models": [{"name": "mistral-7b:latest", "digest": digest}]}
    pages = {"GET /api/tags": (200, tags), "GET /api/version": (200, {"version": "1"})}
    done = checked(pages, "ollama", engine="ollama", expect_digest="sha256:" + "00" * 32)
    assert done[0] == code and done[1].endswith(words)


def test_a_digest_file_that_is_not_there_is_told(checked):
    pages = {"GET /v1/models": (200, OPENAI), "GET /health": (200, {}), "GET /props": (200, {})}
    code, line = checked(pages, "openai", engine="llama.cpp", expect_digest="sha256:" + "00" * 32, digest_file="nowhere")
    assert code == 1 and "no digest stands in its `digest_file`" in line
