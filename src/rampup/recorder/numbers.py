"""`same_numbers`: draw random numbers, and have them go on as if none had been drawn."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def same_numbers() -> Iterator[None]:
    """Put the random numbers of Python, numpy and torch (on the CPU) back at the end.

    Example:
        >>> torch.manual_seed(0).initial_seed()
        0
        >>> with same_numbers():
        ...     first = torch.rand(1)
        >>> torch.equal(first, torch.rand(1))
        True
    """
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
