# SPDX-License-Identifier: Apache-2.0
"""A witness cosigns what continues, over HTTP as C2SP tlog-witness has it, and remembers it over a kill."""
import base64
import concurrent.futures
import email.utils
import socket
import urllib.parse

import pytest
from support.gate import free_port, run_exeat
from support.witness import TOKEN, Log, Witness, cosigned_at, vkey_of


@pytest.fixture
def witness(tmp_path, things):
    one = Witness(tmp_path / "witness").start()
    things.append(one)
    return one


@pytest.fixture
def log():
    return Log("audit.example/shop/1", [b"record %d" % number for number in range(20)])


def add(witness, submission, **options):
    return witness.ask("POST", "/add-checkpoint", submission, **options)


def test_a_log_that_continues_is_cosigned(witness, log):
    assert add(witness, log.submission(0))[0] == 404
    assert witness.enrol(log.vkey) == (200, "text/plain; charset=utf-8", "enrolled\n")
    status, _, line = add(witness, log.submission(0))
    assert status == 200 and cosigned_at(log.checkpoint() + line, witness.vkey)
    log.grow(b"more", b"and more")
    status, _, line = add(witness, log.submission(20))
    assert status == 200 and cosigned_at(log.checkpoint() + line, witness.vkey)
    status, _, note = witness.ask("GET", f"/checkpoint/{log.origin}")
    assert status == 200 and note.startswith(log.checkpoint()) and cosigned_at(note, witness.vkey)
    assert add(witness, log.submission(20)) == (409, "text/x.tlog.size", "22\n")
    assert witness.metric("cosigned_total") == 2 and witness.metric("older_total") == 0


def test_what_was_cosigned_is_known_after_a_kill(witness, log):
    witness.enrol(log.vkey)
    for size in range(1, 20):
        assert add(witness, log.submission(size - 1, size))[0] == 200
        witness.process.kill()
        witness.process.wait()
        witness.start()
        assert add(witness, log.submission(0, size)) == (409, "text/x.tlog.size", f"{size}\n")


def forked_from(log, common, other):
    """Another history with the key of the log."""
    fork = Log(log.origin, [b"record %d" % number for number in range(common)] + [b"another"] * other)
    fork.key, fork.public = log.key, log.public
    return fork


def test_an_older_checkpoint_is_counted_and_a_fork_is_kept(witness, log):
    witness.enrol(log.vkey)
    assert add(witness, log.submission(0))[0] == 200
    assert add(witness, log.submission(12, 12)) == (409, "text/x.tlog.size", "20\n")
    other = forked_from(log, 12, 13)
    assert add(witness, other.submission(20))[0] == 422
    assert add(witness, other.submission(20, 20))[0] == 422
    assert witness.metric("older_total") == 1 and witness.metric("forked_total") == 2 and witness.metric("unproven_total") == 0
    assert len(witness.events("witness_older", 1)) == 1 and len(witness.events("witness_fork", 2)) == 2
    kept = list((witness.folder / "state").glob("*.fork"))
    assert len(kept) == 1 and kept[0].read_text() == other.checkpoint()


def with_proof(log, old, *hashes):
    return f"old {old}\n" + "".join(f"{base64.b64encode(one).decode()}\n" for one in hashes) + "\n" + log.checkpoint()


def test_nobody_can_frame_a_log(witness, log):
    """With its true checkpoints, which everybody may have, and proofs that are none; nor be hidden behind that."""
    witness.enrol(log.vkey)
    assert add(witness, log.submission(0, 12))[0] == 200
    for garbage in ([], [b"x" * 32], [bytes([n]) * 32 for n in range(4)], [bytes([n]) * 32 for n in range(63)]):
        assert add(witness, with_proof(log, 12, *garbage))[0] == 422
    for size in range(12):
        assert add(witness, log.submission(size, size)) == (409, "text/x.tlog.size", "12\n")
    state = witness.folder / "state"
    assert witness.metric("forked_total") == 0 and witness.events("witness_fork") == []
    assert witness.metric("unproven_total") == 4 and witness.metric("older_total") == 12
    assert list(state.glob("*.fork")) == []
    (unproven,) = state.glob("*.unproven")
    assert unproven.read_text() == log.checkpoint()
    other = forked_from(log, 5, 30)
    assert add(witness, other.submission(12))[0] == 422
    (kept,) = state.glob("*.fork")
    assert kept.read_text() == other.checkpoint() and witness.metric("forked_total") == 1
    assert add(witness, log.submission(12))[0] == 200  # the log goes on


def test_who_repeats_himself_fills_no_log_and_no_disk(witness, log):
    witness.enrol(log.vkey)
    assert add(witness, log.submission(0, 12))[0] == 200
    state = witness.folder / "state"
    connection = witness.connect()
    first = None
    for _ in range(50):
        assert add(witness, with_proof(log, 12, b"x" * 32), connection=connection)[0] == 422
        assert add(witness, log.submission(3, 3), connection=connection)[0] == 409
        assert witness.ask("POST", "/enrol", "x", connection=connection)[0] == 401
        (path,) = state.glob("*.unproven")
        first = first or path.stat().st_mtime_ns
        assert path.stat().st_mtime_ns == first
    connection.close()
    assert witness.metric("unproven_total") == witness.metric("older_total") == witness.metric("tokens_refused_total") == 50
    for event in ("witness_unproven", "witness_older", "witness_token_refused"):
        assert len(witness.events(event, 10)) == 10


@pytest.mark.parametrize("origin", ["audit.example/größe/1", "a?b#c", "100%/x", "..//.", "日本"])
def test_any_origin_can_be_asked_for(witness, origin):
    log = Log(origin, [b"one", b"two"])
    assert witness.enrol(log.vkey)[0] == 200
    assert add(witness, log.submission(0))[0] == 200
    status, _, note = witness.ask("GET", "/checkpoint/" + urllib.parse.quote(origin))
    assert status == 200 and cosigned_at(note, witness.vkey)
    assert witness.ask("GET", "/checkpoint/%zz")[0] == witness.ask("GET", "/checkpoint/a%2")[0] == 404
    assert witness.ask("GET", "/checkpoint/a%00b")[0] == 404


def test_head_is_answered_without_a_body(witness, log):
    witness.enrol(log.vkey)
    assert add(witness, log.submission(0))[0] == 200
    connection = witness.connect()
    for path in ("/livez", f"/checkpoint/{log.origin}", "/nowhere"):
        connection.request("HEAD", path)
        reply = connection.getresponse()
        assert reply.read() == b"" and int(reply.getheader("Content-Length")) > 0
        assert email.utils.parsedate_to_datetime(reply.getheader("Date")) is not None
        assert connection.sock is not None
        assert witness.ask("GET", "/livez", connection=connection)[2] == "live\n"  # the connection is where it should be
    assert witness.ask("HEAD", "/enrol")[0] == 405


def test_an_answer_arrives_though_more_was_sent_than_was_read(witness):
    for _ in range(20):
        with socket.create_connection((witness.address, witness.port), timeout=60) as connection:
            connection.sendall(b"nonsense\r\n\r\n" + b"x" * 100000)
            answer = b""
            while piece := connection.recv(65536):  # no reset before its end
                answer += piece
            assert answer.startswith(b"HTTP/1.1 400") and answer.endswith(b"the request is malformed\n")


def test_enrolment_needs_a_token_and_an_origin_keeps_its_key(witness, log):
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": f"Basic {TOKEN}"}):
        assert witness.ask("POST", "/enrol", f"vkey {log.vkey}\n", headers)[0] == 401
    assert add(witness, log.submission(0))[0] == 404
    assert witness.enrol(log.vkey, previous="audit.example/shop/0")[0] == 200
    thief = Log(log.origin, [b"x"])
    assert witness.enrol(thief.vkey)[0] == 409
    assert add(witness, thief.submission(0))[0] == 403
    assert witness.enrol(vkey_of("witness", 4, log.public))[0] == 400
    assert witness.metric("enrolments_refused_total") == 1 and witness.metric("tokens_refused_total") == 4
    assert witness.events("witness_enrolment_refused", 1)[0]["origin"] == log.origin
    assert TOKEN not in witness.log()


def test_one_connection_serves_many_questions(witness, log):
    connection = witness.connect()
    assert witness.enrol(log.vkey, connection=connection)[0] == 200
    used = connection.sock
    for size in range(1, 20):
        assert add(witness, log.submission(size - 1, size), connection=connection)[0] == 200
    assert connection.sock is used
    # In one write, the first with its body in chunks.
    body = log.submission(19, 20)
    chunked = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    used.sendall(chunked + b"GET /livez HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")
    answers = b""
    while piece := used.recv(65536):
        answers += piece
    assert answers.count(b"HTTP/1.1 200 OK") == 2 and answers.endswith(b"live\n")
    connection.close()


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 3\r\n\r\nold", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nold", 400),
        (b"GET /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n", 405),
        (b"GET /nowhere HTTP/1.1\r\nHost: w\r\n\r\n", 404),
        (b"nonsense\r\n\r\n", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300000, 413),
    ],
    ids=["no body", "two framings", "wrong method", "no page", "no request", "too long"],
)
def test_nonsense_gets_its_status(witness, request_bytes, status):
    with socket.create_connection((witness.address, witness.port), timeout=60) as connection:
        try:
            connection.sendall(request_bytes)
        except OSError:
            pass  # it need not read all of it
        assert connection.recv(12) == b"HTTP/1.1 %d" % status


def test_many_logs_at_once(witness):
    logs = [Log(f"audit.example/many/{number}", [b"a", b"b", b"c"]) for number in range(64)]

    def live(one):
        assert witness.enrol(one.vkey)[0] == 200
        for size in range(4):
            assert add(witness, one.submission(max(size - 1, 0), size))[0] == 200
        return cosigned_at(witness.ask("GET", f"/checkpoint/{one.origin}")[2], witness.vkey)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(live, logs))
    assert witness.metric("logs") == 64


def test_tls_is_served_from_a_certificate(tmp_path, things, root, log):
    one = Witness(tmp_path / "witness", certificate=root.issue("localhost")).start()
    things.append(one)
    assert one.enrol(log.vkey, roots=root.path)[0] == 200
    assert one.ask("POST", "/add-checkpoint", log.submission(0), roots=root.path)[0] == 200


def test_it_says_what_is_wrong_at_its_start(tmp_path):
    key = tmp_path / "key"
    assert run_exeat("key", "create", key).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600
    again = run_exeat("key", "create", key)
    assert again.returncode == 5 and "exists" in again.stderr
    words = {"--listen": f"127.0.0.1:{free_port()}", "--name": "w", "--key": key, "--state": tmp_path / "state"}

    def start(**changes):
        options = {**words, **{"--" + name.replace("_", "-"): value for name, value in changes.items()}}
        done = run_exeat("witness", *[part for pair in options.items() if pair[1] is not None for part in pair])
        assert done.stdout == ""
        return done.returncode, done.stderr

    assert start(name="two words")[0] == 2
    assert start(listen="localhost:1")[0] == 2
    assert start(key=None)[0] == 2
    assert start(key=tmp_path / "absent")[0] == 5
    short = tmp_path / "short"
    short.write_text("secret\n")
    code, said = start(enrol_tokens=short)
    assert code == 5 and "shorter than 16 bytes" in said and "secret" not in said
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / ("0" * 64 + ".log")).write_text("x")
    code, said = start()
    assert code == 5 and "is not what this witness wrote" in said
