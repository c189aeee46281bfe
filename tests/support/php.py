# SPDX-License-Identifier: Apache-2.0
"""PHP as shops run it: a script of tests/clients/php, unchanged but for its proxy and CA bundle."""
import json
import os
import pathlib
import subprocess

from .wait import PATIENCE

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "clients" / "php" / "chat.php"


def run_php(gate, *words, script=SCRIPT):
    bundle = gate.bundle()
    environment = {
        **os.environ,
        "HTTP_PROXY": f"http://127.0.0.1:{gate.port}",
        "HTTPS_PROXY": f"http://127.0.0.1:{gate.port}",
        "https_proxy": f"http://127.0.0.1:{gate.port}",
        "EXEAT_PROXY": f"127.0.0.1:{gate.port}",
    }
    done = subprocess.run(
        ["php", "-d", f"curl.cainfo={bundle}", "-d", f"openssl.cafile={bundle}", script, *words],
        capture_output=True, text=True, env=environment, timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
