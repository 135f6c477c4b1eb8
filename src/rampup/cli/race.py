"""`rampup race`: schedules, rates and seeds side by side, all at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rampup.cli.output import check_output, write_output
from rampup.cli.train import folder_for, from_source, merged, widths

if TYPE_CHECKING:
    from rampup.races.config import RaceConfig

ENDINGS = (".toml", ".csv", ".parquet")
FIGURES = (".png", ".svg", ".pdf")


def race(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE] [SCHEDULE]...",
            help="A configuration (.toml), a table (.csv, .parquet) or the folder of a race to go "
            "on with; then schedules.",
            show_default=False,
        ),
    ] = None,
    schedules: Annotated[
        list[str] | None,
        typer.Option(
            help='Such as "warmup 5% >> decay cosine"; more may follow it.', show_default=False
        ),
    ] = None,
    lr: Annotated[
        str | None,
        typer.Option(help="Peak rates: low:high:count, or 0.01,0.1,1.", show_default=False),
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="How many seeds.", show_default=False)] = None,
    data: Annotated[
        str | None, typer.Option(help="As of rampup train.", show_default=False)
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Name of the label column of a table.", show_default=False)
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="mlp or package.module:factory.", show_default=False)
    ] = None,
    hidden: Annotated[
        str | None,
        typer.Option(help="Hidden widths of the mlp, such as 50 or 128,64.", show_default=False),
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="adam, adamw or sgd.", show_default=False)
    ] = None,
    momentum: Annotated[
        float | None, typer.Option(help="Momentum of sgd.", show_default=False)
    ] = None,
    weight_decay: Annotated[
        float | None, typer.Option(help="Weight decay.", show_default=False)
    ] = None,
    clip_norm: Annotated[
        float | None, typer.Option(help="The largest gradient norm.", show_default=False)
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Rows per update.", show_default=False)
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training rows.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The split's seed, and the first member's.")
    ] = None,
    target_loss: Annotated[
        float | None, typer.Option(help="The training loss to reach.", show_default=False)
    ] = None,
    halving: Annotated[
        bool | None,
        typer.Option(
            "--halving/--no-halving",
            help="After a third of the run, keep a third of each schedule's rates.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="auto, batched or sequential.", show_default=False)
    ] = None,
    max_memory: Annotated[
        str | None, typer.Option(help="What a batch may take, such as 2GB.", show_default=False)
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Write a figure to this .png, .svg or .pdf file.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Keep the race in runs/NAME.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep the race in this folder.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print the whole configuration and stop.")
    ] = False,
) -> None:
    """Race schedules, rates and seeds: how high, with which warmup, and does it matter.

    Without schedules, the training's own is raced with and without its warmup. The race is kept
    in runs/race-001, race-002 … and may be interrupted: rampup race runs/race-001 goes on.
    """
    from rampup.races.config import RaceConfig
    from rampup.races.folder import CONFIG

    given = list(arguments or [])
    source = given.pop(0) if given and _is_source(given[0]) else None
    going_on = source is not None and Path(source).is_dir()
    options: dict[str, Any] = {
        "": {"data": data, "model": model, "seed": seed},
        "table": {"target": target},
        "network": {"hidden": widths(hidden)},
        "training": {
            "optimizer": optimizer,
            "momentum": momentum,
            "weight_decay": weight_decay,
            "batch_size": batch_size,
            "epochs": epochs,
        },
        "race": {
            "schedules": [*(schedules or []), *given] or None,
            "lr": lr,
            "seeds": seeds,
            "clip_norm": clip_norm,
            "target": target_loss,
            "halving": halving,
            "engine": engine,
            "max_memory": max_memory,
        },
    }
    values = from_source(str(Path(source) / CONFIG) if source and going_on else source)
    config = RaceConfig.of(merged(values, options))
    if print_config:
        typer.echo(config.to_toml(), nl=False)
        return
    if plot is not None:
        check_output(plot, FIGURES, overwrite=True)
    folder = Path(source) if source and going_on else folder_for(name, out, "race")
    _run(config, folder, plot, as_json=as_json)


def _run(config: "RaceConfig", folder: Path, plot: Path | None, *, as_json: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    from rampup.races.config import run_race
    from rampup.races.live import LiveView
    from rampup.races.memory import keep_heap
    from rampup.races.show import shown
    from rampup.report.terminal import print_plain

    keep_heap()
    console = Console(highlight=False, stderr=as_json)
    with LiveView(console) as view:
        result = run_race(config, folder, view)
    if as_json:
        typer.echo(result.to_json())
    else:
        print_plain(console, shown(result))
        print_plain(console, Text(f"kept in {folder}"))
    if plot is not None:
        figure = result.plot()
        write_output(plot, lambda file: figure.savefig(file, format=plot.suffix[1:], dpi=150))


def _is_source(argument: str) -> bool:
    return argument.lower().endswith(ENDINGS) or Path(argument).is_dir()
