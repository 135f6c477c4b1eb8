"""The examples that check themselves, run: the bad one is found, the good one is silent."""

from typing import Any

import pytest

from rampup.checker.registry import RULES
from rampup.checker.rule import Example

CODES = [code for code, rule in RULES.items() if "rampup.check" in rule.bad.text]


def left_by(example: Example) -> list[Any]:
    left: dict[str, Any] = {}
    exec(example.text, left)  # a program of ours
    findings = left["findings"]
    assert isinstance(findings, list)
    return findings


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_is_found_and_the_good_one_is_silent(code: str) -> None:
    assert [one.code for one in left_by(RULES[code].bad)] == [code]
    assert [str(one) for one in left_by(RULES[code].good)] == []
