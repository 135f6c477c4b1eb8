"""Every script of the corpus that can be run trains, and uses the rates it claims."""

from pathlib import Path

import numpy as np
import pytest
from tests.checker.corpus import CORRECT, PATTERNS, Claims, Curve, claims
from tests.checker.oracle import Outcome, execute

RUNNABLE = [path for path in (*CORRECT, *PATTERNS) if not claims(path).not_run]
RESUMED = [path for path in RUNNABLE if claims(path).resume]


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def ready(path: Path) -> Claims:
    said = claims(path)
    if said.missing:
        pytest.skip(said.missing)
    return said


@pytest.mark.parametrize("path", RUNNABLE, ids=name)
def test_a_script_uses_the_rates_it_claims(path: Path, tmp_path: Path) -> None:
    said = ready(path)
    outcome = execute(path, tmp_path, *said.argv, torchrun=said.torchrun)
    check_end(outcome, said)
    assert np.isfinite(outcome.losses).all()
    assert all(one.moved and one.finite for one in outcome.optimizers)
    assert {curve.optimizer for curve in said.curves} == set(range(len(outcome.optimizers)))
    for curve in said.curves:
        check_curve(outcome, curve)
    for text in said.prints:
        assert text in outcome.printed
    if path in CORRECT:
        assert outcome.warned == []


@pytest.mark.parametrize("path", RESUMED, ids=name)
def test_a_resumed_run_uses_the_rates_of_the_unbroken_one(path: Path, tmp_path: Path) -> None:
    said = ready(path)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    unbroken = execute(path, whole, *said.argv).optimizers
    pieces = [execute(path, parts, *argv) for argv in said.resume]
    assert [piece.error for piece in pieces] == [None] * len(pieces)
    assert all(len(piece.optimizers[0].rates) < len(unbroken[0].rates) for piece in pieces)
    for number, one in enumerate(unbroken):
        joined = [rates for piece in pieces for rates in piece.optimizers[number].rates]
        same = len(joined) == len(one.rates) and np.allclose(joined, one.rates, rtol=1e-9, atol=0)
        assert same == ("_bad" not in path.name)


def check_end(outcome: Outcome, said: Claims) -> None:
    """Check that it ended as it should; what it raised otherwise is the best thing to show."""
    if outcome.error is not None and type(outcome.error).__name__ not in said.raises:
        raise outcome.error
    assert bool(outcome.error) == bool(said.raises)


def check_curve(outcome: Outcome, said: Curve) -> None:
    rates = outcome.optimizers[said.optimizer].rates
    used = [one[said.group] for one in rates if len(one) > said.group]
    listed = said.listed()
    # what is typed is rounded to three digits
    np.testing.assert_allclose(used[: len(listed)], listed, rtol=5e-3, atol=1e-9)
    told = {
        "updates": len(used),
        "first": used[0],
        "peak": max(used),
        "peak_at": int(np.argmax(np.array(used) > max(used) * (1 - 1e-9))),
        "last": used[-1],
    }
    for key, value in told.items():
        if (wanted := getattr(said, key)) is not None:
            exact = isinstance(value, int)
            assert value == (wanted if exact else pytest.approx(wanted, rel=5e-3, abs=1e-9)), key


@pytest.mark.parametrize("path", CORRECT, ids=name)
def test_a_correct_script_claims_what_shows_that_it_is_correct(path: Path) -> None:
    for curve in claims(path).curves:
        assert curve.rates or None not in (curve.first, curve.peak, curve.last)
        assert curve.updates is not None or curve.group > 0
