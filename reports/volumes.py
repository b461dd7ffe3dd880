"""成卷 (volumes): every paper that is no letter, laid out piece by piece and written as one PDF/A-3a with its data.

Each piece is laid out by the engine, read off its boxes and let go, so that time and memory grow with the number of
pages and no faster. The pages then go through the same PDF writer as the letters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.layout import engine, pdf, setting
from reports.press import Paper
from reports.writer.archive import About, Attachment
from reports.writer.sheet import Sheets

SAYS = "本件所依据的数据"


@dataclass(slots=True)
class Volume:
    """成卷 (a volume) in the making, under one style sheet."""

    style: str
    pages: int = 0
    parts: list[tuple[str, Sheets]] = field(default_factory=list)

    def add(self, html: str, images: Mapping[str, bytes] | None = None, *, title: str = "") -> None:
        """加页 (add pages): a part of their own under `title`, or without one more pages of the part before.

        Raises `AssetRefused`, `PressStopped`, `FontsMissing`.
        """
        with engine.uncollected():
            sheets = setting.by_engine(html, self.style, images or {})
        self.pages += len(sheets.pages)
        if title or not self.parts:
            self.parts.append((title or sheets.title, sheets))
        else:
            before = self.parts[-1][1]
            before.pages += sheets.pages
            before.images |= sheets.images

    def number(self, template: str) -> None:
        """编页码 (number the pages): `template` makes as many empty pages, of which only the margins are used.

        How many pages there are is known only when all are laid out.
        """
        blank = setting.by_engine(engine.fill(template, pages=self.pages), self.style, {})
        pages = [page for _, sheets in self.parts for page in sheets.pages]
        for page, feet in zip(pages, blank.pages, strict=True):
            page.margin += feet.margin

    def front(self, html: str, title: str) -> None:
        """卷首 (front): uncounted pages before all others; they say what the whole is called, by whom and when."""
        self.parts.insert(0, (title, setting.by_engine(html, self.style, {})))

    def paper(self, data: bytes, name: str, version: str) -> Paper:
        """成件 (make the paper) with the canonical `data` that it was made from attached under `name`.

        `version` is the fingerprint of its templates. The SHA-256 of the data becomes the identifier of the file.
        Raises `ValueError` when nothing was added.
        """
        if not self.parts:
            raise ValueError("no part")
        first, digest = self.parts[0][1], hashlib.sha256(data).hexdigest()
        about = About(first.title, first.author, first.day)
        made = pdf.bound(self.parts, about, Attachment(name, data, SAYS), digest)
        pages = sum(len(sheets.pages) for _, sheets in self.parts)
        return Paper(made, pages, hashlib.sha256(made).hexdigest(), digest, version)
