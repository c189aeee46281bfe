# SPDX-License-Identifier: Apache-2.0
"""The vendors' own JavaScript SDKs, through undici's proxy agent and NODE_EXTRA_CA_CERTS: a script of tests/clients/node says
what is asked."""
import json
import os
import pathlib
import subprocess

from .wait import PATIENCE

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "clients" / "node"


def run_script(gate, script, *what, preload=("--import", "./proxy.mjs")):
    """What it prints, one JSON."""
    environment = {
        **os.environ,
        "HTTPS_PROXY": f"http://127.0.0.1:{gate.port}",
        "NODE_EXTRA_CA_CERTS": str(gate.bundle()),
        "NODE_NO_WARNINGS": "1",
    }
    done = subprocess.run(
        ["node", *preload, script, *what], cwd=FOLDER, capture_output=True, text=True, env=environment, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
