"""What saving and loading an optimizer does to its parameter groups.

Reference: torch 2.13, torch/optim/optimizer.py, Optimizer.load_state_dict.
"""

from collections.abc import Sequence

from rampup.checker.gather.script.peers.peer import Group, PeerError


def save_groups(groups: Sequence[Group]) -> list[Group]:
    """Return what an optimizer's `state_dict` holds of its groups: all but the parameters."""
    return [{name: group[name] for name in group if name != "params"} for group in groups]


def load_groups(groups: Sequence[Group], saved: Sequence[Group]) -> None:
    """Give each group the saved entries; what was not saved with it is gone, as in torch.

    Raises:
        PeerError: the number of groups differs.

    Example:
        >>> groups = [{"lr": 1.0, "initial_lr": 1.0}]
        >>> load_groups(groups, [{"lr": 0.5}])
        >>> groups
        [{'lr': 0.5}]
    """
    if len(groups) != len(saved):
        text = "loaded state dict has a different number of parameter groups"
        raise PeerError(ValueError(text))
    for group, entries in zip(groups, saved, strict=True):
        kept = {name: group[name] for name in group if name == "params"}
        group.clear()
        group.update({**kept, **entries})
