"""Epochs of a watched loop: told, or seen where a DataLoader begins again; what brackets them."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.recorder.conftest import Backward
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader

from rampup import RampupLR, observe, watch
from rampup.errors import DivergedError, TraceError
from rampup.recorder.watch import Watch
from rampup.trace.compact import rounded
from rampup.trace.journal import read
from rampup.trace.record import Epoch
from rampup.trace.rules import WHOLE_RUN


def epochs(trace: Watch) -> list[Epoch]:
    return [event for event in trace.events if isinstance(event, Epoch)]


def test_an_epoch_has_the_means_of_its_updates(net: nn.Module, backward: Backward) -> None:
    optimizer = SGD(net.parameters(), lr=0.1)
    RampupLR(optimizer, "warmup 4up >> hold", updates=10)

    with watch(net, optimizer) as trace:
        zero = trace.epoch(held_out_loss=0.5, held_out_rows=7)
        for k in range(3):
            trace.loss(backward(net, k))
            optimizer.step()
        told = trace.epoch(held_out_accuracy=0.25, f1=torch.tensor(0.75))
        trace.epoch(train_loss=0.125)

    updates = trace.updates
    assert (zero.epoch, zero.updates, zero.rate_first, zero.grad_norm) == (0, 0, None, None)
    assert (zero.held_out_loss, zero.held_out_rows) == (0.5, 7)
    assert math.isnan(zero.train_loss)
    assert (told.epoch, told.updates, told.rate_first) == (1, 3, 0.025)
    assert told.rate_last == updates[-1].used == 0.1 * 0.75
    assert told.train_loss == pytest.approx(sum(u.loss for u in updates) / 3)
    assert told.grad_norm == pytest.approx(sum(u.grad_norm for u in updates) / 3)
    assert (told.held_out_accuracy, told.metrics) == (0.25, {"f1": 0.75})
    assert math.isnan(told.held_out_loss)
    assert [e.epoch for e in epochs(trace)] == [0, 1, 2]
    assert epochs(trace)[2].train_loss == 0.125


def test_what_the_rules_see_follows_the_epoch(net: nn.Module, backward: Backward) -> None:
    optimizer = SGD(net.parameters(), lr=0.0)

    with watch(net, optimizer) as trace:
        backward(net)
        optimizer.step()
        trace.epoch()

    kinds = [event.kind for event in trace.events]
    assert kinds[:3] == ["header", "update", "epoch"]
    said = [event.sentence for event in trace.events if event.kind == "observation"]
    assert any("rate 0" in sentence for sentence in said)


def test_what_is_said_of_the_whole_run_comes_before_its_end(
    net: nn.Module, backward: Backward
) -> None:
    """With the epochs' observations behind them, each rule speaks once."""
    optimizer = SGD(net.parameters(), lr=0.1)
    scheduler = RampupLR(optimizer, "warmup 2up >> hold", updates=8)

    with watch(net, optimizer, scheduler=scheduler) as trace:
        for k in range(4):
            trace.loss(backward(net, k))
            optimizer.step()
            if k % 2:
                trace.epoch()

    assert trace.events[-1].kind == "end"
    said = [event for event in trace.events if event.kind == "observation"]
    assert trace.events[-1 - sum(one.rule in WHOLE_RUN for one in said) : -1] == [
        one for one in said if one.rule in WHOLE_RUN
    ]
    assert "warmup took 2 of 4 updates, 50% of the run" in [one.sentence for one in said]
    assert said == observe([event for event in trace.events if event.kind != "observation"])


def test_a_run_that_fails_is_spoken_of_too(net: nn.Module) -> None:
    optimizer = SGD(net.parameters(), lr=0.0)

    trace = watch(net, optimizer)

    def stop() -> None:
        with trace:
            optimizer.step()
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stop()

    assert [getattr(event, "sentence", event.kind) for event in trace.events] == [
        "header",
        "update",
        "update 0 used the rate 0 and moved no weight",
        "end",
    ]


OWN = ("header", "update", "end")


class Rows(torch.utils.data.Dataset[torch.Tensor]):
    def __len__(self) -> int:
        return 6

    def __getitem__(self, row: int) -> torch.Tensor:
        return torch.full((3,), float(row))


@pytest.mark.parametrize("workers", [{}, {"num_workers": 1, "persistent_workers": True}])
def test_a_loader_tells_where_an_epoch_ends(net: nn.Module, workers: dict[str, int]) -> None:
    """A pass without updates, an evaluation, is none; one that was told is not told twice."""
    loader = DataLoader(Rows(), batch_size=2, shuffle=True, **workers)
    optimizer = SGD(net.parameters(), lr=0.1)

    with watch(net, optimizer, loader=loader) as trace:
        for number in range(4):
            for x in loader:
                trace.loss(net(x).square().mean())
                optimizer.step()
            for _ in loader:
                pass
            if number == 1:
                trace.epoch(held_out_loss=0.5)
    found = epochs(trace)
    list(loader)

    assert [(e.epoch, e.updates) for e in found] == [(1, 3), (2, 6), (3, 9), (4, 12)]
    assert [e.held_out_loss for e in found if not math.isnan(e.held_out_loss)] == [0.5]
    assert len(epochs(trace)) == 4
    assert "_get_iterator" not in vars(loader)
    assert loader._iterator is None or "_reset" not in vars(loader._iterator)


def test_what_is_no_loader_is_refused(net: nn.Module, tmp_path: Path) -> None:
    optimizer = SGD(net.parameters(), lr=0.1)

    with pytest.raises(TraceError) as refused:
        watch(net, optimizer, loader=[1, 2], to=tmp_path / "run")

    assert str(refused.value) == (
        "loader is a list, whose passes cannot be seen; give a DataLoader, or call trace.epoch() "
        "at the end of each pass"
    )
    assert not (tmp_path / "run").exists()


def test_a_wrapped_loss_is_recorded_where_it_trains(net: nn.Module) -> None:
    """As a tensor, first in a tuple, or as `loss`; evaluations are not recorded."""
    optimizer = SGD(net.parameters(), lr=0.1)
    x = torch.ones(2, 3)

    with watch(net, optimizer) as trace:

        def loss_fn(scale: float) -> torch.Tensor:
            """Say something."""
            return scale * net(x).square().mean()

        plain = trace.wrap(loss_fn)
        pair = trace.wrap(lambda scale: (loss_fn(scale), "logits"))
        model_output = trace.wrap(lambda scale: SimpleNamespace(loss=loss_fn(scale)))
        with torch.no_grad():
            expected = [rounded(loss_fn(scale).item()) for scale in (1.0, 2.0, 3.0)]
            plain(99.0)
        plain(1.0)
        optimizer.step()
        assert pair(2.0)[1] == "logits"
        optimizer.step()
        model_output(3.0)
        optimizer.step()

    assert plain.__doc__ == "Say something."
    assert [update.loss for update in trace.updates] == expected


def test_of_accumulated_losses_the_mean_is_kept(net: nn.Module) -> None:
    optimizer = SGD(net.parameters(), lr=0.1)

    with watch(net, optimizer) as trace:
        for value in (1.0, 2.0, 6.0):
            assert trace.loss(torch.tensor(value)) == value
        optimizer.step()
        optimizer.step()

    assert [update.loss for update in trace.updates] == [3.0, None]


def test_a_header_says_what_ran(net: nn.Module, tmp_path: Path) -> None:
    groups = [{"params": net[0].parameters(), "lr": 0.5}, {"params": net[2].parameters()}]
    optimizer = SGD(groups, lr=0.1, momentum=0.9)
    scheduler = RampupLR(optimizer, "warmup 4up >> hold", updates=10)

    with watch(
        net, optimizer, scheduler=scheduler, seed=3, config={"batch": 32}, to=tmp_path / "run"
    ) as trace:
        optimizer.step()

    header, update, end = (event for event in trace.events if event.kind in OWN)
    config = header.config
    assert [config[key] for key in ("model", "parameters", "optimizer", "scheduler", "seed")] == [
        "Sequential", 26, "SGD", "RampupLR", 3,
    ]  # fmt: skip
    assert config["schedule"] == "warmup 4up linear >> hold"
    assert (config["batch"], config["options"]["momentum"]) == (32, 0.9)
    assert config["groups"][1] == {"lr": 0.025, "initial_lr": 0.1}
    assert header.environment["threads"] == torch.get_num_threads()
    assert header.environment["torch"] == torch.__version__
    assert header.environment["compiled"] is False
    assert update.rates == [0.125, 0.025]
    assert (end.status, end.updates, end.reason) == ("finished", 1, "")
    assert read(tmp_path / "run" / "trace.jsonl").events == trace.events


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")
def test_a_compiled_step_is_watched_too(net: nn.Module, backward: Backward) -> None:
    """The compiler steps aside for the hooks."""
    optimizer = SGD(net.parameters(), lr=torch.tensor(0.5))
    step = torch.compile(optimizer.step, backend="eager")

    with watch(net, optimizer, ratio=True) as trace:
        for k in range(3):
            trace.loss(backward(net, k))
            step()

    assert [(u.k, u.used) for u in trace.updates] == [(0, 0.5), (1, 0.5), (2, 0.5)]
    assert len({(u.loss, u.ratio, u.grad_norm) for u in trace.updates}) == 3


def test_a_header_is_plain_whatever_it_is_given(net: nn.Module, tmp_path: Path) -> None:
    """Nothing in it may end the run when it is written."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=torch.tensor(0.5), betas=(0.5, 0.75))
    odd = {"dtype": torch.float16, "path": tmp_path, "sizes": (1, np.int64(2)), "none": None,
           "nested": {3: torch.tensor(0.5)}}  # fmt: skip

    with watch(net, optimizer, config=odd, to=tmp_path / "run") as trace:
        pass

    assert read(tmp_path / "run" / "trace.jsonl").events == trace.events
    config = trace.events[0].config
    assert (config["options"]["lr"], config["options"]["betas"]) == (0.5, [0.5, 0.75])
    assert {name: config[name] for name in odd} == {
        "dtype": "torch.float16", "path": str(tmp_path), "sizes": [1, 2], "none": None,
        "nested": {"3": 0.5},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (RuntimeError("boom"), "failed", "RuntimeError: boom"),
        (KeyboardInterrupt(), "failed", "KeyboardInterrupt: "),
        (DivergedError("too high"), "diverged", "too high"),
    ],
)
def test_an_end_says_how_it_ended(
    net: nn.Module, error: BaseException, status: str, reason: str
) -> None:
    trace = watch(net, SGD(net.parameters(), lr=0.1))

    def run() -> None:
        with trace:
            raise error

    with pytest.raises(type(error)):
        run()
    assert (trace.events[-1].status, trace.events[-1].reason) == (status, reason)


def test_a_resumed_run_counts_on(net: nn.Module, backward: Backward) -> None:
    """Index and planned rate are those of the schedule's position, not of the process."""
    optimizer = SGD(net.parameters(), lr=0.1)
    scheduler = RampupLR(optimizer, "warmup 8up >> hold", updates=20, updates_done=3)

    with watch(net, optimizer, scheduler=scheduler) as trace:
        for _ in range(2):
            backward(net)
            optimizer.step()

    assert [(u.k, u.planned, u.used) for u in trace.updates] == [
        (k, scheduler.planned(k), scheduler.planned(k)) for k in (3, 4)
    ]


def test_a_plan_that_changes_is_followed(net: nn.Module) -> None:
    optimizer = SGD(net.parameters(), lr=0.1)
    scheduler = RampupLR(optimizer, "warmup 2up >> hold", updates=2000)

    with watch(net, optimizer, scheduler=scheduler) as trace:
        for k in range(700):
            optimizer.step()
            if k == 600:
                scheduler.cooldown(over=50)

    assert [u.planned for u in trace.updates] == [u.used for u in trace.updates]
    assert trace.updates[-1].planned == scheduler.planned(699) == 0.0


def test_what_another_scheduler_reports_is_asked_of_it(net: nn.Module) -> None:
    optimizer = SGD(net.parameters(), lr=0.5)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.5)

    with watch(net, optimizer, scheduler=scheduler) as trace:
        optimizer.step()
        scheduler.step()

    assert [(u.planned, u.reported) for u in trace.updates] == [(None, 0.5)]
