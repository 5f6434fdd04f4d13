"""Secrets in single fields."""

from __future__ import annotations

import pytest

from patientapp.crypto import SealError, seal, unseal

KEY, ABOUT = "a-key-of-enough-letters", "staff.totp_secret.1"


def test_a_sealed_secret_opens_with_its_key_in_its_place() -> None:
    stored = seal(b"secret", key=KEY, about=ABOUT)
    assert b"secret" not in stored
    assert unseal(stored, key=KEY, about=ABOUT) == b"secret"


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert seal(b"secret", key=KEY, about=ABOUT) != seal(b"secret", key=KEY, about=ABOUT)


@pytest.mark.parametrize(
    ("key", "about"), [("another key", ABOUT), (KEY, "staff.totp_secret.2"), (KEY, "")]
)
def test_another_key_or_place_opens_nothing(key: str, about: str) -> None:
    stored = seal(b"secret", key=KEY, about=ABOUT)
    with pytest.raises(SealError):
        unseal(stored, key=key, about=about)


@pytest.mark.parametrize("place", [0, 1, 6, -1])
def test_one_changed_byte_opens_nothing(place: int) -> None:
    stored = bytearray(seal(b"secret", key=KEY, about=ABOUT))
    stored[place] ^= 1
    with pytest.raises(SealError):
        unseal(bytes(stored), key=KEY, about=ABOUT)


def test_a_cut_off_value_opens_nothing() -> None:
    stored = seal(b"secret", key=KEY, about=ABOUT)
    for length in range(len(stored)):
        with pytest.raises(SealError):
            unseal(stored[:length], key=KEY, about=ABOUT)
