# SPDX-License-Identifier: Apache-2.0
"""Endpoints that fail, each in one way of its own, and the addresses of vendors, where nobody may be seen."""
import contextlib
import hashlib
import json
import random
import socket
import struct

from .gate import Gate, free_port
from .origin import Listener
from .wait import wait_for

WORD = "data: " + json.dumps({"model": "m", "choices": [{"index": 0, "delta": {"content": "half"}, "finish_reason": None}]}) + "\n\n"
ANSWER = json.dumps({"model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": "half an answer"}, "finish_reason": "stop"}]})


def read_call(connection):
    """The head and the body; nothing when it is no call."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return json.loads(body or b"{}")


def break_off(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def head(call, length=None, status="200 OK"):
    kind = "text/event-stream" if call.get("stream") else "application/json"
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{framing}\r\n".encode()


def chunk(text):
    return b"%x\r\n%s\r\n" % (len(text), text.encode())


def until_gone(connection):
    while connection.recv(65536):
        pass


def dies_reading(connection):
    connection.recv(16)
    break_off(connection)


def dies_midway(connection):
    """It ends in the middle; what has come before the end was sent before it."""
    call = read_call(connection)
    if call is None:
        return
    connection.sendall(head(call) + b"\r\n" + chunk(WORD) if call.get("stream") else head(call, len(ANSWER)) + b"\r\n" + ANSWER[:30].encode())


def objects(status, more=b""):
    def serve(connection):
        while read_call(connection) is not None:
            body = b'{"error":{"message":"not now","type":"x"}}'
            connection.sendall(head({}, len(body), status) + more + b"\r\n" + body)

    return serve


def garbles(connection):
    if read_call(connection) is not None:
        connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")


def hangs(connection):
    if read_call(connection) is not None:
        until_gone(connection)


def resets(connection):
    break_off(connection)


def lies(connection):
    """More is promised than comes."""
    call = read_call(connection)
    if call is not None:
        text = WORD if call.get("stream") else ANSWER
        connection.sendall(head(call, len(text) + 100) + b"\r\n" + text.encode())


def never_ends(connection):
    """An event, or an answer, that goes on and on."""
    call = read_call(connection)
    if call is None:
        return
    begin = WORD[:-12] if call.get("stream") else ANSWER[:-40]
    connection.sendall(head(call) + b"\r\n" + chunk(begin))
    try:
        while True:
            connection.sendall(chunk("x" * 65536))
    except OSError:
        pass


def loads(connection):
    """Its page says that the model is being loaded; no call may come."""
    objects("503 Service Unavailable")(connection)


def answers(connection):
    while (call := read_call(connection)) is not None:
        connection.sendall(head({}, len(ANSWER)) + b"\r\n" + ANSWER.encode() if not call.get("stream") else head(call) + b"\r\n" + chunk(WORD) + b"0\r\n\r\n")


DRILLS = {
    "reading": dies_reading,
    "midway": dies_midway,
    "pace": objects("429 Too Many Requests", b"Retry-After: 1\r\n"),
    "fails": objects("500 Internal Server Error"),
    "garbage": garbles,
    "hangs": hangs,
    "reset": resets,
    "lies": lies,
    "endless": never_ends,
    "warming": loads,
    "swapped": answers,
}


class Vendor:
    """An address of its own, and a server at its port for https that counts who comes."""

    def __init__(self):
        while True:
            self.address = f"127.{random.randint(64, 120)}.{random.randint(1, 250)}.{random.randint(2, 250)}"
            try:
                self.listener = Listener(lambda connection: None, self.address, 443)
                break
            except OSError as reason:
                if reason.errno == 13:
                    raise

    def close(self):
        self.listener.close()


# --- a gate with a client for each of them --------------------------------------------------------------------------------

NAMES = ("down", *DRILLS)
# drill -> status of a whole answer, of a stream ("stream": it fails in the middle), and what the user reads of it; of the stream, if otherwise
SEEN = {
    "down": (503, 503, "no local inference endpoint answered"),
    "reading": (503, 503, "no local inference endpoint answered"),
    "midway": (503, "stream", "within the reply's body", "broke off"),
    "pace": (429, 429, "not now"),
    "fails": (503, 503, "fails answered 500"),
    "garbage": (503, 503, "it does not begin with HTTP/1."),
    "hangs": (503, 503, "the host did not answer"),
    "reset": (503, 503, "no local inference endpoint answered"),
    "lies": (503, "stream", "within the reply's body", "broke off"),
    "endless": (502, "stream", "larger than limits.answer_held"),
    "warming": (503, 503, "no local inference endpoint answered"),
    "swapped": (503, 503, "no local inference endpoint answered"),
}
# drill -> (reason, step, status) of the records of its calls: whole, and of its stream, if otherwise. A step: the endpoint had the call.
RECORDED = {
    "down": [("inference_down", None, 503)],
    "reading": [("inference_down", 1, 503)],
    "midway": [("inference_down", 1, 503), ("upstream_broken", 1, 200)],
    "pace": [(None, 1, 429)],
    "fails": [("inference_down", 1, 503)],
    "garbage": [("inference_down", 1, 503)],
    "hangs": [("inference_down", 1, 503)],
    "reset": [("inference_down", 1, 503), ("inference_down", None, 503)],  # before the call was given, or behind it
    "lies": [("inference_down", 1, 503), ("upstream_broken", 1, 200)],
    "endless": [("answer_too_large", 1, 502), ("answer_too_large", 1, 200)],
    "warming": [("inference_down", 1, 503)],
    "swapped": [("inference_down", None, 503)],
}


PATIENCE = {"hangs": {"first_token": "300ms"}}  # the others do answer, however slow the machine is


def endpoint(name, port):
    more = {
        "warming": {"health": {"path": "/health", "every": "100ms"}, "queue": {"length": 1000, "wait": "100ms"}},
        "swapped": {"health": {"every": "1h"}, "digest_file": "model.sha256", "expect_digest": "sha256:" + "00" * 32},
    }
    return {"name": name, "endpoint": f"http://127.0.0.1:{port}", **more.get(name, {})}


@contextlib.contextmanager
def drilled_gate(folder, vendors):
    """The gate, the endpoints and the vendor: who asks as NAME, with the password "secret", gets the endpoint of that drill."""
    servers = {name: Listener(serve) for name, serve in DRILLS.items()}
    vendor = Vendor()
    (folder / "model.sha256").write_text("ff" * 32 + "  model.gguf\n")
    ports = {"down": free_port(), **{name: server.port for name, server in servers.items()}}
    gate = Gate(
        folder,
        clients={name: {"user": name, "secret_sha256": hashlib.sha256(b"secret").hexdigest()} for name in NAMES},
        inference=[endpoint(name, port) for name, port in ports.items()],
        resolve={"hosts": {host: [vendor.address] for host in vendors}},
        limits={"answer_held": "1MiB"},
        rules=[{"id": name, "from": [name], "verdict": "reroute", "hosts": ["@llm"], "inference": [name], **PATIENCE.get(name, {})} for name in NAMES],
    )
    gate.start()
    try:
        wait_for(lambda: "warming state=warming " in gate.control("inference"), "the endpoint that loads to be known")
        yield gate, servers, vendor
    finally:
        gate.stop()
        vendor.close()
        for server in servers.values():
            server.close()


def records_of_calls(gate):
    """drill -> {(reason, step, status), ...} of all calls that were answered, once all of them are on record."""

    def calls():
        records = gate.export()
        ends = {one["request"]: one for one in records if one["kind"] == "completion"}
        asked = [one for one in records if one["kind"] == "decision" and one["plan"] == "reroute"]
        return [(one["client"], ends[one["request"]]) for one in asked] if all(one["request"] in ends for one in asked) else None

    found = {}
    for drill, end in wait_for(calls, "the outcome of each call"):
        found.setdefault(drill, set()).add((end.get("reason"), end.get("step"), end.get("status")))
    return found


def expect_no_vendor(gate, vendor):
    """Nobody else was asked, and each call is on record as what it was."""
    assert vendor.listener.accepted == 0
    assert "allow" not in {decision["verdict"] for decision in gate.decisions()}
    assert gate.metric(r'exeat_inference_served_total{endpoint="swapped"}') == 0  # another model would have answered: it is asked what it is, and gets no call
    found = records_of_calls(gate)
    assert set(found) == set(RECORDED)
    for drill, records in found.items():
        assert records <= set(RECORDED[drill]) and (records == set(RECORDED[drill]) or drill == "reset"), (drill, records)
