"""`RampBatchSampler`: sizes by update, over epochs, through workers, and resumed in the middle."""

from itertools import islice

import pytest
import torch
from hypothesis import given, strategies as st
from tests.checkpoints import through_a_file
from torch.optim import SGD
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    DistributedSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    TensorDataset,
)

from rampup import RampBatchSampler, RampupLR, follow_batches, hold, warmup
from rampup.errors import StateError, UnitError

SAMPLES = 50
PLAN = ((0, 2), (5, 4), (20, 8))

plans = st.dictionaries(st.integers(1, 40), st.integers(1, 9), max_size=4).flatmap(
    lambda later: st.integers(1, 9).map(lambda first: ((0, first), *sorted(later.items())))
)


def shuffled(seed: int = 0) -> RandomSampler:
    return RandomSampler(range(SAMPLES), generator=torch.Generator().manual_seed(seed))


def by_hand(plan: tuple, samples: int, drop_last: bool, epochs: int) -> list[list[list[int]]]:
    update, found = 0, []
    for _ in range(epochs):
        left, epoch = list(range(samples)), []
        while left:
            size = [size for start, size in plan if start <= update][-1]
            if len(left) < size and drop_last:
                break
            epoch.append(left[:size])
            left = left[size:]
            update += 1
        found.append(epoch)
    return found


@given(plan=plans, samples=st.integers(1, 60), drop_last=st.booleans())
def test_the_size_follows_the_update_over_epochs(plan, samples, drop_last) -> None:
    batches = RampBatchSampler(samples, plan, drop_last=drop_last)
    found, lengths = [], []
    for _ in range(3):
        lengths.append(len(batches))
        found.append(list(batches))

    expected = by_hand(plan, samples, drop_last, epochs=3)
    assert found == expected
    assert lengths == [len(epoch) for epoch in expected]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("size", [1, 7, 50, 64])
def test_one_size_is_the_batch_sampler_of_torch(size: int, drop_last: bool) -> None:
    ours = RampBatchSampler(shuffled(), size, drop_last=drop_last)
    theirs = BatchSampler(shuffled(), size, drop_last)

    for _ in range(3):
        assert len(ours) == len(theirs)
        assert list(ours) == list(theirs)


def test_the_batches_of_an_update_share_its_samples() -> None:
    batches = RampBatchSampler(15, ((0, 2), (3, 4)), drop_last=True, accumulate=2)

    assert len(batches) == 10
    assert list(batches) == [[0], [1], [2], [3], [4], [5], [6, 7], [8, 9], [10, 11], [12, 13]]
    assert list(batches)[:2] == [[0, 1], [2, 3]]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("rule", ["linear", "sqrt"])
def test_batches_seen_and_rates_used_are_as_planned(log_rates, workers: int, rule: str) -> None:
    """The same plan for the sampler, the rule and the run; lengths are in samples."""
    data = TensorDataset(torch.arange(float(SAMPLES)))
    loader = DataLoader(data, batch_sampler=RampBatchSampler(shuffled(), PLAN), num_workers=workers)
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = SGD([weight], lr=0.5)
    schedule = (warmup("26sp") >> hold()) * follow_batches(PLAN, rule)
    scheduler = RampupLR(optimizer, schedule, updates=40, samples_per_update=PLAN)
    used, seen = log_rates(optimizer), []

    for _ in range(3):
        for (batch,) in loader:
            weight.grad = batch.mean()[None]
            optimizer.step()
            scheduler.step()
            seen.append(len(batch))

    # 5 of 2 and 10 of 4; 5 of 4, 3 of 8 and what is left; 6 of 8 and what is left
    assert seen == [2] * 5 + [4] * 10 + [4] * 5 + [8] * 3 + [6] + [8] * 6 + [2]
    # 26 samples are 5 updates of 2 and 4 of 4
    ramp = [min((k + 1) / 9, 1.0) for k in range(len(seen))]
    planned = [2] * 5 + [4] * 15 + [8] * 11
    shares = [(size / 8) ** (1.0 if rule == "linear" else 0.5) for size in planned]
    expected = [[0.5 * w * share] for w, share in zip(ramp, shares, strict=True)]
    assert used == [[pytest.approx(rate, rel=1e-12)] for [rate] in expected]


def read(batches: RampBatchSampler, epochs: int, workers: int = 0) -> list[list[int]]:
    loader = DataLoader(range(SAMPLES), batch_sampler=batches, num_workers=workers)
    return [batch.tolist() for _ in range(epochs) for batch in loader]


# epochs end after updates 15, 24 and 31
@pytest.mark.parametrize("stop", [0, 1, 7, 14, 15, 16, 23, 24, 30, 31])
def test_a_resumed_run_sees_what_the_unbroken_run_sees(stop: int) -> None:
    expected = read(RampBatchSampler(shuffled(), PLAN), epochs=4)
    batches = RampBatchSampler(shuffled(), PLAN)
    seen: list[list[int]] = []
    while len(seen) < stop:
        seen += [
            batch.tolist()
            for batch in islice(
                iter(DataLoader(range(SAMPLES), batch_sampler=batches)), stop - len(seen)
            )
        ]
    state = through_a_file(batches.state_dict(updates=stop))

    again = RampBatchSampler(shuffled(seed=1), PLAN)
    again.load_state_dict(state)
    epochs = 4 - sum(stop >= end for end in (15, 24, 31))
    rest = read(again, epochs)

    assert len(expected) == 15 + 9 + 7 + 7
    assert seen + rest == expected


@pytest.mark.parametrize("made", [3, 15])
def test_workers_that_read_ahead_shift_nothing(made: int) -> None:
    """The sampler has handed out more than was made when the state is saved."""
    expected = read(RampBatchSampler(shuffled(), PLAN), epochs=3)
    batches = RampBatchSampler(shuffled(), PLAN)
    loader = DataLoader(range(SAMPLES), batch_sampler=batches, num_workers=2, prefetch_factor=3)
    seen = [batch.tolist() for batch in islice(loader, made)]
    assert batches.updates > made or made == 15
    state = batches.state_dict(updates=made)

    again = RampBatchSampler(shuffled(seed=1), PLAN)
    again.load_state_dict(state)

    assert seen + read(again, 3 if made < 15 else 2, workers=2) == expected


def test_the_length_of_a_resumed_epoch_is_what_is_left_of_it() -> None:
    batches = RampBatchSampler(shuffled(), PLAN)
    next(iter(batches))
    state = batches.state_dict(updates=1)

    again = RampBatchSampler(shuffled(), PLAN)
    again.load_state_dict(state)

    assert [len(again), len(list(again)), len(again)] == [14, 14, 9]


def test_an_order_by_epoch_number_is_resumed_without_a_generator() -> None:
    def of_epoch(epoch: int) -> RampBatchSampler:
        sampler = DistributedSampler(range(SAMPLES), num_replicas=2, rank=1, seed=3)
        sampler.set_epoch(epoch)
        return RampBatchSampler(sampler, PLAN)

    batches = of_epoch(4)
    expected = list(batches)

    again = of_epoch(4)
    again.load_state_dict(through_a_file(batches.state_dict(updates=2)))

    assert list(again) == expected[2:]


def test_an_epoch_that_was_left_is_told_and_a_new_one_started_on_request() -> None:
    batches = RampBatchSampler(shuffled(), PLAN)
    next(iter(batches))

    with pytest.raises(StateError) as caught:
        next(iter(batches))
    assert str(caught.value) == (
        "the epoch from update 0 on was left after update 0 of 14 was handed out; "
        "call restart(updates) with the number that was made"
    )
    batches.restart(6)
    assert [len(batch) for batch in batches] == [4] * 12 + [2]


class Endless(Sampler[int]):
    def __iter__(self):
        yield 0


@pytest.mark.parametrize(
    ("arguments", "options", "error", "text"),
    [
        (
            (Endless(), 4),
            {},
            TypeError,
            "Endless has no length, which tells where an epoch ends; give it a __len__",
        ),
        ((0, 4), {}, UnitError, "sampler must be a whole number ≥ 1, not 0"),
        ((9, 0), {}, UnitError, "batch_sizes must be a whole number ≥ 1, not 0"),
        (
            (9, 4),
            {"accumulate": 2},
            UnitError,
            (
                "accumulate = 2 needs drop_last=True, because the last samples of an epoch may not "
                "fill the batches of an update"
            ),
        ),
        (
            (9, ((0, 4), (3, 6))),
            {"accumulate": 4, "drop_last": True},
            UnitError,
            "batch_sizes: 6 samples are not 4 equal batches; use a multiple of accumulate = 4",
        ),
    ],
    ids=["length", "samples", "size", "accumulate", "share"],
)
def test_what_cannot_be_shared_out_is_refused(arguments, options, error, text) -> None:
    with pytest.raises(error) as caught:
        RampBatchSampler(*arguments, **options)

    assert text == str(caught.value)


def test_a_state_that_cannot_be_resumed_is_refused() -> None:
    batches = RampBatchSampler(shuffled(), PLAN)
    with pytest.raises(StateError) as caught:
        batches.state_dict(updates=16)
    assert str(caught.value) == (
        "updates = 16 lies outside of the epoch that is read, 0 to 15; pass how many were made"
    )

    anywhere = RampBatchSampler(RandomSampler(range(SAMPLES)), PLAN)
    with pytest.raises(StateError) as caught:
        anywhere.state_dict(updates=0)
    assert str(caught.value) == (
        "RandomSampler draws from torch's global generator, and its order cannot be had again; "
        "build it with generator=torch.Generator()"
    )

    other = RampBatchSampler(SequentialSampler(range(9)), PLAN)
    with pytest.raises(StateError) as caught:
        other.load_state_dict(batches.state_dict(updates=0))
    assert str(caught.value) == (
        "the checkpoint was saved with samples = 50, but the code has 9; "
        "build the sampler as it was saved"
    )
    with pytest.raises(StateError) as caught:
        other.load_state_dict({"updates": 3})
    assert str(caught.value) == (
        "{'updates': 3} is no state of a RampBatchSampler; pass what state_dict() returned"
    )
