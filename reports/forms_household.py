"""申请与审核文书 (application and review): promise of the clerk, consent, acceptance, visit, posting, confirmation.

What the law lets a person choose (which variant, which way) is a required field whose words are checked; a variant's
own particulars are optional fields that the variant makes necessary. Whatever contradicts itself is not printed.
Sources: 社会救助法 40–45、62、76 条; 民发〔2021〕57号 9、10、16、19、21、24 条; 个人信息保护法 14、15 条.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.forms import Letter, Person, may, said
from reports.plain import Plain, bare
from reports.wording import cn_date, cn_month, sentence, yuan


def allowed(official: str, value: str, words: Collection[str]) -> Iterator[str]:
    """限定用语 (closed words): names the field when its value is given but is none of the words of the form."""
    if value.strip() and value not in words:
        yield f"{official}（「{value}」不是{'、'.join(words)}之一）"


def in_order(first: str, since: date | None, last: str, until: date | None) -> Iterator[str]:
    """日期先后 (order of dates): names the later one when it lies before the earlier one."""
    if since and until and until < since:
        yield f"{last}（早于{first}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePromise(Letter):
    """经办人承诺书 (promise of the clerk, F03): the office's own half of the double promise, with complaint phone."""

    form: ClassVar[str] = "F03"
    title: ClassVar[str] = "经办人承诺书"
    template: ClassVar[str] = "office_promise.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    clerk: str = said("经办人")
    post: str = said("经办人岗位")
    manners: tuple[str, ...] = said("服务承诺")
    procedure: tuple[str, ...] = said("程序承诺")
    time_limit: str = said("办理时限")
    complaints: str = said("监督电话")
    complaint_ways: str = may("其他投诉方式")

    def plain(self) -> Plain:
        """Who is in charge, within what time, and where one complains."""
        return self.told(
            f"您家的{self.category}由{self.clerk}经办，办理时限是：{self.time_limit}",
            "经办人没有做到承诺的，您可以投诉，投诉不影响您家申请和享受救助",
            can_do=[f"投诉请打监督电话{self.complaints}。"],
        )


OWN, THIRD = "共同生活家庭成员", "共同生活家庭成员以外的赡养抚养扶养义务人"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizing(Person):
    """授权人 (person giving authority): signs and fingerprints himself; for whom he cannot, the guardian does.

    A third party's number is unknown before he consents: he writes it on his own sheet.
    """

    identity: str = may("身份证号")
    guardian: str = may("监护人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority(Letter):
    """家庭经济状况核对授权书 (authority to check, F04): who consents, to what, by whom, how long. 法 40、41 条.

    `sheet` says whose consent it is: the household signs one sheet, and each person bound to maintain it who is not of
    it signs a sheet of his own, on which no member of the household stands.
    """

    form: ClassVar[str] = "F04"
    title: ClassVar[str] = "家庭经济状况核对授权书"
    template: ClassVar[str] = "authority.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    applicant: str = said("申请人")
    sheet: str = said("授权人类别")
    persons: tuple[Authorizing, ...] = said("授权人")
    purpose: str = said("核对目的")
    scope: tuple[str, ...] = said("核对内容")
    asked: tuple[str, ...] = said("可以查询的单位和机构")
    since: date = said("授权起始日")
    until: date | None = may("授权截止日", None)
    until_event: str = may("授权终止情形")

    @property
    def third(self) -> bool:
        """义务人单独同意 (a third party's own sheet)."""
        return self.sheet == THIRD

    def contradictions(self) -> Iterator[str]:
        """A wrong sheet, several third parties on one, no end of the authority."""
        yield from allowed("授权人类别", self.sheet, (OWN, THIRD))
        if self.third and len(self.persons) > 1:
            yield "授权人（义务人应当分别单独出具，一张授权书只能有一人）"
        if not self.third and not all(one.identity.strip() for one in self.persons):
            yield "授权人·身份证号"
        if self.until is None and not self.until_event.strip():
            yield "授权截止日或者授权终止情形"
        yield from in_order("授权起始日", self.since, "授权截止日", self.until)


def _names(papers: Iterable[str]) -> Counter[str]:
    """材料名称 (names of papers) without the mark at their end, so that 「户口簿」 and 「户口簿。」 are one."""
    return Counter(one.strip().rstrip("。；") for one in papers)


ACCEPTED, SUPPLEMENT, REJECTED = "受理", "补正", "不予受理"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceNotice(Letter):
    """受理、补正、不予受理通知书 (acceptance, F05): all that is missing is named once. 57号 10 条; 法 62、76 条.

    `known` is what the office gets for itself through the check; a paper that stands there cannot be asked for.
    """

    form: ClassVar[str] = "F05"
    title: ClassVar[str] = "受理（补正、不予受理）通知书"
    template: ClassVar[str] = "acceptance.html"

    variant: str = said("通知类别")
    category: str = said("救助类别")
    applied_on: date = said("申请日期")
    received: tuple[str, ...] = may("已收材料", ())
    known: tuple[str, ...] = may("由本机关核对取得的材料", ())
    accepted_on: date | None = may("受理日期", None)
    time_limit: str = may("办理时限")
    missing: tuple[str, ...] = may("需要补齐的材料", ())
    within: str = may("补齐期限")
    how: str = may("补齐方式")
    reasons: tuple[str, ...] = may("不予受理的理由", ())
    grounds: tuple[str, ...] = may("不予受理的依据", ())

    @property
    def heading(self) -> str:
        """标题 (heading) of this variant."""
        return f"社会救助申请{self.variant}通知书"

    def required(self) -> tuple[str, ...]:
        """Each variant's own particulars; remedies where the application is not accepted."""
        own = {
            ACCEPTED: ("accepted_on", "time_limit"),
            SUPPLEMENT: ("missing", "within", "how"),
            REJECTED: ("reasons", "grounds", "remedies"),
        }
        return own.get(self.variant, ())

    def contradictions(self) -> Iterator[str]:
        """A paper asked for twice, or one that was handed in or that the check supplies; another variant's parts."""
        yield from allowed("通知类别", self.variant, (ACCEPTED, SUPPLEMENT, REJECTED))
        yield from self._repeated()
        if self.missing and self.variant != SUPPLEMENT:
            yield f"需要补齐的材料（{self.variant}通知书不列）"
        if self.reasons and self.variant != REJECTED:
            yield f"不予受理的理由（{self.variant}通知书不列）"
        yield from in_order("申请日期", self.applied_on, "受理日期", self.accepted_on)

    def _repeated(self) -> Iterator[str]:
        known, received = _names(self.known), _names(self.received)
        for paper, times in _names(self.missing).items():
            if times > 1:
                yield f"需要补齐的材料（「{paper}」列了{times}次）"
            if paper in known:
                yield f"需要补齐的材料（「{paper}」可以由核对取得，不得要求申请人提供）"
            if paper in received:
                yield f"需要补齐的材料（「{paper}」已经收到）"

    def plain(self) -> Plain:
        """Taken on, something missing, or not taken on."""
        if self.variant == ACCEPTED and self.accepted_on:
            return self.told(
                f"您申请的{self.category}已经在{cn_date(self.accepted_on)}受理",
                f"办理时限：{self.time_limit}", "办好以后会书面通知您",
            )  # fmt: skip
        if self.variant == SUPPLEMENT:
            return self.told(
                f"您申请的{self.category}还缺{len(self.missing)}项材料，请补齐：{'；'.join(map(bare, self.missing))}",
                "除了这些，这次申请不再要别的材料", can_do=[sentence(self.how)], by_when=[sentence(self.within)],
            )  # fmt: skip
        return self.told(
            f"您申请的{self.category}没有受理", f"原因：{self.reasons[0]}", can_do=["情况有变化的，可以随时再申请。"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """调查人员 (investigator): one of the two or more who go together."""

    name: str = said("姓名")
    office: str = said("单位及职务")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMet:
    """在场人员 (person met): with whom the investigators spoke."""

    name: str = said("姓名")
    relation: str = said("与申请人关系")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSeen(Person):
    """家庭成员情况 (a member as found): health, work and schooling in words."""

    condition: str = said("健康、就业、就学情况")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeFound:
    """收入项目 (an income found): `fen` a month in 分; a household without any has one line that says so."""

    kind: str = said("收入项目")
    fen: int = said("月均金额", least=0)
    basis: str = said("来源及佐证")


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyFound:
    """财产项目 (a property found)."""

    kind: str = said("财产项目")
    detail: str = said("财产状况")


HOME, REMOTE = "入户调查", "非接触方式调查"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSheet(Letter):
    """入户调查表 (home visit, F06): what at least two investigators found; both sides sign. 57号 16 条.

    By telephone or video only in a major emergency, which `emergency` names.
    """

    form: ClassVar[str] = "F06"
    title: ClassVar[str] = "入户调查表"
    template: ClassVar[str] = "visit.html"

    addressee: str = said("申请人")
    household: str = said("户编号")
    category: str = said("救助类别")
    address: str = said("家庭住址")
    way: str = said("调查方式")
    visited_on: date = said("调查日期")
    visitors: tuple[Visitor, ...] = said("调查人员")
    met: tuple[PersonMet, ...] = said("在场人员")
    members: tuple[MemberSeen, ...] = said("家庭成员")
    income: tuple[IncomeFound, ...] = said("家庭收入")
    assets: tuple[PropertyFound, ...] = said("家庭财产")
    living: tuple[str, ...] = said("实际生活情况")
    spending: tuple[str, ...] = may("刚性支出", ())
    finding: str = said("调查情况说明")
    emergency: str = may("重大突发事件")
    remarks: str = may("在场家庭成员的说明")

    @property
    def remote(self) -> bool:
        """非接触方式 (by telephone or video)."""
        return self.way == REMOTE

    def required(self) -> tuple[str, ...]:
        """The emergency that allows a visit without going there."""
        return ("emergency",) if self.remote else ()

    def contradictions(self) -> Iterator[str]:
        """Fewer than two investigators, an emergency without effect, a visit after the date of its record."""
        yield from allowed("调查方式", self.way, (HOME, REMOTE))
        if len({one.name.strip() for one in self.visitors}) < 2:
            yield "调查人员（不得少于2人）"
        if self.emergency.strip() and not self.remote:
            yield "重大突发事件（只在非接触方式调查时填写）"
        yield from in_order("调查日期", self.visited_on, "成文日期", self.on)


DRAFT, FINAL = "公示", "公布"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """公示对象 (one line of a posting): these three and nothing else may be made public (57号 24 条)."""

    name: str = said("姓名")
    persons: int = said("家庭成员数量")
    fen: int | None = may("保障金额", None)
    """None where nothing is paid monthly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting(Letter):
    """公示单、公布单 (posting, F07): 公示 gives the amounts as drafts, 公布 as decided. 57号 19、24 条; 法 45 条.

    A list in a public place: no identity number, illness, income or reason has a field here, and none may get one.
    """

    form: ClassVar[str] = "F07"
    title: ClassVar[str] = "公示（公布）单"
    template: ClassVar[str] = "posting.html"

    addressee: str = said("公示范围")
    phone: str = said("异议电话")
    variant: str = said("公示类别")
    since: date = said("起始日")
    until: date = said("截止日")
    rows: tuple[Posted, ...] = said("公示对象")

    def contradictions(self) -> Iterator[str]:
        """A period that ends before it begins; remedies, which belong on each person's own paper."""
        yield from allowed("公示类别", self.variant, (DRAFT, FINAL))
        yield from in_order("起始日", self.since, "截止日", self.until)
        yield from in_order("成文日期", self.on, "起始日", self.since)
        if self.remedies is not None:
            yield "救济途径（公示单不列，由每户的文书告知）"


CONFIRMED, REFUSED, ENDED = "确认", "不予确认", "终止审核"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationNotice(Letter):
    """确认通知书、不予确认告知书、终止审核确认告知书 (result of an application, F08). 57号 21、29 条; 法 44、45、76 条.

    `fen` is the amount a month in 分; where nothing is paid monthly, `entitlement` says what the confirmation opens.
    """

    form: ClassVar[str] = "F08"
    title: ClassVar[str] = "确认（不予确认）通知书"
    template: ClassVar[str] = "confirmation.html"

    variant: str = said("结果")
    household: str = said("户编号")
    category: str = said("救助类别")
    applied_on: date = said("申请日期")
    persons: tuple[str, ...] = may("保障对象", ())
    fen: int | None = may("月救助金", None)
    entitlement: str = may("确认待遇")
    since: date | None = may("起始月份", None)
    duties: tuple[str, ...] = may("应尽义务", ())
    reasons: tuple[str, ...] = may("不予确认的理由", ())
    grounds: tuple[str, ...] = said("依据")

    @property
    def heading(self) -> str:
        """标题 (heading) of this result."""
        words = {CONFIRMED: "社会救助确认通知书", ENDED: "社会救助终止审核确认告知书"}
        return words.get(self.variant, "社会救助不予确认告知书")

    def required(self) -> tuple[str, ...]:
        """Each result's own particulars; remedies where nothing is given."""
        refused = ("reasons", "remedies")
        own = {CONFIRMED: ("persons", "since"), REFUSED: refused, ENDED: refused}
        return own.get(self.variant, ())

    def contradictions(self) -> Iterator[str]:
        """A confirmation of nothing; what belongs to the other result."""
        yield from allowed("结果", self.variant, (CONFIRMED, REFUSED, ENDED))
        if self.variant == CONFIRMED and not self.fen and not self.entitlement.strip():
            yield "月救助金（没有按月发放的，应写明确认待遇）"
        if self.variant == CONFIRMED and self.reasons:
            yield "不予确认的理由（确认通知书不列）"
        if self.variant != CONFIRMED and (self.fen is not None or self.since is not None):
            yield f"月救助金、起始月份（{self.variant}告知书不列）"
        yield from in_order("申请日期", self.applied_on, "成文日期", self.on)

    def plain(self) -> Plain:
        """Granted with its sum and month, or not granted and why."""
        if self.variant == CONFIRMED and self.since:
            paid = f"每月发放{yuan(self.fen)}" if self.fen else "享受相应待遇"
            return self.told(
                f"您家申请的{self.category}已经批准，从{cn_month(self.since)}起{paid}",
                f"一共{len(self.persons)}人享受：{'、'.join(self.persons)}",
                "家里的人口、收入、财产有变化，要告诉工作人员",
            )
        stopped = "停止审核，没有批准" if self.variant == ENDED else "没有批准"
        return self.told(
            f"您家申请的{self.category}{stopped}", f"原因：{self.reasons[0]}", can_do=["符合条件的，可以随时再申请。"]
        )
