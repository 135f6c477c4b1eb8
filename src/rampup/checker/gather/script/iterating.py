"""Functions of Python and itertools that iterate, as a walked script may call them."""

from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script import streams
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.values import (
    Number,
    Stream,
    Unknown,
    Value,
    is_sure,
    number,
    plain,
)


def _range(call: Call) -> Value:
    values = call.values
    if len(values) < 2:
        return streams.counted(0, call.argument(0, "stop", 0), 1, call.text, call.frame)
    start = call.walk.known_number(values[0])
    first = call.walk.count(start) if is_sure(start) else min(call.walk.count(start), 1)
    if isinstance(start, Number) and not start.sure:  # a fresh run is walked
        call.walk.starts[call.text] = call.walk.count(start)
        first = 0
    step = call.walk.count(values[2]) if len(values) > 2 else 1
    return streams.counted(first, values[1], step, call.text, call.frame)


def _enumerate(call: Call) -> Value:
    start = plain(call.walk.known_number(call.argument(1, "start", 0)))
    return streams.pairs(
        stream(call.argument(0, "x"), call.frame), start if isinstance(start, int) else 0
    )


def _map(call: Call) -> Value:
    function, source = call.argument(0, "f"), call.argument(1, "x")
    items = everything(stream(source, call.frame), call.frame)
    return [call.walk.run(function, Call(call.frame, call.node, [one])) for one in items]


def _reversed(call: Call) -> Value:
    items = stream(call.argument(0, "x"), call.frame)
    return [*reversed(everything(items, call.frame))]


def _sorted(call: Call) -> Value:
    items = everything(stream(call.argument(0, "x"), call.frame), call.frame)
    known = [number(one) for one in items]
    if None in known or call.named:
        return items
    return [one for _, one in sorted(zip(known, items, strict=True), key=lambda pair: pair[0] or 0)]


def _count(call: Call) -> Value:
    first = call.walk.count(call.argument(0, "start", 0))
    return Stream(call.text, None, lambda index: first + index)


def _chain(call: Call) -> Value:
    return [one for part in call.values for one in everything(stream(part, call.frame), call.frame)]


def _repeat(call: Call) -> Value:
    value, times = call.argument(0, "x"), call.argument(1, "times")
    return Stream(call.text, None if times is None else call.walk.count(times), lambda _: value)


def _islice(call: Call) -> Value:
    bound = call.argument(2, "stop") if len(call.values) > 2 else call.argument(1, "stop")
    items = stream(call.argument(0, "x"), call.frame)
    return items if bound is None else streams.first(items, bound, call.frame)


def _iterated(call: Call) -> Value:
    return stream(call.argument(0, "iterable"), call.frame)


def _list(call: Call) -> Value:
    if not call.values:
        return []
    value = call.values[0]
    if isinstance(value, Unknown):
        return value
    return everything(stream(value, call.frame), call.frame)


def _tuple(call: Call) -> Value:
    value = _list(call)
    return tuple(value) if isinstance(value, list) else value


ITERATING: Final[dict[str, Callable[[Call], Value]]] = {
    "range": _range, "list": _list, "tuple": _tuple, "set": _list, "frozenset": _list,
    "enumerate": _enumerate, "map": _map, "reversed": _reversed, "sorted": _sorted,
    "zip": lambda call: streams.together([stream(one, call.frame) for one in call.values]),
    "iter": lambda call: streams.again(stream(call.argument(0, "x"), call.frame)),
    "next": lambda call: streams.following(call.argument(0, "x"), call.frame),
    "itertools.count": _count, "itertools.chain": _chain, "itertools.repeat": _repeat,
    "itertools.islice": _islice,
    "itertools.cycle": lambda call: streams.repeated(stream(call.argument(0, "x"), call.frame)),
    "tqdm.tqdm": _iterated, "tqdm.auto.tqdm": _iterated, "tqdm.notebook.tqdm": _iterated,
    "tqdm.trange": _range, "tqdm.auto.trange": _range, "tqdm.notebook.trange": _range,
    "rich.progress.track": _iterated, "tqdm.rich.tqdm": _iterated, "tqdm.std.tqdm": _iterated,
}  # fmt: skip
