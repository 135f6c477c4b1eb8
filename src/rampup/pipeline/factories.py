"""`package.module:factory` → the function it names, for own data and own models."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rampup.errors import ConfigError


def factory(key: str, spec: str) -> Callable[..., Any]:
    """Return the callable that `spec` names; modules in the current folder are found too.

    Args:
        key: the configuration key that holds `spec`, for the message.
        spec: `"package.module:factory"`.

    Raises:
        ConfigError: it cannot be imported or called.

    Example:
        >>> factory("data", "math:sqrt")(9.0)
        3.0
    """
    module_name, _, name = spec.partition(":")
    if not all(part.isidentifier() for part in module_name.split(".")):
        raise ConfigError(
            f"{key} = {spec!r}: {module_name!r} is no module name; write 'package.module:factory'"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = import_module(module_name)
    except ImportError as error:
        raise ConfigError(
            f"{key} = {spec!r}: module {module_name!r} cannot be imported ({error}); "
            "run from the folder that holds it, or install it"
        ) from None
    found = getattr(module, name, None)
    if not callable(found):
        what = "has no" if found is None else "holds, but cannot call,"
        raise ConfigError(
            f"{key} = {spec!r}: module {module_name!r} {what} {name!r}; name a function in it"
        )
    return found  # type: ignore[no-any-return]
