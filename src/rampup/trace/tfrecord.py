"""TensorBoard's event files: records with checksums, and the scalars in them, without tensorboard.

A record is its length (8 bytes), the length's checksum, its bytes, and their checksum; a checksum
is a masked CRC-32C. The bytes are an `Event` message of protocol buffers, of which we write and
read the step, the time and the scalars.

Reference: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto,
tensorflow/core/framework/summary.proto, tensorflow/core/framework/tensor.proto.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rampup.errors import TraceError

VERSION: Final = b"brain.Event:2"
LARGE: Final = 1 << 16
"""Records above this size hold pictures and graphs, no scalars; they are stepped over."""

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
"""The wire types of protocol buffers."""
_DT_FLOAT, _DT_DOUBLE = 1, 2


@dataclass(frozen=True, slots=True)
class Scalars:
    """What one record says: numbers by their tags, at a step."""

    step: int
    seconds: float
    """Since 1970."""
    values: dict[str, float]


def frame(data: bytes) -> bytes:
    """Return `data` as a record."""
    length = struct.pack("<Q", len(data))
    return b"".join((length, _masked(length), data, _masked(data)))


def first_record(seconds: float) -> bytes:
    """Return the record with which an event file begins."""
    return frame(b"\x09" + struct.pack("<d", seconds) + _field(3, VERSION))


def record(step: int, seconds: float, values: Mapping[str, float]) -> bytes:
    """Return numbers by their tags, at a step, as a record; they are rounded to 32 bits."""
    summary = b"".join(
        _field(1, _field(1, tag.encode(errors="backslashreplace")) + b"\x15" + _single(value))
        for tag, value in values.items()
    )
    return frame(
        b"\x09" + struct.pack("<d", seconds) + b"\x10" + _varint(step) + _field(5, summary)
    )


def scalars(path: Path) -> tuple[list[Scalars], bool]:
    """Return the scalars in an event file, and whether its last record is torn.

    Raises:
        TraceError: it cannot be read, it is no event file, or a record inside it is damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TraceError(f"no event file can be read from {path}: {error.strerror}") from None
    found: list[Scalars] = []
    at = 0
    while at < len(data):
        head = data[at : at + 12]
        if len(head) < 12:
            return found, True
        if head[8:] != _masked(head[:8]):
            if at == 0:
                raise TraceError(f"{path} is no TensorBoard event file; name the file it wrote")
            raise _damaged(path, at)
        (length,) = struct.unpack("<Q", head[:8])
        body = data[at + 12 : at + 12 + length]
        check = data[at + 12 + length : at + 16 + length]
        if len(check) < 4:
            return found, True
        if length <= LARGE:
            if check != _masked(body):
                raise _damaged(path, at)
            try:
                event = _event(body)
            except (ValueError, struct.error, IndexError):
                raise _damaged(path, at) from None
            if event.values:
                found.append(event)
        at += 16 + length
    return found, False


def _damaged(path: Path, at: int) -> TraceError:
    return TraceError(
        f"{path} is damaged at byte {at}: a checksum does not match; copy the file again"
    )


# protocol buffers


def _event(data: bytes) -> Scalars:
    step, seconds = 0, 0.0
    values: dict[str, float] = {}
    for number, kind, value in _fields(data):
        if (number, kind) == (1, _DOUBLE):
            (seconds,) = struct.unpack("<d", value)
        elif (number, kind) == (2, _VARINT):
            step = _signed(value)
        elif (number, kind) == (5, _BYTES):
            for inner, wire, one in _fields(value):
                if (inner, wire) == (1, _BYTES):
                    values.update(_value(one))
    return Scalars(step, seconds, values)


def _value(data: bytes) -> dict[str, float]:
    """Return the tag and the number of a summary's value; nothing where it is no scalar."""
    tag, number = "", None
    for field, kind, value in _fields(data):
        if (field, kind) == (1, _BYTES):
            tag = value.decode(errors="replace")
        elif (field, kind) == (2, _FLOAT):
            number = _decimal(value)
        elif (field, kind) == (8, _BYTES):
            number = _tensor(value)
    return {} if number is None else {tag: number}


def _tensor(data: bytes) -> float | None:
    """Return the number in a tensor, or None where it holds another count of numbers."""
    content: list[float] = []
    dtype = 0
    raw = b""
    for field, kind, value in _fields(data):
        if (field, kind) == (1, _VARINT):
            dtype = _signed(value)
        elif (field, kind) == (4, _BYTES):
            raw = value
        elif field == 5 and kind in (_FLOAT, _BYTES):
            content += [_decimal(value[i : i + 4]) for i in range(0, len(value), 4)]
        elif field == 6 and kind in (_DOUBLE, _BYTES):
            content += struct.unpack(f"<{len(value) // 8}d", value)
    if dtype == _DT_FLOAT and len(raw) == 4:
        return _decimal(raw)
    if dtype == _DT_DOUBLE and len(raw) == 8:
        return float(struct.unpack("<d", raw)[0])
    return content[0] if len(content) == 1 and not raw else None


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the number, the wire type and the bytes of each field of a message."""
    at = 0
    while at < len(data):
        key, at = _key(data, at)
        kind = key & 7
        if kind == _VARINT:
            end = at
            while data[end] & 0x80:
                end += 1
            end += 1
        elif kind == _BYTES:
            length, at = _key(data, at)
            end = at + length
        else:
            end = at + {_DOUBLE: 8, _FLOAT: 4}[kind] if kind in (_DOUBLE, _FLOAT) else -1
        if not at <= end <= len(data):
            raise ValueError("a field that does not end")
        yield key >> 3, kind, data[at:end]
        at = end


def _key(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7


def _signed(data: bytes) -> int:
    value, _ = _key(data, 0)
    return value - (1 << 64) if value >> 63 else value


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | _BYTES]) + _varint(len(data)) + data


def _single(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def _decimal(data: bytes) -> float:
    """Return a 32-bit number as the shortest decimal that is the same 32-bit number.

    Someone who logged the rate 0.1 reads 0.1, and not 0.10000000149011612.
    """
    (single,) = struct.unpack("<f", data)
    for digits in range(6, 9):
        short = float(f"{single:.{digits}g}")
        if _single(short) == data:
            return short
    return float(f"{single:.9g}")


# checksums


def _table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE: Final = _table()


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of `data`.

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
