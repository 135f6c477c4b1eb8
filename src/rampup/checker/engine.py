"""Facts in, findings out: every rule reads every fact it knows how to read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rampup.checker.facts import Curve, Readings, Resume, Run, Wiring
from rampup.checker.finding import SEVERITIES, Finding
from rampup.checker.registry import RULES
from rampup.checker.rule import Found, Rule
from rampup.checker.script import Script

Key = tuple[str, str, int, str]
"""What makes two findings the same: the rule, and the path, line and key of the place."""

Told = Curve | Wiring | Run | Resume | Script
"""What a rule has a function for."""

Fact = Told | Readings


def findings(facts: Iterable[Fact], rules: Iterable[Rule] = tuple(RULES.values())) -> list[Finding]:
    """Return what the rules find in the facts, the same thing at the same place once.

    Args:
        facts: facts of one source, the surest first: of two findings of one rule at one place,
            the first stays.
        rules: the rules to ask.

    Returns:
        The findings in the order of their places, the gravest first where they share one.
    """
    rules = tuple(rules)
    kept: dict[Key, Finding] = {}
    for fact in facts:
        for rule in rules:
            if isinstance(fact, Readings):
                kept = {**_in_all(rule, [(curve,) for curve in fact.curves]), **kept}
                continue
            found = _of_script(rule, fact) if isinstance(fact, Script) else _of(rule, fact)
            kept = {**found, **kept}
    return sorted(
        kept.values(),
        key=lambda one: (
            one.place.path,
            one.place.line,
            one.place.column,
            one.place.update or 0,
            SEVERITIES.index(one.severity),
            one.code,
        ),
    )


def _of_script(rule: Rule, script: Script) -> dict[Key, Finding]:
    """Return what a rule finds in the acts of a script; else in its curves, runs or resumes.

    The same mistake shows in several, and its cause first in the first.
    """
    return (
        _of(rule, script)
        or _in_all(rule, [world.curves.values() for world in script.worlds])
        or _in_all(rule, [world.runs.values() for world in script.worlds])
        or _in_all(rule, [world.resumes for world in script.worlds])
    )


def _of(rule: Rule, fact: Told) -> dict[Key, Finding]:
    found: dict[Key, Finding] = {}
    for one in _ask(rule, fact):
        place = one.place
        found.setdefault((rule.code, place.path, place.line, place.key), rule.finding(one))
    return found


def _in_all(rule: Rule, worlds: Sequence[Iterable[Told]]) -> dict[Key, Finding]:
    """Return what shows in every world, whatever the source leaves open."""
    seen: list[dict[Key, Finding]] = []
    for world in worlds:
        found: dict[Key, Finding] = {}
        for fact in world:
            found = {**_of(rule, fact), **found}
        seen.append(found)
    first, *others = seen
    return {key: one for key, one in first.items() if all(key in other for other in others)}


def _ask(rule: Rule, fact: Told) -> Iterator[Found]:
    readers: dict[type[Told], Callable[[Any], Iterable[Found]] | None] = {
        Curve: rule.curve,
        Wiring: rule.wiring,
        Run: rule.run,
        Resume: rule.resume,
        Script: rule.script,
    }
    reader = readers[type(fact)]
    if reader is not None:
        yield from reader(fact)
