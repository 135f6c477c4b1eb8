"""What came out: epochs, the last metrics, how it ended, and events that only one trace has."""

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict
from typing import Any, Final

from rampup.trace.compare.difference import Difference, counted, plain, unlike
from rampup.trace.compare.pair import Pair
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Header,
    Observation,
    Planned,
    Prediction,
    Probe,
    Skipped,
    Stage,
)
from rampup.trace.story import Story

_SETTING: Final = ("epoch", "updates", "rate_first", "rate_last", "held_out_rows", "grad_norm")
"""Of an epoch, what is no metric of the model."""

_KEYS: Final[dict[type[Any], tuple[str, Callable[[Any], Hashable]]]] = {
    Header: ("header", lambda _: ""),
    Stage: ("stage", lambda e: f"number {e.number}"),
    Planned: ("schedule", lambda _: ""),
    Skipped: ("skipped update", lambda e: f"where update {e.k} was due"),
    Epoch: ("epoch", lambda e: f"number {e.epoch}"),
    Probe: ("probe", lambda e: f"when {e.k} updates were done"),
    Observation: (
        "observation",
        lambda e: f"{e.rule!r} of updates {e.first} … {e.last}",
    ),
    Baseline: ("baseline", lambda _: ""),
    Prediction: ("prediction", lambda e: f"of row {e.row}"),
    End: ("end", lambda _: ""),
}
_WITHIN: Final = (Skipped, Probe, Baseline, Prediction)
"""Kinds whose contents are compared here; those of the others have a part of their own, and an
observation only tells again what the numbers tell."""


def epochs(pair: Pair) -> Iterator[Difference]:
    """Return the first epoch that differs, and how many do."""
    left, right = _keyed(pair.a, Epoch), _keyed(pair.b, Epoch)
    pairs = [(x, right[key]) for key, x in left.items() if key in right]
    unequal = [(x, cells) for x, y in pairs if (cells := unlike(asdict(x), asdict(y)))]
    if not unequal:
        return
    epoch, cells = unequal[0]
    path, u, v = cells[0]
    yield Difference(
        part="epochs",
        name="first epoch that differs",
        a=plain(u),
        b=plain(v),
        at=epoch.updates,
        sentence=f"epoch {epoch.epoch} is the first that differs: {path} is {pair.both(u, v)}; "
        f"{len(unequal)} of {len(pairs)} epochs differ",
    )


def final(pair: Pair) -> Iterator[Difference]:
    """Return the metrics of the last epochs that differ, and how the runs ended."""
    x, y = pair.a.last(Epoch), pair.b.last(Epoch)
    if x is not None and y is not None:
        for path, u, v in unlike(_metrics(x), _metrics(y)):
            yield _metric(pair, path, u, v, x.epoch, y.epoch)
    left, right = pair.a.last(End), pair.b.last(End)
    if left is not None and right is not None:
        for name in ("status", "updates", "reason"):
            for _, u, v in unlike(getattr(left, name), getattr(right, name)):
                yield pair.of_value("final", name, u, v)


def _metrics(epoch: Epoch) -> dict[str, Any]:
    fields = asdict(epoch)
    metrics = fields.pop("metrics")
    return {**{k: v for k, v in fields.items() if k not in _SETTING}, **metrics}


def _metric(pair: Pair, name: str, u: Any, v: Any, x: int, y: int) -> Difference:
    change = ""
    if isinstance(u, int | float) and isinstance(v, int | float) and math.isfinite(v - u):
        change = f", {v - u:+.3g}"
    where = f"epoch {x}" if x == y else f"epochs {x} and {y}"
    return Difference(
        part="final",
        name=name,
        a=plain(u),
        b=plain(v),
        sentence=f"{name} after {where}: {pair.both(u, v)}{change}",
    )


def one_only(pair: Pair) -> Iterator[Difference]:
    """Return the kinds of events of which one trace has some that the other has not."""
    for kind, (word, _) in _KEYS.items():
        left, right = _keyed(pair.a, kind), _keyed(pair.b, kind)
        extra = [key for key in left if key not in right], [k for k in right if k not in left]
        for side, keys in zip(pair.names, extra, strict=True):
            if not keys:
                continue
            first = str(keys[0][0])
            many = f"1 {word}" if len(keys) == 1 else f"{len(keys)} {word}s"
            where = f" {first}" if len(keys) == 1 else f", the first {first}"
            yield Difference(
                part="events",
                name=word,
                a=len(keys) if keys is extra[0] else 0,
                b=len(keys) if keys is extra[1] else 0,
                sentence=f"in {side} only: {many}{where if first else ''}",
            )
        if kind in _WITHIN:
            yield from _contents(pair, word, left, right)


def _contents(
    pair: Pair, word: str, left: dict[Any, Any], right: dict[Any, Any]
) -> Iterator[Difference]:
    for key, x in left.items():
        cells = unlike(asdict(x), asdict(right[key])) if key in right else []
        if not cells:
            continue
        path, u, v = cells[0]
        title = f"{word} {key[0]}".strip()
        count = "1 value differs" if len(cells) == 1 else f"{len(cells)} values differ"
        yield Difference(
            part="events",
            name=title,
            a=plain(u),
            b=plain(v),
            sentence=f"{title}: {count}, first {path}: {pair.both(u, v)}",
        )


def _keyed(story: Story, kind: type[Any]) -> dict[Any, Any]:
    return counted(story.all(kind), _KEYS[kind][1])
