"""Real processes: help without torch, a pipe that closes early, and a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

import rampup

# the package under test, wherever the process runs
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(rampup.__file__).parents[1]), "COLUMNS": "120"}
RAMPUP = [sys.executable, "-m", "rampup"]
QUICK = ["train", "--epochs", "6", "--baseline-seeds", "3"]


ANSWER_WITHOUT_TORCH = """
import sys
from rampup.cli import main
sys.argv = ["rampup", *sys.argv[1:]]
try:
    main()
finally:
    assert "torch" not in sys.modules, "torch was imported"
"""


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], "predict"),
        (["train", "--help"], "--schedule"),
        (["predict", "--help"], "--trace ROW"),
        (["--version"], rampup.__version__),
    ],
)
def test_help_and_version_answer_without_torch(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = run(sys.executable, "-c", ANSWER_WITHOUT_TORCH, *arguments, folder=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = run(*RAMPUP, "--help", folder=tmp_path)

    assert done.returncode == 0
    assert done.stdout.startswith("Usage: python -m rampup [OPTIONS] COMMAND [ARGS]...\n")


def test_bad_input_has_no_traceback(tmp_path: Path) -> None:
    done = run(*RAMPUP, "train", "no.csv", "--target", "y", folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rampup: no.csv does not exist; give the path of a .csv or .parquet file\n"
    )
    assert list(tmp_path.iterdir()) == []


def on_a_terminal(arguments: list[str], folder: Path) -> tuple[int, str]:
    """Return the exit code and all that a command wrote to a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    environment = ENVIRONMENT | {"TERM": "xterm-256color", "LINES": "50"}
    with subprocess.Popen(
        arguments, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment
    ) as process:
        os.close(theirs)
        written = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side closed
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    return process.returncode, written.decode()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs pseudo-terminals")
def test_a_terminal_ends_with_the_same_facts_as_a_pipe(tmp_path: Path) -> None:
    code, written = on_a_terminal([*RAMPUP, *QUICK, "--name", "t"], tmp_path)
    piped = run(*RAMPUP, *QUICK, "--name", "p", folder=tmp_path).stdout
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written).replace("\r\n", "\n")

    assert code == 0
    assert "\x1b[" in written
    assert "━" in written
    facts = piped[piped.index("Prediction of a held-out row") : piped.rindex("finished")]
    assert facts in "\n".join(line.rstrip() for line in plain.splitlines())
    assert plain.rstrip().endswith("kept in runs/t")
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h")
