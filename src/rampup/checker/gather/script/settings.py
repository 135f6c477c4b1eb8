"""Settings of a walked script: options of a command line, data classes, bags of attributes."""

import re
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script.expressions import named_number
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.values import (
    Class,
    Instance,
    Name,
    Unknown,
    Value,
    number,
    plain,
)


class Parser(Native):
    """An `argparse.ArgumentParser`: its defaults are known, its flags go either way."""

    text = "parser"

    def __init__(self) -> None:
        self.defaults: dict[str, Value] = {}

    def call(self, name: str, call: Call) -> Value:
        """Add an option, or give all of them."""
        if name == "add_argument":
            self._add(call)
            return None
        if name == "set_defaults":
            self.defaults.update(call.named)
            return None
        if name in ("add_argument_group", "add_mutually_exclusive_group", "add_parser"):
            return self
        if name == "add_subparsers":
            return self
        if name in ("parse_args", "parse_known_args", "parse_intermixed_args"):
            names = {
                key: Unknown(f"args.{key}") if one is None else one
                for key, one in self.defaults.items()
            }
            made = Instance(None, "args", names)
            return (made, []) if name == "parse_known_args" else made
        return Unknown(call.text)

    def _add(self, call: Call) -> None:
        flags = [value for value in call.values if isinstance(value, str)]
        if not flags:
            return
        longest = next((flag for flag in flags if flag.startswith("--")), flags[0])
        given = call.named.get("dest")
        name = given if isinstance(given, str) else re.sub(r"\W", "_", longest.lstrip("-"))
        default = call.named.get("default")
        action = call.named.get("action")
        flag = (isinstance(action, str) and action.startswith("store_")) or not isinstance(
            action, str | None
        )
        if flag or default is None or default == "" or isinstance(default, bool):
            self.defaults[name] = None  # either way
            return
        kind = call.named.get("type")
        if isinstance(default, str) and isinstance(kind, Name) and kind.dotted in ("int", "float"):
            try:
                default = {"int": int, "float": float}[kind.dotted](default[:40])
            except ValueError:
                default = None
        self.defaults[name] = named_number(default, call.nodes.get("default"), f"args.{name}")


def _field(call: Call) -> Value:
    """Return the default of a field of a data class."""
    factory = call.named.get("default_factory")
    if factory is not None:
        return call.walk.run(factory, Call(call.frame, call.node))
    default = call.argument(0, "default", Unknown(call.text))
    return named_number(default, call.nodes.get("default", call.nodes.get(0)), "field")


def _bag(call: Call) -> Value:
    """Return a bag of attributes."""
    given = call.argument(0, "settings")
    names = dict(given) if isinstance(given, dict) else {}
    named = {
        key: named_number(value, call.nodes.get(key), key) for key, value in call.named.items()
    }
    bag = {key: one for key, one in {**names, **named}.items() if isinstance(key, str)}
    return Instance(None, "config", {key: _deep(one) for key, one in bag.items()})


def _deep(value: Value) -> Value:
    if type(value) is dict and all(isinstance(key, str) for key in value):
        return Instance(None, "config", {key: _deep(one) for key, one in value.items()})
    return value


def _classes(call: Call) -> Value:
    """Return the parser of transformers, which fills data classes."""
    return ClassParser(call.argument(0, "dataclass_types"))


class ClassParser(Native):
    """An `HfArgumentParser`."""

    text = "parser"

    def __init__(self, classes: Value) -> None:
        self.classes = classes if isinstance(classes, tuple | list) else (classes,)

    def call(self, name: str, call: Call) -> Value:
        """Give an object of each class."""
        if not name.startswith("parse_"):
            return Unknown(call.text)
        inner = Call(call.frame, call.node)
        return tuple(
            call.walk.run(one, inner) if isinstance(one, Class) else Unknown(f"{call.text}[{n}]")
            for n, one in enumerate(self.classes)
        )


def _environment(call: Call) -> Value:
    default = call.argument(1, "default")
    return (
        Unknown(f"environ.{plain(call.argument(0, 'key'))}") if number(default) is None else default
    )


KNOWN: Final[dict[str, Callable[[Call], Value]]] = {
    "argparse.ArgumentParser": lambda _: Parser(),
    "argparse.Namespace": _bag,
    "types.SimpleNamespace": _bag,
    "dataclasses.field": _field,
    "pydantic.Field": _field,
    "easydict.EasyDict": _bag,
    "omegaconf.OmegaConf.create": _bag,
    "ml_collections.ConfigDict": _bag,
    "ml_collections.config_dict.ConfigDict": _bag,
    "collections.OrderedDict": lambda call: dict(call.named),
    "collections.defaultdict": lambda _: {},
    "transformers.HfArgumentParser": _classes,
    "os.environ.get": _environment,
    "os.getenv": _environment,
}
