"""送达 (service of papers): how a paper reached the person, with its proof, and which periods began by it.

Ways and proofs: 民事诉讼法 87–95; start of the remedy period by way of service: 行政复议法实施条例 (2026) 23. Silence
is no consent: a hearing ends by itself only after proven service and the whole period (红线 17).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlmodel import func, select

from integrity.calendars import workdays
from integrity.errors import Conflict, Invalid, Refused
from integrity.households import standing
from integrity.letters_family import Desk, desk
from integrity.papers import by_number, content
from integrity.print_places import handed_on, item_of, original_of, returns
from integrity.records.ledger import Commitment, Notice, Service
from integrity.records.placing_waits import NEVER_SERVED
from integrity.records.print_runs import PrintFile, PrintNote, PrintRun
from integrity.records.seals import PaperEnd
from integrity.rules.workdays import Period, Term, Workdays, end_of
from integrity.rules.writing import read_document_number
from integrity.terms import PaperKind, PrintEvent, PrintState, ServiceWay, SignedBy
from integrity.work import Work
from reports.forms import HearingNotice

_START_KEYS = MappingProxyType({
    ServiceWay.DIRECT: "remedy.start.direct", ServiceWay.LEFT: "remedy.start.direct",
    ServiceWay.ENTRUSTED: "remedy.start.direct", ServiceWay.POST: "remedy.start.post",
    ServiceWay.ELECTRONIC: "remedy.start.electronic", ServiceWay.ANNOUNCEMENT: "remedy.start.announcement",
})  # fmt: skip
_DETAIL = MappingProxyType({
    ServiceWay.LEFT: "拒收事由", ServiceWay.ELECTRONIC: "受送达人同意电子送达的内容",
    ServiceWay.ANNOUNCEMENT: "公告送达的原因", ServiceWay.ENTRUSTED: "受托单位",
})  # fmt: skip
"""What `detail` must say for a way of service."""
SIGNED, NOT_SERVED = "已签", "不须送达"
_NO_PAPER = (ServiceWay.ELECTRONIC, ServiceWay.ANNOUNCEMENT)
"""Ways of service for which no paper goes out."""
_NAMELESS = re.compile(r"[^（(]*的(?:监护人|近亲属)")
"""An addressee whose name the office did not know when the paper was issued."""
_NAMED = re.compile(r"(?!.*的(?:监护人|近亲属)[（(])[^（()）]{2,}[（(][^（()）]{2,}[）)]")
"""A name, and in brackets who he is to the person concerned."""
_TOLD = re.compile(r"起(\d+个?(?:工作)?日)内")


def serve(
    work: Work, notice: Notice, way: ServiceWay, *, on: date, receiver: str, witnesses: tuple[str, ...] = (),
    detail: str = "", evidence: str = "",
) -> Service:  # fmt: skip
    """Write down that a printed paper was delivered on a day (送达回证).

    `detail` is the reason of refusal (留置), the consent (电子), the reason (公告) or the agency (委托). 留置 needs two
    witnesses. Raises Refused, Invalid, and Conflict when the paper was served before. Refused too for a paper that came
    back and did not go out again, and for a receiver without a name where the paper names none.
    """
    not_ended(work, notice)
    since = _on_paper(work, notice)
    if not notice.happened_on <= on <= work.today:
        raise Invalid(f"送达日期 {on} 应在制发之日 {notice.happened_on} 与今天之间")
    if on < since:
        raise Invalid(f"送达日期 {on} 早于这份文书打印之日 {since}，纸还没有印出来，请照回证上的日期核对")
    if service_of(work, notice) is not None:
        raise Conflict(f"文书 {notice.number} 已登记送达；{_mended(notice)}")
    if not receiver.strip():
        raise Refused("请填写签收人（公告送达的填写受送达人）")
    if receiver.strip() == HIMSELF:
        receiver = content(work, notice).addressee
    _went_out(work, notice, way, on)
    _by_name(work, notice, way, receiver)
    for name, told, most in (("签收人", receiver, 60), ("见证人", "、".join(witnesses), 120), ("说明", detail, 400)):
        if len(told.strip()) > most:
            raise Invalid(f"{name}太长，最多 {most} 个字")
    named = {one.strip() for one in witnesses if one.strip()}
    if way is ServiceWay.LEFT and len(named) < 2:
        raise Refused("留置送达须有两名见证人")
    if way in _DETAIL and len(detail.strip()) < 2:
        raise Refused(f"{way.value}须写明{_DETAIL[way]}")
    return work.append(
        notice.household_id,
        Service(
            happened_on=on, area=notice.area, notice_seq=notice.seq, way=way, receiver=receiver.strip(),
            witnesses="、".join(one.strip() for one in witnesses if one.strip()), detail=detail.strip(),
            evidence=evidence,
        ),
    )  # fmt: skip


HIMSELF = "本人"
"""As a receiver: the person to whom the paper is addressed."""


def kept_as(work: Work, notice: Notice) -> str:
    """不须送达 (sent to nobody): how a paper of the office itself stands; "" for one that is delivered.

    A promise is signed at the desk: since the ledger has the signature, the paper is 已签.
    """
    if notice.kind.name not in NEVER_SERVED:
        return ""
    promises = standing(work, Commitment, notice.household_id, work.today) if notice.kind is PaperKind.F02 else []
    signed = (one for one in promises if one.happened_on >= notice.happened_on)
    return SIGNED if any(one.signed_by is not SignedBy.REFUSED for one in signed) else NOT_SERVED


def not_ended(work: Work, notice: Notice) -> None:
    """Raise Refused for a paper that was withdrawn or replaced: it has no effect, whoever receives it."""
    ended = work.session.get(PaperEnd, notice.number)
    if ended is not None:
        what = f"由 {ended.by_number} 替换" if ended.by_number else "撤回"
        raise Refused(f"文书 {notice.number} 已于 {ended.ended_on} {what}，这份回证没有登记；已经送出的请收回")


def _on_paper(work: Work, notice: Notice) -> date:
    """Since when a paper can have been on paper: counting may come late, so a run counts from when it was printed from.

    That is when the file was first sent to the printer, or made when nobody said so. Raises Refused when not printed.
    """
    entry = original_of(work, notice)
    if entry is None:
        raise Refused(f"文书 {notice.number} 还没有打印，不能送达")
    file = work.session.exec(select(PrintFile).where(PrintFile.file == entry.file)).first()
    if file is None:
        return entry.happened_on
    sent = select(func.min(PrintNote.happened_on)).where(
        PrintNote.run == file.run, PrintNote.file_no == file.no, PrintNote.event == PrintEvent.STARTED
    )
    made = work.session.get_one(PrintRun, file.run).made_on
    return min(work.session.exec(sent).one() or made, entry.happened_on)


def _went_out(work: Work, notice: Notice, way: ServiceWay, on: date) -> None:
    """Raise for a paper that came back and did not go out again, or that went out again only after that day."""
    item = None if way in _NO_PAPER else item_of(work, notice)
    came = returns(work, item) if item else []
    if not item or not came:
        return
    if item.state is PrintState.RETURNED:
        raise Refused(
            f"文书 {notice.number} 已于 {came[-1].happened_on} 登记退回（{came[-1].told}），没有再次交出，没有登记；"
            f"再次送达的（包括当面领取），先登记交接：chengxin print handover {item.run} --to 姓名 --on 日期 "
            f"--number {notice.number}"
        )
    again = handed_on(work, item)
    if again and on < again:
        raise Refused(
            f"文书 {notice.number} 于 {came[-1].happened_on} 退回，{again} 再次交出，送达日期 {on} 在这以前；"
            "没有登记，请核对回证"
        )


def _by_name(work: Work, notice: Notice, way: ServiceWay, receiver: str) -> None:
    """Raise Refused where nobody could tell from the entry who signed for a paper that names nobody (民事诉讼法 88)."""
    addressee = content(work, notice).addressee
    if way is ServiceWay.ANNOUNCEMENT or not _NAMELESS.fullmatch(addressee) or _NAMED.fullmatch(receiver.strip()):
        return
    raise Refused(
        f"文书写给“{addressee}”，没有姓名，没有登记；请写签收人的姓名和关系，"
        f"如“张三（{addressee}，父亲）”（民事诉讼法第88条）"
    )


def _mended(notice: Notice) -> str:
    """What an officer does about a wrong proof: that of a case stays (红线 11), any other is voided."""
    if not notice.subject.startswith("case:"):
        return "登记有误的，用 chengxin record void 作废这条送达登记，再重新登记"
    return (
        f"这份送达证明是第 {notice.subject.split(':')[1]} 号案件的依据，不能作废、更正；送达有误的，"
        "在该案件中撤回（撤销），重新制发文书并送达（红线第11条）"
    )


def service_of(work: Work, notice: Notice) -> Service | None:
    """The standing service of a paper, or None."""
    found = [one for one in standing(work, Service, notice.household_id, work.today) if one.notice_seq == notice.seq]
    return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class RemedyTerms:
    """救济期限 (remedy periods) of one paper: from when, why from then, and the last days with their computation."""

    start: date
    because: str
    reconsideration: Term
    litigation: Term

    def as_text(self) -> str:
        """The computation in Chinese, one line a step."""
        parts = [f"起算：{self.because}，为{self.start}"]
        for name, term in (("行政复议", self.reconsideration), ("行政诉讼", self.litigation)):
            parts += [f"{name}：截至{term.end}"] + [f"　{step}" for step in term.steps]
        return "\n".join(parts)


def remedy_ends(work: Work, service: Service) -> RemedyTerms:
    """The last days for reconsideration and lawsuit against a served paper. Raises Refused for one without remedies."""
    notice = _notice(work, service)
    remedies = content(work, notice).remedies
    if remedies is None:
        raise Refused(f"《{notice.kind.value}》不是载有救济途径的文书")
    office, known = desk(work, notice.area, notice.kind, notice.happened_on), workdays(work)
    start = effective_on(work, service, office, known)
    return RemedyTerms(
        start, str(office.value(_START_KEYS[service.way])),
        end_of(start, Period(remedies.days, "日"), known), end_of(start, Period(remedies.months, "月"), known),
    )  # fmt: skip


def effective_on(work: Work, service: Service, office: Desk, known: Workdays) -> date:
    """送达之日: the day of service; of an announcement the day on which its period ends."""
    if service.way is not ServiceWay.ANNOUNCEMENT:
        return service.happened_on
    days = int(office.value("service.announcement"))
    end = end_of(service.happened_on, Period(days, "日"), known, roll=False).end
    return end.date() if isinstance(end, datetime) else end


def hearing_ends(work: Work, notice: Notice) -> Term:
    """Until when the person may speak to a plan (听取意见期限): the period that the paper gave, counted from service.

    Raises Refused before service, and for another kind of paper.
    """
    if notice.kind is not PaperKind.F13:
        raise Refused(f"《{notice.kind.value}》不是听取意见告知书")
    service = service_of(work, notice)
    if service is None:
        raise Refused(f"文书 {notice.number} 还没有送达，听取意见的期限没有开始")
    office, known = desk(work, notice.area, notice.kind, notice.happened_on), workdays(work)
    letter = content(work, notice)
    told = _TOLD.search(letter.within) if isinstance(letter, HearingNotice) else None
    if told is None:
        raise Refused(f"文书 {notice.number} 没有写明听取意见的期限")
    return end_of(effective_on(work, service, office, known), Period.read(told[1]), known)


def unanswered(work: Work, notice: Notice, on: date) -> str:
    """The record that nobody spoke: only after proven service and the whole period, on a calendar that is certain.

    Raises Refused as long as silence means nothing yet (红线 14, 17).
    """
    term = hearing_ends(work, notice)
    if term.provisional:
        raise Refused("听取意见的期限涉及尚未录入的放假安排，不能据此继续办理")
    last = term.end
    if on <= last:
        raise Refused(f"听取意见的期限到 {last} 届满，届满前不能视为没有意见")
    return f"{notice.number}已送达，截至{last}没有提出意见"


_DIGEST = re.compile(r"[0-9a-f]{64}")


def hearing_record(work: Work, household_id: int, told: str, on: date) -> str:
    """听取意见记录 as an act names it: the number of a hearing notice stands for silence, and is looked into.

    A notice must be this household's, served, and its period over. A transcript is named as 笔录, evidence by its
    digest; other words are no record. "" stays "". Raises Refused, NotFound.
    """
    try:
        read_document_number(told)
    except Invalid:
        if told and "笔录" not in told and not _DIGEST.fullmatch(told):
            raise Refused("请写听取意见告知书的文号，或者笔录的名称和编号、日期（如：听取意见笔录3号）") from None
        return told
    notice = by_number(work, told)
    if notice.household_id != household_id:
        raise Refused(f"文书 {told} 不是这一户的听取意见告知书")
    return unanswered(work, notice, on)


def _notice(work: Work, service: Service) -> Notice:
    found = work.session.get(Notice, (service.household_id, service.notice_seq))
    assert found is not None
    return found
