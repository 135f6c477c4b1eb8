"""What a scheduler saves, and what is said when it does not match."""

from typing import Any

from rampup.errors import StateError


def refuse_mismatch(saved: dict[str, Any], ours: dict[str, Any]) -> None:
    """Raise unless `saved` describes the same schedule as `ours`; the position may differ.

    Args:
        saved: the state from the checkpoint.
        ours: the state of the scheduler that loads it.

    Raises:
        StateError: it is no state, or a key is missing or differs; then both sides are shown
            in two columns.
    """
    if not isinstance(saved, dict):
        raise StateError(
            f"a scheduler state is a dict, not {saved!r:.40}; pass what state_dict() returned"
        )
    missing = sorted(ours.keys() - saved.keys())
    if missing:
        raise StateError(
            f"the state holds no {', '.join(missing)}; it was not saved by a RampupLR, "
            "load it into the scheduler that saved it"
        )
    position = saved["updates"]
    if isinstance(position, bool) or not isinstance(position, int) or position < 0:
        raise StateError(f"the state says {position!r} updates were done; that is no count")
    different = [key for key in ours if key != "updates" and saved[key] != ours[key]]
    if not different:
        return
    rows = [("", "checkpoint", "code")]
    rows += [(key, str(saved[key]), str(ours[key])) for key in different]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = "\n".join("  ".join(["", *map(str.ljust, row, widths)]).rstrip() for row in rows)
    raise StateError(
        f"the checkpoint disagrees with the code:\n{table}\nbuild the scheduler as it was saved"
    )
