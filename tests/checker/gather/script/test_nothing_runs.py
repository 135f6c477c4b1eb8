"""Nothing of a checked file runs, and torch is not imported for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from rampup.checker.gather.script import walk

START = """\
import torch
optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
"""

HARM = {
    "open": "open({path!r}, 'w').write('x')",
    "pathlib": "import pathlib\npathlib.Path({path!r}).write_text('x')",
    "os": "import os\nos.system('touch {path}')",
    "subprocess": "import subprocess\nsubprocess.run(['touch', {path!r}])",
    "eval": 'eval(\'open("{path}", "w")\')',
    "exec": 'exec(\'open("{path}", "w")\')',
    "import": "__import__('pathlib').Path({path!r}).touch()",
    "attributes": "().__class__.__base__.__subclasses__()[0].__init__.__globals__"
    "['__builtins__']['open']({path!r}, 'w')",
    "format": "'{{0.__class__.__init__.__globals__}}'.format(open({path!r}, 'w'))",
    "decorator": "@(lambda f: open({path!r}, 'w'))\ndef f(): pass",
    "metaclass": "class A(metaclass=type(open({path!r}, 'w'))): pass",
    "lambda": "torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: open({path!r}, 'w'))",
    "step": "for _ in range(3):\n  optimizer.step(lambda: open({path!r}, 'w'))\n  scheduler.step()",
    "default": "def f(x=open({path!r}, 'w')): pass\nf()",
    "exit": "import os\nos._exit(3)",
}


@pytest.mark.parametrize("harm", HARM)
def test_what_would_write_a_file_does_not(harm: str, tmp_path: Path) -> None:
    file = tmp_path / "written"
    script = walk("harm.py", START + HARM[harm].format(path=str(file)) + "\noptimizer.step()\n")
    assert not file.exists()
    assert [one.name for one in script.objects.values()][:2] == ["optimizer", "scheduler"]


def test_a_walk_imports_neither_torch_nor_what_the_script_imports() -> None:
    program = (
        "import sys\n"
        "from rampup.checker.gather.script import walk\n"
        "text = 'import antigravity, this, torch\\n"
        "o = torch.optim.SGD([], lr=1.0)\\n"
        "torch.optim.lr_scheduler.StepLR(o, 1)\\n'\n"
        "assert len(walk('a.py', text).objects) == 2\n"
        "print({'torch', 'antigravity', 'this', 'transformers', 'timm'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "set()", done.stderr[-1000:]
