"""What a walk says of a script: its objects, its acts, its loops, and what its numbers count."""

import pytest

from rampup.checker.gather.script import walk
from rampup.checker.script import Act, Script, World

OPTIMIZER = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, SequentialLR
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
"""


def walked(text: str) -> Script:
    return walk("train.py", OPTIMIZER + text)


def done(world: World) -> list[Act]:
    """Return what is done once all is built."""
    return [act for act in world.acts if act.kind not in ("optimizer", "scheduler")]


def counts(script: Script, name: str, setting: str) -> set[str]:
    """Return what a setting of a named object counts."""
    return {one.settings[setting].counts for one in script.objects.values() if one.name == name}


def test_the_parts_of_a_sequence_belong_to_it() -> None:
    script = walked(
        "s = SequentialLR(optimizer, [LinearLR(optimizer), CosineAnnealingLR(optimizer, 9)], [5])\n"
        "for _ in range(12):\n    loss.backward()\n    optimizer.step()\n    s.step()\n"
    )
    of = {
        one.kind.rpartition(".")[2]: (one.id, one.of, one.parts) for one in script.objects.values()
    }
    assert of == {
        "SGD": (0, None, ()),
        "LinearLR": (1, 3, ()),
        "CosineAnnealingLR": (2, 3, ()),
        "SequentialLR": (3, 0, (1, 2)),
    }
    curve = script.worlds[0].curves[3]
    assert (curve.updates, curve.warmup, curve.joins) == (12, 5, (5,))


def test_acts_are_told_in_order_with_their_loops_guards_and_functions() -> None:
    script = walked(
        "s = LambdaLR(optimizer, lambda k: 1 / (k + 1))\n"
        "def train(epoch):\n"
        "    for i in range(2):\n"
        "        optimizer.step()\n"
        "        if i == 1:\n"
        "            s.step()\n"
        "for epoch in range(2):\n"
        "    train(epoch)\n"
    )
    acts = done(script.worlds[0])
    told = [(act.kind, act.place.line, act.loops, act.guards, act.update) for act in acts]
    assert told == [
        ("update", 7, ((10, 0), (6, 0)), (), 0),
        ("update", 7, ((10, 0), (6, 1)), (), 1),
        ("step", 9, ((10, 0), (6, 1)), ("i == 1",), 2),
        ("update", 7, ((10, 1), (6, 0)), (), 2),
        ("update", 7, ((10, 1), (6, 1)), (), 3),
        ("step", 9, ((10, 1), (6, 1)), ("i == 1",), 4),
    ]
    assert {act.function for act in acts} == {"train"}
    run = script.worlds[0].runs[0]
    assert run.used.ravel().tolist() == [1.0, 1.0, 0.5, 0.5]
    assert run.calls is not None
    assert run.calls.tolist() == [0, 0, 1, 0]
    assert run.epochs == (0, 2)


@pytest.mark.parametrize(
    ("horizon", "wanted"),
    [
        ("epochs", "epochs"),
        ("len(loader)", "batches"),
        ("epochs * len(loader)", "updates"),
        ("int(0.1 * epochs * len(loader))", "updates"),
        ("max(1, epochs - 1)", "epochs"),
        ("warm * len(loader)", "updates"),
        ("12", ""),
        ("other", ""),
    ],
)
def test_a_horizon_counts_what_the_loop_counts_that_it_bounds(horizon: str, wanted: str) -> None:
    script = walked(
        f"epochs, warm, other = 4, 2, 7\nepochs = 4\ns = CosineAnnealingLR(optimizer, {horizon})\n"
        "for epoch in range(1, epochs + 1):\n    for batch in loader:\n"
        "        loss.backward()\n        optimizer.step()\n        s.step()\n"
    )
    assert counts(script, "s", "T_max") == {wanted}
    setting = script.objects[1].settings["T_max"]
    assert setting.text == horizon
    assert (setting.value is None) == ("loader" in horizon)


def test_under_accumulation_epochs_and_batches_make_micro_batches() -> None:
    script = walked(
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--epochs', type=int, default=3)\nargs = parser.parse_args()\n"
        "s = CosineAnnealingLR(optimizer, T_max=args.epochs * len(loader))\n"
        "for epoch in range(args.epochs):\n    for i, batch in enumerate(loader):\n"
        "        loss.backward()\n        if (i + 1) % 4 == 0:\n"
        "            optimizer.step()\n            s.step()\n"
    )
    assert counts(script, "s", "T_max") == {"micro-batches"}
    backwards = script.worlds[0].runs[0].backwards
    assert backwards is not None
    assert backwards[0] == 4


def test_a_number_that_ends_the_run_counts_updates() -> None:
    script = walked(
        "max_steps = 8\nstep = 0\ns = CosineAnnealingLR(optimizer, max_steps)\n"
        "for epoch in range(100):\n    for batch in loader:\n"
        "        optimizer.step()\n        s.step()\n        step += 1\n"
        "        if step >= max_steps:\n            break\n"
        "    if step >= max_steps:\n        break\n"
    )
    assert counts(script, "s", "T_max") == {"updates"}
    assert {len(world.runs[0].used) for world in script.worlds} == {8}
    assert all(world.runs[0].expected == 8 for world in script.worlds)


def test_the_worlds_differ_in_what_the_text_leaves_open_and_in_nothing_else() -> None:
    script = walked(
        "s = LinearLR(optimizer)\nfor epoch in range(2):\n    for batch in loader:\n"
        "        optimizer.step()\n        s.step()\n"
    )
    made = [len(world.runs[0].used) for world in script.worlds]
    assert made == [2 * int(world.guesses["len(loader)"]) for world in script.worlds]
    assert len(set(made)) == 4
    assert [{*world.guesses} for world in script.worlds] == [{"len(loader)"}] * 4
    assert [world.loops[5].counts for world in script.worlds] == ["epochs"] * 4
    assert len(walked("optimizer.step()\n").worlds) == 1


def test_a_run_is_longer_than_any_constant_in_some_world() -> None:
    script = walked(
        "s = LinearLR(optimizer, total_iters=500)\nfor epoch in range(2):\n"
        "    for batch in loader:\n        optimizer.step()\n        s.step()\n"
    )
    made = [len(world.runs[0].used) for world in script.worlds]
    assert min(made) < 500 < max(made)


def test_what_stands_under_an_unknown_condition_is_done_in_some_worlds_only() -> None:
    script = walked(
        "s = LinearLR(optimizer)\nfor _ in range(3):\n    optimizer.step()\n"
        "    if args.amp:\n        s.step()\n"
    )
    stepped = {bool(world.runs[0].stepped) for world in script.worlds}
    assert stepped == {True, False}
    act = next(act for world in script.worlds for act in world.acts if act.kind == "step")
    assert act.guards == ("args.amp",)


@pytest.mark.parametrize(
    "line",
    [
        "if torch.isnan(loss): continue",
        "if not math.isfinite(loss): raise ValueError(loss)",
        "if stop(): break",
        "if rank == 0 and stop(): sys.exit()",
    ],
)
def test_what_is_not_known_to_end_a_loop_does_not_end_it(line: str) -> None:
    script = walked(f"for _ in range(5):\n    {line}\n    optimizer.step()\n")
    assert {len(world.runs[0].used) for world in script.worlds} == {5}


def test_the_main_process_is_walked() -> None:
    script = walked(
        "rank = dist.get_rank()\nif rank == 0:\n    print(optimizer.param_groups[0]['lr'])\n"
        "if is_main_process():\n    optimizer.step()\n"
    )
    assert all([act.kind for act in done(world)] == ["report", "update"] for world in script.worlds)


@pytest.mark.parametrize(
    ("line", "through"),
    [
        ("print(f'lr {s.get_last_lr()[0]:.2e}')", "get_last_lr"),
        ("print('lr %f' % optimizer.param_groups[0]['lr'])", "param_groups"),
        ("print('lr {:.3f}'.format(s.get_lr()[0]))", "get_lr"),
        ("wandb.log({'loss': 0.1, 'lr': s.get_last_lr()[0]})", "get_last_lr"),
        ("writer.add_scalar('lr', optimizer.param_groups[0]['lr'], 3)", "param_groups"),
        ("history.append(s.get_last_lr())", "get_last_lr"),
        ("now = round(s.get_last_lr()[0], 4)\nrow = dict(lr=now)\nlogger.info(row)", "get_last_lr"),
    ],
)
def test_a_rate_that_is_shown_is_reported(line: str, through: str) -> None:
    script = walked(
        "s = LambdaLR(optimizer, lambda k: 1 / (k + 1))\nhistory = []\noptimizer.step()\ns.step()\n"
        f"{line}\n"
    )
    act = script.worlds[0].acts[-1]
    assert (act.kind, act.subject, act.update) == ("report", 0, 1)
    assert (act.detail["value"], act.detail["through"]) == (0.5, through)
    reported = script.worlds[0].runs[0].reported
    assert reported is not None
    assert reported.tolist() == [[0.5]]


def test_writes_are_told_with_their_values() -> None:
    script = walked(
        "for k in range(3):\n    for group in optimizer.param_groups:\n"
        "        group['lr'] = 0.1 * (k + 1)\n    optimizer.step()\n"
    )
    world = script.worlds[0]
    values = [act.detail["value"] for act in world.acts if act.kind == "write"]
    assert values == pytest.approx([0.1, 0.2, 0.3])
    assert world.runs[0].writes == (0, 1, 2)


def test_what_is_saved_and_loaded_is_told() -> None:
    script = walked(
        "s = LinearLR(optimizer)\n"
        "torch.save({'model': model.state_dict(), 'optim': optimizer.state_dict(),\n"
        "            'more': {'s': s.state_dict()}}, 'a.pt')\n"
        "state = torch.load('a.pt')\noptimizer.load_state_dict(state['optim'])\n"
    )
    save, read, load = done(script.worlds[0])
    assert (save.kind, save.detail["holds"]) == ("save", {"optim": 0, "more.s": 1})
    assert save.detail["keys"] == ("model", "optim", "more")
    assert (read.kind, read.subject) == ("load", None)
    assert (load.kind, load.subject, load.detail["value"]) == ("load", 0, "state['optim']")


@pytest.mark.parametrize(
    "line",
    [
        "engine.train(model, optimizer, s)",
        "runner = Runner(parts=[optimizer, {'s': s}])",
        "pool.optimizer, pool.s = optimizer, s",
        "box = types.SimpleNamespace(a=optimizer, b=s)\nrun(box)",
        "trainer = transformers.Trainer(optimizers=(optimizer, s))",
    ],
)
def test_what_other_code_gets_is_handed_over(line: str) -> None:
    script = walked(
        f"import transformers, types\ns = LinearLR(optimizer)\n{line}\noptimizer.step()\n"
    )
    world = script.worlds[0]
    handed = [act.subject for act in world.acts if act.kind == "hand-over"]
    assert handed == [0, 1]
    run = world.runs[0]
    assert (run.finished, run.expected, bool(run.used.min() > 0)) == (False, None, False)


@pytest.mark.parametrize(
    "line",
    ["clip_grad_norm_(optimizer)", "print(optimizer)", "isinstance(optimizer, SGD)", "len([s])"],
)
def test_what_changes_nothing_is_no_hand_over(line: str) -> None:
    script = walked(f"s = LinearLR(optimizer)\n{line}\noptimizer.step()\n")
    assert script.worlds[0].runs[0].finished


def test_accelerate_updates_and_steps_once_for_its_micro_batches() -> None:
    script = walk(
        "train.py",
        "import torch\nfrom accelerate import Accelerator\n"
        "accelerator = Accelerator(gradient_accumulation_steps=4)\n"
        "optimizer = torch.optim.AdamW(model.parameters(), lr=1.0)\n"
        "s = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 1 / (k + 1))\n"
        "data = torch.utils.data.TensorDataset(torch.zeros(18, 3))\n"
        "loader = torch.utils.data.DataLoader(data, batch_size=3)\n"
        "model, optimizer, loader, s = accelerator.prepare(model, optimizer, loader, s)\n"
        "for epoch in range(2):\n    for batch in loader:\n"
        "        with accelerator.accumulate(model):\n"
        "            accelerator.backward(loss)\n            optimizer.step()\n"
        "            s.step()\n            optimizer.zero_grad()\n",
    )
    run = script.worlds[0].runs[0]
    # six micro-batches: one update behind four of them, one at the end of the epoch
    assert run.backwards is not None
    assert run.backwards.tolist() == [4, 2, 4, 2]
    assert run.used.ravel().tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])


def test_lightning_takes_what_configure_optimizers_gives() -> None:
    script = walk(
        "module.py",
        "import torch\nimport lightning as L\n"
        "class Net(L.LightningModule):\n"
        "    def configure_optimizers(self):\n"
        "        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)\n"
        "        s = torch.optim.lr_scheduler.LinearLR(optimizer, total_iters=500)\n"
        "        return {'optimizer': optimizer,\n"
        "                'lr_scheduler': {'scheduler': s, 'interval': 'step'}}\n",
    )
    assert [one.steps_itself for one in script.objects.values()] == [True, True]
    acts = [act for act in script.worlds[0].acts if act.kind == "hand-over"]
    assert [act.subject for act in acts] == [0, 1]
    assert {act.detail["through"] for act in acts} == {"LightningModule"}
    assert acts[1].detail["interval"] == "step"


def test_the_clock_of_our_own_scheduler_is_the_optimizer() -> None:
    script = walked(
        "import rampup\ns = rampup.RampupLR(optimizer, 'warmup 5up', updates=9)\noptimizer.step()\n"
    )
    own = script.objects[1]
    assert (own.kind, own.of, own.steps_itself) == ("rampup.RampupLR", 0, True)


def test_an_optimizer_that_the_file_does_not_build_is_known_by_its_name() -> None:
    script = walk(
        "train.py",
        "from torch.optim.lr_scheduler import LambdaLR\nfrom mine import make_optimizer\n"
        "optimizer = make_optimizer(model)\ns = LambdaLR(optimizer, lambda k: 0.5)\n"
        "for _ in range(3):\n    optimizer.step()\n    s.step()\n",
    )
    made = {one.id: (one.kind, one.of) for one in script.objects.values()}
    assert made == {0: ("", None), 1: ("torch.optim.lr_scheduler.LambdaLR", 0)}
    assert all(len(world.runs[0].used) == 3 for world in script.worlds)


def test_functions_and_classes_that_nothing_calls_are_walked_by_themselves() -> None:
    script = walk(
        "library.py",
        "import torch\n"
        "def train(model, loader, epochs=3):\n"
        "    o = torch.optim.SGD(model.parameters(), lr=1.0)\n"
        "    for epoch in range(epochs):\n        for batch in loader:\n            o.step()\n"
        "class Trainer:\n"
        "    def __init__(self, model):\n"
        "        self.o = torch.optim.Adam(model.parameters())\n"
        "    def fit(self, loader):\n"
        "        for batch in loader:\n            self.o.step()\n",
    )
    world = script.worlds[0]
    assert [(run.place.line, run.finished) for run in world.runs.values()] == [
        (6, True),
        (12, False),
    ]


def test_another_entry_does_nothing_to_what_the_top_of_the_file_built() -> None:
    script = walked(
        "optimizer.step()\n"
        "def unused():\n    optimizer.step()\n    optimizer.param_groups[0]['lr'] = 9\n"
    )
    world = script.worlds[0]
    assert [act.kind for act in done(world)] == ["update"]
    assert world.runs[0].used.tolist() == [[1.0]]


def test_lines_keep_their_numbers_and_a_text_about_something_else_is_not_walked() -> None:
    assert walk("a.py", "x = 1\ny = 2\n").lines == ("x = 1", "y = 2")
    assert walk("a.py", "this is no python").worlds[0].acts == ()
