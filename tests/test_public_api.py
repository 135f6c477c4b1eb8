"""The public names: `__all__`, what can be imported and when, and the reference say the same."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rampup

REFERENCE = Path(__file__).parents[1] / "docs" / "reference.md"


def names_for_types(module: ModuleType) -> dict[str, str]:
    """Return what a package imports from us for type checkers: name → module it comes from."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    [types] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.asname or alias.name: node.module or ""
        for node in types.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rampup")
        for alias in node.names
    }


def test_all_is_sorted_and_says_what_type_checkers_see() -> None:
    assert sorted(rampup.__all__) == rampup.__all__
    assert sorted(names_for_types(rampup)) == rampup.__all__


def test_names_come_from_where_their_types_come_from() -> None:
    assert names_for_types(rampup) == rampup._LAZY


def test_the_peers_are_the_modules_of_the_presets() -> None:
    presets = rampup.presets
    assert names_for_types(presets) == dict.fromkeys(presets.__all__, presets.__name__)
    assert sorted(presets.__all__) == presets.__all__
    assert set(presets.__all__) <= set(dir(presets))
    for peer in presets.__all__:
        assert getattr(presets, peer).__name__ == f"{presets.__name__}.{peer}"
    with pytest.raises(AttributeError, match=r"presets' has no attribute 'fastai'"):
        presets.fastai  # noqa: B018


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh Python has loaded after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import_brings_no_preset_and_no_torch() -> None:
    modules = loaded_by("import rampup")
    assert "rampup" in modules
    assert not {"torch", "numpy", "rampup.schedule.presets"} & modules


def test_a_schedule_brings_no_preset_and_no_torch() -> None:
    modules = loaded_by("from rampup import decay, parse; parse('decay').plan(updates=10)(0)")
    assert "numpy" in modules
    assert not {"torch", "rampup.schedule.presets"} & modules


def test_a_preset_brings_its_own_peer_only() -> None:
    modules = loaded_by("import rampup; rampup.presets.nanogpt.get_lr()")
    peers = {name for name in modules if name.startswith("rampup.schedule.presets.")}
    assert peers == {"rampup.schedule.presets.nanogpt", "rampup.schedule.presets.pieces"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'warmdown'"):
        rampup.warmdown  # noqa: B018


def test_dir_lists_the_names() -> None:
    assert set(rampup.__all__) <= set(dir(rampup))


@pytest.mark.parametrize("name", rampup.__all__)
def test_a_public_name_is_documented(name: str) -> None:
    value = getattr(rampup, name)
    # its own docstring: an inherited one, or the one that dataclass writes, says nothing
    doc = vars(value).get("__doc__") if isinstance(value, type) else value.__doc__
    assert "Example:" in doc or "Attributes:" in doc
    assert f"\n## `rampup.{name}`\n" in REFERENCE.read_text(encoding="utf-8")
