# SPDX-License-Identifier: Apache-2.0
"""What a run of tests says of the table: a case holds when its own tries did, and no test that it names failed. Tests in C ran
before, and a file has what became of their programs (UNIT_TESTS, JUnit of ctest)."""
import os
import xml.etree.ElementTree as tree

from .cases import CASES
from .table import SPECIFIED


def name_of(report):
    """tests/scenario/test_x.py::test_y[z] -> scenario/test_x.py::test_y"""
    return report.nodeid.removeprefix("tests/").split("[")[0]


def programs(path):
    """unit/tls/test_tls.c -> whether all of it passed; nothing where no such run was told of."""
    if not path:
        return {}
    run = tree.parse(path).getroot().iter("testcase")
    return {f"unit/{one.get('name').replace('.', '/', 1)}.c": one.get("status") == "run" for one in run}


def unproven(case, ran):
    """Tests in C that it names, whose program failed or was never run. The program counts as a whole: it may have ended early."""
    if not ran:
        return []
    return [name for name in case.by if name.startswith("unit/") and not ran.get(name.split("::")[0])]


def why_not(case, tried, failed, ran):
    """What keeps a case from holding: its own tries, or a test that it names. None where nothing does."""
    named = sorted({*failed & set(case.by), *unproven(case, ran)})
    if named:
        return f"a test that it names failed: {', '.join(named)}"
    return None if case.number in tried else "its own tries failed"


def abuse_line(stats):
    """None where no case was tried. Which cases do not hold, and why, stands behind the count."""
    reports = [report for kind in ("passed", "failed") for report in stats.get(kind, []) if "test_abuse.py::test_case[" in report.nodeid]
    if not reports:
        return None
    failed = {name_of(report) for kind in ("failed", "error") for report in stats.get(kind, []) if "test_abuse.py" not in report.nodeid}
    ran = programs(os.environ.get("UNIT_TESTS"))
    number_of = {report.nodeid: int(report.nodeid.split("[")[1][:3]) for report in reports}
    tried = {number_of[report.nodeid] for report in reports if report.passed and report.when == "call"}
    against = {number: why_not(CASES[number], tried, failed, ran) for number in sorted(set(number_of.values()))}
    held = [number for number, why in against.items() if why is None]
    specified = len([number for number in held if number <= SPECIFIED])
    line = f"abuse cases: {specified} of {SPECIFIED}, and {len(held) - specified} of {len(CASES) - SPECIFIED} more"
    return "\n".join([line, *(f"  case {number}: {why}" for number, why in against.items() if why)])
