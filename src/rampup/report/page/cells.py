"""Values as people read them; cells cut to a length that a table can bear."""

import math
from typing import Any, Final

LONGEST: Final = 60
"""Characters of a cell."""

LONGEST_SENTENCE: Final = 1500
"""Characters of a sentence or a note."""

NOTHING: Final = "–"


def cell(value: Any, digits: int = 4) -> str:
    """Return a value as text: numbers to `digits` significant digits, nothing as –.

    Example:
        >>> cell(0.00407999), cell(None), cell("red"), cell(1000000), cell(True)
        ('0.00408', '–', 'red', '1,000,000', 'True')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return minus(f"{value:.{digits}g}")
    if isinstance(value, int):
        return minus(f"{value:,}")
    return cut(str(value))


def percent(value: float) -> str:
    """Return a share in percent, or – where it was not measured.

    Example:
        >>> percent(0.985), percent(float("nan"))
        ('98.5%', '–')
    """
    return NOTHING if math.isnan(value) else f"{value:.1%}"


def signed(value: float) -> str:
    """Return a difference to two significant digits, with its sign.

    Example:
        >>> signed(-0.0054), signed(0.41)
        ('−0.0054', '+0.41')
    """
    return NOTHING if math.isnan(value) else minus(f"{value:+.2g}")


def minus(text: str) -> str:
    """Return a number's text with the sign that is as wide as a plus; an exponent keeps its own.

    Example:
        >>> minus("-2.5e-05")
        '−2.5e-05'
    """
    return text.replace("-", "−").replace("e−", "e-")


def moment(text: str) -> str:
    """Return a time of ISO 8601 as people read it.

    Example:
        >>> moment("2030-01-01T00:00:00+00:00")
        '2030-01-01 00:00:00 UTC'
    """
    return cut(text.replace("T", " ").replace("+00:00", " UTC"))


def cut(text: str, longest: int = LONGEST) -> str:
    """Return `text`, or its beginning and an ellipsis.

    Example:
        >>> cut("a long name", 7)
        'a long…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def count(number: int, noun: str) -> str:
    """Return a number and its noun.

    Example:
        >>> count(1, "update"), count(2500, "update")
        ('1 update', '2,500 updates')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def flat(plain: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings with dotted names.

    Example:
        >>> flat({"seed": 0, "training": {"lr": 0.01}})
        {'seed': 0, 'training.lr': 0.01}
    """
    settings: dict[str, Any] = {}
    for key, value in plain.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            settings |= flat(value, f"{name}.")
        else:
            settings[name] = value
    return settings
