"""All pages and cards of a folder: found, checked, and handed out by topic and language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from patientapp.content.cards import Cards, read_all, refuse_missing
from patientapp.content.page import BrokenContent, Page, Status, parse
from patientapp.content.search import Index, index, search

PACKAGE = Path(__file__).resolve().parent.parent
SOURCE = "en"
START_HERE = 6
ME_CFS = "cfs"


@dataclass(frozen=True)
class Library:
    """What this installation has to read."""

    pages: Mapping[tuple[str, str], Page]
    """By topic and language."""
    cards: Mapping[str, Cards]
    """By language."""
    _indexes: dict[str, Index] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls, folder: Path, *, offered: Iterable[str] = (SOURCE,)) -> Library:
        """Read all of it; BrokenContent where a file is broken or an offered language has no cards."""
        cards = read_all(folder)
        refuse_missing(cards, list(offered))
        found = [
            parse(path.read_text(encoding="utf-8"), topic=path.parent.name, lang=path.stem)
            for path in sorted(folder.glob("*/*.md"))
        ]
        made = cls(pages={(page.id, page.lang): page for page in found}, cards=cards)
        made._check_together()
        return made

    @property
    def topics(self) -> list[Page]:
        """Every topic once, in English, by title."""
        found = (page for page in self.pages.values() if page.lang == SOURCE)
        return sorted(found, key=lambda page: page.title)

    @property
    def languages(self) -> list[str]:
        """Every language that has a page; English first."""
        found = {lang for _topic, lang in self.pages}
        return sorted(found, key=lambda lang: (lang != SOURCE, lang))

    def page(self, topic: str, lang: str) -> Page:
        """The page in this language, else in English; KeyError for no such topic."""
        return self.pages.get((topic, lang)) or self.pages[topic, SOURCE]

    def cards_in(self, lang: str) -> Cards:
        """The safety cards of this language, else the English."""
        return self.cards.get(lang) or self.cards[SOURCE]

    def is_out_of_date(self, page: Page) -> bool:
        """Whether the English has changed since this was translated."""
        source = self.pages[page.id, SOURCE]
        return page.lang != SOURCE and (
            page.translated_from_version < source.version or page.translation_status is Status.OUT_OF_DATE
        )

    def search(self, asked: str, lang: str) -> list[Page]:
        """The pages that speak of this, in this language where they are translated, best first."""
        if lang not in self._indexes:
            self._indexes[lang] = index(self.page(topic.id, lang) for topic in self.topics)
        found = search(self._indexes[lang], asked)
        if found or lang == SOURCE:
            return found
        return [self.page(page.id, lang) for page in self.search(asked, SOURCE)]  # asked in English

    def start_here(self) -> list[str]:
        """The topics of the path for beginners, in order."""
        path = [page for page in self.topics if page.start_here]
        return [page.id for page in sorted(path, key=lambda page: page.start_here)]

    def _check_together(self) -> None:
        """What no single file can show."""
        ids = {page.id for page in self.topics}
        for page in self.pages.values():
            name = f"content/{page.id}/{page.lang}.md"
            if page.id not in ids:
                raise BrokenContent(f"{name}: lang: the English page of this topic is missing")
            if missing := set(page.related) - ids:
                raise BrokenContent(f"{name}: related: there is no topic {min(missing)}")
            if page.id in page.related:
                raise BrokenContent(f"{name}: related: names itself")
            if page.translated_from_version > self.pages[page.id, SOURCE].version:
                raise BrokenContent(f"{name}: translated_from_version: is newer than the English")
        places = sorted(page.start_here for page in self.topics if page.start_here)
        if ids and places != list(range(1, START_HERE + 1)):
            wanted = f"must be 1 to {START_HERE}, each once"
            raise BrokenContent(f"content/: start_here: {wanted}, not {places}")


def content_folder() -> Path:
    """Where the pages lie: beside the package, or inside it once it is installed."""
    beside, inside = PACKAGE.parent / "content", PACKAGE / "_data" / "content"
    return beside if beside.is_dir() else inside


@cache
def default_library() -> Library:
    """The pages of this installation, read once."""
    return Library.load(content_folder())
