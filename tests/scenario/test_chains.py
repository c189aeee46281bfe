# SPDX-License-Identifier: Apache-2.0
"""Chains of certificates as upstreams show them: each bad one is refused for its own reason, in TLS 1.2 and 1.3."""
import os
import pathlib
import subprocess

import pytest
from support import chains
from support.gate import EXEAT

BELIEVE = pathlib.Path(EXEAT).parent / "believe"
ALL = chains.GOOD + chains.BAD
pytestmark = pytest.mark.filterwarnings("ignore:SHA1 signatures")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What upstream TLS makes of each: [TLS 1.3, TLS 1.2]."""
    folder = tmp_path_factory.mktemp("chains")
    for number, chain in enumerate(ALL):
        chains.write(chain, folder / str(number))
    done = subprocess.run(
        [BELIEVE, *(str(folder / str(number)) for number in range(len(ALL)))], capture_output=True, text=True, timeout=120, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    found = {}
    for line in done.stdout.splitlines():
        path, *answer = line.split("\t")
        found.setdefault(ALL[int(pathlib.Path(path).name)].title, []).append(answer)
    return found


@pytest.mark.parametrize("chain", chains.GOOD, ids=lambda chain: chain.title)
def test_is_believed(answers, chain):
    assert answers[chain.title] == [["accepted", "", ""]] * 2


@pytest.mark.parametrize("chain", chains.BAD, ids=lambda chain: chain.title)
def test_is_refused_for_its_own_reason(answers, chain):
    for verdict, failure, why in answers[chain.title]:
        assert (verdict, failure) == ("refused", chain.failure) and chain.says in why


def test_there_are_enough_of_them():
    assert len({chain.title for chain in ALL}) == len(ALL)
    assert len(chains.GOOD) >= 15 and len(chains.BAD) >= 60
