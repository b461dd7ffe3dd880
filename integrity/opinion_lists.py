"""等待意见的建议 (recommendations that wait for an opinion): listed by area and outcome, and looked through together.

Several at once only where nobody loses anything by it: each is looked at, ticked, and becomes an opinion of its own.
What would take something from a person is never done in a batch (红线 1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel import col, select

from integrity import opinions, places, worklists
from integrity.errors import ChengxinError, Conflict, Refused
from integrity.places import Listed
from integrity.records.ledger import Decision, Household
from integrity.records.office import Recommendation
from integrity.records.places import OPINION
from integrity.rules.areas import code_range
from integrity.rules.procedure import Obstacle
from integrity.rules.redline_words import TITLES
from integrity.standing_findings import answers, newest, outcome_of
from integrity.terms import Outcome, Verdict
from integrity.work import Work

TOGETHER = (Outcome.KEEP, Outcome.RAISE)
"""Outcomes by which nobody loses anything, so that several may be answered together."""
_EVER = timedelta(days=36_500)
_MOST = 2000
"""How many are looked at for one page."""


class Waiting(NamedTuple):
    """等待意见的一户 (a household whose recommendation waits)."""

    household: Listed
    row: Recommendation


class Page(NamedTuple):
    """一页 (a page of the list) and from where the next one goes on; "" after the last."""

    rows: list[Waiting]
    next: str


def waiting(
    work: Work, desk: worklists.Desk, outcome: Outcome | None = None, *, after: str = "", limit: int = 50
) -> Page:
    """Those of an area, the oldest first; of one outcome where one is named. 继续给予 waits for nobody: by the roll."""
    look = _along_the_roll if outcome is Outcome.KEEP else _along_the_days
    found: list[Waiting] = []
    for looked, (rows, following) in enumerate(look(work, desk, after, limit), start=1):
        found += [one for one in rows if outcome is None or outcome_of(one.row) is outcome]
        if not following or len(found) >= limit or looked * limit >= _MOST:
            return Page(found, following)
    return Page(found, "")


def _along_the_days(work: Work, desk: worklists.Desk, after: str, limit: int) -> Iterator[tuple[list[Waiting], str]]:
    group = worklists.Group(OPINION, "", "", OPINION, work.today - _EVER, work.today)
    while True:
        found = worklists.rows(work, desk, group, after=after, limit=limit)
        after = found.next
        yield _with(work, [one.household for one in found.rows if one.household is not None]), after
        if not after:
            return


def _along_the_roll(work: Work, desk: worklists.Desk, after: str, limit: int) -> Iterator[tuple[list[Waiting], str]]:
    """Households that go on as they are and about whom nobody has said so yet."""
    while True:
        found = places.roll(work, code_range(desk.area), after=after, limit=limit)
        after = found.next
        rows = _with(work, found.rows)
        said = _opinions(work, [one.household.household_id for one in rows])
        yield [one for one in rows if not any(answers(each, one.row) for each in said[one.row.household_id])], after
        if not after:
            return


def _with(work: Work, households: Sequence[Listed]) -> list[Waiting]:
    stands = newest(work, [one.household_id for one in households])
    return [Waiting(one, stands[one.household_id]) for one in households if one.household_id in stands]


def _opinions(work: Work, households: Sequence[int]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = defaultdict(list)
    for one in work.session.exec(select(Decision).where(col(Decision.household_id).in_(households))):
        found[one.household_id].append(one)
    return found


def refuse_together(outcome: Outcome) -> None:
    """Raise Refused, naming the red line, for an outcome that must be looked at one by one."""
    if outcome in TOGETHER:
        return
    if outcome.adverse:
        text = f"“{outcome.value}”会减少或者停止救助，不能成批提出意见：逐户查看、逐户写明理由，先听取意见再决定"
        raise Refused(text, (Obstacle("R1", f"红线第1条：{TITLES[1].name}", TITLES[1].law),))
    raise Refused(f"“{outcome.value}”不能成批提出意见，请逐户查看后办理")


def accept_all(work: Work, chosen: Sequence[tuple[int, date]], reason: str) -> int:
    """采纳 (accept) each of these recommendations: (household, day of the recommendation that was looked at).

    All or none; each becomes an opinion of its own, with its case where it opens one. Raises Refused, Conflict.
    """
    if not chosen:
        raise Refused("没有勾选任何一户；看过一户，勾选一户")
    for household_id, seen_on in chosen:
        number = work.session.get_one(Household, household_id).number
        stands = newest(work, [household_id]).get(household_id)
        if stands is None or stands.on_day != seen_on:
            raise Conflict(f"户 {number} 的处理建议已经更新，请重新查看；本次没有登记任何一户")
        refuse_together(outcome_of(stands))
        if any(answers(one, stands) for one in _opinions(work, [household_id])[household_id]):
            raise Conflict(f"户 {number} 已经有人提出意见，请刷新名单；本次没有登记任何一户")
        try:
            opinions.give(work, household_id, Verdict.ACCEPTED, reason=reason)
        except ChengxinError as fault:
            raise Refused(f"户 {number}：{fault}；本次没有登记任何一户", getattr(fault, "obstacles", ())) from fault
    return len(chosen)
