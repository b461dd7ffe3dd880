"""描摹 (traced): sheets out of the layout engine's own boxes. Reference of the compiled writer, and its way out.

What a region's own form says beyond the vocabulary of `compose` (bold, underline, ruled lines, tables without lines)
is read off the boxes here, so that every paper goes through one PDF writer. What the boxes say and a sheet cannot
hold (colours, pictures that are not ours, slanted text) raises `CannotFollow`: such a paper is not printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from weasyprint.css.properties import INITIAL_VALUES
from weasyprint.formatting_structure import boxes

from reports.writer.charts import charted
from reports.writer.lines import Measured
from reports.writer.sheet import Bar, CannotFollow, Image, Leaf, Page, Piece, Placed, Ring, Sheets, Words
from reports.writer.sorts import setting
from reports.writer.styles import grey_of

_ROLES = {"h1": "H1", "h2": "H2", "h3": "H3"}
LIGHTEST = 0.6
"""Lighter text would not be read, or would be meant not to be."""
_SIDES = ("top", "right", "bottom", "left")
_UPRIGHT = ("transform", "opacity", "visibility", "overflow", "background_image", "border_image_source")


@dataclass(slots=True)
class _Drawn:
    """What one leaf collects, at its place on the page."""

    pieces: list[Piece]
    bars: list[Bar]
    rings: list[Ring]
    images: list[Image]


def traced(document: Any, images: dict[str, bytes]) -> Sheets:
    """描摹 (trace) a laid-out document. Raises `CannotFollow`."""
    pages = [_page(page._page_box) for page in document.pages]
    first = document.pages[0]
    data = document.metadata
    return Sheets(
        pages, first.width, first.height, data.title or "", ", ".join(data.authors or ()), data.created or "", images
    )


def _page(page: Any) -> Page:
    leaves: list[Placed] = []
    margin: list[Words] = []
    for child in page.children:
        if isinstance(child, boxes.MarginBox):
            margin += [words for text in _texts(child) for words in _words(text)]
        else:
            leaves += _leaves(_body(child))
    return Page(leaves, tuple(margin))


def _body(root: Any) -> Any:
    """The body of a page. The engine may leave beside it the rest of a box that it broke and then set whole."""
    (body,) = (child for child in root.children if child.element_tag == "body")
    said = {text.text for text in _texts(body)}
    if any(text.text not in said for child in root.children if child is not body for text in _texts(child)):
        raise CannotFollow("绝对定位的内容跨页")
    return body


def _texts(box: Any) -> Iterator[Any]:
    if isinstance(box, boxes.TextBox):
        yield box
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def _leaves(box: Any) -> Iterator[Placed]:
    """Leaves of a block, in reading order; each has the page's corner as its origin."""
    box = getattr(box, "_box", box)
    if isinstance(box, boxes.TableBox):
        yield _placed("Table", _table(box))
        return
    edges = _Drawn([], [], [], [])
    _edges(box, edges)
    if edges.bars or edges.rings:
        yield _placed("", edges)
    if isinstance(box, boxes.ReplacedBox):
        yield _placed("Figure", _replaced(box, _Drawn([], [], [], [])))
        return
    children = getattr(box, "children", ())
    if children and isinstance(children[0], boxes.LineBox):
        drawn = _Drawn([], [], [], [])
        words = tuple(_lines(box, drawn))
        yield _placed(_ROLES.get(box.element_tag, "P"), replace(drawn, pieces=[Piece("", words), *drawn.pieces]))
        return
    for child in children:
        yield from _leaves(child)


def _placed(role: str, drawn: _Drawn) -> Placed:
    pieces = tuple(piece if piece.role else piece._replace(role=role) for piece in drawn.pieces)
    return Placed(Leaf(role, 0.0, pieces, tuple(drawn.bars), tuple(drawn.rings), tuple(drawn.images)), 0.0, 0.0)


def _lines(box: Any, drawn: _Drawn) -> Iterator[Words]:
    for child in box.children:
        child = getattr(child, "_box", child)
        if isinstance(child, boxes.TextBox):
            yield from _words(child)
            drawn.bars += _underline(child)
        elif isinstance(child, boxes.LineBox | boxes.InlineBox | boxes.InlineBlockBox | boxes.BlockBox):
            if not isinstance(child, boxes.LineBox):
                _edges(child, drawn)
            yield from _lines(child, drawn)
        elif isinstance(child, boxes.ReplacedBox) and _chart(child):
            _replaced(child, drawn)
        else:
            raise CannotFollow(f"行内的 {type(child).__name__}")


def _words(box: Any) -> Iterator[Words]:
    if not box.text.strip():
        return
    style = box.style
    if grey_of(style["color"], style) > LIGHTEST:
        raise CannotFollow("文字颜色太浅")
    spacing = style["letter_spacing"]
    kind = setting(tuple(style["font_family"]), style["font_weight"], style["font_size"], 0.0)
    stretch = float(spacing) if isinstance(spacing, float | int) else 0.0
    measured = Measured(box.text, kind)
    place = box.position_x, box.position_y + box.baseline
    yield from measured.words((0, len(box.text)), place, stretch, grey_of(style["color"], style))


def _underline(box: Any) -> Iterator[Bar]:
    if "underline" in box.style["text_decoration_line"]:
        thickness = box.pango_layout.underline_thickness
        y = box.position_y + box.baseline - box.pango_layout.underline_position
        yield Bar(box.position_x, y, box.width, thickness)


def _edges(box: Any, drawn: _Drawn) -> None:
    """Borders and grounds of a box."""
    style = box.style
    if not isinstance(box, boxes.ReplacedBox) and any(style[name] != INITIAL_VALUES[name] for name in _UPRIGHT):
        raise CannotFollow("变形")
    drawn.bars += _ground(box)
    widths = [getattr(box, f"border_{side}_width", 0) for side in _SIDES]
    if not any(widths) or isinstance(box, boxes.TableCellBox):
        return
    kinds = {style[f"border_{side}_style"] for side, width in zip(_SIDES, widths, strict=True) if width}
    greys = {grey_of(style[f"border_{side}_color"], style) for side, width in zip(_SIDES, widths, strict=True) if width}
    x, y, width, height = box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()
    if kinds == {"dashed"} and len(set(widths)) == len(greys) == 1 and abs(width - height) < 1e-6:
        drawn.rings.append(Ring(x, y, width, widths[0], greys.pop()))
    elif kinds == {"solid"} and len(greys) == 1:
        grey = greys.pop()
        top, right, bottom, left = widths
        sides = ((x, y, width, top), (x + width - right, y, right, height), (x, y + height - bottom, width, bottom),
                 (x, y, left, height))  # fmt: skip
        drawn.bars += [Bar(left, top, wide, tall, grey) for left, top, wide, tall in sides if wide and tall]
    else:
        raise CannotFollow("边框")


def _ground(box: Any) -> Iterator[Bar]:
    """The ground of a box, of a row or of a group of rows."""
    ground = getattr(box, "background", None)
    if ground is not None and ground.color.alpha:
        x, y, width, height = ground.layers[-1].painting_area
        yield Bar(x, y, width, height, grey_of(ground.color, box.style))


def _chart(box: Any) -> bool:
    return str(box.element.tag).endswith("}svg")


def _replaced(box: Any, drawn: _Drawn) -> _Drawn:
    """A picture or a chart of ours, added to what is drawn."""
    if _chart(box):
        drawn.pieces.append(charted(box.element, (box.content_box_x(), box.content_box_y()), box.width))
    else:
        drawn.images.append(_image(box))
    return drawn


def _image(box: Any) -> Image:
    if abs(box.width - box.height) > 1e-6:
        raise CannotFollow("图")
    return Image(box.content_box_x(), box.content_box_y(), box.width, box.element.get("src"), box.element.get("alt"))


def _table(table: Any) -> _Drawn:
    """Cells in order of rows, and the grid of a table with joined lines."""
    drawn = _Drawn([], [], [], [])
    number = 0
    for group in table.children:
        drawn.bars += _ground(group)
        for row in group.children:
            drawn.bars += _ground(row)
            for cell in row.children:
                _edges(cell, drawn)
                words = tuple(words for one in cell.children for words in _cell(one, drawn))
                role = "TH" if cell.element_tag == "th" else "TD"
                drawn.pieces.append(Piece(role, words, number, cell.colspan, cell.rowspan))
            number += 1
    drawn.bars += _grid(table)
    return drawn


def _cell(box: Any, drawn: _Drawn) -> Iterator[Words]:
    if isinstance(box, boxes.LineBox):
        yield from _lines(box, drawn)
    elif isinstance(box, boxes.BlockBox):
        _edges(box, drawn)
        for child in box.children:
            yield from _cell(child, drawn)
    elif isinstance(box, boxes.ReplacedBox) and _chart(box):
        drawn.bars += _rules(box)
    elif isinstance(box, boxes.ReplacedBox):
        drawn.images.append(_image(box))
    else:
        raise CannotFollow(f"格内的 {type(box).__name__}")


def _rules(box: Any) -> Iterator[Bar]:
    """A drawing in a cell, made of filled rectangles only: a bar code."""
    chart = charted(box.element, (box.content_box_x(), box.content_box_y()), box.width)
    for one in chart.strokes:
        (left, top), *_, (right, bottom) = sorted(one.points)
        if chart.words or one.fill is None or one.line is not None or len(one.points) != 4:
            raise CannotFollow("格内的图")
        yield Bar(left, top, right - left, bottom - top, one.fill)


def _grid(table: Any) -> Iterator[Bar]:
    """The lines, cell by cell (CSS 2.1, 17.6.2); a repeated head takes the lines of the head."""
    lefts = [*table.column_positions, table.column_positions[-1] + table.column_widths[-1]]
    lines = [row for group in table.children for row in group.children]
    tops = [*(row.position_y for row in lines), lines[-1].position_y + lines[-1].height]
    vertical, horizontal = table.collapsed_border_grid
    head = len(table.children[0].children) if table.children[0].is_header else 0
    skipped = table.skipped_rows - head if table.skipped_rows else 0

    def source(y: int, across: bool) -> int:
        return y if head and y < head + across else y + skipped

    for y in range(len(tops)):
        for x in range(len(lefts) - 1):
            yield from _edge(horizontal[source(y, True)][x], (lefts[x], tops[y], lefts[x + 1] - lefts[x], 0.0))
    for y in range(len(lines)):
        for x in range(len(lefts)):
            yield from _edge(vertical[source(y, False)][x], (lefts[x], tops[y], 0.0, tops[y + 1] - tops[y]))


def _edge(border: Any, place: tuple[float, float, float, float]) -> Iterator[Bar]:
    _, (style, width, colour) = border
    if not width or not colour.alpha:
        return
    if style != "solid":
        raise CannotFollow("表格线")
    x, y, length, height = place
    half = width / 2
    yield Bar(x - half, y - half, length + width, height + width, grey_of(colour, None))
