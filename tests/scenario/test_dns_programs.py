# SPDX-License-Identifier: Apache-2.0
"""Real programs look names up through resolv.conf: glibc, musl, PHP and dig, with dnsmasq as the pod's resolver."""
import json
import subprocess

import pytest
from support.gate import EXEAT, TOP, allow
from support.pod import Pod, PodGate

SEARCH = ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"]
RECORDS = ["--host-record=shop.example,127.0.0.5,::1", "--host-record=db.svc.cluster.local,127.0.0.7", "--address=/evil.example/127.0.0.6",
           "--local=/example/", "--local=/local/", "--txt-record=shop.example,v=spf1", "--txt-record=mail.example,hello",
           "--host-record=mail.example,127.0.0.8"]
RULES = [allow("shop.example", addresses=["127.0.0.0/8", "::1/128"]), allow("db.svc.cluster.local", id="db"),
         allow("mail.example", id="mail", dns=["txt"])]
GLIBC = "import socket, sys; print(*sorted({r[4][0] for r in socket.getaddrinfo(sys.argv[1], 443)}), sep='\\n')"


@pytest.fixture(scope="module")
def musl(tmp_path_factory):
    program = tmp_path_factory.mktemp("musl") / "look_up"
    subprocess.run(["musl-gcc", "-static", "-O1", "-o", program, TOP / "tests/support/look_up.c"], check=True)
    return program


@pytest.fixture
def pod(tmp_path, things):
    pod = Pod(tmp_path, RECORDS, SEARCH)
    things.append(pod)
    return pod


@pytest.fixture
def podgate(tmp_path, pod):
    one = PodGate(tmp_path, pod, rules=RULES).start()
    yield one
    one.stop()
    assert one.verify().returncode == 0
    assert "Sanitizer" not in one.log() and "runtime error" not in one.log(), one.log()


def names(pod):
    return {name for _, name in pod.asked()}


def test_glibc_finds_what_is_allowed_and_nothing_else(pod, podgate):
    def look_up(name):
        return pod.run("python3", "-c", GLIBC, name)

    assert look_up("shop.example").stdout.split() == ["127.0.0.5", "::1"]
    assert look_up("db").stdout.split() == ["127.0.0.7"]  # by the search list
    refused = look_up("evil.example")
    assert refused.returncode == 1 and "gaierror" in refused.stderr
    assert names(pod) == {"shop.example", "db.svc.cluster.local"}


def test_musl_does_not_stop_at_a_name_that_its_search_list_made(pod, podgate, musl):
    def look_up(name):
        return pod.run(str(musl), name)

    assert sorted(look_up("shop.example").stdout.split()) == ["127.0.0.5", "::1"]
    assert look_up("db").stdout.split() == ["127.0.0.7"]
    assert look_up("evil.example").returncode == 1
    assert names(pod) == {"shop.example", "db.svc.cluster.local"}


def test_php_finds_what_is_allowed_and_records_that_a_rule_opens(pod, podgate):
    code = ('echo json_encode([gethostbyname("shop.example"), gethostbyname("evil.example"), '
            'array_column(dns_get_record("shop.example", DNS_A), "ip"), @dns_get_record("shop.example", DNS_TXT), '
            'array_column(dns_get_record("mail.example", DNS_TXT), "txt"), @dns_get_record("shop.example", DNS_ANY)]);')
    told = json.loads(pod.run("php", "-n", "-r", code).stdout)
    assert told == ["127.0.0.5", "evil.example", ["127.0.0.5"], False, ["hello"], False]
    assert names(pod) == {"shop.example", "mail.example"}
    assert ("TXT", "shop.example") not in pod.asked()


def test_who_asks_is_on_record_before_the_resolver_hears_of_it(pod, podgate):
    assert pod.run("dig", "+short", "shop.example").stdout == "127.0.0.5\n"
    assert "REFUSED" in pod.run("dig", "+tcp", "evil.example").stdout
    told = [(d["host"], d["method"], d["verdict"], d["client_address"]) for d in podgate.decisions()]
    assert told == [("shop.example", "A", "allow", "127.0.0.1"), ("evil.example", "A", "deny", "127.0.0.1")]


def test_a_gate_whose_resolv_conf_names_itself_does_not_begin(tmp_path, pod):
    one = PodGate(tmp_path, pod, rules=RULES, resolve={"search": ["cluster.local"]})
    one.write()
    done = pod.run(EXEAT, "run", "-c", str(one.config_path))
    assert done.returncode != 0 and "ask itself" in done.stderr and "resolve.servers" in done.stderr
