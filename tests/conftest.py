# SPDX-License-Identifier: Apache-2.0
"""Fixtures that read like a sentence: a client, a gate, an origin."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from abuse.told import abuse_line  # noqa: E402
from support.callers import QuickOrigin  # noqa: E402
from support.certificates import Root  # noqa: E402
from support.clock import seconds_to_noon  # noqa: E402
from support.containment import gate_of, pod  # noqa: E402, F401
from support.disk import build_shim  # noqa: E402
from support.gate import Gate  # noqa: E402
from support.inference import Inference  # noqa: E402
from support.names import NameServer  # noqa: E402
from support.origin import DeadPort, Listener, Origin  # noqa: E402


def pytest_terminal_summary(terminalreporter):
    """How many of the abuse cases hold, where they were tried."""
    line = abuse_line(terminalreporter.stats)
    if line:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    return Root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="session")
def bad_disk(tmp_path_factory):
    """A library that makes the disk of a gate stall, fail or be full (support.disk.faults)."""
    return build_shim(tmp_path_factory.mktemp("disk"), "stall_disk")


@pytest.fixture(scope="session")
def clock_shim(tmp_path_factory):
    return build_shim(tmp_path_factory.mktemp("clock"), "clock_step")


@pytest.fixture
def set_clock(clock_shim, tmp_path, monkeypatch):
    """Sets the wall clock of every program that the test starts, and of those that run, by so many seconds. Files are not
    confined (`confine: { landlock: none }`): the clock is one beside the gate's folder."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    monkeypatch.setenv("LD_PRELOAD", clock_shim)
    monkeypatch.setenv("ASAN_OPTIONS", "verify_asan_link_order=0")
    monkeypatch.setenv("CLOCK_OFFSET", str(offset))
    return lambda seconds: offset.write_text(str(seconds))


@pytest.fixture
def noon(set_clock):
    """The window of a day is on for hours yet, whenever this runs: it is noon of tomorrow for all that the test starts."""
    set_clock(seconds_to_noon())


@pytest.fixture
def things():
    """What the other fixtures made, closed in reverse order."""
    made = []
    yield made
    for thing in reversed(made):
        thing.close()


@pytest.fixture
def origin(things):
    thing = Origin()
    things.append(thing)
    return thing


@pytest.fixture
def quick_origin(things):
    """An origin for many callers at once, which keeps what it was asked."""
    thing = QuickOrigin()
    things.append(thing)
    return thing


@pytest.fixture
def secure_origin(root, things):
    thing = Origin(root.issue("shop.example", "other.example", "*.vendor.example"))
    things.append(thing)
    return thing


@pytest.fixture
def inference(things):
    thing = Inference()
    things.append(thing)
    return thing


@pytest.fixture
def listen(things):
    def make(serve, **where):
        thing = Listener(serve, **where)
        things.append(thing)
        return thing

    return make


@pytest.fixture
def dead(things):
    """Makes addresses that do not answer on a port."""

    def make(port, *addresses):
        things.extend(DeadPort(address, port) for address in addresses)
        return list(addresses)

    return make


@pytest.fixture
def name_server(things):
    def make(answers, **more):
        thing = NameServer(answers, **more)
        things.append(thing)
        return thing

    return make


@pytest.fixture
def gate(tmp_path, root):
    """Makes gates; at the end each is stopped in order, and its records must verify."""
    made = []

    def make(start=True, **sections):
        folder = tmp_path / f"gate{len(made)}"
        folder.mkdir()
        one = Gate(folder, root, **sections)
        made.append(one)
        return one.start() if start else one

    yield make
    for one in made:
        if one.process is None:
            continue
        one.stop()
        report = one.verify()
        assert report.returncode == 0, report.stdout + report.stderr
        assert "Sanitizer" not in one.log() and "runtime error" not in one.log(), one.log()
