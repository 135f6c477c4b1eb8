"""Edits of findings, applied to the text of a file."""

import difflib
import io
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from rampup.checker.finding import Edit, Finding
from rampup.errors import DataError


def fixed(text: str, findings: Iterable[Finding], *, unsafe: bool = False) -> str:
    """Return the text with the edits of its findings made.

    Of two fixes that touch the same characters, the first stays and the other is left for the
    next time. Line ends are kept.

    Args:
        text: text of one file.
        findings: findings in it.
        unsafe: make those edits too that need a look afterwards.
    """
    starts = [0, *accumulate(len(line) for line in _lines(text))]

    def span(edit: Edit) -> tuple[int, int]:
        return starts[edit.line - 1] + edit.column - 1, starts[
            edit.end_line - 1
        ] + edit.end_column - 1

    end = "\r\n" if "\r\n" in text else "\n"
    taken: set[tuple[int, int, str]] = set()
    for finding in findings:
        if not (finding.fix.safe or unsafe):
            continue
        wanted = {(*span(edit), edit.text.replace("\n", end)) for edit in finding.fix.edits}
        others = taken - wanted
        if not any(_touch(one, other) for one in wanted for other in others):
            taken |= wanted
    for first, last, new in sorted(taken, reverse=True):
        text = text[:first] + new + text[last:]
    return text


def _touch(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    (first, last, _), (other_first, other_last, _) = one, other
    return first <= other_last and other_first <= last


def _lines(text: str) -> list[str]:
    """Return the lines as Python counts them, with their ends; a form feed ends none."""
    return list(io.StringIO(text, newline=""))


def difference(path: str, old: str, new: str) -> str:
    """Return the change of one file as a unified diff; empty where there is none."""
    lines = difflib.unified_diff(_lines(old), _lines(new), f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def replace(path: Path, data: bytes) -> None:
    """Put new content in the place of a file, whole or not at all.

    Raises:
        DataError: it cannot be written; the file is as it was.
    """
    try:
        target = path.resolve(strict=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(target.stat().st_mode & 0o777)
            part.replace(target)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}; it is as it was") from None
