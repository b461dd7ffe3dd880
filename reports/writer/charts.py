"""图表 (charts): our own SVG in shapes and stretches of text, so that a chart goes through the same PDF writer.

Understood is what our charts are drawn with: rectangles, lines, discs and text in black, white and grey. Anything else
raises `CannotFollow`: such a chart is not printed rather than printed in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from reports.writer.lines import Measured
from reports.writer.sheet import CannotFollow, Piece, Stroke, Words
from reports.writer.sorts import setting

FAMILIES = ("Press Song", "Press Rare A", "Press Rare B", "Press Rare C")
_SAID = {
    "text": {"x", "y", "text-anchor", "font-size"},
    "rect": {"x", "y", "width", "height", "fill", "stroke", "stroke-width"},
    "line": {"x1", "y1", "x2", "y2", "stroke", "stroke-width"},
    "polyline": {"points", "fill", "stroke", "stroke-width"},
    "circle": {"cx", "cy", "r", "fill", "stroke", "stroke-width"},
}
"""What each element may say."""
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Frame(NamedTuple):
    """图框 (frame): where the chart's origin stands on the page, and pixels in one of its units."""

    x: float
    y: float
    scale: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the chart on the page."""
        return self.x + x * self.scale, self.y + y * self.scale


def charted(svg: Any, place: tuple[float, float], width: float) -> Piece:
    """成图 (a chart): an SVG element, the corner where it stands and how wide it is there. Raises `CannotFollow`."""
    left, top, across, _ = map(float, svg.get("viewBox").split())
    scale = width / across
    frame = Frame(place[0] - left * scale, place[1] - top * scale, scale)
    strokes: list[Stroke] = []
    words: list[Words] = []
    for one in svg:
        kind = one.tag.rpartition("}")[2]
        if kind not in _SAID or not set(one.keys()) <= _SAID[kind] or len(one):
            raise CannotFollow(f"图中的 {kind}")
        if kind == "text":
            words += _words(one, frame)
        elif kind != "rect" or _number(one, "width"):  # one without width is not drawn
            strokes.append(_stroke(one, _OUTLINES[kind](one, frame), frame))
    return Piece("Figure", tuple(words), strokes=tuple(strokes), alt=svg.get("aria-label") or "")


def _number(one: Any, name: str) -> float:
    return float(one.get(name, 0))


def _words(one: Any, frame: Frame) -> Iterator[Words]:
    text = " ".join((one.text or "").split())
    if not text:
        return
    measured = Measured(text, setting(FAMILIES, 400, _number(one, "font-size") * frame.scale, 0.0))
    x, y = frame.point(_number(one, "x"), _number(one, "y"))
    left = x - _ANCHORS[one.get("text-anchor", "start")] * measured.width(0, len(text))
    yield from measured.words((0, len(text)), (left, y), 0.0, 0.0)


def _stroke(one: Any, outline: tuple[list[tuple[float, float]], float, bool], frame: Frame) -> Stroke:
    points, radius, closed = outline
    line = _grey(one.get("stroke", "none"))
    width = float(one.get("stroke-width", 1)) * frame.scale
    fill = _grey(one.get("fill", "#000")) if closed else None
    return Stroke(tuple(points), radius, closed, fill, line, width)


def _rectangle(one: Any, frame: Frame) -> tuple[list[tuple[float, float]], float, bool]:
    x, y, wide, tall = (_number(one, name) for name in ("x", "y", "width", "height"))
    return [frame.point(*at) for at in ((x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall))], 0.0, True


def _straight(one: Any, frame: Frame) -> tuple[list[tuple[float, float]], float, bool]:
    ends = (_number(one, "x1"), _number(one, "y1")), (_number(one, "x2"), _number(one, "y2"))
    return [frame.point(*at) for at in ends], 0.0, False


def _polyline(one: Any, frame: Frame) -> tuple[list[tuple[float, float]], float, bool]:
    if one.get("fill") != "none":
        raise CannotFollow("图中填色的折线")
    pairs = [pair.split(",") for pair in one.get("points").split()]
    return [frame.point(float(x), float(y)) for x, y in pairs], 0.0, False


def _circle(one: Any, frame: Frame) -> tuple[list[tuple[float, float]], float, bool]:
    return [frame.point(_number(one, "cx"), _number(one, "cy"))], _number(one, "r") * frame.scale, True


_OUTLINES: dict[str, Callable[[Any, Frame], tuple[list[tuple[float, float]], float, bool]]] = {
    "rect": _rectangle, "line": _straight, "polyline": _polyline, "circle": _circle,
}  # fmt: skip


def _grey(colour: str) -> float | None:
    """A grey of three or six digits, or none."""
    if colour == "none":
        return None
    digits = colour.removeprefix("#")
    parts = {digits[at : at + len(digits) // 3] for at in range(0, len(digits), max(len(digits) // 3, 1))}
    if len(digits) not in (3, 6) or len(parts) != 1:
        raise CannotFollow(f"图中的颜色 {colour}")
    (part,) = parts
    return int(part, 16) / (15 if len(part) == 1 else 255)
