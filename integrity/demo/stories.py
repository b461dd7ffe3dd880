"""变故 (stories): what may befall a household of the demo between its confirmation and the last day.

Each story is an act of a diary and plans what follows from it. A story that finds the household outside assistance,
or nobody whom it could befall, does nothing.
"""

from __future__ import annotations

from datetime import timedelta

from integrity.demo.diary import Diary, Story
from integrity.demo.findings import item_day, record_default, record_trust
from integrity.demo.kin import birth, death, eighteen, grow_up, leaving
from integrity.demo.life import found, move, plan_recheck, stop
from integrity.demo.means import job, less_income, mistake, mystery, pension, refusals, support, wealth
from integrity.records.ledger import Change
from integrity.rules.facts import ADULT, age
from integrity.terms import Act, Cause, Event, ExitReason, Scheme

_RECENT_DAYS = 100
_DEFAULTS = ("F01", "F02", "F04", "F06", "F07", "F08", "F09", "F09")
_RECENT_SHARE = 0.4
_HOW_MANY = (0.42, 0.42, 0.16)


def plan(diary: Diary) -> None:
    """Choose the stories of a household and the days on which they begin; many begin near the end."""
    table = _STORIES[diary.family.scheme]
    first = diary.family.confirmed + timedelta(days=35)
    count = diary.rng.choices((0, 1, 2), _HOW_MANY)[0]
    for story in diary.rng.choices([one for one, _ in table], [weight for _, weight in table], k=count):
        recent = diary.rng.random() < _RECENT_SHARE
        since = max(first, diary.until - timedelta(days=_RECENT_DAYS)) if recent else first
        since = item_day(since, diary.until) if story in _CREDIT else since
        if since < diary.until:
            diary.on(since + timedelta(days=diary.rng.randrange((diary.until - since).days)), _running(story))
    for figure in diary.family.figures:
        if age(figure.born, diary.family.confirmed) < ADULT:
            diary.on(eighteen(figure), grow_up(figure))


def _running(story: Story) -> Story:
    """The story, if the household is on assistance and not on its way out."""

    def told(diary: Diary) -> None:
        if diary.aid.running and not diary.aid.withdrawing and diary.family.persons:
            story(diary)

    return told


def complaint(diary: Diary) -> None:
    """投诉举报: checked within a month; a few were written down for the wrong household and taken back."""
    first = diary.reported(Event.COMPLAINT, detail=diary.rng.choice(("反映有车", "反映有经商收入", "反映长期在外")))
    if diary.rng.random() < 0.15:
        diary.later(3, 9, lambda d: _take_back(d, first))
    else:
        diary.later(5, 32, lambda d: found(d, Cause.NONE) if d.aid.running else None)


def _take_back(diary: Diary, wrong: Change) -> None:
    """更正: the same entry again, void."""
    same = {name: getattr(wrong, name) for name in ("happened_on", "kind", "reported_on", "member_no", "detail")}
    diary.tell(Change(**same, void=True), after=wrong, link="corrects")


def farewell(diary: Diary) -> None:
    """自愿退出: said by the family, decided some weeks later; a fact of trust."""
    diary.reported(Event.VOLUNTARY_EXIT, detail="子女已有稳定收入，自愿退出")
    for figure in diary.family.grown(diary.today)[:1]:
        record_trust(diary, figure, "S02", diary.today)
    diary.later(12, 35, lambda d: stop(d, ExitReason.X15))


def stopped_by_mistake(diary: Diary) -> None:
    """误停与恢复: stopped for income, revived after reconsideration; the old grant lives again."""
    if diary.aid.scheme is not Scheme.DIBAO:
        return
    stop(diary, ExitReason.X04)

    def revive(d: Diary) -> None:
        d.decided(Act.REVIVE)
        d.aid.running = True
        plan_recheck(d)

    diary.later(35, 75, revive)


def selfcare(diary: Diary) -> None:
    """生活自理能力变化: reassessed within ten working days."""
    diary.reported(Event.SELFCARE_CHANGED, figure=diary.family.figures[0], detail="生活不能自理")
    diary.later(3, 13, lambda d: found(d, Cause.NONE, verify=False) if d.aid.running else None)


def regained(diary: Diary) -> None:
    """恢复劳动能力 (特困 24(2))."""
    diary.reported(Event.ABILITY_REGAINED, figure=diary.family.figures[0], detail="劳动能力鉴定")
    diary.later(20, 50, lambda d: stop(d, ExitReason.X14))


def trust(diary: Diary) -> None:
    """守信事实: told a change, helped with a check, kept the promise."""
    for figure in diary.family.grown(diary.today)[:1]:
        record_trust(diary, figure, diary.rng.choice(("S01", "S03", "S04", "S05")), diary.today)


def default(diary: Diary) -> None:
    """失信事实 of an adult of full capacity; the finding takes its course."""
    for figure in diary.family.grown(diary.today)[:1]:
        record_default(diary, figure, diary.rng.choice(_DEFAULTS), diary.today)


def uncooperative(diary: Diary) -> None:
    """拒不配合、不如实申报: an open question for a named person."""
    if diary.today > diary.until - timedelta(days=_RECENT_DAYS):
        kind = diary.rng.choice((Event.CHECK_REFUSED, Event.UNTRUE_REPORT, Event.FRAUD_FOUND))
        diary.reported(kind, figure=next(iter(diary.family.grown(diary.today)), None), detail="入户记录")


_CREDIT = (trust, default)
_STORIES: dict[Scheme, tuple[tuple[Story, int], ...]] = {
    Scheme.DIBAO: (
        (job, 30), (pension, 10), (support, 5), (mystery, 3), (less_income, 8), (death, 9), (leaving, 8), (birth, 4),
        (move, 5), (complaint, 7), (mistake, 6), (wealth, 5), (refusals, 5), (farewell, 3), (stopped_by_mistake, 2),
        (trust, 7), (default, 7), (uncooperative, 3),
    ),
    Scheme.TEKUN: (
        (death, 12), (selfcare, 25), (regained, 4), (complaint, 8), (mistake, 8), (wealth, 4), (farewell, 4),
        (trust, 15), (move, 6),
    ),
    Scheme.EDGE: (
        (job, 22), (pension, 10), (less_income, 14), (death, 8), (leaving, 8), (birth, 5), (complaint, 8),
        (mistake, 6), (wealth, 6), (trust, 6), (default, 3), (move, 4),
    ),
    Scheme.RIGID: ((death, 10), (complaint, 8), (mistake, 8), (trust, 6), (move, 4)),
}  # fmt: skip  # fmt: skip
"""Which stories befall whom, and how often against each other."""
