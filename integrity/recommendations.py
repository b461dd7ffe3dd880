"""处理建议 (recommendations): evaluate the roll, say why, and take down what a named person decides about it.

An evaluation closes the books at its due moment and reads the roll in blocks of households. It recommends and never
decides. What it found is stored when it differs from the time before, and can be computed again, bit for bit, for ever.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, func
from sqlmodel import col, select

from integrity import editions, organs
from integrity.errors import NotFound, Refused
from integrity.households import home
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import Decision, Household
from integrity.records.office import EvaluationRun, Recommendation
from integrity.rules import credit, recheck, withdrawal
from integrity.rules.explanation import Explanation
from integrity.rules.explanation import explain as explained
from integrity.rules.facts import UNKNOWN, Order, day
from integrity.rules.policy import Policy
from integrity.situations import Known, read, read_these
from integrity.terms import ExitReason, Outcome, Role, Verdict
from integrity.work import Work

PART = 1000
"""Households in one part of an evaluation: the unit of commit, retry and memory."""
CLOSE = "结账"


class Finding(NamedTuple):
    """What the rules found for one household: the columns of `recommendation` from `area` on."""

    area: str
    scheme: int
    outcome: int
    reason_code: int
    member_no: int
    months_min: int | None
    months_max: int | None
    amount_now: int | None
    amount_min: int | None
    amount_max: int | None
    met: int
    unmet: int
    ask: int
    follow: int
    hearing: int
    points: int | None
    level: int | None
    due_on: int | None
    listed_on: int | None
    finish_on: int | None
    due_grounds: int
    due_ask: int


class Rules(NamedTuple):
    """The parameters of one township and one kind of standard on one day."""

    money: withdrawal.Parameters
    cycle: recheck.Parameters
    score: credit.Terms
    orders: tuple[Order, ...]


class Evaluation:
    """评估 (evaluation) of one day under one edition: what a household's situation leads to."""

    def __init__(self, work: Work, on: date, known_until: int, policy: Policy | None = None) -> None:
        """Read what holds for all: the edition, the orders and the adoptions known at the moment `known_until` (µs)."""
        self.work = work
        self.on = on
        self.known_until = known_until
        self.policy = policy or editions.in_force(work, known_until)
        self._orders = organs.orders(work, known_until)
        self._rules: dict[tuple[str, int], Rules] = {}
        self._adopted: dict[str, tuple[str, ...]] = {}

    def adopted(self, area: str) -> tuple[str, ...]:
        """The catalogues that the county of an area has adopted."""
        county = area[:6] + "000000"
        if county not in self._adopted:
            self._adopted[county] = organs.adopted(self.work, county, self.on, self.known_until)
        return self._adopted[county]

    def orders(self, area: str) -> tuple[Order, ...]:
        """The emergency orders that hold for an area."""
        return organs.covering(self._orders, area)

    def find(self, known: Known) -> Finding:
        """Apply the rules to one household."""
        area, s = known.area, known.situation
        rules = self.rules_of(known)
        score = credit.score(known.findings, rules.score, s.on)
        level = rules.score.levels[score.level] if rules.cycle.levels and score.level != UNKNOWN else ""
        v = withdrawal.decide(s, rules.money)
        d = recheck.due(s, rules.cycle, rules.orders, level)
        return Finding(
            area, s.scheme, v.outcome, v.code, v.member, _null(v.months_min), _null(v.months_max), _null(v.amount_now),
            _null(v.amount_new_min), _null(v.amount_new_max), v.met, v.unmet, v.ask, v.follow, v.hearing,
            _null(score.points), _null(score.level), _null(d.due_on), _null(d.listed_on), _null(d.must_finish_on),
            d.grounds, d.ask,
        )  # fmt: skip

    def rules_of(self, known: Known) -> Rules:
        """The parameters that hold for a household, read once for its township."""
        key = (known.area[:9], known.situation.urban)
        return self._rules.get(key) or self._read_rules(key, known.area)

    def _read_rules(self, key: tuple[str, int], area: str) -> Rules:
        """The parameters of a township, read once."""
        township = area[:9] + "000"
        read_once = _parameters(self.policy, self.adopted(area), township, key[1], self.on)
        rules = self._rules[key] = Rules(*read_once, self.orders(township))
        return rules


@lru_cache(maxsize=4096)
def _parameters(
    policy: Policy, adopted: tuple[str, ...], township: str, urban: int, on: date
) -> tuple[withdrawal.Parameters, recheck.Parameters, credit.Terms]:
    """The parameters of a township under one edition; kept from part to part, because an edition never changes."""
    view = _view(policy, adopted)
    return (
        withdrawal.parameters(view, township, urban, on),
        recheck.parameters(view, township, on),
        credit.terms(view, township, adopted, on),
    )


@lru_cache(maxsize=16)
def _view(policy: Policy, adopted: tuple[str, ...]) -> Policy:
    """The edition as counties see it that adopted these catalogues; made once, because it is indexed once."""
    return policy.adopting(adopted)


def _null(value: int) -> int | None:
    return None if value == UNKNOWN else value


def day_of(moment: datetime) -> date:
    """The day of a moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def evaluation_parts(work: Work) -> list[str]:
    """The parts of the evaluation due at `work.due`: closing the books, then blocks of households."""
    query = select(func.max(Household.id)).where(Household.opened_at <= work.due)
    highest = work.session.exec(query).one() or 0
    return [CLOSE, *(f"{low}-{low + PART}" for low in range(0, highest + 1, PART))]


def evaluate_part(work: Work, part: str) -> str:
    """Do one part: close the books and note the edition, or evaluate one block of households."""
    if part == CLOSE:
        work.close_books(work.due)
        policy = editions.in_force(work, micros(work.due))
        work.session.add(EvaluationRun(known_until=work.due, on_day=day_of(work.due), edition=policy.edition))
        return f"政策版本 {policy.edition[:12]}"
    low, high = (int(bound) for bound in part.split("-"))
    run = work.session.get(EvaluationRun, work.due)
    if run is None:
        raise Refused("评估前没有结账")
    evaluation = Evaluation(work, run.on_day, micros(work.due), editions.by_edition(work, run.edition))
    seen, stored = evaluate(work.session.connection(), evaluation, low, high)
    return f"{seen} 户，其中 {stored} 户与上次不同"


def finish_evaluation(work: Work) -> str:
    """Note that the evaluation is complete; a summary of what stands now."""
    run = work.session.get(EvaluationRun, work.due)
    if run is None:
        raise Refused("评估没有开始")
    run.finished_at = work.now
    counts = summary(work, work.due)
    total = sum(counts.values())
    return f"{total} 户：" + "，".join(f"{outcome} {count}" for outcome, count in counts.items() if count)


def evaluate(connection: Connection, evaluation: Evaluation, low: int, high: int) -> tuple[int, int]:
    """Evaluate households `low` ≤ id < `high`; (households, rows stored). Unchanged findings are not written again."""
    last = _last_findings(connection, low, high, evaluation.known_until)
    epoch_day = day(evaluation.on)
    seen = 0
    changed: list[tuple[Any, ...]] = []
    with _collector_off():
        for known in read(connection, low, high, known_until=evaluation.known_until, on=epoch_day):
            seen += 1
            found = evaluation.find(known)
            if last.get(known.household_id) != found:
                changed.append((known.household_id, evaluation.known_until, epoch_day, *found))
        _store(connection, changed)
    return seen, len(changed)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Tuples of numbers form no circles; looking through them for some again and again takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_COLUMNS = ("household_id", "decided_at", "on_day", *Finding._fields)


def _last_findings(connection: Connection, low: int, high: int, before: int) -> dict[int, tuple[Any, ...]]:
    """The last stored finding of each household of a block."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            f"SELECT household_id, {', '.join(Finding._fields)} FROM recommendation WHERE household_id >= {low} "
            f"AND household_id < {high} AND decided_at < {before} ORDER BY household_id, decided_at"
        )
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    finally:
        cursor.close()


def _store(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write findings in bulk: COPY on PostgreSQL, one prepared statement on SQLite."""
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f"COPY recommendation ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(_COLUMNS))
            cursor.executemany(f"INSERT INTO recommendation ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)
    finally:
        cursor.close()


def as_due(work: Work, ids: Collection[int]) -> dict[int, Finding]:
    """What the rules say of some households at `work.due`, with all that is known then; nothing is stored.

    For lists and letters between two evaluations: a check made or a death reported since the last one counts at once.
    """
    evaluation = Evaluation(work, day_of(work.due), micros(work.due))
    rows = read_these(work.session.connection(), ids, known_until=evaluation.known_until, on=day(evaluation.on))
    return {known.household_id: evaluation.find(known) for known in rows}


def standing(work: Work, until: datetime, area: str = "") -> Any:
    """A query for the recommendation that stands for each household at a moment."""
    newest = (
        select(Recommendation.household_id, func.max(Recommendation.decided_at).label("decided_at"))
        .where(Recommendation.decided_at <= until)
        .group_by(col(Recommendation.household_id))
        .subquery()
    )
    return (
        select(Recommendation)
        .join(
            newest,
            (col(Recommendation.household_id) == newest.c.household_id)
            & (col(Recommendation.decided_at) == newest.c.decided_at),
        )
        .where(col(Recommendation.area).startswith(area) if area else True)
    )


def summary(work: Work, until: datetime) -> dict[Outcome, int]:
    """How many households stand under each outcome."""
    chosen = standing(work, until).subquery()
    rows = work.session.execute(select(chosen.c.outcome, func.count()).group_by(chosen.c.outcome)).all()
    counted = dict(tuple(row) for row in rows)
    return {outcome: counted.get(outcome.number, 0) for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Explained:
    """说明 (what `explain` answers): the reasons, the finding computed now, and the one that the job stored then."""

    explanation: Explanation
    finding: Finding
    known_until: datetime
    stored: Recommendation | None
    edition: str

    @property
    def same(self) -> bool | None:
        """Is what is computed now what was stored then? None when no evaluation had run by that day."""
        if self.stored is None:
            return None
        return self.finding == tuple(getattr(self.stored, name) for name in Finding._fields)


def explain(work: Work, household_id: int, on: date) -> Explained:
    """Why this recommendation for a household on a day: computed again from what was known then.

    On a day of an evaluation, what was known at its moment; on other days, at the end of the day. Raises NotFound when
    the household was not on the roll by then.
    """
    if on > work.today:
        raise Refused("只能说明今天以前的处理建议")
    run = work.session.exec(
        select(EvaluationRun).where(EvaluationRun.on_day == on).order_by(col(EvaluationRun.known_until).desc())
    ).first()
    until = run.known_until if run else min(_end_of(on), work.now)
    policy = editions.by_edition(work, run.edition) if run else None
    evaluation = Evaluation(work, on, micros(until), policy)
    connection = work.session.connection()
    known = next(read(connection, household_id, household_id + 1, known_until=micros(until), on=day(on)), None)
    if known is None:
        raise NotFound(f"该户在 {on} 尚未登记")
    query = select(Recommendation).where(
        Recommendation.household_id == household_id, Recommendation.decided_at <= until
    )
    stored = work.session.exec(query.order_by(col(Recommendation.decided_at).desc())).first()
    text = explained(
        known.situation, known.findings, evaluation.orders(known.area), evaluation.policy, known.area[:9] + "000",
        adopted=evaluation.adopted(known.area), on=on,
    )  # fmt: skip
    return Explained(text, evaluation.find(known), until, stored if run else None, evaluation.policy.edition)


def _end_of(on: date) -> datetime:
    return datetime.combine(on + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1)


def decide(
    work: Work, household_id: int, verdict: Verdict, *, reason: str, outcome: Outcome | None = None,
    reason_code: ExitReason | None = None, amount: int | None = None, months: int | None = None,
    schedule: tuple[int, ...] = (),
) -> Decision:  # fmt: skip
    """What the acting officer says to the standing recommendation (审核意见): accept, change or refuse, with a reason.

    This is the opinion with which the procedure begins; it takes nothing from anybody. Raises Refused, NotFound.
    """
    officer = organs.officer(work, work.actor, work.today)
    if officer.role not in (Role.REVIEWER, Role.APPROVER):
        raise Refused("只有复核或审批人员可以对处理建议提出审核意见")
    if len(reason.strip()) < 2:
        raise Refused("审核意见必须说明理由")
    stands = work.session.exec(standing(work, work.now).where(Recommendation.household_id == household_id)).first()
    if stands is None:
        raise NotFound("该户没有处理建议")
    proposed = tuple(Outcome)[stands.outcome]
    if verdict is Verdict.CHANGED and (outcome is None or outcome is proposed):
        raise Refused("变更建议须写明变更后的处理")
    chosen = {Verdict.ACCEPTED: proposed, Verdict.REFUSED: Outcome.KEEP}.get(verdict, outcome)
    assert chosen is not None
    return work.append(
        household_id,
        Decision(
            happened_on=work.today, area=home(work, household_id, work.today).area, recommended_on=stands.on_day,
            verdict=verdict, outcome=chosen, reason_code=reason_code or tuple(ExitReason)[stands.reason_code],
            amount=amount, months=months, schedule=",".join(map(str, schedule)), reason=reason,
            decided_by=work.actor,
        ),
    )  # fmt: skip


def undecided(work: Work, area: str = "") -> list[Recommendation]:
    """Standing recommendations that somebody must look at: not 继续, and no opinion was given since."""
    rows = work.session.exec(
        standing(work, work.now, area)
        .where(col(Recommendation.outcome).not_in([Outcome.NOTHING.number, Outcome.KEEP.number]))
        .order_by(col(Recommendation.area), col(Recommendation.household_id))
    ).all()
    answered = {
        (decision.household_id, decision.recommended_on) for decision in work.session.exec(select(Decision))
    }
    return [row for row in rows if (row.household_id, row.on_day) not in answered]
