"""Lightning's Trainer without files, progress bars and advice."""

from typing import Any, Final

import pytest

IGNORED: Final = [
    pytest.mark.filterwarnings(f"ignore:{said}")
    for said in (
        r"`isinstance\(treespec, LeafSpec\)` is deprecated",  # its own use of torch
        "You're resuming from a checkpoint that ended before the epoch",  # on purpose
    )
]


def trainer(updates: int, accumulate: int, **more: Any) -> Any:
    """Return a Trainer that makes so many updates of so many batches each."""
    import lightning

    return lightning.Trainer(
        max_steps=updates,
        accumulate_grad_batches=accumulate,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **more,
    )
