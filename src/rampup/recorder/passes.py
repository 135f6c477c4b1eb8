"""Where a pass over the data begins, and where an update was skipped: asked of others' objects."""

from collections.abc import Callable
from typing import Any

from torch.amp import GradScaler
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from rampup.errors import TraceError


def check_loader(loader: Any) -> None:
    """Refuse what is no `DataLoader`.

    Raises:
        TraceError: with the remedy.
    """
    if not isinstance(loader, DataLoader):
        raise TraceError(
            f"loader is a {type(loader).__name__}, whose passes cannot be seen; give a DataLoader, "
            "or call trace.epoch() at the end of each pass"
        )


def on_pass(loader: DataLoader[Any], begins: Callable[[], None]) -> Callable[[], None]:
    """Call `begins` whenever a loop over `loader` begins; return what undoes it.

    What the loader yields, and in which order, stays as it is.
    """
    start = loader._get_iterator

    def started() -> Any:
        begins()
        return watched(start())

    def watched(iterator: Any) -> Any:
        """Watch an iterator that persistent workers let begin again."""
        if loader.persistent_workers:
            again = iterator._reset

            def reset(*args: Any, **kwargs: Any) -> None:
                begins()
                again(*args, **kwargs)

            iterator._reset = reset
        return iterator

    loader._get_iterator = started  # type: ignore[method-assign]
    if loader._iterator is not None:
        watched(loader._iterator)

    def undo() -> None:
        del loader._get_iterator
        if loader._iterator is not None:
            vars(loader._iterator).pop("_reset", None)

    return undo


def on_skip(
    scaler: GradScaler, optimizer: Optimizer, steps: Callable[[], int], skipped: Callable[[], None]
) -> Callable[[], None]:
    """Call `skipped` when a scaler did not step the optimizer; return what undoes it.

    Args:
        scaler: whose `step` is watched.
        optimizer: steps of others are not our business.
        steps: how often the optimizer was stepped so far.
        skipped: called where `scaler.step(optimizer)` did not step it.
    """
    step = scaler.step

    def stepped(one: Optimizer, *args: Any, **kwargs: Any) -> float | None:
        before = steps()
        result = step(one, *args, **kwargs)
        if one is optimizer and steps() == before:
            skipped()
        return result

    scaler.step = stepped  # type: ignore[assignment, method-assign]

    def undo() -> None:
        del scaler.step

    return undo
