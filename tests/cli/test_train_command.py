"""`rampup train`: what it prints, what it keeps, and that options mean what they say."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command, rows

from rampup.pipeline.config import Config
from rampup.pipeline.folder import RunFolder
from rampup.trace.journal import read
from rampup.trace.record import from_json

QUICK = ("--epochs", "6", "--no-baseline")


def timeless(lines: str) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in lines.splitlines()]
    return [{k: v for k, v in e.items() if k not in ("started", "seconds")} for e in events]


def test_json_is_the_trace_and_nothing_else(rampup: Command, here: Path) -> None:
    answer = rampup("train", *QUICK, "--json")

    assert (answer.code, answer.err) == (0, "")
    events = [from_json(line) for line in answer.out.splitlines()]
    assert events == read(here / "runs/train-001/trace.jsonl").events


def test_what_is_printed_are_the_traces_numbers(rampup: Command, here: Path) -> None:
    """Plain text in the order of the job, each epoch with its numbers."""
    answer = rampup("train", *QUICK, "--name", "mine")
    lines = answer.out.splitlines()

    assert (answer.code, answer.err) == (0, "")
    assert "\x1b" not in answer.out
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines[-1] == "kept in runs/mine"
    assert lines[-2].startswith("finished after 150 updates in ")
    for event in read(here / "runs/mine/trace.jsonl").events:
        if event.kind == "epoch":
            (row,) = [line for line in lines if line.startswith(f"{event.epoch:>5}  ")
                      and f"{event.train_loss:.4f}" in line]  # fmt: skip
            for number in (f"{event.train_accuracy:.1%}", f"{event.held_out_loss:.4f}",
                           f"{event.held_out_accuracy:.1%}"):  # fmt: skip
                assert number in row
        if event.kind == "stage":
            assert f"{event.number}  {event.name}   {event.shape_in} → {event.shape_out}" in lines


def test_every_epoch_shows_the_pages_rates(rampup: Command) -> None:
    """0.002, 0.004, 0.006, 0.008, 0.01 as planned, and the same as used."""
    lines = rampup("train", *QUICK, "--every", "epoch").out.splitlines()
    planned = lines[
        next(i for i, line in enumerate(lines) if line.startswith("epoch  first")) + 1 :
    ]
    start = next(i for i, line in enumerate(lines) if "rate used" in line)
    used = [line.split()[1] for line in lines[start + 3 : start + 13 : 2]]

    rates = ["0.002", "0.004", "0.006", "0.008", "0.01"]
    assert [line.split() for line in planned[:5]] == [
        [str(n), r, r] for n, r in enumerate(rates, 1)
    ]
    assert used == rates


def test_runs_are_numbered(rampup: Command, here: Path) -> None:
    for _ in range(2):
        rampup("train", *QUICK)

    assert sorted(path.name for path in (here / "runs").iterdir()) == ["train-001", "train-002"]


@pytest.mark.parametrize(
    ("option", "place"), [(("--name", "a b"), "runs/a b"), (("--out", "deep/er"), "deep/er")]
)
def test_a_run_is_kept_where_asked(
    rampup: Command, here: Path, option: tuple[str, str], place: str
) -> None:
    answer = rampup("train", *QUICK, *option)

    assert answer.out.endswith(f"kept in {place}\n")
    assert (here / place / "model.safetensors").is_file()


def test_a_folder_that_exists_needs_overwrite(rampup: Command, here: Path) -> None:
    rampup("train", *QUICK, "--name", "a")
    before = (here / "runs/a/trace.jsonl").read_bytes()
    refused = rampup("train", *QUICK, "--name", "a", "--seed", "1")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "rampup: runs/a exists already; choose another name with --out, "
        "or replace it with --overwrite\n"
    )
    assert (here / "runs/a/trace.jsonl").read_bytes() == before
    assert rampup("train", *QUICK, "--name", "a", "--seed", "1", "--overwrite").code == 0
    assert RunFolder(here / "runs/a").config().seed == 1


def test_a_folder_of_something_else_is_never_overwritten(rampup: Command, here: Path) -> None:
    (here / "thesis").mkdir()
    (here / "thesis" / "main.tex").write_text("years", encoding="utf-8")
    answer = rampup("train", *QUICK, "--out", "thesis", "--overwrite")

    assert answer.code == 2
    assert answer.err == (
        "rampup: thesis is not empty and holds no run of rampup, so it is not overwritten; "
        "choose another name with --out\n"
    )
    assert [path.name for path in (here / "thesis").iterdir()] == ["main.tex"]


OPTIONS = {
    "seed": ("--seed", "7", 7), "data": ("--data", "wine", "wine"),
    "schedule": ("--schedule", "warmup 2ep >> hold", "warmup 2ep linear >> hold"),
    "table.held_out": ("--held-out", "0.3", 0.3), "table.drop": ("--drop", "x1", ["x1"]),
    "network.hidden": ("--hidden", "8,4", [8, 4]), "training.lr": ("--lr", "0.5", 0.5),
    "training.optimizer": ("--optimizer", "adamw", "adamw"),
    "training.weight_decay": ("--weight-decay", "0.1", 0.1),
    "training.batch_size": ("--batch-size", "9", 9), "training.epochs": ("--epochs", "12", 12),
    "baseline.seeds": ("--baseline-seeds", "3", 3), "model": ("--model", "a:b", "a:b"),
}  # fmt: skip


@pytest.mark.parametrize("key", OPTIONS)
def test_an_option_sets_its_key_and_wins_over_the_file(
    rampup: Command, here: Path, key: str
) -> None:
    """Nothing else differs from the defaults, and nothing is run or written."""
    option, text, value = OPTIONS[key]
    (here / "c.toml").write_text("[training]\nlr = 0.25\nepochs = 11\n", encoding="utf-8")
    answer = rampup("train", "c.toml", option, text, "--print-config")
    (here / "out.toml").write_text(answer.out, encoding="utf-8")
    got = Config.of(Config.read(here / "out.toml")).model_dump()

    expected = Config.of({"training": {"lr": 0.25, "epochs": 11}}).model_dump()
    *section, last = key.split(".")
    (expected[section[0]] if section else expected)[last] = value
    assert got == expected
    assert not (here / "runs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seed", "3", *QUICK),
        ("--every", "epoch", "--lr", "0.003", *QUICK),
        ("--epochs", "6", "--baseline-seeds", "3", "--hidden", ""),
        ("t.csv", "--target", "label", "--batch-size", "7", *QUICK),
    ],
)
def test_a_printed_configuration_gives_the_same_trace(
    rampup: Command, here: Path, arguments: tuple[str, ...]
) -> None:
    """Event by event, all but the hour and the seconds."""
    rows().write_csv("t.csv")
    printed = rampup("train", *arguments, "--print-config")
    (here / "c.toml").write_text(printed.out, encoding="utf-8")
    one, again = rampup("train", *arguments, "--json"), rampup("train", "c.toml", "--json")

    assert (one.code, again.code) == (0, 0)
    assert timeless(again.out) == timeless(one.out)
    assert (here / "runs/train-002/config.toml").read_text(encoding="utf-8") == printed.out


def test_a_diverged_run_exits_with_1(rampup: Command, here: Path) -> None:
    """One sentence names the update, the rate and the checkpoint; the output says it ended."""
    answer = rampup("train", "--optimizer", "sgd", "--lr", "1e30", "--name", "d", "--no-baseline")

    (end,) = [e for e in read(here / "runs/d/trace.jsonl").events if e.kind == "end"]
    assert answer.code == 1
    assert answer.err == (
        f"rampup: training diverged: the loss of update {end.updates} is nan; the rate used last "
        "was 8e+27; the weights after epoch 0 are kept in runs/d/model.safetensors: lower the "
        "rate or lengthen the warmup\n"
    )
    assert f"rampup: {end.reason}\n" == answer.err
    assert (end.status, end.updates >= 1) == ("diverged", True)
    assert "diverged after " in answer.out


def test_text_in_a_table_is_shown_not_obeyed(rampup: Command) -> None:
    """Names and cells that rich would take for markup."""
    frame = rows().rename({"size": "[bold]"})
    frame.with_columns(colour=frame["colour"].replace("red", "[red]x[/]")).write_csv("[b]t.csv")
    answer = rampup("train", "[b]t.csv", "--target", "label", *QUICK)

    assert (answer.code, answer.err) == (0, "")
    for literal in ("read from [b]t.csv", "  [bold] ", "[red]x[/]"):
        assert literal in answer.out
