"""What came out of running a learner's program: passed, failed, in error, or not attempted.

Not here: running it (`sandbox/`).
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "fail", "error", "not attempted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One property of the learner's program that was looked at.

    Attributes:
        name: what is asked, such as "the first update uses a quarter of the base rate".
        status: pass, fail, error or not attempted.
        message: one sentence with the offending value; never a bare traceback. Empty on a pass.
    """

    name: str
    status: Status
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All checks of one run.

    Attributes:
        exercise: the id of the exercise.
        status: the worst of the checks.
        message: one sentence for the whole.
        checks: in the order in which they are shown.
        output: what the program printed, cut to a bounded length.
        seconds: how long it ran.
    """

    exercise: str
    status: Status
    message: str
    checks: tuple[Check, ...]
    output: str
    seconds: float
