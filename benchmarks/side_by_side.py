"""Measure several ways of doing one job, in turn, and compare their medians."""

import statistics
import time
from collections.abc import Callable, Mapping


def medians(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each job over `rounds`, after one round that is not counted.

    Jobs take turns, so that a machine that slows down slows all of them.
    """
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


def table(measured: Mapping[str, float], reference: str, unit_seconds: float, unit: str) -> str:
    """Return one line per job: its time per unit and its ratio to the reference."""
    width = max(len(name) for name in measured)
    lines = [f"{'':{width}}  {unit:>12}  × {reference}"]
    for name, seconds in measured.items():
        ratio = seconds / measured[reference]
        lines.append(f"{name:{width}}  {seconds / unit_seconds:12.1f}  {ratio:.2f}")
    return "\n".join(lines)
