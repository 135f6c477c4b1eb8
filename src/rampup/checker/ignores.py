"""Comments that silence a rule: `# rampup: ignore[RU101] the first step only fills the buffers`."""

import io
import re
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rampup.checker.finding import Finding
from rampup.checker.settings import codes
from rampup.errors import ConfigError

_COMMENT: Final = re.compile(r"#\s*rampup:\s*ignore\b(?P<rules>\[[^\]]*\])?")

NAMES_NONE: Final = (
    "the comment names no rule and silences nothing; write `# rampup: ignore[RU101] why`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """One comment.

    Args:
        line: the line it silences: its own, or the next one where it stands alone.
        codes: codes of the rules it silences.
    """

    line: int
    codes: frozenset[str]


def ignores(text: str) -> tuple[list[Ignore], list[tuple[int, str]]]:
    """Return the comments of a script that silence rules, and what is wrong with others.

    A comment must name its rules; one that names none silences nothing.

    Args:
        text: the script.

    Returns:
        The comments; and, for each that does not work, its line and one sentence.
    """
    if "rampup:" not in text:
        return [], []
    found: list[Ignore] = []
    wrong: list[tuple[int, str]] = []
    for line, comment, alone in _comments(text):
        match = _COMMENT.search(comment)
        if match is None:
            continue
        names = [name.strip() for name in (match["rules"] or "")[1:-1].split(",") if name.strip()]
        try:
            asked = frozenset(code for name in names for code in codes(name))
        except ConfigError as error:
            wrong.append((line, str(error)))
            continue
        if not names:
            wrong.append((line, NAMES_NONE))
            continue
        found.append(Ignore(line=line + alone, codes=asked))
    return found, wrong


def kept(findings: Iterable[Finding], ignored: Sequence[Ignore]) -> list[Finding]:
    """Return the findings of one file that no comment silences."""
    silent = {(one.line, code) for one in ignored for code in one.codes}
    return [one for one in findings if (one.place.line, one.code) not in silent]


def _comments(text: str) -> list[tuple[int, str, bool]]:
    """Return line and text of each comment, and whether it stands alone; none if it fails."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                alone = not token.line[: token.start[1]].strip()
                found.append((token.start[0], token.string, alone))
    except (tokenize.TokenError, SyntaxError):
        return []  # what cannot be parsed is told by who parses it
    return found
