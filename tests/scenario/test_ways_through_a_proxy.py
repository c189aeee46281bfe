# SPDX-License-Identifier: Apache-2.0
"""A pod whose way out is a corporate proxy: by whatever door a client comes, and whatever the gate does for itself, it goes through
that proxy or not at all. A canary counts, on the far side of the gate's cable, what would go past it."""
import json
import os
import pathlib
import select
import subprocess

import pytest
from support.certificates import issue_naming
from support.held_pod import GATE_USER, as_user, wait_for
from support.questions import CODES, words_to_ask
from support.ways import NAME_SERVER, VENDOR

TESTS = pathlib.Path(__file__).resolve().parents[1]
PROXY, PROXY_PORT = "10.91.0.1", 8888
NOBODY = "203.0.113.9"
CANARY = f"""
table inet canary {{
    counter past {{ }}
    counter names {{ }}
    chain comes {{
        type filter hook input priority filter; policy accept;
        iifname != "gate0" accept
        ip daddr {PROXY} tcp dport {PROXY_PORT} accept
        ip daddr {PROXY} udp dport 53 counter name names accept
        icmp type {{ destination-unreachable, time-exceeded, parameter-problem }} accept
        tcp flags & (fin | syn | rst | ack) == syn counter name past
        meta l4proto != {{ tcp, ipv6-icmp }} counter name past
    }}
}}
"""
CALL = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]})


class Proxy:
    def __init__(self, pod):
        self.heard = b""
        self.process = pod.talk(["ip", "netns", "exec", pod.internet, "env", "-C", TESTS, "/usr/bin/python3", "-m", "support.corporate", PROXY,
                                 PROXY_PORT])

    def asked(self):
        """The next line that it was asked for; empty: it was asked for nothing."""
        while b"\n" not in self.heard and select.select([self.process.stdout], [], [], 60)[0] and (part := os.read(self.process.stdout.fileno(), 65536)):
            self.heard += part
        line, _, self.heard = self.heard.partition(b"\n")
        return line.decode().strip()

    def leave(self):
        self.process.kill()
        self.process.wait()


class Canary:
    def __init__(self, pod):
        self.inside = ["ip", "netns", "exec", pod.internet]
        subprocess.run([*self.inside, "nft", "-f", "-"], input=CANARY, text=True, check=True)

    def count(self, name):
        listed = subprocess.run([*self.inside, "nft", "-j", "list", "counters", "table", "inet", "canary"], capture_output=True, text=True, check=True)
        return next(row["counter"]["packets"] for row in json.loads(listed.stdout)["nftables"] if row.get("counter", {}).get("name") == name)


RULES = [
    {"id": "opened", "verdict": "allow", "hosts": ["shop.example"], "ports": ["1-65535"], "schemes": ["http", "https"], "methods": ["GET"], "follow_aia": True},
    {"id": "tunnel", "verdict": "allow", "hosts": ["other.example"], "ports": ["1-65535"]},
    {"id": "mail", "verdict": "allow", "addresses": [f"{VENDOR}/32"], "ports": [2525], "schemes": ["tcp"]},
    {"id": "home", "verdict": "reroute", "hosts": ["@llm"], "inference": ["far"]},
]


@pytest.fixture
def chained(pod, gate_of, root):
    """A gate of such a pod, with what it is asked by and what stands on the far side."""
    places = "http://ca.example:8443"
    pod.serve(*issue_naming(root, "shop.example", "other.example", status=[f"{places}/ocsp"], lists=[f"{places}/root.crl"]))
    one = gate_of(
        pod, start=False, rules=RULES, upstream_proxy="corp", proxies={"corp": {"url": f"http://{PROXY}:{PROXY_PORT}"}},
        resolve={"servers": ["10.91.0.1"]},
        tls={"authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["shop.example", "@llm"]}, "upstream": {"roots": str(pod.lend(root.path))}},
        inference=[{"name": "far", "endpoint": "http://llm.corp.example", "via": "corp"}])
    one.config["listen"] |= {"socks": ["127.0.0.1:1080"], "dns": ["127.0.0.1:5353", "[::1]:5353"]}
    one.apply()
    one.start()
    one.shop, one.proxy, one.canary = pod, Proxy(pod), Canary(pod)
    one.trusts = ["--cacert", str(pod.lend(one.bundle())), "--max-time", "60"]
    return one


def curl(one, *words):
    done = subprocess.run(one.shop.program("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *one.trusts, *words), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


BY_PROXY, BY_SOCKS = ["-x", "http://127.0.0.1:3128"], ["-x", "socks5h://127.0.0.1:1080"]
TURNED = ["--resolve", f"*:9443:{NOBODY}", "--resolve", f"*:80:{NOBODY}", "--resolve", f"*:443:{NOBODY}"]
OTHER, MAIL = "https://other.example:9443/", f"http://{VENDOR}:2525/"
# How it is asked for, what the proxy hears of it, and what is on record: host and port.
WAYS = {
    "turned, by its hello": ([*TURNED, "-k", OTHER], "CONNECT other.example:9443 HTTP/1.1", ("other.example", 9443)),
    "turned, opened": ([*TURNED, "https://shop.example:9443/"], "CONNECT shop.example:9443 HTTP/1.1", ("shop.example", 9443)),
    "turned, by its Host": ([*TURNED, "http://shop.example/"], "GET http://shop.example/ HTTP/1.1", ("shop.example", 80)),
    "turned, by its address": ([MAIL], f"CONNECT {VENDOR}:2525 HTTP/1.1", (VENDOR, 2525)),
    "turned, an address that no rule names": (["-k", f"https://{VENDOR}:9443/"], None, (VENDOR, 9443)),
    "turned, a call to a model": ([*TURNED, "-d", CALL, "https://api.openai.com/v1/chat/completions"],
                                  "POST http://llm.corp.example/v1/chat/completions HTTP/1.1", ("api.openai.com", 443)),
    "forward": ([*BY_PROXY, "http://shop.example:8443/"], "GET http://shop.example:8443/ HTTP/1.1", ("shop.example", 8443)),
    "CONNECT": ([*BY_PROXY, "-k", OTHER], "CONNECT other.example:9443 HTTP/1.1", ("other.example", 9443)),
    "CONNECT, opened": ([*BY_PROXY, "https://shop.example:9443/again"], "CONNECT shop.example:9443 HTTP/1.1", ("shop.example", 9443)),
    "what its certificate names": ([*BY_PROXY, "http://ca.example:8443/root.crl"], "GET http://ca.example:8443/root.crl HTTP/1.1", ("ca.example", 8443)),
    "what no certificate names": ([*BY_PROXY, "http://ca.example:8443/else"], None, ("ca.example", 8443)),
    "SOCKS, by name": ([*BY_SOCKS, "-k", OTHER], "CONNECT other.example:9443 HTTP/1.1", ("other.example", 9443)),
    "SOCKS, by address": (["-x", "socks5://127.0.0.1:1080", MAIL], f"CONNECT {VENDOR}:2525 HTTP/1.1", (VENDOR, 2525)),
}


def own_probes(one):
    """What a person has the program ask of endpoints, by the gate's user, whom the rules let out."""
    for words in (["check", "--online"], ["llm", "try"]):
        done = one.run(*words, prefix=as_user(GATE_USER))
        assert "behind a proxy" in done.stdout, (done.stdout, done.stderr)


def on_record(one):
    return [(record["host"], record["port"]) for record in one.decisions() if "port" in record]


def places(tried):
    return [place for _, _, place in tried]


def test_every_way_goes_through_the_proxy_or_is_refused_and_none_goes_past_it(chained):
    one = chained
    for name, (words, line, _) in WAYS.items():
        curl(one, *words)
        assert line is None or one.proxy.asked() == line, name
    own_probes(one)
    wait_for(lambda: on_record(one) == places(WAYS.values()), "a record of each")
    assert one.canary.count("past") == 0 and one.shop.seen() == []
    one.proxy.leave()
    for name, (words, _, _) in WAYS.items():
        code, status = curl(one, *words)
        assert code != 0 or status[0] in "45", name
    wait_for(lambda: on_record(one) == places(WAYS.values()) * 2, "a record of each, while the proxy is away")
    assert one.canary.count("past") == 0 and one.canary.count("names") == 0 and one.shop.seen() == []


def test_questions_for_names_are_the_resolvers_and_the_canary_sees_what_a_rule_sends_straight(chained):
    one = chained
    asked = {name: CODES[int(subprocess.run(one.shop.program(*words_to_ask(NAME_SERVER, 53, "udp", name)), capture_output=True, text=True, timeout=60).stdout)]
             for name in ("other.example", "evil.example")}
    assert asked == {"other.example": "NOERROR", "evil.example": "REFUSED"}
    assert [(record["host"], record["verdict"]) for record in one.decisions()] == [("other.example", "allow"), ("evil.example", "deny")]
    names = one.canary.count("names")
    assert names > 0 and one.canary.count("past") == 0
    one.config["rules"].append({"id": "straight", "verdict": "allow", "hosts": ["straight.example"], "ports": [8443], "schemes": ["http"], "addresses": [f"{VENDOR}/32"], "upstream_proxy": "none"})
    one.write()
    assert one.control("reload").startswith("ok")
    assert curl(one, *BY_PROXY, "http://straight.example:8443/") == (0, "200")
    assert one.canary.count("past") >= 1 and one.canary.count("names") > names
