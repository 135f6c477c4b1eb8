"""`layerwise`: parameter groups whose rates fall from the head of a model to its embeddings."""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from torch import nn

from rampup.errors import ScheduleError

STACKS: Final = ("layer", "layers", "h", "block", "blocks", "resblocks")
"""What models call the list of their layers."""

_BELOW: Final = re.compile(r"(^|\.)(\w*embed\w*|wte|wpe|pos_emb|cls_token)(\.|$)")
_ABOVE: Final = re.compile(r"(^|\.)(heads?|lm_head|classifier|score|pooler|qa_outputs)(\.|$)")
_REMEDY: Final = "name the layers from the lowest to the highest with layers=['embed*', …]"


def layerwise(
    model: nn.Module,
    lr: float,
    decay: float = 0.75,
    *,
    weight_decay: float | None = None,
    layers: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Return parameter groups for an optimizer, the deeper a layer lies the lower its rate.

    The head has the rate `lr`, the layer below it lr·decay, and so on down to the embeddings; a
    layer that is frozen keeps its place. A RampupLR keeps the ratios of its groups.

    The layers are those of the model's one list of them: `….layers.3.…`, `….layer.3.…`,
    `….h.3.…`, `….blocks.3.…`, or the modules of an nn.Sequential. What is defined before the
    list lies below it (embeddings), what is defined behind it above (final norm, head).

    Args:
        model: its trainable parameters land in one group each; a shared one once, at the place
            of its first name, and frozen ones nowhere.
        lr: rate of the head, > 0.
        decay: rate of a layer over that of the layer above it, in (0, 1].
        weight_decay: of matrices, ≥ 0; biases and norms, which have fewer than two dimensions,
            then get 0 in groups of their own. None leaves it to the optimizer.
        layers: one pattern of parameter names for each layer, from the lowest to the highest, with
            `*` for any text; every parameter must match one of them.

    Returns:
        Groups of named parameters, from the lowest to the highest, each with a `"name"`. torch
        takes named parameters since 2.6.

    Raises:
        ScheduleError: a value is out of range, or it is not clear where a parameter belongs.

    Example:
        >>> import torch
        >>> from rampup import layerwise
        >>> model = torch.nn.Sequential(
        ...     torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)
        ... )
        >>> optimizer = torch.optim.AdamW(layerwise(model, lr=1e-3, decay=0.5))
        >>> [(group["name"], group["lr"]) for group in optimizer.param_groups]
        [('0', 0.0005), ('2', 0.001)]

    Reference: Howard & Ruder 2018, Universal Language Model Fine-tuning, §3.2 (discriminative
    fine-tuning); Clark et al. 2020, ELECTRA, appendix B (layerwise decay).
    """
    _refuse_outside("lr", lr, 0 < lr < math.inf, "above 0")
    _refuse_outside("decay", decay, 0 < decay <= 1, "above 0 and at most 1")
    if weight_decay is not None:
        _refuse_outside("weight_decay", weight_decay, 0 <= weight_decay < math.inf, "at least 0")
    named = dict(model.named_parameters())
    if not any(parameter.requires_grad for parameter in named.values()):
        raise ScheduleError(f"{type(model).__name__} has no parameter to train; unfreeze some")
    places = _by_pattern(named, layers) if layers is not None else _by_name(named)
    levels = list(dict.fromkeys(sorted(places.values())))
    groups: dict[tuple[int, bool], dict[str, Any]] = {}
    for name, parameter in named.items():
        if not parameter.requires_grad:
            continue
        level = levels.index(places[name])
        plain = weight_decay is not None and parameter.ndim < 2
        group = groups.setdefault((level, plain), {"params": []})
        group["params"].append((name, parameter))
        group["lr"] = lr * decay ** (len(levels) - 1 - level)
        group["name"] = places[name][1] + (", no weight decay" if plain else "")
        if weight_decay is not None:
            group["weight_decay"] = 0.0 if plain else weight_decay
    return [groups[key] for key in sorted(groups)]


Place = tuple[float, str]
"""How high a layer lies among the others, and its name."""


def _by_pattern(names: Collection[str], layers: Sequence[str]) -> dict[str, Place]:
    """Return the place that the patterns give to each parameter."""
    places: dict[str, Place] = {}
    for name in names:
        found = [(at, p) for at, p in enumerate(layers) if fnmatchcase(name, p)]
        if len(found) > 1:
            both = " and ".join(repr(pattern) for _, pattern in found)
            raise ScheduleError(f"layers: {name!r} matches {both}; make one of them narrower")
        if found:
            places[name] = found[0]
    missing = [name for name in names if name not in places]
    if missing:
        raise ScheduleError(f"layers: no pattern matches {_some(missing)}; add one for them")
    used = {pattern for _, pattern in places.values()}
    idle = [pattern for pattern in layers if pattern not in used]
    if idle:
        raise ScheduleError(f"layers: {_some(idle)} matches no parameter; mend or drop it")
    return places


def _by_name(names: Collection[str]) -> dict[str, Place]:
    """Return the place of each parameter: below the list of layers, in it, or above it."""
    stack = _stack(names)
    indices: list[int] = []
    places: dict[str, Place] = {}
    for name in names:
        index = dict(_lists(name)).get(stack)
        if index is not None:
            indices.append(index)
            places[name] = (index + 1, f"{stack}.{index}" if stack else str(index))
        else:
            places[name] = (math.inf, "head") if indices else (0, "embeddings")
    for name, (level, _) in places.items():
        wrong = {0: ("before", _ABOVE), math.inf: ("behind", _BELOW)}.get(level)
        if wrong and wrong[1].search(name):
            raise ScheduleError(
                f"{name!r} is defined {wrong[0]} the layers {stack!r}, where its name does not "
                f"belong; {_REMEDY}"
            )
    return places


def _stack(names: Collection[str]) -> str:
    """Return the prefix of the model's one list of layers."""
    found: dict[str, set[int]] = {}
    for name in names:
        for prefix, index in _lists(name):
            found.setdefault(prefix, set()).add(index)
    known = [prefix for prefix in found if prefix.rpartition(".")[2] in STACKS]
    several = [prefix for prefix, indices in found.items() if len(indices) > 1]
    lists = known or several
    outer = [p for p in lists if not any(p != q and f"{p}.".startswith(_under(q)) for q in lists)]
    if not outer:
        raise ScheduleError(f"no list of layers was found in {_some(names)}; {_REMEDY}")
    if len(outer) > 1:
        raise ScheduleError(
            f"layers were found in {_some(outer)}, and the names do not say which lie below; "
            f"{_REMEDY}"
        )
    return outer[0]


def _under(prefix: str) -> str:
    return f"{prefix}." if prefix else ""


def _lists(name: str) -> list[tuple[str, int]]:
    """Return each list that a parameter lies in, as its prefix, and where in it."""
    parts = name.split(".")
    return [
        (".".join(parts[:at]), int(part)) for at, part in enumerate(parts[:-1]) if part.isdigit()
    ]


def _some(names: Iterable[str]) -> str:
    shown = [repr(name) for name in names]
    more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return ", ".join(shown[:4]) + more


def _refuse_outside(name: str, value: Any, fits: bool, bounds: str) -> None:
    if not fits:
        raise ScheduleError(f"{name} = {value!r} must be {bounds}")
