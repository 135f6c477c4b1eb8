"""The page as a whole: its structure, its words, and that nothing in a run can change either."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.report import events as e
from tests.report.page.conftest import Element, kept, page_of, tree
from tests.trace.rules import made

from rampup.errors import TraceError
from rampup.trace.record import Observation, Probe, Skipped, Update, from_json, to_json

ATTACK = "<script>alert(1)</script>"
QUOTES = "\"quoted\" & 'so' </script><!--<script> \u2028 \x00 \ud800"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(kept(tmp_path_factory.mktemp("runs") / "a", e.whole_run()))


def test_the_page_looks_as_accepted(page: str, golden: Any) -> None:
    body = re.sub(r"<(style|script)([^>]*)>.*?</\1>", r"<\1\2>…</\1>", page, flags=re.DOTALL)
    body = re.sub(r"script-src '[^']+'", "script-src '…'", body)
    # what a journal weighs is the journal's affair
    golden(re.sub(r"[\d,]+ bytes|[0-9a-f]{64}", "…", body), name="page")


def test_every_id_is_one_of_a_kind_and_every_link_leads_somewhere(page: str) -> None:
    root = tree(page)
    ids = [one.attributes["id"] for one in root.all("*") if "id" in one.attributes]
    links = [one.attributes["href"] for one in root.all("a")]
    assert len(ids) == len(set(ids))
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)
    for name in ("aria-labelledby", "aria-describedby", "for"):
        named = {one.attributes[name] for one in root.all("*") if name in one.attributes}
        assert named <= set(ids)


def test_headings_go_down_one_level_at_a_time(page: str) -> None:
    levels = [int(one.name[1]) for one in tree(page).all("*") if re.fullmatch("h[1-6]", one.name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_table_has_a_caption_and_every_head_a_scope(page: str) -> None:
    tables = list(tree(page).all("table"))
    assert len(tables) >= 8
    for table in tables:
        assert next(table.all("caption")).text
        assert all(one.attributes["scope"] in ("col", "row") for one in table.all("th"))
        head, *rows = [len([*row.all("th"), *row.all("td")]) for row in table.all("tr")]
        assert set(rows) == {head}


def test_nothing_is_asked_for_from_elsewhere(page: str) -> None:
    for one in tree(page).all("*"):
        assert not {"src", "srcset", "action", "data", "poster"} & one.attributes.keys()
        assert one.name not in ("link", "img", "iframe", "object", "embed", "base")
    style = next(tree(page).all("style")).text
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"https?://", page)


def observations(page: str) -> list[Element]:
    table = tree(page).by_id("run1-said")
    return list(next(table.all("tbody")).all("tr"))


def test_an_observation_leads_to_the_epoch_it_speaks_of(tmp_path: Path) -> None:
    events = [
        event
        for epoch in e.EPOCHS[:4]
        for event in (
            epoch,
            Observation(
                rule="rate",
                first=max(epoch.updates - 5, 0),
                last=max(epoch.updates - 1, 0),
                sentence=f"epoch {epoch.epoch}",
            ),
        )
    ]
    root = page_of(kept(tmp_path / "a", events))
    for row in observations(root):
        number, sentence, _, epoch, rule = [*row.all("th"), *row.all("td")]
        [link] = epoch.all("a")
        said = tree(root).by_id(link.attributes["href"][1:])
        assert sentence.text == f"epoch {link.text}"
        assert rule.text == "rate"
        assert [a.text for a in said.all("a")] == [number.text]


@pytest.mark.parametrize(
    ("last", "epoch"), [(0, "0"), (4, "1"), (5, "2"), (9, "2"), (10, "3"), (99, "–")]
)
def test_a_span_belongs_to_the_epoch_in_which_it_ends(
    tmp_path: Path, last: int, epoch: str
) -> None:
    said = Observation(rule="rate", first=0, last=last, sentence="so it is")
    [row] = observations(page_of(kept(tmp_path / "a", [*e.EPOCHS[:4], said])))
    assert [cell.text for cell in row.all("td")][2] == epoch


def test_the_trace_for_machines_is_the_trace(page: str) -> None:
    trace = json.loads(tree(page).by_id("run1-trace-json").text)
    wanted = [event for event in e.whole_run() if not isinstance(event, Update)]
    found = [from_json(json.dumps(event)) for event in trace["events"]]
    assert sorted(map(to_json, found)) == sorted(map(to_json, wanted))
    updates = [event for event in e.whole_run() if isinstance(event, Update)]
    for name, column in trace["updates"].items():
        assert column == [getattr(update, name) for update in updates]


def attacked(folder: Path) -> Path:
    """Return a run folder in which every text is an attack."""

    def spoiled(value: Any, key: str = "") -> Any:
        if isinstance(value, str) and key not in ("kind", "status"):
            return ATTACK + QUOTES
        if isinstance(value, dict):
            return {
                (k if value.get("kind") or k in KEPT else k + ATTACK): spoiled(v, k)
                for k, v in value.items()
            }
        if isinstance(value, list):
            return [spoiled(one) for one in value]
        return value

    lines = [json.dumps(spoiled(json.loads(to_json(event)))) for event in e.whole_run()]
    folder.mkdir()
    (folder / "trace.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return folder


KEPT = {
    *("id", "cells", "name", "warmup", "without", "difference", "low", "high", "verdict", "kind"),
    *("shape", "values", "mean", "std", "least", "most", "epoch", "first", "last"),
}
"""Keys that the format of a trace fixes."""


def test_every_text_of_a_run_shows_as_text(tmp_path: Path) -> None:
    page = page_of(attacked(tmp_path / f"{ATTACK.replace('/', '')}'\""))
    root = tree(page)
    scripts = list(root.all("script"))
    assert [one.attributes.get("type", "") for one in scripts] == ["application/json", ""]
    assert "alert(1)" not in scripts[1].text
    assert ATTACK.replace("/", "") in next(root.all("h1")).text
    for key in ("data", "schedule", "observations", "baseline", "prediction", "environment"):
        assert ATTACK in root.by_id(f"run1-{key}").text
    assert not any(name.startswith("on") for one in root.all("*") for name in one.attributes)
    events = json.loads(scripts[0].text)["events"]
    stage = next(event for event in events if event["kind"] == "stage")
    assert stage["notes"][0] == ATTACK + QUOTES
    assert not set("<>&\u2028\u2029") & set(scripts[0].text)
    page.encode("utf-8", errors="replace")


def text(page: str) -> str:
    return " ".join(next(tree(page).all("main")).text.split())


def test_a_run_that_was_killed_says_so(tmp_path: Path) -> None:
    run = kept(tmp_path / "a", e.whole_run()[:21])
    with (run / "trace.jsonl").open("a") as file:
        file.write('{"kind":"upd')
    said = text(page_of(run))
    assert "? no end recorded, 10 updates" in said
    assert (
        "This trace has no end: the run was killed, crashed, or is still going on. "
        "Its last update is 9." in said
    )
    assert (
        "The last line was torn in the middle of writing; its 12 characters are left out." in said
    )


def test_a_run_that_diverged_says_where_and_why(tmp_path: Path) -> None:
    lost = [replace(u, loss=float("nan"), grad_norm=float("inf")) for u in e.updates(2)[2:]]
    end = replace(e.END, status="diverged", updates=10, reason="loss nan at update 7")
    said = text(page_of(kept(tmp_path / "a", [*e.updates(1), *e.updates(2)[:2], *lost, end])))
    assert "✗ diverged after 10 updates" in said
    assert "Diverged: loss nan at update 7" in said
    assert "The loss was infinite or not a number at 3 updates, first at update 7." in said
    assert "3 values are infinite or not a number, first at update 7, and cannot be drawn." in said


def test_a_rate_that_is_not_the_planned_one_is_named(tmp_path: Path) -> None:
    events = [
        replace(update, used=update.used * (2 if update.k in (3, 4) else 1), reported=update.used)
        for update in e.updates(1)
    ]
    said = text(page_of(kept(tmp_path / "a", events)))
    assert (
        "Used and planned rates differ at 2 updates, first at update 3: used 0.0032, planned "
        "0.0016; most at update 4: used 0.004, planned 0.002." in said
    )
    assert "Used and reported rates differ at 2 updates" in said


def test_a_loop_that_measures_little_has_a_page(tmp_path: Path) -> None:
    update = Update(k=0, planned=None, used=0.1, reported=None, loss=None, grad_norm=None)
    page = page_of(kept(tmp_path / "a", [update]))
    assert [one.text for one in tree(page).all("h2")] == ["Summary", "Schedule", "The trace itself"]
    assert "Learning rate by update" in text(page)


def test_a_plan_without_an_update_is_drawn(tmp_path: Path) -> None:
    said = text(page_of(kept(tmp_path / "a", [e.HEADER, e.PLANNED])))
    assert "No update was made; shown is the plan" in said


def head_and_rows(page: str, key: str) -> list[list[str]]:
    """Return the cells of a table, the head first."""
    return [
        [cell.text.strip() for cell in row.all("*") if cell.name in ("th", "td")]
        for row in tree(page).by_id(key).all("tr")
    ]


def test_every_metric_is_a_column_and_what_none_measured_has_none(tmp_path: Path) -> None:
    epochs = [
        made.epoch(1, held_out_loss=0.5, metrics={"f1": 0.25, ATTACK: 1e-7}),
        made.epoch(2, held_out_loss=0.4, metrics={"recall": float("nan"), "f1": 0.5}),
    ]
    page = page_of(kept(tmp_path / "a", epochs))
    assert head_and_rows(page, "run1-epochs") == [
        ["epoch", "updates done", "held-out loss", "f1", ATTACK, "recall", "observed"],
        ["1", "10", "0.5", "0.25", "1e-07", "–", ""],
        ["2", "20", "0.4", "0.5", "–", "–", ""],
    ]


def test_more_metrics_than_a_table_can_bear_are_counted(tmp_path: Path) -> None:
    epoch = made.epoch(1, metrics={f"m{n}": float(n) for n in range(23)})
    page = page_of(kept(tmp_path / "a", [epoch]))
    assert len(head_and_rows(page, "run1-epochs")[0]) == 3 + 20
    assert "3 metrics more not shown." in text(page)


def test_rates_of_all_parameter_groups_are_shown(tmp_path: Path) -> None:
    updates = [
        made.update(k, planned=0.1, rates=[0.1, 0.01 * (k + 1), 0.5 / (k + 1)]) for k in range(4)
    ]
    page = page_of(kept(tmp_path / "a", updates))
    assert head_and_rows(page, "run1-group-rates") == [
        ["group", "first update", "highest", "last update"],
        ["0", "0.1", "0.1", "0.1"],
        ["1", "0.01", "0.04", "0.04"],
        ["2", "0.5", "0.5", "0.125"],
    ]
    root = tree(page)
    legend = next(root.by_id("run1-groups").all("ul"))
    assert [one.text for one in legend.all("li")] == ["group 0", "group 1", "group 2"]
    assert "planned and used, of group 0" in root.by_id("run1-rates").text
    trace = json.loads(root.by_id("run1-trace-json").text)
    assert trace["groups_of"] == 3
    assert trace["updates"]["rates"]["2"] == [0.5, 0.25, 0.5 / 3, 0.125]


def test_of_many_groups_some_are_drawn_and_all_are_counted(tmp_path: Path) -> None:
    update = made.update(0, rates=[0.1 * 0.9**g for g in range(60)])
    page = page_of(kept(tmp_path / "a", [update]))
    figure = tree(page).by_id("run1-groups")
    assert len(list(figure.all("path"))) == 2 * 8
    assert "52 groups between them not drawn" in figure.text
    assert "Shown are 40 of 60 groups." in text(page)
    assert head_and_rows(page, "run1-group-rates")[-1][0] == "59"


def test_where_all_groups_used_one_rate_none_is_shown(page: str) -> None:
    assert "group 0" not in page
    assert "run1-groups" not in page


def test_closer_looks_and_skipped_steps_are_shown(tmp_path: Path) -> None:
    unit = {"name": ATTACK, "kind": "ReLU", "mean": 0.0, "std": 1.0, "dead": 0.25}
    probe = Probe(k=10, layers=[unit], critical_rate=0.5, rate=0.01)  # type: ignore[list-item]
    skipped = Skipped(k=2, reason="overflow")
    said = text(page_of(kept(tmp_path / "a", [*e.updates(1), skipped, probe])))
    assert f"25.0% in {ATTACK}" in said
    assert (
        "1 optimizer step changed nothing and is not counted as updates; the first, before "
        "update 2: overflow" in said
    )


def test_a_spike_that_presses_all_else_flat_brings_a_second_chart(tmp_path: Path) -> None:
    events = [replace(e.updates(1)[0], k=k, loss=90.0 if k == 150 else 1.0) for k in range(300)]
    page = page_of(kept(tmp_path / "a", events))
    figure = tree(page).by_id("run1-loss-closer")
    assert "1 value above 1.1 is cut off here, the highest 90" in figure.text
    assert not [o for o in tree(page).all("figure") if "cropped" in o.attributes.get("class", "")]


def test_more_runs_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(TraceError) as refused:
        page_of()
    assert str(refused.value) == "a report holds 1 to 8 runs, not 0; choose fewer"
