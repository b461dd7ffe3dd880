"""示范县名册 (roll of the demo county): build it, household by household, with three years of history each.

The same seed gives the same household k whatever the size of the demo. A build that was interrupted goes on where it
stopped; a database with other households in it is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from random import Random

from sqlalchemy import func
from sqlmodel import col, select

from integrity import households as register
from integrity import persons
from integrity.demo.diary import Diary, Standards
from integrity.demo.life import begin
from integrity.demo.logins import publish
from integrity.demo.people import Figure, draft
from integrity.demo.places import CITY, HISTORY_DAYS, Map, Village, address, furnish
from integrity.demo.stories import plan
from integrity.errors import Refused, Unset
from integrity.records.accounts import DEMO_BEGUN
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Finding, Household, LedgerHead
from integrity.records.office import Audit, ImportBatch, Person
from integrity.rules.policy import NotInForce, Policy, load
from integrity.terms import Act, Scheme
from integrity.work import Office, Work

ACTOR = "示范"
CHUNK = 500
"""Households in one transaction."""
HISTORY = "history"
"""`ImportBatch.kind` of what is carried over."""
BEGUN, _DONE = DEMO_BEGUN, "建成示范县"
"""Actions in the audit log; their detail is the JSON of households, seed and until."""

Progress = Callable[[int, int], None]
"""Called with (households done, households wanted)."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """示范县概况: what the database holds; `repeated` when this very demo was there before and nothing was done."""

    households: int
    persons: int
    entries: int
    schemes: dict[Scheme, int] = field(default_factory=dict)
    """Households by the scheme of their last grant."""
    seconds: float = 0.0
    repeated: bool = False

    def __str__(self) -> str:
        counts = "，".join(f"{scheme.value}{count}户" for scheme, count in self.schemes.items())
        text = f"示范县：{self.households}户{self.persons}人，户账{self.entries}条（{counts}）"
        return f"{text}；已有同样的示范数据，没有改动" if self.repeated else f"{text}，用时{self.seconds:.1f}秒"


def build(
    office: Office, *, households: int, seed: int, until: date, progress: Progress | None = None, chunk: int = CHUNK
) -> DemoSummary:
    """Build the demo county up to the end of the day `until`; `chunk` households are one transaction.

    Does nothing when this very demo is there. Raises Refused on other households in the database, a future day, or a
    day so early that the history would begin before the standards in the packs.
    """
    began = office.clock()
    if households < 1 or until > began.astimezone(SHANGHAI).date():
        raise Refused("示范户数应不少于1，截止日期不能晚于今天")
    mark = json.dumps({"households": households, "seed": seed, "until": until.isoformat()})
    marks, start = _standing(office)
    if marks.get(BEGUN, mark) != mark or (start and BEGUN not in marks):
        raise Refused(f"数据库里已有{start}户，示范数据只能写入空库")
    if _DONE in marks:
        publish(office, ACTOR, began)  # a demo of the time before there were accounts
        return _summary(office, 0.0, repeated=True)
    builder = _Builder(Map(households), load(), seed, until, began)
    builder.must_have_standards()
    if BEGUN not in marks:
        with office.work(ACTOR) as work:
            _note(work, BEGUN, mark, began)
            furnish(work, builder.chart, builder.policy, seed, until)
            _open_history(work, mark, households, began)
    publish(office, ACTOR, began)
    with office.reading() as work:
        builder.history = work.session.exec(select(ImportBatch.id).where(ImportBatch.kind == HISTORY)).one() or 0
    for low in range(start, households, chunk):
        if progress:
            progress(low, households)
        with office.work(ACTOR) as work:
            for k in range(low, min(low + chunk, households)):
                builder.settle(work, k)
    if progress:
        progress(households, households)
    with office.work(ACTOR) as work:
        _note(work, _DONE, mark, began)
    return _summary(office, (office.clock() - began).total_seconds())


def _open_history(work: Work, mark: str, households: int, now: datetime) -> None:
    """The batch under which acts and findings from before are carried over: they were decided elsewhere."""
    batch = ImportBatch(
        id=work.new_id(ImportBatch), kind=HISTORY, sha256=sha256(mark.encode()).hexdigest(), file_name="示范历史数据",
        rows=households, accepted=households, state="loaded", recorded_at=now, recorded_by=ACTOR,
    )  # fmt: skip
    work.put(batch)


def _note(work: Work, action: str, mark: str, now: datetime) -> None:
    work.now = now
    work.audit(action, CITY, mark)


def _standing(office: Office) -> tuple[dict[str, str], int]:
    """What the audit log says of a demo in this database, by action, and how many households there are."""
    with office.reading() as work:
        query = select(Audit.action, Audit.detail).where(col(Audit.action).in_((BEGUN, _DONE)))
        marks = {action: detail for action, detail in work.session.exec(query)}
        return marks, work.session.exec(select(func.count()).select_from(Household)).one()


def _summary(office: Office, seconds: float, *, repeated: bool = False) -> DemoSummary:
    with office.reading() as work:
        session = work.session
        newest = (
            select(col(Assistance.household_id), func.max(Assistance.seq).label("seq"))
            .where(Assistance.act == Act.GRANT)
            .group_by(col(Assistance.household_id))
            .subquery()
        )
        query = (
            select(Assistance.scheme, func.count())
            .join(newest, col(Assistance.household_id) == newest.c.household_id)
            .where(col(Assistance.seq) == newest.c.seq)
            .group_by(col(Assistance.scheme))
        )
        counts = {scheme: count for scheme, count in session.exec(query)}
        return DemoSummary(
            households=session.exec(select(func.count()).select_from(Household)).one(),
            persons=session.exec(select(func.count()).select_from(Person)).one(),
            entries=session.exec(select(func.coalesce(func.sum(LedgerHead.seq), 0))).one(),
            schemes={scheme: counts[scheme] for scheme in Scheme if scheme in counts},
            seconds=seconds,
            repeated=repeated,
        )


class _Builder:
    """What all households of a demo share."""

    def __init__(self, chart: Map, policy: Policy, seed: int, until: date, now: datetime) -> None:
        self.chart = chart
        self.policy = policy
        self.seed = seed
        self.until = until
        self.history = 0
        self.latest = min(datetime.combine(until, time(17, 30), SHANGHAI), now)
        self.standards: Standards = lru_cache(maxsize=4096)(self._standard)

    def _standard(self, on: date, urban: bool) -> int:
        """低保标准 of the city on a day, fen a person and month, from the policy packs."""
        return int(self.policy.value("standard.dibao", CITY, on, "urban" if urban else "rural"))

    def must_have_standards(self) -> None:
        """Raise Refused unless the standards of the whole history are in the packs."""
        first = self.until - timedelta(days=HISTORY_DAYS)
        try:
            self.standards(first, True)
        except (NotInForce, Unset) as reason:
            raise Refused(f"示范数据从{first}开始，当时的低保标准不在政策包中，请选较晚的截止日期") from reason

    def settle(self, work: Work, k: int) -> int:
        """Write the k-th household with all its history; its id."""
        rng = Random(f"{self.seed}:{k}")
        family = draft(rng, k, self.until)
        village = self.chart.village(rng, k, family.urban)
        where = address(rng, village, family.urban)

        def enrol(figure: Figure) -> None:
            figure.person = persons.register(
                work, figure.name, id_number=figure.id_number, phone=figure.phone, account=figure.account
            )

        for figure in family.figures:
            enrol(figure)
        diary = Diary(
            rng, family, village, self.chart, standards=self.standards, until=self.until, latest=self.latest,
            enrol=enrol,
        )  # fmt: skip
        begin(diary)
        plan(diary)
        diary.live()
        return _write(work, diary, village, where, self.history)


def _write(work: Work, diary: Diary, village: Village, where: str, history: int) -> int:
    """Enter the steps in their order, each at its own moment by its own officer."""
    first = diary.steps[0]
    work.now, work.actor = first.moment, first.actor
    household = register.register(
        work, number(diary.family.k), area=village.code, address=where, urban=diary.family.urban,
        since=first.entry.happened_on, checked=True,
    )  # fmt: skip
    for step in diary.steps:
        work.now, work.actor = step.moment, step.actor
        if step.after is not None:
            setattr(step.entry, step.link, step.after.seq)
        if isinstance(step.entry, Assistance | Finding):
            step.entry.import_id = history  # decided before these books were kept here
        if step.entry.corrects is not None:
            work.audit("更正", f"household:{household}", f"第 {step.entry.corrects} 条：示范更正")
        work.append(household, step.entry)
    return household


def number(k: int) -> str:
    """户编号 of the k-th household."""
    return f"SF{k + 1:07d}"
