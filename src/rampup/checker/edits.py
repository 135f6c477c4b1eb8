"""Edits that rules propose; none where the text is not as plain as the edit takes it to be."""

import re

from rampup.checker.finding import Edit
from rampup.checker.script import Script


def replaced(script: Script, line: int, old: str, new: str) -> tuple[Edit, ...]:
    """Return the edit that replaces a text; none unless it stands in the line just once.

    Args:
        script: the script.
        line: the line, from 1.
        old: what stands there.
        new: what is to stand there.
    """
    text = script.lines[line - 1]
    if text.count(old) != 1:
        return ()
    at = text.index(old) + 1
    return (Edit(line=line, column=at, end_line=line, end_column=at + len(old), text=new),)


def called(script: Script, name: str) -> tuple[Edit, ...]:
    """Return the edit that calls what a statement only names, such as `scheduler.step`.

    None unless just one line of the script is that and nothing else.
    """
    statement = re.compile(rf"\s*{re.escape(name)}(?=\s*(?:#|$))")
    found = [
        (number, match.end() + 1)
        for number, text in enumerate(script.lines, 1)
        if (match := statement.match(text)) is not None
    ]
    if len(found) != 1:
        return ()
    ((line, column),) = found
    return (Edit(line=line, column=column, end_line=line, end_column=column, text="()"),)


def swapped(script: Script, first: int, second: int) -> tuple[Edit, ...]:
    """Return the edit that swaps two lines; none unless they are calls that follow each other.

    Args:
        script: the script.
        first: the one line, from 1.
        second: the other, from 1.
    """
    upper, lower = sorted((first, second))
    one, other = script.lines[upper - 1], script.lines[lower - 1]
    call = re.compile(r"(\s*)[\w.]+\([^()]*\)\s*(?:#.*)?$")
    calls = call.match(one), call.match(other)
    if lower != upper + 1 or not calls[0] or not calls[1] or calls[0][1] != calls[1][1]:
        return ()
    end = len(other) + 1
    text = f"{other}\n{one}"
    return (Edit(line=upper, column=1, end_line=lower, end_column=end, text=text),)
