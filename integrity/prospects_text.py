"""前景的文字 (prospects in words): what an officer reads to a family: ways back, ends, figures, days, and the grounds.

Whatever it says of points, it says first what they are for; of money it states what the rules say at a figure and asks
nobody for any.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from integrity.prospects import Prospects, WhatIf
from integrity.rules import credit, restoration, turning
from integrity.rules.facts import UNKNOWN, date_of
from integrity.rules.policy import Item
from integrity.rules.restoration import Act, Step, Way
from integrity.rules.turning import Fact, Stretch, Turn
from integrity.rules.withdrawal import Verdict, counted
from integrity.rules.workdays import Period, add_months_day, end_of
from integrity.rules.writing import paper_date, yuan
from integrity.terms import Event, ExitReason, FindingState, Outcome, Presence

ORDER_ONLY = (
    "积分、等级只用于安排本机关核查的先后，不是救助的条件，不影响受理、给予、数额和停止，不对外提供；"
    "不得以放弃救助、交钱交物换取积分。"
)  # fmt: skip
FACTS_ONLY = (
    "以下是事实如有变化时按同一规则得出的结果，不是要求：收入、财产、人口照实申报，不必也不得为此少报、隐瞒。"
    "任何处理须由工作人员决定，不利的先听取意见（社会救助法第48条）。"
)  # fmt: skip
_WHY = {
    restoration.GIVES_UP: "涉及放弃救助或者财物，不作为提高积分的途径",
    restoration.TAKES_TIME: "要经过一段时间才能成立，起止由工作人员确定",
    restoration.NOBODY: "没有能够办到的成员（须共同生活、成年、完全民事行为能力；劳动就业的须有劳动能力）",
    restoration.ENDS_FIRST: "可以申请修复之前已自动失效，不必申请",
    restoration.NO_MINIMUM: "没有对应的国家分级，或者最短公示期没有设定，能否修复须由人确定",
    restoration.NO_DOCUMENT: "没有登记认定文书的日期，不能推算，请补录",
}
_CHANGES = {
    (turning.PROPERTY, 0): "家庭财产经核查符合规定", (turning.PROPERTY, 1): "家庭财产超过规定",
    (turning.REFUSALS, 0): "第{no}号成员接受介绍的工作", (turning.SCHOOLING, 1): "第{no}号成员仍在校就读",
    (turning.PRESENCE, Presence.PRESENT.number): "第{no}号成员恢复共同生活",
    (turning.PRESENCE, Presence.LEFT.number): "第{no}号成员不再共同生活",
}  # fmt: skip


def as_text(p: Prospects) -> str:
    """前景全文 (the prospects of one household), in Chinese."""
    whose = "全户" if p.member is None else f"第{p.member}号成员"
    parts = [
        f"情形日期：{paper_date(p.on)}　所知截至 {p.known_until:%Y-%m-%d %H:%M:%S}　政策版本 {p.edition[:16]}",
        "", f"一、积分（{whose}）", ORDER_ONLY, *_score(p), "", "二、处理建议（全户）", FACTS_ONLY, *_recommendation(p),
    ]  # fmt: skip
    return "\n".join(parts)


def what_if_text(told: WhatIf) -> str:
    """测算全文 (what if), in Chinese: first what differs, then the whole explanation on the supposed facts."""
    now, then = (tuple(Outcome)[one.outcome].value for one in (told.as_known, told.supposed))
    return "\n".join((
        "【测算】按假设的事实算出，没有写入任何登记，不作为办理依据。", FACTS_ONLY,
        f"处理建议：现为“{now}”，假设后为“{then}”", f"积分：{_change(told)}", ORDER_ONLY, "",
        told.explanation.as_text(),
    ))  # fmt: skip


def _change(told: WhatIf) -> str:
    now, then = ("不计分" if one.points is None else points(one.points) for one in (told.as_known, told.supposed))
    return f"现为{now}，假设后为{then}"


def points(milli: int) -> str:
    """积分 (points) as written: 97500 → 97.5分."""
    return f"{milli / 1000:.3f}".rstrip("0").rstrip(".") + "分"


def _day(epoch_day: int) -> str:
    return paper_date(date_of(epoch_day))


def _mark(p: Prospects, on: int, milli: int, level: int) -> str:
    if milli == UNKNOWN:
        return "没有采用积分目录，不计分"
    return f"{points(milli)}，{restoration.terms_on(p.periods, on).levels[level]}级"


def _score(p: Prospects) -> Iterator[str]:
    first, *later = p.outlook.steps
    yield f"现在：{_mark(p, first.on, first.points, first.level)}"
    if first.points == UNKNOWN and not later:
        return
    yield "（一）什么都不办，积分怎样变化"
    yield from (f"　{_step(p, one)}" for one in later)
    if not later:
        yield "　没有将要到期或者生效的认定，不变"
    yield from _contested(p)
    yield "（二）可以依法办理的事（各自单独办理的结果）"
    yield from _acts(p)
    yield from _ways(p)


def _step(p: Prospects, step: Step) -> str:
    said = [f"{_item(p, seq)}不再计入" for seq in step.ended] + [f"{_item(p, seq)}开始计入" for seq in step.begun]
    return f"{_day(step.on)}起：{'，'.join(said) or '规定变化'}，{_mark(p, step.on, step.points, step.level)}"


def _item(p: Prospects, seq: int) -> str:
    """A finding by its number, with the official name of its item."""
    for _, terms in p.periods:
        for one in credit.score(p.known.findings, terms, p.known.situation.on).contributions:
            if one.seq == seq and one.item >= 0:
                return f"第{seq}号（{terms.items[one.item].name}）"
    return f"第{seq}号"


def _contested(p: Prospects) -> Iterator[str]:
    open_ones = [
        one.seq for one in p.known.findings
        if one.state == FindingState.CONTESTED.number and p.member in (None, one.member_no)
    ]  # fmt: skip
    yield from (f"　{_item(p, seq)}正在处理异议，暂不计入；结论没有作出，不能推算" for seq in open_ones)


def _acts(p: Prospects) -> Iterator[str]:
    n = 0
    for n, act in enumerate(p.outlook.acts, start=1):
        yield f"　{n}. {_TOLD[act.state](p, act)}"
    if not n:
        yield "　没有"
    yield from (f"　不能修复：{_item(p, seq)}，{_WHY[why]}" for seq, why in p.outlook.hindered)
    yield from (f"　没有列入：{item.name}，{_WHY[why]}" for item, why in p.outlook.left_out)


def _result(p: Prospects, act: Act) -> str:
    return _mark(p, act.since, act.points, act.level)


def _repair(p: Prospects, act: Act) -> str:
    answered = ""
    if p.rights.feedback != UNKNOWN:
        term = end_of(date_of(act.since), Period(p.rights.feedback, "工作日"), p.workdays)
        unsure = "，放假安排未录入，暂定" if term.provisional else ""
        answered = f"机关应当在{p.rights.feedback}个工作日内答复（当日申请的，至{paper_date(term.end)}{unsure}）；"
    return (
        f"信用修复 {_item(p, act.fact.seq)}：属{act.item.national_class.value}失信，最早{_day(act.since)}可以申请"
        f"（国家发展改革委令第36号）；条件：{p.rights.conditions or '没有设定，请人工确定'}；{answered}"
        f"最早于该日认定修复的，{_result(p, act)}；不申请的，{_day(act.until + 1)}自动失效"
    )  # fmt: skip


def _objection(p: Prospects, act: Act) -> str:
    said = "认定有错误、遗漏的，可以提出异议"
    if p.rights.objection != UNKNOWN:
        said += f"，{p.rights.objection}个工作日内处理"
    lasts = [
        f"{name}至{paper_date(term.end)}{'（暂定）' if term.provisional else ''}"
        for name, term in restoration.remedies(act.fact.effective_on, p.rights, p.workdays)
        if not isinstance(term.end, datetime) and term.end >= p.on
    ]  # fmt: skip
    said += f"；不服认定的，申请或者起诉的最后一日：{'、'.join(lasts)}（按生效日推算，以送达日为准）" if lasts else ""
    return (
        f"异议 {_item(p, act.fact.seq)}：{said}；自{_day(act.since)}处理期间不计入，{_result(p, act)}，"
        "认定撤销的不再计入，维持的恢复计入"
    )  # fmt: skip


def _trust(p: Prospects, act: Act) -> str:
    return (
        f"守信 {act.item.code}{act.item.name}（第{act.fact.member_no}号成员）：确有其事、经复核和认定的才计入；"
        f"行为发生并于当日认定生效的，最早{_day(act.since)}，{_result(p, act)}"
    )  # fmt: skip


_TOLD = {FindingState.REPAIRED: _repair, FindingState.CONTESTED: _objection, FindingState.EFFECTIVE: _trust}


def _ways(p: Prospects) -> Iterator[str]:
    if p.outlook.steps[0].level == 0:
        yield "（三）已是最高等级"
        return
    yield "（三）怎样达到上一等级（异议的结果不能预计，不算在内）"
    for way in p.outlook.ways:
        yield from (f"　{one}" for one in _way(p, way))
    if not p.outlook.ways:
        yield "　按现有规定，所列各项都办到也不能达到，或者没有采用目录"


def _way(p: Prospects, way: Way) -> Iterator[str]:
    for choice in way.choices:
        said = "、".join(_short(p, act) for act in choice.acts)
        result = _mark(p, way.on, choice.points, choice.level)
        yield f"{_day(way.on)}：{'到该日都已生效：' + said if said else '什么都不办'}，{result}"


def _short(p: Prospects, act: Act) -> str:
    if act.state is FindingState.REPAIRED:
        return f"修复{_item(p, act.fact.seq)}"
    return f"{_coded(act.item)}（第{act.fact.member_no}号成员）"


def _coded(item: Item) -> str:
    return f"{item.code}{item.name}"


def _recommendation(p: Prospects) -> Iterator[str]:
    if p.stops_on is not None:
        yield f"已决定自{paper_date(p.stops_on)}起停止救助，不再提出处理建议，也不再核查。"
        yield "认为决定不对的，在决定书告知的期限内申请行政复议或者提起行政诉讼；以后符合条件的，可以重新申请。"
        return
    yield f"现在：{_outcome(p.verdict)}"
    if p.withdrawing:
        yield from _withdrawing(p)
    due = p.finding.due_on
    yield f"下次核查：{'没有应核查日' if due is None else _day(due)}"
    yield "（一）情形不变，只是时间和已公布的规定变化"
    yield from (f"　{_day(on)}起：{_outcome(verdict)}" for on, verdict in p.course[1:])
    if len(p.course) == 1:
        yield "　三十六个月内不变"
    if p.withdrawing:
        yield "（二）哪些变化会使建议改变（自上述情形日期起）"
        yield from _turns(p, p.others)
    if p.verdict.outcome in turning.ADVERSE:
        yield f"（{'三' if p.withdrawing else '二'}）最少哪些事实不同，建议即为“继续给予”（自上述情形日期起）"
        yield from _turns(p, p.keeps)
    if p.stretches:
        yield "其他情形不变，家庭月收入在各区间的处理建议："
        yield from (f"　{_stretch(one, p.stretches)}" for one in p.stretches)


def _turns(p: Prospects, turns: tuple[Turn, ...]) -> Iterator[str]:
    yield from (f"　{n}. {_turn(p, turn)}" for n, turn in enumerate(turns, start=1))
    if not turns:
        yield "　没有查到这样的变化，请人工研究（如重新申请）"


def _withdrawing(p: Prospects) -> Iterator[str]:
    s = p.known.situation
    if s.withdrawal_months == UNKNOWN:
        yield "正在渐退，渐退期的长短没有登记"
        return
    end = add_months_day(s.withdrawal_on, s.withdrawal_months)
    yield f"渐退期：{_day(s.withdrawal_on)}至{_day(end - 1)}，{_day(end)}期满"


def _outcome(one: Verdict | Stretch) -> str:
    code = tuple(ExitReason)[one.code]
    reason = "" if code is ExitReason.NONE else f"（{code.value}）"
    return f"{tuple(Outcome)[one.outcome].value}{reason}"


def _turn(p: Prospects, turn: Turn) -> str:
    said = "，并且".join(_fact(p, fact, turn) for fact in turn.facts)
    more = "" if turn.beyond == UNKNOWN else f"；多一分即为“{tuple(Outcome)[turn.beyond].value}”"
    return f"{said}：{_outcome(turn.verdict)}{more}"


def _stretch(one: Stretch, every: tuple[Stretch, ...]) -> str:
    if one is every[-1]:
        return f"{yuan(one.low)}以上：{_outcome(one)}"
    return f"{yuan(one.low)}{'' if one.low == one.high else '至' + yuan(one.high)}：{_outcome(one)}"


def _fact(p: Prospects, fact: Fact, turn: Turn) -> str:
    if fact.about == turning.INCOME:
        return _income(p, fact, turn)
    if fact.about == turning.JOINED:
        return f"增加{fact.value}名共同生活成员"
    if fact.about == turning.EVENT:
        whose = f"（第{fact.member}号成员）" if fact.member > 0 else ""
        return f"“{tuple(Event)[fact.value].value}”{whose}经查不属实，或者已依法撤回"
    return _CHANGES[fact.about, fact.value].format(no=fact.member)


def _income(p: Prospects, fact: Fact, turn: Turn) -> str:
    """The stretch of income over which it holds, with the sum for each person."""
    persons = counted(turning.suppose(p.known.situation, (one for one in turn.facts if one is not fact)))
    each = f"（{persons}人，人均约{yuan(fact.value // persons)}）" if persons else ""
    if turn.low == fact.value:
        return f"家庭月收入恰为{yuan(fact.value)}{each}"
    least = f"在{yuan(turn.low)}以上、" if turn.low > 0 else ""
    return f"家庭月收入{least}不超过{yuan(fact.value)}{each}"
