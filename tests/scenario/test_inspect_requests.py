# SPDX-License-Identifier: Apache-2.0
"""Requests whose rule looks into them: what may not leave is refused, replaced or counted before a byte of it leaves, and the
record says what was found, never a value."""
import gzip
import json

import pytest
from support.gate import allow, hosts, read_reply, run_exeat

CARD, MAIL = "4111 1111 1111 1111", "anna.muster@shop.example"
INSPECT = {"deny": ["iban"], "redact": ["card", "email"], "flag": ["phone"]}


def looks(host, name, inspect):
    return allow(host, id=name, schemes=["http"], inspect=inspect)


@pytest.fixture
def shop(gate, origin):
    rules = [looks("shop.example", "courier", INSPECT), allow("plain.example", id="plain"),
             looks("large.example", "large", {"redact": ["card"], "limit": "1KiB", "oversize": "pass"}),
             looks("small.example", "small", {"redact": ["card"], "limit": "1KiB", "types": ["image/png"]}),
             looks("evil.example", "evil", {"deny": ["backtracks"]})]
    one = gate(resolve=hosts("shop.example", "plain.example", "large.example", "small.example", "evil.example"), rules=rules,
               detectors={"backtracks": {"pattern": "(a+)+b"}})
    one.base = f"shop.example:{origin.port}"
    return one


def post(shop, body, host=None, path="/orders", **headers):
    fields = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return shop.get(f"http://{host or 'shop.example'}:{shop.base.split(':')[1]}{path}", "POST", fields, data)


def test_a_card_and_an_address_are_replaced_and_the_rest_goes_on_byte_for_byte(shop, origin):
    body = b'{ "note":"pay with 4111 1111 1111 1111, mail anna.muster@shop.example",\n "n": 1.50, "again": "4111 1111 1111 1111" }'
    assert post(shop, body, Content_MD5="c3RhbGU=").status == 200
    got = origin.requests[0]
    assert got["body"] == b'{ "note":"pay with [CARD_1], mail [EMAIL_1]",\n "n": 1.50, "again": "[CARD_1]" }'
    assert got["headers"]["content-length"] == str(len(got["body"])) and "content-md5" not in got["headers"]
    decision = shop.only_decision()
    assert (decision["verdict"], decision["found"]) == ("allow", "card redact 1 note; email redact 1 note; card redact 1 again")
    shop.stop()
    for path in [*(shop.folder / "audit").iterdir(), shop.log_path]:
        assert b"4111" not in path.read_bytes() and b"anna.muster" not in path.read_bytes(), path


def test_what_a_rule_denies_never_reaches_the_host(shop, origin):
    reply = post(shop, {"pay": {"account": "DE89 3704 0044 0532 0130 00"}, "mail": MAIL})
    assert reply.status == 403 and b"inspect_denied" in reply.body and b"iban in pay.account" in reply.body
    decision = shop.only_decision()
    assert (decision["verdict"], decision["reason"], decision["rule"]) == ("deny", "inspect_denied", "courier")
    assert decision["found"] == "iban deny 1 pay.account; email flag 1 mail"
    assert origin.connections == 0
    replayed = run_exeat("check", "-c", shop.config_path, "--replay", shop.folder / "audit").stdout
    assert replayed.startswith("1 decisions judged: 0 opened, 0 rerouted, 0 closed;") and "1 of them go by rules with `inspect`" in replayed
    shop.merge({"rules": [allow("shop.example", id="courier", schemes=["http"], ports=["1-65535"])]})
    shop.write(shop.folder / "next.yaml")
    replayed = run_exeat("check", "-c", shop.folder / "next.yaml", "--replay", shop.folder / "audit").stdout
    assert "1 decisions judged: 1 opened" in replayed and "inspect" not in replayed
    helped = run_exeat("allow", decision["request"], "-c", shop.config_path)
    assert helped.returncode == 1 and "rule 'courier' (" in helped.stderr and "no allow helps" in helped.stderr and "`deny`" in helped.stderr


def test_what_is_only_counted_goes_on_as_it_was_coded_and_all(shop, origin):
    body = gzip.compress(json.dumps({"phone": "+49 30 901820"}).encode())
    assert post(shop, body, Content_Encoding="gzip").status == 200
    assert origin.requests[0]["body"] == body and origin.requests[0]["headers"]["content-encoding"] == "gzip"
    assert shop.only_decision()["found"] == "phone flag 1 phone"


def test_a_coded_body_that_is_changed_goes_on_without_its_coding(shop, origin):
    assert post(shop, gzip.compress(json.dumps({"note": CARD}).encode()), Content_Encoding="gzip").status == 200
    assert json.loads(origin.requests[0]["body"]) == {"note": "[CARD_1]"} and "content-encoding" not in origin.requests[0]["headers"]


def test_what_was_found_is_counted_in_stats_report_and_metrics(shop, origin):
    post(shop, {"note": CARD, "again": CARD})
    post(shop, {"account": "DE89 3704 0044 0532 0130 00"})
    assert 'exeat_found_total{action="redact"} 2' in shop.metrics() and 'exeat_found_total{action="deny"} 1' in shop.metrics()
    stats = run_exeat("audit", "stats", "-c", shop.config_path).stdout
    assert "courier: card, redact" in stats and "courier: iban, deny" in stats
    shop.stop()
    page = run_exeat("audit", "report", "-c", shop.config_path).stdout
    assert "Data minimisation" in page and "courier: card, redact" in page and "4111" not in page


def test_explain_says_what_would_be_found_and_sent(shop, tmp_path):
    body = tmp_path / "order.json"
    asked = ["explain", "-c", shop.config_path, "POST", f"http://{shop.base}/orders", "--body", body]
    body.write_text(json.dumps({"note": CARD}))
    done = run_exeat(*asked)
    assert done.returncode == 0 and "found: card, 1 in note: redact" in done.stdout and '"[CARD_1]"' in done.stdout and "4111" not in done.stdout
    body.write_text(json.dumps({"account": "DE89 3704 0044 0532 0130 00"}))
    done = run_exeat(*asked)
    assert done.returncode == 1 and "found: iban, 1 in account: deny" in done.stdout and "3704" not in done.stdout
    body.write_text("nothing")
    assert "sent: as it is" in run_exeat(*asked, "--type", "text/plain").stdout


def test_explain_looks_at_the_target_of_a_request_without_a_body_too(shop):
    url = f"http://{shop.base}/customers"
    clean, found = run_exeat("explain", "-c", shop.config_path, "GET", url), run_exeat("explain", "-c", shop.config_path, "GET", f"{url}/{MAIL}")
    assert clean.returncode == 0 and "found: nothing" in clean.stdout and "not looked at: the body" in clean.stdout and "not heeded: fields of the head" in clean.stdout
    assert found.returncode == 1 and "found: email, 1 in path: flag" in found.stdout and "it is refused" in found.stdout
    query = run_exeat("explain", "-c", shop.config_path, "GET", f"{url}?mail={MAIL}")
    assert query.returncode == 0 and "sent query: mail=%5BEMAIL_1%5D" in query.stdout
    plain = run_exeat("explain", "-c", shop.config_path, "GET", f"http://plain.example:{shop.base.split(':')[1]}/{MAIL}")
    assert plain.returncode == 0 and "found:" not in plain.stdout


def test_explain_heeds_how_large_a_body_the_rule_looks_at(shop, tmp_path):
    body = tmp_path / "large.json"
    body.write_text(json.dumps({"filler": "x" * 4096, "note": CARD}))
    port = shop.base.split(":")[1]
    passed, refused = (run_exeat("explain", "-c", shop.config_path, "POST", f"http://{name}.example:{port}/", "--body", body) for name in ("large", "small"))
    assert passed.returncode == 0 and "not seen: oversize" in passed.stdout and "sent: as it is, unseen" in passed.stdout
    assert refused.returncode == 1 and "at most 1024 bytes" in refused.stdout
    huge = tmp_path / "huge.json"
    with open(huge, "wb") as file:
        file.truncate(1 << 40)
    assert run_exeat("explain", "-c", shop.config_path, "POST", f"http://{shop.base}/", "--body", huge).returncode == 1


def test_an_innocent_body_and_one_of_a_rule_without_inspect_are_untouched(shop, origin):
    assert post(shop, {"sku": "A-1"}).status == post(shop, {"note": CARD}, host="plain.example").status == 200
    assert [json.loads(r["body"]) for r in origin.requests] == [{"sku": "A-1"}, {"note": CARD}]
    assert all("found" not in d for d in shop.decisions())


def zeros(count):
    """`count` times 64 MiB of zeros, in that many members of gzip."""
    return gzip.compress(bytes(64 << 20), 9) * count


def form(*parts):
    return b"".join(b"--x\r\nContent-Disposition: form-data; name=a\r\n" + part for part in parts)


CARD_JSON = json.dumps({"note": CARD}).encode()
UNREADABLE = [
    (b'{"note": "cut', {}, "a string without its end"),
    (CARD_JSON[:-1], {}, "a comma or the end"),
    (gzip.compress(CARD_JSON)[:-9], {"Content_Encoding": "gzip"}, "has no end"),
    (gzip.compress(CARD_JSON)[:-1], {"Content_Encoding": "gzip"}, "gzip"),
    (b"\x1f\x8b\x08broken", {"Content_Encoding": "gzip"}, "gzip"),
    (gzip.compress(CARD_JSON), {}, "charset"),
    (gzip.compress(gzip.compress(CARD_JSON)), {"Content_Encoding": "gzip"}, "charset"),
    (gzip.compress(CARD_JSON), {"Content_Encoding": "deflate"}, "deflate"),
    (gzip.compress(CARD_JSON), {"Content_Encoding": "gzip, gzip"}, "gzip"),
    (gzip.compress(gzip.compress(gzip.compress(gzip.compress(CARD_JSON)))), {"Content_Encoding": "gzip, gzip, gzip, gzip"}, "coded more than three times"),
    (b"{}", {"Content_Encoding": "lzw"}, "coding"),
    (zeros(32), {"Content_Encoding": "gzip"}, "ended at the limit"),
    (b"\x89PNG\r\n\x1a\n", {"Content_Type": "image/png"}, "image/png"),
    (b"\x89PNG\r\n\x1a\n\0", {}, "charset"),
    (b"note=4111+1111+1111+1111", {}, "a word that is none"),
    (CARD_JSON, {"Content_Type": "application/xml"}, "root element"),
    (CARD_JSON, {"Content_Type": "card"}, "Content-Type is none"),
    (CARD_JSON, {"Content_Type": "application/json; charset=utf-8; charset=utf-16le"}, "two types"),
    (CARD_JSON, {"Content_Type": "application/json; charset=ebcdic-us"}, "charset"),
    (CARD_JSON, {"Content_Type": "application/json; charset=utf-7"}, "charset"),
    (CARD_JSON, {"Content_Type": "application/json; charset=utf-16le"}, "charset"),
    (CARD_JSON.decode().encode("utf-16"), {"Content_Type": "application/json; charset=utf-8"}, "charset"),
    (b'{"note": "\xff\xfe 4111 1111 1111 1111"}', {}, "UTF-8"),
    (b'{"note": "\xc0\xb4111 1111 1111 1111"}', {}, "UTF-8"),
    (b"\xed\xa0\x80 4111 1111 1111 1111", {"Content_Type": "text/plain; charset=utf-8"}, "charset"),
    (b"[" * 70 + b"]" * 70, {}, "deeper than 64"),
    (form(b"\r\nno end"), {"Content_Type": "multipart/form-data; boundary=x"}, "without its last boundary"),
    (form(b"\r\n4111 1111 1111 1111\r\n") + b"--x", {"Content_Type": "multipart/form-data; boundary=x"}, "boundary"),
    (form(b"\r\na\r\n") * 10001 + b"--x--\r\n", {"Content_Type": "multipart/form-data; boundary=x"}, "more than 10000 parts"),
    (form(b"\r\na\r\n") + b"--x--\r\n", {"Content_Type": "multipart/form-data"}, "boundary"),
    (json.dumps(["a" * 40 + " b"] * 100000).encode(), {"host": "evil.example"}, "too many steps"),
]  # fmt: skip


def test_a_body_that_cannot_be_read_is_refused_with_its_reason_and_on_record(shop, origin):
    for body, headers, word in UNREADABLE:
        reply = post(shop, body, **headers)
        assert reply.status == 422 and b"inspect_unreadable" in reply.body and word in reply.body.decode(), (body[:80], headers, reply.body)
    decisions = shop.decisions()
    assert len(decisions) == len(UNREADABLE) and origin.connections == 0
    for decision, (body, headers, _) in zip(decisions, UNREADABLE):
        assert (decision["verdict"], decision["reason"]) == ("deny", "inspect_unreadable") and decision["detail"], (body[:80], headers)


def test_a_body_in_an_unusual_form_that_can_be_read_is_looked_into(shop, origin):
    text = json.dumps({"note": CARD})
    bodies = [
        (gzip.compress(gzip.compress(text.encode())), {"Content_Encoding": "gzip, gzip"}),
        (text.encode("utf-16"), {"Content_Type": "application/json; charset=utf-16"}),
        (text.encode("utf-16-le"), {"Content_Type": "application/json; charset=utf-16le"}),
        (b"\xef\xbb\xbf" + text.encode(), {}),
        (json.dumps({"a": json.dumps({"b": text})}).encode(), {}),
    ]
    for body, headers in bodies:
        assert post(shop, body, **headers).status == 200, headers
    for request in origin.requests:
        assert not any(CARD.encode(form) in request["body"] for form in ("utf-8", "utf-16-le")), request
    assert [decision["found"].split(" ")[:3] for decision in shop.decisions()] == [["card", "redact", "1"]] * len(bodies)


def test_what_cannot_be_changed_where_it_stands_is_refused(shop, origin):
    signed = post(shop, {"note": CARD}, Authorization="AWS4-HMAC-SHA256 Credential=x")
    number = post(shop, b'{"card_number": 4111111111111111}')
    cookie = post(shop, {}, Cookie=f"mail={MAIL}; a=b")
    path = shop.get(f"http://{shop.base}/customers/{MAIL}/orders")
    assert [r.status for r in (signed, number, cookie, path)] == [403] * 4
    assert b"Authorization signs it" in signed.body and all(b"inspect_unchanged" in r.body for r in (signed, number, cookie, path))
    assert origin.connections == 0
    decisions = shop.decisions()
    assert [d["found"] for d in decisions[1:]] == ["card flag 1 card_number", "email flag 1 head.cookie", "email flag 1 path"]
    assert decisions[3]["path"] == "/customers/*/orders"


def test_a_query_is_written_anew(shop, origin):
    assert shop.get(f"http://{shop.base}/find?mail=anna.muster%40shop.example&page=2").status == 200
    assert origin.requests[0]["target"] == "/find?mail=%5BEMAIL_1%5D&page=2"
    assert shop.only_decision()["found"] == "email redact 1 query.mail"


def test_a_larger_body_is_refused_or_passes_unseen_as_the_rule_says(shop, origin):
    body = json.dumps({"filler": "x" * 4096, "note": CARD}).encode()
    assert post(shop, body, host="small.example").status == 413
    assert post(shop, body, host="large.example").status == 200
    chunked = b"POST http://large.example:%d/ HTTP/1.1\r\nHost: large.example:%d\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" % (origin.port, origin.port)
    with shop.connect() as connection:
        connection.sendall(chunked + b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (1500, body[:1500], len(body) - 1500, body[1500:]))
        assert read_reply(connection).status == 200
    assert [r["body"] for r in origin.requests] == [body, body]
    assert [d.get("found") for d in shop.decisions()] == [None, "body unseen 1 oversize", "body unseen 1 oversize"]


@pytest.mark.parametrize("host", ["shop.example", "large.example", "small.example"])
@pytest.mark.parametrize("body, got", [(b"0\r\n\r\n", b""), (b"0\r\nX-Sum: 1\r\n\r\n", b""), (b"2\r\n{}\r\n0\r\n\r\n", b"{}")])
def test_a_body_in_chunks_ends_upstream_also_where_it_is_empty_and_the_connection_is_good_for_the_next(shop, origin, host, body, got):
    head = f"POST http://{host}:{origin.port}/in-chunks HTTP/1.1\r\nHost: {host}:{origin.port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with shop.connect() as connection:
        for _ in range(2):
            connection.sendall(head.encode() + body)
            assert read_reply(connection).status == 200
    assert [r["body"] for r in origin.requests] == [got, got]


def test_a_picture_passes_unseen_where_the_rule_lets_its_type_pass(shop, origin):
    assert post(shop, b"\x89PNG\r\n\x1a\n" + bytes(9), host="small.example", Content_Type="image/png").status == 200
    assert shop.only_decision()["found"] == "body unseen 1 image/png"


def test_a_websocket_is_refused_under_inspect(shop, origin):
    reply = shop.get(f"http://{shop.base}/ws", headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "a" * 22 + "==", "Sec-WebSocket-Version": "13"})
    assert reply.status == 403 and b"inspect_unseen" in reply.body and origin.connections == 0


def test_a_range_is_not_asked_for_where_answers_are_looked_into_and_a_part_is_kept_out(gate, listen):
    heard = []

    def serve(connection):
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 206 Partial Content\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-6/19\r\nContent-Length: 7\r\nConnection: close\r\n\r\n4111 11")

    far = listen(serve)
    rules = [allow("shop.example", id="looks", schemes=["http"], ports=[far.port], inspect={"answers": {"deny": ["card"]}}),
             allow("plain.example", id="plain", schemes=["http"], ports=[far.port])]
    one = gate(resolve=hosts("shop.example", "plain.example"), rules=rules)
    part = {"Range": "bytes=0-6", "If-Range": '"x"'}
    assert one.get(f"http://plain.example:{far.port}/", headers=part).status == 206 and b"bytes=0-6" in heard[0]
    reply = one.get(f"http://shop.example:{far.port}/", headers=part)
    assert reply.status == 502 and b"inspect_answer" in reply.body
    assert b"range" not in heard[1].lower()


def test_in_observe_mode_it_says_what_would_become_of_it(gate, origin):
    one = gate(mode="observe", resolve=hosts("shop.example"), rules=[looks("shop.example", "courier", {"deny": ["card"]})])
    one.base = f"shop.example:{origin.port}"
    assert post(one, {"note": CARD}).status == post(one, b'{"note": ').status == 200
    assert [d["found"] for d in one.decisions()] == ["card would_deny 1 note", "body unseen 1 unreadable"]
    assert json.loads(origin.requests[0]["body"]) == {"note": CARD}


def test_a_rule_that_only_observes_does_not_take_the_inspection_of_the_one_that_lets_through_away(gate, origin):
    watching = {"id": "a-watcher", "verdict": "deny", "hosts": ["shop.example"], "schemes": ["http"], "ports": ["1-65535"], "mode": "observe"}
    one = gate(resolve=hosts("shop.example"), rules=[watching, looks("shop.example", "courier", INSPECT)])
    one.base = f"shop.example:{origin.port}"
    assert post(one, {"note": CARD}).status == 200
    decision = one.only_decision()
    assert (decision["rule"], decision["observed"], decision["found"]) == ("a-watcher", 1, "card redact 1 note")
    assert json.loads(origin.requests[0]["body"]) == {"note": "[CARD_1]"}


def test_a_host_whose_rule_inspects_is_opened_and_never_tunnelled(gate, root, things):
    from support.origin import Origin

    far = Origin(root.issue("shop.example"))
    things.append(far)
    one = gate(resolve=hosts("shop.example"), tls={"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["shop.example"]}},
               rules=[allow("shop.example", inspect={"redact": ["email"]})])
    with one.secure("shop.example", far.port) as connection:
        body = json.dumps({"mail": MAIL}).encode()
        connection.sendall(b"POST /x HTTP/1.1\r\nHost: shop.example:%d\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (far.port, len(body)))
        assert connection.recv(64).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert read_reply(connection).status == 200
    assert json.loads(far.requests[0]["body"]) == {"mail": "[EMAIL_1]"} and "expect" not in far.requests[0]["headers"]
