"""Schedulers of others that take more than an import to get at."""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

TIMM = ("cosine_lr", "tanh_lr", "poly_lr", "step_lr", "multistep_lr", "wsd_lr")


def timm_scheduler() -> ModuleType:
    """Return timm.scheduler's classes without the rest of timm, which needs torchvision."""
    spec = find_spec("timm")
    if spec is None:
        pytest.skip("timm is not installed; pip install --no-deps timm==1.0.31")
    before = dict(sys.modules)
    for name in ("timm", "timm.scheduler"):
        sys.modules[name] = ModuleType(name)
        folders = [Path(place, *name.split(".")[1:]) for place in spec.submodule_search_locations]
        sys.modules[name].__path__ = [str(folder) for folder in folders]
    found = ModuleType("found")
    for file in TIMM:
        vars(found).update(vars(import_module(f"timm.scheduler.{file}")))
    for name in set(sys.modules) - set(before):
        del sys.modules[name]
    return found
