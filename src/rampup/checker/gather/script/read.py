"""Reading scripts and notebooks as text; nothing of them runs."""

import json
import os
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

SUFFIXES: Final = (".py", ".ipynb")

SKIPPED: Final = frozenset(
    {"__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env"}
)
"""Folders that hold no code of the project; hidden ones are skipped as well."""

MOST_BYTES: Final = 20_000_000
"""A larger file was not written by hand."""

MAGIC: Final = re.compile(r"^(\s*)(%|!|\?|\S+\?$)")
ASSIGNED_MAGIC: Final = re.compile(r"^(\s*[\w., ]+=\s*)[%!].*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text of a script.

    Args:
        path: its file.
        text: its text; the cells of a notebook one after another.
        cells: for each cell of code of a notebook, its number and its first line in `text`,
            both from 1; empty for a script.
    """

    path: str
    text: str
    cells: tuple[tuple[int, int], ...] = ()

    def spot(self, line: int) -> tuple[int, int] | None:
        """Return the cell and the line within it that a line of the text is; None for a script.

        Example:
            >>> Source(path="a.ipynb", text="x = 1\\ny = 2\\n", cells=((1, 1), (3, 2))).spot(2)
            (3, 1)
        """
        found = [(cell, line - first + 1) for cell, first in self.cells if first <= line]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that is no script.

    Args:
        path: the file.
        reason: why, as one sentence without its end.
        line: where, from 1; 0 for the whole file.
    """

    path: str
    reason: str
    line: int = 0


def read(path: Path | str) -> Source | Unreadable:
    """Return the text of a script or a notebook.

    Args:
        path: a file, in the encoding that it declares, else UTF-8; a byte order mark may lead.

    Returns:
        Its text, or why it cannot be read.
    """
    name = str(path)
    try:
        if not Path(path).is_file():
            return Unreadable(path=name, reason="it is no file")
        if Path(path).stat().st_size > MOST_BYTES:
            return Unreadable(path=name, reason=f"it has more than {MOST_BYTES:,} bytes")
        data = Path(path).read_bytes()
    except OSError as error:
        return Unreadable(path=name, reason=error.strerror or str(error))
    if name.endswith(".ipynb"):
        return _notebook(name, data)
    if b"\0" in data:
        return Unreadable(path=name, reason="it holds null bytes")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Unreadable(path=name, reason=f"its encoding is broken: {error}")
    return Source(path=name, text=re.sub(r"\r\n?", "\n", text))


def _notebook(path: str, data: bytes) -> Source | Unreadable:
    try:
        book = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Unreadable(path=path, reason=f"it is no JSON: {error}")
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        return Unreadable(path=path, reason="it is no notebook of version 4: it has no cells")
    starts: list[tuple[int, int]] = []
    lines: list[str] = []
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            code = _code(cell.get("source"))
            if code:
                starts.append((number, len(lines) + 1))
                lines += code
    return Source(path=path, text="\n".join(lines) + "\n", cells=tuple(starts))


def _code(source: Any) -> list[str]:
    """Return the lines of a cell; what only a notebook understands becomes a comment."""
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return []
    lines = re.sub(r"\r\n?", "\n", source.replace("\0", "")).split("\n")
    if lines[0].lstrip().startswith("%%") and not re.match(r"\s*%%(time|timeit|capture)", lines[0]):
        return [f"# {line}" for line in lines]  # a cell of another language
    return [_line(line) for line in lines]


def _line(line: str) -> str:
    match = MAGIC.match(line)
    if match:
        return f"{match[1]}pass  # {line.strip()}"
    return ASSIGNED_MAGIC.sub(r"\1None", line)


def scripts(folder: Path | str) -> Iterator[Path]:
    """Yield the scripts and notebooks under a folder, in the order of their names.

    Hidden folders, virtual environments and installed packages are passed over; a link to a
    folder is not followed.

    Args:
        folder: where to look.
    """
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in SKIPPED
            and not Path(here, name, "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield Path(here, name)
