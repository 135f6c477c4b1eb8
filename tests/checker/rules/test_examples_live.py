"""The examples of curves and wiring, run: the bad one is found, the good one is silent."""

import re
from typing import Any

import pytest
from tests.checker.gather.live_objects import found
from torch.optim.optimizer import register_optimizer_step_pre_hook

from rampup.checker.registry import RULES
from rampup.checker.rule import Example

CODES = [
    code
    for code, rule in RULES.items()
    if (rule.curve or rule.wiring) and "rampup.check" not in rule.bad.text and code != "RU201"
]
"""Those whose objects show it; not a program that checks itself, nor one whose calls show it."""


def ran(example: Example) -> tuple[dict[str, Any], list[float]]:
    """Run a program; return what it leaves, and the rates that its updates used."""
    used: list[float] = []
    note = register_optimizer_step_pre_hook(
        lambda own, *_: used.append(float(own.param_groups[0]["lr"]))
    )
    left: dict[str, Any] = {}
    try:
        exec(example.text, left)  # a program of ours
    finally:
        note.remove()
    return left, used


def checked(example: Example) -> list[Any]:
    left, used = ran(example)
    schedulers = [one for one in left.values() if hasattr(one, "optimizer")]
    parts = [part for one in schedulers for part in getattr(one, "_schedulers", ())]
    whole = [one for one in schedulers if not any(one is part for part in parts)]
    run = {"updates": len(used), "updates_per_epoch": 1}
    return found(whole if len(whole) > 1 else whole[0], left["optimizer"], **run)


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_is_found_and_the_good_one_is_silent(code: str) -> None:
    assert code in [one.code for one in checked(RULES[code].bad)]
    assert [str(one) for one in checked(RULES[code].good)] == []


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("side", ["bad", "good"])
def test_an_example_gives_the_rates_that_it_says(code: str, side: str) -> None:
    example = getattr(RULES[code], side)
    match = re.match(r"rates ((?:[\d.e-]+(?:, )?)+)", example.says)
    if match is None:
        assert not example.says.startswith("rates")
        return
    said = [float(number) for number in match[1].rstrip(", ").split(", ")]
    _, used = ran(example)

    assert used[: len(said)] == pytest.approx(said, rel=0.03, abs=1e-9)


@pytest.mark.parametrize("code", RULES)
def test_a_case_is_the_name_of_a_thread(code: str) -> None:
    rule = RULES[code]
    assert rule.cases
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", case) for case in rule.cases)
    assert len(set(rule.cases)) == len(rule.cases)
