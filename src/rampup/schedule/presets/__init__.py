"""What other libraries call their schedules, as expressions of the algebra.

One module per peer, and in it one function per schedule, with the peer's own name, argument names
and defaults: `presets.torch.OneCycleLR(max_lr=0.1, total_steps=1000)`. Each returns a `Schedule`
with the factors of the peak rate that the peer's k-th update really uses, odd conventions
included; where the peer goes wrong, the docstring says how the preset departs.

Example:
    >>> from rampup import presets
    >>> print(presets.pytorch_warmup.LinearWarmup(4))
    warmup 4up linear

Here: the modules, by hand. Not here: the peers themselves, none of which is imported.
"""

from rampup.schedule.presets import (
    composer as composer,
    deepspeed as deepspeed,
    fairseq as fairseq,
    keras as keras,
    megatron as megatron,
    mmengine as mmengine,
    nanochat as nanochat,
    nanogpt as nanogpt,
    optax as optax,
    pytorch_warmup as pytorch_warmup,
    timm as timm,
    torch as torch,
    torchtitan as torchtitan,
    transformers as transformers,
)
