"""到期与提醒 (what falls due for a household), each day with how it was found; and what somebody has to see to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from integrity import commitments, delivery
from integrity.errors import ChengxinError, Invalid
from integrity.household_files import CaseFile, PaperLine
from integrity.household_members import homes_of
from integrity.household_views import Eyes, Head, Today
from integrity.households import entries, kept, members, standing
from integrity.papers import called, content
from integrity.records.ledger import Assistance, Notice, Service
from integrity.rules.explanation import Line
from integrity.rules.facts import date_of
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import Running
from integrity.rules.procedure_tables import table
from integrity.rules.workdays import Term
from integrity.rules.writing import read_paper_date
from integrity.terms import Presence
from integrity.work import Work


class Due(NamedTuple):
    """到期事项 (something that falls due): its last day, whose time it is, and how the day was found."""

    what: str
    last: date | None
    whose: str
    how: tuple[str, ...]
    sure: bool = True
    """Is the day certain? A calendar that is not loaded yet makes it provisional."""
    case_no: int | None = None

    def left(self, on: date) -> int | None:
        """Days that are left, below zero when it is over; None while it cannot be computed."""
        return None if self.last is None else (self.last - on).days


def dates(work: Work, household_id: int, head: Head, cases: list[CaseFile]) -> list[Due]:
    """Everything that falls due, the nearest first; what cannot be computed comes before all."""
    found = [*_rechecks(head), *_withdrawal(head), *_clocks(cases), *_findings(head.now)]
    found += _remedies(work, household_id)
    return sorted(found, key=lambda one: (one.last or date.min, one.what))


def _rechecks(head: Head) -> Iterator[Due]:
    """The next recheck, and the day by which a reported change must be dealt with."""
    if head.now is None or head.due_on is None:
        return
    why = (head.now.why.due, *head.now.why.due_grounds)
    yield Due("定期核查", head.due_on, "机关", why)
    finish = head.now.finding.finish_on
    if finish is not None:
        yield Due("变化核查并办结", date_of(finish), "机关", why)


def _withdrawal(head: Head) -> Iterator[Due]:
    ends = head.aid.withdrawal_ends
    if ends is not None:
        yield Due("渐退期满", ends, "机关", (f"自 {head.aid.since} 起执行的渐退，最后一日为 {ends}；期满前核查",))


def _clocks(cases: list[CaseFile]) -> Iterator[Due]:
    for case in cases:
        yield from (_clock(case, one) for one in case.clocks)


def _clock(case: CaseFile, one: Running) -> Due:
    what = f"第 {case.no} 号案件（{case.procedure.value}）：{one.clock.name}"
    return Due(what, one.last_day, one.clock.of, tuple(one.as_text().split("\n")), one.firm, case.no)


def _findings(now: Today | None) -> Iterator[Due]:
    """Findings that count in the score until a day."""
    if now is None:
        return
    for line in now.why.lines:
        if line.counted:
            how = (f"行为{line.acted}，自{line.since}起至{line.until}前计入〔{line.source}〕",)
            yield Due(f"{line.item}：计入的最后一日", _end_of(line), "本人", how)


def _end_of(line: Line) -> date | None:
    """The last day on which a finding counts; the explanation names the first one on which it does not."""
    try:
        return read_paper_date(line.until) - timedelta(days=1)
    except Invalid:
        return None


def _remedies(work: Work, household_id: int) -> Iterator[Due]:
    """How long a person may still apply for reconsideration or sue against a paper that was served."""
    served = kept(entries(work, Service, household_id), work.today)
    for service in served:
        notice = work.session.get(Notice, (household_id, service.notice_seq))
        if notice is not None:
            yield from _of_paper(work, notice, service)


def _of_paper(work: Work, notice: Notice, service: Service) -> Iterator[Due]:
    try:
        if content(work, notice).remedies is None:
            return
        ends = delivery.remedy_ends(work, service)
    except (ChengxinError, NotInForce):  # not to be told, or destroyed: the page of the paper says why
        return
    for name, term in (("行政复议", ends.reconsideration), ("行政诉讼", ends.litigation)):
        last = _last(term)
        if last >= work.today:
            yield Due(f"对《{called(work, notice)}》{notice.number} 申请{name}", last, "本人", term.steps,
                      not term.provisional)  # fmt: skip


def _last(term: Term) -> date:
    return term.end.date() if isinstance(term.end, datetime) else term.end


_KEY = re.compile(r"（参数[^：）]+：")
"""The key of a value in the policy: it stands on the page of the reasons."""
_WAITS = ("待打印", "待送达")
"""States of a paper with which somebody still has something to do."""


class Reminder(NamedTuple):
    """提醒 (something that somebody has to see to): how urgent, in words, and where it is done."""

    colour: str
    text: str
    where: str = ""
    """The part of the household's page where it is done: cases, papers, opinion, …"""


def _pressing(case: CaseFile, clock: Running) -> Reminder:
    """A time limit of a case that is over or about to end."""
    said = f"已逾期，最后一日为 {clock.last_day}" if clock.overdue else f"将于 {clock.last_day} 到期"
    ways = "”或者“".join(row.name for row in table(case.procedure).rows if row.code in clock.clock.stops)
    what = f"第 {case.no} 号案件“{clock.clock.name}”{said}" + (f"；在该案件办理“{ways}”即为办结" if ways else "")
    return Reminder("red" if clock.overdue else "orange", what, "cases")


def _promises(view: Eyes) -> Iterator[Reminder]:
    """Whose promise is still to be asked for; nobody's application waits for it."""
    names = "、".join(view.name(no) for no in commitments.unsigned(view.work, view.household_id))
    if names:
        yield Reminder("grey", f"还没有登记诚信承诺：{names}。拒绝签署的如实登记，不影响申请", "commitments")


def _begins(view: Eyes, head: Head) -> Iterator[Reminder]:
    """What a family that was entered just now still needs: an application, and guardians for its children."""
    people = members(view.work, view.household_id, view.work.today)
    if not head.open_cases and not standing(view.work, Assistance, view.household_id, view.work.today):
        yield Reminder("grey", "还没有受理救助申请。家庭成员都登记以后，按“申请受理”立案", "apply")
    alone = "、".join(
        view.name(no) for no, one in sorted(people.items())
        if one.presence is Presence.PRESENT and one.guardian_no is None
        and commitments.needs_guardian(one, view.work.today)
    )  # fmt: skip
    if alone:
        said = "监护人是本户成员的，在“成员”中登记变化；不是的，签承诺书时写明"
        yield Reminder("grey", f"没有登记监护人：{alone}。{said}")


def _twice(view: Eyes) -> Iterator[Reminder]:
    """Who lives in another household too, told to an officer whose area has both: nobody is assisted twice."""
    people = members(view.work, view.household_id, view.work.today)
    here = {
        view.people[no][-1].id_index: no
        for no, one in people.items() if one.presence is Presence.PRESENT and view.people.get(no)
    }  # fmt: skip
    for index, homes in homes_of(view.work, here, but=view.household_id).items():
        others = "、".join(homes)
        said = f"{view.name(here[index])}同时是户 {others} 的共同生活家庭成员：请核对是否重复登记，不得重复享受救助"
        yield Reminder("red", said)


def reminders(view: Eyes, head: Head, papers: list[PaperLine], cases: list[CaseFile]) -> list[Reminder]:
    """What has to be seen to, the gravest first."""
    found = [Reminder("red", f"恢复备份以后账册缺少：{one}；核对以前不得作出不利的登记") for one in head.restored]
    found += _twice(view)
    found += [_pressing(one, clock) for one in cases for clock in one.clocks if clock.overdue or clock.remind]
    found += [Reminder("orange", f"处理建议“{head.waits}”等待审核意见", "opinion")] if head.waits else []
    if head.changed:
        said = f"{head.changed} 核查有变化，还没有登记变化或者核对结果，处理建议没有计入"
        found.append(Reminder("orange", said, "changes"))
    found += [Reminder("orange", f"{one}待处理，登记以前不计入") for one in head.sent]
    if head.contested:
        found.append(Reminder("orange", f"有 {head.contested} 项认定正在处理异议，暂不计入", "record"))
    found += [Reminder("orange", f"不能计算核查日期：{head.fault}")] if head.fault else []
    found += [
        Reminder("orange", f"《{one.kind}》{one.number} {one.state}", "papers")
        for one in papers if one.state in _WAITS
    ]
    asked = head.now.why.questions if head.now else ()
    found += [Reminder("blue", f"需要人工确定：{_KEY.sub('（', one)}", "why") for one in asked]
    found += [] if head.ended else [*_begins(view, head), *_promises(view)]
    found += [Reminder("grey", f"回避：{one}；不办理该户的事项") for one in head.relatives]
    return found
