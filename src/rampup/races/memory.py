"""Memory: sizes such as "2GB" as bytes, and a heap that is kept from update to update."""

import ctypes
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


def keep_heap() -> None:
    """Let this process keep freed memory, so that large values of each update cost few page faults.

    torch frees the values of an update, and glibc gives large ones back to the system, which has
    to clear them again for the next update. This is for a process that does nothing but race; where
    the C library is another one, nothing happens. Reference: mallopt(3).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    trim, pad, mmap = -1, -2, -3  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD
    for option, value in ((mmap, 32 * 2**20), (trim, 2**31 - 1), (pad, 64 * 2**20)):
        if mallopt is not None:
            mallopt(option, value)
