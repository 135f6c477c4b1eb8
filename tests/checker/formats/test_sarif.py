"""SARIF: valid by the schema of OASIS, and every finding with its place and its edits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from tests.checker.findings import edit, finding

from rampup.checker.finding import Finding
from rampup.checker.formats.sarif import sarif
from rampup.checker.registry import RULES

SCHEMA = Path(__file__).parents[2] / "data" / "sarif-schema-2.1.0.json"


@pytest.fixture(scope="module")
def validate() -> Callable[[object], object]:
    return fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))


def log(*findings: Finding, failed: tuple[str, ...] = ()) -> dict[str, Any]:
    # as a reader gets it
    text = json.dumps(sarif(findings, RULES.values(), version="1.2.3", failed=failed))
    return json.loads(text)


def result(one: Finding) -> dict[str, Any]:
    return log(one)["runs"][0]["results"][0]


LOGS = {
    "nothing": log(),
    "failed": log(failed=("a.py could not be parsed",)),
    "script": log(finding(), finding(severity="error"), finding(severity="note")),
    "edit": log(finding(edits=(edit(3, 1, 5, "x\n"),))),
    "checkpoint": log(finding("run/last.ckpt", 0, key="scheduler")),
    "live": log(finding("", 0, key="LambdaLR", update=3)),
    "whole file": log(finding("a b/ü%.py", 0)),
    "absolute": log(finding("/home/me/a b.py")),
}


@pytest.mark.parametrize("name", LOGS)
def test_the_schema_of_the_standard_holds(name: str, validate: Callable[[object], object]) -> None:
    assert validate(LOGS[name]) == LOGS[name]


def test_the_schema_refuses_what_is_wrong(validate: Callable[[object], object]) -> None:
    wrong = log(finding())
    wrong["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(fastjsonschema.JsonSchemaValueException, match="level"):
        validate(wrong)


def test_a_result_points_at_its_rule_and_its_place() -> None:
    run = log(finding(code="RU101", line=7))["runs"][0]
    one = run["results"][0]
    assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"] == "RU101"
    assert one["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "train.py"},
                "region": {"startLine": 7, "startColumn": 5},
            }
        }
    ]


def test_lines_that_prove_it_are_related_locations() -> None:
    assert result(finding())["relatedLocations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "train.py"},
                "region": {"startLine": 3},
            },
            "message": {"text": "once a batch"},
        }
    ]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü%.py", "a%20b/%C3%BC%25.py"),
        ("/home/me/a b.py", "file:///home/me/a%20b.py"),
        ("c:x.py", "c%3Ax.py"),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    location = result(finding(path))["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == uri


def test_edits_are_replacements() -> None:
    fixes = result(finding(edits=(edit(3, 1, 5, "x\n"),)))["fixes"]
    assert fixes[0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 5},
            "insertedContent": {"text": "x\n"},
        }
    ]


def test_a_finding_without_a_file_is_named() -> None:
    assert result(finding("", 0, key="LambdaLR", update=3))["locations"] == [
        {"logicalLocations": [{"name": "LambdaLR"}, {"name": "update 3"}]}
    ]


def test_what_could_not_be_checked_is_no_success() -> None:
    invocation = log(failed=("a.py could not be parsed",))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == (
        "a.py could not be parsed"
    )


def test_every_rule_is_listed_with_its_page() -> None:
    driver = log()["runs"][0]["tool"]["driver"]
    assert driver["version"] == "1.2.3"
    assert [(rule["id"], rule["name"]) for rule in driver["rules"]] == [
        (rule.code, rule.name) for rule in RULES.values()
    ]
