"""`rampup plot`: landmarks, chart and table in the terminal, or a file."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from rampup import parse

TEXT = "warmup 5ep >> hold >> decay 20% 1-sqrt"
RUN = ("--updates", "1000", "--updates-per-epoch", "20")


def test_the_terminal_shows_what_the_plan_says(rampup: Command) -> None:
    answer = rampup("plot", TEXT, *RUN, "--lr", "0.01")
    lines = answer.out.splitlines()

    assert (answer.code, answer.err) == (0, "")
    assert lines[:5] == [
        "schedule  warmup 5ep linear >> hold >> decay 20% 1-sqrt to 0.0",
        "first rate 0.0001",
        "peak 0.01 from update 99 on",
        "last rate 2.503e-05 at update 999",
        "warmup 100 of 1000 updates (10.0%), 49.5 updates at the peak given up for it",
    ]
    assert lines[-1].split() == ["999", "0.00250313", "2.50313e-05"]
    assert not any("jump" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_a_jump_at_a_joint_is_said(rampup: Command) -> None:
    answer = rampup("plot", "hold 10up >> warmup 20up >> hold", "--updates", "100")

    assert "jump of -0.95 at the joint, update 10" in answer.out.splitlines()


def test_a_csv_file_holds_every_rate(rampup: Command, here: Path) -> None:
    answer = rampup("plot", TEXT, *RUN, "--lr", "0.3", "-o", "rates.csv")
    plan = parse(TEXT).plan(updates=1000, updates_per_epoch=20)
    with Path("rates.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert (answer.code, answer.out, answer.err) == (0, "wrote rates.csv\n", "")
    assert [int(row["update"]) for row in rows] == list(range(1000))
    assert [float(row["factor"]) for row in rows] == [plan(k) for k in range(1000)]
    assert [float(row["rate"]) for row in rows] == [0.3 * plan(k) for k in range(1000)]


@pytest.mark.parametrize(("name", "magic"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
def test_a_picture_is_written(rampup: Command, here: Path, name: str, magic: bytes) -> None:
    answer = rampup("plot", TEXT, *RUN, "-o", name)

    assert (answer.code, answer.out) == (0, f"wrote {name}\n")
    assert Path(name).read_bytes().startswith(magic)
    assert [path.name for path in here.iterdir()] == [name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("warmup 5ep", "--updates", "100"),
            (
                "5ep cannot be converted to updates without updates_per_epoch; "
                "pass updates_per_epoch=…"
            ),
        ),
        (
            ("hold", "--updates", "0"),
            "updates must be a whole number ≥ 1, not 0",
        ),
        (
            ("hold", "--updates", "10", "--lr", "0"),
            "--lr 0.0 is not allowed; the base rate is a number > 0",
        ),
        (
            ("hold", "--updates", "10", "--lr", "nan"),
            "--lr nan is not allowed; the base rate is a number > 0",
        ),
        (
            ("hold", "--updates", "10", "--every", "0"),
            "--every 0 is not allowed; write a whole number ≥ 1",
        ),
        (
            ("hold", "--updates", "10", "-o", "a.pdf"),
            "a.pdf is neither .png, .svg nor .csv; name the output as one of them",
        ),
        (
            ("hold", "--updates", "10", "-o", "nowhere/a.csv"),
            "nowhere/a.csv cannot be written: No such file or directory",
        ),
        (
            ("warmup 5up >>", "--updates", "10"),
            (
                "a phase is missing here; write warmup, hold or decay\n"
                "  warmup 5up >>\n               ^ column 14"
            ),
        ),
    ],
)
def test_what_cannot_be_plotted_is_refused(
    rampup: Command, here: Path, arguments: tuple[str, ...], said: str
) -> None:
    answer = rampup("plot", *arguments)

    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {said}\n")
    assert list(here.iterdir()) == []


def test_a_file_is_replaced_only_when_asked(rampup: Command, here: Path) -> None:
    (here / "a.csv").write_text("mine", encoding="utf-8")
    answer = rampup("plot", "hold", "--updates", "10", "-o", "a.csv")

    assert answer.code == 2
    assert (here / "a.csv").read_text(encoding="utf-8") == "mine"
    assert rampup("plot", "hold", "--updates", "10", "-o", "a.csv", "--overwrite").code == 0
    assert (here / "a.csv").read_text(encoding="utf-8").startswith("update,factor,rate\n0,1.0")


def test_plotting_never_pays_for_torch() -> None:
    """A schedule is a pure value: drawing it in the terminal imports no torch."""
    program = (
        "import sys; from rampup.cli import main; sys.argv = ['rampup', 'plot', 'warmup 5up', "
        "'--updates', '10']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"peak 1 from update 4 on" in done.stdout
