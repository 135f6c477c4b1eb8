"""Findings for tests of what is done with findings."""

from rampup.checker.finding import Edit, Finding, Fix, Line, Pair, Place, Rates, Severity


def finding(
    path: str = "train.py",
    line: int = 3,
    *,
    code: str = "RU101",
    severity: Severity = "warning",
    message: str = "update 0 moves no weight",
    edits: tuple[Edit, ...] = (),
    safe: bool = False,
    update: int | None = None,
    key: str = "",
) -> Finding:
    """Return a finding with every kind of evidence."""
    return Finding(
        code=code,
        name="zero-first-rate",
        word="ZERO",
        severity=severity,
        place=Place(path=path, line=line, column=5 if line else 0, update=update, key=key),
        message=message,
        evidence=(
            Rates(name="used", values=(0.0, 0.5, float("nan")), marked=(0,)),
            Line(path=path, line=line, text="    scheduler.step()", says="once a batch"),
            Pair(name="update 0", left="0.1", right="0"),
        ),
        fix=Fix(text="Count from one.", edits=edits, safe=safe),
    )


def edit(line: int, column: int, end_column: int, text: str) -> Edit:
    """Return an edit within one line."""
    return Edit(line=line, column=column, end_line=line, end_column=end_column, text=text)
