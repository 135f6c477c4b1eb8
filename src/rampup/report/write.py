"""Write a run's report as one HTML file that opens from disk."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rampup.errors import DataError
from rampup.report.page.render import render
from rampup.report.page.source import read_story


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
    to = Path(to)
    if to.exists() and not overwrite:
        raise DataError(f"{to} exists already; choose another name, or say overwrite=True")
    chosen = [runs] if isinstance(runs, str | Path) else list(runs)
    page = render([read_story(Path(run)) for run in chosen])
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
