"""救助的常态 (ordinary course): promise, confirmation and grant, rechecks, and what follows from a change of income.

The officers of the demo act as the rules recommend: the difference to the standard to the fen, a change from five
percent on, 渐退 after employment. They take their time, so that some matters stand open on the last day.
"""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

from integrity.demo.diary import TEKUN_PERCENT, Diary
from integrity.demo.people import Figure
from integrity.demo.places import address
from integrity.records.ledger import Commitment
from integrity.rules.workdays import add_months
from integrity.terms import Ability, Act, Cause, ExitReason, Presence, RecheckResult, Scheme, SignedBy

TEXT_VERSION = "F02-示范"
_TEXT_SHA256 = sha256(TEXT_VERSION.encode()).hexdigest()
_CLEAR_CHANGE = 20
"""A change of one part in twenty of the former income counts as clear."""
_SCHEDULE = (100, 100, 80, 80, 60, 60)
_PER_HEAD = {Scheme.DIBAO: (3, 92), Scheme.TEKUN: (0, 35), Scheme.EDGE: (108, 190), Scheme.RIGID: (150, 260)}
"""Income a head as percent of the standard, from and to, by scheme."""
_EDGE_MULTIPLE = 2
"""低保边缘标准 of 济宁 as multiple of the standard since 2022-07-06."""


def begin(diary: Diary) -> None:
    """申请到确认: register, promise, check, confirm and grant; the first recheck is planned."""
    family, confirmed = diary.family, diary.family.confirmed
    diary.today = min(diary.some_day(-24, -12), confirmed)
    diary.income = _first_income(diary)
    diary.stable = not any(f.ability is not Ability.UNABLE for f in family.figures) or diary.rng.random() < 0.35
    for figure in family.figures:
        diary.state(figure)
    for figure in family.figures:
        promise(diary, figure, "申请")
    diary.today = diary.some_day(4, 9)
    diary.verified(Cause.NONE)
    diary.today = confirmed
    diary.checked(RecheckResult.CONFIRMED)
    grant(diary, family.scheme)
    plan_recheck(diary)


def _first_income(diary: Diary) -> int:
    """Income of the household at the application, fen a month; whole yuan in three cases of four."""
    least, most = _PER_HEAD[diary.family.scheme]
    income = diary.line * diary.rng.randint(least, most) // 100 + diary.rng.randrange(100)
    return income if diary.rng.random() < 0.25 else income // 100 * 100


def grant(diary: Diary, scheme: Scheme) -> None:
    """确认给予 from the next month on; only 低保 and 特困 are paid."""
    diary.aid.scheme, diary.aid.running = scheme, True
    diary.aid.income, diary.aid.persons = diary.income, diary.family.persons
    diary.aid.amount = entitled(diary)
    diary.decided(Act.GRANT, amount=diary.aid.amount, income=diary.income, persons=diary.family.persons)
    if scheme is Scheme.RIGID:
        diary.on(add_months(diary.today, 12), lambda d: d.later(0, 40, _expired))


def entitled(diary: Diary) -> int:
    """应发金额, fen a month: the difference for 低保, the flat amount for 特困, nothing for the other schemes."""
    if diary.aid.scheme is Scheme.DIBAO:
        return diary.line - diary.income
    return diary.line * TEKUN_PERCENT // 100 if diary.aid.scheme is Scheme.TEKUN else 0


def promise(diary: Diary, figure: Figure, occasion: str) -> None:
    """诚信承诺书 of one member: the guardian signs for who cannot; a few refuse; who has no guardian is left out."""
    by, guardian = SignedBy.GUARDIAN, figure.guardian_no
    if figure.grown(diary.today):
        chance = diary.rng.random()
        by = SignedBy.REFUSED if chance < 0.012 else SignedBy.FINGERPRINT if chance < 0.3 else SignedBy.SIGNATURE
        guardian = None
    elif guardian is None:
        return
    diary.tell(
        Commitment(
            happened_on=diary.today, occasion=occasion, text_version=TEXT_VERSION, text_sha256=_TEXT_SHA256,
            office_text_version="F03-示范", member_no=figure.no, signed_by=by, guardian_no=guardian,
            explained_by=diary.rng.choice(diary.staff.handlers),
        )
    )  # fmt: skip


def plan_recheck(diary: Diary) -> None:
    """Plan the next 定期核查: within the cycle as a rule, late now and then."""
    able = any(f.ability is not Ability.UNABLE and f.presence is Presence.PRESENT for f in diary.family.figures)
    short = diary.aid.scheme is not Scheme.TEKUN and (able or not diary.stable)
    due = add_months(diary.today, 6 if short else 12)
    shift = -diary.rng.randint(0, 24) if diary.rng.random() < 0.92 else diary.rng.randint(1, 40)
    _visit_on(diary, due + timedelta(days=shift))


def _visit_on(diary: Diary, day: date) -> None:
    """The next visit is on this day; one planned before is off."""
    diary.next_visit = day
    diary.on(day, recheck)


def recheck(diary: Diary) -> None:
    """定期核查: mostly nothing has changed; sometimes nobody is met, or the income has moved."""
    if not diary.aid.running or diary.today != diary.next_visit:
        return
    chance = diary.rng.random()
    if chance < 0.02:
        diary.checked(RecheckResult.UNREACHED, "家中无人，另约时间")
        _visit_on(diary, diary.some_day(12, 30))
        return
    if chance < 0.07 and not diary.aid.withdrawing:
        diary.income = max(0, diary.income * diary.rng.randint(80, 125) // 100)
        cause = diary.rng.choice((Cause.FARMING, Cause.TRANSFER, Cause.SUPPORT))
        found(diary, cause)
    elif chance < 0.25:
        diary.income = diary.income * diary.rng.randint(985, 1015) // 1000
        found(diary, Cause.TRANSFER)
    else:
        found(diary, Cause.NONE, verify=diary.rng.random() < 0.6)
    if diary.rng.random() < 0.3:
        for figure in diary.family.grown(diary.today)[:1]:
            promise(diary, figure, "定期核查")
    plan_recheck(diary)


def found(
    diary: Diary, cause: Cause, *, figure: Figure | None = None, told: bool | None = None, verify: bool = True
) -> None:
    """Write down what a check found, and let what follows from a clear change follow some weeks later."""
    if verify:
        diary.verified(cause, figure=figure, told=told)
    clear = moved(diary)
    diary.checked(RecheckResult.CHANGED if clear else RecheckResult.UNCHANGED)
    if clear:
        diary.later(15, 45, lambda d: settle(d, cause))


def moved(diary: Diary) -> bool:
    """明显变化: another number of persons, or income changed by five percent of the former."""
    aid = diary.aid
    if aid.scheme is Scheme.EDGE:
        return diary.income > _EDGE_MULTIPLE * diary.line or diary.income <= diary.line
    changed = abs(diary.income - aid.income)
    return diary.family.persons != aid.persons or changed * _CLEAR_CHANGE >= max(aid.income, 1)


def settle(diary: Diary, cause: Cause, reason: ExitReason = ExitReason.NONE) -> None:
    """The decision after a clear change: another amount, 渐退, the end, or another scheme."""
    aid = diary.aid
    if not aid.running or aid.withdrawing or not moved(diary):
        return
    if diary.family.persons == 0:
        stop(diary, ExitReason.X01)
    elif aid.scheme is Scheme.EDGE:
        _settle_edge(diary)
    elif aid.scheme is Scheme.DIBAO and diary.income > diary.line:
        withdraw(diary) if cause is Cause.EMPLOYMENT else stop(diary, ExitReason.X04)
    elif aid.scheme is Scheme.DIBAO or (aid.scheme is Scheme.TEKUN and diary.family.persons != aid.persons):
        adjust(diary, reason)


def _settle_edge(diary: Diary) -> None:
    """低保边缘: above the multiple it ends, below the standard the family is taken into 低保."""
    if diary.income > diary.line:
        stop(diary, ExitReason.X04)
    else:
        stop(diary, ExitReason.X16)
        grant(diary, Scheme.DIBAO)


def adjust(diary: Diary, reason: ExitReason = ExitReason.NONE) -> None:
    """增发、减发、变更: the difference anew."""
    aid, amount = diary.aid, entitled(diary)
    act = Act.RAISE if amount > aid.amount else Act.LOWER if amount < aid.amount else Act.AMEND
    aid.amount, aid.income, aid.persons = amount, diary.income, diary.family.persons
    why = reason if act is Act.LOWER else ExitReason.NONE
    diary.decided(act, amount=amount, income=aid.income, persons=aid.persons, reason=why)


def withdraw(diary: Diary) -> None:
    """渐退 for three to six months; a check in its last month, then the end."""
    months = diary.rng.choice((3, 4, 6, 6, 6))
    start = diary.next_month()
    diary.aid.withdrawing = True
    diary.decided(Act.WITHDRAW, months=months, schedule=",".join(map(str, _SCHEDULE[:months])), effective=start)
    diary.on(add_months(start, months - 1), lambda d: d.later(2, 12, _last_month))


def _last_month(diary: Diary) -> None:
    """The check before the end of a 渐退, and the decision that ends it; one in eight comes late."""
    if not diary.aid.running:
        return
    found(diary, Cause.EMPLOYMENT)
    late = diary.rng.random() < 0.12
    diary.later(25, 60, _ended) if late else diary.later(4, 14, _ended)


def _ended(diary: Diary) -> None:
    stop(diary, ExitReason.X18)


def _expired(diary: Diary) -> None:
    stop(diary, ExitReason.X19)


def stop(diary: Diary, reason: ExitReason) -> None:
    """停发 from the next month on."""
    if not diary.aid.running:
        return
    diary.decided(Act.STOP, reason=reason)
    diary.aid.running = diary.aid.withdrawing = False


def move(diary: Diary) -> None:
    """迁居 to another village of the county: a new place, the old one stays on record."""
    village = diary.chart.neighbour(diary.rng, diary.area)
    diary.area = village.code
    diary.reside(address(diary.rng, village, diary.family.urban))
