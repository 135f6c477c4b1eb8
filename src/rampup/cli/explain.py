"""The pages of rules, and the list of them, in a terminal."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.rule import Rule as Stroke
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from rampup.checker.rule import Rule
from rampup.cli.findings import COLOUR, INDENT


class Page:
    """The page that explains a rule."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what rich prints."""
        rule = self._rule
        yield Text.assemble(
            (f"{rule.code} {rule.name}", "bold"),
            f"  {rule.word}, ",
            (rule.severity, COLOUR[rule.severity]),
        )
        yield Text()
        yield Text(rule.detects)
        yield Text()
        yield Text(rule.matters)
        for title, example in (("wrong", rule.bad), ("right", rule.good)):
            yield Text()
            yield Stroke(Text.assemble(title, ": ", example.says), align="left", style="dim")
            yield _code(example.text.rstrip())
        yield Text()
        yield Text.assemble(("Fix: ", "bold"), rule.fix)
        yield Text()
        yield Text("Silent when:", style="bold")
        for sentence in rule.silent:
            yield Padding(_item(sentence), (0, 0, 0, INDENT), expand=False)
        yield Text()
        yield Text("Seen in:", style="bold")
        for case in rule.cases:
            yield Padding(Text(link(case), no_wrap=True, overflow="ignore"), (0, 0, 0, INDENT))


def link(case: str) -> str:
    """Return the address of a case.

    Example:
        >>> link("karpathy/nanoGPT#443")
        'https://github.com/karpathy/nanoGPT/issues/443'
    """
    repository, _, number = case.partition("#")
    return f"https://github.com/{repository}/issues/{number}"


def _code(text: str) -> Text:
    """Return a program in colours; its lines are not broken, so that it can be copied."""
    code = Syntax("", "python", theme="ansi_light", background_color="default").highlight(text)
    code.no_wrap, code.overflow = True, "ignore"
    code.rstrip()
    return code


def _item(sentence: str) -> Table:
    item = Table.grid(padding=(0, 1, 0, 0))
    item.add_row("•", Text(sentence))
    return item


def listed(rules: Iterable[Rule]) -> Table:
    """Return the rules as a table."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("code", "name", "class", "severity", "detects"):
        table.add_column(name, no_wrap=name != "detects")
    for rule in rules:
        severity = Text(rule.severity, COLOUR[rule.severity])
        table.add_row(rule.code, rule.name, rule.word, severity, Text(rule.detects))
    return table
