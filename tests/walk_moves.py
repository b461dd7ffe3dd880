"""试走的动作 (moves of the walk): the next step of a case, a new case, what happens in a family, what nobody may do.

`choose` draws one of them. A step is first made as a lawful officer would ask for it, then in one case of three spoiled
in one way; the spoiled request says why it must be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from integrity import conduct, households, kinship, postings, rechecks
from integrity.assistance import paid, running
from integrity.case_files import Case
from integrity.cases import Taken, open_case, papers_of, serve_paper, take
from integrity.households import acts, standing
from integrity.postings import Line
from integrity.records.ledger import Finding
from integrity.rules.procedure import START, Row
from integrity.rules.procedure_tables import TABLES
from integrity.terms import (
    Ability,
    Act,
    Cause,
    ConductKind,
    Event,
    FindingState,
    PostingKind,
    Presence,
    Procedure,
    Role,
    ServiceWay,
)
from integrity.work import Work
from tests.papers_office import signer
from tests.walk import Request, Walk
from tests.walk_spoil import Asked, direct, lawful_officers, spoiled
from tests.walk_town import Fact, Home
from tests.walk_words import PROOF, Scene, stated

_RARE = (
    "DROP", "EDUCATE", "NO_PENALTY", "REVOKED", "NOT_ACCEPTED", "NOT_CONFIRMED", "EARLY", "DECLINED", "ENDED",
    "REFUSED", "WITHDRAWN", "TERMINATED",
)  # fmt: skip
_SLOW = ("OBJECTION_SETTLED", "OBJECTED", "INSTALMENTS", "ENTRY_REFUSED", "UNREACHED", "SETTLED", "REMIND")
_SPOILED = 0.33
_OPENED: dict[Procedure, int] = {
    Procedure.DECISION: 16, Procedure.TEKUN: 6, Procedure.APPLICATION: 14, Procedure.DEFAULT: 24, Procedure.FINE: 8,
    Procedure.REFUND: 5, Procedure.OBJECTION: 14, Procedure.REPAIR: 14, Procedure.EXPORT: 8, Procedure.TRUST: 4,
    Procedure.REMEDY: 8, Procedure.WITHDRAWAL: 4, Procedure.RIGHTS: 4,
}  # fmt: skip
"""How often a procedure is begun; 1 where nothing is said."""
_AID = (Procedure.DECISION, Procedure.TEKUN)
_NAMES = (
    Procedure.DEFAULT, Procedure.TRUST, Procedure.FINE, Procedure.OBJECTION, Procedure.REPAIR, Procedure.EXPORT,
    Procedure.REMEDY, Procedure.WITHDRAWAL, Procedure.REFUND,
)  # fmt: skip
"""Procedures that are about an entry: without one they are mostly not asked for."""


def choose(walk: Walk) -> Request | None:
    """The next request; None when a draw comes to nothing."""
    home, draw = walk.rng.choice(walk.homes), walk.rng.random()
    if draw < 0.66:
        return _step(walk, home)
    if draw < 0.84:
        return _opening(walk, home)
    if draw < 0.93:
        return _life(walk, home)
    if draw < 0.96:
        return _shift(walk, home)
    return direct(walk, home)


def _case(walk: Walk, home: Home) -> Case | None:
    """Mostly an open case, the more so the further it has come; now and then one that is closed."""
    cases = home.open() if walk.rng.random() < 0.93 else list(home.cases.values())
    return walk.rng.choices(cases, [len(one.history) ** 2 for one in cases])[0] if cases else None


def _step(walk: Walk, home: Home) -> Request | None:
    case = _case(walk, home)
    if case is None:
        return _opening(walk, home)
    if home.unprinted and walk.rng.random() < 0.4:
        return _print(walk, home)
    rows = [one for one in case.table.rows if case.stage in one.after and one.by]
    if walk.rng.random() < 0.9:
        rows = [one for one in rows if _belongs(one, case)]
    if not rows:
        return None
    row = walk.rng.choices(rows, [_often(one, case) for one in rows])[0]
    if row.code == "POSTED" and walk.rng.random() < 0.5:
        return _post(walk, home, case)
    asked = _asked(walk, home, case, row)
    if walk.rng.random() < _SPOILED:
        asked = spoiled(walk, home, asked)
    return _request(walk, home, asked)


def _often(row: Row, case: Case) -> float:
    """The way to the end is taken more often than the ways out of it, or once more round."""
    if row.code in _RARE or (row.code == "STATEMENT" and case.stage != "NOTICE_SERVED"):
        return 0.3
    return 2 if row.side or row.code in _SLOW else 9


def _belongs(row: Row, case: Case) -> bool:
    """By the plan: a raise is approved, what takes something away is told."""
    if case.procedure not in (Procedure.DECISION, Procedure.TEKUN):
        return True
    return row.code != ("NOTICE" if case.history[0].data.get("outcome") == "增发" else "APPROVE")


def _asked(
    walk: Walk, home: Home, case: Case | None, row: Row, procedure: Procedure | None = None, about: int | None = None
) -> Asked:  # fmt: skip
    of = case.procedure if case is not None else procedure
    assert of is not None
    given = stated(Scene(walk.rng, home, case, row, walk.today, walk.staff, of, about))
    if row.code == "POSTED":
        given["posting"] = walk.posted.get((home.id, case.no if case else 0), "无")
    officers = lawful_officers(walk, home, case, row, of)
    actor = walk.rng.choice(officers or walk.staff).code
    if row.job and walk.rng.random() < 0.1:
        actor = Role.SYSTEM.value
    return Asked(of, case, row, actor, given, walk.today)


def _request(walk: Walk, home: Home, asked: Asked) -> Request:
    """The request as it is put to the use cases; papers are served by their number as often as by their case."""
    name, about = f"{asked.procedure.name}.{asked.step}", f"案{asked.case.no if asked.case else '新'}"
    unprinted = asked.case is not None and _waits(home, asked.case, asked.row)
    must = asked.must or ("the paper is not printed" if unprinted else "")
    if asked.case is None:
        act: Callable[[Work], Any] = partial(_open, home, asked)
    elif asked.case.last(*asked.row.serves.split()) and not asked.must and walk.rng.random() < 0.5:
        act = partial(_serve, home, asked)
    else:
        act = partial(_take, home, asked)
    return Request(home, asked.actor, name, act, must, f"{about} {asked.must}")


def _waits(home: Home, case: Case, row: Row) -> bool:
    codes = row.serves.split()
    step = next((one for one in reversed(case.history) if one.code in codes), None)
    return step is not None and f"case:{case.no}:{step.no}" in home.unprinted


def _open(home: Home, asked: Asked, work: Work) -> Taken:
    return open_case(
        work, home.id, asked.procedure, asked.step, on=asked.on, member_no=asked.member_no,
        subject_seq=asked.subject_seq, **asked.given,
    )  # fmt: skip


def _take(home: Home, asked: Asked, work: Work) -> Taken:
    assert asked.case is not None
    done = take(work, home.id, asked.case.no, asked.step, on=asked.on, **asked.given)
    _remember(home, done, work)
    return done


def _serve(home: Home, asked: Asked, work: Work) -> Any:
    """By the number on the paper, as a clerk with the receipt in hand does."""
    assert asked.case is not None
    step = next(one for one in reversed(asked.case.history) if one.code in asked.row.serves.split())
    papers, given = papers_of(work, asked.case, step.no), asked.given
    done = serve_paper(
        work, papers[0].number, ServiceWay.named(given["way"]), on=asked.on, detail=given.get("detail", ""),
        receiver=signer(work, papers[0], given.get("receiver", "")), evidence=PROOF,
        witnesses=tuple(given.get("witnesses", "").split("、")),
    )  # fmt: skip
    _remember(home, done, work)
    return done


def _remember(home: Home, done: Any, work: Work) -> None:
    """What the walk needs later: decisions that may be contested, records that have ended."""
    step = done.step
    if step.step == "SERVED" and (decided := done.case.last("DECIDE", "APPROVE")) is not None:
        home.decided.append((done.case.no, papers_of(work, done.case, decided.no)[0].seq))
        home.withdrawals = [one.seq for one in acts(work, home.id, work.today) if one.act is Act.WITHDRAW]
    if step.step in ("SERVED", "EXECUTED", "REVOKED", "STAYED", "RESUMED", "CONFIRMED"):
        grant = running(work, home.id, work.today)
        home.scheme, home.amount = (grant.scheme.value if grant else ""), paid(work, home.id, work.today) or 0
    if step.step in ("SERVED", "REVOKED", "DROP", "DECIDE", "EDUCATE", "ANSWERED"):
        steps = standing(work, Finding, home.id, work.today)
        for fact in home.facts:
            mine = [one.state for one in steps if one.conduct_seq == fact.seq]
            fact.effective = FindingState.EFFECTIVE in mine
            fact.ended = bool(mine) and mine[-1] in (
                FindingState.REPAIRED, FindingState.REVOKED, FindingState.WITHDRAWN
            )  # fmt: skip


def _print(walk: Walk, home: Home) -> Request:
    """The papers that lie there are printed, through the desk."""
    subject = sorted(home.unprinted)[0]
    _, case, step = subject.split(":")

    def act(work: Work) -> None:
        walk.waiting = papers_of(work, home.cases[int(case)], int(step))
        home.unprinted.discard(subject)

    return Request(home, walk.clerk(home), "打印", act, about=subject)


def _post(walk: Walk, home: Home, case: Case) -> Request:
    """The list goes up on the village's board."""
    kinds = {"特困人员救助供养": PostingKind.TEKUN_REVIEW}
    kind = PostingKind.TEKUN_END if case.procedure is Procedure.TEKUN else kinds.get(
        str(case.said("scheme")), PostingKind.REVIEW
    )  # fmt: skip
    fen = None if case.said("amount") is not None or case.procedure is Procedure.TEKUN else 120_000

    def act(work: Work) -> None:
        made = postings.post(
            work, kind, home.area, [Line(home.id, case.no, fen=fen)], on=work.today, place="村务公开栏"
        )  # fmt: skip
        walk.posted[home.id, case.no] = made.number

    return Request(home, walk.clerk(home), "公示", act, about=f"案{case.no}")


def _opening(walk: Walk, home: Home) -> Request | None:
    """A new case, about what it must be about."""
    kinds = list(Procedure)
    procedure = walk.rng.choices(kinds, [_OPENED.get(one, 1) for one in kinds])[0]
    row = walk.rng.choice([one for one in TABLES[procedure].rows if START in one.after])
    about = _about(walk, home, procedure)
    if walk.rng.random() < 0.85 and not _sensible(home, procedure, about):
        return None
    asked = _asked(walk, home, None, row, procedure, about.get("subject_seq"))._replace(**about)
    fact = next((one for one in home.facts if one.seq == asked.subject_seq), None)
    uses = procedure in (Procedure.EXPORT, Procedure.OBJECTION, Procedure.REPAIR)
    if uses and (fact is None or fact.ended or not fact.effective):
        asked = asked._replace(must="no record is in force")
    if procedure in (Procedure.DEFAULT, Procedure.FINE, Procedure.REFUND) and fact and fact.member_no in home.dead:
        asked = asked._replace(must="the person is dead")
    if procedure is Procedure.RIGHTS and asked.member_no in home.dead:
        asked = asked._replace(must="the dead ask for nothing themselves")
    if not asked.must and walk.rng.random() < _SPOILED:
        asked = spoiled(walk, home, asked)
    return _request(walk, home, asked)


def _sensible(home: Home, procedure: Procedure, about: dict[str, Any]) -> bool:
    """Is there anything that such a case could be about?"""
    if procedure in _AID:
        tekun, runs = home.scheme == "特困人员救助供养", any(one.procedure in _AID for one in home.open())
        return bool(home.scheme) and not runs and (procedure is Procedure.TEKUN) == tekun
    if procedure is Procedure.APPLICATION:
        return not home.scheme
    return procedure not in _NAMES or "subject_seq" in about


def _about(walk: Walk, home: Home, procedure: Procedure) -> dict[str, Any]:
    """The member or entry that a case is about."""
    facts = [one for one in home.facts if one.default is (procedure is not Procedure.TRUST)]
    if procedure in (Procedure.DEFAULT, Procedure.TRUST, Procedure.FINE, Procedure.REFUND) and facts:
        return {"subject_seq": walk.rng.choice(facts).seq}
    if procedure in (Procedure.EXPORT, Procedure.OBJECTION, Procedure.REPAIR) and facts:
        going = [one for one in facts if one.effective]
        return {"subject_seq": walk.rng.choice(going).seq} if going else {}
    if procedure is Procedure.REMEDY and home.decided:
        return {"subject_seq": walk.rng.choice(home.decided)[1]}
    if procedure in (Procedure.COMMITMENT, Procedure.CHANGE, Procedure.TRANSFER, Procedure.RIGHTS):
        return {"member_no": walk.rng.choice(home.people).no}
    if procedure is Procedure.DECISION and walk.rng.random() < 0.2:
        return {"member_no": walk.rng.choice(home.people).no}
    if procedure is Procedure.WITHDRAWAL and home.withdrawals:
        return {"subject_seq": home.withdrawals[-1]}
    return {}


def _life(walk: Walk, home: Home) -> Request:
    """What happens: a fact, a check, a death, a kinship that is put on record."""
    happens = (_fact, _fact, _fact, _fact, _verified, _reported, _dies, _kin, _moves)
    return walk.rng.choice(happens)(walk, home)


def _fact(walk: Walk, home: Home) -> Request:
    who, default = walk.rng.choice(home.people), walk.rng.random() < 0.75
    on = walk.today - timedelta(days=walk.rng.randint(1, 150))
    item = walk.rng.choice(("F01", "F01", "F04", "F09", "F05") if default else ("S01", "S02"))
    barred = default and (not who.grown(on) or who.no in home.dead)

    def act(work: Work) -> None:
        made = conduct.record(
            work, home.id, member_no=who.no, kind=ConductKind.DEFAULT if default else ConductKind.TRUST, item=item,
            act_on=on, found_on=walk.today, source="定期核查", detail="经查实的情况", evidence=PROOF,
        )  # fmt: skip
        home.facts.append(Fact(made.seq, default, who.no, item, work.actor))

    return Request(
        home, walk.clerk(home), "登记事实", act, "he is no subject of credit" if barred else "", f"成员{who.no}"
    )


def _verified(walk: Walk, home: Home) -> Request:
    income = walk.rng.choice((0, 20_000, 80_000, 250_000))
    act = partial(
        rechecks.verify, household_id=home.id, on=walk.today, source="核对平台", income=income,
        cause=walk.rng.choice(list(Cause)), cause_member=1, self_reported=True, stable=True, property_over=False,
    )  # fmt: skip
    return Request(home, walk.clerk(home), "登记核对", act)


def _reported(walk: Walk, home: Home) -> Request:
    kind = walk.rng.choice((Event.WARNING, Event.COMPLAINT, Event.REPORTED_CHANGE))
    act = partial(
        rechecks.report, household_id=home.id, kind=kind, happened_on=walk.today, reported_on=walk.today, member_no=1
    )  # fmt: skip
    return Request(home, walk.clerk(home), "登记变化", act)


def _dies(walk: Walk, home: Home) -> Request:
    who, ability = walk.rng.choice(home.people), walk.rng.choice(list(Ability))
    dies = walk.rng.random() < 0.07 and who.no not in home.dead

    def act(work: Work) -> None:
        if dies:
            households.change_member(work, home.id, who.no, since=walk.today, presence=Presence.DEAD)
            home.dead.add(who.no)
        else:
            households.change_member(work, home.id, who.no, since=walk.today, ability=ability)

    return Request(home, walk.clerk(home), "登记成员变化", act)


def _moves(walk: Walk, home: Home) -> Request:
    """The family moves to the other township of its county; where there is none, it moves within the village."""
    there = {"370811001001": "370811002001", "370811002001": "370811001001"}.get(home.area, home.area)
    there = there if walk.rng.random() < 0.3 else home.area

    def act(work: Work) -> None:
        households.settle(work, home.id, area=there, address="2号", urban=False, since=work.today)
        home.area = there

    return Request(home, walk.clerk(home), "登记住址", act)


def _kin(walk: Walk, home: Home) -> Request:
    own = walk.rng.choice([one for one in walk.staff if one.covers(home.area)]).code
    ends = bool(home.kin) and walk.rng.random() < 0.5
    other = walk.rng.choice(home.kin) if ends else own
    actor = other if ends and walk.rng.random() < 0.3 else walk.clerk(home)

    def act(work: Work) -> None:
        if ends:
            kinship.end(work, home.id, other, "登记有误")
            home.kin.remove(other)
        else:
            kinship.declare(work, home.id, own, "兄弟")
            home.kin.append(own)

    must = "nobody ends his own kinship" if ends and actor == other else ""
    return Request(home, actor, "近亲属备案", act, must)


class _Shift(NamedTuple):
    code: str
    clock: str
    more: dict[str, Any]


def _shift(walk: Walk, home: Home) -> Request | None:
    """中止、延长 of a clock of an open case."""
    cases = [one for one in home.open() if one.table.clocks]
    if not cases:
        return None
    case, rng = walk.rng.choice(cases), walk.rng
    clock = rng.choice(case.table.clocks)
    one = _drawn(rng, clock.code, walk.today)
    officers = [o for o in walk.staff if o.covers(home.area) and o.role.name in ("REVIEWER", "APPROVER")]
    given = one.more | {"clock": one.clock, "reason": "核实需要", "basis": "任民批〔2026〕3号"}
    longer = one.code == "EXTEND" and clock.code == "hear"
    must = "" if longer or clock.of == "机关" else "that is the person's own time"
    must = "nobody lengthens that clock" if one.code == "EXTEND" and not clock.extendable and not longer else must
    if rng.random() < 0.2:
        given, must = given | {"reason": ""}, "no reason is given"

    def act(work: Work) -> Taken:
        return take(work, home.id, case.no, one.code, on=walk.today, **given)

    actor = rng.choice(officers)
    gone = "" if actor.there(walk.today) else "he is not in office"
    return Request(
        home, actor.code, f"{case.procedure.name}.{one.code}", act, must or gone, f"案{case.no} {clock.code}"
    )


def _drawn(rng: Random, clock: str, on: date) -> _Shift:
    if rng.random() < 0.5:
        return _Shift("EXTEND", clock, {"length": rng.choice(("20个工作日", "60日", "45日"))})
    return _Shift("SUSPEND", clock, {"since": on, "until": on + timedelta(days=rng.randint(0, 20))})
