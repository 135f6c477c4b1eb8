"""Classes and functions of torch and its companions, by name: what they build in a script."""

import re
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script import peers
from rampup.checker.gather.script.attributes import unknown
from rampup.checker.gather.script.data import Dataset, Loader, Tensor, length_of
from rampup.checker.gather.script.native import Call, Native, Unsettled
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.schedulers import Recipe, Scheduler, argument
from rampup.checker.gather.script.states import StateOf, states_in
from rampup.checker.gather.script.streams import everything, stream
from rampup.checker.gather.script.values import (
    MISSING,
    Guessed,
    Instance,
    Number,
    Unknown,
    Value,
    dimension,
    is_sure,
    number,
    plain,
    show,
)

OPTIMIZER: Final = re.compile(
    r"(\w*Adam\w*|A?SGD\w*|RMSprop\w*|Adagrad|Adadelta|Rprop|LBFGS|\w*Lion\w*|Adafactor|LAMB|Lamb|"
    r"FusedLAMB|LARS|Lars|Muon|Prodigy|Sophia\w*|Ranger\w*|Yogi|NovoGrad|Shampoo|Madgrad|MADGRAD)$"
)
"""Classes of optimizers, whoever wrote them."""

RATES: Final = {
    "Adadelta": 1.0, "Adafactor": 1e-2, "Adagrad": 1e-2, "Adamax": 2e-3, "ASGD": 1e-2,
    "LBFGS": 1.0, "NAdam": 2e-3, "RMSprop": 1e-2, "Rprop": 1e-2,
}  # fmt: skip
"""Default rates of torch's optimizers, where they are not 0.001."""

MAKES_OPTIMIZER: Final = re.compile(r"timm\.optim\.\w*\.?create_optimizer(_v2)?$")

SCHEDULE_FUNCTION: Final = re.compile(
    r"(transformers|diffusers)\.(optimization\.)?get_\w*schedule\w*$"
)

OTHER_SCHEDULER: Final = re.compile(r"\w*(Scheduler|LR|Warmup)\w*$")
"""Classes that are schedulers by their name, if they are given an optimizer."""


class Scaler(Native):
    """A gradient scaler: no update is skipped in a walk."""

    text = "scaler"

    def call(self, name: str, call: Call) -> Value:
        """Update through it."""
        if name == "step":
            optimizer = optimizer_of(call, call.argument(0, "optimizer"))
            if optimizer is not None:
                optimizer.update(call.frame, call.node, through="scaler")
            return None
        if name == "get_scale":
            return 65536.0
        return None if name == "update" else Unknown(call.text)


class LossScaler(Native):
    """timm's NativeScaler: a call is a backward pass and an update."""

    text = "loss_scaler"

    def call(self, name: str, call: Call) -> Value:
        """Make the backward pass, and the update unless the call says not yet."""
        if name != "__call__":
            return Unknown(call.text)
        call.walk.backward(call.node, call.frame)
        optimizer = optimizer_of(call, call.argument(1, "optimizer"))
        if optimizer is not None and plain(call.named.get("need_update", True)) is not False:
            optimizer.update(call.frame, call.node, through="scaler")
        return Unknown(call.text)


def optimizer_of(call: Call, value: Value, *, adopt: bool = False) -> Optimizer | None:
    """Return the optimizer that a value is.

    Args:
        call: the call it is an argument of.
        value: it.
        adopt: an unknown value is one, too: the file does not build it.
    """
    walk = call.walk
    if isinstance(value, Instance):
        if value.native is None:
            inner = [one for one in walk.objects_in(value) if isinstance(one, Optimizer)]
            return inner[0] if len(inner) == 1 else None
        value = value.native
    if isinstance(value, Unknown):
        value = walk.known.get(value.text, value)
    if isinstance(value, Unknown) and adopt:
        rate = walk.guesses.number(f"{value.text}.lr")
        groups = [{"lr": Number(rate, (), sure=False), "params": Unknown("params")}]
        made = Optimizer(walk, call.node, "", groups, {}, text=value.text)
        walk.known[value.text] = made
        return made
    return value if isinstance(value, Optimizer) else None


def optimizer(dotted: str, call: Call) -> Value:
    """Build an optimizer."""
    names = ("params", "lr")
    given = call.bind(names)
    params = given.pop("params", given.pop("model", None))
    rate = given.pop("lr", given.pop("learning_rate", MISSING))
    if rate is MISSING:
        kind = dotted.rpartition(".")[2]
        rate = RATES.get(kind, 1e-3) if dotted.startswith("torch.") else MISSING
    if rate is MISSING or rate is None:
        rate = Unknown("lr")
    entries = {"momentum": 0, **given} if "SGD" in dotted or "RMSprop" in dotted else dict(given)
    if "Adam" in dotted:
        entries.setdefault("betas", (0.9, 0.999))
    rows = params if isinstance(params, list | tuple) else [params]
    groups = [{**entries, "lr": rate, **row} for row in rows if isinstance(row, dict)] or [
        {**entries, "lr": rate, "params": params}
    ]
    made = Optimizer(call.walk, call.node, dotted, groups, call.settings(names))
    made.open = isinstance(params, Guessed)
    return made


def scheduler(dotted: str, call: Call) -> Value:
    """Build a scheduler."""
    walk = call.walk
    names = peers.names(dotted) or ("optimizer",)
    given = call.bind(names)
    parts: tuple[Scheduler, ...] = ()
    if "schedulers" in names:
        listed = given.get("schedulers")
        found = [plain_scheduler(one) for one in listed] if isinstance(listed, list | tuple) else []
        parts = tuple(one for one in found if one is not None)
        whole = bool(found) and len(parts) == len(found)
    else:
        whole = True
    adopted = optimizer_of(call, given.get("optimizer"), adopt="optimizer" in given)
    if adopted is None and parts:
        adopted = parts[0].optimizer
    arguments = {
        key: value for key, value in given.items() if key not in ("optimizer", "schedulers")
    }
    recipe = None
    if whole and not call.more and adopted is not None:
        try:
            recipe = Recipe(
                dotted,
                {key: argument(walk, one, call.frame, call.node) for key, one in arguments.items()},
                parts,
            )
        except Unsettled:
            recipe = None
    settings = {key: one for key, one in call.settings(names).items() if key in arguments}
    return Scheduler(walk, call.node, dotted, adopted, settings, recipe, parts)


def plain_scheduler(value: Value) -> Scheduler | None:
    """Return the scheduler that a value is."""
    value = value.native if isinstance(value, Instance) else value
    return value if isinstance(value, Scheduler) else None


def other_scheduler(dotted: str, call: Call) -> Value:
    """Build a scheduler of a library that is not known here: its rates are not known either."""
    found = [optimizer_of(call, value) for value in call.all()]
    owner = next((one for one in found if one is not None), None)
    if owner is None:
        return MISSING
    return Scheduler(call.walk, call.node, dotted, owner, call.settings(()), None)


def own_scheduler(dotted: str, call: Call) -> Value:
    """Build a RampupLR: its clock is the optimizer, so that nobody has to step it."""
    owner = optimizer_of(call, call.argument(0, "optimizer"), adopt=True)
    made = Scheduler(
        call.walk, call.node, dotted, owner, call.settings(("optimizer", "schedule")), None
    )
    made.steps_itself = True
    return made


def loader(call: Call) -> Value:
    """Build a loader of batches."""
    names = ("dataset", "batch_size", "shuffle", "sampler", "batch_sampler")
    given = call.bind(names)
    whole = call.walk.truth(given.get("drop_last", False))
    other = given.get("batch_sampler") is not None or call.more
    size = given.get("batch_size", 1)
    return Loader(call.text, given.get("dataset", Unknown("dataset")), size, whole, other)


def tensors(call: Call) -> Value:
    """Build a data set of tensors."""
    first = call.argument(0, "tensors", Unknown("tensors"))
    if isinstance(first, Unknown):  # its loader will want a length that fits
        return first
    return _dataset(call, length_of(first, call.frame))


def _dataset(call: Call, samples: Value) -> Dataset:
    text = f"len({call.text})"
    known = number(samples)
    if known is not None:
        quantity = dimension(samples) or ((text, 1),)
        samples = Number(known, quantity, is_sure(samples))
    return Dataset(call.text, samples)


def split(call: Call) -> Value:
    """Split a data set at random."""
    lengths = call.argument(1, "lengths")
    if not isinstance(lengths, list | tuple):
        return unknown(call.text)
    whole = length_of(call.argument(0, "dataset", Unknown("dataset")), call.frame)
    made = []
    for one in lengths:
        part, known = number(call.walk.known_number(one)), number(whole)
        if isinstance(part, float) and part < 1 and known is not None:
            one = Number(int(part * known), dimension(whole), is_sure(whole))
        made.append(_dataset(call, call.walk.known_number(one)))
    return made


def subset(call: Call) -> Value:
    """Take a part of a data set."""
    return _dataset(call, length_of(call.argument(1, "indices", Unknown("indices")), call.frame))


def tensor(name: str, call: Call) -> Value:
    """Build a tensor, as far as its shape is known."""
    values = call.values
    if name == "randint":
        values = [one for one in values if isinstance(one, tuple | list)][:1]
        values = values or [call.named.get("size", ())]
    if name == "arange":
        return (
            Tensor((call.walk.known_number(values[-1 if len(values) < 3 else 1]),))
            if values
            else unknown(call.text)
        )
    if name == "tensor":
        given = values[0] if values else None
        return (
            Tensor((len(given),))
            if isinstance(given, list)
            else given
            if isinstance(given, int | float | Number)
            else unknown(call.text)
        )
    if name == "full":
        values = values[:1]
    sizes = values[0] if len(values) == 1 and isinstance(values[0], tuple | list) else values
    return Tensor(tuple(call.walk.known_number(one) for one in sizes))


def save(call: Call) -> Value:
    """Note what is saved."""
    held: dict[str, int] = {}
    states: dict[int, StateOf] = {}
    keys: list[str] = []
    counts: dict[str, float] = {}
    for value in call.all():
        for key, state in states_in(value).items():
            held[key] = state.of.id
            states[state.of.id] = state
        held.update({one.name or one.text: one.id for one in call.walk.objects_in(value, 1)})
        if isinstance(value, dict):
            keys += [str(key) for key in value]
            known = ((str(key), number(one)) for key, one in value.items())
            counts.update({key: one for key, one in known if one is not None})
    whole = tuple(one for one in held.values() if one not in states)
    call.walk.act(
        "save",
        call.node,
        call.frame,
        keys=tuple(keys),
        holds=held,
        whole=whole,
        to=call.text,
        steps={key: state.steps for key, state in states.items()},
        updates={key: state.updates for key, state in states.items()},
        counts=counts,
    )
    if len(call.values) > 1:
        call.walk.files[show(call.values[1])] = call.values[0]
    return None


def load(call: Call) -> Value:
    """Note that a checkpoint is read."""
    call.walk.act("load", call.node, call.frame, value=call.text)
    saved = call.walk.files.get(show(call.argument(0, "f")))
    if states_in(saved):
        return dict(saved) if isinstance(saved, dict) else saved
    return Unknown(call.text)


def kind(call: Call) -> Value:
    """Return the class of an optimizer."""
    value = call.argument(0, "object")
    return (
        value.get("__class__", call.frame) if isinstance(value, Optimizer) else unknown(call.text)
    )


TENSORS: Final = ("randn", "rand", "zeros", "ones", "empty", "randint", "arange", "tensor", "full")

KNOWN: Final[dict[str, Callable[[Call], Value]]] = {
    "torch.utils.data.TensorDataset": tensors,
    "torch.utils.data.random_split": split,
    "torch.utils.data.Subset": subset,
    "torch.save": save,
    "type": kind,
    "torch.load": load,
    "torch.nn.ModuleList": lambda call: everything(
        stream(call.argument(0, "modules", []), call.frame), call.frame
    ),
    "torch.compile": lambda call: call.argument(0, "model"),
}


def _kind(dotted: str, name: str) -> str:
    """Return the name of a scheduler's class as the emulations know it; empty for anything else."""
    if dotted.startswith(("torch.optim.lr_scheduler.", "torch.optim.swa_utils.")):
        return f"torch.optim.lr_scheduler.{name}"
    if SCHEDULE_FUNCTION.match(dotted):
        return f"transformers.{name}"
    return dotted if dotted.startswith(("timm.scheduler.", "pytorch_warmup.")) else ""


def known(dotted: str) -> Callable[[Call], Value] | None:
    """Return what a class or function of torch and its companions does; None if it is not known."""
    name = dotted.rpartition(".")[2]
    kind = _kind(dotted, name)
    if kind and peers.names(kind) is not None:
        return lambda call: scheduler(kind, call)
    if dotted.startswith("rampup.") and name in ("RampupLR",):
        return lambda call: own_scheduler(dotted, call)
    if OPTIMIZER.match(name) or MAKES_OPTIMIZER.match(dotted):
        return lambda call: optimizer(dotted, call)
    if name == "DataLoader":
        return loader
    if name == "GradScaler":
        return lambda _: Scaler()
    if name in ("NativeScaler", "NativeScalerWithGradNormCount"):
        return lambda _: LossScaler()
    if name in TENSORS and dotted in (f"torch.{name}",):
        return lambda call: tensor(name, call)
    if name in ("DistributedDataParallel", "DataParallel"):
        return lambda call: call.argument(0, "module")
    return KNOWN.get(dotted)
