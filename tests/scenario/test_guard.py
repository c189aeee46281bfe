# SPDX-License-Identifier: Apache-2.0
"""What ./dev bench guard lets pass: a figure near the committed one, a sum near what it is held to, limits that cost little."""
import dataclasses
import sys

import pytest
from support.gate import TOP

sys.path.insert(0, str(TOP / "tests" / "bench"))
import guard  # noqa: E402


@pytest.fixture
def figures(tmp_path, monkeypatch):
    """Two rows: as committed, and what they count for in the sum."""
    one = dataclasses.replace(guard.INSTRUCTIONS, path=tmp_path / "instructions.txt")
    one.path.write_text("# about\nget_keep_alive 1000 980\nlimited_get 1010 980\n")
    monkeypatch.setattr(guard, "INSTRUCTIONS", one)
    return one


def test_a_figure_may_be_off_by_five_per_cent_in_either_direction(figures):
    assert figures.compare({"get_keep_alive": 1049, "limited_get": 961})
    assert not figures.compare({"get_keep_alive": 1051, "limited_get": 1010})
    assert not figures.compare({"get_keep_alive": 949, "limited_get": 1010})


def test_where_less_is_good_it_asks_for_an_update_and_passes(figures, capsys):
    memory = dataclasses.replace(figures, less_is_wrong=False)
    assert memory.compare({"get_keep_alive": 500, "limited_get": 1010})
    assert "./dev bench guard --update" in capsys.readouterr().out
    assert not memory.compare({"get_keep_alive": 1051, "limited_get": 1010})


def test_a_row_that_is_missing_or_new_fails(figures):
    assert not figures.compare({"get_keep_alive": 1000})
    assert not figures.compare({"get_keep_alive": 1000, "limited_get": 1010, "new": 1})


def test_rows_that_may_each_rise_may_not_all_rise(figures, capsys):
    risen = {"get_keep_alive": 1030, "limited_get": 1030}
    assert figures.compare(risen) and not guard.hold_sum(risen)
    assert "Win it back" in capsys.readouterr().out
    assert guard.hold_sum({"get_keep_alive": 1040, "limited_get": 970})


def test_limits_may_cost_two_per_cent_of_a_request(figures):
    assert guard.hold_limits({"get_keep_alive": 1000, "limited_get": 1019})
    assert not guard.hold_limits({"get_keep_alive": 1000, "limited_get": 1021})


def test_an_update_leaves_what_the_sum_is_held_to(figures):
    figures.update({"get_keep_alive": 1100, "limited_get": 1110, "new": 7}, True)
    assert figures.rows() == {"get_keep_alive": [1100, 980], "limited_get": [1110, 980], "new": [7, 7]}
    assert not guard.hold_sum({"get_keep_alive": 1100, "limited_get": 1110, "new": 7})
