"""样式 (styles): what the style sheet says of each kind of element, asked of the layout engine once and remembered.

An element is known by its trail: its own tag with attributes, the tag before it and the trail of its parent. The engine
computes the style; this module only checks that it says nothing which the compiled writer does not understand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import weasyprint
from weasyprint.css import get_all_computed_styles
from weasyprint.css.properties import INITIAL_VALUES

from reports import engine
from reports.writer.markup import LEVELS, Element, parse
from reports.writer.sheet import CannotFollow
from reports.writer.sorts import Setting, setting

Length = float | tuple[float] | None
"""Pixels, a one-tuple with a share of the containing width, or None for `auto`."""

_UNDERSTOOD = {
    "anchor", "background_image", "border_bottom_color", "border_bottom_style", "border_bottom_width",
    "border_collapse", "border_left_color", "border_left_style", "border_left_width", "border_right_color",
    "border_right_style", "border_right_width", "border_top_color", "border_top_style", "border_top_width",
    "border_bottom_left_radius", "border_bottom_right_radius", "border_top_left_radius", "border_top_right_radius",
    "bottom", "box_sizing", "break_after", "break_before", "break_inside", "color", "display", "font_family",
    "font_size", "font_weight", "height", "image_rendering", "lang", "left", "letter_spacing", "line_height", "link",
    "margin_bottom", "margin_left", "margin_right", "margin_top", "max_width",
    "orphans", "overflow_wrap", "padding_bottom", "padding_left", "padding_right", "padding_top", "page", "position",
    "right", "string_set", "table_layout", "text_align_all", "text_align_last", "text_indent", "text_wrap_style", "top",
    "vertical_align", "white_space", "widows", "width", "text_wrap", "border_spacing", "text_decoration_color",
    "outline_color", "column_rule_color", "text_emphasis_color", "unicode_bidi", "quotes", "bookmark_label",
    "bookmark_level", "bookmark_state", "bleed_bottom", "bleed_left", "bleed_right", "bleed_top", "color_scheme",
    "column_rule_width", "outline_width",
}  # fmt: skip
"""Properties that the writer reads, or that do not show in its vocabulary; any other must keep its initial value."""

_NO_MATTER = {("img", "overflow"), ("img", "object_fit"), ("img", "object_position"), ("td", "min_width")}
"""Properties without effect on an element: a cell of a table of fixed columns has no least width."""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """样式 (computed style) of one kind of element. Lengths in pixels."""

    display: str
    position: str
    setting: Setting
    line: float
    indent: float
    align: str
    margin: tuple[Length, ...]
    padding: tuple[float, ...]
    border: tuple[float, ...]
    edge: str
    grey: float
    ink: float
    width: Length
    height: Length
    max_width: float
    inset: tuple[Length, ...]
    radius: float
    border_box: bool
    nowrap: bool
    anywhere: bool
    middle: bool
    before: str
    after: str
    inside: str
    orphans: int
    widows: int
    fixed: bool

    @property
    def baseline(self) -> float:
        """From the top of a line of this style to its baseline: all faces have one height."""
        return (self.line - self.setting.size) / 2 + ASCENT * self.setting.size


ASCENT = 0.88
"""Share of the size above the baseline, the same in every face (see `reports.faces`)."""
_STYLES: dict[str, Style] = {}


def known(trail: str) -> Style | None:
    """The style of a trail, if it was learnt."""
    return _STYLES.get(trail)


def learn(html: str, sheet: str) -> None:
    """学样式 (learn): ask the engine for the style of every element of a filled page. Raises `CannotFollow`."""
    rules = engine.sheet(sheet)
    ours = list(parse(html, sheet).everything())
    with engine.strictly():
        page = weasyprint.HTML(string=html, url_fetcher=engine.Bundled({}))
        style_for, *_ = _as_tuple(
            get_all_computed_styles(page, user_stylesheets=[rules], font_config=engine.configuration())
        )
        body = page.etree_element.find("body")
        theirs = [one for one in body.iter() if isinstance(one.tag, str) and one.tag not in LEVELS]
        if [one.tag for one in theirs] != [one.tag for one in ours]:
            raise CannotFollow("页面结构与排版程序读到的不同")
        for element, one in zip(theirs, ours, strict=True):
            if one.trail not in _STYLES:
                _STYLES[one.trail] = _read(style_for(element, None), one)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _read(style: Any, element: Element) -> Style:
    _check(style, element)
    families, weight = tuple(style["font_family"]), style["font_weight"]
    sides = ("top", "right", "bottom", "left")
    border = tuple(float(style[f"border_{side}_width"]) for side in sides)
    drawn = [side for side, width in zip(sides, border, strict=True) if width]
    colours = {grey_of(style[f"border_{side}_color"], style) for side in drawn}
    edges = {style[f"border_{side}_style"] for side in drawn}
    if len(edges) > 1 or len(colours) > 1 or not edges <= {"solid", "dashed"}:
        raise CannotFollow(f"边框样式（{element.trail}）")
    if element.tag in ("td", "th") and style["vertical_align"] not in ("middle", "top"):
        raise CannotFollow(f"vertical-align（{element.trail}）")
    return Style(
        display="-".join(style["display"]), position=_plain(style["position"]),
        setting=setting(families, weight, style["font_size"], float(style["letter_spacing"] or 0)),
        line=_pixels(style["line_height"]), indent=_pixels(style["text_indent"]), align=_align(style),
        margin=tuple(_length(style[f"margin_{side}"]) for side in sides),
        padding=tuple(_pixels(style[f"padding_{side}"]) for side in sides),
        border=border, edge=next(iter(edges), ""), grey=next(iter(colours), 0.0), ink=grey_of(style["color"], style),
        width=_length(style["width"]), height=_length(style["height"]), max_width=_pixels(style["max_width"]),
        inset=tuple(_length(style[side]) for side in sides), radius=_radius(style),
        border_box=style["box_sizing"] == "border-box", nowrap=style["white_space"] == "nowrap",
        anywhere=style["overflow_wrap"] == "anywhere",
        middle=style["vertical_align"] == "middle", before=style["break_before"], after=style["break_after"],
        inside=style["break_inside"], orphans=style["orphans"], widows=style["widows"],
        fixed=style["table_layout"] == "fixed",
    )  # fmt: skip


def _check(style: Any, element: Element) -> None:
    for name, initial in INITIAL_VALUES.items():
        skipped = name in _UNDERSTOOD or name.startswith(("font_", "hyphen")) or (element.tag, name) in _NO_MATTER
        if not skipped and style[name] != initial:
            raise CannotFollow(f"样式 {name}（{element.trail}）")


def _plain(value: Any) -> str:
    if not isinstance(value, str):
        raise CannotFollow(f"样式值 {value!r}")
    return value


def _pixels(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    if getattr(value, "unit", None) == "px":
        return float(value.value)
    raise CannotFollow(f"长度 {value!r}")


def _length(value: Any) -> Length:
    if value == "auto":
        return None
    if getattr(value, "unit", None) == "%":
        return (value.value / 100,)
    return _pixels(value)


_ALIGNED = ("start", "left", "center", "right", "justify")


def _align(style: Any) -> str:
    """`text-align`; the last line of a justified paragraph begins at the left."""
    align: str = style["text_align_all"]
    if style["text_align_last"] not in ("auto", "start", align) or align not in _ALIGNED:
        raise CannotFollow(f"text-align {align}")
    return align


def _radius(style: Any) -> float:
    corners = {style[f"border_{one}_radius"] for one in ("top_left", "top_right", "bottom_left", "bottom_right")}
    if len(corners) != 1:
        raise CannotFollow("圆角")
    ((across, down),) = corners
    if across != down:
        raise CannotFollow("圆角")
    return _pixels(across)


def grey_of(colour: Any, style: Any) -> float:
    """灰度 (grey): 0 black to 1 white; anything coloured raises `CannotFollow`. `style` gives the current colour."""
    if colour == "currentcolor":
        colour = style["color"]
    red, green, blue = colour.to("srgb").coordinates if hasattr(colour, "to") else tuple(colour)[:3]
    if not red == green == blue or getattr(colour, "alpha", 1) != 1:
        raise CannotFollow("颜色不是黑、灰")
    return float(red)


def resolved(length: Length, whole: float) -> float:
    """绝对长度 (in pixels), of a share of `whole`; `auto` counts as nothing."""
    if isinstance(length, tuple):
        return length[0] * whole
    return length or 0.0
