"""Layer by layer through models of others: BERT, GPT-2, torch's transformer, compiled models."""

from collections import Counter

import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel

from rampup.recorder.layers import forward


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def bert() -> nn.Module:
    sizes = {"vocab_size": 50, "hidden_size": 16, "intermediate_size": 32}
    return BertModel(BertConfig(num_hidden_layers=2, num_attention_heads=2, **sizes))


def gpt2() -> nn.Module:
    words = {"vocab_size": 50, "n_positions": 32, "bos_token_id": 0, "eos_token_id": 0}
    return GPT2LMHeadModel(GPT2Config(n_embd=16, n_layer=2, n_head=2, **words))


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (bert, {"Input": 1, "Linear": 13, "LayerNorm": 5, "Embedding": 3, "Tanh": 1}),
        (gpt2, {"Input": 1, "Linear": 1, "LayerNorm": 5, "Embedding": 2, "Conv1D": 8}),
    ],
    ids=["bert", "gpt2"],
)
def test_a_model_of_transformers_is_followed(make: type[nn.Module], kinds: dict[str, int]) -> None:
    """Every leaf, and attention's own arithmetic counted; the output is the model's own."""
    model, ids = make(), torch.arange(8).reshape(1, 8)

    passed = forward(model, ids)

    counted = Counter(layer["kind"] for layer in passed.layers)
    assert {kind: counted[kind] for kind in kinds} == kinds
    assert passed.unseen > 10
    with torch.no_grad():
        expected = model.eval()(ids)
    first = next(iter(expected.values()))
    assert torch.equal(next(iter(passed.output.values())), first)
    if make is gpt2:
        assert passed.layers[-1]["shape"] == list(first.shape) == [1, 8, 50]
    assert passed.layers[0]["values"] == [float(one) for one in range(8)]


def test_torchs_own_transformer_is_followed() -> None:
    """The fast path of evaluation calls no module; with hooks it is not taken, or is counted."""
    block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    model, x = nn.TransformerEncoder(block, 2), torch.randn(2, 3, 8)

    passed = forward(model, x)

    counted = Counter(layer["kind"] for layer in passed.layers)
    assert (counted["Linear"], counted["LayerNorm"]) == (4, 4)
    assert passed.unseen >= 4
    assert torch.allclose(model.eval()(x), passed.output, atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")
@pytest.mark.parametrize("how", ["torch.compile", "module.compile"])
def test_a_compiled_model_is_followed_uncompiled(how: str) -> None:
    """Hooks that come after its first call would never fire; names are those of the model."""
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    x = torch.ones(1, 3)
    expected = forward(net, x)
    model = net
    if how == "torch.compile":
        model = torch.compile(net, backend="eager")
    else:
        net.compile(backend="eager")
    model(x)

    passed = forward(model, x)

    assert passed.layers == expected.layers
    assert torch.equal(passed.output, expected.output)
    assert [len(module._forward_hooks) for module in net.modules()] == [0, 0, 0]


def test_batch_normalisation_in_training_is_not_moved() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()).train()
    running = model[1].running_mean.clone()

    passed = forward(model, torch.randn(4, 1, 5, 5))

    assert torch.equal(model[1].running_mean, running)
    assert model[1].num_batches_tracked == 0
    assert [layer["shape"] for layer in passed.layers] == [[4, 1, 5, 5]] + [[4, 2, 3, 3]] * 3
    assert model.training
    assert model[1].training
