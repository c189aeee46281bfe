# SPDX-License-Identifier: Apache-2.0
"""Where endpoints are: behind a Unix socket of this machine, or behind TLS with a word about whom to believe there."""
import base64
import hashlib
import os
import pathlib
import shutil
import socket
import tempfile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from support.certificates import Root
from support.gate import ask, free_port, run_exeat
from support.inference import Inference
from support.llm import CANNED, CHAT, call, local, reroute, streamed
from support.wait import wait_for


def pin_of(path):
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    spki = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(spki).digest()).decode()


def chat(one, request=None):
    with one.secure("api.openai.com") as connection:
        return ask(connection, request or call("/v1/chat/completions", CHAT))


# --- Unix sockets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder():
    """With a short name, so that a socket's path in it is short enough."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="near-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def near(folder, things):
    made = Inference(address=str(folder / "llama.sock"))
    things.append(made)
    return made


def at(path, **more):
    return {**local(0), "endpoint": f"unix:{path}", **more}


def test_an_endpoint_behind_a_unix_socket_answers_whole_and_in_a_stream(gate, near, folder):
    one = gate(inference=[at(folder / "llama.sock")], rules=[reroute("local")], workers=1)
    wait_for(lambda: one.events("inference_asked"), "it to be asked what it is")
    assert b"local answer" in chat(one).body
    assert chat(one, streamed()).body.endswith(b"data: [DONE]\n\n")
    assert [request["target"] for request in near.requests] == ["/v1/chat/completions"] * 2
    assert near.requests[0]["headers"]["host"] == "localhost"
    assert near.connections == 2  # that of the question, and one that is kept, as any other
    assert [one.outcome_of(decision)["inference"] for decision in one.decisions()] == ["local", "local"]


def test_a_path_of_requests_stands_behind_a_second_colon(gate, near, folder):
    one = gate(inference=[at(f"//{folder}/llama.sock:/llm/")], rules=[reroute("local")])
    assert chat(one).status == 200
    assert near.requests[0]["target"] == "/llm/v1/chat/completions"


def test_two_sockets_are_two_endpoints_and_keep_their_own_connections(gate, near, folder, things):
    other = Inference(address=str(folder / "other.sock"))
    things.append(other)
    inference = [at(folder / "llama.sock", name="a", pool="both"), at(folder / "other.sock", name="b", pool="both")]
    one = gate(inference=inference, rules=[reroute("both")], workers=1)
    for engine in (near, other):
        engine.hangs = True
    connections = [one.secure("api.openai.com") for _ in range(2)]
    for connection in connections:
        connection.sendall(call("/v1/chat/completions", CHAT))
    wait_for(lambda: [len(engine.requests) for engine in (near, other)] == [1, 1], "one call each")
    for engine in (near, other):
        engine.released.set()
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("what", ["not there", "nobody listens", "a file"])
def test_a_socket_that_nobody_serves_is_told_by_its_path(gate, folder, what):
    path = folder / "llama.sock"
    if what == "nobody listens":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    elif what == "a file":
        path.write_text("")
    one = gate(inference=[at(path), CANNED], rules=[reroute("local", "canned")])
    assert b"Back soon." in chat(one).body
    (event,) = one.events("inference_failed")
    assert str(path) in event["detail"] and event["reason"] == "connect_failed"
    assert ("No such file" if what == "not there" else "Connection refused") in event["detail"]


def test_an_engine_behind_a_socket_is_asked_how_it_is(gate, near, folder):
    one = gate(inference=[at(folder / "llama.sock", health={"path": "/v1/models", "every": "1s"})], rules=[reroute("local")])
    wait_for(lambda: "local state=ready" in one.control("inference"), "ready")
    assert near.requests[0]["target"] == "/v1/models"


def test_the_gates_own_control_socket_is_no_endpoint_by_any_name(gate, folder):
    one = gate(inference=[at(folder / "link.sock"), CANNED], rules=[reroute("local", "canned")])
    bundle = one.bundle()
    one.bundle = lambda: bundle  # commands refuse the configuration from here on
    os.symlink(one.folder / "control.sock", folder / "link.sock")
    assert b"Back soon." in chat(one).body
    (event,) = one.events("inference_failed")
    assert "the gate's own control socket" in event["detail"]
    assert "the gate's own control socket" in run_exeat("check", "-c", one.config_path).stderr
    (folder / "link.sock").unlink()


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    """A root that only the endpoint's entry names."""
    folder = tmp_path / "own"
    folder.mkdir()
    return Root(folder)


def secured(port, root, **more):
    return local(port, endpoint=f"https://127.0.0.1:{port}", roots=str(root.path), **more)


@pytest.mark.parametrize("pinned", ["no pin", "its key", "another key"])
def test_an_endpoint_has_roots_and_pins_of_its_own(gate, own, things, pinned):
    pair = own.issue("127.0.0.1")
    far = Inference(pair)
    things.append(far)
    pin = {"no pin": {}, "its key": {"pin": pin_of(pair[0])}, "another key": {"pin": pin_of(own.issue("other.example")[0])}}
    endpoint = secured(far.port, own, health={"path": "/v1/models", "every": "1s"}, **pin[pinned])
    one = gate(inference=[endpoint], rules=[reroute("local")])
    if pinned == "another key":
        wait_for(lambda: "local state=down" in one.control("inference"), "down: its page is believed no more than its calls")
        assert chat(one).status == 503
        assert one.events("inference_failed")[0]["reason"] == "upstream_pin"
        assert far.requests == []
    else:
        wait_for(lambda: "local state=ready" in one.control("inference"), "ready")
        assert b"local answer" in chat(one).body


def test_roots_of_one_endpoint_are_those_of_no_other(gate, own, things):
    far = Inference(own.issue("127.0.0.1"))
    things.append(far)
    plain = local(far.port, name="plain", endpoint=f"https://127.0.0.1:{far.port}")
    one = gate(inference=[plain, secured(far.port, own)], rules=[reroute("plain", "local")])
    assert b"local answer" in chat(one).body
    (event,) = one.events("inference_failed")
    assert (event["endpoint"], event["reason"]) == ("plain", "upstream_tls")


def test_the_gate_shows_an_endpoint_its_certificate(gate, own, things):
    far = Inference(own.issue("127.0.0.1"))
    far.context.load_verify_locations(str(own.path))
    far.context.verify_mode = 2  # CERT_REQUIRED
    things.append(far)
    certificate, key = map(str, own.issue("gate.example"))
    shown = secured(far.port, own, certificate=certificate, key=key)
    one = gate(inference=[secured(far.port, own, name="bare"), shown], rules=[reroute("bare", "local")])
    assert b"local answer" in chat(one).body
    assert [event["endpoint"] for event in one.events("inference_failed")] == ["bare"]


def test_a_server_name_is_what_the_certificate_is_held_to_and_what_sni_says(gate, own, things):
    far = Inference(own.issue("gpu.corp.example"))
    names = []
    far.context.sni_callback = lambda _, name, __: names.append(name)
    things.append(far)
    named = secured(far.port, own, server_name="GPU.corp.example", health={"path": "/v1/models", "every": "1s"})
    one = gate(inference=[secured(far.port, own, name="unnamed"), named], rules=[reroute("unnamed", "local")])
    wait_for(lambda: "local state=ready" in one.control("inference"), "ready")
    assert b"local answer" in chat(one).body
    assert [event["endpoint"] for event in one.events("inference_failed")] == ["unnamed"]
    assert set(names) == {None, "gpu.corp.example"}
    assert far.requests[-1]["headers"]["host"] == f"127.0.0.1:{far.port}"


def test_whom_an_endpoint_trusts_changes_with_a_reload(gate, own, root, things):
    far = Inference(own.issue("127.0.0.1"))
    things.append(far)
    wrong = pathlib.Path(shutil.copy(root.path, own.folder / "wrong.pem"))  # beside the right one: both are within reach
    one = gate(inference=[{**secured(far.port, own), "roots": str(wrong)}], rules=[reroute("local")])
    assert chat(one).status == 503
    one.config["inference"] = [secured(far.port, own)]
    one.write()
    assert one.control("reload").startswith("ok")
    assert b"local answer" in chat(one).body


def test_files_of_an_endpoint_that_are_not_there_are_told_before_anything_changes(gate, own):
    one = gate(inference=[local(free_port())], rules=[reroute("local")])
    one.config["inference"] = [{**secured(free_port(), own), "roots": str(own.folder / "gone.pem")}]
    one.write()
    answer = one.control("reload")
    assert answer.startswith("refused: ") and "endpoint 'local'" in answer and "gone.pem" in answer
