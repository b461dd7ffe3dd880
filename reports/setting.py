"""成版 (setting a filled page): by the compiled writer where it can follow, else by the layout engine, with one result.

Both ways end in sheets (`reports.writer.sheet`): a run holds papers of both kinds, and one PDF writer binds them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from typing import Any

from reports import engine
from reports.faults import AssetRefused, PressStopped
from reports.filled import Filled
from reports.writer.compose import compose
from reports.writer.overlap import overprinted
from reports.writer.sheet import CannotFollow, Page, Sheets
from reports.writer.traced import traced

_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c636000000002000148afa47100"
    "00000049454e44ae426082"
)
"""A picture of one point: the engine asks for the picture, but its size comes from the style sheet."""


def set_page(page: Filled | str, style: str, images: Mapping[str, bytes], *, strictly: bool = False) -> Sheets:
    """成版 (set) a filled page under a style sheet; `images` holds its pictures by name.

    What the compiled writer leaves to the engine may not fit its place: `strictly` refuses text that lies on text.
    Raises `AssetRefused`, `PressStopped`, `FontsMissing`.
    """
    try:
        sheets = compose(page, style, dict(images))
    except CannotFollow:
        sheets = by_engine(page, style, images)
        if strictly and (found := overprinted(sheets) or lost(page if isinstance(page, str) else page.html, sheets)):
            raise PressStopped(f"版面放不下：{found}") from None
    _only(sheets, images)
    return sheets


_HIDDEN = re.compile(r"^.*<body[^>]*>|</body>.*$|<!--.*?-->|<[^>]*>", re.DOTALL)


def lost(html: str, sheets: Sheets) -> str:
    """丢失的文字 (what stands in the page and not on the paper), in words; "" when nothing is lost.

    The engine leaves out, without a word, what a box keeps together and no page can hold.
    """
    said = Counter(re.sub(r"\s", "", unescape(_HIDDEN.sub("", html))))
    shown = Counter("".join(words.text for page in sheets.pages for one in page.leaves for words in one.leaf.words()))
    missing = said - shown
    return f"有 {missing.total()} 个字没有印出（{''.join(missing)[:12]}）" if missing else ""


def _only(sheets: Sheets, images: Mapping[str, bytes]) -> None:
    """Are all pictures ours? The engine refuses others by itself."""
    for page in sheets.pages:
        for placed in page.leaves:
            for image in placed.leaf.images:
                if image.source not in images:
                    raise AssetRefused(f"模板引用了随件资料以外的内容：{image.source}")


def by_engine(page: Filled | str, style: str, images: Mapping[str, bytes]) -> Sheets:
    """由排版程序成版 (set by the layout engine): the reference, and the way out for what is out of the ordinary."""
    try:
        return traced(laid_out(page, style, images), dict(images))
    except CannotFollow as fault:
        raise PressStopped(f"版面超出可以印制的范围：{fault}") from fault


def laid_out(page: Filled | str, style: str, images: Iterable[str]) -> Any:
    """排版 (the engine's document) of a filled page; its pictures are points. Raises what `by_engine` raises."""
    html = page if isinstance(page, str) else page.html
    return engine.lay_out(html, style, dict.fromkeys(images, _DOT))


def joined(parts: Sequence[Sheets]) -> Sheets:
    """合订 (bind together) as one paper, each part beginning on a right-hand page; the last part names it."""
    pages: list[Page] = []
    images: dict[str, bytes] = {}
    for part in parts:
        if len(pages) % 2:
            pages.append(Page([]))
        pages += part.pages
        images |= part.images
    last = parts[-1]
    return Sheets(pages, last.width, last.height, last.title, last.author, last.day, images)
