"""政策参数的阅读 (reading the policy): what holds for an area on a day, out of which text, and who put it in force.

Nothing is decided here: it shows what `policies_of` answers. What no text gives stays unset, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import col, select

from integrity import areas, editions, policies_of
from integrity.errors import NotFound
from integrity.records.office import Adoption, PolicyEdition
from integrity.rules.areas import ancestors, code_range
from integrity.rules.policy import KEYS, Policy, Row, difference, shown
from integrity.terms import Cause, ExitReason, NationalClass
from integrity.work import Work

UNSET = "未设定，由人确定"
GRADES = {
    "V1": "已核对文件全文", "V2": "已核对官方摘录", "V3": "转述的来源", "M": "凭记忆，待核对", "D": "本机关的方案",
}  # fmt: skip
"""证据等级 (grade) → what it means."""
_UNREAD = ("V3", "M")
"""Grades of what nobody has read in the document itself."""
_VARIANTS = {
    "urban": "城镇", "rural": "农村", "special": "特殊情况", "extreme": "特别紧急", "other": "其他原因",
    "assisted": "救助对象", "poverty_household": "建档立卡户", "life_health_finance": "涉及生命健康安全、金融安全",
}  # fmt: skip
_CHOICES = {
    "county": "县级", "township": "乡镇（街道）", "county_or_township": "县级或者乡镇（街道）", "next_month": "次月",
    "same_month": "当月", "stop": "应当停发", "may_stop": "可以停发", "own_share": "只停本人的一份",
    "standard_x_persons": "标准乘以人数", "none": "不封顶", "allow": "可以", "forbid": "不可以",
    "must_stop": "必须停发",
    "may_reduce_or_stop": "可以减发或者停发", "full_capacity": "完全民事行为能力人", "forbidden": "不得公开",
    "allowed": "可以公开", "document_date": "认定文书的日期",
}  # fmt: skip
"""Values of the parameters with closed choices → how they read."""
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("标准和认定", ("law", "standard", "lowincome", "gangxing", "calendar")),
    ("核查和变化", ("recheck", "spotcheck", "death", "report_change", "compare", "kinship")),
    ("申请受理", ("apply", "urgent")),
    ("特困供养", ("tekun",)),
    ("渐退和停发", ("jiantui", "stop", "exit", "refuse_job", "adverse")),
    ("守信失信", ("conduct", "credit", "incentive", "repair", "directory")),
    ("骗取、处罚和追缴", ("fraud", "penalty", "refund", "enforce")),
    ("救济和期间", ("remedy", "rights", "period")),
    ("公示、送达和档案", ("posting", "service", "doc", "archive")),
    ("个人信息", ("pipl", "share")),
)
"""Under which heading a parameter is shown, by the beginning of its name; a new one stands at the end of the first."""
_TERMS = {one.name: one.value for kind in (ExitReason, Cause, NationalClass) for one in kind}


class Line(NamedTuple):
    """一个参数 (a parameter) as an official reads it."""

    key: str
    question: str
    variant: str
    value: str
    is_set: bool
    region: str
    since: date | None = None
    until: date | None = None
    source: str = ""
    law: str = ""
    grade: str = ""
    note: str = ""
    by: str = ""
    at: datetime | None = None


class Changed(NamedTuple):
    """两日不同 (what differs between two days): a parameter, before and after."""

    question: str
    variant: str
    before: Line | None
    after: Line | None


_COUNTED = re.compile(r"(\d)(月|工作日)$")
"""A number of months is no month of the year."""
_NAMED = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")


def variant_name(variant: str) -> str:
    """What a variant of a parameter is called."""
    return _VARIANTS.get(variant) or _TERMS.get(variant) or variant


def lines(work: Work, area: str, on: date) -> list[Line]:
    """Every parameter for an area on a day, in the order of the questions. Raises NotFound without an edition."""
    policy = policies_of.policy_for(work, area, on)
    first = _first_editions(work)
    names: dict[str, str] = {}
    return [one for key in KEYS for one in _of_key(work, policy, key, (area, on), first=first, names=names)]


def unread(work: Work, edition: str, rows: Iterable[str]) -> list[str]:
    """未核对原文的参数: of these rows of an edition those that rest on a report of a document, each with its source."""
    policy = editions.by_edition(work, edition)
    used = [policy.by_id(one) for one in dict.fromkeys(rows)]
    return [
        f"{KEYS[one.key].question}：{_value(one)}（{GRADES[one.grade]}：{one.source}）"
        for one in used if one.is_set and one.grade in _UNREAD
    ]  # fmt: skip


def section_of(key: str) -> str:
    """The heading under which a parameter is shown."""
    beginning = key.partition(".")[0]
    return next((name for name, some in SECTIONS if beginning in some), SECTIONS[0][0])


def _value(row: Row) -> str:
    if not row.is_set:
        return UNSET
    told = _CHOICES.get(str(row.value)) or _TERMS.get(str(row.value)) if isinstance(row.value, str) else None
    return told or _COUNTED.sub(r"\1个\2", shown(row))


def _worded(note: str) -> str:
    """A note with the question of each parameter that it names, instead of its key."""
    return _NAMED.sub(lambda found: f"“{KEYS[found[0]].question}”" if found[0] in KEYS else found[0], note)


def _of_key(
    work: Work, policy: Policy, key: str, where: tuple[str, date], *, first: dict[str, PolicyEdition],
    names: dict[str, str],
) -> Iterable[Line]:  # fmt: skip
    question = KEYS[key].question
    rows = policy.variants(key, *where)
    if not rows:
        yield Line(key, question, "", UNSET, False, "")
    for variant, row in rows.items():
        kept = first.get(row.id)
        yield Line(
            key, question, variant_name(variant), _value(row), row.is_set,
            _region(work, row, names), row.since, row.until, row.source, row.law, row.grade, _worded(row.note),
            kept.registered_by if kept else "", kept.registered_at if kept else None,
        )  # fmt: skip


def _region(work: Work, row: Row, names: dict[str, str]) -> str:
    """The name of the region whose text it is."""
    if row.region not in names:
        names[row.region] = _named(work, row.region)
    return names[row.region]


def _named(work: Work, region: str) -> str:
    if region == "CN":
        return "全国"
    if not region.isdecimal():
        return "采用的参考方案"
    try:
        return areas.area(work, region.ljust(12, "0"), work.today).name
    except NotFound:
        return region


def _first_editions(work: Work) -> dict[str, PolicyEdition]:
    """Id of a row → the edition in which it was first put in force."""
    first: dict[str, PolicyEdition] = {}
    for one in work.session.exec(select(PolicyEdition).order_by(col(PolicyEdition.registered_at))):
        policy = editions.by_edition(work, one.edition)
        proposed = (row for catalogue in policy.catalogues.values() for row in catalogue.values)
        for row in (*policy.rows, *proposed):
            first.setdefault(row.id, one)
    return first


def compared(work: Work, area: str, before: date, after: date) -> list[Changed]:
    """What an area's parameters are on one day and were on another, where they differ."""
    old, new = ({(one.key, one.variant): one for one in lines(work, area, on)} for on in (before, after))
    found = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if (was and (was.value, was.region)) != (now and (now.value, now.region)):
            some = was or now
            assert some is not None
            found.append(Changed(some.question, some.variant, was, now))
    return found


def history(work: Work) -> list[PolicyEdition]:
    """Every edition that was ever put in force, the last first."""
    return list(work.session.exec(select(PolicyEdition).order_by(col(PolicyEdition.registered_at).desc())))


def changes(work: Work, edition: str) -> tuple[PolicyEdition, list[str]]:
    """What an edition changed against the one before it. Raises NotFound."""
    every = history(work)
    place = next((n for n, one in enumerate(every) if one.edition == edition), None)
    if place is None:
        raise NotFound("没有这个政策版本")
    if place + 1 == len(every):
        return every[place], []
    old, new = (editions.by_edition(work, one.edition) for one in (every[place + 1], every[place]))
    return every[place], difference(old, new)


def adoptions(work: Work, area: str) -> list[Adoption]:
    """What was adopted for an area, above it and within it, the last first."""
    low, high = code_range(area)
    above = ancestors(area)
    query = select(Adoption).where(
        (col(Adoption.area).in_(above)) | ((col(Adoption.area) >= low) & (col(Adoption.area) < high))
    )
    return list(work.session.exec(query.order_by(col(Adoption.id).desc())))
