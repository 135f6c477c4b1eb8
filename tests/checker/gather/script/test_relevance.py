"""Statements that matter to no rate may be passed over: what is found stays the same."""

import ast
from itertools import zip_longest

import numpy as np
import pytest
from tests.checker.corpus import CORRECT, PATTERNS
from tests.checker.gather.script.programs import PROGRAMS

from rampup.checker.gather.script import walk
from rampup.checker.gather.script.read import read
from rampup.checker.gather.script.relevance import Relevance
from rampup.checker.script import Script

FILES = {path.name: path for path in (*CORRECT, *PATTERNS)}


def check_same(short: Script, whole: Script) -> None:
    assert short.objects == whole.objects
    # what is passed over asks for fewer guesses, so that one world may stand for all
    last = short.worlds[-1]
    for one, other in zip_longest(short.worlds, whole.worlds, fillvalue=last):
        if other.complete:
            assert one.complete
            assert one.acts == other.acts
        for run, same in zip(one.runs.values(), other.runs.values(), strict=True):
            length = min(len(run.used), len(same.used))
            np.testing.assert_array_equal(run.used[:length], same.used[:length])


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_the_same_facts(name: str) -> None:
    check_same(walk("a.py", PROGRAMS[name]), walk("a.py", PROGRAMS[name], whole=True))


@pytest.mark.parametrize("name", FILES)
def test_a_script_gives_the_same_facts(name: str) -> None:
    text = read(FILES[name]).text
    check_same(walk("a.py", text), walk("a.py", text, whole=True))


def test_what_only_computes_a_loss_is_passed_over() -> None:
    text = """\
optimizer = torch.optim.SGD(model.parameters(), lr=rate)
rate = 0.1
for batch in loader:
    images, labels = batch
    images = images.to(device)
    output = model(images)
    loss = criterion(output, labels)
    meter.update(loss.item())
    loss.backward()
    optimizer.step()
    print(loss.item())
    print(optimizer.param_groups[0]["lr"])
"""
    kept = Relevance(tree := ast.parse(text)).kept
    lines = {node.lineno for node in ast.walk(tree) if node in kept and isinstance(node, ast.stmt)}
    assert lines == {1, 2, 3, 9, 10, 12}
