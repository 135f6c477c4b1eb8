"""Write a run's report, or a diff, as one HTML file that opens from disk."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rampup.errors import DataError
from rampup.report.page.compare import compare
from rampup.report.page.diff_page import render_diff
from rampup.report.page.render import render
from rampup.report.page.source import read_story
from rampup.trace.diff import TOLERANCE, TraceDiff


def write_report(
    runs: str | Path | Iterable[str | Path], to: str | Path, *, overwrite: bool = False
) -> Path:
    """Write the report of one run, or of several side by side, and return its path.

    The page is one file that asks for nothing else: it opens from disk, prints, and can be read
    with JavaScript off. It holds the data flow, the schedule as planned and as used, training,
    observations, the baseline, the prediction, what differs between the runs, and the trace for
    machines. Long runs are drawn by the lowest and the highest update of each column.

    Args:
        runs: a run folder, a `trace.jsonl`, or up to 8 of them.
        to: the file to write.
        overwrite: replace an older file.

    Raises:
        TraceError: a run has no trace, or a damaged one; nothing is written.
        DataError: the file exists, or cannot be written.

    Example:
        >>> import tempfile, rampup
        >>> folder = Path(tempfile.mkdtemp())
        >>> run = rampup.train({"baseline": {"seeds": 0}}, to=folder / "a")
        >>> path = rampup.write_report(folder / "a", folder / "a.html")
        >>> path.read_text(encoding="utf-8").startswith("<!doctype html>")
        True
    """
    _check(to, overwrite=overwrite)
    chosen = [runs] if isinstance(runs, str | Path) else list(runs)
    return _write(render([read_story(Path(run)) for run in chosen]), Path(to))


def write_diff(
    a: str | Path,
    b: str | Path,
    to: str | Path,
    *,
    tolerance: float = TOLERANCE,
    overwrite: bool = False,
) -> TraceDiff:
    """Write what differs between two runs as one HTML file, and return what differs.

    The page says what `rampup.diff` finds, with the rates and the losses of both runs over each
    other and the first update that differs marked. Like a report, it needs nothing else.

    Args:
        a: a run folder, or a `trace.jsonl`.
        b: another one; it may differ in length, and come from another machine.
        to: the file to write.
        tolerance: two losses this close, as a share of the larger one, still differ, but are
            told to be close; in [0, 1).
        overwrite: replace an older file.

    Raises:
        TraceError: a run has no trace, or a damaged one, or the tolerance is none; nothing is
            written.
        DataError: the file exists, or cannot be written.

    Example:
        >>> import tempfile, rampup
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name, lr in (("a", 0.01), ("b", 0.02)):
        ...     config = {"baseline": {"seeds": 0}, "training": {"lr": lr}}
        ...     run = rampup.train(config, to=folder / name)
        >>> found = rampup.write_diff(folder / "a", folder / "b", folder / "diff.html")
        >>> found.equal, (folder / "diff.html").is_file()
        (False, True)
    """
    _check(to, overwrite=overwrite)
    stories = [read_story(Path(run)) for run in (a, b)]
    found = compare(stories, "ab", tolerance)
    _write(render_diff(stories, found), Path(to))
    return found.diffs[0]


def _check(to: str | Path, *, overwrite: bool) -> None:
    if Path(to).exists() and not overwrite:
        raise DataError(f"{to} exists already; choose another name, or say overwrite=True")


def _write(page: str, to: Path) -> Path:
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        # half of a character pair, which JSON can hold and a file cannot, becomes a question mark
        part.write_bytes(page.encode("utf-8", errors="replace"))
        part.replace(to)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise DataError(f"{to} cannot be written: {error.strerror}") from None
    return to
