"""Bad input gets one sentence on standard error, exit code 2, and nothing is written."""

import datetime
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Command, rows

T = ("t.csv", "--target", "label")


def text(content: str) -> Callable[[], object]:
    return lambda: Path("t.csv").write_text(content, encoding="utf-8")


def table(**columns: list[object]) -> Callable[[], object]:
    frame = rows(4).with_columns(**{name: pl.Series(cells) for name, cells in columns.items()})
    return lambda: frame.write_csv("t.csv")


def names() -> object:
    many = pl.Series([f"n{i}" for i in range(240)])
    return rows(240).with_columns(colour=many).write_csv("t.csv")


def toml(content: str) -> Callable[[], object]:
    return lambda: Path("c.toml").write_text(content, encoding="utf-8")


def good() -> object:
    return rows().write_csv("t.csv")


def nothing() -> None:
    return None


def parquet() -> None:
    days = [datetime.date(2020, 1, n + 1) for n in range(4)]
    rows(4).with_columns(day=pl.Series(days)).write_parquet("t.parquet")


BAD: dict[str, tuple[Callable[[], object], tuple[str, ...], str]] = {
    "missing file": (nothing, T, "t.csv does not exist; give the path of a .csv or .parquet file"),
    "empty file": (text(""), T,
        "t.csv is empty; it needs a line of column names and rows below it"),
    "header only": (text("size,label\n"), T,
        "t.csv has column names but no row; add rows below them"),
    "no target named": (good, ("t.csv",),
        ("t.csv needs a target, the column to predict; pass --target NAME (there are 'size', "
         "'colour', 'label')")),
    "no such target": (good, ("t.csv", "--target", "Labels"),
        "t.csv has no column 'Labels'; did you mean 'label'?"),
    "nothing like it": (good, ("t.csv", "--target", "y"),
        "t.csv has no column 'y'; there are 'size', 'colour', 'label'"),
    "target missing": (text("size,label\n1,a\n2,\n3,b\n4,\n"), T,
        ("target 'label' is missing in 2 of 4 rows (first: row 1, counted from 0); fill it in "
         "or remove these rows")),
    "one class": (table(label=["yes"] * 4), T,
        "target 'label' has one class only, 'yes'; a classifier needs rows of at least two"),
    "more classes than rows allow": (table(label=[1.5, 2.5, 3.5, 4.5]), T,
        ("target 'label' has 4 classes in 4 rows, but each needs two rows on average; choose "
         "a target that is a class, not a measurement")),
    "infinite value": (table(size=[1.0, 2.0, float("-inf"), 4.0]), T,
        ("column 'size' is infinite in 1 of 4 rows (first: row 2, counted from 0); replace "
         "infinity with a number or nothing")),
    "infinite target": (table(label=[1.5, 1.5, float("inf"), float("inf")]), T,
        ("target 'label' is infinite in 2 of 4 rows (first: row 2, counted from 0); replace "
         "infinity with a class")),
    "values too large": (table(size=[1e308, 1.5e308, -1e308, 1e308]), T,
        "column 'size' holds numbers too large to average (up to 1e+308); rescale it"),
    "too many categories": (names, T,
        ("column 'colour' holds 240 different texts in 240 rows, more than the 100 that are "
         "read as categories; leave it out with --drop 'colour', or make it numbers")),
    "a date": (parquet, ("t.parquet", "--target", "label"),
        ("column 'day' holds Date; rampup reads numbers and text: convert it, or leave it out "
         "with --drop 'day'")),
    "no feature": (text("label\n" + "a\nb\n" * 4), T,
        "no feature column is left beside 'label'; keep at least one"),
    "unknown drop": (good, (*T, "--drop", "sizes"),
        "there is no column 'sizes' to drop; did you mean 'size'?"),
    "warmup longer than the run": (nothing, ("--schedule", "warmup 20ep >> hold"),
        ("the warmup of 'warmup 20ep linear >> hold' lasts 500 updates, but the run has only "
         "250; shorten the warmup or lengthen the run")),
    "warmup as long as the run": (nothing, ("--epochs", "5"),
        ("the warmup of 'warmup 5ep linear >> hold' lasts 125 updates, but the run has only "
         "125; shorten the warmup or lengthen the run")),
    "no whole epochs": (nothing, ("--every", "epoch", "--schedule", "warmup 60up >> hold"),
        ("'warmup 60up linear per epoch' changes once per epoch but lasts 60 updates, which "
         "is no whole number of epochs of 25 updates; write its length in whole epochs")),
    "rate 0": (nothing, ("--lr", "0"),
        "[training] lr = 0.0 is not allowed; lr is the peak rate, a number > 0"),
    "rate below 0": (nothing, ("--lr", "-0.1"),
        "[training] lr = -0.1 is not allowed; lr is the peak rate, a number > 0"),
    "rate NaN": (nothing, ("--lr", "nan"),
        "[training] lr = nan is not allowed; lr is the peak rate, a number > 0"),
    "rate infinite": (nothing, ("--lr", "inf"),
        "[training] lr = inf is not allowed; lr is the peak rate, a number > 0"),
    "batch size 0": (nothing, ("--batch-size", "0"),
        ("[training] batch_size = 0 is not allowed; batch_size is rows per update, a whole "
         "number ≥ 1")),
    "no epoch": (nothing, ("--epochs", "0"),
        ("[training] epochs = 0 is not allowed; epochs is passes over the training rows, a "
         "whole number ≥ 1")),
    "two seeds": (nothing, ("--baseline-seeds", "2"),
        ("[baseline] seeds = 2 is not allowed; seeds is how many seeds are compared, a whole "
         "number ≥ 3, or 0 to skip it")),
    "momentum of adam": (nothing, ("--momentum", "0.9"),
        ("[training] momentum = 0.9 is for sgd, but the optimizer is 'adam'; leave momentum "
         "out or use optimizer = 'sgd'")),
    "target without a table": (nothing, ("--target", "label"),
        ("[table] target = 'label' is for table files, but data = 'example' brings its own "
         "labels; leave the target out")),
    "widths": (nothing, ("--hidden", "50,x"),
        "--hidden '50,x' is no list of widths; write whole numbers such as 50 or 128,64"),
    "width 0": (nothing, ("--hidden", "50,0"),
        ("[network] hidden = [50, 0] is not allowed; hidden is a list of hidden layer widths, "
         "each ≥ 1; [] is logistic regression")),
    "unknown data": (nothing, ("--data", "digit"),
        ("data = 'digit' is neither built in, nor a .csv or .parquet file, nor "
         "'package.module:factory'; did you mean 'digits'?")),
    "data as a source": (nothing, ("digits",),
        ("'digits' is neither a configuration (.toml) nor a table (.csv, .parquet); for "
         "built-in or own data write --data digits")),
    "unknown model": (nothing, ("--model", "mpl"),
        "model = 'mpl' is no model; write 'mlp' or 'package.module:factory'"),
    "unknown module": (nothing, ("--model", "no_such:f"),
        ("model = 'no_such:f': module 'no_such' cannot be imported (No module named "
         "'no_such'); run from the folder that holds it, or install it")),
    "pace": (nothing, ("--every", "week"), "--every 'week' is not allowed; write update or epoch"),
    "schedule": (nothing, ("--schedule", "warmup 5ep >> fall"),
        ("'fall' is no phase; there are 'warmup', 'hold', 'decay', 'rise', 'steps', 'restarts', "
         "'cycle', 'inverse-sqrt', 'inverse-time', 'saturating' and 5 more\n  warmup 5ep >> "
         "fall\n                ^ column 15")),
    "no configuration": (nothing, ("c.toml",),
        "no configuration can be read from c.toml: No such file or directory"),
    "no TOML": (toml("lr: 0.1"), ("c.toml",),
        ("c.toml is no TOML: Expected '=' after a key in a key/value pair (at line 1, column "
         "3)")),
    "unknown key": (toml("[training]\nlearning_rate = 1.0\n"), ("c.toml",),
        ("[training] has no key 'learning_rate' (= 1.0); there are 'optimizer', 'lr', "
         "'momentum', 'weight_decay', 'batch_size', 'epochs'")),
    "unknown section": (toml("[trainig]\nlr = 1.0\n"), ("c.toml",),
        "the top level has no key 'trainig' (= {'lr': 1.0}); did you mean 'training'?"),
    "wrong type": (toml('[training]\nepochs = "10"\n'), ("c.toml",),
        ("[training] epochs = '10' is not allowed; epochs is passes over the training rows, a "
         "whole number ≥ 1")),
    "section is a value": (toml("training = 3\n"), ("c.toml", "--lr", "1"),
        "training = 3 is not allowed; training is a section, write [training]"),
    "name is a path": (nothing, ("--name", "a/b"),
        "--name 'a/b' is no folder name; for another place write --out"),
    "name is a way up": (nothing, ("--name", ".."),
        "--name '..' is no folder name; for another place write --out"),
    "name and out": (nothing, ("--name", "a", "--out", "b"),
        "--name and --out both say where the run is kept; give one of them"),
    "folder in a file": (good, ("--out", "t.csv/run"),
        "t.csv/run cannot be written: Not a directory"),
    "folder is a file": (good, ("--out", "t.csv", "--overwrite"),
        "t.csv is a file; choose another name with --out"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_and_nothing_written(rampup: Command, here: Path, case: str) -> None:
    make, arguments, said = BAD[case]
    make()
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}

    answer = rampup("train", *arguments)

    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {said}\n")
    assert {path: path.read_bytes() for path in here.rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("train", "--lr", "fast"), "--lr"),
        (("train", "--epochs", "1.5"), "--epochs"),
        (("train", "--nonsense"), "--nonsense"),
        (("predict",), "run"),
        (("tarin",), "tarin"),
    ],
)
def test_a_misspelt_command_names_the_word(
    rampup: Command, here: Path, arguments: tuple[str, ...], word: str
) -> None:
    answer = rampup(*arguments)

    assert (answer.code, answer.out) == (2, "")
    assert word in answer.err.splitlines()[-1]
    assert not answer.err.count("Traceback")
    assert list(here.iterdir()) == []


def test_bad_input_leaves_an_older_run_alone(rampup: Command, here: Path) -> None:
    """Even with --overwrite: nothing is removed before everything was checked."""
    quick = ("train", "--epochs", "6", "--no-baseline", "--name", "a", "--overwrite")
    assert rampup(*quick).code == 0
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}

    for bad in (("--lr", "0"), ("--data", "no.csv", "--target", "y"), ("--model", "math:pi"),
                ("--schedule", "warmup 9ep")):  # fmt: skip
        assert rampup(*quick, *bad).code == 2

    assert {p: p.read_bytes() for p in here.rglob("*") if p.is_file()} == before
