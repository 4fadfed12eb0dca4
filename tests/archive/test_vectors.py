"""Sealed files that each break one rule of the format, and some that break none (made by vectors/make.py)."""

import io
import random
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from archive import sealing
from archive.keys import SecretKey
from tests.archive.vectors import make

ERRORS = {
    "header": sealing.HeaderError,
    "mac": sealing.HeaderMacError,
    "nomatch": sealing.NoMatchError,
    "damaged": sealing.DamagedError,
}
SMALL = make.small()
ALL = [*SMALL, *make.large()]
# pyrage 1.4 takes these two that the specification forbids: an old leniency of its own
LENIENT_PYRAGE = {"header-stanza-body-missing", "header-stanza-last-line-missing"}
# the age program looks for lonely scrypt stanzas only when it is asked for a passphrase
LENIENT_AGE = {"header-scrypt-not-alone"}


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector.name)
def test_every_vector_ends_as_its_name_says_and_gives_no_more_than_it_may(vector: make.Vector) -> None:
    opened = io.BytesIO()

    if vector.expected == "good":
        sealing.unseal(io.BytesIO(vector.sealed), opened, [SecretKey.parse(make.IDENTITY)])
    else:
        with pytest.raises(sealing.SealedFileError) as refusal:
            sealing.unseal(io.BytesIO(vector.sealed), opened, [SecretKey.parse(make.IDENTITY)])
        assert refusal.type is ERRORS[vector.expected]

    assert opened.getvalue() == vector.plain


def test_the_files_beside_the_script_are_what_it_makes() -> None:
    on_disk = {path.stem: path.read_bytes() for path in make.FOLDER.glob("*.age")}

    assert on_disk == {vector.name: vector.sealed for vector in SMALL}


def test_the_identity_of_the_vectors_is_the_secret_that_they_were_made_with() -> None:
    assert SecretKey.parse(make.IDENTITY).secret == make.SECRET
    assert SecretKey.parse(make.OTHER_IDENTITY).secret == make.OTHER_SECRET


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
def test_the_age_program_takes_and_refuses_the_same_vectors_but_for_one_leniency(tmp_path: Path) -> None:
    identity = tmp_path / "identity.txt"
    identity.write_text(make.IDENTITY + "\n")

    verdicts = {
        vector.name: subprocess.run(
            ["age", "-d", "-i", identity], input=vector.sealed, capture_output=True, check=False
        )
        for vector in ALL
        if vector.name != "header-armored"  # the program decodes armor, we do not
    }

    taken = {name for name, verdict in verdicts.items() if verdict.returncode == 0}
    assert taken - LENIENT_AGE == {vector.name for vector in ALL if vector.expected == "good"}


def test_pyrage_takes_and_refuses_the_same_vectors_but_for_its_known_leniencies() -> None:
    identity = pyrage.x25519.Identity.from_str(make.IDENTITY)
    taken = set()
    for vector in ALL:
        try:
            pyrage.decrypt(vector.sealed, [identity])
        except pyrage.DecryptError:
            continue
        taken.add(vector.name)

    assert taken - LENIENT_PYRAGE == {vector.name for vector in ALL if vector.expected == "good"}


def test_what_chance_makes_of_a_sealed_file_is_refused_by_us_and_by_pyrage_alike() -> None:
    chance, identity = random.Random(853), pyrage.x25519.Identity.from_str(make.IDENTITY)  # noqa: S311 - no secret
    whole = io.BytesIO()
    plain = chance.randbytes(70_000)
    recipients = [SecretKey.parse(text).recipient for text in (make.OTHER_IDENTITY, make.IDENTITY)]
    sealing.seal(io.BytesIO(plain), whole, recipients)
    sealed, end = whole.getvalue(), whole.getvalue().index(b"---") + 60
    assert pyrage.decrypt(sealed, [identity]) == plain
    for number in range(400):
        mutant, at = bytearray(sealed), chance.randrange(end if number % 4 else len(sealed))
        match number % 5:
            case 0:
                mutant[at] ^= 1 << chance.randrange(8)
            case 1:
                del mutant[at : at + chance.randrange(1, 40)]
            case 2:
                mutant[at:at] = chance.randbytes(chance.randrange(1, 40))
            case 3:
                del mutant[at:]
            case _:
                mutant[at:at] = chance.choice((b" ", b"\n", b"\r", b"=", b"-> grease\n\n", b"\0", b"A"))

        with pytest.raises(sealing.SealedFileError):
            sealing.unseal(io.BytesIO(bytes(mutant)), io.BytesIO(), [SecretKey.parse(make.IDENTITY)])
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(bytes(mutant), [identity])
