"""Makes videos that no camera makes: small real clips, harmed in a thousand ways, the same ones each time."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grading.types import Pixels
from tests.grading import made

SUFFIXES = ("mp4", "mkv", "avi", "mov", "webm", "ts")
Harm = Callable[[bytearray, random.Random], bytearray]


@dataclass(frozen=True)
class Mutant:
    """One harmed video. name: what was done to what."""

    name: str
    suffix: str
    content: bytes


def clips(folder: Path) -> dict[str, bytes]:
    """A second and a half of film in each container, with the index behind the film and before it."""
    found = {}
    for suffix in SUFFIXES:
        made_as = "mkv" if suffix == "webm" else suffix
        film = made.video(folder / f"clip.{made_as}", made.steady(30, 1.5), _picture)
        found[suffix] = film.read_bytes()
    found["fast-start.mp4"] = made.fast_start(folder / "fast.mp4", made.steady(30, 1.5), _picture).read_bytes()
    options = {"movflags": "frag_keyframe+empty_moov"}
    found["fragments.mp4"] = made.video(folder / "parts.mp4", made.steady(30, 1.5), _picture, options).read_bytes()
    return found


def mutants(folder: Path, n: int, seed: int) -> Iterator[Mutant]:
    """`n` mutants, each clip and each harm in turn, some of them harmed twice."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    sources = list(clips(folder).items())
    for number in range(n):
        kind, clip = sources[number % len(sources)]
        harms = [chance.choice(HARMS) for _ in range(chance.choice((1, 1, 1, 2)))]
        content = bytearray(clip)
        for harm in harms:
            content = harm(content, chance) if content else content
        words = "+".join(harm.__name__.strip("_") for harm in harms)
        yield Mutant(f"{number:04d} {kind} {words}", kind.rpartition(".")[2], bytes(content))


def _picture(time_s: float) -> Pixels:
    noise = np.random.default_rng(round(time_s * 30)).integers(60, 190, (30, 40, 3), np.uint8)
    return np.kron(noise, np.ones((4, 4, 1), np.uint8)).astype(np.uint8)


def _flipped_bits(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 3, 20, 200))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _flipped_in_the_head(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(600, len(data)))] = chance.randrange(256)
    return data


def _flipped_in_the_tail(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 8))):
        data[-1 - chance.randrange(min(2000, len(data)))] = chance.randrange(256)
    return data


def _cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def _zeroed(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    end = min(len(data), start + 1 + chance.randrange(len(data)))
    data[start:end] = bytes(end - start)
    return data


def _a_piece_gone(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 5000) :]


def _a_piece_twice(data: bytearray, chance: random.Random) -> bytearray:
    start, length = chance.randrange(len(data)), chance.randrange(1, 5000)
    return data[: start + length] + data[start:]


def _concatenated(data: bytearray, chance: random.Random) -> bytearray:
    return data + data[chance.randrange(len(data)) :] if chance.random() < 0.5 else data + data


def _empty(data: bytearray, chance: random.Random) -> bytearray:
    return bytearray() if chance.random() < 0.1 else data[:1]


def _sizes_blown_up(data: bytearray, chance: random.Random) -> bytearray:
    """Lengths of boxes, of chunks and of elements, and the counts in an index."""
    names = (b"moov", b"trak", b"mdat", b"stsz", b"stco", b"stts", b"stsc", b"avcC", b"esds", b"elst", b"moof", b"trun")
    places = [at for name in (*names, b"LIST", b"idx1", b"RIFF", b"\x1f\x43\xb6\x75") if (at := data.find(name)) >= 4]
    if places:
        at = chance.choice(places) + chance.choice((-4, 4, 8, 12))
        data[at : at + 4] = chance.choice(
            (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x01")
        )
    return data


def _dimensions_blown_up(data: bytearray, chance: random.Random) -> bytearray:
    """The picture's width and height (160 x 120) wherever a container or a codec states them."""
    width = chance.choice((16_000, 32_767, 65_535, 8_192))
    for order in (">", "<"):
        for form in ("HH", "II", "ii"):
            was, is_now = struct.pack(order + form, 160, 120), struct.pack(order + form, width & 0xFFFF, width & 0xFFFF)
            data = data.replace(was, is_now)
    # Matroska: PixelWidth and PixelHeight
    data = data.replace(b"\xb0\x81\xa0", b"\xb0\x81\xff").replace(b"\xba\x81\x78", b"\xba\x81\xff")
    return data


def _duration_blown_up(data: bytearray, chance: random.Random) -> bytearray:
    for name in (b"mvhd", b"mdhd", b"tkhd"):
        at = data.find(name)
        if at >= 0:
            field = at + (24 if name == b"tkhd" else 20)
            data[field : field + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x00"))
    at = data.find(b"\x44\x89\x88")  # Matroska: Duration
    if at >= 0:
        data[at + 3 : at + 11] = struct.pack(">d", chance.choice((1e18, -1.0, float("nan"), float("inf"))))
    at = data.find(b"avih")
    if at >= 0:
        data[at + 24 : at + 28] = b"\xff\xff\xff\x7f"
    return data


def _time_scales_changed(data: bytearray, chance: random.Random) -> bytearray:
    for name in (b"mvhd", b"mdhd"):
        at = data.find(name)
        if at >= 0:
            data[at + 16 : at + 20] = chance.choice((b"\x00\x00\x00\x00", b"\x00\x00\x00\x01", b"\xff\xff\xff\xff"))
    at = data.find(b"\x2a\xd7\xb1")  # Matroska: TimestampScale
    if at >= 0:
        data[at + 4 : at + 7] = b"\x00\x00\x00"
    return data


def _another_head(data: bytearray, chance: random.Random) -> bytearray:
    head = chance.choice(
        (b"RIFF\x00\x00\x00\x00AVI ", b"\x00\x00\x00\x18ftypmp42", b"\x1a\x45\xdf\xa3\x9f", b"OggS", b"\x47" * 188)
    )
    return bytearray(head) + data[len(head) :]


HARMS: tuple[Harm, ...] = (
    _flipped_bits,
    _flipped_in_the_head,
    _flipped_in_the_tail,
    _cut,
    _zeroed,
    _a_piece_gone,
    _a_piece_twice,
    _concatenated,
    _empty,
    _sizes_blown_up,
    _dimensions_blown_up,
    _duration_blown_up,
    _time_scales_changed,
    _another_head,
)
