"""The words of schedule text: which there are, and which each of them takes."""

from typing import Final

CHANGES: Final = (
    "scaled", "clamped", "lifted", "stretched", "within", "on", "repeated", "cut", "cooldown",
    "faded", "rewarmed", "delayed", "since", "per",
)  # fmt: skip
"""Words behind a parenthesis."""

TAKES: Final[dict[str, tuple[str, ...]]] = {
    "warmup": ("length", "shape", "from", "anchor", "per"),
    "hold": ("length", "from"),
    "decay": ("length", "shape", "to", "anchor", "per"),
    "rise": ("length", "shape", "from", "to", "anchor", "per"),
    "steps": ("length", "at", "every", "times", "gamma"),
    "restarts": ("length", "shape", "to", "times", "peak", "over", "per"),
    "cycle": ("up", "down", "from", "mode", "gamma", "over"),
    "inverse-sqrt": ("length", "over"),
    "inverse-time": ("number", "every", "power", "stairs", "over"),
    "saturating": ("length", "over"),
    "exponential": ("number", "every", "over"),
    "rectified": ("number", "over"),
    "points": ("point", "shape"),
    "function": ("path", "over"),
    "plateau": (
        "number",
        "patience",
        "mode",
        "threshold",
        "abs",
        "cooldown",
        "to",
        "over",
        "dropped",
    ),
    "cut": ("length", "to"),
    "cooldown": ("at", "over", "shape", "to"),
    "faded": ("at", "over", "shape", "to"),
    "rewarmed": ("at", "over", "shape", "from"),
}
"""What may stand behind each phase, and behind the changes that have words of their own."""

NEEDS: Final = {
    "warmup": ("length", "a warmup needs a length, such as 'warmup 5ep' or 'warmup 500up'"),
    "restarts": ("length", "restarts need a period, such as 'restarts 10ep'"),
    "inverse-sqrt": ("length", "inverse-sqrt needs a timescale, such as 'inverse-sqrt 4000up'"),
    "inverse-time": ("number", "inverse-time needs a rate, such as 'inverse-time 0.5 every 1ep'"),
    "saturating": ("length", "saturating needs a timescale, such as 'saturating 1000up'"),
    "exponential": ("number", "exponential needs a factor, such as 'exponential 0.95 every 1ep'"),
    "rectified": ("number", "rectified needs beta2, such as 'rectified 0.999'"),
    "points": ("point", "points need an update and a factor, such as 'points 0:0.1 100:1'"),
    "function": ("path", "function needs a path, such as 'function package.module:name'"),
    "plateau": ("number", "a plateau needs a factor, such as 'plateau 0.1 patience 10'"),
    "cut": ("length", "cut needs a length, such as 'cut 100up'"),
}
"""What must stand behind a word, and what is said where it does not."""

PHASES: Final = [verb for verb in TAKES if verb not in CHANGES]
FACTORS: Final = ("from", "to", "gamma", "peak", "times", "power", "threshold")
COUNTS: Final = ("patience", "cooldown")
LENGTHS: Final = ("over", "every", "up", "down")
FLAGS: Final = ("stairs", "abs")
POINTS: Final = ("at", "dropped")
WORDS: Final = (*FACTORS, *COUNTS, *LENGTHS, *FLAGS, *POINTS, "anchor", "mode", "per")
"""The words within a phase."""
