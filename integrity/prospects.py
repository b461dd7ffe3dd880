"""前景与测算 (prospects): what would bring a score back, what would change a recommendation, and what if?

Nothing is entered and nothing is decided: the rules are run on what is known, on days to come and on supposed facts.
`what_if` opens its own `Office.reading`, so that a supposition can never reach a ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from integrity import assistance, calendars, households
from integrity.errors import Invalid, NotFound, Refused, Unset
from integrity.evaluation import Evaluation, Finding, Rules
from integrity.records.columns import SHANGHAI, micros
from integrity.records.office import Adoption
from integrity.rules import areas, credit, recheck, restoration, turning
from integrity.rules.explanation import Explanation
from integrity.rules.explanation import explain as explained
from integrity.rules.facts import UNKNOWN, FindingFacts, date_of, day
from integrity.rules.parameters import Reading
from integrity.rules.policy import Policy
from integrity.rules.policy_keys import LAW_SINCE
from integrity.rules.restoration import Outlook, Periods, Rights
from integrity.rules.turning import Fact, Stage, Stretch, Turn
from integrity.rules.withdrawal import Verdict, decide
from integrity.rules.workdays import Workdays, add_months, add_months_day
from integrity.situations import Known, read
from integrity.terms import Act, FindingState
from integrity.work import Office, Work

AHEAD_MONTHS = 36
"""How far the course of a recommendation is followed: no 渐退 is longer (bound of jiantui.max)."""
_REPAIRED = FindingState.REPAIRED.number


@dataclass(frozen=True, slots=True)
class Prospects:
    """前景 (prospects) of one household on one day; `integrity.prospects_text` puts them into words."""

    on: date
    known: Known
    member: int | None
    """The person whose score is told; None: the household's."""
    known_until: datetime
    edition: str
    periods: Periods
    """Terms of the score from `on` on."""
    rights: Rights
    workdays: Workdays
    outlook: Outlook
    verdict: Verdict
    finding: Finding
    course: tuple[tuple[int, Verdict], ...]
    """Days on which the recommendation becomes another by itself; the first is `on`."""
    withdrawing: bool
    others: tuple[Turn, ...]
    """In 渐退: the single facts that turn the recommendation into another one."""
    keeps: tuple[Turn, ...]
    """Where it is adverse: the fewest facts that turn it into 继续给予."""
    stretches: tuple[Stretch, ...]
    """Where it is adverse or in 渐退: what is recommended at each income, all else as it is."""
    stops_on: date | None = None
    """From when an end holds that is decided already; None where none is."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """测算 (what `what_if` answers): the finding and its reasons on supposed facts, and the finding as things are."""

    on: date
    supposed: Finding
    explanation: Explanation
    as_known: Finding


@dataclass(frozen=True, slots=True)
class Supposed:
    """假设 (supposition): facts changed as of the day that is asked, and findings repaired from a day on."""

    facts: tuple[Fact, ...] = ()
    repaired: tuple[tuple[int, date], ...] = ()
    """(number of the finding as `explain` shows it, day of the repair)."""


@dataclass(frozen=True, slots=True)
class _View:
    """What is known of a household on a day, and the evaluation of that day."""

    evaluation: Evaluation
    known: Known
    until: datetime

    @property
    def township(self) -> str:
        return self.known.area[:9] + "000"

    @property
    def policy(self) -> Policy:
        return self.evaluation.policy.adopting(self.evaluation.adopted(self.known.area))

    @property
    def rules(self) -> Rules:
        return self.evaluation.rules_of(self.known)


def prospects(work: Work, household_id: int, on: date | None = None, *, member: int | None = None) -> Prospects:
    """The prospects of a household from a day on (today by default), as known at the end of that day or now.

    Raises NotFound for a household that was not on the roll by then, and for an unknown member.
    """
    asked = on or work.today
    view = _view(work, household_id, asked)
    s, rules = view.known.situation, view.rules
    if member is not None and all(one.no != member for one in s.members):
        raise NotFound(f"该户在 {asked} 没有第 {member} 号成员")
    stages = _stages(work, view)
    withdrawing = _in_withdrawal(view.known)
    verdict = decide(s, rules.money)
    told = withdrawing or verdict.outcome in turning.ADVERSE
    return Prospects(
        on=asked, known=view.known, member=member, known_until=view.until, edition=view.evaluation.policy.edition,
        periods=_periods(stages), rights=_rights(view), workdays=calendars.workdays(work),
        outlook=_outlook(work, view, stages, member), verdict=verdict,
        finding=view.evaluation.find(view.known),
        course=turning.course([stage for stage, _ in stages], day(add_months(asked, AHEAD_MONTHS))),
        withdrawing=withdrawing, others=turning.to_another(s, rules.money) if withdrawing else (),
        keeps=turning.to_keep(s, rules.money), stretches=turning.stretches(s, rules.money) if told else (),
        stops_on=_stops_on(work, household_id, asked),
    )  # fmt: skip


def _stops_on(work: Work, household_id: int, on: date) -> date | None:
    """From when a decided end holds that has not come yet."""
    if assistance.running(work, household_id, on) is not None:
        return None
    stops = [one.effective_on for one in households.acts(work, household_id, on) if one.act is Act.STOP]
    return stops[-1] if stops and stops[-1] > on else None


def what_if(office: Office, household_id: int, supposed: Supposed, on: date | None = None) -> WhatIf:
    """测算 (what if): what the rules would say of a household with some facts otherwise. Nothing is written.

    Raises NotFound for an unknown household, member or finding, Invalid for a sum below nought, Refused for a repair
    before its time (国家发展改革委令第36号), Unset where that time is not set.
    """
    with office.reading() as work:
        asked = on or work.today
        view = _view(work, household_id, asked)
        known = _supposed(view, supposed)
        evaluation, township = view.evaluation, view.township
        text = explained(
            known.situation, known.findings, evaluation.orders(township), evaluation.policy, township,
            adopted=evaluation.adopted(known.area), on=asked,
        )  # fmt: skip
        return WhatIf(asked, evaluation.find(known), text, evaluation.find(view.known))


def _view(work: Work, household_id: int, on: date) -> _View:
    """A household as known at the end of a day that is over, and as known now on any other."""
    until = min(datetime.combine(on + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1), work.now)
    evaluation = Evaluation(work, on, micros(until))
    known = _known(work, household_id, until, on)
    if known is None:
        raise NotFound(f"该户在 {on} 尚未登记")
    return _View(evaluation, known, until)


def _known(work: Work, household_id: int, until: datetime, on: date) -> Known | None:
    connection = work.session.connection()
    return next(read(connection, household_id, household_id + 1, known_until=micros(until), on=day(on)), None)


def _in_withdrawal(known: Known) -> bool:
    s = known.situation
    return s.withdrawal_on != UNKNOWN and (s.stopped_on == UNKNOWN or s.stopped_on > s.on)


def _supposed(view: _View, supposed: Supposed) -> Known:
    """What would be known if the supposition were so."""
    for fact in supposed.facts:
        if fact.about == turning.INCOME and fact.value < 0:
            raise Invalid("假设的家庭月收入不能小于零")
    try:
        situation = turning.suppose(view.known.situation, supposed.facts)
    except KeyError as error:
        raise NotFound(f"该户没有第 {error.args[0]} 号成员") from None
    return view.known._replace(situation=situation, findings=_repaired(view, supposed.repaired))


def _repaired(view: _View, repaired: Iterable[tuple[int, date]]) -> tuple[FindingFacts, ...]:
    """The findings with some of them repaired from a day on, each not before its time."""
    findings = {finding.seq: finding for finding in view.known.findings}
    scored = credit.score(view.known.findings, view.rules.score, view.known.situation.on)
    items = {one.seq: one.item for one in scored.contributions}
    for seq, on in repaired:
        if seq not in findings:
            listed = "、".join(map(str, findings)) or "没有认定"
            raise NotFound(f"该户没有第 {seq} 号认定（{listed}）")
        _in_time(view.rules.score, items.get(seq, -1), findings[seq], on)
        findings[seq] = findings[seq]._replace(state=_REPAIRED, state_on=day(on))
    return tuple(findings.values())


def _in_time(terms: credit.Terms, item: int, finding: FindingFacts, on: date) -> None:
    """Raise Refused for a repair before the end of its minimum, Unset where none is set."""
    if item < 0 or finding.document_on == UNKNOWN:
        raise Refused(f"第 {finding.seq} 号认定没有采用目录中的对应事项或者没有认定文书日期，不能推算修复时间")
    earliest = credit.repair_window(terms.items[item].national_class.number, finding.document_on, terms).earliest
    if earliest == UNKNOWN:
        raise Unset(f"第 {finding.seq} 号认定不适用信用修复，或者最短公示期没有设定，请人工确定")
    if day(on) < earliest:
        raise Refused(
            f"第 {finding.seq} 号认定最早 {date_of(earliest)} 可以申请修复，不能按 {on} 测算（国家发展改革委令第36号）"
        )


def _rights(view: _View) -> Rights:
    return restoration.rights(Reading(view.policy, view.township, view.evaluation.on))


def _outlook(work: Work, view: _View, stages: list[tuple[Stage, Rules]], member: int | None) -> Outlook:
    """The outlook of the score of the household, or of one person."""
    findings, members = view.known.findings, view.known.situation.members
    if member is not None:
        findings = tuple(one for one in findings if one.member_no == member)
        members = tuple(one for one in members if one.no == member)
    return restoration.outlook(
        findings, members, _periods(stages), view.known.situation.on, rights=_rights(view),
        workdays=calendars.workdays(work), cycle_end=_cycle_end(view),
    )  # fmt: skip


def _periods(stages: list[tuple[Stage, Rules]]) -> Periods:
    return tuple((stage.since, rules.score) for stage, rules in stages)


def _cycle_end(view: _View) -> int:
    """Last day of the running recheck cycle; UNKNOWN where none runs or its length is not known."""
    score = credit.score(view.known.findings, view.rules.score, view.known.situation.on)
    level = view.rules.score.levels[score.level] if score.level != UNKNOWN else ""
    due = recheck.due(view.known.situation, view.rules.cycle, view.rules.orders, level)
    known = due.base_day != UNKNOWN and due.cycle_months > 0
    return add_months_day(due.base_day, due.cycle_months) if known else UNKNOWN


def _stages(work: Work, view: _View) -> list[tuple[Stage, Rules]]:
    """The stretches of days ahead over which neither the parameters nor the acts in effect change."""
    on, known = view.evaluation.on, view.known
    ahead = {one.effective_on for one in households.acts(work, known.household_id, on) if one.effective_on > on}
    days = sorted(one for one in ahead | _policy_days(work, view) if on < one)
    found = [(Stage(day(on), known.situation, view.rules.money), view.rules)]
    for since in days:
        then = _known(work, known.household_id, view.until, since)
        if then is not None:
            rules = Evaluation(work, since, micros(view.until), view.evaluation.policy).rules_of(then)
            found.append((Stage(day(since), then.situation, rules.money), rules))
    return found


def _policy_days(work: Work, view: _View) -> set[date]:
    """Days on which a value of the policy, or the adoption of a catalogue, begins or is over."""
    policy, regions = view.policy, areas.policy_regions(view.township)
    dated = [row for row in policy.rows if row.region in regions]
    dated += [row for catalogue in policy.catalogues.values() for row in catalogue.values]
    spans = [(row.since, row.until) for row in dated]
    codes = (view.township, *areas.ancestors(view.township))
    query = select(Adoption).where(col(Adoption.area).in_(codes), Adoption.recorded_at <= view.until)
    spans += [(row.since, row.until) for row in work.session.exec(query)]
    ends = {until + timedelta(days=1) for _, until in spans if until is not None}
    return {since for since, _ in spans} | ends | {LAW_SINCE}
