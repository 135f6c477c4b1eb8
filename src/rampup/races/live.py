"""The view of a race that runs: how far it is, who is alive, who leads."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress as Bar, TextColumn, TimeRemainingColumn
from rich.table import Table

from rampup.races.running import Progress


class LiveView:
    """A progress bar and a table of leaders; silent where the console is no terminal.

    Args:
        console: where to.
    """

    def __init__(self, console: Console) -> None:
        self._bar = Bar(
            TextColumn("{task.fields[alive]} of {task.fields[members]} members alive"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %  {task.fields[speed]} updates/s  left:"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task("", total=None, alive="–", members="–", speed="–")
        self._live = Live(self._bar, console=console, transient=True)
        self._shown = console.is_terminal

    def __call__(self, progress: Progress) -> None:
        """Show where the race is."""
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            alive=progress.alive,
            members=progress.members,
            speed=f"{progress.per_second:,.0f}",
        )
        self._live.update(Group(self._bar, leaders(progress)))

    def __enter__(self) -> Self:
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()


def leaders(progress: Progress) -> Table:
    """Return the running members with the lowest losses as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("leaders now", "rate", "seed", "loss"):
        table.add_column(name, justify="left" if name == "leaders now" else "right")
    for name, lr, seed, loss in progress.leaders:
        table.add_row(name, f"{lr:.3g}", str(seed), f"{loss:.4g}")
    return table
