"""What is asked of the checker: `[tool.rampup.check]` of the nearest pyproject.toml.

Not here: comments in the checked file (`ignores.py`).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Any, Final, Self, cast

from rampup.checker.finding import SEVERITIES, Finding, Severity
from rampup.checker.registry import RULES
from rampup.checker.rule import Rule
from rampup.errors import ConfigError, one_of

KEYS: Final = ("select", "ignore", "per-file-ignores", "exclude", "severity")
TABLE: Final = "[tool.rampup.check]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which rules are asked, of which files, and what is told.

    Args:
        select: codes, names or beginnings of codes ("RU2") of the rules to ask; empty is all.
        ignore: those of them to leave out.
        per_file_ignores: the same for files whose path matches a pattern, such as "tests/*".
        exclude: patterns of files and folders that are not looked at.
        severity: the least severity that is told.

    Raises:
        ConfigError: no rule is called so.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    severity: Severity = "note"

    def __post_init__(self) -> None:
        for name in (*self.select, *self.ignore, *sum(self.per_file_ignores.values(), ())):
            codes(name)

    @classmethod
    def near(cls, path: Path) -> Self:
        """Return the settings of the nearest pyproject.toml at or above `path` that has any.

        Raises:
            ConfigError: they cannot be read, or a key or a value is not known.
        """
        folder = path.resolve()
        for home in (folder, *folder.parents):
            file = home / "pyproject.toml"
            if not file.is_file():
                continue
            try:
                table = tomllib.loads(file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise ConfigError(f"{file} cannot be read: {error}") from None
            asked = table.get("tool", {}).get("rampup", {}).get("check")
            if asked is not None:
                return cls.from_dict(asked, file)
        return cls()

    @classmethod
    def from_dict(cls, table: object, source: Path) -> Self:
        """Return the settings that a TOML table spells.

        Raises:
            ConfigError: a key or a value is not known; says where.
        """
        if not isinstance(table, dict):
            raise ConfigError(f"{source}: {TABLE} must be a table, not {table!r}")
        for key in table:
            if key not in KEYS:
                raise ConfigError(f"{source}: {TABLE} has no key {key!r}; it knows {one_of(KEYS)}")
        severity = table.get("severity", "note")
        if severity not in SEVERITIES:
            raise ConfigError(
                f"{source}: {TABLE} severity is {severity!r}; it can be {one_of(SEVERITIES)}"
            )
        per_file = table.get("per-file-ignores", {})
        if not isinstance(per_file, dict):
            raise ConfigError(
                f"{source}: {TABLE} per-file-ignores must be a table from patterns to lists of"
                f" rules, not {per_file!r}"
            )
        try:
            return cls(
                select=_texts(table, "select"),
                ignore=_texts(table, "ignore"),
                per_file_ignores={pattern: _texts(per_file, pattern) for pattern in per_file},
                exclude=_texts(table, "exclude"),
                severity=cast("Severity", severity),
            )
        except ConfigError as error:
            raise ConfigError(f"{source}: {TABLE} {error}") from None

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that are asked."""
        asked = _all(self.select) if self.select else set(RULES)
        left_out = _all(self.ignore)
        return tuple(rule for code, rule in RULES.items() if code in asked - left_out)

    def excludes(self, path: PurePath) -> bool:
        """Return whether a file or a folder is not to be looked at."""
        return any(_matches(path, pattern) for pattern in self.exclude)

    def tells(self, finding: Finding) -> bool:
        """Return whether a finding is told."""
        path = PurePath(finding.place.path)
        ignored = any(
            finding.code in _all(names)
            for pattern, names in self.per_file_ignores.items()
            if _matches(path, pattern)
        )
        grave = SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.severity)
        return grave and not ignored


def codes(name: str) -> tuple[str, ...]:
    """Return the codes that a code, the name of a rule, or the beginning of a code stands for.

    Raises:
        ConfigError: no rule is called so.

    Example:
        >>> codes("zero-first-rate")
        ('RU101',)
    """
    found = tuple(
        code
        for code, rule in RULES.items()
        if name == rule.name or (name and code.startswith(name))
    )
    if not found:
        raise ConfigError(
            f"no rule is called {name!r}; `rampup check --rules` lists them, such as RU101 or"
            " zero-first-rate"
        )
    return found


def _all(names: Iterable[str]) -> set[str]:
    return {code for name in names for code in codes(name)}


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"{key} must be a list of texts, not {value!r}")
    return tuple(value)


def _matches(path: PurePath, pattern: str) -> bool:
    """Return whether the path, or the end of it, matches; a folder's pattern takes all in it."""
    parts = [part for part in path.parts if part != path.anchor]
    pattern = pattern.rstrip("/")
    return any(
        fnmatchcase("/".join(parts[first:last]), pattern)
        for first in range(len(parts))
        for last in range(first + 1, len(parts) + 1)
    )
