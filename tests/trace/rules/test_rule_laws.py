"""Laws of all rules, on any sequence of events: no error, no number out of nowhere, no nan."""

import math
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from statistics import median
from typing import Any

from hypothesis import given, settings, strategies as st
from tests.trace.rules import made

from rampup.trace.observe import RULES, Observer, observe
from rampup.trace.record import Event, Observation
from rampup.trace.rules.rule import WINDOW, Found, Seen

numbers = st.floats(0, 2) | st.floats() | st.sampled_from([0.0, 0.5, 1.0, math.nan, math.inf])
maybe = st.none() | numbers
counts = st.integers(-2, 40)
words = st.sampled_from([
    "training converged", "learns faster", "warmup improved it", "the nan {x} of a river", "",
])  # fmt: skip
cells = st.dictionaries(st.sampled_from("ab"), maybe | st.text(max_size=3) | counts)
rows = st.lists(st.builds(dict, id=st.integers(0, 3), cells=cells), max_size=3)
facts = st.dictionaries(st.sampled_from(["train", "rows", "x"]), st.one_of(counts, words, numbers))
planned = st.lists(st.builds(dict, epoch=counts, first=numbers, last=numbers), max_size=3)
layers = st.lists(
    st.builds(made.layer, st.just("fc"), dead=maybe, ratio=maybe), max_size=2
)  # fmt: skip
comparisons = st.lists(
    st.builds(dict, name=st.just("final loss"), warmup=numbers, without=numbers,
              difference=numbers, low=numbers, high=numbers, verdict=words), max_size=2
)  # fmt: skip

EVENTS = st.one_of(
    st.builds(made.plan, base=numbers, updates=counts, warmup=counts, peak=numbers, peak_at=counts,
              classes=counts, updates_per_epoch=counts, epochs=planned),
    st.builds(made.stage, did=st.sampled_from(["normalise", "count"]), before=rows, after=rows,
              unit=st.sampled_from(["row", "update"]), facts=facts),
    st.builds(made.update, counts, numbers, planned=maybe, reported=maybe, loss=maybe,
              grad_norm=maybe, ratio=maybe),
    st.builds(made.epoch, counts, numbers, updates=counts, rate_first=maybe, rate_last=maybe,
              train_accuracy=numbers, held_out_loss=numbers, held_out_accuracy=numbers,
              held_out_rows=counts, grad_norm=maybe),
    st.builds(made.skipped, counts),
    st.builds(lambda k, ls, r, c: made.probe(k, *ls, rate=r, critical=c), counts, layers, maybe,
              maybe),
    st.builds(made.claim, words),
    st.builds(lambda n, cs: made.baseline(n, *cs), st.integers(0, 5), comparisons),
    st.builds(made.end, st.sampled_from(["finished", "diverged", "?"]), counts),
)  # fmt: skip

WELL = st.lists(EVENTS, max_size=12)

falling = st.floats(0.2, 1.2)
EPOCHS = st.lists(st.builds(lambda n, a, b: made.epoch(n, a, held_out_loss=b), st.integers(0, 9),
                            falling, falling), min_size=4, max_size=9)  # fmt: skip
"""Losses of a usual size, on which the rules of several epochs speak."""
BATCHES = st.lists(st.builds(lambda x: made.update(1, loss=x), falling), min_size=51, max_size=53)

SOME = st.just([]) | EPOCHS | BATCHES
TRACES = st.builds(lambda *parts: [event for part in parts for event in part], WELL, SOME, WELL)


@given(TRACES)
def test_no_rule_raises_and_nothing_prints_nan(events: list[Event]) -> None:
    for o in observe(events):
        sentence = o.sentence
        for text in ("the nan {x} of a river",):  # somebody's words may say anything
            sentence = sentence.replace(text, "")
        assert "nan" not in sentence.lower()
        assert "inf " not in sentence
        assert not sentence.endswith("inf")


@given(TRACES)
def test_event_by_event_is_as_all_at_once(events: list[Event]) -> None:
    """And what was said stays said: a longer trace begins with what the shorter one said."""
    observer, said = Observer(), []
    for n, event in enumerate(events):
        said += observer.see(event)
        if n == len(events) // 2:
            shorter = observe(events[: n + 1])
    assert said + observer.finish() == observe(events)
    if events:
        spoken = [o for o in shorter if RULES[o.rule].at not in ("updates", "end")]
        assert spoken == [o for o in observe(events) if RULES[o.rule].at not in ("updates", "end")][
            : len(spoken)
        ]  # fmt: skip


@given(TRACES)
def test_words_about_a_cause_need_a_baseline(events: list[Event]) -> None:
    """Only the baseline's own rule says that warmup did something, from three seeds on."""
    seeds = 0
    observer = Observer()
    for event in events:
        seeds = len(getattr(event, "seeds", ())) or seeds
        for o in observer.see(event):
            own = o.sentence.partition("“")[0] + o.sentence.partition("”")[2]
            if "warmup lowered" in own or "warmup raised" in own:
                assert o.rule == "warmup-effect"
                assert seeds >= 3
            for cause in ("because", "due to", "thanks to", "converged", "caused"):
                assert cause not in own


def held(value: Any) -> Iterator[Any]:
    """Return every number and text that a value of an event holds."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from held(inner)
        yield from value
    elif isinstance(value, list):
        for inner in value:
            yield from held(inner)
    else:
        yield value


def known(event: Event) -> Iterator[Any]:
    return (v for f in fields(event) for v in held(getattr(event, f.name)))


class Listening(Observer):
    """Checks every number that a rule quotes, at the moment at which it quotes it."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        self.known = {v for event in events for v in known(event) if not isinstance(v, list)}
        self.checked = 0

    def _ask(self, moment: Any, first: int, last: int) -> Iterator[Observation]:
        for rule in RULES.values():
            if rule.at == moment:
                for found, _ in rule.ask(self._seen):
                    self.check(rule.formulas, found, self._seen)
                    self.checked += 1
        return super()._ask(moment, first, last)

    def check(self, formulas: Any, found: Found, seen: Seen) -> None:
        names: dict[str, Any] = {
            "plan": seen.plan, "epochs": seen.epochs, "updates": seen.updates,
            "skipped": seen.skipped, "baseline": seen.baseline, "done": seen.done,
            "log": math.log, "sqrt": math.sqrt, "isfinite": math.isfinite, "median": median,
            "pairwise": pairwise, "sum": sum, "abs": abs, "len": len,
            "now": seen.epochs[-1] if seen.epochs else None,
            "window": lambda _: window(seen, found.numbers["loss"]), **found.numbers,
        }  # fmt: skip
        for name, value in found.numbers.items():
            if name not in formulas:
                assert value in self.known, (name, value)
                continue
            apart = {other: v for other, v in names.items() if other != name}
            # formulas are ours, and read like Python so that this test can hold them
            wanted = eval(formulas[name], {"__builtins__": {}, **apart})
            close = wanted == value or math.isclose(wanted, value, rel_tol=1e-9, abs_tol=1e-300)
            assert close, (name, value, wanted)


def window(seen: Seen, loss: Any) -> list[float]:
    """Return the finite losses before the first update that lost `loss` above all of them."""
    all_of_them = [*seen.recent]
    for u in seen.updates:
        if u.loss is None or not math.isfinite(u.loss):
            continue
        before = all_of_them[-WINDOW:]
        if u.loss == loss and len(before) == WINDOW and loss > max(before):
            return before
        all_of_them.append(u.loss)
    raise AssertionError(f"no update lost {loss}")


@settings(max_examples=300)
@given(TRACES)
def test_every_number_is_an_events_or_follows_by_the_stated_formula(events: list[Event]) -> None:
    listening = Listening(events)
    said = [o for event in events for o in listening.see(event)]
    said += listening.finish()

    assert listening.checked == len(said)
