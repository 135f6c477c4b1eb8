"""Every shape: the curve inside a ramp as a function of progress.

A shape is written for a *rising* ramp: `rise(p, n)` goes from 0 at p = 0 to 1 at p = 1 and never
turns back; n is the number of readings, which only a few shapes look at. A falling ramp reads the
same curve mirrored in time, `rise(1 − p)`, so `"1-sqrt"` falls as 1 − √p, the cooldown of Hägele
et al. Some shapes take numbers: `"polynomial(3)"`. Adding a shape is one entry in `SHAPES`.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from rampup.errors import ScheduleError, nearest

Rise = Callable[[Any, int], Any]
"""From progress and the number of readings to how much of the way is risen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One curve of progress.

    Args:
        name: the word used in code and in schedule text.
        make: from the shape's numbers to `rise(p, n)`, for a float or a float64 array p in
            [0, 1], of the same shape.
        formula: `rise` as one reads it.
        reference: where the shape comes from.
        defaults: the numbers it takes, as they are where they are not written.
        geometric: the curve joins its ends by a constant ratio, low · (high / low)^rise, and not
            by a straight mix of them; the low end must then be above 0.
    """

    name: str
    make: Callable[..., Rise]
    formula: str
    reference: str
    defaults: tuple[float, ...] = ()
    geometric: bool = False


def power(base: Any, exponent: Any) -> Any:
    """Return base^exponent, with the same bits for one exponent as for an array of them.

    Example:
        >>> float(power(0.1, 2)), power(0.1, np.array([1, 2])).tolist()
        (0.01, [0.1, 0.01])
    """
    # numpy squares where one exponent of 2 serves all, and rounds otherwise than its power does
    return np.power(base, np.atleast_1d(exponent)).reshape(np.shape(exponent))


def _plain(rise: Callable[[Any], Any]) -> Callable[[], Rise]:
    return lambda: lambda p, _n: rise(p)


def _cosine(power: float) -> Rise:
    _above("cosine", "power", power)
    if power == 1:
        return lambda p, _n: 0.5 * (1.0 - np.cos(np.pi * p))
    # half of 1 − cos πp is the square of a sine, and near 0 the sine keeps its digits
    return lambda p, _n: np.power(np.sin(0.5 * np.pi * p), 2.0 * power)


def _polynomial(power: float, k: float) -> Rise:
    _above("polynomial", "power", power)
    _above("polynomial", "k", k)
    if k == 1:
        return lambda p, _n: np.power(p, power)

    def rise(p: Any, _n: int) -> Any:
        with np.errstate(divide="ignore"):  # the logarithm of 0, at the end of the rise
            # 1 − (1 − p)^k, which keeps its digits near 0
            return np.power(-np.expm1(k * np.log1p(-p)), power)

    return rise


def _k_decay(k: float) -> Rise:
    _above("k-decay", "k", k)
    return lambda p, _n: 0.5 * (1.0 + np.cos(np.pi * np.power(1.0 - p, k)))


def _saturating(rate: float) -> Rise:
    if rate == 0:
        raise ScheduleError("saturating(0): a rate of 0 is the linear shape; write linear")
    return lambda p, _n: np.expm1(-rate * p) / math.expm1(-rate)


def _tanh(left: float, right: float) -> Rise:
    if not left < right:
        raise ScheduleError(f"tanh({left:g},{right:g}) would fall; write the smaller number first")
    return lambda p, _n: 0.5 * (1.0 - np.tanh(left * p + right * (1.0 - p)))


def _sigmoid(steepness: float) -> Rise:
    _above("sigmoid", "steepness", steepness)
    low = 1.0 / (1.0 + math.exp(steepness / 2))

    def rise(p: Any, _n: int) -> Any:
        return (1.0 / (1.0 + np.exp(-steepness * (p - 0.5))) - low) / (1.0 - 2.0 * low)

    return rise


def _logarithmic() -> Rise:
    # one reading has nowhere to rise from
    return lambda p, n: np.log1p(p * (n - 1)) / math.log(n) if n > 1 else p


def _above(name: str, what: str, value: float) -> None:
    if not value > 0:
        raise ScheduleError(f"{name}({value:g}): {what} must be above 0")


SHAPES: Final[dict[str, Shape]] = {
    entry.name: entry
    for entry in (
        Shape(
            name="constant",
            make=_plain(np.floor),
            formula="0 for p < 1, then 1",
            reference="He et al. 2016, Deep Residual Learning, §4.2 (constant warmup)",
        ),
        Shape(
            name="linear",
            make=_plain(lambda p: p),
            formula="p",
            reference="Goyal et al. 2017, Accurate, Large Minibatch SGD, §2.2 (warmup)",
        ),
        Shape(
            name="cosine",
            make=_cosine,
            formula="((1 − cos πp) / 2)^power",
            reference="Loshchilov & Hutter 2017, SGDR, eq. 5 (half a period, falling)",
            defaults=(1.0,),
        ),
        Shape(
            name="quadratic",
            make=_plain(lambda p: p * p),
            formula="p²",
            reference="the polynomial ramp of power 2",
        ),
        Shape(
            name="polynomial",
            make=_polynomial,
            formula="(1 − (1 − p)^k)^power, which is p^power for k = 1; falling: (1 − p^k)^power",
            reference="Liu et al. 2015, ParseNet (poly decay); k: Zhang & Li 2020, k-decay",
            defaults=(2.0, 1.0),
        ),
        Shape(
            name="sqrt",
            make=_plain(np.sqrt),
            formula="√p",
            reference="the polynomial ramp of power ½",
        ),
        Shape(
            name="1-sqrt",
            make=_plain(lambda p: 1.0 - np.sqrt(1.0 - p)),
            formula="1 − √(1 − p); falling: 1 − √p",
            reference="Hägele et al. 2024, Scaling Laws and Compute-Optimal Training, §3",
        ),
        Shape(
            name="exponential",
            make=_plain(lambda p: p),
            formula="low · (high / low)^p",
            reference="the ramp of a learning-rate range test",
            geometric=True,
        ),
        Shape(
            name="saturating",
            make=_saturating,
            formula="(1 − e^(−rate·p)) / (1 − e^(−rate))",
            reference="Ma & Yarats 2021, On the Adequacy of Untuned Warmup",
            defaults=(5.0,),
        ),
        Shape(
            name="logarithmic",
            make=_logarithmic,
            formula="ln(1 + p(n − 1)) / ln n",
            reference="DeepSpeed, WarmupLR (warmup_type log)",
        ),
        Shape(
            name="tanh",
            make=_tanh,
            formula="(1 − tanh(left·p + right·(1 − p))) / 2",
            reference="Hsueh et al. 2019, SGD with Hyperbolic-Tangent Decay",
            defaults=(-7.0, 3.0),
        ),
        Shape(
            name="sigmoid",
            make=_sigmoid,
            formula="the logistic curve of steepness·(p − ½), stretched to [0, 1]",
            reference="the logistic function",
            defaults=(10.0,),
        ),
        Shape(
            name="rex",
            make=_plain(lambda p: 2.0 * p / (1.0 + p)),
            formula="2p / (1 + p); falling: (1 − p) / (1 − p/2)",
            reference="Chen et al. 2022, REX: Revisiting Budgeted Training",
        ),
        Shape(
            name="k-decay",
            make=_k_decay,
            formula="(1 + cos π(1 − p)^k) / 2",
            reference="Zhang & Li 2020, k-decay, on the cosine",
            defaults=(1.5,),
        ),
    )
}

_CALL: Final = re.compile(r"(?P<name>[a-z0-9-]+)(?:\((?P<numbers>[^()]*)\))?")


def split_name(text: str) -> tuple[str, tuple[float, ...]]:
    """Return the name and the numbers of a shape's text, defaults filled in.

    Raises:
        ScheduleError: there is no such shape, or it takes other numbers.

    Example:
        >>> split_name("polynomial(3)"), split_name("tanh")
        (('polynomial', (3.0, 1.0)), ('tanh', (-7.0, 3.0)))
    """
    match = _CALL.fullmatch(str(text))
    name = match["name"] if match else text
    if match is None or name not in SHAPES:
        raise ScheduleError(f"shape {text!r} is unknown; {nearest(name, list(SHAPES))}")
    defaults = SHAPES[name].defaults
    if match["numbers"] is None:
        return name, defaults
    try:
        numbers = tuple(float(number) for number in match["numbers"].split(","))
    except ValueError:
        numbers = ()
    if not 0 < len(numbers) <= len(defaults) or not all(map(math.isfinite, numbers)):
        most = f"up to {len(defaults)}" if len(defaults) > 1 else "1"
        takes = f"{most} finite number{'s' if len(defaults) > 1 else ''}"
        raise ScheduleError(
            f"shape {text!r} is unknown; {name} takes {takes if defaults else 'no numbers'}"
        )
    return name, numbers + defaults[len(numbers) :]


def canonical(text: str) -> str:
    """Return a shape's text with its numbers as floats, without defaults at its end.

    Raises:
        ScheduleError: there is no such shape, or it takes other numbers.

    Example:
        >>> canonical("polynomial(3)"), canonical("polynomial(2,1)")
        ('polynomial(3.0)', 'polynomial')
    """
    name, numbers = split_name(text)
    rise(text)
    defaults = SHAPES[name].defaults
    kept = [i + 1 for i, number in enumerate(numbers) if number != defaults[i]]
    if not kept:
        return name
    return f"{name}({','.join(repr(number) for number in numbers[: kept[-1]])})"


@lru_cache(maxsize=256)
def rise(text: str) -> Rise:
    """Return `rise(p, n)` of the shape that `text` says.

    Raises:
        ScheduleError: there is no such shape, or its numbers cannot be meant.

    Example:
        >>> float(rise("polynomial(3)")(0.5, 10))
        0.125
    """
    name, numbers = split_name(text)
    return SHAPES[name].make(*numbers)


def joining(text: str) -> Callable[[float, float, Any, int], Any]:
    """Return the curve of a shape between two factors, `(low, high, p, n)` → factor, low ≤ high."""
    curve = rise(text)
    if not SHAPES[split_name(text)[0]].geometric:
        return lambda low, high, p, n: low + (high - low) * curve(p, n)

    def geometric(low: Any, high: Any, p: Any, n: int) -> Any:
        # from zero (or as good as) no ratio leads anywhere: there the curve is a straight one
        none = np.less_equal(low, high * 1e-300)
        ratio = high / np.where(none, 1.0, low)
        return np.where(none, high * curve(p, n), low * power(ratio, curve(p, n)))

    return geometric
