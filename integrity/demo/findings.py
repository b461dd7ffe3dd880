"""认定的经过 (course of a finding): a fact, the proposal, the document, objection and repair, each an entry of its own.

Minors and persons without full capacity are never asked about here: only adults of full capacity have records of
default, as of the day of the act. Recorder, reviewer and decider are three persons.
"""

from __future__ import annotations

from datetime import date, timedelta

from integrity.demo.diary import Diary
from integrity.demo.people import Figure
from integrity.records.ledger import Conduct, Finding
from integrity.terms import ConductKind, FindingState

_CATALOGUE_SINCE = date(2026, 7, 1)
"""First day of the items of the proposed catalogue: earlier acts are facts without weight."""
_SOURCES = ("家庭报告", "数据比对", "入户调查", "群众反映")
_OLD_DAYS = 40


def item_day(since: date, until: date) -> date:
    """From which day on facts are worth recording: since the items exist, if the demo lasts that long."""
    return max(since, _CATALOGUE_SINCE) if until > _CATALOGUE_SINCE + timedelta(days=_OLD_DAYS) else since


def record_trust(diary: Diary, figure: Figure, item: str, act_on: date) -> None:
    """守信事实 and its finding."""
    fact = _fact(diary, figure, ConductKind.TRUST, item, act_on)
    diary.later(5, 25, lambda d: _effective(d, fact))


def record_default(diary: Diary, figure: Figure, item: str, act_on: date) -> None:
    """失信事实 and the course of its finding; nothing for who was a minor or not of full capacity on the day."""
    if not figure.grown(act_on):
        return
    fact = _fact(diary, figure, ConductKind.DEFAULT, item, min(act_on, diary.today))

    def proposed(d: Diary) -> None:
        _find(d, fact, FindingState.PROPOSED, "拟认定，已告知陈述申辩权利")
        if d.rng.random() < 0.18:
            d.later(10, 30, lambda e: _find(e, fact, FindingState.WITHDRAWN, "情节轻微并已改正，不予认定"))
        else:
            d.later(12, 35, lambda e: _decided(e, fact))

    diary.later(3, 15, proposed)


def _fact(diary: Diary, figure: Figure, kind: ConductKind, item: str, act_on: date) -> Conduct:
    fact = Conduct(
        happened_on=act_on, member_no=figure.no, kind=kind, item=item, act_end=act_on, found_on=diary.today,
        source=diary.rng.choice(_SOURCES),
    )  # fmt: skip
    return diary.tell(fact)


def _find(diary: Diary, fact: Conduct, state: FindingState, reason: str) -> Finding:
    """A state without effect."""
    finding = Finding(
        happened_on=diary.today, conduct_seq=0, state=state, reason=reason, decided_by=diary.staff.approver
    )
    return diary.tell(finding, after=fact, link="conduct_seq")


def _effective(diary: Diary, fact: Conduct) -> None:
    """认定生效: by a document, reviewed by a third person, after service."""
    document_on = max(diary.today - timedelta(days=diary.rng.randint(3, 8)), fact.found_on)
    kind = "守" if fact.kind is ConductKind.TRUST else "失"
    finding = Finding(
        happened_on=diary.today, conduct_seq=0, state=FindingState.EFFECTIVE,
        document=f"示范{kind}〔{document_on.year}〕{diary.family.k % 999_999 + 1}号", document_on=document_on,
        effective_on=diary.today, reviewed_by=diary.staff.reviewer, decided_by=diary.staff.approver,
    )  # fmt: skip
    diary.tell(finding, after=fact, link="conduct_seq")


def _decided(diary: Diary, fact: Conduct) -> None:
    """After the decision: some object, some repair later."""
    _effective(diary, fact)
    chance = diary.rng.random()
    if chance < 0.2:
        diary.later(5, 30, lambda d: _contested(d, fact))
    elif chance < 0.45:
        diary.later(95, 200, lambda d: _find(d, fact, FindingState.REPAIRED, "已纠正并履行义务，准予修复"))


def _contested(diary: Diary, fact: Conduct) -> None:
    """异议: upheld or not within days."""
    _find(diary, fact, FindingState.CONTESTED, "本人提出异议")
    if diary.rng.random() < 0.4:
        diary.later(3, 12, lambda d: _find(d, fact, FindingState.REVOKED, "异议成立，撤销认定"))
    else:
        diary.later(3, 12, lambda d: _effective(d, fact))
