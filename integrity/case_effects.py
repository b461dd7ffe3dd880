"""步骤的效力 (effects of steps): what a step enters in the ledger besides itself, in the same piece of work.

`before` writes what the step is about (an opinion, a promise, a check); `after` what follows from it once it stands:
an act of assistance only after its decision was served, a finding likewise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmodel import select

from integrity import assistance, case_acts, commitments, conduct, reassessment, rechecks, recommendations
from integrity.case_ends import end_papers
from integrity.case_files import Case, cases_of, text_of
from integrity.case_known import conduct_of
from integrity.errors import NotFound, Refused
from integrity.households import standing
from integrity.letters_texts import wording
from integrity.records.ledger import Decision, Finding, Notice
from integrity.rules.procedure import Facts, Row
from integrity.rules.procedure_reasons import OWN_ACTS
from integrity.rules.redline_steps import ONE_NAMED
from integrity.terms import (
    Event,
    ExitReason,
    FindingState,
    Outcome,
    Procedure,
    RecheckResult,
    Scheme,
    SignedBy,
    StepEffect,
    Verdict,
)
from integrity.work import Work

Given = dict[str, Any]
_EVENTS = {
    "DEATH": Event.DEATH, "MOVED": Event.REGISTER_MOVED, "PRISON": Event.REPORTED_CHANGE,
    "MISSING_PERSON": Event.REPORTED_CHANGE, "OTHER": Event.REPORTED_CHANGE,
}  # fmt: skip


_TAKING = (Procedure.DECISION, Procedure.TEKUN)
"""Procedures by which assistance is cut or ended."""


def before(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int | None:
    """Write what the step is about; its number in the ledger. May add to `given` what the program worked out."""
    effect = _BEFORE.get(row.effect) if row.effect else None
    if case.procedure in _TAKING and row.code in ("OPEN", "DECIDE", "APPROVE"):
        case_acts.not_too_early(work, case, f.on, given)
    if case.procedure in _TAKING and row.code in ("OPEN", "DECIDE", "APPROVE", "EXECUTED"):
        case_acts.from_a_first(given)
    if effect is not None:
        return effect(work, case, row, f, given)
    if case.procedure is Procedure.CHANGE and row.code in ("CHECKED", "SETTLED"):
        case_acts.overpaid(work, case, f.on, given)
    if case.procedure is Procedure.COMMITMENT and row.code == "OFFICE_SIGNED":
        return _office_promise(work, case, f)
    return None


def after(work: Work, case: Case, row: Row, f: Facts, given: Given) -> str:
    """Let the step have its effect, now that it stands; why it could not, "" when it could."""
    effect = _AFTER.get(row.effect) if row.effect else None
    told = (effect(work, case, row, f, given) or "") if effect is not None else ""
    end_papers(work, case, row, f, given)
    return told


def _opinion(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int:
    """审核意见: an answer to the standing recommendation, or an officer's own opinion where there is none."""
    for other in cases_of(work, case.household_id):
        if other.procedure in (Procedure.DECISION, Procedure.TEKUN) and not other.closed:
            raise Refused(f"该户的第 {other.no} 号案件（{other.procedure.value}）还没有办结，请先办结或者撤回")
    if assistance.running(work, case.household_id, f.on) is None:
        raise Refused("该户没有正在享受的救助，不能提出增发、减发、渐退、终止（社会救助法第47条）")
    outcome = Outcome.named(str(given["outcome"]))
    if outcome is Outcome.WITHDRAW:
        assistance.may_withdraw(work, case.household_id, int(given.get("months") or 0), f.on)
    code = ExitReason.named(str(given["reason_code"])) if given.get("reason_code") else None
    terms: dict[str, Any] = {name: given.get(name) for name in ("amount", "months")}
    schedule = tuple(given.get("schedule") or ())
    why = _why(f, given)
    stands = recommendations.standing_of(work, case.household_id)
    recommendations.fits(outcome, terms["amount"], terms["months"], schedule)
    if stands is None or f.known.get("own_opinion"):
        entry = Decision(
            happened_on=f.on, area="", recommended_on=f.on, verdict=Verdict.CHANGED, outcome=outcome,
            reason_code=code or ExitReason.NONE, schedule=",".join(map(str, schedule)), reason=why,
            decided_by=work.actor, **terms,
        )  # fmt: skip
        entry.area = case_acts.area_of(work, case, f.on)
        entry = work.append(case.household_id, entry)
    else:
        same = recommendations.agrees(stands, outcome, **terms)
        entry = recommendations.decide(
            work, case.household_id, Verdict.ACCEPTED if same else Verdict.CHANGED, reason=why,
            outcome=outcome, reason_code=code, schedule=schedule, **terms,
        )  # fmt: skip
    _reason_holds(case, outcome, entry.reason_code)
    if entry.reason_code is not ExitReason.NONE:
        given["reason_code"] = entry.reason_code.value
    if stands is not None and given.get("amount") is None and outcome in (Outcome.RAISE, Outcome.LOWER):
        same = tuple(Outcome)[stands.outcome] is outcome
        settled = same and stands.amount_min == stands.amount_max
        given["amount"] = stands.amount_min if settled else None  # what the notice will say binds the decision
    return entry.seq


def _why(f: Facts, given: Given) -> str:
    """理由, with the reason for a 渐退 whose conditions the rules find not to hold: the family reads both."""
    reason, exception = str(given["reason"]), str(given.get("exception") or "")
    if not exception or not f.known.get("against_withdrawal"):
        return reason
    return f"{reason.rstrip('。；; ')}；仍给予渐退的理由：{exception}"


def _reason_holds(case: Case, outcome: Outcome, code: ExitReason) -> None:
    """原因: there is one for an end; one that lies in a person's own act, taken over too, needs that person named."""
    if code in OWN_ACTS and outcome.adverse and case.member_no is None:
        raise Refused(f"{ONE_NAMED.missing}（{ONE_NAMED.law}）")
    if outcome is Outcome.EXIT and code is ExitReason.NONE:
        raise Refused("终止须写明原因代码（如 收入超过标准），请在意见中填写")


def _commit(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int:
    """诚信承诺: signed by the member or his guardian, or refused; nothing follows from a refusal."""
    refused = row.effect is StepEffect.REFUSE_COMMIT
    text, explained = wording("commitment", f.on), case.last("EXPLAINED")
    if case.member_no is None or explained is None:
        raise Refused("请写明由哪一位成员承诺（成员序号，命令为 --member）")
    entry = commitments.sign(
        work, case.household_id, member_no=case.member_no, on=f.on, occasion=str(explained.data.get("occasion")),
        signed_by=SignedBy.REFUSED if refused else SignedBy.named(str(given["signed_by"])), explained_by=explained.by,
        text_version=text.version, text_sha256=text.sha256, guardian_no=given.get("guardian_no"), evidence=f.evidence,
    )  # fmt: skip
    return entry.seq


def _office_promise(work: Work, case: Case, f: Facts) -> int:
    """经办人承诺: the version of the office's own text, beside the promise that it answers."""
    signed = case.last("SIGNED")
    assert signed is not None
    assert case.member_no is not None
    version = wording("promise_office", f.on).version
    return commitments.office_signed(work, case.household_id, case.member_no, signed_on=signed.on, version=version).seq


def _check(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int:
    """核查结论, by the two who were there."""
    visited = case.last("VISITED")
    if visited is None:
        raise Refused("还没有入户")
    pair = (str(visited.data["visitor_1"]), str(visited.data["visitor_2"]))
    result = RecheckResult.named(str(given["result"]))
    return rechecks.complete(work, case.household_id, result, on=f.on, visitors=pair, note="").seq


def _report(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int:
    """变化: what reached the office, so that the rules see it from now on."""
    if case.member_no is None and row.code != "OTHER":
        raise Refused("请写明是哪一位成员（成员序号，命令为 --member）")
    return rechecks.report(
        work, case.household_id, _EVENTS[row.code], happened_on=given["happened_on"], reported_on=given["reported_on"],
        member_no=case.member_no, detail="", evidence=f.evidence,
    ).seq  # fmt: skip


def _undo(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int | None:
    """撤销决定: the old grant lives again, and what was not paid meanwhile is listed month by month."""
    return case_acts.undo(work, case, f, given)


def _propose(work: Work, case: Case, row: Row, f: Facts, given: Given) -> int:
    if conduct_of(work, case) is None:
        raise NotFound("请写明认定的是哪一条守信、失信事实（条目号，见 chengxin show；命令为 --subject）")
    return _find(work, case, f, FindingState.PROPOSED, work.actor)


def _find(work: Work, case: Case, f: Facts, state: FindingState, by: str, **more: Any) -> int:
    """One more state of the finding that this case is about."""
    assert case.subject_seq is not None
    found = conduct.find(
        work, case.household_id, case.subject_seq, state, on=f.on, decided_by=by, case_no=case.no, **more
    )  # fmt: skip
    return found.seq


def _not_found(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    _find(work, case, f, FindingState.WITHDRAWN, work.actor)


def _effective(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    """认定生效: a default from proven service on, a finding of trust from its decision on."""
    decided, reviewed = case.last("DECIDE"), case.last("REVIEW")
    assert decided is not None
    assert reviewed is not None
    paper = _paper(work, case, decided.no)
    _find(
        work, case, f, FindingState.EFFECTIVE, decided.by, document=paper.number, document_on=paper.happened_on,
        effective_on=given.get("served_on") or f.on, reviewed_by=reviewed.by,
    )  # fmt: skip


def _paper(work: Work, case: Case, step_no: int) -> Notice:
    query = select(Notice).where(Notice.household_id == case.household_id, Notice.subject == text_of(case, step_no))
    return sorted(work.session.exec(query), key=lambda one: one.seq)[0]


def _contest(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    _find(work, case, f, FindingState.CONTESTED, work.actor)


def _uphold(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    """异议的处理: the finding stands again, or it is revoked, also where it is to be put right."""
    checked = case.last("CHECKED")
    assert checked is not None
    if given["result"] in ("撤销", "更正"):  # what was wrong in it does not come back; a new fact needs a new case
        _find(work, case, f, FindingState.REVOKED, work.actor, reviewed_by=checked.by)
    else:
        _again(work, case, f, checked.by, work.actor)


def _again(work: Work, case: Case, f: Facts, reviewed_by: str, decided_by: str) -> None:
    """The finding as its document says, effective once more."""
    steps = [one for one in standing(work, Finding, case.household_id, f.on) if one.conduct_seq == case.subject_seq]
    last = next(one for one in reversed(steps) if one.state is FindingState.EFFECTIVE)
    _find(
        work, case, f, FindingState.EFFECTIVE, decided_by, document=last.document, document_on=last.document_on,
        effective_on=last.effective_on, reviewed_by=reviewed_by,
    )  # fmt: skip


def _revoke(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    """撤销认定: all its effects end; before service there was none."""
    steps = [one for one in standing(work, Finding, case.household_id, f.on) if one.conduct_seq == case.subject_seq]
    now = steps[-1].state if steps else None
    state = FindingState.WITHDRAWN if now is FindingState.PROPOSED else FindingState.REVOKED
    _find(work, case, f, state, work.actor)


def _repair(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    if given["granted"] == "准予修复":
        _find(work, case, f, FindingState.REPAIRED, work.actor)


def _grant(work: Work, case: Case, row: Row, f: Facts, given: Given) -> None:
    """确认给予: from the month that the region names."""
    received = case.last("RECEIVED")
    assert received is not None
    scheme = Scheme.named(str(received.data["scheme"]))
    assistance.grant(
        work, case.household_id, scheme, decided_on=f.on, effective_on=case_acts.pay_from(work, case, f.on),
        decided_by=work.actor, amount=given.get("amount"), document=_paper(work, case, len(case.history)).number,
        case_no=case.no,
    )  # fmt: skip
    reassessment.begin(work, (case.household_id,))


Effect = Callable[[Work, Case, Row, Facts, Given], int | None]
_BEFORE: dict[StepEffect, Effect] = {
    StepEffect.OPINION: _opinion, StepEffect.COMMIT: _commit, StepEffect.REFUSE_COMMIT: _commit,
    StepEffect.CHECK: _check, StepEffect.REPORT: _report, StepEffect.UNDO_ACT: _undo, StepEffect.PROPOSE: _propose,
}  # fmt: skip
_AFTER: dict[StepEffect, Callable[[Work, Case, Row, Facts, Given], str | None]] = {
    StepEffect.ACT: case_acts.act, StepEffect.FIND: _effective, StepEffect.NOT_FIND: _not_found,
    StepEffect.CONTEST: _contest, StepEffect.UPHOLD: _uphold, StepEffect.REVOKE: _revoke, StepEffect.REPAIR: _repair,
    StepEffect.GRANT: _grant, StepEffect.STAY: case_acts.stay, StepEffect.RESUME: case_acts.resume,
    StepEffect.QUASHED: case_acts.quashed,
}  # fmt: skip
