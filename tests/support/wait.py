# SPDX-License-Identifier: Apache-2.0
"""Waiting for the thing itself, never for time to pass."""
import time

PATIENCE = 180  # seconds; only ever reached when a test fails


def wait_for(look, what="the condition"):
    """Calls `look` until it gives something true, and returns that."""
    until = time.monotonic() + PATIENCE
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.01)
