"""页样 (patterns): the operators and tags of a page, but for what belongs to one paper alone.

A page that is not like any other is a pattern with nothing left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.writer.drawing import Drawn
from reports.writer.sheet import Placed
from reports.writer.tags import CONTENT, FIRST, PAGE, Shape

_SECTION, _PAGE = b"\x01", b"\x02"
"""Stand for the numbers of the section and of the page, which are all that differs where every element is a leaf's."""


class Pattern:
    """页样 (pattern) of a page with `leaves`, drawn as `every` says; those at the places `own` are left out.

    `count` elements of the structure tree: `tops` stand in the section itself, `owners` own the content in order; all
    counted from the page's first. `texts` are the characters of what is not left out.
    """

    __slots__ = ("_between", "_numbers", "_own", "_shapes", "_template", "count", "owners", "texts", "tops")

    def __init__(self, leaves: Sequence[Placed], every: Sequence[Drawn], own: Sequence[int], height: float) -> None:
        self.tops: list[int] = []
        self.owners: list[int] = []
        self.count = 0
        self._shapes = [every[place].shape for place in own]
        self._own: list[tuple[int, float, int]] = []
        between: list[list[bytes]] = [[]]
        said: list[bytes] = []
        numbers: list[tuple[int, int]] = []
        texts: set[tuple[str, str]] = set()
        for place, (placed, leaf) in enumerate(zip(leaves, every, strict=True)):
            if place in own:
                self._own.append((place, height, len(self.owners)))
                between.append([])
            else:
                between[-1].append(leaf.at(placed.x, height - placed.y, len(self.owners)))
                texts.update(leaf.texts)
            if leaf.shape.count:
                said.append(leaf.shape.template)
                numbers += self._tag(leaf.shape)
        self.texts = frozenset(texts)
        self._between = between  # leaf by leaf, so that no file depends on what was printed before it
        self._numbers, self._template = _baked(b"\n".join(said), numbers)

    def _tag(self, shape: Shape) -> list[tuple[int, int]]:
        """One more leaf's elements; their numbers, counted from the page's first element and content."""
        base = {FIRST: self.count, CONTENT: len(self.owners)}
        self.tops += [self.count + one for one in shape.tops]
        self.owners += [self.count + one for one in shape.owners]
        self.count += shape.count
        return [(kind, by + base.get(kind, 0)) for kind, by in shape.numbers]

    def fits(self, own: Sequence[Drawn]) -> bool:
        """Have these leaves the same tags as those that were left out?"""
        return all([leaf.shape is shape for leaf, shape in zip(own, self._shapes, strict=True)])

    def placed(self, leaves: Sequence[Placed], own: Sequence[Drawn]) -> list[bytes]:
        """The operators of a page, its own leaves in their places."""
        chunks = [*self._between[0]]
        for (place, height, first), leaf, after in zip(self._own, own, self._between[1:], strict=True):
            _, x, y = leaves[place]
            chunks.append(leaf.once(x, height - y, first))
            chunks += after
        return chunks

    def elements(self, section: int, page: int, first: int) -> list[bytes]:
        """The elements, numbered from `first` on."""
        if not self.count:
            return []
        made = self._template.replace(_SECTION, b"%d" % section).replace(_PAGE, b"%d" % page)
        if self._numbers:
            made %= tuple([first + one for one in self._numbers])
        return made.split(b"\n")


def _baked(template: bytes, numbers: Sequence[tuple[int, int]]) -> tuple[list[int], bytes]:
    """The template with every number that is known; the others, counted from the page's first element."""
    marks = [{FIRST: b"%d", PAGE: _PAGE, CONTENT: b"%d" % by}.get(kind, _SECTION) for kind, by in numbers]
    relative = [by for kind, by in numbers if kind == FIRST]
    if not relative:
        return [], template.replace(b"%d", b"%b") % tuple(marks)
    twice = template.replace(b"%%", b"%%%%")  # the numbers of the elements are put in later
    return relative, twice.replace(b"%d", b"%b") % tuple(marks)
