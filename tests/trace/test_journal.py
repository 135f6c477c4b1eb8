"""The journal: what was appended is read, a torn end is survived, damage inside is not hidden."""

import subprocess
import sys
from pathlib import Path

import pytest

from rampup.errors import TraceError
from rampup.trace.journal import Journal, Reading, read
from rampup.trace.record import SCHEMA, Event, Insight, Update, to_json

EVENTS: list[Event] = [
    Update(k=0, planned=0.1, used=0.1, reported=0.1, loss=float("inf"), grad_norm=None),
    Insight(sentences=["Eins", "≥ 2 — ½"]),
    Insight(sentences=["größer als 1,5 ×"]),
]
LAST = to_json(EVENTS[-1]).encode() + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal that holds `EVENTS`."""
    path = tmp_path / "trace.jsonl"
    with Journal(path) as journal:
        journal.append(EVENTS[:2])
        journal.append(EVENTS[2:])
    return path


def test_what_was_appended_is_read(path: Path) -> None:
    assert Reading(events=EVENTS, torn="") == read(path)


def test_a_journal_is_continued(path: Path) -> None:
    with Journal(path) as journal:
        journal.append([EVENTS[0]])

    assert Reading(events=[*EVENTS, EVENTS[0]], torn="") == read(path)


def test_a_group_can_be_read_as_soon_as_it_is_appended(path: Path) -> None:
    journal = Journal(path)

    journal.append([EVENTS[0]])
    reading = read(path)
    journal.close()

    assert [*EVENTS, EVENTS[0]] == reading.events


@pytest.mark.parametrize("kept", range(len(LAST)))
def test_a_torn_last_line_is_dropped_and_reported(path: Path, kept: int) -> None:
    """Wherever the crash cut it, within a character too; and the journal can be continued."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - len(LAST) + kept])
    expected = LAST[:kept].decode(errors="replace")

    reading = read(path)
    with Journal(path) as journal:
        journal.append([EVENTS[0]])

    assert Reading(events=EVENTS[:2], torn=expected) == reading
    assert Reading(events=[*EVENTS[:2], EVENTS[0]], torn="") == read(path)


def test_an_empty_journal_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    Journal(path).close()

    assert Reading(events=[], torn="") == read(path)


@pytest.mark.parametrize(
    ("line", "shown", "reason"),
    [
        (b"", "''", "Expecting value: line 1 column 1 (char 0)"),
        (b'{"kind":1', "'{\"kind\":1'", "Expecting ',' delimiter: line 1 column 10 (char 9)"),
        (b"\xff\xfe", "'\ufffd\ufffd'", "Expecting value: line 1 column 1 (char 0)"),
    ],
    ids=["empty", "cut", "no UTF-8"],
)  # fmt: skip
def test_a_damaged_line_inside_is_refused(path: Path, line: bytes, shown: str, reason: str) -> None:
    first, _second, third, end = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([first, line, third, end]))

    with pytest.raises(TraceError) as caught:
        read(path)

    assert f"{path}, line 2: no event of a trace: {shown} ({reason})" == str(caught.value)


def test_a_newer_schema_is_refused(path: Path) -> None:
    path.write_text(f'{{"kind":"header","schema":{SCHEMA + 1},"unheard":"of"}}\n')

    with pytest.raises(TraceError) as caught:
        read(path)

    expected = (
        f"{path}, line 1: schema {SCHEMA + 1} is newer than this rampup reads, {SCHEMA}; update it"
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("name", "reason"), [("none.jsonl", "No such file or directory"), (".", "Is a directory")]
)
def test_no_file_is_no_trace(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(TraceError) as caught:
        read(tmp_path / name)

    assert f"no trace can be read from {tmp_path / name}: {reason}" == str(caught.value)


CHILD = """
import sys
from pathlib import Path
from rampup.trace.journal import Journal
from rampup.trace.record import Update

journal = Journal(Path(sys.argv[1]))
k = 0
while True:
    rate = {"planned": 0.1, "used": 0.1, "reported": 0.1}
    journal.append(Update(k=k + i, loss=k / 3, grad_norm=None, **rate) for i in range(50))
    k += 50
    if k == 1000:
        print("written", flush=True)
"""


def test_a_process_killed_while_it_writes_leaves_a_readable_journal(tmp_path: Path) -> None:
    """Nothing that was appended is lost, and the next process continues after it."""
    path = tmp_path / "trace.jsonl"
    child = subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE, text=True)

    assert child.stdout is not None
    with child.stdout:
        signal = child.stdout.readline()
        child.kill()
    child.wait()

    events = read(path).events
    assert signal == "written\n"
    assert len(events) >= 1000
    assert [*range(len(events))] == [event.k for event in events]
    with Journal(path) as journal:
        journal.append([EVENTS[0]])
    assert [*events, EVENTS[0]] == read(path).events
