"""标记 (markup): a filled page as a tree of elements, quickly. It reads what our templates can say, nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from reports.writer.sheet import CannotFollow

LEVELS = frozenset({"tbody", "thead", "tfoot", "colgroup"})
"""Elements that the engine may add by itself; they are no part of a trail."""
_TOKEN = re.compile(r"<!--.*?-->|<[^>]*>|[^<]+", re.DOTALL)
_TAG = re.compile(r"<\s*(/?)\s*([a-z][a-z0-9]*)\s*([^>]*?)/?>\Z", re.DOTALL)
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_VOID = frozenset({"br", "img", "col", "meta", "link"})
_SHOWN = ("class", "style")


@dataclass(slots=True)
class Element:
    """元素 (element): `trail` says for the style sheet which kind of element it is; children are elements and texts."""

    tag: str
    trail: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def everything(self) -> Iterator[Element]:
        """The element and those in it, in the order of the page, without the levels that the engine may add."""
        if self.tag not in LEVELS:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.everything()

    def elements(self) -> Iterator[Element]:
        """Its child elements. Raises `CannotFollow` when there is text between them."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
            elif child.strip(" \t\n\r\f"):
                raise CannotFollow(f"{self.tag} 中有不在段落里的文字")


@dataclass(frozen=True, slots=True)
class Tag:
    """标签 (tag), read once."""

    name: str
    closing: bool
    attributes: dict[str, str]
    shown: str


@lru_cache(maxsize=4096)
def _tag(token: str) -> Tag:
    match = _TAG.match(token)
    if match is None:
        raise CannotFollow(f"标签 {token[:20]}")
    closing, name, rest = match.groups()
    attributes = {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(rest)}
    shown = "".join(f"[{key}={attributes[key]}]" for key in _SHOWN if key in attributes)
    return Tag(name, bool(closing), attributes, name + shown)


def text(raw: str) -> str:
    """文字 (text): entities read, blanks drawn together as on a page."""
    plain = html.unescape(raw) if "&" in raw else raw
    return _BLANKS.sub(" ", plain) if "\n" in plain or "  " in plain or "\t" in plain else plain


@dataclass(frozen=True, slots=True)
class Head:
    """页首 (head of a filled page): what a reader shows of it, its own style rules, and the body."""

    title: str
    author: str
    day: str
    root: str
    body: str


_META = re.compile(r'<meta name="(author|dcterms\.created)" content="([^"]*)">')
_TITLE = re.compile(r"<title>(.*?)</title>")
_RULES = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def head_of(page: str, sheet: str) -> Head:
    """页首 (the head) of a filled page; `root` is the trail of its body under the style sheet `sheet`.

    Raises `CannotFollow` for what our templates do not contain.
    """
    head, found, rest = page.partition("<body>")
    if not found:
        raise CannotFollow("没有正文")
    meta, title = dict(_META.findall(head)), _TITLE.search(head)
    rules = "".join(_RULES.findall(head)) if "<style>" in head else ""
    return Head(
        html.unescape(title[1]) if title else "", html.unescape(meta.get("author", "")),
        meta.get("dcterms.created", ""), f"{{{sheet}{rules}}}", rest.partition("</body>")[0],
    )  # fmt: skip


def parse(page: str, sheet: str) -> Element:
    """解析 (parse): the body of a filled page as a tree. Raises `CannotFollow`."""
    head = head_of(page, sheet)
    return fragment(f"<body>{head.body}</body>", head.root)


def fragment(source: str, trail: str, before: str = "") -> Element:
    """片段 (fragment): the tree of one element; `trail` is that of its parent, `before` the mark of the tag before."""
    root = Element("", trail, {})
    stack = [(root, before)]
    for token in _TOKEN.findall(source):
        if token[0] != "<":
            stack[-1][0].children.append(text(token))
        elif token[1] != "!":
            _enter(stack, _tag(token))
    if len(root.children) != 1 or not isinstance(root.children[0], Element):
        raise CannotFollow("标签不成对")
    return root.children[0]


def _enter(stack: list[tuple[Element, str]], tag: Tag) -> None:
    parent, before = stack[-1]
    if tag.closing:
        if parent.tag != tag.name:
            raise CannotFollow(f"标签不成对：{tag.name}")
        stack.pop()
        return
    trail = parent.trail if tag.name in LEVELS else f"{parent.trail}/{before}{tag.shown}"
    element = Element(tag.name, trail, tag.attributes)
    parent.children.append(element)
    stack[-1] = (parent, "h1+" if tag.name == "h1" else "")
    if tag.name not in _VOID:
        stack.append((element, ""))
