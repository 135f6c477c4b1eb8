"""The terminal's view of a run: it prints each event as it happens, in the order of the job."""

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from rampup.report import sections
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Event,
    Header,
    Insight,
    Observation,
    Planned,
    Prediction,
    Probe,
    Skipped,
    Stage,
    Update,
)
from rampup.trace.rules import WHOLE_RUN


class View:
    """A listener that prints a run.

    Args:
        console: where to; a progress bar is shown only where it is a terminal.
        folder: where the run is kept, to be named at the end.
    """

    def __init__(self, console: Console, folder: str | None = None) -> None:
        self._console = console
        self._folder = folder
        self._plan: Planned | None = None
        self._compares = False
        self._epochs: list[Epoch] = []
        self._observations: list[Observation] = []
        self._of_the_run: list[Observation] = []
        self._waiting: Epoch | None = None
        self._progress: Progress | None = None

    def __call__(self, event: Event) -> None:
        """Print `event`, or keep it until what belongs to it has come."""
        width = self._console.width
        if not isinstance(event, Observation):
            # an epoch's observations follow it, so its row waits for the next other event
            self._print_epoch()
        match event:
            case Update():
                self._advance(event)
            case Observation():
                whole = event.rule in WHOLE_RUN
                (self._of_the_run if whole else self._observations).append(event)
            case Epoch():
                self._waiting = event
            case Skipped() | Probe():
                self._print(sections.aside(event))
            case Header():
                baseline = event.config.get("baseline")
                self._compares = isinstance(baseline, dict) and bool(baseline.get("seeds"))
            case Stage():
                if event.number == 1:
                    self._print(sections.heading("Data flow"))
                self._print(sections.stage(event, width))
            case Planned():
                self._plan = event
                self._print(sections.heading("Schedule"))
                self._print(sections.schedule(event, width))
                self._print(sections.heading("Training"))
                self._print(sections.epoch_header())
                self._start(event.updates or None, "updates")
            case Baseline():
                self._stop()
                self._print(sections.heading("Baseline: the same seeds without warmup"))
                self._print(sections.baseline(event))
            case Prediction():
                self._stop()
                self._print(sections.heading("Prediction of a held-out row"))
                self._print(sections.prediction(event, width))
            case Insight():
                self._print(sections.insight(event))
            case End():
                self._stop()
                said = [*self._observations, *self._of_the_run]
                if said:
                    self._print(sections.heading("Observations on the whole run"))
                    self._print(sections.said(said))
                self._print(sections.end(event))
                if self._folder is not None:
                    self._print(Text(f"kept in {self._folder}"))

    def close(self) -> None:
        """Print what still waits, where the run did not come to its end."""
        self._print_epoch()
        self._stop()

    def _print(self, what: RenderableType) -> None:
        print_plain(self._console, what)

    def _print_epoch(self) -> None:
        if self._waiting is None:
            return
        row, self._waiting = self._waiting, None
        if self._plan is None and not self._epochs:
            self._print(sections.heading("Training"))
            self._print(sections.epoch_header())
        self._epochs.append(row)
        self._print(sections.epoch(row, self._observations, self._console.width))
        self._observations.clear()
        if self._plan is not None and row.updates == self._plan.updates:
            self._stop()
            self._print(sections.losses(self._epochs, self._console.width))
            if self._compares and self._plan.warmup:
                self._start(None, "baseline: the same seeds with and without warmup")

    def _start(self, total: int | None, what: str) -> None:
        if not self._console.is_terminal:
            return
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *([MofNCompleteColumn(), TimeRemainingColumn()] if total else []),
            console=self._console,
            transient=True,
        )
        self._progress.add_task(what, total=total)
        self._progress.start()

    def _advance(self, event: Update) -> None:
        # every update would cost more than it shows
        if self._progress is not None and event.k % 8 == 7:
            self._progress.advance(self._progress.task_ids[0], 8)

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def print_plain(console: Console, what: RenderableType) -> None:
    """Print `what`; to a file or a pipe without the blanks with which rich fills lines up."""
    if console.is_terminal:
        console.print(what)
        return
    with console.capture() as capture:
        console.print(what)
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))
    console.file.flush()
