"""案件文书的共用部分 (what the papers of cases share): how a person was heard, the notice before, what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import select

from integrity.case_facts import clocks
from integrity.case_files import Case, text_of
from integrity.errors import NotFound, Refused
from integrity.households import members
from integrity.records.ledger import Notice
from integrity.records.office import Person
from integrity.rules.procedure import Done, Facts
from integrity.rules.procedure_heard import SELF
from integrity.rules.writing import paper_date
from integrity.terms import PaperKind, Relation
from integrity.work import Work
from reports.forms import Letter

Draft = Callable[[str, date], Letter]
Given = dict[str, Any]
Maker = Callable[[Work, Case, Facts, Given], list[tuple[PaperKind, Draft]]]


def papers_at(work: Work, case: Case, *codes: str) -> list[Notice]:
    """The papers that the last step of one of these codes made; empty when there is none."""
    step = case.last(*codes)
    if step is None:
        return []
    query = select(Notice).where(Notice.household_id == case.household_id, Notice.subject == text_of(case, step.no))
    return sorted(work.session.exec(query), key=lambda one: one.seq)


def paper_at(work: Work, case: Case, *codes: str) -> Notice:
    """The first of them. Raises NotFound."""
    found = papers_at(work, case, *codes)
    if not found:
        raise NotFound("本案还没有这一步的文书")
    return found[0]


def heard(work: Work, case: Case) -> str:
    """听取意见情况: when the notice was served, what was said, by whom it was reviewed and whether it was taken up.

    Raises Refused when nobody was heard.
    """
    served, told = case.last("NOTICE_SERVED"), papers_at(work, case, "NOTICE")
    if served is None or not told:
        raise Refused("没有听取意见的记录（社会救助法第48条）")
    on = served.data.get("served_on") or served.on
    parts = [f"{told[0].number}告知书于{paper_date(on)}送达"]
    hear = clocks(work, case, work.today).get("hear")
    last = hear.last_day if hear is not None else None
    every = [one for one in case.history if one.code in ("STATEMENT", "WAIVED", "SILENT")]
    parts += [_said(one, last or one.on, speaker(work, case, one)) for one in every]
    review = case.last("REVIEW")
    if review is not None:
        parts.append(_reviewed(str(review.data.get("adopted")), str(review.data.get("reason"))))
    if len(parts) < 2:
        raise Refused("没有听取意见的记录（社会救助法第48条）")
    return "；".join(one.rstrip("。；;，, ") for one in parts)


def _reviewed(adopted: str, reason: str) -> str:
    told = "没有需要采纳的不同意见" if adopted == "没有意见" else f"对所提意见{adopted}"
    return f"经复核，{told}，理由：{reason}"


def speaker(work: Work, case: Case, one: Done) -> str:
    """陈述人 by name, also where “本人” or “户主” was written: the member of the case, else the head."""
    said = str(one.data.get("speaker") or "")
    if said not in (SELF, Relation.HEAD.value):
        return said
    people = members(work, case.household_id, one.on).values()
    head = next((each.no for each in people if each.relation is Relation.HEAD), None)
    concerned = next((each for each in people if each.no == (case.member_no or head)), None)
    person = None if concerned is None else work.session.get(Person, concerned.person_id)
    return person.name if person is not None and person.name else said


def _said(one: Done, last: date, name: str) -> str:
    if one.code == "SILENT":
        return f"听取意见的期限于{paper_date(last)}届满，没有提出意见"
    verb = "表示没有意见" if one.code == "WAIVED" else "陈述"
    who = name if one.data.get("capacity") in (None, SELF) else f"{name}（{one.data['capacity']}）"
    return f"{who}于{paper_date(one.on)}{verb}：{one.data.get('said')}"
