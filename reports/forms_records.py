"""记录、修复、异议、送达、档案文书 (records, repair, objection, service, files): the papers that prove what was done.

A conduct record states a fact and what the person says to it, no consequence. What is filled in by hand at the door
(the proof of service) has optional fields that print as blank lines; once given they must agree with each other.
Sources: 个人信息保护法 46 条; 行政处罚法 27 条; 民事诉讼法 87–95 条; 行政复议法实施条例 23 条; 国家发展改革委令第36号.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from reports.forms import Letter, Person, may, said
from reports.forms_household import allowed, in_order
from reports.plain import Plain
from reports.wording import cn_date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConductRecord(Letter):
    """行为记录 (record of conduct): what F09 and F10 share. Whoever found the fact does not review it."""

    addressee: str = said("记录对象")
    rules: str = said("规则版本")
    household: str = said("户编号")
    item: str = said("对应事项")
    fact: str = said("事实")
    happened_on: date = said("发生日期")
    found_on: date = said("发现日期")
    evidence: tuple[str, ...] = said("证据目录")
    found_by: str = said("发现人")
    reviewed_by: str = said("复核人")
    ends_on: date = said("记录截止日")

    def contradictions(self) -> Iterator[str]:
        """One person in two roles; days in the wrong order."""
        if self.found_by.strip() and self.found_by.strip() == self.reviewed_by.strip():
            yield "复核人（不得与发现人为同一人）"
        yield from in_order("发生日期", self.happened_on, "发现日期", self.found_on)
        yield from in_order("发现日期", self.found_on, "成文日期", self.on)
        yield from in_order("发生日期", self.happened_on, "记录截止日", self.ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRecord(ConductRecord):
    """守信行为记录表 (trust record, F09)."""

    form: ClassVar[str] = "F09"
    title: ClassVar[str] = "守信行为记录表"
    template: ClassVar[str] = "trust_record.html"

    view: str = may("本人意见")


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRecord(ConductRecord):
    """失信行为记录表 (default record, F10): not a finding; the person's own view stands on it or that he gave none."""

    form: ClassVar[str] = "F10"
    title: ClassVar[str] = "失信行为记录表"
    template: ClassVar[str] = "default_record.html"

    view: str = said("本人意见")
    asked_on: date = said("询问本人日期")

    def contradictions(self) -> Iterator[str]:
        """As for every record; the person is asked after the fact was found."""
        yield from ConductRecord.contradictions(self)
        yield from in_order("发现日期", self.found_on, "询问本人日期", self.asked_on)
        yield from in_order("询问本人日期", self.asked_on, "成文日期", self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairApplication(Letter):
    """信用修复申请书 (application for repair, F26): filled in for the person, who adds, signs and hands it in."""

    form: ClassVar[str] = "F26"
    title: ClassVar[str] = "信用修复申请书"
    template: ClassVar[str] = "repair_application.html"

    addressee: str = said("受理机关")
    organ: str = said("制表机关")
    applicant: Person = said("申请人")
    decision: str = said("失信认定决定书文号")
    decided_by: str = said("认定机关")
    decided_on: date = said("认定日期")
    fact: str = said("认定的失信行为")
    earliest: date = said("最早可申请日")
    ends_on: date = said("到期自动终止日")
    conditions: tuple[str, ...] = said("修复条件")
    promises: tuple[str, ...] = said("信用承诺")
    done: tuple[str, ...] = may("已履行义务、消除影响的情况", ())
    enclosed: tuple[str, ...] = may("所附材料", ())
    guardian: str = may("监护人或者代理人")

    def contradictions(self) -> Iterator[str]:
        """Repair before the finding, or only after the record has ended by itself."""
        yield from in_order("认定日期", self.decided_on, "最早可申请日", self.earliest)
        yield from in_order("最早可申请日", self.earliest, "到期自动终止日", self.ends_on)


OBJECTION, ANSWER, PERSONAL = "申请", "答复", "个人信息答复"
DONE, NOT_DONE = "予以办理", "不予办理"
UPHELD, PARTLY, UNFOUNDED = "异议成立", "异议部分成立", "异议不成立"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionPaper(Letter):
    """异议申请书、异议答复书、个人信息请求答复书 (objection, its answer, answer to a request on personal data, F28).

    In the answer to a request, `record` is the kind of the request, `wrong` its content and `measure` what was done.
    """

    form: ClassVar[str] = "F28"
    title: ClassVar[str] = "异议申请（答复）书"
    template: ClassVar[str] = "objection.html"

    variant: str = said("文书类别")
    objector: str = said("异议申请人")
    record: str = said("异议所指记录")
    wrong: tuple[str, ...] = said("异议事项")
    filed_on: date = said("异议提出日期")
    wanted: str = may("请求")
    enclosed: tuple[str, ...] = may("所附材料", ())
    marked_on: date | None = may("异议标注日期", None)
    decided_on: date | None = may("处理日期", None)
    result: str = may("处理结果")
    reasons: tuple[str, ...] = may("处理理由", ())
    grounds: tuple[str, ...] = may("依据", ())
    measure: str = may("更正措施")

    @property
    def heading(self) -> str:
        """标题 (heading) of this variant."""
        return "个人信息请求答复书" if self.variant == PERSONAL else f"诚信档案异议{self.variant}书"

    @property
    def refused(self) -> bool:
        """不予采纳 (something of the objection was refused)."""
        return self.result in (PARTLY, UNFOUNDED, NOT_DONE)

    def required(self) -> tuple[str, ...]:
        """An answer's parts; remedies where something is refused, the measure where something is put right."""
        if self.variant not in (ANSWER, PERSONAL):
            return ()
        parts = ["decided_on", "result", *(("marked_on", "reasons") if self.variant == ANSWER else ("grounds",))]
        if self.refused:
            parts += ["reasons", "grounds", "remedies"]
        if self.result in (UPHELD, PARTLY, DONE):
            parts.append("measure")
        return tuple(dict.fromkeys(parts))

    def contradictions(self) -> Iterator[str]:
        """Words that the form does not know; a result on the objection itself; days in the wrong order."""
        yield from allowed("文书类别", self.variant, (OBJECTION, ANSWER, PERSONAL))
        words = (DONE, NOT_DONE) if self.variant == PERSONAL else (UPHELD, PARTLY, UNFOUNDED)
        yield from allowed("处理结果", self.result, words)
        if self.result and self.variant == OBJECTION:
            yield "处理结果（异议申请书不列）"
        yield from in_order("异议提出日期", self.filed_on, "异议标注日期", self.marked_on)
        yield from in_order("异议提出日期", self.filed_on, "处理日期", self.decided_on)
        yield from in_order("处理日期", self.decided_on, "成文日期", self.on)

    def plain(self) -> Plain | None:
        """What came of it; the objection itself goes to the office."""
        if self.variant == OBJECTION:
            return None
        whose = "您" if self.objector == self.addressee else self.objector
        asked = "个人信息请求" if self.variant == PERSONAL else "对诚信档案的异议"
        more = [self.measure] if self.measure else []
        why = [f"原因：{self.reasons[0]}"] if self.refused else []
        return self.told(f"{whose}{cn_date(self.filed_on)}提出的{asked}，结果是：{self.result}", *more, *why)


WAYS = ("直接送达", "留置送达", "邮寄送达", "委托送达", "电子送达")
LEFT = "留置送达"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Letter):
    """送达回证 (proof of service, F30): only the paper and its addressee are certain; the rest is mostly for the pen.

    Public announcement has a paper of its own (F31). 民事诉讼法 87–94 条.
    """

    form: ClassVar[str] = "F30"
    title: ClassVar[str] = "送达回证"
    template: ClassVar[str] = "receipt.html"

    addressee: str = said("受送达人")
    paper: str = said("送达文书")
    paper_number: str = said("送达文书文号")
    way: str = may("送达方式")
    place: str = may("送达地点")
    served_on: date | None = may("送达日期", None)
    receiver: str = may("收件人")
    relation: str = may("与受送达人关系")
    refusal: str = may("拒收事由")
    witnesses: tuple[str, ...] = may("见证人", ())
    server: str = may("送达人")
    note: str = may("备注")

    def required(self) -> tuple[str, ...]:
        """A service that is said to have been done is told whole; one still to be done may stay blank."""
        if self.served_on is None:
            return ()
        hands = ("refusal", "witnesses") if self.way == LEFT else ("receiver", "relation")
        return ("way", "place", "server", *hands)

    def contradictions(self) -> Iterator[str]:
        """A refusal of what was received; fewer than two witnesses, or the server as one of them."""
        yield from allowed("送达方式", self.way, WAYS)
        if self.refusal.strip() and self.way.strip() and self.way != LEFT:
            yield "拒收事由（只在留置送达时填写）"
        if self.witnesses and len({one.strip() for one in self.witnesses}) < 2:
            yield "见证人（不得少于2人）"
        if self.server.strip() and self.server.strip() in {one.strip() for one in self.witnesses}:
            yield "见证人（不得与送达人为同一人）"


LEAST_DAYS = 30
"""民事诉讼法 第95条: a paper announced counts as served after thirty days; a shorter period is no service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Letter):
    """公告送达 (service by announcement, F31): which paper waits, where and until when; never what is in it.

    `paper` is its name in 《》; a general word for one whose name alone would publish what was found about the person.
    """

    form: ClassVar[str] = "F31"
    title: ClassVar[str] = "公告送达"
    template: ClassVar[str] = "announcement.html"

    addressee: str = said("受送达人")
    paper: str = may("送达文书名称")
    paper_number: str = said("送达文书文号")
    posted_on: date = said("公告日期")
    places: tuple[str, ...] = said("张贴、刊登处")
    days: int = said("公告期（日）")
    until: date = said("公告期满日")
    collect: str = said("领取地点和时间")

    def contradictions(self) -> Iterator[str]:
        """Less than thirty days; an end that lies before them."""
        if self.days < LEAST_DAYS:
            yield f"公告期（日）（不得少于{LEAST_DAYS}日）"
        if self.until < self.posted_on + timedelta(days=self.days):
            yield f"公告期满日（自公告之日起不满{self.days}日）"
        if self.remedies is not None:
            yield "救济途径（公告不列，由送达的文书告知）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """卷内文件 (a paper in the file): `first_page` counts through the whole file."""

    title: str = said("题名")
    number: str = may("文号")
    author: str = said("责任者")
    on: date = said("日期")
    first_page: int = said("起始页号")
    note: str = may("备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCover(Letter):
    """档案封面、卷内目录 (cover and table of a file, F32): two papers in one print, the table on a page of its own."""

    form: ClassVar[str] = "F32"
    title: ClassVar[str] = "档案封面和卷内目录"
    template: ClassVar[str] = "archive.html"

    number: str = said("案卷编号")
    addressee: str = said("案卷题名")
    archive: str = said("档号")
    category: str = said("档案类别")
    household: str = said("户编号")
    persons: tuple[str, ...] = said("案卷涉及人员")
    since: date = said("起始日期")
    until: date = said("截止日期")
    keep: str = said("保管期限")
    pages: int = said("总页数")
    filed_by: str = said("立卷人")
    checked_by: str = said("检查人")
    papers: tuple[Filed, ...] = said("卷内文件")

    def contradictions(self) -> Iterator[str]:
        """Pages that do not count up from 1 or pass the last one; a period that ends before it begins."""
        yield from in_order("起始日期", self.since, "截止日期", self.until)
        starts = [one.first_page for one in self.papers]
        if starts and (starts[0] != 1 or sorted(set(starts)) != starts):
            yield "卷内文件·起始页号（应从第1页起依次递增）"
        if starts and max(starts) > self.pages:
            yield "总页数（少于卷内文件的页号）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """移送材料 (a paper handed over)."""

    title: str = said("材料名称")
    pages: int = said("页数")
    original: str = may("原件或者复印件")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLetter(Letter):
    """移送函 (transfer to the police or another organ, F33): facts, ground, papers. 法 77 条; 行政处罚法 27 条."""

    form: ClassVar[str] = "F33"
    title: ClassVar[str] = "移送函"
    template: ClassVar[str] = "transfer.html"

    matter: str = said("移送事项")
    persons: tuple[Person, ...] = said("涉及人员")
    facts: tuple[str, ...] = said("查明的事实")
    grounds: tuple[str, ...] = said("移送依据")
    request: str = said("移送请求")
    approved_by: str = said("批准人")
    approved_on: date = said("批准日期")
    enclosed: tuple[Enclosed, ...] = said("移送材料")

    def contradictions(self) -> Iterator[str]:
        """A letter written before the transfer was approved."""
        yield from in_order("批准日期", self.approved_on, "成文日期", self.on)
