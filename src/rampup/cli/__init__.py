"""The command line: parse → call → print. Importing it must not import torch."""

import io
import sys
from typing import Annotated

import typer

from rampup import __version__
from rampup.cli.check import check
from rampup.cli.diff import diff
from rampup.cli.export import export
from rampup.cli.plot import plot
from rampup.cli.predict import predict
from rampup.cli.race import race
from rampup.cli.report import report
from rampup.cli.show import show
from rampup.cli.train import train
from rampup.cli.visible import visible
from rampup.errors import DivergedError, RampupError

app = typer.Typer(
    name="rampup",
    help="Learning-rate warmup for PyTorch: design, check, run, trace, choose and learn it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(train)
app.command()(predict)
app.command()(race)
app.command()(plot)
app.command()(check)
app.command()(show)
app.command()(report)
app.command()(diff)
app.command()(export)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; bad input gives one sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that knows no braille shows question marks instead of ending the run
            stream.reconfigure(errors="replace")
    try:
        app()
    except RampupError as error:
        typer.echo(f"rampup: {visible(str(error))}", err=True)
        sys.exit(1 if isinstance(error, DivergedError) else 2)
