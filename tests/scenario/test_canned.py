# SPDX-License-Identifier: Apache-2.0
"""Canned answers: to whom which text, and JSON for whoever asked for JSON. Whether a value satisfies a schema is said by
python3-jsonschema."""
import json

import jsonschema
import pytest
from support.gate import ask
from support.llm import CANNED, CHAT, call, reroute, streamed

TEXTS = [
    {"text": "Bald zurück.", "when": {"language": "de"}},
    {"text": "Search rests.", "when": {"tool": "search", "path": "*/chat/completions", "model": "gpt-4*"}},
]
SEARCH = [{"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}]


@pytest.fixture
def shop(gate):
    return gate(inference=[{**CANNED, "texts": TEXTS}], rules=[reroute("canned")])


def content(shop, body, more=b"", path="/v1/chat/completions"):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call(path, body, more=more))
        assert reply.status == 200, reply.body
    answer = json.loads(reply.body)
    return answer["choices"][0]["message"]["content"] if "choices" in answer else answer["output"][0]["content"][0]["text"]


def test_who_is_told_what(shop):
    assert content(shop, CHAT) == "Back soon."  # whoever says no language asks for none
    assert content(shop, CHAT, b"Accept-Language: nl\r\n") == "Back soon."
    assert content(shop, CHAT, b"Accept-Language: en, de-AT;q=0.5\r\n") == "Bald zurück."
    assert content(shop, {**CHAT, "tools": SEARCH}, b"Accept-Language: en\r\n") == "Search rests."
    assert content(shop, {**CHAT, "model": "o3", "tools": SEARCH}, b"Accept-Language: en\r\n") == "Back soon."


def with_schema(schema, **more):
    return {**CHAT, **more, "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}}


REVIEW = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "stars", "tone", "when", "pros", "author"],
    "properties": {
        "title": {"type": "string", "minLength": 20, "maxLength": 60},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        "tone": {"enum": ["calm", "glad"]},
        "when": {"type": "string", "format": "date-time"},
        "pros": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/point"}},
        "author": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["mail"], "properties": {"mail": {"type": "string", "format": "email"}}}]},
        "note": {"type": "string"},
    },
    "$defs": {"point": {"type": "object", "required": ["text", "weight"], "properties": {"text": {"type": "string"}, "weight": {"type": "number", "exclusiveMinimum": 0}}}},
}
SCHEMAS = {
    "review": REVIEW,
    "tree": {"type": "object", "required": ["leaves"], "properties": {"leaves": {"type": "array", "items": {"$ref": "#"}}}},
    "all": {"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "multipleOf": 7, "minimum": 8}}}, {"type": "object", "required": ["b"], "properties": {"b": {"const": None}}}]},
    "map": {"type": "object", "required": ["any"], "additionalProperties": {"type": "boolean"}},
    "tuple": {"type": "object", "required": ["pair"], "properties": {"pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 2}}},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_said_satisfies_the_schema(shop, name):
    value = json.loads(content(shop, with_schema(SCHEMAS[name]), b"Accept-Language: en\r\n"))
    jsonschema.validate(value, SCHEMAS[name], format_checker=jsonschema.FormatChecker())
    if name == "review":
        assert value["title"] == "Back soon..........." and "note" not in value


def test_json_without_a_schema_is_an_object(shop):
    body = {**CHAT, "response_format": {"type": "json_object"}}
    assert json.loads(content(shop, body, b"Accept-Language: en\r\n")) == {"message": "Back soon."}


def test_it_streams_too(shop):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, streamed(with_schema(REVIEW)))
    events = [json.loads(line[6:]) for line in reply.body.decode().splitlines() if line.startswith("data: {")]
    value = json.loads("".join(event["choices"][0]["delta"].get("content", "") for event in events))
    jsonschema.validate(value, REVIEW)


def test_other_vendors_ask_for_json_in_their_own_words(shop):
    body = {"contents": [{"parts": [{"text": "hi"}]}], "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": REVIEW}}
    with shop.secure("generativelanguage.googleapis.com") as connection:
        reply = ask(connection, call("/v1beta/models/gemini-2:generateContent", body, host="generativelanguage.googleapis.com"))
    assert reply.status == 200, reply.body
    jsonschema.validate(json.loads(json.loads(reply.body)["candidates"][0]["content"]["parts"][0]["text"]), REVIEW)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["self"], "properties": {"self": {"$ref": "#"}}},
        {"type": "object", "required": ["code"], "properties": {"code": {"type": "string", "pattern": "^[0-9]{5}$"}}},
        {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 2, "maximum": 1}}},
    ],
)
def test_what_cannot_be_satisfied_is_not_answered_with_something_else(shop, schema):
    with shop.secure("api.openai.com") as connection:
        reply = ask(connection, call("/v1/chat/completions", with_schema(schema)))
    assert reply.status == 503 and json.loads(reply.body)["error"]["code"] == "inference_down"
