"""The runs that a page shows, each read from its folder and named as people call it."""

from pathlib import Path

from rampup.errors import TraceError
from rampup.trace.record import Epoch, Header, Stage
from rampup.trace.source import JOURNAL
from rampup.trace.story import Story, story_of


def read_story(run: Path) -> Story:
    """Return what the trace of a run tells.

    Args:
        run: a run folder, or a journal itself.

    Raises:
        TraceError: there is no trace, it is damaged, or it holds nothing that could be shown.
    """
    path = run / JOURNAL if run.is_dir() else run
    if not path.is_file():
        raise TraceError(
            f"{run} holds no trace; give a folder that rampup train or rampup.watch wrote"
        )
    story = story_of(path)
    if not (story.updates or any(story.all(kind) for kind in (Header, Epoch, Stage))):
        raise TraceError(f"{path} holds no event that could be shown; the run wrote nothing")
    story.name = run.resolve().name if run.is_dir() else run.name
    return story
