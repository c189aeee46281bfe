# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a local inference server that speaks the OpenAI API, streaming included, and remembers what it got."""
import json
import socket
import struct
import threading

from .origin import Handler, Origin


def chat_answer(model, text):
    return {
        "id": "chatcmpl-stand-in",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "logprobs": None, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }


def chat_chunk(model, delta, finish=None):
    return {
        "id": "chatcmpl-stand-in",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def models_at(path):
    """Its list of models, as that page has it."""
    names = ("mistral-7b", "tiny", "talker")
    if path.startswith("/api/tags"):
        return {"models": [{"name": name} for name in names]}
    return {"object": "list", "data": [{"id": name} for name in names]}


class InferenceHandler(Handler):
    def json(self, tree, status=200):
        self.reply(json.dumps(tree).encode(), status, "application/json")

    def serve(self):
        body = self.read_body()
        self.note(body)
        call = json.loads(body or b"{}")
        stand_in = self.server.origin
        if self.is_question():
            return self.json(models_at(self.path))
        if stand_in.reads is not None:
            stand_in.reads.wait(60)
        if stand_in.status != 200:
            return self.json({"error": {"message": "no", "type": "server_error", "param": None, "code": None}}, stand_in.status)
        if stand_in.raw is not None:
            return self.answer_raw(stand_in.raw, stand_in.then)
        if stand_in.hangs:
            stand_in.released.wait(60)
            self.close_connection = True
            return None
        operation = self.path.rsplit("/v1/", 1)[-1]
        if operation == "models":
            return self.json({"object": "list", "data": [{"id": "qwen3:8b", "object": "model", "created": 1, "owned_by": "stand-in"}]})
        return {
            "chat/completions": self.answer_chat,
            "completions": self.answer_completions,
            "embeddings": self.answer_embeddings,
            "responses": self.answer_responses,
            "rerank": self.answer_rerank,
        }[operation](call)

    def answer_raw(self, data, then):
        first, *rest = data if isinstance(data, list) else [data]
        self.wfile.write(first)
        self.wfile.flush()
        for piece in rest:
            self.server.origin.steps.acquire(timeout=60)
            self.wfile.write(piece)
            self.wfile.flush()
        if then == "hang":
            self.server.origin.released.wait(60)
        elif then == "reset":
            return self.break_off()
        self.close_connection = self.close_connection or then != "go on"
        return None

    def answer_chat(self, call):
        if not call.get("stream"):
            return self.json(chat_answer(call["model"], "local answer"))
        self.begin_stream()
        self.event(chat_chunk(call["model"], {"role": "assistant", "content": ""}))
        for word in ("local", " ", "answer"):
            self.event(chat_chunk(call["model"], {"content": word}))
            if self.server.origin.steps is not None:
                self.server.origin.steps.acquire(timeout=60)
            if self.server.origin.breaks:
                return self.break_off()
        self.event(chat_chunk(call["model"], {}, "stop"))
        if (call.get("stream_options") or {}).get("include_usage"):
            usage = chat_chunk(call["model"], {})
            usage["choices"] = []
            usage["usage"] = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
            self.event(usage)
        self.chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")
        return None

    def answer_completions(self, call):
        self.json(
            {
                "id": "cmpl-stand-in",
                "object": "text_completion",
                "created": 1,
                "model": call["model"],
                "choices": [{"text": "local answer", "index": 0, "logprobs": None, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
            }
        )

    def answer_embeddings(self, call):
        # As most local servers do: numbers, also to those who asked for base64 and decode what comes without looking.
        self.json(
            {
                "object": "list",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 1.0]}],
                "model": call["model"],
                "usage": {"prompt_tokens": 2, "total_tokens": 2},
            }
        )

    def answer_rerank(self, call):
        """The last document is the best."""
        ranks = [{"index": index, "relevance_score": index / 4} for index in range(len(call["documents"]))][::-1]
        self.json({"model": call["model"], "object": "list", "usage": {"prompt_tokens": 7, "total_tokens": 7}, "results": ranks[: call.get("top_n")]})

    def answer_responses(self, call):
        item = {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "local answer", "annotations": []}],
        }
        whole = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "status": "completed",
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "max_output_tokens": None,
            "metadata": {},
            "temperature": 1.0,
            "top_p": 1.0,
            "model": call["model"],
            "output": [item],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        }
        has_result = isinstance(call["input"], list) and call["input"][-1].get("type") == "function_call_output"
        if call.get("tools") and not has_result:
            return self.answer_responses_with_a_call(call, whole)
        if not call.get("stream"):
            return self.json(whole)
        place = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
        part = item["content"][0]
        self.response_events(
            {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": {**item, "status": "in_progress", "content": []}},
            {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
            {"type": "response.output_text.delta", **place, "delta": "local answer"},
            {"type": "response.completed", "response": whole},
        )
        return None

    def answer_responses_with_a_call(self, call, whole):
        item = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": call["tools"][0]["name"], "arguments": '{"url":"https://x"}', "status": "completed"}
        whole = {**whole, "output": [item]}
        if not call.get("stream"):
            return self.json(whole)
        place = {"item_id": "fc_1", "output_index": 0}
        self.response_events(
            {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": {**item, "arguments": "", "status": "in_progress"}},
            {"type": "response.function_call_arguments.delta", **place, "delta": '{"url":"ht'},
            {"type": "response.function_call_arguments.delta", **place, "delta": 'tps://x"}'},
            {"type": "response.function_call_arguments.done", **place, "arguments": item["arguments"]},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": whole},
        )
        return None

    def response_events(self, *events):
        self.begin_stream()
        for number, event in enumerate(events):
            self.event({**event, "sequence_number": number}, event["type"])
        self.wfile.write(b"0\r\n\r\n")

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, tree, name=None):
        head = f"event: {name}\n" if name else ""
        self.chunk(f"{head}data: {json.dumps(tree)}\n\n".encode())

    def break_off(self):
        """Ends the connection as a crashed server does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    do_GET = do_POST = serve


class Inference(Origin):
    """Knobs: status (another answer), hangs (never answers), reads (an event: the prompt is read), breaks (in mid-stream), steps (a semaphore: one event each), raw
    (the bytes of a reply; a list of them: a step each) and then (what comes after them: close, hang, reset, or go on)."""

    def __init__(self, certificate=None, address="127.0.0.1", handler=InferenceHandler):
        self.status = 200
        self.hangs = False
        self.reads = None
        self.breaks = False
        self.steps = None
        self.raw = None
        self.then = "close"
        super().__init__(certificate, handler, address)

    def pace(self):
        self.steps = threading.Semaphore(0)

    def calls(self):
        return [json.loads(request["body"]) for request in self.requests if request["body"]]
