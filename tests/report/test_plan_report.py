"""What a plan will do, drawn for a terminal, against golden files."""

import io

import pytest
from rich.console import Console
from tests.conftest import Golden

from rampup import parse
from rampup.report.plan import plan_report
from rampup.report.terminal import print_plain

NAMES = ["plan-80", "plan-200", "restarts-80"]
TEXTS = {
    "plan": "warmup 100up >> hold >> decay 20% 1-sqrt",
    "restarts": "(warmup 50up >> restarts 100up times 2 peak 0.8) rewarmed at 600up over 40up",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_drawn(golden: Golden, name: str) -> None:
    kind, width = name.split("-")
    file = io.StringIO()
    console = Console(file=file, width=int(width), highlight=False)
    print_plain(console, plan_report(parse(TEXTS[kind]).plan(updates=1000), 0.01, int(width)))

    golden(file.getvalue(), name=name)


def test_the_reader_chooses_the_rows() -> None:
    file = io.StringIO()
    plan = parse("warmup 4up >> hold").plan(updates=10)
    print_plain(Console(file=file, width=80), plan_report(plan, 1.0, 80, every=3))

    rows = [line.split() for line in file.getvalue().splitlines()[-4:]]
    assert rows == [
        ["0", "0.25", "0.25"],
        ["3", "1", "1"],
        ["6", "1", "1"],
        ["9", "1", "1"],
    ]
