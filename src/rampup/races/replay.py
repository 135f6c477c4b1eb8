"""A step that is traced once and replayed: no Python of the model, no autograd, fewer operations.

`make_fx` records what vmap and autograd do. Much of it does nothing (views of the same shape,
multiplications by one, transposes there and back) or is done twice; taking that out and calling
torch's functions directly leaves about half of the time that is not arithmetic.
"""

import operator
from collections.abc import Callable
from typing import Any, Final

import torch
from torch import fx
from torch.fx.experimental.proxy_tensor import make_fx

from rampup.races.align import aligned_bmm, is_odd
from rampup.races.stack import Gradients

_aten = torch.ops.aten

_VIEWS: Final = {
    _aten.view.default, _aten.expand.default, _aten._unsafe_view.default, _aten.reshape.default,
}  # fmt: skip

_DIRECT: Final[dict[Any, Callable[..., Any]]] = {
    _aten.view.default: torch.Tensor.view,
    _aten._unsafe_view.default: torch.Tensor.view,
    _aten.expand.default: torch.Tensor.expand,
    _aten.transpose.int: torch.transpose,
    _aten.bmm.default: torch.bmm,
    _aten.add.Tensor: torch.add,
    _aten.mul.Tensor: torch.mul,
    _aten.div.Tensor: torch.div,
    _aten.relu.default: torch.relu,
    _aten.cat.default: torch.cat,
    _aten.where.self: torch.where,
    _aten.gather.default: torch.gather,
    _aten.unsqueeze.default: torch.unsqueeze,
    _aten.neg.default: torch.neg,
}
"""The same functions with less between Python and C++."""


def traced(gradients: Gradients, *example: Any) -> Gradients:
    """Return `gradients` as a replay of its operations on `example`, for inputs of that shape.

    Args:
        gradients: from `gradients_of`.
        example: its arguments; buffers in it are changed.

    Raises:
        Exception: whatever torch raises on what cannot be traced.
    """
    _, fixed, buffers, *_ = example

    def of_tensors(weights: torch.Tensor, *rest: torch.Tensor) -> Any:
        named = iter(rest)
        parts = [{name: next(named) for name in part} for part in (fixed, buffers)]
        return gradients(weights, *parts, *named)

    def flat(weights: Any, fixed: Any, buffers: Any, *rest: Any) -> list[torch.Tensor]:
        return [weights, *fixed.values(), *buffers.values(), *rest]

    # without dictionaries: taking them apart would cost more than several operations
    graph = make_fx(of_tensors)(*flat(*example))
    _shorten(graph.graph)
    _align(graph.graph)
    graph.recompile()
    return lambda *given: graph(*flat(*given))


def _shorten(graph: fx.Graph) -> None:
    """Take out of a graph what does nothing or, where nothing is written to, is done twice."""
    values_last = not any(map(_writes, graph.nodes))
    seen: dict[Any, fx.Node] = {}
    for node in [*graph.nodes]:
        twin = _same_as(node) if values_last or node.target in _VIEWS else None
        if twin is None and values_last and _repeatable(node):
            twin = seen.setdefault((node.target, repr(node.args), repr(node.kwargs)), node)
        if twin is not None and twin is not node:
            node.replace_all_uses_with(twin)
            graph.erase_node(node)
    graph.eliminate_dead_code()


def _align(graph: fx.Graph) -> None:
    """Compute odd products wider, and call torch directly."""
    for node in graph.nodes:
        if node.target is _aten.bmm.default and is_odd(_shape(node), _kind(node)):
            node.target = aligned_bmm
        node.target = _DIRECT.get(node.target, node.target)


def _writes(node: fx.Node) -> bool:
    """Return whether it changes one of its inputs; batch norm does, whatever its schema says."""
    schema = getattr(node.target, "_schema", None)
    return schema is not None and (schema.is_mutable or "batch_norm" in schema.name)


def _repeatable(node: fx.Node) -> bool:
    """Return whether calling it again gives the same."""
    if not isinstance(node.target, torch._ops.OpOverload):
        return node.target is operator.getitem
    return torch.Tag.nondeterministic_seeded not in node.target.tags


def _same_as(node: fx.Node) -> fx.Node | None:
    """Return the node whose value this one only repeats."""
    source = node.args[0] if node.args else None
    if not isinstance(source, fx.Node):
        return None
    if node.target in _VIEWS and _shape(source) == _shape(node):
        return source
    if node.target is _aten.mul.Scalar and node.args[1] == 1 and _kind(source) == _kind(node):
        return source
    if node.target is _aten.transpose.int and source.target is _aten.transpose.int:
        pair = {_positive(source, d) for d in node.args[1:]}
        if pair == {_positive(source, d) for d in source.args[1:]}:
            return source.args[0]  # type: ignore[return-value]
    return None


def _shape(node: fx.Node) -> tuple[int, ...]:
    value = node.meta.get("tensor_meta")
    return tuple(value.shape) if value is not None else ()


def _kind(node: fx.Node) -> Any:
    return node.meta["tensor_meta"].dtype if "tensor_meta" in node.meta else None


def _positive(node: fx.Node, dim: Any) -> int:
    return int(dim) % len(_shape(node))
