# SPDX-License-Identifier: Apache-2.0
"""What the user of each vendor's own SDK sees when a limit of the policy is reached: the SDK's own error for it, after as many tries as
the time to come again is worth."""
import base64
import hashlib

import pytest
from clients.test_node_drills import FAILURES, TRIES
from support.drills import DRILLS
from support.gate import ask
from support.llm import CHAT, call
from support.node import run_script
from support.origin import Listener
from support.wait import wait_for

pytestmark = pytest.mark.usefixtures("noon")
VENDORS = ("openai", "anthropic", "gemini", "mistral", "cohere", "ollama", "bedrock")
# Cohere's waits for a minute and Bedrock's for five seconds, twice, whatever else the answer says: as they do at their vendors.
IMPATIENT = [sdk for sdk in VENDORS if sdk not in ("cohere", "bedrock")]


def known_as(name):
    return b"Proxy-Authorization: Basic " + base64.b64encode(name.encode() + b":secret") + b"\r\n"


def test_limits_are_the_sdks_own_errors_and_asked_for_no_more_often_than_it_helps(gate, things):
    silent = Listener(DRILLS["hangs"])
    things.append(silent)
    users = {name: {"user": name, "secret_sha256": hashlib.sha256(b"secret").hexdigest()} for name in ("full", "spent")}
    users["full"]["limit"] = {"concurrent": 1}
    users["spent"]["limit"] = {"requests": "1/d"}
    one = gate(
        confine={"landlock": "none"},
        timeouts={"stream": "1h"},
        clients=users,
        inference=[{"name": "silent", "endpoint": f"http://127.0.0.1:{silent.port}"}, {"name": "canned", "builtin": "canned"}],
        rules=[{"id": name, "from": [name], "verdict": "reroute", "hosts": ["@llm"], "inference": [to]} for name, to in (("full", "silent"), ("spent", "canned"))],
    )
    with one.secure("api.openai.com", extra=known_as("spent")) as connection:
        assert ask(connection, call("/v1/chat/completions", CHAT)).status == 200
    with one.secure("api.openai.com", extra=known_as("full")) as held:
        held.sendall(call("/v1/chat/completions", CHAT))
        wait_for(lambda: one.metric(r'exeat_inference_outstanding{endpoint="silent"}') == 1, "the one call to be under way")
        seen = run_script(one, "drills.mjs", "full=" + ",".join(VENDORS), "spent=" + ",".join(IMPATIENT), preload=())
    for sdk in VENDORS:
        for way in ("whole", "stream"):
            full = seen[sdk][f"full {way}"]
            assert (full["failure"], full["status"], full["calls"]) == (FAILURES[sdk][503], 503, TRIES[sdk]), (sdk, way)
            assert "more requests at once than the limit has" in full["message"], (sdk, way)
    for sdk in IMPATIENT:
        for way in ("whole", "stream"):
            spent = seen[sdk][f"spent {way}"]
            assert (spent["failure"], spent["status"], spent["calls"]) == (FAILURES[sdk][429], 429, 1), (sdk, way)
            assert "more requests than the limit has" in spent["message"], (sdk, way)
