# SPDX-License-Identifier: Apache-2.0
"""Clients that speak SOCKS5: by name or by address, under the same judge as CONNECT, with real programs."""
import hashlib
import json
import socket
import ssl
import struct
import subprocess

import pytest
from support.apart import Apart, FarGate, inside
from support.apart import run as inside_run
from support.gate import LOOPBACK, allow, ask, free_port, hosts
from support.llm import CHAT, call, local, reroute
from support.origin import Listener
from support.wait import wait_for

OK = b"\5\0\0\1\0\0\0\0\0\0"


def greet(connection):
    """A database: it speaks first."""
    connection.sendall(b"220 welcome\r\n")
    connection.sendall(b"you said " + connection.recv(4096))


@pytest.fixture
def database(things):
    things.append(Listener(greet))
    return things[-1]


@pytest.fixture
def door(gate):
    """A gate with a listener for SOCKS, `one.socks`."""

    def make(*rules, **sections):
        port = free_port()
        listen = sections.pop("listen", {"socks": [f"127.0.0.1:{port}"]})
        one = gate(listen=listen, resolve=hosts("shop.example", "db.example"), rules=list(rules), **sections)
        one.socks = port
        return one

    return make


def tcp(port, **more):
    return allow("db.example", id="db", schemes=["tcp"], ports=[port], **more)


def run(*words, **options):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120, **options)


def read(connection, count):
    got = b""
    while len(got) < count:
        piece = connection.recv(count - len(got))
        if not piece:
            break
        got += piece
    return got


def begin(one, offer=b"\5\1\0", answer=b"\5\0"):
    connection = socket.create_connection(("127.0.0.1", one.socks), timeout=60)
    connection.sendall(offer)
    assert read(connection, 2) == answer
    return connection


def name(host, port, command=1):
    host = host if isinstance(host, bytes) else host.encode()
    return bytes([5, command, 0, 3, len(host)]) + host + port.to_bytes(2, "big")


def reply_to(one, request):
    with begin(one) as connection:
        connection.sendall(request)
        reply = read(connection, 10)
        assert (len(reply), reply[:1], reply[2:]) == (10, b"\5", OK[2:])
        if reply[1] != 0:
            assert connection.recv(1) == b""
        return reply[1]


# --- programs


def test_curl_reaches_by_name_what_a_rule_allows_with_its_own_tls_or_none(door, origin, secure_origin, root):
    one = door(allow("shop.example"))
    proxy = f"socks5h://127.0.0.1:{one.socks}"
    assert run("curl", "-sSf", "-x", proxy, f"http://shop.example:{origin.port}/echo").returncode == 0
    secure = run("curl", "-sSf", "-x", proxy, "--cacert", root.path, f"https://shop.example:{secure_origin.port}/echo")
    assert secure.returncode == 0, secure.stderr
    # plain HTTP was a tunnel until it was seen
    assert [(d["host"], d["method"]) for d in one.decisions()] == [("shop.example", word) for word in ("CONNECT", "GET", "CONNECT")]
    assert one.metric("exeat_socks_sessions_total ") == 2


def test_curl_hears_that_it_is_not_allowed(door, origin):
    one = door(allow("shop.example"))
    done = run("curl", "-sS", "--socks5-hostname", f"127.0.0.1:{one.socks}", "https://other.example/")
    assert (done.returncode, "(2)" in done.stderr) == (97, True), done.stderr
    decision = one.only_decision()
    assert (decision["host"], decision["verdict"], decision["reason"]) == ("other.example", "deny", "no_rule")
    assert one.outcome_of(decision)["done"] == "refuse"


def test_an_address_counts_only_where_a_rule_names_it(door, database):
    closed = door(allow("db.example"), tcp(database.port))
    assert reply_to(closed, b"\5\1\0\1\x7f\0\0\1" + database.port.to_bytes(2, "big")) == 2
    assert database.accepted == 0
    named = {"id": "by-address", "verdict": "allow", "schemes": ["tcp"], "ports": [database.port], "addresses": LOOPBACK}
    one = door(named)
    for words in (["--socks5", f"127.0.0.1:{one.socks}", f"telnet://127.0.0.1:{database.port}"],
                  ["-x", f"socks5h://127.0.0.1:{one.socks}", f"telnet://127.0.0.1:{database.port}"]):
        assert "you said EHLO" in run("curl", "-sS", "-m", "60", *words, input="EHLO\n").stdout
    assert {d["rule"] for d in one.decisions()} == {"by-address"}


def test_socks_within_tls_is_socks(door, database, root):
    """What a stunnel beside the client does for it."""
    certificate, key = root.issue("127.0.0.1")
    port = free_port()
    listener = {"address": f"127.0.0.1:{port}", "certificate": str(certificate), "key": str(key)}
    one = door(tcp(database.port), listen={"socks": [listener]})
    trust = ssl.create_default_context(cafile=root.path)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as bare, trust.wrap_socket(bare, server_hostname="127.0.0.1") as connection:
        connection.sendall(b"\5\1\0")
        assert read(connection, 2) == b"\5\0"
        connection.sendall(name("db.example", database.port))
        assert read(connection, len(OK)) == OK
        connection.sendall(b"SELECT 1")
        assert read(connection, 30) == b"220 welcome\r\nyou said SELECT 1"[:30]
    assert one.only_decision()["verdict"] == "allow"


def test_netcat_as_ssh_uses_it_reaches_a_server_that_speaks_first(door, database):
    one = door(tcp(database.port))
    done = run("nc", "-X", "5", "-x", f"127.0.0.1:{one.socks}", "db.example", database.port, input="SELECT 1")
    assert done.stdout == "220 welcome\nyou said SELECT 1"  # as text


def test_php_knows_it_by_curl_and_by_a_wrapper_of_its_sockets(door, origin, database, tmp_path):
    one = door(allow("shop.example"), tcp(database.port))
    code = f"""$c = curl_init('http://shop.example:{origin.port}/echo'); curl_setopt_array($c, [CURLOPT_RETURNTRANSFER => 1,
        CURLOPT_PROXY => '127.0.0.1:{one.socks}', CURLOPT_PROXYTYPE => CURLPROXY_SOCKS5_HOSTNAME]);
        curl_exec($c); echo curl_getinfo($c, CURLINFO_RESPONSE_CODE);"""
    assert run("php", "-r", code).stdout == "200"
    conf = tmp_path / "proxychains.conf"
    conf.write_text(f"strict_chain\nquiet_mode\nproxy_dns\nremote_dns_subnet 224\n[ProxyList]\nsocks5 127.0.0.1 {one.socks}\n")
    code = f"$s = fsockopen('db.example', {database.port}); echo fgets($s); fwrite($s, 'SELECT 1'); echo stream_get_contents($s);"
    done = run("proxychains4", "-f", conf, "php", "-n", "-r", code)
    assert "220 welcome" in done.stdout and "you said SELECT 1" in done.stdout, done.stderr
    assert [d["host"] for d in one.decisions()] == ["shop.example", "shop.example", "db.example"]


def test_ssh_speaks_to_its_server_through_netcat_and_hears_why_it_may_not(door, things):
    """The server says what it is, hears what ssh is, and breaks off."""
    heard = []

    def speak_ssh(connection):
        connection.sendall(b"SSH-2.0-fixed\r\n")
        heard.append(connection.recv(100))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # ends with a reset

    server = Listener(speak_ssh)
    things.append(server)
    one = door(tcp(server.port))

    def ssh(host):
        return run("ssh", "-v", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                   "-o", f"ProxyCommand=nc -X 5 -x 127.0.0.1:{one.socks} %h %p", "-p", server.port, f"git@{host}", "true")

    done = ssh("db.example")
    assert "remote software version fixed" in done.stderr, done.stderr
    wait_for(lambda: heard and heard[0].startswith(b"SSH-2.0-OpenSSH"), "the server to hear it")
    assert ssh("other.example").returncode == 255
    assert [(d["host"], d["verdict"]) for d in one.decisions()] == [("db.example", "allow"), ("other.example", "deny")]


def speak_mysql(connection):
    """A greeting of MySQL's protocol (10), and a no to whoever logs in."""
    body = (b"\x0a8.0.0\0" + bytes(4) + b"12345678\0" + b"\xff\xf7" + b"\x2d" + b"\2\0" + b"\xff\xc1" + b"\x15" + bytes(10)
            + b"123456789012\0mysql_native_password\0")
    connection.sendall(len(body).to_bytes(3, "little") + b"\0" + body)
    login = connection.recv(4096)
    said = b"\xff\x15\x04#28000it is " + (b"shop" if b"shop\0" in login else b"nobody")
    connection.sendall(len(said).to_bytes(3, "little") + b"\2" + said)


@pytest.mark.parametrize("code", [
    "new mysqli('db.example', 'shop', 'x', 'm', {port});",
    "new PDO('mysql:host=db.example;port={port};dbname=m', 'shop', 'x');"], ids=["mysqli", "PDO"])
def test_php_speaks_to_its_database(door, things, tmp_path, code):
    server = Listener(speak_mysql)
    things.append(server)
    one = door(tcp(server.port))
    conf = tmp_path / "proxychains.conf"
    conf.write_text(f"strict_chain\nquiet_mode\nproxy_dns\nremote_dns_subnet 224\n[ProxyList]\nsocks5 127.0.0.1 {one.socks}\n")
    wrapped = f"try {{ {code.format(port=server.port)} }} catch (Exception $e) {{ echo $e->getMessage(); }}"
    done = run("proxychains4", "-f", conf, "php", "-r", wrapped)
    assert "it is shop" in done.stdout, (done.stdout, done.stderr)
    assert one.only_decision()["host"] == "db.example"


# --- who asks


def test_user_and_password_are_those_of_a_client(door, database):
    digest = hashlib.sha256(b"hush").hexdigest()
    token = hashlib.sha256(b"a-token-of-many-bits").hexdigest()
    clients = {"jobs": {"user": "jobs", "secret_sha256": digest}, "it": {"token_sha256": [token]}}
    one = door(tcp(database.port, **{"from": ["jobs", "it"]}), clients=clients)
    telnet = f"telnet://db.example:{database.port}"
    for who in ("jobs:hush", "whoever:a-token-of-many-bits"):
        done = run("curl", "-sS", "-m", "60", "-x", f"socks5h://{who}@127.0.0.1:{one.socks}", telnet, input="x\n")
        assert "you said" in done.stdout, done.stderr
    for who in ("jobs:hus", "it:hush", "jobs%3Ahush:"):
        done = run("curl", "-sS", "-m", "60", "-x", f"socks5h://{who}@127.0.0.1:{one.socks}", telnet, input="x\n")
        assert done.returncode == 97 and "rejected" in done.stderr, done.stderr
    assert reply_to(one, name("db.example", database.port)) == 2
    known = [(d.get("client"), d.get("client_proof"), d["reason"]) for d in one.decisions()]
    assert known == [("jobs", "secret", "rule"), ("it", "token", "rule")] + [(None, None, "client_unknown")] * 3 + [
        (None, None, "credentials_needed")]
    assert database.accepted == 2
    for secret in ("hush", "a-token-of-many-bits"):
        assert secret not in one.log() and secret not in json.dumps(one.export())


def test_a_listener_of_its_own_tells_who_asks(door, database):
    port = free_port()
    listen = {"socks": [{"address": f"127.0.0.1:{port}", "name": "databases"}]}
    one = door(tcp(database.port, **{"from": ["db"]}), listen=listen, clients={"db": {"listener": "databases"}})
    one.socks = port
    assert reply_to(one, name("db.example", database.port)) == 0
    assert one.only_decision()["client_proof"] == "listener"


def test_a_way_of_showing_who_it_is_that_is_not_known_is_told_so(door):
    one = door()
    with begin(one, b"\5\1\1", b"\5\xff") as connection:
        assert connection.recv(1) == b""
    with begin(one, b"\5\2\0\2", b"\5\0"):  # nobody's password would tell anything
        pass
    with begin(one, b"\5\1\2", b"\5\2") as connection:
        connection.sendall(b"\1\1a\0" + name("other.example", 443))
        assert read(connection, 4) == b"\1\0\5\2"
    assert one.decisions()[0]["reason"] == "method_unsupported"


# --- what it may not


def test_what_cannot_be_served_has_its_own_reply_and_leaves_a_record(door, things):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        one = door(tcp(port))
        rows = [
            (name("db.example", port), 5, "allow", "rule"),
            (name("db.example", port, command=2), 7, "error", "method_unsupported"),
            (name("db.example", port, command=3), 7, "error", "method_unsupported"),
            (name("db.example", port, command=240), 7, "error", "method_unsupported"),
            (b"\5\1\0\5\1\1\1", 8, "error", "bad_target"),
            (name(b"db.example\0.evil.example", port), 1, "error", "bad_target"),
            (name("db.example", 0), 1, "error", "bad_target"),
            (b"\5\1\7\3", 1, "error", "malformed_head"),
            (name("127.0.0.1", one.admin_port), 2, "deny", "no_rule"),
        ]
        for request, reply, _, _ in rows:
            assert reply_to(one, request) == reply, request
    assert [(d["verdict"], d["reason"]) for d in one.decisions()] == [row[2:] for row in rows]


@pytest.fixture
def nowhere(tmp_path):
    """A network namespace that has no route but to its own net, and one to nobody."""
    apart = Apart()
    inside_run("ip", "-n", apart.gate, "route", "add", "unreachable", "198.51.100.7/32")
    yield apart
    apart.close()


def test_how_an_address_is_not_reached_is_told_in_the_words_of_socks(nowhere, tmp_path):
    places = {"no-net.example": "203.0.113.9", "no-host.example": "198.51.100.7", "nobody.example": "127.0.0.1"}
    one = FarGate(tmp_path, nowhere)
    one.config["listen"]["socks"] = ["127.0.0.1:1080"]
    one.config["resolve"] = {"hosts": {name: [place] for name, place in places.items()}}
    one.config["rules"] = [{"id": "any", "verdict": "allow", "hosts": ["*.example"], "schemes": ["tcp"], "ports": [5432],
                            "addresses": ["203.0.113.0/24", "198.51.100.0/24", "127.0.0.1/32"]}]
    one.start()
    try:
        for host, reply in (("no-net.example", 3), ("no-host.example", 4), ("nobody.example", 5), ("gone.other", 2)):
            done = run(*inside(nowhere.gate), "curl", "-sS", "-x", "socks5h://127.0.0.1:1080", f"telnet://{host}:5432")
            assert (done.returncode, f"({reply})" in done.stderr) == (97, True), done.stderr
        outcomes = [one.outcome_of(d) for d in one.decisions()]
        assert [o["reason"] for o in outcomes[:3]] == ["net_unreachable", "host_unreachable", "connect_failed"]
    finally:
        one.stop()


def test_the_gates_own_sockets_are_never_reached(door):
    one = door(allow("shop.example", schemes=["tcp"]))
    for port in (one.socks, one.port, one.admin_port):
        assert reply_to(one, name("shop.example", port)) == 2


def test_whatever_comes_byte_by_byte_is_the_same_and_a_client_that_stops_is_told(door, database):
    one = door(tcp(database.port), timeouts={"head": "3s"})
    with socket.create_connection(("127.0.0.1", one.socks), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"\5\1\0" + name("db.example", database.port):
            connection.sendall(bytes([byte]))
        assert read(connection, 25).startswith(b"\5\0" + OK + b"220 welcome")
    with begin(one) as connection:
        connection.sendall(b"\5\1\0\3")
        assert read(connection, 10)[1] == 1
    assert one.decisions()[-1]["reason"] == "timeout_head"


def test_another_protocol_is_told_from_its_first_byte(door):
    one = door()
    for said in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\3\1\0\1\0", b"\4\1\0\x50\1\1\1\1\0"):
        with socket.create_connection(("127.0.0.1", one.socks), timeout=60) as connection:
            connection.sendall(said)
            assert connection.recv(100) == b"\5\xff"
    details = [decision["detail"] for decision in one.decisions()]
    assert ["HTTP" in details[0], "TLS" in details[1], "SOCKS4" in details[2]] == [True] * 3


# --- LLM hosts


def test_an_llm_call_within_socks_is_answered_here(door, inference):
    rule = {**reroute("local"), "schemes": ["http", "https"], "ports": [80, 443]}
    one = door(rule, inference=[local(inference.port)])
    for port in (443, 80):
        with begin(one) as connection:
            connection.sendall(name("api.openai.com", port))
            assert read(connection, 10) == OK
            if port == 443:
                context = ssl.create_default_context(cafile=str(one.bundle()))
                connection = context.wrap_socket(connection, server_hostname="api.openai.com")
            assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    assert [d["verdict"] for d in one.decisions()] == ["reroute"] * 2


# --- a reload, and other machines


def test_other_machines_may_ask_only_as_clients(door, database):
    port = free_port()
    one = door(tcp(database.port), listen={"socks": [f"0.0.0.0:{port}"]}, clients={"it": {"address": "192.0.2.1"}})
    one.socks = port
    assert reply_to(one, name("db.example", database.port)) == 0  # from this machine
