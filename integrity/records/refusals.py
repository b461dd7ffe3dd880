"""库中的红线 (red lines in the database): rows that no statement can put in, whoever writes it, on both engines.

Each `when` speaks of NEW, the row that is put in, in words that SQLite and PostgreSQL both know: days are epoch days,
moments microseconds, terms their stored names. The numbers are those of `rules.redlines`, which names every refusal.
Who may not follow whom in a case is read from the tables of the procedures themselves.
"""

from __future__ import annotations

from integrity.rules.procedure_tables import TABLES
from integrity.terms import PostingKind, Procedure, Role

from .refusal_cases import HISTORY, Refusal

_NOBODY = f"('', '{Role.SYSTEM.value}')"
_CREDIT = ", ".join(
    f"'{one.name}'"
    for one in Procedure
    if one not in (Procedure.APPLICATION, Procedure.DECISION, Procedure.TEKUN, Procedure.WITHDRAWAL, Procedure.CHANGE,
                   Procedure.RECHECK, Procedure.REMEDY)
)  # fmt: skip
"""Procedures that never touch assistance."""
_POSTINGS = ", ".join(f"'{one.name}'" for one in PostingKind)
_STEPS = "SELECT 1 FROM step s WHERE s.household_id = NEW.household_id AND s.case_no = NEW.case_no AND s.step"
_HERE = f"NOT NEW.void AND NOT {HISTORY}"
"""Entered as decided here; only what a 历史 import carried over was not."""
_BATCH = frozenset({"import_batch"})
_MINOR = 6574
"""The fewest days that eighteen years can have: whoever is younger is a minor whatever the calendar."""


def _last(table: str, row: str, same: str, also: str = "") -> str:
    """No later or correcting row of the same thing stands: `row` is the one in force."""
    return (
        f"NOT {row}.void AND NOT EXISTS (SELECT 1 FROM {table} z WHERE z.household_id = {row}.household_id "
        f"AND (z.corrects = {row}.seq OR (z.{same} = {row}.{same} AND NOT z.void AND z.seq > {row}.seq{also})))"
    )


_PRESENT = "SELECT count(*) FROM member m WHERE m.household_id = NEW.household_id AND m.presence = 'PRESENT' AND "
_MEMBER = "SELECT 1 FROM member m WHERE m.household_id = NEW.household_id AND m.no"
_DEFAULTER = (
    "SELECT c.member_no FROM conduct c WHERE c.household_id = NEW.household_id AND c.seq = NEW.conduct_seq "
    "AND c.kind = 'DEFAULT'"
)
_STOOD = (
    "SELECT 1 FROM finding f WHERE f.household_id = NEW.household_id AND f.conduct_seq = NEW.conduct_seq "
    "AND f.state = 'EFFECTIVE' AND NOT f.void AND f.document <> '' AND f.document = NEW.document "
    "AND f.effective_on = NEW.effective_on "
    "AND NOT EXISTS (SELECT 1 FROM finding z WHERE z.household_id = f.household_id AND z.corrects = f.seq)"
)
"""Found in the person's lifetime by the same document: an objection that does not hold leaves it as it was."""
_ENDED = "SELECT 1 FROM finding f WHERE f.household_id = NEW.household_id AND f.conduct_seq"


def _apart() -> str:
    """Who took an earlier step of the case does not take one that the procedure keeps apart from it."""
    pairs = [
        f"(NEW.procedure = '{table.procedure.name}' AND NEW.step = '{row.code}' AND s.step IN "
        f"({', '.join(repr(code) for code in row.apart)}))"
        for table in TABLES.values()
        for row in table.rows
        if row.apart
    ]
    return (
        "EXISTS (SELECT 1 FROM step s WHERE s.household_id = NEW.household_id AND s.case_no = NEW.case_no "
        f"AND s.recorded_by = NEW.recorded_by AND ({' OR '.join(pairs)}))"
    )


def _kin(table: str, who: str, also: str = "") -> Refusal:
    """近亲属: nothing of a household is done by an officer on record as its relative."""
    return Refusal(
        f"guard_{table}_kin", table, frozenset({"kinship", "import_batch"}),
        f"{_HERE}{also} AND EXISTS (SELECT 1 FROM kinship k WHERE k.household_id = NEW.household_id "
        f"AND k.officer = NEW.{who} AND NOT k.ended AND NOT EXISTS (SELECT 1 FROM kinship l WHERE "
        "l.household_id = k.household_id AND l.officer = k.officer AND l.id > k.id))",
        "办理人与该户有近亲属关系，应当回避（民发〔2021〕57号第11条；红线第19条）",
    )  # fmt: skip


_PAID = (
    "SELECT a.amount FROM assistance a WHERE a.household_id = NEW.household_id AND a.amount IS NOT NULL AND NOT a.void "
    "AND NOT EXISTS (SELECT 1 FROM assistance z WHERE z.household_id = a.household_id AND z.corrects = a.seq) "
    "ORDER BY a.effective_on DESC, a.seq DESC LIMIT 1"
)
"""What is paid by the last act that set an amount."""
_RUNNING = (
    "SELECT a.act FROM assistance a WHERE a.household_id = NEW.household_id AND a.act IN ('GRANT', 'STOP', 'REVIVE') "
    "AND NOT a.void AND NOT EXISTS (SELECT 1 FROM assistance z WHERE z.household_id = a.household_id "
    "AND z.corrects = a.seq) ORDER BY a.happened_on DESC, a.seq DESC LIMIT 1"
)
"""STOP when nothing runs any more; nothing where nothing was ever granted."""
_UNDOING = "EXISTS (SELECT 1 FROM import_batch u WHERE u.id = a.import_id AND u.state = 'undoing')"
"""The import that granted it is being undone: the household itself goes."""
_ON_ASSISTANCE = (
    Refusal(
        "guard_assistance_named", "assistance", frozenset(), f"NOT NEW.void AND trim(NEW.decided_by) IN {_NOBODY}",
        "救助决定须由具名的人作出（社会救助法第48条；个人信息保护法第24条；红线第1条）",
    ),
    Refusal(
        "guard_assistance_procedure", "assistance", frozenset({"step"}),
        f"NEW.case_no IS NOT NULL AND EXISTS ({_STEPS} <> '' AND s.procedure IN ({_CREDIT}))",
        "信用、追缴、处罚程序不产生救助决定（社会救助法第70条、第73条；红线第2条、第3条、第18条）",
    ),
    Refusal(
        "guard_assistance_setoff", "assistance", _BATCH,
        f"{_HERE} AND NEW.corrects IS NULL AND ((NEW.act IN ('RAISE', 'AMEND', 'REVIVE') AND NEW.amount < ({_PAID})) "
        f"OR (NEW.act IN ('RAISE', 'AMEND') AND NEW.amount IS NULL AND ({_PAID}) IS NOT NULL))",
        "金额低于现在的金额，应按减发办理，不得以变更、增发抵扣（社会救助法第48条、第73条；红线第3条）",
    ),
    Refusal(
        "guard_assistance_regrant", "assistance", _BATCH,
        f"{_HERE} AND NEW.corrects IS NULL AND NEW.act = 'GRANT' AND ({_RUNNING}) <> 'STOP'",
        "正在享受救助，不得另行确认来抵扣（社会救助法第48条、第73条；红线第3条）",
    ),
    Refusal(
        "guard_assistance_corrected", "assistance", _BATCH,
        f"NEW.corrects IS NOT NULL AND NOT {HISTORY} AND NOT EXISTS (SELECT 1 FROM assistance a "
        "WHERE a.household_id = NEW.household_id AND a.seq = NEW.corrects AND a.act = NEW.act AND (a.act IN ('LOWER', "
        f"'WITHDRAW', 'STOP') OR {_UNDOING} OR (NOT NEW.void AND NEW.scheme = a.scheme "
        "AND NEW.effective_on <= a.effective_on AND COALESCE(NEW.amount, 0) >= COALESCE(a.amount, 0))))",
        "更正不得减少救助，减少的应按减发、停发办理（社会救助法第48条、第73条；红线第3条）",
    ),
    Refusal(
        "guard_assistance_others", "assistance", frozenset({"member", "import_batch"}),
        f"{_HERE} AND NEW.act = 'STOP' AND NEW.reason IN ('X08', 'X09', 'X13') "
        f"AND ({_PRESENT}{_last('member', 'm', 'no')}) > 1",
        "因本人行为的理由只减少本人的份额，不得停发其他成员的救助（民发〔2021〕57号第34条；红线第4条）",
    ),
)  # fmt: skip
_ON_CREDIT = (
    Refusal(
        "guard_decision_named", "decision", frozenset(), f"NOT NEW.void AND trim(NEW.decided_by) IN {_NOBODY}",
        "审核意见须由具名的人作出（个人信息保护法第24条；红线第1条）",
    ),
    Refusal(
        "guard_conduct_grown", "conduct", frozenset({"member"}),
        f"NEW.kind = 'DEFAULT' AND NOT NEW.void AND (NOT EXISTS ({_MEMBER} = NEW.member_no AND NOT m.void) "
        f"OR EXISTS ({_MEMBER} = NEW.member_no "
        f"AND NEW.happened_on - m.born_on < {_MINOR} AND {_last('member', 'm', 'no')}) OR EXISTS ({_MEMBER} = "
        "NEW.member_no AND m.capacity <> 'FULL' AND m.happened_on <= NEW.happened_on AND "
        f"{_last('member', 'm', 'no', ' AND z.happened_on <= NEW.happened_on')}))",
        "未成年人和非完全民事行为能力人不作失信记录（山东省社会信用条例第2条；红线第5条）",
    ),
    Refusal(
        "guard_finding_alive", "finding", frozenset({"conduct", "member", "import_batch"}),
        f"{_HERE} AND (NEW.state = 'PROPOSED' OR (NEW.state = 'EFFECTIVE' AND NOT EXISTS ({_STOOD}))) "
        f"AND EXISTS ({_MEMBER} IN ({_DEFAULTER}) "
        f"AND m.presence = 'DEAD' AND {_last('member', 'm', 'no')})",
        "当事人已经死亡，不作失信认定（行政处罚法第4条；红线第5条）",
    ),
    Refusal(
        "guard_finding_ended", "finding", frozenset(),
        f"NOT NEW.void AND NEW.state IN ('PROPOSED', 'EFFECTIVE', 'CONTESTED') AND EXISTS ({_ENDED} = NEW.conduct_seq "
        "AND f.state IN ('WITHDRAWN', 'REVOKED', 'REPAIRED') AND NOT f.void AND f.seq <> COALESCE(NEW.corrects, 0) "
        "AND NOT EXISTS (SELECT 1 FROM finding z WHERE z.household_id = f.household_id AND z.corrects = f.seq))",
        "不予认定、撤销、修复之后的记录不再使用（国家发展改革委令第36号；红线第10条）",
    ),
)  # fmt: skip
_ON_STEPS = (
    Refusal(
        "guard_step_export", "step", frozenset({"finding"}),
        "NEW.procedure = 'EXPORT' AND NOT NEW.void AND NEW.step IN ('PREPARED', 'APPROVED', 'SENT') AND (NOT EXISTS ("
        f"{_ENDED} = NEW.subject_seq AND f.state = 'EFFECTIVE' AND f.document <> '' "
        f"AND {_last('finding', 'f', 'conduct_seq')}) OR (NEW.step = 'SENT' AND NOT EXISTS ({_STEPS} = 'APPROVED')))",
        "没有生效的认定文书（或者正在异议），没有批准，不得报送（国办发〔2020〕49号；红线第8条）",
    ),
    Refusal(
        "guard_step_consent", "step", frozenset(),
        "NEW.procedure = 'AUTHORITY' AND NEW.step = 'QUERIED' AND NOT NEW.void "
        f"AND (NOT EXISTS ({_STEPS} = 'SIGNED') OR EXISTS ({_STEPS} = 'WITHDRAWN'))",
        "没有本人的授权，不能查询（社会救助法第41条；红线第12条）",
    ),
    Refusal(
        "guard_step_silent", "step", frozenset(),
        "NEW.step = 'SILENT' AND NOT NEW.void "
        f"AND NOT EXISTS ({_STEPS} = 'NOTICE_SERVED' AND s.happened_on < NEW.happened_on)",
        "告知书没有送达，不能登记逾期没有提出（社会救助法第48条；红线第17条）",
    ),
    Refusal(
        "guard_step_apart", "step", frozenset(), f"NOT NEW.void AND {_apart()}",
        "办理过前面步骤的人不能再办理这一步（民发〔2021〕57号第11条；红线第19条）",
    ),
)  # fmt: skip
_ON_PAPERS = (
    Refusal(
        "guard_notice_complete", "notice", frozenset(),
        "NOT NEW.void AND (trim(NEW.number) = '' OR trim(NEW.organ) = '' OR length(NEW.data_sha256) <> 64)",
        "没有文号、机关或者内容的文书不能登记（社会救助法第48条；红线第15条）",
    ),
    Refusal(
        "guard_notice_back", "notice", _BATCH,
        f"{_HERE} AND NEW.happened_on < (NEW.recorded_at / 1000000 + 28800) / 86400",
        "文书不得倒签，日期应为登记当天（社会救助法第70条；红线第16条）",
    ),
    Refusal(
        "guard_posting_kind", "posting", frozenset(), f"NEW.kind NOT IN ({_POSTINGS})",
        "没有这种公示；失信信息不公示（山东省社会信用条例第20条；红线第6条）",
    ),
    Refusal(
        "guard_posting_computed", "posting", frozenset(), "trim(NEW.computed) = ''",
        "公示须写明期限如何计算（民发〔2021〕57号第19条；红线第14条）",
    ),
    Refusal(
        "guard_posting_line_credit", "posting_line", frozenset({"step"}),
        f"NEW.case_no IS NOT NULL AND EXISTS ({_STEPS} <> '' AND s.procedure IN ({_CREDIT}))",
        "信用、追缴、处罚程序不公示（山东省社会信用条例第20条；红线第6条）",
    ),
)  # fmt: skip
RED_LINES: tuple[Refusal, ...] = (
    *_ON_ASSISTANCE, *_ON_CREDIT, *_ON_STEPS, *_ON_PAPERS,
    _kin("step", "recorded_by"), _kin("finding", "decided_by"), _kin("assistance", "decided_by"),
)  # fmt: skip
"""What the red lines keep out of the database."""
