"""Attributes and items of values of a walked script: reading and setting them."""

import ast
import math
from typing import Final

from rampup.checker.gather.script.data import Tensor
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.optimizers import Group
from rampup.checker.gather.script.values import (
    MISSING,
    Bound,
    Class,
    Function,
    Instance,
    Name,
    Stream,
    Super,
    Unknown,
    Value,
    plain,
    rates_in,
    show,
)

CONSTANTS: Final = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "tau": math.tau}

LONGEST: Final = 160
"""Texts of unknown values that grow beyond this are cut."""


def unknown(text: str) -> Unknown:
    """Return an unknown value, its text cut where it is long."""
    return Unknown(text if len(text) <= LONGEST else text[: LONGEST - 3] + "...")


def attribute(base: Value, name: str, frame: Frame) -> Value:
    """Return `base.name`."""
    if isinstance(base, Instance):
        return _of_instance(base, name, frame)
    if isinstance(base, Unknown):
        known = frame.walk.known.get(base.text)
        return known.get(name, frame) if known is not None else unknown(f"{base.text}.{name}")
    if isinstance(base, Name):
        module = base.dotted in ("math", "numpy", "torch")
        return CONSTANTS[name] if module and name in CONSTANTS else Name(f"{base.dotted}.{name}")
    if isinstance(base, Native):
        return base.get(name, frame)
    if isinstance(base, Class):
        value = base.find(name)
        if isinstance(value, Function) and value.kind == "classmethod":
            return Bound(base, name, value)
        if value is not MISSING:
            return value
        foreign = base.foreign()
        return Name(f"{foreign[0]}.{name}") if foreign else unknown(f"{base.node.name}.{name}")
    if isinstance(base, Super):
        value = base.to.of.find(name, base.after) if base.to.of is not None else MISSING
        return Bound(base.to, name, value) if isinstance(value, Function) else Bound(base, name)
    if isinstance(base, list | tuple | dict | str | Stream):
        return Bound(base, name)
    if name in ("value", "name") and isinstance(base, int | float):
        return base
    return unknown(f"{show(base)}.{name}")


def _of_instance(base: Instance, name: str, frame: Frame) -> Value:
    value = base.names.get(name, MISSING)
    if value is not MISSING:
        return value
    if name == "__dict__":
        return base.names
    value = base.of.find(name) if base.of is not None else MISSING
    if isinstance(value, Function):
        if value.kind == "staticmethod":
            return value
        bound = Bound(base.of if value.kind == "classmethod" else base, name, value)
        if value.kind == "property":
            return frame.walk.run(bound, Call(frame, value.node))
        return bound
    if value is not MISSING:
        return value
    if base.native is not None:
        return base.native.get(name, frame)
    if name == "__class__" and base.of is not None:
        return base.of
    if base.of is None or base.of.foreign():
        if isinstance(found := frame.walk.known.get(f"{base.text}.{name}"), Native):
            return found
        return (
            Bound(base, name) if base.of is None and name in BAG else unknown(f"{base.text}.{name}")
        )
    return unknown(f"{base.text}.{name}")


BAG = ("get", "items", "keys", "values", "update", "pop", "setdefault", "to_dict", "copy")
"""Methods of a bag of settings that is a dict as well."""


def set_attribute(base: Value, name: str, value: Value, frame: Frame, node: ast.AST) -> None:
    """Do `base.name = value`."""
    if isinstance(base, Instance):
        setter = base.of.find(f"{name}.setter") if base.of is not None else MISSING
        if isinstance(setter, Function):
            frame.walk.run(Bound(base, name, setter), Call(frame, node, [value]))
        else:
            base.names[name] = value
    elif isinstance(base, Native):
        base.set(name, value, frame, node)
    elif isinstance(base, Class):
        base.names[name] = value
    elif isinstance(base, Unknown | Name):
        given = frame.walk.objects_in(value)
        if isinstance(base, Unknown):
            frame.walk.assigned[f"{base.text}.{name}"] = value
        if given:
            frame.walk.hand_over(node, frame, given, show(base))


def item(base: Value, index: Value, frame: Frame) -> Value:
    """Return `base[index]`."""
    key = plain(index)
    if isinstance(base, Group):
        return base.read(key)
    if isinstance(base, list | tuple | str):
        if isinstance(key, slice):
            return base[_bounds(key)] if _is_known(key) else unknown(f"{show(base)}[...]")
        if isinstance(key, int):
            return base[key] if -len(base) <= key < len(base) else unknown(f"{show(base)}[{key}]")
        groups = bool(base) and isinstance(base[0], Group)
        return base[0] if groups else unknown(f"{show(base)}[{show(index)}]")
    if isinstance(base, dict):
        try:
            return base[key] if key in base else unknown(f"{show(base)}[{show(index)}]")
        except TypeError:
            return unknown(f"{show(base)}[{show(index)}]")
    if isinstance(base, Tensor):
        return base.item(index, frame)
    if isinstance(base, Unknown):
        known = frame.walk.known.get(base.text)
        return (
            item(known, index, frame)
            if known is not None
            else unknown(f"{base.text}[{show(index)}]")
        )
    if isinstance(base, Instance):
        if isinstance(key, str) and key in base.names:
            return base.names[key]
        method = base.of.find("__getitem__") if base.of is not None else MISSING
        if isinstance(method, Function):
            return frame.walk.run(
                Bound(base, "__getitem__", method), Call(frame, method.node, [index])
            )
    if isinstance(base, Name | Class):  # a type with its parameters
        return base if not show(base).endswith("environ") else unknown(f"{show(base)}[{key!r}]")
    return unknown(f"{show(base)}[{show(index)}]")


def _is_known(key: slice) -> bool:
    bounds = [plain(one) for one in (key.start, key.stop, key.step)]
    return all(one is None or isinstance(one, int) for one in bounds) and bounds[2] != 0


def _bounds(key: slice) -> slice:
    return slice(plain(key.start), plain(key.stop), plain(key.step))


def set_item(base: Value, index: Value, value: Value, frame: Frame, node: ast.AST) -> None:
    """Do `base[index] = value`."""
    key = plain(index)
    if isinstance(base, Group):
        base.write(key, value, frame, node)
    elif isinstance(base, dict):
        if key is None or isinstance(key, bool | int | float | str | tuple):
            try:
                base[key] = value
            except TypeError:
                return
    elif isinstance(base, list):
        if isinstance(key, int) and -len(base) <= key < len(base):
            base[key] = value
    elif isinstance(base, Instance):
        if isinstance(key, str):
            base.names[key] = value
    elif isinstance(base, Unknown | Name):
        given = frame.walk.objects_in(value)
        if given:
            frame.walk.hand_over(node, frame, given, show(base))
        elif rates_in(value):
            frame.walk.report(node, frame, rates_in(value), show(base))
