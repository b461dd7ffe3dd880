"""收入与财产的变化 (means): work taken and refused, pensions, lean years, property, and a wrong figure typed in.

The income that the office knows changes with the check, not with the event.
"""

from __future__ import annotations

from integrity.demo.diary import Diary, Story
from integrity.demo.findings import record_default, record_trust
from integrity.demo.life import adjust, found, stop
from integrity.demo.people import Figure
from integrity.rules.facts import age
from integrity.terms import Ability, Act, Cause, Event, ExitReason, Presence, RecheckResult, Scheme

_YUAN = 100
_PENSION_AGE = 60
_REFUSALS = 3


def able(diary: Diary) -> list[Figure]:
    """Adults who can work, at least partly."""
    return [one for one in diary.family.grown(diary.today) if one.ability is not Ability.UNABLE]


def job(diary: Diary) -> None:
    """就业: most families say so, some late, some not at all; the check follows, then the decision."""
    figures = able(diary)
    if not figures:
        return
    figure, happened, chance = diary.rng.choice(figures), diary.today, diary.rng.random()
    wage = diary.rng.randint(1200, 4500) * _YUAN

    def learned(d: Diary) -> None:
        if figure.presence is not Presence.PRESENT:
            return
        told = chance < 0.85
        kind = Event.REPORTED_CHANGE if told else Event.WARNING
        d.reported(kind, happened=happened, figure=figure, detail="就业" if told else "社保参保信息比对")
        if told and figure.grown(happened):
            record_trust(d, figure, "S05" if chance < 0.3 else "S01", happened)
        elif not told:
            record_default(d, figure, "F01", happened)
        d.later(4, 22, checked)

    def checked(d: Diary) -> None:
        if d.aid.running and not d.aid.withdrawing:
            d.income += wage
            found(d, Cause.EMPLOYMENT, figure=figure, told=chance < 0.85)

    late = chance > 0.6
    diary.later(95, 210, learned) if late else diary.later(2, 28, learned)


def _more_income(cause: Cause, least: int, most: int, detail: str) -> Story:
    """A story of another source of income."""

    def told(diary: Diary) -> None:
        figures = diary.family.grown(diary.today)
        if cause is Cause.PENSION:
            figures = [one for one in figures if age(one.born, diary.today) >= _PENSION_AGE]
        if not figures:
            return
        figure, happened = diary.rng.choice(figures), diary.today
        more, self_told = diary.rng.randint(least, most) * _YUAN, diary.rng.random() < 0.5

        def learned(d: Diary) -> None:
            kind = Event.REPORTED_CHANGE if self_told else Event.WARNING
            d.reported(kind, happened=happened, figure=figure, detail=detail)
            d.later(3, 20, checked)

        def checked(d: Diary) -> None:
            if d.aid.running and not d.aid.withdrawing:
                d.income += more
                found(d, cause, figure=figure, told=self_told)

        diary.later(5, 60, learned)

    return told


_pension = _more_income(Cause.PENSION, 180, 2400, "开始领取养老金")
support = _more_income(Cause.SUPPORT, 100, 900, "赡养费增加")


def pension(diary: Diary) -> None:
    """养老金: where somebody is old enough for it; another support of the family where nobody is."""
    old = any(age(one.born, diary.today) >= _PENSION_AGE for one in diary.family.grown(diary.today))
    (_pension if old else support)(diary)


mystery = _more_income(Cause.UNKNOWN, 300, 2600, "账户流水增加，来源不明")


def less_income(diary: Diary) -> None:
    """收入减少: reported, checked, raised."""
    happened = diary.today

    def learned(d: Diary) -> None:
        d.reported(Event.REPORTED_CHANGE, happened=happened, detail="收入减少")
        d.later(3, 18, checked)

    def checked(d: Diary) -> None:
        d.income = d.income * d.rng.randint(40, 88) // 100
        found(d, Cause.FARMING, told=True)

    diary.later(2, 20, learned)


def mistake(diary: Diary) -> None:
    """登记错误: an income typed with one digit too many, put right some days later (容错)."""
    income, day = diary.income, diary.today
    wrong = diary.verified(Cause.NONE, income=income * 10 + 30_000, detail="录入")

    def right(d: Diary) -> None:
        entry = d.verified(Cause.NONE, income=income, detail="更正录入错误")
        entry.happened_on = day
        d.steps[-1] = d.steps[-1]._replace(after=wrong, link="corrects")

    diary.later(3, 12, right)


def wealth(diary: Diary) -> None:
    """财产预警: a comparison shows a vehicle or a shop; the check says whether it counts."""
    diary.reported(Event.WARNING, detail=diary.rng.choice(("车辆登记信息", "工商登记信息", "不动产登记信息")))
    over = diary.rng.random() < 0.45

    def checked(d: Diary) -> None:
        if d.aid.running:
            d.verified(Cause.NONE, property_over=over, detail="财产核查")
            d.checked(RecheckResult.CHANGED if over else RecheckResult.UNCHANGED)
            if over:
                d.later(14, 45, lambda e: stop(e, ExitReason.X05))

    diary.later(6, 35, checked)


def refusals(diary: Diary) -> None:
    """拒绝就业: once, twice or three times; after the third only his own share may be touched (57号 34)."""
    figures = able(diary)
    if not figures:
        return
    figure, times = figures[0], diary.rng.choice((1, 2, 3, 3))
    count = times

    def refused(d: Diary) -> None:
        nonlocal count
        d.reported(Event.JOB_REFUSED, figure=figure, detail="无正当理由拒绝公益岗位")
        count -= 1
        if count:
            d.later(14, 40, refused)
        elif d.rng.random() < 0.5:
            d.later(10, 60, lambda e: e.reported(Event.JOB_ACCEPTED, figure=figure))
        elif times == _REFUSALS:
            d.later(20, 50, _own_share(figure))

    refused(diary)


def _own_share(figure: Figure) -> Story:
    """减发本人份额: his share only, until he takes a job; then the household gets the whole again."""

    def lowered(diary: Diary) -> None:
        aid = diary.aid
        if not aid.running or aid.withdrawing or aid.scheme is not Scheme.DIBAO or not aid.persons:
            return
        aid.amount -= aid.amount // aid.persons
        diary.decided(Act.LOWER, amount=aid.amount, income=aid.income, persons=aid.persons, reason=ExitReason.X09)
        diary.later(30, 120, accepted)

    def accepted(diary: Diary) -> None:
        diary.reported(Event.JOB_ACCEPTED, figure=figure, detail="接受公益岗位")
        diary.later(5, 20, restored)

    def restored(diary: Diary) -> None:
        if diary.aid.running and not diary.aid.withdrawing and diary.income <= diary.line:
            adjust(diary)

    return lowered
