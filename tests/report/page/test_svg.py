"""What is drawn stands where its numbers say, and says itself in words."""

import math
import re

import numpy as np
import pytest
from tests.report.page.conftest import tree

from rampup.report.page.svg import (
    HIGH,
    WIDE,
    Chart,
    Curve,
    Mark,
    bars,
    draw,
    element,
    interval,
    path,
)


def curve(x: list[float], y: list[float], form: str = "line") -> Curve:
    return Curve(label="a", x=np.array(x, float), y=np.array(y, float), tone=1, form=form)


def points(drawn: str) -> list[tuple[int, int]]:
    """Return the corners that a path visits."""
    found: list[tuple[int, int]] = []
    x = y = 0
    for move, rest in re.findall(r"([Mlhv])([-\d ]+)", drawn):
        numbers = [int(n) for n in re.findall(r"-?\d+", rest)]
        match move:
            case "M":
                x, y = numbers
            case "l":
                x, y = x + numbers[0], y + numbers[1]
            case "h":
                x += numbers[0]
            case _:
                y += numbers[0]
        found.append((x, y))
    return found


def test_a_line_is_to_scale() -> None:
    drawn = path(curve([0, 5, 10], [0, 1, 0.5]), 0, 10, 0, 2)
    assert points(drawn) == [(0, HIGH), (WIDE // 2, HIGH // 2), (WIDE, HIGH * 3 // 4)]


def test_a_step_holds_its_value_up_to_the_next() -> None:
    drawn = path(curve([0, 5, 10], [1, 2, 2], "steps"), 0, 10, 0, 2)
    half = (WIDE // 2, HIGH // 2)
    assert points(drawn) == [(0, HIGH // 2), half, (WIDE // 2, 0), (WIDE, 0)]


def test_points_on_a_level_are_left_out_and_nothing_else() -> None:
    assert path(curve([0, 1, 2, 3], [1, 1, 1, 2]), 0, 3, 0, 2).count("h") == 1
    assert points(path(curve([0, 1, 2, 3], [1, 1, 1, 2]), 0, 3, 0, 2)) == [
        (0, 1100), (4800, 1100), (7200, 0),
    ]  # fmt: skip


def test_what_is_not_finite_is_not_drawn() -> None:
    assert path(curve([0, 1, 2], [math.nan, math.inf, math.nan]), 0, 2, 0, 2) == "M0 0"
    assert points(path(curve([0, 1, 2], [0, math.nan, 2]), 0, 2, 0, 2)) == [(0, HIGH), (WIDE, 0)]


def test_a_chart_starts_at_zero_and_goes_below_it_where_its_numbers_do() -> None:
    def marks(y: list[float]) -> list[str]:
        drawn = draw(Chart(id="c", title="t", says="s", curves=[curve([0, 1], y)]))
        return [one.text for one in tree(drawn.svg).all("text") if "y" in one.attributes["class"]]

    assert marks([5, 6]) == ["0", "2", "4", "6"]
    assert marks([-5, 6]) == ["-5", "0", "5"]


@pytest.mark.parametrize("y", [[0.0, 0.0], [7.0], [1e-300, 1e-300], [-3.0, -3.0]])
def test_a_flat_or_a_single_value_has_an_axis(y: list[float]) -> None:
    drawn = draw(Chart(id="c", title="t", says="s", curves=[curve(list(range(len(y))), y)]))
    assert "nan" not in drawn.svg
    assert drawn.last > drawn.first


def test_a_mark_stands_at_its_update_and_its_label_where_there_is_room() -> None:
    marks = [Mark(at=at, label=f"at {at}") for at in (0, 1, 5, 10)]
    drawn = draw(
        Chart(id="c", title="t", says="s", curves=[curve([0, 10], [0, 1])], marks=marks)
    )  # fmt: skip
    root = tree(drawn.svg)
    lines = [one for one in root.all("line") if one.attributes["class"] == "mark"]
    labels = [one for one in root.all("text") if "at" in one.attributes["class"].split()]
    assert [one.attributes["x1"] for one in lines] == ["0%", "10%", "50%", "100%"]
    assert [(one.text, one.attributes["class"]) for one in labels] == [
        ("at 0", "tick at start"), ("at 5", "tick at end"), ("at 10", "tick at end"),
    ]  # fmt: skip


def test_a_chart_says_itself() -> None:
    drawn = draw(Chart(id="c", title="<t>", says="a & b", curves=[curve([0, 1], [0, 1])]))
    [svg, *_] = tree(drawn.svg).all("svg")
    assert svg.attributes["role"] == "img"
    assert svg.attributes["aria-labelledby"] == "c-t"
    assert tree(drawn.svg).by_id("c-t").text == "<t>"
    assert tree(drawn.svg).by_id("c-d").text == "a & b"


def test_text_is_escaped_in_and_between_tags() -> None:
    drawn = element("text", "<b>", title='"x" <y>')
    [one] = tree(drawn).all("text")
    assert one.text == "<b>"
    assert one.attributes == {"title": '"x" <y>'}
    assert "<b>" not in drawn


def test_bars_go_up_and_down_from_zero() -> None:
    up, down, none = tree(bars([2.0, -1.0, 0.0])).all("rect")
    assert (up.attributes["y"], up.attributes["height"]) == ("2.0", "14.0")
    assert (down.attributes["y"], down.attributes["height"]) == ("16", "7.0")
    assert none.attributes["height"] == "0.0"
    assert len(list(tree(bars([math.nan, math.inf])).all("rect"))) == 2


def test_an_interval_stands_beside_zero() -> None:
    [span] = [x for x in tree(interval(-1, 0.5, 2)).all("line") if x.attributes["class"] == "span"]
    assert (span.attributes["x1"], span.attributes["x2"]) == ("33.0", "114.0")
    assert interval(math.nan, 0, 1) == ""
