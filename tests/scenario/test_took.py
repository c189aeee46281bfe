# SPDX-License-Identifier: Apache-2.0
"""When ./dev test says that it took too long: by what it costs a machine of two cores, not by what others do beside it."""
import subprocess

import pytest
from support import took


def at(minutes, computed=0.0, idle=0.0, cores=2, slower=1.0):
    """Where a machine stands; all in minutes, of all of its cores."""
    return {"clock": 60 * minutes, "computed": 60 * computed, "idle": 60 * idle, "cores": cores, "slower": slower}


def ends(tmp_path, monkeypatch, before, after):
    note, times = tmp_path / "note", tmp_path / "times"
    times.write_text("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n")
    for what, stand in (("begin", before), ("end", after)):
        monkeypatch.setattr(took, "now", lambda _, stand=stand: stand)
        code = took.main(what, note, times)
    return code


@pytest.mark.parametrize("after", [
    at(24, computed=30, idle=18),
    at(90, computed=40),  # others had the rest
    at(24, computed=20, idle=76, cores=4),
    at(40, computed=60, slower=1.5),
])
def test_a_run_that_two_quiet_cores_would_end_in_time_is_let_pass_whatever_the_clock_says(tmp_path, monkeypatch, after):
    assert ends(tmp_path, monkeypatch, at(0), after) == 0


@pytest.mark.parametrize("after", [
    at(26, computed=30, idle=22),  # it waited
    at(26, computed=52),
    at(15, computed=52, idle=8, cores=4),
    at(90, computed=52),
])
def test_a_run_that_two_cores_alone_would_not_end_in_time_fails_and_says_why(tmp_path, monkeypatch, capsys, after):
    assert ends(tmp_path, monkeypatch, at(0), after) == 1
    assert "./dev test may take 25 minutes of two cores" in capsys.readouterr().out


def test_what_was_computed_before_the_run_is_not_counted(tmp_path, monkeypatch):
    assert ends(tmp_path, monkeypatch, at(0, computed=30, idle=500), at(20, computed=60, idle=504)) == 0


def test_the_shell_says_what_it_and_its_children_have_used():
    assert took.computed("0m0.500s 0m0.250s\n1m2.000s 10m0.250s\n") == 663
    assert took.computed("0m0,500s 0m0,250s\n1m2,000s 10m0,250s\n") == 663
    for strange in ("", "0m0.500s 0m0.250s\n1m2.000s\n", "1 2 3 4"):
        with pytest.raises(AssertionError, match="no four words"):
            took.computed(strange)


@pytest.mark.parametrize("language", ["C", "de_DE.UTF-8"])
def test_what_a_shell_of_any_language_writes_is_understood(language):
    assert took.computed(subprocess.run(["bash", "-c", "times"], env={"LC_ALL": language}, capture_output=True, text=True, check=True).stdout) >= 0


def test_the_machine_says_how_many_cores_were_idle_for_how_long():
    stand = took.now("0m1.000s 0m0.000s\n0m0.000s 0m0.000s\n")
    assert stand["cores"] >= 1 and stand["idle"] >= 0 and stand["computed"] == 1 and stand["slower"] >= 1
