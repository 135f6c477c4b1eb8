"""`rampup check`: 0 where nothing was found, 1 where something was, 2 for what was not checked."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Command, environment
from tests.conftest import Golden

from rampup.checker.registry import RULES

NO_BRACKETS = """\
import torch

model = torch.nn.Linear(10, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=3)
for _ in range(4):
    model(torch.randn(8, 10)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step  # é
"""
MENDED = NO_BRACKETS.replace("scheduler.step  #", "scheduler.step()  #")
BROKEN = "import torch\noptimizer = torch.optim.SGD([], lr=1)\ndef f(:\n"


@pytest.fixture
def folder(here: Path) -> Path:
    """Return the current folder, with a script for each of three outcomes."""
    for name, text in {
        "wrong.py": RULES["RU202"].bad.text,
        "right.py": RULES["RU202"].good.text,
        "note.py": RULES["RU101"].bad.text,
    }.items():
        (here / name).write_text(text, encoding="utf-8")
    return here


def test_nothing_found_answers_0(rampup: Command, folder: Path) -> None:
    answer = rampup("check", "right.py")
    assert (answer.code, answer.out, answer.err) == (0, "", "nothing found\n")


def test_findings_answer_1(rampup: Command, folder: Path) -> None:
    answer = rampup("check", "wrong.py", "right.py")
    assert (answer.code, answer.err) == (1, "1 error in 2 files\n")
    assert answer.out.startswith("wrong.py:11:5 error RU202 accumulation-step\n")


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        (
            "no.py",
            "no.py does not exist; name a script, a folder, a run, a checkpoint or a schedule",
        ),
        (
            "src/no",
            "src/no does not exist; name a script, a folder, a run, a checkpoint or a schedule",
        ),
        (
            "5ep >> hold",
            (
                "'5ep >> hold' is no file or folder, and no schedule: '5ep' is no phase; there are"
                " 'warmup', 'hold', 'decay', 'rise', 'steps', 'restarts', 'cycle', 'inverse-sqrt',"
                " 'inverse-time', 'saturating' and 5 more\n  5ep >> hold\n  ^ column 1"
            ),
        ),
    ],
)
def test_what_does_not_exist_answers_2(rampup: Command, subject: str, sentence: str) -> None:
    answer = rampup("check", subject)
    assert (answer.code, answer.out, answer.err) == (
        2, "", f"rampup: {sentence}\n1 not checked\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "nothing to check; name a script, a folder, a run, a checkpoint or a schedule"),
        (("--with", "a.toml"), "--with a.toml needs a checkpoint: --resume CHECKPOINT"),
        (("--resume", "a.pt", "b.py"), "--resume checks one checkpoint; check b.py without it"),
        (
            ("--select", "RU9", "a.py"),
            (
                "no rule is called 'RU9'; `rampup check --rules` lists them, such as RU101 or"
                " zero-first-rate"
            ),
        ),
        (
            ("--explain", "nonsense"),
            (
                "no rule is called 'nonsense'; `rampup check --rules` lists them, such as RU101 or"
                " zero-first-rate"
            ),
        ),
    ],
)
def test_what_cannot_be_asked_answers_2(
    rampup: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    answer = rampup("check", *arguments)
    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {sentence}\n")


def test_a_file_that_cannot_be_parsed_does_not_stop_the_others(
    rampup: Command, folder: Path
) -> None:
    (folder / "a_broken.py").write_text(BROKEN)
    answer = rampup("check", ".")
    assert answer.code == 2
    assert answer.err == (
        f"rampup: a_broken.py cannot be parsed as Python {sys.version_info[0]}."
        f"{sys.version_info[1]}: line 3: invalid syntax; mend it, or exclude the file\n"
        "1 error, 1 note, 1 not checked in 4 files\n"
    )
    assert "wrong.py:11:5 error RU202" in answer.out


def test_a_folder_without_anything_to_check_is_told(rampup: Command, here: Path) -> None:
    answer = rampup("check", ".")
    assert (answer.code, answer.err) == (
        0, "rampup: . holds no script, no notebook, no run and no checkpoint\nnothing found\n",
    )  # fmt: skip


def test_data_beside_scripts_is_no_run(rampup: Command, folder: Path) -> None:
    (folder / "labels.csv").write_text("a,b\n1,2\n")
    (folder / "rows.jsonl").write_text("{}\n")
    assert rampup("check", ".").err == "1 error, 1 note in 3 files\n"


@pytest.mark.parametrize(
    ("option", "counts"),
    [
        (("--severity", "error"), "1 error"),
        (("--ignore", "RU202"), "1 note"),
        (("--ignore", "accumulation-step", "--ignore", "RU1"), "nothing found"),
        (("--select", "RU1"), "1 note"),
        (("--select", "RU1", "--select", "RU202"), "1 error, 1 note"),
    ],
)
def test_which_rules_are_asked(
    rampup: Command, folder: Path, option: tuple[str, ...], counts: str
) -> None:
    answer = rampup("check", ".", *option)
    assert answer.err == f"{counts} in 3 files\n"
    assert answer.code == int(counts != "nothing found")


def test_settings_of_the_project_hold_and_options_come_on_top(
    rampup: Command, folder: Path
) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "train.py").write_text(RULES["RU401"].bad.text)
    table = '[tool.rampup.check]\nexclude = ["old"]\n[tool.rampup.check.per-file-ignores]\n'
    (folder / "pyproject.toml").write_text(f'{table}"wrong*" = ["RU2"]\n')
    assert rampup("check", ".").err == "1 note in 3 files\n"
    assert rampup("check", ".", "--severity", "warning").err == "nothing found in 3 files\n"
    assert rampup("check", "old/train.py").err == "1 warning\n"  # asked for by its name


def test_a_setting_that_is_not_known_answers_2(rampup: Command, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.rampup.check]\nselct = []\n")
    answer = rampup("check", ".")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith(
        "[tool.rampup.check] has no key 'selct'; it knows 'select', 'ignore', 'per-file-ignores',"
        " 'exclude', 'severity'\n"
    )


def test_a_comment_silences_a_finding_and_a_wrong_one_is_told(
    rampup: Command, folder: Path
) -> None:
    text = RULES["RU202"].bad.text
    line = "    scheduler.step()"
    for comment, code, err in (
        ("ignore[RU202] it is meant", 0, "nothing found\n"),
        ("ignore[accumulation-step]", 0, "nothing found\n"),
        ("ignore[RU101]", 1, "1 error\n"),
        (
            "ignore",
            1,
            (
                "rampup: a.py:11: the comment names no rule and silences nothing; write"
                " `# rampup: ignore[RU101] why`\n1 error\n"
            ),
        ),
    ):
        Path("a.py").write_text(text.replace(line, f"{line}  # rampup: {comment}"))
        answer = rampup("check", "a.py")
        assert (answer.code, answer.err) == (code, err)


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Train"}, *code]})


def test_a_notebook_is_told_by_its_cells(rampup: Command, here: Path) -> None:
    head, _, loop = RULES["RU202"].bad.text.partition("for ")
    Path("a.ipynb").write_text(notebook(f"%matplotlib inline\n{head}", f"%%time\nfor {loop}"))
    answer = rampup("check", "a.ipynb", "--format", "json")
    (one,) = json.loads(answer.out)
    assert (one["path"], one["key"], one["line"]) == ("a.ipynb", "cell 3", 7)
    lines = [piece for piece in one["evidence"] if piece["kind"] == "line"]
    assert [(piece["key"], piece["line"]) for piece in lines] == [("cell 3", 5), ("cell 3", 7)]
    assert rampup("check", "a.ipynb").out.startswith("a.ipynb:7:5, cell 3 error RU202")


@pytest.mark.parametrize(
    "cell",
    [
        "print('%d'\n      % 3)",
        "!pip install x\nfiles = !ls\n%timeit 3\nmodel?",
        "%%bash\nif then else",
        "%time y = 3",
    ],
)
def test_what_notebooks_add_to_python_is_passed_over(
    rampup: Command, here: Path, cell: str
) -> None:
    head, _, loop = RULES["RU202"].bad.text.partition("for ")
    Path("a.ipynb").write_text(notebook(head, cell, f"for {loop}"))
    answer = rampup("check", "a.ipynb")
    assert (answer.code, answer.err) == (1, "1 error\n")
    assert answer.out.startswith("a.ipynb:6:5, cell 4 error RU202")


def test_a_comment_in_a_notebook_is_told_by_its_cell(rampup: Command, here: Path) -> None:
    Path("a.ipynb").write_text(notebook("x = 1\n", "\ny = 2  # rampup: ignore\n"))
    assert rampup("check", "a.ipynb").err.startswith(
        "rampup: a.ipynb:2, cell 3: the comment names no rule"
    )


def test_the_diff_is_what_fix_does(rampup: Command, here: Path) -> None:
    data = NO_BRACKETS.replace("\n", "\r\n").encode()
    Path("a.py").write_bytes(data)
    answer = rampup("check", "--diff", "a.py")
    assert (answer.code, answer.err) == (1, "1 error; --fix mends 1\n")
    assert Path("a.py").read_bytes() == data
    patched = here / "patched"
    patched.mkdir()
    (patched / "a.py").write_bytes(data)
    # the bytes, not what a terminal makes of them
    diff = answer.out.replace("\r\n", "\n").encode()
    (patched / "a.py").write_bytes(data.replace(b"\r\n", b"\n"))
    subprocess.run(["git", "apply", "-p1", "-"], input=diff, cwd=patched, check=True)
    fixed = rampup("check", "--fix", "a.py")
    assert (fixed.code, fixed.out) == (0, "")
    assert fixed.err == "a.py: 1 mended\nnothing found\n"
    assert Path("a.py").read_bytes() == MENDED.replace("\n", "\r\n").encode()
    assert (patched / "a.py").read_text(encoding="utf-8") == MENDED


def test_a_file_is_mended_once_by_whatever_name(rampup: Command, here: Path) -> None:
    Path("a.py").write_text(NO_BRACKETS)
    Path("b.py").write_text(RULES["RU202"].bad.text)
    Path("link.py").symlink_to("a.py")
    answer = rampup("check", "--fix", "a.py", "b.py", "./a.py", "link.py")
    assert answer.err.endswith("\n1 error in 4 files\n")
    assert Path("a.py").read_text() == MENDED
    assert Path("link.py").is_symlink()


def test_an_edit_that_is_not_safe_is_told_and_not_made(rampup: Command, here: Path) -> None:
    step, update = "    scheduler.step()\n", "    optimizer.step()\n"
    text = MENDED.replace("    scheduler.step()  # é\n", "").replace(update, f"{step}{update}")
    Path("a.py").write_text(text)
    answer = rampup("check", "--fix", "a.py", "--format", "json")
    (one,) = json.loads(answer.out)
    assert (one["code"], one["fix"]["safe"]) == ("RU401", False)
    assert [edit["text"] for edit in one["fix"]["edits"]] == [f"{update}{step}".rstrip("\n")]
    assert Path("a.py").read_text() == text


def test_get_lr_is_mended(rampup: Command, here: Path) -> None:
    text = MENDED.replace(
        "    optimizer.step()", "    print(scheduler.get_lr())\n    optimizer.step()"
    )
    Path("a.py").write_text(text)
    assert rampup("check", "--fix", "a.py").code == 0
    assert Path("a.py").read_text() == text.replace("get_lr", "get_last_lr")


def test_every_form_tells_the_same(rampup: Command, folder: Path) -> None:
    found = json.loads(rampup("check", ".", "--format", "json").out)
    log = json.loads(rampup("check", ".", "--format", "sarif").out)
    commands = rampup("check", ".", "--format", "github")
    assert [one["code"] for one in found] == ["RU101", "RU202"]
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["RU101", "RU202"]
    assert [line.split(" ")[0] for line in commands.out.splitlines()] == ["::notice", "::error"]
    assert (commands.code, commands.err) == (1, "")


def test_a_schedule_is_checked(rampup: Command, here: Path) -> None:
    right = rampup("check", "warmup 10up >> decay cosine", "--updates", "100")
    wrong = rampup("check", "warmup 10up >> hold", "--updates", "5", "--format", "json")
    assert (right.code, right.err) == (0, "nothing found\n")
    assert [one["code"] for one in json.loads(wrong.out)] == ["RU103"]


@pytest.mark.parametrize("width", [80, 200])
def test_findings_fit_the_terminal(
    rampup: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = rampup("check", ".").out
    assert max(map(len, out.splitlines())) <= width
    assert not any(line.endswith(" ") for line in out.splitlines())


def test_the_page_of_a_rule(
    rampup: Command, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = rampup("check", "--explain", "zero-first-rate")
    assert (answer.code, answer.err) == (0, "")
    assert rampup("check", "--explain", "RU101").out == answer.out
    golden(answer.out, name="explain")


def test_the_list_of_rules(rampup: Command, here: Path) -> None:
    answer = rampup("check", "--rules")
    assert (answer.code, answer.err) == (0, "")
    assert [word for word in answer.out.split() if word in RULES] == list(RULES)


def test_a_checked_file_cannot_command_the_terminal(rampup: Command, here: Path) -> None:
    text = RULES["RU202"].bad.text.replace("scheduler.step()", "scheduler.step()  # \x1b]0;x\x07")
    Path("a\x1b[2J.py").write_text(text)
    answer = rampup("check", "a\x1b[2J.py")
    assert answer.code == 1
    assert "\x1b" not in answer.out + answer.err
    assert answer.out.startswith("a\\x1b[2J.py:11:5 error RU202")
    assert "scheduler.step()  # \\x1b]0;x\\x07" in answer.out


@pytest.mark.parametrize("subject", [("a.py",), ("warmup 9up >> hold", "--updates", "99"), (".",)])
def test_torch_is_not_imported_for_texts(here: Path, subject: tuple[str, ...]) -> None:
    Path("a.py").write_text(RULES["RU202"].good.text)
    program = (
        "import sys\nfrom rampup.cli import main\nsys.argv = ['rampup', 'check', *sys.argv[1:]]\n"
        "main()\nraise SystemExit"
    )
    program = program.replace(
        "main()", "try:\n    main()\nfinally:\n    print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *subject],
        capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "nothing found\n")


def test_a_terminal_without_the_characters_gets_others(here: Path) -> None:
    Path("a.py").write_text(RULES["RU101"].bad.text)
    done = subprocess.run(
        [sys.executable, "-m", "rampup", "check", "a.py"],
        capture_output=True, text=True, env=environment(PYTHONIOENCODING="ascii"), check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "planned _-+*@ updates 0 to 4" in done.stdout
