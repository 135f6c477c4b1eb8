"""What a watched update says: the rate that was used, planned and reported; loss; gradient."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils import get_total_norm
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import StepLR

from rampup import RampupLR, hold, warmup, watch
from rampup.errors import TraceError
from rampup.recorder.watch import GROUP
from rampup.trace.compact import rounded
from rampup.trace.journal import read
from rampup.trace.record import Event

PLAN = (warmup(4) >> hold()).plan(updates=10)
RATES = [0.1 * PLAN(k) for k in range(6)]


@pytest.fixture
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))


def backward(model: nn.Module, k: int) -> torch.Tensor:
    """Return the loss of update k, after its gradients were put into the model."""
    model.zero_grad()
    loss = model(torch.full((4, 3), 1.0 + k)).square().mean()
    loss.backward()
    return loss


def test_an_update_says_what_was_planned_used_reported_and_lost(model: nn.Module) -> None:
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = RampupLR(optimizer, PLAN.schedule, updates=10)
    losses, norms = [], []

    with watch(model, optimizer, scheduler=scheduler) as trace:
        for k in range(6):
            loss = backward(model, k)
            losses.append(trace.loss(loss))
            norms.append(get_total_norm([p.grad for p in model.parameters()]).item())
            assert loss.item() == losses[-1]
            optimizer.step()
            scheduler.step()

    assert [*range(6)] == [event.k for event in trace.updates]
    assert [event.planned for event in trace.updates] == RATES
    assert [event.used for event in trace.updates] == RATES
    assert [event.reported for event in trace.updates] == RATES
    assert [rounded(loss) for loss in losses] == [event.loss for event in trace.updates]
    assert norms == pytest.approx([event.grad_norm for event in trace.updates], rel=1e-6)


def test_a_rate_written_by_hand_is_seen(model: nn.Module) -> None:
    """Planned and reported stay what the scheduler thinks; used is what the update really uses."""
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = RampupLR(optimizer, PLAN.schedule, updates=10, on_foreign_write="ignore")

    with watch(model, optimizer, scheduler=scheduler) as trace:
        for k in range(3):
            backward(model, k)
            optimizer.param_groups[0]["lr"] = 0.5 + k
            optimizer.step()

    assert [event.used for event in trace.updates] == [0.5, 1.5, 2.5]
    assert RATES[:3] == [event.planned for event in trace.updates]
    assert RATES[:3] == [event.reported for event in trace.updates]


def test_a_scheduler_of_torch_has_no_plan(model: nn.Module) -> None:
    optimizer = SGD(model.parameters(), lr=0.5)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.5)

    with watch(model, optimizer, scheduler=scheduler) as trace:
        for k in range(3):
            backward(model, k)
            optimizer.step()
            scheduler.step()

    assert [event.used for event in trace.updates] == [0.5, 0.25, 0.125]
    assert [event.reported for event in trace.updates] == [0.5, 0.25, 0.125]
    assert [event.planned for event in trace.updates] == [None] * 3


def test_what_is_not_known_is_none(model: nn.Module) -> None:
    """A loss belongs to one update; without gradients there is no norm."""
    optimizer = SGD(model.parameters(), lr=0.5)

    with watch(model, optimizer) as trace:
        trace.loss(backward(model, 0))
        optimizer.step()
        optimizer.zero_grad()
        optimizer.step()

    first, second = trace.updates
    assert first.loss is not None
    assert [second.planned, second.reported, second.loss, second.grad_norm] == [None] * 4
    assert [first.k, second.k] == [0, 1]


@pytest.mark.parametrize("fused", [False, True])
def test_a_skipped_update_is_no_event(model: nn.Module, fused: bool) -> None:
    """Under a gradient scaler the norm is that of the unscaled gradient, fused or not."""
    optimizer = Adam(model.parameters(), lr=0.1, fused=fused)
    scheduler = RampupLR(optimizer, PLAN.schedule, updates=10)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    norms = []

    with watch(model, optimizer, scheduler=scheduler) as trace:
        for k in range(6):
            optimizer.zero_grad()
            loss = model(torch.full((4, 3), 1.0 + k)).square().mean()
            gradients = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
            scaler.scale(loss).backward()
            if k % 2:
                model[0].weight.grad[0, 0] = torch.inf
            else:
                norms.append(get_total_norm(gradients).item())
            scaler.step(optimizer)
            scaler.update()

    assert RATES[:3] == [event.used for event in trace.updates]
    assert [event.k for event in trace.updates] == [0, 1, 2]
    assert norms == pytest.approx([event.grad_norm for event in trace.updates], rel=1e-6)


def test_a_sparse_gradient_has_a_norm_too() -> None:
    """Rows that a batch uses twice are added before they are measured."""
    table = nn.Embedding(5, 3, sparse=True)
    optimizer = SGD(table.parameters(), lr=0.1)

    with watch(table, optimizer) as trace:
        table(torch.tensor([1, 1, 2])).sum().backward()
        optimizer.step()

    expected = table.weight.grad.to_dense().norm().item()
    assert expected == pytest.approx(trace.updates[0].grad_norm)


def test_listeners_and_the_journal_get_every_event(model: nn.Module, tmp_path: Path) -> None:
    optimizer = SGD(model.parameters(), lr=0.1)
    heard: list[Event] = []
    folder = tmp_path / "runs" / "a"

    with watch(model, optimizer, to=folder, listeners=[heard.append]) as trace:
        for k in range(3):
            backward(model, k)
            optimizer.step()
        trace.flush()
        flushed = read(folder / "trace.jsonl").events
        optimizer.step()

    assert heard == trace.events
    assert trace.events[:4] == flushed
    assert trace.events == read(folder / "trace.jsonl").events


def test_a_crash_inside_keeps_what_was_seen(model: nn.Module, tmp_path: Path) -> None:
    optimizer = SGD(model.parameters(), lr=0.1)

    trace = watch(model, optimizer, to=tmp_path)

    def crash() -> None:
        with trace:
            backward(model, 0)
            optimizer.step()
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        crash()

    assert trace.events == read(tmp_path / "trace.jsonl").events
    assert len(trace.updates) == 1
    assert (trace.events[-1].status, trace.events[-1].reason) == ("failed", "RuntimeError: boom")


def test_a_crash_of_the_process_costs_at_most_one_group(model: nn.Module, tmp_path: Path) -> None:
    """Nobody flushes here, and yet a full group is in the file."""
    optimizer = SGD(model.parameters(), lr=0.1)

    with watch(model, optimizer, to=tmp_path) as trace:
        for k in range(GROUP + 1):
            backward(model, k)
            optimizer.step()
        kept = read(tmp_path / "trace.jsonl").events

        assert trace.events[: GROUP + 1] == kept


def test_an_older_trace_is_not_continued(model: nn.Module, tmp_path: Path) -> None:
    optimizer = SGD(model.parameters(), lr=0.1)
    path = tmp_path / "trace.jsonl"
    path.write_text("precious\n")

    with pytest.raises(TraceError) as refused:
        watch(model, optimizer, to=tmp_path)

    assert str(refused.value) == f"{path} exists already; watch to another folder, or remove it"
    assert path.read_text() == "precious\n"


def test_an_update_takes_at_most_sixty_bytes(model: nn.Module, tmp_path: Path) -> None:
    """Of a real run: what is measured has nine digits, and rates have all of theirs."""
    optimizer = SGD(model.parameters(), lr=0.03, momentum=0.9)
    scheduler = RampupLR(optimizer, "warmup 10% >> hold 20% >> decay cosine", updates=1000)

    with watch(model, optimizer, scheduler=scheduler, to=tmp_path) as trace:
        for _ in range(1000):
            model.zero_grad()
            loss = model(torch.randn(4, 3)).square().mean()
            loss.backward()
            trace.loss(loss)
            optimizer.step()

    lines = (tmp_path / "trace.jsonl").read_bytes().splitlines(keepends=True)
    updates = [line for line in lines if not line.startswith((b'{"kind":"header', b'{"kind":"end'))]
    assert trace.events == read(tmp_path / "trace.jsonl").events
    assert len(trace.updates) == 1000
    assert sum(map(len, updates)) / 1000 <= 60
