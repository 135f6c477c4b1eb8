"""What cannot be a length or a run is refused; each message in full."""

from fractions import Fraction

import pytest

from rampup import Horizon, Length
from rampup.errors import UnitError

RUN = Horizon(updates=250, updates_per_epoch=25, samples_per_update=64, tokens_per_update=4096)
BEYOND = "beyond which updates cannot be counted exactly"
ASCEND = "the updates of a plan must be whole and ascend from 0; write ((0, 256), (1000, 512))"
BARE = "or a whole number of updates"
FORMS = "write a number and a unit, such as '500up', '5ep', '3%', '64000sp' or '2e9tok'"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (True, "a length needs a number of updates, not True"),
        (None, "a length needs a number of updates, not None"),
        ([5], "a length needs a number of updates, not [5]"),
        (-1, "a length of -1 updates cannot be meant; use a number ≥ 0"),
        (-0.5, "a length of -0.5 updates cannot be meant; use a number ≥ 0"),
        (float("nan"), "a length of nan updates cannot be meant; use a number ≥ 0"),
        ("1e999ep", "a length of inf epochs cannot be meant; use a number ≥ 0"),
        (0.05, f"the bare number 0.05 is no length; write '0.05ep', '5%' {BARE}"),
        (5.0, f"the bare number 5.0 is no length; write '5ep' {BARE}"),
        ("five", f"'five' is no length; {FORMS}"),
        ("-5ep", f"'-5ep' is no length; {FORMS}"),
        ("", f"'' is no length; {FORMS}"),
        ("5 ep", f"'5 ep' is no length; {FORMS}"),
        ("5epochs", "unit 'epochs' is unknown; use one of 'up', 'ep', '%', 'sp', 'tok'"),
        ("2.5up", "a length in updates must be whole, not 2.5"),
        ("0.5sp", "a length in samples must be whole, not 0.5"),
        ("1.5tok", "a length in tokens must be whole, not 1.5"),
        ("101%", "a length of 101% is longer than the run; use at most 100%"),
        (
            2**53 + 1,
            f"a length of {2**53 + 1} updates is more than 2^53, {BEYOND}",
        ),
    ],
)  # fmt: skip
def test_what_is_no_length_is_refused(length: object, text: str) -> None:
    with pytest.raises(UnitError) as caught:
        Length.of(length)

    assert text == str(caught.value)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"updates": 0}, "updates must be a whole number ≥ 1, not 0"),
        ({"updates": None}, "updates must be a whole number ≥ 1, not None"),
        ({"updates": 1.0}, "updates must be a whole number ≥ 1, not 1.0"),
        ({"updates": True}, "updates must be a whole number ≥ 1, not True"),
        (
            {"updates": 1, "updates_per_epoch": -3},
            "updates_per_epoch must be a whole number ≥ 1, not -3",
        ),
        ({"updates": 9, "samples_per_update": ()}, f"samples_per_update = (): {ASCEND}"),
        (
            {"updates": 9, "samples_per_update": [[1, 8]]},
            f"samples_per_update = [[1, 8]]: {ASCEND}",
        ),
        (
            {"updates": 9, "tokens_per_update": ((0, 8), (0, 9))},
            f"tokens_per_update = ((0, 8), (0, 9)): {ASCEND}",
        ),
        (
            {"updates": 9, "samples_per_update": ((0, 8), (1.5, 9))},
            f"samples_per_update = ((0, 8), (1.5, 9)): {ASCEND}",
        ),
        (
            {"updates": 9, "samples_per_update": ((0, 8), (5, 0))},
            "samples_per_update must be a whole number ≥ 1, not 0",
        ),
        (
            {"updates": 9, "samples_per_update": (8, 16)},
            "samples_per_update = (8, 16) is no plan; write ((0, 256), (1000, 512))",
        ),
        (
            {"updates": 9, "samples_per_update": "8"},
            "samples_per_update must be a whole number ≥ 1, not '8'",
        ),
        (
            {"updates": 2**53 + 1},
            "updates = 9007199254740993 is more than 2^53, too many to count exactly",
        ),
    ],
)
def test_what_is_no_run_is_refused(numbers: dict[str, object], text: str) -> None:
    with pytest.raises(UnitError) as caught:
        Horizon(**numbers)

    assert text == str(caught.value)


@pytest.mark.parametrize(
    ("length", "needs"),
    [
        ("5ep", "updates_per_epoch"),
        ("64sp", "samples_per_update"),
        ("64tok", "tokens_per_update"),
    ],
)
def test_a_missing_number_is_named(length: str, needs: str) -> None:
    with pytest.raises(UnitError) as caught:
        Horizon(updates=10).updates_in(Length.of(length))

    expected = f"{length} cannot be converted to updates without {needs}; pass {needs}=…"
    assert expected == str(caught.value)


def test_a_length_that_rounds_to_none_is_refused() -> None:
    expected = (
        "0.1% is 0.25 of an update on a run of 250 updates and rounds to none; "
        "make it longer, or write 0"
    )

    with pytest.raises(UnitError) as caught:
        RUN.updates_in(Length.of("0.1%"))

    assert expected == str(caught.value)


@pytest.mark.parametrize("length", ["1e10ep", "9007199254740992up"])
def test_a_length_of_too_many_updates_is_refused(length: str) -> None:
    horizon = Horizon(updates=10, updates_per_epoch=10**9, stretch=Fraction(2))
    updates = {"ep": 2 * 10**19, "up": 2**54}[length[-2:]]

    with pytest.raises(UnitError) as caught:
        horizon.updates_in(Length.of(length))

    expected = f"{Length.of(length)} is {updates} updates, more than 2^53; make it shorter"
    assert expected == str(caught.value)


def test_lengths_of_two_units_are_not_added() -> None:
    expected = (
        "5ep and 500up cannot be added: epochs are not updates; convert both with a Horizon first"
    )

    with pytest.raises(UnitError) as caught:
        Length.of("5ep") + Length.of("500up")

    assert expected == str(caught.value)
