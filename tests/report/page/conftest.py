"""What the tests of the page share: journals of runs, and the elements of a page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from rampup.report.page.compare import compare
from rampup.report.page.diff_page import render_diff
from rampup.report.page.render import render
from rampup.report.page.source import read_story
from rampup.trace.record import Event, to_json

ALONE = ["meta", "link", "br", "hr", "input", "img", "source", "wbr"]


@dataclass
class Element:
    """One element of a page."""

    name: str
    attributes: dict[str, str]
    inside: list["Element | str"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Element"]:
        """Yield the elements below this one that are called `name`, or all for "*"."""
        for one in self.inside:
            if isinstance(one, Element):
                if name in ("*", one.name):
                    yield one
                yield from one.all(name)

    @property
    def text(self) -> str:
        """All text below this element."""
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    def by_id(self, key: str) -> "Element":
        """Return the element with an id."""
        return next(one for one in self.all("*") if one.attributes.get("id") == key)


class Tree(HTMLParser):
    """Reads a page, and refuses tags that do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in ALONE:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, (self._open[-1].name, tag)
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def tree(page: str) -> Element:
    """Return the elements of a page whose tags all match."""
    reader = Tree()
    reader.feed(page)
    reader.close()
    assert len(reader._open) == 1, [one.name for one in reader._open]
    return reader.root


def kept(folder: Path, events: Iterable[Event]) -> Path:
    """Return a run folder with these events, one line each."""
    folder.mkdir(parents=True)
    lines = "".join(f"{to_json(event)}\n" for event in events)
    (folder / "trace.jsonl").write_text(lines, encoding="utf-8")
    return folder


def page_of(*runs: Path) -> str:
    """Return the page of these runs."""
    return render([read_story(run) for run in runs])


def diff_page_of(a: Path, b: Path) -> str:
    """Return the page of what differs between two runs."""
    stories = [read_story(run) for run in (a, b)]
    return render_diff(stories, compare(stories, "ab"))
