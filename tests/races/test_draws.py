"""Masks that belong to a member and an update; torch's own functions come back afterwards."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from rampup.races.draws import Draws, drawing, update_keys

KEYS = torch.tensor([11, 12])


def mask(key: torch.Tensor, p: float = 0.3, rows: int = 200) -> torch.Tensor:
    with drawing(key, batched=False):
        return functional.dropout(torch.ones(rows, 50), p)


def test_a_mask_keeps_the_share_and_the_mean() -> None:
    drawn = mask(KEYS[0])

    assert drawn.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert abs((drawn == 0).double().mean().item() - 0.3) < 0.02
    # neither neighbours nor rows copy each other: correlations of 10 000 fair draws
    centred = (drawn == 0).double() - 0.3
    for shifted in (centred.roll(1), centred.roll(1, 0)):
        assert abs((centred * shifted).mean().item()) < 0.01


def test_masks_differ_between_members_updates_and_calls() -> None:
    later = update_keys(KEYS, 1)
    with drawing(KEYS[0], batched=False):
        first, second = (functional.dropout(torch.ones(200, 50)) for _ in range(2))

    drawn = [mask(KEYS[0], 0.5), mask(KEYS[1], 0.5), mask(later[0], 0.5), second]
    assert torch.equal(first, drawn[0])
    for i, one in enumerate(drawn):
        for other in drawn[i + 1 :]:
            assert abs(((one > 0) == (other > 0)).double().mean().item() - 0.5) < 0.03


def test_a_member_draws_the_same_alone_and_in_a_batch() -> None:
    def one(key: torch.Tensor) -> torch.Tensor:
        return Draws(key).mask(torch.ones(1), (3, 5), 0.4)

    batched = torch.vmap(one)(KEYS)
    assert torch.equal(batched, torch.stack([one(key) for key in KEYS]))


def test_whole_channels_are_dropped() -> None:
    with drawing(KEYS[0], batched=False):
        drawn = nn.Dropout2d(0.5)(torch.ones(40, 30, 2, 2))

    assert torch.equal(drawn, drawn[:, :, :1, :1].expand_as(drawn))
    assert 0.4 < (drawn == 0).double().mean().item() < 0.6


def test_nothing_is_dropped_in_evaluation_and_all_at_one() -> None:
    x = torch.ones(4)
    with drawing(KEYS[0], batched=False):
        assert torch.equal(nn.Dropout(0.5).eval()(x), x)
        assert torch.equal(functional.dropout(x, 1.0), torch.zeros(4))
        functional.dropout(x, 0.5, inplace=True)
    assert not torch.equal(x, torch.ones(4))


@pytest.mark.parametrize("how", ["plain", "causal", "bool", "float", "scale", "grouped"])
def test_attention_written_out_is_attention(how: str) -> None:
    q, k, v = (torch.randn(2, 4, 5, 8, dtype=torch.float64) for _ in range(3))
    options = {
        "plain": {},
        "causal": {"is_causal": True},
        "bool": {"attn_mask": torch.ones(5, 5, dtype=torch.bool).triu()},
        "float": {"attn_mask": torch.randn(5, 5, dtype=torch.float64)},
        "scale": {"scale": 0.3},
        "grouped": {"enable_gqa": True},
    }[how]
    if how == "grouped":
        k, v = k[:, :2], v[:, :2]
    wanted = functional.scaled_dot_product_attention(q, k, v, **options)
    with drawing(KEYS[0], batched=True):
        found = functional.scaled_dot_product_attention(q, k, v, **options)

    assert torch.allclose(found, wanted, rtol=1e-12, atol=1e-13)


def test_torch_is_put_back_after_an_error() -> None:
    before = {name: getattr(functional, name) for name in ("dropout", "dropout2d")}
    fast = torch.backends.mha.get_fastpath_enabled()
    with pytest.raises(ValueError, match="has to be between 0 and 1, but got 2"):
        mask(KEYS[0], 2)

    assert {name: getattr(functional, name) for name in before} == before
    assert torch.backends.mha.get_fastpath_enabled() == fast
