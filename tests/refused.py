"""What an error says, to be compared word by word."""

from collections.abc import Callable
from typing import Any

import pytest

from rampup.errors import RampupError


def refused(call: Callable[[], Any], error: type[Exception] = RampupError) -> str:
    """Assert that a call is refused with such an error, and return its text."""
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)
