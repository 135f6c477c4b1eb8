"""The scheduler's state that rides in the optimizer's, so that loading either is enough."""

import json
from typing import Any, Final

from rampup.errors import StateError
from rampup.scheduler.hyper import Group

KEY: Final = "rampup"
"""Under this key, the scheduler's state rides in the first group of the optimizer's state.

It rides as text, and the key is there before it is filled: tools that take a state apart and put
it together by the keys that they know, as `torch.distributed.checkpoint` does, keep it whole.
"""


def riding(group: Group) -> Any:
    """Return the scheduler's state that rides in a group, or None.

    Raises:
        StateError: it cannot be read.
    """
    text = group.get(KEY)
    if not text:
        return None
    if isinstance(text, dict) and "bases" in text:  # of a scheduler whose state is no text
        return text
    try:
        return json.loads(text)
    except (TypeError, ValueError) as error:
        raise StateError(
            f"the optimizer's state holds {text!r:.40} under {KEY!r}, which no scheduler of ours "
            "wrote; remove that key to load the rest"
        ) from error
