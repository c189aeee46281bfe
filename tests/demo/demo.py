# SPDX-License-Identifier: Apache-2.0
"""The main job in one minute: vendors' SDKs and PHP code that name the vendor are answered by a model on this machine, by a
fixed text when that is gone; a stranger is refused, a friend is reached, a card number stays at home, and the records say so. Runs on loopback only; what it makes is gone afterwards."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from support.certificates import Root  # noqa: E402
from support.engine import Engine  # noqa: E402
from support.gate import Gate, allow, ask, hosts, run_exeat  # noqa: E402
from support.inference import Inference, chat_answer  # noqa: E402
from support.llm import call, whole  # noqa: E402
from support.node import run_script  # noqa: E402
from support.origin import Origin  # noqa: E402

PHP = TOP / "tests" / "clients" / "php" / "chat.php"


def say(text):
    print(f"\n--- {text}", flush=True)


def run_php(gate, bundle, *words):
    environment = {**os.environ, "https_proxy": f"http://127.0.0.1:{gate.port}"}
    command = ["php", "-d", f"curl.cainfo={bundle}", str(PHP), "curl", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=True)
    return json.loads(done.stdout)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="exeat-demo-"))
    root = Root(folder)
    engine = Engine(folder).loaded()
    shop = Origin(root.issue("shop.example"))
    echo = Inference()
    gate = Gate(
        folder,
        root,
        resolve=hosts("shop.example"),
        inference=[
            {"name": "local", "endpoint": f"http://127.0.0.1:{engine.port}", "models": {"*": "tiny"}},
            {"name": "echo", "endpoint": f"http://127.0.0.1:{echo.port}"},
            {"name": "canned", "builtin": "canned", "text": "This feature is being updated. Please try again in a few minutes."},
        ],
        rules=[
            {"id": "llm-stays-home", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local", "canned"]},
            {"id": "minimised", "verdict": "reroute", "hosts": ["api.mistral.ai"], "inference": ["echo"],
             "inspect": {"redact": ["card", "email"], "restore": True}},
            allow("shop.example", id="partner"),
        ],
        workers=1,
    ).start()
    try:
        return show(gate, engine, shop, echo)
    finally:
        gate.stop()
        engine.close()
        shop.close()
        echo.close()
        subprocess.run(["rm", "-r", folder], check=True)


SDKS = {"OpenAI's SDK calls api.openai.com": "sdk.mjs", "Anthropic's SDK calls api.anthropic.com": "anthropic.mjs", "Google's SDK calls generativelanguage.googleapis.com": "gemini.mjs"}


def show_streams(gate):
    for title, script in SDKS.items():
        say(f"{title}, with a key of the vendor, and streams")
        said = run_script(gate, script, "stream")
        print("it hears:", said.get("text") or "".join(said["words"]))


def show_policy(gate, bundle, shop):
    say("PHP calls https://evil.example/")
    reply = run_php(gate, bundle, "whole", "https://evil.example/")
    print("curl errno", reply["errno"], "with", reply["connect"], "in CURLINFO_HTTP_CONNECTCODE")

    say("PHP calls https://shop.example/, which is allowed: its TLS is not opened")
    reply = run_php(gate, bundle, "whole", f"https://shop.example:{shop.port}/hello")
    print("status", reply["status"], "answer:", reply["body"].strip())


def show_minimisation(gate, echo):
    say("a prompt with a card number and a mail address, under a rule with `inspect`: what the model is sent")
    prompt = {"model": "tiny", "messages": [{"role": "user", "content": "Refund 4111 1111 1111 1111, and tell anna.muster@shop.example."}]}
    body = gate.folder / "prompt.json"
    body.write_text(json.dumps(prompt))
    asked = ["POST", "https://api.mistral.ai/v1/chat/completions"]
    print("inspected:" + run_exeat("explain", "-c", gate.config_path, *asked, "--body", body).stdout.split("inspected:", 1)[1])

    say("a stand-in for a model answers with the placeholders; the caller gets the values")
    echo.raw = whole(json.dumps(chat_answer("tiny", "Refunded [CARD_1], and told [EMAIL_1].")).encode())
    with gate.secure("api.mistral.ai") as connection:
        reply = ask(connection, call("/v1/chat/completions", prompt, host="api.mistral.ai"))
    print("the model got: ", json.loads(echo.requests[-1]["body"])["messages"][0]["content"])
    print("the caller got:", json.loads(reply.body)["choices"][0]["message"]["content"])
    record = [d for d in gate.decisions() if d.get("found")][-1]
    print("on record:     ", record["found"] + "; of the answer:", gate.outcome_of(record)["found"])


def show(gate, engine, shop, echo):
    bundle = gate.bundle()
    say("a local model answers: llama.cpp with random weights, so it says words, not sense")
    show_streams(gate)
    say("PHP calls https://api.openai.com/v1/chat/completions, streamed")
    events = [line for line in run_php(gate, bundle, "events")["body"].splitlines() if line]
    print("\n".join(events[:2]), f"\n... {len(events)} events, the last one: {events[-1]}")
    show_policy(gate, bundle, shop)
    show_minimisation(gate, echo)

    say("the model is stopped; OpenAI's SDK calls again")
    engine.close()
    print("it hears:", run_script(gate, "sdk.mjs", "stream")["text"])

    say("exeat audit export -o text")
    print(run_exeat("audit", "export", "-c", gate.config_path, "-o", "text").stdout)
    gate.stop()
    say("exeat audit verify")
    report = run_exeat("audit", "verify", "-c", gate.config_path)
    print(report.stdout)
    return report.returncode


if __name__ == "__main__":
    sys.exit(main())
