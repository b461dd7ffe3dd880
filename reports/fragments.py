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
    """分项 (numbered paragraphs), each a sentence: 1.…"""
    said = [f"<p>{number}.{escape(sentence(item))}</p>" for number, item in enumerate(items, 1)]
    return Markup("".join(said))  # each item is escaped above


def row(left: object, value: object, right: object, other: object) -> Markup:
    """一行两栏 (a table row of two pairs)."""
    return Markup("<tr><th>{}</th><td>{}</td><th>{}</th><td>{}</td></tr>").format(left, value, right, other)
