"""The builders of laws, phases of the index of their update; users find them in `build`."""

from rampup.schedule.laws import Law
from rampup.schedule.phase import Phase
from rampup.schedule.schedule import Long as Long, Schedule
from rampup.units import Length


def one(phase: Phase) -> Schedule:
    """Return the schedule of one phase."""
    return Schedule((phase,))


def maybe(over: Long | None) -> Length | None:
    """Return the length that `over` says, or None."""
    return None if over is None else Length.of(over)


def inverse_sqrt(timescale: Long, over: Long | None = None) -> Schedule:
    """Return a fall by √(timescale / (i + timescale)) at the phase's i-th update.

    Args:
        timescale: how long, as in `warmup`, > 0; often the length of the warmup before it.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> from rampup import warmup
        >>> plan = (warmup(4) >> inverse_sqrt(4)).plan(updates=100)
        >>> plan(4), plan(16)
        (1.0, 0.5)

    Reference: Vaswani et al. 2017, Attention Is All You Need, §5.3.
    """
    return one(Law(rule="inverse-sqrt", parameter=Length.of(timescale), over=maybe(over)))


def exponential(gamma: float, every: Long = 1, over: Long | None = None) -> Schedule:
    """Return a fall by the factor `gamma` for each `every`, smoothly in between.

    Args:
        gamma: in (0, 1].
        every: how long, as in `warmup`, > 0.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> exponential(0.5, every=10).plan(updates=100)(20)
        0.25
    """
    return one(Law(rule="exponential", parameter=gamma, every=_step(every), over=maybe(over)))


def inverse_time(
    rate: float,
    every: Long = 1,
    power: float = 1.0,
    stairs: bool = False,
    over: Long | None = None,
) -> Schedule:
    """Return a fall by 1 / (1 + rate·i)^power, where i counts steps of length `every`.

    Args:
        rate: above 0.
        every: how long, as in `warmup`, > 0.
        power: above 0.
        stairs: True lets the factor change once in each step; False, smoothly.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> plan = inverse_time(0.5, every=10).plan(updates=100)
        >>> plan(0), plan(20), plan(60)
        (1.0, 0.5, 0.25)

    Reference: Robbins & Monro 1951, A Stochastic Approximation Method.
    """
    return one(
        Law(
            rule="inverse-time",
            parameter=rate,
            every=Length.of(every) if stairs else _step(every),
            power=power,
            stairs=stairs,
            over=maybe(over),
        )
    )


def saturating(timescale: Long, over: Long | None = None) -> Schedule:
    """Return a rise by 1 − e^(−(i + 1) / timescale), which nears the peak and never reaches it.

    Args:
        timescale: how long, as in `warmup`, > 0; 1/(1 − β₂) is Adam's untuned one.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> round(saturating(1000).plan(updates=10_000)(999), 3)
        0.632

    Reference: Ma & Yarats 2021, On the Adequacy of Untuned Warmup.
    """
    return one(Law(rule="saturating", parameter=Length.of(timescale), over=maybe(over)))


def rectified(beta2: float = 0.999, over: Long | None = None) -> Schedule:
    """Return RAdam's rectification term as a rise of the factor.

    RAdam's first steps, about four, have no such term; the rise starts at the first that has, so
    that no update is wasted at rate zero.

    Args:
        beta2: of the optimizer, above 0.6 and below 1.
        over: how long, as in `warmup`; None takes what the other phases leave.

    Example:
        >>> plan = rectified(0.999).plan(updates=10_000)
        >>> round(plan(0), 4), round(plan(999), 2)
        (0.0173, 0.65)

    Reference: Liu et al. 2020, On the Variance of the Adaptive Learning Rate, §4.
    """
    return one(Law(rule="rectified", parameter=beta2, over=maybe(over)))


def _step(every: Long) -> Length | None:
    """Return the length of a step, None where it is one update."""
    return None if Length.of(every) == Length(1) else Length.of(every)
