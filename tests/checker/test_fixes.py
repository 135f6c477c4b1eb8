"""Edits: whole, once, in any encoding and with any line ends."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.checker.findings import edit, finding

from rampup.checker.fixes import difference, mended, replace
from rampup.errors import DataError

SCRIPT = "a = 1\nb = 2\nc = 3\n"


def test_safe_edits_are_made_and_others_are_not() -> None:
    safe = finding(edits=(edit(1, 5, 6, "10"),), safe=True)
    unsafe = finding(edits=(edit(2, 5, 6, "20"),))
    assert mended(SCRIPT.encode(), [safe, unsafe]) == b"a = 10\nb = 2\nc = 3\n"


def test_of_two_fixes_that_touch_the_first_is_made() -> None:
    first = finding(edits=(edit(1, 1, 6, "x = 7"),), safe=True)
    second = finding(edits=(edit(1, 5, 6, "8"), edit(3, 5, 6, "9")), safe=True)
    assert mended(SCRIPT.encode(), [first, second]) == b"x = 7\nb = 2\nc = 3\n"


def test_the_same_edit_asked_for_twice_is_made_once() -> None:
    one = finding(edits=(edit(2, 1, 1, "# here\n"),), safe=True)
    assert mended(SCRIPT.encode(), [one, one]) == b"a = 1\n# here\nb = 2\nc = 3\n"


def test_line_ends_and_encoding_stay() -> None:
    old = "# -*- coding: latin-1 -*-\r\nname = 'é'\r\nb = 2\r\n".encode("latin-1")
    one = finding(edits=(edit(3, 5, 6, "3\nc = 4"),), safe=True)
    assert mended(old, [one]) == old.replace(b"b = 2", b"b = 3\r\nc = 4")


def test_a_byte_order_mark_stays() -> None:
    old = b"\xef\xbb\xbfa = 1\n"
    assert mended(old, [finding(edits=(edit(1, 5, 6, "2"),), safe=True)]) == b"\xef\xbb\xbfa = 2\n"


def test_a_form_feed_ends_no_line() -> None:
    old = b"a = 1\n\x0cb = 2\nc = 3\n"
    assert mended(old, [finding(edits=(edit(3, 5, 6, "4"),), safe=True)]) == old.replace(b"3", b"4")


@given(st.text(alphabet="ab é\n\r\x0c", max_size=60))
def test_no_edit_changes_nothing(text: str) -> None:
    assert mended(text.encode(), [finding()]) == text.encode()


def test_a_difference_is_what_patch_understands(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes(b"a = 1\nb = 2")
    new = b"a = 1\nb = 3"
    subprocess.run(
        ["patch", "-p1"],
        cwd=tmp_path,
        input=difference("train.py", path.read_bytes(), new).encode(),
        check=True,
        capture_output=True,
    )
    assert path.read_bytes() == new


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes(b"old")
    path.chmod(0o754)
    replace(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o754
    assert os.listdir(tmp_path) == ["train.py"]  # noqa: PTH208


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "train.py", tmp_path / "link.py"
    path.write_bytes(b"old")
    link.symlink_to(path)
    replace(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_file_that_cannot_be_written_is_as_it_was() -> None:
    with pytest.raises(DataError) as refused:
        replace(Path("/proc/self/cmdline"), b"new")
    assert str(refused.value).startswith("/proc/self/cmdline cannot be written: ")
    assert str(refused.value).endswith("; it is as it was")
