# SPDX-License-Identifier: Apache-2.0
"""Who asks is known by token, certificate, owner or listener, and stands on record with how it is known."""
import base64
import datetime
import hashlib
import os
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes as hashes_of
from support.certificates import Root, _pem
from support.gate import allow, ask, free_port, hosts, run_exeat
from support.llm import local, reroute
from support.wait import wait_for


def rules():
    return [allow("shop.example", **{"from": ["it"]})]


def curl(*words):
    return subprocess.run(["curl", "-sS", "-m", "60", "-w", "%{http_code}", "-o", "/dev/null", *map(str, words)],
                          capture_output=True, text=True)


def through(gate, origin, *words, proxy=None):
    return curl("-x", proxy or f"http://127.0.0.1:{gate.port}", *words, f"http://shop.example:{origin.port}/")


def test_a_token_of_exeats_own_opens_by_bearer_and_as_a_password(gate, origin):
    token, line = run_exeat("token").stdout.splitlines()
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert line == f'# token_sha256: ["{digest}"]'
    one = gate(resolve=hosts("shop.example"), clients={"it": {"token_sha256": [digest]}}, rules=rules())
    assert through(one, origin, "--proxy-header", f"Proxy-Authorization: Bearer {token}").stdout == "200"
    assert through(one, origin, proxy=f"http://whoever:{token}@127.0.0.1:{one.port}").stdout == "200"
    assert through(one, origin, "--proxy-header", f"Proxy-Authorization: Bearer {token}0").stdout == "407"
    twice = base64.b64encode(f"x:{token}".encode()).decode()
    assert through(one, origin, "--proxy-header", f"Proxy-Authorization: Basic {twice}",
                   "--proxy-header", f"Proxy-Authorization: Bearer {token}").stdout == "407"
    assert through(one, origin).stdout == "407"
    assert [d.get("client_proof") for d in one.decisions()][:2] == ["token", "token"]
    assert token not in one.log()


def test_the_owner_of_the_socket_is_asked_of_the_kernel(gate, origin):
    one = gate(resolve=hosts("shop.example"), clients={"it": {"uid": os.getuid()}, "other": {"uid": os.getuid() + 1}}, rules=rules())
    assert through(one, origin).stdout == "200"
    decision = one.only_decision()
    assert (decision["client"], decision["client_proof"], decision["client_uid"]) == ("it", "uid", os.getuid())


def test_another_user_is_nobody_and_on_record(gate, origin):
    one = gate(resolve=hosts("shop.example"), clients={"it": {"uid": os.getuid() + 1}}, rules=rules())
    assert through(one, origin).stdout == "403"
    decision = one.only_decision()
    assert ("client" not in decision, decision["client_uid"]) == (True, os.getuid())


def test_a_listener_of_its_own_tells_who_asks(gate, origin):
    php = free_port()
    one = gate(start=False, resolve=hosts("shop.example"), clients={"it": {"listener": "php"}}, rules=rules())
    one.config["listen"]["forward"].append({"address": f"127.0.0.1:{php}", "name": "php"})
    one.start()
    assert through(one, origin).stdout == "403"
    assert through(one, origin, proxy=f"http://127.0.0.1:{php}").stdout == "200"
    assert [d.get("client_proof") for d in one.decisions()] == [None, "listener"]


def revocations(root, *serials):
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateRevocationListBuilder().issuer_name(root.certificate.subject)
               .last_update(now - datetime.timedelta(hours=1)).next_update(now + datetime.timedelta(days=1)))
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build())
    return _pem(builder.sign(root.key, hashes_of.SHA256()))


def test_a_client_certificate_opens_until_it_is_revoked(gate, origin, root, tmp_path):
    clients = tmp_path / "clients"
    clients.mkdir()
    authority = Root(clients)
    good, key = authority.issue("queue.shop.example")
    stranger, stranger_key = authority.issue("stranger.example")
    crl = clients / "clients.crl"
    crl.write_bytes(revocations(authority))
    certificate, server_key = root.issue("127.0.0.1")
    one = gate(start=False, resolve=hosts("shop.example"), clients={"it": {"certificate": "queue.shop.example"}}, rules=rules())
    one.config["listen"]["forward"] = [{"address": f"127.0.0.1:{one.port}", "certificate": str(certificate), "key": str(server_key),
                                        "client_roots": str(authority.path), "crl": str(crl)}]
    one.start()
    proxy = {"proxy": f"https://127.0.0.1:{one.port}"}
    mine = ("--proxy-cacert", root.path, "--proxy-cert", good, "--proxy-key", key)
    other = ("--proxy-cacert", root.path, "--proxy-cert", stranger, "--proxy-key", stranger_key)
    assert through(one, origin, *mine, **proxy).stdout == "200"
    assert through(one, origin, *other, **proxy).stdout == "403"
    assert through(one, origin, "--proxy-cacert", root.path, **proxy).returncode != 0
    known, nobody = one.decisions()
    assert (known["client"], known["client_proof"], "client" in nobody) == ("it", "certificate", False)
    revoked = x509.load_pem_x509_certificate(good.read_bytes()).serial_number
    before = len(one.events("reloaded"))
    (clients / "new").write_bytes(revocations(authority, revoked))
    (clients / "new").rename(crl)  # nobody says reload
    wait_for(lambda: len(one.events("reloaded")) > before, "the list to be taken")
    assert through(one, origin, *mine, **proxy).returncode != 0
    assert through(one, origin, *other, **proxy).stdout == "403"
    wait_for(lambda: "certificate revoked" in one.log(), "the log to tell it")
    assert len(one.decisions()) == 3


def test_what_is_no_request_inside_an_opened_connection_is_on_record_under_who_made_it(gate, inference):
    known = b"Proxy-Authorization: Basic " + base64.b64encode(b"queue:word") + b"\r\n"
    clients = {"queue": {"user": "queue", "secret_sha256": hashlib.sha256(b"word").hexdigest()}}
    one = gate(clients=clients, inference=[local(inference.port)], rules=[{**reroute("local"), "from": ["queue"]}])
    with one.secure("api.openai.com", extra=known) as connection:
        assert ask(connection, b"GET / HTTP/1.1\r\nHost: api.openai.com\r\nHost: evil.example\r\n\r\n").status == 400
    decision = one.only_decision()
    assert [decision.get(name) for name in ("verdict", "client", "client_proof", "door")] == ["error", "queue", "secret", "forward"]
