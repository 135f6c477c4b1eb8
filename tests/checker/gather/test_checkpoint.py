"""Checkpoints of many makers become facts of a resume; what would run code is refused."""

import copy
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    OneCycleLR,
)

from rampup import RampupLR
from rampup.checker.engine import findings
from rampup.checker.finding import Finding, Pair
from rampup.checker.gather.checkpoint import facts
from rampup.errors import CheckError


def weights() -> list[torch.nn.Parameter]:
    return [torch.nn.Parameter(torch.ones(2))]


def built(make: Any, kind: Any = Adam, lr: float = 1.0) -> tuple[Any, Any]:
    optimizer = kind(weights(), lr=lr)
    return optimizer, make(optimizer)


def run(optimizer: Any, scheduler: Any, updates: int) -> None:
    for _ in range(updates):
        for group in optimizer.param_groups:
            for weight in group["params"]:
                weight.grad = torch.ones_like(weight)
        optimizer.step()
        scheduler.step()


def after(updates: int, make: Any, kind: Any = Adam, lr: float = 1.0) -> dict[str, Any]:
    optimizer, scheduler = built(make, kind, lr)
    run(optimizer, scheduler, updates)
    return {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}


def warm(optimizer: Any) -> Any:
    return LinearLR(optimizer, 0.1, total_iters=10)


def found(before: Any, now: Any = None, meant: tuple[str, ...] = ()) -> list[Finding]:
    return findings(facts(before, now, meant))


def codes(before: Any, now: Any = None, meant: tuple[str, ...] = ()) -> list[str]:
    return [finding.code for finding in found(before, now, meant)]


# what is never run


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("wrapped", ["zip", "old", "pickle"])
def test_a_payload_is_refused_and_does_not_run(tmp_path: Path, wrapped: str) -> None:
    trap, file = tmp_path / "trap", tmp_path / "bad.pt"
    content = {"optimizer": Payload(trap)}
    if wrapped == "pickle":
        file.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, file, _use_new_zipfile_serialization=wrapped == "zip")
    with pytest.raises(CheckError) as refused:
        facts(file)
    assert not trap.exists()
    what = "run code" if wrapped == "pickle" else "call posix.mkdir"
    assert str(refused.value) == (
        f"{file} is not read, because loading it would {what}; "
        "save state dicts, which hold plain data alone"
    )
    pickle.loads(pickle.dumps(content))  # and it is one that would have run
    assert trap.exists()


@pytest.mark.parametrize(
    ("name", "content"), [("x.pt", b"nonsense"), ("x.pt", b""), ("x.safetensors", b"nonsense")]
)
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(CheckError, match=r"cannot be read|is not read"):
        facts(file)


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="there is no such file"):
        facts(tmp_path / "none.pt")
    with pytest.raises(CheckError, match="holds no checkpoint"):
        facts(tmp_path)
    with pytest.raises(CheckError, match="before is a int, which is no checkpoint"):
        facts(3)
    with pytest.raises(CheckError) as unknown:
        facts({}, meant=("everything",))
    assert str(unknown.value) == (
        "meant names 'everything', which is unknown; use one of 'schedule', 'rate', 'settings'"
    )


# what is read of each maker


def test_a_file_of_torch(tmp_path: Path) -> None:
    torch.save({"epoch": 3, **after(8, warm)}, tmp_path / "a.pt")
    (resume,) = facts(tmp_path / "a.pt")
    saved = resume.saved
    assert (saved.kind, saved.index, saved.updates) == ("LinearLR", 8, 8)
    assert saved.next == pytest.approx((0.82,))
    assert saved.base == (1.0,)
    assert saved.settings == {"start_factor": "0.1", "end_factor": "1", "total_iters": "10"}
    assert {"epoch", "optimizer", "scheduler.last_epoch"} <= saved.keys


def test_a_checkpoint_of_lightning(tmp_path: Path) -> None:
    states = after(8, warm, SGD)
    held = {
        "epoch": 1,
        "global_step": 8,
        "state_dict": {"weight": torch.ones(2)},
        "optimizer_states": [states["optimizer"]],
        "lr_schedulers": [states["scheduler"]],
    }
    torch.save(held, tmp_path / "last.ckpt")
    (resume,) = facts(tmp_path / "last.ckpt")
    assert (resume.saved.index, resume.saved.updates) == (8, 8)
    assert resume.saved.optimizer
    torch.save({**held, "lr_schedulers": []}, tmp_path / "without.ckpt")
    assert codes(tmp_path / "without.ckpt") == ["RU501"]


@pytest.mark.parametrize("outer", [False, True])
def test_a_checkpoint_of_transformers(tmp_path: Path, outer: bool) -> None:
    folder = tmp_path / "checkpoint-8" if outer else tmp_path
    folder.mkdir(exist_ok=True)
    states = after(8, warm)
    torch.save(states["optimizer"], folder / "optimizer.pt")
    torch.save(states["scheduler"], folder / "scheduler.pt")
    told = {"global_step": 8, "max_steps": 100, "num_train_epochs": 2, "log_history": []}
    (folder / "trainer_state.json").write_text(json.dumps(told))
    (resume,) = facts(tmp_path)
    assert (resume.saved.index, resume.saved.updates) == (8, 8)
    assert resume.saved.settings["max_steps"] == "100"
    other = {**after(0, warm), "trainer_state": {**told, "max_steps": 50, "global_step": 0}}
    (finding,) = found(tmp_path, other)
    assert finding.message == (
        "the checkpoint and the code disagree on max_steps 100 and 50: "
        "what is loaded last holds, as a rule the checkpoint's"
    )


def test_weights_alone_hold_nothing_to_say(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"weight": torch.ones(2)}, tmp_path / "model.safetensors")
    (resume,) = facts(tmp_path / "model.safetensors")
    assert resume.saved.keys == {"weight"}
    assert codes(tmp_path / "model.safetensors") == []


# a checkpoint alone


def test_an_optimizer_without_its_scheduler() -> None:
    states = {"optimizer": after(8, warm)["optimizer"]}
    (finding,) = found(states)
    assert (finding.code, finding.severity) == ("RU501", "warning")
    assert finding.message == (
        "the checkpoint holds an optimizer after 8 updates whose rate a scheduler set to 0.82 "
        "(base 1), and no scheduler"
    )
    # code that keeps its position may build the schedule from it
    assert [one.severity for one in found({"epoch": 3, **states})] == ["note"]


def test_an_optimizer_that_was_never_scheduled() -> None:
    optimizer = Adam(weights(), lr=0.1)
    assert codes({"model": {}, "optimizer": optimizer.state_dict()}) == []


def test_a_checkpoint_that_was_written_before_the_step() -> None:
    states = after(8, warm)
    early = after(7, warm)["scheduler"]
    assert codes({**states, "scheduler": early}) == ["RU503"]
    assert codes(states) == []


# what goes on


def test_ours_goes_on_in_any_order() -> None:
    def ours(optimizer: Any) -> Any:
        return RampupLR(optimizer, "warmup 10up >> decay cosine", updates=40)

    states = after(8, ours)
    (resume,) = facts(states)
    assert (resume.saved.kind, resume.saved.index) == ("RampupLR", 8)
    assert resume.saved.settings["schedule"] == "warmup 10up linear >> decay cosine to 0.0"
    assert resume.saved.last == pytest.approx((0.8,))
    optimizer, scheduler = built(ours)
    optimizer.load_state_dict(states["optimizer"])
    assert codes(states, scheduler) == []
    assert codes({"optimizer": states["optimizer"]}) == []  # it rides there
    alone, fresh = built(ours)
    alone.load_state_dict({**states["optimizer"], "param_groups": _without(states)})
    assert fresh.last_epoch == 0
    assert codes(states, fresh) == ["RU501"]


def _without(states: dict[str, Any]) -> list[dict[str, Any]]:
    groups = states["optimizer"]["param_groups"]
    return [{**group, "rampup": ""} for group in groups]


pytestmark = pytest.mark.filterwarnings("ignore:the optimizer's state holds no position")


def test_ours_against_a_new_configuration(tmp_path: Path) -> None:
    states = after(8, lambda o: RampupLR(o, "warmup 10up >> decay cosine", updates=40), lr=0.1)
    config = tmp_path / "new.toml"
    config.write_text('schedule = "warmup 5up >> decay cosine"\n[training]\nlr = 0.2\n')
    (finding,) = found(states, config)
    assert finding.code == "RU504"
    rows = {row.name: (row.left, row.right) for row in finding.evidence if isinstance(row, Pair)}
    assert rows["base rate of group 0"] == ("0.1", "0.2")
    assert rows["schedule"][1] == "warmup 5up linear >> decay cosine to 0.0"
    assert codes(states, config, ("settings",)) == []
    config.write_text('schedule = "warmup 10up >> decay cosine"\n[training]\nlr = 0.1\n')
    assert codes(states, config) == []


def test_new_code_that_an_old_state_overrules() -> None:
    def one_cycle(steps: int) -> Any:
        return lambda o: OneCycleLR(o, 1.0, total_steps=steps)

    (finding,) = found(after(5, one_cycle(10)), after(0, one_cycle(20)))
    assert finding.message == (
        "the checkpoint and the code disagree on total_steps 10 and 20: "
        "what is loaded last holds, as a rule the checkpoint's"
    )
    assert codes(after(5, one_cycle(10)), after(0, one_cycle(10))) == []
    assert codes(after(5, warm), after(0, lambda o: CosineAnnealingLR(o, 10))) == ["RU504"]
    assert codes(after(5, warm), after(0, warm, lr=0.5)) == ["RU504"]
    assert codes(after(5, warm), after(0, warm, lr=0.5), ("rate",)) == []


def test_a_schedule_that_is_afresh_on_purpose() -> None:
    states = after(8, warm)
    optimizer, scheduler = built(warm)
    optimizer.load_state_dict(states["optimizer"])
    (finding,) = found(states, scheduler)
    assert finding.message == (
        "the scheduler stands at 0, but the checkpoint was made after 8 steps: the schedule begins "
        "again; the highest to come is 8.2 instead of 1"
    )
    assert codes(states, scheduler, ("schedule",)) == []


@pytest.mark.parametrize("kind", [Adam, SGD])
def test_fine_tuning_from_weights_alone(kind: Any) -> None:
    _, scheduler = built(warm, kind)
    states = {**after(8, warm, kind)}
    assert codes({"model": {}, "epoch": 8}, scheduler) == []
    if kind is Adam:  # whose state says that nothing of it was restored
        assert codes(states, scheduler) == []


def test_a_rate_that_is_changed_on_purpose() -> None:
    states = after(8, lambda o: ExponentialLR(o, 0.9))
    optimizer, scheduler = built(lambda o: ExponentialLR(o, 0.9))
    optimizer.load_state_dict(states["optimizer"])
    scheduler.load_state_dict(states["scheduler"])
    optimizer.param_groups[0]["lr"] = 0.1
    assert codes(states, scheduler) == ["RU502"]
    assert codes(states, scheduler, ("rate",)) == []


def test_a_finished_run_that_goes_on_at_zero() -> None:
    def decay(o: Any) -> Any:
        return LinearLR(o, 1.0, 0.0, total_iters=8)

    states = after(8, decay)
    optimizer, scheduler = built(decay)
    optimizer.load_state_dict(states["optimizer"])
    scheduler.load_state_dict(states["scheduler"])
    assert optimizer.param_groups[0]["lr"] == 0
    assert codes(states, scheduler) == []


@pytest.mark.parametrize("index", [2, 7, 9])
def test_an_index_that_is_off(index: int) -> None:
    states, other = after(8, warm), after(index, warm)
    optimizer, scheduler = built(warm)
    optimizer.load_state_dict(states["optimizer"])
    scheduler.load_state_dict(other["scheduler"])
    (finding,) = found(states, scheduler)
    assert finding.code == "RU503"
    assert finding.message.startswith(f"the scheduler goes on at {index} instead of 8: ")


def test_a_later_checkpoint_of_the_same_run_is_right() -> None:
    assert codes(after(8, warm), after(12, warm)) == []
    assert codes(after(8, warm), after(8, warm)) == []


def test_a_later_checkpoint_whose_schedule_began_again() -> None:
    states = after(8, warm)
    optimizer, scheduler = built(warm)
    optimizer.load_state_dict(copy.deepcopy(states["optimizer"]))
    run(optimizer, scheduler, 3)
    later = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    (finding,) = found(states, later)
    assert finding.message == (
        "the scheduler goes on at 3 instead of 11: the next rate is 3.034 instead of 0.82"
    )


def test_last_epoch_that_is_one_too_far() -> None:
    states = after(8, warm)
    optimizer = Adam(weights(), lr=1.0)
    optimizer.load_state_dict(states["optimizer"])
    scheduler = LinearLR(optimizer, 0.1, total_iters=10, last_epoch=8)
    (finding,) = found(states, scheduler)
    assert finding.code == "RU505"
    assert finding.message.startswith(
        "the LinearLR was built with last_epoch=8 and stands at 9, one more than the 8 of the "
        "checkpoint: in 1 updates the rate is 0.9011 instead of 0.91"
    )


def test_a_run_folder_against_a_new_configuration(tmp_path: Path) -> None:
    import rampup

    folder = tmp_path / "run"
    rampup.train(
        {"training": {"epochs": 1}, "schedule": "warmup 3up >> hold", "baseline": {"seeds": 0}},
        to=folder,
    )
    new = tmp_path / "new.toml"
    new.write_text('schedule = "warmup 4up >> hold"\n')
    (resume,) = facts(folder, new)
    assert resume.saved.updates is not None
    assert resume.saved.last == pytest.approx((0.01,))
    assert codes(folder, new) == ["RU504"]
    assert codes(folder) == []
