"""Iterating over values of a walked script."""

from rampup.checker.gather.script.data import Dataset, Loader, Tensor, length_of
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.values import (
    MISSING,
    Function,
    Guessed,
    Instance,
    Number,
    Raised,
    Stream,
    Unknown,
    Value,
    is_sure,
    show,
)


def stream(value: Value, frame: Frame) -> Stream:
    """Return a value as something to iterate over; what is unknown is taken for a loader."""
    walk = frame.walk
    if isinstance(value, Stream):
        return value
    if isinstance(value, list | tuple):
        number = Number(len(value), (), sure=False) if isinstance(value, Guessed) else None
        return Stream("", len(value), value.__getitem__, number, data=_batches(value))
    if isinstance(value, str):
        return Stream(repr(value), len(value), str(value).__getitem__)
    if isinstance(value, dict):
        keys = [*value]
        return Stream("", len(keys), keys.__getitem__)
    if isinstance(value, Loader):
        return value.stream(frame)
    if isinstance(value, Instance) and value.of is not None:
        method = value.of.find("__iter__")
        if isinstance(method, Function):
            items = walk.run(method, Call(frame, method.node, [value]))
            if not (isinstance(items, Instance) and items.of is value.of):
                return _named(stream(items, frame), value, frame)
    number = length_of(value, frame)
    data = not isinstance(value, Tensor | Dataset)
    name = show(value)
    return Stream(
        name, max(walk.count(number), 0), lambda _: Unknown(f"next(iter({name}))"), number, data
    )


def _batches(values: list[Value] | tuple[Value, ...]) -> bool:
    """Return whether a list holds batches: tensors, or tuples of them."""
    first = values[0] if values else None
    return isinstance(first[0] if isinstance(first, tuple) and first else first, Tensor)


def _named(items: Stream, value: Instance, frame: Frame) -> Stream:
    """Return the items of an object that says itself how many it has."""
    if value.of is not None and value.of.find("__len__") is not MISSING:
        items.number = length_of(value, frame)
    items.data = True
    return items


def counted(start: int, stop: Value, step: int, text: str, frame: Frame) -> Stream:
    """Return `range(start, stop, step)`."""
    last = frame.walk.count(stop)
    span = range(start, last, step or 1)
    number = stop
    if isinstance(stop, Number):
        number = Number(len(span), stop.dimension, stop.sure)
    return Stream(text, len(span), span.__getitem__, number)


def pairs(items: Stream, first: int) -> Stream:
    """Return `enumerate(items, first)`."""
    return Stream(
        items.text,
        items.length,
        lambda index: (index + first, items.item(index)),
        items.number,
        items.data,
    )


def together(all_items: list[Stream]) -> Stream:
    """Return `zip(*all_items)`."""
    ends = [one for one in all_items if one.length is not None]
    shortest = min(ends, key=lambda one: one.length or 0) if ends else None
    return Stream(
        ", ".join(one.text for one in all_items),
        shortest.length if shortest is not None else None,
        lambda index: tuple(one.item(index) for one in all_items),
        shortest.number if shortest is not None else None,
        any(one.data for one in all_items),
    )


def repeated(items: Stream) -> Stream:
    """Return `itertools.cycle(items)`."""
    length = items.length
    return Stream(
        items.text,
        None if length else 0,
        lambda index: items.item(index % length) if length else None,
        None,
        items.data,
    )


def first(items: Stream, most: Value, frame: Frame) -> Stream:
    """Return `itertools.islice(items, most)`."""
    length = frame.walk.count(most)
    if items.length is not None and items.length <= length:
        return items
    return Stream(items.text, max(length, 0), items.item, most, items.data)


def following(value: Value, frame: Frame) -> Value:
    """Return `next(value)`.

    Raises:
        Raised: there is none.
    """
    if not isinstance(value, Stream):
        return Unknown(f"next({show(value)})")
    if value.length is not None and value.drawn >= value.length:
        raise Raised(StopIteration())
    frame.walk.spend()
    value.drawn += 1
    return value.item(value.drawn - 1)


def again(items: Stream) -> Stream:
    """Return `iter(items)`: the same items from where they are now."""
    return Stream(items.text, items.length, items.item, items.number, items.data)


def everything(items: Stream, frame: Frame, most: int = 5000) -> list[Value]:
    """Return `list(items)`; of very many only the first."""
    length = most if items.length is None else min(items.length, most)
    frame.walk.spend(length)
    return listed([items.item(index) for index in range(length)], items)


def listed(values: list[Value], items: Stream) -> list[Value]:
    """Return values that were made of items; how many there are may be a guess."""
    return values if is_sure(items.number) else Guessed(values)
