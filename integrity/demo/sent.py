"""示范来件 (synthetic intake): an invented checking centre sends a dozen items; two of them fit nobody; all wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from sqlmodel import col, select

from integrity import intake, organs, persons
from integrity.demo.places import COUNTY
from integrity.households import members
from integrity.intake_content import Item
from integrity.office_terms import IntakeKind
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household
from integrity.records.office import Officer, Person
from integrity.rules.identity import make_id
from integrity.terms import Cause, Event, Presence, Role
from integrity.work import Office, Work

SENDER, NAME = f"dj{COUNTY[4:9]}", "县核对中心"
_MATCHED, _DAYS = 10, (5, 2, 0)
_CAUSES = (Cause.EMPLOYMENT, Cause.PENSION, Cause.FARMING, Cause.NONE)
_EVENTS = (
    (Event.WARNING, "名下新登记小型普通客车一辆"), (Event.WARNING, "单位开始为其缴纳职工养老保险"),
    (Event.REGISTER_MOVED, "户籍迁往外县"), (Event.DEATH, "殡葬信息登记"), (Event.WARNING, "名下新增房产一处"),
)  # fmt: skip


def send_some(office: Office, on: date, seed: int) -> int:
    """The items of the last days before `on`, in the name of the checking centre; how many wait. Repeated, no more."""
    rng, sent = Random(f"{seed}:intake"), 0
    with office.reading() as work:
        numbers = list(_known(work, rng)) + list(_strange(rng))
    _enrol(office, on)
    for part, days in enumerate(_DAYS):
        moment = min(datetime.combine(on - timedelta(days=days), time(10), SHANGHAI), office.clock())
        items = [
            _item(no, number, moment.date() - timedelta(days=2)) for no, number in enumerate(numbers, start=1)
            if no % len(_DAYS) == part
        ]  # fmt: skip
        with office.work(SENDER, now=moment) as work:
            sent += len(intake.receive(work, items))
    return sent


def _enrol(office: Office, on: date) -> None:
    with office.work("示范") as work:
        if work.session.get(Officer, SENDER) is None:
            since = on - timedelta(days=365)
            organs.enter_officer(work, Officer(code=SENDER, name=NAME, role=Role.LINKED, area=COUNTY, since=since))


def _known(work: Work, rng: Random) -> Iterator[str]:
    """ID numbers of people who live in some of the households."""
    ids = list(work.session.exec(select(Household.id).order_by(col(Household.id))))
    found = 0
    for household in rng.sample(ids, len(ids)):
        here = [one for one in members(work, household or 0, work.today).values() if one.presence is Presence.PRESENT]
        rows = [work.session.get_one(Person, one.person_id) for one in here]
        number = next((persons.plain(work, one, "id_number") for one in rows if one.id_number), "")
        if number and found < _MATCHED:
            found += 1
            yield number
        if found == _MATCHED:
            return


def _strange(rng: Random) -> Iterator[str]:
    """A number of nobody, and one that was mistyped."""
    yield make_id(COUNTY[:6], date(1969, 2, 3), rng.randint(900, 998))
    right = make_id(COUNTY[:6], date(1972, 4, 5), rng.randint(900, 998))
    yield right[:-1] + ("0" if right[-1] != "0" else "1")


def _item(no: int, number: str, on: date) -> Item:
    if no % 2:
        event, detail = _EVENTS[no // 2 % len(_EVENTS)]
        return Item(IntakeKind.CHANGE, f"BD-{on.year}-{no:06}", number, on, event=event, detail=f"{detail}（示范）")
    return Item(
        IntakeKind.COMPARISON, f"HD-{on.year}-{no:06}", number, on, income=60_000 + 37_500 * no,
        cause=_CAUSES[no // 2 % len(_CAUSES)], property_over=False, detail="多部门数据比对结果（示范）",
    )  # fmt: skip
