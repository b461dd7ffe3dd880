"""政策参数目录 (vocabulary of policy keys): what may be set, in which type and unit, by whom, within which bounds.

Whatever is not in this table cannot be set by a pack. Bounds are in the stored unit: money in fen, ratios in basis
points, everything else as written; a 红线 (red line) number names the promise that a value outside would break.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from integrity.terms import AreaLevel, Cause, ExitReason, NationalClass


class Kind(Enum):
    """参数类型 (type of a value): VALUE says how a person writes it; the comment says what `Row.value` then holds."""

    INT = "整数"  # int
    MONEY = "金额（元，最多两位小数）"  # int, fen
    RATIO = "倍数或比例（小数，最多四位）"  # int, basis points: 1.5 -> 15000
    BOOL = "是或否（true / false）"  # bool
    TEXT = "文字"  # str
    PERCENTS = "逐月百分比（0 至 100 的整数列表）"  # tuple[int, ...]
    MONTHS = "月数或月数范围（如 12 或 \"0-6\"）"  # tuple[int, int], lowest and highest
    CHOICE = "选项"  # str, one of Key.choices


class Effect(Enum):
    """不利后果 (adverse effect of a key): which kind of text must stand behind a row that has it."""

    NONE = "无不利后果"
    RULE = "减发或停发：须有法律、法规或部门规章、规范性文件依据"
    STATUTE = "处罚或信用惩戒：须有法律或条例依据"
    SERVICE = "守信激励：只改变快慢和服务，不改变资格和金额"
    PROLONG = "因守信继续发放：须有渐退的法律、法规或部门规章、规范性文件依据"


_N, _P, _C, _X, _T = (
    AreaLevel.NATION, AreaLevel.PROVINCE, AreaLevel.CITY, AreaLevel.COUNTY, AreaLevel.TOWNSHIP,
)  # fmt: skip
NATION = (_N,)
PROVINCE = (_N, _P)
CITY = (_N, _P, _C)
COUNTY = (_N, _P, _C, _X)
TOWNSHIP = (_N, _P, _C, _X, _T)
REGIONAL = (_P, _C, _X)

LAW_SINCE = date(2026, 7, 1)
"""Day on which 社会救助法 came into force."""


@dataclass(frozen=True, slots=True)
class Key:
    """参数 (key): one question of policy. `units` are alternatives separated by |, the first one is the default."""

    name: str
    kind: Kind
    units: str
    question: str
    """What a person is asked when no value is set."""
    levels: tuple[AreaLevel, ...] = COUNTY
    """Levels of government whose pack may set it."""
    variants: tuple[str, ...] = ("",)
    """Allowed variants; ("*",) stands for any name of the region's own."""
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    bound_since: date = date.min
    """The bounds hold for rows in force on or after this day."""
    redline: int = 0
    """红线 number broken by a value outside the bounds or choices; 0 none."""
    effect: Effect = Effect.NONE
    harmless: tuple[str, ...] = ()
    """Choices without the adverse effect: they need no ground."""

    def admits(self, variant: str) -> bool:
        """May a row have this variant?"""
        return variant in self.variants or (self.variants == ("*",) and variant != "")


_CLASSES = tuple(member.name for member in NationalClass if member is not NationalClass.UNMAPPED)
_AREAS = ("urban", "rural")
_BEHAVIOURS = tuple(member.name for member in ExitReason if member is not ExitReason.NONE)
_CAUSES = (
    *(member.name for member in Cause if member not in (Cause.UNKNOWN, Cause.NONE)),
    "poverty_household",
    "other",
)

_STANDARD = (
    Key("law.primary", Kind.TEXT, "", "社会救助的基本法律依据是什么？", NATION),
    Key("standard.dibao", Kind.MONEY, "元/人/月", "最低生活保障标准是多少？", variants=_AREAS, low=1),
    Key("standard.tekun", Kind.MONEY, "元/人/月", "特困人员基本生活标准是多少？", variants=_AREAS, low=1),
    Key("lowincome.edge_multiplier", Kind.RATIO, "倍", "低保边缘家庭收入上限是低保标准的几倍？", low=10000),
    Key("gangxing.validity", Kind.INT, "月", "刚性支出困难家庭认定有效几个月？", low=1, high=12),
    Key("gangxing.total", Kind.INT, "工作日", "刚性支出困难家庭几个工作日内办结？", variants=("", "special"), low=1),
)
_CHECKS = (
    Key("recheck.cycle.stable", Kind.INT, "月", "经济状况变化不大的低保家庭几个月核查一次？", low=1, high=12),
    Key("recheck.cycle.unstable_or_able", Kind.INT, "月", "收入不固定或有劳动能力的几个月核查一次？", low=1, high=6),
    Key("recheck.cycle.tekun", Kind.INT, "月", "特困人员几个月核查一次？", low=1, high=12),
    Key("recheck.cycle.label", Kind.INT, "月", "该分类的家庭几个月核查一次？", variants=("*",), low=1, high=12),
    Key("recheck.lead_days", Kind.INT, "天", "核查到期前几天列入待办？", TOWNSHIP, low=0, high=180),
    Key("recheck.clear_change", Kind.RATIO, "比例", "收入变动达到原收入的多少算“明显变化”？", low=0, high=10000),
    Key("recheck.no_change_no_adjust", Kind.BOOL, "", "没有明显变化的是否不再调整？", low=1),
    Key("recheck.extend_emergency", Kind.BOOL, "", "重大突发事件时可否延长核查期限？", PROVINCE),
    Key("recheck.tekun_selfcare_reassess", Kind.INT, "工作日", "自理能力变化后几个工作日内复核评估？", low=1),
    Key("recheck.spot_ratio", Kind.RATIO, "比例", "低保家庭抽查比例是多少？", low=0, high=10000),
    Key("recheck.event_within", Kind.INT, "工作日|天|月", "收到变化报告、预警或投诉后多久内核查完？", low=1),
    Key("spotcheck.ratio_tekun", Kind.RATIO, "比例", "特困认定随机抽查的最低比例是多少？", low=3000, high=10000),
    Key("death.check_and_adjust", Kind.INT, "月", "成员死亡后几个月内核查并办完增减停发？", low=1, high=3),
    Key("report_change.duty", Kind.TEXT, "", "家庭应在多长时间内报告变化？"),
    Key("report_change.education_after", Kind.INT, "月", "重大变化超过几个月未报告的给予批评教育？", low=3),
    Key("compare.frequency", Kind.INT, "月", "数据比对几个月一次？", low=1, high=12),
    Key("compare.frequency_fpfp", Kind.TEXT, "", "与防返贫监测对象多久比对一次？"),
    Key("kinship.register", Kind.BOOL, "", "近亲属享受救助是否单独登记备案？", low=1, redline=19),
)
_APPLY = (
    Key("apply.start_investigation", Kind.INT, "工作日", "受理后几个工作日内启动调查？", low=1),
    Key("apply.start_verification", Kind.INT, "工作日", "几个工作日内启动信息核对？", low=1),
    Key("apply.investigators_min", Kind.INT, "人", "入户调查至少几人？", low=2),
    Key("apply.publicity", Kind.INT, "天|工作日", "审核公示多久？", low=7, redline=14),
    Key("apply.village_opinion", Kind.INT, "工作日", "村（居）委会几个工作日内提出意见？", low=1),
    Key("apply.township_total", Kind.INT, "工作日", "乡镇（街道）几个工作日内办结？", low=1),
    Key("apply.county_confirm", Kind.INT, "工作日", "县级几个工作日内确认？", low=1),
    Key("apply.who_confirms", Kind.CHOICE, "", "由谁作出确认决定？", choices=("county", "township")),
    Key("apply.total", Kind.INT, "工作日", "审核确认几个工作日内办结？", variants=("", "special"), low=1),
    Key("apply.total_delegated", Kind.INT, "工作日", "权限下放的几个工作日内办结？", variants=("", "special"), low=1),
    Key("apply.refusal_notice", Kind.INT, "工作日", "不予确认的几个工作日内书面告知？", low=1),
    Key("apply.pay_from", Kind.CHOICE, "", "从何时起发放？", choices=("next_month", "same_month")),
    Key("urgent.first_aid", Kind.INT, "小时", "急难情形几小时内先行救助？", variants=("", "extreme"), low=1),
    Key("urgent.papers_within", Kind.INT, "工作日", "先行救助后几个工作日内补齐手续？", low=1),
    Key("tekun.investigate", Kind.INT, "工作日", "特困申请几个工作日内调查？", low=1),
    Key("tekun.publicity", Kind.INT, "天|工作日", "特困初审公示多久？", low=7, redline=14),
    Key("tekun.county_confirm", Kind.INT, "工作日", "特困几个工作日内确认？", low=1),
    Key("tekun.refusal_notice", Kind.INT, "工作日", "特困不予认定几个工作日内书面告知？", low=1),
    Key("tekun.stop_publicity", Kind.INT, "天|工作日", "拟终止特困供养公示多久？", low=7, redline=14),
    Key("tekun.stop_objection", Kind.INT, "工作日", "公示有异议的几个工作日内作出决定？", low=1),
    Key("tekun.stop_effect", Kind.CHOICE, "", "特困供养从何时起终止？", choices=("next_month",)),
)
_ADVERSE = (
    Key("adverse.hear_before", Kind.BOOL, "", "调减、终止决定前是否听取意见？",
        low=1, bound_since=LAW_SINCE, redline=1),
    Key("adverse.hear_days", Kind.INT, "工作日|天", "听取意见给多少日？", low=1, redline=1),
    Key("adverse.decide_within", Kind.INT, "工作日|天", "听取意见结束后多久内作出调减、终止决定？", low=1),
    Key("adverse.effect_month", Kind.CHOICE, "", "调减、终止决定从何时起执行？", choices=("next_month", "same_month"),
        effect=Effect.RULE, harmless=("next_month",)),
    Key("adverse.notice_within", Kind.INT, "工作日|天", "作出决定后多久内书面告知？", low=1),
    Key("adverse.who_decides", Kind.CHOICE, "", "调减、终止由谁决定？", PROVINCE,
        choices=("county", "township", "county_or_township")),
    Key("refuse_job.count", Kind.INT, "次", "连续几次无正当理由拒绝就业可减发、停发本人份额？",
        low=3, redline=4, effect=Effect.RULE),
    Key("stop.effect_fraud", Kind.CHOICE, "", "骗取救助的从何时起停发？", choices=("same_month", "next_month"),
        redline=9, effect=Effect.RULE),
    Key("exit.ground", Kind.CHOICE, "", "有该情形的是否停止救助？", variants=_BEHAVIOURS,
        choices=("stop", "may_stop", "own_share"), redline=9, effect=Effect.RULE),
    Key("refund.set_off", Kind.BOOL, "", "可否从以后的救助金中抵扣？", high=0, redline=3),
    Key("refund.pay_within", Kind.INT, "天|工作日", "责令退回的，限多久内退回？", low=1),
    Key("posting.confirmed_months", Kind.INT, "月", "已确认救助对象的名单公布多久？", low=1),
)
_JIANTUI = (
    Key("jiantui.max", Kind.INT, "月", "渐退期最长几个月？", low=1, high=36),
    Key("jiantui.default", Kind.INT, "月", "渐退期一般给几个月？", low=1, high=36),
    Key("jiantui.allowed", Kind.MONTHS, "月", "渐退期可在几个月之间选择？", low=1, high=36),
    Key("jiantui.cause", Kind.MONTHS, "月", "因该原因超过标准的给几个月渐退期？", variants=_CAUSES, low=1, high=36),
    Key("jiantui.pay_schedule", Kind.PERCENTS, "%", "渐退期内逐月按原金额的百分之几发放？", low=0, high=100),
    Key("jiantui.band", Kind.RATIO, "倍", "人均收入在低保标准的几倍以内可以渐退？", low=10000),
    Key("jiantui.cap", Kind.CHOICE, "", "渐退期发放金额的上限是什么？", choices=("standard_x_persons", "none")),
    Key("jiantui.repeat", Kind.CHOICE, "", "可否再次享受渐退期？", choices=("allow", "forbid")),
    Key("jiantui.cooling_months", Kind.INT, "月", "两次渐退之间须间隔几个月？", low=0, high=60),
    Key("jiantui.early_end", Kind.TEXT, "", "渐退期在什么情况下提前结束？"),
    Key("jiantui.condition.self_report", Kind.BOOL, "", "是否以主动申报收入变化为条件？"),
    Key("jiantui.income_disregard", Kind.INT, "月", "就业后几个月的劳动收入不计入？", low=0),
    Key("jiantui.lump_sum", Kind.MONTHS, "月", "一次性发给几个月的差额？", low=1, high=36),
    Key("jiantui.lump_sum_self_found", Kind.RATIO, "倍", "自谋职业的一次性金额加几倍？", low=10000),
    Key("jiantui.incentive_trustworthy", Kind.INT, "月", "守信对象的渐退期是几个月？", low=1, high=36,
        redline=18, effect=Effect.PROLONG),
)
_PENALTY = (
    Key("fraud.fine_multiplier_max", Kind.RATIO, "倍", "骗取救助的罚款最高是所得的几倍？", PROVINCE,
        low=0, high=20000, bound_since=LAW_SINCE, redline=9, effect=Effect.STATUTE),
    Key("fraud.fine_multiplier_min", Kind.RATIO, "倍", "骗取救助的罚款最低是所得的几倍？", PROVINCE,
        low=0, high=0, bound_since=LAW_SINCE, redline=9, effect=Effect.STATUTE),
    Key("fraud.benefit_effect", Kind.CHOICE, "", "骗取救助的，救助是应当停止还是可以调减、停止？", PROVINCE,
        choices=("must_stop", "may_reduce_or_stop"), redline=3, effect=Effect.STATUTE),
    Key("penalty.limitation", Kind.INT, "年", "行政处罚追责时效几年？", NATION, ("", "life_health_finance"), low=1),
    Key("penalty.decision_deadline", Kind.INT, "天", "立案后几天内作出处罚决定？", NATION, low=1, high=90),
    Key("penalty.hear_days", Kind.INT, "工作日|天", "处罚告知后给多少日陈述、申辩？", low=1, redline=14),
    Key("penalty.hearing_request", Kind.INT, "工作日", "告知后几个工作日内可要求听证？", NATION, low=5),
    Key("penalty.hearing_notice", Kind.INT, "工作日", "举行听证几个工作日前通知？", NATION, low=7),
    Key("penalty.delivery", Kind.INT, "工作日", "处罚决定书几个工作日内送达？", NATION, low=1, high=7),
    Key("penalty.minor_exempt", Kind.INT, "周岁", "不满几周岁不予处罚？", NATION, low=14, redline=5),
    Key("penalty.minor_lighter", Kind.INT, "周岁", "不满几周岁应当从轻或减轻？", NATION, low=18, redline=5),
    Key("penalty.first_minor", Kind.TEXT, "", "哪些情形不予处罚？", NATION),
    Key("penalty.large_fine", Kind.MONEY, "元", "多少元以上的罚款属于“较大数额”？", PROVINCE, low=1),
    Key("penalty.public_criticism", Kind.BOOL, "", "是否可以通报批评？", redline=9, effect=Effect.STATUTE),
    Key("penalty.reapply_ban", Kind.INT, "年", "是否几年内不得再申请？", low=1, redline=9, effect=Effect.STATUTE),
    Key("enforce.reminder_days", Kind.INT, "工作日", "催告书送达几个工作日后可申请法院强制执行？", NATION,
        low=10, redline=14),
    Key("enforce.court_months", Kind.INT, "月", "救济期限届满后几个月内可申请法院强制执行？", NATION, low=1, high=3),
)
_CREDIT = (
    Key("credit.subject", Kind.CHOICE, "", "谁可以成为信用主体？", choices=("full_capacity",), redline=5),
    Key("credit.publication_natural_person", Kind.CHOICE, "", "自然人失信信息可否公开？",
        choices=("forbidden", "allowed"), redline=6, effect=Effect.STATUTE, harmless=("forbidden",)),
    Key("credit.no_economic_data", Kind.TEXT, "", "哪些个人信息不得作为信用信息采集？"),
    Key("credit.disclosure_max", Kind.INT, "年", "失信信息自行为终止起最多披露几年？", low=1, high=5, redline=10),
    Key("credit.simple_procedure_excluded", Kind.BOOL, "", "简易程序处罚是否不计入失信信息？"),
    Key("conduct.hear_days", Kind.INT, "工作日|天", "失信认定前给多少日陈述、申辩？", low=1, redline=14),
    Key("conduct.decide_within", Kind.INT, "工作日|天", "陈述、申辩结束后多久内作出失信认定决定？", low=1),
    Key("conduct.stay_on_objection", Kind.BOOL, "", "异议处理期间是否暂停使用该记录？"),
    Key("conduct.educate_first", Kind.TEXT, "", "哪些情形先批评教育、约谈？"),
    Key("credit.objection", Kind.INT, "工作日", "信用信息异议几个工作日内处理？", variants=("", "assisted"), low=1),
    Key("credit.objection_mark", Kind.INT, "工作日", "几个工作日内标注异议？", low=1),
    Key("credit.revoked_basis_report", Kind.INT, "工作日", "认定依据被撤销后几个工作日内告知信用平台？", low=1),
    Key("credit.export", Kind.BOOL, "", "可否向公共信用信息平台报送？", redline=8, effect=Effect.STATUTE),
    Key("credit.directory_entry", Kind.TEXT, "", "失信信息对应公共信用信息目录的哪一条？"),
    Key("credit.levels", Kind.TEXT, "", "本地失信分几级？"),
    Key("credit.measures", Kind.TEXT, "", "本地的守信激励和失信惩戒措施有哪些？"),
    Key("credit.level_map", Kind.CHOICE, "", "本地失信等级对应国家哪一级？", variants=("*",), choices=_CLASSES),
    Key("credit.recheck_cycle", Kind.INT, "月", "该诚信等级的家庭几个月核查一次？", variants=("*",), low=1, high=12),
    Key("directory.closed_list", Kind.TEXT, "", "失信认定的目录依据是什么？", PROVINCE),
    Key("repair.min", Kind.INT, "月", "该级失信信息最短公示几个月后可申请修复？", PROVINCE, _CLASSES, low=0, high=12),
    Key("repair.max", Kind.INT, "月", "该级失信信息最长公示几个月？", PROVINCE, _CLASSES, low=1, high=36, redline=10),
    Key("repair.clock_start", Kind.CHOICE, "", "公示期从何时起算？", PROVINCE, choices=("document_date",)),
    Key("repair.conditions", Kind.TEXT, "", "申请信用修复须满足哪些条件？", PROVINCE),
    Key("repair.feedback", Kind.INT, "工作日", "信用修复几个工作日内答复？", PROVINCE, low=1),
    Key("repair.two_letters", Kind.BOOL, "", "决定书与修复告知书是否同时送达？", PROVINCE),
)
_INCENTIVE = (
    Key("incentive.fast_track", Kind.BOOL, "", "守信对象是否优先快办？", REGIONAL, effect=Effect.SERVICE),
    Key("incentive.papers_later", Kind.INT, "工作日", "守信对象可在几个工作日内后补材料？", REGIONAL,
        low=1, effect=Effect.SERVICE),
    Key("incentive.fewer_checks", Kind.BOOL, "", "守信对象可否在法定核查周期之外少抽查？", REGIONAL,
        effect=Effect.SERVICE),
    Key("incentive.services", Kind.TEXT, "", "守信对象还有哪些服务优待？", REGIONAL,
        redline=18, effect=Effect.SERVICE),
    Key("incentive.delayed_exit", Kind.INT, "月", "守信对象主动退出的延缓几个月？", REGIONAL,
        low=1, high=36, redline=18, effect=Effect.PROLONG),
    Key("incentive.extra_money", Kind.BOOL, "", "可否因守信增发救助金或提高标准？", REGIONAL,
        high=0, redline=18, effect=Effect.SERVICE),
    Key("incentive.eligibility", Kind.BOOL, "", "可否因守信放宽救助条件或免除核查？", REGIONAL,
        high=0, redline=18, effect=Effect.SERVICE),
)
_REMEDY = (
    Key("remedy.reconsideration", Kind.INT, "天", "申请行政复议的期限是几天？", NATION, low=60),
    Key("remedy.reconsideration_uninformed", Kind.INT, "年", "未告知复议权利的最长期限是几年？", NATION, low=1),
    Key("remedy.litigation", Kind.INT, "月", "直接起诉的期限是几个月？", NATION, low=6),
    Key("remedy.after_reconsideration", Kind.INT, "天", "复议后起诉的期限是几天？", NATION, low=15),
    Key("remedy.reply_reconsideration", Kind.INT, "天", "收到复议申请几天内提出书面答复？", NATION, low=1, high=10),
    Key("remedy.reply_litigation", Kind.INT, "天", "收到起诉状副本后几天内提出答辩状？", NATION, low=1, high=15),
    Key("remedy.organ", Kind.TEXT, "", "行政复议机关是谁？", NATION),
    Key("remedy.organ_name", Kind.TEXT, "", "本地行政复议机关的全称是什么？"),
    Key("remedy.court_name", Kind.TEXT, "", "本地管辖法院的全称是什么？"),
    Key("remedy.must_inform", Kind.TEXT, "", "决定书须告知哪些救济事项？", NATION),
    Key("remedy.online", Kind.TEXT, "", "电子送达时须告知什么？", NATION),
    Key("remedy.start.direct", Kind.TEXT, "", "直接送达的期限从何时起算？", NATION),
    Key("remedy.start.post", Kind.TEXT, "", "邮寄送达的期限从何时起算？", NATION),
    Key("remedy.start.electronic", Kind.TEXT, "", "电子送达的期限从何时起算？", NATION),
    Key("remedy.start.announcement", Kind.TEXT, "", "公告送达的期限从何时起算？", NATION),
    Key("service.announcement", Kind.INT, "天", "公告送达几天视为送达？", NATION, low=30),
    Key("service.refused", Kind.TEXT, "", "拒绝签收时怎样留置送达？", NATION),
    Key("period.start", Kind.TEXT, "", "期间从何时起算？", NATION),
    Key("period.month_end", Kind.TEXT, "", "按月计算没有对应日的怎样处理？", NATION),
    Key("period.holiday_roll", Kind.TEXT, "", "期间最后一日是法定休假日的怎样处理？", NATION),
    Key("calendar.statutory", Kind.INT, "天", "全体公民放假的节日共几天？", NATION, low=1),
)
_KEEPING = (
    Key("pipl.auto_decision", Kind.TEXT, "", "自动化决策受什么限制？", NATION),
    Key("pipl.pia_keep", Kind.INT, "年", "个人信息保护影响评估报告保存几年？", low=3),
    Key("rights.answer_within", Kind.INT, "工作日", "本人请求查阅、更正、说明或人工复核的，几个工作日内答复？", low=1),
    Key("rights.copy", Kind.TEXT, "", "本人请求查阅、复制个人信息的怎样办理？", NATION),
    Key("rights.correct", Kind.TEXT, "", "本人请求更正、补充个人信息的怎样办理？", NATION),
    Key("pipl.under14", Kind.INT, "周岁", "不满几周岁须取得监护人同意？", NATION, low=14),
    Key("share.use_log_keep", Kind.INT, "年", "共享数据使用日志保存几年？", low=3),
    Key("share.correction", Kind.INT, "工作日", "共享数据校核几个工作日内完成？", low=1),
    Key("archive.approval", Kind.INT, "年", "审批类档案在家庭退出后保存几年？", low=3),
    Key("archive.daily", Kind.INT, "年", "日常管理类档案保存几年？", low=5),
    Key("doc.page", Kind.TEXT, "", "公文用纸和版心尺寸是多少？", NATION),
    Key("doc.grid", Kind.TEXT, "", "公文每页几行、每行几字、什么字号？", NATION),
    Key("doc.forms", Kind.TEXT, "", "本地使用哪些诚信救助文书？"),
)

KEYS: Mapping[str, Key] = {
    key.name: key
    for group in (_STANDARD, _CHECKS, _APPLY, _ADVERSE, _JIANTUI, _PENALTY, _CREDIT, _INCENTIVE, _REMEDY, _KEEPING)
    for key in group
}
"""Every key that a pack may set, by name."""
