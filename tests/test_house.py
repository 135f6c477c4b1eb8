"""House rules that a machine can hold: sizes, names, docstrings, asserts, the version."""

import ast
import re
from pathlib import Path

import pytest

import rampup

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MOST_LINES = 400
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_module_is_named_for_what_it_holds(path: Path) -> None:
    assert not {path.stem, path.parent.name} & NAMELESS


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def cannot_fail(source: str) -> list[str]:
    """Return the tests in `source` that hold no assertion."""

    def asserts(node: ast.AST) -> bool:
        if isinstance(node, ast.Assert):
            return True
        if not isinstance(node, ast.Call):
            return False
        name = ast.unparse(node.func).rpartition(".")[2]
        return name in ("raises", "warns", "fail", "golden") or bool(
            re.match(r"_?(check|assert|expect)(_|$)", name)
        )

    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not any(asserts(inner) for inner in ast.walk(node))
    ]


@pytest.mark.parametrize("path", TESTS, ids=relative)
def test_a_test_can_fail(path: Path) -> None:
    assert cannot_fail(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("body", "fails"),
    [
        ("assert x", True),
        ("with pytest.raises(ValueError): f()", True),
        ("golden(text, name='x')", True),
        ("check_bounds(plan)", True),
        ("print('assert')", False),
        ("checkpoint(model)", False),
    ],
)
def test_a_test_that_cannot_fail_is_found(body: str, fails: bool) -> None:
    source = f"class TestX:\n    def test_it(self):\n        {body}"
    assert cannot_fail(source) == ([] if fails else ["test_it"])


def test_the_changelog_speaks_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d[^]]*)\]", changelog, flags=re.MULTILINE)
    assert versions[0] == rampup.__version__
