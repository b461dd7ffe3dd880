"""副本的其他登记 (rest of a copy of one's own data): reading needs, evidence, what happened to printed papers.

Evidence that only other members' entries name is theirs and left out; a name that could tell who informed is not told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlmodel import col, select

from integrity import evidence
from integrity.dossier_sight import WITHHELD, Sight
from integrity.evidence_kinds import KINDS
from integrity.print_wishes import variant_of
from integrity.records.columns import SHANGHAI
from integrity.records.evidence import Evidence
from integrity.records.ledger import Entry, Notice
from integrity.records.print_runs import PrintItem, PrintNote
from integrity.records.wishes import PrintWish
from integrity.work import Work

_UNUSED = "（没有用于办理，名称可能涉及他人，略去）"


def wishes(work: Work, household_id: int, sight: Sight) -> Iterator[dict[str, str]]:
    """阅读需要: in which form the household asked for its papers, each time."""
    query = select(PrintWish).where(PrintWish.household_id == household_id).order_by(col(PrintWish.id))
    for one in work.session.exec(query):
        yield {
            "提出日期": str(one.asked_on), "大字版": "是" if one.large else "否",
            "明白纸": "是" if one.cover else "否", "由谁提出": one.asked_by, "登记人": sight.officer(one.recorded_by),
        }  # fmt: skip


def kept(
    work: Work, household_id: int, entries: Mapping[int, Entry], mine: Collection[int], sight: Sight
) -> Iterator[dict[str, str]]:  # fmt: skip
    """证据材料: which files are kept; `mine` are the entries that are about the person or the whole household."""
    named = evidence.named(work, household_id)
    query = select(Evidence).where(Evidence.household_id == household_id).order_by(col(Evidence.id))
    for row in work.session.exec(query):
        seqs = named.get(row.sha256, [])
        if seqs and not set(mine) & set(seqs):
            continue
        informs = any(sight.informed(entries[seq]) for seq in seqs)
        name = sight.told(evidence.name_of(work, row)) if seqs else _UNUSED
        yield {
            "指纹": row.sha256, "名称": WITHHELD if informs else name, "种类": KINDS[row.kind].official,
            "字节": str(row.size), "形成日期": str(row.taken_on or "未写明"),
            "保存时间": f"{row.recorded_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "保存人": sight.officer(row.recorded_by),
            "现状": evidence.standing(work, household_id, row.sha256),
        }  # fmt: skip


def printed(work: Work, household_id: int, sight: Sight) -> Iterator[dict[str, str]]:
    """印制和交付: in which print run each paper was, in which form, and what happened to it."""
    query = select(PrintItem).where(PrintItem.household_id == household_id)
    for item in work.session.exec(query.order_by(col(PrintItem.run), col(PrintItem.no))):
        notice = work.session.get(Notice, (household_id, item.notice_seq))
        notes = select(PrintNote).where(PrintNote.run == item.run, PrintNote.item_no == item.no)
        happened = [
            f"{one.happened_on}{one.event.value}" + (f"（{sight.told(one.told)}）" if one.told else "")
            for one in work.session.exec(notes.order_by(col(PrintNote.id)))
        ]
        yield {
            "打印批次": item.run, "文号": notice.number if notice else "", "版式": variant_of(item.variant).name,
            "状态": item.state.value, "经过": "；".join(happened) or "没有记事",
        }  # fmt: skip
