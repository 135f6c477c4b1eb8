"""The builders: `warmup`, `hold`, `decay`. Each returns a one-phase `Schedule` to join by `>>`."""

from rampup.errors import ScheduleError
from rampup.schedule.phase import PEAK, Phase, Schedule
from rampup.units import Length


def warmup(
    over: int | str | Length, shape: str = "linear", start: float = 0.0, anchor: str = "end"
) -> Schedule:
    """Return a rise of the factor from `start` to the peak, 1.

    With n updates, update k reads the shape at p = (k+1)/n by default: the first update uses
    1/n of the peak and update n−1 the peak itself, so that no update is wasted.

    Args:
        over: how long: `500` or `"500up"` updates, `"5ep"`, `"3%"`, `"64000sp"`, `"2e9tok"`;
            0 means no warmup.
        shape: a name from `rampup.schedule.shapes`.
        start: factor at p = 0, in [0, 1].
        anchor: `"end"`, `"start"`, `"middle"` or `"ends"`, see `Phase`.

    Raises:
        ScheduleError: a value cannot be meant.
        UnitError: `over` is no length.

    Example:
        >>> plan = warmup(4).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    Reference: Goyal et al. 2017, Accurate, Large Minibatch SGD, §2.2.
    """
    if over is None:
        raise ScheduleError("a warmup needs a length; write warmup('5ep') or warmup(500)")
    return Schedule(
        (
            Phase(
                verb="warmup",
                over=Length.of(over),
                shape=shape,
                start=start,
                end=PEAK,
                anchor=anchor,
            ),
        )
    )


def hold(over: int | str | Length | None = None) -> Schedule:
    """Return a stay at the factor that the phase before ended with (the peak, if it is first).

    Args:
        over: how long, as in `warmup`; None takes what the other phases leave.

    Raises:
        UnitError: `over` is no length.

    Example:
        >>> hold().plan(updates=10)(7)
        1.0
    """
    return Schedule((Phase(verb="hold", over=None if over is None else Length.of(over)),))


def decay(
    shape: str = "linear",
    over: int | str | Length | None = None,
    to: float = 0.0,
    anchor: str = "start",
) -> Schedule:
    """Return a fall of the factor from where the phase before ended to `to`.

    With n updates, update k reads the shape at p = k/n by default, so the first update still
    uses the full factor and `to` is reached at update n.

    Args:
        shape: a name from `rampup.schedule.shapes`.
        over: how long, as in `warmup`; None takes what the other phases leave.
        to: factor at p = 1, in [0, 1].
        anchor: as in `warmup`.

    Raises:
        ScheduleError: a value cannot be meant.
        UnitError: `over` is no length.

    Example:
        >>> plan = decay("cosine").plan(updates=4)
        >>> [round(plan(k), 3) for k in range(5)]
        [1.0, 0.854, 0.5, 0.146, 0.0]

    Reference: Loshchilov & Hutter 2017, SGDR, eq. 5 (cosine).
    """
    length = None if over is None else Length.of(over)
    return Schedule((Phase(verb="decay", over=length, shape=shape, end=to, anchor=anchor),))
