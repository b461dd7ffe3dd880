"""地方样式的写法 (markup of regional templates): plain tags, `{{名称}}` and `{{#名称}}…{{/名称}}`, read into a tree.

Nothing is executed and nothing is repaired: what is not on the short lists below is a fault with its line. The lists
hold no element, attribute or property that can fetch, run, hide or overlay anything; a colour or a tiny face could
hide a line of remedy, so there is no colour and a smallest size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

DEEPEST = 24
"""Levels of tags and sections: no form needs more, and the layout engine walks them by recursion."""
INLINE = frozenset({"span", "b", "strong", "u", "br"})
TEXTS = frozenset({"p", "h1", "h2", "h3", "span", "b", "strong", "u"})
"""Hold text and inline elements only."""
VOID = frozenset({"br", "hr", "col"})
ROWS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "colgroup"})
"""Hold their parts only, no text of their own."""
_GROUPS = frozenset({"table", "thead", "tbody", "tfoot"})
PARENTS = MappingProxyType({
    "thead": {"table"}, "tbody": {"table"}, "tfoot": {"table"}, "colgroup": {"table"}, "col": {"colgroup"},
    "tr": _GROUPS, "td": {"tr"}, "th": {"tr"},
})  # fmt: skip
ELEMENTS = INLINE | TEXTS | VOID | ROWS | {"div", "td", "th"}
CLASSES = frozenset({"number", "to", "lead", "amount", "middle", "write", "keep", "sign", "who", "foot", "rule"})
"""版式类别: those of templates/style/letter.css that a form may use."""
_WORDS = MappingProxyType({
    "text-align": {"left", "center", "right", "justify"}, "vertical-align": {"top", "middle", "bottom", "baseline"},
    "font-weight": {"normal", "bold"}, "text-decoration": {"underline"}, "border": {"none"},
    "break-before": {"page", "avoid"}, "break-after": {"avoid"}, "break-inside": {"avoid"},
})  # fmt: skip
_LENGTHS = MappingProxyType({
    "width": {"%": (1, 100), "mm": (1, 156), "em": (1, 28), "pt": (1, 442)},
    "height": {"mm": (0, 200), "em": (0, 35)}, "min-width": {"mm": (1, 156)}, "min-height": {"mm": (0, 200)},
    "font-size": {"pt": (9, 36)}, "line-height": {"mm": (4, 20), "pt": (12, 56)},
    "text-indent": {"em": (0, 14), "mm": (0, 80), "pt": (0, 220)},
    **{f"margin-{side}": {"mm": (0, 60), "em": (0, 10)} for side in ("top", "bottom", "left", "right")},
})  # fmt: skip
_LENGTH = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)(%|mm|em|pt)?")
_TOKEN = re.compile(
    r"\{\{[ \t]*(?P<mark>[#/]?)(?P<field>[^{}<>\s]{1,60})[ \t]*\}\}"
    r"|<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]{0,15})(?P<attributes>(?:\s[^<>{}]*)?)/?>"
    r"|(?P<text>[^<>{}&]+)|(?P<entity>&(?:amp|lt|gt);)|(?P<strange>.)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r'\s*([A-Za-z-]{1,20})="([^"]*)"(?=\s|/?$)')
_ENTITIES = MappingProxyType({"&amp;": "&", "&lt;": "<", "&gt;": ">"})


@dataclass(frozen=True, slots=True)
class Text:
    """文字 (text): decoded, not escaped."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Field:
    """栏目 (field): the official name that stands between the braces."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """标签或者段 (tag or section): `section` is a repeated or conditional part, whose name is a field's."""

    name: str
    line: int
    section: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    children: list[Part] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """The classes of a tag."""
        return frozenset(word for name, value in self.attributes if name == "class" for word in value.split())

    def wraps(self, name: str) -> bool:
        """Is a section of this name inside? Then the outer one only asks whether there is anything, for a heading."""
        inner = [one for one in self.children if isinstance(one, Branch)]
        return any((one.section and one.name == name) or one.wraps(name) for one in inner)

    def __str__(self) -> str:
        """How the template writes its beginning."""
        return f"{{{{#{self.name}}}}}" if self.section else f"<{self.name}>"


Part = Text | Field | Branch


class Reading:
    """读入 (reading): the tree of a template and every fault of its markup, in the order of the lines."""

    def __init__(self, source: str) -> None:
        self.root = Branch("", 1)
        self.faults: list[str] = []
        self._open = [self.root]
        self._line = 1
        for token in _TOKEN.finditer(source):
            self._take(token)
            self._line += token[0].count("\n")
        for left in self._open[1:]:
            self._fault(f"{left} 没有结束", left.line)

    def _fault(self, text: str, line: int = 0) -> None:
        self.faults.append(f"第{line or self._line}行：{text}")

    def _take(self, token: re.Match[str]) -> None:
        found = token.groupdict()
        if found["text"] or found["entity"]:
            self._text(_ENTITIES.get(token[0], token[0]))
        elif found["strange"]:
            near = token.string[token.start() : token.start() + 16].split("\n")[0]
            self._fault(f"不能写“{near}”（只能用规定的标签、{{{{名称}}}} 和 &amp; &lt; &gt;）")
        elif found["field"]:
            self._field(found["mark"], found["field"])
        elif found["close"]:
            self._end(found["tag"].lower(), section=False)
        else:
            self._begin(found["tag"].lower(), found["attributes"])

    def _text(self, text: str) -> None:
        if text.strip() and self._tag().name in ROWS:
            self._fault(f"<{self._tag().name}> 里不能直接写文字“{text.strip()[:12]}”")
        self._open[-1].children.append(Text(text, self._line))

    def _field(self, mark: str, name: str) -> None:
        if mark == "#":
            self._descend(Branch(name, self._line, section=True))
        elif mark == "/":
            self._end(name, section=True)
        elif self._tag().name in ROWS:
            self._fault(f"{{{{{name}}}}} 应写在 <td> 或者 <th> 里")
        else:
            self._open[-1].children.append(Field(name, self._line))

    def _tag(self) -> Branch:
        """The innermost open tag; sections are no tags."""
        return next((one for one in reversed(self._open) if not one.section), self.root)

    def _begin(self, name: str, attributes: str) -> None:
        parent = self._tag().name
        if name not in ELEMENTS:
            self._fault(f"不能用标签 <{name}>")
        elif (name in PARENTS or parent in ROWS) and parent not in PARENTS.get(name, ()):
            self._fault(f"<{name}> 不能放在 <{parent or '表格之外'}> 里")
        elif parent in TEXTS and name not in INLINE:
            self._fault(f"<{name}> 不能放在 <{parent}> 里")
        made = Branch(name, self._line, attributes=tuple(self._attributes(name, attributes)))
        if name in VOID:
            self._open[-1].children.append(made)
        else:
            self._descend(made)

    def _descend(self, made: Branch) -> None:
        if len(self._open) <= DEEPEST:
            self._open[-1].children.append(made)
        elif len(self._open) == DEEPEST + 1:
            self._fault(f"嵌套超过 {DEEPEST} 层")
        self._open.append(made)

    def _end(self, name: str, *, section: bool) -> None:
        last = self._open[-1]
        written = f"{{{{/{name}}}}}" if section else f"</{name}>"
        if last is self.root:
            self._fault(f"{written} 没有对应的开始")
        elif (last.name, last.section) != (name, section):
            self._fault(f"{written} 与第{last.line}行的 {last} 不成对")
            if any((one.name, one.section) == (name, section) for one in self._open[1:]):
                while (self._open[-1].name, self._open[-1].section) != (name, section):
                    self._open.pop()
                self._open.pop()
        else:
            self._open.pop()

    def _attributes(self, tag: str, written: str) -> Iterator[tuple[str, str]]:
        place, written = 0, written.rstrip().removesuffix("/").rstrip()
        while found := _ATTRIBUTE.match(written, place):
            name, value = found[1].lower(), found[2].strip()
            fault = _attribute_fault(tag, name, value)
            if fault:
                self._fault(f"<{tag}> {fault}")
            else:
                yield name, value
            place = found.end()
        if written[place:].strip():
            self._fault(f'<{tag}> 的属性“{written[place:].strip()[:16]}”写法不对，应写作 名称="值"')


def _attribute_fault(tag: str, name: str, value: str) -> str:
    """Why an attribute may not be used; "" when it may."""
    if name == "class":
        strange = sorted(set(value.split()) - CLASSES)
        return f"没有类别“{strange[0]}”，可用：{'、'.join(sorted(CLASSES))}" if strange else ""
    if name in ("colspan", "rowspan"):
        fits = tag in ("td", "th") and re.fullmatch(r"[1-9]|1\d|20", value)
        return "" if fits else f"的 {name} 应是 1 至 20 的整数，并且只用于 <td>、<th>"
    if name == "style":
        return next((fault for one in value.split(";") if one.strip() and (fault := _style_fault(one))), "")
    return f"不能有属性 {name}"


def _style_fault(declaration: str) -> str:
    """Why a declaration of a style may not be used; "" when it may."""
    name, _, value = (part.strip().lower() for part in declaration.partition(":"))
    if name in _WORDS:
        return "" if value in _WORDS[name] else f"的 {name} 只能是：{'、'.join(sorted(_WORDS[name]))}"
    if name not in _LENGTHS:
        known = "、".join(sorted([*_WORDS, *_LENGTHS]))
        return f"不能有样式“{name[:20]}”，可用：{known}"
    found = _LENGTH.fullmatch(value)
    low, high = _LENGTHS[name].get((found[2] or "mm") if found else "", (1, 0))
    if found and (found[2] or float(found[1]) == 0) and low <= float(found[1]) <= high:
        return ""
    ranges = "，".join(f"{low}–{high}{unit}" for unit, (low, high) in _LENGTHS[name].items())
    return f"的 {name} 应在 {ranges} 之间"
