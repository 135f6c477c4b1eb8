"""Of whatever file, `rampup check` finds something, is silent, or says why it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.cli.conftest import Command, environment

from rampup.checker.registry import RULES
from rampup.checker.settings import Settings
from rampup.checker.sources import Checked, examine

SCRIPT = RULES["RU202"].bad.text
HEAD = "import torch\noptimizer = torch.optim.SGD([], lr=1.0)\n"

PLACES = {
    "NUL": SCRIPT.encode() + b"\0",
    "utf-16": SCRIPT.encode("utf-16"),
    "not utf-8": SCRIPT.encode() + b"# \xff\xfe\n",
    "unknown encoding": b"# coding: klingon\n" + SCRIPT.encode(),
    "Python 2": HEAD.encode() + b"print 'lr', optimizer\nexec 'x' in {}\n",
    "brackets": (HEAD + "x = " + "(" * 5000 + ")" * 5000).encode(),
    "minus": (HEAD + "x = " + "-" * 100_000 + "1\n").encode(),
    "blocks": (HEAD + "".join(f"{' ' * n}if x:\n" for n in range(99)) + " " * 99 + "x").encode(),
    "a long sum": (HEAD + "x = " + "1 + " * 50_000 + "1\n").encode(),
    "a long chain": (HEAD + "x = optimizer" + ".a" * 50_000 + "\n").encode(),
    "a large power": (HEAD + "x = 9 ** 9 ** 9 ** 9\n").encode(),
    "a large list": (HEAD + "x = [0] * 10 ** 18\ny = 'a' * 10 ** 15\n").encode(),
    "a large number": (HEAD + "x = " + "9" * 50_000 + "\n").encode(),
    "a loop": (HEAD + "while True:\n    optimizer.step()\n").encode(),
    "a recursion": (HEAD + "def f(n):\n    return f(n) + f(n)\nf(1)\n").encode(),
    "lone surrogate": HEAD.encode() + b"x = '\\ud800'\nprint(x)\n",
    "form feed": SCRIPT.replace("\n", "\n\f\n").encode(),
    "carriage returns": SCRIPT.replace("\n", "\r").encode(),
}


def checked(path: Path) -> Checked:
    came = Checked()
    examine(path, Settings(), came)
    return came


@pytest.mark.parametrize("name", PLACES)
def test_a_hostile_file(rampup: Command, here: Path, name: str) -> None:
    Path("a.py").write_bytes(PLACES[name])
    answer = rampup("check", "a.py")
    assert answer.code in (0, 1, 2)
    assert "Traceback" not in answer.err
    assert (answer.code == 2) == ("rampup: a.py cannot be " in answer.err)


@pytest.mark.parametrize("name", ["NUL", "utf-16", "not utf-8", "unknown encoding", "Python 2"])
def test_what_is_no_python_is_told(rampup: Command, here: Path, name: str) -> None:
    Path("a.py").write_bytes(PLACES[name])
    assert rampup("check", "a.py").code == 2


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"# coding: latin-1\n# \xe9\n"])
def test_a_declared_encoding_is_read(rampup: Command, here: Path, mark: bytes) -> None:
    Path("a.py").write_bytes(mark + SCRIPT.encode())
    answer = rampup("check", "a.py")
    assert (answer.code, answer.err) == (1, "1 error\n")


@pytest.mark.parametrize("ending", ["\r", "\r\n", "\n\f"])
def test_a_line_is_counted_as_python_counts_it(rampup: Command, here: Path, ending: str) -> None:
    Path("a.py").write_bytes(SCRIPT.replace("\n", ending).encode())
    assert (
        rampup("check", "a.py").out.splitlines()[3]
        == "   9  optimizer.step()  updates once in 4 micro-batches"
    )


@given(data=st.binary(max_size=300))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes(tmp_path: Path, data: bytes) -> None:
    for name in ("a.py", "a.ipynb"):
        path = tmp_path / name
        path.write_bytes(data)
        came = checked(path)
        assert (came.files, came.findings) == (1, [])
        assert all(str(path) in sentence for sentence in came.failed)


@given(at=st.integers(0, len(SCRIPT)), more=st.text(max_size=12), left=st.integers(0, 40))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_script(tmp_path: Path, at: int, more: str, left: int) -> None:
    path = tmp_path / "a.py"
    text = SCRIPT[:at] + more + SCRIPT[at + left :]
    path.write_bytes(text.encode(errors="surrogatepass"))
    came = checked(path)
    assert all(sentence.startswith(f"{path} cannot be ") for sentence in came.failed)
    assert all(
        0 < one.place.line <= text.count("\n") + text.count("\r") + 1 for one in came.findings
    )


def test_a_column_counts_characters(rampup: Command, here: Path) -> None:
    text = SCRIPT.replace("    scheduler.step()", "    'äöü'; scheduler.step()")
    Path("a.py").write_text(text, encoding="utf-8")
    assert rampup("check", "a.py").out.startswith("a.py:11:12 error RU202")


def test_links_that_go_round_are_not_followed(rampup: Command, here: Path) -> None:
    (here / "src").mkdir()
    (here / "src" / "again").symlink_to("..")
    (here / "src" / "self.py").symlink_to("self.py")
    (here / "src" / "a.py").write_text(SCRIPT)
    (here / "src" / "gone.py").symlink_to("nowhere.py")
    answer = rampup("check", ".")
    assert answer.out.count("RU202") == 1
    assert (answer.code, answer.err) == (1, "1 error\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "pipe.py")
    done = subprocess.run(
        [sys.executable, "-m", "rampup", "check", "pipe.py"],
        env=environment(),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("rampup: pipe.py cannot be checked: it is no file; ")


def test_a_hundred_thousand_lines(here: Path) -> None:
    block = (
        "def part_{0}(x):\n    y = x + {0}\n    for i in range(3):\n        y += i\n    return y\n"
    )
    text = SCRIPT + "".join(block.format(number) for number in range(20_000))
    Path("a.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "rampup", "check", "a.py"],
        env=environment(),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert text.count("\n") > 100_000
    assert (done.returncode, done.stderr) == (1, "1 error\n")
