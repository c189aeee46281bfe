# SPDX-License-Identifier: Apache-2.0
"""Every abuse case of the table (tests/abuse), tried at its door: what is answered, what is on record, and what reaches a canary."""
import pathlib

import pytest
from abuse import told
from abuse.cases import CASES
from abuse.turned import PodYard
from abuse.yard import Yard

TESTS = pathlib.Path(__file__).resolve().parents[1]
YARDS = {
    "shop": {},
    "hasty": {"timeouts": {"head": "1s", "idle": "1s", "stream": "1s"}},
    "strict": {"tls": {"ech": "deny"}},
}


@pytest.fixture(scope="module")
def yards(tmp_path_factory, root):
    """Made when the first case asks for one."""
    made = {}

    def take(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            made[name] = PodYard(folder, root) if name == "pod" else Yard(folder, root, **YARDS[name])
        return made[name]

    yield take
    for one in made.values():
        one.close()


def attempt(yard, one):
    """What came of it that should not."""
    reached, asked = yard.reached(), len(yard.asked())
    try:
        answer = one.run(yard)
    except Exception as error:  # what it left is on record all the same, and the next case counts from there
        answer = repr(error)
    if answer != one.answer:
        yield f"{one.what}: answered {answer}, not {one.answer}"
    if yard.reached() - reached != one.reaches:
        yield f"{one.what}: {yard.reached() - reached} requests came to an origin, not {one.reaches}"
    if yard.new_dials() > one.dials:
        yield f"{one.what}: an origin was connected to"
    if len(yard.asked()) - asked > 2 * one.asks:  # on a machine that is slow each is asked again
        yield f"{one.what}: the resolver was asked for {yard.asked()[asked:]}"


def told_of(record):
    return {name: record[name] for name in ("verdict", "reason", "done", "host", "path", "detail") if name in record}


def on_record(one, wanted, decision, outcome):
    late = outcome.get("reason")
    if decision.get("door") != one.by:
        yield f"{one.what}: on record as by {decision.get('door')}, not {one.by}"
    late = None if late == decision["reason"] else late
    if (decision["verdict"], decision["reason"], late) != (wanted.verdict, wanted.reason, wanted.late):
        yield f"{one.what}: on record as {told_of(decision)}, {told_of(outcome)}, not {wanted}"


@pytest.mark.parametrize("case", [pytest.param(CASES[number], id=CASES[number].id) for number in sorted(CASES)])
def test_case(yards, case):
    assert case.tries or case.by
    for test in case.by:
        path, name = test.split("::")
        assert f" {name}(" in (TESTS / path).read_text(), f"{test} is gone"
    yard = yards(case.yard) if case.tries else None
    wrong = [found for one in case.tries for found in attempt(yard, one)]
    expected = [(one, wanted) for one in case.tries for wanted in one.told]
    found = yard.take_records(len(expected)) if yard else []
    if len(found) != len(expected):
        wrong.append(f"{len(found)} decisions are on record, not {len(expected)}: {[told_of(decision) for decision, _ in found]}")
    for (one, wanted), (decision, outcome) in zip(expected, found):
        wrong += on_record(one, wanted, decision, outcome)
    assert not wrong, "\n".join(wrong)


UNITS = """<testsuite><testcase name="tls.test_tls" status="{}"/><testcase name="net.test_net" status="run"/></testsuite>"""


@pytest.mark.parametrize("status, why", [("run", None), ("fail", "a test that it names failed: unit/tls/test_tls.c::"), ("notrun", "a test that it names failed: ")])
def test_a_case_does_not_hold_where_a_test_in_c_that_it_names_failed_or_never_ran(tmp_path, status, why):
    (tmp_path / "units.xml").write_text(UNITS.format(status))
    said = told.why_not(CASES[61], {61}, set(), told.programs(tmp_path / "units.xml"))
    assert said == why if why is None else said.startswith(why)
