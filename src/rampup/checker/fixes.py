"""Edits of findings, applied to the text of a file."""

import difflib
import io
import os
import tempfile
import tokenize
from collections.abc import Iterable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from rampup.checker.finding import Edit, Finding
from rampup.errors import DataError


def fixed(text: str, findings: Iterable[Finding]) -> str:
    """Return the text with the safe edits of its findings made.

    Of two fixes that touch the same characters, the first stays and the other is left for the
    next time. Line ends are kept.

    Args:
        text: text of one file.
        findings: findings in it.
    """
    starts = [0, *accumulate(len(line) for line in _lines(text))]

    def span(edit: Edit) -> tuple[int, int]:
        return starts[edit.line - 1] + edit.column - 1, starts[
            edit.end_line - 1
        ] + edit.end_column - 1

    end = "\r\n" if "\r\n" in text else "\n"
    taken: set[tuple[int, int, str]] = set()
    for finding in findings:
        if not finding.fix.safe:
            continue
        wanted = {(*span(edit), edit.text.replace("\n", end)) for edit in finding.fix.edits}
        others = taken - wanted
        if not any(_touch(one, other) for one in wanted for other in others):
            taken |= wanted
    for first, last, new in sorted(taken, reverse=True):
        text = text[:first] + new + text[last:]
    return text


def mended(data: bytes, findings: Iterable[Finding]) -> bytes:
    """Return the content of a file with the safe edits made; encoding and line ends stay.

    Args:
        data: content of a Python file.
        findings: findings in it.
    """
    return fixed(_text(data), findings).encode(_encoding(data))


def _touch(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    (first, last, _), (other_first, other_last, _) = one, other
    return first <= other_last and other_first <= last


def _lines(text: str) -> list[str]:
    """Return the lines as Python counts them, with their ends; a form feed ends none."""
    return list(io.StringIO(text, newline=""))


def difference(path: str, old: bytes, new: bytes) -> str:
    """Return the change of one file as a unified diff; empty where there is none."""
    lines = difflib.unified_diff(_lines(_text(old)), _lines(_text(new)), f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _text(data: bytes) -> str:
    return data.decode(_encoding(data))


def _encoding(data: bytes) -> str:
    return tokenize.detect_encoding(io.BytesIO(data).readline)[0]


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
