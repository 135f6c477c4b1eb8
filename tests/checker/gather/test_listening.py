"""Listening changes nothing and leaves nothing; it tells each finding once, and hears ranks."""

import copy
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.checker.gather.loops import Loop, codes, heard, loader, net
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import LinearLR, LRScheduler, SequentialLR

import rampup
from rampup.checker.gather.listening import live


def trained(*, listen: bool) -> dict[str, Any]:
    """Train for nine updates and return all that listening could have changed."""
    model = net()
    optimizer = Adam(model.parameters(), lr=0.1)
    parts = [LinearLR(optimizer, 0.1, total_iters=3), LinearLR(optimizer, 1.0, 0.0, total_iters=6)]
    scheduler = SequentialLR(optimizer, parts, [3])
    states = []
    with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
        if listen:
            live(trace, tell=lambda _: None)
        for _ in range(9):
            (model(torch.rand(4, 2)).square().mean()).backward()
            optimizer.step()
            optimizer.zero_grad()
            scheduler.step()
            states.append(pickle.dumps(scheduler.state_dict()))
            copy.deepcopy(scheduler)
    return {
        "weights": [p.detach().clone() for p in model.parameters()],
        "optimizer": optimizer.state_dict(),
        "scheduler": states,
        "random": torch.get_rng_state(),
        "events": [event for event in trace.events if event.kind == "update"],
    }


def test_it_changes_no_bit() -> None:
    torch.manual_seed(1)
    alone, listened = trained(listen=False), trained(listen=True)
    for a, b in zip(alone["weights"], listened["weights"], strict=True):
        assert torch.equal(a, b)
    assert pickle.dumps(alone["scheduler"]) == pickle.dumps(listened["scheduler"])
    assert torch.equal(alone["random"], listened["random"])
    assert alone["events"] == listened["events"]
    assert str(alone["optimizer"]) == str(listened["optimizer"])


@pytest.mark.parametrize("how", ["end", "close", "error"])
def test_nothing_of_it_stays(how: str) -> None:
    methods = {name: dict(vars(cls)) for name, cls in (("sub", LinearLR), ("base", LRScheduler))}
    model = net()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LinearLR(optimizer, total_iters=3)
    attributes = set(vars(scheduler))
    hooks = (
        optimizer._optimizer_step_pre_hooks,
        optimizer._optimizer_step_post_hooks,
        optimizer._optimizer_load_state_dict_post_hooks,
    )

    def run() -> None:
        with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
            first, second = live(trace), live(trace)
            assert "step" in vars(LinearLR)
            if how == "close":
                first.close()
                second.close()
                return
            if how == "error":
                raise RuntimeError("boom")

    if how == "error":
        with pytest.raises(RuntimeError, match="boom"):
            run()
    else:
        run()
    assert dict(vars(LinearLR)) == methods["sub"]
    assert dict(vars(LRScheduler)) == methods["base"]
    assert set(vars(scheduler)) == attributes
    assert not any(hooks)
    assert not any(p._post_accumulate_grad_hooks for p in model.parameters())  # type: ignore[attr-defined]


def test_a_finding_is_told_once_and_on_stderr_by_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = net()
    optimizer = SGD(model.parameters(), lr=1.0)
    scheduler = LinearLR(optimizer, 1.0, 0.0, total_iters=20)
    with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
        live(trace, updates=20)
        for number in range(20):
            model(torch.ones(1, 2)).square().mean().backward()
            optimizer.step()
            for _ in range(4):
                scheduler.step()
            if number == 4:  # while the loop goes on
                assert "RU203" in capsys.readouterr().err
    assert capsys.readouterr().err == ""


def test_another_scheduler_of_the_class_is_not_counted() -> None:
    def body(loop: Loop) -> None:
        other = LinearLR(SGD([torch.zeros(1)], lr=1.0), 0.5, total_iters=50)
        other.optimizer.step()
        for _ in range(8):
            loop.update()
            loop.scheduler.step()
            for _ in range(5):
                other.step()

    listening = heard(body, lambda o: LinearLR(o, 0.5, total_iters=20))
    assert codes(listening) == []
    assert listening.tally.run().calls.tolist() == [0, *[1] * 7]  # type: ignore[union-attr]


def test_what_is_counted() -> None:
    data = loader(3)

    def body(loop: Loop) -> None:
        for _ in range(2):
            for number, _ in enumerate(data):
                loop.backward()
                loop.backward()
                loop.optimizer.step()
                if number == 1:
                    loop.optimizer.param_groups[0]["lr"] = 0.7
                loop.scheduler.step()

    run = heard(body, lambda o: LinearLR(o, 0.5, total_iters=4), loader=data).tally.run()
    assert run.backwards is not None
    assert run.calls is not None
    assert run.index is not None
    assert run.backwards.tolist() == [2] * 6
    assert run.calls.tolist() == [0, 1, 1, 1, 1, 1]
    assert run.index.tolist() == [0, 1, 2, 3, 4, 5]
    assert run.writes == (2, 5)
    assert run.epochs == (0, 3)
    assert (run.ends, run.base, run.finished, run.stepped) == (4, (1.0,), True, True)
    assert run.planned is not None
    assert run.planned[:, 0].tolist() == pytest.approx([0.5, 0.625, 0.75, 0.875, 1, 1])


RANK = """
import json, os, sys
import torch
import torch.distributed as dist
import rampup
from rampup.checker.gather.listening import live

rank, shared = int(sys.argv[1]), sys.argv[3] == "shared"
dist.init_process_group("gloo", init_method="file://" + sys.argv[2], rank=rank, world_size=2)
torch.manual_seed(0)
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(2, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
    found = live(trace, tell=lambda finding: None)
    for number in range(9):
        (model(torch.ones(1, 2)).square().mean() * 1e-6).backward()
        optimizer.step()
        loss = torch.tensor(1.0 if rank == 0 else 1.0 / (1 + number))
        if shared:
            dist.all_reduce(loss)
        scheduler.step(float(loss))
    dist.barrier()
print(json.dumps([[f.code, f.message] for f in found.findings]))
dist.destroy_process_group()
"""


@pytest.mark.parametrize("metric", ["local", "shared"])
def test_p30_ranks_with_different_rates(tmp_path: Path, metric: str) -> None:
    script = tmp_path / "rank.py"
    script.write_text(RANK)
    source = str(Path(rampup.__file__).parents[1])
    ranks = [
        subprocess.Popen(
            [sys.executable, str(script), str(rank), str(tmp_path / "store"), metric],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": source, "GLOO_SOCKET_IFNAME": "lo"},
        )
        for rank in range(2)
    ]
    found = [json.loads(process.communicate(timeout=120)[0].splitlines()[-1]) for process in ranks]
    if metric == "shared":
        assert found == [[], []]
        return
    for ((code, message),) in found:  # when they see each other's rates is a matter of chance
        assert code == "RU306"
        assert re.fullmatch(r"the processes use different rates: rank 0 0\.\d+, rank 1 1", message)
