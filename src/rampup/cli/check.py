"""`rampup check`: what is wrong with a schedule, a script, a run or a checkpoint."""

import json
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rampup import __version__
from rampup.checker import fixes
from rampup.checker.check import check as check_one, check_resume
from rampup.checker.finding import SEVERITIES, Finding
from rampup.checker.formats.github import github
from rampup.checker.formats.sarif import sarif
from rampup.checker.registry import RULES
from rampup.checker.settings import Settings, codes
from rampup.checker.sources import Checked, examine, exists
from rampup.cli.visible import visible
from rampup.errors import ConfigError, RampupError


class Form(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class Least(StrEnum):
    """The least severity that is told."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


def check(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scripts, notebooks, run folders, checkpoints, folders of scripts, or the text of"
            " a schedule.",
            metavar="[PATH|SCHEDULE]...",
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How findings are printed.")] = Form.TEXT,
    select: Annotated[
        list[str] | None, typer.Option(help="Ask this rule only: RU101, zero-first-rate, RU2 …")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Leave this rule out.")] = None,
    severity: Annotated[
        Least | None, typer.Option(help="The least severity that is told.", show_default="note")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Make the edits that are safe.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what --fix would change, and change nothing.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option(help="Print the page of a rule, such as RU101.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List all rules.")] = False,
    resume: Annotated[
        Path | None, typer.Option(help="A checkpoint that a run is resumed from.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--with", help="The configuration or checkpoint that goes on from it."),
    ] = None,
    updates: Annotated[
        int | None, typer.Option(min=1, help="Updates in the run of a schedule.")
    ] = None,
    updates_per_epoch: Annotated[
        int | None, typer.Option(min=1, help="Updates in one epoch of it.")
    ] = None,
) -> None:
    """Find wrong warmup in a schedule, a script, a run or a checkpoint; nothing of it is run.

    The exit code is 0 where nothing was found, 1 where something was, and 2 where something
    could not be checked.
    """
    if explain is not None:
        _explain(explain)
    elif rules:
        _list()
    else:
        settings = _asked(select or [], ignore or [], severity)
        look = _look(subjects or [], settings, resume, against, updates, updates_per_epoch)
        checked = look()
        if diff:
            _mend(checked.findings, write=False)
        else:
            if fix and _mend(checked.findings, write=True):
                checked = look()  # lines have moved
            _print(checked, form, settings)
        _close(checked, quiet=form is not Form.TEXT)
        if checked.failed:
            raise typer.Exit(code=2)
        if checked.findings:
            raise typer.Exit(code=1)


def _asked(select: list[str], ignore: list[str], severity: Least | None) -> Settings:
    """Return the settings of the project around the working folder, as the options change them."""
    settings = Settings.near(Path())
    return replace(
        settings,
        select=tuple(select) or settings.select,
        ignore=(*settings.ignore, *ignore),
        severity=severity.value if severity else settings.severity,
    )


def _look(
    subjects: list[str],
    settings: Settings,
    resume: Path | None,
    against: Path | None,
    updates: int | None,
    updates_per_epoch: int | None,
) -> Callable[[], Checked]:
    """Return what checks that which was asked for.

    Raises:
        ConfigError: that is nothing, or two things at once.
    """
    if against is not None and resume is None:
        raise ConfigError(f"--with {against} needs a checkpoint: --resume CHECKPOINT")
    if resume is not None and subjects:
        raise ConfigError(f"--resume checks one checkpoint; check {subjects[0]} without it")
    if resume is not None:
        return lambda: Checked(findings=_told(check_resume(resume, against), settings))
    if not subjects:
        raise ConfigError(
            "nothing to check; name a script, a folder, a run, a checkpoint or a schedule"
        )
    return lambda: _all([*dict.fromkeys(subjects)], settings, updates, updates_per_epoch)


def _told(found: list[Finding], settings: Settings) -> list[Finding]:
    asked = {rule.code for rule in settings.rules()}
    return [one for one in found if one.code in asked and settings.tells(one)]


def _all(
    subjects: list[str], settings: Settings, updates: int | None, updates_per_epoch: int | None
) -> Checked:
    """Check each subject; what names no file or folder is the text of a schedule."""
    checked = Checked()
    for subject in subjects:
        if exists(subject):
            examine(Path(subject), settings, checked)
            continue
        try:
            found = check_one(subject, updates=updates, updates_per_epoch=updates_per_epoch)
        except RampupError as error:
            checked.failed.append(str(error))
        else:
            checked.findings += _told(found, settings)
    return checked


def _mend(findings: list[Finding], *, write: bool) -> bool:
    """Make the safe edits, or print them; return whether there was one."""
    files: dict[Path, list[Finding]] = {}
    for one in findings:
        if one.fix.safe and one.fix.edits:
            # one file may be named twice, and by a link
            files.setdefault(Path(one.place.path).resolve(), []).append(one)
    for path, safe in files.items():
        old = path.read_bytes()
        new = fixes.mended(old, safe)
        if write:
            fixes.replace(path, new)
            typer.echo(f"{visible(safe[0].place.path)}: {len(safe)} mended", err=True)
        else:
            typer.echo(fixes.difference(safe[0].place.path, old, new), nl=False)
    return bool(files)


def _print(checked: Checked, form: Form, settings: Settings) -> None:
    match form:
        case Form.JSON:
            found = [one.to_dict() for one in checked.findings]
            typer.echo(json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False))
        case Form.SARIF:
            rules = settings.rules()
            log = sarif(checked.findings, rules, version=__version__, failed=checked.failed)
            typer.echo(json.dumps(log, ensure_ascii=False, indent=1, allow_nan=False))
        case Form.GITHUB:
            typer.echo(github(checked.findings), nl=False)
        case Form.TEXT:
            from rich.console import Console

            from rampup.cli.findings import Findings

            Console(highlight=False).print(Findings(checked.findings), end="", crop=False)


def _close(checked: Checked, *, quiet: bool) -> None:
    """Say what could not be checked, and, unless `quiet`, how much was found in how much."""
    for text in (*checked.failed, *checked.notes):
        typer.echo(f"rampup: {visible(text)}", err=True)
    if quiet:
        return
    counts = [
        f"{count} {severity}{'s' * (count != 1)}"
        for severity in SEVERITIES
        if (count := sum(one.severity == severity for one in checked.findings))
    ]
    if checked.failed:
        counts.append(f"{len(checked.failed)} not checked")
    edits = sum(one.fix.safe and bool(one.fix.edits) for one in checked.findings)
    files = f" in {checked.files} files" if checked.files > 1 else ""
    mended = f"; --fix mends {edits}" if edits else ""
    typer.echo(f"{', '.join(counts) or 'nothing found'}{files}{mended}", err=True)


def _explain(name: str) -> None:
    from rich.console import Console

    from rampup.cli.explain import Page

    for code in codes(name):
        Console(highlight=False).print(Page(RULES[code]), crop=False)


def _list() -> None:
    from rich.console import Console

    from rampup.cli.explain import listed

    Console(highlight=False).print(listed(RULES.values()))
