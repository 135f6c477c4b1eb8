"""Loops of a script: how often they go round, and what that counts."""

import ast
from collections.abc import Callable
from typing import Final

from rampup.checker.gather.script.expressions import expression, truth
from rampup.checker.gather.script.frame import Frame
from rampup.checker.gather.script.program import BREAK, ON, RETURN, Program, Statement
from rampup.checker.gather.script.streams import stream
from rampup.checker.gather.script.targets import target_of
from rampup.checker.gather.script.values import Number, dimension, number
from rampup.checker.gather.script.walking import Around, Turn, Walk

Block = Callable[[Program, list[ast.stmt]], Statement]

ENDLESS: Final = 1000
"""Iterations after which a loop that nothing ends is left."""


def enter(walk: Walk, node: ast.AST, text: str) -> Around:
    """Return the record of a loop, the same each time that it is entered."""
    place = walk.program.place(node)
    if place.line not in walk.loops:
        walk.loops[place.line] = Around(place, text)
    return walk.loops[place.line]


def for_loop(program: Program, node: ast.For | ast.AsyncFor, block: Block) -> Statement:
    """Return a function that does a for loop."""
    source, target = expression(program, node.iter), target_of(program, node.target, expression)
    body = block(program, node.body)
    orelse = block(program, node.orelse) if node.orelse else None
    text = program.text(node.iter)

    def run(frame: Frame) -> int:
        walk = frame.walk
        items = stream(source(frame), frame)
        loop = enter(walk, node, text)
        if items.number is not None and loop.dimension in (None, ()):
            loop.dimension = dimension(items.number)
        loop.numbered = loop.numbered or items.data or items.number is not None
        loop.data = loop.data or items.data
        loop.ends = items.length is not None
        length = ENDLESS if items.length is None else items.length
        turn = Turn(loop)
        walk.turns.append(turn)
        ended = ON
        for index in range(items.drawn, length):
            walk.spend()
            turn.iteration = index - items.drawn
            turn.last = index == length - 1
            target(frame, items.item(index))
            loop.times = max(loop.times, turn.iteration + 1)
            ended = body(frame)
            if ended in (BREAK, RETURN):
                break
        else:
            if items.length is None:
                walk.unfinished.add(walk.entry)
        walk.turns.pop()
        if ended == RETURN:
            return RETURN
        if orelse is not None and ended != BREAK:
            return orelse(frame)
        return ON

    return run


def while_loop(program: Program, node: ast.While, block: Block) -> Statement:
    """Return a function that does a while loop."""
    test, body = expression(program, node.test), block(program, node.body)
    orelse = block(program, node.orelse) if node.orelse else None
    text = program.text(node.test)
    endless = isinstance(node.test, ast.Constant)

    def run(frame: Frame) -> int:
        walk = frame.walk
        loop = enter(walk, node, text)
        loop.ends = not endless
        turn = Turn(loop)
        walk.turns.append(turn)
        ended, most = ON, ENDLESS
        while True:
            walk.spend()
            asked, walk.compared = walk.guesses.asked, None
            if not truth(test(frame), node.test, frame):
                break
            if walk.guesses.asked != asked:
                most = int(walk.guesses.number(f"len({text})"))
            if turn.iteration >= most:
                if most == ENDLESS:
                    walk.unfinished.add(walk.entry)
                break
            loop.times = max(loop.times, turn.iteration + 1)
            ended = body(frame)
            turn.iteration += 1
            if ended in (BREAK, RETURN):
                break
        walk.turns.pop()
        if ended == RETURN:
            return RETURN
        if ended == BREAK:
            return ON
        _bound(walk, loop, turn.iteration)
        return orelse(frame) if orelse is not None else ON

    return run


def _bound(walk: Walk, loop: Around, times: int) -> None:
    """Take the number that a loop counted up to for its bound."""
    for value in walk.compared or ():
        if isinstance(value, Number) and number(value) == times and value.dimension:
            loop.dimension, loop.numbered = value.dimension, True
    walk.reached()
