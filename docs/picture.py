"""Draw the README's picture, docs/rampup-train.svg, from a run of the built-in example."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from rampup import train
from rampup.trace.record import Planned, Update

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#808080"  # told apart with any colour vision


def main() -> None:
    """Train, and draw rate and loss of each update over each other."""
    run = train({"baseline": {"seeds": 0}})
    updates = [event for event in run.events if isinstance(event, Update)]
    plan = next(event for event in run.events if isinstance(event, Planned))
    k = [update.k for update in updates]
    # a fixed salt keeps the file the same where the numbers are
    mpl.rcParams.update({"svg.hashsalt": "rampup", "font.size": 9, "text.color": GREY})
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    above.plot(k, [update.used for update in updates], color=BLUE, drawstyle="steps-post")
    above.set(ylabel="rate used", ylim=(0, 1.1 * plan.peak))
    above.annotate(
        f"update {plan.peak_at}: the peak, {plan.peak:g}",
        (plan.peak_at, plan.peak),
        xytext=(plan.peak_at + 8, 0.6 * plan.peak),
        arrowprops={"arrowstyle": "-", "color": GREY},
    )
    below.plot(k, [update.loss for update in updates], color=ORANGE, linewidth=0.7)
    below.plot(
        [epoch.updates for epoch in run.epochs],
        [epoch.held_out_loss for epoch in run.epochs],
        color=GREY,
        marker="o",
        markersize=3,
        label="held-out rows, after each epoch",
    )
    below.set(ylabel="loss", xlabel="update", ylim=(0, None))
    below.legend(frameon=False)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=GREY)
        axes.xaxis.label.set_color(GREY)
        axes.yaxis.label.set_color(GREY)
        axes.spines[["bottom", "left"]].set_color(GREY)
    path = Path(__file__).with_name("rampup-train.svg")
    figure.savefig(path, transparent=True, metadata={"Date": None})
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
