"""Files and folders to check: which they are, what is found in each, and what could not be read."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from rampup.checker.engine import findings as found_in
from rampup.checker.finding import Finding, Line, Place
from rampup.checker.ignores import ignores, kept
from rampup.checker.settings import Settings
from rampup.errors import CheckError, RampupError

if TYPE_CHECKING:
    from rampup.checker.gather.script.read import Source

CHECKPOINTS: Final = frozenset({".pt", ".pth", ".ckpt", ".bin", ".tar", ".safetensors"})
TRACES: Final = ("*.jsonl", "trainer_state.json", "*tfevents*", "*.csv")
RUNS: Final = ("trace.jsonl", "trainer_state.json", "*tfevents*", "updates.csv")
"""What makes a folder a run; other tables and lines may be data."""

OPTIMIZER: Final = "optimizer.pt"
"""What makes a folder a checkpoint."""


@dataclass(slots=True, kw_only=True)
class Checked:
    """What came of checking files.

    Args:
        findings: what was found.
        failed: one sentence for each that could not be checked.
        notes: one sentence for each comment that silences nothing, and each folder without
            anything to check.
        files: files that were looked at.
    """

    findings: list[Finding] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0


def exists(text: str) -> bool:
    """Return whether a text names a file or a folder."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long or with a NUL: no path
        return False


def examine(path: Path, settings: Settings, checked: Checked) -> None:
    """Check a file or a folder; what cannot be read is told and does not stop the rest.

    A folder stands for the scripts and notebooks in it, and for the run or the checkpoint that
    it is.

    Args:
        path: it exists.
        settings: what is asked.
        checked: what came of it is added here.
    """
    before = checked.files
    if path.is_dir():
        if (path / OPTIMIZER).is_file():
            _read(path, checked, settings, _of_checkpoint)
        if any(any(path.glob(pattern)) for pattern in RUNS):
            _read(path, checked, settings, _of_trace)
    elif path.suffix in CHECKPOINTS:
        _read(path, checked, settings, _of_checkpoint)
        return
    elif any(path.match(pattern) for pattern in TRACES):
        _read(path, checked, settings, _of_trace)
        return
    for script in _scripts(path, settings):
        _read(script, checked, settings, _of_script)
    if checked.files == before:
        checked.notes.append(f"{path} holds no script, no notebook, no run and no checkpoint")


def _scripts(path: Path, settings: Settings) -> Iterator[Path]:
    from rampup.checker.gather.script.read import scripts

    for script in scripts(path):
        if script == path or not settings.excludes(script):
            yield script


def _read(
    path: Path,
    checked: Checked,
    settings: Settings,
    find: Callable[[Path, Checked, Settings], Iterable[Finding]],
) -> None:
    checked.files += 1
    try:
        found = list(find(path, checked, settings))
    except RampupError as error:
        text = str(error)
        checked.failed.append(text if str(path) in text else f"{path}: {text}")
        return
    checked.findings += [one for one in found if settings.tells(one)]


def _of_checkpoint(path: Path, _checked: Checked, settings: Settings) -> list[Finding]:
    from rampup.checker.gather import checkpoint

    return found_in(checkpoint.facts(path), settings.rules())


def _of_trace(path: Path, _checked: Checked, settings: Settings) -> list[Finding]:
    from rampup.checker.gather import trace

    return found_in(trace.facts(path), settings.rules())


def _of_script(path: Path, checked: Checked, settings: Settings) -> list[Finding]:
    from rampup.checker.gather.script import walk
    from rampup.checker.gather.script.read import read

    source = read(path)
    silenced, wrong = ignores(source.text)
    for line, sentence in wrong:
        place = _moved(Place(path=str(path), line=line), source)
        checked.notes.append(f"{place}: {sentence}")
    try:
        with _uncollected():
            found = found_in([walk(str(path), source.text)], settings.rules())
    except RecursionError:
        raise CheckError(
            f"{path} cannot be checked: it is nested too deeply; mend it, or exclude the file"
        ) from None
    found = kept(found, silenced)
    return [_in_cells(one, source) for one in found] if source.cells else found


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let nobody look for garbage in a tree that is all in use: that takes half of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


Spot = TypeVar("Spot", Place, Line)


def _moved(one: Spot, source: "Source") -> Spot:
    """Return a line of a notebook's whole text as one of its cell; that of a script as it is."""
    spot = source.spot(one.line)
    return replace(one, key=f"cell {spot[0]}", line=spot[1]) if spot else one


def _in_cells(finding: Finding, source: "Source") -> Finding:
    """Return a finding of a notebook with the lines of its cells."""
    evidence = tuple(
        _moved(one, source) if isinstance(one, Line) else one for one in finding.evidence
    )
    fix = replace(finding.fix, edits=(), safe=False)  # the file is JSON, not lines of Python
    return replace(finding, place=_moved(finding.place, source), evidence=evidence, fix=fix)
