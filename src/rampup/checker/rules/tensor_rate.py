"""RU305: a rate in a tensor that is its own base rate."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rampup.checker.facts import Wiring
from rampup.checker.finding import Place
from rampup.checker.rule import Example, Found, Rule
from rampup.checker.script import Script, World
from rampup.checker.told import Bond, bonds, everywhere, line


def _wiring(wiring: Wiring) -> Iterator[Found]:
    if wiring.aliased:
        which = ", ".join(map(str, wiring.aliased))
        one = len(wiring.aliased) == 1
        yield Found(
            place=wiring.place,
            message=(
                f"the rate of group{'' if one else 's'} {which} and its base rate are one tensor, "
                "so that whatever writes the rate changes the base too"
            ),
        )


WRITES: Final = re.compile(r"\.(copy_|fill_)\(")


def _script(script: Script) -> Iterator[Found]:
    yield from _overwritten(script)
    yield from everywhere(script, _world)


def _world(script: Script, world: World) -> Iterator[Found]:
    for bond in bonds(script, world):
        if _is_tensor(bond):
            yield Found(
                place=bond.optimizer.place,
                message=(
                    f"the rate is a tensor, which {bond.kind} and the optimizer may share: then a "
                    "step changes the base rate as well"
                ),
                evidence=(
                    line(script, bond.optimizer.place, "gives the optimizer a tensor"),
                    line(script, bond.scheduler.place, "builds a scheduler on it"),
                ),
                severity="note",
            )


def _overwritten(script: Script) -> Iterator[Found]:
    """Look for a rate that is written in place from a base that is the same tensor."""
    if not any("torch.tensor(" in text for text in script.lines) or not any(
        WRITES.search(text) for text in script.lines
    ):
        return
    with warnings.catch_warnings(action="ignore"):  # they were for the first reader
        tree = ast.parse("\n".join(script.lines))
    shared = _shared(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and (rate := _written(call)) and call.args:
            base = next((one for one in _names(call.args[0]) if one in shared), None)
            if base is not None:
                place = Place(path=script.path, line=call.lineno, column=call.col_offset + 1)
                yield Found(
                    place=place,
                    message=(
                        f"{rate} is written in place from {base}, which is the same tensor: each "
                        "write changes the base of the next one"
                    ),
                    evidence=(
                        line(
                            script,
                            replace(place, line=shared[base]),
                            f"makes {base} the tensor itself",
                        ),
                        line(script, place, "writes into it"),
                    ),
                )


def _written(call: ast.Call) -> str:
    """Return the rate that a call writes in place, or nothing."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("copy_", "fill_"):
        return ast.unparse(call.func.value) if _is_rate(call.func.value) else ""
    return ""


def _is_rate(node: ast.AST, name: str = "lr") -> bool:
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == name
    )


def _shared(tree: ast.AST) -> dict[str, int]:
    """Return names of the tensor that is the rate, and the line that makes each of them so."""
    shared: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _gives_rate(node.value):
            shared |= {_name(target): node.lineno for target in node.targets}
        elif (
            isinstance(node, ast.keyword) and node.arg == "lr" and isinstance(node.value, ast.Name)
        ):
            shared[node.value.id] = node.value.lineno
    for node in ast.walk(tree):  # a loop over shared ones gives shared ones
        if isinstance(node, ast.For) and any(one in shared for one in _names(node.iter)):
            shared |= {one: node.lineno for one in _names(node.target) if one not in ("group", "g")}
    return shared


def _gives_rate(value: ast.AST) -> bool:
    made = value.elt if isinstance(value, ast.ListComp) else value
    return _is_rate(made)


def _name(node: ast.AST) -> str:
    return "initial_lr" if _is_rate(node, "initial_lr") else ast.unparse(node)


def _names(node: ast.AST) -> list[str]:
    """Return the names, attributes and rates that an expression reads."""
    kinds = ast.Name | ast.Attribute | ast.Subscript
    return [_name(one) for one in ast.walk(node) if isinstance(one, kinds)]


def _is_tensor(bond: Bond) -> bool:
    settings = bond.optimizer.settings
    rate = settings["lr"].text if "lr" in settings else ""
    groups = settings["params"].text if "params" in settings else ""
    for given in (rate, *re.findall(r"['\"]lr['\"]:\s*([^,}]+)", groups)):
        made = re.compile(rf"^\s*{re.escape(given)}\s*=\s*torch\.(tensor|as_tensor|full)\(")
        if "torch.tensor(" in given or (
            given.isidentifier() and any(made.match(text) for text in bond.script.lines)
        ):
            return True
    return False


RULE: Final = Rule(
    code="RU305",
    name="tensor-rate",
    word="TLR",
    severity="error",
    detects="A group's `lr` and its `initial_lr`, or the scheduler's base rate, are one tensor.",
    matters=(
        "A tensor is filled in place, so that the base rate shrinks with the rate. In the example "
        "the warmup starts at 0.25 instead of 0.5, and its peak is 0.5 instead of 1."
    ),
    bad=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import ExponentialLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
lr = torch.tensor(1.0)
optimizer = torch.optim.Adam([{"params": model.parameters(), "lr": lr, "initial_lr": lr}])
warmup = LinearLR(optimizer, start_factor=0.5, total_iters=4)
decay = ExponentialLR(optimizer, gamma=0.9)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[4])
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.25, 0.3125 …: the base rate was halved twice",
    ),
    good=Example(
        text="""\
import torch
from torch.optim.lr_scheduler import ExponentialLR, LinearLR, SequentialLR

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam([{"params": model.parameters(), "lr": 1.0}])
warmup = LinearLR(optimizer, start_factor=0.5, total_iters=4)
decay = ExponentialLR(optimizer, gamma=0.9)
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[4])
for _ in range(10):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
""",
        says="rates 0.5, 0.625, 0.75, 0.875, 1, 0.9 …",
    ),
    fix="Set `initial_lr` to a copy, `lr.clone()`, or to a number; or leave it to the scheduler.",
    silent=("The rates are numbers.", "Groups share one rate, but each has a base of its own."),
    cases=(
        "pytorch/pytorch#126854",
        "pytorch/pytorch#162359",
        "pytorch/pytorch#163103",
        "pytorch/pytorch#195984",
        "deepspeedai/DeepSpeed#8202",
    ),
    wiring=_wiring,
    script=_script,
)
