"""The import law of the house, read off the code; and that torch is not paid for in vain."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

import rampup

SOURCE = Path(rampup.__file__).parent


class Law(NamedTuple):
    """What one package may import.

    Args:
        ours: packages of rampup, besides itself.
        torch: "no"; "yes"; or "lazily", inside functions only, which then holds for our own
            torch-side packages too.
    """

    ours: str
    torch: str


CORE = "errors units schedule trace report scheduler recorder pipeline"
WINGS = "checker races advisor lesson"

LAWS = {
    "errors": Law("", "no"),
    "units": Law("errors", "no"),
    "schedule": Law("errors units", "no"),
    "trace": Law("errors units", "no"),
    "report": Law("errors units schedule trace", "no"),
    "scheduler": Law("errors units schedule", "yes"),
    "recorder": Law("errors units trace scheduler", "yes"),
    "pipeline": Law("errors units schedule scheduler trace recorder", "yes"),
    # wings
    "checker": Law("errors units schedule trace", "no"),
    "checker.gather": Law("errors units schedule trace", "yes"),
    "races": Law(CORE, "yes"),
    "advisor": Law(f"{CORE} races", "yes"),
    "lesson": Law(CORE, "no"),  # torch reaches it through pipeline
    # faces; the public face, rampup/__init__.py, is called ""
    "": Law(f"{CORE} {WINGS}", "lazily"),
    "__main__": Law("cli", "no"),
    "cli": Law(f"{CORE} {WINGS} web", "lazily"),
    "web": Law(f"{CORE} {WINGS}", "lazily"),
}

TORCH = ("torch", "torchmetrics", "torchvision", "safetensors.torch")
TORCH_SIDE = {"scheduler", "recorder", "pipeline", "races", "advisor", "lesson", "web"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the dotted name, its line, and when it happens."""

    name: str
    line: int
    when: str
    """"at import", "in a function" or "for types"."""


def imports(source: str, module: str, *, package: bool = False) -> list[Import]:
    """Return every import in the source of `module`, relative ones resolved."""
    parts = module.split(".")
    home = parts if package else parts[:-1]

    def visit(node: ast.AST, when: str) -> Iterator[Import]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                when = "in a function" if when == "at import" else when
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                for child in node.body:
                    yield from visit(child, "for types")
                for child in node.orelse:
                    yield from visit(child, when)
                return
            case ast.Import():
                yield from (Import(alias.name, node.lineno, when) for alias in node.names)
            case ast.ImportFrom(module=name, level=level):
                base = home[: len(home) - level + 1] if level else []
                for alias in node.names:
                    dotted = ".".join([*base, *([name] if name else []), alias.name])
                    yield Import(dotted, node.lineno, when)
            case ast.Call(
                func=ast.Name("import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str(name)), *_],
            ):
                dots = len(name) - len(name.lstrip("."))
                base = home[: len(home) - dots + 1] if dots else []
                yield Import(".".join([*base, name.lstrip(".")]), node.lineno, when)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, when)

    return list(visit(ast.parse(source), "at import"))


def breaches(source: str, module: str, *, package: bool = False) -> list[str]:
    """Return one sentence for each import in `module` that the law forbids."""
    us = module.split(".")[1:]
    owner = us[0] if us else ""
    law = LAWS[".".join(us[:2])] if ".".join(us[:2]) in LAWS else LAWS[owner]
    found = []
    for entry in imports(source, module, package=package):
        place = f"{module}, line {entry.line}: {entry.name}"
        name = entry.name + "."
        lazy = entry.when != "at import"
        if name.startswith("rampup."):
            # `import rampup` and `from rampup import warmup` reach for the public face
            target = name.split(".")[1]
            if target == "__version__":  # a string that any file may write down
                continue
            target = target if target in LAWS else ""
            if target not in {owner, *law.ours.split()}:
                found.append(f"{place} is not for {owner or 'rampup/__init__.py'}")
            elif law.torch == "lazily" and target in TORCH_SIDE - {owner} and not lazy:
                found.append(f"{place} is torch-side; import it inside a function")
        elif name.startswith(tuple(f"{package}." for package in TORCH)):
            if law.torch == "no" and entry.when != "for types":
                found.append(f"{place} brings torch into {owner}")
            elif law.torch == "lazily" and not lazy:
                found.append(f"{place} brings torch; import it inside a function")
    return found


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@pytest.mark.parametrize(("module", "path"), [*modules()], ids=[module for module, _ in modules()])
def test_imports_keep_the_law(module: str, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert breaches(source, module, package=path.stem == "__init__") == []


def test_every_package_is_in_the_table() -> None:
    owners = {f"{module}.".split(".")[1] for module, _ in modules()}
    assert owners - LAWS.keys() == set()


def test_the_table_speaks_of_known_packages() -> None:
    for law in LAWS.values():
        assert set(law.ours.split()) <= LAWS.keys()
        assert law.torch in ("no", "yes", "lazily")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("rampup.schedule.x", "import torch"),
        ("rampup.schedule.x", "def f():\n    from torch import nn"),
        ("rampup.schedule.x", "from rampup.scheduler.rate import RampupLR"),
        ("rampup.schedule.x", "def f():\n    import rampup.scheduler"),
        ("rampup.schedule.x", "if TYPE_CHECKING:\n    from rampup.trace import record"),
        ("rampup.schedule.x", "import importlib\nimportlib.import_module('torch.optim')"),
        ("rampup.schedule.x", "import_module('rampup.report.chart')"),
        ("rampup.schedule.x", "__import__('torch')"),
        ("rampup.schedule.x", "from ..trace import record"),
        ("rampup.schedule.x", "from .. import scheduler"),
        ("rampup.schedule.x", "import_module('..scheduler', __package__)"),
        ("rampup.schedule.x", "from rampup import warmup"),
        ("rampup.schedule.x", "import rampup"),
        ("rampup.schedule.x", "class A:\n    import torch"),
        ("rampup.schedule.x", "if typing.TYPE_CHECKING:\n    pass\nelse:\n    import torch"),
        ("rampup.errors", "from rampup.units import Length"),
        ("rampup.report.x", "from rampup.pipeline.config import Config"),
        ("rampup.report.x", "from safetensors.torch import load_file"),
        ("rampup.pipeline.x", "from rampup.report import terminal"),
        ("rampup.pipeline.x", "def f():\n    from rampup.cli import app"),
        ("rampup.checker.rules.x", "import torch"),
        ("rampup.lesson.x", "from rampup.races import race"),
        ("rampup.web.x", "from rampup.cli import app"),
        ("rampup.cli.x", "import torch"),
        ("rampup.cli.x", "from rampup.pipeline.config import Config"),
        ("rampup.cli.x", "from rampup import train"),
        ("rampup", "from rampup.scheduler.rate import RampupLR"),
        ("rampup", "def f():\n    from rampup.cli import app"),
        ("rampup.__main__", "from rampup.pipeline.run import train"),
    ],
)
def test_a_breach_is_found(module: str, source: str) -> None:
    assert len(breaches(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("rampup.schedule.x", "import numpy\nfrom rampup.units import Length"),
        ("rampup.schedule.x", "from .shapes import shape\nfrom ..units import Length"),
        ("rampup.schedule.x", "if TYPE_CHECKING:\n    import torch"),
        ("rampup.schedule.x", "import torchlike"),
        ("rampup.pipeline.x", "def f():\n    from rampup import __version__"),
        ("rampup.recorder.x", "import torch\nfrom rampup.scheduler.clock import Clock"),
        ("rampup.checker.gather.x", "import torch\nfrom rampup.checker.facts import Facts"),
        ("rampup.advisor.x", "from rampup.races import race"),
        ("rampup.cli.x", "def f():\n    import torch\n    from rampup.pipeline import run"),
        ("rampup.cli.x", "if TYPE_CHECKING:\n    from rampup.pipeline.config import Config"),
        ("rampup.cli.x", "from rampup import __version__\nfrom rampup.cli.train import train"),
        ("rampup.__main__", "from rampup.cli import main"),
        ("rampup", "from rampup.schedule.text import parse"),
    ],
)
def test_what_the_law_allows_is_let_through(module: str, source: str) -> None:
    assert breaches(source, module) == []


def test_relative_imports_of_a_package_start_at_itself() -> None:
    assert imports("from . import x", "rampup.trace", package=True)[0].name == "rampup.trace.x"
    assert imports("from . import x", "rampup.trace.y")[0].name == "rampup.trace.x"


def loaded(*arguments: str) -> set[str]:
    """Return the modules that `python *arguments` imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "import rampup"),
        ("-c", "import rampup.schedule.text"),
        ("-c", "import rampup.trace.observe"),
        ("-c", "import rampup.report.terminal"),
        ("-c", "import rampup.cli"),
        ("-m", "rampup", "--help"),
    ],
    ids=lambda arguments: arguments[-1],
)
def test_torch_is_not_imported(arguments: tuple[str, ...]) -> None:
    names = loaded(*arguments)
    assert "rampup" in names
    assert "torch" not in names


def test_torch_would_be_noticed() -> None:
    assert "torch" in loaded("-c", "import rampup; rampup.RampupLR")
