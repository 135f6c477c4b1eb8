"""The page of a diff alone: two runs, what differs between them, and their curves."""

import json
from collections.abc import Sequence

from rampup.report.page.cells import cut
from rampup.report.page.compare import Compared
from rampup.report.page.embed import as_script
from rampup.report.page.frame import filled
from rampup.trace.story import Story


def render_diff(stories: Sequence[Story], compared: Compared) -> str:
    """Return the page of two runs and what differs between them, which is embedded as JSON too."""
    found = compared.diffs[0].to_dict()
    return filled(
        "diff.html",
        compared=compared,
        names=[(letter, cut(story.name)) for letter, story in zip("ab", stories, strict=True)],
        data=as_script(json.dumps(found, allow_nan=False, separators=(",", ":"))),
    )
