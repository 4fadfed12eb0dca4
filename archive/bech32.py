"""Bech32 (BIP 173) without its limit of length, as age keys are written (pure).

A key is a prefix that says what it is, the digit 1, data in an alphabet without look-alikes, and six characters of
checksum, so that a mistyped key is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECKSUM_CHARACTERS = 6
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class Bech32Error(ValueError):
    """Text that is not Bech32. The message never repeats the text: it may be a secret."""


def encode(prefix: str, data: bytes) -> str:
    """Data under a lower-case prefix; write the result in capitals if the kind of key wants it."""
    fives = _eights_to_fives(data)
    checksum = _polymod([*_expanded(prefix), *fives, *[0] * CHECKSUM_CHARACTERS]) ^ 1
    fives += [(checksum >> 5 * (CHECKSUM_CHARACTERS - 1 - index)) & 31 for index in range(CHECKSUM_CHARACTERS)]
    return prefix + "1" + "".join(ALPHABET[five] for five in fives)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix as it was written (lower or upper case) and the data.

    Raises: Bech32Error: mixed case, a foreign character, no prefix, a wrong checksum, or left-over bits not zero.
    """
    if text not in (text.lower(), text.upper()):
        raise Bech32Error("capitals and small letters are mixed")
    prefix, one, coded = text.rpartition("1")
    if not one or not prefix or len(coded) < CHECKSUM_CHARACTERS:
        raise Bech32Error("it is cut short, or the 1 after the prefix is missing")
    if not all("!" <= character <= "~" for character in prefix):
        raise Bech32Error("the prefix has a character that is not printable ASCII")
    try:
        fives = [ALPHABET.index(character) for character in coded.lower()]
    except ValueError as error:
        raise Bech32Error("it has a character that keys never have") from error
    if _polymod([*_expanded(prefix.lower()), *fives]) != 1:
        raise Bech32Error("the checksum is wrong: a character was mistyped or lost")
    return prefix, _fives_to_eights(fives[:-CHECKSUM_CHARACTERS])


def _expanded(prefix: str) -> list[int]:
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def _polymod(fives: Iterable[int]) -> int:
    checksum = 1
    for five in fives:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ five
        for bit, term in enumerate(GENERATOR):
            checksum ^= term if top >> bit & 1 else 0
    return checksum


def _eights_to_fives(data: bytes) -> list[int]:
    n_bits = -(-len(data) * 8 // 5) * 5
    number = int.from_bytes(data, "big") << n_bits - len(data) * 8
    return [number >> shift & 31 for shift in range(n_bits - 5, -1, -5)]


def _fives_to_eights(fives: list[int]) -> bytes:
    number = 0
    for five in fives:
        number = number << 5 | five
    n_spare = len(fives) * 5 % 8
    if n_spare > 4 or number & (1 << n_spare) - 1:
        raise Bech32Error("the bits left over at the end are not zero")
    return (number >> n_spare).to_bytes(len(fives) * 5 // 8, "big")
