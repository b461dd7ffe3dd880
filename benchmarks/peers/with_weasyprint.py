"""WeasyPrint, in three ways: as one does it first, with everything reused, and many notices merged into one document.

The pages are filled from our templates and laid out by our style sheet; what is ours alone (justified lines, refusal of
warnings, fixed identifiers) is left out.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from reports import engine
from reports.forms import Letter

PACKAGED = {
    "Press Fang": "FandolFang R", "Press Kai": "FandolKai", "Press Song": "Noto Serif CJK SC",
    "Press Hei": "Noto Sans CJK SC", "Press Rare A": "HanaMinA", "Press Rare B": "HanaMinB",
    "Press Rare C": "BabelStone Han",
}  # fmt: skip
"""Our faces and the families that they were made of."""
APART = """
.first { page: first } .second { page: second } .notice { break-before: page }
@page :nth(1 of first) { counter-reset: page 1 } @page :nth(1 of second) { counter-reset: page 1 }
"""
"""For a merged document: every notice on pages of its own, numbered from 1."""
_BODY = re.compile(r"<body>(.*)</body>", re.S)


def css(*, packaged: bool = False) -> str:
    """The style sheet of our letters, with our faces or with those that they were made of."""
    text = (engine.TEMPLATES / "style/letter.css").read_text("utf-8")
    for ours, theirs in PACKAGED.items() if packaged else ():
        text = text.replace(f'"{ours}"', f'"{theirs}"')
    return text


def inline(picture: bytes) -> str:
    """A picture as an address."""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def page(letter: Letter, picture: bytes, data: str, version: str) -> str:
    """The notice as a page of its own."""
    told = {"letter": letter, "qr": inline(picture), "data": data, "version": version, "mark": ""}
    return engine.fill(f"letters/{letter.template}", **told)


def naive(sheet: str) -> Callable[[str], bytes]:
    """One page to one PDF, as the manual shows it: the style sheet is read each time."""

    def print_one(html: str) -> bytes:
        fonts = FontConfiguration()
        rules = weasyprint.CSS(string=sheet, font_config=fonts)
        pdf: bytes = weasyprint.HTML(string=html).write_pdf(stylesheets=[rules], font_config=fonts)
        return pdf

    return print_one


def reused(sheet: str) -> Callable[[str], bytes]:
    """One page to one PDF with the parsed style sheet and the fonts' configuration kept."""
    fonts = FontConfiguration()
    rules = weasyprint.CSS(string=sheet, font_config=fonts)

    def print_one(html: str) -> bytes:
        pdf: bytes = weasyprint.HTML(string=html).write_pdf(stylesheets=[rules], font_config=fonts)
        return pdf

    return print_one


def merged(pages: Sequence[str]) -> str:
    """All notices as one page."""
    bodies = []
    for place, one in enumerate(pages):
        found = _BODY.search(one)
        assert found is not None
        bodies.append(f'<div class="notice {("first", "second")[place % 2]}">{found[1]}</div>')
    return f'<!DOCTYPE html><html lang="zh-CN"><head><title>批量</title></head><body>{"".join(bodies)}</body></html>'


def installed(folder: Path) -> Path:
    """A fontconfig file for the fonts in a folder."""
    path = folder / "fonts.conf"
    head = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
    path.write_text(f"{head}<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>\n", "utf-8")
    return path
