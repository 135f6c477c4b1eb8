"""Texts of others, such as paths and lines of checked files, on their way to a terminal."""


def visible(text: str) -> str:
    r"""Return a text of others so that it cannot command a terminal.

    Example:
        >>> print(visible("a\x1b[2Jb"))
        a\x1b[2Jb
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode()
        for one in text
    )
