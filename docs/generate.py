"""Write the pages of this folder that are read off the code.

`python docs/generate.py` writes them beside this file, `--check` only says which of them are
out of date. The same code gives the same bytes on every machine.
"""

import argparse
import ast
import inspect
import json
import os
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

WIDTH: Final = 80
NOTICE: Final = "<!-- Written by `make docs` from the code; edits here are lost. -->"

PARTS: Final = ("lines", "optax_cycles", "pieces", "torch_composed")
"""Modules beside the presets' that users do not name."""

_SECTION: Final = re.compile(r"(Args|Attributes|Raises|Returns|Yields|Example|Reference):\s*(.*)")
_ITEM: Final = re.compile(r" {4}(\S[^:]*): (.*)")


def reference() -> str:
    """Return the page of the public names: each as it is declared, with its docstring."""
    import rampup

    names = rampup.__all__
    lines = ["# Reference", "", NOTICE, "", "Everything that `import rampup` offers.", ""]
    lines.append(" · ".join(f"[`{name}`](#rampup{name.lower()})" for name in names))
    for name in names:
        if inspect.ismodule(getattr(rampup, name)):
            text = inspect.cleandoc(getattr(rampup, name).__doc__ or "")
            lines += ["", f"## `rampup.{name}`", "", text.partition("\n\n")[0], ""]
            lines += [f"See [{name}]({name}.md)."]
            continue
        source = textwrap.dedent(inspect.getsource(getattr(rampup, name)))
        node = ast.parse(source).body[0]
        lines += ["", f"## `rampup.{name}`", "", *_declared(node, source)]
        for method in getattr(node, "body", ()) if isinstance(node, ast.ClassDef) else ():
            if _public_function(method):
                lines += ["", f"### `{name}.{method.name}`", "", *_declared(method, source)]
    return "\n".join(lines) + "\n"


def cli() -> str:
    """Return the page of the command line: the help of every command, 80 columns wide."""
    # typer reads its terminal when it is imported; the page must not depend on ours
    os.environ.update(TERMINAL_WIDTH=str(WIDTH), COLUMNS=str(WIDTH), NO_COLOR="1")
    os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"
    import typer
    from typer.testing import CliRunner

    from rampup.cli import app

    lines = ["# Command line", "", NOTICE]

    def add(command: Any, path: tuple[str, ...]) -> None:
        result = CliRunner().invoke(app, [*path, "--help"], prog_name="rampup")
        title = " ".join(("rampup", *path))
        if result.exit_code:
            raise SystemExit(f"`{title} --help` fails:\n{result.output}")
        text = [line.rstrip() for line in result.output.strip("\n").splitlines()]
        lines.extend(["", f"## `{title}`", "", "```text", *text, "```"])
        for name, child in getattr(command, "commands", {}).items():
            if not child.hidden:
                add(child, (*path, name))

    add(typer.main.get_command(app), ())
    return "\n".join(lines) + "\n"


def config() -> str:
    """Return the page of the configuration: one table of keys for each section."""
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from rampup.pipeline.config import Config

    def table(fields: Mapping[str, FieldInfo]) -> list[str]:
        rows = ["", "| key | type | default | allowed |", "|---|---|---|---|"]
        for key, field in fields.items():
            kind = field.annotation
            cells = (
                f"`{key}`",
                f"`{kind.__name__ if type(kind) is type else str(kind).replace('typing.', '')}`",
                f"`{json.dumps(field.get_default(), ensure_ascii=False)}`",
                field.description or "",
            )
            rows.append(_row(cells))
        return rows

    def summary(model: type[BaseModel]) -> str:
        return inspect.cleandoc(model.__doc__ or "").partition("\n")[0]

    sections: dict[str, type[BaseModel]] = {}
    keys: dict[str, FieldInfo] = {}
    for key, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            sections[key] = field.annotation
        else:
            keys[key] = field
    lines = ["# Configuration", "", NOTICE, "", summary(Config), "", "## Top level", *table(keys)]
    for key, section in sections.items():
        lines += ["", f"## `[{key}]`", "", summary(section), *table(section.model_fields)]
    return "\n".join(lines) + "\n"


def shapes() -> str:
    """Return the page of the curves: every shape of a ramp and every law of the index."""
    from rampup.schedule.laws import RULES
    from rampup.schedule.shapes import SHAPES

    lines = ["# Shapes and laws", "", NOTICE, "", "## Shapes", ""]
    lines += [
        "The curve of a `warmup` or a `decay`, as a function of progress p from 0 to 1; n is the",
        "number of readings. A falling ramp reads it mirrored in time. Numbers in parentheses",
        "are the defaults, and the last ones may be left out: `polynomial` is `polynomial(2,1)`.",
        "",
        "| shape | rises as | from |",
        "|---|---|---|",
    ]
    for name, shape in SHAPES.items():
        numbers = f"({','.join(f'{number:g}' for number in shape.defaults)})"
        text = name + (numbers if shape.defaults else "")
        lines.append(f"| `{text}` | {shape.formula} | {shape.reference} |")
    lines += ["", "## Laws", "", "A phase that follows the index i of its update and has no end"]
    lines += ["of its own.", "", "| law | factor | from |", "|---|---|---|"]
    for name, rule in RULES.items():
        lines.append(f"| `{name}` | {rule.formula} | {rule.reference} |")
    return "\n".join(lines) + "\n"


def presets() -> str:
    """Return the page of the presets: every peer, every function, what it returns."""
    from rampup.schedule import presets as peers

    lines = [
        "# Presets",
        "",
        NOTICE,
        "",
        inspect.cleandoc(peers.__doc__ or "").partition("Example:")[0],
    ]
    for peer in peers.__all__:
        module = getattr(peers, peer)
        lines += [f"## `presets.{peer}`", "", inspect.cleandoc(module.__doc__ or ""), ""]
        lines += ["| preset | returns | after |", "|---|---|---|"]
        for name, function in vars(module).items():
            doc = inspect.getdoc(function)
            if name.startswith("_") or not inspect.isfunction(function) or not doc:
                continue
            if not function.__module__.startswith(peers.__name__):
                continue
            reference = re.search(r"Reference: (.*)", doc)
            if reference is None:
                continue
            first = doc.partition("\n\n")[0].replace("\n", " ").removeprefix("Return ")
            lines.append(f"| `{name}` | {first} | {reference[1].rstrip('.')} |".replace("||", "‖"))
        lines.append("")
    return "\n".join(lines)


def rules() -> str:
    """Return the page that lists the rules of the checker."""
    from rampup.checker.registry import RULES
    from rampup.checker.rule import SOURCES

    lines = [
        "# Rules",
        "",
        NOTICE,
        "",
        "What `rampup check` finds, and in what it finds it. How to",
    ]
    lines += ["ask, to ignore and to set up: [the checker](../check.md).", ""]
    lines += [
        f"| rule | | finds | {' | '.join(SOURCES)} |",
        f"|---|---|---{'|:-:' * len(SOURCES)}|",
    ]
    for rule in RULES.values():
        marks = " | ".join("●" if source in rule.sources else "" for source in SOURCES)
        link = f"[{rule.code} {rule.name}]({rule.name}.md)"
        lines.append(f"| {link} | {rule.severity} | {rule.detects} | {marks} |")
    return "\n".join(lines) + "\n"


def rule_pages() -> dict[str, str]:
    """Return the page of each rule by its name on disk."""
    from rampup.checker.registry import RULES
    from rampup.cli.explain import link

    pages = {}
    for rule in RULES.values():
        cases = [f"[{case}]({link(case)})" for case in rule.cases]
        lines = [f"# {rule.code} {rule.name}", "", NOTICE, "", rule.detects, ""]
        lines += [f"*{rule.severity}, class {rule.word}; in a {_either(rule.sources)}*"]
        lines += ["", "## Why it matters", "", rule.matters]
        for title, example in (("Wrong", rule.bad), ("Right", rule.good)):
            lines += ["", f"## {title}", "", "```python", example.text.rstrip(), "```"]
            lines += ["", f"→ {example.says}"]
        lines += ["", "## Fix", "", rule.fix, "", "## Silent when", ""]
        lines += [f"- {sentence}" for sentence in rule.silent]
        lines += ["", "## Seen in", "", ",\n".join(cases), "", "[All rules](README.md)"]
        pages[f"rules/{rule.name}.md"] = "\n".join(lines) + "\n"
    return pages


def _either(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def observations() -> str:
    """Return the page of the rules: what each reads, where its threshold is, and its sentences."""
    from rampup.trace.rules import RULES

    when = {
        "plan": "the schedule is known",
        "stage": "a stage of the data is recorded",
        "epoch": "an epoch ends",
        "updates": "an epoch ends, about its updates",
        "probe": "an update was probed",
        "claim": "the trace carries somebody's claim",
        "baseline": "there is a baseline",
        "end": "the run ends, about all of it",
    }
    lines = ["# Observations", "", NOTICE, ""]
    lines += [
        "Sentences about a trace that quote its numbers, said while a run goes on and by",
        "`rampup.observe` of any trace. In braces stand the numbers; a number that is unknown or",
        "not finite silences the sentence.",
    ]
    for moment, text in when.items():
        lines += [
            "",
            f"## When {text}",
            "",
            "| rule | reads | threshold | says |",
            "|---|---|---|---|",
        ]
        for rule in (rule for rule in RULES.values() if rule.at == moment):
            said = (re.sub(r"{(\w+)[^}]*}", r"{\1}", sentence) for sentence in rule.says.values())
            limit = f"{rule.limit:g}" if rule.limit else ""
            cells = (f"`{rule.id}`", rule.reads, limit, "<br>".join(dict.fromkeys(said)))
            lines.append(_row(cells))
    return "\n".join(lines) + "\n"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "reference.md": reference,
    "cli.md": cli,
    "config.md": config,
    "shapes.md": shapes,
    "presets.md": presets,
    "rules/README.md": rules,
    "observations.md": observations,
}


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _public_function(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is not None
    )


def _declared(node: Any, source: str) -> list[str]:
    """Return the declaration as its author wrote it, then its docstring as Markdown.

    The source is shown instead of `inspect.signature`, because it keeps the names of type
    aliases and reads the same under every Python.
    """
    shown = _head(node, source)
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                shown += _head(inner, source)
            elif isinstance(inner, ast.AnnAssign) and not ast.unparse(inner.target).startswith("_"):
                shown += source.splitlines()[inner.lineno - 1 : inner.end_lineno]
    code = textwrap.dedent("\n".join(shown)).splitlines()
    return ["```python", *code, "```", "", *_markdown(ast.get_docstring(node) or "")]


def _head(node: Any, source: str) -> list[str]:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = source.splitlines()[first - 1 : node.body[0].lineno - 1]
    # comments are for readers of the code
    return [code for line in lines if (code := line.partition("  #")[0]) and "#" not in code]


def _markdown(docstring: str) -> list[str]:
    """Return a Google docstring as lines of Markdown."""
    lines: list[str] = []
    code = items = False

    def close() -> None:
        nonlocal code
        if code:
            while not lines[-1]:
                lines.pop()
            lines.extend(["```", ""])
        code = False

    for line in docstring.splitlines():
        section = _SECTION.fullmatch(line)
        item = _ITEM.fullmatch(line)
        if section:
            close()
            name, rest = section.groups()
            lines.append(f"**{name}** {rest}".rstrip())
            code = name == "Example"
            items = name in ("Args", "Attributes", "Raises")
            lines += ["", "```python"] if code else [""] if not rest else []
        elif code and (line.startswith("    ") or not line):
            lines.append(line[4:])
        elif item and items:
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif line.startswith("    "):
            lines.append("  " * items + line.strip())
        else:
            close()
            lines.append(line)
    close()
    return "\n".join(lines).strip("\n").splitlines()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with `--check` compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent, help="the folder")
    options = parser.parse_args(arguments)
    stale = 0
    texts = {name: page() for name, page in PAGES.items()} | rule_pages()
    for name, text in texts.items():
        path = options.into / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            print(f"{path} is out of date; run make docs", file=sys.stderr)
            stale += 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
