"""Learning-rate warmup for PyTorch: design, check, run, trace, choose and learn it.

The rate used by the k-th real optimizer update is `base × factor(k)`, always.

Each name is loaded when it is first used, so that `import rampup` is quick and brings neither
torch nor numpy.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rampup.pipeline.config import Config as Config
    from rampup.pipeline.predict import predict as predict
    from rampup.pipeline.run import Run as Run, train as train
    from rampup.recorder.layers import layers as layers
    from rampup.recorder.watch import watch as watch
    from rampup.schedule import presets as presets
    from rampup.schedule.build import (
        cycle as cycle,
        decay as decay,
        exponential as exponential,
        from_function as from_function,
        from_points as from_points,
        hold as hold,
        inverse_sqrt as inverse_sqrt,
        inverse_time as inverse_time,
        one_cycle as one_cycle,
        rectified as rectified,
        restarts as restarts,
        rise as rise,
        saturating as saturating,
        steps as steps,
        warmup as warmup,
    )
    from rampup.schedule.plan import Plan as Plan
    from rampup.schedule.schedule import Schedule as Schedule
    from rampup.schedule.text import parse as parse
    from rampup.scheduler.rate import RampupLR as RampupLR
    from rampup.units import Horizon as Horizon, Length as Length

__version__ = "0.1.0"

_LAZY = {
    "Config": "rampup.pipeline.config",
    "Horizon": "rampup.units",
    "Length": "rampup.units",
    "Plan": "rampup.schedule.plan",
    "RampupLR": "rampup.scheduler.rate",
    "Run": "rampup.pipeline.run",
    "Schedule": "rampup.schedule.schedule",
    "cycle": "rampup.schedule.build",
    "decay": "rampup.schedule.build",
    "exponential": "rampup.schedule.build",
    "from_function": "rampup.schedule.build",
    "from_points": "rampup.schedule.build",
    "hold": "rampup.schedule.build",
    "inverse_sqrt": "rampup.schedule.build",
    "inverse_time": "rampup.schedule.build",
    "layers": "rampup.recorder.layers",
    "one_cycle": "rampup.schedule.build",
    "parse": "rampup.schedule.text",
    "predict": "rampup.pipeline.predict",
    "presets": "rampup.schedule",
    "rectified": "rampup.schedule.build",
    "restarts": "rampup.schedule.build",
    "rise": "rampup.schedule.build",
    "saturating": "rampup.schedule.build",
    "steps": "rampup.schedule.build",
    "train": "rampup.pipeline.run",
    "warmup": "rampup.schedule.build",
    "watch": "rampup.recorder.watch",
}

__all__ = [
    "Config",
    "Horizon",
    "Length",
    "Plan",
    "RampupLR",
    "Run",
    "Schedule",
    "cycle",
    "decay",
    "exponential",
    "from_function",
    "from_points",
    "hold",
    "inverse_sqrt",
    "inverse_time",
    "layers",
    "one_cycle",
    "parse",
    "predict",
    "presets",
    "rectified",
    "restarts",
    "rise",
    "saturating",
    "steps",
    "train",
    "warmup",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'rampup' has no attribute {name!r}")
    # with a fromlist it finds submodules too, as `from … import name` does
    value = getattr(__import__(_LAZY[name], fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
