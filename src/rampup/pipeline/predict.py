"""Prediction: rows of a new table through the saved preprocessing and weights."""

from pathlib import Path

import polars as pl
import torch
from torch import nn

from rampup.errors import DataError
from rampup.pipeline.folder import RunFolder
from rampup.pipeline.model import build
from rampup.pipeline.preprocess import Preprocess
from rampup.pipeline.tables import read_table
from rampup.recorder.layers import describe, forward
from rampup.trace.record import Prediction


def predict(run: str | Path, table: str | Path | pl.DataFrame) -> pl.DataFrame:
    """Return the class and the probabilities of each row.

    Args:
        run: a folder that `train` wrote.
        table: a `.csv` or `.parquet` file, or a polars frame, with the columns that training
            had; more columns are left alone.

    Returns:
        One row per row of `table`: `class`, then `p(label)` for each class.

    Raises:
        RunFolderError: there is no run in the folder, or it is damaged.
        DataError: a column is missing, or a cell does not fit what training saw.

    Example:
        >>> import tempfile
        >>> import polars as pl
        >>> from rampup import train
        >>> folder = tempfile.mkdtemp()
        >>> _ = train({"training": {"epochs": 6}, "baseline": {"seeds": 0}}, to=folder)
        >>> predict(folder, pl.DataFrame({f"x{j}": [0.0] for j in range(1, 11)})).columns
        ['class', 'p(0)', 'p(1)']
    """
    model, preprocess = saved(run)
    x = _inputs(preprocess, table)
    with torch.no_grad():
        p = torch.softmax(model(x).to(torch.float64), dim=1)
    classes = pl.Series("class", [preprocess.classes[j] for j in p.argmax(1).tolist()])
    return pl.DataFrame(
        [classes]
        + [pl.Series(f"p({label})", p[:, j].numpy()) for j, label in enumerate(preprocess.classes)]
    )


def trace_row(run: str | Path, table: str | Path | pl.DataFrame, row: int) -> Prediction:
    """Return one row of a table through the model, layer by layer.

    Args:
        run: a folder that `train` wrote.
        table: as in `predict`.
        row: which row, counted from 0.

    Raises:
        RunFolderError: there is no run in the folder, or it is damaged.
        DataError: there is no such row, or it does not fit what training saw.
    """
    model, preprocess = saved(run)
    x = _inputs(preprocess, table)
    if not 0 <= row < len(x):
        raise DataError(f"there is no row {row}; the table has rows 0 to {len(x) - 1}")
    return explain(model, preprocess, x[row], row, None)


def saved(run: str | Path) -> tuple[nn.Module, Preprocess]:
    """Return the model of a run folder, in evaluation mode, and its preprocessing.

    Raises:
        RunFolderError: there is no run in the folder, or it is damaged.
        ConfigError: the run's own model cannot be imported.
    """
    folder = RunFolder(Path(run))
    config, preprocess = folder.config(), folder.preprocess()
    with torch.random.fork_rng():
        model = build(config, len(preprocess.outputs), len(preprocess.classes))
    folder.load_weights(model)
    return model.eval(), preprocess


def explain(
    model: nn.Module, preprocess: Preprocess, x: torch.Tensor, row: int, label: int | None
) -> Prediction:
    """Return what each layer makes of the row `x`, softmax last.

    Args:
        model: maps `(rows, inputs)` to logits.
        preprocess: knows the classes.
        x: `(inputs,)`.
        row: its id, to be shown.
        label: index of its true class, where it is known.
    """
    seen = forward(model, x[None])
    p = torch.softmax(seen.output.to(torch.float64), dim=1)
    classes = [str(c) for c in preprocess.classes]
    notes = []
    if seen.unseen:
        one = seen.unseen == 1
        notes = [f"{seen.unseen} operation{'' if one else 's'} outside of modules not shown"]
    return Prediction(
        row=row,
        layers=[*seen.layers, describe("softmax", "Softmax", p)],
        probabilities=dict(zip(classes, p[0].tolist(), strict=True)),
        predicted=classes[int(p.argmax())],
        label=None if label is None else classes[label],
        notes=notes,
    )


def _inputs(preprocess: Preprocess, table: str | Path | pl.DataFrame) -> torch.Tensor:
    frame = table if isinstance(table, pl.DataFrame) else read_table(table, as_text=True)
    return torch.from_numpy(preprocess.transform(frame))
