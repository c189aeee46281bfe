# SPDX-License-Identifier: Apache-2.0
"""Calls to language models: answered here, refused in the caller's words, and never with the vendor."""
import json
import ssl

from support.gate import read_reply

from .doors import ask, connect
from .table import Told, Try, case

CHAT = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).encode()


def secure(yard, host, port=443, bundle=None):
    connection, head = yard.gate.tunnel(host, port)
    assert head.startswith(b"HTTP/1.1 200"), head
    return ssl.create_default_context(cafile=str(bundle or yard.bundle)).wrap_socket(connection, server_hostname=host)


def call(path, body=CHAT, fields=b"", host="api.openai.com", method=b"POST"):
    """The answer is its status, and whether an error has the shape that the vendor's SDK reads."""

    def run(yard):
        with secure(yard, host) as connection:
            length = b"Content-Length: %d\r\n" % len(body) if b"Transfer-Encoding" not in fields else b""
            connection.sendall(b"%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer sk-mark\r\n%s%s\r\n%s" % (method, path, host.encode(), length, fields, body))
            reply = read_reply(connection)
            return reply.status, "error" in json.loads(reply.body or b"{}")

    return Try(f"{host} {path!r}", run)


ANSWERED = (200, False)
REROUTED = Told("reroute", "rule")


def answered(one):
    return one.leaves(ANSWERED, REROUTED)


def refused(one, reason, status=403):
    return one.refused((status, True), reason)


def stands_in(yard):
    """The model that answers is the gate's own, and no key of the caller's goes on to it."""
    before = len(yard.model.requests)
    with secure(yard, "api.openai.com") as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nAuthorization: Bearer sk-mark\r\nContent-Length: %d\r\n\r\n%s" % (len(CHAT), CHAT))
        status = read_reply(connection).status
    (request,) = yard.model.requests[before:]
    return status, "sk-mark" in repr(request), request["target"]


def untrusting(yard):
    """A client that trusts other roots breaks off at once."""
    try:
        secure(yard, "api.openai.com", bundle=yard.root.path)
    except ssl.SSLError:
        return "broken off"


def down(yard):
    """The endpoint does not answer: whoever calls hears it, and the vendor hears nothing."""
    yard.model.status = 500
    try:
        with secure(yard, "api.openai.com") as connection:
            connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: %d\r\n\r\n%s" % (len(CHAT), CHAT))
            reply = read_reply(connection)
            return reply.status, "error" in json.loads(reply.body)
    finally:
        yard.model.status = 200


def half_a_body(yard):
    before = len(yard.model.requests)
    with secure(yard, "api.openai.com") as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 1000\r\n\r\n{\"model\"")
        connection.unwrap()
    return len(yard.model.requests) - before


def chunked(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


SOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

case(89, "A call is answered by the model of the house, which gets no key of the caller's", "LLM",
     Try("chat", stands_in).leaves((200, False, "/v1/chat/completions"), REROUTED))
case(90, "A call that cannot be answered here is refused, and does not go to the vendor", "LLM",
     *(refused(call(path), "llm_operation") for path in (b"/v1/files", b"/v2/files", b"/v1/fine_tuning/jobs", b"/", b"/v1/chat/completions/x", b"/v1/images/generations")),
     refused(call(b"/v1/chat/completions", method=b"DELETE"), "llm_operation"))
case(91, "A base URL without its version, or with a slash too many, has a clear answer", "LLM",
     answered(call(b"/chat/completions")), refused(call(b"/v1/chat/completions/"), "llm_operation"), answered(call(b"/v1//chat/completions")))
case(92, "A model that is down is a refusal, not a reason to ask the vendor", "LLM",
     Try("500", down).leaves((503, True), Told("reroute", "rule", "inference_down")),
     by=("scenario/test_llm.py::test_a_dead_endpoint_is_passed_over_and_nobody_asks_the_vendor",))
case(93, "A stream that breaks, stalls or is left ends as its client can tell", "LLM",
     by=("scenario/test_llm_streams.py::test_a_stream_that_breaks_ends_with_an_error_event_and_a_reset", "scenario/test_llm_streams.py::test_a_stall_is_no_policy",
         "scenario/test_llm.py::test_a_client_that_leaves_cancels_the_call"))
case(94, "A call whose body does not come whole is not made", "LLM", Try("half a body", half_a_body).leaves(0, Told("reroute", "client_gone")))
case(95, "A vendor has other names and no address", "LLM, CONNECT",
     *(answered(call(b"/v1/chat/completions", host=host)) for host in ("eu.api.openai.com", "us.api.openai.com")),
     *(refused(call(b"/v1/files", host=host), "llm_operation") for host in ("api.openai.com", "shop.openai.azure.com")),
     connect(b"198.51.100.9:443").refused(403, "no_rule"), connect(b"[2001:db8::9]:443").refused(403, "no_rule"))
case(96, "A body is read as it is, or refused", "LLM",
     call(b"/v1/chat/completions", b"\x1f\x8b\x08\0", b"Content-Encoding: gzip\r\n").malformed((415, True), "body_encoded"),
     call(b"/v1/chat/completions", CHAT, b"Content-Encoding: br\r\n").malformed((415, True), "body_encoded"),
     answered(call(b"/v1/chat/completions", chunked(CHAT), b"Transfer-Encoding: chunked\r\n")))
case(97, "A WebSocket to a vendor is not opened", "LLM",
     refused(call(b"/v1/realtime?model=gpt-4o", b"", SOCKET, method=b"GET"), "llm_operation"))
case(98, "A client that does not trust the gate's authority breaks off, on record", "LLM",
     Try("other roots", untrusting).refused("broken off", "client_tls", verdict="reroute"))

# What stands in no list.
case(133, "A vendor's name in other letters, with a dot, or at another port is that vendor", "LLM, CONNECT, DNS",
     answered(call(b"/v1/chat/completions", host="API.OpenAI.com")),
     ask(b"GET http://api.openai.com./ HTTP/1.1\r\nHost: x\r\n\r\n").refused(403, "llm_guard"))
case(134, "A call with two models, or none that is text, is no call", "LLM",
     *(call(b"/v1/chat/completions", body).leaves((400, True), Told("error", "malformed_body")) for body in
       (b"", b"{", b"[]", b"null", b'{"model":1,"messages":[]}', b'{"model":"a","model":"b","messages":[]}', b"\xff\xfe{}")))
