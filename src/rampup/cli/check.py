"""`rampup check`: what is wrong with a schedule, a script, a run or a checkpoint."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer

from rampup import __version__
from rampup.checker.check import check as check_one, check_resume
from rampup.checker.finding import SEVERITIES, Finding, Severity
from rampup.checker.registry import RULES
from rampup.checker.settings import Settings, codes
from rampup.checker.sources import Checked, examine, fix
from rampup.errors import CheckError, ConfigError


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
        asked = (tuple(select or ()), tuple(ignore or ()), severity)
        if resume is not None or against is not None:
            checked = _resume(resume, against, _settings(Path(), *asked))
        elif subjects:
            checked = _all(subjects, asked, updates, updates_per_epoch)
        else:
            raise ConfigError(
                "nothing to check; name a script, a folder, a run, a checkpoint or a schedule"
            )
        if fix or diff:
            checked = _mend(checked, write=fix)
        _print(checked, form, quiet=diff)
        if checked.failed:
            raise typer.Exit(code=2)
        if checked.findings:
            raise typer.Exit(code=1)
