"""段落 (paragraph parts) that the letters share: headings, numbered paragraphs, rows of two pairs; values escaped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from reports.wording import cn_count, sentence


@lru_cache(maxsize=4096)
def heading(number: int, text: str) -> Markup:
    """层次标题 (heading): 一、…"""
    return Markup("<h2>{}、{}</h2>").format(cn_count(number), text)


def listed(items: Iterable[str]) -> Markup:
    """分项 (numbered paragraphs), each a sentence: 1.…; a lone one has no number."""
    told = [escape(sentence(item)) for item in items]
    lone = len(told) == 1
    said = [f"<p>{item}</p>" if lone else f"<p>{number}.{item}</p>" for number, item in enumerate(told, 1)]
    return Markup("".join(said))  # each item is escaped above


ONE_LINE = 15
"""Characters of a name that stand on one line of the closing, in large print too."""
_UNITS = "省市州盟区县旗乡镇处"


def organ(name: str) -> Markup:
    """机关名 (the organ in the closing): a long name in two lines as equal as may be, cut behind a whole word.

    Where no whole word leaves two lines that are short enough, in the middle; a name for more than two lines as it is.
    """
    count = len(name)
    if not ONE_LINE < count <= 2 * ONE_LINE:
        return escape(name)
    fitting = range(count - ONE_LINE, ONE_LINE + 1)
    places = [place for place in fitting if name[place - 1] in _UNITS] or [count // 2]
    best = min(places, key=lambda place: abs(count - 2 * place))
    return Markup("{}<br>{}").format(name[:best], name[best:])


def row(left: object, value: object, right: object, other: object) -> Markup:
    """一行两栏 (a table row of two pairs)."""
    cells = (("th", left), ("td", value), ("th", right), ("td", other))
    return Markup(f"<tr>{''.join([f'<{tag}>{escape(said)}</{tag}>' for tag, said in cells])}</tr>")
