"""Every rule by its page: what it calls wrong is found, what it calls right is silent."""

import io
import re
from typing import Any

import pytest
from rich.console import Console
from tests.conftest import Golden

from rampup.checker.engine import findings
from rampup.checker.finding import SEVERITIES, Finding
from rampup.checker.gather.script import walk
from rampup.checker.registry import RULES
from rampup.checker.rule import SOURCES, Example, Rule
from rampup.cli.findings import Findings

CHECKS_ITSELF = "rampup.check"
PROGRAMS = {
    f"{code} {side}": getattr(rule, side)
    for code, rule in RULES.items()
    for side in ("bad", "good")
}


def found(example: Example) -> list[Finding]:
    """Return what is found in an example: in its text, or where it checks itself, by itself."""
    if CHECKS_ITSELF not in example.text:
        return findings([walk("train.py", example.text)])
    left: dict[str, Any] = {}
    exec(example.text, left)  # a program of ours
    return list(left["findings"])


@pytest.mark.parametrize("code", RULES)
def test_the_bad_example_is_found_and_shown_as_what_it_is(code: str) -> None:
    rule = RULES[code]
    of_rule = [one for one in found(rule.bad) if one.code == code]
    assert of_rule
    for one in of_rule:
        assert (one.name, one.word) == (rule.name, rule.word)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_silent_on_the_good_example(code: str) -> None:
    assert [str(one) for one in found(RULES[code].good)] == []


def test_what_is_said_of_the_bad_examples(golden: Golden) -> None:
    console = Console(file=io.StringIO(), width=80)
    for code, rule in RULES.items():
        console.rule(f"{code} {rule.name}", align="left")
        console.print(Findings(found(rule.bad)), end="")
    # how Python refuses to pickle differs from one version to the next
    said = re.sub(r"(cannot be saved:).*?(?=  fix)", r"\1 …\n", console.file.getvalue(), flags=re.S)
    golden(said, name="rules")


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_is_short_and_whole(name: str) -> None:
    lines = PROGRAMS[name].text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    compile(PROGRAMS[name].text, name, "exec")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_page_is_written_in_sentences(rule: Rule) -> None:
    assert re.fullmatch(r"RU\d\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert rule.severity in SEVERITIES
    for text in (rule.detects, rule.matters, rule.fix, *rule.silent):
        assert text.endswith(".")
        assert "  " not in text


def test_codes_names_and_classes_are_of_one_rule_each() -> None:
    for of in (lambda rule: rule.code, lambda rule: rule.name, lambda rule: rule.word):
        assert len({of(rule) for rule in RULES.values()}) == len(RULES)
    assert len(RULES) == 25
    assert list(RULES) == [rule.code for rule in RULES.values()]


def test_every_rule_can_be_found_in_something() -> None:
    assert all(rule.sources for rule in RULES.values())
    assert {source for rule in RULES.values() for source in rule.sources} == set(SOURCES)
    assert RULES["RU305"].sources == ("scheduler", "script")
