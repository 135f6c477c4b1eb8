"""Tensors, data sets and loaders of a walked script, as far as their lengths go."""

from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.native import Call, Native
from rampup.checker.gather.script.values import (
    Function,
    Instance,
    Name,
    Number,
    Stream,
    Unknown,
    Value,
    is_sure,
    plain,
    show,
)


class Tensor(Native):
    """A tensor of known shape.

    Args:
        shape: its sizes.
    """

    def __init__(self, shape: tuple[Value, ...]) -> None:
        self.shape = shape
        self.text = "tensor"

    def get(self, name: str, frame: Frame) -> Value:
        """Return its shape."""
        return self.shape if name == "shape" else super().get(name, frame)

    def call(self, name: str, call: Call) -> Value:
        """Return its sizes; of the methods, these keep the shape."""
        if name == "size":
            index = plain(call.argument(0, "dim"))
            return (
                self.shape[index]
                if isinstance(index, int) and _has(self.shape, index)
                else (self.shape if index is None else Unknown(call.text))
            )
        if name in ("to", "cuda", "cpu", "float", "long", "double", "requires_grad_", "clone"):
            return self
        return Unknown(call.text)

    def length(self, frame: Frame) -> Value:  # noqa: ARG002
        """Return its first size."""
        return self.shape[0] if self.shape else 0

    def item(self, index: Value, frame: Frame) -> Value:
        """Return a piece of it."""
        rows = plain(self.length(frame))
        if isinstance(index, slice) and isinstance(rows, int):
            bounds = [plain(one) for one in (index.start, index.stop, index.step)]
            if all(one is None or isinstance(one, int) for one in bounds) and bounds[2] != 0:
                return Tensor((len(range(*slice(*bounds).indices(rows))), *self.shape[1:]))
        if isinstance(plain(index), int):
            return Tensor(self.shape[1:])
        return Unknown("tensor[...]")


def _has(items: tuple[Value, ...], index: int) -> bool:
    return -len(items) <= index < len(items)


class Dataset(Native):
    """A data set of known length.

    Args:
        text: what it is called.
        samples: how many samples it has.
    """

    def __init__(self, text: str, samples: Value) -> None:
        self.text = text
        self.samples = samples

    def length(self, frame: Frame) -> Value:  # noqa: ARG002
        """Return how many samples it has."""
        return self.samples


class Loader(Native):
    """A loader of batches.

    Args:
        text: what it is called, until it is bound to a name.
        dataset: what it loads.
        size: samples in a batch; None where something else decides.
        whole: an incomplete last batch is left out.
        open: something else than the data set decides how many batches there are.
    """

    def __init__(self, text: str, dataset: Value, size: Value, whole: bool, open_: bool) -> None:
        self.text = text
        self.dataset = dataset
        self.size = size
        self.whole = whole
        self.open = open_
        self.batches: Value = None

    def get(self, name: str, frame: Frame) -> Value:
        """Return what it was built with."""
        if name == "dataset":
            return self.dataset
        if name == "batch_size":
            return self.size
        return super().get(name, frame)

    def length(self, frame: Frame) -> Value:
        """Return how many batches an epoch has."""
        if self.batches is None:
            self.batches = self._batches(frame)
        return self.batches

    def _batches(self, frame: Frame) -> Value:
        walk = frame.walk
        name = f"len({self.name or self.text})"
        walk.bounds.setdefault(name, "batches")
        if self.open:
            return Number(max(walk.count(Unknown(name), name), 1), ((name, 1),), sure=False)
        size = walk.count(self.size, "batch_size")
        if isinstance(self.dataset, Unknown) and size > 0:
            batches = walk.count(Unknown(name), name)
            fits = size * (batches - (not self.whole)) + (size + 1) // 2
            walk.guesses.set(f"len({self.dataset.text})", fits)
        samples = length_of(self.dataset, frame)
        rows = walk.count(samples)
        if size <= 0 or rows < 0:
            return Unknown(name)
        value = rows // size if self.whole else -(-rows // size)
        sure = is_sure(samples) and is_sure(self.size) and not isinstance(self.size, Unknown)
        sure = sure and not isinstance(samples, Unknown)
        if isinstance(self.size, Number) and self.size.dimension:
            walk.bounds.setdefault(self.size.dimension[0][0], "size")
        if isinstance(samples, Number) and samples.dimension:
            walk.bounds.setdefault(samples.dimension[0][0], "samples")
        return Number(value, ((name, 1),), sure)

    def stream(self, frame: Frame) -> Stream:
        """Return its batches."""
        name = self.name or self.text
        number = self.length(frame)
        length = max(frame.walk.count(number), 0)
        return Stream(name, length, lambda _: Unknown(f"next(iter({name}))"), number, data=True)


def length_of(value: Value, frame: Frame) -> Value:
    """Return `len(value)`."""
    walk = frame.walk
    if isinstance(value, list | tuple | dict | str):
        return len(value)
    if isinstance(value, Native):
        return value.length(frame)
    if isinstance(value, Stream):
        return value.number if value.number is not None else value.length
    if isinstance(value, Instance) and value.of is not None:
        method = value.of.find("__len__")
        if isinstance(method, Function):
            return walk.run(method, Call(frame, method.node, [value]))
    text = f"len({show(value)})" if not isinstance(value, Name) else f"len({value.dotted})"
    return walk.known_number(Unknown(text))
