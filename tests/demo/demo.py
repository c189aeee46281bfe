# SPDX-License-Identifier: Apache-2.0
"""The main job in one minute: PHP code that names the vendor is answered locally, a stranger is refused, a friend is
reached, and the records say so. Runs on loopback only; what it makes is gone afterwards."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from support.certificates import Root  # noqa: E402
from support.gate import Gate, allow, hosts, run_exeat  # noqa: E402
from support.inference import Inference  # noqa: E402
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
    inference = Inference()
    shop = Origin(root.issue("shop.example"))
    gate = Gate(
        folder,
        root,
        resolve=hosts("shop.example"),
        inference=[{"name": "local", "endpoint": f"http://127.0.0.1:{inference.port}", "models": {"*": "mistral-7b"}}],
        rules=[
            {"id": "llm-stays-home", "verdict": "reroute", "hosts": ["@llm"], "inference": ["local"]},
            allow("shop.example", id="partner"),
        ],
    ).start()
    try:
        return show(gate, inference, shop)
    finally:
        gate.stop()
        inference.close()
        shop.close()
        subprocess.run(["rm", "-r", folder], check=True)


def show(gate, inference, shop):
    bundle = gate.bundle()
    say("PHP calls https://api.openai.com/v1/chat/completions, with a key of the vendor in it")
    reply = run_php(gate, bundle, "whole")
    print("status", reply["status"], "answer:", json.loads(reply["body"])["choices"][0]["message"]["content"])
    received = inference.requests[0]
    print("the local model got the model name", json.loads(received["body"])["model"], "and", "a" if "authorization" in received["headers"] else "no", "key")

    say("the same, streamed")
    events = [line for line in run_php(gate, bundle, "events")["body"].splitlines() if line]
    print("\n".join(events[:2]), f"\n... {len(events)} events, the last one: {events[-1]}")

    say("PHP calls https://evil.example/")
    reply = run_php(gate, bundle, "whole", "https://evil.example/")
    print("curl errno", reply["errno"], "with", reply["connect"], "in CURLINFO_HTTP_CONNECTCODE")

    say("PHP calls https://shop.example/, which is allowed: its TLS is not opened")
    reply = run_php(gate, bundle, "whole", f"https://shop.example:{shop.port}/hello")
    print("status", reply["status"], "answer:", reply["body"].strip())

    say("exeat audit export -o text")
    print(run_exeat("audit", "export", "-c", gate.config_path, "-o", "text").stdout)
    gate.stop()
    say("exeat audit verify")
    report = run_exeat("audit", "verify", "-c", gate.config_path)
    print(report.stdout)
    return report.returncode


if __name__ == "__main__":
    sys.exit(main())
