"""印制文书 (printing letters): one letter or a whole run to PDF, refused rather than wrong.

Checks in this order: is everything there (`forms.check`), can every character be drawn (`fonts.missing_glyphs`), did
the engine complain (`engine`). Data, template and PDF fingerprints, kept, are enough to print the page again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from markupsafe import Markup

from reports import fonts, forms, marks
from reports.editions import Edition
from reports.faults import Incomplete, MissingGlyphs, PressStopped
from reports.filled import Filled
from reports.forms import Letter
from reports.layout import engine, overlap, pdf, setting
from reports.regional import RegionalForm
from reports.regional_fields import sample
from reports.wording import cn_date
from reports.writer.sheet import Sheets

STYLE, LARGE, COVER = "letter.css", "letter-large.css", "plain.css"
SIGNED = {STYLE: "letter-signed.css", LARGE: "letter-large-signed.css"}
"""The same with a place to sign at the foot of every page."""
RECORDS = frozenset(("statement.html", "visit.html"))
"""笔录、调查表: what a person said or saw recorded, signed page by page so that no page can be exchanged."""
SMALL = frozenset(("receipt.html",))
"""What has one page in every variant: a proof of service goes back to the office."""
PLAIN, REGIONAL = "_plain.html", "_regional.html"
"""The cover in plain words, and the page around a region's own form."""
PART = 200
"""Letters in one PDF of a run, so that a jammed printer never costs more than one stack of paper."""


@dataclass(frozen=True, slots=True)
class Variant:
    """版式 (variant) of a letter, chosen by the office: 大字版 (large print), 明白纸 (a cover in plain words).

    The fingerprint of the data is that of the letter in every variant. To print the same bytes again one must know the
    variant, so whoever keeps a print keeps it too.
    """

    large: bool = False
    cover: bool = False

    def sheet(self, page: str) -> str:
        """Style sheet of a letter with this template."""
        sheet = LARGE if self.large and page not in SMALL else STYLE
        return SIGNED[sheet] if page in RECORDS else sheet

    @property
    def name(self) -> str:
        """As an officer calls it."""
        return "大字版" * self.large + "、" * (self.large and self.cover) + "附明白纸" * self.cover or "普通版"


NORMAL = Variant()


@dataclass(frozen=True, slots=True)
class Paper:
    """印件 (paper): a PDF and what is needed to prove or repeat it; fingerprints are hexadecimal SHA-256.

    `content_sha256` is that of what is on the pages, the same alone and in a run; "" for what is no letter.
    """

    pdf: bytes
    pages: int
    sha256: str
    data_sha256: str
    template_sha256: str
    content_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """所在页 (place in a run): `part` counts the PDFs from 0, `first_page` the pages of that PDF from 1."""

    number: str
    part: int
    first_page: int
    pages: int
    data_sha256: str
    content_sha256: str = ""


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
    if fonts.drawable("".join([text for _, text in texts])):
        return
    joined: dict[str, str] = {}
    for official, text in texts:
        joined[official] = joined.get(official, "") + text
    if missing := fonts.missing_glyphs(joined):
        raise MissingGlyphs(missing)


@lru_cache(maxsize=256)
def edition(template: str, variant: Variant = NORMAL) -> Edition:
    """样式版本 (today's edition) of one letter form: its own page, the common page and parts, the style, the cover."""
    cover = (f"letters/{PLAIN}", COVER) if variant.cover else ()
    return engine.edition(f"letters/{template}", variant.sheet(template), *cover)


def template_version(template: str, variant: Variant = NORMAL) -> str:
    """样式版本 (template version) of one letter form: the fingerprint of its edition."""
    return edition(template, variant).sha256


def version_of(letter: Letter, regional: RegionalForm | None = None, variant: Variant = NORMAL) -> str:
    """样式版本 (template version) of a letter: that of the built-in form, or the SHA-256 of the region's own."""
    return regional.sha256 if regional else template_version(letter.template, variant)


@dataclass(frozen=True)
class Item:
    """待印文书 (a paper to be printed): the letter, a region's own form of it, its check code, the variant.

    `kept` is the edition of an earlier print in which it is set again; None is today's. `frozen` is the canonical data
    that was kept when the paper was issued: a form may have got another field since, the paper keeps its fingerprint.
    """

    letter: Letter
    regional: RegionalForm | None = None
    code: str = ""
    variant: Variant = NORMAL
    kept: Edition | None = None
    frozen: bytes = b""

    @property
    def edition(self) -> Edition:
        """样式版本 (edition) in which it is set; that of the page around it when the form is a region's own."""
        return self.kept or edition(REGIONAL if self.regional else self.letter.template, self.variant)

    @property
    def version(self) -> str:
        """样式版本 (template version) of the form: that of the edition, or the SHA-256 of the region's own."""
        return self.regional.sha256 if self.regional else self.edition.sha256

    @cached_property
    def data(self) -> bytes:
        """规范数据 (canonical data) of the letter, attached to its PDF."""
        return self.frozen or forms.canonical(self.letter)

    @cached_property
    def fingerprint(self) -> str:
        """内容指纹 (data fingerprint) of the letter."""
        return hashlib.sha256(self.data).hexdigest()

    def check(self, where: str = "") -> None:
        """印前检查 (before printing): is everything there and can it be drawn? Raises `Incomplete`, `MissingGlyphs`."""
        forms.check(self.letter)
        check_glyphs([(where + name, text) for name, text in forms.texts(self.letter)])
        if self.regional:
            self.regional.check(self.letter)

    def sheets(self) -> Sheets:
        """成版 (set): the cover, if wanted, and the letter, which begins on a right-hand page all the same."""
        mark = f"补打 第{self.letter.copy}份" if self.letter.copy else ""
        letter = setting.set_page(*page_of(self, mark), strictly=True)
        if self.regional and (found := overlap.overprinted(letter)):
            raise PressStopped(f"地方样式不能使用：{found}")
        if not self.variant.cover:
            return letter
        return setting.joined((setting.set_page(*cover_of(self.letter, self.kept)), letter))


def page_of(item: Item, mark: str) -> tuple[Filled, str, dict[str, bytes]]:
    """填写 (the filled page) of a letter, its style sheet and its pictures."""
    letter, data = item.letter, item.fingerprint
    asset = f"asset:qr/{data}"
    if item.regional:
        body = Markup(item.regional.fill(letter, asset, data))  # its tags are from a list, its values escaped
        values: dict[str, Any] = {"letter": letter, "body": body, "mark": mark}
    else:
        values = {"letter": letter, "qr": asset, "data": data, "version": item.version, "mark": mark}
    pictures = {asset: marks.bare(letter, data, item.code)}
    if (kept := item.kept) is None:
        page = REGIONAL if item.regional else letter.template
        return engine.pieces(f"letters/{page}", **values), item.variant.sheet(page), pictures
    return engine.fill_from(kept, kept.page, **values), engine.sheet_of(kept, kept.style), pictures


def cover_of(letter: Letter, kept: Edition | None = None) -> tuple[Filled, str, dict[str, bytes]]:
    """明白纸 (the cover in plain words). Raises `Incomplete` for a paper that is not sent to a person."""
    if (plain := letter.plain()) is None:
        raise Incomplete(letter.title, ["明白纸（这种文书不是发给个人的，没有明白纸）"])
    if kept is None:
        return engine.pieces(f"letters/{PLAIN}", letter=letter, plain=plain), COVER, {}
    html = engine.fill_from(kept, kept.cover, letter=letter, plain=plain)
    return html, engine.sheet_of(kept, kept.cover_style), {}


def render_letter(
    letter: Letter, regional: RegionalForm | None = None, variant: Variant = NORMAL, *, code: str = ""
) -> Paper:
    """印一份 (print one letter), in a region's own form where one is given, in the variant that was chosen.

    `code` is the finished check code in digits (see `marks`); without it the paper bears a plain one.
    Raises `Incomplete`, `MissingGlyphs`, `FontsMissing`, `TemplateRefused`, `PressStopped`.
    """
    return render(Item(letter, regional, code, variant))


def render(item: Item) -> Paper:
    """印一份 (print one paper), today or as at an earlier print. Raises as `render_letter`."""
    item.check()
    return _alone(item, item.sheets(), item.version)


def _alone(item: Item, sheets: Sheets, template_sha256: str) -> Paper:
    made, content = pdf.told(sheets, item.data, f"{item.letter.form}.json", item.fingerprint)
    digest = hashlib.sha256(made).hexdigest()
    return Paper(made, len(sheets.pages), digest, item.fingerprint, template_sha256, content)


def proof(regional: RegionalForm) -> Paper:
    """样张 (proof) of a region's own form, marked as such: each field says its own name, nothing is a real case."""
    item = Item(sample(regional.form), regional)
    return _alone(item, setting.set_page(*page_of(item, "样张")), regional.sha256)


def drafts(items: Sequence[Item]) -> bytes:
    """样稿 (drafts) of papers that are not issued, one after the other in one file, each marked as such.

    They were checked when they were made out; their number is none, and their code is the plain one, which verifies
    as none of ours. Raises `PressStopped`; `ValueError` for no paper.
    """
    if len(items) == 1:
        return _alone(items[0], setting.set_page(*page_of(items[0], "样稿 不是文书")), items[0].version).pdf
    bundle = Bundle("文书样稿", hashlib.sha256("".join(one.fingerprint for one in items).encode()).hexdigest())
    for one in items:
        bundle.put(one, setting.set_page(*page_of(one, "样稿 不是文书")))
    return bundle.write()


class Bundle:
    """装订 (one file of a run): papers one after the other for two-sided printing, each on a right-hand page.

    `title` is what a reader shows; `identifier`, a hexadecimal digest of the contents, becomes that of the file.
    """

    def __init__(self, title: str, identifier: str) -> None:
        self._run = pdf.Run(title, identifier)
        self.pages = 0

    @property
    def sheets(self) -> int:
        """张数 (sheets of paper), printed on both sides."""
        return (self.pages + 1) // 2

    def page(self, html: str, style: str, title: str, *, back: bool = False) -> int:
        """加附页 (add pages that are no letter): a cover, a list; `back` as in `put`. Its first page."""
        return self._add(setting.set_page(html, style, {}), b"", title, back=back).first_page

    def letter(self, item: Item, part: int = 0) -> Place:
        """加一份 (add a letter), already checked. Raises what `render_letter` raises, but for the checks."""
        return self.put(item, item.sheets(), part)

    def put(self, item: Item, sheets: Sheets, part: int = 0, *, back: bool = False) -> Place:
        """加一份已成版的 (add a letter that is set); `back` lets it begin on the back of a sheet."""
        number = item.letter.number
        laid = self._add(sheets, item.data, number, back=back)
        return Place(number, part, laid.first_page, laid.pages, item.fingerprint, laid.content_sha256)

    def _add(self, sheets: Sheets, data: bytes, title: str, *, back: bool = False) -> pdf.Laid:
        if self.pages % 2 and not back:
            self._run.blank()
            self.pages += 1
        laid = self._run.add(sheets, data, title)
        self.pages += laid.pages
        return laid

    def write(self) -> bytes:
        """成文件 (the file). `ValueError` when there is nothing in it."""
        if self.pages % 2:
            self._run.blank()
            self.pages += 1
        return self._run.write()


def render_run(
    letters: Sequence[Letter], regional: Sequence[RegionalForm | None] = (), variants: Sequence[Variant] = (), *,
    codes: Sequence[str] = (),
) -> RunPaper:  # fmt: skip
    """批量印制 (print a run), in the given order, for two-sided printing; page numbers begin anew with each letter.

    `regional` holds for each letter the region's own form or None, `variants` its variant, `codes` its check code in
    digits or ""; empty when there is none.
    A cover is a page of its letter: `first_page` is that of the cover.
    Every letter is checked before the first page is laid out: a run is printed whole or not at all.
    Raises what `render_letter` raises, and `ValueError` for an empty run.
    """
    if not letters:
        raise ValueError("empty run")
    count = len(letters)
    items = [
        Item(letter, form, code, variant)
        for letter, form, code, variant in zip(
            letters, regional or [None] * count, codes or [""] * count, variants or [NORMAL] * count, strict=True
        )
    ]
    for item in items:
        item.check(f"{item.letter.number}的")
    parts: list[bytes] = []
    places: list[Place] = []
    with engine.uncollected():
        for start in range(0, count, PART):
            made, found = _part(items[start : start + PART], len(parts))
            parts.append(made)
            places.extend(found)
    return RunPaper(tuple(parts), tuple(places))


def _part(items: Sequence[Item], part: int) -> tuple[bytes, list[Place]]:
    digests = "".join(item.fingerprint for item in items)
    first, last = items[0].letter.number, items[-1].letter.number
    bundle = Bundle(f"{first}至{last}" if first != last else first, hashlib.sha256(digests.encode()).hexdigest())
    places = [bundle.letter(item, part) for item in items]
    return bundle.write(), places


def describe(letter: Letter) -> str:
    """文书名称 (one line for a register): title, number and date."""
    return f"{letter.title}（{letter.number}，{cn_date(letter.on)}）"
