"""Reading scripts and notebooks as text; nothing of them runs."""

import ast
import json
import os
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from rampup.errors import CheckError

SUFFIXES: Final = (".py", ".ipynb")

SKIPPED: Final = frozenset(
    {"__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env"}
)
"""Folders that hold no code of the project; hidden ones are skipped as well."""

MOST_BYTES: Final = 20_000_000
"""A larger file was not written by hand."""

MAGIC: Final = re.compile(r"^(\s*)(%|!|\?|\S+\?$)")
TIMED: Final = re.compile(r"^(\s*)%time\s+(.+)$")
"""It runs the rest of the line once."""

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
        r"""Return the cell and the line within it that a line of the text is; None for a script.

        Example:
            >>> Source(path="a.ipynb", text="x = 1\ny = 2\n", cells=((1, 1), (3, 2))).spot(2)
            (3, 1)
        """
        found = [(cell, line - first + 1) for cell, first in self.cells if first <= line]
        return found[-1] if found else None


def read(path: Path | str) -> Source:
    """Return the text of a script or a notebook.

    Args:
        path: a file, in the encoding that it declares, else UTF-8; a byte order mark may lead.

    Raises:
        CheckError: it is no text, or a notebook of another version.
    """
    name = str(path)
    try:
        if not Path(path).is_file():
            raise _refused(name, "it is no file; name a script, a notebook or a folder")
        if Path(path).stat().st_size > MOST_BYTES:
            raise _refused(name, f"it has more than {MOST_BYTES:,} bytes; exclude it")
        data = Path(path).read_bytes()
    except OSError as error:
        raise _refused(name, f"{error.strerror}; make it readable") from None
    if name.endswith(".ipynb"):
        return _notebook(name, data)
    if b"\0" in data:
        raise _refused(name, "it holds null bytes; save it as text")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise _refused(
            name, "its bytes are not in the encoding it declares; save it as UTF-8"
        ) from None
    return Source(path=name, text=re.sub(r"\r\n?", "\n", text))


def _refused(path: str, reason: str) -> CheckError:
    return CheckError(f"{path} cannot be checked: {reason}")


def _notebook(path: str, data: bytes) -> Source:
    try:
        book = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _refused(path, "it is no JSON; save the notebook again") from None
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        raise _refused(path, "it has no cells; save it as a notebook of version 4")
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
    plain = [_line(line) for line in lines]
    return lines if plain == lines or _is_python(lines) else plain


def _is_python(lines: list[str]) -> bool:
    """Return whether lines are Python as they stand: a line may begin with the operator `%`."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _line(line: str) -> str:
    timed = TIMED.match(line)
    if timed:
        return f"{timed[1]}{timed[2]}"
    match = MAGIC.match(line)
    if match:
        return f"{match[1]}pass  # {line.strip()}"
    return ASSIGNED_MAGIC.sub(r"\1None", line)


def scripts(path: Path | str) -> Iterator[Path]:
    """Yield the scripts and notebooks under a folder, in the order of their names, or a file.

    Hidden folders, virtual environments and installed packages are passed over; a link to a
    folder is not followed.

    Args:
        path: where to look.
    """
    if not Path(path).is_dir():
        yield Path(path)
    for here, folders, files in os.walk(path):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in SKIPPED
            and not Path(here, name, "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            path = Path(here, name)
            if name.endswith(SUFFIXES) and not name.startswith(".") and path.is_file():
                yield path
