"""`rampup race`: its page, its folder, and the training of its winner."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from tests.cli.conftest import Command

from rampup.pipeline.folder import RunFolder
from rampup.pipeline.job import prepare
from rampup.races.config import RaceConfig, run_race
from rampup.races.live import LiveView
from rampup.races.running import Progress
from rampup.trace.journal import read
from rampup.trace.record import Update

SMALL = ("--epochs", "2", "--lr", "0.001,0.01,0.1", "--seeds", "2", "--engine", "sequential")


def test_a_race_prints_its_page_and_keeps_its_folder(rampup: Command, here: Path) -> None:
    """Schedules may follow the option one after the other, as in a shell's list."""
    answer = rampup("race", "--schedules", "warmup 5% >> hold", "hold", *SMALL)
    lines = answer.out.splitlines()

    assert (answer.code, answer.err) == (0, "")
    assert lines[:2] == ["1  warmup 5% linear >> hold", "2  hold"]
    assert lines[-1] == "kept in runs/race-001"
    assert lines[-2].startswith("12 members, 50 updates, sequential in ")
    result = json.loads((here / "runs/race-001/result.json").read_text(encoding="utf-8"))
    for row in result["summary"]:
        assert f"{row['loss']:.4g}" in answer.out
    assert {line for line in lines if " beside " in line} == {
        (
            "1 beside 2: too few seeds to tell, 3 are the least; held-out loss "
            f"{result['pairs'][0]['difference']:+.3g}"
        )
    }


def test_the_first_members_are_what_train_trains(rampup: Command, here: Path) -> None:
    """The winner of a race, trained: the same updates with the same losses."""
    rampup("race", "--out", "r", *SMALL, "--epochs", "6", "--seed", "3")
    trained = rampup("train", "--from-race", "r", "--no-baseline", "--out", "t")
    result = json.loads((here / "r/result.json").read_text(encoding="utf-8"))
    config = RunFolder(here / "t").config()

    assert trained.code == 0
    winner = min(result["summary"], key=lambda one: one["loss"])
    assert (config.training.lr, config.schedule) == (winner["best_lr"], winner["schedule"])
    again = run_race(RaceConfig.of(RaceConfig.read(here / "r/config.toml")), here / "r")
    schedule = [*again.grid.schedules].index(winner["schedule"])
    place = schedule, again.grid.lrs.index(config.training.lr)
    events = read(here / "t/trace.jsonl").events
    losses = [event.loss for event in events if isinstance(event, Update)]
    assert config.seed == again.grid.seeds[0] == 3
    assert np.allclose(again.losses[(slice(None), 0, *place)], np.array(losses), rtol=1e-5)


def test_json_is_the_result_and_nothing_else(rampup: Command, here: Path) -> None:
    answer = rampup("race", "--schedules", "hold", *SMALL, "--json", "--name", "mine")

    assert answer.err == ""
    assert json.loads(answer.out) == json.loads(
        (here / "runs/mine/result.json").read_text(encoding="utf-8")
    )


def test_a_race_goes_on_by_its_folder_and_draws_a_figure(rampup: Command, here: Path) -> None:
    first = rampup("race", "--schedules", "hold", *SMALL, "--json", "--out", "r")
    (here / "r/result.json").unlink()
    (here / "r/chunk-0003.safetensors").unlink()
    again = rampup("race", "r", "--json", "--plot", "r.png")

    assert json.loads(again.out)["final"] == json.loads(first.out)["final"]
    assert (here / "r.png").read_bytes().startswith(b"\x89PNG")


def test_a_training_is_raced_with_and_without_its_warmup(rampup: Command, here: Path) -> None:
    (here / "c.toml").write_text(
        "schedule = 'warmup 2ep >> decay'\n[training]\nlr = 0.06\n[race]\nseeds = 4\n",
        encoding="utf-8",
    )
    printed = rampup("race", "c.toml", "--clip-norm", "2.5", "--print-config")
    (here / "d.toml").write_text(printed.out, encoding="utf-8")
    config = RaceConfig.of(RaceConfig.read("d.toml"))

    assert (config.race.seeds, config.race.clip_norm) == (4, 2.5)
    assert config.schedules == [
        "warmup 2ep linear >> decay linear to 0.0",
        "hold 2ep >> decay linear to 0.0",
    ]
    assert config.lrs == "0.002:1.8:13"
    assert prepare(config).plan.horizon.updates == 250


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("race", "--seeds", "0"),
         "[race] seeds = 0 is not allowed; seeds is how many seeds, a whole number ≥ 1"),
        (("race", "--engine", "fast"),
         "[race] engine = 'fast' is not allowed; engine is 'auto', 'batched' or 'sequential'"),
        (("race", "--plot", "a.txt"),
         "a.txt is neither .png, .svg nor .pdf; name the output as one of them"),
        (("race", "full"),
         "no configuration can be read from full/config.toml: No such file or directory"),
        (("race", "--out", "full"),
         ("full holds something else; choose another folder, or go on with the race in it: "
         "rampup race full")),
        (("train", "--from-race", "full"),
         "full holds no finished race; finish it with rampup race full"),
        (("train", "c.toml", "--from-race", "full"),
         "'c.toml' and --from-race both say what is trained; give one of them"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(
    rampup: Command, here: Path, arguments: tuple[str, ...], message: str
) -> None:
    (here / "full").mkdir()
    (here / "full/x").write_text("", encoding="utf-8")
    answer = rampup(*arguments)
    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {message}\n")


def test_the_live_view_shows_who_is_alive_and_who_leads() -> None:
    console = Console(force_terminal=True, width=90, height=20, color_system=None, record=True)
    progress = Progress(
        done=500, total=1000, alive=7, members=10, per_second=12345.6,
        leaders=[("hold", 0.01, 3, 0.123456)],
    )  # fmt: skip
    with console.capture() as capture, LiveView(console) as view:
        view(progress)
        view._live.refresh()
    shown = capture.get()

    assert "7 of 10 members alive" in shown
    assert "50 %  12,346 updates/s" in shown
    assert "hold         0.01     3  0.1235" in shown


def test_a_view_that_is_no_terminal_is_silent() -> None:
    console = Console(force_terminal=False, width=90)
    with console.capture() as capture, LiveView(console) as view:
        view(Progress(done=1, total=2, alive=1, members=1, per_second=1.0, leaders=[]))
    assert capture.get() == ""
