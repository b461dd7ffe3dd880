"""typst through its wheel: one compiler with our faces loaded once; the notices go in as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import typst

from peers.notices import Grid, Words
from reports import fonts

TEMPLATE = Path(__file__).with_name("notice.typ")


def _part(part: tuple[str, str] | Grid) -> object:
    if not isinstance(part, Grid):
        return part
    rows = [[[kind, text, 1] for kind, text in row] for row in part.rows]
    if part.joined:
        rows[-1][0][2] = part.joined
    return {"shares": part.shares, "head": part.head, "rows": rows}


def notice(words: Words, data: str, picture: bytes) -> dict[str, object]:
    """A notice as the template takes it."""
    return {
        "title": words.title, "number": words.number, "to": words.to, "main": words.main,
        "body": [_part(part) for part in words.body], "keep": words.keep, "organ": words.organ, "day": words.day,
        "receipt": words.receipt, "last": words.last, "data": data[:16], "picture": list(picture),
    }  # fmt: skip


def printer() -> Callable[[Sequence[dict[str, object]]], bytes]:
    """Notices to one PDF. Tags are left out: that is faster and smaller."""
    compiler = typst.Compiler(str(TEMPLATE), font_paths=[str(fonts.folder())], ignore_system_fonts=True)

    def print_all(notices: Sequence[dict[str, object]]) -> bytes:
        given = json.dumps(notices, ensure_ascii=False)
        pdf: bytes = compiler.compile(format="pdf", sys_inputs={"notices": given}, pdf_tags=False)
        return pdf

    return print_all
