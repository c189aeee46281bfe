# SPDX-License-Identifier: Apache-2.0
"""Questions for names: what is answered, what is refused and how, what the resolver hears of it and when, and what is on
record."""
import socket
import struct
import subprocess
import threading

import pytest
from support.disk import faults
from support.gate import allow, free_port, run_exeat
from support.questions import (A, AAAA, ANY, CNAME, HTTPS, MX, NS, PTR, SOA, SRV, TXT, Questions, free_dns_port, pack_name, pack_question,
                               put, take)
from support.wait import wait_for

LOOPBACK = ["127.0.0.0/8", "::1/128"]
SEARCH = ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"]


def asking(gate, names=None, start=True, **sections):
    """A gate and who asks it; *.example may be reached on loopback unless the rules say otherwise."""
    port = free_dns_port()
    sections.setdefault("rules", [allow("shop.example"), allow("*.many.example", id="many")])
    resolve = {"servers": [f"127.0.0.1:{names.port if names else 1}"], "search": SEARCH, **sections.pop("resolve", {})}
    one = gate(start=start, resolve=resolve, listen={"dns": [f"127.0.0.1:{port}"]}, **sections)
    return one, Questions("127.0.0.1", port)


def names_asked(server):
    return [name for name, _ in server.queries]


def ended(one):
    """Stops the gate, so that what stood has its outcome, and gives decisions and outcomes by name and type."""
    one.stop()
    records = one.export()
    outcomes = {record["request"]: record for record in records if record["kind"] == "completion"}
    decisions = [record for record in records if record["kind"] == "decision" and record.get("scheme") == "dns"]
    assert all(decision["request"] in outcomes for decision in decisions)
    assert one.verify().returncode == 0
    return [(decision, outcomes[decision["request"]]) for decision in decisions]


# --- what is answered ---


def test_an_allowed_name_is_answered_letter_by_letter_and_a_denied_one_is_never_asked_for(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"], "evil.example": ["127.0.0.6"]})
    one, ask = asking(gate, names)
    reply = ask.udp("wWw.ShOp.ExAmPlE".replace("wWw.", ""))
    assert (reply.code, reply.addresses, reply.question, reply.ident) == ("NOERROR", ["127.0.0.5"], "ShOp.ExAmPlE", 7)
    refused = ask.udp("evil.example")
    assert (refused.code, refused.extra, refused.records) == ("REFUSED", 15, [])
    assert "no rule" in refused.why
    assert names_asked(names) == ["shop.example"]
    (first, second) = ended(one)
    assert (first[0]["verdict"], first[0]["plan"], first[0]["method"], first[0]["host"]) == ("allow", "forward", "A", "shop.example")
    assert first[0]["client_address"] == "127.0.0.1" and first[0]["rule"] == "allowed" and "port" not in first[0]
    assert (first[1]["answer"], first[1]["questions"], first[1]["address"]) == ("NOERROR", 1, "127.0.0.5")
    assert (second[0]["verdict"], second[0]["reason"], second[1]["answer"]) == ("deny", "no_rule", "REFUSED")


def test_a_name_with_the_placeholder_of_a_credential_is_never_asked_for(gate, name_server, tmp_path):
    names = name_server({})
    secret = tmp_path / "stripe"
    secret.write_text("secret-of-this-test")
    secret.chmod(0o600)
    header = "Authorization: Bearer {}"
    one, ask = asking(gate, names, credentials={"stripe": {"file": str(secret), "header": header, "placeholder": "placeholder-of-stripe"}})
    reply = ask.udp("x.PlaceHolder-of-stripe.many.example")
    assert (reply.code, names_asked(names)) == ("REFUSED", [])
    [(decision, _)] = ended(one)
    assert (decision["reason"], decision["detail"]) == ("credential_misplaced", "the placeholder of 'stripe' stands in: name")


def test_the_deny_of_a_rule_is_told_by_its_name(gate, name_server):
    rules = [allow("*.example"), {"id": "not-that", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http", "https"],
                                  "ports": ["1-65535"]}]
    one, ask = asking(gate, name_server({}), rules=rules)
    reply = ask.udp("evil.example")
    assert reply.code == "REFUSED" and "not-that" in reply.why


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({}, "NOERROR"),
        ({"ports": [8443]}, "NOERROR"),
        ({"methods": ["GET"], "paths": ["/v1/**"], "schemes": ["http"]}, "NOERROR"),
        ({"schemes": ["tcp"], "ports": [5432]}, "NOERROR"),
        ({"from": ["queue"]}, "REFUSED"),
        ({"mode": "observe"}, "NOERROR"),  # an allow allows
        ({"unless": {"hosts": ["shop.example"]}}, "REFUSED"),
        ({"unless": {"hosts": ["shop.example"], "ports": [443]}}, "NOERROR"),
    ],
)
def test_a_name_may_be_asked_for_where_some_request_to_it_may_be_let_through(gate, name_server, rule, code):
    clients = {"queue": {"address": "10.9.9.9/32"}}
    names = name_server({"shop.example": ["127.0.0.5"]})
    one, ask = asking(gate, names, rules=[allow("shop.example", **rule)], clients=clients)
    assert ask.udp("shop.example").code == code
    assert len(names.queries) == (1 if code == "NOERROR" else 0)


def test_a_deny_counts_where_it_leaves_no_port(gate, name_server):
    def denied(**more):
        rules = [allow("shop.example", ports=["8000-8010"], schemes=["https"]),
                 {"id": "no", "verdict": "deny", "hosts": ["shop.example"], **more}]
        return asking(gate, name_server({"shop.example": ["127.0.0.5"]}), rules=rules)[1].udp("shop.example").code

    assert denied() == "NOERROR"  # of port 443 alone
    assert denied(ports=["8000-8009"]) == "NOERROR"
    assert denied(ports=["7000-9000"]) == "REFUSED"


def test_a_search_list_leads_on_to_the_name_that_is_meant(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"], "db.svc.cluster.local": ["127.0.0.7"]})
    rules = [allow("shop.example"), allow("db.svc.cluster.local", id="db")]
    one, ask = asking(gate, names, rules=rules)
    for suffix in SEARCH:
        assert ask.udp(f"shop.example.{suffix}").code == "NXDOMAIN"
    assert ask.udp("db.shop.svc.cluster.local").code == "NXDOMAIN"  # another suffix makes it a name that is allowed
    assert ask.udp("db.svc.cluster.local").addresses == ["127.0.0.7"]
    assert ask.udp("evil.example.svc.cluster.local").code == "REFUSED"
    assert ask.udp("svc.cluster.local").code == "REFUSED"
    assert sorted(set(names_asked(names))) == ["db.svc.cluster.local"]
    assert {d["reason"] for d, _ in ended(one) if d["host"].startswith("shop.example")} == {"dns_search"}


@pytest.mark.parametrize("kind", [TXT, MX, NS, SRV, SOA, ANY, 252, 251, 16384])
def test_odd_types_are_opened_by_a_rule_or_not_at_all(gate, name_server, kind):
    names = name_server({"shop.example": ["127.0.0.5"]})
    one, ask = asking(gate, names)
    assert ask.udp("shop.example", kind).code == "REFUSED" and names.queries == []
    ((decision, _),) = ended(one)
    assert (decision["reason"], decision["rule"]) == ("dns_type", "allowed")


def test_a_rule_opens_types_for_its_names_alone(gate, name_server):
    mx = struct.pack(">H", 10) + pack_name("mail.shop.example")
    names = name_server({}, raw={("shop.example", TXT): [b"\x05hello"], ("shop.example", MX): [mx]})
    one, ask = asking(gate, names, rules=[allow("shop.example", dns=["txt", "mx"]), allow("other.example", id="other")])
    assert ask.udp("shop.example", TXT).records == [("shop.example", TXT, 60, b"\x05hello")]
    assert ask.udp("shop.example", MX).records[0][3] == mx
    assert ask.udp("shop.example", NS).code == "REFUSED"
    assert ask.udp("other.example", TXT).code == "REFUSED"


def test_this_machine_is_known_and_nobody_is_asked_for_it(gate, name_server):
    names = name_server({})
    one, ask = asking(gate, names, rules=[])
    assert ask.udp("localhost").addresses == ["127.0.0.1"] and ask.udp("a.localhost", AAAA).addresses == ["::1"]
    assert ask.udp("1.0.0.127.in-addr.arpa", PTR).records[0][3] == pack_name("localhost")
    assert ask.udp("localhost", MX).code == "NOERROR"
    assert ask.udp("1.2.0.192.in-addr.arpa", PTR).code == "REFUSED"
    assert names.queries == []
    assert {d["plan"] for d, _ in ended(one) if d["verdict"] == "allow"} == {"answer"}


def test_what_the_configuration_says_of_a_name_comes_before_dns(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"]})
    fixed = {"hosts": {"shop.example": ["127.0.0.9", "::1"]}}
    one, ask = asking(gate, names, resolve=fixed, rules=[allow("shop.example", addresses=LOOPBACK)])
    assert ask.udp("shop.example").addresses == ["127.0.0.9"] and ask.udp("shop.example", AAAA).addresses == ["::1"]
    assert names.queries == []


# --- what of an answer is told ---


@pytest.mark.parametrize("address", ["10.0.0.5", "169.254.169.254", "127.0.0.1", "0.0.0.0", "100.64.1.1"])
def test_an_address_that_no_rule_opens_is_left_out(gate, name_server, address):
    names = name_server({"shop.example": [address], "mixed.example": [address, "203.0.113.9"]})
    rules = [{"id": "public", "verdict": "allow", "hosts": ["shop.example"]},
             {"id": "mixed", "verdict": "allow", "hosts": ["mixed.example"], "addresses": ["203.0.113.9/32"]}]
    one, ask = asking(gate, names, rules=rules)
    reply = ask.udp("shop.example")
    assert (reply.code, reply.records, reply.extra) == ("NOERROR", [], 17) and address in reply.why
    assert ask.udp("mixed.example").addresses == ["203.0.113.9"]
    assert one.metric("exeat_dns_filtered_total") == 2
    reasons = [outcome["reason"] for _, outcome in ended(one)]
    assert set(reasons) <= {"address", "address_metadata"} and len(reasons) == 2


def test_rebinding_changes_nothing_while_the_answer_is_another(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"]}, ttl=0)
    one, ask = asking(gate, names, rules=[allow("shop.example", addresses=["127.0.0.5/32"])])
    assert ask.udp("shop.example").addresses == ["127.0.0.5"]
    names.answers["shop.example"] = ["127.0.0.1", "127.0.0.5"]
    assert ask.udp("shop.example").addresses == ["127.0.0.5"]
    names.answers["shop.example"] = ["127.0.0.1"]
    assert ask.udp("shop.example").addresses == []


def test_keys_for_an_encrypted_hello_and_hints_of_addresses_do_not_get_through(gate, name_server):
    service = b"\0\1\0" + b"\0\1\0\3\2h2" + b"\0\4\0\4\x7f\0\0\1"
    raw = {("shop.example", HTTPS): [service + b"\0\5\0\3abc"]}
    for ech, expected in (("deny", b"\0\1\0\0\1\0\3\2h2"), ("ignore", b"\0\1\0\0\1\0\3\2h2\0\5\0\3abc")):
        one, ask = asking(gate, name_server({}, raw=raw), tls={"ech": ech})
        assert ask.udp("shop.example", HTTPS).records[0][3] == expected


def test_aliases_are_passed_on_in_their_order(gate, name_server):
    one, ask = asking(gate, name_server({"shop.example": ["127.0.0.5"]}, aliases=3))
    reply = ask.udp("shop.example")
    assert [kind for _, kind, _, _ in reply.records] == [CNAME] * 3 + [A]
    assert reply.records[0][0] == "shop.example" and reply.records[3][0] == "a2"


def test_what_there_is_nothing_of_says_for_how_long(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"]}, nothing=(600, 30))
    one, ask = asking(gate, names, workers=1)  # each keeps its own answers
    assert [(kind, ttl) for _, kind, ttl, _ in ask.udp("shop.example", AAAA).records] == [(SOA, 30)]
    assert ask.udp("gone.many.example").code == "NXDOMAIN"
    ask.udp("gone.many.example")
    assert names_asked(names) == ["shop.example", "gone.many.example"]


@pytest.mark.parametrize("settings", [{}, {"rerouted": "127.0.0.77"}])
def test_a_rerouted_name_always_has_an_address(gate, name_server, settings):
    names = name_server({"api.openai.com": ["198.41.0.4"], "api.anthropic.com": ["10.0.0.9"]})
    rules = [{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["canned"]}]
    more = {"inference": [{"name": "canned", "builtin": "canned", "text": "Later."}]}
    one, ask = asking(gate, names, rules=rules, resolve=settings, **more)
    gates = settings.get("rerouted", "127.0.0.1")
    told = [ask.udp(name).addresses for name in ("api.openai.com", "api.anthropic.com", "api.mistral.ai")]
    if settings:
        assert told == [[gates]] * 3 and names.queries == []
    else:
        assert told == [["198.41.0.4"], [gates], [gates]]
    assert ask.udp("api.mistral.ai", AAAA).code == "NOERROR"


# --- when it is asked, and what is on record ---


def test_nothing_is_asked_before_its_decision_is_on_disk(gate, name_server, bad_disk):
    names = name_server({"shop.example": ["127.0.0.5"]})
    one, ask = asking(gate, names, start=False, workers=1)
    one.start(**faults(one.folder, bad_disk))
    (one.folder / "stall").touch()
    replies = []
    waiting = threading.Thread(target=lambda: replies.append(ask.udp("shop.example")))
    waiting.start()
    wait_for(lambda: one.metric(r"exeat_dns_questions_total\{by=.udp"), "the question to come")
    assert names.queries == [] and not replies
    (one.folder / "stall").unlink()
    waiting.join()
    assert replies[0].addresses == ["127.0.0.5"] and len(names.queries) == 1


def test_without_a_record_there_is_no_answer(gate, name_server, bad_disk):
    names = name_server({"shop.example": ["127.0.0.5"]})
    one, ask = asking(gate, names, start=False, workers=1, audit={"disk": {"ballast": 0}})
    one.start(**faults(one.folder, bad_disk))
    (one.folder / "full").touch()
    assert ask.udp("shop.example").code == "SERVFAIL" and ask.udp("evil.example").code == "SERVFAIL"
    assert names.queries == []
    (one.folder / "full").unlink()
    wait_for(lambda: ask.udp("shop.example").addresses == ["127.0.0.5"], "the disk to be used again")


def test_what_is_asked_again_stands_and_is_counted(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"]})
    one, ask = asking(gate, names, workers=1)
    for _ in range(10):
        assert ask.udp("shop.example").addresses == ["127.0.0.5"]
        assert ask.udp("evil.example").code == "REFUSED"
    assert len(names.queries) == 1
    pairs = ended(one)
    assert [(decision["host"], outcome["questions"]) for decision, outcome in pairs] == [("shop.example", 10), ("evil.example", 10)]


def test_a_reload_ends_what_stands_and_judges_anew(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"]})
    one, ask = asking(gate, names, workers=1)
    assert ask.udp("shop.example").code == "NOERROR"
    one.config["rules"] = []
    one.write()
    assert run_exeat("reload", "-c", one.config_path).returncode == 0
    assert ask.udp("shop.example").code == "REFUSED"
    first, second = ended(one)
    assert (first[0]["verdict"], second[0]["verdict"]) == ("allow", "deny") and first[0]["policy"] < second[0]["policy"]


def test_a_bypass_opens_names_and_its_end_closes_them(gate, name_server):
    names = name_server({"late.example": ["203.0.113.9"]})
    one, ask = asking(gate, names, rules=[], workers=1)
    assert ask.udp("late.example").code == "REFUSED"
    assert run_exeat("bypass", "-c", one.config_path, "--for", "30m", "--reason", "ticket").returncode == 0
    assert ask.udp("late.example").code == "NOERROR"
    assert run_exeat("bypass", "-c", one.config_path, "--end").returncode == 0
    assert ask.udp("late.example").code == "REFUSED"
    assert "bypassed" in [decision["reason"] for decision, _ in ended(one)]


def test_observing_lets_names_through_and_says_what_it_would_have_done(gate, name_server):
    names = name_server({"new.example": ["203.0.113.9"]})
    one, ask = asking(gate, names, rules=[], mode="observe")
    assert ask.udp("new.example").code == "NOERROR" and len(names.queries) == 1
    ((decision, _),) = ended(one)
    assert (decision["verdict"], decision["observed"], decision["plan"]) == ("deny", 1, "forward")


# --- the resolver ---


def test_a_resolver_that_fails_or_is_silent_is_told_as_such(gate, name_server):
    one, ask = asking(gate, name_server({"shop.example": []}, fails=True))
    failed = ask.udp("shop.example")
    assert (failed.code, failed.extra) == ("SERVFAIL", 22)
    other, ask = asking(gate, name_server({"shop.example": None}))
    assert ask.udp("shop.example").code == "SERVFAIL"
    assert ended(other)[0][1]["reason"] == "dns_timeout"


@pytest.mark.parametrize("data", [[b"\x7f\0\0"], [b"\x7f\0\0\1\1"], [b""], [b"\x7f\0\0\1"] * 3 + [b"x"]])
def test_an_answer_that_is_broken_is_none(gate, name_server, data):
    one, ask = asking(gate, name_server({}, raw={("shop.example", A): data}))
    assert ask.udp("shop.example").code == "SERVFAIL"


def test_many_ask_for_the_same_and_the_resolver_hears_it_once(gate, name_server):
    held = threading.Event()
    names = name_server({"shop.example": ["127.0.0.5"]}, held=held)
    one, ask = asking(gate, names, workers=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(60)
        for ident in range(20):
            client.sendto(pack_question("shop.example", ident=ident), ask.where)
        wait_for(lambda: one.metric(r"exeat_dns_questions_total\{by=.udp") >= 20 and names.queries, "all questions to come")
        held.set()
        assert {client.recvfrom(2000)[0][:2] for _ in range(20)} == {struct.pack(">H", ident) for ident in range(20)}
    assert len(names.queries) == 1


# --- names are no tunnel ---


def test_long_labels_under_an_allowed_suffix_run_dry(gate, name_server):
    names = name_server({})
    one, ask = asking(gate, names, workers=2)
    codes = [ask.udp(f"{number:04d}{'x' * 56}.{'y' * 60}.{'z' * 60}.many.example").code for number in range(40)]
    assert codes.count("NXDOMAIN") <= 10 and set(codes) == {"NXDOMAIN", "REFUSED"}
    assert len(set(names_asked(names))) <= 10
    assert ask.udp("shop.example").code == "NXDOMAIN"  # a name that is written out is none of it
    reasons = [decision["reason"] for decision, _ in ended(one)]
    assert reasons.count("dns_limit") >= 30


def test_the_case_of_letters_carries_nothing(gate, name_server):
    names = name_server({"shop.example": ["127.0.0.5"]}, ttl=0)
    one, ask = asking(gate, names)
    for name in ("SHOP.example", "sHoP.EXAMPLE", "shop.example"):
        assert ask.udp(name).question == name
    assert set(names_asked(names)) == {"shop.example"}


def test_a_limit_is_for_names_not_for_questions(gate, name_server):
    names = name_server({f"a{n}.many.example": ["127.0.0.5"] for n in range(40)})
    one, ask = asking(gate, names, limits={"names": 20}, workers=1)
    codes = [ask.udp(f"a{number % 20}.many.example", (A, AAAA)[number // 20]).code for number in range(40)]
    assert set(codes) == {"NOERROR"}
    assert ask.udp("a21.many.example").code == "REFUSED"


def test_who_asks_for_ever_new_names_is_on_record_once_for_all_of_them(gate, name_server):
    one, ask = asking(gate, name_server({}), rules=[], workers=1)
    for first in range(0, 1100, 50):  # at once, so that a slow disk has them all within the minute
        ask.send_at_once([pack_question(f"n{number}.example") for number in range(first, first + 50)])
    pairs = ended(one)
    assert len(pairs) == 1001
    decision, outcome = pairs[-1]
    assert "host" not in decision and outcome["questions"] == 100


# --- hostile bytes, TCP, and who may ask ---


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (pack_question("shop.example", flags=0x2800), "NOTIMP"),
        (pack_question("shop.example", klass=3), "REFUSED"),
        (pack_question("shop.example")[:-1], "FORMERR"),
        (pack_question("shop.example") + b"x", "FORMERR"),
        (pack_question("shop.example", edns=0)[:12] + b"\xc0\x0c\0\1\0\1", "FORMERR"),
        (pack_question("", edns=0), "REFUSED"),
        (pack_question("shop.exa mple"), "REFUSED"),
        (pack_question("127.0.0.1"), "REFUSED"),
    ],
)
def test_what_is_no_good_question_is_refused_and_on_record(gate, name_server, message, code):
    names = name_server({})
    one, ask = asking(gate, names)
    assert ask.send(message).code == code and names.queries == []
    ((decision, _),) = ended(one)
    assert (decision["reason"], "host" in decision) == ("dns_malformed", False) and decision["detail"]


def test_answers_and_scraps_are_never_answered(gate, name_server):
    one, ask = asking(gate, name_server({"shop.example": ["127.0.0.5"]}))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(60)
        for message in (b"", b"\0" * 11, pack_question("shop.example", flags=0x8100), b"\xff" * 2000):
            client.sendto(message, ask.where)
        client.sendto(pack_question("shop.example", ident=99), ask.where)
        assert client.recvfrom(2000)[0][:2] == b"\0\x63"


def test_what_is_too_long_for_udp_comes_by_tcp(gate, name_server):
    many = [f"127.0.1.{number}" for number in range(60)]
    one, ask = asking(gate, name_server({"shop.example": many}))
    short = ask.udp("shop.example", edns=0)
    assert short.is_cut and short.records == [] and len(short.message) <= 512
    assert len(ask.udp("shop.example", edns=4096).addresses) == 60
    assert len(ask.tcp("shop.example").addresses) == 60


def test_a_connection_carries_many_questions_at_once(gate, name_server):
    names = name_server({f"a{n}.many.example": ["127.0.0.5"] for n in range(60)})
    one, ask = asking(gate, names)
    with ask.connect() as client:
        for number in range(60):
            put(client, pack_question(f"a{number}.many.example", ident=number))
        assert {take(client).ident for _ in range(60)} == set(range(60))
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


def test_a_question_may_come_byte_by_byte_and_its_client_may_have_gone(gate, name_server):
    held = threading.Event()
    one, ask = asking(gate, name_server({"shop.example": ["127.0.0.5"]}, held=held), workers=1)
    message = pack_question("shop.example")
    gone = ask.connect()
    put(gone, message)
    wait_for(lambda: one.metric(r"exeat_dns_questions_total\{by=.tcp"), "the question to come")
    gone.close()
    with ask.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in struct.pack(">H", len(message)) + message:
            client.sendall(bytes([byte]))
        held.set()
        assert take(client).addresses == ["127.0.0.5"]
    wait_for(lambda: one.metric("exeat_dns_connections ") == 0, "the connections to be over")


@pytest.mark.parametrize("sent", [b"\xff\xff" + b"x" * 3000, b"\0\0", struct.pack(">H", 5) + b"short"],
    ids=["too-long", "empty", "a-scrap"])
def test_a_connection_that_talks_nonsense_ends_or_is_ignored(gate, name_server, sent):
    one, ask = asking(gate, name_server({"shop.example": ["127.0.0.5"]}))
    with ask.connect() as client:
        try:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(10) == b""
        except OSError:
            pass  # it was ended before all was sent
    assert ask.tcp("shop.example").code == "NOERROR"


def test_idle_connections_are_bounded(gate, name_server):
    one, ask = asking(gate, name_server({"shop.example": ["127.0.0.5"]}), workers=1)
    held = [ask.connect() for _ in range(140)]
    wait_for(lambda: one.metric("exeat_dns_connections ") == 128, "the connections to be taken")
    for client in held:
        client.close()
    wait_for(lambda: one.metric("exeat_dns_connections ") == 0, "the connections to be over")
    assert ask.tcp("shop.example").code == "NOERROR"


def test_questions_are_answered_until_the_end_of_the_drain(gate, name_server, origin):
    names = name_server({"shop.example": ["127.0.0.1"]})
    one, ask = asking(gate, names, timeouts={"head": "10m"}, limits={"drain": "10m"})
    tunnel = one.connect()
    tunnel.sendall(b"GET http://shop.example:%d/ HTTP/1.1\r\nHost: shop.exa" % origin.port)
    wait_for(lambda: one.metric("exeat_sessions_open ") == 1, "the connection to be taken")
    one.process.terminate()
    wait_for(lambda: one.events("draining"), "the drain")
    assert ask.udp("shop.example").code == "NOERROR"
    tunnel.close()


def test_the_gate_does_not_begin_where_it_would_ask_itself(gate):
    port = free_dns_port()
    one = gate(start=False, listen={"dns": [f"127.0.0.1:{port}"]}, resolve={"servers": [f"127.0.0.1:{port}"]}, rules=[])
    one.write()
    done = run_exeat("check", "-c", one.config_path)
    assert done.returncode == 2 and "ask itself" in done.stderr


# --- real programs ---


def test_dig_sees_the_reason(gate, name_server):
    one, ask = asking(gate, name_server({"shop.example": ["127.0.0.5"]}))

    def dig(*words):
        command = ["dig", f"@{ask.where[0]}", "-p", str(ask.where[1]), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    assert dig("+short", "shop.example") == "127.0.0.5\n" and dig("+short", "+tcp", "shop.example") == "127.0.0.5\n"
    assert dig("+short", "+keepopen", "+tcp", "shop.example", "shop.example") == "127.0.0.5\n" * 2
    refused = dig("evil.example")
    assert "status: REFUSED" in refused and "EDE: 15 (Blocked)" in refused
    assert "127.0.0.5" in dig("+cookie", "+dnssec", "shop.example")
