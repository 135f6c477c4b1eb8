"""A trace is found where it is: events, what holds them, a folder or a file; or it is refused."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rampup.errors import TraceError
from rampup.trace.journal import Journal
from rampup.trace.record import Event, Insight
from rampup.trace.source import events_of

EVENTS: list[Event] = [Insight(sentences=["One."]), Insight(sentences=["Two."])]


@dataclass
class Run:
    events: list[Event] = field(default_factory=lambda: EVENTS)


def test_events_are_read_from_wherever_they_are(tmp_path: Path) -> None:
    with Journal(tmp_path / "trace.jsonl") as journal:
        journal.append(EVENTS)

    for source in (EVENTS, iter(EVENTS), Run(), tmp_path, tmp_path / "trace.jsonl", str(tmp_path)):
        assert events_of(source) == EVENTS
    assert events_of([]) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (3, "3 is no trace; give events, a run, or the path of a run folder"),
        ([3], "3 is no event of a trace; give events, a run, or the path of a run folder"),
        ("gone", "no trace can be read from gone: No such file or directory"),
        (".", "no trace can be read from trace.jsonl: No such file or directory"),
    ],
)
def test_what_is_no_trace_is_refused(
    source: object, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TraceError) as caught:
        events_of(source)  # type: ignore[arg-type]
    assert str(caught.value) == said
