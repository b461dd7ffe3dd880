"""处罚、退回、失信认定和修复的文书 (sanctions and repair): F19–F25 and F27, each told before it is decided.

As in `forms`, facts, grounds, measures and periods come from the caller as finished text; money is in 分. A paper that
weighs on a person names the remedies.
Sources: 社会救助法 73、74 条; 行政处罚法 44、45、59、63–67、72、73 条; 行政强制法 35、36 条.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import ClassVar

from reports.forms import Letter, may, said
from reports.forms_procedure import numbered, one_of

PLANNED, ORDERED = "拟责令退回", "责令退回"
LARGE, NOT_LARGE = "属于", "不属于"
GRANTED, DENIED = "准予修复", "不予修复"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """分期 (instalment): what is due until when, in 分."""

    due: date = said("缴纳日期")
    fen: int = said("缴纳金额")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """计算项目 (item of a sum): what it is for and how much, in 分."""

    item: str = said("项目")
    fen: int = said("金额")
    note: str = may("说明")


def _instalments(parts: tuple[Instalment, ...], whole: int, on: date) -> Iterator[str]:
    """Instalments that do not make up the whole, are not in order, or were due before the paper."""
    if parts and sum(one.fen for one in parts) != whole:
        yield "分期安排（各期之和与应缴金额不符）"
    days = [on, *(one.due for one in parts)]
    if any(earlier > later for earlier, later in pairwise(days)):
        yield "分期安排（日期早于成文日期或者没有先后顺序）"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePaper(Letter):
    """案件文书 (paper of one case against one person): what he did and on what it rests."""

    household: str = said("户编号")
    person: str = said("当事人")
    facts: tuple[str, ...] = said("认定的事实")
    grounds: tuple[str, ...] = said("依据")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorNotice(CasePaper):
    """事先告知 (told before it is decided): how, where and within what time the person can speak, and the help."""

    how: str = said("陈述申辩方式")
    place: str = said("陈述申辩地点")
    within: str = said("陈述申辩期限")
    help: str = said("可提供的帮助")


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyNotice(PriorNotice):
    """行政处罚事先告知书 (notice of a planned fine, F19). 行政处罚法 44、45、63、64 条; 社会救助法 73 条.

    `gained` is what was unlawfully got, `times` the multiple up to which the law fines; `large` says whether the fine
    属于 or 不属于 较大数额罚款, which a person decides: it brings the right to a hearing within `hearing_within`.
    """

    form: ClassVar[str] = "F19"
    title: ClassVar[str] = "行政处罚事先告知书"
    template: ClassVar[str] = "penalty_notice.html"

    evidence: tuple[str, ...] = said("证据")
    reasons: tuple[str, ...] = said("理由")
    gained: int = said("非法获取的财物和利益价值")
    times: int = said("法定罚款倍数上限")
    fine: int = said("拟罚款金额")
    large: str = said("是否属于较大数额罚款")
    hearing_within: str = may("要求听证期限")

    def required(self) -> tuple[str, ...]:
        """要求听证期限 where the fine is large."""
        return ("hearing_within",) if self.large == LARGE else ()

    def contradictions(self) -> Iterator[str]:
        """The fine may not exceed the multiple that the paper itself names."""
        yield from one_of("是否属于较大数额罚款", self.large, (LARGE, NOT_LARGE))
        if self.large == NOT_LARGE and self.hearing_within:
            yield "要求听证期限（不属于较大数额罚款）"
        if self.fine > self.gained * self.times:
            yield "拟罚款金额（超过法定上限）"


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyDecision(CasePaper):
    """行政处罚决定书 (fine, F20): the six items of 行政处罚法 59 条; payment 66、67 条, consequences 72 条."""

    form: ClassVar[str] = "F20"
    title: ClassVar[str] = "行政处罚决定书"
    template: ClassVar[str] = "penalty.html"
    requires_remedies: ClassVar[bool] = True

    identity: str = said("身份证号")
    address: str = said("住址")
    evidence: tuple[str, ...] = said("证据")
    notice_number: str = said("事先告知书文号")
    heard: str = said("陈述申辩和听证情况")
    gained: int = said("非法获取的财物和利益价值")
    times: int = said("法定罚款倍数上限")
    fine: int = said("罚款金额")
    pay_way: str = said("缴纳方式")
    pay_within: str = said("缴纳期限")
    instalments: tuple[Instalment, ...] = may("分期安排", ())
    consequences: tuple[str, ...] = said("逾期不缴纳的后果")

    def contradictions(self) -> Iterator[str]:
        """The fine keeps to its ceiling, the instalments to the fine."""
        yield from numbered("事先告知书文号", self.notice_number)
        if self.fine > self.gained * self.times:
            yield "罚款金额（超过法定上限）"
        yield from _instalments(self.instalments, self.fine, self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder(CasePaper):
    """责令退回告知、决定书 (refund, F21): `stage` is 拟责令退回 (the person may speak) or 责令退回 (with remedies).

    `items` show how the sum was computed. It is paid back apart, never set off against assistance. 法 73、74 条.
    """

    form: ClassVar[str] = "F21"
    title: ClassVar[str] = "责令退回通知书"
    template: ClassVar[str] = "refund.html"

    stage: str = said("文书阶段")
    items: tuple[Item, ...] = said("金额计算")
    amount: int = said("应退金额")
    pay_way: str = said("退回方式")
    pay_within: str = said("退回期限")
    instalments: tuple[Instalment, ...] = may("分期安排", ())
    how: str = may("陈述申辩方式")
    place: str = may("陈述申辩地点")
    within: str = may("陈述申辩期限")
    help: str = may("可提供的帮助")
    notice_number: str = may("事先告知书文号")
    heard: str = may("听取意见情况")
    consequences: tuple[str, ...] = may("逾期不退回的后果", ())

    @property
    def heading(self) -> str:
        """标题 (heading) of this stage."""
        return self.stage + ("决定书" if self.stage == ORDERED else "告知书")

    def required(self) -> tuple[str, ...]:
        """What is planned comes with the right to speak, what is ordered with how he was heard and the remedies."""
        if self.stage == ORDERED:
            return ("notice_number", "heard", "consequences", "remedies")
        return ("how", "place", "within", "help")

    def contradictions(self) -> Iterator[str]:
        """The items make up the sum, and so do the instalments."""
        yield from one_of("文书阶段", self.stage, (PLANNED, ORDERED))
        if self.stage == ORDERED:
            yield from numbered("事先告知书文号", self.notice_number)
        if sum(one.fen for one in self.items) != self.amount:
            yield "应退金额（与金额计算各项之和不符）"
        yield from _instalments(self.instalments, self.amount, self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder(Letter):
    """催告书 (reminder before enforcement, F22): the four items of 行政强制法 35 条 and the right to speak, 36 条."""

    form: ClassVar[str] = "F22"
    title: ClassVar[str] = "履行义务催告书"
    template: ClassVar[str] = "reminder.html"

    household: str = said("户编号")
    person: str = said("当事人")
    decision: str = said("决定名称")
    decision_number: str = said("决定文号")
    decision_on: date = said("决定日期")
    served_on: date = said("决定送达日期")
    owed: int = said("应缴金额")
    paid: int = said("已缴金额", least=0)
    rest: int = said("尚欠金额")
    pay_way: str = said("缴纳方式")
    pay_within: str = said("履行期限")
    how: str = said("陈述申辩方式")
    place: str = said("陈述申辩地点")
    grounds: tuple[str, ...] = said("依据")
    consequences: tuple[str, ...] = said("逾期不履行的后果")
    help: str = said("可提供的帮助")

    def contradictions(self) -> Iterator[str]:
        """The rest is what is owed less what was paid; decided, served and reminded in this order."""
        yield from numbered("决定文号", self.decision_number)
        if self.owed - self.paid != self.rest:
            yield "尚欠金额（与应缴、已缴金额不符）"
        if not self.decision_on <= self.served_on <= self.on:
            yield "决定送达日期（早于决定日期或者晚于成文日期）"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairDecision(Letter):
    """信用修复决定书 (decision on repair, F27): 准予修复 with its day and effect, or 不予修复 with the reason."""

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
        yield from one_of("决定事项", self.outcome, (GRANTED, DENIED))
        if not self.finding_on <= self.applied_on <= self.on:
            yield "申请日期（早于失信认定日期或者晚于成文日期）"
        if self.outcome == GRANTED and self.reason:
            yield "不予修复的理由（已准予修复）"
        if self.outcome == DENIED and self.since is not None:
            yield "修复生效日期（不予修复）"


FORMS: tuple[type[Letter], ...] = (
    PenaltyNotice, PenaltyDecision, RefundOrder, Reminder, FindingNotice, FindingDecision, RepairNotice, RepairDecision,
)  # fmt: skip
"""Every form of this file."""
