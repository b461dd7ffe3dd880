"""说明 (explanation): why this recommendation, this score and this day, with every figure, row and article?

Computed by the very functions that decide (`withdrawal.decide`, `recheck.due`, `credit.score`), so that what a person
is told can never differ from what was calculated (个人信息保护法 24; 社会救助法 48). Sums are in yuan, days in words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from integrity.rules import credit, recheck, withdrawal
from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, FindingFacts, Order, Situation, date_of
from integrity.rules.policy import Policy
from integrity.rules.policy_keys import KEYS
from integrity.rules.workdays import add_months_day
from integrity.rules.writing import paper_date, yuan
from integrity.terms import Event, ExitReason, Outcome

_NO_DAY = "日期不明"
_MARKS = {True: "是", False: "否", None: "未涉及"}
_EVENTS = tuple(Event)


@dataclass(frozen=True, slots=True)
class Condition:
    """条件 (one condition): the statement, whether it was found true, the figures, the rows and the article."""

    text: str
    met: bool | None
    """None: not reached or not concerned."""
    figures: str
    rows: tuple[str, ...]
    ground: str


@dataclass(frozen=True, slots=True)
class Line:
    """计分明细 (one finding in the score): its source, what it weighs, from when until when, and why."""

    seq: int
    item: str
    acted: str
    points: str
    since: str
    until: str
    """First day on which it no longer counts."""
    counted: bool
    reasons: tuple[str, ...]
    source: str
    """Row of the catalogue."""

    @property
    def valid(self) -> str:
        """计入期间 (the time in which it counts), as far as it has one."""
        return "没有计入期间" if self.until == _NO_DAY else f"自{self.since}起至{self.until}前"


@dataclass(frozen=True, slots=True)
class Explanation:
    """处理建议说明书的内容 (explanation of one household on one day); `as_text` is what an officer reads."""

    on: date
    area: str
    outcome: Outcome
    summary: str
    code: ExitReason
    hearing: bool
    conditions: tuple[Condition, ...]
    follow_up: tuple[str, ...]
    points: str
    level: str
    lines: tuple[Line, ...]
    due: str
    due_grounds: tuple[str, ...]
    questions: tuple[str, ...]

    def as_text(self) -> str:
        """The whole explanation in Chinese; conditions that were not reached are left out."""
        checked = [one for one in self.conditions if one.met is not None]
        parts = [f"情形日期：{paper_date(self.on)}　行政区划：{self.area}", f"处理建议：{self.summary}"]
        if self.hearing:
            parts.append("作出决定前应当听取意见，作出后书面告知并说明理由（社会救助法第48条）。")
        parts += ["理由："] + [f"{n}. {_told(one)}" for n, one in enumerate(checked, start=1)]
        parts += [f"同时：{text}。" for text in self.follow_up]
        parts += [f"定期核查：{self.due}"] + [f"　事由：{text}" for text in self.due_grounds]
        parts.append(f"诚信积分：{self.points}　等级：{self.level}")
        parts += [f"　{_scored(line)}" for line in self.lines]
        parts += ["需要人工确定："] + [f"{n}. {text}" for n, text in enumerate(self.questions, start=1)] \
            if self.questions else []
        parts.append("积分、等级只用于安排核查先后，不作为给予、减少或者停止救助的依据；"
                     "本建议须由工作人员决定，当事人可以要求人工复核、陈述意见和提出异议（个人信息保护法第24条）。")
        return "\n".join(parts)


def explain(
    situation: Situation, findings: tuple[FindingFacts, ...], orders: tuple[Order, ...], policy: Policy, area: str,
    *, adopted: Collection[str], on: date,
) -> Explanation:  # fmt: skip
    """说明 (explain) one household of `area` on the day `on`; `adopted` names the catalogues adopted there."""
    view = policy.adopting(adopted)
    p = withdrawal.parameters(view, area, situation.urban, on)
    cycle, terms = recheck.parameters(view, area, on), credit.terms(view, area, adopted, on)
    scored = credit.score(findings, terms, situation.on)
    level = terms.levels[scored.level] if scored.level != UNKNOWN else ""
    verdict, due = withdrawal.decide(situation, p), recheck.due(situation, cycle, orders, level)
    rows = dict(p.rows) | dict(cycle.rows)
    return Explanation(
        on=on, area=area, outcome=tuple(Outcome)[verdict.outcome], summary=_summary(verdict, p, situation),
        code=tuple(ExitReason)[verdict.code], hearing=verdict.hearing == 1,
        conditions=_conditions(situation, p, verdict, rows),
        follow_up=tuple(one.text for one in g.named(g.FOLLOW_UP, verdict.follow)),
        points="没有采用积分目录，不计分" if scored.points == UNKNOWN else _points(scored.points),
        level=level or "无", lines=tuple(_line(one, findings[n], terms) for n, one in enumerate(scored.contributions)),
        due=_due(due, situation, orders),
        due_grounds=tuple(
            f"{one.text}（{one.law_for(situation.scheme)}）" for one in g.named(g.DUE_GROUNDS, due.grounds)
        ),
        questions=_questions(verdict.ask | due.ask, (*p.unset, *cycle.unset)),
    )  # fmt: skip


def _told(one: Condition) -> str:
    rows = f"〔参数 {'；'.join(one.rows)}〕" if one.rows else ""
    return f"{one.text}——{_MARKS[one.met]}{'：' + one.figures if one.figures else ''}（{one.ground}）{rows}"


def _scored(line: Line) -> str:
    valid = line.valid if line.until == _NO_DAY else f"{line.valid}有效"
    return (f"第{line.seq}号 {line.item}，行为{line.acted}，分值{line.points}，{valid}，"
            f"{'；'.join(line.reasons)}〔{line.source}〕")  # fmt: skip


def _money(fen: int) -> str:
    return "未知" if fen == UNKNOWN else yuan(fen)


def _day(epoch_day: int) -> str:
    return _NO_DAY if epoch_day == UNKNOWN else paper_date(date_of(epoch_day))


def _points(milli: int) -> str:
    return f"{milli / 1000:.3f}".rstrip("0").rstrip(".") + "分"


def _ratio(basis_points: int) -> str:
    return f"{basis_points / 100:.2f}".rstrip("0").rstrip(".") + "%"


def _summary(v: withdrawal.Verdict, p: withdrawal.Parameters, s: Situation) -> str:
    """The outcome in words, with code, months, sums and the person concerned."""
    words = [tuple(Outcome)[v.outcome].value]
    if v.code:
        reason = tuple(ExitReason)[v.code]
        words.append(f"（{reason.name} {reason.value}）")
    if v.member:
        words.append(f"，仅涉及第{v.member}号成员本人")
    if v.months_max:
        months = f"{v.months_min}至{v.months_max}" if v.months_min != v.months_max else str(v.months_max)
        words.append(f"，渐退期{months}个月")
        if p.usual_months != UNKNOWN and v.months_min <= p.usual_months <= v.months_max:
            words.append(f"（当地一般为{p.usual_months}个月）")
        paid = withdrawal.payments(v.months_max, s.amount, p.schedule, _cap(p, s))
        if paid:
            words.append(f"，逐月{'、'.join(yuan(fen) for fen in paid)}")
    elif v.outcome in (Outcome.RAISE.number, Outcome.LOWER.number):
        new = "由人工确定" if v.amount_new_min == UNKNOWN else _money(v.amount_new_min)
        if v.amount_new_max != v.amount_new_min:
            new += f"至{_money(v.amount_new_max)}"
        words.append(f"，每月由{_money(v.amount_now)}调整为{new}")
    return "".join(words)


def _cap(p: withdrawal.Parameters, s: Situation) -> int:
    return p.standard * withdrawal.counted(s) if p.cap == 1 and p.standard != UNKNOWN else UNKNOWN


def _conditions(
    s: Situation, p: withdrawal.Parameters, v: withdrawal.Verdict, rows: dict[str, str]
) -> tuple[Condition, ...]:
    """Every condition of the table, with what was found."""
    found = []
    for one in g.CONDITIONS:
        met = True if v.met & one.bit else False if v.unmet & one.bit else None
        figures = _FIGURES[one.bit](s, p) if met is not None and one.bit in _FIGURES else ""
        used = tuple(row for name, row in rows.items() if met is not None and name.split("/")[0] in one.keys)
        found.append(Condition(one.text, met, figures, used, one.law_for(s.scheme)))
    return tuple(found)


def _line_figures(s: Situation, p: withdrawal.Parameters) -> str:
    persons = withdrawal.counted(s)
    if s.income == UNKNOWN or p.standard == UNKNOWN or not persons:
        return ""
    return (f"家庭月收入{yuan(s.income)}，{persons}人，人均约{yuan(s.income // persons)}，"
            f"标准每人每月{yuan(p.standard)}，合计{yuan(p.standard * persons)}")  # fmt: skip


def _edge_figures(s: Situation, p: withdrawal.Parameters) -> str:
    return f"{_line_figures(s, p)}，边缘标准为低保标准的{p.edge_bp / 10000:g}倍"


def _change_figures(s: Situation, p: withdrawal.Parameters) -> str:
    """The incomes, which need not differ: another number of persons is a clear change too (`verdict.clear_change`)."""
    if s.persons_then not in (UNKNOWN, withdrawal.counted(s)):
        incomes = f"核定时收入{_money(s.income_then)}，现收入{_money(s.income)}"
        return f"{_person_figures(s, p)}，人口有变动；{incomes}"
    limit = "界限没有设定" if p.clear_change_bp == UNKNOWN else f"界限为原收入的{_ratio(p.clear_change_bp)}"
    return f"核定时收入{_money(s.income_then)}，现收入{_money(s.income)}，{limit}"


def _person_figures(s: Situation, p: withdrawal.Parameters) -> str:
    then = "不明" if s.persons_then == UNKNOWN else f"{s.persons_then}人"
    return f"核定时{then}，现计入{withdrawal.counted(s)}人"


def _amount_figures(s: Situation, p: withdrawal.Parameters) -> str:
    line = "" if p.standard == UNKNOWN else f"，标准合计{yuan(p.standard * withdrawal.counted(s))}"
    return f"现发{_money(s.amount)}{line}，现收入{_money(s.income)}"


def _refusal_figures(s: Situation, p: withdrawal.Parameters) -> str:
    refused = "、".join(f"第{m.no}号成员{m.refusals}次" for m in s.members if m.refusals > 0)
    return f"{refused}，规定次数{p.refusals}次"


def _withdrawal_figures(s: Situation, p: withdrawal.Parameters) -> str:
    end = add_months_day(s.withdrawal_on, s.withdrawal_months)
    return f"自{_day(s.withdrawal_on)}起{s.withdrawal_months}个月，至{_day(end - 1)}"


def _validity_figures(s: Situation, p: withdrawal.Parameters) -> str:
    end = add_months_day(s.confirmed_on, p.rigid_months)
    return f"{_day(s.confirmed_on)}认定，{p.rigid_months}个月，{_day(end)}期满"


def _standard_figures(s: Situation, p: withdrawal.Parameters) -> str:
    return f"{_day(p.standard_since)}起每人每月{_money(p.standard)}，此前{_money(p.standard_before)}"


_FIGURES: dict[int, Callable[[Situation, withdrawal.Parameters], str]] = {
    g.AT_OR_BELOW_LINE: _line_figures, g.WITHIN_EDGE: _edge_figures, g.CLEAR_CHANGE: _change_figures,
    g.PERSONS_SAME: _person_figures, g.SOMEONE: _person_figures, g.AMOUNT_AS_ENTITLED: _amount_figures,
    g.STANDARD_ROSE: _standard_figures, g.JOBS_REFUSED: _refusal_figures,
    g.WITHDRAWAL_RUNNING: _withdrawal_figures, g.STATUS_VALID: _validity_figures,
    g.WITHIN_BAND: lambda s, p: f"{_line_figures(s, p)}，上限为标准的{_ratio(p.band_bp)}",
}  # fmt: skip


def _line(one: credit.Contribution, finding: FindingFacts, t: credit.Terms) -> Line:
    item = t.items[one.item] if one.item >= 0 else None
    acted = _day(finding.act_on)
    if finding.act_end != finding.act_on:
        acted += f"至{_day(finding.act_end)}"
    return Line(
        one.seq, finding.item if item is None else f"{item.name}（{item.kind.value}）", acted, _points(one.weight),
        _day(one.start), _day(one.end), bool(one.reasons & g.COUNTED),
        tuple(reason.text for reason in g.named(g.SCORE_REASONS, one.reasons)),
        "行为时的目录中没有" if item is None else item.id,
    )  # fmt: skip


def _due(due: recheck.Due, s: Situation, orders: tuple[Order, ...]) -> str:
    """The due day with its computation."""
    if due.due_on == UNKNOWN:
        return "不需要核查" if not due.ask else "日期无法计算，请先补齐资料"
    words = [f"应于{_day(due.due_on)}核查"]
    if due.base_day != UNKNOWN and due.cycle_months != UNKNOWN:
        cycle = add_months_day(due.base_day, due.cycle_months)
        words.append(f"（{_day(due.base_day)}加{due.cycle_months}个月为{_day(cycle)}）")
    if due.order >= 0:
        order = orders[due.order]
        words.append(f"；依{order.number}（{_day(order.signed_on)}）延长{order.months}个月")
    if due.pulled_by >= 0:
        kind, happened, reported, _ = s.events[due.pulled_by]
        words.append(f"；因{_EVENTS[kind].value}（{_day(happened)}发生，{_day(reported)}报告）提前")
    if due.listed_on != UNKNOWN:
        words.append(f"；{_day(due.listed_on)}列入名单")
    if due.must_finish_on != UNKNOWN:
        late = due.listed_on != UNKNOWN and due.must_finish_on < due.listed_on
        passed = "（列入名单时已经超过，应当立即办理）" if late else ""
        words.append(f"；须于{_day(due.must_finish_on)}前（含当日）核查并办结{passed}")
    return "".join(words)


def _questions(ask: int, unset: tuple[str, ...]) -> tuple[str, ...]:
    """The questions for a person, each with the policy question of the values that are not set."""
    asked = []
    for one in g.named(g.QUESTIONS, ask):
        missing = dict.fromkeys(name.split("/")[0] for name in unset if name.split("/")[0] in one.keys)
        open_keys = "".join(f"（参数{key}：{KEYS[key].question}）" for key in missing)
        asked.append(f"{one.text}{open_keys}")
    return tuple(asked)
