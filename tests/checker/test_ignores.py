"""Comments that silence a rule."""

from tests.checker.findings import finding

from rampup.checker.ignores import ignores, kept


def silenced(text: str) -> list[tuple[int, list[str]]]:
    found, wrong = ignores(text)
    assert wrong == []
    return [(one.line, sorted(one.codes)) for one in found]


def test_a_comment_behind_a_line_silences_it() -> None:
    assert silenced("a = 1\nb = 2  # rampup: ignore[RU101] on purpose\n") == [(2, ["RU101"])]


def test_a_comment_alone_silences_the_next_line() -> None:
    assert silenced("a = 1\n    # rampup: ignore[RU101]\nb = 2\n") == [(3, ["RU101"])]


def test_names_and_several_codes() -> None:
    text = "b = 2  # rampup: ignore[zero-first-rate, RU401] filled buffers\n"
    assert silenced(text) == [(1, ["RU101", "RU401"])]


def test_a_text_is_no_comment() -> None:
    assert silenced("a = '# rampup: ignore[RU101]'\n") == []


def test_a_comment_without_a_rule_silences_nothing_and_is_told() -> None:
    said = "the comment names no rule and silences nothing; write `# rampup: ignore[RU101] why`"
    assert ignores("a = 1  # rampup: ignore\n") == ([], [(1, said)])


def test_an_unknown_rule_is_told() -> None:
    said = (
        "no rule is called 'RU999'; `rampup check --rules` lists them, such as RU101 or"
        " zero-first-rate"
    )
    assert ignores("\na = 1  # rampup: ignore[RU999]\n") == ([], [(2, said)])


def test_what_does_not_parse_has_no_comments() -> None:
    assert ignores("a = '''# rampup: ignore[RU101]\n") == ([], [])


def test_only_the_named_rule_on_the_named_line_is_silent() -> None:
    found, _ = ignores("\n\nstep()  # rampup: ignore[RU101]\n")
    there, other_line, other_rule = finding(line=3), finding(line=2), finding(line=3, code="RU401")
    assert kept([there, other_line, other_rule], found) == [other_line, other_rule]
