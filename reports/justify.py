"""两端对齐 (justification): give each line of Chinese its full width by letter spacing.

WeasyPrint stretches spaces only, and Chinese has none, so a line from which a punctuation mark was pushed down would
end short of the margin. After the layout every such line gets the missing width, spread evenly between its characters.
Only the box tree is touched; line breaks stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure.boxes import LineBox, ParentBox, TextBox

LARGEST = 0.2
"""Largest gap that is still closed, as a share of the type size: a line that wants more (a long number was pushed down)
stays short."""


def justify(document: Any) -> None:
    """两端对齐 (justify): every line but the last of each paragraph whose style says `text-align: justify`."""
    for page in document.pages:
        _visit(page._page_box)


def _visit(box: Any) -> None:
    if not isinstance(box, ParentBox):
        return
    lines = [child for child in box.children if isinstance(child, LineBox)]
    unfinished = bool(lines) and _continues(lines[-1])
    for line in lines if unfinished else lines[:-1]:
        _stretch(line, box)
    if not lines:
        for child in box.children:
            _visit(child)


def _continues(line: Any) -> bool:
    """A paragraph that goes on on the next page: its last line here is not its last line."""
    return line.resume_at is not None if hasattr(line, "resume_at") else False


def _texts(box: Any) -> Iterator[Any]:
    if isinstance(box, TextBox):
        yield box
    elif isinstance(box, ParentBox):
        for child in box.children:
            yield from _texts(child)


def _stretch(line: Any, block: Any) -> None:
    texts = [text for text in _texts(line) if text.text]
    if line.style["text_align_all"] != "justify" or not texts:
        return
    count = sum(len(text.text) for text in texts)
    last = texts[-1]
    spacing = last.style["letter_spacing"]
    trailing = spacing if isinstance(spacing, float | int) else 0.0
    slack = block.content_box_x() + block.width - (last.position_x + last.width - trailing)
    gap = slack / max(1, count - 1)
    if not 0.01 < gap <= LARGEST * last.style["font_size"]:
        return
    advance = 0.0
    for text in texts:
        text.position_x += advance
        text.style = text.style.copy()
        text.style["letter_spacing"] = trailing + gap
        text.width += gap * len(text.text)
        advance += gap * len(text.text)
