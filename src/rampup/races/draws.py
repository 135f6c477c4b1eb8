"""Dropout masks that belong to a member and an update, wherever and with whom it is computed.

torch draws masks from one stream, so that a member's masks would depend on who is computed
beside it. Here a mask is a hash of member, update, call and place. torch's functions are replaced
while a model is called; those of attention too, because torch cannot batch them.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import torch
from torch.nn import functional

_MASK: Final = 0xFFFFFFFF
_ODD: Final = 0x9E3779B1


def mix(x: torch.Tensor) -> torch.Tensor:
    """Return a 32-bit hash of each 32-bit number in an int64 tensor, as int64.

    Example:
        >>> mix(torch.tensor([0, 1, 2])).tolist()
        [0, 824515495, 1722258072]
    """
    for _ in range(2):
        x = (x ^ (x >> 16)) * 0x45D9F3B & _MASK
    return x ^ (x >> 16)


def update_keys(members: torch.Tensor, update: int) -> torch.Tensor:
    """Return the key of each member for one update, from the members' own."""
    return mix(members + update * _ODD & _MASK)


class Draws:
    """The masks of one member in one update.

    Args:
        key: from `update_keys`, one number.
    """

    def __init__(self, key: torch.Tensor) -> None:
        self._key = key
        self._calls = 0

    def mask(self, like: torch.Tensor, shape: tuple[int, ...], p: float) -> torch.Tensor:
        """Return 0 with probability p and 1 / (1 − p) otherwise, of the given shape."""
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self._calls += 1
        places = torch.arange(math.prod(shape), device=like.device)
        bits = mix(places + self._key + self._calls * 0x85EBCA6B & _MASK)
        keep = (bits >= round(p * 2**32)).to(like.dtype)
        return (keep / (1 - p) if p < 1 else keep).view(shape)

    def dropout(
        self,
        input: torch.Tensor,  # noqa: A002  (torch's name)
        p: float = 0.5,
        training: bool = True,
        inplace: bool = False,
    ) -> torch.Tensor:
        """Stand in for torch.nn.functional.dropout."""
        return self._drop(input, input.shape, p, training, inplace)

    def channels(self, dims: int) -> Callable[..., torch.Tensor]:
        """Return what stands in for dropout1d, dropout2d or dropout3d."""

        def drop(
            input: torch.Tensor,  # noqa: A002
            p: float = 0.5,
            training: bool = True,
            inplace: bool = False,
        ) -> torch.Tensor:
            shape = (*input.shape[: input.dim() - dims], *[1] * dims)
            return self._drop(input, shape, p, training, inplace)

        return drop

    def _drop(
        self, x: torch.Tensor, shape: tuple[int, ...], p: float, training: bool, inplace: bool
    ) -> torch.Tensor:
        if not training or p == 0:
            return x
        mask = self.mask(x, tuple(shape), p)
        return x.mul_(mask) if inplace else x * mask

    def attention(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attn_mask: torch.Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> torch.Tensor:
        """Stand in for scaled_dot_product_attention: softmax(q kᵀ · scale + mask) v."""
        if enable_gqa:
            repeats = query.shape[-3] // key.shape[-3]
            key, value = (part.repeat_interleave(repeats, -3) for part in (key, value))
        if scale is None:
            scale = 1 / math.sqrt(query.shape[-1])
        scores = query @ key.transpose(-2, -1) * scale
        if is_causal:
            attn_mask = scores.new_ones(scores.shape[-2:], dtype=torch.bool).tril()
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            scores = scores.masked_fill(~attn_mask, -math.inf)
        elif attn_mask is not None:
            scores = scores + attn_mask
        return self.dropout(scores.softmax(-1), dropout_p) @ value


@contextmanager
def drawing(key: torch.Tensor, *, batched: bool) -> Iterator[None]:
    """Let dropout draw from `key` while models are called in here.

    Args:
        key: from `update_keys`.
        batched: attention is written out, too; alone it is where it drops something.
    """
    draws, attention = Draws(key), functional.scaled_dot_product_attention

    def alone(*args: Any, **options: Any) -> torch.Tensor:
        drops = options.get("dropout_p", args[4] if len(args) > 4 else 0.0)
        return (draws.attention if drops else attention)(*args, **options)

    stand_ins: dict[str, Callable[..., torch.Tensor]] = {
        "dropout": draws.dropout,
        "scaled_dot_product_attention": draws.attention if batched else alone,
        **{f"dropout{dims}d": draws.channels(dims) for dims in (1, 2, 3)},
    }
    fast = torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as restored:
        for name, stand_in in stand_ins.items():
            restored.callback(setattr, functional, name, getattr(functional, name))
            setattr(functional, name, stand_in)
        restored.callback(torch.backends.mha.set_fastpath_enabled, fast)
        torch.backends.mha.set_fastpath_enabled(False)
        yield
