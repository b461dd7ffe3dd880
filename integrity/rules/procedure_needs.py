"""步骤的条件 (needs of steps): each condition that a table of `procedure_tables` names, with its article.

A need reads nothing but `Facts`: the history of the case, what the step states, its clocks, and the few values of
`known` that its comment names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from integrity.rules.payable import Plan, heavier
from integrity.rules.procedure import Facts, Need
from integrity.rules.stated import seen
from integrity.terms import NationalClass, Outcome, Term

T = TypeVar("T", bound=Term)

HEARING_STEPS = ("STATEMENT", "SILENT", "WAIVED")
"""陈述申辩、逾期未提出、表示没有意见: the three ways in which a person was heard."""
TAKEN_IN = "用 chengxin evidence add 文件 --household 户编号 保存，把给出的指纹填在证据（--evidence）一栏"
"""How a signed paper becomes evidence of a step."""
_LAW48 = "社会救助法第48条"
_WEIGHT = {Outcome.RAISE: 0, Outcome.KEEP: 1, Outcome.WITHDRAW: 2, Outcome.LOWER: 3, Outcome.EXIT: 4}


def _named(kind: type[T], told: object) -> T | None:
    """The term that a step states; None where it states none, or a word that is no such term (refused by its ask)."""
    try:
        return None if told in (None, "") else kind.named(str(told))
    except KeyError:
        return None


def planned(f: Facts) -> Outcome | None:
    """What the case is about, by its opening step (or by the step that opens it)."""
    opened = f.history[0].data if f.history else f.given
    return _named(Outcome, opened.get("outcome"))


def adverse(f: Facts) -> bool:
    """Would something be taken from the person? A raise with one member's share cut is adverse for that member."""
    told = planned(f)
    return told is not None and (told.adverse or bool(f.known.get("someone_loses")))


def nobody_loses(f: Facts) -> bool:
    """The case takes nothing from anybody who could be heard."""
    return not adverse(f) or bool(f.known.get("nobody_left"))


def to_be_heard(f: Facts) -> bool:
    """Something would be taken, and there is somebody to hear."""
    return not nobody_loses(f)


def _not_heavier(f: Facts) -> bool:
    """The decision against what was told: no heavier kind, and in no month less than that would have paid."""
    told = f.history[0].data if f.history else {}
    before, chosen = planned(f), _named(Outcome, f.given.get("outcome"))
    if before is None or chosen is None:  # what is not filled in, or no such word, is refused by its own name
        return before is None or f.given.get("outcome") in (None, "")
    if _WEIGHT.get(chosen, 9) > _WEIGHT.get(before, 9) or _shorter(told, f.given):
        return False
    return not heavier(f.known.get("amount_now"), _plan(before, told), _plan(chosen, f.given), f.on)


def _shorter(told: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Fewer months of 渐退 than were told, or in one of them a lower share."""
    fewer = bool(told.get("months") and now.get("months") and now["months"] < told["months"])
    shares = zip(told.get("schedule") or (), now.get("schedule") or (), strict=False)
    return fewer or any(type(a) is type(b) is int and b < a for a, b in shares)


def _plan(outcome: Outcome, said: Mapping[str, Any]) -> Plan:
    """What a step says is to be paid; words of another kind are refused by its asks."""
    since, amount = said.get("effective_on"), said.get("amount")
    percents = tuple(one for one in said.get("schedule") or () if type(one) is int)
    return Plan(outcome, since if isinstance(since, date) else None, amount if type(amount) is int else None, percents)


def _level_as_told(f: Facts) -> bool:
    """The class of a finding against the one of which the person was told."""
    told = _named(NationalClass, f.history[0].data.get("level") if f.history else None)
    now = _named(NationalClass, f.given.get("level"))
    return told is None or now is None or now.number <= told.number


def _as_heavy(name: str) -> Need:
    """An amount that the person is to pay may not be more than he was told."""
    return Need(
        "heavier", "决定的金额不得高于事先告知的金额", "行政处罚法第45条",
        lambda f: (f.history[0].data.get(name) if f.history else None) is None
        or f.given.get(name) is None
        or f.given[name] <= f.history[0].data[name],
    )  # fmt: skip


def _over(clock: str, missing: str, law: str) -> Need:
    """A period that must be over, for certain, before silence means anything (红线 14, 17)."""
    return Need("period", missing, law, lambda f: clock in f.clocks and f.clocks[clock].over)


def _firm(f: Facts) -> bool:
    """Every clock that adverse steps rest on can be computed with certainty."""
    return all(one.firm for one in f.clocks.values() if one.clock.blocks)


def _own_share(f: Facts) -> bool:
    """One member's act: what is left is at least the others' share, and nobody else goes with him."""
    floor, outcome = f.known.get("floor"), _named(Outcome, f.given.get("outcome"))
    if not floor or outcome is None:
        return True
    if outcome in (Outcome.EXIT, Outcome.WITHDRAW):  # 渐退 goes down with what all of them get
        return False
    return f.given.get("amount") is None or f.given["amount"] >= floor


def _visitors(f: Facts) -> bool:
    one, two = f.given.get("visitor_1"), f.given.get("visitor_2")
    return bool(one and two and one != two)


HEARD = Need(
    "heard", "没有听取意见的记录", _LAW48, lambda f: f.done(*HEARING_STEPS) or bool(f.known.get("nobody_left"))
)  # fmt: skip
"""`nobody_left`: the whole household is dead; the dead cannot be heard."""
REVIEWED = Need(
    "reviewed", "最后一次陈述还没有复核", "社会救助法第48条；行政处罚法第45条",
    lambda f: bool(f.known.get("nobody_left"))
    or max((one.no for one in f.history if one.code in HEARING_STEPS), default=0)
    < max((one.no for one in f.history if one.code == "REVIEW"), default=0),
)  # fmt: skip
LEVEL_NOT_MORE = Need(
    "heavier", "认定等级不得重于事先告知的等级", "行政处罚法第45条（参照）；红线第1条", lambda f: _level_as_told(f)
)  # fmt: skip
LEVEL_LISTED = Need(
    "level", "认定等级应当与当地采用的目录中这一事项的等级一致（以行为时和决定时较轻的为准）",
    "国办发〔2020〕49号；行政处罚法第37条（参照）",
    lambda f: f.known.get("level_listed") is None
    or _named(NationalClass, f.given.get("level")) in (None, f.known["level_listed"]),
)  # fmt: skip
"""`level_listed`: the class of the fact's item in the catalogue that the county adopted; None where there is none."""
NOT_HEAVIER = Need("heavier", "决定不得重于事先告知的处理", "行政处罚法第45条（参照）", _not_heavier)
NOT_MORE = _as_heavy("amount")
FIRM = Need(
    "calendar", "有期限因放假安排未录入等原因不能确定，不能据此作出不利决定", "民法典第203条；红线第14条", _firm
)
HEAR_OVER = _over("hear", "听取意见的期限没有届满（或者还不能确定），不能视为没有意见", f"{_LAW48}；红线第17条")
EVIDENCE = Need(
    "evidence", f"请附证据（笔录、回证或者材料）：{TAKEN_IN}", "行政处罚法第46条（参照）",
    lambda f: bool(f.evidence)
)
PROOF = Need(
    "proof", f"请附签名的书面材料作为证据：扫描或者拍照，{TAKEN_IN}",
    _LAW48, lambda f: bool(f.evidence),
)  # fmt: skip
GROWN = Need(
    "grown", "未成年人和非完全民事行为能力人不作失信认定；本程序不对其罚款（不满十四周岁的依法不予处罚，"
    "已满十四周岁的依法从轻或者减轻，由人另行处理），请告知监护人",
    "山东省社会信用条例第2条；行政处罚法第30条、第31条",
    lambda f: f.person is not None and f.person.grown(f.known.get("act_on", f.on)),
)  # fmt: skip
ALIVE = Need(
    "alive", "当事人已经死亡，不对其作失信认定、不向继承人认定", "行政处罚法第4条；红线第5条",
    lambda f: f.person is None or f.person.alive,
)  # fmt: skip
LIVING = Need(
    "alive",
    "当事人已经死亡，报送其信用记录的目的已经不存在，不再报送（近亲属只能为自身的合法、正当利益行使查阅、更正、删除等权利，"
    "不是报送的依据）；已经报送的，请办理“撤回报送”",
    "个人信息保护法第6条、第47条、第49条；国办发〔2020〕49号；红线第8条", lambda f: f.person is None or f.person.alive,
)  # fmt: skip
"""The record of somebody who died goes to no directory: what a record is reported for has ended with him."""
TWO_VISITORS = Need("visitors", "须由两名以上人员进行，填写两个不同的工号", "民发〔2021〕57号第16条", _visitors)
NO_KIN_VISITS = Need(
    "kin", "核查人员与该户有近亲属关系，应当回避", "民发〔2021〕57号第11条", lambda f: not f.known.get("visitor_kin")
)  # fmt: skip
IN_OFFICE = Need(
    "visitors", "入户人员的工号不在岗", "民发〔2021〕57号第16条", lambda f: not f.known.get("visitors_unknown"),
    lambda f: f"工号 {'、'.join(f.known['visitors_unknown'])} 没有登记或者不在岗，不能作为入户人员",
)  # fmt: skip
ASSIGNED = Need(
    "assigned", "入户的两人应当是被指派的两人", "民发〔2021〕57号第16条",
    lambda f: (one := f.last("ASSIGNED")) is not None
    and {f.given.get("visitor_1"), f.given.get("visitor_2")} == {one.data.get("visitor_1"), one.data.get("visitor_2")},
)  # fmt: skip
POSTED_OVER = Need(
    "posted", "公示期没有届满（或者还不能确定）", "民发〔2021〕57号第19条；民发〔2021〕43号第26条",
    lambda f: bool(f.known.get("posting_over")),
)  # fmt: skip
"""`posting_over`: the last public notice of this case has run its whole period on a calendar that is certain."""
POSTED = Need(
    "posted", "没有这个案件的公示，或者公示单编号不对", "民发〔2021〕57号第19条",
    lambda f: f.known.get("posting") is not None and f.given.get("posting") == f.known["posting"],
)  # fmt: skip
"""`posting`: the number of the last public notice of this case."""
NO_OBJECTION = Need(
    "objected", "公示期间有异议没有办结", "民发〔2021〕43号第26条", lambda f: not f.known.get("posting_objected")
)  # fmt: skip
ONCE = Need(
    "once", "需要补正的材料应当一次性告知，不得再次要求", "民发〔2021〕57号第10条", lambda f: not f.done("MISSING")
)
NOT_BY_RECORD = Need(
    "record", "不得以失信记录、等级或者没有签署承诺书为由不受理、不予确认", "社会救助法第70条；红线第2条",
    lambda f: f.given.get("ground") != "失信或者承诺",
)  # fmt: skip
FINE_KNOWN = Need(
    "fine", "罚款上限没有设定，请先确定适用的法律", "社会救助法第73条", lambda f: f.known.get("fine_max") is not None
)  # fmt: skip
FINE_BAND = Need(
    "fine", "罚款高于法定上限（以行为时和决定时较轻的规定为准）", "社会救助法第73条；行政处罚法第37条",
    lambda f: f.given.get("amount") is None or f.known.get("fine_max") is None
    or f.given["amount"] <= f.known["fine_max"],
)  # fmt: skip
"""`fine_max`: the ceiling in fen by the milder of the rules of the act's day and of today; None while unset."""
IN_LIMITATION = Need(
    "limitation", "违法行为已超过追责时效，不再给予处罚", "行政处罚法第36条",
    lambda f: bool(f.known.get("in_limitation"))
)  # fmt: skip
"""`in_limitation`: the act was found out within the years of the law, counted from its end."""
ABOUT_FACT = Need(
    "fact", "请说明针对的是哪一条失信事实（条目号），先登记事实", "行政处罚法第40条、第54条",
    lambda f: bool(f.known.get("default_fact")),
)  # fmt: skip
TRUST_FACT = Need(
    "fact", "请说明针对的是哪一条守信事实（条目号），先登记事实", "2022通知五（五）",
    lambda f: f.known.get("default_fact") is False
)  # fmt: skip
FINED_ONCE = Need(
    "twice", "同一个违法行为已经立案处罚，不得给予两次以上罚款", "行政处罚法第29条",
    lambda f: not f.known.get("fined_before"),
)  # fmt: skip
HEARING_HELD = Need(
    "hearing", "当事人要求听证，尚未举行听证", "行政处罚法第63条、第64条",
    lambda f: not f.done("HEARING_ASKED") or f.done("HEARING_HELD"),
)  # fmt: skip
HEARING_TIME = _over("hearing_request", "较大数额罚款，要求听证的期限没有届满", "行政处罚法第63条、第64条")._replace(
    holds=lambda f: not f.known.get("large_fine") or f.done("HEARING_ASKED")
    or ("hearing_request" in f.clocks and f.clocks["hearing_request"].over)
)  # fmt: skip
NOT_MORE_THAN_OWED = Need(
    "owed", "金额超过尚未退回（缴纳）的数额", "社会救助法第73条",
    lambda f: f.given.get("amount") is None or 0 < f.given["amount"] <= f.known.get("owed", 0),
)  # fmt: skip
OWING = Need(
    "owed", "已经全部退回（缴纳），不需要催告、申请执行", "行政强制法第53条", lambda f: f.known.get("owed", 0) > 0
)  # fmt: skip
PLAN_OVER = Need(
    "plan", "同意的分期（延期）还没有到期", "行政处罚法第66条、第72条",
    lambda f: not f.known.get("plan_until") or f.on > f.known["plan_until"],
)  # fmt: skip
"""`plan_until`: the last day of the instalments that were agreed to; None while there are none."""
PAID_UP = Need("owed", "尚有金额没有退回（缴纳）", "社会救助法第74条", lambda f: f.known.get("owed", 0) == 0)
REMIND_OVER = _over("remind", "催告后的期限没有届满", "行政强制法第54条")
REMEDIES_OVER = Need(
    "remedies", "行政复议、行政诉讼的期限没有届满（或者正在进行）", "行政强制法第53条",
    lambda f: all(name in f.clocks and f.clocks[name].over for name in ("reconsider", "litigate"))
    and not f.known.get("remedy_open") and (not f.known.get("remedy_until") or f.on > f.known["remedy_until"]),
)  # fmt: skip
"""`remedy_open`: reconsideration or a lawsuit is under way; `remedy_until`: last day to sue after a reconsideration."""
IN_COURT_TIME = Need(
    "court", "申请强制执行的期限已过（或者还没有开始）", "行政强制法第53条", lambda f: bool(f.known.get("court_open"))
)  # fmt: skip
REPAIRABLE = Need(
    "early", "没有到可以申请修复的日期", "国家发展改革委令第36号",
    lambda f: f.known.get("repair_from") is not None and f.on >= f.known["repair_from"],
    lambda f: f"没有到可以申请修复的日期，{f.known['repair_from']} 起可以申请" if f.known.get("repair_from")
    else "当地没有规定这一等级自何日起可以申请修复，请先确定",
)  # fmt: skip
"""`repair_from`: the earliest day by class and document; None while the region maps no class: a person decides."""
NOT_ENDED = Need(
    "ended", "这条记录已经到期、修复或者撤销，不再使用", "山东省社会信用条例第38条；红线第10条",
    lambda f: not f.known.get("ended")
)  # fmt: skip
EFFECTIVE = Need("effective", "这项认定没有生效", "国办发〔2020〕49号", lambda f: bool(f.known.get("effective")))
EXPORTABLE = Need(
    "export", "当地没有依法准许报送信用信息，默认不报送", "国办发〔2020〕49号；红线第8条",
    lambda f: bool(f.known.get("export_allowed")),
)  # fmt: skip
LISTED = Need(
    "directory", "没有对应的公共信用信息目录条目", "国办发〔2020〕49号；红线第8条",
    lambda f: bool(f.known.get("directory_entry"))
)  # fmt: skip
MAPPED = Need(
    "class", "本地等级没有对应的国家分级，不能报送", "国家发展改革委令第36号",
    lambda f: bool(f.known.get("national_class"))
)  # fmt: skip
NO_ECONOMY = Need(
    "economy", "收入、存款、证券、房产、疾病等信息不得作为信用信息报送", "山东省社会信用条例第42条；红线第7条",
    lambda f: not f.known.get("economic_words"),
)  # fmt: skip
OWN_SHARE = Need(
    "share", "只能减少本人的份额，其他成员的份额不受影响", "民发〔2021〕57号第34条；红线第4条", lambda f: _own_share(f)
)  # fmt: skip
"""`floor`: the least that must go on being paid to the others when one member's act is the ground; fen."""
SAME_REASON = Need(
    "reason", "原因代码以提出意见时告知的为准，决定时不能另换；另有原因的，另行提出意见、告知、听取意见",
    "社会救助法第48条；行政处罚法第44条（参照）",
    lambda f: f.given.get("reason_code") in (None, "", f.history[0].data.get("reason_code") if f.history else None),
)  # fmt: skip
WITHIN_STATED = Need(
    "within", "当地没有规定听取意见的期限，由人确定：请填写期限（如 5个工作日）和这样确定的理由",
    "社会救助法第48条；行政处罚法第45条（参照）",
    lambda f: bool(f.known.get("hear_set", True))
    or (bool(f.given.get("within")) and len(seen(str(f.given.get("within_reason") or ""))) > 1),
    lambda f: f"{f.known.get('hear_name', '听取意见期限')}：当地没有规定期限，由人确定；"
    "在“告知”这一步填写期限（如 5个工作日）和这样确定的理由",
)  # fmt: skip
"""`hear_set`: the region says how long a person has to be heard; `hear_name` is that clock's.

社会救助法 48 and 行政处罚法 44, 45 give no number of days, and no rule that was read does (五日 in 行政处罚法 64 is the
time to ask for a 听证): there is no floor to refuse by, so whoever sets the time says why.
"""
OWN_CONSENT = Need(
    "consent", "签署人不在这份授权书的授权人之内，各人的授权由本人（或者监护人）签署", "社会救助法第41条；红线第12条",
    lambda f: (one := f.last("PREPARED")) is not None
    and set(str(f.given.get("whom") or "").split("、")) <= set(str(one.data.get("whom") or "").split("、")),
)  # fmt: skip
AS_POSTED = Need(
    "posted", "确认的月救助金额没有填写，或者与公示的不一致；要改的应当重新公示", "民发〔2021〕57号第19条、第20条",
    lambda f: (one := f.last("REVIEWED")) is None or f.given.get("amount") == one.data.get("amount"),
)  # fmt: skip
CONSENTED = Need(
    "consent", "没有本人（或者监护人）的授权，不能查询", "社会救助法第41条；红线第12条",
    lambda f: (one := f.last("SIGNED")) is not None and f.given.get("whom") in one.data.get("whom", "").split("、"),
)  # fmt: skip
REGION_GRANTS = Need(
    "region", "当地政策没有规定这项激励，或者激励涉及救助金额", "红线第18条", lambda f: bool(f.known.get("incentive"))
)  # fmt: skip
OTHER_HANDS = Need(
    "apart", "人工复核应由没有办理过这件事的人进行", "个人信息保护法第24条",
    lambda f: f.actor not in (f.known.get("handled_by") or ()),
)  # fmt: skip
STAYED = Need(
    "stayed", "现在没有停止执行", "行政复议法第42条",
    lambda f: sum(one.code == "STAYED" for one in f.history) > sum(one.code == "RESUMED" for one in f.history),
)  # fmt: skip
NOT_STAYED = Need(
    "stayed", "已经停止执行", "行政复议法第42条",
    lambda f: sum(one.code == "STAYED" for one in f.history) == sum(one.code == "RESUMED" for one in f.history),
)  # fmt: skip
NOT_RUNNING = Need(
    "running",
    "该户正在享受救助，不能再次确认：同类救助请办理“不予受理”（已在享受同类救助）或者“不予确认”；"
    "金额、人员有变化的，用“调整与终止”程序", "民发〔2021〕57号第10条、第32条", lambda f: not f.known.get("running"),
)  # fmt: skip
NOT_RUNNING_IF_PROPOSED = NOT_RUNNING._replace(
    holds=lambda f: not f.known.get("running") or f.given.get("opinion") == "拟不予确认"
)
BY_DECISION, AS_REGISTERED = "已按调整与终止程序办理", "已登记成员变化"
FOLLOWED = Need(
    "followed",
    "本案以后没有“调整与终止”“特困供养终止”的案件（撤回的不算），"
    "也没有调整、终止的登记，请先办理；不需要的选“无需调整”",
    "社会救助法第46条、第47条", lambda f: f.given.get("follow") != BY_DECISION or bool(f.known.get("followed")),
)  # fmt: skip
"""`followed`: after this case was opened, a case of adjustment or ending was opened, or an act was entered."""
REGISTERED = Need(
    "registered", "这名成员的变化还没有登记，请先用 chengxin record change 登记", "社会救助法第46条",
    lambda f: f.given.get("follow") != AS_REGISTERED or bool(f.known.get("member_changed")),
)  # fmt: skip
"""`member_changed`: the member's state, as the books have it, is what this case says."""
PENDING = Need(
    "pending", "决定已经执行，不需要补办", "社会救助法第48条",
    lambda f: f.done("PENDING") and not f.done("EXECUTED"),
)  # fmt: skip
