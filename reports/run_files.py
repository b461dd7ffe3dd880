"""批次文件 (files of a print run): cover, manifest, then every paper on a right-hand page with its proof of service.

The proof of service stands on a sheet of its own, which comes back without the paper; for a line that allows it, on
the back of the paper's last page where that is free. A short manifest stands on the back of the cover.
A paper that the press refuses stays out and is named; the others are printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from reports.faults import PressStopped
from reports.layout import engine, setting
from reports.press import Bundle, Item, Place, check_glyphs
from reports.writer.sheet import Sheets

COVER, MANIFEST, RULES = "tables/run_cover.html", "tables/run_manifest.html", "run.css"
LARGEST = 200
"""Papers in one file."""
FEW = 5
"""Papers whose manifest goes on the back of the cover."""


@dataclass(frozen=True, slots=True)
class Line:
    """清单的一行 (line of the manifest): serial number in the run, the paper, and its proof of service if any."""

    no: int
    head: str
    village: str
    house: str
    posted: bool
    paper: Item
    receipt: Item | None = None
    back: bool = False
    """May the proof of service stand on the back of the paper?"""


@dataclass(frozen=True, slots=True)
class Cover:
    """封面 (cover): what the clerk has to know of this file before he prints it."""

    run: str
    no: int
    files: int
    place: str
    organ: str
    made_by: str
    made_on: date
    made_at: str


@dataclass(frozen=True, slots=True)
class Printed:
    """所在页 (place of a paper in the file): pages from 1; a receipt of 0 pages is none."""

    no: int
    first_page: int
    pages: int
    receipt_page: int
    receipt_pages: int
    sheets: int
    content: str = ""
    receipt_content: str = ""
    """SHA-256 of what is on the pages of the paper and of its proof of service, as when printed alone."""


@dataclass(frozen=True, slots=True)
class RunFile:
    """批次文件 (file of a run), where each paper lies in it, and why papers stay out, by serial number."""

    pdf: bytes
    pages: int
    places: tuple[Printed, ...]
    left_out: tuple[tuple[int, str], ...]

    @property
    def sheets(self) -> int:
        """Sheets of paper, printed on both sides."""
        return self.pages // 2

    @property
    def sha256(self) -> str:
        """Fingerprint of the file."""
        return hashlib.sha256(self.pdf).hexdigest()


class _Set(NamedTuple):
    """A line, laid out."""

    line: Line
    paper: Sheets
    receipt: Sheets | None
    turned: bool
    """Does the proof of service begin on a sheet of its own?"""

    @property
    def sheets(self) -> int:
        """Sheets of paper."""
        return sheets_of(len(self.paper.pages), len(self.receipt.pages) if self.receipt else 0, back=not self.turned)


def sheets_of(pages: int, receipt: int, *, back: bool = False) -> int:
    """张数 (sheets) of a paper with its proof of service, both sides used; `back` puts that where a back is free."""
    return (pages + receipt + 1) // 2 if back and pages % 2 else (pages + 1) // 2 + (receipt + 1) // 2


def pages_of(item: Item) -> int:
    """页数 (pages) of a paper, without making it. Raises `PressStopped`."""
    item.check()
    return len(item.sheets().pages)


def run_file(cover: Cover, lines: Sequence[Line]) -> RunFile:
    """成册 (make the file); without any paper that can be printed it has no bytes."""
    done, left_out = _set(lines)
    if not done:
        return RunFile(b"", 0, (), tuple(left_out))
    listed = len(setting.set_page(_manifest(cover, done, 0), RULES, {}).pages)
    short = len(done) <= FEW and listed == 1
    front = 2 if short else 2 + _even(listed)
    places = list(_places(done, front))
    pages = places[-1].first_page + 2 * places[-1].sheets - 1
    said = [cover.run, str(cover.no), *(one.line.paper.fingerprint for one in done)]
    name = f"{cover.run} 第{cover.no}册"
    bundle = Bundle(f"打印批次 {name}", hashlib.sha256(" ".join(said).encode()).hexdigest())
    bundle.page(_cover(cover, done, pages), RULES, "封面")
    bundle.page(_manifest(cover, done, front), RULES, "清单", back=short)
    laid = [_add(bundle, one) for one in done]
    pdf = bundle.write()
    wrong = [one.no for one, at in zip(places, laid, strict=True) if one.first_page != at[0].first_page]
    if bundle.pages != pages or wrong:
        raise PressStopped(f"批次 {name} 应有 {pages} 页，排出了 {bundle.pages} 页")
    placed = (replace(one, content=at.content_sha256, receipt_content=back.content_sha256 if back else "")
              for one, (at, back) in zip(places, laid, strict=True))  # fmt: skip
    return RunFile(pdf, pages, tuple(placed), tuple(left_out))


def _add(bundle: Bundle, one: _Set) -> tuple[Place, Place | None]:
    """The paper, and its proof of service on the back of its last page where that is free."""
    place = bundle.put(one.line.paper, one.paper)
    if one.receipt is None or one.line.receipt is None:
        return place, None
    return place, bundle.put(one.line.receipt, one.receipt, back=not one.turned)


def once_more(line: Line) -> bytes:
    """重印一份 (one paper of a run again, with its proof of service), page for page as in the run's file.

    For a sheet that the printer spoiled. Raises `PressStopped`.
    """
    done, left_out = _set([line])
    if left_out:
        raise PressStopped(left_out[0][1])
    said = f"{line.no} {line.paper.fingerprint}"
    bundle = Bundle(line.paper.letter.number, hashlib.sha256(said.encode()).hexdigest())
    _add(bundle, done[0])
    return bundle.write()


def _set(lines: Sequence[Line]) -> tuple[list[_Set], list[tuple[int, str]]]:
    done, left_out = [], []
    for line in lines:
        try:
            check_glyphs([("清单", line.head + line.village + line.house)])
            paper = _made(line.paper)
            receipt = _made(line.receipt) if line.receipt else None
        except PressStopped as fault:
            left_out.append((line.no, str(fault)))
        else:
            done.append(_Set(line, paper, receipt, not line.back or len(paper.pages) % 2 == 0))
    return done, left_out


def _made(item: Item) -> Sheets:
    item.check()
    return item.sheets()


def _places(done: Sequence[_Set], front: int) -> Iterator[Printed]:
    page = front + 1
    for one in done:
        pages, receipt = len(one.paper.pages), len(one.receipt.pages) if one.receipt else 0
        after = page + pages + (pages % 2 if one.turned else 0)
        yield Printed(one.line.no, page, pages, after if receipt else 0, receipt, one.sheets)
        page += 2 * one.sheets


def _even(pages: int) -> int:
    """Pages with the empty one behind them when they are odd in number."""
    return pages + pages % 2


def _cover(cover: Cover, done: Sequence[_Set], pages: int) -> str:
    kinds: dict[str, list[int]] = {}
    for one in done:
        counted = kinds.setdefault(one.line.paper.letter.title, [0, 0])
        counted[0] += 1
        counted[1] += one.sheets
    check_glyphs([("批次封面", cover.place + cover.organ + cover.made_by)])
    return engine.fill(
        COVER, cover=cover, kinds=kinds, papers=len(done), pages=pages, sheets=pages // 2,
        receipts=sum(one.receipt is not None for one in done), posted=sum(one.line.posted for one in done),
    )  # fmt: skip


def _manifest(cover: Cover, done: Sequence[_Set], front: int) -> str:
    rows = [
        (one.line, place, one.line.paper.fingerprint) for one, place in zip(done, _places(done, front), strict=True)
    ]
    return engine.fill(MANIFEST, cover=cover, rows=rows, sheets=sum(one.sheets for one in done))
