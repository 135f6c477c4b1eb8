"""`package.module:factory` → the function; anything else is refused with the key and the value."""

from pathlib import Path

import pytest

from rampup.errors import ConfigError
from rampup.pipeline.factories import factory


def test_a_function_in_a_package_of_the_current_folder_is_found(here: Path) -> None:
    (here / "near").mkdir()
    (here / "near" / "rows.py").write_text("def make():\n    return 42\n", encoding="utf-8")

    assert factory("data", "near.rows:make")() == 42


def test_a_module_that_fails_keeps_its_own_error(here: Path) -> None:
    """A bug in the user's module is theirs to see, with its traceback."""
    (here / "broken_rows.py").write_text("1 / 0\n", encoding="utf-8")

    with pytest.raises(ZeroDivisionError):
        factory("data", "broken_rows:make")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("no_such_module:f", ("module 'no_such_module' cannot be imported (No module named "
         "'no_such_module'); run from the folder that holds it, or install it")),
        ("math:no", "module 'math' has no 'no'; name a function in it"),
        ("math:", "module 'math' has no ''; name a function in it"),
        ("math:pi", "module 'math' holds, but cannot call, 'pi'; name a function in it"),
        (":f", "'' is no module name; write 'package.module:factory'"),
        ("..a:f", "'..a' is no module name; write 'package.module:factory'"),
        ("my rows:f", "'my rows' is no module name; write 'package.module:factory'"),
    ],
)  # fmt: skip
def test_what_cannot_be_called_is_refused(here: Path, spec: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        factory("model", spec)

    assert str(error.value) == f"model = {spec!r}: {said}"
