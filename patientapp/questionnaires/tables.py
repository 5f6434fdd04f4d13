"""A TOML table that is read once, key by key: every mistake names file, key and reason."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from enum import StrEnum
    from pathlib import Path

    E = TypeVar("E", bound=StrEnum)

T = TypeVar("T")
NEEDED: Any = object()


class BrokenInstrument(ValueError):
    """A data file of a questionnaire that must not be used; the start stops here."""


class Table:
    """One table of one file; `done()` refuses the keys that nobody asked for."""

    def __init__(self, data: Mapping[str, Any], *, file: str, path: str = "") -> None:
        self.data, self.file, self.path = data, file, path
        self.asked: set[str] = set()

    @classmethod
    def read(cls, path: Path, *, name: str) -> Table:
        """The whole of a TOML file, known in messages by this name."""
        try:
            return cls(tomllib.loads(path.read_text(encoding="utf-8")), file=name)
        except FileNotFoundError:
            raise BrokenInstrument(f"{name}: the file is missing") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BrokenInstrument(f"{name}: not readable as TOML: {error}") from None

    def broken(self, key: str, why: str) -> BrokenInstrument:
        """The error to raise about one key."""
        place = f"{self.path}.{key}" if self.path and key else self.path or key
        return BrokenInstrument(f"{self.file}: {place}: {why}")

    def get(self, key: str, kinds: type[T] | tuple[type[T], ...], default: Any = NEEDED) -> Any:
        """A value of one of these types (true and false are no numbers)."""
        self.asked.add(key)
        if key not in self.data:
            if default is NEEDED:
                raise self.broken(key, "is missing")
            return default
        value = self.data[key]
        flag = isinstance(value, bool)
        if not isinstance(value, kinds) or flag != (kinds is bool):
            wanted = kinds if isinstance(kinds, tuple) else (kinds,)
            names = " or ".join(NAMES[kind] for kind in wanted)
            raise self.broken(key, f"must be {names}, not {value!r}")
        return value

    def text(self, key: str, default: Any = NEEDED) -> str:
        """A text that is not empty."""
        value: str = self.get(key, str, default)
        if key in self.data and not value.strip():
            raise self.broken(key, "is empty")
        return value

    def whole(self, key: str, default: Any = NEEDED) -> int:
        """A whole number."""
        return self.get(key, int, default)  # type: ignore[no-any-return]

    def number(self, key: str, default: Any = NEEDED) -> float:
        """A number."""
        return self.get(key, (int, float), default)  # type: ignore[no-any-return]

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return self.get(key, bool, default)  # type: ignore[no-any-return]

    def choice(self, key: str, kind: type[E], default: Any = NEEDED) -> Any:
        """One name of a closed set."""
        value = self.get(key, str, default)
        if value is default:
            return default
        if value not in {str(member) for member in kind}:
            names = ", ".join(member for member in kind)
            raise self.broken(key, f"{value!r} is none of: {names}")
        return kind(value)

    def many(self, key: str, kinds: type[T] | tuple[type[T], ...], default: Any = NEEDED) -> Any:
        """A tuple of values of these types."""
        values: Sequence[Any] = self.get(key, list, default)
        for value in values:
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise self.broken(key, f"must not hold {value!r}")
        return tuple(values)

    def table(self, key: str, default: Any = NEEDED) -> Table | None:
        """The table under a key; None where there is none and the default says so."""
        value = self.get(key, dict, default)
        return value if value is default else Table(value, file=self.file, path=self._under(key))

    def tables(self, key: str, default: Any = NEEDED) -> Iterator[Table]:
        """The tables of an array."""
        for i, value in enumerate(self.many(key, dict, default)):
            yield Table(value, file=self.file, path=f"{self._under(key)}[{i + 1}]")

    def done(self) -> None:
        """Refuse keys that nobody asked for: a misspelt key must not be silent."""
        if unknown := sorted(set(self.data) - self.asked):
            raise self.broken(unknown[0], "is not known here")

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


NAMES: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a day",
    datetime: "a time",
}
