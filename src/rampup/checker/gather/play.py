"""Play the copy of a scheduler from its start: the rate of each update, and what it raises."""

from bisect import bisect_right
from typing import Any, Final, Literal

import numpy as np
from torch.optim import lr_scheduler as peer

from rampup.checker.facts import Floats, Raised
from rampup.checker.gather.standin import Standin
from rampup.errors import CheckError

Kind = Literal["torch", "clocked", "warmed", "timm", "dampening", "metric"]

MEANT: Final = (ArithmeticError, ValueError, LookupError, AssertionError)
"""What a schedule raises where it has no rate; anything else means that it cannot be played."""


def kind_of(scheduler: Any) -> Kind:
    """Return how a scheduler is played.

    Raises:
        TypeError: it is no scheduler.
    """
    if not hasattr(scheduler, "optimizer"):
        raise TypeError(
            f"{type(scheduler).__name__} is no scheduler; pass one that has an optimizer, such as "
            "StepLR"
        )
    if hasattr(scheduler, "dampening"):
        return "dampening"
    if hasattr(scheduler, "patience") or hasattr(scheduler, "lr_scheduler"):
        return "metric"
    if hasattr(scheduler, "step_update"):
        return "timm"
    if hasattr(scheduler, "lr_at"):
        return "clocked" if hasattr(scheduler, "planned") else "metric"
    return "warmed" if hasattr(scheduler, "how") else "torch"


def index_of(scheduler: Any) -> int | None:
    """Return how many steps a scheduler has made; None where it does not say."""
    if isinstance(scheduler, peer.ChainedScheduler):
        return index_of(scheduler._schedulers[0])
    name = "last_step" if hasattr(scheduler, "dampening") else "last_epoch"
    found = getattr(scheduler, name, None)
    return int(found) if isinstance(found, int | float) else None


def is_known(scheduler: Any) -> bool:
    """Return whether it is a class of torch's own, whose start is known."""
    parts = getattr(scheduler, "_schedulers", ())
    nested = isinstance(scheduler, peer.SequentialLR) and any(
        hasattr(part, "_schedulers") for part in parts
    )
    own = type(scheduler).__module__ == peer.__name__
    return own and not nested and all(map(is_known, parts))


def rewind(copies: list[Any], standin: Standin) -> None:
    """Put copies back to where they were built, as far as their classes allow it.

    Raises:
        CheckError: one has left its start, and it is not known how to get back.
    """
    torch_ones = [one for one in copies if kind_of(one) == "torch"]
    if torch_ones and all(is_known(one) or index_of(one) for one in torch_ones):
        now = [float(group["lr"]) for group in standin.param_groups]
        for group in standin.param_groups:
            _put(group, group.get("initial_lr", group["lr"]))
        for one in torch_ones:
            index = index_of(one) or 0
            _start(one)
            if not is_known(one):
                _prove(one, standin, index, now)
    for one in copies:
        if kind_of(one) == "warmed" and one.last_epoch:
            _unwarm(one, standin)
        if kind_of(one) == "timm":
            (one.step if one.t_in_epochs else one.step_update)(0)
        if kind_of(one) == "dampening" and (one.last_step or torch_ones):
            if not torch_ones:
                for group in standin.param_groups:
                    _put(group, group.get("initial_lr", one.lrs[0]))
            one.lrs = [group["lr"] for group in standin.param_groups]
            one.last_step = -1
            one.dampen()


def rates(
    copies: list[Any], standin: Standin, n: int, *, every: int = 1, times: int = 1
) -> tuple[Floats, Raised | None]:
    """Return the rate of each of `n` updates in each group, NaN behind an error; and that error.

    Args:
        copies: at their start; they end somewhere else.
        standin: what they write to.
        n: how many updates.
        every: updates from one step to the next.
        times: how often they are stepped then.

    Raises:
        CheckError: a scheduler cannot be played.
    """
    groups = standin.param_groups
    found = np.full((n, len(groups)), np.nan)
    for k in range(n):
        found[k] = [float(group["lr"]) for group in groups]
        if k + 1 == n:
            break
        try:
            standin.tick()
            if (k + 1) % every == 0:
                for i in range(times):
                    _step(copies, (k + 1) // every * times - times + i + 1)
        except MEANT as error:
            return found, Raised(at=k + 1, text=f"{type(error).__name__}: {error}")
        except Exception as error:
            names = ", ".join(type(one).__name__ for one in copies)
            raise CheckError(
                f"could not check {names}: step {k + 1} of a copy raises {type(error).__name__}: "
                f"{error}"
            ) from error
    return found, None


def _step(copies: list[Any], t: int) -> None:
    """Make the step to index `t`, the dampening of a warmup around all others."""
    around = [one.dampening() for one in copies if kind_of(one) == "dampening"]
    for one in around:
        one.__enter__()
    for one in copies:
        kind = kind_of(one)
        if kind == "timm":
            (one.step if one.t_in_epochs else one.step_update)(t)
        elif kind in ("torch", "warmed"):
            one.step()
    for one in around:
        one.__exit__(None, None, None)


def _prove(one: Any, standin: Standin, index: int, now: list[float]) -> None:
    """Play an unknown class to where it was; go back once more if it comes to the rate it had.

    Raises:
        CheckError: it does not.
    """
    groups = standin.param_groups
    state = dict(vars(one)), [group["lr"] for group in groups]
    found, _ = rates([one], standin, index + 1)
    if not np.allclose(found[index], now, rtol=1e-6, atol=0):
        raise CheckError(
            f"could not check {type(one).__name__}: it stands at step {index} with the rate "
            f"{now[0]:g}, but played from its start it comes to {found[index][0]:g}; check it "
            "before the first update"
        )
    vars(one).clear()
    vars(one).update(state[0])
    for group, rate in zip(groups, state[1], strict=True):
        _put(group, rate)


def _unwarm(one: Any, standin: Standin) -> None:
    """Put a warmed scheduler back to the first update."""
    own = one.scheduler
    if not is_known(own):
        raise CheckError(
            f"could not check {type(one).__name__}: it has done {one.last_epoch} updates, and how "
            f"{type(own).__name__} goes back is not known; check it before the first update"
        )
    for group in standin.param_groups:
        _put(group, group["initial_lr"])
    _start(own)
    first = [float(group["lr"]) for group in standin.param_groups]
    state = {"updates": 0, "rates": first, "scheduler": own.state_dict()}
    one.load_state_dict({**one.state_dict(), **state})


def _start(one: Any) -> None:
    """Do what the constructor did, at the first rate of the groups."""
    parts = getattr(one, "_schedulers", None)
    if isinstance(one, peer.SequentialLR):
        assert parts is not None
        first = bisect_right(one._milestones, 0)
        for index, part in enumerate(parts):
            part.last_epoch, part._step_count = -1, 1
            _first_cycle(part, 0)
            if index == first:
                part._initial_step()
        one.last_epoch = 0
    elif parts is not None:
        for part in parts:
            _start(part)
    else:
        one.last_epoch = -1
        _first_cycle(one, -1)
        one._initial_step()


def _first_cycle(one: Any, position: int) -> None:
    if isinstance(one, peer.CosineAnnealingWarmRestarts):
        one.T_cur, one.T_i = position, one.T_0


def _put(group: dict[str, Any], rate: Any) -> None:
    if hasattr(group["lr"], "fill_"):
        group["lr"].fill_(float(rate))
    else:
        group["lr"] = float(rate)
