# SPDX-License-Identifier: Apache-2.0
"""What the certificates of an allowed host name is let out where the rule says so, and nothing beside it."""
import pytest
from support.certificates import issue_naming
from support.gate import allow, ask, hosts
from support.origin import Origin
from support.wait import wait_for

SHOP, CA = "shop.example", "ca.example"
ASKED = "MFMwUTBPME0wSzAJBgUrDgMCGgUABBQ%2B"


@pytest.fixture
def shop(gate, root, origin, things):
    """A host whose certificate names places at another, which is `origin`."""

    def make(*rules, workers=2, **more):
        at = f"http://{CA}:{origin.port}"
        pair = issue_naming(root, SHOP, status=[f"{at}/ocsp"], lists=[f"{at}/root.crl", f"{at}/list?id=7"], issuers=[f"{at}/root.cer"])
        one = gate(
            resolve=more.pop("resolve", hosts(SHOP, CA, "evil.example")),
            rules=list(rules),
            tls={
                "authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [SHOP]},
                "upstream": {"roots": str(root.path)},
            },
            workers=workers,
            **more,
        )
        one.host = Origin(pair)
        things.append(one.host)
        one.places, one.at = origin, at
        return one

    return make


def connect(one, roots):
    with one.secure(SHOP, one.host.port, roots=roots) as connection:
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n" % (SHOP.encode(), one.host.port)).status == 200


def status(one, path, method="GET", host=CA):
    return one.get(f"http://{host}:{one.places.port}{path}", method, body=b"0" if method == "POST" else None).status


def test_what_a_tunnels_certificate_names_may_be_fetched_and_only_that(shop, root):
    one = shop(allow(SHOP, follow_aia=True))
    assert status(one, "/root.crl") == 403
    connect(one, root.path)
    wait_for(lambda: status(one, "/root.crl") == 200, "the look at the certificates")
    followed = [("/root.crl", "GET"), ("/root.cer", "GET"), ("/list?id=7", "GET"), ("/ocsp", "POST"), ("/ocsp/" + ASKED, "GET")]
    for path, method in followed:
        assert status(one, path, method) == 200, path
        decision = one.decisions()[-1]
        assert (decision["verdict"], decision["rule"], decision["reason"]) == ("allow", "allowed", "followed")
    seen = len(one.places.requests)
    for path, method in [
        ("/root.crl", "POST"), ("/root.crl/", "GET"), ("/root.crl?x=1", "GET"), ("/list?id=8", "GET"), ("/list", "GET"), ("/", "GET"),
        ("/ocsp", "GET"), ("/ocsp/", "GET"), ("/ocsp/a/../../secret", "GET"), ("/ocsp/a.b", "GET"), ("/ocsp/a?b=c", "GET"),
        ("/ocspx/AAAA", "GET"), ("/ocsp/AAAA", "POST"), ("/ocsp", "PUT"), ("/ocsp/" + "A" * 2000, "GET"),
    ]:
        assert status(one, path, method) in (400, 403), (path, method)
    assert status(one, "/root.crl", host="evil.example") == 403
    assert len(one.places.requests) == seen


def test_so_may_what_the_certificate_of_an_opened_connection_names(shop, root):
    one = shop(allow(SHOP, methods=["GET"], follow_aia=True))
    connect(one, one.bundle())
    assert status(one, "/root.crl") == 200
    assert one.host.connections <= 1


def test_without_the_key_nothing_is_looked_at(shop, root):
    one = shop(allow(SHOP))
    connect(one, root.path)
    assert status(one, "/root.crl") == 403


def test_a_deny_and_a_new_policy_hold_against_it(shop, root):
    one = shop(allow(SHOP, methods=["GET"], follow_aia=True), {"id": "no", "verdict": "deny", "hosts": [CA], "schemes": ["http"], "ports": ["1-65535"], "paths": ["/ocsp/**"]})
    connect(one, one.bundle())
    assert status(one, "/root.crl") == 200 and status(one, "/ocsp/" + ASKED) == 403
    one.config["rules"] = [allow(SHOP, methods=["GET"])]
    one.write()
    assert one.control("reload").startswith("ok")
    assert status(one, "/root.crl") == 403


def test_its_addresses_are_those_of_the_rule_and_its_clients_too(shop, root):
    one = shop(
        allow(SHOP, methods=["GET"], follow_aia=True, **{"from": ["php"]}),
        clients={"php": {"address": "127.0.0.1"}},
        resolve={"hosts": {SHOP: ["127.0.0.1"], CA: ["10.1.2.3"]}},
    )
    connect(one, one.bundle())
    reply = one.get(f"{one.at}/root.crl")
    assert reply.status == 403 and b"reason: address" in reply.body
