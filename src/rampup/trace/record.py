"""The events of a trace, in the order in which a run emits them.

An event is a frozen dataclass of plain JSON data; `to_json` and `from_json` are its one text
form. A non-finite number is written as the string "NaN", "Infinity" or "-Infinity", because
JSON has no number for it, and read back as a number where a measurement is declared.
"""

import json
import math
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Final, TypedDict, get_args, is_typeddict

from rampup.errors import TraceError

SCHEMA: Final = 2
"""Version of the event format; a reader refuses a newer one.

Version 1 had each update as an object; since 2 a journal holds them as arrays of columns.
"""


class Row(TypedDict):
    """One row followed through the stages: its id in the source and its cells."""

    id: int
    cells: dict[str, Any]


class PlannedEpoch(TypedDict):
    """The planned rate of the first and the last update of one epoch."""

    epoch: int
    first: float
    last: float


class Comparison(TypedDict):
    """One quantity over the seeds, with warmup against without."""

    name: str
    warmup: float
    """Mean with warmup."""
    without: float
    """Mean without."""
    difference: float
    """Mean of the paired differences, warmup − without."""
    low: float
    high: float
    """The 95 % interval of that mean."""
    verdict: str
    """`"lower"`, `"higher"` or `"no difference"`."""


class Layer(TypedDict):
    """What one layer of a prediction put out for one row."""

    name: str
    kind: str
    shape: list[int]
    values: list[float]
    mean: float
    std: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The start of a trace: what ran, with what, where."""

    kind: ClassVar = "header"
    schema: int
    rampup: str
    started: str
    """UTC, ISO 8601."""
    config: dict[str, Any]
    environment: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of the stages that data passes: shapes, plain words, and rows before and after."""

    kind: ClassVar = "stage"
    number: int
    name: str
    shape_in: str
    shape_out: str
    did: str
    unit: str
    """What an id counts: "row", or "update" where an index becomes a rate."""
    before: list[Row]
    after: list[Row]
    notes: list[str]
    facts: dict[str, Any]
    """Numbers of the stage: split sizes, class balance, parameters …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The schedule as planned, before the first update or as soon as it is known."""

    kind: ClassVar = "schedule"
    text: str
    base: float
    updates: int
    """In the whole run; 0 where nobody says."""
    updates_per_epoch: int
    """0 where nobody says; `epochs` is empty then."""
    warmup: int
    """Updates that belong to a warmup."""
    peak: float
    """Highest rate that any update is to use."""
    peak_at: int
    """First update that is to use it."""
    classes: int
    """That the model tells apart; 0 where nobody says."""
    epochs: list[PlannedEpoch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One optimizer step that changed weights; rates, save `rates`, are of the first group."""

    kind: ClassVar = "update"
    k: int
    planned: float | None
    used: float
    """Read immediately before the optimizer stepped."""
    reported: float | None
    """What the scheduler's `get_last_lr()` said at that moment."""
    loss: float | None
    grad_norm: float | None
    ratio: float | None = None
    """Length of the update over length of the weights, √Σ‖Δw‖² / √Σ‖w‖²."""
    rates: list[float] | None = None
    """The rate that each group used, where not all of them used the first one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An optimizer step that changed nothing, because a gradient scaler met an overflow."""

    kind: ClassVar = "skipped"
    k: int
    """The update that would have been made; the next real one has this index."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One pass over the training rows; epoch 0 is the model before its first update.

    What a loop does not measure is NaN, and 0 rows.
    """

    kind: ClassVar = "epoch"
    epoch: int
    updates: int
    """Updates done so far."""
    rate_first: float | None
    """Rate used by the epoch's first update."""
    rate_last: float | None
    train_loss: float
    train_accuracy: float
    held_out_loss: float
    held_out_accuracy: float
    held_out_rows: int
    grad_norm: float | None
    """Mean over the epoch's updates."""
    metrics: dict[str, float] = field(default_factory=dict)
    """Anything else that the loop measured, by name."""


class Unit(TypedDict):
    """What one layer put out in a probe."""

    name: str
    kind: str
    mean: float
    std: float
    dead: float | None
    """Share of a ReLU's units that were 0 for every row; None for other layers."""
    grad_norm: float | None
    """Of the layer's own parameters."""
    ratio: float | None
    """Length of the last update of the layer's parameters over their length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A closer look at the model when `k` updates were done."""

    kind: ClassVar = "probe"
    k: int
    layers: list[Unit]
    critical_rate: float | None
    """Rate at which one more step along the update would just raise the loss of the probe's rows;
    a meter, and only from update 10 on."""
    rate: float | None
    """Rate that the next update is to use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A sentence about the trace that quotes its numbers, and the updates it speaks of."""

    kind: ClassVar = "observation"
    rule: str
    first: int
    last: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The same seeds with and without warmup, and what the difference amounts to."""

    kind: ClassVar = "baseline"
    seeds: list[int]
    schedule: str
    """Text of the schedule without warmup."""
    compared: list[Comparison]
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One row through the model, layer by layer, to the label."""

    kind: ClassVar = "prediction"
    row: int
    layers: list[Layer]
    probabilities: dict[str, float]
    predicted: str
    label: str | None
    """The true label, where it is known."""
    notes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """What to take away from this run, computed from its numbers."""

    kind: ClassVar = "insight"
    sentences: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a trace: `"finished"`, `"diverged"` or `"failed"`, and why."""

    kind: ClassVar = "end"
    status: str
    updates: int
    reason: str
    seconds: float


EVENTS: Final = {
    event.kind: event
    for event in (
        Header,
        Stage,
        Planned,
        Update,
        Skipped,
        Epoch,
        Probe,
        Observation,
        Baseline,
        Prediction,
        Insight,
        End,
    )
}

Event = (
    Header
    | Stage
    | Planned
    | Update
    | Skipped
    | Epoch
    | Probe
    | Observation
    | Baseline
    | Prediction
    | Insight
    | End
)

# json.dumps would build an encoder for every event
encode: Final = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode

NON_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def to_json(event: Event) -> str:
    """Return `event` as one line of JSON, without a line end.

    Example:
        >>> to_json(Insight(sentences=["Warm up."]))
        '{"kind":"insight","sentences":["Warm up."]}'
    """
    plain = {"kind": event.kind, **{name: getattr(event, name) for name in event.__slots__}}
    try:
        return encode(plain)
    except ValueError:
        return encode(spelled(plain))


def from_json(line: str) -> Event:
    """Return the event that `line` holds.

    Raises:
        TraceError: it holds none.

    Example:
        >>> from_json('{"kind":"insight","sentences":["Warm up."]}')
        Insight(sentences=['Warm up.'])
    """
    try:
        plain = json.loads(line)
        if not isinstance(plain, dict):
            raise TypeError("not a JSON object")
        kind = plain.pop("kind", None)
        cls = EVENTS.get(kind) if isinstance(kind, str) else None
        if cls is None:
            raise TypeError(f"unknown kind {kind!r}")
        if cls is Header and plain["schema"] > SCHEMA:  # before fields that we do not know
            raise TraceError(
                f"schema {plain['schema']!r} is newer than this rampup reads, {SCHEMA}; update it"
            )
        if '"NaN"' in line or 'Infinity"' in line:
            for one in fields(cls):
                if one.name in plain or one.default_factory is one.default is MISSING:
                    plain[one.name] = _measured(one.type, plain[one.name])
        event: Event = cls(**plain)
    except TraceError:
        raise
    except (ValueError, TypeError, KeyError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise TraceError(f"no event of a trace: {line[:80]!r} ({reason})") from None
    return event


def spelled(value: Any) -> Any:
    """Return `value` with each non-finite float replaced by its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: spelled(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [spelled(inner) for inner in value]
    return value


def _measured(kind: Any, value: Any) -> Any:
    """Return `value`, declared as `kind`, with each spelled-out measurement a float again.

    A cell or a fact has no declared type, so that one which reads "NaN" stays text.
    """
    args = get_args(kind)
    if isinstance(value, str):
        return NON_FINITE.get(value, value) if kind is float or float in args else value
    if isinstance(value, list) and args:
        return [_measured(args[0], inner) for inner in value]
    if isinstance(value, dict) and is_typeddict(kind):
        declared = kind.__annotations__
        return {key: _measured(declared.get(key), inner) for key, inner in value.items()}
    if isinstance(value, dict) and args:
        return {key: _measured(args[-1], inner) for key, inner in value.items()}
    return value
