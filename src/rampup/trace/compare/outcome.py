"""What came out: epochs, the last metrics, how it ended, and events that only one trace has."""

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from rampup.trace.compare.difference import (
    Difference,
    counted,
    of_value,
    plain,
    shown,
    unlike,
)
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Event,
    Header,
    Observation,
    Planned,
    Prediction,
    Probe,
    Skipped,
    Stage,
)

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


def epochs(a: Sequence[Event], b: Sequence[Event]) -> Iterator[Difference]:
    """Return the first epoch that differs, and how many do."""
    left, right = _keyed(a, Epoch), _keyed(b, Epoch)
    pairs = [(x, right[key]) for key, x in left.items() if key in right]
    unequal = [(x, cells) for x, y in pairs if (cells := unlike(asdict(x), asdict(y)))]
    if not unequal:
        return
    epoch, cells = unequal[0]
    path, u, v = cells[0]
    texts = shown(u, v)
    yield Difference(
        part="epochs",
        name="first epoch that differs",
        a=plain(u),
        b=plain(v),
        at=epoch.updates,
        sentence=f"epoch {epoch.epoch} is the first that differs: {path} is {texts[0]} in a, "
        f"{texts[1]} in b; {len(unequal)} of {len(pairs)} epochs differ",
    )


def final(a: Sequence[Event], b: Sequence[Event]) -> Iterator[Difference]:
    """Return the metrics of the last epochs that differ, and how the runs ended."""
    ends = [[e for e in events if isinstance(e, Epoch)] for events in (a, b)]
    if ends[0] and ends[1]:
        x, y = ends[0][-1], ends[1][-1]
        for path, u, v in unlike(_metrics(x), _metrics(y)):
            yield _metric(path, u, v, x.epoch, y.epoch)
    over = [[e for e in events if isinstance(e, End)][-1:] for events in (a, b)]
    for left, right in zip(*over, strict=False):
        for name in ("status", "updates", "reason"):
            for _, u, v in unlike(getattr(left, name), getattr(right, name)):
                yield of_value("final", name, u, v)


def _metrics(epoch: Epoch) -> dict[str, Any]:
    fields = asdict(epoch)
    metrics = fields.pop("metrics")
    return {**{k: v for k, v in fields.items() if k not in _SETTING}, **metrics}


def _metric(name: str, u: Any, v: Any, x: int, y: int) -> Difference:
    left, right = shown(u, v)
    change = ""
    if isinstance(u, int | float) and isinstance(v, int | float) and math.isfinite(v - u):
        change = f", {v - u:+.3g}"
    where = f"epoch {x}" if x == y else f"epochs {x} and {y}"
    return Difference(
        part="final",
        name=name,
        a=plain(u),
        b=plain(v),
        sentence=f"{name} after {where}: {left} in a, {right} in b{change}",
    )


def one_only(a: Sequence[Event], b: Sequence[Event]) -> Iterator[Difference]:
    """Return the kinds of events of which one trace has some that the other has not."""
    for kind, (word, _) in _KEYS.items():
        left, right = _keyed(a, kind), _keyed(b, kind)
        extra = [key for key in left if key not in right], [k for k in right if k not in left]
        for side, keys in zip("ab", extra, strict=True):
            if not keys:
                continue
            first = str(keys[0][0])
            many = f"1 {word}" if len(keys) == 1 else f"{len(keys)} {word}s"
            where = f" {first}" if len(keys) == 1 else f", the first {first}"
            yield Difference(
                part="events",
                name=word,
                a=len(keys) if side == "a" else 0,
                b=len(keys) if side == "b" else 0,
                sentence=f"in {side} only: {many}{where if first else ''}",
            )
        if kind in _WITHIN:
            yield from _contents(word, left, right)


def _contents(word: str, left: dict[Any, Any], right: dict[Any, Any]) -> Iterator[Difference]:
    for key, x in left.items():
        cells = unlike(asdict(x), asdict(right[key])) if key in right else []
        if not cells:
            continue
        path, u, v = cells[0]
        texts = shown(u, v)
        title = f"{word} {key[0]}".strip()
        count = "1 value differs" if len(cells) == 1 else f"{len(cells)} values differ"
        yield Difference(
            part="events",
            name=title,
            a=plain(u),
            b=plain(v),
            sentence=f"{title}: {count}, first {path}: {texts[0]} in a, {texts[1]} in b",
        )


def _keyed(events: Sequence[Event], kind: type[Any]) -> dict[Any, Any]:
    return counted((e for e in events if isinstance(e, kind)), _KEYS[kind][1])
