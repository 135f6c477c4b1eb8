"""Functions of the update's index, which `from_function` can import by name."""

from fractions import Fraction


def halves(i: int) -> Fraction:
    return Fraction(1, 2 ** min(i, 60))


def below(i: int) -> float:
    return -1.0


def words(i: int) -> object:
    return [None, "fast", 10**400, float("nan"), float("inf"), 1j][i % 6]


class Kept:
    """A function inside a class has a dotted name."""

    @staticmethod
    def flat(i: int) -> float:
        return 0.25 + 0 * i

    def shifted(self, i: int) -> float:
        return 0.5


number = 3
