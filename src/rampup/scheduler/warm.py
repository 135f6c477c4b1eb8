"""`warm`: a correct warmup for a torch scheduler that was built already."""

from typing import Any, Final

from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from rampup.errors import ScheduleError, UnitError, known_name
from rampup.schedule.phase import PEAK
from rampup.schedule.plan import Plan, natural_length
from rampup.schedule.schedule import Schedule
from rampup.schedule.text import parse
from rampup.scheduler.followed import must_be_free
from rampup.scheduler.warmed import WarmedLR, WarmedPlateau
from rampup.units import MOST_UPDATES, Horizon, PerUpdate

HOW: Final = ("front", "multiply")


def warm(
    scheduler: LRScheduler,
    warmup: Schedule | str,
    *,
    how: str = "front",
    updates: int | None = None,
    updates_per_epoch: int | None = None,
    samples_per_update: PerUpdate | None = None,
    tokens_per_update: PerUpdate | None = None,
) -> WarmedLR:
    """Return `scheduler` with a warmup in front of it, or multiplied onto it.

    The warmup follows the updates that the optimizer really made; when and how often `step()` is
    called cannot shift it, and an update that a GradScaler skips does not count. What is returned
    takes the scheduler's place: call its `step()` where you called the scheduler's.

    With a warmup w of n updates:

    * `"front"`: update k < n uses the scheduler's rate × w(k), update n the scheduler's first
      rate, and from there the scheduler goes on. Until then `step()` does nothing and metrics are
      not looked at, so that a ReduceLROnPlateau drops nothing in the warmup.
    * `"multiply"`: every update uses the rate of the scheduler, stepped as usual, × w(k).

    The position is in the state of what is returned, with the wrapped scheduler's own state, and
    does not ride in the optimizer's as a RampupLR's does. So save two things, the `state_dict()`
    of the optimizer and that of what is returned, and load both, in any order. The optimizer's
    alone begins the warmup again, and a torch scheduler that is built behind it takes the rate in
    it, warmed as it was, for its base rate.

    What is returned is a ReduceLROnPlateau where the scheduler is one, which is how trainers know
    that it wants a metric.

    Args:
        scheduler: any torch LRScheduler, built on its optimizer.
        warmup: made of warmup only, ending at the peak; or its text.
        how: `"front"` or `"multiply"`.
        updates: updates in the whole run, ≥ 1; needed where the warmup is a share of it.
        updates_per_epoch: needed where the warmup is measured in epochs.
        samples_per_update: needed where the warmup is measured in samples.
        tokens_per_update: needed where the warmup is measured in tokens.

    Raises:
        TypeError: `scheduler` is no torch LRScheduler.
        ScheduleError: the warmup is more or less than one, or the scheduler has one of its own.
        StateError: the optimizer follows another scheduler of rampup.
        UnitError: a number is missing or cannot be meant.

    Example:
        >>> import torch
        >>> from rampup import warm, warmup
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> optimizer = torch.optim.SGD([weight], lr=1.0)
        >>> halve = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        >>> scheduler = warm(halve, warmup(4))
        >>> used = []
        >>> for _ in range(8):
        ...     weight.grad = torch.ones(1)
        ...     used.append(optimizer.param_groups[0]["lr"])
        ...     optimizer.step()
        ...     scheduler.step()
        >>> used
        [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.5, 0.5]

    Reference: Goyal et al. 2017, Accurate, Large Minibatch SGD, §2.2.
    """
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(
            f"{type(scheduler).__name__} is not an LRScheduler of torch; pass one, such as StepLR"
        )
    known_name(f"how = {how!r}", how, HOW)
    schedule = parse(warmup) if isinstance(warmup, str) else warmup
    if not isinstance(schedule, Schedule):
        raise ScheduleError(f"{warmup!r} is no warmup; pass warmup(…), or its text 'warmup 5ep'")
    must_be_free(scheduler.optimizer)
    run: dict[str, Any] = {
        "updates_per_epoch": updates_per_epoch,
        "samples_per_update": samples_per_update,
        "tokens_per_update": tokens_per_update,
    }
    length = _length(schedule, updates, run)
    plan = schedule.plan(updates=updates or length + 1, **run)
    _refuse_other_than_warmup(plan, length)
    rates = [float(group["lr"]) for group in scheduler.optimizer.param_groups]
    if how == "front" and not any(rates):
        raise ScheduleError(
            f"the first rate of {type(scheduler).__name__} is 0, and a warmup in front of it would "
            "stay there; build it without a warmup of its own, or use how='multiply'"
        )
    kind = WarmedPlateau if isinstance(scheduler, ReduceLROnPlateau) else WarmedLR
    return kind(scheduler, plan, length, how)


def _length(schedule: Schedule, updates: int | None, run: dict[str, Any]) -> int:
    """Return how many updates the warmup lasts."""
    # a share of the run shows itself by lasting longer on a longer one
    totals = (MOST_UPDATES, MOST_UPDATES // 2) if updates is None else (updates,)
    found = {natural_length(schedule, Horizon(updates=total, **run), 0) for total in totals}
    if len(found) > 1:
        raise UnitError(
            f"'{schedule}' is a share of the run and cannot be converted to updates without "
            "updates; pass updates=…"
        )
    length = found.pop()
    if length is None:
        raise ScheduleError(f"'{schedule}' takes what is left of the run; give it a length")
    return length


def _refuse_other_than_warmup(plan: Plan, length: int) -> None:
    if plan.track.warmup(0, length) < length:
        raise ScheduleError(
            f"'{plan.schedule}' is not warmup alone; "
            "leave what comes behind the warmup to the scheduler"
        )
    if plan(length) != PEAK:
        raise ScheduleError(
            f"'{plan.schedule}' ends at factor {plan(length):g}; a warmup must end at the peak, 1"
        )
