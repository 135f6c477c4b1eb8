"""The page itself: what was chosen to be shown, put into the templates."""

import base64
import hashlib
import math
import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rampup.errors import TraceError
from rampup.report.page import figures, parts
from rampup.report.page.cells import cell, count, cut, flat, percent, signed
from rampup.report.page.compare import Compared, compare
from rampup.report.page.embed import embed, whole
from rampup.report.page.parts import Table
from rampup.report.page.source import Story
from rampup.report.page.svg import Drawn, interval

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
    status: str
    how: str
    """One word for its style: `"good"`, `"bad"` or `"open"`."""
    warnings: Sequence[str]
    facts: Sequence[tuple[str, str]]
    insight: Sequence[str]
    steps: Sequence[parts.Step]
    rates: Sequence[Drawn]
    agreement: Sequence[str]
    planned: Table | None
    charts: Sequence[Drawn]
    trained: Sequence[parts.Trained]
    trained_note: str
    said: Sequence[parts.Said]
    said_note: str
    probes: Table | None
    baseline: Table | None
    predictions: Sequence[parts.Predicted]
    environment: Table | None
    settings: Table | None
    trace: Markup
    whole: bool

    @property
    def started(self) -> str:
        """When the run started, as people read it."""
        said = self.story.header.started if self.story.header else ""
        return cut(said.replace("T", " ").replace("+00:00", " UTC"))

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The id and the name of each section that the run has."""
        there = {
            "summary": ("Summary", True),
            "data": ("Data flow", self.steps),
            "schedule": ("Schedule", self.rates or self.story.planned),
            "training": ("Training", self.charts or self.trained or self.probes),
            "observations": ("Observations", self.said),
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
    compared: Compared | None = None
    overlays: Sequence[Drawn] = ()
    if len(stories) > 1:
        compared, overlays = compare(stories, letters), figures.overlays(stories, letters)
    environment = _environment()
    script = environment.get_template("script.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template("page.html").render(
        runs=runs,
        compared=compared,
        overlays=overlays,
        title=" · ".join(cut(story.name) for story in stories),
        style=Markup(environment.get_template("style.css").render()),
        script=Markup(script),
        script_hash=digest,
        trained=parts.TRAINED,
    )
    return f"{page}\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("rampup.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(story: Story, letter: str, key: str) -> Shown:
    trained, trained_note, said, said_note = parts.training(story)
    status, how = _status(story)
    header = story.header
    return Shown(
        id=key,
        letter=letter,
        story=story,
        status=status,
        how=how,
        warnings=_warnings(story),
        facts=_facts(story),
        insight=[cut(s, 1500) for s in story.insight.sentences[:20]] if story.insight else [],
        steps=parts.steps(story.stages),
        rates=figures.schedule_figures(story, key),
        agreement=figures.disagreements(story),
        planned=parts.planned_rates(story.planned)
        if story.planned and story.planned.epochs
        else None,
        charts=figures.training_figures(story, key),
        trained=trained,
        trained_note=trained_note,
        said=said,
        said_note=said_note,
        probes=parts.probes(story),
        baseline=_baseline(story),
        predictions=[parts.predicted(event) for event in story.predictions[:10]],
        environment=_pairs("Environment", {"rampup": header.rampup, **flat(header.environment)})
        if header
        else None,
        settings=_pairs("Settings", flat(header.config)) if header else None,
        trace=embed(story),
        whole=whole(story),
    )


def _status(story: Story) -> tuple[str, str]:
    if story.end is None:
        return f"no end recorded, {count(story.updates, 'update')}", "open"
    said = f"{cut(story.end.status)} after {count(story.end.updates, 'update')}"
    return said, "good" if story.end.status == "finished" else "bad"


def _warnings(story: Story) -> list[str]:
    """Return what a reader must know before believing the page."""
    said = []
    if story.end is None:
        last = f"Its last update is {story.k[-1]:,.0f}." if story.updates else "It has no update."
        said.append(
            "This trace has no end: the run was killed, crashed, or is still going on. " + last
        )
    elif story.end.reason:
        said.append(f"{cut(story.end.status).capitalize()}: {cut(story.end.reason, 1500)}")
    if story.torn:
        said.append(
            "The last line was torn in the middle of writing; its "
            f"{count(story.torn, 'character')} {'is' if story.torn == 1 else 'are'} left out."
        )
    for name, (times, first) in story.lost.items():
        said.append(
            f"The {figures.NAMES[name]} was infinite or not a number at "
            f"{count(times, 'update')}, first at update {first:,}."
        )
    if story.skipped:
        said.append(
            f"{count(len(story.skipped), 'optimizer step')} changed nothing and "
            f"{'is' if len(story.skipped) == 1 else 'are'} not counted as updates; the first, "
            f"before update {story.skipped[0].k:,}: {cut(story.skipped[0].reason, 200)}"
        )
    return said


def _facts(story: Story) -> list[tuple[str, str]]:
    """Return the few numbers that stand at the top."""
    facts = [("Updates", cell(story.updates))]
    trained = [epoch for epoch in story.epochs if epoch.epoch > 0]
    if trained:
        facts.append(("Epochs", cell(len(trained))))
    if story.updates:
        facts.append(("Highest rate used", cell(story.highest("used"))))
    if story.planned is not None:
        plan = story.planned
        share = f" ({plan.warmup / plan.updates:.0%})" if plan.updates else ""
        warmup = f"{plan.warmup:,}{share}" if plan.warmup else "none"
        facts.append(("Updates of warmup", warmup))
    if story.epochs:
        last = story.epochs[-1]
        for name, value, show in (
            ("Final training loss", last.train_loss, cell),
            ("Final held-out loss", last.held_out_loss, cell),
            ("Final held-out accuracy", last.held_out_accuracy, percent),
        ):
            if not math.isnan(value):
                facts.append((name, show(value)))
    if story.end is not None:
        facts.append(("Seconds", cell(story.end.seconds)))
    return facts


def _baseline(story: Story) -> Table | None:
    if story.baseline is None:
        return None
    rows = [
        [
            cut(row["name"]),
            cell(row["warmup"], 3),
            cell(row["without"], 3),
            f"{signed(row['low'])} … {signed(row['high'])}",
            interval(row["low"], row["difference"], row["high"]),
            cut(row["verdict"]),
        ]
        for row in story.baseline.compared
    ]
    return Table(
        caption=f"Means over {count(len(story.baseline.seeds), 'seed')}",
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
