# SPDX-License-Identifier: Apache-2.0
"""What a run of tests says of the table: a case holds when its own tries did, and no test that it names failed."""
from .cases import CASES
from .table import SPECIFIED


def name_of(report):
    """tests/scenario/test_x.py::test_y[z] -> scenario/test_x.py::test_y"""
    return report.nodeid.removeprefix("tests/").split("[")[0]


def abuse_line(stats):
    """None where no case was tried."""
    tried = [report for kind in ("passed", "failed") for report in stats.get(kind, []) if "test_abuse.py::test_case[" in report.nodeid]
    if not tried:
        return None
    failed = {name_of(report) for kind in ("failed", "error") for report in stats.get(kind, []) if "test_abuse.py" not in report.nodeid}
    held = {int(report.nodeid.split("[")[1][:3]) for report in tried if report.passed and report.when == "call"}
    held = {number for number in held if not failed & set(CASES[number].by)}
    specified = len([number for number in held if number <= SPECIFIED])
    return f"abuse cases: {specified} of {SPECIFIED}, and {len(held) - specified} of {len(CASES) - SPECIFIED} more"
