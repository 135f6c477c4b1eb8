"""Rules about layers: dead units, and how far an update moves the weights."""

import math
import statistics
from collections.abc import Iterator
from typing import Final

from rampup.trace.rules.rule import Found, Rule, Seen

SMALLEST: Final = 1e-4
LARGEST: Final = 1e-2
"""Updates usually move weights by a share between these (Karpathy's rule of thumb: about 1e-3)."""
FIRST_METER: Final = 10
"""A critical rate says little before this update."""


def _dead(seen: Seen, limit: float) -> Iterator[Found]:
    probe = seen.probe
    for layer in probe.layers if probe is not None else ():
        if probe is not None and layer["dead"] is not None and layer["dead"] >= limit:
            yield Found(
                numbers={
                    "name": layer["name"],
                    "kind": layer["kind"],
                    "dead": layer["dead"],
                    "k": probe.k,
                },
                first=probe.k,
                last=probe.k,
            )


def _ratio(seen: Seen, _limit: float) -> Iterator[Found]:
    """Look at the middle of the epoch's ratios: one odd update says little."""
    ratios = [u.ratio for u in seen.updates if u.ratio is not None and math.isfinite(u.ratio)]
    if ratios:
        middle = statistics.median_low(ratios)
        if (case := _outside(middle)) is not None:
            yield Found(case=case, numbers={"middle": middle, "count": len(ratios)})


def _layer_ratio(seen: Seen, _limit: float) -> Iterator[Found]:
    probe = seen.probe
    for layer in probe.layers if probe is not None else ():
        ratio = layer["ratio"]
        if probe is not None and ratio is not None and (case := _outside(ratio)) is not None:
            yield Found(
                case=case,
                numbers={"name": layer["name"], "ratio": ratio, "k": probe.k},
                first=probe.k,
                last=probe.k,
            )


def _outside(ratio: float) -> str | None:
    return "small" if ratio < SMALLEST else "large" if ratio > LARGEST else None


def _critical(seen: Seen, limit: float) -> Iterator[Found]:
    probe = seen.probe
    if probe is None or probe.rate is None or probe.critical_rate is None:
        return
    if probe.k < FIRST_METER or not probe.critical_rate > 0:
        return
    if probe.rate > limit * probe.critical_rate:
        yield Found(
            numbers={
                "rate": probe.rate,
                "critical": probe.critical_rate,
                "times": probe.rate / probe.critical_rate,
                "k": probe.k,
            },
            first=probe.k,
            last=probe.k,
        )


LAYERS: Final = (
    Rule(
        id="dead-units",
        at="probe",
        reads="share of a ReLU's units that were 0 for every row of the probe",
        find=_dead,
        limit=0.5,
        says={
            "": "{dead:.0%} of the units of {kind} {name} were 0 for every row of the probe when "
            "{k} updates were done"
        },
    ),
    Rule(
        id="update-ratio",
        at="updates",
        reads="middle length of the updates over length of the weights; outside 1e-4 … 1e-2",
        find=_ratio,
        says={
            "small": "the middle one of {count} updates moved the weights by {middle:.2g} of their "
            "length, below the usual 0.0001 … 0.01",
            "large": "the middle one of {count} updates moved the weights by {middle:.2g} of their "
            "length, above the usual 0.0001 … 0.01",
        },
        formulas={"count": "sum(u.ratio is not None and isfinite(u.ratio) for u in updates)"},
    ),
    Rule(
        id="layer-ratio",
        at="probe",
        reads="length of a layer's last update over length of its weights; outside 1e-4 … 1e-2",
        find=_layer_ratio,
        says={
            "small": "the last update moved the weights of layer {name} by {ratio:.2g} of their "
            "length, below the usual 0.0001 … 0.01, when {k} updates were done",
            "large": "the last update moved the weights of layer {name} by {ratio:.2g} of their "
            "length, above the usual 0.0001 … 0.01, when {k} updates were done",
        },
    ),
    Rule(
        id="above-critical",
        at="probe",
        reads="rate of the next update over the critical rate, from update 10 on",
        find=_critical,
        limit=1.0,
        says={
            "": "update {k} is to use the rate {rate:.3g}, {times:.3g} × the critical rate "
            "{critical:.3g} of the probe's rows"
        },
        formulas={"times": "rate / critical"},
    ),
)
