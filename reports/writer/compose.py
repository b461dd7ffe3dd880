"""直接成版 (compose): a filled page of our own templates to sheets, without the layout engine.

A page comes as the pieces in which its template was filled: what stands in the template, and the values between. Papers
with the same pieces of template are read once; of the next one only the blocks with values in them are set. Papers
whose blocks are also equally tall are divided into pages once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.filled import Filled
from reports.writer import frame
from reports.writer.blocks import REMEMBERED, Unlearnt
from reports.writer.flow import Item, Part, Solid, leaves, paged
from reports.writer.programs import Program, program_of
from reports.writer.reading import BREAKS, CLOSE, Container, Made
from reports.writer.sheet import Bar, CannotFollow, Cast, Leaf, Page, Placed, Sheets, Words
from reports.writer.styles import learn, resolved


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

    def add(self, made: Made, x: float) -> None:
        """One more item, with its own margins and breaks."""
        self.margin(made.up)
        self.meet(made.before)
        self.put(Item(made.block, x + made.shift, 0.0, 0, False, made.tall, made.many))
        self.breaks = made.after
        self.margin(made.down)

    def put(self, item: Item) -> None:
        """One more item, without margins and breaks of its own."""
        kept = self.kept
        before = self.breaks or (1 if kept and any(kept) else 0)
        self.items.append(item._replace(gap=self.high + self.low, before=before, whole=bool(kept)))
        self.high = self.low = 0.0
        self.breaks = 0
        if kept:
            self.kept = [True] * len(kept)

    def enter(self, inner: Container) -> None:
        """The beginning of a container, with its upper edge."""
        style = inner.style
        self.margin(resolved(style.margin[0], 0))
        self.meet(BREAKS[style.before])
        if style.inside == "avoid":
            self.kept.append(False)
        if top := style.border[0] + style.padding[0]:
            bars = (Bar(0, 0, inner.width, style.border[0], style.grey),) if style.border[0] else ()
            edge = Solid(top, (Placed(Leaf("", style.border[0], bars=bars), 0, 0),))
            self.put(Item(edge, inner.x, 0.0, 0, False, top, 1))
            self.breaks = 1

    def close(self, inner: Container) -> None:
        """The end of a container."""
        style = inner.style
        if style.inside == "avoid":
            self.kept.pop()
        self.margin(resolved(style.margin[2], 0))
        self.meet(BREAKS[style.after])


def compose(page: Filled | str, sheet: str, images: dict[str, bytes]) -> Sheets:
    """直接成版 (compose) a filled page. Raises `CannotFollow`."""
    filled = Filled((page,)) if isinstance(page, str) else page
    try:
        return _composed(filled, sheet, images)
    except Unlearnt:
        learn(filled.html, sheet)
    try:
        return _composed(filled, sheet, images)
    except Unlearnt as fault:
        raise CannotFollow(f"没有学到的样式：{fault}") from fault


def _composed(filled: Filled, sheet: str, images: dict[str, bytes]) -> Sheets:
    program, pieces = program_of(filled, sheet)
    made, page = program.made(pieces), frame.of(sheet)
    key = tuple([0 if one is None else one.shape for one in made])
    plan = program.plans.get(key)
    if not isinstance(plan, _Plan):
        if len(program.plans) >= REMEMBERED // 10:
            program.plans.clear()
        plan = program.plans[key] = _planned(program, made, sheet)
    title, author, day, copy = program.said(pieces)
    pages = [_page(one, made) for one in plan.pages]
    for number, one in enumerate(pages if copy else ()):
        one.margin = page.margin(number, copy)
    return Sheets(pages, page.paper[0], page.paper[1], title, author, day, images)


class _Spot(NamedTuple):
    """Where a slot stands on a page: its lines, its place, the first of its leaves there."""

    slot: int
    first: int
    last: int
    x: float
    y: float
    leaf: int


class _OnePage(NamedTuple):
    cast: Cast
    fixed: list[Placed]
    spots: list[_Spot]


class _Plan(NamedTuple):
    """版面安排 (plan): where everything stands in all papers of one shape, and what is the same in all of them."""

    pages: list[_OnePage]


def _page(one: _OnePage, made: Sequence[Made | None]) -> Page:
    placed = one.fixed.copy()
    for slot, first, last, x, y, leaf in one.spots:
        block = made[slot].block  # type: ignore[union-attr]  # an empty one has no spot
        if isinstance(block, Solid):
            placed[leaf : leaf + len(block.parts)] = [Placed(p.leaf, x + p.x, y + p.y) for p in block.parts]
        else:
            placed[leaf] = Placed(block.leaf(first, last), x, y)
    return Page(placed, one.cast.margin, one.cast)


def _planned(program: Program, made: Sequence[Made | None], sheet: str) -> _Plan:
    """Lay a paper out. Raises `CannotFollow`."""
    page, steps = frame.of(sheet), program.all_steps(made)
    flow, sources, open_ = _Flow(), [], []
    for number, step in enumerate(steps):
        before = len(flow.items)
        if step.made is not None:
            flow.add(step.made, step.x)
        elif step.entered is not None:
            open_.append(step.entered)
            flow.enter(step.entered)
        elif step is CLOSE:
            flow.close(open_.pop())
        sources += [number] * (len(flow.items) - before)
    own = {slot.at: number for number, slot in enumerate(program.slots)}
    places = {id(item): own.get(source, -1) for item, source in zip(flow.items, sources, strict=True)}
    pages = []
    for number, parts in enumerate(paged(flow.items, page.height)):
        corner = page.left(number), page.top
        pages.append(_one_page([(part, places[id(part[0])]) for part in parts], corner, page.margin(number, "")))
    return _Plan(pages)


def _one_page(parts: Sequence[tuple[Part, int]], corner: tuple[float, float], margin: tuple[Words, ...]) -> _OnePage:
    """What stands on a page: that of slot -1 is the same in all papers, of the others the place is."""
    left, top = corner
    fixed: list[Placed] = []
    spots: list[_Spot] = []
    own: list[int] = []
    for part, slot in parts:
        item, first, last, y = part
        placed = leaves([part], left, top)
        if slot >= 0:
            spots.append(_Spot(slot, first, last, left + item.x, top + y, len(fixed)))
        for number, one in enumerate(placed, len(fixed)):
            if slot >= 0 or one.leaf.images:  # a picture is each paper's own, whatever it is called
                own.append(number)
        fixed += placed
    return _OnePage(Cast(tuple(own), margin), fixed, spots)
