"""The page of a diff alone: as accepted, escaped, without a script, and with the diff in it."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.report import events as e
from tests.report.page.conftest import diff_page_of, kept, tree
from tests.report.page.test_whole_page import ATTACK, attacked
from tests.trace.compared import run_a, run_b

from rampup import diff, write_diff
from rampup.errors import DataError, TraceError


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    return [kept(folder / "one", run_a()), kept(folder / "other", run_b())]


@pytest.fixture(scope="module")
def page(runs: list[Path]) -> str:
    return diff_page_of(*runs)


def test_the_page_looks_as_accepted(page: str, golden: Any) -> None:
    body = re.sub(r"<style>.*?</style>", "<style>…</style>", page, flags=re.DOTALL)
    golden(re.sub(r"[0-9a-f]{16}…", "…", body), name="diff")


def test_its_structure_is_sound(page: str) -> None:
    root = tree(page)
    ids = [one.attributes["id"] for one in root.all("*") if "id" in one.attributes]
    links = [one.attributes["href"] for one in root.all("a")]
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)
    levels = [int(one.name[1]) for one in root.all("*") if re.fullmatch("h[1-6]", one.name)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(next(table.all("caption")).text for table in root.all("table"))
    for table in root.all("table"):
        assert len({len([*row.all("th"), *row.all("td")]) for row in table.all("tr")}) == 1


def test_no_script_may_run_in_it(page: str) -> None:
    root = tree(page)
    [policy] = [o for o in root.all("meta") if "http-equiv" in o.attributes]
    assert "script-src 'none'" in policy.attributes["content"]
    assert [one.attributes["type"] for one in root.all("script")] == ["application/json"]
    assert not re.search(r"https?://", page)


def test_it_says_what_the_terminal_says(page: str) -> None:
    said = " ".join(next(tree(page).all("main")).text.split())
    tables = ("config", "final")
    for one in diff(run_a(), run_b()).differences:
        assert (one.name if one.part in tables else one.sentence) in said


def test_the_diff_for_machines_is_the_diff(page: str, runs: list[Path]) -> None:
    data = json.loads(tree(page).by_id("diff-json").text)
    assert data == {**diff(*runs).to_dict(), "a": "one", "b": "other"}


def test_every_text_of_a_run_shows_as_text(tmp_path: Path, runs: list[Path]) -> None:
    name = f"{ATTACK.replace('/', '')}'\""
    root = tree(diff_page_of(attacked(tmp_path / name), runs[0]))
    assert ATTACK.replace("/", "") in next(root.all("h1")).text
    for key in ("differences-data-flow", "differences-config"):
        assert root.by_id(key).name == "h3"
    assert ATTACK in next(root.all("main")).text
    assert [one.attributes["type"] for one in root.all("script")] == ["application/json"]
    assert not any(key.startswith("on") for one in root.all("*") for key in one.attributes)
    assert not set("<>&\u2028\u2029") & set(root.by_id("diff-json").text)


def test_runs_that_measured_nothing_have_a_page(tmp_path: Path) -> None:
    a, b = (kept(tmp_path / name, [e.HEADER]) for name in "ab")
    said = " ".join(next(tree(diff_page_of(a, b)).all("main")).text.split())
    assert "No difference: a and b are the same, to the last bit." in said
    assert "a has no end: it was cut off, or it still runs" in said


def test_a_diff_becomes_one_file(tmp_path: Path, runs: list[Path]) -> None:
    found = write_diff(*runs, tmp_path / "d.html", tolerance=0.5)
    assert (found.equal, found.tolerance) == (False, 0.5)
    assert "more than 0.5 of the larger one" in (tmp_path / "d.html").read_text(encoding="utf-8")
    with pytest.raises(DataError) as refused:
        write_diff(*runs, tmp_path / "d.html")
    assert str(refused.value) == (
        f"{tmp_path}/d.html exists already; choose another name, or say overwrite=True"
    )
    with pytest.raises(TraceError) as wrong:
        write_diff(*runs, tmp_path / "e.html", tolerance=1.0)
    assert str(wrong.value) == "tolerance 1.0 is not allowed; write a number in [0, 1)"
    assert {one.name for one in tmp_path.iterdir()} == {"d.html"}
