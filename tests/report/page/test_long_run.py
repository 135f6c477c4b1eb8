"""A long run: a small page, honest about what it leaves out. `benchmarks/report.py` is longer."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks.report import write_long
from tests.report.page.conftest import Element, page_of, tree

from rampup.report.page.source import read_story

UPDATES = 60_000


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Element:
    folder = tmp_path_factory.mktemp("long")
    write_long(folder, updates=UPDATES, updates_per_epoch=20)
    page = page_of(folder)
    assert len(page.encode()) <= 1_000_000
    return tree(page)


def test_what_is_left_out_is_said(root: Element) -> None:
    said = " ".join(root.text.split())
    assert "Of 60,000 updates each of 720 columns draws its lowest and its highest" in said
    assert "Shown are" in said
    assert re.search(r"Shown are \d+ of 3,000 epochs\.", said)
    assert re.search(r"Shown are \d+ of 6,001 observations\.", said)
    assert "Of its 60,000 updates this file holds those where a series is highest or lowest" in said


def test_the_seldom_observation_and_its_epoch_are_shown(root: Element) -> None:
    [row] = [one for one in root.by_id("run1-said").all("tr") if "loss spike" in one.text]
    [link] = row.all("a")
    assert root.by_id(link.attributes["href"][1:]).name == "tr"


def test_the_embedded_updates_hold_every_extreme(root: Element, tmp_path: Path) -> None:
    write_long(tmp_path, updates=UPDATES, updates_per_epoch=20)
    story = read_story(tmp_path)
    trace = json.loads(root.by_id("run1-trace-json").text)
    assert trace["updates_of"] == UPDATES
    for name in ("used", "loss", "grad_norm"):
        column = trace["updates"][name]
        assert max(column) == story.series(name).max()
        assert min(column) == story.series(name).min()
    k = trace["updates"]["k"]
    assert k == sorted(k)
    assert np.array_equal(trace["updates"]["loss"], story.series("loss")[k])
