"""条件与依据 (conditions and grounds): every reason bit of the rules, bound to its text, legal ground and parameters.

A rule returns bits; this table says in Chinese what each bit states and which article it rests on. One bit belongs to
one list only: conditions, questions, follow-up, due grounds, score reasons and late-report notes are separate lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from integrity.terms import Event, ExitReason, Outcome, Scheme

_TEKUN = Scheme.TEKUN.number


class Ground(NamedTuple):
    """条件 (one condition): its bit, its short code, the statement, the article, the parameters it is measured with."""

    bit: int
    code: str
    text: str
    law: str
    keys: tuple[str, ...] = ()
    tekun: str = ""
    """The article for 特困人员, where it is another one (民发〔2021〕43号 stands in place of 57号)."""

    def law_for(self, scheme: int) -> str:
        """依据 (the article) for a household of this scheme (Scheme.number)."""
        return self.tekun if self.tekun and scheme == _TEKUN else self.law


# Conditions (条件): `Verdict.met` and `Verdict.unmet`.
RUNNING = 1 << 0
SOMEONE = 1 << 1
AT_OR_BELOW_LINE = 1 << 2
WITHIN_EDGE = 1 << 3
PROPERTY_WITHIN = 1 << 4
PERSONS_SAME = 1 << 5
CLEAR_CHANGE = 1 << 6
STANDARD_ROSE = 1 << 7
AMOUNT_AS_ENTITLED = 1 << 8
CAUSE_ADMITTED = 1 << 9
WITHIN_BAND = 1 << 10
SELF_REPORTED = 1 << 11
COOLED = 1 << 12
FIRST_OR_REPEATABLE = 1 << 13
WITHDRAWAL_RUNNING = 1 << 14
JOBS_REFUSED = 1 << 15
VOLUNTARY = 1 << 16
TRANSFERRED = 1 << 17
REGISTER_MOVED = 1 << 18
DUPLICATE = 1 << 19
REGIONAL_GROUND = 1 << 20
ABILITY_REGAINED = 1 << 21
TURNED_18 = 1 << 22
IN_SCHOOL = 1 << 23
STATUS_VALID = 1 << 24
MEMBER_LOST = 1 << 25

_L57 = "最低生活保障审核确认办法（民发〔2021〕57号）"
_L43 = "特困人员认定办法（民发〔2021〕43号）"
_N22 = "民政部等四部门2022年10月20日通知"
_LAW = "社会救助法"

CONDITIONS: tuple[Ground, ...] = (
    Ground(RUNNING, "running", "正在享受救助", f"{_LAW}第47条"),
    Ground(SOMEONE, "someone", "仍有计入的共同生活家庭成员", f"{_L57}第7条", tekun=f"{_L43}第24条"),
    Ground(AT_OR_BELOW_LINE, "line", "家庭人均收入不超过当地低保标准", f"{_LAW}第18条；{_L57}第32条",
           ("standard.dibao",)),
    Ground(WITHIN_EDGE, "edge", "家庭人均收入在低保边缘标准以内", f"{_LAW}第21条；{_L57}第8条",
           ("standard.dibao", "lowincome.edge_multiplier")),
    Ground(PROPERTY_WITHIN, "property", "家庭财产状况符合规定", f"{_LAW}第18条", tekun=f"{_L43}第24条第4项"),
    Ground(PERSONS_SAME, "persons", "计入人口与核定时相同", f"{_L57}第30条"),
    Ground(CLEAR_CHANGE, "change", "家庭经济状况有明显变化", f"{_L57}第31条第2款", ("recheck.clear_change",)),
    Ground(STANDARD_ROSE, "standard", "核定以后当地低保标准提高", f"{_L57}第23条", ("standard.dibao",)),
    Ground(AMOUNT_AS_ENTITLED, "amount", "现发金额与应发金额一致", f"{_L57}第23条", ("standard.dibao",)),
    Ground(CAUSE_ADMITTED, "cause", "收入增加的原因属于可以给予渐退期的情形", f"{_N22}一（三）；{_L57}第33条",
           ("jiantui.cause", "jiantui.max")),
    Ground(WITHIN_BAND, "band", "家庭人均收入在当地规定的渐退收入上限以内", "当地渐退规定", ("jiantui.band",)),
    Ground(SELF_REPORTED, "told", "家庭主动申报了收入变化", "当地渐退规定（如上海市社会救助条例第27条）",
           ("jiantui.condition.self_report",)),
    Ground(COOLED, "cooled", "距上次渐退期满已过规定间隔", "当地渐退规定", ("jiantui.cooling_months",)),
    Ground(FIRST_OR_REPEATABLE, "repeat", "首次渐退，或者当地允许再次给予渐退期", "当地渐退规定", ("jiantui.repeat",)),
    Ground(WITHDRAWAL_RUNNING, "withdrawing", "渐退期未满", f"{_N22}一（三）；{_L57}第33条", ("jiantui.max",)),
    Ground(JOBS_REFUSED, "refusals", "有成员无正当理由连续拒绝介绍的工作达到规定次数",
           f"{_L57}第34条（只减发或者停发其本人的）", ("refuse_job.count",)),
    Ground(VOLUNTARY, "voluntary", "家庭自愿申请退出", f"{_LAW}第47条",
           tekun=f"{_LAW}第47条；{_L43}第24条第6项"),
    Ground(TRANSFERRED, "transferred", "已转入其他救助", f"{_LAW}第47条", tekun=f"{_LAW}第47条；{_L43}第27条"),
    Ground(REGISTER_MOVED, "moved", "户籍已迁移", "没有查到规定原文"),
    Ground(DUPLICATE, "duplicate", "疑似重复或者合并登记", "登记更正，不是退出"),
    Ground(REGIONAL_GROUND, "conduct", "有当地规定可以停止救助的行为", "当地条例；社会救助法第73条", ("exit.ground",)),
    Ground(ABILITY_REGAINED, "able", "具备或者恢复劳动能力，或者义务人恢复履行能力", f"{_L43}第24条第2、5项"),
    Ground(TURNED_18, "eighteen", "未成年特困人员已满十八周岁", f"{_LAW}第16条；{_L43}第24条"),
    Ground(IN_SCHOOL, "school", "仍在接受义务教育、普通高中或者中等职业教育", f"{_LAW}第16条；{_L43}第24条"),
    Ground(STATUS_VALID, "valid", "刚性支出困难家庭认定在有效期内",
           "刚性支出困难家庭认定办法（民发〔2024〕57号）第10条", ("gangxing.validity",)),
    Ground(MEMBER_LOST, "lost", "核定以后有成员死亡或者不再计入", f"{_L57}第7条；{_N22}一（三）",
           ("death.check_and_adjust",), f"{_L43}第24条第1、3项"),
)

# Questions (需要人工确定): `Verdict.ask` and `Due.ask`. 31 bits at most: they are stored as 32-bit integers.
ASK_PERSONS = 1 << 0
ASK_URBAN = 1 << 1
ASK_STANDARD = 1 << 2
ASK_INCOME = 1 << 3
ASK_AMOUNT = 1 << 4
ASK_PROPERTY = 1 << 5
ASK_BASIS = 1 << 6
ASK_CLEAR_CHANGE = 1 << 7
ASK_AT_LINE = 1 << 8
ASK_TIERED = 1 << 9
ASK_CAUSE = 1 << 10
ASK_LENGTH = 1 << 11
ASK_SELF_REPORTED = 1 << 12
ASK_REPEAT = 1 << 13
ASK_COOLING = 1 << 14
ASK_PAY_SCHEDULE = 1 << 15
ASK_EDGE = 1 << 16
ASK_REFUSALS = 1 << 17
ASK_SCHOOLING = 1 << 18
ASK_VALIDITY = 1 << 19
ASK_FINISH = 1 << 20
ASK_GROUND = 1 << 21
ASK_WITHDRAWAL = 1 << 22
ASK_MOVED = 1 << 23
ASK_DUPLICATE = 1 << 24
ASK_ABOVE = 1 << 25
ASK_HEARING = 1 << 26
ASK_BASE_DAY = 1 << 27
ASK_CYCLE = 1 << 28
ASK_STABLE = 1 << 29
ASK_LEAD = 1 << 30

QUESTIONS: tuple[Ground, ...] = (
    Ground(ASK_PERSONS, "persons", "计入的共同生活家庭成员不清楚（如报告了死亡而登记未变，死亡待核实），请核实",
           f"{_L57}第7条", tekun=f"{_L43}第24条"),
    Ground(ASK_URBAN, "urban", "按城市标准还是农村标准，请确定", f"{_LAW}第19条", ("standard.dibao",)),
    Ground(ASK_STANDARD, "standard", "当地低保标准没有设定，请查明", f"{_LAW}第19条", ("standard.dibao",)),
    Ground(ASK_INCOME, "income", "家庭收入不清楚，请核对", f"{_L57}第13条"),
    Ground(ASK_AMOUNT, "amount", "现发金额没有录入，请补录", f"{_L57}第23条"),
    Ground(ASK_PROPERTY, "property", "家庭财产状况还没有核对过，请核对", f"{_L57}第14条"),
    Ground(ASK_BASIS, "basis", "核定现发金额时的收入或者人口不清楚，无法比较，请确定", f"{_L57}第31条第2款"),
    Ground(ASK_CLEAR_CHANGE, "change", "收入有变化，当地没有设定“明显变化”的界限，请判断是否调整",
           f"{_L57}第31条第2款", ("recheck.clear_change",)),
    Ground(ASK_AT_LINE, "at_line", "家庭人均收入正好等于标准，请判断",
           f"{_LAW}第18条（低于标准）；{_L57}第33条（超过标准）"),
    Ground(ASK_TIERED, "tiered", "现发金额不是按差额计算的（可能分档），调整后的金额请按当地办法确定", f"{_L57}第23条"),
    Ground(ASK_CAUSE, "cause", "收入增加的原因不清楚，请查明", f"{_N22}一（三）"),
    Ground(ASK_LENGTH, "length", "渐退期的长短没有设定，或者当地另有就业收入暂不计入、一次性发给的规定，请确定",
           f"{_N22}一（三）", ("jiantui.max", "jiantui.cause", "jiantui.allowed")),
    Ground(ASK_SELF_REPORTED, "told", "收入变化是否由家庭主动申报，请查明", "当地渐退规定",
           ("jiantui.condition.self_report",)),
    Ground(ASK_REPEAT, "repeat", "以前享受过渐退期，能否再次给予没有规定，请判断", "没有查到规定原文",
           ("jiantui.repeat",)),
    Ground(ASK_COOLING, "cooling", "上次渐退期满日期不清楚，请查明", "当地渐退规定", ("jiantui.cooling_months",)),
    Ground(ASK_PAY_SCHEDULE, "schedule", "渐退期内逐月发放比例没有设定，请确定", "没有查到规定原文",
           ("jiantui.pay_schedule",)),
    Ground(ASK_EDGE, "edge", "低保边缘标准倍数没有设定，请查明", f"{_LAW}第21条", ("lowincome.edge_multiplier",)),
    Ground(ASK_REFUSALS, "refusals", "有人拒绝工作，认定次数没有设定，或者其未满十六周岁、劳动能力没有认定，请判断",
           f"{_L57}第34条", ("refuse_job.count",)),
    Ground(ASK_SCHOOLING, "school", "年满十八周岁后是否在校、是否仍无劳动能力不清楚，请查明", f"{_L43}第24条"),
    Ground(ASK_VALIDITY, "validity", "刚性支出困难家庭认定有效期没有设定，请确定", "民发〔2024〕57号第10条",
           ("gangxing.validity",)),
    Ground(ASK_FINISH, "finish", "报告变化或者预警后多少日内核查完毕没有设定，或者以工作日计、须按日历推算，请确定",
           "没有查到规定原文", ("recheck.event_within",)),
    Ground(ASK_GROUND, "conduct", "所报行为是否停止救助由县级民政部门个案决定；责令退回和罚款属于县级",
           "社会救助法第73条（可以决定）", ("exit.ground",)),
    Ground(ASK_WITHDRAWAL, "withdrawal", "渐退期内（或期满时）情况又有变化，没有规定原文，请判断继续、恢复还是停止",
           "没有查到规定原文"),
    Ground(ASK_MOVED, "moved", "户籍迁移后如何处理没有查到规定原文，请判断", "没有查到规定原文"),
    Ground(ASK_DUPLICATE, "duplicate", "疑似重复登记，请核实后作登记更正，不作退出", "登记更正"),
    Ground(ASK_ABOVE, "above",
           "收入超过标准，但与核定时相比没有明显变化（如单人户），或者扣除不计入的收入后可能不超，请判断",
           f"{_L57}第8条、第31条第2款", ("recheck.clear_change",), f"{_L43}第6条"),
    Ground(ASK_HEARING, "hearing", "作出不利决定前是否听取意见没有设定；一律先听取意见", f"{_LAW}第48条",
           ("adverse.hear_before",)),
    Ground(ASK_BASE_DAY, "base", "确认之日（和上次核查日）不清楚，请补录",
           f"{_L57}第31条；民发〔2024〕57号第10条", tekun="中办发〔2020〕18号二（七）"),
    Ground(ASK_CYCLE, "cycle", "核查周期没有设定，或者家庭的分类在当地没有对应的周期，请确定", f"{_L57}第31条",
           ("recheck.cycle.stable", "recheck.cycle.unstable_or_able", "recheck.cycle.tekun"),
           "中办发〔2020〕18号二（七）"),
    Ground(ASK_STABLE, "stable", "收入是否稳定或者成员有无劳动能力不清楚，暂按较短周期，请确定", f"{_L57}第31条"),
    Ground(ASK_LEAD, "lead", "核查名单提前天数没有设定，请确定", "当地规定", ("recheck.lead_days",)),
)

# Follow-up schemes (应同时核查的其他救助): `Verdict.follow`.
FOLLOW_EDGE = 1 << 0
FOLLOW_DIBAO = 1 << 1
FOLLOW_TEMPORARY = 1 << 2

FOLLOW_UP: tuple[Ground, ...] = (
    Ground(FOLLOW_EDGE, "edge", "核查是否符合最低生活保障边缘家庭条件", f"{_LAW}第21条",
           ("lowincome.edge_multiplier",)),
    Ground(FOLLOW_DIBAO, "dibao", "核查是否符合最低生活保障条件", f"{_LAW}第18条",
           tekun=f"{_LAW}第18条；{_L43}第27条"),
    Ground(FOLLOW_TEMPORARY, "temporary", "核查是否符合临时救助条件", f"{_LAW}第47条", tekun=f"{_L43}第27条"),
)

# Due grounds (核查事由): `Due.grounds`.
DUE_STABLE = 1 << 0
DUE_UNSTABLE = 1 << 1
DUE_ABLE = 1 << 2
DUE_TEKUN = 1 << 3
DUE_LABEL = 1 << 4
DUE_LEVEL = 1 << 5
DUE_EVENT = 1 << 6
DUE_DEATH = 1 << 7
DUE_WITHDRAWAL_END = 1 << 8
DUE_STATUS_END = 1 << 9
DUE_ORDER = 1 << 10
DUE_SELFCARE = 1 << 11
DUE_UNSETTLED = 1 << 12

DUE_GROUNDS: tuple[Ground, ...] = (
    Ground(DUE_STABLE, "stable", "短期内经济状况变化不大，每年核查", f"{_L57}第31条第2款", ("recheck.cycle.stable",)),
    Ground(DUE_UNSTABLE, "unstable", "收入来源不固定，每半年核查", f"{_L57}第31条第2款",
           ("recheck.cycle.unstable_or_able",)),
    Ground(DUE_ABLE, "able", "家庭成员有劳动能力，每半年核查", f"{_L57}第31条第2款",
           ("recheck.cycle.unstable_or_able",)),
    Ground(DUE_TEKUN, "tekun", "特困人员每年核查", "中办发〔2020〕18号二（七）", ("recheck.cycle.tekun",)),
    Ground(DUE_LABEL, "label", "当地分类核查周期", "当地规定", ("recheck.cycle.label",)),
    Ground(DUE_LEVEL, "level", "当地按诚信等级增加核查次数（只能缩短周期）", "当地规定", ("credit.recheck_cycle",)),
    Ground(DUE_EVENT, "event", "有报告的变化、预警或者投诉，应即核查", f"{_LAW}第46条；{_L57}第30条、第37条",
           tekun=f"{_LAW}第46条"),
    Ground(DUE_DEATH, "death", "成员死亡，应当按期核查并办结增发、减发、停发", f"{_N22}一（三）",
           ("death.check_and_adjust",)),
    Ground(DUE_WITHDRAWAL_END, "withdrawal", "渐退期将满，期满前核查", f"{_N22}一（三）", ("jiantui.max",)),
    Ground(DUE_STATUS_END, "status", "刚性支出困难家庭认定有效期满", "民发〔2024〕57号第10条", ("gangxing.validity",)),
    Ground(DUE_ORDER, "order", "重大突发事件期间依令延长核查期限", f"{_L57}第31条第3款", ("recheck.extend_emergency",)),
    Ground(DUE_SELFCARE, "selfcare", "特困人员生活自理能力变化，应当按期重新评估", f"{_L43}第23条",
           ("recheck.tekun_selfcare_reassess",)),
    Ground(DUE_UNSETTLED, "unsettled", "尚未确定收入是否稳定，先按半年核查", f"{_L57}第31条第2款",
           ("recheck.cycle.unstable_or_able",)),
)

# Score reasons (计分理由): `Contribution.reasons`.
COUNTED = 1 << 0
OUT_MINOR = 1 << 1
OUT_CAPACITY = 1 << 2
OUT_NOT_EFFECTIVE = 1 << 3
OUT_CONTESTED = 1 << 4
OUT_UNDONE = 1 << 5
OUT_REPAIRED = 1 << 6
OUT_ENDED = 1 << 7
OUT_NO_ITEM = 1 << 8
MILDER = 1 << 9

_SHANDONG = "山东省社会信用条例"
SCORE_REASONS: tuple[Ground, ...] = (
    Ground(COUNTED, "counted", "计入", "信用目录"),
    Ground(OUT_MINOR, "minor", "不计：行为时未满十八周岁或者年龄不明", f"{_SHANDONG}第2条；阜民发〔2021〕30号第3条"),
    Ground(OUT_CAPACITY, "capacity", "不计：行为时不具有完全民事行为能力或者行为能力不明",
           f"{_SHANDONG}第2条；阜民发〔2021〕30号第3条"),
    Ground(OUT_NOT_EFFECTIVE, "not_effective", "不计：认定尚未送达生效", "国办发〔2020〕49号"),
    Ground(OUT_CONTESTED, "contested", "不计：异议处理中", f"{_SHANDONG}第39条"),
    Ground(OUT_UNDONE, "undone", "不计：不予认定或者认定已撤销", f"{_SHANDONG}第40条"),
    Ground(OUT_REPAIRED, "repaired", "不计：已修复", "国家发展改革委令第36号"),
    Ground(OUT_ENDED, "ended", "不计：已过有效期", f"国家发展改革委令第36号；{_SHANDONG}第38条",
           ("repair.max", "credit.disclosure_max")),
    Ground(OUT_NO_ITEM, "no_item", "不计：行为时目录中没有这一项，或者认定时已不再列入", "行政处罚法第37条（参照）"),
    Ground(MILDER, "milder", "认定时的目录更轻，按更轻的计", "行政处罚法第37条（参照）"),
)

# Late report (迟报): `credit.late_report`.
LATE_NOTE = 1 << 0
LATE_EDUCATION = 1 << 1
LATE_ASK = 1 << 2

LATE_NOTES: tuple[Ground, ...] = (
    Ground(LATE_NOTE, "note", "只作记录，不教育、不认定失信", f"{_LAW}第46条"),
    Ground(LATE_EDUCATION, "education", "可以批评教育，不认定失信", f"{_N22}五（五）",
           ("report_change.education_after",)),
    Ground(LATE_ASK, "ask", "是否批评教育的期限没有设定，请判断", f"{_N22}五（五）",
           ("report_change.education_after",)),
)


def named(table: tuple[Ground, ...], bits: int) -> Iterator[Ground]:
    """The entries of `table` whose bit is set in `bits`, in the order of the table."""
    return (ground for ground in table if bits & ground.bit)


OUTCOME = {member: member.number for member in Outcome}
"""Outcome → its number: looked up once, because `Term.number` walks its list."""

EVENT = {member: member.number for member in Event}
"""Event → its number."""

REASON = {member: member.number for member in ExitReason}
"""ExitReason → its number."""
