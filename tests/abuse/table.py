# SPDX-License-Identifier: Apache-2.0
"""The table of abuse cases: what is tried at which door, what is answered, and what is on record. A try says in full what it
leaves: one decision with its reason, one outcome, and at the canaries nothing unless it says so."""
from dataclasses import dataclass, field

SPECIFIED = 118  # the cases of the specification; what follows was thought of later
CASES = {}


@dataclass(frozen=True)
class Told:
    """One decision and its outcome: `late` is the reason of the outcome, where it ended otherwise than was decided."""

    verdict: str
    reason: str
    late: str = None


@dataclass(frozen=True)
class Try:
    """`run` is called with a yard and gives the answer as it is compared. `dials`, `asks`: how many connections and questions at
    the canaries there may be at most; `reaches`: how many requests an origin gets."""

    what: str
    run: object
    answer: object = None
    told: tuple = ()
    dials: int = 0
    asks: int = 0
    reaches: int = 0
    by: str = "forward"  # the listener that is on record

    def _with(self, **more):
        return Try(**{**self.__dict__, **more})

    def refused(self, answer, reason, verdict="deny", **more):
        return self._with(answer=answer, told=(Told(verdict, reason),), **more)

    def malformed(self, answer, reason, **more):
        return self._with(answer=answer, told=(Told("error", reason),), **more)

    def passed(self, answer=200, reason="rule", dials=1, asks=2, reaches=1, **more):
        return self._with(answer=answer, told=(Told("allow", reason),), dials=dials, asks=asks, reaches=reaches, **more)

    def ended(self, answer, late, dials=1, asks=2, **more):
        """Decided to let it out, and ended before it was."""
        return self._with(answer=answer, told=(Told("allow", "rule", late),), dials=dials, asks=asks, **more)

    def leaves(self, answer, *told, **more):
        return self._with(answer=answer, told=told, **more)


@dataclass
class Case:
    number: int
    sentence: str
    door: str
    tries: tuple = ()
    yard: str = "shop"
    by: tuple = field(default=())  # tests of other suites that prove it, as file::function

    @property
    def id(self):
        return f"{self.number:03}-" + "-".join(word.strip(",:;()") for word in self.sentence.split()[:9])


def case(number, sentence, door, *tries, **more):
    assert number not in CASES, f"there are two cases {number}"
    CASES[number] = Case(number, sentence, door, tries, **more)
