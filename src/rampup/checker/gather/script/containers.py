"""Methods of lists, dicts, texts and streams of a walked script."""

import re
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script.attributes import item, set_item, unknown
from rampup.checker.gather.script.native import Call
from rampup.checker.gather.script.optimizers import Group
from rampup.checker.gather.script.streams import everything, following, stream
from rampup.checker.gather.script.values import (
    Instance,
    Stream,
    Value,
    Written,
    number,
    plain,
    rates_in,
    show,
)

TEXT: Final[dict[str, Callable[..., Value]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "title": str.title,
    "split": str.split,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "isdigit": str.isdigit,
}


def method(to: Value, name: str, call: Call) -> Value:
    """Call a method of a value that is no object of a library."""
    if isinstance(to, list):
        return _list(to, name, call)
    if isinstance(to, dict):
        return _dict(to, name, call)
    if isinstance(to, str):
        return _text(to, name, call)
    if isinstance(to, Instance):
        return _dict(to.names, name, call)
    if isinstance(to, Stream):
        if name == "__next__":
            return following(to, call.frame)
        rates = rates_in(call.all())
        if rates:  # a progress bar shows them
            call.walk.report(call.node, call.frame, rates, name)
        return None
    return unknown(call.text)


def _list(to: list[Value], name: str, call: Call) -> Value:
    given = call.argument(0, "item")
    if name in ("append", "add"):
        rates = rates_in(given)
        if rates:
            call.walk.report(call.node, call.frame, rates, name)
        to.append(given)
        return None
    if name in ("extend", "update"):
        to += everything(stream(given, call.frame), call.frame, 1000)
        return None
    if name == "insert":
        index = plain(given)
        to.insert(index if isinstance(index, int) else 0, call.argument(1, "object"))
        return None
    if name == "pop":
        index = plain(given) if call.values else -1
        known = isinstance(index, int) and -len(to) <= index < len(to)
        return to.pop(index) if known else unknown(call.text)
    if name == "clear":
        to.clear()
        return None
    if name == "copy":
        return [*to]
    if name == "reverse":
        to.reverse()
        return None
    if name == "index":
        return next((n for n, one in enumerate(to) if plain(one) == plain(given)), 0)
    return unknown(call.text)


def _dict(to: dict[Value, Value], name: str, call: Call) -> Value:
    frame = call.frame
    if name in ("get", "pop", "setdefault"):
        key, default = call.argument(0, "key"), call.argument(1, "default")
        known = isinstance(plain(key), str | int | float | bool | None) and plain(key) in to
        if isinstance(to, Group):
            return item(to, key, frame) if known else default
        if known:
            return to.pop(plain(key)) if name == "pop" else to[plain(key)]
        if name == "setdefault":
            set_item(to, key, default, frame, call.node)
        return default
    if name == "items":
        return [(key, item(to, key, frame)) for key in to]
    if name == "keys":
        return [*to]
    if name == "values":
        return [item(to, key, frame) for key in to]
    if name == "update":
        given = call.argument(0, "other")
        for key, value in {**(given if isinstance(given, dict) else {}), **call.named}.items():
            set_item(to, key, value, frame, call.node)
        return None
    if name in ("copy", "to_dict"):
        return dict(to)
    if name == "clear":
        to.clear()
        return None
    return unknown(call.text)


def _text(to: str, name: str, call: Call) -> Value:
    if name == "format":
        pieces = [number(value) for value in call.values]
        text = re.sub(r"\{[^}]*\}", "?", str(to)) if None in pieces else str(to)
        return Written.of(text, rates_in(call.all()))
    if name == "join":
        given = call.argument(0, "iterable")
        parts = everything(stream(given, call.frame), call.frame, 200)
        text = str(to).join(part if isinstance(part, str) else show(part) for part in parts)
        return Written.of(text[:400], rates_in(parts))
    values = [plain(value) for value in call.values]
    if name in TEXT and all(isinstance(value, str) for value in values):
        try:
            return TEXT[name](str(to), *values)
        except (TypeError, ValueError):
            return unknown(call.text)
    return unknown(call.text)
