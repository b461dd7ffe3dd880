"""两种成版的比较 (comparing two settings of one paper): the compiled writer's and the layout engine's."""

from __future__ import annotations

from collections.abc import Iterator

from reports.writer.sheet import Page, Sheets, Words, marks

BASELINE = 0.1 / 0.75
"""Pixels: a tenth of a point."""
SIDEWAYS = 0.4
"""Pixels; the engine gives Pango whole units, we add them up unrounded."""


def _bars(page: Page) -> dict[tuple[str, float, float], list[list[float]]]:
    """Rules of a page, those that touch end to end joined, by direction, place and thickness."""
    raw: dict[tuple[str, float, float], list[tuple[float, float]]] = {}
    for placed in page.leaves:
        for bar in placed.leaf.bars:
            x, y = bar.x + placed.x, bar.y + placed.y
            if bar.width >= bar.height:
                raw.setdefault(("across", round(y), round(bar.height, 2)), []).append((x, x + bar.width))
            else:
                raw.setdefault(("down", round(x), round(bar.width, 2)), []).append((y, y + bar.height))
    joined: dict[tuple[str, float, float], list[list[float]]] = {}
    for key, spans in raw.items():
        made: list[list[float]] = []
        for start, end in sorted(spans):
            if made and start <= made[-1][1] + 0.05:
                made[-1][1] = max(made[-1][1], end)
            else:
                made.append([start, end])
        joined[key] = made
    return joined


def _taken(one: Words, reference: list[Words]) -> bool:
    """Is the same there at the same place? It is taken out then."""
    for index, other in enumerate(reference):
        near = abs(one.y - other.y) <= BASELINE and abs(one.x - other.x) <= SIDEWAYS
        if near and (one.text, one.face, one.size) == (other.text, other.face, other.size):
            del reference[index]
            return True
    return False


def _page(number: int, ours: Page, theirs: Page) -> Iterator[str]:
    mine, reference = marks(ours), marks(theirs)
    left = [one for one in mine if not _taken(one, reference)]
    yield from (f"第{number}页多出或者移动 {one}" for one in left)
    yield from (f"第{number}页缺少 {one}" for one in reference)
    drawn, wanted = _bars(ours), _bars(theirs)
    if drawn.keys() != wanted.keys():
        yield f"第{number}页线条 {drawn.keys() ^ wanted.keys()}"
    elif any(
        abs(a - b) > SIDEWAYS for key in drawn for one, two in zip(drawn[key], wanted[key], strict=False)
        for a, b in zip(one, two, strict=True)
    ):  # fmt: skip
        yield f"第{number}页线条长短"


def _figures(sheets: Sheets) -> list[tuple[int, str, float, float, float]]:
    return [
        (number, kind, round(one.x + placed.x), round(one.y + placed.y), round(one.size))
        for number, page in enumerate(sheets.pages)
        for placed in page.leaves
        for kind, ones in (("圈", placed.leaf.rings), ("图", placed.leaf.images))
        for one in ones
    ]


def differences(ours: Sheets, theirs: Sheets) -> list[str]:
    """不同之处 (what differs): lines, words, baselines, faces, rules, seal place, pictures; nothing when all agrees."""
    if len(ours.pages) != len(theirs.pages):
        return [f"页数 {len(ours.pages)} ≠ {len(theirs.pages)}"]
    found = [line for n, pair in enumerate(zip(ours.pages, theirs.pages, strict=True)) for line in _page(n + 1, *pair)]
    if _figures(ours) != _figures(theirs):
        found.append(f"图 {_figures(ours)} ≠ {_figures(theirs)}")
    return found
