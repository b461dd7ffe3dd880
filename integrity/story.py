"""诚信档案的经过 (the story of a household): what happened and when it was known, as known now or on a past day.

Entries of the ledger and the recommendations of the program in one line of time. On a past day, what was entered later
is told apart: the office cannot have acted on what it did not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from sqlmodel import col, select

from integrity import timeline
from integrity.household_views import Eyes
from integrity.households import kept
from integrity.papers import called
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import (
    Assistance,
    Change,
    Commitment,
    Conduct,
    Decision,
    Entry,
    Finding,
    Member,
    Notice,
    Printing,
    Recheck,
    Residence,
    Service,
    Step,
    Verification,
)
from integrity.records.office import Recommendation
from integrity.rules import grounds as g
from integrity.rules.procedure_tables import table
from integrity.rules.procedure_words import step_name
from integrity.rules.writing import yuan
from integrity.terms import ExitReason, FindingState, Outcome
from integrity.work import Work

E = TypeVar("E", bound=Entry)
GROUPS: Mapping[str, tuple[type[Entry], ...]] = {
    "家庭成员": (Residence, Member), "救助": (Assistance,), "核对核查": (Verification, Change, Recheck),
    "承诺": (Commitment,), "守信失信": (Conduct, Finding), "建议意见": (Decision,),
    "文书送达": (Notice, Printing, Service), "案件": (Step,),
}  # fmt: skip
"""类别 (what the story can be narrowed down to) → the kinds of entries; 建议意见 has the recommendations too."""
_GROUP_OF = {kind: name for name, kinds in GROUPS.items() for kind in kinds}
ADVICE = "建议意见"
STATES = {
    FindingState.PROPOSED: "blue", FindingState.EFFECTIVE: "orange", FindingState.CONTESTED: "orange",
    FindingState.WITHDRAWN: "grey", FindingState.REVOKED: "grey", FindingState.REPAIRED: "green",
}  # fmt: skip
"""认定状态 → its colour."""


class Told(NamedTuple):
    """经过的一条 (one line of the story)."""

    key: str
    """Where the line stands, for paging."""
    seq: int | None
    """The entry; None for a recommendation."""
    on: date
    known_at: datetime
    by: str
    group: str
    kind: str
    title: str
    words: str
    state: str
    colour: str
    marks: tuple[str, ...]
    standing: bool
    """It counts: neither corrected, nor taken back, nor what takes another back."""


class When(NamedTuple):
    """看法 (how a past day is looked at): what is known now of the days up to it, or what was known at its end."""

    at: date | None = None
    then: bool = False

    @property
    def moment(self) -> datetime | None:
        """The end of the day; None for now."""
        return None if self.at is None else datetime.combine(self.at + timedelta(days=1), time(), SHANGHAI)


NOW = When()


def story(view: Eyes, when: When = NOW, group: str = "") -> list[Told]:
    """The lines of a group ("" for all), the newest first."""
    entries = timeline.entries_of(view.work, view.household_id)
    replaced = _replaced(entries, when)
    found = [_told(view, one, replaced, when) for one in entries if _shown(one.happened_on, one.recorded_at, when)]
    found += _advice(view, when)
    return sorted((one for one in found if group in ("", one.group)), key=lambda one: one.key, reverse=True)


def after(told: list[Told], key: str, limit: int) -> tuple[list[Told], str]:
    """The next lines after a key, and the key with which the ones behind them begin; "" at the end."""
    rest = [one for one in told if not key or one.key < key]
    return rest[:limit], rest[limit - 1].key if len(rest) > limit else ""


def _shown(on: date, known_at: datetime, when: When) -> bool:
    if when.at is None or when.moment is None:
        return True
    return known_at < when.moment if when.then else on <= when.at


def _replaced(entries: list[Entry], when: When) -> dict[int, Entry]:
    """Corrected entry → what corrected it, as far as it was known."""
    known = [one for one in entries if not when.then or when.moment is None or one.recorded_at < when.moment]
    return {one.corrects: one for one in known if one.corrects is not None}


def _told(view: Eyes, entry: Entry, replaced: dict[int, Entry], when: When) -> Told:
    title, state, colour = _title(view, entry)
    return Told(
        key=f"{entry.happened_on:%Y%m%d}-{entry.seq:08}", seq=entry.seq, on=entry.happened_on,
        known_at=entry.recorded_at, by=view.officer(entry.recorded_by), group=_GROUP_OF[type(entry)],
        kind=timeline.kind_of(entry), title=view.words(title), words=view.words(timeline.in_words(entry)), state=state,
        colour=colour, marks=tuple(_marks(entry, replaced, when)),
        standing=not entry.void and entry.seq not in replaced,
    )  # fmt: skip


def _marks(entry: Entry, replaced: dict[int, Entry], when: When) -> Iterator[str]:
    """What binds this line to others, and whether it was known on the day that is looked at."""
    by = replaced.get(entry.seq)
    if by is not None:
        yield f"已由第 {by.seq} 条{'作废' if by.void else '更正'}"
    if entry.corrects is not None:
        yield f"{'作废' if entry.void else '更正'}第 {entry.corrects} 条"
    if when.moment is not None and not when.then and entry.recorded_at >= when.moment:
        yield "当时尚未得知"


def _title(view: Eyes, entry: Entry) -> tuple[str, str, str]:
    """(what happened in a line, its state in a word, the colour of that)."""
    match entry:
        case Assistance():
            sum_ = "" if entry.amount is None else f"，每月 {yuan(entry.amount)}"
            return f"{entry.act.value}：{entry.scheme.value}{sum_}，自 {entry.effective_on} 起执行", "", ""
        case Finding():
            fact = view.work.session.get(Conduct, (view.household_id, entry.conduct_seq))
            name = "" if fact is None else f"“{view.items.get(fact.item, fact.item)}”，{view.name(fact.member_no)}，"
            return f"认定：{name}第 {entry.conduct_seq} 条事实", entry.state.value, STATES[entry.state]
        case Conduct():
            name = view.items.get(entry.item, entry.item)
            return f"{entry.kind.value}事实：{name}，{view.name(entry.member_no)}", "只记录事实", "grey"
        case Decision():
            return f"审核意见：{entry.verdict.value}，{entry.outcome.value}", "", ""
        case Step():
            name = step_name(table(entry.procedure), entry.step)
            return f"第 {entry.case_no} 号案件（{entry.procedure.value}）：{name}", "", ""
    return _of_papers(view, entry) if isinstance(entry, Notice | Printing | Service) else _of_family(view, entry)


def _of_papers(view: Eyes, entry: Notice | Printing | Service) -> tuple[str, str, str]:
    if isinstance(entry, Notice):
        return f"制发《{called(view.work, entry)}》{entry.number}", "已制发", "blue"
    notice = view.work.session.get(Notice, (view.household_id, entry.notice_seq))
    name = f"第 {entry.notice_seq} 条文书" if notice is None else f"《{called(view.work, notice)}》{notice.number}"
    if isinstance(entry, Service):
        return f"{entry.way.value}：{name}", "已送达", "green"
    copy = f"补打第 {entry.copy_no} 份" if entry.copy_no else "打印原件"
    return f"{copy}：{name}，{entry.pages} 页", "已打印", "blue"


def _of_family(view: Eyes, entry: Entry) -> tuple[str, str, str]:
    match entry:
        case Residence():
            return f"住址：{entry.address}（{'城镇' if entry.urban else '农村'}）", "", ""
        case Member():
            return f"成员：{view.name(entry.no)}，{entry.relation.value}，{entry.presence.value}", "", ""
        case Verification():
            income = "没有写收入" if entry.income is None else f"家庭月收入 {yuan(entry.income)}"
            return f"核对结果：{income}，来源 {entry.source}", "", ""
        case Change():
            about = f"，{view.name(entry.member_no)}" if entry.member_no else ""
            return f"{entry.kind.value}{about}，{entry.reported_on} 得知", "", ""
        case Recheck():
            return f"核查结论：{entry.result.value}", "", ""
        case Commitment():
            return f"诚信承诺：{view.name(entry.member_no)}，{entry.occasion}", entry.signed_by.value, "blue"
    return "", "", ""


def _advice(view: Eyes, when: When) -> Iterator[Told]:
    """What the program recommended, each time that it differed from the time before."""
    query = select(Recommendation).where(Recommendation.household_id == view.household_id)
    for one in view.work.session.exec(query.order_by(col(Recommendation.decided_at))):
        if _shown(one.on_day, one.decided_at, when):
            outcome = tuple(Outcome)[one.outcome]
            code = tuple(ExitReason)[one.reason_code]
            why = "" if code is ExitReason.NONE else f"（{code.value}）"
            asked = "；".join(ground.text for ground in g.named(g.QUESTIONS, one.ask))
            yield Told(
                key=f"{one.on_day:%Y%m%d}-00000000.{micros(one.decided_at)}", seq=None, on=one.on_day,
                known_at=one.decided_at, by="程序按规则算出", group=ADVICE, kind="处理建议",
                title=f"处理建议：{outcome.value}{why}", words=f"需要人工确定：{asked}" if asked else "",
                state="建议，不是决定", colour="grey", marks=(), standing=True,
            )  # fmt: skip


class Fact(NamedTuple):
    """守信失信事实 (a fact of trust or default) with the state of its finding on the day that is looked at."""

    seq: int
    kind: str
    item: str
    member: str
    acted: str
    found_on: date
    source: str
    state: str
    colour: str
    state_on: date | None
    effective_on: date | None
    document: str


def facts(view: Eyes, when: When = NOW) -> list[Fact]:
    """Every fact that stands, the newest first: a fact alone has no effect."""
    until = when.at or date.max
    conducts = kept(_seen(view.work, Conduct, view.household_id, when), until)
    states: dict[int, list[Finding]] = {}
    for one in kept(_seen(view.work, Finding, view.household_id, when), until):
        states.setdefault(one.conduct_seq, []).append(one)
    return [_fact(view, one, states.get(one.seq, [])) for one in reversed(conducts)]


def _seen(work: Work, kind: type[E], household_id: int, when: When) -> list[E]:
    query = select(kind).where(kind.household_id == household_id).order_by(col(kind.seq))
    rows = list(work.session.exec(query))
    moment = when.moment if when.then else None
    return rows if moment is None else [one for one in rows if one.recorded_at < moment]


def _fact(view: Eyes, fact: Conduct, steps: list[Finding]) -> Fact:
    last = steps[-1] if steps else None
    decided = next((one for one in reversed(steps) if one.effective_on is not None), None)
    acted = f"{fact.happened_on}" + (f" 至 {fact.act_end}" if fact.act_end != fact.happened_on else "")
    return Fact(
        seq=fact.seq, kind=fact.kind.value, item=view.items.get(fact.item, fact.item), member=view.name(fact.member_no),
        acted=acted, found_on=fact.found_on, source=view.words(fact.source),
        state=last.state.value if last else "没有认定", colour=STATES[last.state] if last else "grey",
        state_on=last.happened_on if last else None, effective_on=decided.effective_on if decided else None,
        document=decided.document if decided else "",
    )  # fmt: skip
