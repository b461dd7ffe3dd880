"""本期数 (what happened in a period): acts, promises, checks, findings, opinions, hearings, objections, papers.

Each entry counts in the village in which it was made, on the day on which it happened; of acts of assistance the day
from which they have effect counts, because money follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, func
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from integrity import editions, organs
from integrity.books import Books
from integrity.periodic_stocks import Count, Fact
from integrity.records.columns import micros
from integrity.records.ledger import (
    Assistance,
    Commitment,
    Conduct,
    Decision,
    Entry,
    Finding,
    Notice,
    Printing,
    Recheck,
    Service,
    Step,
)
from integrity.records.office import Posting, PostingNote, Recommendation
from integrity.rules import credit
from integrity.rules import grounds as g
from integrity.rules.facts import day
from integrity.rules.workdays import add_months
from integrity.sights import portions
from integrity.situations import read_these
from integrity.terms import (
    Act,
    ConductKind,
    ExitReason,
    FindingState,
    Outcome,
    PostingEvent,
    Procedure,
    RecheckResult,
    ServiceWay,
    SignedBy,
    Verdict,
)

_ENDS = (Act.STOP, Act.REVIVE, Act.GRANT)
_IGNORED = g.COUNTED | g.OUT_ENDED | g.MILDER
"""Reasons that do not keep a record from having counted until its end."""


_READ: dict[type[Entry], tuple[str, ...]] = {
    Assistance: ("act", "reason"), Commitment: ("signed_by",), Recheck: ("result",), Step: ("step", "procedure"),
    Notice: (), Printing: ("copy_no",), Service: ("way", "evidence"),
}  # fmt: skip
"""What numbers ask of the entries of a kind: all of them are counted from one look at the period."""
Fits = Callable[[Any], bool]


def _every(_row: Any) -> bool:
    return True


def entries(kind: type[Entry], fits: Fits = _every, *, on: str = "happened_on") -> Count:
    """Standing entries of a kind in the period that fit; `on` names the day that counts."""

    def count(books: Books) -> Iterator[Fact]:
        return (Fact(row.area, row.household_id) for row in _of_period(books, kind, on) if fits(row))

    return count


def _of_period(books: Books, kind: type[Entry], on: str) -> Sequence[Any]:
    def read() -> list[Any]:
        query = books.entries(kind, *(getattr(kind, name) for name in _READ[kind]), on=getattr(kind, on))
        return list(books.rows(query))

    return books.once(f"{kind.__tablename__} {on}", read)


def acts(act: Act, *, dead: bool = False) -> Count:
    """Acts of assistance that take effect in the period; `dead` of them those for a death."""
    return entries(
        Assistance, lambda row: row.act is act and (not dead or row.reason is ExitReason.X01), on="effective_on"
    )


def lowering_over(books: Books) -> Iterator[Fact]:
    """减发终结: a raise, a revival or a stop takes effect in the period, and a reduction stood before it."""
    ending = (Act.RAISE, Act.REVIVE, Act.STOP)
    ids = {fact.household_id for act in ending for fact in acts(act)(books)}
    for past in _histories(books, sorted(ids)):
        for one, before in zip(past[1:], past, strict=False):
            if one.act in ending and before.act is Act.LOWER and _in_period(books, one.area, one.effective_on):
                yield Fact(one.area, one.household_id)


def withdrawal_over(books: Books) -> Iterator[Fact]:
    """渐退期满: gradual withdrawals whose last day lies in the period, and that nothing had ended before."""
    found = books.once("withdrawals", lambda: list(_withdrawals(books)))
    return (fact for fact, on, whole in found if whole and _in_period(books, fact.area, on))


def withdrawal_ended(books: Books) -> Iterator[Fact]:
    """渐退提前结束: gradual withdrawals that a stop, a revival or a new grant ended in the period."""
    found = books.once("withdrawals", lambda: list(_withdrawals(books)))
    return (fact for fact, on, whole in found if not whole and _in_period(books, fact.area, on))


def _withdrawals(books: Books) -> Iterator[tuple[Fact, date, bool]]:
    """Each gradual withdrawal begun here, the day on which it ended, and whether it ran its whole time."""
    begun = select(Assistance.household_id).where(
        books.known(Assistance), books.here(Assistance.area), books.lived(Assistance), Assistance.act == Act.WITHDRAW
    )
    for past in _histories(books, sorted(set(books.work.session.exec(begun)))):
        for n, one in enumerate(past):
            if one.act is Act.WITHDRAW:
                last = add_months(one.effective_on, one.months or 0) - timedelta(days=1)
                ended = next((later.effective_on for later in past[n + 1 :] if later.act in _ENDS), None)
                whole = ended is None or ended > last
                yield Fact(one.area, one.household_id), last if whole or ended is None else ended, whole


def _in_period(books: Books, area: str, on: date) -> bool:
    return books.lies(area) and books.period.first <= on <= books.period.last


def _histories(books: Books, ids: list[int]) -> Iterator[list[Any]]:
    """The standing acts of each household in the order of their effect."""
    for portion in portions(ids):
        one: Any = Assistance
        query = columns(one.household_id, one.area, one.act, one.effective_on, one.months).where(
            one.household_id.in_(portion), books.known(Assistance)
        )
        found: dict[int, list[Any]] = {}
        for row in books.rows(query.order_by(col(Assistance.effective_on), col(Assistance.seq))):
            found.setdefault(row.household_id, []).append(row)
        yield from found.values()


def promises(*, again: bool) -> Count:
    """Promises signed in the period: by members who had signed one before, or for the first time."""

    def count(books: Books) -> Iterator[Fact]:
        found = books.once("promises", lambda: list(books.rows(_promises(books))))
        return (Fact(area, household_id) for area, household_id, before in found if before == again)

    return count


def _promises(books: Books) -> Any:
    """A query of the promises of the period: village, household, whether the member had signed before."""
    earlier = aliased(Commitment)
    before = exists().where(
        col(earlier.household_id) == Commitment.household_id, col(earlier.member_no) == Commitment.member_no,
        col(earlier.signed_by) != SignedBy.REFUSED, books.known(earlier),
        (col(earlier.happened_on) < Commitment.happened_on)
        | ((col(earlier.happened_on) == Commitment.happened_on) & (col(earlier.seq) < Commitment.seq)),
    )  # fmt: skip
    return books.entries(Commitment, before.label("before")).where(Commitment.signed_by != SignedBy.REFUSED)


def checks(result: RecheckResult) -> Count:
    """Checks of a result in the period."""
    return entries(Recheck, lambda row: row.result is result)


def findings(kind: ConductKind, state: FindingState) -> Count:
    """Findings of trust or default that came into a state in the period; into effect for the first time only."""

    def count(books: Books) -> Iterator[Fact]:
        for area, household_id, of, came, again in books.once("findings", lambda: list(books.rows(_findings(books)))):
            if of is kind and came is state and not (state is FindingState.EFFECTIVE and again):
                yield Fact(area, household_id)

    return count


def _findings(books: Books) -> Any:
    """A query of the findings of the period: village, household, of what, the state, whether it had it before."""
    about = (col(Conduct.household_id) == Finding.household_id) & (col(Conduct.seq) == Finding.conduct_seq)
    first = aliased(Finding)
    again = exists().where(
        col(first.household_id) == Finding.household_id, col(first.conduct_seq) == Finding.conduct_seq,
        col(first.state) == Finding.state, books.known(first), col(first.seq) < Finding.seq,
    )  # fmt: skip
    return books.entries(Finding, col(Conduct.kind), col(Finding.state), again.label("again")).join(Conduct, about)


def records_ended(kind: ConductKind) -> Count:
    """Records in use until a day of the period, by the catalogue that the county has adopted."""

    def count(books: Books) -> Iterator[Fact]:
        return (fact for of, fact in books.once("records ended", lambda: list(_records_ended(books))) if of is kind)

    return count


def _records_ended(books: Books) -> Iterator[tuple[ConductKind, Fact]]:
    query = select(Conduct.household_id).where(books.lived(Conduct), Conduct.recorded_at <= books.until)
    ids = sorted(books.work.session.exec(query.distinct()))
    span = range(day(books.period.first), day(books.period.last) + 1)
    until, last = micros(books.until), day(books.period.last)
    for known in read_these(books.work.session.connection(), ids, known_until=until, on=last):
        if not books.lies(known.area):
            continue
        terms = _terms(books, known.area)
        for one in credit.score(known.findings, terms, last).contributions:
            if one.item >= 0 and not one.reasons & ~_IGNORED and one.end in span:
                yield terms.items[one.item].kind, Fact(known.area, known.household_id)


def _terms(books: Books, area: str) -> credit.Terms:
    """What records mean in a township, as known; read once."""
    key, known = f"terms {area[:9]}", micros(books.until)
    if key not in books.kept:
        on = books.period.last
        adopted = organs.adopted(books.work, area[:6] + "000000", on, known)
        policy = editions.in_force(books.work, known).adopting(adopted)
        books.kept[key] = credit.terms(policy, area[:9] + "000", adopted, on)
    terms: credit.Terms = books.kept[key]
    return terms


def opinions(verdict: Verdict, proposed: Outcome) -> Count:
    """Opinions of the period on a recommendation of this kind."""

    def count(books: Books) -> Iterator[Fact]:
        found = books.once("opinions", lambda: list(books.rows(_opinions(books))))
        chosen = (row for row in found if row.verdict is verdict and row.outcome == proposed.number)
        return (Fact(row.area, row.household_id) for row in chosen)

    return count


def _opinions(books: Books) -> Any:
    """A query of the opinions of the period: village, household, verdict, what had been recommended."""
    then: Any = aliased(Recommendation)
    newest = (
        columns(func.max(then.decided_at))
        .where(then.household_id == Decision.household_id, then.on_day == Decision.recommended_on)
        .where(then.decided_at <= Decision.recorded_at)
        .scalar_subquery()
    )
    about = (col(Recommendation.household_id) == Decision.household_id) & (col(Recommendation.decided_at) == newest)
    more = col(Decision.verdict), col(Recommendation.outcome)
    return books.entries(Decision, *more).join(Recommendation, about)


def steps(*codes: str, procedure: Procedure | None = None) -> Count:
    """Steps of these codes that were taken in the period, in one procedure or in any."""
    return entries(Step, lambda row: row.step in codes and procedure in (None, row.procedure))


def objections(*states: FindingState) -> Count:
    """Answers to objections of the period, by what became of the finding."""

    def count(books: Books) -> Iterator[Fact]:
        found = books.once("objections", lambda: list(books.rows(_objections(books))))
        return (Fact(area, household_id) for area, household_id, state in found if state in states)

    return count


def _objections(books: Books) -> Any:
    made = (col(Finding.household_id) == Step.household_id) & (col(Finding.seq) == Step.entry_seq)
    answered = Step.procedure == Procedure.OBJECTION, Step.step == "ANSWERED"
    return books.entries(Step, col(Finding.state)).join(Finding, made).where(*answered)


def objections_open(books: Books) -> Iterator[Fact]:
    """异议未答复: cases of objection filed by the last day and not answered by then."""
    answered = aliased(Step)
    done = exists().where(
        col(answered.household_id) == Step.household_id, col(answered.case_no) == Step.case_no,
        col(answered.step) == "ANSWERED", books.known(answered), col(answered.happened_on) <= books.period.last,
    )  # fmt: skip
    query = select(Step.area, Step.household_id).where(
        books.known(Step), books.here(Step.area), books.lived(Step), Step.procedure == Procedure.OBJECTION,
        Step.step == "FILED", Step.happened_on <= books.period.last, ~done,
    )  # fmt: skip
    return (Fact(area, household_id) for area, household_id in books.rows(query))


def posting_objections(books: Books) -> Iterator[Fact]:
    """公示异议: objections to a public notice, in the village where it hung."""
    query = (
        select(Posting.area, PostingNote.household_id)
        .join(PostingNote, col(PostingNote.posting_id) == Posting.id)
        .where(PostingNote.event == PostingEvent.OBJECTED, PostingNote.recorded_at <= books.until)
        .where(books.here(Posting.area), books.within(PostingNote.happened_on))
    )
    return (Fact(area, household_id or 0) for area, household_id in books.rows(query))


def printed(*, copies: bool) -> Count:
    """Originals printed in the period, or further copies."""
    return entries(Printing, lambda row: (row.copy_no > 0) is copies)


ISSUED = entries(Notice)
SERVED = entries(Service)
PROVED = entries(Service, lambda row: row.evidence != "")


def served(way: ServiceWay) -> Count:
    """Papers delivered in the period in one way."""
    return entries(Service, lambda row: row.way is way)
