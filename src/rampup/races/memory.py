"""How much memory a step takes, read off its trace; and sizes such as "2GB" as bytes."""

import operator
import re
from typing import Any, Final

import torch
from torch import fx

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


def bytes_of_step(step: Any) -> int:
    """Return the most bytes that are alive at once while a traced step is replayed.

    Args:
        step: from `traced`; its replay forgets each value after its last use.
    """
    graph: fx.Graph = step.graph
    owner: dict[fx.Node, fx.Node] = {}
    last: dict[fx.Node, fx.Node] = {}
    for node in graph.nodes:
        source = node.args[0] if node.args else None
        shares = isinstance(source, fx.Node) and _is_view(node)
        owner[node] = owner[source] if shares and isinstance(source, fx.Node) else node
        for used in node.all_input_nodes:
            last[owner[used]] = node
    freed: dict[fx.Node, list[fx.Node]] = {}
    for node, end in last.items():
        freed.setdefault(end, []).append(node)
    alive = most = 0
    for node in graph.nodes:
        alive += _bytes(node) if owner[node] is node else 0
        most = max(most, alive)
        alive -= sum(map(_bytes, freed.get(node, ())))
    return most


def _is_view(node: fx.Node) -> bool:
    if node.target is operator.getitem:
        return True
    schema = getattr(node.meta.get("traced"), "_schema", None)
    return schema is not None and any(r.alias_info is not None for r in schema.returns)


def _bytes(node: fx.Node) -> int:
    if node.op == "placeholder":
        return 0
    value = node.meta.get("val")
    values = value if isinstance(value, list | tuple) else [value]
    return sum(v.numel() * v.element_size() for v in values if isinstance(v, torch.Tensor))
