"""The page itself: what was chosen to be shown, put into the templates."""

import math
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from rampup.errors import TraceError
from rampup.report.page import figures, parts
from rampup.report.page.cells import LONGEST_SENTENCE, cell, count, cut, flat, percent, signed
from rampup.report.page.compare import compare
from rampup.report.page.embed import embed, whole
from rampup.report.page.frame import filled
from rampup.report.page.svg import Drawn, interval
from rampup.report.page.table import Table
from rampup.report.page.training import Training, training
from rampup.trace.columns import SERIES
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Header,
    Insight,
    Planned,
    Prediction,
    Skipped,
    Stage,
)
from rampup.trace.story import Story

MOST_RUNS: Final = 8
"""Runs that can be told apart in one chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One run as the templates see it."""

    id: str
    """What the ids of its elements begin with."""
    letter: str
    """What tells it from the others, or "" if it is alone."""
    story: Story
    started: str
    """When the run started, in UTC, ISO 8601; "" where that is not known."""
    status: str
    how: str
    """One word for its style: `"good"`, `"bad"` or `"open"`."""
    warnings: Sequence[str]
    facts: Sequence[tuple[str, str]]
    insight: Sequence[str]
    steps: Sequence[parts.Step]
    rates: Sequence[Drawn]
    agreement: Sequence[str]
    plan: Planned | None
    planned: Table | None
    groups: Table | None
    charts: Sequence[Drawn]
    training: Training
    probes: Table | None
    baseline: Baseline | None
    seeds: Table | None
    predictions: Sequence[parts.Predicted]
    environment: Table | None
    settings: Table | None
    trace: Markup
    whole: bool

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The id and the name of each section that the run has."""
        there = {
            "summary": ("Summary", True),
            "data": ("Data flow", self.steps),
            "schedule": ("Schedule", self.rates or self.plan),
            "training": ("Training", self.charts or self.training.rows or self.probes),
            "observations": ("Observations", self.training.said),
            "baseline": ("Baseline", self.baseline),
            "prediction": ("Prediction", self.predictions),
            "environment": ("Environment", self.environment or self.settings),
            "trace": ("The trace itself", True),
        }
        return [(key, name) for key, (name, shown) in there.items() if shown]


def render(stories: Sequence[Story]) -> str:
    """Return the page of one or several runs.

    Raises:
        TraceError: there are too many runs, or none.
    """
    if not 1 <= len(stories) <= MOST_RUNS:
        raise TraceError(f"a report holds 1 to {MOST_RUNS} runs, not {len(stories)}; choose fewer")
    letters = string.ascii_uppercase[: len(stories)] if len(stories) > 1 else [""]
    runs = [
        _shown(story, letter, f"run{place}")
        for place, (story, letter) in enumerate(zip(stories, letters, strict=True), 1)
    ]
    return filled(
        "page.html",
        script="script.js",
        runs=runs,
        names=[(run.letter, cut(run.story.name)) for run in runs],
        compared=compare(stories, letters) if len(stories) > 1 else None,
    )


def _shown(story: Story, letter: str, key: str) -> Shown:
    status, how = _status(story)
    header, plan, insight = story.last(Header), story.last(Planned), story.last(Insight)
    baseline = story.last(Baseline)
    return Shown(
        id=key,
        letter=letter,
        story=story,
        started=header.started if header else "",
        status=status,
        how=how,
        warnings=_warnings(story),
        facts=_facts(story),
        insight=[cut(one, LONGEST_SENTENCE) for one in insight.sentences[:20]] if insight else [],
        steps=parts.steps(story.all(Stage)),
        rates=figures.schedule_figures(story, key),
        agreement=figures.disagreements(story),
        plan=plan,
        planned=parts.planned_rates(plan) if plan and plan.epochs else None,
        groups=parts.group_rates(story),
        charts=figures.training_figures(story, key),
        training=training(story),
        probes=parts.probes(story),
        baseline=baseline,
        seeds=_seeds(baseline) if baseline else None,
        predictions=[parts.predicted(event) for event in story.all(Prediction)[:10]],
        environment=_pairs("Environment", {"rampup": header.rampup, **flat(header.environment)})
        if header
        else None,
        settings=_pairs("Settings", flat(header.config)) if header else None,
        trace=embed(story),
        whole=whole(story),
    )


def _status(story: Story) -> tuple[str, str]:
    end = story.last(End)
    if end is None:
        return f"no end recorded, {count(story.updates, 'update')}", "open"
    said = f"{cut(end.status)} after {count(end.updates, 'update')}"
    return said, "good" if end.status == "finished" else "bad"


def _warnings(story: Story) -> list[str]:
    """Return what a reader must know before believing the page."""
    said = []
    end, skipped = story.last(End), story.all(Skipped)
    if end is None:
        last = f"Its last update is {story.k[-1]:,.0f}." if story.updates else "It has no update."
        said.append(
            "This trace has no end: the run was killed, crashed, or is still going on. " + last
        )
    elif end.reason:
        said.append(f"{cut(end.status).capitalize()}: {cut(end.reason, LONGEST_SENTENCE)}")
    if story.torn:
        said.append(
            "The last line was torn in the middle of writing; its "
            f"{count(story.torn, 'character')} {'is' if story.torn == 1 else 'are'} left out."
        )
    for name, (times, first) in story.lost.items():
        said.append(
            f"The {SERIES[name]} was infinite or not a number at "
            f"{count(times, 'update')}, first at update {first:,}."
        )
    if skipped:
        said.append(
            f"{count(len(skipped), 'optimizer step')} changed nothing and "
            f"{'is' if len(skipped) == 1 else 'are'} not counted as updates; the first, "
            f"before update {skipped[0].k:,}: {cut(skipped[0].reason, 200)}"
        )
    return said


def _facts(story: Story) -> list[tuple[str, str]]:
    """Return the few numbers that stand at the top."""
    facts = [("Updates", cell(story.updates))]
    epochs, plan, end = story.all(Epoch), story.last(Planned), story.last(End)
    trained = [epoch for epoch in epochs if epoch.epoch > 0]
    if trained:
        facts.append(("Epochs", cell(len(trained))))
    if story.updates:
        facts.append(("Highest rate used", cell(story.columns.of("used").highest)))
    if plan is not None:
        share = f" ({plan.warmup / plan.updates:.0%})" if plan.updates else ""
        facts.append(("Updates of warmup", f"{plan.warmup:,}{share}" if plan.warmup else "none"))
    if epochs:
        for name, value, show in (
            ("Final training loss", epochs[-1].train_loss, cell),
            ("Final held-out loss", epochs[-1].held_out_loss, cell),
            ("Final held-out accuracy", epochs[-1].held_out_accuracy, percent),
        ):
            if not math.isnan(value):
                facts.append((name, show(value)))
    if end is not None:
        facts.append(("Seconds", cell(end.seconds)))
    return facts


def _seeds(baseline: Baseline) -> Table:
    rows = [
        [
            cut(row["name"]),
            cell(row["warmup"], 3),
            cell(row["without"], 3),
            f"{signed(row['low'])} … {signed(row['high'])}",
            interval(row["low"], row["difference"], row["high"]),
            cut(row["verdict"]),
        ]
        for row in baseline.compared
    ]
    return Table(
        caption=f"Means over {count(len(baseline.seeds), 'seed')}",
        head=["", "with", "without", "difference, 95 % interval", "beside zero", "verdict"],
        rows=rows,
    )


def _pairs(caption: str, plain: dict[str, object]) -> Table:
    shown = list(plain.items())[:200]
    return Table(
        caption=caption,
        head=["name", "value"],
        rows=[[cut(str(name)), cut(cell(value, 9), 200)] for name, value in shown],
        note=f"Shown are 200 of {len(plain):,}." if len(plain) > len(shown) else "",
    )
