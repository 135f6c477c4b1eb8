"""The configuration of a run: every option, its type, what is allowed, and its TOML form."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rampup.errors import ConfigError, nearest


class Section(BaseModel):
    """A group of keys; unknown keys, wrong types and non-finite numbers are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Table(Section):
    """How rows are read and split; target and drop are for table files."""

    target: str = Field(default="", description="the name of the label column of a table file")
    drop: list[str] = Field(default=[], description="a list of column names to leave out")
    held_out: float = Field(
        default=0.2, gt=0, lt=1, description="the share of rows kept from training, between 0 and 1"
    )


class Network(Section):
    """The built-in multilayer perceptron."""

    hidden: list[int] = Field(
        default=[50],
        description="a list of hidden layer widths, each ≥ 1; [] is logistic regression",
    )


class Training(Section):
    """The optimizer and the loop."""

    optimizer: Literal["adam", "adamw", "sgd"] = Field(
        default="adam", description="'adam', 'adamw' or 'sgd'"
    )
    lr: float = Field(default=0.01, gt=0, description="the peak rate, a number > 0")
    momentum: float = Field(
        default=0.0, ge=0, lt=1, description="momentum of sgd, from 0 to below 1"
    )
    weight_decay: float = Field(default=0.0, ge=0, description="a number ≥ 0")
    batch_size: int = Field(default=32, ge=1, description="rows per update, a whole number ≥ 1")
    epochs: int = Field(
        default=10, ge=1, description="passes over the training rows, a whole number ≥ 1"
    )


class Baseline(Section):
    """The comparison with the same seeds without warmup."""

    seeds: int = Field(
        default=5,
        ge=0,
        description="how many seeds are compared, a whole number ≥ 3, or 0 to skip it",
    )


class Config(Section):
    """Everything that decides a run.

    Attributes:
        seed: decides the generated data, the split, the initial weights and the order of rows.
        data: where rows come from.
        model: which model is trained.
        schedule: the schedule's text.
        table: how rows are read and split.
        network: the built-in model.
        training: the optimizer and the loop.
        baseline: the comparison without warmup.
    """

    seed: int = Field(default=0, ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
    data: str = Field(
        default="example",
        min_length=1,
        description="'example', 'digits', 'breast-cancer', 'wine', a .csv or .parquet file, "
        "or 'package.module:factory' that returns (features, labels)",
    )
    model: str = Field(
        default="mlp",
        min_length=1,
        description="'mlp', or 'package.module:factory' that is called with (inputs, classes)",
    )
    schedule: str = Field(
        default="warmup 5ep linear >> hold",
        min_length=1,
        description="the text of a schedule, such as 'warmup 5ep >> decay cosine'",
    )
    table: Table = Table()
    network: Network = Network()
    training: Training = Training()
    baseline: Baseline = Baseline()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the configuration that `values` says, or refuse its first bad key.

        Raises:
            ConfigError: a key is unknown, or a value has the wrong type or range; the message
                names section, key, value and what is allowed.

        Example:
            >>> Config.of({"training": {"lr": 0.1}}).training.lr
            0.1
            >>> Config.of({"training": {"lr": -1}})
            Traceback (most recent call last):
            ...
            rampup.errors.ConfigError: [training] lr = -1 is not allowed; lr is the peak rate, ...
        """
        try:
            config = cls.model_validate(dict(values))
        except ValidationError as error:
            raise ConfigError(_explain(cls, error, values)) from None
        if any(width < 1 for width in config.network.hidden):
            raise ConfigError(_refusal(Network, "network", "hidden", config.network.hidden))
        if config.baseline.seeds in (1, 2):
            raise ConfigError(_refusal(Baseline, "baseline", "seeds", config.baseline.seeds))
        config._refuse_unused()
        return config

    def _refuse_unused(self) -> None:
        """Refuse a key that nothing would read, so that no wish is dropped in silence."""
        training, table = self.training, self.table
        if training.momentum and training.optimizer != "sgd":
            raise ConfigError(
                f"[training] momentum = {training.momentum!r} is for sgd, but the optimizer is "
                f"{training.optimizer!r}; leave momentum out or use optimizer = 'sgd'"
            )
        if table.target and not is_table(self.data):
            raise ConfigError(
                f"[table] target = {table.target!r} is for table files, but data = {self.data!r} "
                "brings its own labels; leave the target out"
            )
        if self.model != "mlp" and self.network.hidden != Network().hidden:
            raise ConfigError(
                f"[network] hidden = {self.network.hidden!r} is for the built-in mlp, but model = "
                f"{self.model!r}; leave it out"
            )

    @classmethod
    def read(cls, path: str | Path) -> dict[str, Any]:
        """Return the raw values of a TOML file, to be merged with others and given to `of`.

        Raises:
            ConfigError: the file is missing or is no TOML.
        """
        try:
            return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ConfigError(
                f"no configuration can be read from {path}: {error.strerror}"
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} is no TOML: {error}") from None

    def to_toml(self) -> str:
        """Return the whole configuration as TOML; `Config.read` of it gives the same values.

        Example:
            >>> print(Config().to_toml().splitlines()[0])
            seed = 0
        """
        lines: list[str] = []
        sections: list[str] = []
        for name, value in self:
            if isinstance(value, Section):
                keys = [f"{key} = {_toml(inner)}" for key, inner in value]
                sections.append("\n".join([f"[{name}]", *keys]))
            else:
                lines.append(f"{name} = {_toml(value)}")
        return "\n\n".join(["\n".join(lines), *sections]) + "\n"


def is_table(data: str) -> bool:
    """Return whether `data` names a table file."""
    return data.lower().endswith((".csv", ".parquet"))


def _toml(value: Any) -> str:
    # JSON spells strings, numbers, booleans and lists of them as TOML does, but for DEL
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _explain(model: type[Section], error: ValidationError, values: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    *path, key = (part for part in first["loc"] if isinstance(part, str))
    section, given = model, values
    for name in path:
        inner = section.model_fields[name].annotation
        assert isinstance(inner, type)
        assert issubclass(inner, Section)
        section, given = inner, given[name]
    where = ".".join(path)
    known = list(section.model_fields)
    if first["type"] == "extra_forbidden":
        place = f"[{where}]" if where else "the top level"
        return f"{place} has no key {key!r} (= {first['input']!r}); {nearest(key, known)}"
    value = given[key]  # all of a list, where one of its elements is wrong
    annotation = section.model_fields[key].annotation
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"{key} = {value!r} is not allowed; {key} is a section, write [{key}]"
    return _refusal(section, where, key, value)


def _refusal(section: type[Section], where: str, key: str, value: Any) -> str:
    place = f"[{where}] " if where else ""
    allowed = section.model_fields[key].description
    return f"{place}{key} = {value!r} is not allowed; {key} is {allowed}"
