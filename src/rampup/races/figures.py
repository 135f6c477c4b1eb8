"""The figure of a race: final loss against rate, training curves, schedule by rate."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rampup.races.result import Race


def figure(result: "Race") -> "Figure":
    """Return a figure of three parts."""
    from matplotlib.figure import Figure

    made = Figure(figsize=(13, 4), layout="constrained")
    rates, curves, heat = made.subplots(1, 3)
    against_rate(result, rates)
    training(result, curves)
    heat_map(result, heat)
    made.legend(*rates.get_legend_handles_labels(), loc="outside lower center", fontsize="small")
    return made


def against_rate(result: "Race", ax: "Axes") -> None:
    """Draw the mean final loss against the rate, with the seeds' spread; × where one diverged."""
    final, top = result.final, result.first_loss
    for i, name in enumerate(result.grid.schedules):
        # what is above the first loss has not learnt, and may be far above
        values = np.where(np.isfinite(final[:, i]), np.minimum(final[:, i], top), final[:, i])
        mean = np.where(np.isfinite(values).all(axis=0), values.mean(axis=0), np.nan)
        (line,) = ax.plot(result.grid.lrs, mean, marker="o", markersize=3, label=name)
        low, high = values.min(axis=0), values.max(axis=0)
        inside = np.isfinite(high)
        ax.fill_between(result.grid.lrs, low, high, where=inside, color=line.get_color(), alpha=0.2)
        out = [lr for lr, v in zip(result.grid.lrs, values.T, strict=True) if np.isinf(v).any()]
        ax.plot(out, [top] * len(out), marker="x", linestyle="", color=line.get_color())
    ax.set(xscale="log", xlabel="peak rate", ylabel=f"{result.judged_by} loss at the end")
    ax.set_title("final loss against rate, up to the first; × a seed diverged", fontsize="small")


def training(result: "Race", ax: "Axes") -> None:
    """Draw the training loss of each schedule at its best rate: median and range over seeds."""
    window = max(len(result.losses) // 50, 1)
    for i, one in enumerate(result.schedules):
        if one.best_lr is None:
            ax.plot([], [])  # the next schedule keeps its colour
            continue
        curves = result.losses[:, :, i, result.grid.lrs.index(one.best_lr)]
        whole = len(curves) // window * window
        means = curves[:whole].reshape(-1, window, curves.shape[1]).mean(axis=1)
        at = np.arange(1, len(means) + 1) * window
        (line,) = ax.plot(at, np.median(means, axis=1))
        ax.fill_between(at, means.min(axis=1), means.max(axis=1), color=line.get_color(), alpha=0.2)
    ax.axhline(result.to_dict()["target"], linestyle=":", color="grey")
    ax.set(xlabel="update", ylabel="training loss")
    ax.set_title("at each one's best rate; dotted: the target", fontsize="small")


def heat_map(result: "Race", ax: "Axes") -> None:
    """Draw the mean final loss, schedule by rate; white where a seed diverged or was dropped."""
    mean = result.final.mean(axis=0)
    shown = np.where(np.isfinite(mean), np.minimum(mean, result.first_loss), np.nan)
    image = ax.imshow(shown, aspect="auto", cmap="viridis_r")
    names, lrs = list(result.grid.schedules), result.grid.lrs
    ax.set_yticks(range(len(names)), [f"{i + 1}" for i in range(len(names))])
    step = -(-len(lrs) // 5)
    ax.set_xticks(range(0, len(lrs), step), [f"{lr:.2g}" for lr in lrs[::step]])
    ax.set(xlabel="peak rate", ylabel="schedule, in the order of the legend")
    ax.set_title(
        f"mean {result.judged_by} loss, up to the first; white: diverged", fontsize="small"
    )
    ax.figure.colorbar(image, ax=ax)
