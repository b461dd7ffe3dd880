"""地方样式 (regional templates): a region's own form of a paper. Fields only, no code; refused whole or used whole.

`read` checks everything before a template may print: its markup (`reports.regional_markup`), its names, and that each
required field, the seal's place and the check code stand where they are printed in any case. Values are escaped and
worded by the press. The version of a regional template is the SHA-256 of its file.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from typing import Any

from reports import fonts
from reports.faults import TemplateRefused
from reports.forms import Letter
from reports.regional_fields import CODE, MARKS, ORDINAL, SEAL, SPECIAL, Path, Slot, filled, slots
from reports.regional_markup import TEXTS, VOID, Branch, Field, Part, Reading, Text

LARGEST = 64 * 1024
"""Bytes of a template."""
LONGEST = 1_000_000
"""Characters of a paper when filled in: a list in a list could otherwise grow without end."""
MOST = 40
"""Faults that are told at once."""
OFFICE = frozenset({"送达回证编号", "规则版本", "补打份数"})
"""Fields of the office's own bookkeeping: a template may leave them out although they are filled."""


@dataclass(frozen=True, slots=True)
class RegionalForm:
    """地方样式 (regional template) that was checked; `name` is how the office calls its file."""

    name: str
    source: str
    form: type[Letter]
    sha256: str
    root: Branch
    placed: frozenset[Path]

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Optional fields without a place: a paper in which one is filled is refused, see `check`."""
        return tuple(name for name in slots(self.form) if (name,) not in self.placed and name not in OFFICE)

    def check(self, letter: Letter) -> None:
        """合用 (fit): raise `TemplateRefused` when a filled field would not be printed, or the paper grew too long."""
        lost = [path for path in filled(letter) if path not in self.placed and path[0] not in OFFICE]
        if lost:
            said = "、".join(dict.fromkeys("·".join(path) for path in lost))
            raise TemplateRefused(self.name, [f"文书 {letter.number} 填有以下内容，样式中没有它的位置：{said}"])
        self.fill(letter, "", "")

    def fill(self, letter: Letter, qr: str, data: str) -> str:
        """填写 (fill in): HTML of the body; `qr` is the address of the check code, `data` the data's fingerprint."""
        sheet = _Sheet(self, qr, data)
        sheet.put(self.root.children, _values(letter), frozenset())
        return "".join(sheet.parts)


def read(content: bytes, form: type[Letter], name: str) -> RegionalForm:
    """读入并核对 (read and check) the bytes of a template. Raises `TemplateRefused` with all faults, `FontsMissing`."""
    if len(content) > LARGEST:
        raise TemplateRefused(name, [f"文件超过 {LARGEST // 1024} KB"])
    try:
        source = content.decode("utf-8")
    except UnicodeDecodeError:
        raise TemplateRefused(name, ["文件不是 UTF-8 编码"]) from None
    reading = Reading(source.removeprefix("\ufeff"))
    survey = _Survey(form)
    survey.visit(reading.root.children, survey.names, _Where())
    faults = [*reading.faults, *survey.faults, *survey.unknown(), *_undrawable(source), *survey.lacking()]
    if faults:
        more = [f"……另有 {len(faults) - MOST} 处"] if len(faults) > MOST else []
        raise TemplateRefused(name, [*dict.fromkeys(faults[:MOST]), *more])
    return RegionalForm(name, source, form, sha256(content).hexdigest(), reading.root, frozenset(survey.placed))


def _undrawable(source: str) -> Iterator[str]:
    """Characters of the template that no face can draw."""
    shown = source.removeprefix("\ufeff").translate({9: None, 10: None, 13: None})
    for one in fonts.missing_glyphs({"": shown}):
        yield f"字库中没有字符 {one.code_point}"


@dataclass(frozen=True, slots=True)
class _Known:
    """A name that is in reach: its slot and path, and whether it is the item of its own list."""

    slot: Slot
    path: Path
    item: bool = False


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the survey is: optional sections around, the list around, section or not, tags around."""

    given: tuple[Path, ...] = ()
    listed: Path | None = None
    section: bool = False
    tags: tuple[str, ...] = ()

    def into(self, tag: str) -> _Where:
        """One tag deeper."""
        return _Where(self.given, self.listed, self.section, (*self.tags, tag))


def _known(kind: type, path: Path = ()) -> dict[str, _Known]:
    return {official: _Known(slot, (*path, official)) for official, slot in slots(kind).items()}


def _above(path: Path, conditions: tuple[Path, ...]) -> bool:
    """Is each condition one that the path itself stands under?"""
    return all(path[: len(one)] == one for one in conditions)


@dataclass(slots=True)
class _Survey:
    """核对 (survey) of names and places; `placed` are the paths that are printed whenever they are filled."""

    form: type[Letter]
    faults: list[str] = field(default_factory=list)
    placed: set[Path] = field(default_factory=set)
    strange: dict[str, int] = field(default_factory=dict)
    special: list[str] = field(default_factory=list)

    @property
    def names(self) -> ChainMap[str, _Known]:
        """The names of the form itself."""
        return ChainMap(_known(self.form))

    def visit(self, parts: list[Part], names: ChainMap[str, _Known], where: _Where) -> None:
        """Go through a branch."""
        for part in parts:
            if isinstance(part, Field):
                self._field(part, names, where)
            elif isinstance(part, Branch) and part.section:
                self._section(part, names, where)
            elif isinstance(part, Branch):
                self.visit(part.children, names, where.into(part.name))

    def _fault(self, line: int, text: str) -> None:
        self.faults.append(f"第{line}行：{text}")

    def _field(self, part: Field, names: ChainMap[str, _Known], where: _Where) -> None:
        found = names.get(part.name)
        if part.name in (CODE, SEAL):
            self._mark(part, where)
        elif found is None and part.name == ORDINAL:
            if where.listed is None:
                self._fault(part.line, f"{{{{{ORDINAL}}}}} 只能写在清单的段里")
        elif found is None and part.name not in SPECIAL:
            self._strange(part.name, part.line)
        elif found and found.slot.record:
            self._fault(part.line, f"“{part.name}”要写作 {{{{#{part.name}}}}}…{{{{/{part.name}}}}}")
        elif found and _above(found.path, where.given):
            self.placed.add(found.path)

    def _mark(self, part: Field, where: _Where) -> None:
        """The check code and the seal's place: once, always there, not inside a line of text."""
        if where.section:
            self._fault(part.line, f"{{{{{part.name}}}}} 不能写在段里")
        if part.name in self.special:
            self._fault(part.line, f"{{{{{part.name}}}}} 只能有一处")
        if any(tag in TEXTS for tag in where.tags):
            self._fault(part.line, f"{{{{{part.name}}}}} 应直接写在 <div> 或者 <td> 里")
        self.special.append(part.name)

    def _strange(self, name: str, line: int) -> None:
        within = next((one for one, slot in slots(self.form).items() if slot.record and name in slots(slot.record)), "")
        if within:
            self._fault(line, f"“{name}”应写在 {{{{#{within}}}}}…{{{{/{within}}}}} 里")
        else:
            self.strange.setdefault(name, line)

    def _section(self, part: Branch, names: ChainMap[str, _Known], where: _Where) -> None:
        found = names.get(part.name)
        if found is None:
            self._strange(part.name, part.line)
            return
        slot, path = found.slot, found.path
        wraps = part.wraps(part.name)
        many = slot.many and not found.item and not wraps
        if many and where.listed is not None and path[: len(where.listed)] != where.listed:
            self._fault(part.line, f"清单“{part.name}”不能套在另一个清单里")
        if not (many or wraps or slot.optional or slot.record):
            self._fault(part.line, f"“{part.name}”是必填项，直接写 {{{{{part.name}}}}}，不用段")
        given = (*where.given, path) if slot.optional else where.given
        inner = names if wraps else names.new_child(self._inside(found, many=many))
        if slot.record and not wraps and _above(path, where.given):
            self.placed.add(path)
        self.visit(part.children, inner, _Where(given, path if many else where.listed, True, where.tags))

    def _inside(self, found: _Known, *, many: bool) -> dict[str, _Known]:
        """The names that a section adds."""
        if found.slot.record:
            return _known(found.slot.record, found.path)
        return {found.slot.official: _Known(found.slot, found.path, item=True)} if many else {}

    def unknown(self) -> Iterator[str]:
        """The unknown names, and once the known ones."""
        for name, line in self.strange.items():
            yield f"第{line}行：没有“{name}”这一项"
        if self.strange:
            yield f"可用的名称：{'、'.join([*slots(self.form), CODE, SEAL, *SPECIAL])}"

    def lacking(self) -> Iterator[str]:
        """What must stand in the template and does not."""
        for name in dict.fromkeys(_lacking(self.form, self.placed, ())):
            yield f"缺少必填项“{name}”，或者只写在可能不出现的段里"
        for name in (CODE, SEAL):
            if name not in self.special:
                yield f"缺少 {{{{{name}}}}}"


def _lacking(kind: type, placed: set[Path], path: Path) -> Iterator[str]:
    for official, slot in slots(kind).items():
        here = (*path, official)
        if here not in placed and not slot.optional:
            yield "·".join(here)
        elif here in placed and slot.record:
            yield from _lacking(slot.record, placed, here)


def _values(record: Any) -> ChainMap[str, tuple[Slot, Any]]:
    return ChainMap(_pairs(record))


def _pairs(record: Any) -> dict[str, tuple[Slot, Any]]:
    return {official: (slot, getattr(record, slot.attribute)) for official, slot in slots(type(record)).items()}


class _Sheet:
    """印张 (sheet): the body of one paper as it is filled in."""

    def __init__(self, form: RegionalForm, qr: str, data: str) -> None:
        self.parts: list[str] = []
        self._form, self._qr, self._data = form, qr, data
        self._left = LONGEST
        self._ended = False

    def put(
        self, parts: list[Part], names: ChainMap[str, tuple[Slot, Any]], classes: frozenset[str], ordinal: int = 0
    ) -> None:
        """Go through a branch; `classes` are those of the tags around, `ordinal` counts the items of a list."""
        for part in parts:
            if isinstance(part, Text):
                self._text(part.text)
            elif isinstance(part, Field):
                self._field(part.name, names, classes, ordinal)
            elif part.section:
                self._section(part, names, classes, ordinal)
            else:
                attributes = "".join(f' {name}="{escape(value)}"' for name, value in part.attributes)
                self._write(f"<{part.name}{attributes}>")
                self.put(part.children, names, classes | part.classes, ordinal)
                self._write("" if part.name in VOID else f"</{part.name}>")

    def _write(self, html: str) -> None:
        self._left -= len(html)
        if self._left < 0:
            raise TemplateRefused(self._form.name, [f"填写后超过 {LONGEST} 个字符"])
        self.parts.append(html)
        self._ended = False

    def _text(self, text: str) -> None:
        """Fixed text; a full stop after a sentence that has one already is left out."""
        self._write(escape(text[1:] if self._ended and text.startswith(("。", "；")) else text, quote=False))

    def _field(self, name: str, names: ChainMap[str, tuple[Slot, Any]], classes: frozenset[str], ordinal: int) -> None:
        if name == CODE:
            placed = "" if "sign" in classes else ' style="position: static"'
            check = f'<img src="{escape(self._qr)}" alt="核验码">核验码<br>{escape(self._data[:16])}'
            self._write(f'<div class="check"{placed}>{check}</div>')
        elif name == SEAL:
            placed = "" if "who" in classes else ' style="position: static; margin: 0 auto"'
            self._write(f'<div class="seal"{placed}>印章处</div>')
        else:
            said = self._said(name, names, ordinal)
            self._write(escape(said, quote=False))
            self._ended = said.endswith(MARKS)

    def _said(self, name: str, names: ChainMap[str, tuple[Slot, Any]], ordinal: int) -> str:
        if name in names:
            slot, value = names[name]
            return slot.worded(value)
        form = self._form.form
        return dict(zip(SPECIAL, (form.title, form.form, self._form.sha256[:12], str(ordinal)), strict=True))[name]

    def _section(
        self, part: Branch, names: ChainMap[str, tuple[Slot, Any]], classes: frozenset[str], ordinal: int
    ) -> None:
        slot, value = names[part.name]
        if slot.empty(value):
            return
        if part.wraps(part.name):
            self.put(part.children, names, classes, ordinal)
            return
        items = enumerate(value, 1) if isinstance(value, tuple) else ((ordinal, value),)
        for number, item in items:
            added = _pairs(item) if slot.record else {part.name: (slot, item)}
            self.put(part.children, names.new_child(added), classes, number)
