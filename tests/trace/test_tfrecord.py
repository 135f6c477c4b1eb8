"""Event files: our records are those of TensorBoard, and damage is noticed."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from rampup.errors import TraceError
from rampup.trace.tfrecord import LARGE, Scalars, crc32c, first_record, frame, record, scalars

single = st.floats(width=32)
names = st.text(min_size=1, max_size=8)


def written(folder: Path, *records: bytes) -> Path:
    path = folder / "events.out.tfevents.1"
    path.write_bytes(first_record(1.5) + b"".join(records))
    return path


def test_the_checksum_is_the_published_one() -> None:
    """From RFC 3720, appendix B.4."""
    vectors = {
        bytes(32): 0x8A9136AA,
        b"\xff" * 32: 0x62A8AB43,
        bytes(range(32)): 0x46DD794E,
        bytes(range(31, -1, -1)): 0x113FDB5C,
    }
    assert {data: crc32c(data) for data in vectors} == vectors


@given(
    st.lists(
        st.tuples(st.integers(-(2**63), 2**63 - 1), st.dictionaries(names, single)), max_size=3
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, told: list) -> None:
    path = written(
        tmp_path_factory.mktemp("tb"), *(record(step, 2.5, values) for step, values in told)
    )

    found, torn = scalars(path)

    assert not torn
    said = [(step, values) for step, values in told if values]
    assert [one.step for one in found] == [step for step, _ in said]
    for one, (_, values) in zip(found, said, strict=True):
        assert list(one.values) == list(values)
        for tag, value in values.items():
            assert repr(value) == repr(struct.unpack("<f", struct.pack("<f", one.values[tag]))[0])


def test_a_rate_reads_as_it_was_typed(tmp_path: Path) -> None:
    typed = {"a": 0.1, "b": 3e-4, "c": 1 / 3, "d": 1e39, "e": -1e39}
    found, _ = scalars(written(tmp_path, record(3, 2.5, typed)))

    read = {"a": 0.1, "b": 3e-4, "c": 0.33333334, "d": float("inf"), "e": float("-inf")}
    assert found == [Scalars(3, 2.5, read)]


LAST = record(1, 1.0, {"a": 2.0})


@pytest.mark.parametrize("cut", range(1, len(LAST)))
def test_a_torn_record_is_left_out(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path, record(0, 1.0, {"a": 1.0}), LAST)
    path.write_bytes(path.read_bytes()[:-cut])

    found, torn = scalars(path)

    assert torn
    assert [one.step for one in found] == [0]


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path, record(0, 1.0, {"a": 1.0}), record(1, 1.0, {"a": 2.0}))
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(TraceError):
            scalars(path)


def test_damage_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, record(0, 1.0, {"a": 1.0}))
    start = len(first_record(1.5))
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    with pytest.raises(TraceError) as refused:
        scalars(path)
    assert str(refused.value) == (
        f"{path} is damaged at byte {start}: a checksum does not match; copy the file again"
    )

    path.write_text("step,loss\n0,1.5\n")
    with pytest.raises(TraceError) as refused:
        scalars(path)
    assert str(refused.value) == f"{path} is no TensorBoard event file; name the file it wrote"


def test_a_large_record_is_stepped_over(tmp_path: Path) -> None:
    large = frame(bytes(LARGE + 1))
    found, torn = scalars(written(tmp_path, large, record(7, 1.0, {"a": 1.0})))

    assert [one.step for one in found] == [7]
    assert not torn


@pytest.mark.parametrize(
    "tensor",
    [
        b"\x08\x01\x2d" + struct.pack("<f", 0.5),  # float_val
        b"\x08\x01\x2a\x04" + struct.pack("<f", 0.5),  # float_val, packed
        b"\x08\x01\x22\x04" + struct.pack("<f", 0.5),  # tensor_content
        b"\x08\x02\x31" + struct.pack("<d", 0.5),  # double_val
        b"\x08\x02\x22\x08" + struct.pack("<d", 0.5),  # tensor_content of doubles
    ],
)
def test_a_scalar_may_be_a_tensor(tmp_path: Path, tensor: bytes) -> None:
    """As tensorflow 2 writes it."""
    value = b"\x0a\x01a" + b"\x42" + bytes([len(tensor)]) + tensor
    summary = b"\x0a" + bytes([len(value)]) + value
    event = b"\x10\x05\x2a" + bytes([len(summary)]) + summary
    found, _ = scalars(written(tmp_path, frame(event)))

    assert found == [Scalars(5, 0.0, {"a": 0.5})]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TraceError) as refused:
        scalars(tmp_path / "x")
    assert str(refused.value) == (
        f"no event file can be read from {tmp_path / 'x'}: No such file or directory"
    )
