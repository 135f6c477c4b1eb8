"""The journal: what was appended is read, a torn end is survived, damage inside is not hidden."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rampup.errors import TraceError
from rampup.trace.journal import Journal, Reading, follow, read
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


@pytest.mark.parametrize("text", ["a\ud800b", "\udcff.csv", "\\\ud800\\", "\U0001f600\udfff"])
def test_half_of_a_surrogate_pair_is_read_back(tmp_path: Path, text: str) -> None:
    """As in the name of a file that is no UTF-8: Python has it, and UTF-8 does not."""
    path = tmp_path / "trace.jsonl"
    with Journal(path) as journal:
        journal.append([Insight(sentences=[text, "größer"])])

    assert read(path).events == [Insight(sentences=[text, "größer"])]
    assert [*follow(path, seconds=0.0).__next__().sentences] == [text, "größer"]


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
    columns, _first, second, third, end = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([columns, line, second, third, end]))

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


OLD = """\
{"kind":"header","schema":1,"rampup":"0.0.9","started":"","config":{},"environment":{}}
{"kind":"update","k":0,"planned":0.1,"used":0.1,"reported":null,"loss":"NaN","grad_norm":2.5}
"""


def test_a_journal_of_schema_1_is_read(tmp_path: Path) -> None:
    """Where each update is an object, and knows no ratio."""
    path = tmp_path / "trace.jsonl"
    path.write_text(OLD, encoding="utf-8")

    header, update = read(path).events

    assert (header.kind, header.schema) == ("header", 1)
    assert [update.k, update.used, update.grad_norm, update.ratio] == [0, 0.1, 2.5, None]
    assert update.loss != update.loss


def test_a_damaged_update_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with Journal(path) as journal:
        journal.append([replace(EVENTS[0], k=k, loss=k / 3) for k in range(3)])
    path.write_text(path.read_text().replace("\n[0.1,0.33", "\n[0.1;0.33"))

    with pytest.raises(TraceError) as caught:
        read(path)

    assert str(caught.value).startswith(f"{path}, line 3: no event of a trace: '[0.1;0.33")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_warning() -> None:
    with Journal(Path("/dev/full")) as journal:
        with pytest.warns(UserWarning, match="not written any more") as warned:
            journal.append(EVENTS)
        journal.append(EVENTS)

    (warning,) = warned
    assert str(warning.message) == (
        "/dev/full is not written any more: No space left on device; the run goes on"
    )


LIMITED = """
import atexit, resource, sys, warnings
from pathlib import Path
from rampup.trace.journal import Journal
from rampup.trace.record import Insight

atexit.register(resource.setrlimit, resource.RLIMIT_FSIZE, (-1, -1))  # coverage saves later
resource.setrlimit(resource.RLIMIT_FSIZE, (100, -1))
with Journal(Path(sys.argv[1])) as journal:
    for number in range(5):
        journal.append([Insight(sentences=[f"sentence {number}"])])
print("the run went on")
"""


def test_a_file_that_fills_up_keeps_what_fitted(tmp_path: Path) -> None:
    """Two whole lines and a piece of the third; the warning comes once."""
    path = tmp_path / "trace.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path], capture_output=True, text=True, check=True
    )

    reading = read(path)
    assert done.stdout == "the run went on\n"
    assert done.stderr.count(f"{path} is not written any more: File too large; ") == 1
    assert [event.sentences for event in reading.events] == [["sentence 0"], ["sentence 1"]]
    assert reading.torn == '{"kind":'


def test_a_folder_that_vanishes_is_one_warning(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    path = folder / "trace.jsonl"
    with Journal(path) as journal:
        journal.append(EVENTS)
        shutil.rmtree(folder)
        with pytest.warns(UserWarning, match="not written any more") as warned:
            journal.append(EVENTS)
        journal.append(EVENTS)

    (warning,) = warned
    assert str(warning.message) == (
        f"{path} is not written any more: it was removed; the run goes on"
    )
    assert not folder.exists()


FOLLOWED = """
import sys
from pathlib import Path
from rampup.trace.journal import Journal
from rampup.trace.record import End, Update

path = Path(sys.argv[1])
rate = {"planned": 0.1, "used": 0.1, "reported": 0.1}
with Journal(path) as journal:
    print("begun", flush=True)
    for k in range(3):
        sys.stdin.readline()
        journal.append([Update(k=k, loss=k / 3, grad_norm=None, **rate)])
    sys.stdin.readline()
    journal.append([End(status="finished", updates=3, reason="", seconds=0.5)])
"""


def test_a_journal_is_followed_while_another_process_writes_it(tmp_path: Path) -> None:
    """Each event is seen before the next one is written; the end of the run ends it."""
    path = tmp_path / "trace.jsonl"
    with subprocess.Popen(
        [sys.executable, "-c", FOLLOWED, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        events, seen = follow(path, seconds=0.01), []
        for _ in range(4):
            child.stdin.write("\n")
            child.stdin.flush()
            seen.append(next(events))
        assert next(events, None) is None

    assert [event.kind for event in seen] == ["update", "update", "update", "end"]
    assert seen == read(path).events


def test_a_followed_line_is_waited_for_and_may_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with Journal(path) as journal:
        journal.append([EVENTS[0]])
    with path.open("ab") as file:
        file.write(b'{"kind":"ins')
    events = follow(path, seconds=0.0)

    assert next(events) == EVENTS[0]
    with Journal(path) as journal:  # continues the run
        journal.append([EVENTS[1]])
        assert next(events) == EVENTS[1]


def test_a_followed_journal_that_is_removed_is_no_endless_wait(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with Journal(path) as journal:
        journal.append([EVENTS[0]])
    events = follow(path, seconds=0.0)
    assert next(events) == EVENTS[0]
    path.unlink()

    with pytest.raises(TraceError) as caught:
        next(events)

    assert str(caught.value) == f"{path} was removed while it was followed"
    with pytest.raises(TraceError, match="no trace can be read from"):
        next(follow(path))
