"""库中的程序 (procedures in the database): what takes something from a person stands on a whole case, in its order.

Told, heard, decided by the one whose name the act bears, served; each case carries one adverse act, and a second one
only when it was stayed and resumed. What was decided before these books were kept comes with a 历史 import.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from integrity.rules.procedure_tables import TABLES
from integrity.terms import Procedure, StepEffect


class Refusal(NamedTuple):
    """一条拒绝 (refusal): rows that a table does not take, and what is said then; `looks` are the tables it reads."""

    name: str
    table: str
    looks: frozenset[str]
    when: str
    message: str


HISTORY = "EXISTS (SELECT 1 FROM import_batch b WHERE b.id = NEW.import_id AND b.kind = 'history')"
"""Carried over from before these books were kept: decided elsewhere."""
_LAW, _LAST_UNHEARD, _KNOWN = 20635, 20666, 1_785_513_600_000_000
"""社会救助法 in force 2026-07-01; a decision of June took effect before 2026-08-01, and was known before that too."""
_ENTERED_THEN = (
    f"NEW.recorded_at < {_KNOWN} AND NOT EXISTS (SELECT 1 FROM ledger_head h "
    f"WHERE h.household_id = NEW.household_id AND h.recorded_at >= {_KNOWN})"
)
"""Entered in those days too: a date of then is not enough."""
_OLD_LAW = f"(NEW.happened_on < {_LAW} AND NEW.effective_on < {_LAST_UNHEARD} AND {_ENTERED_THEN})"
_ADVERSE = "('LOWER', 'WITHDRAW', 'STOP')"
_TAKES = f"NEW.act IN {_ADVERSE} AND NOT NEW.void AND NOT {HISTORY} AND NOT {_OLD_LAW}"
_NOBODY_LEFT = "(NEW.act = 'STOP' AND NEW.reason = 'X01' AND NEW.hearing = '')"
_HEARD = "('STATEMENT', 'SILENT', 'WAIVED')"
_NO_WORSE = (
    "EXISTS (SELECT 1 FROM assistance a WHERE a.household_id = NEW.household_id AND a.seq = NEW.corrects "
    "AND a.act = NEW.act AND COALESCE(a.case_no, 0) = COALESCE(NEW.case_no, 0) AND NEW.effective_on >= a.effective_on "
    "AND COALESCE(NEW.amount, 0) >= COALESCE(a.amount, 0) AND COALESCE(NEW.months, 0) >= COALESCE(a.months, 0) "
    "AND NEW.schedule = a.schedule AND NEW.decided_by = a.decided_by)"
)
"""Puts an adverse act right without taking more."""


def _named(*procedures: Procedure) -> str:
    return "(" + ", ".join(f"'{one.name}'" for one in procedures) + ")"


_ACTING = _named(*(one.procedure for one in TABLES.values() if any(row.effect is StepEffect.ACT for row in one.rows)))
"""Procedures that end in an act of assistance."""


def _chain(procedures: str, *codes: str, last: str = "") -> str:
    """Does the case hold these steps, each after the one before? `last` is asked of the step before the last (q)."""
    names = [f"q{no}" for no in range(len(codes))]
    joined = "".join(
        f" JOIN step {name} ON {name}.household_id = q0.household_id AND {name}.case_no = q0.case_no "
        f"AND {name}.procedure = q0.procedure AND {name}.step_no > {former}.step_no AND {name}.step IN {code}"
        for (former, name), code in zip(pairwise(names), codes[1:], strict=True)
    )
    return (
        f"EXISTS (SELECT 1 FROM step q0{joined} WHERE q0.household_id = NEW.household_id AND q0.case_no = NEW.case_no "
        f"AND q0.procedure IN {procedures} AND q0.step IN {codes[0]}{last})"
    )


_DECIDED = _chain(
    _ACTING, "('NOTICE_SERVED')", _HEARD, "('DECIDE')", "('SERVED')", last=" AND q2.recorded_by = NEW.decided_by"
)
_BEFORE = (
    "SELECT 1 FROM assistance a WHERE a.household_id = NEW.household_id AND a.case_no = NEW.case_no "
    f"AND a.act IN {_ADVERSE} AND NOT a.void"
)
_RESUMED = (
    "EXISTS (SELECT 1 FROM step r JOIN notice p ON p.household_id = r.household_id AND p.seq = r.subject_seq "
    "WHERE r.household_id = a.household_id AND r.procedure = 'REMEDY' AND r.step = 'RESUMED' AND r.seq > a.seq "
    "AND substr(p.subject, 1, length('case:' || NEW.case_no || ':')) = 'case:' || NEW.case_no || ':')"
)
"""The decision of this case was stayed, and its execution resumed after the act."""
_LATER = "(n.corrects = m.seq OR (n.no = m.no AND n.seq > m.seq AND NOT n.void))"
_FOUND = (
    "SELECT 1 FROM finding f WHERE f.household_id = NEW.household_id AND f.conduct_seq = NEW.conduct_seq "
    "AND f.state = 'EFFECTIVE' AND NOT f.void"
)
_FINDING = (
    _chain("('DEFAULT')", "('NOTICE_SERVED')", _HEARD, "('DECIDE')", "('SERVED')",
           last=f" AND (q2.recorded_by = NEW.decided_by OR EXISTS ({_FOUND} AND f.decided_by = NEW.decided_by))")
    + f" OR (EXISTS ({_FOUND}) AND "
    + _chain("('OBJECTION')", "('FILED')", "('CHECKED')", "('ANSWERED')", last=" AND q2.recorded_by = NEW.decided_by")
    + ")"
)  # fmt: skip
"""Found in a case of its own, or, once found, upheld by the answer to an objection."""
_CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_SAME_CASE = "SELECT 1 FROM step s WHERE s.household_id = NEW.household_id AND s.case_no = NEW.case_no AND s.step"
ON_CASES: tuple[Refusal, ...] = (
    # stopped as dead without a hearing, although a member is not known to have died or left
    Refusal(
        "guard_assistance_heard", "assistance", frozenset({"member", "ledger_head"}),
        f"{_NOBODY_LEFT} AND NOT {_OLD_LAW} AND NOT NEW.void "
        "AND EXISTS (SELECT 1 FROM member m WHERE m.household_id = NEW.household_id "
        "AND m.presence NOT IN ('DEAD', 'LEFT') "
        f"AND NOT m.void AND NOT EXISTS (SELECT 1 FROM member n WHERE n.household_id = m.household_id AND {_LATER}))",
        "仍有没有登记死亡的成员，未听取意见不能停发（社会救助法第48条）",
    ),
    Refusal(
        "guard_assistance_case", "assistance", frozenset({"step", "import_batch", "ledger_head"}),
        f"{_TAKES} AND NOT {_NOBODY_LEFT} AND NOT {_NO_WORSE} AND NOT {_DECIDED}",
        "减发、渐退、停发须经告知、听取意见、决定和送达（社会救助法第47条、第48条）",
    ),
    Refusal(
        "guard_assistance_once", "assistance", frozenset({"step", "notice", "import_batch", "ledger_head"}),
        f"{_TAKES} AND NEW.case_no IS NOT NULL AND NOT {_NO_WORSE} AND EXISTS ({_BEFORE} AND NOT {_RESUMED})",
        "一个案件只执行一次减发、渐退、停发，停止执行后恢复的除外（社会救助法第47条、第48条）",
    ),
    Refusal(
        "guard_finding_fact", "finding", frozenset({"conduct"}),
        "NOT NEW.void AND NOT EXISTS (SELECT 1 FROM conduct c WHERE c.household_id = NEW.household_id "
        "AND c.seq = NEW.conduct_seq AND NOT c.void)",
        "没有所认定的守信、失信事实",
    ),
    Refusal(
        "guard_finding_case", "finding", frozenset({"step", "conduct", "import_batch", "ledger_head"}),
        f"NEW.state = 'EFFECTIVE' AND NOT NEW.void AND NOT {HISTORY} "
        f"AND NOT (NEW.happened_on < {_LAW} AND {_ENTERED_THEN}) AND EXISTS "
        "(SELECT 1 FROM conduct c WHERE c.household_id = NEW.household_id AND c.seq = NEW.conduct_seq "
        f"AND c.kind = 'DEFAULT') AND NOT ({_FINDING})",
        "失信认定须经事先告知、听取陈述、复核、决定和送达，未送达不生效",
    ),
    Refusal(
        "guard_step_hands", "step", frozenset(),
        f"NEW.step = 'DECIDE' AND NOT NEW.void AND EXISTS ({_SAME_CASE} IN ('FACT', 'REVIEW') "
        "AND s.recorded_by = NEW.recorded_by)",
        "记录、复核的人不能作出决定（民发〔2021〕57号第11条）",
    ),
    Refusal(
        "guard_step_stands", "step", frozenset(), "NEW.void OR NEW.corrects IS NOT NULL",
        "案件的步骤不能作废、不能更正，须另作一步（红线第11条）",
    ),
    Refusal(
        "guard_step_code", "step", frozenset(),
        f"length(NEW.step) = 0 OR trim(NEW.step, '{_CODE_LETTERS}') <> ''",
        "步骤代码只能是大写字母、数字和下划线",
    ),
)  # fmt: skip
"""What only a case can bring about, and that its steps stand as they were taken."""
