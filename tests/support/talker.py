# SPDX-License-Identifier: Apache-2.0
"""A stand-in for an engine that says what it is asked to say, whole or in pieces: thoughts, a call of the first tool, an object for
a schema, that the context is full, or words."""
import json

from .inference import InferenceHandler, chat_answer, chat_chunk

USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12, "prompt_tokens_details": {"cached_tokens": 4}}
FULL = "request (6023 tokens) exceeds the available context size (2048 tokens), try increasing it"
ARGUMENTS = '{"url":"https://x"}'


class Talker(InferenceHandler):
    def serve(self):
        self.note(body := self.read_body())
        call = json.loads(body or b"{}")
        operation = self.path.rsplit("/v1/", 1)[-1]
        if call.get("model") == "full":
            return self.json({"error": {"code": 400, "message": FULL, "type": "exceed_context_size_error"}}, 400)
        if operation == "models":
            return self.json({"object": "list", "data": [{"id": "qwen3:8b", "object": "model", "created": 1, "owned_by": "stand-in"}]})
        answers = {"chat/completions": self.answer_chat, "completions": self.answer_completions, "embeddings": self.answer_embeddings,
                   "rerank": self.answer_rerank, "responses": self.answer_responses}
        return answers[operation](call)

    def answer_chat(self, call):
        if call.get("tools"):
            return (self.stream_call if call.get("stream") else self.call_tool)(call)
        if call.get("stream"):
            return super().answer_chat(call)
        answer = {**chat_answer(call["model"], '{"a":"b"}' if call.get("response_format") else "local answer"), "usage": USAGE}
        if call["model"] == "thinker":
            answer["choices"][0]["message"]["reasoning_content"] = "hm"
        return self.json(answer)

    def call_tool(self, call):
        name = call["tools"][0]["function"]["name"]
        answer = chat_answer(call["model"], None)
        answer["choices"][0]["message"]["tool_calls"] = [{"id": "c1", "type": "function", "function": {"name": name, "arguments": ARGUMENTS}}]
        answer["choices"][0]["finish_reason"] = "tool_calls"
        self.json(answer)

    def stream_call(self, call):
        """As llama.cpp does: the name first, then the arguments bit by bit."""
        name = call["tools"][0]["function"]["name"]
        pieces = [{"id": "c1", "type": "function", "function": {"name": name, "arguments": ""}},
                  {"function": {"arguments": ARGUMENTS[:10]}}, {"function": {"arguments": ARGUMENTS[10:]}}]
        self.begin_stream()
        for piece in pieces:
            self.event(chat_chunk(call["model"], {"tool_calls": [{"index": 0, **piece}]}))
        self.event(chat_chunk(call["model"], {}, "tool_calls"))
        self.chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = serve
