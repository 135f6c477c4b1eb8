"""Every key: what is refused, in which words; and the TOML form, which is the identity."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from rampup import Config
from rampup.errors import ConfigError

ALLOWED: dict[tuple[str, str], tuple[str, list[Any]]] = {
    ("", "seed"): ("a whole number from 0 to 4294967295", [-1, 2**32, 1.0, "1", True, None, [1]]),
    ("", "data"): (
        (
            "'example', 'digits', 'breast-cancer', 'wine', a .csv or .parquet file, or "
            "'package.module:factory' that returns (features, labels)"
        ),
        ["", 1, None, ["wine"]],
    ),
    ("", "model"): (
        "'mlp', or 'package.module:factory' that is called with (inputs, classes)",
        ["", 1, True],
    ),
    ("", "schedule"): (
        "the text of a schedule, such as 'warmup 5ep >> decay cosine'",
        ["", 5, 0.1, ["hold"]],
    ),
    ("table", "target"): ("the name of the label column of a table file", [1, None, ["y"]]),
    ("table", "drop"): ("a list of column names to leave out", ["x", [1], {"x": 1}, ["a", 2]]),
    ("table", "held_out"): (
        "the share of rows kept from training, between 0 and 1",
        [0, 1, 0.0, 1.0, -0.1, "0.2", float("nan"), True],
    ),
    ("network", "hidden"): (
        "a list of hidden layer widths, each ≥ 1; [] is logistic regression",
        [50, [0], [50, -1], ["a"], [1.5], None, "9"],
    ),
    ("training", "optimizer"): ("'adam', 'adamw' or 'sgd'", ["Adam", "", 1, None, "lamb"]),
    ("training", "lr"): (
        "the peak rate, a number > 0",
        [0, 0.0, -0.1, float("nan"), float("inf"), "0.1", None, True],
    ),
    ("training", "momentum"): (
        "momentum of sgd, from 0 to below 1",
        [-0.1, 1.0, 1, float("nan"), "0.9"],
    ),
    ("training", "weight_decay"): ("a number ≥ 0", [-1e-9, float("inf"), float("nan"), "0"]),
    ("training", "batch_size"): ("rows per update, a whole number ≥ 1", [0, -1, 2.0, "32", True]),
    ("training", "epochs"): (
        "passes over the training rows, a whole number ≥ 1",
        [0, -3, 1.5, "10", False],
    ),
    ("baseline", "seeds"): (
        "how many seeds are compared, a whole number ≥ 3, or 0 to skip it",
        [-1, 1, 2, 5.0, "5", True],
    ),
}
KEYS = [
    (section if isinstance(value, dict) else "", key)
    for section, value in Config().model_dump().items()
    for key in (value if isinstance(value, dict) else [section])
]


def test_the_table_holds_every_key() -> None:
    assert sorted(ALLOWED) == sorted(KEYS)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [(*place, value) for place, (_, values) in ALLOWED.items() for value in values],
)
def test_a_bad_value_is_refused_with_what_is_allowed(section: str, key: str, value: Any) -> None:
    values = {section: {key: value}} if section else {key: value}
    with pytest.raises(ConfigError) as error:
        Config.of(values)

    place = f"[{section}] " if section else ""
    allowed = ALLOWED[section, key][0]
    assert str(error.value) == f"{place}{key} = {value!r} is not allowed; {key} is {allowed}"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sed": 1}, "the top level has no key 'sed' (= 1); did you mean 'seed'?"),
        ({"training": {"lrr": 1}}, "[training] has no key 'lrr' (= 1); did you mean 'lr'?"),
        (
            {"lr": 0.1},
            (
                "the top level has no key 'lr' (= 0.1); there are 'seed', 'data', 'model', "
                "'schedule', 'table', 'network', 'training', 'baseline'"
            ),
        ),
        ({"baseline": {"count": "x"}}, "[baseline] has no key 'count' (= 'x'); there are 'seeds'"),
        ({"training": 3}, "training = 3 is not allowed; training is a section, write [training]"),
        ({"table": []}, "table = [] is not allowed; table is a section, write [table]"),
        (
            {"training": {"momentum": 0.9}},
            (
                "[training] momentum = 0.9 is for sgd, but the optimizer is 'adam'; leave "
                "momentum out or use optimizer = 'sgd'"
            ),
        ),
        (
            {"table": {"target": "y"}},
            (
                "[table] target = 'y' is for table files, but data = 'example' brings its "
                "own labels; leave the target out"
            ),
        ),
        (
            {"model": "a:b", "network": {"hidden": [9]}},
            ("[network] hidden = [9] is for the built-in mlp, but model = 'a:b'; leave it out"),
        ),
    ],
)
def test_a_key_that_cannot_be_meant_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        Config.of(values)

    assert str(error.value) == said


positive = st.floats(0, exclude_min=True, allow_infinity=False)
words = st.text(min_size=1, max_size=8)
tables = words.map(lambda stem: f"{stem}.csv")
sgd = st.fixed_dictionaries(
    {"optimizer": st.just("sgd"), "momentum": st.floats(0, 1, exclude_max=True)}
)
adam = st.fixed_dictionaries({"optimizer": st.sampled_from(["adam", "adamw"])})


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Return any configuration that is allowed."""
    data, model = draw(tables | words), draw(st.just("mlp") | words)
    is_table = data.lower().endswith((".csv", ".parquet"))
    widths = st.lists(st.integers(1, 10**6), max_size=3)
    rest = {
        "lr": draw(positive),
        "weight_decay": draw(st.just(0.0) | positive),
        "batch_size": draw(st.integers(1)),
        "epochs": draw(st.integers(1)),
    }
    return Config.of(
        {
            "seed": draw(st.integers(0, 2**32 - 1)),
            "data": data,
            "model": model,
            "schedule": draw(words),
            "table": {
                "target": draw(st.text(max_size=8)) if is_table else "",
                "drop": draw(st.lists(st.text(max_size=4), max_size=3)),
                "held_out": draw(st.floats(0, 1, exclude_min=True, exclude_max=True)),
            },
            "network": {"hidden": draw(widths)} if model == "mlp" else {},
            "training": rest | draw(sgd | adam),
            "baseline": {"seeds": draw(st.just(0) | st.integers(3))},
        }
    )


@given(configs())
def test_toml_holds_all_of_it(config: Config) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.toml"
        path.write_text(config.to_toml(), encoding="utf-8", newline="")

        assert Config.of(Config.read(path)) == config


def test_toml_holds_every_odd_character(tmp_path: Path) -> None:
    """Control characters, quotes, backslashes, line ends of every kind, and a clef."""
    odd = "".join(map(chr, range(160))) + "\u2028\ufeff\U0001d11e"
    path = tmp_path / "c.toml"
    path.write_text(Config(data=odd).to_toml(), encoding="utf-8", newline="")

    assert Config.of(Config.read(path)).data == odd


def test_whole_numbers_are_rates_too() -> None:
    assert Config.of({"training": {"lr": 1}}).training.lr == 1.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no configuration can be read from c.toml: No such file or directory"),
        (b"x = = 1", "c.toml is no TOML: Invalid value (at line 1, column 5)"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(here: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        Path("c.toml").write_bytes(content)
    with pytest.raises(ConfigError) as error:
        Config.read("c.toml")

    assert str(error.value) == said


def test_a_file_of_other_bytes_is_refused(here: Path) -> None:
    Path("c.toml").write_bytes(b'data = "\xff"')
    with pytest.raises(ConfigError, match=r"^c.toml is no TOML: 'utf-8' codec can't decode"):
        Config.read("c.toml")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    """Some editors put one in front of every text."""
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 3\n")

    assert Config.read(path) == {"seed": 3}
