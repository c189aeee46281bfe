# SPDX-License-Identifier: Apache-2.0
"""Through a corporate proxy: names are its matter, every way goes through it, and what it refuses is refused."""
import base64
import shutil
import subprocess

import pytest
from support.corporate import CorporateProxy
from support.gate import allow, free_port, hosts
from support.wait import wait_for

BASIC = "Basic " + base64.b64encode(b"gate:secret word").decode()


@pytest.fixture
def corporate(things):
    def make(**options):
        things.append(CorporateProxy(**options))
        return things[-1]
    return make


def far(host, **more):
    """Without `addresses`: who connects to it looks it up."""
    rule = {**allow(host), "id": host, **more}
    del rule["addresses"]
    return rule


def chained(gate, proxy, scheme="http", more=None, rules=None, **sections):
    """Hosts are not looked up by the gate: it has no names of them."""
    return gate(resolve=hosts("proxy.corp.example"), upstream_proxy="corp", rules=rules or [far("shop.example")],
                proxies={"corp": {"url": f"{scheme}://proxy.corp.example:{proxy.port}", **(more or {})}}, **sections)


def request(port):
    return b"GET http://shop.example:%d/a HTTP/1.1\r\nHost: shop.example\r\n\r\n" % port


def test_plain_http_and_tunnels_go_through_it_and_the_names_are_its_own(gate, corporate, origin, secure_origin):
    proxy = corporate()
    one = chained(gate, proxy)
    assert one.send(request(origin.port)).status == 200
    with one.secure("shop.example", secure_origin.port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert proxy.asked == [f"GET http://shop.example:{origin.port}/a HTTP/1.1", f"CONNECT shop.example:{secure_origin.port} HTTP/1.1"]
    assert [one.outcome_of(d)["address"] for d in one.decisions()] == ["127.0.0.1"] * 2


def test_it_is_spoken_to_over_tls_with_roots_and_credentials_of_its_own(gate, corporate, secure_origin, origin, tmp_path):
    from support.certificates import Root
    folder = tmp_path / "corp"
    folder.mkdir()
    authority = Root(folder)
    (folder / "secret").write_text("gate:secret word\n")
    proxy = corporate(certificate=authority.issue("proxy.corp.example"), credentials=BASIC)
    own = {"roots": str(authority.path), "credentials_file": str(folder / "secret")}
    one = chained(gate, proxy, "https", own)
    assert one.send(request(origin.port)).status == 200
    with one.secure("shop.example", secure_origin.port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert "secret word" not in one.log() and BASIC not in one.log()
    stranger = chained(gate, proxy, "https", {"credentials_file": str(folder / "secret")})
    assert stranger.send(request(origin.port)).status == 502
    assert len(proxy.asked) == 2


@pytest.mark.parametrize("answer, detail", [
    (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "it answered 403"),
    (b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", "it answered 407: it wants (other) credentials"),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "its answer to CONNECT is no HTTP"),
])
def test_what_it_refuses_is_refused_and_nobody_goes_past_it(gate, corporate, secure_origin, answer, detail):
    proxy = corporate(answer=answer)
    one = chained(gate, proxy)
    with pytest.raises(Exception):
        one.secure("shop.example", secure_origin.port)
    decision = one.only_decision()
    outcome = one.outcome_of(decision)
    assert (outcome["reason"], outcome["detail"]) == ("upstream_proxy", f"proxy corp at 127.0.0.1: {detail}")
    assert secure_origin.requests == []


def test_a_proxy_that_is_away_closes_the_way(gate, corporate, origin):
    proxy = corporate()
    proxy.port = free_port()
    one = chained(gate, proxy)
    assert one.send(request(origin.port)).status == 502
    assert origin.requests == []


def test_a_rule_may_go_straight_and_an_address_is_judged_all_the_same(gate, corporate, origin):
    proxy = corporate()
    straight = {**allow("erp.example", addresses=["127.0.0.0/8"]), "upstream_proxy": "none"}
    one = gate(resolve=hosts("proxy.corp.example", "erp.example"), upstream_proxy="corp", rules=[straight, far("shop.example")],
               proxies={"corp": {"url": f"http://proxy.corp.example:{proxy.port}"}})
    assert one.send(b"GET http://erp.example:%d/ HTTP/1.1\r\nHost: erp.example\r\n\r\n" % origin.port).status == 200
    assert one.send(b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: a\r\n\r\n" % origin.port).status == 403
    assert proxy.asked == []


def test_a_real_proxy_carries_what_real_clients_ask_for(gate, origin, secure_origin, root, tmp_path):
    port = free_port()
    (tmp_path / "tinyproxy.conf").write_text(f"Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nBasicAuth gate secret\nLogLevel Info\n")
    (tmp_path / "secret").write_text("gate:secret\n")
    proxy = subprocess.Popen([shutil.which("tinyproxy"), "-d", "-c", str(tmp_path / "tinyproxy.conf")], stdout=subprocess.PIPE, text=True)
    try:
        one = gate(resolve=hosts("proxy.corp.example"), upstream_proxy="corp", rules=[far("localhost", ports=["1-65535"])],
                   proxies={"corp": {"url": f"http://proxy.corp.example:{port}", "credentials_file": str(tmp_path / "secret")}})
        wait_for(lambda: curl(one, f"http://localhost:{origin.port}/") == "200", "tinyproxy to listen")
        assert curl(one, "-k", f"https://localhost:{secure_origin.port}/") == "200"
        assert [d["host"] for d in one.decisions()][-1] == "localhost"
    finally:
        proxy.terminate()
        proxy.wait()


def curl(gate, *words):
    return subprocess.run(["curl", "-s", "-m", "60", "-w", "%{http_code}", "-o", "/dev/null", "-x", f"http://127.0.0.1:{gate.port}", *words],
                          capture_output=True, text=True).stdout
