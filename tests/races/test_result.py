"""What a race says, computed again by hand; the terminal page, the JSON and the figure."""

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from tests.conftest import Golden
from tests.races.made import RATES, made

from rampup.races.figures import against_rate, figure, heat_map, training
from rampup.races.show import sentences, shown
from rampup.report.terminal import print_plain

INF = math.inf

TWO = [
    [[1.5, 0.1, 0.3, 0.3], [1.5, 0.12, 1.9, INF]],
    [[1.5, 0.2, 0.4, 0.2], [1.5, 0.22, 0.3, INF]],
    [[1.5, 0.3, 0.2, 1.0], [1.5, 0.32, 0.2, INF]],
]
"""Three seeds; with warmup the best two rates are within the seeds' spread."""


def test_a_summary_quotes_what_happened() -> None:
    warm, cold = made(TWO).schedules

    assert (warm.best_lr, cold.best_lr) == (0.1, 0.1)
    assert warm.loss == pytest.approx(0.2)
    assert warm.spread == (0.1, 0.3)
    assert (warm.diverged, cold.diverged) == (0, 3)
    # progress of the best members is 1.9, 1.8 and 1.8, four fifths of it end at 0.48, 0.56, 0.56
    assert (warm.lowest_lr, warm.stable_lr) == (0.1, 1.0)
    assert (cold.lowest_lr, cold.stable_lr) == (0.1, 0.1)
    assert warm.sensitivity == pytest.approx(np.mean([1.3, 0, 0.1, 0.3]))
    assert cold.sensitivity == pytest.approx(np.mean([1.28, 0, 0.58, 1.78]))
    assert warm.spike == 1.0
    assert warm.metric is None


def test_the_target_is_nine_tenths_of_the_best_progress_or_the_callers() -> None:
    """From 2 to 0.1 and nine tenths is 0.29: 10 updates at 2 and k at 0.2 are below at k = 10."""
    race = made(TWO)
    assert race.to_dict()["target"] == pytest.approx(0.29)
    assert [one.updates_to_target for one in race.schedules] == [20.0, 20.0]
    easy = made(TWO, target=1.2)
    # 2 − 0.18 k ≤ 1.2 for the median seed, whose final loss is 0.2
    assert easy.schedules[0].updates_to_target == 15.0
    assert made(TWO, target=0.05).schedules[0].updates_to_target is None


def test_a_spike_is_the_worst_seeds_and_early() -> None:
    race = made(TWO)
    race.losses[3, 1, 0, 1] = 5.0
    race.losses[12, 2, 0, 1] = 50.0
    assert race.schedules[0].spike == 2.5


def test_held_out_rows_decide_where_there_are_some() -> None:
    final = np.array(TWO)
    race = made(
        TWO, held_out=np.where(np.isinf(final), np.nan, 2 - final), metric=np.full(final.shape, 0.5)
    )

    assert race.judged_by == "held-out"
    assert race.schedules[0].best_lr == 0.01
    assert race.schedules[0].loss == pytest.approx(0.5)
    assert race.schedules[0].metric == 0.5


def test_a_schedule_without_a_finite_rate_says_so() -> None:
    race = made([[[INF] * 4, [1.0] * 4]] * 3)
    lost, fine = race.schedules

    assert lost.diverged == 12
    assert {lost.best_lr, lost.loss, lost.stable_lr, lost.spike, lost.spread} == {None}
    assert race.winner == fine
    assert (race.diverged_at[0, 0] == 5).all()
    assert made([[[INF] * 4] * 2]).winner is None


def test_a_dropped_member_is_neither_best_nor_diverged() -> None:
    dropped = np.zeros((3, 2, 4), dtype=bool)
    dropped[:, 0, 1] = True
    race = made(TWO, dropped=dropped)

    assert race.schedules[0].best_lr == 1.0
    assert race.schedules[0].diverged == 0
    assert np.isnan(race.final[:, 0, 1]).all()


@pytest.mark.parametrize(
    ("final", "verdict"),
    [
        ([[[0.1], [0.5]], [[0.2], [0.7]], [[0.1], [0.6]]], "helps"),
        ([[[0.5], [0.1]], [[0.7], [0.2]], [[0.6], [0.1]]], "hurts"),
        ([[[0.1], [0.2]], [[0.3], [0.1]], [[0.1], [0.2]]], "no difference at this budget"),
        (
            [[[0.1, 0.1], [0.2, 1.9]], [[0.3, 0.3], [0.1, 1.9]], [[0.1, 0.1], [0.2, 1.9]]],
            "only widens the stable range by ×10",
        ),
        (
            [[[0.1, 1.9], [0.2, 0.1]], [[0.3, 1.9], [0.1, 0.3]], [[0.1, 1.9], [0.2, 0.1]]],
            "only narrows the stable range by ×10",
        ),
        ([[[0.1], [INF]], [[0.2], [0.5]], [[0.1], [0.5]]], "helps"),
        ([[[INF], [0.1]], [[0.2], [0.5]], [[0.1], [0.5]]], "hurts"),
        ([[[INF], [INF]]] * 3, "both diverged at every rate"),
        ([[[0.1], [0.5]], [[0.2], [0.7]]], "too few seeds to tell, 3 are the least"),
    ],
)
def test_the_verdict_is_honest(final: Any, verdict: str) -> None:
    [pair] = made(final).pairs

    assert pair.verdict == verdict
    assert (pair.schedule, pair.beside) == ("warmup 5up linear >> hold", "hold")


def test_an_interval_covers_the_choice_of_the_rate_and_three_seeds_that_agree() -> None:
    """At 0.1, 0.2 and 0.3 apart, Student's interval reaches from −0.448 to 0.048: no verdict."""
    [pair] = made([[[0.4], [0.5]], [[0.3], [0.5]], [[0.2], [0.5]]]).pairs

    assert pair.difference == pytest.approx(-0.2)
    assert pair.low == pytest.approx(-0.448, abs=1e-3)
    assert pair.high == pytest.approx(0.048, abs=1e-3)
    assert pair.verdict == "no difference at this budget"
    # seeds that prefer different rates: on a resample, the better rate of it is taken
    torn = made([[[0.0, 1.0], [0.5, 0.5]], [[1.0, 0.0], [0.5, 0.5]]] * 3).pairs[0]
    assert torn.difference == 0.0
    assert torn.low is not None
    assert torn.low <= -0.5 < 0 <= (torn.high or 0)


def test_the_one_with_warmup_is_named_first() -> None:
    race = made([[[0.1], [0.2], [0.3]]] * 3)
    names = [(pair.schedule.split()[0], pair.beside.split()[0]) for pair in race.pairs]
    assert names == [("warmup", "hold"), ("warmup", "decay"), ("hold", "decay")]


def test_the_json_holds_no_infinity_and_all_numbers() -> None:
    plain = json.loads(made(TWO).to_json())

    assert plain["final"][0][1] == [1.5, 0.12, 1.9, None]
    assert plain["diverged_at"][0][1] == [-1, -1, -1, 5]
    assert plain["summary"][0]["best_lr"] == 0.1
    assert plain["pairs"][0]["verdict"] == "only widens the stable range by ×10"
    assert plain["schedules"] == {
        "warmup 5up linear >> hold": "warmup 5up linear >> hold", "hold": "hold"
    }  # fmt: skip


def test_the_page(golden: Golden) -> None:
    dropped = np.zeros((3, 2, 4), dtype=bool)
    dropped[:, 0, 3] = True
    console = Console(file=io.StringIO(), width=80)
    print_plain(console, shown(made(TWO, dropped=dropped)))

    assert isinstance(console.file, io.StringIO)
    golden(console.file.getvalue(), name="page")


def test_a_pair_is_a_sentence_with_its_numbers() -> None:
    assert sentences(made(TWO)) == [
        (
            "1 beside 2: only widens the stable range by ×10; training loss -0.02, "
            "95 % interval -0.02 to +0.0333"
        )
    ]
    assert sentences(made([[[INF], [INF]]] * 3)) == ["1 beside 2: both diverged at every rate"]


def test_the_figure_draws_what_was_measured(tmp_path: Path) -> None:
    race = made(TWO)
    made_figure = figure(race)
    rates, curves, heat, *_ = made_figure.axes
    against_rate(race, rates)
    training(race, curves)
    heat_map(race, heat)

    assert np.asarray(rates.lines[0].get_ydata()) == pytest.approx(np.mean(TWO, axis=0)[0])
    assert np.asarray(rates.lines[3].get_xdata()).tolist() == [RATES[3]]
    assert np.asarray(curves.lines[0].get_ydata())[-1] == pytest.approx(0.2)
    shownmap = heat.images[0].get_array()
    assert shownmap is not None
    assert shownmap[0].tolist() == pytest.approx(np.mean(TWO, axis=0)[0])
    assert np.ma.getmaskarray(shownmap)[1, 3]
    race.save(tmp_path / "race.svg")
    assert (tmp_path / "race.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")
