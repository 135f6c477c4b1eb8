"""Any text gives facts or one sentence why not, and soon."""

import ast
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from tests.checker.gather.script.programs import PROGRAMS

from rampup.checker.gather.script import walk
from rampup.checker.gather.script.read import read, scripts
from rampup.checker.gather.script.walking import STEPS
from rampup.errors import CheckError

OPTIMIZER = "import torch\noptimizer = torch.optim.SGD([], lr=1.0)\n"

ENDLESS = {
    "while": "while True:\n    optimizer.step()\n",
    "recursion": "def f(n):\n    optimizer.step()\n    return f(n + 1) + f(n + 2)\nf(0)\n",
    "mutual": "def f():\n    g()\ndef g():\n    optimizer.step()\n    f()\nf()\n",
    "range": "for i in range(10 ** 18):\n    optimizer.step()\n",
    "nested ranges": "for i in range(10**6):\n  for j in range(10**6):\n    optimizer.step()\n",
    "power": "x = 10 ** 10 ** 10\nfor i in range(x):\n    optimizer.step()\n",
    "shift": "x = 1 << 10 ** 12\noptimizer.step()\n",
    "squares": "x = 3\nfor i in range(200):\n    x = x * x\n    optimizer.step()\n",
    "text": "x = 'a' * 10 ** 12\nfor _ in x:\n    optimizer.step()\n",
    "doubling": "x = [optimizer]\nfor i in range(200):\n    x = x + x\n    optimizer.step()\n",
    "itself": "x = []\nx.append(x)\nprint(x)\ntrain(x)\noptimizer.step()\n",
    "generator": "def g():\n  while True:\n    yield 1\nfor x in g():\n    optimizer.step()\n",
    "comprehension": "x = [i for i in range(10**9) for j in range(10**9)]\noptimizer.step()\n",
    "count": "import itertools\nlist(itertools.count())\nsum(itertools.cycle([1]))\n"
    "optimizer.step()\n",
    "lambda": "torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: sum(range(10 ** 9)))\n"
    "optimizer.step()\n",
    "milestones": "torch.optim.lr_scheduler.MultiStepLR(optimizer, range(10 ** 9))\n"
    "optimizer.step()\n",
    "class": "class A(A):\n    pass\nA().step()\nclass B:\n    b = property(lambda s: s.b)\nB().b\n"
    "optimizer.step()\n",
    "factorial": "import math\nx = math.exp(10 ** 6)\noptimizer.step()\n",
}


def refusal(do: Callable[[], object]) -> str:
    """Return why a text is refused; empty where it is not."""
    try:
        do()
    except (CheckError, SyntaxError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ENDLESS)
def test_a_program_without_end_is_left(name: str) -> None:
    script = walk("endless.py", OPTIMIZER + ENDLESS[name])
    assert [one.kind for one in script.objects.values()][:1] == ["torch.optim.SGD"]
    assert sum(len(world.acts) for world in script.worlds) <= 4 * STEPS


def test_of_an_endless_loop_no_total_is_claimed() -> None:
    world = walk("endless.py", OPTIMIZER + "while True:\n    optimizer.step()\n").worlds[0]
    run = world.runs[0]
    assert (world.complete, run.finished, run.expected) == (False, False, None)
    assert world.loops[3].times is None


BROKEN = {
    "print 'hello'  # torch.optim.SGD": "invalid syntax|Missing parentheses",
    "optimizer = SGD(": "was never closed",
    "x = " + "(" * 500 + ")" * 500 + "  # SGD": "too many nested|nested too deeply",
    "x = SGD\n  y = 1": "unexpected indent",
    "SGD = " + " + ".join(["1"] * 5000): "nested too deeply",
    "SGD = '\0'": "null bytes",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:12])
def test_what_cannot_be_parsed_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(CheckError, match=BROKEN[text]) as caught:
        walk("broken.py", text)
    assert str(caught.value).startswith("broken.py cannot be parsed as Python 3.")
    assert str(caught.value).endswith("; mend it, or exclude the file")
    assert "\n" not in str(caught.value)


DEEP = {
    "sum": "optimizer = " + " + ".join(["1"] * 800) + "\n",
    "calls": "x = " + "f(" * 90 + "1" + ")" * 90 + "\n",
    "attributes": "x = a" + ".b" * 2000 + "\n",
    "elif": "if a == 0:\n    pass\n"
    + "".join(f"elif a == {n}:\n    x = {n}\n" for n in range(1500)),
    "blocks": "".join(" " * n + "if a:\n" for n in range(95)) + " " * 95 + "x = 1\n",
    "lines": "x = 1\n" * 100_000,
    "functions": "".join(f"def f{n}():\n    optimizer.step()\n" for n in range(5000)),
}


@pytest.mark.parametrize("name", DEEP)
def test_depth_and_length_are_no_traceback(name: str) -> None:
    script = walk("deep.py", OPTIMIZER + DEEP[name] + "optimizer.step()\n")
    assert script.worlds


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    for suffix in (".py", ".ipynb"):
        file = tmp_path_factory.mktemp("bytes") / f"file{suffix}"
        file.write_bytes(data)
        assert "\n" not in refusal(lambda file=file: walk(str(file), read(file).text))


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(PROGRAMS)))
def test_programs_that_are_cut_and_mixed_give_no_traceback(rng: random.Random, name: str) -> None:
    lines = PROGRAMS[name].splitlines()
    other = PROGRAMS[rng.choice(sorted(PROGRAMS))].splitlines()
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(lines))
        change = rng.randrange(4)
        if change == 0:
            del lines[at : at + rng.randint(1, 2)]
        elif change == 1:
            lines.insert(at, rng.choice(other))
        elif change == 2:
            lines[at] = lines[at].replace(rng.choice("()[]=,.:1s"), rng.choice("()[]=,.:0x"), 1)
        else:
            swap = rng.randrange(len(lines))
            lines[at], lines[swap] = lines[swap], lines[at]
        lines = lines or ["SGD"]
    text = "\n".join(lines) + "\nSGD\n"
    assert bool(refusal(lambda: walk("mixed.py", text))) == bool(refusal(lambda: ast.parse(text)))


def test_a_circle_of_links_is_walked_once(tmp_path: Path) -> None:
    inner = tmp_path / "package" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.py").write_text("x = 1\n")
    (inner / "back").symlink_to(tmp_path / "package")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    assert [*scripts(tmp_path)] == [inner / "a.py"]
