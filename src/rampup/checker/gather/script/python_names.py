"""Functions of Python, math, numpy and itertools that a walked script may call."""

import math
from collections.abc import Callable
from typing import Any, Final

from rampup.checker.gather.script.arithmetic import combine, like, same
from rampup.checker.gather.script.attributes import attribute, set_attribute, unknown
from rampup.checker.gather.script.data import length_of
from rampup.checker.gather.script.iterating import ITERATING
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.optimizers import Group
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.values import (
    Class,
    Function,
    Instance,
    Name,
    Number,
    Raised,
    Super,
    Unknown,
    Value,
    Written,
    is_sure,
    number,
    plain,
    rates_in,
    show,
)

Known = Callable[[Call], Value]

FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "cos": math.cos, "sin": math.sin, "tan": math.tan, "tanh": math.tanh, "exp": math.exp,
    "log": math.log, "log2": math.log2, "log10": math.log10, "sqrt": math.sqrt,
    "ceil": math.ceil, "floor": math.floor, "trunc": math.trunc, "fabs": math.fabs,
    "abs": abs, "pow": math.pow, "isnan": math.isnan, "isfinite": math.isfinite,
    "isinf": math.isinf, "degrees": math.degrees, "radians": math.radians, "erf": math.erf,
    "copysign": math.copysign, "hypot": math.hypot, "acos": math.acos, "log1p": math.log1p,
    "expm1": math.expm1, "fmod": math.fmod, "gcd": math.gcd, "int64": int, "float32": float,
    "float64": float, "minimum": min, "maximum": max, "power": math.pow, "arccos": math.acos,
}  # fmt: skip

KEEP: Final = {"ceil", "floor", "trunc", "fabs", "abs", "minimum", "maximum", "int64", "float64"}
"""What these give counts what their arguments count."""


class Partial(Native):
    """A function with some of its arguments given."""

    def __init__(self, function: Value, call: Call) -> None:
        self.function = function
        self.text = show(function)
        self.given = call

    def call(self, name: str, call: Call) -> Value:  # noqa: ARG002 - it has no methods
        """Call the function with all arguments."""
        given = self.given
        named = {**given.named, **call.named}
        inner = Call(call.frame, call.node, [*given.values, *call.values], named)
        return call.walk.run(self.function, inner)


def computed(name: str, call: Call) -> Value:
    """Return a function of numbers at known ones, or something unknown."""
    sources = [call.walk.known_number(value) for value in call.values]
    values = [number(value) for value in sources]
    if None in values or call.named or not values:
        return unknown(call.text)
    try:
        value = FUNCTIONS[name](*values)
    except (ArithmeticError, ValueError) as error:
        raise Raised(error) from None
    except TypeError:
        return unknown(call.text)
    if name in KEEP:
        return like(value, *sources)
    if any(isinstance(source, Number) for source in sources):
        return Number(value, None, all(map(is_sure, sources)))
    return value


def _int(call: Call) -> Value:
    value = call.walk.known_number(call.argument(0, "x", 0))
    if isinstance(value, str):
        return _parsed(int, value, call)
    known = number(value)
    if known is None or not math.isfinite(known) or abs(known) > 2**63:
        return value if isinstance(value, Unknown) else unknown(call.text)
    if 0 < known < 1:
        return Number(0, same(value), is_sure(value), rounded=known)
    return like(int(known), value)


def _float(call: Call) -> Value:
    value = call.walk.known_number(call.argument(0, "x", 0.0))
    if isinstance(value, str):
        return _parsed(float, value, call)
    known = number(value)
    if known is None or abs(known) > 2**1000:
        return value if isinstance(value, Unknown) or known is not None else unknown(call.text)
    return like(float(known), value)


def _parsed(kind: type[int] | type[float], text: str, call: Call) -> Value:
    try:
        return kind(text[:40])
    except ValueError:
        return unknown(call.text)


def _extreme(kind: Callable[..., float]) -> Known:
    def run(call: Call) -> Value:
        given = call.values
        if len(given) == 1 and not isinstance(given[0], Unknown | Number | int | float):
            given = everything(stream(given[0], call.frame), call.frame)
        values = [call.walk.known_number(value) for value in given]
        known = [number(value) for value in values]
        if not known or None in known or "key" in call.named:
            return unknown(call.text)
        best = kind(one for one in known if one is not None)
        # a bound such as max(1, n) counts what n counts
        return like(best, *values)

    return run


def _sum(call: Call) -> Value:
    total: Value = call.argument(1, "start", 0)
    for one in everything(stream(call.argument(0, "x"), call.frame), call.frame):
        one = call.walk.known_number(one)
        if number(one) is None or number(total) is None:
            return unknown(call.text)
        total = combine("+", total, one)
    return total


def _round(call: Call) -> Value:
    value, digits = call.walk.known_number(call.argument(0, "x")), plain(call.argument(1, "n"))
    known = number(value)
    if known is None or not math.isfinite(known) or not isinstance(digits, int | None):
        return unknown(call.text)
    return like(
        round(known, max(min(digits, 30), -30)) if digits is not None else round(known), value
    )


def _len(call: Call) -> Value:
    return length_of(call.argument(0, "x"), call.frame)


def _isinstance(call: Call) -> Value:
    value, kinds = call.argument(0, "x"), call.argument(1, "kinds")
    kinds = kinds if isinstance(kinds, tuple | list) else (kinds,)
    if isinstance(value, Unknown):
        return unknown(call.text)
    return any(_is_a(value, kind) for kind in kinds)


def _is_a(value: Value, kind: Value) -> bool:
    if isinstance(kind, Class):
        return isinstance(value, Instance) and value.of is not None and kind in value.of.line()
    name = show(kind).rpartition(".")[2]
    value = plain(value)
    native = value.native if isinstance(value, Instance) else value
    own = str(getattr(native, "kind", "")).rpartition(".")[2]
    bases = (
        {"Optimizer", own}
        if own and hasattr(native, "used")
        else {own, "LRScheduler", "_LRScheduler"}
    )
    return name == type(value).__name__ or bool(own and name in bases)


def _getattr(call: Call) -> Value:
    base, name = call.argument(0, "x"), call.argument(1, "name")
    if not isinstance(name, str):
        return unknown(call.text)
    value = attribute(base, name, call.frame)
    missing = isinstance(base, Instance) and isinstance(value, Unknown) and len(call.values) > 2
    return call.values[2] if missing else value


def _setattr(call: Call) -> Value:
    if len(call.values) == 3 and isinstance(call.values[1], str):
        set_attribute(call.values[0], call.values[1], call.values[2], call.frame, call.node)
    return None


def _hasattr(call: Call) -> Value:
    base, name = call.argument(0, "x"), call.argument(1, "name")
    if isinstance(base, Instance) and isinstance(name, str):
        value = attribute(base, name, call.frame)
        return True if not isinstance(value, Unknown) else unknown(call.text)
    return unknown(call.text)


def _dict(call: Call) -> Value:
    given = call.argument(0, "x")
    made = dict(given) if isinstance(given, dict) and not isinstance(given, Group) else {}
    if isinstance(given, list | tuple):
        made = {
            plain(one[0]): one[1]
            for one in given
            if isinstance(one, tuple | list)
            and len(one) == 2
            and isinstance(plain(one[0]), str | int | float)
        }
    return {**made, **call.named}


def _super(call: Call) -> Value:
    frame = call.frame
    while frame.code is None and frame.outer is not None:
        frame = frame.outer
    code = frame.code
    if code is None or code.owner is None:
        return unknown(call.text)
    args = code.node.args
    first = [*args.posonlyargs, *args.args]
    to = frame.names.get(first[0].arg) if first else None
    return Super(to, code.owner) if isinstance(to, Instance) else unknown(call.text)


def _any(every: bool) -> Known:
    def run(call: Call) -> Value:
        values = everything(stream(call.argument(0, "x"), call.frame), call.frame)
        if any(isinstance(one, Unknown) for one in values):
            return unknown(call.text)
        return (all if every else any)(call.walk.truth(one) for one in values)

    return run


def _str(call: Call) -> Value:
    value = call.argument(0, "x", "")
    known = plain(value)
    text = str(known) if isinstance(known, str | int | float) else show(value)
    return Written.of(text[:400], rates_in(value))


def _vars(call: Call) -> Value:
    given = call.argument(0, "x")
    return given.names if isinstance(given, Instance) else unknown(call.text)


def _exit(_: Call) -> Value:
    raise Raised(SystemExit())


def _pow(call: Call) -> Value:
    if len(call.values) != 2:
        return unknown(call.text)
    return combine("**", *map(call.walk.known_number, call.values))


def _callable(call: Call) -> Value:
    known = isinstance(call.argument(0, "x"), Function | Class | Name)
    return True if known else unknown(call.text)


def _partial(call: Call) -> Value:
    if not call.values:
        return unknown(call.text)
    return Partial(call.values[0], Call(call.frame, call.node, call.values[1:], call.named))


def _divmod(call: Call) -> Value:
    left, right = (call.walk.known_number(call.argument(n, "")) for n in (0, 1))
    if number(left) is None or number(right) is None:
        return unknown(call.text)
    return (combine("//", left, right), combine("%", left, right))


KNOWN: Final[dict[str, Known]] = {
    "int": _int, "float": _float, "min": _extreme(min), "max": _extreme(max), "sum": _sum,
    "round": _round, "len": _len, "isinstance": _isinstance, "getattr": _getattr,
    "setattr": _setattr, "hasattr": _hasattr, "dict": _dict, "super": _super,
    "any": _any(False), "all": _any(True), "str": _str, "repr": _str, "vars": _vars,
    "exit": _exit, "quit": _exit, "sys.exit": _exit, "os._exit": _exit, "divmod": _divmod,
    "abs": lambda call: computed("abs", call), "pow": _pow,
    "bool": lambda call: call.walk.truth(call.argument(0, "x", False)),
    "callable": _callable, "functools.partial": _partial,
    "copy.copy": lambda call: call.argument(0, "x"),
    "copy.deepcopy": lambda call: _copied(call.argument(0, "x")),
    "typing.cast": lambda call: call.argument(1, "x"),
    **ITERATING,
}  # fmt: skip


def _copied(value: Value) -> Value:
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if type(value) is dict:
        return {key: _copied(one) for key, one in value.items()}
    if isinstance(value, Instance) and value.native is None:
        return Instance(value.of, value.text, dict(value.names))
    return value


def known(dotted: str) -> Known | None:
    """Return what a function of Python, math or numpy does; None if it is not known here."""
    if dotted in KNOWN:
        return KNOWN[dotted]
    module, _, name = dotted.rpartition(".")
    if module in ("math", "numpy", "builtins") and name in FUNCTIONS:
        return lambda call: computed(name, call)
    if module == "numpy" and name == "clip":
        return _clip
    return KNOWN.get(name) if module in ("builtins", "six.moves") else None


def _clip(call: Call) -> Value:
    values = [
        number(call.walk.known_number(call.argument(n, k)))
        for n, k in enumerate(("a", "a_min", "a_max"))
    ]
    if any(value is None for value in values):
        return unknown(call.text)
    value, low, high = (one or 0.0 for one in values)
    return min(max(value, low), high)
