"""家庭成员的变化 (kin): death, marriage, prison, birth, coming of age, another village.

A member who is lost counts until the office learns of it; the check and the decision follow weeks later.
"""

from __future__ import annotations

from datetime import date, timedelta

from integrity.demo.diary import Diary, Story
from integrity.demo.findings import record_default
from integrity.demo.life import found, settle
from integrity.demo.means import able
from integrity.demo.people import Figure, add
from integrity.rules.facts import ADULT, age
from integrity.rules.workdays import add_months
from integrity.terms import Ability, Cause, Event, ExitReason, Presence, RecheckResult, Relation, Sex

_MOST_MEMBERS = 6


def death(diary: Diary) -> None:
    """死亡: reported within weeks as a rule, found by comparison months later sometimes; then checked and settled."""
    figures = [one for one in diary.family.figures if one.presence is Presence.PRESENT]
    figure = min(diary.rng.sample(figures, min(2, len(figures))), key=lambda one: one.born)
    rest = [one for one in diary.family.grown(diary.today) if one is not figure]
    if not rest and len(figures) > 1:
        return
    happened, hidden = diary.today, diary.rng.random() < 0.12

    def learned(d: Diary) -> None:
        if figure.presence is not Presence.PRESENT:
            return
        d.reported(Event.DEATH, happened=happened, figure=figure, detail="殡葬信息比对" if hidden else "家属报告")
        d.member_gone(figure, Presence.DEAD, happened)
        if hidden and rest and d.aid.running:
            record_default(d, rest[0], "F03", happened + timedelta(days=30))
        d.later(4, 50, _after_loss(ExitReason.X01))

    diary.later(80, 200, learned) if hidden else diary.later(2, 35, learned)


def _after_loss(reason: ExitReason) -> Story:
    """The check after a member was lost, and the decision; his income is gone with him."""

    def told(diary: Diary) -> None:
        if not diary.aid.running:
            return
        left = diary.family.persons
        diary.income = diary.income * left // (left + 1)
        if left:
            diary.verified(Cause.TRANSFER, told=True)
        diary.checked(RecheckResult.CHANGED)
        diary.later(6, 40, lambda d: settle(d, Cause.TRANSFER, reason))

    return told


def leaving(diary: Diary) -> None:
    """婚嫁、服刑: a member no longer counts."""
    figures = [one for one in diary.family.figures if one.relation is Relation.CHILD and one.grown(diary.today)]
    prison = not figures or diary.rng.random() < 0.1
    if prison:
        figures = [one for one in able(diary) if one.relation is not Relation.HEAD]
    if not figures or len(diary.family.grown(diary.today)) < 2:
        return
    figure, happened = figures[0], diary.today
    presence = Presence.PRISON if prison else Presence.LEFT

    def learned(d: Diary) -> None:
        if figure.presence is Presence.PRESENT:
            d.reported(Event.REPORTED_CHANGE, happened=happened, figure=figure, detail=presence.value)
            d.member_gone(figure, presence, happened)
            d.later(4, 30, _after_loss(ExitReason.X03 if prison else ExitReason.NONE))

    diary.later(5, 120, learned)


def birth(diary: Diary) -> None:
    """出生: one more person to count from the day on which it is reported."""
    if len(diary.family.figures) > _MOST_MEMBERS or not any(_fertile(one, diary.today) for one in diary.family.figures):
        return
    child = add(diary.rng, diary.family, Relation.CHILD, -1, diary.today)
    child.presence = Presence.LEFT  # not counted before the office learns of it

    def learned(d: Diary) -> None:
        if not d.aid.running or d.aid.withdrawing:
            return
        d.enrol(child)
        child.presence = Presence.PRESENT
        child.guardian_no = next((one.no for one in d.family.grown(d.today)), None)
        happened = max(child.born, d.family.confirmed)
        d.reported(Event.REPORTED_CHANGE, happened=happened, figure=child, detail="家庭新增成员")
        d.state(child, happened)
        d.later(5, 30, lambda e: found(e, Cause.NONE, told=True) if e.aid.running else None)

    diary.on(max(diary.today, child.born + timedelta(days=9)), learned)


def _fertile(figure: Figure, on: date) -> bool:
    return figure.sex is Sex.FEMALE and figure.presence is Presence.PRESENT and 22 <= age(figure.born, on) <= 40


def eighteen(figure: Figure) -> date:
    """The day on which he comes of age."""
    return add_months(figure.born, 12 * ADULT)


def grow_up(figure: Figure) -> Story:
    """成年: in school or at work; of some nobody has written it down yet."""

    def told(diary: Diary) -> None:
        if figure.presence is not Presence.PRESENT or diary.rng.random() < 0.25:
            return
        figure.guardian_no = None
        figure.schooling = diary.rng.random() < 0.5
        figure.ability = Ability.UNABLE if figure.schooling else Ability.ABLE
        diary.later(3, 40, lambda d: figure.presence is Presence.PRESENT and d.state(figure, eighteen(figure)))

    return told
