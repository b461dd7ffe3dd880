"""读法 (programs): how a page of one form is read, kept for all papers filled from the same pieces of template.

Which pieces are template and which are values, Jinja says itself (`reports.filled`). A value without tags in it cannot
change how a page is read unless it stands in a tag; such values, and tags inside of values, are part of what is alike.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from reports.filled import Filled
from reports.writer import frame
from reports.writer.blocks import REMEMBERED
from reports.writer.markup import head_of
from reports.writer.reading import NOTHING, Made, Read, Step, only_text, plain_of, read

Recipe = tuple[str | int, ...]
"""配方 (recipe) of a stretch of a page: pieces by their numbers, and what stands in the template between them."""
_TAGS = re.compile(r"(<[^>]*>)")
_HEAD = tuple(
    re.compile(one) for one in (
        r"<title>(.*?)</title>", r'<meta name="author" content="([^"]*)">',
        r'<meta name="dcterms\.created" content="([^"]*)">', r'<div class="copy" data-text="([^"]*)"',
    )
)  # fmt: skip
"""Title, author, day, and the mark of a copy."""
_COPY = re.compile(r'<div class="copy"[^>]*></div>')


class Slot(NamedTuple):
    """空位 (slot): the step that each paper makes of its own: its source and how it is made of it."""

    at: int
    x: float
    source: Recipe
    again: Callable[[str], Made | None]


class Program:
    """读法 (program) of one form: steps that are alike in all papers, slots for those that are not.

    `plans` belongs to `compose`, which keeps there how the pages are divided.
    """

    __slots__ = ("_said", "plans", "slots", "steps")

    def __init__(self, steps: tuple[Step, ...], slots: tuple[Slot, ...], said: tuple[Recipe, ...]) -> None:
        self.steps, self.slots, self._said = steps, slots, said
        self.plans: dict[tuple[int, ...], object] = {}

    def made(self, pieces: Sequence[str]) -> list[Made | None]:
        """The blocks of a paper's own, slot by slot; None for an empty paragraph. Raises `CannotFollow`, `Unlearnt`."""
        return [again(_text(source, pieces)) for _, _, source, again in self.slots]

    def all_steps(self, made: Sequence[Made | None]) -> list[Step]:
        """Every step of a paper with these blocks."""
        steps = list(self.steps)
        for slot, one in zip(self.slots, made, strict=True):
            steps[slot.at] = NOTHING if one is None else Step(one.shape, one, slot.x)
        return steps

    def said(self, pieces: Sequence[str]) -> list[str]:
        """Title, author, day, and the mark of a copy or ""."""
        return [html.unescape(_text(recipe, pieces)) for recipe in self._said]


def _text(recipe: Recipe, pieces: Sequence[str]) -> str:
    return "".join([one if one.__class__ is str else pieces[one] for one in recipe])  # type: ignore[index]


class _Kin:
    """Programs of the same pieces of template, one for each choice of the values that are `pinned`.

    At first those are the values that are structure; after `WATCHED` papers also those that were the same in all.
    """

    __slots__ = ("_differ", "_first", "_left", "_structure", "_values", "pinned", "programs")

    def __init__(self, pieces: Sequence[str], shape: Sequence[str | None]) -> None:
        self.pinned: tuple[int, ...] = ()
        self.programs: dict[tuple[str, ...], Program] = {}
        self._first, self._left = pieces, WATCHED
        self._values = [number for number, alike in enumerate(shape) if alike is None]
        self._differ: set[int] = set()
        self._structure: set[int] = set()

    def program(self, pieces: Sequence[str]) -> Program | None:
        """The program for a paper, if it is known."""
        if self._left:
            self._watch(pieces)
        return self.programs.get(tuple([pieces[one] for one in self.pinned]))

    def _watch(self, pieces: Sequence[str]) -> None:
        first = self._first
        self._differ.update([one for one in self._values if pieces[one] != first[one]])
        self._left -= 1
        if not self._left:
            self._pin([one for one in self._values if one not in self._differ])

    def _pin(self, values: Iterable[int]) -> None:
        self.pinned = tuple(sorted({*self.pinned, *values}))
        self.programs.clear()

    def relax(self) -> None:
        """Of too many programs, what they differ in is no longer pinned, and they are forgotten."""
        if len(self.programs) < CHOICES:
            return
        choices = zip(self.pinned, zip(*self.programs, strict=True), strict=True)
        varied = {one for one, said in choices if len({*said}) > 1}
        self.pinned = tuple([one for one in self.pinned if one in self._structure or one not in varied])
        self.programs.clear()

    def know(self, pieces: Sequence[str], program: Program, structure: Sequence[int]) -> None:
        """Keep a program, made with what is pinned now; these values are structure too."""
        if structure:
            self._structure.update(structure)
            self._pin(structure)
        self.programs[tuple([pieces[one] for one in self.pinned])] = program


WATCHED, CHOICES = 12, 24
_KNOWN: dict[tuple[str | None, ...], _Kin] = {}


def program_of(page: Filled, sheet: str) -> tuple[Program, Sequence[str]]:
    """读法 (the program) of a filled page, and the pieces that it wants. Raises `CannotFollow`, `Unlearnt`."""
    if len(page.pieces) == 1:  # a whole page, of which nothing is known
        return _compiled(page.pieces, (None,), sheet)[0], page.pieces
    pieces, shape = _told(page.pieces)
    key = (sheet, *shape)
    kin = _KNOWN.get(key)
    if kin is None:
        if len(_KNOWN) > REMEMBERED // 10:
            _KNOWN.clear()
        kin = _KNOWN[key] = _Kin(pieces, shape)
    program = kin.program(pieces)
    if program is None:
        kin.relax()
        for one in kin.pinned:
            shape[one] = pieces[one]
        program, structure = _compiled(pieces, shape, sheet)
        kin.know(pieces, program, structure)
    return program, pieces


def _told(given: Sequence[str]) -> tuple[list[str], list[str | None]]:
    """The pieces, values with tags in them taken apart; and of each what is alike, None for a value."""
    pieces: list[str] = []
    shape: list[str | None] = []
    for one in given:
        if one.__class__ is str:
            pieces.append(one)
            shape.append(one)
        elif "<" in one:
            parts = _TAGS.split(one)
            pieces += parts
            for number, part in enumerate(parts):
                shape.append(part if number % 2 else None)
        else:
            pieces.append(one)
            shape.append(None)
    return pieces, shape


class _Source:
    """A page and where its values stand in it."""

    def __init__(self, pieces: Sequence[str], shape: Sequence[str | None]) -> None:
        self.html = "".join(pieces)
        self._spans: list[tuple[int, int, int]] = []
        place = 0
        for number, (piece, alike) in enumerate(zip(pieces, shape, strict=True)):
            if alike is None:
                self._spans.append((place, place + len(piece), number))
            place += len(piece)

    def within(self, begin: int, end: int) -> set[int]:
        """The values that stand wholly between two places; an empty one must have something on both its sides."""
        return {number for first, last, number in self._spans if begin < first and last < end}

    def touching(self, begin: int, end: int) -> set[int]:
        """The values of which something stands between two places."""
        return {number for first, last, number in self._spans if first < end and last > begin}

    def recipe(self, begin: int, end: int) -> Recipe:
        """How the stretch is put together; values at its ends are inside."""
        parts: list[str | int] = []
        place = begin
        for first, last, number in self._spans:
            if begin <= first and last <= end:
                parts += [self.html[place:first]] if first > place else []
                parts.append(number)
                place = last
        return (*parts, self.html[place:end]) if end > place else tuple(parts)


def _compiled(pieces: Sequence[str], shape: Sequence[str | None], sheet: str) -> tuple[Program, tuple[int, ...]]:
    """Read a page once and for all that are like it; the numbers of the values that are structure."""
    source = _Source(pieces, shape)
    page = source.html
    head = head_of(page, sheet)
    begin = page.index("<body>") + len("<body>")
    stop = page.find("</body>", begin)
    reads = list(read(page, head.root, frame.of(sheet).width, begin, stop if stop >= 0 else len(page)))
    free: set[int] = set()
    slots: list[Slot] = []
    for at, one in enumerate(reads):
        inside = source.within(one.begin + one.rigid, one.end)
        if one.again is not None and inside and inside >= source.touching(one.begin, one.end):
            free |= inside
            slots.append(Slot(at, one.x, *_again(source, one)))
    said, named = _said(source, begin)
    pinned = {number for number, alike in enumerate(shape) if alike is None} - free - named
    program = Program(tuple(one.step for one in reads), tuple(slots), said)
    return program, tuple(sorted(pinned))


def _again(source: _Source, one: Read) -> tuple[Recipe, Callable[[str], Made | None]]:
    """What a slot is made of and how: of its text alone where its tags are always the same."""
    assert one.again is not None
    text = source.html[one.begin : one.end]
    known = getattr(one.again, "keywords", {})
    if "room" in known and not text.startswith("<table") and (found := only_text(text)):
        begin, end = one.begin + found[0], one.begin + found[1]
        if not source.touching(one.begin, begin):
            return source.recipe(begin, end), plain_of(text[: found[0]], **known)
    return source.recipe(one.begin, one.end), one.again


def _said(source: _Source, body: int) -> tuple[tuple[Recipe, ...], set[int]]:
    """What the head says, and the mark of a copy; which values stand there and nowhere where they would matter."""
    recipes: list[Recipe] = []
    named = {one for one in source.within(0, body)}
    for style in re.finditer(r"<style>.*?</style>", source.html[:body], re.DOTALL):
        named -= source.touching(*style.span())
    for number, pattern in enumerate(_HEAD):
        place = pattern.search(source.html, 0, body) if number < 3 else pattern.search(source.html, body)
        if place is None:
            recipes.append(())
            continue
        recipes.append(source.recipe(*place.span(1)))
        if number == 3:
            named |= source.within(*place.span())
    return tuple(recipes), named
