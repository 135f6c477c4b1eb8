"""What a rule is: a page that explains it, and one function for each kind of fact it reads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from rampup.checker.facts import Curve, Resume, Run, Wiring
from rampup.checker.finding import Evidence, Finding, Fix, Place, Severity
from rampup.checker.script import Script

SOURCES: Final = ("schedule", "scheduler", "run", "checkpoint", "script")
"""What can be checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a function of a rule found; the rule makes a `Finding` of it.

    Args:
        place: where.
        message: one sentence with the numbers.
        evidence: what shows it.
        fix: how to mend it; None is the rule's own sentence.
        severity: None is the rule's own.
    """

    place: Place
    message: str
    evidence: tuple[Evidence, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A program, short and whole; the tests check it.

    Args:
        text: the program. It is checked as a script, or run where it calls `rampup.check`
            itself: then it leaves what was found in `findings`.
        says: what it gives, such as "rates 0, 0.25, 0.5, 0.75, 1".
    """

    text: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One mistake, how to see it and how to explain it.

    Args:
        code: such as "RU101"; stable.
        name: such as "zero-first-rate"; stable.
        word: class of the mistake, such as "ZERO".
        severity: of its findings, unless a function says otherwise.
        detects: what it detects, one sentence.
        matters: why that matters, with measured numbers.
        bad: a program that it finds.
        good: the same, mended; every rule is silent on it.
        fix: how to mend it, one imperative sentence.
        silent: when it stays silent, one sentence each.
        cases: real cases it comes from, as "owner/repository#number".
        curve: reads a schedule before the run.
        wiring: reads live objects.
        run: reads a run.
        resume: reads a checkpoint.
        script: reads a script.
    """

    code: str
    name: str
    word: str
    severity: Severity
    detects: str
    matters: str
    bad: Example
    good: Example
    fix: str
    silent: tuple[str, ...]
    cases: tuple[str, ...]
    curve: Callable[[Curve], Iterable[Found]] | None = None
    wiring: Callable[[Wiring], Iterable[Found]] | None = None
    run: Callable[[Run], Iterable[Found]] | None = None
    resume: Callable[[Resume], Iterable[Found]] | None = None
    script: Callable[[Script], Iterable[Found]] | None = None

    def finding(self, found: Found) -> Finding:
        """Return what a function of the rule found as a finding of the rule."""
        return Finding(
            code=self.code,
            name=self.name,
            word=self.word,
            severity=found.severity or self.severity,
            place=found.place,
            message=found.message,
            evidence=found.evidence,
            fix=found.fix or Fix(text=self.fix),
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """What the rule can be found in; a script makes curves and runs."""
        read = {
            "schedule": self.curve,
            "scheduler": self.curve or self.wiring,
            "run": self.run,
            "checkpoint": self.resume,
            "script": self.script or self.curve or self.run,
        }
        return tuple(source for source in SOURCES if read[source])
