"""What counts updates stays out of compiled graphs, and so does all that a count leads to."""

from typing import Any

import pytest
import torch
from torch.optim import SGD

from rampup import RampupLR, hold, warmup

SCHEDULE = warmup(8) >> hold()


@pytest.mark.filterwarnings("ignore:optimizer.step.. runs under torch.compile:UserWarning")
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_no_rate_becomes_a_constant_of_a_graph(weight: torch.nn.Parameter) -> None:
    """Else there is a graph for each update, until torch gives up."""
    graphs = []

    def count(graph: torch.fx.GraphModule, _: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    optimizer = SGD([weight], lr=torch.tensor(0.5, dtype=torch.float64), foreach=False)
    scheduler = RampupLR(optimizer, SCHEDULE, updates=20)
    torch.compiler.reset()
    step = torch.compile(optimizer.step, backend=count)
    used = []
    with torch._dynamo.config.patch(error_on_recompile=True):
        for _ in range(12):
            step()
            used += scheduler.last_used or []

    plan = SCHEDULE.plan(updates=20)
    assert [0.5 * plan(k) for k in range(12)] == used
    assert len(graphs) == 1
