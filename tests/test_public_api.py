"""The public names: `__all__`, what can be imported, and the reference say the same."""

import ast
from pathlib import Path

import pytest

import rampup

REFERENCE = Path(__file__).parents[1] / "docs" / "reference.md"


def re_exports() -> tuple[dict[str, str], dict[str, str]]:
    """Return the names that `rampup/__init__.py` imports from rampup: eagerly, and for types."""
    tree = ast.parse(Path(rampup.__file__).read_text(encoding="utf-8"))

    def names(nodes: list[ast.stmt]) -> dict[str, str]:
        return {
            alias.asname or alias.name: node.module or ""
            for node in nodes
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rampup")
            for alias in node.names
        }

    [types] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return names(tree.body), names(types.body)


def test_all_is_sorted_and_says_what_is_imported() -> None:
    eager, lazy = re_exports()
    assert sorted(rampup.__all__) == rampup.__all__
    assert sorted([*eager, *lazy]) == rampup.__all__


def test_lazy_names_come_from_where_their_types_come_from() -> None:
    _, lazy = re_exports()
    assert lazy == rampup._LAZY


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'warmdown'"):
        rampup.warmdown  # noqa: B018


def test_dir_lists_the_lazy_names() -> None:
    assert set(rampup.__all__) <= set(dir(rampup))


@pytest.mark.parametrize("name", rampup.__all__)
def test_a_public_name_is_documented(name: str) -> None:
    value = getattr(rampup, name)
    # its own docstring: an inherited one, or the one that dataclass writes, says nothing
    doc = vars(value).get("__doc__") if isinstance(value, type) else value.__doc__
    assert "Example:" in doc or "Attributes:" in doc
    assert f"\n## `rampup.{name}`\n" in REFERENCE.read_text(encoding="utf-8")
