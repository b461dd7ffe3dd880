"""一户的经过 (diary): what happened to one synthetic household, told entry by entry as the office learned of it.

A queue of days and acts; what would happen after the last day never does, so that every demo ends in the middle of
things: reports not yet checked, incomes not yet acted upon, deaths of last week.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple, TypeVar

from integrity.assistance import HEARING_SINCE
from integrity.demo.people import Family, Figure
from integrity.demo.places import Map, Staff, Village, staff
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Change, Entry, Member, Recheck, Residence, Verification
from integrity.rules.workdays import add_months
from integrity.terms import Act, Cause, Event, ExitReason, Presence, RecheckResult, Scheme

E = TypeVar("E", bound=Entry)
Story = Callable[["Diary"], object]
Standards = Callable[[date, bool], int]
"""低保标准, fen a person and month, by day and urban."""

TEKUN_PERCENT = 130
"""特困 basic living standard as percent of the 低保 standard: the demo's assumption, no rule of any place."""
_ADVERSE = (Act.LOWER, Act.WITHDRAW, Act.STOP)


class Step(NamedTuple):
    """One entry, who enters it when, and the earlier entry whose number it must name in its field `link`."""

    moment: datetime
    actor: str
    entry: Entry
    after: Entry | None
    link: str


@dataclass(slots=True)
class Aid:
    """What the household is paid and on what that rests."""

    scheme: Scheme
    amount: int = 0
    income: int = 0
    persons: int = 0
    running: bool = False
    withdrawing: bool = False


class Diary:
    """一户的经过 (diary) of one household: present state, steps told so far, acts to come."""

    def __init__(
        self, rng: Random, family: Family, village: Village, chart: Map, *, standards: Standards, until: date,
        latest: datetime, enrol: Callable[[Figure], None],
    ) -> None:  # fmt: skip
        """`until`: the last day; `latest`: nothing is recorded after this moment; `enrol` registers a new person."""
        self.rng = rng
        self.family = family
        self.chart = chart
        self.area = village.code
        self.standards = standards
        self.until = until
        self.latest = latest
        self.enrol = enrol
        self.today = family.confirmed
        self.next_visit = until
        self.steps: list[Step] = []
        self.income = 0
        self.stable = True
        self.aid = Aid(family.scheme)
        self._queue: list[tuple[date, int, Story]] = []
        self._counter = 0

    @property
    def staff(self) -> Staff:
        """The staff of the township where the household lives."""
        return staff(self.area)

    @property
    def line(self) -> int:
        """低保标准 × 计入人口, fen a month."""
        return self.standards(self.today, self.family.urban) * self.family.persons

    def some_day(self, least: int, most: int) -> date:
        """A day between so many days from today."""
        return self.today + timedelta(days=self.rng.randint(least, most))

    def on(self, day: date, act: Story) -> None:
        """Let an act happen on a day."""
        self._counter += 1
        heappush(self._queue, (day, self._counter, act))

    def later(self, least: int, most: int, act: Story) -> None:
        """Let an act happen some days from today."""
        self.on(self.some_day(least, most), act)

    def live(self) -> None:
        """Let everything happen up to the last day."""
        while self._queue and self._queue[0][0] <= self.until:
            self.today, _, act = heappop(self._queue)
            act(self)

    def tell(self, entry: E, *, actor: str = "", after: Entry | None = None, link: str = "", delay: int = 2) -> E:
        """An entry, recorded today or a few days on, never before the one told last."""
        entry.area = self.area
        moment = self._working_moment(delay)
        if self.steps:
            moment = max(moment, self.steps[-1].moment)
        self.steps.append(Step(moment, actor or self.rng.choice(self.staff.handlers), entry, after, link))
        return entry

    def _working_moment(self, delay: int) -> datetime:
        day = self.today + timedelta(days=self.rng.randint(0, delay))
        day += timedelta(days=max(0, day.weekday() - 4) and 7 - day.weekday())
        hour = self.rng.choice((8, 9, 10, 11, 14, 15, 16))
        moment = datetime.combine(day, time(hour, self.rng.randrange(60), self.rng.randrange(60)), SHANGHAI)
        return min(moment, self.latest)

    def reside(self, address: str) -> Residence:
        """户情: where the household lives from today on."""
        return self.tell(Residence(happened_on=self.today, area="", address=address, urban=self.family.urban))

    def state(self, figure: Figure, since: date | None = None) -> Member:
        """The state of a member from a day on."""
        assert figure.person is not None
        assert figure.person.id is not None
        member = Member(
            happened_on=since or self.today, no=figure.no, person_id=figure.person.id,
            person_digest=figure.person.digest, born_on=figure.person.born_on, relation=figure.relation,
            presence=figure.presence, capacity=figure.capacity, ability=figure.ability, schooling=figure.schooling,
            guardian_no=figure.guardian_no,
        )  # fmt: skip
        return self.tell(member)

    def reported(
        self, kind: Event, *, happened: date | None = None, figure: Figure | None = None, detail: str = ""
    ) -> Change:
        """What reached the office today."""
        change = Change(
            happened_on=happened or self.today, kind=kind, reported_on=self.today,
            member_no=figure.no if figure else None, detail=detail,
        )  # fmt: skip
        return self.tell(change)

    def verified(
        self, cause: Cause, *, figure: Figure | None = None, told: bool | None = None, income: int | None = None,
        property_over: bool = False, detail: str = "",
    ) -> Verification:  # fmt: skip
        """核对: the income as it is today, or as somebody typed it."""
        found = Verification(
            happened_on=self.today, income=self.income if income is None else income, cause=cause,
            cause_member=figure.no if figure else None, self_reported=told, stable=self.stable,
            property_over=property_over, source=self.rng.choice(("省级核对平台", "入户调查", "部门数据比对")),
            detail=detail,
        )  # fmt: skip
        return self.tell(found)

    def checked(self, result: RecheckResult, note: str = "") -> Recheck:
        """核查 by two visitors."""
        first, second = self.staff.handlers
        return self.tell(
            Recheck(happened_on=self.today, result=result, visitor_1=first, visitor_2=second, note=note), actor=first
        )

    def decided(
        self, act: Act, *, amount: int | None = None, income: int | None = None, persons: int | None = None,
        reason: ExitReason = ExitReason.NONE, months: int | None = None, schedule: str = "",
        effective: date | None = None,
    ) -> Assistance:  # fmt: skip
        """An act of assistance, in effect from the next month; heard before since the law asks for it."""
        nobody_left = act is Act.STOP and reason is ExitReason.X01
        heard = act in _ADVERSE and self.today >= HEARING_SINCE and not nobody_left
        serial = self.family.k % 999_999 + 1
        entry = Assistance(
            happened_on=self.today, act=act, scheme=self.aid.scheme, effective_on=effective or self.next_month(),
            amount=amount, income=income, persons=persons, reason=reason, months=months, schedule=schedule,
            document=f"示范救〔{self.today.year}〕{serial}号",
            hearing=f"听取意见笔录（{self.today - timedelta(days=7)}）" if heard else "",
            decided_by=self.staff.approver,
        )  # fmt: skip
        return self.tell(entry)

    def next_month(self) -> date:
        """The first day of the next month (确认之日下月起, 民发〔2021〕57号 第21条)."""
        return add_months(self.today.replace(day=1), 1)

    def member_gone(self, figure: Figure, presence: Presence, happened: date) -> None:
        """A member does not count any more since a day; somebody else becomes head of the household."""
        figure.presence = presence
        self.state(figure, happened)
        rest = [one for one in self.family.figures if one.presence is Presence.PRESENT]
        if rest and not any(one.relation.name == "HEAD" for one in rest):
            heir = next((one for one in rest if one.grown(self.today)), rest[0])
            heir.relation = figure.relation
            self.state(heir)
