"""步骤的用语 (words of a step): one field told apart into items; who is meant by a 工号 or a member's number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from integrity import organs, persons
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import members
from integrity.records.office import Officer, Person
from integrity.rules.identity import mask_id
from integrity.rules.workdays import Period
from integrity.work import Work
from reports import forms

_BETWEEN = r"(?![^（(]*[）)])"
_ITEMS = re.compile(f"[、；;\\n]+{_BETWEEN}")
_SENTENCES = re.compile(f"[；;\\n]+{_BETWEEN}")
_YUAN = re.compile(r"(\d+)(?:\.(\d{1,2}))?元?")
_WORKING = re.compile(r"(\d)工作日")


def items(text: object) -> tuple[str, ...]:
    """逐项 (items): what stands between 、 and ； outside brackets."""
    return _parts(_ITEMS, text)


def sentences(text: object) -> tuple[str, ...]:
    """逐条 (sentences): what stands between ； and line ends; 、 stays inside a sentence."""
    return _parts(_SENTENCES, text)


def _parts(marks: re.Pattern[str], text: object) -> tuple[str, ...]:
    found = (part.strip().rstrip("。；") for part in marks.split(str(text or "")))
    return tuple(one for one in found if one)


def period(text: object) -> str:
    """期间 (a period) as a paper says it: 10工作日 -> 10个工作日. Raises Invalid for what is none."""
    said = str(text)
    Period.read(said)
    return _WORKING.sub(r"\1个工作日", said)


class Added(dict[str, Any]):
    """补充填写 (what the officer adds for a sheet); what was looked for in vain stands in `missing`."""

    def __init__(self, typed: Mapping[str, Any], fields: Mapping[str, str]) -> None:
        """`fields`: official name of each by its name; either may be typed. Raises Invalid, naming those there are."""
        names = {official: name for name, official in fields.items()} | {name: name for name in fields}
        unknown = [one for one in typed if one not in names]
        if unknown:
            known = "、".join(fields.values())
            raise Invalid(f"没有“{'、'.join(unknown)}”这一栏；" + (f"可以补写：{known}" if known else "这张表不用补写"))
        super().__init__({names[name]: value for name, value in typed.items()})
        self.missing: list[str] = []

    def checked(self) -> None:
        """Raises Invalid with all that is missing, and how it is typed."""
        if self.missing:
            wanted = list(dict.fromkeys(self.missing))
            typed = " ".join(f"--set {one.split('（')[0]}=…" for one in wanted)
            raise Invalid(f"请填写{'、'.join(wanted)}（{typed}）")


def asked(more: Added, name: str, official: str) -> Any:
    """补充填写的一栏 (one field that the officer adds); "" where it is not there, which `Added.checked` refuses."""
    value = more.get(name)
    if value in (None, "", ()):
        more.missing.append(official)
        return ""
    return value


def asked_day(more: Added, name: str, official: str) -> date:
    """补充填写的日期 (a day), given or typed as 2026-09-01. Raises Invalid."""
    value = asked(more, name, official)
    if isinstance(value, date) or not value:
        return value or date.min
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise Invalid(f"{official}“{value}”应写成 2026-09-01 这样的日期") from None


def asked_fen(more: Added, name: str, official: str) -> int:
    """补充填写的金额 (an amount) in fen: an integer is fen, typed text is yuan. Raises Invalid."""
    value = asked(more, name, official)
    if isinstance(value, int) or not value:
        return int(value or 0)
    found = _YUAN.fullmatch(str(value).strip())
    if found is None:
        raise Invalid(f"{official}“{value}”应写成元，最多两位小数，如 650 或者 650.50")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def officer(work: Work, code: str) -> str:
    """工作人员 (officer) on a record sheet: name and 工号, for two may bear one name. Raises NotFound."""
    found = work.session.get(Officer, code)
    if found is None:
        raise NotFound(f"没有工号 {code}")
    return f"{found.name}（{code}）"


def post(work: Work, found: Officer, on: date) -> str:
    """岗位 (post) in words: the organ and the role, 任城区民政局经办人员."""
    role = found.role.value if found.role.value.endswith("员") else f"{found.role.value}人员"
    return organs.organ_of(work, found.area, on).name + role


def person(work: Work, household_id: int, no: int | None, on: date) -> forms.Person:
    """成员 (a member), still in the household or not, with the number masked. Raises Refused, NotFound."""
    found = whole_person(work, household_id, no, on)
    return replace(found, identity=mask_id(found.identity))


def whole_person(work: Work, household_id: int, no: int | None, on: date) -> forms.Person:
    """成员和完整的证件号码 (a member with the whole number): only for the organ to which a case is transferred."""
    if no is None:
        raise Refused("本案没有写明是哪一位成员，请立案时用 --member 写明成员序号")
    member = members(work, household_id, on).get(no)
    if member is None:
        raise NotFound(f"该户在 {on} 没有第 {no} 号成员")
    known = work.session.get(Person, member.person_id)
    if known is None or known.destroyed_on is not None:
        raise Refused(f"第{no}号成员的个人资料已依法销毁或者缺失")
    identity = persons.plain(work, known, "id_number")
    return forms.Person(name=known.name, relation=member.relation.value, identity=identity)
