"""Learning-rate warmup for PyTorch: design, check, run, trace, choose and learn it.

The rate used by the k-th real optimizer update is `base × factor(k)`, always.

Each name is loaded when it is first used, so that `import rampup` is quick and brings neither
torch nor numpy.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rampup.checker.check import check as check, check_resume as check_resume
    from rampup.checker.finding import Finding as Finding
    from rampup.pipeline.config import Config as Config
    from rampup.pipeline.predict import predict as predict
    from rampup.pipeline.run import Run as Run, train as train
    from rampup.races.race import race as race
    from rampup.recorder.callbacks.hugging_face import HuggingFaceCallback as HuggingFaceCallback
    from rampup.recorder.callbacks.ignite import IgniteHandler as IgniteHandler
    from rampup.recorder.callbacks.lightning import LightningCallback as LightningCallback
    from rampup.recorder.layers import layers as layers
    from rampup.recorder.watch import watch as watch
    from rampup.report.write import write_diff as write_diff, write_report as write_report
    from rampup.schedule import presets as presets
    from rampup.schedule.batches import follow_batches as follow_batches
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
    from rampup.schedule.plateau import plateau as plateau
    from rampup.schedule.schedule import Schedule as Schedule
    from rampup.schedule.text import parse as parse
    from rampup.scheduler.adaptive.catapult import CatapultLR as CatapultLR
    from rampup.scheduler.adaptive.critical import critical_lr as critical_lr
    from rampup.scheduler.adaptive.gradient_init import gradient_init as gradient_init
    from rampup.scheduler.adaptive.loss_gap import LossGapLR as LossGapLR
    from rampup.scheduler.adaptive.untuned import untuned as untuned
    from rampup.scheduler.batches import RampBatchSampler as RampBatchSampler
    from rampup.scheduler.from_torch import from_torch as from_torch
    from rampup.scheduler.layerwise import layerwise as layerwise
    from rampup.scheduler.rate import RampupLR as RampupLR
    from rampup.scheduler.warm import warm as warm
    from rampup.trace.diff import diff as diff
    from rampup.trace.observe import observe as observe
    from rampup.trace.sources import read_trace as read_trace
    from rampup.trace.writers import CsvWriter as CsvWriter, TensorBoardWriter as TensorBoardWriter
    from rampup.units import Horizon as Horizon, Length as Length

__version__ = "0.1.0"

_LAZY = {
    "CatapultLR": "rampup.scheduler.adaptive.catapult",
    "Config": "rampup.pipeline.config",
    "CsvWriter": "rampup.trace.writers",
    "Finding": "rampup.checker.finding",
    "Horizon": "rampup.units",
    "HuggingFaceCallback": "rampup.recorder.callbacks.hugging_face",
    "IgniteHandler": "rampup.recorder.callbacks.ignite",
    "Length": "rampup.units",
    "LightningCallback": "rampup.recorder.callbacks.lightning",
    "LossGapLR": "rampup.scheduler.adaptive.loss_gap",
    "Plan": "rampup.schedule.plan",
    "RampBatchSampler": "rampup.scheduler.batches",
    "RampupLR": "rampup.scheduler.rate",
    "Run": "rampup.pipeline.run",
    "Schedule": "rampup.schedule.schedule",
    "TensorBoardWriter": "rampup.trace.writers",
    "check": "rampup.checker.check",
    "check_resume": "rampup.checker.check",
    "critical_lr": "rampup.scheduler.adaptive.critical",
    "cycle": "rampup.schedule.build",
    "decay": "rampup.schedule.build",
    "diff": "rampup.trace.diff",
    "exponential": "rampup.schedule.build",
    "follow_batches": "rampup.schedule.batches",
    "from_function": "rampup.schedule.build",
    "from_points": "rampup.schedule.build",
    "from_torch": "rampup.scheduler.from_torch",
    "gradient_init": "rampup.scheduler.adaptive.gradient_init",
    "hold": "rampup.schedule.build",
    "inverse_sqrt": "rampup.schedule.build",
    "inverse_time": "rampup.schedule.build",
    "layers": "rampup.recorder.layers",
    "layerwise": "rampup.scheduler.layerwise",
    "observe": "rampup.trace.observe",
    "one_cycle": "rampup.schedule.build",
    "parse": "rampup.schedule.text",
    "plateau": "rampup.schedule.plateau",
    "predict": "rampup.pipeline.predict",
    "presets": "rampup.schedule",
    "race": "rampup.races.race",
    "read_trace": "rampup.trace.sources",
    "rectified": "rampup.schedule.build",
    "restarts": "rampup.schedule.build",
    "rise": "rampup.schedule.build",
    "saturating": "rampup.schedule.build",
    "steps": "rampup.schedule.build",
    "train": "rampup.pipeline.run",
    "untuned": "rampup.scheduler.adaptive.untuned",
    "warm": "rampup.scheduler.warm",
    "warmup": "rampup.schedule.build",
    "watch": "rampup.recorder.watch",
    "write_diff": "rampup.report.write",
    "write_report": "rampup.report.write",
}

__all__ = [
    "CatapultLR",
    "Config",
    "CsvWriter",
    "Finding",
    "Horizon",
    "HuggingFaceCallback",
    "IgniteHandler",
    "Length",
    "LightningCallback",
    "LossGapLR",
    "Plan",
    "RampBatchSampler",
    "RampupLR",
    "Run",
    "Schedule",
    "TensorBoardWriter",
    "check",
    "check_resume",
    "critical_lr",
    "cycle",
    "decay",
    "diff",
    "exponential",
    "follow_batches",
    "from_function",
    "from_points",
    "from_torch",
    "gradient_init",
    "hold",
    "inverse_sqrt",
    "inverse_time",
    "layers",
    "layerwise",
    "observe",
    "one_cycle",
    "parse",
    "plateau",
    "predict",
    "presets",
    "race",
    "read_trace",
    "rectified",
    "restarts",
    "rise",
    "saturating",
    "steps",
    "train",
    "untuned",
    "warm",
    "warmup",
    "watch",
    "write_diff",
    "write_report",
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
