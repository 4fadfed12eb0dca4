"""age keys and their files."""

import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyrage
import pytest

from archive import bech32, keys

# from the specification
SECRET = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"  # noqa: S105 - published
PUBLIC = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
CREATED = datetime(2026, 11, 22, 20, 11, 5, tzinfo=UTC)


def test_the_specifications_pair_belongs_together() -> None:
    key = keys.SecretKey.parse(SECRET)

    assert str(key) == SECRET
    assert str(key.recipient) == PUBLIC
    assert key.recipient == keys.Recipient.parse(PUBLIC)
    assert key.secret == b"B" * 32


def test_pyrage_derives_the_same_public_key() -> None:
    key = keys.generate()

    assert str(pyrage.x25519.Identity.from_str(str(key)).to_public()) == str(key.recipient)


def test_two_new_keys_differ() -> None:
    assert keys.generate() != keys.generate()


def test_a_secret_key_does_not_show_itself_in_a_log() -> None:
    key = keys.SecretKey.parse(SECRET)

    assert SECRET not in repr(key) and SECRET not in f"{[key]}"
    assert PUBLIC in repr(key)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (SECRET, "SECRET key: keep it off"),
        (SECRET.lower(), "SECRET key: keep it off"),
        (PUBLIC.upper(), "starts with age1"),
        (PUBLIC[:-1] + "q", "checksum"),
        (PUBLIC[:-10], "checksum"),
        (PUBLIC.replace("z", "Z", 1), "mixed"),
        (bech32.encode("age", bytes(range(31))), "31 bytes"),
        (bech32.encode("age1pq", bytes(range(32))), "starts with age1"),
        (bech32.encode("age", bytes(32)), "low order"),
        (bech32.encode("age", b"\x01" + bytes(31)), "low order"),
        ("", "cut short"),
        ("ssh-ed25519 AAAA", "not an age key"),
    ],
)
def test_what_is_no_public_key_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(keys.KeyTextError, match=why):
        keys.Recipient.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PUBLIC, "this is a public key"),
        (SECRET.lower(), "starts with AGE-SECRET-KEY-1"),
        (SECRET[:-1] + "Q", "checksum"),
        (bech32.encode("age-secret-key-", bytes(33)).upper(), "33 bytes"),
        (bech32.encode("age-secret-key-pq-", bytes(32)).upper(), "starts with AGE-SECRET-KEY-1"),
    ],
)
def test_what_is_no_secret_key_is_refused_without_repeating_it(text: str, why: str) -> None:
    with pytest.raises(keys.KeyTextError, match=why) as error:
        keys.SecretKey.parse(text)

    assert text not in str(error.value)


def test_recipients_are_read_in_order_each_once_without_comments(tmp_path: Path) -> None:
    one, two = keys.generate().recipient, keys.generate().recipient
    path = tmp_path / "recipients.txt"
    path.write_bytes(f"\ufeff# custodian\r\n{one}\r\n\r\n  # recovery 恢复\r\n  {two}  \r\n{one}\r\n".encode())

    assert keys.read_recipients(path) == (one, two)


def test_every_bad_line_is_named_at_once_and_no_secret_repeated(tmp_path: Path) -> None:
    path = tmp_path / "recipients.txt"
    path.write_bytes(f"{PUBLIC}\nnonsense\n\n{SECRET}\n\xff\n".encode("latin-1"))

    with pytest.raises(keys.KeyFileError) as error:
        keys.read_recipients(path)

    told = str(error.value)
    assert str(path) in told and SECRET not in told
    assert "line 2: not an age key" in told and "line 4: this is a SECRET key" in told and "line 5:" in told
    assert "line 1" not in told


@pytest.mark.parametrize("content", ["", "# nobody yet\n\n"])
def test_a_file_without_keys_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(content)

    with pytest.raises(keys.KeyFileError, match="no public key"):
        keys.read_recipients(path)
    with pytest.raises(keys.KeyFileError, match="no secret key"):
        keys.read_identities(path)


def test_a_missing_file_is_an_ordinary_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keys.read_recipients(tmp_path / "none.txt")


def test_an_identity_file_is_for_its_owner_only_and_says_when_and_for_whom(tmp_path: Path) -> None:
    key, path = keys.generate(), tmp_path / "custodian.key"

    keys.write_identity_file(path, key, CREATED.astimezone(timezone(timedelta(hours=8))))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"# created: 2026-11-22T20:11:05Z\n# public key: {key.recipient}\n{key}\n"
    assert keys.read_identities(path) == (key,)
    assert [each.name for each in tmp_path.iterdir()] == ["custodian.key"]


def test_an_identity_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "custodian.key"
    keys.write_identity_file(path, keys.SecretKey.parse(SECRET), CREATED)

    with pytest.raises(FileExistsError, match="move it away first"):
        keys.write_identity_file(path, keys.generate(), CREATED)

    assert keys.read_identities(path) == (keys.SecretKey.parse(SECRET),)
    assert [each.name for each in tmp_path.iterdir()] == ["custodian.key"]


def test_an_identity_file_without_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        keys.write_identity_file(tmp_path / "key", keys.generate(), datetime(2026, 11, 22))

    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(shutil.which("age-keygen") is None, reason="the age-keygen program is not installed")
def test_age_keygen_reads_our_file_and_we_read_its(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    keys.write_identity_file(ours, keys.SecretKey.parse(SECRET), CREATED)
    subprocess.run(["age-keygen", "-o", theirs], capture_output=True, check=True)

    public = subprocess.run(["age-keygen", "-y", ours], capture_output=True, check=True, text=True).stdout
    assert public.strip() == PUBLIC
    assert f"# public key: {keys.read_identities(theirs)[0].recipient}" in theirs.read_text()
