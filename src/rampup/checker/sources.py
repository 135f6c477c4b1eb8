"""Files and folders to check: which they are, what is found in each, and what could not be read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rampup.checker.engine import findings as found_in
from rampup.checker.finding import Finding, Place
from rampup.checker.ignores import ignores, kept
from rampup.checker.settings import Settings
from rampup.errors import CheckError, RampupError

CHECKPOINTS: Final = frozenset({".pt", ".pth", ".ckpt", ".bin", ".tar", ".safetensors"})
TRACES: Final = ("*.jsonl", "trainer_state.json", "*tfevents*", "*.csv")


@dataclass(slots=True, kw_only=True)
class Checked:
    """What came of checking files.

    Args:
        findings: what was found.
        failed: one sentence for each that could not be checked.
        notes: one sentence for each comment that silences nothing.
        files: files that were looked at.
    """

    findings: list[Finding] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0


def examine(path: Path, settings: Settings, checked: Checked) -> None:
    """Check a file or a folder; what cannot be read is told and does not stop the rest.

    A folder that holds a run is a run, and any other stands for the scripts and notebooks in it.

    Args:
        path: it exists.
        settings: what is asked.
        checked: what came of it is added here.
    """
    if path.suffix in CHECKPOINTS:
        _read(path, checked, settings, _of_checkpoint)
    elif _is_trace(path):
        _read(path, checked, settings, _of_trace)
    else:
        for script in _scripts(path, settings):
            _read(script, checked, settings, _of_script)


def _is_trace(path: Path) -> bool:
    """Return whether a file, or what a folder holds at its top, is a record of a run."""
    if path.is_dir():
        return any(any(path.glob(pattern)) for pattern in TRACES)
    return any(path.match(pattern) for pattern in TRACES)


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
    from rampup.checker.gather.script import notebook, read, walk

    text, cells = read.read(path)
    silenced, wrong = ignores(text)
    for line, sentence in wrong:
        key, at = notebook.spot(cells, line) if cells else ("", line)
        checked.notes.append(f"{Place(path=str(path), line=at, key=key)}: {sentence}")
    try:
        found = found_in([walk(str(path), text)], settings.rules())
    except RecursionError:
        raise CheckError(f"{path} could not be parsed: it is nested too deeply") from None
    found = kept(found, silenced)
    return [notebook.in_cells(one, cells) for one in found] if cells else found
