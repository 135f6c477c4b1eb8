"""Products whose bits do not depend on where they lie.

MKL rounds a product by the address of its result. A member whose matrices have an odd size would
then get other bits in another place of the stack, so that such products are computed wider.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch
from torch.utils._python_dispatch import TorchDispatchMode

ALIGNED: Final = 16
"""Bytes; a product is rounded alike at all addresses that this divides."""


def is_odd(shape: Sequence[int], dtype: torch.dtype) -> bool:
    """Return whether `(members, rows, columns)` matrices begin at unlike addresses.

    Example:
        >>> is_odd((9, 3, 5), torch.float32), is_odd((9, 32, 2), torch.float32)
        (True, False)
    """
    return shape[1] * shape[2] * dtype.itemsize % ALIGNED != 0


def aligned_bmm(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return `torch.bmm(a, b)` of odd matrices, through one whose columns are a multiple of 16."""
    columns = b.shape[2]
    wide = torch.nn.functional.pad(b, (0, -columns % ALIGNED))
    return torch.bmm(a, wide)[:, :, :columns].contiguous()


class Aligning(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Aligns every product that is computed within, and says what it saw.

    Attributes:
        odd: whether there was a product to be aligned.
        bytes: of all values that were computed, views apart: what they take if none is forgotten.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.odd = False
        self.bytes = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # otherwise torch imports its compiler for one and a half seconds

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call `func`, or what stands in for it."""
        if func is torch.ops.aten.bmm.default:
            a, b = args
            if is_odd((len(a), a.shape[1], b.shape[2]), b.dtype):
                self.odd, func = True, aligned_bmm
        found = func(*args, **(kwargs or {}))
        schema = getattr(func, "_schema", None)
        if schema is None or all(result.alias_info is None for result in schema.returns):
            values = found if isinstance(found, tuple | list) else (found,)
            self.bytes += sum(v.nbytes for v in values if isinstance(v, torch.Tensor))
        return found
