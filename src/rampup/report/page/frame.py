"""The templates, filled: each page has the same frame, style and policy."""

import base64
import hashlib
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rampup.report.page.cells import moment

_NO_SCRIPT: Final = "'none'"


def filled(template: str, *, script: str = "", **values: Any) -> str:
    """Return a page; every text that it is given is escaped.

    Args:
        template: its name.
        script: the name of its script, or ""; no other script may run in the page.
        values: what the template shows; `names` are the letter and the name of each run.
    """
    environment = _environment()
    code = environment.get_template(script).render() if script else ""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    page = environment.get_template(template).render(
        style=Markup(environment.get_template("style.css").render()),
        script=Markup(code),
        script_source=Markup(f"'sha256-{digest}'" if script else _NO_SCRIPT),
        **values,
    )
    return f"{page}\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rampup.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = moment
    return environment
