"""`rampup train`: run the pipeline."""

from pathlib import Path
from typing import Annotated, Any

import typer

from rampup.errors import ConfigError
from rampup.schedule.text import parse


def train(
    source: Annotated[
        str | None,
        typer.Argument(
            help="A configuration (.toml) or a table (.csv, .parquet); "
            "nothing runs the built-in example.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Name of the label column of a table.", show_default=False)
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="example, digits, breast-cancer, wine, a table, or package.module:factory.",
            show_default=False,
        ),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(help="Leave out this column; may be repeated.", show_default=False),
    ] = None,
    held_out: Annotated[
        float | None, typer.Option(help="Share of rows kept from training.", show_default=False)
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="mlp or package.module:factory.", show_default=False)
    ] = None,
    hidden: Annotated[
        str | None,
        typer.Option(help="Hidden widths of the mlp, such as 50 or 128,64.", show_default=False),
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(help='Such as "warmup 5ep >> decay cosine".', show_default=False),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            help="epoch changes the rate once per epoch; update leaves the schedule as it is.",
            show_default=False,
        ),
    ] = None,
    lr: Annotated[float | None, typer.Option(help="The peak rate.", show_default=False)] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="adam, adamw or sgd.", show_default=False)
    ] = None,
    momentum: Annotated[
        float | None, typer.Option(help="Momentum of sgd.", show_default=False)
    ] = None,
    weight_decay: Annotated[
        float | None, typer.Option(help="Weight decay.", show_default=False)
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Rows per update.", show_default=False)
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training rows.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Decides everything random.", show_default=False)
    ] = None,
    baseline: Annotated[
        bool, typer.Option(help="Compare with the same seeds without warmup.")
    ] = True,
    baseline_seeds: Annotated[
        int | None, typer.Option(help="How many seeds are compared.", show_default=False)
    ] = None,
    from_race: Annotated[
        Path | None,
        typer.Option(help="Train the winner of the race in this folder.", show_default=False),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Keep the run in runs/NAME.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep the run in this folder.", show_default=False)
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an older run in that folder.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the trace's events, one JSON object per line.")
    ] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print the whole configuration and stop.")
    ] = False,
) -> None:
    """Train: data, preprocessing, model, warmup, training, trace, prediction.

    Without a source it runs the built-in example. Options win over the configuration file. The
    run is kept in runs/train-001, train-002 … below the current folder, unless --name or --out
    says otherwise.
    """
    said: dict[str, Any] = {
        "": {"data": data, "model": model, "schedule": schedule, "seed": seed},
        "table": {"target": target, "drop": drop or None, "held_out": held_out},
        "network": {"hidden": widths(hidden)},
        "training": {
            "lr": lr,
            "optimizer": optimizer,
            "momentum": momentum,
            "weight_decay": weight_decay,
            "batch_size": batch_size,
            "epochs": epochs,
        },
        "baseline": {"seeds": baseline_seeds if baseline else 0},
    }
    from rampup.pipeline.config import Config

    config = Config.of(merged(_start(source, from_race), said))
    config = config.model_copy(update={"schedule": _paced(config.schedule, every)})
    if print_config:
        typer.echo(config.to_toml(), nl=False)
        return
    _run(config, folder_for(name, out, "train"), overwrite=overwrite, as_json=as_json)


def _run(config: Any, folder: Path, *, overwrite: bool, as_json: bool) -> None:
    from rich.console import Console

    from rampup.pipeline.run import train as run
    from rampup.report.terminal import View
    from rampup.trace.record import Event, to_json

    def print_json(event: Event) -> None:
        typer.echo(to_json(event))

    listener = print_json if as_json else View(Console(highlight=False), str(folder))
    run(config, to=folder, overwrite=overwrite, listeners=[listener])


def _start(source: str | None, race: Path | None) -> dict[str, Any]:
    """Return the values that options are laid over."""
    if race is None:
        return from_source(source)
    if source is not None:
        raise ConfigError(f"{source!r} and --from-race both say what is trained; give one of them")
    from rampup.races.config import winning_values

    return winning_values(race)


def from_source(source: str | None) -> dict[str, Any]:
    """Return the values of a configuration file, or those that name a table."""
    from rampup.pipeline.config import Config

    if source is None:
        return {}
    suffix = Path(source).suffix.lower()
    if suffix == ".toml":
        return Config.read(source)
    if suffix in (".csv", ".parquet"):
        return {"data": source}
    raise ConfigError(
        f"{source!r} is neither a configuration (.toml) nor a table (.csv, .parquet); "
        f"for built-in or own data write --data {source}"
    )


def merged(values: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with the options that were given, by section, laid over them."""
    for section, options in said.items():
        given = {key: value for key, value in options.items() if value is not None}
        if section and given:
            values[section] = {**_section(values, section), **given}
        else:
            values.update(given)
    return values


def _section(values: dict[str, Any], name: str) -> dict[str, Any]:
    section = values.get(name, {})
    if not isinstance(section, dict):
        raise ConfigError(
            f"{name} = {section!r} is not allowed; {name} is a section, write [{name}]"
        )
    return section


def widths(text: str | None) -> list[int] | None:
    """Return the hidden widths that a text lists."""
    if text is None:
        return None
    try:
        return [int(width) for width in text.split(",")] if text else []
    except ValueError:
        raise ConfigError(
            f"--hidden {text!r} is no list of widths; write whole numbers such as 50 or 128,64"
        ) from None


def _paced(text: str, every: str | None) -> str:
    """Return the schedule's text in its full form, as a staircase if the user asks for one."""
    if every not in (None, "update", "epoch"):
        raise ConfigError(f"--every {every!r} is not allowed; write update or epoch")
    schedule = parse(text)
    return str(schedule.per_epoch() if every == "epoch" else schedule)


def folder_for(name: str | None, out: Path | None, kind: str) -> Path:
    """Return where a run is kept: as asked, or below runs/ with the next number of its kind."""
    from rampup.pipeline.folder import next_name

    runs = Path("runs")
    if out is not None and name is not None:
        raise ConfigError("--name and --out both say where the run is kept; give one of them")
    if out is not None:
        return out
    if name is None:
        return next_name(runs, kind)
    if name in ("", ".", "..") or Path(name).name != name:
        raise ConfigError(f"--name {name!r} is no folder name; for another place write --out")
    return runs / name
