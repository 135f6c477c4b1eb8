"""Checking scripts: lines per second on one core."""

import statistics
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rampup.checker.registry import RULES
from rampup.checker.settings import Settings
from rampup.checker.sources import Checked, examine

ROUNDS: Final = 5
LINES: Final = 100_000
WANTED: Final = 20_000
CORPUS: Final = Path(__file__).parents[1] / "tests" / "checker" / "scripts"

PART: Final = """

class Block{0}(torch.nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(width, width + {0})

    def forward(self, x):
        for _ in range(3):
            x = self.linear(x).relu()
        return x
"""


def generated() -> str:
    """Return a training script with a mistake in it, and a hundred thousand lines of model."""
    head, _, loop = RULES["RU202"].bad.text.partition("\n\n")
    parts = (LINES - len(head.splitlines()) - len(loop.splitlines())) // PART.count("\n") + 1
    return "\n".join([head, *(PART.format(number) for number in range(parts)), loop])


def library() -> Iterator[Path]:
    """Yield the sources of the standard library that are Python of today."""
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if not {"site-packages", "dist-packages", "lib2to3"} & set(path.parts):
            yield path


def check(paths: list[Path]) -> Checked:
    """Check each file by itself."""
    checked = Checked()
    for path in paths:
        examine(path, Settings(), checked)
    return checked


def main() -> None:
    """Print the lines per second over three bodies of code."""
    with tempfile.TemporaryDirectory() as name:
        long = Path(name) / "long.py"
        long.write_text(generated(), encoding="utf-8")
        bodies = {
            "the standard library": list(library()),
            "training scripts of the tests": sorted(CORPUS.rglob("*.py")),
            "one generated script": [long],
        }
        print(f"Checking scripts, lines per second of a processor (at least {WANTED:,})")
        for body, paths in bodies.items():
            lines = sum(path.read_bytes().count(b"\n") for path in paths)
            checked = check(paths)  # not counted: it imports what is needed
            seconds = []
            for _ in range(ROUNDS):
                started = time.process_time()
                check(paths)
                seconds.append(time.process_time() - started)
            speed = lines / statistics.median(seconds)
            print(
                f"{body:30} {speed:9,.0f}  ({lines:,} lines in {len(paths):,} files, "
                f"{len(checked.findings)} findings)"
            )


if __name__ == "__main__":
    main()
