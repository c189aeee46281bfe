# SPDX-License-Identifier: Apache-2.0
"""The demo, as it is shown, where nothing can be reached but this machine: no route, no name server, no vendor."""
import os
import pathlib
import subprocess
import sys

import support.gate
from support.gguf import WORDS

TOP = pathlib.Path(__file__).resolve().parents[2]
STREAMS = ("OpenAI's SDK calls api.openai.com", "Anthropic's SDK calls api.anthropic.com", "Google's SDK calls generativelanguage.googleapis.com")
CANNED = "This feature is being updated. Please try again in a few minutes."


def part(shown, title):
    """What stands under a title, up to the next."""
    assert f"--- {title}" in shown, shown
    return shown.split(f"--- {title}", 1)[1].split("\n--- ", 1)[0]


def test_three_vendors_clients_are_answered_offline_by_the_engine_then_by_a_fixed_text_and_all_of_it_is_on_record():
    script = "ip link set lo up && test -z \"$(ip route show table all type unicast)\" && exec \"$@\""
    words = ["unshare", "--net", "sh", "-c", script, "sh", sys.executable, TOP / "tests/demo/demo.py"]
    environment = {**os.environ, "EXEAT": str(support.gate.EXEAT)}
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, env=environment)
    shown = done.stdout
    assert done.returncode == 0, shown + done.stderr
    for title in STREAMS:
        heard = part(shown, title).split("it hears:", 1)[1].split()
        assert heard and set(heard) <= set(WORDS), title
    assert CANNED in part(shown, "the model is stopped")
    records = part(shown, "exeat audit export -o text")
    for host in ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"):
        assert host in records
    assert records.count("reroute") >= 4 and "evil.example" in records and "shop.example" in records
    minimised = part(shown, "a stand-in for a model answers with the placeholders")
    assert "the model got:  Refund [CARD_1], and tell [EMAIL_1]." in minimised
    assert "the caller got: Refunded 4111 1111 1111 1111, and told anna.muster@shop.example." in minimised
    assert "card redact 1 messages[0].content" in minimised and "placeholder restore 2" in minimised
