"""Events made by hand, each with nothing measured but what a test says."""

import math
from typing import Any

from rampup.trace.record import (
    Baseline,
    Comparison,
    End,
    Epoch,
    Layer,
    Observation,
    Planned,
    Prediction,
    Probe,
    Skipped,
    Stage,
    Unit,
    Update,
)


def update(k: int, used: float = 0.1, **said: Any) -> Update:
    nothing = {"planned": None, "reported": None, "loss": None, "grad_norm": None}
    return Update(**{**nothing, "k": k, "used": used, **said})


def epoch(n: int, train: float = math.nan, **said: Any) -> Epoch:
    nothing = {
        "updates": 10 * n, "rate_first": None, "rate_last": None, "train_accuracy": math.nan,
        "held_out_loss": math.nan, "held_out_accuracy": math.nan, "held_out_rows": 0,
        "grad_norm": None,
    }  # fmt: skip
    return Epoch(**{**nothing, "epoch": n, "train_loss": train, **said})


def plan(**said: Any) -> Planned:
    usual = {
        "text": "warmup 5ep >> hold", "base": 0.01, "updates": 100, "updates_per_epoch": 10,
        "warmup": 50, "peak": 0.01, "peak_at": 49, "classes": 2, "epochs": [],
    }  # fmt: skip
    return Planned(**{**usual, **said})


def stage(**said: Any) -> Stage:
    usual = {
        "number": 2, "name": "preprocessing", "shape_in": "", "shape_out": "", "did": "",
        "unit": "row", "before": [], "after": [], "notes": [], "facts": {},
    }  # fmt: skip
    return Stage(**{**usual, **said})


def layer(name: str, **said: Any) -> Unit:
    nothing: Any = {"kind": "ReLU", "mean": 0.0, "std": 1.0, "dead": None, "grad_norm": None}
    return {**nothing, "ratio": None, "name": name, **said}


def passed(name: str, kind: str, values: list[float], **said: Any) -> Layer:
    """Return what a layer put out; where a test does not say its shape, all of it is `values`."""
    usual: Any = {"name": name, "kind": kind, "shape": [1, len(values)], "values": values}
    return {**usual, "mean": 0.125, "std": 1.0, "least": -2.0, "most": 2.0, **said}


def prediction(layers: list[Layer], probabilities: dict[str, float], **said: Any) -> Prediction:
    usual: Any = {"row": 7, "predicted": next(iter(probabilities)), "label": None, "notes": []}
    return Prediction(**{**usual, "layers": layers, "probabilities": probabilities, **said})


def probe(k: int, *layers: Unit, rate: float | None = None, critical: float | None = None) -> Probe:
    return Probe(k=k, layers=list(layers), critical_rate=critical, rate=rate)


def skipped(k: int) -> Skipped:
    return Skipped(k=k, reason="an overflow")


def claim(sentence: str) -> Observation:
    return Observation(rule="claim", first=0, last=9, sentence=sentence)


def compared(low: float, high: float) -> Comparison:
    middle = (low + high) / 2
    return {
        "name": "final loss", "warmup": 0.5 + middle, "without": 0.5, "difference": middle,
        "low": low, "high": high, "verdict": "as the interval says",
    }  # fmt: skip


def baseline(seeds: int, *rows: Comparison) -> Baseline:
    return Baseline(
        seeds=list(range(seeds)), schedule="hold", compared=list(rows), verdict="Over all, nothing."
    )


def end(status: str = "finished", updates: int = 20) -> End:
    return End(status=status, updates=updates, reason="", seconds=1.0)
