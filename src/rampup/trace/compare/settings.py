"""What was set: configuration, data flow, schedule, and the surroundings of the run."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, Final, TypeVar

from rampup.trace.compare.difference import Difference, counted, plain, unlike
from rampup.trace.compare.pair import Pair
from rampup.trace.record import End, Event, Header, Planned, Row, Stage
from rampup.trace.story import Story

HASH: Final = "sha256"
"""The fact of a stage that stands for the whole of its data."""

DIGITS: Final = 12
"""As many digits of a hash as a sentence quotes."""


def config(pair: Pair) -> Iterator[Difference]:
    """Return only what differs in the configurations."""
    left, right = _first(pair, Header)
    if left is not None and right is not None:
        for path, x, y in unlike(left.config, right.config):
            yield pair.of_value("config", path, x, y)


def surroundings(pair: Pair) -> Iterator[Difference]:
    """Return where and when it ran, and how long: told, but no difference of the runs."""
    left, right = _first(pair, Header)
    if left is not None and right is not None:
        for name in ("schema", "rampup", "started"):
            x, y = getattr(left, name), getattr(right, name)
            if x != y:
                yield pair.of_value("surroundings", name, x, y)
        for path, x, y in unlike(left.environment, right.environment):
            yield pair.of_value("surroundings", path, x, y)
    ends = _first(pair, End)
    if ends[0] is not None and ends[1] is not None and ends[0].seconds != ends[1].seconds:
        yield pair.of_value("surroundings", "seconds", ends[0].seconds, ends[1].seconds)


def data_flow(pair: Pair) -> Iterator[Difference]:
    """Return what differs in stages that both have: shapes, facts, and cells of rows."""
    left, right = _stages(pair.a), _stages(pair.b)
    told: dict[str, Difference] = {}
    for key, x in left.items():
        y = right.get(key)
        if y is None:
            continue
        title = f"stage {x.number}, {x.name}"
        found = list(_stage(pair, x, y, title))
        if not found:  # words only tell again what numbers told
            found = [
                pair.of_value("data flow", f"{title}, {name}", getattr(x, name), getattr(y, name))
                for name in ("did", "notes")
                if getattr(x, name) != getattr(y, name)
            ]
        # training is a stage before and after, with the same facts
        told |= {difference.sentence: difference for difference in found}
    yield from told.values()


def _stage(pair: Pair, x: Stage, y: Stage, title: str) -> Iterator[Difference]:
    for name in ("name", "shape_in", "shape_out", "unit"):
        if getattr(x, name) != getattr(y, name):
            yield pair.of_value("data flow", f"{title}, {name}", getattr(x, name), getattr(y, name))
    for path, u, v in unlike(x.facts, y.facts):
        named = pair.of_value("data flow", f"{title}, {path}", u, v)
        if path == HASH and isinstance(u, str) and isinstance(v, str):
            begin = pair.both(u[:DIGITS], v[:DIGITS])
            said = f"the data is not the same; its {HASH} begins with {begin}"
            named = replace(named, sentence=f"{title}: {said}")
        yield named
    for side in ("before", "after"):
        cells = unlike(*(_cells(getattr(stage, side), x.unit) for stage in (x, y)))
        if cells:
            path, u, v = cells[0]
            count = "1 cell differs" if len(cells) == 1 else f"{len(cells)} cells differ"
            yield Difference(
                part="data flow",
                name=f"{title}, rows {side}",
                a=plain(u),
                b=plain(v),
                sentence=f"{title}, rows {side}: {count}, first {path}: {pair.both(u, v)}",
            )


def _cells(rows: Sequence[Row], unit: str) -> dict[str, Any]:
    return {
        f"{unit} {row['id']}{f' (again, {nth})' if nth else ''}, {name!r}": cell
        for (_, nth), row in counted(rows, lambda row: row["id"]).items()
        for name, cell in row["cells"].items()
    }


def hash_note(pair: Pair) -> str:
    """Return whether the traces record what their data was, and what of it is compared."""
    hashes = [
        {stage.facts[HASH] for stage in _stages(story).values() if stage.facts.get(HASH)}
        for story in (pair.a, pair.b)
    ]
    left, right = hashes
    if left and right:
        same = "the same" if left == right else "not the same"
        return f"the recorded hash of the data is {same}"
    who = f"{pair.names[1] if left else pair.names[0]} records no"
    who = "no trace records" if not left and not right else who
    what = " a hash of its data" if who.startswith("no") else " hash of its data"
    return f"{who}{what}: shapes, facts and sample rows are compared"


def schedule(pair: Pair) -> Iterator[Difference]:
    """Return what differs in the plans, and in which epochs their rates do."""
    left, right = _first(pair, Planned)
    if left is None or right is None:
        return
    plans = [{k: v for k, v in asdict(plan).items() if k != "epochs"} for plan in (left, right)]
    for path, x, y in unlike(*plans):
        yield pair.of_value("schedule", path, x, y)
    rows = [
        {key: (row["first"], row["last"]) for key, row in counted(p.epochs, _number).items()}
        for p in (left, right)
    ]
    unequal = [key[0] for key in rows[0] if key in rows[1] and unlike(
        list(rows[0][key]), list(rows[1][key]))]  # fmt: skip
    if unequal:
        yield Difference(
            part="schedule",
            name="planned rates",
            a=None,
            b=None,
            sentence=f"planned rates differ in {_ranges(unequal)}",
        )
    lengths = len(left.epochs), len(right.epochs)
    if lengths[0] != lengths[1]:
        yield pair.of_value("schedule", "planned epochs", *lengths)


def _number(row: Any) -> int:
    return int(row["epoch"])


def _ranges(numbers: Iterable[Any]) -> str:
    """Return `epochs 1 … 5, 8` for 1, 2, 3, 4, 5 and 8."""
    found: list[list[int]] = []
    for n in sorted(numbers):
        if found and n <= found[-1][1] + 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    texts = [str(x) if x == y else f"{x} … {y}" for x, y in found]
    return f"epoch{'' if texts == [str(found[0][0])] else 's'} {', '.join(texts)}"


def _stages(story: Story) -> dict[Any, Stage]:
    return counted(story.all(Stage), lambda stage: stage.number)


E = TypeVar("E", bound=Event)


def _first(pair: Pair, kind: type[E]) -> tuple[E | None, E | None]:
    left, right = (next(iter(story.all(kind)), None) for story in (pair.a, pair.b))
    return left, right
