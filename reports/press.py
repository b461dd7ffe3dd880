"""印制文书 (printing letters): one letter or a whole run to PDF, refused rather than wrong.

Checks in this order: is everything there (`forms.check`), can every character be drawn (`fonts.missing_glyphs`), did
the engine complain (`engine`). Data, template and PDF fingerprints, kept, are enough to print the page again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from reports import engine, fonts, forms, marks
from reports.faults import MissingGlyphs
from reports.forms import Letter
from reports.regional import RegionalForm
from reports.regional_fields import sample
from reports.wording import cn_date

STYLE = "letter.css"
FRAME = ("letters/_letter.html", "letters/_parts.html")
"""The common page and the parts that the pages share."""
PART = 150
"""Letters in one PDF of a run: the engine holds about 1 MB a letter until the PDF is written."""


@dataclass(frozen=True, slots=True)
class Paper:
    """印件 (paper): a PDF and what is needed to prove or repeat it; fingerprints are hexadecimal SHA-256."""

    pdf: bytes
    pages: int
    sha256: str
    data_sha256: str
    template_sha256: str


@dataclass(frozen=True, slots=True)
class Place:
    """所在页 (place in a run): `part` counts the PDFs from 0, `first_page` the pages of that PDF from 1."""

    number: str
    part: int
    first_page: int
    pages: int
    data_sha256: str


@dataclass(frozen=True, slots=True)
class RunPaper:
    """批量印件 (printed run): PDFs of at most `PART` letters each, every letter beginning on a right-hand page."""

    parts: tuple[bytes, ...]
    items: tuple[Place, ...]

    @property
    def pdf(self) -> bytes:
        """The only part. Raises `ValueError` for a run of several: take `parts` then."""
        (only,) = self.parts
        return only


def check_glyphs(texts: Sequence[tuple[str, str]]) -> None:
    """缺字检查 (glyph gate) over pairs of field name and text. Raises `MissingGlyphs`."""
    joined: dict[str, str] = {}
    for official, text in texts:
        joined[official] = joined.get(official, "") + text
    if missing := fonts.missing_glyphs(joined):
        raise MissingGlyphs(missing)


def paper(documents: Sequence[Any], data_sha256: str, template_sha256: str) -> Paper:
    """成件 (make the paper) out of laid-out documents."""
    pdf = engine.write(documents, data_sha256)
    pages = sum(len(document.pages) for document in documents)
    return Paper(pdf, pages, hashlib.sha256(pdf).hexdigest(), data_sha256, template_sha256)


@lru_cache
def template_version(template: str) -> str:
    """样式版本 (template version) of one letter form: its own page, the common page and parts, and the style."""
    return engine.version(f"letters/{template}", *FRAME, f"style/{STYLE}")


def version_of(letter: Letter, regional: RegionalForm | None = None) -> str:
    """样式版本 (template version) of a letter: that of the built-in form, or the SHA-256 of the region's own."""
    return regional.sha256 if regional else template_version(letter.template)


def _document(letter: Letter, regional: RegionalForm | None = None) -> Any:
    """Check, fill in, lay out."""
    forms.check(letter)
    check_glyphs(list(forms.texts(letter)))
    if regional:
        regional.check(letter)
    return _laid_out(letter, regional, f"补打 第{letter.copy}份" if letter.copy else "")


def _laid_out(letter: Letter, regional: RegionalForm | None, mark: str) -> Any:
    data = forms.fingerprint(letter)
    asset = f"asset:qr/{data}"  # one name a letter: the engine keeps one image a name, also across a whole run
    code = marks.qr("CXJZ1", letter.form, letter.number, letter.on.isoformat(), letter.organ, data)
    if regional:
        body = Markup(regional.fill(letter, asset, data))  # its tags are from a list, its values escaped
        html = engine.fill("letters/_regional.html", letter=letter, body=body, mark=mark)
    else:
        html = engine.fill(
            f"letters/{letter.template}", letter=letter, qr=asset, data=data, version=template_version(letter.template)
        )
    return engine.lay_out(html, STYLE, {asset: code})


def render_letter(letter: Letter, regional: RegionalForm | None = None) -> Paper:
    """印一份 (print one letter), in a region's own form where one is given.

    Raises `Incomplete`, `MissingGlyphs`, `FontsMissing`, `TemplateRefused`, `PressStopped`.
    """
    return paper([_document(letter, regional)], forms.fingerprint(letter), version_of(letter, regional))


def proof(regional: RegionalForm) -> Paper:
    """样张 (proof) of a region's own form, marked as such: each field says its own name, nothing is a real case."""
    letter = sample(regional.form)
    return paper([_laid_out(letter, regional, "样张")], forms.fingerprint(letter), regional.sha256)


def render_run(letters: Sequence[Letter], regional: Sequence[RegionalForm | None] = ()) -> RunPaper:
    """批量印制 (print a run), in the given order, for two-sided printing; page numbers begin anew with each letter.

    `regional` holds for each letter the region's own form or None; empty when there is none at all.
    Every letter is checked before the first page is laid out: a run is printed whole or not at all.
    Raises what `render_letter` raises, and `ValueError` for an empty run.
    """
    if not letters:
        raise ValueError("empty run")
    for letter in letters:
        forms.check(letter)
        check_glyphs([(f"{letter.number}的{name}", text) for name, text in forms.texts(letter)])
    parts: list[bytes] = []
    items: list[Place] = []
    pairs = list(zip(letters, regional or [None] * len(letters), strict=True))
    for start in range(0, len(letters), PART):
        pdf, places = _part(pairs[start : start + PART], len(parts))
        parts.append(pdf)
        items.extend(places)
    return RunPaper(tuple(parts), tuple(items))


def _part(pairs: Sequence[tuple[Letter, RegionalForm | None]], part: int) -> tuple[bytes, list[Place]]:
    documents: list[Any] = []
    places: list[Place] = []
    page = 1
    for letter, regional in pairs:
        document = _document(letter, regional)
        places.append(Place(letter.number, part, page, len(document.pages), forms.fingerprint(letter)))
        padded = list(_padded(document))
        documents.extend(padded)
        page += sum(len(one.pages) for one in padded)
    digest = hashlib.sha256("".join(place.data_sha256 for place in places).encode()).hexdigest()
    return engine.write(documents, digest), places


def _padded(document: Any) -> Iterator[Any]:
    """The letter and, when its pages are odd in number, an empty page, so that the next begins on a right-hand page."""
    yield document
    if len(document.pages) % 2:
        yield _empty_page()


def _empty_page() -> Any:
    return engine.lay_out('<html lang="zh-CN"><title>空白页</title><body class="blank"></body></html>', STYLE)


def describe(letter: Letter) -> str:
    """文书名称 (one line for a register): title, number and date."""
    return f"{letter.title}（{letter.number}，{cn_date(letter.on)}）"
