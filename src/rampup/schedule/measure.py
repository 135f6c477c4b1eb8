"""What can be read off a plan without running it: its first, highest and last factor."""

from dataclasses import dataclass

from rampup.schedule.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """The points of a plan that people ask for.

    Args:
        first: factor of update 0.
        peak: the highest factor that any update of the run uses.
        peak_at: the first update that uses it.
        last: factor of the run's last update.
        warmup: updates that belong to a warmup.
    """

    first: float
    peak: float
    peak_at: int
    last: float
    warmup: int


def landmarks(plan: Plan) -> Landmarks:
    """Return the landmarks of `plan`.

    Shapes are monotone, so the peak is used at the first or the last reading of a segment, or
    right after the last one.

    Example:
        >>> from rampup import hold, warmup
        >>> landmarks((warmup(4) >> hold()).plan(updates=10))
        Landmarks(first=0.25, peak=1.0, peak_at=3, last=1.0, warmup=4)
    """
    updates = plan.horizon.updates
    candidates = [0, updates - 1]
    for segment in plan.segments:
        last = segment.first + segment.updates - 1
        candidates += [segment.first, last - segment.stride + 1, min(last + 1, updates - 1)]
    peak_at = max(sorted(candidates), key=plan)
    return Landmarks(
        first=plan(0),
        peak=plan(peak_at),
        peak_at=peak_at,
        last=plan(updates - 1),
        warmup=sum(s.updates for s in plan.segments if s.phase.verb == "warmup"),
    )
