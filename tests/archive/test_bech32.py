"""Bech32 by the examples of BIP 173 and by age's own."""

import os

import pytest

from archive import bech32

VALID = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "?1ezyfcl",
]
INVALID = {
    "\x201nwldj5": "not printable",
    "\x7f1axkwrx": "not printable",
    "pzry9x0s0muk": "cut short, or the 1",
    "1pzry9x0s0muk": "cut short, or the 1",
    "x1b4n0q5v": "never have",
    "li1dgmt3": "cut short",
    "de1lg7wt\xff": "never have",
    "A1G7SGD8": "checksum",
    "10a06t8": "cut short",
    "1qzzfhee": "cut short",
    "a12uel5L": "mixed",
    "A12uEL5L": "mixed",
    "a12uel5k": "checksum",
    "": "cut short",
}


@pytest.mark.parametrize("text", VALID)
def test_the_standards_good_examples_are_taken(text: str) -> None:
    prefix, data = bech32.decode(text)

    assert bech32.encode(prefix.lower(), data) == text.lower()


@pytest.mark.parametrize(("text", "why"), list(INVALID.items()))
def test_the_standards_bad_examples_are_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(bech32.Bech32Error, match=why):
        bech32.decode(text)


@pytest.mark.parametrize("n_bytes", [0, 1, 2, 3, 4, 5, 32, 200])
def test_any_data_survives(n_bytes: int) -> None:
    data = os.urandom(n_bytes)

    assert bech32.decode(bech32.encode("age", data)) == ("age", data)


def test_every_single_mistyped_character_is_noticed() -> None:
    good = bech32.encode("age", bytes(range(32)))

    for place in range(4, len(good)):
        for other in set(bech32.ALPHABET) - {good[place]}:
            with pytest.raises(bech32.Bech32Error):
                bech32.decode(good[:place] + other + good[place + 1 :])


@pytest.mark.parametrize("fives", [[0, 1], [0, 0, 0]])
def test_left_over_bits_that_are_set_or_a_whole_character_too_many_are_refused(fives: list[int]) -> None:
    checksum = bech32._polymod([*bech32._expanded("age"), *fives, *[0] * 6]) ^ 1
    characters = fives + [(checksum >> 5 * (5 - index)) & 31 for index in range(6)]

    with pytest.raises(bech32.Bech32Error, match="left over"):
        bech32.decode("age1" + "".join(bech32.ALPHABET[each] for each in characters))
