"""Scripts and notebooks are read as text, whatever their bytes."""

import json
from pathlib import Path
from typing import Any

import pytest

from rampup.checker.gather.script.read import Source, read, scripts
from rampup.errors import CheckError

SCRIPTS = {
    "utf-8": ("x = 'é'\n".encode(), "x = 'é'\n"),
    "a byte order mark": (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
    "a declared encoding": ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "x = 'é'\n"),
    "ends of Windows": (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
    "ends of old": (b"x = 1\ry = 2\r", "x = 1\ny = 2\n"),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_text_of_a_script(name: str, tmp_path: Path) -> None:
    data, text = SCRIPTS[name]
    (tmp_path / "a.py").write_bytes(data)
    assert read(tmp_path / "a.py").text.endswith(text)
    assert read(tmp_path / "a.py").spot(1) is None


REFUSED = {
    "null bytes": (b"x = 1\0", "it holds null bytes; save it as text"),
    "not the encoding": (
        b"x = '\xff'\n",
        "its bytes are not in the encoding it declares; save it as UTF-8",
    ),
    "no such encoding": (
        b"# coding: klingon\n",
        "its bytes are not in the encoding it declares; save it as UTF-8",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_refused(name: str, tmp_path: Path) -> None:
    data, reason = REFUSED[name]
    file = tmp_path / "a.py"
    file.write_bytes(data)
    with pytest.raises(CheckError) as caught:
        read(file)
    assert str(caught.value) == f"{file} cannot be checked: {reason}"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckError) as caught:
        read(tmp_path / "a.py")
    reason = "it is no file; name a script, a notebook or a folder"
    assert str(caught.value) == f"{tmp_path / 'a.py'} cannot be checked: {reason}"


def notebook(*cells: Any) -> str:
    """Return a notebook of cells of code; a pair is another kind of cell and its text."""
    made = [
        {"cell_type": cell[0], "source": cell[1]}
        if isinstance(cell, tuple)
        else {"cell_type": "code", "source": cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "cells": made})


def test_the_cells_of_a_notebook_follow_one_another(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(notebook(["x = 1\n", "y = 2"], ("markdown", "# Title"), "z = 3\n"))
    source = read(file)
    assert source == Source(path=str(file), text="x = 1\ny = 2\nz = 3\n\n", cells=((1, 1), (3, 3)))
    assert [source.spot(line) for line in (1, 2, 3)] == [(1, 1), (1, 2), (3, 1)]


def test_magic_of_a_notebook_keeps_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    cell = "%matplotlib inline\n!pip install x\nfiles = !ls\nif x:\n    %time f()\nprint?\ny = 1"
    file.write_text(notebook(cell, "%%bash\nls", "%%time\nz = 2"))
    lines = read(file).text.splitlines()
    assert lines == [
        "pass  # %matplotlib inline",
        "pass  # !pip install x",
        "files = None",
        "if x:",
        "    f()",
        "pass  # print?",
        "y = 1",
        "# %%bash",
        "# ls",
        "pass  # %%time",
        "z = 2",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is no JSON; save the notebook again"),
        ("[" * 100_000, "it is no JSON; save the notebook again"),
        ("[1]", "it has no cells; save it as a notebook of version 4"),
        ('{"worksheets": []}', "it has no cells; save it as a notebook of version 4"),
    ],
    ids=["cut", "deep", "a list", "version 3"],
)
def test_what_is_no_notebook_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(text)
    with pytest.raises(CheckError) as caught:
        read(file)
    assert str(caught.value) == f"{file} cannot be checked: {reason}"


def test_only_code_of_the_project_is_found_in_a_folder(tmp_path: Path) -> None:
    wanted = ["a.py", "b/c.ipynb", "b/d.py"]
    others = [".git/x.py", "b/__pycache__/y.py", "site-packages/z.py", "b/.hidden.py", "b/e.txt"]
    for name in (*wanted, *others, "mine/pyvenv.cfg", "mine/lib/f.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in scripts(tmp_path)] == wanted
    assert [*scripts(tmp_path / "b" / "e.txt")] == [tmp_path / "b" / "e.txt"]
