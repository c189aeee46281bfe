# SPDX-License-Identifier: Apache-2.0
"""LLM calls as bytes, and the parts of a policy that reroutes them."""
import json

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


def call(path, body, host="api.openai.com", method="POST", more=b""):
    data = json.dumps(body).encode() if body is not None else b""
    return (
        b"%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer sk-vendor-secret\r\nOpenAI-Organization: org-secret\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
        % (method.encode(), path.encode(), host.encode(), len(data), more, data)
    )


def local(port, **more):
    return {"name": "local", "endpoint": f"http://127.0.0.1:{port}", "models": {"gpt-4*": "mistral-7b", "*": "mistral-7b"}, **more}


CANNED = {"name": "canned", "builtin": "canned", "text": "Back soon."}


def reroute(*names):
    return {"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": list(names)}


def streamed(body=CHAT, **more):
    return call("/v1/chat/completions", {**body, "stream": True, **more})


def event_stream(*events, head=b"Transfer-Encoding: chunked\r\n", last=b"0\r\n\r\n"):
    """A reply with a chunk for each event."""
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + head + b"\r\n" + chunks + last


def whole(body, status=b"200 OK", more=b""):
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), more, body)
