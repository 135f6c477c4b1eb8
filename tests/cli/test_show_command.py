"""`rampup show`: a run from disk, printed as it was; a running one, as it goes on."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.report import events as e

import rampup as package
from rampup.trace.journal import Journal
from rampup.trace.record import End, Probe, Skipped

PRINTED = ("train", "--epochs", "6", "--no-baseline", "--out", "r")


def test_a_run_is_shown_as_it_was_printed(rampup: Command, here: Path) -> None:
    printed = rampup(*PRINTED)

    for run in ("r", "r/trace.jsonl"):
        shown = rampup("show", run)
        assert (shown.code, shown.err) == (0, "")
        assert shown.out.replace("r/trace.jsonl", "r") == printed.out
    assert rampup("show", "r", "--follow").out == printed.out


def test_a_torn_line_is_said_after_what_is_whole(rampup: Command, here: Path) -> None:
    with Journal(here / "trace.jsonl") as journal:
        journal.append([e.PLANNED, e.EPOCHS[0]])
    with (here / "trace.jsonl").open("ab") as file:
        file.write(b'{"kind":')
    shown = rampup("show", ".")

    assert shown.code == 0
    assert shown.out.rstrip().splitlines()[-1].split()[:2] == ["0", "—"]
    assert shown.err == (
        "the last line of trace.jsonl is not whole and was left out (8 characters): the run was "
        "killed, or is still writing\n"
    )


def test_a_loop_that_measures_less_is_shown(rampup: Command, here: Path) -> None:
    """Without a plan, and with what is not measured as a dash."""
    nan = float("nan")
    epoch = replace(e.EPOCHS[1], held_out_loss=nan, held_out_accuracy=nan, metrics={"f1": 0.5})
    unit = {"name": "1", "kind": "ReLU", "mean": 0.5, "std": 1.0, "dead": 0.25,
            "grad_norm": None, "ratio": None}  # fmt: skip
    with Journal(here / "trace.jsonl") as journal:
        journal.append([replace(e.HEADER, config={}), *e.updates(1)])
        journal.append([Skipped(k=5, reason="the gradient was not finite")])
        journal.append([Probe(k=12, layers=[unit], critical_rate=0.5, rate=0.1)])
        journal.append([epoch, End(status="finished", updates=5, reason="", seconds=1.0)])

    lines = rampup("show", ".").out.splitlines()

    assert [line.strip() for line in lines[:3]] == [
        "no update 5: the gradient was not finite",
        "probe before update 12: 1 layers; dead ReLU units up to 25%; the loss would rise from the",
        "rate 0.5 on, the rate is 0.1",
    ]
    row = next(line for line in lines if line.startswith("    1  "))
    assert row.split()[-5:] == ["0.6000", "55.0%", "–", "–", "1"]
    assert lines[-3:-1] == ["       f1 0.5", "finished after 5 updates in 1.0 s"]


@pytest.mark.parametrize("arguments", [("nowhere",), ("nowhere", "--follow")])
def test_no_run_is_one_sentence(rampup: Command, here: Path, arguments: tuple[str, ...]) -> None:
    answer = rampup("show", *arguments)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == ("rampup: no trace can be read from nowhere: No such file or directory\n")


def test_a_run_is_followed_from_another_process(tmp_path: Path) -> None:
    """An epoch is printed as soon as the event after it is written; torch is not needed."""
    path = tmp_path / "trace.jsonl"
    environment = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])}
    with Journal(path) as journal:
        journal.append([replace(e.HEADER, config={}), *e.updates(1), e.EPOCHS[1]])
        with subprocess.Popen(
            [sys.executable, "-m", "rampup", "show", "--follow", tmp_path],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        ) as child:
            assert child.stdout is not None
            journal.append(e.updates(2)[:1])
            lines = [child.stdout.readline() for _ in range(4)]
            assert lines[-1].startswith("    1  ")
            journal.append([e.EPOCHS[2], e.END])
            rest = child.stdout.read()
    assert child.returncode == 0
    assert "\n    2  " in rest
    assert rest.splitlines()[-1] == f"kept in {tmp_path}"
