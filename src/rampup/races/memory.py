"""Sizes such as "2GB" as bytes."""

import re
from typing import Final

from rampup.errors import ConfigError

_UNITS: Final = {"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "MIB": 2**20, "GIB": 2**30}


def in_bytes(size: int | str) -> int:
    """Return a size as bytes.

    Raises:
        ConfigError: it is no size.

    Example:
        >>> in_bytes("1.5GB"), in_bytes(4096)
        (1500000000, 4096)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", str(size).strip())
    if match is None or match[2].upper() not in _UNITS or not float(match[1]):
        raise ConfigError(f"max_memory = {size!r} is no size; write bytes, or text such as '2GB'")
    return int(float(match[1]) * _UNITS[match[2].upper()])
