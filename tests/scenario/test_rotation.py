# SPDX-License-Identifier: Apache-2.0
"""The local authority is exchanged as docs/operations.md says, and no client is ever without trust."""
import os
import subprocess

from support.gate import run_exeat
from support.wait import wait_for


def call(gate, bundle):
    """curl's exit code: 0, or 60 when it does not trust the certificate."""
    return subprocess.run(
        ["curl", "-sS", "-o", "/dev/null", "-x", f"http://127.0.0.1:{gate.port}", "--cacert", bundle, "https://api.openai.com/v1/models"],
        timeout=120,
    ).returncode


def test_the_authority_is_exchanged_without_a_client_that_does_not_trust(gate):
    one = gate(
        inference=[{"name": "canned", "builtin": "canned", "text": "x"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["canned"]}],
    )
    before, after, both = (one.folder / name for name in ("before.pem", "after.pem", "both.pem"))
    following = one.folder / "next.yaml"
    before.write_bytes(one.bundle().read_bytes())
    one.merge({"tls": {"authority": {"certificate": "keys/ca-next.pem", "key": "keys/ca-next.key"}}})
    one.write(following)
    assert run_exeat("ca", "init", "-c", following).returncode == 0
    both.write_bytes(before.read_bytes() + (one.folder / "keys" / "ca-next.pem").read_bytes())
    after.write_text(run_exeat("ca", "bundle", "-c", following).stdout)
    assert [call(one, bundle) for bundle in (before, both, after)] == [0, 0, 60]
    os.replace(following, one.config_path)
    wait_for(lambda: call(one, after) == 0, "the gate to show its new authority")
    assert [call(one, bundle) for bundle in (before, both, after)] == [60, 0, 0]
