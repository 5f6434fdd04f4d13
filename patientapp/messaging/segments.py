"""How many segments a text is: what it costs, and whether it stays whole on an old phone.

PURE. GSM 03.38: 160 characters alone, 153 when joined; one outside that alphabet makes the whole
text UCS-2, 70 alone and 67 joined. A character of two units is never split between segments.
"""

from __future__ import annotations

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")

GSM_ALONE, GSM_JOINED = 160, 153
UCS_ALONE, UCS_JOINED = 70, 67


def is_gsm(text: str) -> bool:
    """Whether the text fits the small alphabet."""
    return all(char in _BASIC or char in _EXTENDED for char in text)


def units(text: str) -> int:
    """The length of a text in units of its own coding."""
    return sum(_sizes(text))


def segments(text: str) -> int:
    """How many segments the text takes; 0 for an empty one."""
    alone, joined = (GSM_ALONE, GSM_JOINED) if is_gsm(text) else (UCS_ALONE, UCS_JOINED)
    sizes = _sizes(text)
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    return _pack(sizes, room=joined)


def _sizes(text: str) -> list[int]:
    if is_gsm(text):
        return [2 if char in _EXTENDED else 1 for char in text]
    return [2 if ord(char) > 0xFFFF else 1 for char in text]


def _pack(sizes: Iterable[int], *, room: int) -> int:
    count, left = 0, 0
    for size in sizes:
        if size > left:
            count, left = count + 1, room
        left -= size
    return count
