# SPDX-License-Identifier: Apache-2.0
"""Replies as hosts send them: what may be forgiven is, what comes before the answer goes on, a broken one is told while
that can be, and nobody works on for a client that has gone."""
import socket
import ssl
import struct
import threading

import pytest
from support.gate import allow, ask, hosts, read_head, read_reply
from support.wait import wait_for

HOST = "shop.example"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture
def answering(gate, listen):
    """A gate before an origin that is played by a function, or says the same to whoever asks."""

    def make(play, **sections):
        def say(connection):
            while read_head(connection):
                connection.sendall(play)

        thing = listen(say if isinstance(play, bytes) else play)
        one = gate(resolve=hosts(HOST), rules=[allow(HOST)], **sections)
        one.origin = thing
        one.url = f"http://{HOST}:{thing.port}/a"
        one.authority = b"%s:%d" % (HOST.encode(), thing.port)
        return one

    return make


def get(gate, version=b"1.1", more=b""):
    return b"GET http://%s/a HTTP/%s\r\nHost: %s\r\n%s\r\n" % (gate.authority, version, gate.authority, more)


def post(gate, length, version=b"1.1", more=b"Expect: 100-continue\r\n"):
    start = b"POST http://%s/a HTTP/%s\r\nHost: %s\r\n" % (gate.authority, version, gate.authority)
    return start + b"Content-Length: %d\r\n%s\r\n" % (length, more)


def outcome(gate):
    return gate.outcome_of(gate.only_decision())


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


# --- what may be forgiven ---------------------------------------------------------------------------------------------

TAKEN = [
    b"HTTP/1.1 200 OK\nSet-Cookie: a=b\nContent-Length: 2\n\nok",
    b"HTTP/1.0 200 OK\nSet-Cookie: a=b\nContent-Length: 2\n\nok",
    b"HTTP/1.1 200 OK\r\nSet-Cookie : a=b\r\nContent-Length\t: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\n\r\n2 ; a = b\r\nok\r\n0 \r\nContent-Type: x\r\nContent-Length: 9\r\n\r\n",
]


@pytest.mark.parametrize("reply", TAKEN)
def test_what_hosts_get_wrong_without_doubt_is_taken(answering, reply):
    one = answering(reply)
    for _ in range(2):
        answer = one.get(one.url)
        assert (answer.status, answer.body, answer.getheader("Set-Cookie")) == (200, b"ok", "a=b")


REFUSED = [
    (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\nContent-Length: 3\r\n\r\nok!", "Content-Length stands 2 times"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "together"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\nok", "line"),
    (b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok", "line"),
    (b"HTTP/1.1 200 OK\rContent-Length: 2\r\rok", "line"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 250 + b"\r\n", "more than 200 fields: limits.fields"),
    (b"HTTP/1.1 999 OK\r\n\r\n", "status 999"),
    (b"ICY 200 OK\r\n\r\n", "HTTP/1."),
]


@pytest.mark.parametrize("reply, detail", REFUSED)
def test_a_head_that_is_in_doubt_is_a_502_at_once_and_says_why(answering, reply, detail):
    one = answering(reply)
    answer = one.get(one.url)
    assert answer.status == 502 and detail in answer.body.decode(), answer.body
    assert (outcome(one)["status"], outcome(one)["reason"]) == (502, "upstream_broken")


def test_a_head_that_stalls_half_way_has_the_time_of_a_head(answering):
    def stall(connection):
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        connection.recv(1)

    one = answering(stall, timeouts={"head": "1s"})
    answer = one.get(one.url)
    assert answer.status == 504 and b"reason: upstream_timeout" in answer.body and b"timeouts.head" in answer.body


# --- a break while nothing has left ---------------------------------------------------------------------------------

BROKEN = [
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnonsense\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nno trailer\r\n\r\n",
]


@pytest.mark.parametrize("reply", BROKEN)
def test_a_reply_that_breaks_before_any_of_it_has_left_is_a_502_with_its_reason(answering, reply):
    one = answering(reply)
    answer = one.get(one.url)
    assert answer.status == 502 and b"reason: upstream_broken" in answer.body
    found = outcome(one)
    assert (found["status"], found["reason"], found["done"]) == (502, "upstream_broken", "refuse")


def test_such_a_client_may_go_on_with_its_connection(answering):
    one = answering(BROKEN[1])
    with one.connect() as connection:
        for _ in range(2):
            assert ask(connection, get(one)).status == 502


def test_what_came_before_a_broken_reply_stays(answering):
    one = answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + BROKEN[0])
    with one.connect() as connection:
        connection.sendall(get(one))
        assert read_head(connection).startswith(b"HTTP/1.1 103 Early Hints\r\n")
        assert read_reply(connection).status == 502


def test_a_reply_that_breaks_after_some_of_it_has_left_is_cut(answering):
    def break_later(connection):
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
        seen.wait(60)
        connection.sendall(b"nonsense\r\n")
        connection.recv(1)

    seen = threading.Event()
    one = answering(break_later)
    with one.connect() as connection:
        connection.sendall(get(one))
        assert read_head(connection).startswith(b"HTTP/1.1 200")
        assert connection.recv(7) == b"2\r\nok\r\n"
        seen.set()
        with pytest.raises(ConnectionResetError):
            assert connection.recv(100) != b"", "the connection ended in order though the reply was broken"
    assert (outcome(one)["status"], outcome(one)["reason"]) == (200, "upstream_broken")


# --- what comes before the answer -------------------------------------------------------------------------------------

INTERIM = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: X\r\nX: 1\r\n\r\nHTTP/1.1 104 What\r\n\r\n"


def test_every_interim_reply_goes_on(answering):
    one = answering(INTERIM + OK)
    with one.connect() as connection:
        for _ in range(2):
            connection.sendall(get(one))
            assert read_head(connection).startswith(b"HTTP/1.1 102 Processing\r\n")
            hints = read_head(connection)
            assert hints.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n") and b"X: 1" not in hints
            assert read_head(connection).startswith(b"HTTP/1.1 104 What\r\n")
            assert read_reply(connection).body == b"ok"
    assert one.origin.accepted == 1
    assert [one.outcome_of(decision)["status"] for decision in one.decisions()] == [200, 200]


def test_a_client_of_http_1_0_gets_none(answering):
    one = answering(INTERIM + OK)
    reply = one.send(get(one, b"1.0"))
    assert (reply.status, reply.body) == (200, b"ok")


def test_an_interim_reply_goes_on_before_there_is_an_answer(answering):
    def hesitate(connection):
        read_head(connection)
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        seen.wait(60)
        connection.sendall(OK)

    seen = threading.Event()
    one = answering(hesitate)
    with one.connect() as connection:
        connection.sendall(get(one))
        assert read_head(connection).startswith(b"HTTP/1.1 102")
        seen.set()
        assert read_reply(connection).status == 200


def test_interim_replies_without_end_are_a_502(answering):
    one = answering(b"HTTP/1.1 102 Processing\r\n\r\n" * 1100 + OK)
    with one.connect() as connection:
        connection.sendall(get(one))
        while (head := read_head(connection)).startswith(b"HTTP/1.1 102"):
            pass
        assert head.startswith(b"HTTP/1.1 502")


# --- Expect: 100-continue ---------------------------------------------------------------------------------------------


def hear(heads, answers=(CONTINUE, OK)):
    """An origin that answers the head first, and then what it got of the body."""

    def play(connection):
        while head := read_head(connection):
            heads.append(head)
            connection.sendall(answers[0])
            if len(answers) > 1:
                heads.append(connection.recv(4, socket.MSG_WAITALL))
                connection.sendall(answers[1])

    return play


def test_an_expectation_is_for_the_origin_and_so_is_its_100(answering):
    heard = []
    one = answering(hear(heard))
    with one.connect() as connection:
        for _ in range(2):
            connection.sendall(post(one, 4))
            assert read_head(connection).startswith(b"HTTP/1.1 100 Continue")
            assert ask(connection, b"body").status == 200
    assert b"Expect: 100-continue\r\n" in heard[0] and heard[1] == b"body"


@pytest.mark.parametrize("status", [b"401 Unauthorized", b"413 Content Too Large", b"307 Temporary Redirect", b"200 OK"])
def test_a_final_answer_to_an_expectation_costs_no_upload(answering, status):
    heard = []
    final = b"HTTP/1.1 %s\r\nLocation: /b\r\nContent-Length: 2\r\n\r\nno" % status
    one = answering(hear(heard, (final,)))
    with one.connect() as connection:
        reply = ask(connection, post(one, 1 << 30))
        assert (reply.status, reply.body) == (int(status[:3]), b"no")
        assert reply.getheader("Connection") == "close"  # what comes next, a body or a request, nobody can tell
        assert connection.recv(1) == b""
    assert outcome(one)["bytes_up"] == 0
    assert one.get(one.url).status == int(status[:3])
    assert one.origin.accepted == 2  # the first connection waited for a body


def test_a_client_that_does_not_wait_is_served_too(answering):
    one = answering(hear([]))
    with one.connect() as connection:
        connection.sendall(post(one, 4) + b"body")
        assert read_head(connection).startswith(b"HTTP/1.1 100 Continue")
        assert read_reply(connection).status == 200


def test_an_expectation_of_http_1_0_is_none(answering):
    heard = []
    one = answering(hear(heard))
    reply = one.send(post(one, 4, b"1.0") + b"body")
    assert reply.status == 200 and b"Expect" not in heard[0]


def test_an_expectation_that_nobody_knows_is_for_the_origin(answering):
    heard = []
    one = answering(hear(heard, (b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n",)))
    with one.connect() as connection:
        assert ask(connection, post(one, 4, more=b"Expect: x-y\r\n") + b"body").status == 417
    assert b"Expect: x-y\r\n" in heard[0]


def test_an_origin_that_knows_no_expectation_gets_the_body_when_the_client_is_tired_of_waiting(answering):
    def old(connection):
        read_head(connection)
        assert connection.recv(4, socket.MSG_WAITALL) == b"body"
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")

    one = answering(old)
    with one.connect() as connection:
        connection.sendall(post(one, 4))
        assert ask(connection, b"body").status == 200


def test_an_origin_that_is_known_to_be_old_is_spared_the_question(answering):
    def old(connection):
        while read_head(connection):
            if heads.append(1) or len(heads) > 1:
                assert connection.recv(4, socket.MSG_WAITALL) == b"body"
            connection.sendall(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")

    heads = []
    one = answering(old)
    with one.connect() as connection:
        assert ask(connection, get(one)).status == 200
        connection.sendall(post(one, 4))
        assert read_head(connection) == CONTINUE
        assert ask(connection, b"body").status == 200
    assert one.origin.accepted == 1


# --- who is waited for ------------------------------------------------------------------------------------------------


def test_a_client_that_stalls_its_upload_is_told_so(answering):
    def wait(connection):
        read_head(connection)
        connection.recv(100)
        connection.recv(100)

    one = answering(wait, timeouts={"stream": "1s"})
    reply = one.send(post(one, 100, more=b"") + b"some")
    assert reply.status == 408 and b"reason: timeout_body" in reply.body
    assert (outcome(one)["status"], outcome(one)["reason"]) == (408, "timeout_body")


def test_an_origin_that_never_answers_an_expectation_is_who_stalls(answering):
    one = answering(lambda connection: (read_head(connection), connection.recv(100)), timeouts={"stream": "1s"})
    assert one.send(post(one, 100)).status == 504
    assert outcome(one)["reason"] == "upstream_timeout"


def test_an_origin_that_does_not_take_an_upload_is_who_stalls(answering):
    done = threading.Event()
    one = answering(lambda connection: (read_head(connection), done.wait(60)), timeouts={"stream": "1s"})
    with one.connect() as connection:
        def upload():
            try:
                connection.sendall(post(one, 1 << 28, more=b"") + b"x" * (1 << 28))
            except OSError:
                pass

        sender = threading.Thread(target=upload)
        sender.start()
        assert read_reply(connection).status == 504
        connection.shutdown(socket.SHUT_RDWR)
        sender.join()
    done.set()


def hanging(ended):
    """An origin that never answers, and says when its connection has ended."""

    def play(connection):
        read_head(connection)
        while connection.recv(100):
            pass
        ended.set()

    return play


def test_an_origin_is_not_held_for_a_client_that_has_gone(answering):
    ended = threading.Event()
    one = answering(hanging(ended), timeouts={"idle": "1s"})
    connection = one.connect()
    connection.sendall(get(one))
    wait_for(lambda: one.origin.accepted, "the origin to be asked")
    connection.close()
    assert ended.wait(60)
    found = outcome(one)
    assert found["reason"] == "client_gone" and found.get("status", 0) == 0


def test_a_client_that_breaks_ends_it_at_once(answering):
    ended = threading.Event()
    one = answering(hanging(ended))
    connection = one.connect()
    connection.sendall(get(one))
    wait_for(lambda: one.origin.accepted, "the origin to be asked")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    assert ended.wait(60)
    assert outcome(one)["reason"] == "client_gone"


def test_a_client_that_breaks_after_its_end_ends_it_at_once(answering):
    ended = threading.Event()
    one = answering(hanging(ended))
    connection = one.connect()
    connection.sendall(get(one))
    wait_for(lambda: one.origin.accepted, "the origin to be asked")
    connection.shutdown(socket.SHUT_WR)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    assert ended.wait(60)
    assert outcome(one)["reason"] == "client_gone"


def test_a_client_that_has_ended_its_side_is_answered(answering):
    def think(connection):
        read_head(connection)
        seen.wait(60)
        connection.sendall(OK)

    seen = threading.Event()
    one = answering(think)
    with one.connect() as connection:
        connection.sendall(get(one, more=b"Connection: close\r\n"))
        connection.shutdown(socket.SHUT_WR)
        wait_for(lambda: one.origin.accepted, "the origin to be asked")
        seen.set()
        assert read_all(connection).endswith(b"ok")
    assert outcome(one)["status"] == 200


def test_a_client_that_has_ended_its_side_may_read_slowly(answering):
    size = 20_000_000

    def send_much_or_nothing(connection):
        if b"/silent" in read_head(connection):
            connection.recv(1)
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)

    one = answering(send_much_or_nothing, timeouts={"idle": "1s"}, workers=1)
    with one.connect() as slow:
        slow.sendall(get(one))
        slow.shutdown(socket.SHUT_WR)
        read_head(slow)
        gone = one.connect()
        gone.sendall(get(one).replace(b"/a ", b"/silent "))
        gone.close()
        silent = wait_for(lambda: [d for d in one.decisions() if d["path"] == "/silent"], "its decision")[0]
        assert one.outcome_of(silent)["reason"] == "client_gone"  # by then the other has read nothing for as long
        assert len(read_all(slow)) == size


def opened(gate, origin, **sections):
    tls = {"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["@llm", HOST]}}
    return gate(resolve=hosts(HOST), tls=tls, rules=[allow(HOST, paths=["/**"])], **sections)


def end_tls(connection):
    """Sends close_notify and goes on listening."""
    connection.setblocking(False)
    try:
        connection.unwrap()
    except (ssl.SSLWantReadError, BlockingIOError):
        pass
    connection.settimeout(60)


def test_a_client_that_has_ended_its_side_of_an_opened_connection_is_answered(gate, secure_origin):
    one = opened(gate, secure_origin)
    connection = one.secure(HOST, secure_origin.port)
    connection.sendall(b"GET /hello HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n" % (HOST.encode(), secure_origin.port))
    end_tls(connection)
    assert one.outcome_of(one.only_decision())["status"] == 200
    connection.close()


def test_an_origin_is_not_held_for_a_client_that_has_ended_an_opened_connection(gate, secure_origin):
    one = opened(gate, secure_origin, timeouts={"idle": "1s"})
    connection = one.secure(HOST, secure_origin.port)
    connection.sendall(b"GET /silent HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (HOST.encode(), secure_origin.port))
    wait_for(lambda: secure_origin.requests, "the origin to be asked")
    end_tls(connection)
    assert one.outcome_of(one.only_decision())["reason"] == "client_gone"
    connection.close()
