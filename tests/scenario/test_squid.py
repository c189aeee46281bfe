# SPDX-License-Identifier: Apache-2.0
"""PHP through the gate through squid, which wants credentials: what it lets through arrives, and when it refuses or is away
nobody goes past it."""
import subprocess

import pytest
from support.gate import allow, hosts
from support.origin import Origin
from support.squid import FROM, SECRET, USER, Squid

FETCH = """
$call = curl_init($argv[1]);
curl_setopt_array($call, [CURLOPT_PROXY => $argv[2], CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30, CURLOPT_NOPROXY => ""]);
$body = curl_exec($call);
echo curl_getinfo($call, CURLINFO_HTTP_CONNECTCODE), " ", curl_getinfo($call, CURLINFO_RESPONSE_CODE), " ", $body;
"""


@pytest.fixture
def sites(root, things):
    """A plain one and a secure one. Who dials them directly is seen."""
    things += [Origin(), Origin(root.issue("localhost"))]
    return things[-2:]


def url_of(site):
    return f"http{'' if site.context is None else 's'}://localhost:{site.port}/a"


@pytest.fixture
def squid(things, tmp_path):
    def make(**options):
        things.append(Squid(tmp_path, **options))
        return things[-1]
    return make


def behind(gate, squid, tmp_path, secret=SECRET):
    (tmp_path / "credentials").write_text(f"{USER}:{secret}\n")
    rule = {**allow("localhost", ports=["1-65535"]), "id": "far"}
    del rule["addresses"]  # squid looks names up
    return gate(resolve=hosts("proxy.corp.example"), upstream_proxy="corp", rules=[rule], proxies={
        "corp": {"url": f"http://proxy.corp.example:{squid.port}", "credentials_file": str(tmp_path / "credentials")}})


def fetch(one, url):
    """What PHP is told: the statuses of CONNECT and of the answer, and its text."""
    settings = ["-d", f"curl.cainfo={one.bundle()}"]
    done = subprocess.run(["php", *settings, "-r", FETCH, "--", url, f"http://127.0.0.1:{one.port}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def refusals(one, sites):
    """What PHP is told of each site, and what is on record; no site has seen anybody."""
    told = [fetch(one, url_of(site)) for site in sites]
    found = [one.outcome_of(decision) for decision in one.decisions()]
    assert [(site.requests, site.connections) for site in sites] == [([], 0)] * 2
    return told, [(outcome["reason"], outcome["detail"]) for outcome in found]


def test_php_gets_what_squid_lets_through_and_squid_is_whom_the_sites_see(gate, squid, sites, tmp_path):
    one = behind(gate, squid(), tmp_path)
    for site in sites:
        assert fetch(one, url_of(site)).endswith(" 200 hello from the origin\n")
        [seen] = site.requests
        assert seen["client"][0] == FROM
        assert "proxy-authorization" not in seen["headers"]
    assert {one.outcome_of(decision)["address"] for decision in one.decisions()} == {"127.0.0.1"}
    assert f"{USER}:{SECRET}" not in one.log()


def test_what_squid_refuses_stays_refused_and_nobody_goes_past_it(gate, squid, sites, tmp_path):
    """Without TLS its page is an answer like that of any server; a tunnel that it does not open is refused by the gate."""
    one = behind(gate, squid(refused_ports=[site.port for site in sites]), tmp_path)
    told = [fetch(one, url_of(site)) for site in sites]
    plain, secure = [one.outcome_of(decision) for decision in one.decisions()]
    assert [(site.requests, site.connections) for site in sites] == [([], 0)] * 2
    assert told[0].startswith("0 403 ") and "squid" in told[0]
    assert "reason" not in plain and (plain["address"], plain["status"]) == ("127.0.0.1", 403)
    assert "502" in told[1].split(" ")[:2]
    assert (secure["reason"], secure["detail"]) == ("upstream_proxy", "proxy corp at 127.0.0.1: it answered 403")


def test_credentials_that_squid_does_not_know_are_the_gates_own_matter(gate, squid, sites, tmp_path):
    one = behind(gate, squid(), tmp_path, secret="wrong")
    told, found = refusals(one, sites)
    assert [text.split(" ")[:2].count("502") for text in told] == [1, 1]
    assert found == [("upstream_proxy", "proxy corp at 127.0.0.1: it answered 407: it wants (other) credentials")] * 2


def test_a_squid_that_is_down_closes_the_way(gate, squid, sites, tmp_path):
    proxy = squid()
    one = behind(gate, proxy, tmp_path)
    proxy.close()
    told, found = refusals(one, sites)
    assert [text.split(" ")[:2].count("502") for text in told] == [1, 1]
    assert found == [("connect_failed", "proxy corp at 127.0.0.1: Connection refused")] * 2
