# SPDX-License-Identifier: Apache-2.0
"""Endpoints that fail, each in one way of its own, and the addresses of vendors, where nobody may be seen."""
import json
import random
import socket
import struct

from .origin import Listener

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
