"""更正 (corrections): take back an entry that was entered by mistake; it stays readable.

What is right is entered anew. What was decided is taken back by those who may decide it, and by its own procedure
where the law has one.
"""

from __future__ import annotations

from integrity import households
from integrity.errors import NotFound, Refused
from integrity.records.ledger import ENTRIES, Assistance, Decision, Entry, Finding
from integrity.terms import Act
from integrity.work import Work

MATTER = "更正"
_MATTERS: dict[type[Entry], str] = {Assistance: "作出救助决定", Finding: "认定守信失信", Decision: "审核意见"}


def entry(work: Work, household_id: int, seq: int) -> Entry:
    """The entry with a number, of whatever kind. Raises NotFound."""
    for kind in ENTRIES:
        found = work.session.get(kind, (household_id, seq))
        if found is not None:
            return found
    raise NotFound(f"该户没有第 {seq} 条")


def matter_of(wrong: Entry) -> str:
    """事项 (the matter) by which an entry is taken back: what was decided, by who may decide it."""
    return _MATTERS.get(type(wrong), MATTER)


def void(work: Work, household_id: int, seq: int, *, why: str) -> Entry:
    """作废 (take back) an entry that was entered by mistake. Raises NotFound, Refused with the lawful way."""
    wrong = entry(work, household_id, seq)
    if isinstance(wrong, Assistance) and wrong.act is Act.GRANT:
        raise Refused(
            "“确认给予”不能作废：应当停止的，立案按“调整与终止”程序办理退出（chengxin case open）；"
            "导入有误的，撤销那次导入（chengxin import undo）"
        )
    return households.correct(work, household_id, seq, None, kind=type(wrong), why=why)
