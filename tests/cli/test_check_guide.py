"""What docs/check.md shows of `rampup check` is what it prints; and the hook for pre-commit."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.cli.conftest import Command, environment

from rampup.checker.registry import RULES
from rampup.checker.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "check.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if name == kind]


def write_scripts() -> None:
    for text in blocks("python"):
        if named := re.match(r"# (\w+\.py)\n", text):
            Path(named[1]).write_text(text, encoding="utf-8")


def test_a_command_prints_what_the_guide_shows(
    rampup: Command, here: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    write_scripts()
    guide = GUIDE.read_text(encoding="utf-8")
    for shown in blocks("console"):
        command = shown.splitlines()[0]
        answer = rampup(*shlex.split(command.removeprefix("$ rampup ")))
        said = f"{command}\n{answer.out}{answer.err}"
        guide = guide.replace(f"```console\n{shown}```", f"```console\n{said}```")
    if request.config.getoption("--accept"):
        GUIDE.write_text(guide, encoding="utf-8", newline="\n")
    assert guide == GUIDE.read_text(encoding="utf-8")
    assert len(blocks("console")) >= 3


def test_the_settings_of_the_guide_are_settings(here: Path) -> None:
    (table,) = blocks("toml")
    Path("pyproject.toml").write_text(table, encoding="utf-8")
    asked = Settings.near(here)
    assert asked.severity == "warning"
    assert "RU101" not in {rule.code for rule in asked.rules()}


def test_the_line_of_the_guide_for_ci_is_a_command(rampup: Command, here: Path) -> None:
    Path("src").mkdir()
    Path("src/train.py").write_text(RULES["RU202"].bad.text)
    (step,) = yaml.safe_load(blocks("yaml")[0])
    answer = rampup(*shlex.split(step["run"])[1:])
    assert answer.code == 1
    assert answer.out.startswith("::error file=src/train.py,line=11,col=5,title=RU202")


def test_the_hook_runs_as_pre_commit_runs_it(here: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    used = yaml.safe_load(blocks("yaml")[1])["repos"][0]["hooks"][0]
    assert hook["id"] == used["id"]
    assert set(hook["types_or"]) == {"python", "jupyter"}
    for name, code in (("bad", 1), ("good", 0)):
        Path(f"{name}.py").write_text(getattr(RULES["RU202"], name).text)
        # pre-commit splits the entry, and adds the arguments and the names of the files
        command = [*shlex.split(hook["entry"]), *used["args"], f"{name}.py"]
        assert command[0] == "rampup"
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code
