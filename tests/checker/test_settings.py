"""Settings: read from the nearest pyproject.toml, refused with a sentence, applied."""

from pathlib import Path, PurePath

import pytest
from tests.checker.findings import finding

from rampup.checker.registry import RULES
from rampup.checker.settings import Settings, codes
from rampup.errors import ConfigError


def settings(folder: Path, table: str) -> Settings:
    (folder / "pyproject.toml").write_text(f"[tool.rampup.check]\n{table}")
    return Settings.near(folder)


def test_the_nearest_table_upwards_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.rampup.check]\nignore = ["RU101"]\n')
    inner = tmp_path / "project" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert Settings.near(inner) == Settings(ignore=("RU101",))


def test_without_a_table_every_rule_is_asked(tmp_path: Path) -> None:
    assert [rule.code for rule in Settings().rules()] == list(RULES)


def test_select_takes_codes_names_and_families() -> None:
    asked = Settings(select=("zero-first-rate", "RU2"), ignore=("RU203",)).rules()
    assert [rule.code for rule in asked] == ["RU101", "RU201", "RU202", "RU204"]


def test_per_file_ignores_and_severity() -> None:
    asked = Settings(per_file_ignores={"tests/*": ("RU1",)}, severity="warning")
    assert asked.tells(finding("src/train.py"))
    assert not asked.tells(finding("/home/me/tests/train.py"))
    assert asked.tells(finding("tests/train.py", code="RU201"))
    assert not asked.tells(finding("src/train.py", severity="note"))


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("build", "build/lib/train.py", True),
        ("build/", "a/build/train.py", True),
        ("*_old.py", "src/train_old.py", True),
        ("src/legacy", "src/legacy/train.py", True),
        ("legacy/src", "src/legacy/train.py", False),
        ("train", "src/train.py", False),
    ],
)
def test_exclude(pattern: str, path: str, matches: bool) -> None:
    assert Settings(exclude=(pattern,)).excludes(PurePath(path)) is matches


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (
            "line-length = 100\n",
            (
                "[tool.rampup.check] has no key 'line-length'; it knows 'select', 'ignore',"
                " 'per-file-ignores', 'exclude', 'severity'"
            ),
        ),
        (
            'severity = "fatal"\n',
            "[tool.rampup.check] severity is 'fatal'; it can be 'error', 'warning', 'note'",
        ),
        (
            'select = "RU101"\n',
            "[tool.rampup.check] select must be a list of texts, not 'RU101'",
        ),
        (
            'ignore = ["RU999"]\n',
            (
                "[tool.rampup.check] no rule is called 'RU999'; `rampup check --rules` lists them,"
                " such as RU101 or zero-first-rate"
            ),
        ),
        (
            "per-file-ignores = []\n",
            (
                "[tool.rampup.check] per-file-ignores must be a table from patterns to lists of"
                " rules, not []"
            ),
        ),
    ],
)
def test_refusals(tmp_path: Path, table: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings(tmp_path, table)
    assert str(refused.value) == f"{tmp_path / 'pyproject.toml'}: {sentence}"


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool")
    with pytest.raises(ConfigError, match=r"pyproject\.toml cannot be read: "):
        Settings.near(tmp_path)


def test_no_rule_is_called_nothing() -> None:
    with pytest.raises(ConfigError, match="no rule is called ''"):
        codes("")
