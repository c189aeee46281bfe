# SPDX-License-Identifier: Apache-2.0
"""The local authority is exchanged as docs/operations.md says, and no client is ever without trust."""
import subprocess

from support.gate import run_exeat


def call(gate, bundle):
    """curl's exit code: 0, or 60 when it does not trust the certificate."""
    return subprocess.run(
        ["curl", "-sS", "-o", "/dev/null", "-x", f"http://127.0.0.1:{gate.port}", "--cacert", bundle, "https://api.openai.com/v1/models"],
        timeout=30,
    ).returncode


def test_the_authority_is_exchanged_without_a_client_that_does_not_trust(gate):
    one = gate(
        inference=[{"name": "canned", "builtin": "canned", "text": "x"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["canned"]}],
    )
    former = one.folder / "ca-former.pem"
    former.write_bytes((one.folder / "keys" / "ca.pem").read_bytes())
    before, after, both = (one.folder / name for name in ("before.pem", "after.pem", "both.pem"))
    before.write_bytes(one.bundle().read_bytes())
    assert run_exeat("ca", "renew", "-c", one.config_path).returncode == 0
    after.write_bytes(one.bundle().read_bytes())
    both.write_bytes(after.read_bytes() + former.read_bytes())
    assert [call(one, bundle) for bundle in (before, both, after)] == [0, 0, 60]  # the running gate keeps what it has
    one.stop()
    one.start()
    assert [call(one, bundle) for bundle in (before, both, after)] == [60, 0, 0]
