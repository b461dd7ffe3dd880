"""读正文 (reading the body) of a filled page: what to set, one step after the other, and where in the source it stands.

Paragraphs and tables are remembered by their source, so that what all papers of a run say alike is set once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

from reports.writer.blocks import EMPTY, REMEMBERED, plain_text, style_of, text_of
from reports.writer.boxes import PARTS, ROLES, end_of_div, parts_of, plain
from reports.writer.flow import Block, Paragraph, Rows, Solid
from reports.writer.markup import fragment, text
from reports.writer.sheet import CannotFollow
from reports.writer.styles import Style, resolved
from reports.writer.tables import table

BREAKS = {"auto": 0, "avoid": 1, "page": 2}
_TEXTUAL: dict[str, bool] = {}
"""Trails of containers: do they hold text or pictures of their own? Text in another is refused."""
_SHAPES: dict[tuple[object, ...], int] = {}
"""What decides where things stand → a number. Papers with the same numbers in the same order are laid out alike."""


class Made(NamedTuple):
    """已成块 (a paragraph or a table, set), and what it asks of its neighbours."""

    block: Block
    shift: float
    up: float
    down: float
    before: int
    after: int
    tall: float
    many: int
    shape: int


class Container(NamedTuple):
    """容器 (a container): the trail of its children, where it stands, how wide it is."""

    trail: str
    style: Style
    x: float
    width: float
    shape: int


class Step(NamedTuple):
    """一步 (one step through the page): a block in an open container, a container to enter, or (neither) to close."""

    shape: int
    made: Made | None = None
    x: float = 0.0
    entered: Container | None = None


class Read(NamedTuple):
    """读到处 (what was read): the step, where its source begins and ends, and how another source makes such a step.

    Without `again` the source is structure, and so are its first `rigid` characters: other text makes another page.
    """

    step: Step
    begin: int
    end: int
    x: float = 0.0
    again: Callable[[str], Made | None] | None = None
    rigid: int = 0


CLOSE = Step(0)
NOTHING = Step(-1)
"""An empty paragraph."""


def shape_of(*what: object) -> int:
    """式样号 (the number of a shape)."""
    return _SHAPES.setdefault(what, len(_SHAPES) + 1)


def read(source: str, root: str, width: float, place: int, stop: int) -> Iterator[Read]:
    """读 (read) a page from `place`, behind the tag of its body, to `stop`. Raises `CannotFollow`, `Unlearnt`."""
    here = _opened("<body>", root, "", width)
    stack, before = [here], ""
    while place < stop and (match := PARTS.match(source, place, stop)):
        token, begin, place = match[0], place, match.end()
        if tag := match[1]:
            yield _block(token, here, before, begin)
            before = "h1+" if tag == "h1" else ""
        elif token[0] != "<":
            if not token.isspace():
                raise CannotFollow("不在段落里的文字")
        elif token.startswith("</div"):
            stack.pop()
            yield Read(CLOSE, begin, place)
            here, before = stack[-1], ""
        elif token.startswith('<div class="copy"'):  # the mark stands in the margin
            place = end_of_div(source, begin)
        elif token.startswith("<div"):
            done = _div(source, match, before, stack)
            here, place, before = stack[-1], done.end, ""
            yield done
        elif token[1] != "!":
            raise CannotFollow(f"正文中的 {token[:20]}")


def _step(made: Made | None, x: float) -> Step:
    return NOTHING if made is None else Step(made.shape, made, x)


def _block(source: str, here: Container, before: str, begin: int) -> Read:
    again = partial(_set, trail=here.trail, before=before, room=here.width)
    return Read(_step(again(source), here.x), begin, begin + len(source), here.x, again)


@lru_cache(maxsize=REMEMBERED)
def _set(source: str, trail: str, before: str, room: float) -> Made | None:
    """A paragraph or a table, set; None for a paragraph with nothing in it."""
    if source.startswith("<table"):
        rows = table(source, trail, before, room)
        return _made(Rows(rows), rows.style, 0.0)
    if found := only_text(source):
        return plain_of(source[: found[0]], trail, before, room)(source[found[0] : found[1]])
    element = fragment(source, trail, before)
    style = style_of(element)
    plain(style)
    left, right = resolved(style.margin[3], room), resolved(style.margin[1], room)
    lines = text_of(element, style, room - left - right)
    return _made(Paragraph(ROLES[element.tag], style, lines), style, left) if lines.words else None


def _made(block: Block, style: Style, shift: float) -> Made:
    up, down = resolved(style.margin[0], 0), resolved(style.margin[2], 0)
    before, after, many, tall = BREAKS[style.before], BREAKS[style.after], block.count, block.height(0, block.count)
    inside = block.table.tops if isinstance(block, Rows) else (len(block.parts),) if isinstance(block, Solid) else ()
    shape = shape_of(type(block), id(style), shift, tall, many, *inside)
    return Made(block, shift, up, down, before, after, tall, many, shape)


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """纯文字段落 (a paragraph of nothing but text): all that is known of it but the text."""

    role: str
    style: Style
    room: float
    like: Made

    def __call__(self, inner: str) -> Made | None:
        """The paragraph with a text as it stands in the source; None when it is empty."""
        return _worded(inner, self)


def only_text(source: str) -> tuple[int, int] | None:
    """Where the text of an element begins and ends that holds nothing else; None for any other."""
    end = source.index(">") + 1
    stop = source.find("<", end)
    return (end, stop) if source.startswith("</", stop) and source.find("<", stop + 1) < 0 else None


@lru_cache(maxsize=4096)
def plain_of(opening: str, trail: str, before: str, room: float) -> Plain:
    """纯文字段落 (a paragraph of text) by its opening tag. Raises `CannotFollow`, `Unlearnt`."""
    element = fragment(f"{opening}</{opening[1:].partition(' ')[0].rstrip('>')}>", trail, before)
    style = style_of(element)
    plain(style)
    left, right = resolved(style.margin[3], room), resolved(style.margin[1], room)
    role = ROLES[element.tag]
    like = _made(Paragraph(role, style, EMPTY), style, left)
    return Plain(role, style, room - left - right, like)


@lru_cache(maxsize=REMEMBERED)
def _worded(inner: str, kind: Plain) -> Made | None:
    lines = plain_text(text(inner), kind.style, kind.room, kind.style.indent) if inner else EMPTY
    count = len(lines.words)
    if not count:
        return None
    tall, like = lines.tops[-1], kind.like
    shape = shape_of(Paragraph, id(kind.style), like.shift, tall, count)
    block = Paragraph(kind.role, kind.style, lines)
    return Made(block, like.shift, like.up, like.down, like.before, like.after, tall, count, shape)


@lru_cache(maxsize=4096)
def _opened(token: str, trail: str, before: str, room: float) -> Container:
    """A container by its opening tag, in a parent whose trail and width are given; `x` is its own shift."""
    element = fragment(f"{token}</{token[1:].partition(' ')[0].rstrip('>')}>", trail, before)
    style = style_of(element)
    left = resolved(style.margin[3], room)
    width = room - left - resolved(style.margin[1], room) if style.width is None else resolved(style.width, room)
    return Container(element.trail, style, left, width, shape_of(Container, id(style), left, width))


def _div(source: str, match: re.Match[str], before: str, stack: list[Container]) -> Read:
    """Enter a container, or set one of fixed height whole."""
    place, end, here = match.start(), match.end(), stack[-1]
    inner = _opened(match[0], here.trail, before, here.width)
    style = inner.style
    if inner.trail not in _TEXTUAL:
        _TEXTUAL[inner.trail] = _has_text(source[end : end_of_div(source, place)])
    if style.height is not None or style.position not in ("static", "relative") or _TEXTUAL[inner.trail]:
        last = end_of_div(source, place)
        again = partial(_whole, trail=here.trail, inside=end - place, inner=inner)
        return Read(_step(again(source[place:last]), here.x), place, last, here.x, again, end - place)
    if any((style.padding[1], style.padding[3], style.border[1], style.border[3], style.border[2], style.padding[2])):
        raise CannotFollow("容器左右边框、下边框")
    inner = inner._replace(x=here.x + inner.x)
    stack.append(inner)
    return Read(Step(inner.shape, entered=inner), place, end)


def _has_text(inner: str) -> bool:
    """Does a container hold text or pictures of its own, beside paragraphs?"""
    depth = 0
    for token in PARTS.finditer(inner):
        depth += token[0].startswith("<div") - token[0].startswith("</div")
        alone = token[1] is None and not depth
        if alone and (token[0].startswith("<img") or (token[0][0] != "<" and not token[0].isspace())):
            return True
    return False


def _whole(source: str, trail: str, inside: int, inner: Container) -> Made:
    """A container set in one piece: the closing with its seal place, a check code with its caption."""
    style = inner.style
    if style.position == "absolute":
        raise CannotFollow("正文中的绝对定位")
    parts, bottom = parts_of(source, trail, inside, inner.width)
    height = resolved(style.height, 0) if style.height is not None else bottom
    if any(words.y + one.y > height for one in parts for words in one.leaf.words()):
        raise CannotFollow("落款放不下")
    return _made(Solid(height, parts), style, inner.x)
