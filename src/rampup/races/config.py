"""The configuration of a race: that of a training, with a section about what is raced."""

import json
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field
from torch.nn.functional import cross_entropy

from rampup.errors import RunFolderError
from rampup.pipeline.config import Config, Section
from rampup.pipeline.folder import write_atomically
from rampup.pipeline.job import prepare
from rampup.pipeline.model import build
from rampup.races.folder import CONFIG
from rampup.races.race import RESULT, race
from rampup.races.result import Race
from rampup.races.running import Listener
from rampup.schedule.text import parse

AROUND: Final = 30.0
"""Rates that are not given go from a thirtieth of the training's rate to thirty times it."""


class Raced(Section):
    """What is raced; what is left out follows from the training."""

    schedules: list[str] = Field(
        default=[],
        description="a list of schedule texts; [] races the schedule with and without its warmup",
    )
    lr: str = Field(
        default="",
        description="'low:high:count', or rates with commas between them; '' is 13 rates from a "
        "thirtieth of the training's to thirty times it",
    )
    seeds: int = Field(default=5, ge=1, description="how many seeds, a whole number ≥ 1")
    clip_norm: float = Field(default=0.0, ge=0, description="the largest gradient norm, 0 for any")
    target: float = Field(default=0.0, ge=0, description="the loss to reach, 0 to take one")
    halving: bool = Field(default=False, description="true drops rates after a third of the run")
    engine: Literal["auto", "batched", "sequential"] = Field(
        default="auto", description="'auto', 'batched' or 'sequential'"
    )
    max_memory: str = Field(default="2GB", description="what a batch may take, such as '2GB'")


class RaceConfig(Config):
    """Everything that decides a race: a training, and what is varied.

    Attributes:
        race: what is raced.
    """

    race: Raced = Raced()

    @property
    def schedules(self) -> list[str]:
        """The texts of the schedules that are raced."""
        if self.race.schedules:
            return self.race.schedules
        schedule = parse(self.schedule)
        texts = [str(schedule)]
        return [*texts, str(schedule.without_warmup())] if schedule.has_warmup else texts

    @property
    def lrs(self) -> str:
        """The text of the rates that are raced."""
        lr = self.training.lr
        return self.race.lr or f"{lr / AROUND:.12g}:{lr * AROUND:.12g}:13"


def run_race(config: RaceConfig, folder: Path, listener: Listener | None = None) -> Race:
    """Run the race that a configuration says, and keep it in a folder, or go on with it there.

    The first seed is the training's own, so that its members are what `rampup train` trains.

    Raises:
        RampupError: see `rampup.race` and `rampup.train`.
    """
    job = prepare(config.model_copy(update={"schedule": config.schedules[0]}))
    training, raced = config.training, config.race
    inputs, classes = job.x.shape[1], len(job.preprocess.classes)
    options: dict[str, Any] = {"weight_decay": training.weight_decay}
    if training.optimizer == "sgd":
        options["momentum"] = training.momentum
    check_config(folder, config)
    return race(
        lambda: build(config, inputs, classes),
        (job.tensors.x, job.tensors.y),
        loss=cross_entropy,
        schedules=config.schedules,
        lrs=config.lrs,
        seeds=[config.seed + offset for offset in range(raced.seeds)],
        epochs=training.epochs,
        batch_size=training.batch_size,
        optimizer=(training.optimizer, options),
        clip_norm=raced.clip_norm or None,
        held_out=(job.tensors.x_held_out, job.tensors.y_held_out),
        metric=lambda logits, labels: (logits.argmax(1) == labels).double().mean(),
        target=raced.target or None,
        halving=raced.halving,
        engine=raced.engine,
        max_memory=raced.max_memory,
        to=folder,
        listener=listener,
    )


def check_config(folder: Path, config: RaceConfig) -> None:
    """Keep the configuration in a new folder; refuse one that holds something else.

    Raises:
        RunFolderError: it holds something else.
    """
    kept = folder / CONFIG
    if folder.is_dir() and any(folder.iterdir()):
        if not kept.is_file() or kept.read_text(encoding="utf-8") != config.to_toml():
            raise RunFolderError(
                f"{folder} holds something else; choose another folder, or go on with the race in "
                f"it: rampup race {folder}"
            )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, config.to_toml().encode())
    except OSError as error:
        raise RunFolderError(f"{folder} cannot be written: {error.strerror}") from None


def winning_values(folder: Path) -> dict[str, Any]:
    """Return the configuration values of a race's training, with the winner's schedule and rate.

    Raises:
        RunFolderError: there is no finished race, or every member diverged.
    """
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunFolderError(
            f"{folder} holds no finished race; finish it with rampup race {folder}"
        ) from None
    values = Config.read(folder / CONFIG)
    values.pop("race")
    able = [one for one in result["summary"] if one["loss"] is not None]
    if not able:
        raise RunFolderError(f"every schedule of {folder} diverged; race at lower rates")
    winner = min(able, key=lambda one: one["loss"])
    values["schedule"] = result["schedules"][winner["schedule"]]
    values["training"]["lr"] = winner["best_lr"]
    return values
