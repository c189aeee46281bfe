# SPDX-License-Identifier: Apache-2.0
"""A reload does what it says: each key of the language is changed in a running gate, and is either seen at work or named
as waiting for a restart. The keys are those of `exeat schema`: a new one has to be put into a table here, or fails."""
import contextlib
import json
import os
import socket
import ssl
import struct

import pytest
from support.certificates import Root
from support.gate import LOOPBACK, allow, ask, free_port, hosts, read_head, read_reply, run_exeat
from support.inference import Inference
from support.names import NameServer
from support.questions import Questions, free_dns_port
from support.wait import wait_for

JUDGED = {"version", "include", "clients", "groups", "llm", "inference", "proxies", "upstream_proxy", "detectors", "credentials", "rules", "tests"}  # the policy itself
DROP = object()
VENDOR = "api.vendor.example"
LONG = {"head": "1h", "connect": "1h", "idle": "1h", "stream": "1h"}


def leaves(schema, path=""):
    for name, inner in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        if path or name not in JUDGED:
            yield from leaves(inner, here) if "properties" in inner else [here]


KEYS = sorted(leaves(json.loads(run_exeat("schema").stdout)))

# --- keys that wait for a restart, and a value that no gate of this file begins with

AT_START = {
    "listen.forward": lambda: [f"127.0.0.1:{free_port()}"],
    "listen.socks": lambda: [f"127.0.0.1:{free_port()}"],
    "listen.admin": lambda: f"127.0.0.1:{free_port()}",
    "listen.control": lambda: "other.sock",
    "listen.transparent": lambda: [f"127.0.0.1:{free_port()}"],
    "listen.dns": lambda: [f"127.0.0.1:{free_dns_port()}"],
    "redirect.uid": lambda: 64124,
    "redirect.missing": lambda: "warn",
    "audit.directory": lambda: "elsewhere",
    "audit.origin": lambda: "audit.example/other",
    "audit.key": lambda: "keys/other.key",
    "audit.durability": lambda: "batch",
    "audit.batch_ms": lambda: 7,
    "audit.heartbeat": lambda: "7s",
    "audit.segment_size": lambda: "7MiB",
    "audit.segment_age": lambda: "7h",
    "audit.disk.ballast": lambda: "1MiB",
    "confine.seccomp": lambda: "log",
    "confine.landlock": lambda: "none",
    "audit.verify.every": lambda: "7h",
    "audit.ship.directory": lambda: "shipped",
    "audit.witness.url": lambda: "http://127.0.0.1:9/other",
    "audit.witness.key_file": lambda: "other.vkey",
    "audit.witness.enrol_token_file": lambda: "token",
    "audit.witness.roots": lambda: "roots.pem",
    "audit.witness.on_unreachable": lambda: "deny",
    "audit.witness.deny_after": lambda: "7m",
    "audit.witness.interval": lambda: "7s",
    "workers": lambda: 3,
}
WITNESS = {"url": "https://127.0.0.1:9/", "key_file": "w.vkey"}


def change(one, key, value):
    """What the file says from now on; the gate has not seen it."""
    *path, name = key.split(".")
    section = one.config
    for word in path:
        section = section.setdefault(word, {})
    if value is DROP:
        section.pop(name, None)
    else:
        section[name] = value
    one.write(one.folder / "next.yaml")
    os.replace(one.folder / "next.yaml", one.config_path)


def reload(one):
    return one.control("reload").strip()


def waiting(answer):
    return answer.partition("; waits for a restart: ")[2].split(", ") if ";" in answer else []


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_at_work_after_a_reload_or_named(key, request):
    assert (key in AT_START) != (key in APPLIED), f"{key}: put it into one of the tables of this file"
    if key in APPLIED:
        APPLIED[key](*(request.getfixturevalue(name) for name in APPLIED[key].__code__.co_varnames[: APPLIED[key].__code__.co_argcount]))
        return
    one = request.getfixturevalue("gate")(rules=[])
    running = shown(one)
    before = one.config_path.read_text()
    if key.startswith("audit.witness."):
        one.config["audit"]["witness"] = dict(WITNESS)
    change(one, key, AT_START[key]())
    # The file's watcher may have been quicker than we are.
    answer = wait_for(lambda: one.control("reload"), "an answer").strip()
    assert answer.startswith("ok")
    names = [event["keys"].split(", ") for event in one.events("needs_restart")]
    assert len(names) >= 1 and key in names[0]
    assert set(names[0]) <= {key} | {"audit.witness.url", "audit.witness.key_file"}
    recorded = [record for record in one.export("--store", one.folder / "audit") if record["kind"] in ("config", "policy")]
    assert [(r["kind"], r.get("event")) for r in recorded[-2:]] == [("config", "needs_restart"), ("policy", "policy")]
    assert key in recorded[-2]["detail"]
    # What runs is shown as it runs, and the rest as waiting.
    name = key.rpartition(".")[2]
    assert [line for line in shown(one) if line.strip().startswith(f"{name}:")] == [
        line for line in running if line.strip().startswith(f"{name}:")
    ]
    assert any(line.startswith(f"# {key}: ") for line in shown(one))
    # Compared with what runs: changed back, nothing waits.
    (one.folder / "next.yaml").write_text(before)
    os.replace(one.folder / "next.yaml", one.config_path)
    wait_for(lambda: one.control("reload").startswith("ok") and shown(one)[1:] == running[1:], "the old file")
    assert len(one.events("needs_restart")) == len(names)


def test_what_was_taken_out_of_the_file_is_shown_while_it_runs(gate):
    one = gate(rules=[], audit={"ship": {"directory": "shipped"}})
    change(one, "audit.ship", DROP)
    wait_for(lambda: reload(one) and one.events("needs_restart"), "the reload")
    assert one.events("needs_restart")[0]["keys"] == "audit.ship.directory"
    lines = shown(one)
    at = lines.index("  ship:")
    assert lines[at + 1].strip() == f"directory: {one.folder}/shipped"
    assert lines[at + 2] == "# audit.ship.directory: (none) after a restart"


def shown(one):
    return [line for line in one.control("show-config").splitlines() if not line.startswith("# sha256 ")]


# --- keys that a reload applies: each shows that it is at work


def applied(one, key, value):
    change(one, key, value)
    answer = reload(one)
    assert answer in ("ok", "ok, unchanged"), answer
    assert not one.events("needs_restart")


def a_shop(gate, origin, **sections):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], **sections)
    one.url = f"http://shop.example:{origin.port}"
    one.authority = b"shop.example:%d" % origin.port
    return one


def raw(one, path=b"/", more=b"", method=b"GET"):
    return b"%s http://%s%s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (method, one.authority, path, one.authority, more)


def mode(gate, origin):
    one = a_shop(gate, origin)
    one.config["rules"] = []
    applied(one, "mode", "observe")
    one.get(one.url + "/")
    assert one.only_decision()["observed"] == 1


def keys_elsewhere(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"])])
    token = {"X-Api-Key": "sk_live_" + "51HqLyjWDarjtT1zdp7dcXq8"}
    assert one.get(f"http://shop.example:{origin.port}/", "GET", token).status == 403
    applied(one, "keys_elsewhere", "record")
    assert one.get(f"http://shop.example:{origin.port}/", "GET", token).status == 200


def canaries(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example", schemes=["http"])])
    (one.folder / "canaries.txt").write_text("word Rabogesuvitakonilepodu\n")
    (one.folder / "canaries.txt").chmod(0o600)
    applied(one, "canaries", str(one.folder / "canaries.txt"))
    assert one.get(f"http://shop.example:{origin.port}/Rabogesuvitakonilepodu").status == 403


def deny_hint(gate):
    one = gate(rules=[])
    applied(one, "deny_hint", "Ask Anna.")
    assert b"Ask Anna." in one.get("http://evil.example/").body


def on_reload(gate, root, secure_origin):
    """A tunnel in which nothing was said yet has let nothing out: it is judged anew when it speaks."""
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    with one.secure("shop.example", secure_origin.port, roots=root.path) as connection:
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").status == 200
        one.config["rules"] = []
        applied(one, "on_reload", "cut-denied")
        with contextlib.suppress(OSError):  # with what was on its way it is a break
            assert connection.recv(1) == b""
    assert one.outcome_of(one.only_decision())["reason"] == "policy_changed"


def refuse(gate, origin):
    one = a_shop(gate, origin)
    applied(one, "audit.disk.refuse", "4000000GiB")
    wait_for(lambda: one.get(one.url + "/").status == 503, "the refusal")
    return one


def on_failure(gate, origin):
    one = refuse(gate, origin)
    applied(one, "audit.on_failure", "allow")
    wait_for(lambda: one.get(one.url + "/").status == 200, "requests to pass")


def warn(gate, origin):
    one = a_shop(gate, origin)
    applied(one, "audit.disk.warn", "4000000GiB")
    wait_for(lambda: one.get(one.url + "/") and one.events("audit_disk_low"), "the warning")


def retention(gate, origin):
    one = a_shop(gate, origin, audit={"directory": "audit", "origin": "audit.example/t", "key": "keys/log.key", "segment_age": "200ms"})
    wait_for(lambda: one.get(one.url + "/") and len(one.events("audit_sealed")) > 2, "sealed segments")
    assert not one.events("audit_pruned")
    applied(one, "audit.retention", "100ms")
    wait_for(lambda: one.get(one.url + "/") and one.events("audit_pruned"), "old segments to go")


def record_path(gate, origin):
    one = a_shop(gate, origin)
    one.get(one.url + "/secret")
    applied(one, "audit.record.path", "none")
    one.get(one.url + "/secret")
    first, second = one.decisions()
    assert first["path"] == "/secret" and not second.get("path")


def record_query(gate, origin):
    one = a_shop(gate, origin)
    one.get(one.url + "/?a=b")
    applied(one, "audit.record.query", "private")
    one.get(one.url + "/?a=b")
    first, second = one.decisions()
    assert not first.get("query") and second["query"] == "a=b"


def never(gate):
    one = gate(rules=[])
    assert one.tunnel("api.openai.com")[1].startswith(b"HTTP/1.1 200")  # the denial is said inside
    applied(one, "tls.never", ["api.openai.com"])
    assert one.tunnel("api.openai.com")[1].startswith(b"HTTP/1.1 403")


def a_vendor(gate):
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["@llm", VENDOR]}
    rule = {"id": "v", "verdict": "allow", "hosts": [VENDOR], "ports": ["1-65535"], "methods": ["GET"], "addresses": LOOPBACK}
    return gate(resolve=hosts(VENDOR), tls={"authority": authority}, rules=[rule])


def inside(port):
    return b"GET / HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (VENDOR.encode(), port)


def roots(gate, secure_origin):
    """Withdrawn for new connections, for idle ones, and inside a connection that is opened already."""
    one = a_vendor(gate)
    other = Root(one.folder)
    with one.secure(VENDOR, secure_origin.port) as connection:
        assert ask(connection, inside(secure_origin.port)).status == 200
        applied(one, "tls.upstream.roots", str(other.path))
        assert ask(connection, inside(secure_origin.port)).status == 502
    with one.secure(VENDOR, secure_origin.port) as connection:
        assert ask(connection, inside(secure_origin.port)).status == 502
    assert len(secure_origin.requests) == 1


def minimum(gate, secure_origin):
    one = a_vendor(gate)
    secure_origin.context.maximum_version = ssl.TLSVersion.TLSv1_2
    with one.secure(VENDOR, secure_origin.port) as connection:
        assert ask(connection, inside(secure_origin.port)).status == 200
        applied(one, "tls.upstream.minimum", "1.3")
        assert ask(connection, inside(secure_origin.port)).status == 502


def authority(gate):
    """Another certificate with its key; neither would do without the other."""
    one = gate(rules=[])
    old = one.bundle().read_bytes()
    other = one.folder / "other.yaml"
    other.write_text(json.dumps({**one.config, "tls": {"authority": {"certificate": "keys/new.pem", "key": "keys/new.key"}}}))
    assert run_exeat("ca", "init", "-c", other).returncode == 0
    one.config["tls"]["authority"]["key"] = "keys/new.key"
    applied(one, "tls.authority.certificate", "keys/new.pem")
    new = one.bundle()
    assert new.read_bytes() != old
    one.secure("api.openai.com", roots=one.folder / "keys/new.pem").close()


def authority_names(gate, secure_origin):
    one = gate(resolve=hosts(VENDOR), rules=[])
    names = ["@llm", VENDOR]
    change(one, "tls.authority.names", names)
    assert reload(one).startswith("refused: ") and "exeat ca renew -c" in one.events("reload_refused")[0]["why"]
    assert run_exeat("ca", "renew", "-c", one.config_path).returncode == 0
    one.config["rules"] = [
        {"id": "v", "verdict": "allow", "hosts": [VENDOR], "ports": ["1-65535"], "methods": ["GET"], "addresses": LOOPBACK}
    ]
    applied(one, "tls.authority.names", names)
    with one.secure(VENDOR, secure_origin.port, roots=one.folder / "keys/ca.pem") as connection:
        assert ask(connection, inside(secure_origin.port)).status == 200


def client_hello_with_ech(name):
    server_name = struct.pack(">HBH", len(name) + 3, 0, len(name)) + name
    extensions = b"".join(
        struct.pack(">HH", kind, len(body)) + body
        for kind, body in ((0, server_name), (0xFE0D, b"\0" * 40), (43, b"\x02\x03\x04"))
    )
    body = b"\x03\x03" + b"r" * 32 + b"\0" + b"\0\x02\x13\x01" + b"\x01\0" + struct.pack(">H", len(extensions)) + extensions
    handshake = b"\x01" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack(">H", len(handshake)) + handshake


def ech(gate, origin):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])
    applied(one, "tls.ech", "deny")
    connection, head = one.tunnel("shop.example", origin.port)
    assert head.startswith(b"HTTP/1.1 200")
    connection.sendall(client_hello_with_ech(b"shop.example"))
    assert connection.recv(1) in (b"\x15", b"")
    assert one.outcome_of(one.only_decision())["reason"] == "ech"


def resolve_hosts(gate, origin):
    one = gate(resolve=hosts("shop.example", address="127.0.0.7"), rules=[allow("shop.example")])
    assert one.get(f"http://shop.example:{origin.port}/").status == 502
    applied(one, "resolve.hosts", {"shop.example": ["127.0.0.1"]})
    assert one.get(f"http://shop.example:{origin.port}/").status == 200


def resolve_servers(gate, origin, name_server):
    old, new = name_server({}), name_server({"shop.example": ["127.0.0.1"]})
    one = gate(resolve={"servers": [f"127.0.0.1:{old.port}"]}, rules=[allow("shop.example")])
    assert one.get(f"http://shop.example:{origin.port}/").status >= 500
    applied(one, "resolve.servers", [f"127.0.0.1:{new.port}"])
    assert one.get(f"http://shop.example:{origin.port}/").status == 200


def asking(gate, names, **sections):
    port = free_dns_port()
    rules = [allow("shop.example"), allow("*.many.example", id="many")]
    one = gate(resolve={"servers": [f"127.0.0.1:{names.port}"]}, listen={"dns": [f"127.0.0.1:{port}"]}, rules=rules, **sections)
    return one, Questions("127.0.0.1", port)


def resolve_search(gate, name_server):
    one, questions = asking(gate, name_server({}))
    assert questions.udp("shop.example.corp.local").code == "REFUSED"
    applied(one, "resolve.search", ["corp.local"])
    assert questions.udp("shop.example.corp.local").code == "NXDOMAIN"


def resolve_rerouted(gate, name_server):
    one, questions = asking(gate, name_server({"api.openai.com": ["127.0.0.5"]}))
    one.config["inference"] = [{"name": "c", "builtin": "canned", "text": "x"}]
    one.config["rules"] = [{"id": "r", "verdict": "reroute", "hosts": ["@llm"], "inference": ["c"]}]
    applied(one, "resolve.rerouted", "127.0.0.9")
    assert questions.udp("api.openai.com").addresses == ["127.0.0.9"]


def limit_names(gate, name_server):
    one, questions = asking(gate, name_server({}))
    applied(one, "limits.names", 1)
    codes = [questions.udp(f"{letter * 40}.many.example").code for letter in "abc"]
    assert "REFUSED" in codes


def limit_head(gate, origin):
    one = a_shop(gate, origin)
    assert one.send(raw(one, more=b"X: %s\r\n" % (b"x" * 2000))).status == 200
    applied(one, "limits.head", "1KiB")
    assert one.send(raw(one, more=b"X: %s\r\n" % (b"x" * 2000))).status == 431


def limit_fields(gate, origin):
    one = a_shop(gate, origin)
    assert one.send(raw(one, more=b"X: x\r\n" * 20)).status == 200
    applied(one, "limits.fields", 10)
    assert one.send(raw(one, more=b"X: x\r\n" * 20)).status == 431


def a_model(gate, inference):
    endpoint = {"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "dialect": "openai"}
    rule = {"id": "r", "verdict": "reroute", "hosts": ["@llm"], "schemes": ["http", "https"], "inference": ["local"]}
    one = gate(inference=[endpoint], rules=[rule])
    call = json.dumps({"model": "m" * 1000, "messages": [{"role": "user", "content": "x" * 5000}]})
    words = ("http://api.openai.com/v1/chat/completions", "POST", {"Content-Type": "application/json"}, call)
    assert one.get(*words).status == 200
    return one, words


def limit_body(gate, inference):
    one, words = a_model(gate, inference)
    applied(one, "limits.body_held", "1KiB")
    assert one.get(*words).status == 413


def limit_answer(gate, inference):
    one, words = a_model(gate, inference)
    applied(one, "limits.answer_held", "1KiB")
    assert one.get(*words).status >= 500


def limit_connections(gate):
    one = gate(rules=[], workers=1)
    held = one.connect()
    assert ask(held, b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n").status == 403
    applied(one, "limits.connections", 1)
    with one.connect() as second:
        assert read_reply(second).status == 503
    held.close()


def limit_memory(gate):
    one = gate(rules=[], workers=1)
    applied(one, "limits.memory", "1MiB")
    with one.connect() as connection:
        assert b"reason: memory" in read_reply(connection).body


def limit_drain(gate):
    one = gate(rules=[])
    applied(one, "limits.drain", "7s")
    one.stop()
    assert one.events("draining")[0]["until_ms"] == 7000


def timeout_head(gate):
    one = gate(rules=[], timeouts=LONG)
    applied(one, "timeouts.head", "200ms")
    with one.connect() as connection:
        connection.sendall(b"GET http://evil")
        assert read_reply(connection).status == 408


def timeout_connect(gate):
    """Nobody takes connections there: the kernel drops what does not fit into the backlog."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    held = []
    for _ in range(3):
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex(full.getsockname())
        held.append(connection)
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], timeouts=LONG)
    applied(one, "timeouts.connect", "200ms")
    assert one.get(f"http://shop.example:{full.getsockname()[1]}/").status == 504
    for connection in (full, *held):
        connection.close()


def timeout_idle(gate):
    one = gate(rules=[], timeouts=LONG)
    applied(one, "timeouts.idle", "200ms")
    with one.connect() as connection:
        assert ask(connection, b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n").status == 403
        assert connection.recv(1) == b""


def timeout_stream(gate, origin):
    one = a_shop(gate, origin, timeouts=LONG)
    applied(one, "timeouts.stream", "200ms")
    assert one.get(one.url + "/silent").status == 504


def timeout_longest(gate, origin):
    """It says a byte of its body now and then, and nobody waits for the last."""
    one = a_shop(gate, origin, timeouts=LONG)
    applied(one, "timeouts.longest", "500ms")
    with one.connect() as connection:
        connection.sendall(b"POST %s/ HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 99999999\r\n\r\n" % one.url.encode())
        connection.setblocking(False)
        connection.settimeout(0.05)
        answer = b""
        while not answer:
            connection.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(12)
    assert answer == b"HTTP/1.1 504"


def log_format(gate):
    one = gate(rules=[])
    applied(one, "log.format", "text")
    assert " info reloaded file=" in one.log()


def log_level(gate):
    one = gate(rules=[])
    applied(one, "log.level", "error")
    one.stop()
    assert not one.events("reloaded") and not one.events("drained")


APPLIED = {
    "mode": mode,
    "deny_hint": deny_hint,
    "keys_elsewhere": keys_elsewhere,
    "canaries": canaries,
    "on_reload": on_reload,
    "audit.on_failure": on_failure,
    "audit.disk.refuse": refuse,
    "audit.disk.warn": warn,
    "audit.retention": retention,
    "audit.record.path": record_path,
    "audit.record.query": record_query,
    "tls.never": never,
    "tls.ech": ech,
    "tls.authority.certificate": authority,
    "tls.authority.key": authority,
    "tls.authority.names": authority_names,
    "tls.upstream.roots": roots,
    "tls.upstream.minimum": minimum,
    "resolve.hosts": resolve_hosts,
    "resolve.servers": resolve_servers,
    "resolve.search": resolve_search,
    "resolve.rerouted": resolve_rerouted,
    "limits.names": limit_names,
    "limits.head": limit_head,
    "limits.fields": limit_fields,
    "limits.body_held": limit_body,
    "limits.answer_held": limit_answer,
    "limits.connections": limit_connections,
    "limits.memory": limit_memory,
    "limits.drain": limit_drain,
    "timeouts.head": timeout_head,
    "timeouts.connect": timeout_connect,
    "timeouts.idle": timeout_idle,
    "timeouts.stream": timeout_stream,
    "timeouts.longest": timeout_longest,
    "log.format": log_format,
    "log.level": log_level,
}


def test_a_root_that_is_withdrawn_in_its_own_file_is_withdrawn(gate, secure_origin, tmp_path, root):
    """The configuration stays as it is: who asks for a reload means the files that it names too."""
    mine = tmp_path / "roots.pem"
    mine.write_bytes(root.path.read_bytes())
    one = a_vendor(lambda **sections: gate(start=False, **sections))
    one.config["tls"]["upstream"] = {"roots": str(mine)}
    one.start()
    with one.secure(VENDOR, secure_origin.port) as connection:
        assert ask(connection, inside(secure_origin.port)).status == 200
        assert reload(one) == "ok, unchanged"
        folder = tmp_path / "other"
        folder.mkdir()
        mine.write_bytes(Root(folder).path.read_bytes())
        assert reload(one) in ("ok", "ok, unchanged")  # the watcher of the gate's folder may have been quicker
        assert ask(connection, inside(secure_origin.port)).status == 502
        mine.write_text("no certificate")
        assert reload(one).startswith("refused: ") and "roots.pem" in one.events("reload_refused")[0]["why"]
    assert [record["kind"] for record in one.export()].count("policy") == 2


def test_a_connection_that_was_asked_under_an_old_root_is_not_kept(gate, things, root):
    """The reload comes while the upstream is answering: that request is finished, and its connection is not used again."""
    from support.origin import Origin

    origin = Origin(root.issue(VENDOR))
    things.append(origin)
    one = a_vendor(gate)
    with one.secure(VENDOR, origin.port) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (VENDOR.encode(), origin.port))
        wait_for(lambda: origin.requests, "the request at the origin")
        applied(one, "tls.upstream.roots", str(Root(one.folder).path))
        assert read_reply(connection).status in (200, 404)
        assert ask(connection, inside(origin.port)).status == 502


def test_what_is_shown_reads_back_to_the_same(gate, tmp_path):
    """With defaults, and with each key at another value; the policy's own keys are not shown by value."""
    plain = tmp_path / "plain.yaml"
    plain.write_text("version: 1\nlisten: { forward: ['127.0.0.1:3128'] }\n")
    full = tmp_path / "full.yaml"
    full.write_text(json.dumps(FULL))
    for path in (plain, full):
        first = run_exeat("show-config", "-c", path)
        assert first.returncode == 0 and first.stdout.startswith(f"# no gate answers: what {path} would give\n"), first.stderr
        again = tmp_path / "again.yaml"
        again.write_text(first.stdout)
        second = run_exeat("show-config", "-c", again)
        assert second.returncode == 0, second.stderr + first.stdout
        values = [[line for line in done.stdout.splitlines()[1:] if not line.startswith("# ")] for done in (first, second)]
        assert values[0] == values[1]
    shown_keys = set(dotted(first.stdout))
    assert shown_keys == set(KEYS) - {"include"}
    assert " # default" not in first.stdout and "s3cr3t" not in first.stdout


def dotted(text):
    import yaml

    def walk(tree, path=""):
        for name, value in tree.items():
            here = f"{path}.{name}" if path else name
            inner = isinstance(value, dict) and here != "resolve.hosts"
            yield from walk(value, here) if inner else [here]

    return [key for key in walk(yaml.safe_load(text)) if key != "version"]


FULL = {
    "version": 1,
    "mode": "observe",
    "deny_hint": "Ask: \"Anna\" # or Bob",
    "keys_elsewhere": "record",
    "canaries": "canaries.txt",
    "on_reload": "cut-denied",
    "confine": {"seccomp": "log", "landlock": "require"},
    "workers": 2,
    "listen": {"forward": ["127.0.0.1:1", "[::1]:2"], "socks": ["127.0.0.1:6"], "transparent": ["127.0.0.1:4"], "dns": ["127.0.0.1:5", {"address": "127.0.0.1:7", "uid": 34}], "admin": "[::1]:3", "control": "a b/c.sock"},
    "audit": {
        "directory": "a'b",
        "origin": "audit.example/x",
        "key": "/k",
        "durability": "batch",
        "batch_ms": 1,
        "heartbeat": "1500ms",
        "segment_size": "1025",
        "segment_age": "90m",
        "retention": "400d",
        "on_failure": "allow",
        "verify": {"every": "7h"},
        "disk": {"warn": "3GiB", "refuse": "5KiB", "ballast": "0"},
        "ship": {"directory": "/ship"},
        "record": {"path": "hash", "query": "private"},
        "witness": {
            "url": "https://w.example:9902/a",
            "key_file": "w.vkey",
            "enrol_token_file": "t",
            "roots": "r",
            "on_unreachable": "deny",
            "deny_after": "61s",
            "interval": "100ms",
        },
    },
    "tls": {
        "authority": {"certificate": "c", "key": "k", "names": ["@llm", "*.a.example", "b.example"]},
        "never": ["@llm", "*"],
        "upstream": {"roots": "r", "minimum": "1.3"},
        "ech": "deny",
    },
    "resolve": {"hosts": {"h.example": ["10.0.0.1", "fd00::1"]}, "servers": ["10.0.0.2", "[fd00::2]:54"], "search": ["a.local", "b.local"], "rerouted": "127.0.0.9"},
    "redirect": {"uid": 7, "missing": "warn"},
    "limits": {"names": 7, "head": "2KiB", "fields": 3, "body_held": "4097", "answer_held": "4098", "connections": 5, "memory": "6GiB", "drain": "25h"},
    "timeouts": {"head": "1ms", "connect": "2m", "idle": "3h", "stream": "4d", "longest": "5d"},
    "log": {"format": "json", "level": "debug"},
    "clients": {"c": {"user": "u", "secret_sha256": "5c" * 32}},
}


def test_a_file_that_has_not_changed_is_said_to_be_so(gate):
    import signal

    one = gate(rules=[])
    assert reload(one) == "ok, unchanged"
    one.process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(one.events("reloaded_unchanged")) >= 2, "the word")
    assert [record["kind"] for record in one.export()].count("policy") == 1


def test_who_asked_for_a_reload_is_judged_by_it_at_once(gate, origin):
    one = a_shop(gate, origin, workers=4)
    with one.connect() as connection:
        for allowed in (False, True) * 5:
            change(one, "rules", [allow("shop.example")] if allowed else [])
            assert reload(one).startswith("ok")
            assert ask(connection, raw(one)).status == (200 if allowed else 403)


def test_another_user_is_told_that_the_socket_is_not_his(gate):
    one = gate(rules=[])
    if os.geteuid() != 0:
        pytest.fail("this scenario runs as root")
    for path in [one.folder, *one.folder.parents]:
        if str(path).startswith("/tmp/"):
            os.chmod(path, 0o755)
    os.chmod(one.config_path, 0o644)
    for words in (["reload"], ["bypass", "--end"], ["show-config"]):
        done = run_exeat(*words, "-c", one.config_path, user=65534, cwd="/")
        assert done.returncode == 5 and "Permission denied; only the gate's own user and root may ask it" in done.stderr, done


def test_ending_a_bypass_that_is_not_there_says_so(gate):
    one = gate(rules=[])
    done = run_exeat("bypass", "--end", "-c", one.config_path)
    assert done.returncode == 0 and done.stdout == "ok: there was no bypass to end\n"
