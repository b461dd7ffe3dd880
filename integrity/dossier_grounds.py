"""案卷·建议和规则 (dossier: grounds): what the program recommended and why, the order of checks, the rules in force.

The score only orders the office's own checks. It stands in the copies for a court, for an inspector and for the person
himself, whose right it is to have it explained; never in another (个人信息保护法 24; 红线 2、6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sqlmodel import col, select

from integrity import editions, recommendations
from integrity.dossier_sight import Sight
from integrity.errors import ChengxinError
from integrity.letters_family import Desk
from integrity.records.ledger import Decision, Finding
from integrity.records.office import Recommendation
from integrity.rules.explanation import Condition, Line
from integrity.rules.policy import KEYS, NotInForce, Policy, Row, shown
from integrity.rules.writing import paper_date, yuan
from integrity.terms import ExitReason, Outcome, Scheme
from reports.dossier import Block, Grid, Pairs, Part, Prose

EXPLAINED = 5
"""Days for which the reasons are printed: the last of those on which an opinion rests, and the day of the dossier."""
_ALWAYS = (
    "remedy.reconsideration", "remedy.litigation", "remedy.start.direct", "remedy.start.post",
    "remedy.start.electronic", "remedy.start.announcement", "service.announcement", "archive.approval",
)  # fmt: skip
"""Parameters that stand in every dossier: how remedy periods are counted, and how long the file is kept."""
_SCORE = re.compile("积分|等级|计分")
_MARKS = {True: "是", False: "否", None: "未涉及"}


def advice(sight: Sight, desk: Desk, told: list[recommendations.Explained]) -> Part:
    """处理建议及理由: what was recommended on which day, what named persons said to it, and why."""
    blocks: list[Block] = [_stored(sight), _opinions(sight)]
    for one in told:
        blocks += _reasons(sight, one)
    return Part(title="处理建议及理由", author=desk.organ.name, on=sight.on, blocks=tuple(blocks))


def explained(sight: Sight) -> list[recommendations.Explained]:
    """Why, for the days of the dossier: computed again from what was known then; the newest first."""
    days = {sight.on, *(one.recommended_on for one in sight.of(Decision))}
    found = []
    for on in sorted(days, reverse=True)[:EXPLAINED]:
        try:
            found.append(recommendations.explain(sight.work, sight.household_id, on))
        except (ChengxinError, NotInForce):  # not on the roll on that day, or no policy for it
            continue
    return found


def _stored(sight: Sight) -> Grid:
    query = select(Recommendation).where(Recommendation.household_id == sight.household_id)
    rows = tuple(
        (
            one.on_day.isoformat(), tuple(Scheme)[one.scheme].value, tuple(Outcome)[one.outcome].value,
            _reason(one), _new_amount(one),
        )
        for one in sight.work.session.exec(query.order_by(col(Recommendation.decided_at)))
    )  # fmt: skip
    return Grid(
        title="各次建议（与前一次不同的）", heads=("日期", "救助类别", "建议", "原因", "金额、期数"),
        widths=(13, 20, 14, 25, 28), rows=rows,
    )  # fmt: skip


def _reason(one: Recommendation) -> str:
    code = tuple(ExitReason)[one.reason_code]
    return "" if code is ExitReason.NONE else f"{code.name} {code.value}"


def _new_amount(one: Recommendation) -> str:
    said = [] if one.amount_now is None else [f"现发{yuan(one.amount_now)}"]
    if one.amount_min is not None and one.amount_max is not None and one.amount_min != one.amount_now:
        more = "" if one.amount_max == one.amount_min else f"至{yuan(one.amount_max)}"
        said.append(f"调整为{yuan(one.amount_min)}{more}")
    said += [f"渐退{one.months_min}至{one.months_max}个月"] if one.months_max else []
    return "，".join(said)


def _opinions(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), one.happened_on.isoformat(), one.recommended_on.isoformat(), one.verdict.value,
            one.outcome.value, sight.told(one.reason), sight.officer(one.decided_by),
        )
        for one in sight.of(Decision)
    )  # fmt: skip
    return Grid(
        title="审核意见", heads=("条目", "日期", "建议日期", "意见", "处理", "理由", "审核人"),
        widths=(6, 13, 13, 10, 12, 30, 16), rows=rows,
    )  # fmt: skip


def _reasons(sight: Sight, told: recommendations.Explained) -> Iterator[Block]:
    """One day's reasons, condition by condition, with figures, rows and articles."""
    why = told.explanation
    same = {True: "与当时存下的一致", False: "与当时存下的不一致", None: "当日没有评估，现按当时所知计算"}[told.same]
    lines = [f"{why.summary}（{same}；政策版本{told.edition[:12]}）。"]
    lines += ["作出决定前应当听取意见，作出后书面告知并说明理由（社会救助法第48条）。"] if why.hearing else []
    lines += [f"同时：{text}。" for text in why.follow_up]
    lines += [f"定期核查：{text}" for text in (why.due, *why.due_grounds)]
    lines += [f"需要人工确定：{text}" for text in why.questions]
    if not sight.reader.scored:
        lines = [line for line in lines if not _SCORE.search(line)]
    yield Prose(title=f"{paper_date(why.on)}的建议及理由", lines=tuple(map(sight.words, lines)))
    rows = tuple(_condition(one) for one in why.conditions if one.met is not None)
    yield Grid(heads=("条件", "是否", "数字", "参数行", "依据"), widths=(24, 7, 30, 23, 16), rows=rows)


def _condition(one: Condition) -> tuple[str, ...]:
    return one.text, _MARKS[one.met], one.figures, "；".join(one.rows), one.ground


def order_of_checks(sight: Sight, desk: Desk, told: list[recommendations.Explained]) -> list[Part]:
    """核查先后的计算: how the score came about on the last explained day; nothing for a reader who may not see it."""
    if not sight.reader.scored or not told:
        return []
    why = told[0].explanation
    mine = {one.seq for one in sight.of(Finding)}
    rows = tuple(_line(one) for one in why.lines if sight.member_no is None or one.seq in mine)
    lines = [
        f"{paper_date(why.on)}：诚信积分{why.points}，等级{why.level}。",
        "积分、等级只用于机关内部安排核查先后，不作为给予、减少或者停止救助的依据，不对外提供。",
    ]  # fmt: skip
    if len(rows) < len(why.lines):
        lines.append("只涉及其他成员的明细没有列出。")
    grid = Grid(
        heads=("认定", "事项", "行为日期", "分值", "计入期间", "是否计入及理由", "目录版本"),
        widths=(8, 18, 13, 9, 20, 20, 16), rows=rows,
    )  # fmt: skip
    title = "核查先后的计算（内部使用）"
    return [Part(title=title, author=desk.organ.name, on=sight.on, blocks=(Prose(lines=tuple(lines)), grid))]


def _line(one: Line) -> tuple[str, ...]:
    span = one.valid
    why = "；".join(one.reasons)
    return f"第{one.seq}条", one.item, one.acted, one.points, span, why, one.source


def rules(sight: Sight, desk: Desk, told: list[recommendations.Explained]) -> Part:
    """规则和参数: the edition, the parameter rows on which this file rests with their sources, and the articles."""
    policy = desk.policy
    rows = {one.id: one for one in (*_used(sight, told), *_of_cases(sight, policy))}
    grid = Grid(
        title="参数行", heads=("参数行编号", "问题", "值", "起止", "来源", "条文、说明"),
        widths=(21, 18, 13, 13, 20, 15),
        rows=tuple(_row(one) for _, one in sorted(rows.items())),
    )  # fmt: skip
    named = [("政策版本（SHA-256）", policy.edition)]
    named += [("采用的积分目录", "、".join(policy.adopted))] if policy.adopted and sight.reader.scored else []
    named += [(f"{one.explanation.on}的建议所用版本", one.edition) for one in told]
    blocks: tuple[Block, ...] = (Pairs(rows=tuple(named)), grid)
    laws = tuple(_laws(sight))
    blocks += (Prose(title="各步骤的依据", lines=laws),) if laws else ()
    return Part(title="规则和参数", author=desk.organ.name, on=sight.on, blocks=blocks)


def _used(sight: Sight, told: list[recommendations.Explained]) -> Iterator[Row]:
    """The rows that the explanations name, each of the edition of its day."""
    for one in told:
        policy = editions.by_edition(sight.work, one.edition)
        for condition in one.explanation.conditions:
            yield from (policy.by_id(row) for row in condition.rows)


def _of_cases(sight: Sight, policy: Policy) -> Iterator[Row]:
    """The rows that set the time limits of the cases, in force when each began, and those of the remedies."""
    wanted: set[tuple[str, date, str]] = {(key, sight.on, "") for key in _ALWAYS}
    for case in sight.cases:
        for clock in case.table.clocks:
            wanted |= {
                (clock.key, one.on, clock.variant) for one in case.history if clock.key and one.code in clock.starts
            }
    for key, on, variant in sorted(wanted):
        row = policy.find(key, sight.township, on, variant)
        if row is not None:
            yield row


def _row(one: Row) -> tuple[str, ...]:
    until = "" if one.until is None else f"至{one.until}"
    said = "；".join(text for text in (one.law, one.note) if text)
    return one.id, KEYS[one.key].question, shown(one), f"{one.since}起{until}", one.source, said


def _laws(sight: Sight) -> Iterator[str]:
    """The articles on which the steps of each case rest, each once."""
    for case in sight.cases:
        taken = {one.code for one in case.history}
        laws = dict.fromkeys(row.law for row in case.table.rows if row.code in taken)
        yield f"第{case.no}号案件（{case.procedure.value}）：{'；'.join((case.table.law, *laws))}"
