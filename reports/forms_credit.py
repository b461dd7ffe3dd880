"""失信认定和修复的文书 (findings and repair): F23–F25 and F27, and what every paper of a case shares.

As in `forms`, facts, grounds, measures and periods come from the caller as finished text.
Sources: 社会救助法 73、74 条; 行政处罚法 44、45 条; 信用修复管理办法.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.forms import Letter, may, said
from reports.forms_procedure import numbered, one_of
from reports.plain import Plain, bare, speak
from reports.wording import cn_date, sentence

GRANTED, DENIED, NOTHING_LEFT = "准予修复", "不予修复", "记录已不再使用，不需要修复，本次申请办结"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePaper(Letter):
    """案件文书 (paper of one case against one person): what he did and on what it rests."""

    household: str = said("户编号")
    person: str = said("当事人")
    facts: tuple[str, ...] = said("认定的事实")
    grounds: tuple[str, ...] = said("依据")

    @property
    def who(self) -> str:
        """您 (you), or the name where the letter goes to somebody else for the person."""
        return "您" if self.person == self.addressee else self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorNotice(CasePaper):
    """事先告知 (told before it is decided): how, where and within what time the person can speak, and the help."""

    how: str = said("陈述申辩方式")
    place: str = said("陈述申辩地点")
    within: str = said("陈述申辩期限")
    help: str = said("可提供的帮助")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingNotice(PriorNotice):
    """失信认定事先告知书 (notice of a planned finding, F23): nothing is recorded and nothing follows from it yet."""

    form: ClassVar[str] = "F23"
    title: ClassVar[str] = "社会救助失信认定事先告知书"
    template: ClassVar[str] = "finding_notice.html"

    documents: tuple[str, ...] = said("据以认定的文书")
    grade: str = said("拟认定的失信类别")
    effects: tuple[str, ...] = said("拟采取的措施")
    until: date = said("拟定终止日期")

    def contradictions(self) -> Iterator[str]:
        """It ends after it was told."""
        if self.until <= self.on:
            yield "拟定终止日期（不晚于成文日期）"

    def plain(self) -> Plain:
        """What is planned, and that nothing is recorded yet."""
        return self.told(
            f"本机关打算对{self.who}作出失信认定，现在还没有决定，先听取{self.who}的意见",
            "决定作出并送达以前，不作失信记录", f"认定的话，到{cn_date(self.until)}自动结束",
            can_do=[speak(self.how, self.place), sentence(self.help)], by_when=[sentence(self.within)],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDecision(CasePaper):
    """失信认定决定书 (finding, F24): on documents in force, ending on a day; served with the repair notice (F25)."""

    form: ClassVar[str] = "F24"
    title: ClassVar[str] = "社会救助失信认定决定书"
    template: ClassVar[str] = "finding.html"
    requires_remedies: ClassVar[bool] = True

    documents: tuple[str, ...] = said("据以认定的文书")
    grade: str = said("失信类别")
    heard: str = said("听取意见情况")
    effects: tuple[str, ...] = said("采取的措施")
    until: date = said("终止日期")
    use: str = may("信息使用范围")
    object_how: str = said("提出异议的方式")
    object_within: str = said("异议提出和答复的期限")
    notice_number: str = said("事先告知书文号")
    repair_number: str = said("信用修复告知书文号")

    def contradictions(self) -> Iterator[str]:
        """It ends after it was made, and the two papers that belong to it have numbers of their own."""
        yield from numbered("事先告知书文号", self.notice_number)
        yield from numbered("信用修复告知书文号", self.repair_number)
        if len({self.number, self.notice_number, self.repair_number}) < 3:
            yield "信用修复告知书文号（与本决定书或者事先告知书的文号相同）"
        if self.until <= self.on:
            yield "终止日期（不晚于成文日期）"

    def plain(self) -> Plain:
        """Until when it holds, and that it can be repaired."""
        return self.told(
            f"{self.who}的行为被认定为失信，到{cn_date(self.until)}自动结束",
            f"在这以前：{'；'.join(map(bare, self.effects))}", "可以申请信用修复，办法写在一起送来的修复告知书里",
            can_do=[f"认定有错的，可以提出异议。{sentence(self.object_how)}"],
            by_when=[f"异议：{sentence(self.object_within)}"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairNotice(Letter):
    """信用修复告知书 (repair notice, F25): from when, on what conditions and how to apply; when it ends by itself."""

    form: ClassVar[str] = "F25"
    title: ClassVar[str] = "社会救助信用修复告知书"
    template: ClassVar[str] = "repair_notice.html"

    person: str = said("当事人")
    finding_number: str = said("失信认定决定书文号")
    finding_on: date = said("失信认定日期")
    grade: str = said("失信类别")
    earliest: date = said("最早可申请修复日期")
    until: date = said("自动终止日期")
    conditions: tuple[str, ...] = said("修复条件")
    how: str = said("申请方式")
    place: str = said("申请地点")
    bring: tuple[str, ...] = may("申请材料", ())
    reply_within: str = said("办理期限")
    effect: str = said("修复的效果")
    grounds: tuple[str, ...] = said("依据")

    def contradictions(self) -> Iterator[str]:
        """Found, then open to repair, then ended."""
        yield from numbered("失信认定决定书文号", self.finding_number)
        if self.finding_on > self.on:
            yield "失信认定日期（晚于成文日期）"
        if not self.finding_on <= self.earliest <= self.until:
            yield "最早可申请修复日期（早于失信认定日期或者晚于自动终止日期）"

    def plain(self) -> Plain:
        """From when one may apply, and when it ends by itself."""
        who = "您" if self.person == self.addressee else self.person
        return self.told(
            f"从{cn_date(self.earliest)}起，{who}可以申请信用修复",
            f"不申请的，失信认定到{cn_date(self.until)}自动结束",
            can_do=[sentence(self.how), f"地点：{sentence(self.place)}"],
            by_when=[f"{cn_date(self.earliest)}起，随时可以申请。", f"办理：{sentence(self.reply_within)}"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairDecision(Letter):
    """信用修复决定书 (decision on repair, F27): 准予修复 with its day and effect, 不予修复 with the reason, or
    办结 where the record ended first: nothing is left to repair.
    """

    form: ClassVar[str] = "F27"
    title: ClassVar[str] = "社会救助信用修复决定书"
    template: ClassVar[str] = "repair.html"
    requires_remedies: ClassVar[bool] = True

    person: str = said("当事人")
    finding_number: str = said("失信认定决定书文号")
    finding_on: date = said("失信认定日期")
    applied_on: date = said("申请日期")
    facts: tuple[str, ...] = said("审查情况")
    grounds: tuple[str, ...] = said("依据")
    outcome: str = said("决定事项")
    since: date | None = may("修复生效日期", None)
    reason: str = may("不予修复的理由")
    again: str = may("再次申请的条件")
    effect: str = said("决定的效果")

    def required(self) -> tuple[str, ...]:
        """The day of a repair, the reason of a refusal."""
        return ("since",) if self.outcome == GRANTED else ("reason",)

    def contradictions(self) -> Iterator[str]:
        """Found, applied for and decided in this order; a repair has no reason against it."""
        yield from numbered("失信认定决定书文号", self.finding_number)
        yield from one_of("决定事项", self.outcome, (GRANTED, DENIED, NOTHING_LEFT))
        if not self.finding_on <= self.applied_on <= self.on:
            yield "申请日期（早于失信认定日期或者晚于成文日期）"
        if self.outcome == GRANTED and self.reason:
            yield "不予修复的理由（已准予修复）"
        if self.outcome in (DENIED, NOTHING_LEFT) and self.since is not None:
            yield "修复生效日期（不予修复）"

    def plain(self) -> Plain:
        """Granted from its day, refused and why, or nothing left to repair."""
        who = "您" if self.person == self.addressee else self.person
        said = {
            GRANTED: f"{who}的信用修复申请已经批准，从{cn_date(self.since or self.on)}起生效",
            DENIED: f"{who}的信用修复申请没有批准",
        }.get(self.outcome, f"{who}的失信记录已经不再使用，不需要修复")
        why = [f"原因：{self.reason}"] if self.reason else []
        return self.told(said, *why, self.effect, can_do=[sentence(self.again)] if self.again else [])


FORMS: tuple[type[Letter], ...] = (FindingNotice, FindingDecision, RepairNotice, RepairDecision)
"""Every form of this file."""
