"""家庭页 (the page of a household): who lives there, what it receives, what is due and what waits, told in one look.

Nothing is decided here: the figures come from the same rules that evaluate the roll, as of this moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from sqlmodel import col, select

from integrity import areas, assistance, households, intake_desk, kinship, persons, restored, rights
from integrity.docket import still_open
from integrity.errors import ChengxinError, NotFound
from integrity.evaluation import Evaluation, Finding
from integrity.households import entries, standing
from integrity.policies_of import policy_for
from integrity.records.columns import micros
from integrity.records.ledger import (
    Assistance,
    Change,
    Decision,
    Household,
    Member,
    Notice,
    Recheck,
    Residence,
    Step,
    Verification,
)
from integrity.records.ledger import Finding as FindingEntry
from integrity.records.office import Destruction, Officer, Person, Recommendation
from integrity.records.places import HouseholdPlace
from integrity.rules.civil_capacity import told
from integrity.rules.explanation import Explanation
from integrity.rules.explanation import explain as explained
from integrity.rules.facts import UNKNOWN, age, date_of, day
from integrity.rules.identity import mask_id, mask_name
from integrity.rules.policy import NotInForce
from integrity.rules.workdays import add_months_day
from integrity.situations import Known, read
from integrity.terms import (
    Act,
    AreaLevel,
    FindingState,
    Outcome,
    Presence,
    Procedure,
    RecheckResult,
    Role,
    Scheme,
    Sex,
)
from integrity.work import Work

_NOBODY = re.compile(r"(?!)")
_SHOWN = 4
"""Last digits of a telephone or an account that stay readable."""
_NEAR = timedelta(days=30)
"""How long before a recheck its own comparison may have been entered."""
_QUIET = (Outcome.NOTHING.number, Outcome.KEEP.number)


@dataclass(frozen=True)
class Eyes:
    """查看人 (who looks): 监督 sees masked names, everybody else of the area sees them in full."""

    work: Work
    household_id: int
    masks: bool = False

    @cached_property
    def people(self) -> dict[int, list[Person]]:
        """Member → the rows on his person, the newest last."""
        states = entries(self.work, Member, self.household_id)
        wanted = {one.person_id for one in states}
        rows = {one.id: one for one in self.work.session.exec(select(Person).where(col(Person.id).in_(wanted)))}
        found: dict[int, list[Person]] = {}
        for one in states:
            if rows[one.person_id] not in found.setdefault(one.no, []):
                found[one.no].append(rows[one.person_id])
        return found

    def called(self, no: int) -> str:
        """The name of a member as this reader may see it."""
        rows = self.people.get(no)
        plain = rows[-1].name if rows else ""
        return (mask_name(plain) if self.masks else plain) or "（资料已销毁）"

    def name(self, no: int | None) -> str:
        """第 2 号 李某: a member by number and name; "" for nobody."""
        return f"第 {no} 号 {self.called(no)}" if no else ""

    @cached_property
    def _names(self) -> re.Pattern[str]:
        names = {one.name for rows in self.people.values() for one in rows} - {""}
        longest_first = sorted(names, key=lambda one: (-len(one), one))
        return re.compile("|".join(map(re.escape, longest_first))) if self.masks and names else _NOBODY

    def words(self, text: str) -> str:
        """A text with the members' names as this reader may see them."""
        return self._names.sub(lambda found: mask_name(found[0]), text)

    def outsider(self, text: str) -> str:
        """The name of somebody who signed or looked on: masked for whom names are masked."""
        return mask_name(text) if self.masks and text else text

    @cached_property
    def papers(self) -> frozenset[str]:
        """The numbers of the papers that are on file of the household."""
        query = select(Notice.number).where(Notice.household_id == self.household_id)
        return frozenset(self.work.session.exec(query))

    @cached_property
    def items(self) -> Mapping[str, str]:
        """Code → name of the items of the catalogues adopted where the household lives; none without a policy."""
        try:
            home = households.home(self.work, self.household_id, self.work.today)
            policy = policy_for(self.work, home.area, self.work.today)
        except (ChengxinError, NotInForce):
            return {}
        return {one.code: one.name for name in policy.adopted for one in policy.catalogue(name).items}

    @cached_property
    def _officers(self) -> Mapping[str, str]:
        return dict(self.work.session.exec(select(Officer.code, Officer.name)).all())

    def officer(self, code: str) -> str:
        """Name and 工号 of who did something."""
        name = self._officers.get(code, "")
        return f"{name}（{code}）" if name else code


def eyes(work: Work, household_id: int, role: Role) -> Eyes:
    """How an officer of this role sees a household."""
    return Eyes(work, household_id, masks=role is Role.INSPECTOR)


class Brief(NamedTuple):
    """一户的简况 (a household in a line): what stands above every page about it."""

    number: str
    head: str
    address: str
    village: str
    area: str
    urban: bool
    label: str
    destroyed: bool


def brief(view: Eyes) -> Brief:
    """Number, head of the household and where it lives today. Raises NotFound."""
    work, household_id = view.work, view.household_id
    home = households.home(work, household_id, work.today)
    number = work.session.get_one(Household, household_id).number
    gone = work.session.get(Destruction, household_id) is not None
    return Brief(number, _head(view), home.address, village(work, home), home.area, home.urban, home.label, gone)


def _head(view: Eyes) -> str:
    """The member who stands for the household, as on the lists; the first one where nobody does."""
    place = view.work.session.get(HouseholdPlace, view.household_id)
    of_head = (no for no, rows in view.people.items() if place is not None and rows[-1].id == place.head_id)
    no = next(of_head, min(view.people, default=None))
    return "" if no is None else view.called(no)


def village(work: Work, home: Residence) -> str:
    """Township and village of a home, their codes where no names are loaded."""
    try:
        return areas.full_name(work, home.area, work.today, top=AreaLevel.TOWNSHIP)
    except NotFound:
        return home.area


class Today(NamedTuple):
    """今日情形 (what the rules say at this moment): the finding, its reasons, and what is known."""

    known: Known
    finding: Finding
    why: Explanation
    edition: str


def today(work: Work, household_id: int) -> Today:
    """What the rules say of a household now. Raises NotFound, NotInForce."""
    evaluation = Evaluation(work, work.today, micros(work.now))
    rows = read(
        work.session.connection(), household_id, household_id + 1, known_until=micros(work.now), on=day(work.today)
    )
    known = next(rows, None)
    if known is None:
        raise NotFound("该户今天还没有登记")
    why = explained(
        known.situation, known.findings, evaluation.orders(known.area), evaluation.policy, known.area[:9] + "000",
        adopted=evaluation.adopted(known.area), on=work.today,
    )  # fmt: skip
    return Today(known, evaluation.find(known), why, evaluation.policy.edition)


class Aid(NamedTuple):
    """救助现状 (what the household receives today), in a word and in figures."""

    state: str
    colour: str
    scheme: Scheme
    amount: int | None
    since: date | None
    """The day from which that holds."""
    withdrawal_ends: date | None
    coming: Assistance | None = None
    """What was decided and is carried out from a later day on."""


_STOPPED, _TO_STOP = "已停发", "已决定停发，尚未执行"


class Head(NamedTuple):
    """家庭现状 (how a household stands): aid, next recheck, marks, and what waits for somebody."""

    aid: Aid
    now: Today | None
    fault: str
    """Why the rules say nothing: no edition in force, a value missing."""
    due_on: date | None
    waits: str
    """The recommendation that waits for an opinion; "" for none."""
    open_cases: tuple[tuple[int, Procedure], ...]
    contested: int
    sent: tuple[str, ...]
    """What other systems sent and nobody has dealt with."""
    restored: tuple[str, ...]
    relatives: tuple[str, ...]
    changed: date | None
    """When a recheck found a change that nobody has entered since; None when there is none."""

    @property
    def ended(self) -> bool:
        """Was it decided that nothing is given any more?"""
        return self.aid.state in (_STOPPED, _TO_STOP)

    def left(self, on: date) -> int | None:
        """Days until the next recheck, below zero when it is overdue."""
        return None if self.due_on is None else (self.due_on - on).days


def head(view: Eyes) -> Head:
    """How a household stands now. Raises NotFound before its first entry."""
    work, household_id = view.work, view.household_id
    now, fault = _now(work, household_id)
    given, due = aid(work, household_id, now), now.finding.due_on if now else None
    over = given.state in (_STOPPED, _TO_STOP)
    return Head(
        aid=given, now=now, fault=fault, due_on=None if due is None or over else date_of(due),
        waits="" if over else waits(work, household_id), open_cases=open_cases(work, household_id),
        contested=_contested(work, household_id), sent=tuple(intake_desk.waiting_of(work, household_id)),
        restored=tuple(restored.waiting(work, household_id).get(household_id, ())),
        relatives=tuple(
            f"{view.officer(code)}，{relation}" for code, relation in kinship.relatives(work, household_id).items()
        ),
        changed=_changed(work, household_id),
    )  # fmt: skip


def _changed(work: Work, household_id: int) -> date | None:
    """When the last recheck found a change of which neither a change nor a comparison was entered, then or since."""
    last = standing(work, Recheck, household_id, work.today)[-1:]
    if not last or last[0].result is not RecheckResult.CHANGED:
        return None
    later = (*standing(work, Change, household_id, work.today), *standing(work, Verification, household_id, work.today))
    near = last[0].happened_on - _NEAR
    return None if any(one.seq > last[0].seq or one.happened_on >= near for one in later) else last[0].happened_on


def _now(work: Work, household_id: int) -> tuple[Today | None, str]:
    try:
        return today(work, household_id), ""
    except (ChengxinError, NotInForce) as fault:
        return None, str(fault)


def aid(work: Work, household_id: int, now: Today | None) -> Aid:
    """What is received: the grant that runs, a 渐退 with its end, a stop, or nothing."""
    acts = households.acts(work, household_id, work.today)
    grant = assistance.running(work, household_id, work.today)
    if grant is None:
        return _no_aid(acts, work.today)
    amount, coming = assistance.paid(work, household_id, work.today), assistance.to_come(work, household_id, work.today)
    s = now.known.situation if now else None
    if s is not None and s.withdrawal_on != UNKNOWN and s.stopped_on == UNKNOWN:
        known = s.withdrawal_months != UNKNOWN
        ends = date_of(add_months_day(s.withdrawal_on, s.withdrawal_months) - 1) if known else None
        return Aid("渐退", "orange", grant.scheme, amount, date_of(s.withdrawal_on), ends, coming)
    since = max((one.effective_on for one in acts if one.amount is not None), default=grant.effective_on)
    state = "正在救助" if grant.effective_on <= work.today else "已确认，尚未执行"
    return Aid(state, "green", grant.scheme, amount, since, None, coming)


def _no_aid(acts: list[Assistance], on: date) -> Aid:
    """A stop, from its day on or to come; else nothing was ever given."""
    stops = [one for one in acts if one.act is Act.STOP]
    if not stops:
        return Aid("没有救助", "grey", Scheme.NONE, None, None, None)
    last = stops[-1]
    state = _STOPPED if last.effective_on <= on else _TO_STOP
    return Aid(state, "grey" if last.effective_on <= on else "orange", last.scheme, None, last.effective_on, None)


def newest(work: Work, household_id: int) -> Recommendation | None:
    """The recommendation that stands for a household; one row by its key."""
    query = select(Recommendation).where(Recommendation.household_id == household_id)
    return work.session.exec(query.order_by(col(Recommendation.decided_at).desc()).limit(1)).first()


def waits(work: Work, household_id: int) -> str:
    """The outcome of the standing recommendation while no opinion was given on it; "" for none."""
    last = newest(work, household_id)
    if last is None or last.outcome in _QUIET:
        return ""
    given = select(Decision.seq).where(
        Decision.household_id == household_id, Decision.recommended_on == last.on_day
    )  # fmt: skip
    return "" if work.session.exec(given).first() is not None else tuple(Outcome)[last.outcome].value


def open_cases(work: Work, household_id: int) -> tuple[tuple[int, Procedure], ...]:
    """The cases that are still open, by number; what their steps said is not read."""
    query = select(Step).where(Step.household_id == household_id).order_by(col(Step.case_no), col(Step.step_no))
    each = [list(steps) for _, steps in groupby(work.session.exec(query), key=lambda one: one.case_no)]
    return tuple((steps[0].case_no, steps[0].procedure) for steps in each if still_open(steps))


def cases_of(view: Eyes) -> list[tuple[int, Procedure]]:
    """Every case of a household by number and procedure."""
    query = select(Step).where(Step.household_id == view.household_id, Step.step_no == 1).order_by(col(Step.case_no))
    return [(one.case_no, one.procedure) for one in view.work.session.exec(query)]


def _contested(work: Work, household_id: int) -> int:
    states = {one.conduct_seq: one.state for one in standing(work, FindingEntry, household_id, work.today)}
    return sum(state is FindingState.CONTESTED for state in states.values())


class Resident(NamedTuple):
    """成员 (a member as the page shows him): numbers masked, with what binds the office towards him."""

    no: int
    name: str
    relation: str
    sex: str
    born_on: date | None
    age: int | None
    presence: str
    present: bool
    capacity: str
    ability: str
    schooling: str
    guardian: str
    identity: str
    phone: str
    account: str
    since: date
    no_default: str
    """Why no default is ever recorded of him; "" where it may be."""


def residents(view: Eyes) -> list[Resident]:
    """Every member with his state today, those who left or died last."""
    found = households.members(view.work, view.household_id, view.work.today)
    shown = [_resident(view, one) for _, one in sorted(found.items())]
    return sorted(shown, key=lambda one: not one.present)


def _resident(view: Eyes, one: Member) -> Resident:
    work, person = view.work, view.people[one.no][-1]
    numbers = [persons.plain(work, person, column) if person.destroyed_on is None else "" for column in persons.SEALED]
    on = work.today
    return Resident(
        no=one.no, name=view.called(one.no), relation=one.relation.value,
        sex=Sex[person.sex].value if person.sex in Sex.__members__ else person.sex, born_on=one.born_on,
        age=None if one.born_on is None else age(one.born_on, on), presence=one.presence.value,
        present=one.presence is Presence.PRESENT, capacity=told(one.capacity, one.born_on, on).value,
        ability=one.ability.value,
        schooling={True: "在校", False: "不在校", None: "没有登记"}[one.schooling], guardian=view.name(one.guardian_no),
        identity=mask_id(numbers[0]), phone=mask_tail(numbers[1]), account=mask_tail(numbers[2]),
        since=one.happened_on, no_default=rights.credit_subject(one, on),
    )  # fmt: skip


def mask_tail(number: str) -> str:
    """A telephone or an account of which the last digits show: *******4567."""
    hidden = max(len(number) - _SHOWN, (len(number) + 1) // 2)
    return "*" * hidden + number[hidden:]
