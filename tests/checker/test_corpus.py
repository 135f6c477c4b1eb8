"""The checker is silent on correct scripts, and finds the mistake in each of the others."""

import re
from pathlib import Path

import pytest
from tests.checker.corpus import CORRECT, PATTERNS, SCRIPTS, Expected, claims, expected

import rampup

EXPECTED = expected()


def name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", CORRECT, ids=name)
def test_a_correct_script_gives_neither_error_nor_warning(path: Path) -> None:
    found = [str(one) for one in rampup.check(path) if one.severity != "note"]
    assert found == []


@pytest.mark.parametrize("path", PATTERNS, ids=name)
def test_a_mistake_is_found_where_it_stands(path: Path) -> None:
    wanted = EXPECTED.get(path.name, Expected(words=(), at=()))
    found = rampup.check(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    reported = {
        one.word
        for one in found
        if one.place.line and lines[one.place.line - 1].strip() in wanted.at
    }
    # what is missed is written down, and struck off when it is found
    assert (set(wanted.words) <= reported) is (not wanted.missed)
    grave = {one.word for one in found if one.severity != "note"}
    assert grave <= {*wanted.words, *wanted.allowed}


def test_every_mistake_is_expected_and_every_twin_is_not() -> None:
    assert set(EXPECTED) == {path.name for path in PATTERNS if "_good" not in path.name}


@pytest.mark.parametrize(("script", "wanted"), EXPECTED.items(), ids=EXPECTED)
def test_a_line_that_is_expected_stands_in_the_script(script: str, wanted: Expected) -> None:
    text = (SCRIPTS / "patterns" / script).read_text(encoding="utf-8")
    assert set(wanted.at) <= {line.strip() for line in text.splitlines()}
    assert wanted.words
    assert wanted.at


def test_every_pattern_has_a_twin_and_three_variants() -> None:
    numbers = {re.match(r"p\d\d|practice\d", path.name)[0] for path in PATTERNS}
    assert {f"p{number:02d}" for number in range(1, 32)} <= numbers
    for number in numbers:
        files = [path.name for path in PATTERNS if path.name.startswith(number)]
        assert f"{number}_good.py" in files
        assert len([one for one in files if "_bad_" in one]) >= (0 if "practice" in number else 3)


def test_the_corpus_is_large_enough_and_has_notebooks() -> None:
    assert len(CORRECT) >= 70
    assert len([path for path in CORRECT if path.suffix == ".ipynb"]) >= 5
    assert len([path for path in CORRECT if claims(path).not_run]) <= 3
