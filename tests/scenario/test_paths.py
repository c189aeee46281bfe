# SPDX-License-Identifier: Apache-2.0
"""Paths as clients send them: judged by what they mean, forwarded as they came, refused where servers may differ."""
import pytest
from support.gate import allow, hosts


@pytest.fixture
def shop(gate, origin):
    rules = [
        allow("shop.example", schemes=["http"], paths=["/shop/**", "/bild/gr%C3%B6%C3%9Fe.jpg", "/a~b"]),
        {"id": "no-admin", "verdict": "deny", "hosts": ["shop.example"], "schemes": ["http"], "ports": ["1-65535"], "paths": ["/shop/admin/**"]},
    ]
    one = gate(resolve=hosts("shop.example", "free.example"), rules=[*rules, allow("free.example", id="free")])
    one.send_path = lambda path, host=b"shop.example": one.send(
        b"GET http://%s:%d%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % (host, origin.port, path))
    return one


@pytest.mark.parametrize("path", [
    b"/shop/a/./b", b"/shop/a/../b", b"/shop//a", b"/%73hop/a", b"/shop/%61", b"/a%7eb", b"/bild/gr\xc3\xb6\xc3\x9fe.jpg",
    b"/bild/gr%c3%b6%c3%9fe.jpg", b"/shop/?q=gr\xc3\xb6\xc3\x9fe", b"/shop/a?%zz&/../", b"/shop/caf\xe9"])
def test_what_means_the_same_to_all_servers_is_judged_so_and_goes_on_as_it_came(shop, origin, path):
    reply = shop.send_path(path)
    assert reply.status == 200, reply.body
    assert origin.requests[0]["target"].encode("latin-1") == path


@pytest.mark.parametrize("path, detail", [
    (b"/shop/../private", "'.' or '..' as a segment"), (b"/private/../shop/a", "'.' or '..' as a segment"),
    (b"/shop/admin/../y", "'.' or '..'"), (b"/shop/admin/%2e%2e/y", "'.' or '..'"), (b"//shop/a", "'//'"),
    (b"/shop/a%2fb", "%2F in the path"), (b"/shop/a%5Cb", "%5C in the path"), (b"/shop/%252e", "%25 in the path"),
    (b"/shop/..;/admin", "a segment that begins with '.;' or '..;'"),
    (b"/shop/..%3B/admin", "a segment that begins with '.;' or '..;'"), (b"/shop/%2e%2e%3b/admin", "a segment that begins with"), (b"/shop/%00", "%00 in the path"),
    (b"/shop/50%-off", "write %25")])
def test_what_servers_may_read_in_two_ways_is_refused_where_it_matters_and_told_why(shop, origin, path, detail):
    reply = shop.send_path(path)
    assert reply.status == 400 and detail in reply.body.decode() and "reason: bad_path" in reply.body.decode()
    assert detail in shop.only_decision()["detail"] and origin.requests == []


def test_a_deny_that_holds_in_the_usual_reading_is_that_deny(shop):
    assert shop.send_path(b"/shop/x/../admin/y").status == 403
    assert shop.only_decision()["rule"] == "no-admin"


@pytest.mark.parametrize("path", [b"/x/../y", b"/a%2fb", b"/a//../b", b"/%C0%AF"])
def test_where_no_rule_looks_at_paths_they_pass_as_they_are(shop, origin, path):
    assert shop.send_path(path, b"free.example").status == 200
    assert origin.requests[0]["target"].encode() == path


def test_a_byte_above_7f_in_the_host_is_told(shop):
    reply = shop.send(b"GET http://m\xc3\xbcnchen.example/ HTTP/1.1\r\nHost: x\r\n\r\n")
    assert reply.status == 400 and "byte 0xC3 in the host: write the name in its ASCII form (xn--)" in reply.body.decode()
