"""What other libraries call their schedules, as expressions of the algebra.

One module per peer, and in it one function per schedule, with the peer's own name, argument names
and defaults: `presets.torch.OneCycleLR(max_lr=0.1, total_steps=1000)`. Each returns a `Schedule`
with the factors of the peak rate that the peer's k-th update really uses, odd conventions
included; where the peer goes wrong, the docstring says how the preset departs.

Example:
    >>> from rampup import presets
    >>> print(presets.pytorch_warmup.LinearWarmup(4))
    warmup 4up linear

Here: the modules, by hand, each loaded when it is first used. Not here: the peers themselves, none
of which is imported.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampup.schedule.presets import (
        composer as composer,
        deepspeed as deepspeed,
        fairseq as fairseq,
        ignite as ignite,
        keras as keras,
        megatron as megatron,
        mmengine as mmengine,
        nanochat as nanochat,
        nanogpt as nanogpt,
        optax as optax,
        pytorch_optimizer as pytorch_optimizer,
        pytorch_warmup as pytorch_warmup,
        timm as timm,
        torch as torch,
        torchtitan as torchtitan,
        transformers as transformers,
    )

__all__ = [
    "composer",
    "deepspeed",
    "fairseq",
    "ignite",
    "keras",
    "megatron",
    "mmengine",
    "nanochat",
    "nanogpt",
    "optax",
    "pytorch_optimizer",
    "pytorch_warmup",
    "timm",
    "torch",
    "torchtitan",
    "transformers",
]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # importing a submodule binds it here, so this is asked once for each
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
