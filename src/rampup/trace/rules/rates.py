"""Rules about rates: planned, used, reported, and the updates that were not made."""

from collections.abc import Iterator
from typing import Final

from rampup.trace.record import Update
from rampup.trace.rules.rule import Found, Rule, Seen, measured

ONE_MORE: Final = 1e-9
"""A rate this share above another is the same but for rounding."""


def _rate(seen: Seen, _limit: float) -> Iterator[Found]:
    first, last = seen.now.rate_first, seen.now.rate_last
    if first is None or last is None or seen.plan is None or not seen.plan.peak > 0:
        return
    peak = seen.plan.peak
    case = "peak" if first == last == peak else "held" if first == last else "up"
    if last < first:
        case = "down"
    numbers = {"first": first, "last": last, "peak": peak, "share": last / peak}
    yield Found(case=case, numbers=numbers)


def _zero(seen: Seen, _limit: float) -> Iterator[Found]:
    zeros = [u.k for u in seen.updates if u.used == 0.0]
    if zeros:
        yield Found(
            case="one" if len(zeros) == 1 else "many",
            numbers={"first": zeros[0], "count": len(zeros)},
        )


def _not_finite(seen: Seen, _limit: float) -> Iterator[Found]:
    for u in seen.updates:
        if not measured(u.used):
            yield Found(numbers={"k": u.k})
            return


def _planned(seen: Seen, _limit: float) -> Iterator[Found]:
    for u in seen.updates:
        if u.planned is not None and u.used != u.planned and measured(u.used):
            yield _apart(u, u.planned)
            return


def _reported(seen: Seen, _limit: float) -> Iterator[Found]:
    for u in seen.updates:
        if u.reported is not None and u.used != u.reported and measured(u.used):
            yield _apart(u, u.reported)
            return


def _apart(u: Update, other: float) -> Found:
    # where six digits show no difference, all are shown
    case = "digits" if f"{u.used:g}" == f"{other:g}" else ""
    return Found(case=case, numbers={"k": u.k, "used": u.used, "other": other})


def _above_peak(seen: Seen, limit: float) -> Iterator[Found]:
    if seen.plan is None:
        return
    high = [u for u in seen.updates if u.used > seen.plan.peak * limit]
    if high:
        yield Found(
            case="one" if len(high) == 1 else "many",
            numbers={
                "k": high[0].k,
                "used": high[0].used,
                "peak": seen.plan.peak,
                "count": len(high),
            },
        )


def _above_base(seen: Seen, limit: float) -> Iterator[Found]:
    plan = seen.plan
    if plan is not None and plan.base > 0 and plan.peak > plan.base * limit:
        yield Found(
            numbers={"peak": plan.peak, "base": plan.base, "times": plan.peak / plan.base},
            first=plan.peak_at,
            last=plan.peak_at,
        )


def _skipped(seen: Seen, _limit: float) -> Iterator[Found]:
    if seen.skipped:
        first = seen.skipped[0]
        yield Found(
            case="one" if len(seen.skipped) == 1 else "many",
            numbers={"k": first.k, "count": len(seen.skipped), "reason": first.reason},
        )


def _share(seen: Seen, _limit: float) -> Iterator[Found]:
    plan = seen.plan
    if plan is None or not plan.warmup > 0 or not seen.done:
        return
    numbers = {"made": seen.done, "warmup": plan.warmup}
    if seen.done < plan.warmup:
        yield Found(case="inside", numbers=numbers, first=0, last=max(seen.done - 1, 0))
        return
    share = plan.warmup / seen.done
    yield Found(numbers={**numbers, "share": share}, first=0, last=plan.warmup - 1)


def _unrecorded(seen: Seen, _limit: float) -> Iterator[Found]:
    if seen.recent or seen.updates or len(seen.epochs) < 2:
        return
    if all(e.rate_first is None and e.rate_last is None for e in seen.epochs):
        yield Found(numbers={"count": len(seen.epochs)})


RATES: Final = (
    Rule(
        id="rate",
        at="epoch",
        reads="rate of an epoch's first and last update, planned peak",
        find=_rate,
        says={
            "peak": "rate at the peak, {peak:g}",
            "held": "rate {last:.4g}, {share:.0%} of the peak",
            "up": "rate up to {last:.4g}, {share:.0%} of the peak",
            "down": "rate down to {last:.4g}, {share:.0%} of the peak",
        },
        formulas={"share": "last / peak"},
    ),
    Rule(
        id="zero-rate",
        at="updates",
        reads="rate used by each update",
        find=_zero,
        says={
            "one": "update {first} used the rate 0 and moved no weight",
            "many": "{count} updates used the rate 0 and moved no weight, first update {first}",
        },
        formulas={"count": "sum(u.used == 0 for u in updates)"},
    ),
    Rule(
        id="rate-not-finite",
        at="updates",
        reads="rate used by each update",
        find=_not_finite,
        says={"": "update {k} used a rate that is no finite number"},
    ),
    Rule(
        id="rate-mismatch",
        at="updates",
        reads="rate planned for each update, rate used by it",
        find=_planned,
        says={
            "": "update {k} used the rate {used:g}, planned was {other:g}",
            "digits": "update {k} used the rate {used!r}, planned was {other!r}",
        },
    ),
    Rule(
        id="rate-misreported",
        at="updates",
        reads="rate used by each update, rate that get_last_lr() reported just before it",
        find=_reported,
        says={
            "": "update {k} used the rate {used:g}, the scheduler reported {other:g}",
            "digits": "update {k} used the rate {used!r}, the scheduler reported {other!r}",
        },
    ),
    Rule(
        id="rate-above-peak",
        at="updates",
        reads="rate used by each update over the planned peak",
        find=_above_peak,
        limit=1 + ONE_MORE,
        says={
            "one": "update {k} used the rate {used:g}, above the planned peak {peak:g}",
            "many": "{count} updates used a rate above the planned peak {peak:g}, "
            "first update {k} with {used:g}",
        },
        formulas={"count": "sum(u.used > peak * (1 + 1e-9) for u in updates)"},
    ),
    Rule(
        id="peak-above-base",
        at="plan",
        reads="planned peak over base rate",
        find=_above_base,
        limit=1 + ONE_MORE,
        says={"": "the planned peak {peak:g} is {times:.3g} × the base rate {base:g}"},
        formulas={"times": "peak / base"},
    ),
    Rule(
        id="skipped",
        at="updates",
        reads="optimizer steps that changed nothing",
        find=_skipped,
        says={
            "one": "an optimizer step changed nothing where update {k} was due: {reason}",
            "many": "{count} optimizer steps changed nothing, the first where update {k} was "
            "due: {reason}",
        },
        formulas={"count": "len(skipped)"},
    ),
    Rule(
        id="warmup-share",
        at="end",
        reads="updates planned as warmup, updates made",
        find=_share,
        says={
            "": "warmup took {warmup} of {made} updates, {share:.0%} of the run",
            "inside": "the run ended after {made} updates, within its warmup of {warmup}",
        },
        formulas={"share": "warmup / made", "made": "done"},
    ),
    Rule(
        id="rate-unrecorded",
        at="end",
        reads="rates of epochs and updates",
        find=_unrecorded,
        says={"": "none of the {count} epochs says which rate it used"},
        formulas={"count": "len(epochs)"},
    ),
)
