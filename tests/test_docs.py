"""The pages written from the code are those that the code writes now."""

import difflib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rampup.checker.registry import RULES
from rampup.trace.rules import RULES as OBSERVATIONS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = (
    "reference.md",
    "cli.md",
    "config.md",
    "shapes.md",
    "presets.md",
    "observations.md",
    "rules/README.md",
    *(f"rules/{rule.name}.md" for rule in RULES.values()),
)


def generate(*arguments: object) -> subprocess.CompletedProcess[str]:
    # in a process of its own: typer and rich look at the terminal once, when they are imported
    return subprocess.run(
        [sys.executable, DOCS / "generate.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    done = generate("--into", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_page_on_disk_is_up_to_date(fresh: Path, page: str) -> None:
    pages = (DOCS / page, fresh / page)
    disk, wanted = (path.read_text(encoding="utf-8").splitlines() for path in pages)
    changes = "\n".join(difflib.unified_diff(disk, wanted, lineterm="", n=0))
    assert not changes, f"{page} is out of date; run make docs\n{changes}"


def test_no_page_is_left_of_a_rule_that_is_gone(fresh: Path) -> None:
    assert sorted(path.name for path in (DOCS / "rules").iterdir()) == sorted(
        path.name for path in (fresh / "rules").iterdir()
    )


def test_check_names_the_stale_page_and_writes_nothing(fresh: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for page in PAGES:
        (tmp_path / page).write_bytes((fresh / page).read_bytes())
    assert generate("--check", "--into", tmp_path).returncode == 0
    (tmp_path / "config.md").write_text("old")
    done = generate("--check", "--into", tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"{tmp_path / 'config.md'} is out of date; run make docs"]
    assert (tmp_path / "config.md").read_text() == "old"


def test_the_pages_hold_no_terminal_codes_and_no_machine(fresh: Path) -> None:
    text = "".join((fresh / page).read_text(encoding="utf-8") for page in PAGES)
    assert "\x1b" not in text
    assert str(Path.home()) not in text
    assert max(len(line) for line in (fresh / "cli.md").read_text().splitlines()[3:]) <= 80


def test_every_rule_is_listed_once(fresh: Path) -> None:
    text = (fresh / "observations.md").read_text(encoding="utf-8")
    assert sorted(OBSERVATIONS) == sorted(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE))
