# SPDX-License-Identifier: Apache-2.0
"""Whom a rule trusts upstream, and one name all the way: CONNECT, handshake, certificate and each request inside."""
import base64
import hashlib
import pathlib
import re
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from support import der
from support.certificates import Root
from support.gate import allow, ask, hosts, run_exeat
from support.origin import Handler, Origin
from support.wait import wait_for

SHOP = "shop.example"


def pin_of(path):
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    spki = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(spki).digest()).decode()


NOBODY = "sha256/" + base64.b64encode(b"\1" * 32).decode()


@pytest.fixture
def shop(gate, root, things):
    """An origin with a certificate for shop.example, and a gate that may open it; `rules` as given."""

    def make(*rules, certificate=None, handler=Handler, **more):
        pair = certificate or root.issue(SHOP)
        origin = Origin(pair, handler=handler)
        things.append(origin)
        authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [SHOP]}
        one = gate(
            resolve=hosts(SHOP),
            rules=list(rules),
            tls={"authority": authority, "upstream": {"roots": str(root.path)}},
            workers=1,
            **more,
        )
        one.origin, one.leaf = origin, pair[0]
        return one

    return make


def request(one, method=b"GET", host=SHOP):
    return b"%s / HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: 0\r\n\r\n" % (method, host.encode(), one.origin.port)


def fetch(one, method=b"GET"):
    with one.secure(SHOP, one.origin.port) as connection:
        return ask(connection, request(one, method), method.decode())


def reason_of_last(one):
    return one.outcome_of(one.decisions()[-1])["reason"]


def refused(one, reason, *words):
    """The reply, the log and the record say the same."""
    reply = fetch(one)
    outcome = one.outcome_of(one.decisions()[-1])
    told = one.events("dial_failed")[-1]
    assert reply.status == 502 and f"reason: {reason}".encode() in reply.body, reply.body
    assert (outcome["reason"], told["reason"]) == (reason, reason)
    for word in words:
        assert word in outcome["detail"] and word in told["detail"] and word.encode() in reply.body
    assert one.origin.requests == []


def reload(one, *rules):
    one.config["rules"] = list(rules)
    one.write()
    assert one.control("reload").startswith("ok")


# --- pins -------------------------------------------------------------------------------------------------------------


def test_a_pin_of_the_hosts_key_or_of_its_issuer_lets_out(shop, root):
    one = shop(allow(SHOP, pin=NOBODY))
    reload(one, allow(SHOP, pin=pin_of(one.leaf)))
    assert fetch(one).status == 200
    reload(one, allow(SHOP, pin=[NOBODY, pin_of(root.path)]))
    assert fetch(one).status == 200


def test_another_key_is_refused_and_said(shop):
    refused(shop(allow(SHOP, pin=NOBODY)), "upstream_pin", "no key of the verified chain")


def test_what_a_rule_trusts_is_looked_at_inside_whatever_it_says_of_methods(shop):
    one = shop(allow(SHOP, pin=NOBODY))
    connection, head = one.tunnel(SHOP, one.origin.port)
    assert head.startswith(b"HTTP/1.1 200")
    connection.close()
    assert one.origin.connections == 0
    done = run_exeat("explain", "-c", one.config_path, "GET", f"https://{SHOP}:{one.origin.port}/")
    assert "a rule says whom to trust upstream" in done.stdout


def test_a_kept_connection_serves_no_request_that_trusts_otherwise(shop):
    one = shop(allow(SHOP, id="reads", methods=["GET"]), allow(SHOP, id="writes", methods=["POST"], pin=NOBODY))
    with one.secure(SHOP, one.origin.port) as connection:
        assert ask(connection, request(one)).status == 200
        assert ask(connection, request(one, b"POST"), "POST").status == 502
        assert reason_of_last(one) == "upstream_pin"
        assert ask(connection, request(one)).status == 200
    assert [each["method"] for each in one.origin.requests] == ["GET", "GET"]


def test_nor_does_one_that_a_new_policy_trusts_no_more(shop):
    one = shop(allow(SHOP))
    reload(one, allow(SHOP, methods=["GET"]))
    with one.secure(SHOP, one.origin.port) as connection:
        assert ask(connection, request(one)).status == 200
        reload(one, allow(SHOP, methods=["GET"], pin=NOBODY))
        assert ask(connection, request(one)).status == 502
    assert len(one.origin.requests) == 1


# --- roots, certificates of the gate's own, revocation lists ----------------------------------------------------------


def test_a_rule_has_roots_of_its_own_and_others_do_not(shop, tmp_path):
    (tmp_path / "other").mkdir()
    other = Root(tmp_path / "other")
    one = shop(allow(SHOP, roots=str(other.path)), certificate=other.issue(SHOP))
    assert fetch(one).status == 200
    one.origin.requests.clear()
    reload(one, allow(SHOP, methods=["GET"]))
    refused(one, "upstream_tls", "certificate signature failure")


def test_the_gate_shows_the_certificate_of_the_rule(shop, root, tmp_path):
    one = shop(allow(SHOP, methods=["GET"]))
    one.origin.context.verify_mode = ssl.CERT_REQUIRED
    one.origin.context.load_verify_locations(str(root.path))
    assert fetch(one).status == 502
    certificate, key = root.issue("gate.example")
    reload(one, allow(SHOP, certificate=str(certificate), key=str(key)))
    assert fetch(one).status == 200


def test_a_revoked_certificate_is_refused_and_a_list_that_is_over_too(shop, root, tmp_path):
    crl = tmp_path / "root.crl"
    name = root.certificate.subject.public_bytes()

    def write(revoked, days=(-1, 1)):
        crl.write_text(der.pem("X509 CRL", der.revocation_list(name, root.key, root.key, revoked, days=days)))

    def write_and_wait(*words, **more):  # nobody says reload
        before = len(one.events("reloaded"))
        write(*words, **more)
        wait_for(lambda: len(one.events("reloaded")) > before, "the list to be taken")

    pair = root.issue(SHOP)
    write([x509.load_pem_x509_certificate(pair[0].read_bytes()).serial_number])
    one = shop(allow(SHOP, crl=str(crl)), certificate=pair)
    refused(one, "upstream_revoked", "certificate revoked")
    write_and_wait([], days=(-3, -2))
    refused(one, "upstream_tls", "CRL has expired")
    checked = run_exeat("check", "-c", one.config_path)
    assert "a revocation list is over since" in checked.stderr
    write_and_wait([])
    assert fetch(one).status == 200


@pytest.mark.parametrize("key", ["roots", "crl", "certificate", "key"])
def test_files_that_cannot_be_read_are_told_with_their_rule(shop, root, key):
    one = shop(allow(SHOP, methods=["GET"]))
    certificate, private = map(str, root.issue("gate.example"))
    more = {"certificate": certificate, "key": private} if key in ("certificate", "key") else {}
    one.config["rules"] = [allow(SHOP, **{**more, key: "missing"})]
    one.write()
    answer = one.control("reload")
    assert answer.startswith("refused: ") and "missing" in answer and "No such file" in answer
    assert fetch(one).status == 200
    place = next(f":{number}:" for number, line in enumerate(one.config_path.read_text().splitlines(), 1) if '"missing"' in line)
    done = run_exeat("check", "-c", one.config_path)
    assert done.returncode == 0 and f"{place}" in done.stderr and "warning: " in done.stderr and "`exeat run` does not start" in done.stderr
    assert run_exeat("check", "--strict", "-c", one.config_path).returncode == 1


@pytest.mark.parametrize("key", ["roots", "crl", "certificate", "key"])
@pytest.mark.parametrize("content", [None, "no PEM"])
def test_an_endpoints_file_that_cannot_be_used_is_warned_of_where_it_is_named(tmp_path, root, key, content):
    certificate, private = map(str, root.issue("gate.example"))
    if content is not None:
        (tmp_path / "bad.pem").write_text(content)
    (tmp_path / "exeat.yaml").write_text(
        "version: 1\nlisten: { forward: [127.0.0.1:3128] }\ninference:\n  - name: far\n    endpoint: https://far.example\n"
        + "".join(f"    {name}: {path}\n" for name, path in {**({"certificate": certificate, "key": private} if key in ("certificate", "key") else {}), key: "bad.pem"}.items() if name != key)
        + f"    {key}: bad.pem\n"
        + 'rules:\n  - { id: stay, verdict: reroute, hosts: [home.example], schemes: [http], inference: [far] }\n'
    )
    done = run_exeat("check", "--strict", "-c", tmp_path / "exeat.yaml")
    line = 6 + (1 if key in ("certificate", "key") else 0)
    assert done.returncode == 1 and f"exeat.yaml:{line}:" in done.stderr and "warning: " in done.stderr and "/bad.pem" in done.stderr, done.stderr


def test_the_line_of_the_page_makes_a_pin(root):
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs/policy-language.md").read_text()
    (line,) = re.findall(r"`(echo sha256/[^`]+)`", page)
    leaf = pathlib.Path(root.issue(SHOP)[0])
    made = subprocess.run(["sh", "-c", line.replace("server.pem", str(leaf))], capture_output=True, text=True, check=True, timeout=120)
    assert made.stdout.strip() == pin_of(leaf)


# --- sessions and tickets ---------------------------------------------------------------------------------------------


def come_again(one, context, session, version):
    context.minimum_version = context.maximum_version = version
    connection, head = one.tunnel(SHOP, one.origin.port)
    assert head.startswith(b"HTTP/1.1 200")
    with context.wrap_socket(connection, server_hostname=SHOP, session=session) as secure:
        assert ask(secure, request(one)).status == 200
        return secure.session_reused, secure.session


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_clients_ticket_ends_with_the_policy_that_it_was_given_under(shop, version):
    one = shop(allow(SHOP, methods=["GET"]))
    context = ssl.create_default_context(cafile=str(one.bundle()))
    reused, session = come_again(one, context, None, version)
    assert not reused
    reused, session = come_again(one, context, session, version)
    assert reused
    reload(one, allow(SHOP, methods=["GET"], pin=pin_of(one.leaf)))
    reused, session = come_again(one, context, session, version)
    assert not reused
    reused, session = come_again(one, context, session, version)
    assert reused


class Told(Handler):
    """Says if the session of its connection is one from before, and closes."""

    def serve(self):
        self.close_connection = True
        self.reply(str(self.connection.session_reused).encode(), extra=[("Connection", "close")])

    do_GET = serve


def test_the_gates_own_sessions_end_with_the_trust_that_they_were_made_under(shop, root, tmp_path):
    one = shop(allow(SHOP, methods=["GET"]), handler=Told)
    crl = one.folder / "root.crl"
    crl.write_text(der.pem("X509 CRL", der.revocation_list(root.certificate.subject.public_bytes(), root.key, root.key, [])))
    assert [fetch(one).body for _ in range(3)] == [b"False", b"True", b"True"]
    reload(one, allow(SHOP, methods=["GET"], pin=pin_of(root.path)))
    assert [fetch(one).body for _ in range(3)] == [b"False", b"True", b"True"]
    reload(one, allow(SHOP, methods=["GET"], crl=str(crl)))
    assert [fetch(one).body for _ in range(3)] == [b"False", b"False", b"False"]


# --- one name all the way ---------------------------------------------------------------------------------------------


def test_the_handshake_names_what_connect_names_opened_or_not(shop):
    for number, rule in enumerate((allow(SHOP), allow(SHOP, methods=["GET"]))):
        one = shop(rule)
        connection, _ = one.tunnel(SHOP, one.origin.port)
        context = ssl.create_default_context(cafile=str(one.bundle()))
        with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
            context.wrap_socket(connection, server_hostname="other.example")
        assert reason_of_last(one) == "sni_mismatch"
        assert one.origin.requests == []


def test_the_certificate_names_what_connect_names(shop, root):
    refused(shop(allow(SHOP, methods=["GET"]), certificate=root.issue("other.example")), "upstream_tls", "hostname mismatch")


def test_each_request_inside_names_what_connect_names_the_first_and_the_last(shop):
    one = shop(allow(SHOP, methods=["GET"]), allow("other.example", id="other"))
    with one.secure(SHOP, one.origin.port) as connection:
        assert ask(connection, request(one)).status == 200
        reply = ask(connection, request(one, host="other.example"))
        assert reply.status == 421 and b"misdirected" in reply.body
    with one.secure(SHOP, one.origin.port) as connection:
        assert ask(connection, request(one, host="other.example")).status == 421
    assert len(one.origin.requests) == 1


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_an_upstream_of_tls_1_1_is_refused(shop):
    one = shop(allow(SHOP, methods=["GET"]))
    one.origin.context.set_ciphers("ALL:@SECLEVEL=0")
    one.origin.context.minimum_version = ssl.TLSVersion.TLSv1
    one.origin.context.maximum_version = ssl.TLSVersion.TLSv1_1
    refused(one, "upstream_tls")
