"""不合法的请求 (spoiled requests): a lawful request made unlawful in one way, each with why it must be refused.

What is said here of the law is said again, on purpose: only the order of steps is taken from the table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from integrity import assistance, conduct, households, kinship
from integrity.case_files import Case
from integrity.cases import open_case, take
from integrity.households import standing
from integrity.records.ledger import Assistance, Entry, Finding, Notice, Printing, Service, Step
from integrity.rules.identity import make_id
from integrity.rules.procedure import Row
from integrity.terms import Act, ConductKind, ExitReason, FindingState, Procedure, Role
from integrity.work import Work
from tests.walk import Request, Walk
from tests.walk_town import Home, Staff
from tests.walk_words import Scene, stated

_MONEY = (Procedure.DECISION, Procedure.TEKUN, Procedure.REFUND, Procedure.FINE)
_SET_OFF = "从以后各月救助金中抵扣"


class Asked(NamedTuple):
    """拟办的一步 (a step that is asked for), and why it must be refused; "" where the rules are to say."""

    procedure: Procedure
    case: Case | None
    row: Row
    actor: str
    given: dict[str, Any]
    on: date
    must: str = ""
    member_no: int | None = None
    subject_seq: int | None = None
    name: str = ""

    @property
    def step(self) -> str:
        """What it is called in the request."""
        return self.name or self.row.code


def lawful_officers(walk: Walk, home: Home, case: Case | None, row: Row, procedure: Procedure) -> list[Staff]:
    """Who could take the step: in office, of the place, with the role and the level, no relative, other hands."""
    before = set() if case is None else {one.by for one in case.history if one.code in row.apart}
    if row.apart and case is not None:
        before |= {one.by for one in home.facts if one.seq == case.subject_seq}
    return [
        one for one in walk.staff
        if one.there(walk.today) and one.covers(home.area) and one.role in row.by and one.code not in before
        and one.code not in home.kin and (one.county or not _above(home, row))
    ]  # fmt: skip


def _above(home: Home, row: Row) -> bool:
    """Is the step above a township of this province?"""
    return row.organ == "county" or (row.organ == "deciding" and not home.delegated)


Spoil = Callable[[Walk, Home, Asked], Asked | None]


def spoiled(walk: Walk, home: Home, asked: Asked) -> Asked:
    """Spoiled in one way that is possible here."""
    ways = list(_WAYS)
    walk.rng.shuffle(ways)
    return next(made for way in ways if (made := way(walk, home, asked)) is not None)


def _one(walk: Walk, fitting: list[Staff]) -> str | None:
    return walk.rng.choice(fitting).code if fitting else None


def _order(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.case is None:
        return None
    stage, table = asked.case.stage, asked.case.table
    rows = [one for one in table.rows if stage not in one.after]
    row = walk.rng.choice(rows)
    given = stated(Scene(walk.rng, home, asked.case, row, walk.today, walk.staff, asked.procedure))
    actor = _one(walk, lawful_officers(walk, home, asked.case, row, asked.procedure)) or asked.actor
    return asked._replace(row=row, given=given, actor=actor, must=f"{row.code} does not follow {stage}")


def _role(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    code = _one(walk, [one for one in walk.staff if one.covers(home.area) and one.role not in asked.row.by])
    return asked._replace(actor=code, must="that is not his role") if code else None


def _job(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.row.job:
        return None
    return asked._replace(actor=Role.SYSTEM.value, must="only a person may do that")


def _same_hands(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.case is None:
        return None
    codes = [one.by for one in asked.case.history if one.code in asked.row.apart]
    return asked._replace(actor=walk.rng.choice(codes), must="he took a step before") if codes else None


def _relative(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    return asked._replace(actor=walk.rng.choice(home.kin), must="he is a relative") if home.kin else None


def _stranger(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    gone = [one.code for one in walk.staff if not one.there(walk.today) or not one.covers(home.area)]
    return asked._replace(actor=walk.rng.choice([*gone, "zz99"]), must="he is not in office there")


def _township(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if not _above(home, asked.row):
        return None
    code = _one(walk, [one for one in walk.staff if not one.county and one.role in asked.row.by])
    return asked._replace(actor=code, must="only the county decides") if code else None


def _future(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    return asked._replace(on=walk.today + timedelta(days=walk.rng.randint(1, 40)), must="the day has not come")


def _back(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.case is not None:
        on = asked.case.history[-1].on - timedelta(days=walk.rng.randint(1, 9))
        return asked._replace(on=on, must="it is dated back")
    if asked.row.papers:
        return asked._replace(on=walk.today - timedelta(days=1), must="a paper is dated back")
    return None


def _unsaid(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    told = asked.case.history[0].data if asked.case is not None and asked.row.code in ("DECIDE", "APPROVE") else {}
    # what a decision does not say is what the person was told
    asks = [one.name for one in asked.row.asks if not one.optional]
    wanted = [name for name in asks if name == "reason" or not told.get(name)]
    if not wanted:
        return None
    name = walk.rng.choice(wanted)
    return asked._replace(given=asked.given | {name: walk.rng.choice(("", None))}, must=f"{name} is not stated")


def _unknown(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    wanted = [one.name for one in asked.row.asks if one.kind == "choice" and asked.given.get(one.name)]
    if not wanted:
        return None
    name = walk.rng.choice(wanted)
    return asked._replace(given=asked.given | {name: "别的"}, must=f"{name} is no such choice")


def _heavier(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.row.code != "DECIDE" or asked.case is None:
        return None
    told = asked.case.history[0].data
    if asked.procedure is Procedure.DECISION and told.get("outcome") == "减发":
        more: dict[str, Any] = walk.rng.choice(({"outcome": "退出"}, {"amount": int(told["amount"]) - 1}))
    elif asked.procedure is Procedure.DECISION and told.get("outcome") == "渐退":
        more = walk.rng.choice(({"outcome": "退出"}, {"months": 2}, {"schedule": (100, 80, 49)}))
    elif asked.procedure in (Procedure.REFUND, Procedure.FINE):
        more = {"amount": int(told["amount"]) + 1}
    elif asked.procedure is Procedure.DEFAULT and told.get("level") in ("轻微", "一般"):
        more = {"level": "严重"}
    else:
        return None
    return asked._replace(given=asked.given | more, must="it is heavier than what was told")


def _set_off(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.procedure not in _MONEY or asked.row.code not in ("OPEN", "DECIDE", "APPROVE"):
        return None
    return asked._replace(given=asked.given | {"reason": _SET_OFF}, must="nothing is set off")


def _record(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.procedure is not Procedure.DECISION or asked.row.code not in ("OPEN", "DECIDE", "APPROVE"):
        return None
    reason = walk.rng.choice(("有失信记录", "诚信积分低于60分", "没有签署承诺书"))
    return asked._replace(given=asked.given | {"reason": reason}, must="a record is no reason")


def _numbered(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    texts = [one.name for one in asked.row.asks if one.kind == "text" and asked.given.get(one.name)]
    if not texts or (asked.case is None and asked.row.effect):
        return None
    number = make_id("370811", date(1970, 3, 4), 77)
    name = walk.rng.choice(texts)
    return asked._replace(given=asked.given | {name: f"本人证件{number}"}, must="an identity number stands open")


def _named(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if asked.case is None:
        return None
    return asked._replace(name=walk.rng.choice(("抵扣", "从低保金中扣除", "没有这一步")), must="there is no such step")


def _left(walk: Walk, home: Home, asked: Asked) -> Asked | None:
    if not asked.row.serves:
        return None
    return asked._replace(
        given=asked.given | {"way": "留置送达", "witnesses": "周明"}, must="one witness is not enough"
    )


_WAYS: tuple[Spoil, ...] = (
    _order, _order, _role, _job, _same_hands, _same_hands, _relative, _stranger, _township, _township, _future, _back,
    _unsaid, _unknown, _heavier, _heavier, _set_off, _record, _numbered, _named, _left,
)  # fmt: skip


def direct(walk: Walk, home: Home) -> Request:
    """What no step is: money taken, a record made, a kinship ended, past the procedures."""
    name, act = walk.rng.choice(tuple(_DIRECT.items()))
    officer = walk.rng.choice([one for one in walk.staff if one.role is Role.APPROVER and one.covers(home.area)])
    return Request(home, officer.code, name, lambda work: act(work, home), "it goes past the procedure")


def _stop(work: Work, home: Home) -> None:
    assistance.stop(
        work, home.id, ExitReason.X04, decided_on=work.today, effective_on=work.today, decided_by=work.actor,
        hearing="听取意见笔录3号",
    )  # fmt: skip


def _lower(work: Work, home: Home) -> None:
    assistance.adjust(
        work, home.id, Act.LOWER, amount=1, decided_on=work.today, effective_on=work.today, decided_by=work.actor,
        hearing="听取意见笔录3号",
    )  # fmt: skip


def _amend(work: Work, home: Home) -> None:
    assistance.adjust(
        work, home.id, Act.AMEND, amount=1, decided_on=work.today, effective_on=work.today, decided_by=work.actor
    )


def _find(work: Work, home: Home) -> None:
    fact = next((one for one in home.facts if one.default), None)
    conduct.find(
        work, home.id, fact.seq if fact else 999, FindingState.EFFECTIVE, on=work.today, decided_by=work.actor,
        reviewed_by="r10", document="任民信〔2026〕1号", document_on=work.today, effective_on=work.today,
    )  # fmt: skip


def _later(work: Work, home: Home) -> None:
    conduct.record(
        work, home.id, member_no=1, kind=ConductKind.TRUST, item="S01", act_on=work.today + timedelta(days=2),
        found_on=work.today + timedelta(days=2), source="定期核查",
    )  # fmt: skip


def _nowhere(work: Work, home: Home) -> None:
    take(work, home.id, 999, "作出决定", reason="经核实", outcome="退出")


def _twice(work: Work, home: Home) -> None:
    for _ in range(2):
        open_case(
            work, home.id, Procedure.DECISION, outcome="退出", reason="经核实收入超过标准",
            reason_code=ExitReason.X04.value,
        )  # fmt: skip


def _own(work: Work, home: Home) -> None:
    kinship.declare(work, home.id, work.actor, "姐妹")
    kinship.end(work, home.id, work.actor, "登记有误")


_BOUND: tuple[type[Entry], ...] = (Step, Finding, Assistance, Service, Printing)


def _void(work: Work, home: Home) -> None:
    """What a case has entered is voided, or written over, as if it were a mistake: no way past the procedure."""
    bound = [one for kind in _BOUND for one in standing(work, kind, home.id, work.today) if _of_case(work, one)]
    if not bound:
        take(work, home.id, 999, "撤销决定", reason="录错")
    wrong = Random(f"{home.id} {work.today} {len(bound)}").choice(bound)
    kind = type(wrong)
    right = kind(**{name: getattr(wrong, name) for name in kind.model_fields if name != "import_id"})
    households.correct(
        work, home.id, wrong.seq, right if len(bound) % 3 == 0 else None, kind=kind, why="录错"
    )  # fmt: skip


def _of_case(work: Work, one: Entry) -> bool:
    """Does it bear the number of a case, or prove the service or printing of a case's paper?"""
    if isinstance(one, Service | Printing):
        return work.session.get_one(Notice, (one.household_id, one.notice_seq)).subject.startswith("case:")
    return getattr(one, "case_no", None) is not None


_DIRECT: dict[str, Callable[[Work, Home], None]] = {
    "直接停发": _stop, "直接减发": _lower, "以变更减少": _amend, "直接认定": _find, "预先登记": _later,
    "没有的案件": _nowhere, "两件并行": _twice, "自行解除回避": _own, "作废案件条目": _void,
}  # fmt: skip
