"""Charts are drawn to scale: a value lands in the row where the axis says it is."""

import re

import pytest
from hypothesis import given, strategies as st

from rampup.report.chart import Series, chart

HEIGHT = 20


def canvas(text: str) -> list[str]:
    """Return the rows inside the frame, from the bottom up, without labels and frame."""
    rows = [line for line in text.splitlines() if line.endswith("│")]
    return [re.split("[│┤]", row)[1] for row in reversed(rows)]


def labels(text: str) -> dict[float, int]:
    """Return the labels of the y axis, each with its row from the bottom."""
    rows = [line for line in reversed(text.splitlines()) if line.endswith("│")]
    return {float(row.split("┤")[0]): at for at, row in enumerate(rows) if "┤" in row}


def points(values: list[float], width: int = 60) -> str:
    x = list(range(len(values)))
    return chart(
        [Series(x=x, y=values, marker="o")], title="t", width=width, height=HEIGHT, x_ticks=x
    )


heights = st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda ys: max(ys) > 1e-3)


@given(ys=heights, unit=st.sampled_from([1e-6, 0.01, 1.0, 3.7, 1e5]))
def test_a_point_lands_in_its_row(ys: list[float], unit: float) -> None:
    """Row 0 is zero and the top row the greatest value; each point is within one row of its own."""
    rows = canvas(points([unit * y for y in ys]))
    columns = {column for row in rows for column, mark in enumerate(row) if mark == "o"}

    assert len(rows) == HEIGHT - 4
    assert len(columns) == len(ys)
    for y, column in zip(ys, sorted(columns), strict=True):
        (row,) = [at for at, line in enumerate(rows) if line[column] == "o"]
        assert abs(row - y / max(ys) * (len(rows) - 1)) <= 0.51


@given(top=st.floats(1e-6, 1e6))
def test_labels_are_round_and_in_their_rows(top: float) -> None:
    at = labels(points([0.0, top]))

    assert min(at) == 0.0
    assert max(at) <= top * 1.000001
    assert 2 <= len(at) <= HEIGHT // 4 + 1
    for value, row in at.items():
        assert abs(row - value / top * (HEIGHT - 5)) <= 0.6
        assert len(f"{value:.3e}".split("e")[0].rstrip("0.")) <= 3


def test_the_x_axis_is_labelled_where_asked() -> None:
    text = chart(
        [Series(x=[0, 50, 100], y=[1, 2, 3], marker="o")],
        title="loss", width=64, height=12, x_ticks=[0, 50, 100],
    )  # fmt: skip
    title, *_, axis, names = text.splitlines()

    assert title.strip() == "loss"
    assert names.split() == ["0", "50", "100"]
    ticks = [column for column, mark in enumerate(axis) if mark == "┬"]
    assert len(ticks) == 3
    for name, tick in zip(["0", "50", "100"], ticks, strict=True):
        middle = names.index(name) + (len(name) - 1) / 2
        assert abs(middle - tick) <= 1.5
    rows = canvas(text)
    marks = sorted(column for row in rows for column, mark in enumerate(row) if mark == "o")
    start = axis.index("└") + 1
    assert [column + start for column in marks] == ticks


def test_a_line_joins_its_points() -> None:
    """A straight line stays within one row of where it should be, in every column."""
    text = chart([Series(x=[0, 99], y=[0, 10])], title="", width=80, height=HEIGHT, x_ticks=[0, 99])
    rows = canvas(text)
    width = len(rows[0])
    for column in range(width):
        inked = [at for at, row in enumerate(rows) if row[column] not in " ⠀"]
        assert inked
        wanted = column / (width - 1) * (len(rows) - 1)
        assert all(abs(at - wanted) <= 1.2 for at in inked)


@pytest.mark.parametrize("values", [[0.0, 0.0], [0.0]])
def test_nothing_but_zeros_is_drawn_on_the_floor(values: list[float]) -> None:
    rows = canvas(points(values))

    assert rows[0].count("o") == len(values)
    assert not any("o" in row for row in rows[1:])


@pytest.mark.parametrize(("width", "height"), [(40, 10), (80, 11), (110, 16)])
def test_it_keeps_to_its_size(width: int, height: int) -> None:
    text = chart(
        [Series(x=[0, 1], y=[0, 1])], title="t", width=width, height=height, x_ticks=[0, 1]
    )
    lines = text.splitlines()

    assert len(lines) == height
    assert max(map(len, lines)) == width
    assert not [line for line in lines if line != line.rstrip()]


def test_one_chart_leaves_nothing_in_the_next() -> None:
    first = points([1.0, 2.0, 3.0])
    points([5.0, 1.0, 4.0, 4.0])

    assert points([1.0, 2.0, 3.0]) == first
