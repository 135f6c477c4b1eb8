"""Several runs side by side: what differs, and from which update on."""

from dataclasses import replace
from pathlib import Path

from tests.report import events as e
from tests.report.page.conftest import kept, page_of, tree

from rampup.report.page.compare import compare
from rampup.report.page.source import Story, read_story
from rampup.trace.record import Event, Update


def story(folder: Path, *events: Event) -> Story:
    return read_story(kept(folder, [e.HEADER, *events]))


def test_equal_runs_are_said_to_be_equal(tmp_path: Path) -> None:
    a, b = (story(tmp_path / name, *e.updates(1)) for name in "ab")
    assert compare([a, b], "AB").begins == [
        "Rates used of A and B are equal, bit for bit, at all 5 updates.",
        "Losses of A and B are equal, bit for bit, at all 5 updates.",
    ]


def test_the_first_update_that_differs_is_named(tmp_path: Path) -> None:
    changed = [
        replace(u, used=u.used * (1 + (u.k == 3)), loss=u.loss + (0, 0, 1e-9, 0, 1)[u.k])  # type: ignore[attr-defined]
        for u in e.updates(1)
    ]
    a, b = story(tmp_path / "a", *e.updates(1), *e.updates(2)), story(tmp_path / "b", *changed)
    assert compare([a, b], "AB").begins == [
        "A made 10 updates and B 5; the first 5 are compared.",
        "Rates used of A and B first differ at update 3: 0.0016 and 0.0032.",
        (
            "Losses of A and B first differ at update 2: 0.818730753 and 0.818730754; "
            "by more than 1e-06 of it from update 4 on."
        ),
    ]


def test_a_difference_within_the_tolerance_is_called_one(tmp_path: Path) -> None:
    near = [replace(u, loss=u.loss + 1e-9) for u in e.updates(1)]  # type: ignore[attr-defined]
    a, b = story(tmp_path / "a", *e.updates(1)), story(tmp_path / "b", *near)
    assert compare([a, b], "AB").begins[1].endswith("; none is more than 1e-06 of its value apart.")


def test_what_was_not_measured_cannot_be_compared(tmp_path: Path) -> None:
    less = [replace(u, loss=None) for u in e.updates(1) if isinstance(u, Update)]
    a, b = story(tmp_path / "a", *e.updates(1)), story(tmp_path / "b", *less)
    assert compare([a, b], "AB").begins[1] == (
        "Losses of A and B cannot be compared: one of them has none."
    )


def test_only_settings_that_differ_are_listed(tmp_path: Path) -> None:
    header = replace(e.HEADER, config={"lr": 1, "baseline": {"seeds": 5}}, environment={"os": "x"})
    a = read_story(kept(tmp_path / "a", [header]))
    b = read_story(
        kept(tmp_path / "b", [replace(header, config={"lr": 2, "baseline": {"seeds": 5}})])
    )
    settings, environment, _ = compare([a, b], "AB").tables
    assert settings.rows == [["lr", "1", "2"]]
    assert settings.note == "1 of 2 are the same in all runs."
    assert environment.rows == []


def test_a_page_of_three_runs_holds_each_and_their_differences(tmp_path: Path) -> None:
    runs = [kept(tmp_path / name, e.whole_run()) for name in "abc"]
    root = tree(page_of(*runs))
    ids = [one.attributes["id"] for one in root.all("*") if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert [one.attributes["id"] for one in root.all("article")] == ["run1", "run2", "run3"]
    assert "equal, bit for bit" in root.by_id("differences").text
    tones = [o.attributes["class"] for o in root.by_id("all-used").all("path")]
    assert len(set(tones)) == 3
