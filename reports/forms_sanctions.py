"""处罚、退回的文书 (fines and orders to pay back): F19–F22, each told before it is decided.

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
from reports.forms_credit import CasePaper, PriorNotice
from reports.forms_procedure import numbered, one_of
from reports.plain import Plain, bare, speak
from reports.wording import cn_date, sentence, yuan

PLANNED, ORDERED = "拟责令退回", "责令退回"
LARGE, NOT_LARGE = "属于", "不属于"
MIN_OFFICERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """分期 (instalment): what is due until when, in 分."""

    due: date = said("缴纳日期")
    fen: int = said("缴纳金额")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforcer:
    """执法人员 (enforcement officer): by name, with the certificate that he shows. 行政处罚法 42、55 条."""

    name: str = said("姓名")
    card: str = said("执法证号")


def _enforcers(told: tuple[Enforcer, ...]) -> Iterator[str]:
    """Fewer than two, or one twice. A paper of the time before they were named has none."""
    if told and min(len({one.name.strip() for one in told}), len({one.card.strip() for one in told})) < MIN_OFFICERS:
        yield "执法人员（不得少于2人，各有执法证号）"


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


def _parts(parts: tuple[Instalment, ...]) -> str:
    """How many parts, and the first of them, in plain words."""
    return f"已经批准分{len(parts)}期，第一期{yuan(parts[0].fen)}，{cn_date(parts[0].due)}前缴"


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
    officers: tuple[Enforcer, ...] = may("执法人员", ())
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
        yield from _enforcers(self.officers)
        if self.large == NOT_LARGE and self.hearing_within:
            yield "要求听证期限（不属于较大数额罚款）"
        if self.fine > self.gained * self.times:
            yield "拟罚款金额（超过法定上限）"

    def plain(self) -> Plain:
        """The planned fine, and that nothing is decided."""
        asked = [f"要求听证：{sentence(self.hearing_within)}"] if self.large == LARGE else []
        return self.told(
            f"本机关打算对{self.who}罚款{yuan(self.fine)}，现在还没有决定，先听取{self.who}的意见",
            "提意见不会因此罚得更重", *(["您还可以要求听证，听证不收费"] if asked else []),
            can_do=[speak(self.how, self.place), sentence(self.help)],
            by_when=[f"提意见：{sentence(self.within)}", *asked],
        )  # fmt: skip


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
    officers: tuple[Enforcer, ...] = may("执法人员", ())
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
        yield from _enforcers(self.officers)
        if self.fine > self.gained * self.times:
            yield "罚款金额（超过法定上限）"
        yield from _instalments(self.instalments, self.fine, self.on)

    def plain(self) -> Plain:
        """The fine, by when it is paid, and in how many parts."""
        parts = [_parts(self.instalments)] if self.instalments else []
        return self.told(
            f"对{self.who}罚款{yuan(self.fine)}，请{bare(self.pay_within)}缴纳", *parts,
            f"不按期缴纳的后果：{self.consequences[0]}",
            can_do=[sentence(self.pay_way), "经济确实困难的，可以申请延期或者分期缴纳。"],
            by_when=[f"缴纳：{sentence(self.pay_within)}"],
        )  # fmt: skip


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

    def plain(self) -> Plain:
        """The sum to pay back, planned or ordered, and that assistance goes on."""
        kept = "现在的救助金照常发放，这笔钱不从救助金里扣"
        if self.stage == PLANNED:
            return self.told(
                f"本机关打算要求{self.who}退回{yuan(self.amount)}，现在还没有决定，先听取{self.who}的意见", kept,
                can_do=[speak(self.how, self.place), sentence(self.help)], by_when=[sentence(self.within)],
            )  # fmt: skip
        parts = [_parts(self.instalments)] if self.instalments else []
        return self.told(
            f"{self.who}要退回{yuan(self.amount)}，请{bare(self.pay_within)}退回", *parts, kept,
            can_do=[sentence(self.pay_way)], by_when=[f"退回：{sentence(self.pay_within)}"],
        )  # fmt: skip


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

    def plain(self) -> Plain:
        """What is still owed and by when."""
        who = "您" if self.person == self.addressee else self.person
        return self.told(
            f"{who}还有{yuan(self.rest)}没有缴，请{bare(self.pay_within)}缴清",
            f"应缴{yuan(self.owed)}，已经缴了{yuan(self.paid)}", f"不缴清的后果：{self.consequences[0]}",
            can_do=[sentence(self.pay_way), speak(self.how, self.place), sentence(self.help)],
            by_when=[f"缴清：{sentence(self.pay_within)}"],
        )  # fmt: skip


FORMS: tuple[type[Letter], ...] = (PenaltyNotice, PenaltyDecision, RefundOrder, Reminder)
"""Every form of this file."""
