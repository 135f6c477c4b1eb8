"""Rules about losses: how they begin, change, jump, stand still and end."""

import math
import statistics
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rampup.trace.record import Epoch
from rampup.trace.rules.rule import WINDOW, Found, Rule, Seen

MAD: Final = 1.4826
"""Median absolute deviations in one standard deviation of a normal distribution, inverted."""
HIGH: Final = 1.5
"""A first loss of this many times ln(classes) is too high: over 60 seeds on each built-in data set,
the untrained default network had 0.85 to 1.30 times it."""
SPIKE: Final = 5.0
"""A robust z-score from which on a loss is a spike."""
OVERFIT: Final = 0.05
"""A last held-out loss above the lowest by this share of it is worth a word."""


def _initial(seen: Seen, _limit: float) -> Iterator[Found]:
    if seen.now.epoch != 0 or seen.plan is None or not seen.plan.classes > 0:
        return
    classes = seen.plan.classes
    yield Found(
        numbers={
            "loss": seen.now.held_out_loss,
            "classes": classes,
            "nothing": math.log(classes),
        }
    )


def _too_high(seen: Seen, limit: float) -> Iterator[Found]:
    """Look at the first epoch that a trace holds, if training had hardly begun."""
    now, plan = seen.now, seen.plan
    if len(seen.epochs) > 1 or now.epoch not in (0, 1) or plan is None or plan.classes < 2:
        return
    nothing = math.log(plan.classes)
    if now.train_loss > limit * nothing:
        yield Found(
            case="untrained" if now.epoch == 0 else "",
            numbers={
                "loss": now.train_loss,
                "classes": plan.classes,
                "nothing": nothing,
                "times": now.train_loss / nothing,
            },
        )


def _change(seen: Seen, _limit: float) -> Iterator[Found]:
    if len(seen.epochs) < 2:
        return
    before, now = seen.epochs[-2].train_loss, seen.now.train_loss
    if not before > 0:
        return
    change = (now - before) / before
    fell = f"{change:+.0%}".startswith("-")
    # the sign is written out, because a hyphen is no minus
    numbers = {"before": before, "now": now, "size": abs(change)}
    yield Found(case="down" if fell else "up", numbers=numbers)


def _spike(seen: Seen, limit: float) -> Iterator[Found]:
    best = min((e.train_loss for e in seen.epochs[:-1] if not math.isnan(e.train_loss)),
               default=math.inf)  # fmt: skip
    now = seen.now.train_loss
    if not now > limit * best:
        return
    if best == 0.0:
        yield Found(case="zero", numbers={"now": now})
    elif best > 0:
        yield Found(numbers={"times": now / best, "best": best, "now": now})


def _update_spike(seen: Seen, limit: float) -> Iterator[Found]:
    """Find updates whose loss is far above all of the window before it, on a logarithmic scale.

    The loss of one batch is skewed: near zero, a batch with one hard row loses ten times as much
    as the next one, and nothing is wrong. Its logarithm is not, so that a robust z-score of it
    tells a spike from that. A loss that is not positive has none; there, this says nothing.
    `python -m benchmarks.spikes` measures it on six jobs at rates at which they learn: 1 false
    alarm in 76,208 updates of 184 runs, while 174 of 184 single batches with wrong labels were
    found. A rate that is too high makes every loss noisy, and no one of them a spike.
    """
    window: deque[float] = deque(seen.recent, maxlen=WINDOW)
    worst: tuple[float, Found] | None = None
    for u in seen.updates:
        if u.loss is None or not math.isfinite(u.loss):
            continue
        if len(window) == WINDOW and u.loss > max(window) and min(window) > 0:
            middle = statistics.median(window)
            spread = MAD * statistics.median(abs(math.log(x / middle)) for x in window)
            z = math.log(u.loss / middle) / spread if spread > 0 else 0.0
            if z > limit and (worst is None or z > worst[0]):
                numbers = {
                    "k": u.k,
                    "loss": u.loss,
                    "times": u.loss / middle,
                    "z": z,
                    "middle": middle,
                    "spread": spread,
                }
                worst = z, Found(numbers=numbers, first=u.k, last=u.k)
        window.append(u.loss)
    if worst is not None:
        yield worst[1]


def _plateau(seen: Seen, limit: float) -> Iterator[Found]:
    change = standstill(seen.epochs)
    if change is not None and change < limit:
        yield Found(numbers={"change": change})


def standstill(epochs: list[Epoch]) -> float | None:
    """Return the mean relative change of the training loss over the last three epochs."""
    losses = [e.train_loss for e in epochs[-4:]]
    if len(epochs) < 5 or not all(0 < loss < math.inf for loss in losses):
        return None
    return sum(abs(b - a) / a for a, b in pairwise(losses)) / 3


STANDSTILL: Final = (
    "sum(abs(b.train_loss - a.train_loss) / a.train_loss for a, b in pairwise(epochs[-4:])) / 3"
)
"""The same as a formula."""


def _gap(seen: Seen, _limit: float) -> Iterator[Found]:
    if len(seen.epochs) < 5:
        return
    gaps = [e.held_out_loss - e.train_loss for e in seen.epochs[-4:]]
    if not all(map(math.isfinite, gaps)):
        return
    if gaps[-1] <= 0 or any(b <= a for a, b in pairwise(gaps)):
        return
    yield Found(numbers={"gap": gaps[-1], "before": gaps[0]})


def _diverged(seen: Seen, _limit: float) -> Iterator[Found]:
    for u in seen.updates:
        for what, value in (("loss", u.loss), ("norm", u.grad_norm)):
            if value is not None and not math.isfinite(value):
                case = f"{what} {'missing' if math.isnan(value) else 'infinite'}"
                yield Found(case=case, numbers={"k": u.k}, first=u.k, last=u.k)
                return


def _infinite(seen: Seen, _limit: float) -> Iterator[Found]:
    for case, loss in (("train", seen.now.train_loss), ("held out", seen.now.held_out_loss)):
        if math.isinf(loss):
            yield Found(case=case, numbers={"epoch": seen.now.epoch})


def _ended(seen: Seen, _limit: float) -> Iterator[Found]:
    if seen.end is not None and seen.end.status == "diverged":
        last = max(seen.end.updates - 1, 0)
        yield Found(numbers={"updates": seen.end.updates}, first=last, last=last)


def _worst(seen: Seen, _limit: float) -> Iterator[Found]:
    trained = [e for e in seen.epochs if e.epoch > 0 and math.isfinite(e.train_loss)]
    if len(trained) < 2:
        return
    worst = max(trained, key=lambda e: e.train_loss)
    at = seen.epochs.index(worst)
    yield Found(
        numbers={
            "epoch": worst.epoch,
            "loss": worst.train_loss,
            "last": trained[-1].epoch,
            "final": trained[-1].train_loss,
        },
        first=seen.epochs[at - 1].updates if at else 0,
        last=max(worst.updates - 1, 0),
    )


def _overfit(seen: Seen, limit: float) -> Iterator[Found]:
    held_out = [e for e in seen.epochs if math.isfinite(e.held_out_loss)]
    if len(held_out) < 3:
        return
    best, now = min(held_out, key=lambda e: e.held_out_loss), held_out[-1]
    rises = now.held_out_loss - best.held_out_loss > limit * abs(best.held_out_loss)
    if not rises or best.epoch == 0 or not now.train_loss < best.train_loss:
        return
    yield Found(
        numbers={
            "epoch": best.epoch,
            "best": best.held_out_loss,
            "last": now.epoch,
            "final": now.held_out_loss,
            "before": best.train_loss,
            "now": now.train_loss,
        },
        first=best.updates,
        last=max(now.updates - 1, 0),
    )


LOSSES: Final = (
    Rule(
        id="initial-loss",
        at="epoch",
        reads="held-out loss before the first update, number of classes",
        find=_initial,
        says={
            "": "held-out loss {loss:.3f} before training; knowing nothing gives "
            "ln {classes} = {nothing:.3f}"
        },
        formulas={"nothing": "log(classes)"},
    ),
    Rule(
        id="initial-loss-high",
        at="epoch",
        reads="first training loss of the trace over ln(classes), up to epoch 1",
        find=_too_high,
        limit=HIGH,
        says={
            "untrained": "training loss {loss:.3g} before training is {times:.3g} × "
            "ln {classes} = {nothing:.3f}, the loss of a model that knows nothing: the initial "
            "weights are confidently wrong, or the number is",
            "": "training loss {loss:.3g} after epoch 1 is {times:.3g} × ln {classes} = "
            "{nothing:.3f}, the loss of an untrained model that knows nothing: training made "
            "it worse than that, or the number is wrong",
        },
        formulas={"nothing": "log(classes)", "times": "loss / nothing"},
    ),
    Rule(
        id="loss-change",
        at="epoch",
        reads="training loss of an epoch and of the one before",
        find=_change,
        says={
            "down": "training loss −{size:.0%} ({before:.3g} → {now:.3g})",
            "up": "training loss +{size:.0%} ({before:.3g} → {now:.3g})",
        },
        formulas={"size": "abs(now - before) / before"},
    ),
    Rule(
        id="loss-spike",
        at="epoch",
        reads="training loss over the lowest of the epochs before",
        find=_spike,
        limit=1.3,
        says={
            "": "loss spike: {times:.1f} × the best so far, {best:.3g}",
            "zero": "loss spike: {now:.3g}, and the best so far is 0",
        },
        formulas={"times": "now / best"},
    ),
    Rule(
        id="update-spike",
        at="updates",
        reads=f"loss of an update, above all {WINDOW} before it, as a robust z-score of its "
        f"logarithm: ln(loss / median) over {MAD} × the median of that of the {WINDOW}, unsigned",
        find=_update_spike,
        limit=SPIKE,
        says={
            "": "update {k} lost {loss:.3g}, {times:.3g} × the median of the "
            f"{WINDOW} updates before, {{middle:.3g}}: {{z:.1f}} robust standard deviations of "
            "their logarithms above it"
        },
        formulas={
            "middle": "median(window(k))",
            "times": "loss / middle",
            "spread": "1.4826 * median([abs(log(x / middle)) for x in window(k)])",
            "z": "log(times) / spread",
        },
    ),
    Rule(
        id="plateau",
        at="epoch",
        reads="mean relative change of the training loss over the last 3 epochs",
        find=_plateau,
        limit=0.01,
        says={"": "plateau: the training loss changed by {change:.1%} per epoch over the last 3"},
        formulas={"change": STANDSTILL},
    ),
    Rule(
        id="growing-gap",
        at="epoch",
        reads="held-out loss minus training loss, over the last 3 epochs",
        find=_gap,
        says={
            "": "held-out loss is {gap:.3g} above training loss, a gap that grew for 3 epochs "
            "(from {before:.3g})"
        },
        formulas={
            "gap": "now.held_out_loss - now.train_loss",
            "before": "epochs[-4].held_out_loss - epochs[-4].train_loss",
        },
    ),
    Rule(
        id="not-finite",
        at="updates",
        reads="loss and gradient norm of each update",
        find=_diverged,
        says={
            "loss missing": "the loss of update {k} is not a number",
            "loss infinite": "the loss of update {k} is infinite",
            "norm missing": "the gradient norm of update {k} is not a number",
            "norm infinite": "the gradient norm of update {k} is infinite",
        },
    ),
    Rule(
        id="infinite-loss",
        at="epoch",
        reads="training and held-out loss of an epoch",
        find=_infinite,
        says={
            "train": "the training loss after epoch {epoch} is infinite",
            "held out": "the held-out loss after epoch {epoch} is infinite",
        },
    ),
    Rule(
        id="diverged",
        at="end",
        reads="how the run ended",
        find=_ended,
        says={"": "training diverged after {updates} updates"},
    ),
    Rule(
        id="worst-epoch",
        at="end",
        reads="training loss of every epoch",
        find=_worst,
        says={
            "": "worst epoch: {epoch}, with training loss {loss:.3g}; epoch {last} ended at "
            "{final:.3g}"
        },
    ),
    Rule(
        id="overfitting",
        at="end",
        reads="relative rise from the lowest held-out loss to the last, training losses of both",
        find=_overfit,
        limit=OVERFIT,
        says={
            "": "held-out loss was lowest after epoch {epoch}, {best:.3g}, and is {final:.3g} "
            "after epoch {last}, while training loss went from {before:.3g} to {now:.3g}"
        },
    ),
)
