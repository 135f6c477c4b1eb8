"""A trace folded as it is read: the same from a file as from its events, and a bad line named."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from tests.trace.compared import run_a
from tests.trace.rules import made
from tests.trace.rules.test_rule_laws import TRACES

from rampup.errors import TraceError
from rampup.trace.columns import SERIES
from rampup.trace.journal import Journal
from rampup.trace.record import End, Epoch, Event, Header, Update, to_json
from rampup.trace.story import Story, story_of


def told(story: Story) -> list[object]:
    columns = [story.columns.of(name) for name in SERIES]
    return [
        [to_json(event) for event in story.events],
        story.k.tobytes(),
        [(one.values.tobytes(), one.lost.tobytes()) for one in columns],
    ]


@given(TRACES)
def test_events_by_kind_and_updates_as_columns(events: list[Event]) -> None:
    story = story_of(events, "it")
    assert story.name == "it"
    assert story.events == [event for event in events if not isinstance(event, Update)]
    for kind in (Epoch, End, Header):
        assert story.all(kind) == [event for event in events if isinstance(event, kind)]
        assert story.last(kind) == next(iter(story.all(kind)[::-1]), None)
    updates = [event for event in events if isinstance(event, Update)]
    assert story.updates == len(updates)
    for name in SERIES:
        values = [getattr(update, name) for update in updates]
        assert story.columns.of(name).measured.tolist() == [value is not None for value in values]
    assert story.ended == bool(events and isinstance(events[-1], End))


@pytest.mark.parametrize("form", ["columns", "objects"])
def test_a_file_tells_what_its_events_do(tmp_path: Path, form: str) -> None:
    events = [*run_a(), *(made.update(k, loss=k / 7, rates=[0.1, k]) for k in range(4, 1500))]
    path = tmp_path / "trace.jsonl"
    if form == "columns":
        with Journal(path) as journal:
            journal.append(events)
    else:  # schema 1
        path.write_text("".join(f"{to_json(event)}\n" for event in events))
    story = story_of(tmp_path)
    assert told(story) == told(story_of(events))
    assert story.columns.of_group(1).numbers[-1] == 1499
    assert (story.name, story.path, story.torn) == (str(tmp_path), path, 0)
    assert story.size == path.stat().st_size
    assert story.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_torn_line_is_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(f'{to_json(made.update(0))}\n{{"kind":"upd')
    assert (story_of(path).updates, story_of(path).torn) == (1, 12)


@pytest.mark.parametrize(
    ("loss", "said"),
    [("[]", "must be real number, not list"), (f"1{'0' * 400}", "int too large to convert to")],
)
def test_what_is_no_number_is_named_with_its_line(tmp_path: Path, loss: str, said: str) -> None:
    path = tmp_path / "trace.jsonl"
    lines = [to_json(made.update(k, loss=0.25)) for k in range(3)]
    path.write_text("\n".join(lines).replace("0.25", loss, 2).replace(loss, "0.25", 1) + "\n")
    with pytest.raises(TraceError) as refused:
        story_of(path)
    assert str(refused.value).startswith(f"{path}, line 2: {said}")


def test_an_event_that_measured_no_number_is_refused() -> None:
    bad = made.update(0, loss=[])
    with pytest.raises(TraceError) as refused:
        story_of([bad])
    assert str(refused.value) == f"{bad!r} holds no number: must be real number, not list"
