"""Files that a command writes: refused before the work, written whole or not at all."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from rampup.errors import DataError


def check_output(out: Path, endings: Sequence[str], *, overwrite: bool) -> None:
    """Refuse an output of another kind, or one that exists.

    Raises:
        DataError: with the remedy.
    """
    if out.suffix.lower() not in endings:
        *most, last = endings
        kinds = f"neither {', '.join(most)} nor {last}"
        raise DataError(f"{out} is {kinds}; name the output as one of them")
    if out.exists() and not overwrite:
        raise DataError(
            f"{out} exists already; choose another name, or replace it with --overwrite"
        )


def write_output(out: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write the whole file beside its place first, so that a crash leaves no half of it.

    Raises:
        DataError: it cannot be written.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            write(file)
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise DataError(f"{out} cannot be written: {error.strerror}") from None
