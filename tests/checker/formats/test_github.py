"""GitHub's workflow commands: one line for each finding, whatever is in it."""

from tests.checker.findings import finding

from rampup.checker.formats.github import github


def test_a_finding_is_one_command() -> None:
    assert github([finding(severity="error"), finding(severity="note", line=4)]) == (
        "::error file=train.py,line=3,col=5,title=RU101 zero-first-rate"
        "::update 0 moves no weight%0ACount from one.\n"
        "::notice file=train.py,line=4,col=5,title=RU101 zero-first-rate"
        "::update 0 moves no weight%0ACount from one.\n"
    )


def test_what_commands_are_made_of_is_escaped() -> None:
    said = github([finding("a,b:c%\n.py", message="50% of it,\r\nthat is: half")])
    assert said == (
        "::warning file=a%2Cb%3Ac%25%0A.py,line=3,col=5,title=RU101 zero-first-rate"
        "::50%25 of it,%0D%0Athat is: half%0ACount from one.\n"
    )


def test_a_finding_without_a_line_says_its_place() -> None:
    assert github([finding("last.ckpt", 0, key="scheduler")]).startswith(
        "::warning file=last.ckpt,title=RU101 zero-first-rate::last.ckpt, scheduler: "
    )


def test_no_finding_is_no_line() -> None:
    assert github([]) == ""
