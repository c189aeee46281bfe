# SPDX-License-Identifier: Apache-2.0
"""Fixtures of tests in pods: a pod, and gates in it that end in order, with records that verify."""
import pytest

from .held_pod import Pod, PodGate


@pytest.fixture
def pod(things):
    one = Pod()
    things.append(one)
    return one


class End:
    def __init__(self, gate):
        self.gate = gate

    def close(self):
        if self.gate.process is None:
            return
        self.gate.stop()
        report = self.gate.verify()
        assert report.returncode == 0, report.stdout + report.stderr
        assert "Sanitizer" not in self.gate.log() and "runtime error" not in self.gate.log(), self.gate.log()


@pytest.fixture
def gate_of(things):
    """Makes gates in a pod."""

    def make(pod, start=True, **sections):
        one = PodGate(pod, **sections)
        things.append(End(one))
        return one.start() if start else one

    return make
