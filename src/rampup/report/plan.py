"""A plan as text: its landmarks, a chart, a table of rates."""

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rampup.report.chart import Series, chart
from rampup.report.sections import WIDEST, number
from rampup.schedule.measure import landmarks, motion
from rampup.schedule.plan import Plan

ROWS = 12
"""Rows of the table, unless the reader asks for others."""


def plan_report(plan: Plan, base: float, width: int, every: int | None = None) -> RenderableType:
    """Return what a plan will do, for a terminal.

    Args:
        plan: the plan.
        base: the base rate.
        width: columns of the terminal.
        every: a row of the table for each `every`-th update; None chooses about a dozen.
    """
    marks, moves = landmarks(plan), motion(plan)
    updates = plan.horizon.updates
    lines = [
        f"first rate {number(base * marks.first)}",
        f"peak {number(base * marks.peak)} from update {marks.peak_at} on",
        f"last rate {number(base * marks.last)} at update {updates - 1}",
    ]
    if marks.warmup:
        lines.append(
            f"warmup {marks.warmup} of {updates} updates ({marks.warmup / updates:.1%}), "
            f"{moves.given_up:.1f} updates at the peak given up for it"
        )
    if moves.steepest:
        lines.append(f"steepest rise {number(base * moves.steepest)} at update {moves.steepest_at}")
    for k, jump in moves.jumps:
        if abs(jump) > 2 * _pace(plan, k):
            lines.append(f"jump of {number(base * jump)} at the joint, update {k}")
    head = Text.assemble("schedule  ", (str(plan.schedule), "bold"))
    return Group(
        head, Text("\n".join(lines)), Text(_drawn(plan, base, width)), _table(plan, base, every)
    )


def _pace(plan: Plan, joint: int) -> float:
    """Return the largest change next to a joint, to which a jump there is compared."""
    before = range(max(joint - 3, 1), joint)
    steps = [abs(plan(k) - plan(k - 1)) for k in (*before, joint + 1, joint + 2)]
    return max(steps, default=0.0)


def _drawn(plan: Plan, base: float, width: int) -> str:
    updates = plan.horizon.updates
    columns = min(width, WIDEST)
    spaced = np.linspace(0, updates - 1, min(updates, 4 * columns)).astype(np.int64)
    marks = [k for k in plan.track.marks if k < updates]
    # joints and peaks are drawn whatever lies between the evenly spaced updates
    k = np.unique(np.concatenate([spaced, np.array(marks[: 4 * columns], dtype=np.int64)]))
    peak_at = landmarks(plan).peak_at
    return chart(
        [Series(x=k.tolist(), y=(base * plan(k)).tolist())],
        title="rate by update" if base != 1.0 else "factor by update",
        width=columns,
        height=14,
        x_ticks=sorted({0, peak_at, updates // 2, updates - 1}),
    )


def _table(plan: Plan, base: float, every: int | None) -> Table:
    step = every or max(plan.horizon.updates // ROWS, 1)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for name in ("update", "factor", "rate"):
        table.add_column(name, justify="right")
    for k, factor in plan.table(every=step):
        table.add_row(str(k), number(factor, 6), number(base * factor, 6))
    return table
