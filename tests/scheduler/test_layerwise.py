"""`layerwise`: each trainable parameter in one group, whose rate says how deep it lies."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import AdamW

from rampup import RampupLR, hold, layerwise, warmup
from rampup.errors import ScheduleError


class Vision(nn.Module):
    """As vision transformers are written: parameters of its own, blocks, a norm and a head."""

    def __init__(self, *, head_first: bool = False) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, 8))
        if head_first:
            self.head = nn.Linear(8, 2)
        self.patch_embed = nn.Conv2d(3, 8, 2)
        self.blocks = nn.Sequential(*(nn.TransformerEncoderLayer(8, 2, 16) for _ in range(3)))
        self.norm = nn.LayerNorm(8)
        if not head_first:
            self.head = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))


class Text(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(9, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.classifier = nn.Linear(8, 2)


def perceptron() -> nn.Module:
    return nn.Sequential(
        nn.Linear(4, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 8), nn.ReLU()), nn.Linear(8, 2)
    )


def rates(groups: list[dict[str, Any]]) -> dict[str, float]:
    return {group["name"]: group["lr"] for group in groups}


def names(groups: list[dict[str, Any]]) -> list[str]:
    return [name for group in groups for name, _ in group["params"]]


MODELS: dict[str, tuple[Callable[[], nn.Module], dict[str, float]]] = {
    "vision": (
        Vision,
        {"embeddings": 1 / 16, "blocks.0": 1 / 8, "blocks.1": 1 / 4, "blocks.2": 1 / 2, "head": 1},
    ),
    "text": (
        Text,
        {"embeddings": 1 / 8, "encoder.layers.0": 1 / 4, "encoder.layers.1": 1 / 2, "head": 1},
    ),
    "perceptron": (perceptron, {"0": 1 / 4, "2": 1 / 2, "3": 1}),
    "wrapped": (
        lambda: nn.Sequential(Text(), nn.Linear(2, 2)),
        {"embeddings": 1 / 8, "0.encoder.layers.0": 1 / 4, "0.encoder.layers.1": 1 / 2, "head": 1},
    ),
    "layers alone": (
        lambda: Text().encoder,
        {"layers.0": 1 / 2, "layers.1": 1},
    ),
}


@pytest.mark.parametrize(("make", "expected"), MODELS.values(), ids=MODELS)
def test_the_rate_falls_from_the_head_to_the_embeddings(make, expected) -> None:
    model = make()

    groups = layerwise(model, lr=1.0, decay=0.5)

    assert rates(groups) == expected
    assert list(rates(groups)) == list(expected)
    assert sorted(names(groups)) == sorted(name for name, _ in model.named_parameters())
    assert all("weight_decay" not in group for group in groups)


def bert() -> nn.Module:
    theirs = pytest.importorskip("transformers")
    config = theirs.BertConfig(
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        vocab_size=30,
    )
    return theirs.BertForSequenceClassification(config)


def gpt2() -> nn.Module:
    theirs = pytest.importorskip("transformers")
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    config = theirs.GPT2Config(n_embd=8, n_layer=2, n_head=2, vocab_size=30, n_positions=16, **ends)
    return theirs.GPT2LMHeadModel(config)


@pytest.mark.parametrize(
    ("make", "stack", "places"),
    [
        (
            bert,
            "bert.encoder.layer",
            {
                "bert.embeddings.LayerNorm.bias": "embeddings",
                "bert.pooler.dense.weight": "head",
                "classifier.bias": "head",
            },
        ),
        (
            gpt2,
            "transformer.h",
            # the head is the word embedding again
            {"transformer.wte.weight": "embeddings", "transformer.ln_f.weight": "head"},
        ),
    ],
)
def test_models_of_transformers(make, stack: str, places: dict[str, str]) -> None:
    with warnings.catch_warnings():
        # what transformers says at import and about tiny configurations is not ours
        warnings.simplefilter("ignore")
        model = make()

    groups = layerwise(model, lr=1.0, decay=0.5)

    expected = {"embeddings": 1 / 8, f"{stack}.0": 1 / 4, f"{stack}.1": 1 / 2, "head": 1.0}
    assert rates(groups) == expected
    found = {name: group["name"] for group in groups for name, _ in group["params"]}
    assert {name: found[name] for name in places} == places
    assert len(found) == len(list(model.parameters()))
    for name, place in found.items():
        assert place in ("embeddings", "head") or name.startswith(f"{place}.")


def test_biases_and_norms_are_not_decayed_where_matrices_are() -> None:
    groups = layerwise(Vision(), lr=1.0, decay=0.5, weight_decay=0.1)

    assert [(group["name"], group["weight_decay"]) for group in groups[:4]] == [
        ("embeddings", 0.1),
        ("embeddings, no weight decay", 0.0),
        ("blocks.0", 0.1),
        ("blocks.0, no weight decay", 0.0),
    ]
    for group in groups:
        assert {p.ndim > 1 for _, p in group["params"]} == {group["weight_decay"] > 0}
    assert groups[0]["lr"] == groups[1]["lr"]


def test_what_is_frozen_is_left_out_and_keeps_its_place() -> None:
    model = Vision()
    for part in (model.blocks[0], model.head):
        part.requires_grad_(False)

    groups = layerwise(model, lr=1.0, decay=0.5)

    assert rates(groups) == {"embeddings": 1 / 16, "blocks.1": 1 / 4, "blocks.2": 1 / 2, "head": 1}
    assert [name for name in names(groups) if name.startswith("head")] == []


def test_a_shared_parameter_is_in_one_group_at_its_first_name() -> None:
    model = Text()
    model.classifier.weight = model.embedding.weight

    groups = layerwise(model, lr=1.0)

    assert names(groups).count("embedding.weight") == 1
    assert "classifier.weight" not in names(groups)


def test_an_optimizer_takes_the_groups_and_keeps_the_names() -> None:
    model = Vision()
    optimizer = AdamW(layerwise(model, lr=0.1, decay=0.5, weight_decay=0.1))
    scheduler = RampupLR(optimizer, warmup(4) >> hold(), updates=9)

    found = [name for group in optimizer.param_groups for name in group["param_names"]]
    assert sorted(found) == sorted(name for name, _ in model.named_parameters())
    assert [lr / 0.025 for lr in scheduler.get_last_lr()[::2]] == pytest.approx(
        [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]
    )


def test_layers_of_your_own() -> None:
    layers = ["[cp]*", "blocks.0.*", "blocks.[12].*", "norm.*", "head.*"]

    groups = layerwise(Vision(), lr=1.0, decay=0.5, layers=layers)

    assert rates(groups) == dict(zip(layers, [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0], strict=True))


REMEDY = "name the layers from the lowest to the highest with layers=['embed*', …]"


@pytest.mark.parametrize(
    ("make", "options", "text"),
    [
        (Vision, {"lr": 0.0}, "lr = 0.0 must be above 0"),
        (Vision, {"decay": 1.5}, "decay = 1.5 must be above 0 and at most 1"),
        (Vision, {"weight_decay": -0.1}, "weight_decay = -0.1 must be at least 0"),
        (nn.ReLU, {}, "ReLU has no parameter to train; unfreeze some"),
        (
            lambda: nn.Linear(2, 2),
            {},
            f"no list of layers was found in 'weight', 'bias'; {REMEDY}",
        ),
        (
            lambda: nn.Transformer(8, 2, 2, 2, 16, batch_first=True),
            {},
            (
                "layers were found in 'encoder.layers', 'decoder.layers', and the names do not say "
                f"which lie below; {REMEDY}"
            ),
        ),
        (
            lambda: Vision(head_first=True),
            {},
            (
                "'head.weight' is defined before the layers 'blocks', where its name does not "
                f"belong; {REMEDY}"
            ),
        ),
        (
            lambda: nn.ModuleDict({"layers": perceptron(), "embedding": nn.Embedding(3, 4)}),
            {},
            (
                "'embedding.weight' is defined behind the layers 'layers', where its name does not "
                f"belong; {REMEDY}"
            ),
        ),
        (
            Vision,
            {"layers": ["blocks.*", "head.*"]},
            (
                "layers: no pattern matches 'cls_token', 'patch_embed.weight', 'patch_embed.bias', "
                "'norm.weight' and 1 more; add one for them"
            ),
        ),
        (
            Vision,
            {"layers": ["*", "head.*"]},
            "layers: 'head.0.weight' matches '*' and 'head.*'; make one of them narrower",
        ),
        (
            perceptron,
            {"layers": ["*", "tail.*"]},
            "layers: 'tail.*' matches no parameter; mend or drop it",
        ),
    ],
    ids=[
        "lr",
        "decay",
        "weight decay",
        "nothing",
        "no list",
        "two lists",
        "head before",
        "embedding behind",
        "unmatched",
        "twice",
        "idle",
    ],
)
def test_what_is_not_understood_is_refused(make, options: dict[str, Any], text: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        layerwise(make(), **{"lr": 1.0, **options})

    assert text == str(caught.value)
