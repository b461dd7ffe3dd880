"""程序 (procedure): which step may follow which, who may take it, what does it need, and which clock does it start?

告知 → 听取意见 → 决定 → 送达 → 救济, for every kind of act. The steps of each procedure stand as one table in
`procedure_tables`; this file reads them. Pure: facts in, obstacles and running clocks out, each with its article.
社会救助法 46–48、72–76; 个人信息保护法 24; 行政处罚法 44–45、57–66; 国办发〔2020〕49号; 国家发展改革委令第36号.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from integrity.errors import Invalid
from integrity.rules.facts import ADULT, age
from integrity.rules.stated import LARGEST, check_value, empty, mere_assent, seen
from integrity.rules.workdays import Term
from integrity.terms import AreaLevel, Capacity, PaperKind, Procedure, Role, StepEffect

START = ""
"""The step before the first one."""
Asked = Literal["text", "date", "fen", "count", "yes", "choice", "percents"]


class Ask(NamedTuple):
    """填写项 (what a step must state): the field, its official name, and how it is read."""

    name: str
    official: str
    kind: Asked = "text"
    choices: tuple[str, ...] = ()
    optional: bool = False


_KINDS: Mapping[Asked, type | tuple[type, ...]] = {
    "text": str, "choice": str, "date": date, "fen": int, "count": int, "yes": bool, "percents": (tuple, list),
}  # fmt: skip


def filled(asks: tuple[Ask, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """已填写的内容 (what was filled in), empty fields left out. Raises Invalid for what cannot be kept."""
    kept = {name: value for name, value in given.items() if not empty(value)}
    official = {ask.name: ask.official for ask in asks}
    for name, value in kept.items():
        check_value(official.get(name, name), name, value)
    for ask in asks:
        if ask.name in kept and not isinstance(kept[ask.name], _KINDS[ask.kind]):
            raise Invalid(f"{ask.official}填写有误：{kept[ask.name]}")
    return kept


class Done(NamedTuple):
    """已办步骤 (a step that was taken): its number in the case, code, day, who took it, and what it stated."""

    no: int
    code: str
    on: date
    by: str
    data: Mapping[str, Any]
    entry: int | None = None
    evidence: str = ""


class Subject(NamedTuple):
    """当事人 (the person whom the case is about), as of the day of the act; None is not known."""

    no: int
    born_on: date | None
    capacity: Capacity
    alive: bool = True

    def grown(self, on: date) -> bool:
        """Full age and full capacity: may be a subject of credit or of a penalty."""
        return self.born_on is not None and age(self.born_on, on) >= ADULT and self.capacity is Capacity.FULL


class Obstacle(NamedTuple):
    """不能办理的原因 (why a step cannot be taken), with the article on which that rests."""

    code: str
    text: str
    law: str

    def __str__(self) -> str:
        return f"{self.text}（{self.law}）" if self.law else self.text


@dataclass(frozen=True, slots=True)
class Facts:
    """办理时的情况 (what is known when a step is asked for)."""

    on: date
    actor: str
    role: Role
    level: AreaLevel
    """Level of government at which the actor works."""
    history: tuple[Done, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    evidence: str = ""
    person: Subject | None = None
    delegated: bool = False
    """The province lets the township decide (社会救助法 44、47)."""
    relative: bool = False
    """The actor is on record as a relative of the household (民发〔2021〕57号 第11条)."""
    clocks: Mapping[str, Running] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    """What the ledger and the policy say, by name; each procedure's needs say which names they read."""

    def last(self, *codes: str) -> Done | None:
        """The last step of one of these codes."""
        return next((one for one in reversed(self.history) if one.code in codes), None)

    def done(self, *codes: str) -> bool:
        """Was one of these steps taken?"""
        return self.last(*codes) is not None


class Need(NamedTuple):
    """条件 (what must be there): `missing` is said when `holds` is not."""

    code: str
    missing: str
    law: str
    holds: Callable[[Facts], bool]
    tells: Callable[[Facts], str] | None = None
    """`missing` with the day or the value, where that helps the reader."""

    def said(self, facts: Facts) -> str:
        """What is said when it does not hold."""
        return self.missing if self.tells is None else self.tells(facts)

    def waits(self, row: Row, facts: Facts) -> bool:
        """Does it read a field that the step asks for and that is still empty? Then only the field is asked for."""
        left = {ask.name for ask in row.asks if not ask.optional and empty(facts.given.get(ask.name))}
        given = _Given(facts.given)
        return bool(left) and not self.holds(replace(facts, given=given)) and bool(given.looked_up & left)


class _Given(dict[str, Any]):
    """What a step states; it notes which fields are looked up."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(given)
        self.looked_up: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """One field, noted."""
        self.looked_up.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.looked_up.add(name)
        return super().__getitem__(name)


class Row(NamedTuple):
    """程序中的一步 (one step in the table of a procedure)."""

    code: str
    name: str
    after: tuple[str, ...]
    """Stages after which it may be taken; START opens the case."""
    by: tuple[Role, ...]
    law: str
    organ: Literal["township", "deciding", "county"] = "township"
    """Who may take it: any level, the organ that may decide, or the county only."""
    apart: tuple[str, ...] = ()
    """Steps whose actors may not take this one."""
    needs: tuple[Need, ...] = ()
    asks: tuple[Ask, ...] = ()
    papers: tuple[PaperKind, ...] = ()
    """Papers that it makes; without them it is not taken."""
    sheets: tuple[PaperKind, ...] = ()
    """Record sheets that can be printed for it."""
    serves: str = ""
    """The step whose papers are delivered by this one."""
    effect: StepEffect | None = None
    ends: bool = False
    side: bool = False
    """It does not move the case on: what could be done before can be done after."""
    job: bool = False
    """A job may take it: it prints what a named person has decided on."""
    when: Callable[[Facts], bool] | None = None
    """Whether the step belongs to this case at all."""
    only: str = ""
    """`when` in words, for the reader of the table."""


class Clock(NamedTuple):
    """期限 (clock) of a procedure: begun by a step, ended by another, its length a parameter of the region."""

    code: str
    name: str
    law: str
    key: str
    """Key of the parameter; the row says length and unit."""
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    of: Literal["机关", "当事人"] = "机关"
    """Whose time it is."""
    dated_by: str = ""
    """The field of the starting step that holds the day from which it runs; "" the day of the step."""
    told_by: str = ""
    """The field of an earlier step that told the person the length: then that length binds."""
    variant: str = ""
    rolls: bool = True
    remind_days: int = 3
    extendable: bool = False
    blocks: bool = False
    """While it cannot be computed with certainty, no adverse step rests on it."""


class Table(NamedTuple):
    """一种程序 (one procedure): its steps in order, and its clocks."""

    procedure: Procedure
    law: str
    rows: tuple[Row, ...]
    clocks: tuple[Clock, ...] = ()

    def row(self, code: str) -> Row:
        """The step of a code or of an official name. Raises Invalid, naming the steps that there are."""
        for one in self.rows:
            if code in (one.code, one.name):
                return one
        known = "、".join(one.name for one in self.rows)
        raise Invalid(f"“{self.procedure.value}”没有“{code}”这一步；各步骤为：{known}")

    def stage(self, history: tuple[Done, ...]) -> str:
        """The code of the last step that moved the case on."""
        sides = {SUSPEND, EXTEND, *(one.code for one in self.rows if one.side)}
        return next((one.code for one in reversed(history) if one.code not in sides), START)

    def closed(self, history: tuple[Done, ...]) -> bool:
        """Has the case come to an end?"""
        stage = self.stage(history)
        return stage != START and self.row(stage).ends

    def following(self, facts: Facts) -> tuple[Row, ...]:
        """The steps that may come next in this case, whoever takes them."""
        stage = self.stage(facts.history)
        return tuple(one for one in self.rows if stage in one.after and (one.when is None or one.when(facts)))


@dataclass(frozen=True, slots=True)
class Running:
    """一个期限的现状 (a clock as it stands on a day), with its whole computation."""

    clock: Clock
    since: date
    term: Term | None
    why: str
    """Why it cannot be computed; "" when it can."""
    stopped_on: date | None
    on: date

    @property
    def last_day(self) -> date | None:
        """The last day, or None when it cannot be computed."""
        if self.term is None:
            return None
        return self.term.end.date() if isinstance(self.term.end, datetime) else self.term.end

    @property
    def firm(self) -> bool:
        """Is the last day certain? (红线 14)"""
        return self.term is not None and not self.term.provisional

    @property
    def over(self) -> bool:
        """Is the whole period over, for certain?"""
        last = self.last_day
        return self.firm and last is not None and self.on > last

    @property
    def overdue(self) -> bool:
        """Did it pass without being met? A person's own time is never overdue."""
        last = self.last_day
        return self.clock.of == "机关" and self.stopped_on is None and last is not None and self.on > last

    @property
    def remind(self) -> bool:
        """Is it to be reminded of today?"""
        last = self.last_day
        near = last is not None and last - timedelta(days=self.clock.remind_days) <= self.on <= last
        return self.stopped_on is None and near

    def as_text(self) -> str:
        """The clock in Chinese, one line a step of the computation."""
        head = f"{self.clock.name}（{self.clock.law}）："
        if self.term is None:
            return head + f"自{self.since}起，{self.why}"
        state = f"已于{self.stopped_on}办结" if self.stopped_on else ("已逾期" if self.overdue else "")
        mark = "（暂定）" if self.term.provisional else ""
        lines = [f"{head}截至{self.last_day}{mark}{'，' + state if state else ''}"]
        return "\n".join([*lines, *(f"　{step}" for step in self.term.steps)])


SUSPEND, EXTEND = "SUSPEND", "EXTEND"
"""中止 and 延长: the two steps by which a clock is changed, in any open case, by a named person with a reason."""


def obstacles(table: Table, row: Row, facts: Facts) -> tuple[Obstacle, ...]:
    """Everything that keeps this step from being taken now; empty when it may be taken."""
    return tuple([*_order(table, row, facts), *_hands(table, row, facts), *_stated(row, facts), *_needs(row, facts)])


def _order(table: Table, row: Row, facts: Facts) -> Iterator[Obstacle]:
    stage = table.stage(facts.history)
    if stage not in row.after:
        now = "尚未立案" if stage == START else f"现在办到“{table.row(stage).name}”"
        before = "、".join(f"“{table.row(code).name}”" for code in row.after if code != START)
        yield Obstacle("order", f"{now}，“{row.name}”应在{before or '立案时'}之后办理", row.law)
    elif row.when is not None and not row.when(facts):
        yield Obstacle("when", f"本案不适用“{row.name}”（适用于{row.only}）", row.law)
    last = facts.history[-1].on if facts.history else None
    if last is not None and facts.on < last:
        yield Obstacle("back", f"日期 {facts.on} 早于上一步的 {last}，不得倒签", "红线第16条")


_ADVERSE_LAW = "民发〔2021〕57号第11条；行政处罚法第43条"


def _hands(table: Table, row: Row, facts: Facts) -> Iterator[Obstacle]:
    """Who may take it: role, level of government, other hands than before, no relative."""
    if facts.role is Role.SYSTEM and row.job:
        return
    if facts.role not in row.by:
        who = "、".join(role.value for role in row.by)
        yield Obstacle("role", f"“{row.name}”由{who}人员办理，{facts.actor} 的岗位是{facts.role.value}", row.law)
    if row.organ == "county" and facts.level is not AreaLevel.COUNTY:
        yield Obstacle("organ", f"“{row.name}”只能由县级社会救助管理部门办理", row.law)
    if row.organ == "deciding" and facts.level is not AreaLevel.COUNTY and not facts.delegated:
        yield Obstacle(
            "organ", f"本地没有将决定权限委托乡镇（街道），“{row.name}”由县级办理", "社会救助法第44条、第47条"
        )
    for one in facts.history:
        if one.code in row.apart and one.by == facts.actor:
            yield Obstacle(
                "apart", f"{facts.actor} 办理过“{table.row(one.code).name}”，不能再办理“{row.name}”", _ADVERSE_LAW
            )
            break
    else:
        if row.apart and facts.actor == facts.known.get("recorded_by"):
            yield Obstacle("apart", f"{facts.actor} 登记了这件事实，不能再办理“{row.name}”", _ADVERSE_LAW)
    if facts.relative:
        yield Obstacle("relative", f"{facts.actor} 与该户有近亲属关系，应当回避", "民发〔2021〕57号第11条")


def _stated(row: Row, facts: Facts) -> Iterator[Obstacle]:
    """Is everything stated that the step asks for?"""
    for ask in row.asks:
        value = facts.given.get(ask.name)
        if value in (None, "", ()):
            if not ask.optional:
                yield Obstacle("asks", f"请填写{ask.official}", row.law)
        elif isinstance(value, str) and ask.choices and value not in ask.choices:
            yield Obstacle("asks", f"{ask.official}应为{'、'.join(ask.choices)}之一，不能是“{value}”", row.law)
        elif ask.kind == "fen" and (type(value) is not int or value < 0):
            yield Obstacle("asks", f"{ask.official}应为不小于零的金额", row.law)
        elif ask.kind == "count" and (type(value) is not int or not 0 <= value <= LARGEST):
            yield Obstacle("asks", f"{ask.official}应为不小于零的整数", row.law)
        elif ask.kind == "text" and ask.name == "reason" and len(seen(str(value))) < 2:
            yield Obstacle("asks", f"请写明{ask.official}", row.law)
        elif ask.kind == "text" and ask.name == "reason" and (said := mere_assent(str(value))):
            yield Obstacle("reason", f"理由不能只写“{said}”，请写明认定的事实和依据：文书要让当事人看到理由", row.law)


def _needs(row: Row, facts: Facts) -> Iterator[Obstacle]:
    for need in row.needs:
        if not need.holds(facts) and not need.waits(row, facts):
            yield Obstacle(need.code, need.said(facts), need.law)


def reasons(found: Iterable[Obstacle]) -> list[str]:
    """逐条的原因 (the reasons in words), what is said twice said once with both articles."""
    laws: dict[str, list[str]] = {}
    for one in found:
        laws.setdefault(one.text, []).append(one.law)
    return [str(Obstacle("", text, "；".join(dict.fromkeys(one for one in law if one)))) for text, law in laws.items()]
