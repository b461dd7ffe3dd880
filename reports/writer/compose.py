"""直接成版 (compose): a filled page of our own templates to sheets, without the layout engine.

Paragraphs and tables are remembered by their source, so that what all papers of a run say alike is set once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from reports.writer import frame
from reports.writer.blocks import REMEMBERED, Unlearnt, style_of, text_of
from reports.writer.boxes import PARTS, ROLES, end_of_div, parts_of, plain
from reports.writer.flow import Block, Item, Paragraph, Part, Rows, Solid, leaves, paged
from reports.writer.markup import Head, fragment, head_of, simple
from reports.writer.sheet import Bar, CannotFollow, Leaf, Page, Placed, Sheets
from reports.writer.styles import Style, learn, resolved
from reports.writer.tables import table

_BREAKS = {"auto": 0, "avoid": 1, "page": 2}
_TEXTUAL: dict[str, bool] = {}
"""Trails of containers: do they hold text or pictures of their own? Text in another is refused."""


class _Made(NamedTuple):
    """A paragraph or a table, set, and what it asks of its neighbours."""

    block: Block
    shift: float
    up: float
    down: float
    before: int
    after: int
    tall: float
    many: int
    shape: int


class _Container(NamedTuple):
    """A container: the trail of its children, where it stands, how wide it is."""

    trail: str
    style: Style
    x: float
    width: float
    shape: int


class _Step(NamedTuple):
    """One step through the page: something to add in an open container, a container to enter, or (neither) to close."""

    shape: int
    made: _Made | None = None
    x: float = 0.0
    entered: _Container | None = None


_CLOSE = _Step(0)
_SHAPES: dict[tuple[object, ...], int] = {}
"""What decides where things stand → a number. Papers with the same numbers in the same order are laid out alike."""


def _shape(*what: object) -> int:
    return _SHAPES.setdefault(what, len(_SHAPES) + 1)


class _Flow:
    """What is being set: items so far; margins and breaks that wait for the next one."""

    __slots__ = ("breaks", "high", "items", "kept", "low")

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.high = self.low = 0.0
        self.breaks = 0
        self.kept: list[bool] = []

    def margin(self, length: float) -> None:
        """One more margin that adjoins the others."""
        if length > self.high:
            self.high = length
        elif length < self.low:
            self.low = length

    def meet(self, wish: int) -> None:
        """One more wish about a break here."""
        if wish > self.breaks:
            self.breaks = wish

    def add(self, made: _Made, x: float) -> None:
        """One more item, with its own margins and breaks."""
        up, down = made.up, made.down
        if up:
            self.margin(up)
        if made.before:
            self.meet(made.before)
        self.put(made.block, x + made.shift, made.tall, made.many)
        self.breaks = made.after
        if down:
            self.margin(down)

    def put(self, block: Block, x: float, tall: float, many: int) -> None:
        """One more item, without any of its own."""
        kept = self.kept
        before = self.breaks or (1 if kept and any(kept) else 0)
        self.items.append(Item(block, x, self.high + self.low, before, bool(kept), tall, many))
        self.high = self.low = 0.0
        self.breaks = 0
        if kept:
            self.kept = [True] * len(kept)


def compose(html: str, sheet: str, images: dict[str, bytes]) -> Sheets:
    """直接成版 (compose) a filled page. Raises `CannotFollow`."""
    try:
        return _composed(html, sheet, images)
    except Unlearnt:
        learn(html, sheet)
        return _composed(html, sheet, images)


def _composed(html: str, sheet: str, images: dict[str, bytes]) -> Sheets:
    head = head_of(html, sheet)
    page = frame.of(sheet)
    steps, copy = _steps(head, page.width)
    key = (sheet, *[step.shape for step in steps])
    plan = _PLANS.get(key)
    if plan is None:
        if len(_PLANS) >= REMEMBERED:
            _PLANS.clear()
        plan = _PLANS[key] = _planned(steps, page)
    pages = [Page(_leaves(places, steps), page.margin(number, copy)) for number, places in enumerate(plan)]
    return Sheets(pages, page.paper[0], page.paper[1], head.title, head.author, head.day, images)


class _Spot(NamedTuple):
    """Where a part of a paper stands: step `at`, its lines, and its place; or a leaf that every such paper has."""

    at: int
    first: int
    last: int
    x: float
    y: float
    fixed: Placed | None = None


_Plan = list[list[_Spot]]
_PLANS: dict[tuple[object, ...], _Plan] = {}
"""Shapes of a page's steps → where everything stands."""


def _planned(steps: list[_Step], page: frame.Frame) -> _Plan:
    """Lay the steps out. Raises `CannotFollow`."""
    flow, sources, open_ = _Flow(), [], []
    for number, step in enumerate(steps):
        before = len(flow.items)
        if step.made is not None:
            flow.add(step.made, step.x)
        elif step.entered is not None:
            open_.append(step.entered)
            _enter(step.entered, flow)
        else:
            _close(open_.pop(), flow)
        sources += [number] * (len(flow.items) - before)
    places = {id(item): source for item, source in zip(flow.items, sources, strict=True)}
    return [
        [_spot(part, places[id(part[0])], steps, (page.left(number), page.top)) for part in parts]
        for number, parts in enumerate(paged(flow.items, page.height))
    ]


def _spot(part: Part, at: int, steps: list[_Step], corner: tuple[float, float]) -> _Spot:
    (item, first, last, y), (left, top) = part, corner
    fixed = None
    if steps[at].made is None:  # the edge of a container
        (fixed,) = leaves([part], left, top)
    return _Spot(at, first, last, left + item.x, top + y, fixed)


def _leaves(places: list[_Spot], steps: list[_Step]) -> list[Placed]:
    found = []
    for at, first, last, x, y, fixed in places:
        made = steps[at].made
        if made is None:
            assert fixed is not None
            found.append(fixed)
            continue
        block = made.block
        if isinstance(block, Solid):
            found += [Placed(one.leaf, x + one.x, y + one.y) for one in block.parts]
        else:
            found.append(Placed(block.leaf(first, last), x, y))
    return found


def _steps(head: Head, width: float) -> tuple[list[_Step], str]:
    """Read the whole body; the mark of a copy, which stands in the margin, beside it."""
    here = _opened("<body>", head.root, "", width)
    stack, copy, place, before, source = [here], "", 0, "", head.body
    steps: list[_Step] = []
    match = PARTS.match(source)
    while match:
        token, place = match[0], match.end()
        if tag := match[1]:
            made = _set(token, here.trail, before, here.width)
            if made is not None:
                steps.append(_Step(made.shape, made, here.x))
            before = "h1+" if tag == "h1" else ""
        elif token[0] != "<":
            if not token.isspace():
                raise CannotFollow("不在段落里的文字")
        elif token.startswith("</div"):
            stack.pop()
            steps.append(_CLOSE)
            here = stack[-1]
        elif token.startswith('<div class="copy"'):
            copy, place = _copy(token), end_of_div(source, match.start())
        elif token.startswith("<div"):
            place = _div(source, match, before, (stack, steps))
            here, before = stack[-1], ""
        elif token[1] != "!":
            raise CannotFollow(f"正文中的 {token[:20]}")
        match = PARTS.match(source, place)
    return steps, copy


def _copy(token: str) -> str:
    found = re.search(r'data-text="([^"]*)"', token)
    if found is None:
        raise CannotFollow("补打标记")
    return found[1]


@lru_cache(maxsize=REMEMBERED)
def _set(source: str, trail: str, before: str, room: float) -> _Made | None:
    """A paragraph or a table, set; None for a paragraph with nothing in it."""
    if source.startswith("<table"):
        rows = table(source, trail, before, room)
        return _made(Rows(rows), rows.style, 0.0)
    element = simple(source, trail, before) or fragment(source, trail, before)
    style = style_of(element)
    plain(style)
    left, right = resolved(style.margin[3], room), resolved(style.margin[1], room)
    text = text_of(element, style, room - left - right)
    return _made(Paragraph(ROLES[element.tag], style, text), style, left) if text.words else None


def _made(block: Block, style: Style, shift: float) -> _Made:
    up, down = resolved(style.margin[0], 0), resolved(style.margin[2], 0)
    before, after, many, tall = _BREAKS[style.before], _BREAKS[style.after], block.count, block.height(0, block.count)
    kind = (type(block), id(style), shift, tall, many, *(block.table.tops if isinstance(block, Rows) else ()))
    return _Made(block, shift, up, down, before, after, tall, many, _shape(*kind))


@lru_cache(maxsize=4096)
def _opened(token: str, trail: str, before: str, room: float) -> _Container:
    """A container by its opening tag, in a parent whose trail and width are given; `x` is its own shift."""
    element = fragment(f"{token}</{token[1:].partition(' ')[0].rstrip('>')}>", trail, before)
    style = style_of(element)
    left = resolved(style.margin[3], room)
    width = room - left - resolved(style.margin[1], room) if style.width is None else resolved(style.width, room)
    return _Container(element.trail, style, left, width, _shape(_Container, id(style), left, width))


def _div(source: str, match: re.Match[str], before: str, now: tuple[list[_Container], list[_Step]]) -> int:
    """Enter a container, or set one of fixed height whole; where to go on."""
    stack, steps = now
    place, end, here = match.start(), match.end(), stack[-1]
    inner = _opened(match[0], here.trail, before, here.width)
    style = inner.style
    if inner.trail not in _TEXTUAL:
        _TEXTUAL[inner.trail] = _has_text(source[end : end_of_div(source, place)])
    if style.height is not None or style.position not in ("static", "relative") or _TEXTUAL[inner.trail]:
        made, place = _whole(source, (place, end), here, inner)
        steps.append(_Step(made.shape, made, here.x))
        return place
    if any((style.padding[1], style.padding[3], style.border[1], style.border[3], style.border[2], style.padding[2])):
        raise CannotFollow("容器左右边框、下边框")
    inner = inner._replace(x=here.x + inner.x)
    stack.append(inner)
    steps.append(_Step(inner.shape, entered=inner))
    return end


def _enter(inner: _Container, flow: _Flow) -> None:
    style = inner.style
    flow.margin(resolved(style.margin[0], 0))
    flow.meet(_BREAKS[style.before])
    if style.inside == "avoid":
        flow.kept.append(False)
    if top := style.border[0] + style.padding[0]:
        flow.put(Solid(top, (Placed(_edge(style, inner.width), 0, 0),)), inner.x, top, 1)
        flow.breaks = 1


@lru_cache(maxsize=64)
def _edge(style: Style, width: float) -> Leaf:
    bars = (Bar(0, 0, width, style.border[0], style.grey),) if style.border[0] else ()
    return Leaf("", style.border[0], bars=bars)


def _close(container: _Container, flow: _Flow) -> None:
    style = container.style
    if style.inside == "avoid":
        flow.kept.pop()
    flow.margin(resolved(style.margin[2], 0))
    flow.meet(_BREAKS[style.after])


def _has_text(inner: str) -> bool:
    """Does a container hold text or pictures of its own, beside paragraphs?"""
    depth = 0
    for token in PARTS.finditer(inner):
        depth += token[0].startswith("<div") - token[0].startswith("</div")
        alone = token[1] is None and not depth
        if alone and (token[0].startswith("<img") or (token[0][0] != "<" and not token[0].isspace())):
            return True
    return False


def _whole(source: str, place: tuple[int, int], here: _Container, inner: _Container) -> tuple[_Made, int]:
    """A container set in one piece: the closing with its seal place, a check code with its caption; where it ends."""
    (begin, inside), style = place, inner.style
    end = end_of_div(source, begin)
    if style.position == "absolute":
        raise CannotFollow("正文中的绝对定位")
    parts, bottom = parts_of(source[begin:end], here.trail, inside - begin, inner.width)
    height = resolved(style.height, 0) if style.height is not None else bottom
    if any(words.y + one.y > height for one in parts for words in one.leaf.words()):
        raise CannotFollow("落款放不下")
    return _made(Solid(height, parts), style, inner.x), end
