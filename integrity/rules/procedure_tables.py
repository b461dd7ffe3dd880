"""救助程序 (procedures of assistance), one table each: application, promise, consent, recheck, adjustment, change.

Read a table from top to bottom: each row is a step, after which steps it comes, who takes it, what it needs, which
paper it makes, what it does. Credit, penalties and rights stand in `procedure_credit`. 社会救助法 37–48.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrity.errors import Invalid
from integrity.rules import procedure_basis as b
from integrity.rules import procedure_county as c
from integrity.rules import procedure_heard as h
from integrity.rules import procedure_needs as n
from integrity.rules import procedure_reasons as r
from integrity.rules import procedure_tekun as t
from integrity.rules.procedure import Ask, Clock, Row, Table
from integrity.rules.procedure_credit import CREDIT
from integrity.rules.procedure_parts import (
    HEARD_STAGES,
    LAW47,
    LAW48,
    MAYBE_AMOUNT,
    MF57,
    NOTIFY,
    REASON,
    REMEDIES,
    A,
    H,
    P,
    R,
    decide_clock,
    drop,
    hear_clock,
    hearing,
    opening,
    served,
)
from integrity.terms import ExitReason, Outcome, PaperKind, Procedure, RecheckResult, Scheme, SignedBy, StepEffect

_PLAN = (
    Ask("outcome", "拟作处理", "choice", tuple(one.value for one in Outcome if one.adverse or one is Outcome.RAISE)),
    MAYBE_AMOUNT, Ask("months", "渐退月数", "count", optional=True),
    Ask("schedule", "渐退各月发放比例", "percents", optional=True),
    Ask("effective_on", "自何时起执行", "date", optional=True),
)  # fmt: skip
_CODE = Ask(
    "reason_code", "原因代码", "choice", tuple(one.value for one in ExitReason if one is not ExitReason.NONE),
    optional=True
)  # fmt: skip
"""Why assistance would end or be cut; where a recommendation stands, its reason is taken over."""
_EXCEPTION = Ask("exception", "渐退条件不成立、仍给予渐退的理由", optional=True)
_VISITORS = (Ask("visitor_1", "入户人员一（工号）"), Ask("visitor_2", "入户人员二（工号）"))
_UNDER_REVIEW = ("ACCEPTED", "VISITED", "ENTRY_REFUSED", "REVIEWED", "POSTED", "OBJECTION_SETTLED")
"""审核确认阶段: from acceptance to the decision (57号 20)."""
_SCHEMES = tuple(one.value for one in Scheme if one is not Scheme.NONE)

APPLICATION = Table(
    Procedure.APPLICATION, "社会救助法第37条至第45条；民发〔2021〕57号第9条至第22条",
    (
        opening("RECEIVED", "收到申请", (A, H), "社会救助法第37条", asks=(
            Ask("applicant", "申请人"), Ask("scheme", "申请的救助", "choice", _SCHEMES),
            Ask("missing", "缺少的材料", optional=True),
        )),
        Row("MISSING", "一次告知补正", ("RECEIVED",), (H,), f"{MF57}第10条", needs=(n.ONCE,),
            asks=(Ask("missing", "缺少的材料"), Ask("within", "补齐期限（如 10个工作日）")), papers=(PaperKind.F05,)),
        Row("SUPPLIED", "补齐材料", ("MISSING",), (A, H), f"{MF57}第10条"),
        Row("ACCEPTED", "受理", ("RECEIVED", "MISSING", "SUPPLIED"), (H,), f"{MF57}第10条", papers=(PaperKind.F05,),
            needs=(n.NOT_RUNNING,)),
        Row("NOT_ACCEPTED", "不予受理", ("RECEIVED", "MISSING", "SUPPLIED"), (R,), "社会救助法第37条、第70条",
            needs=(n.NOT_BY_RECORD,), asks=(Ask("ground", "理由类别", "choice", (
                "不属于本机关", "已在享受同类救助", "申请人撤回", "失信或者承诺")), REASON),
            papers=(PaperKind.F05,)),
        Row("VISITED", "入户调查", ("ACCEPTED", "ENTRY_REFUSED", "OBJECTION_SETTLED"), (H,), f"{MF57}第16条",
            needs=(n.TWO_VISITORS, n.IN_OFFICE, n.NO_KIN_VISITS), asks=(*_VISITORS, Ask("found", "调查情况")),
            sheets=(PaperKind.F06,)),
        Row("ENTRY_REFUSED", "拒绝入户", ("ACCEPTED", "ENTRY_REFUSED"), (H,), f"{MF57}第29条",
            asks=(*_VISITORS, Ask("ground", "没有入户的情形", "choice", b.ENTRY_GROUNDS), REASON),
            needs=(n.TWO_VISITORS,)),
        Row("TERMINATED", "终止审核", ("ENTRY_REFUSED",), (R,), "社会救助法第40条；民发〔2021〕57号第29条",
            needs=(b.TWICE,), asks=(REASON,), papers=(PaperKind.F08,)),
        Row("CHECK_TOLD", "告知核对不符合条件", ("ACCEPTED", "VISITED"), (H, R), f"{MF57}第18条", side=True,
            asks=(Ask("found", "核对结果"), Ask("how", "告知方式"))),
        Row("CHECKED_AGAIN", "复查", ("ACCEPTED", "VISITED"), (H, R), f"{MF57}第18条", side=True,
            needs=(b.TOLD_BEFORE,), asks=(
                Ask("said", "申请人的异议"), Ask("handed", "佐证材料"), Ask("result", "复查结果"))),
        Row("REVIEWED", "审核", ("VISITED", "OBJECTION_SETTLED"), (R,), f"{MF57}第19条",
            apart=("RECEIVED", "ACCEPTED"), needs=(n.NOT_RUNNING_IF_PROPOSED,), asks=(
            Ask("opinion", "审核意见", "choice", ("拟予确认", "拟不予确认")), MAYBE_AMOUNT, REASON)),
        Row("POSTED", "公示", ("REVIEWED", "OBJECTION_SETTLED"), (H, R), f"{MF57}第19条", sheets=(PaperKind.F07,),
            needs=(n.POSTED, b.OPINION_ANEW, b.POSTED_ANEW), asks=(Ask("posting", "公示单编号"),)),
        Row("COMPLAINED", "接到投诉、举报", _UNDER_REVIEW, (A, H, R), f"{MF57}第20条、第37条", side=True,
            asks=(Ask("said", "反映的情况"), Ask("named", "是否实名", "choice", ("是", "否")))),
        Row("COUNTY_VISITED", "县级入户调查", _UNDER_REVIEW, (H, R), f"{MF57}第20条；民发〔2021〕43号第16条",
            organ="county", side=True, needs=(n.TWO_VISITORS, n.IN_OFFICE, n.NO_KIN_VISITS), asks=(
                *_VISITORS, Ask("ground", "入户的原因", "choice", c.GROUNDS), Ask("found", "调查情况"))),
        Row("SUBMITTED", "报送县级", ("POSTED",), (H, R), f"{MF57}第19条、第20条；民发〔2021〕43号第15条、第16条",
            side=True, needs=(n.POSTED_OVER, n.NO_OBJECTION, c.RECEIVED_THEN, c.ONCE_SENT),
            asks=(Ask("received_on", "县级收到材料的日期", "date"),)),
        Row("OBJECTION_SETTLED", "异议办结", ("POSTED",), (R,), f"{MF57}第19条", asks=(
            Ask("result", "核实结果", "choice", b.SETTLED), Ask("found", "重新调查的情况"))),
        Row("CONFIRMED", "确认", ("POSTED",), (P,), "社会救助法第44条；民发〔2021〕57号第20条", organ="deciding",
            apart=("RECEIVED", "ACCEPTED", "REVIEWED"),
            needs=(n.POSTED_OVER, n.NO_OBJECTION, n.AS_POSTED, c.COUNTY_VISITED),
            asks=(MAYBE_AMOUNT, REASON), papers=(PaperKind.F08,), effect=StepEffect.GRANT),
        Row("NOT_CONFIRMED", "不予确认", ("REVIEWED", "POSTED"), (P,), "社会救助法第45条；民发〔2021〕57号第21条",
            organ="deciding", apart=("RECEIVED", "ACCEPTED", "REVIEWED"), needs=(n.NOT_BY_RECORD, c.COUNTY_VISITED),
            asks=(Ask("ground", "理由类别", "choice", (
                "收入超过标准", "财产超过标准", "家庭人口不符", "其他法定理由", "失信或者承诺")), REASON),
            papers=(PaperKind.F08,)),
        Row("SERVED", "送达", ("CONFIRMED", "NOT_CONFIRMED", "NOT_ACCEPTED", "TERMINATED"), (A, H),
            "社会救助法第45条；民发〔2021〕57号第21条", asks=served().asks,
            serves="CONFIRMED NOT_CONFIRMED NOT_ACCEPTED TERMINATED", ends=True),
    ),
    (
        Clock("investigate", "启动调查", f"{MF57}第15条", "apply.start_investigation", ("ACCEPTED",),
              ("VISITED", "ENTRY_REFUSED")),
        Clock("opinion", "特困供养调查核实并提出审核意见", "民发〔2021〕43号第13条", "tekun.investigate", ("ACCEPTED",),
              ("REVIEWED", "TERMINATED")),
        Clock("confirm", "县级提出审核确认意见", "民发〔2021〕57号第20条；民发〔2021〕43号第16条",
              "apply.county_confirm", ("SUBMITTED",), ("CONFIRMED", "NOT_CONFIRMED"), dated_by="received_on"),
        Clock("total", "审核确认办结", "2022通知四（一）；民发〔2021〕57号第22条；民发〔2024〕57号第8条",
            "apply.total_delegated",
            ("ACCEPTED",),
              ("CONFIRMED", "NOT_CONFIRMED", "TERMINATED"), extendable=True),
        Clock("refusal", "不予确认的书面告知", "民发〔2021〕57号第21条；民发〔2021〕43号第18条",
            "apply.refusal_notice", ("NOT_CONFIRMED",),
            ("SERVED",)),
        *REMEDIES,
    ),
)  # fmt: skip

COMMITMENT = Table(
    Procedure.COMMITMENT, "社会救助法第40条；民发〔2021〕57号第9条、第10条",
    (
        opening("EXPLAINED", "讲解告知", (A, H), "个人信息保护法第17条；社会救助法第40条", papers=(PaperKind.F01,),
                asks=(Ask("occasion", "签署场合", "choice", ("申请", "定期核查", "家庭变动", "补签")),)),
        Row("SIGNED", "签署承诺", ("EXPLAINED",), (A, H), f"{MF57}第9条；民法典第20条至第23条",
            asks=(Ask("signed_by", "签署方式", "choice", tuple(
                one.value for one in SignedBy if one is not SignedBy.REFUSED)),
                Ask("guardian_no", "监护人的成员序号", "count", optional=True)),
            papers=(PaperKind.F02,), effect=StepEffect.COMMIT),
        Row("REFUSED", "拒签", ("EXPLAINED",), (A, H), f"{MF57}第9条、第10条", asks=(REASON,),
            effect=StepEffect.REFUSE_COMMIT, ends=True),
        Row("OFFICE_SIGNED", "经办人承诺", ("SIGNED",), (A, H), "社会救助法第45条、第70条", papers=(PaperKind.F03,),
            ends=True),
        Row("BREACHED", "关联违诺事实", ("OFFICE_SIGNED", "SIGNED"), (H, R), f"{MF57}第9条",
            asks=(Ask("fact_seq", "失信事实的条目号", "count"),), side=True),
    ),
)  # fmt: skip

AUTHORITY = Table(
    Procedure.AUTHORITY, "社会救助法第40条、第41条",
    (
        opening("PREPARED", "出具授权书", (A, H), "社会救助法第40条", papers=(PaperKind.F04,), asks=(
            Ask("whom", "授权人（共同生活成员或者第三人，用顿号分开）"), Ask("scope", "核对范围"),
            Ask("until", "授权截止日", "date"), Ask("third", "是否第三人", "choice", ("是", "否")),
            Ask("relation", "第三人与申请人的关系", optional=True))),
        Row("SIGNED", "签署授权", ("PREPARED",), (A, H), "社会救助法第41条", needs=(n.EVIDENCE, n.OWN_CONSENT),
            asks=(Ask("whom", "签署人（用顿号分开）"), Ask("guardian", "代签的监护人", optional=True))),
        Row("REFUSED", "不同意授权", ("PREPARED",), (A, H), "社会救助法第41条", asks=(REASON,), ends=True),
        Row("QUERIED", "查询", ("SIGNED",), (H,), "社会救助法第41条；政务数据共享条例第29条", needs=(n.CONSENTED,),
            asks=(Ask("whom", "被查询人"), Ask("body", "提供信息的单位"), Ask("purpose", "用途")), side=True),
        Row("WITHDRAWN", "撤回授权", ("SIGNED",), (A, H), "个人信息保护法第15条", asks=(REASON,), ends=True),
    ),
)  # fmt: skip

RECHECK = Table(
    Procedure.RECHECK, "社会救助法第46条；民发〔2021〕57号第31条",
    (
        opening("DUE", "列入核查", (H, R), "社会救助法第46条", job=True, sheets=(PaperKind.F11,),
                asks=(Ask("due_on", "应核查日", "date", optional=True), Ask("ground", "应核查的原因", optional=True))),
        Row("ASSIGNED", "指派", ("DUE", "ASSIGNED", "UNREACHED"), (R, P), f"{MF57}第11条、第16条",
            needs=(n.TWO_VISITORS, n.IN_OFFICE, n.NO_KIN_VISITS), asks=_VISITORS),
        Row("VISITED", "入户", ("ASSIGNED",), (A, H, R), f"{MF57}第16条", needs=(n.TWO_VISITORS, n.ASSIGNED),
            asks=(*_VISITORS, Ask("met", "见到的人"), Ask("found", "了解的情况")), sheets=(PaperKind.F06,)),
        Row("UNREACHED", "未能入户", ("ASSIGNED",), (A, H, R), f"{MF57}第16条", asks=(*_VISITORS, REASON),
            needs=(n.TWO_VISITORS, n.ASSIGNED)),
        Row("RESULT", "核查结论", ("VISITED",), (H, R), f"{MF57}第31条", asks=(
            Ask("result", "结论", "choice", (RecheckResult.UNCHANGED.value, RecheckResult.CHANGED.value)), REASON),
            papers=(PaperKind.F12,), effect=StepEffect.CHECK, ends=True),
    ),
    (
        Clock("due", "应核查日", f"{MF57}第31条", "", ("DUE",), ("RESULT",), dated_by="due_on", remind_days=30),
    ),
)  # fmt: skip

DECISION = Table(
    Procedure.DECISION, "社会救助法第47条、第48条；民发〔2021〕57号第32条至第34条",
    (
        opening("OPEN", "提出意见", (R, P), LAW47, needs=(t.NOT_TEKUN_END, *r.EVERY, r.VERIFIED, r.EXCEPTION),
                asks=(*_PLAN, _CODE, REASON, _EXCEPTION),
                effect=StepEffect.OPINION),
        *hearing("OPEN", PaperKind.F13, LAW48, job=True, only="调减、终止、渐退"),
        drop("OPEN", *HEARD_STAGES, law=LAW48, name="不予调整"),
        Row("DECIDE", "作出决定", ("REVIEW",), (P,), "社会救助法第44条、第47条", organ="deciding",
            apart=("OPEN", "STATEMENT", "WAIVED", "SILENT", "REVIEW"),
            needs=(n.HEARD, h.HEARD_OUT, n.REVIEWED, h.ADOPTED, n.NOT_HEAVIER, n.FIRM, n.OWN_SHARE,
                   t.NOT_TEKUN_END, n.SAME_REASON, *r.EVERY, r.FRAUD_COUNTY),
            asks=(*_PLAN, REASON),
            papers=(PaperKind.F15, PaperKind.F16)),
        Row("APPROVE", "批准（没有人因此减少救助）", ("OPEN",), (P,), "社会救助法第44条、第47条", organ="deciding",
            apart=("OPEN",), needs=(n.NOT_HEAVIER, t.NOT_TEKUN_END, n.SAME_REASON, *r.EVERY, r.FRAUD_COUNTY),
            asks=(*_PLAN, REASON),
            papers=(PaperKind.F15,), when=n.nobody_loses, only="增发，以及家中已没有可以听取意见的人"),
        Row("SERVED", "送达决定", ("DECIDE", "APPROVE"), (A, H), LAW48, asks=served().asks, serves="DECIDE APPROVE",
            effect=StepEffect.ACT, ends=True),
        Row("PENDING", "已送达、未能执行（程序登记）", ("SERVED",), (), LAW48, side=True),
        Row("EXECUTED", "补办执行", ("SERVED",), (P,), LAW48, organ="deciding", side=True, needs=(n.PENDING,),
            asks=(Ask("effective_on", "自何时起执行", "date", optional=True), REASON), effect=StepEffect.ACT),
        Row("REVOKED", "撤销决定", ("DECIDE", "APPROVE", "SERVED"), (P,), "行政复议法第64条；行政诉讼法第70条",
            organ="deciding", asks=(Ask("basis", "撤销的依据（文号）"), REASON), effect=StepEffect.UNDO_ACT,
            papers=(PaperKind.F15,), ends=True),
    ),
    (hear_clock(), decide_clock("adverse.decide_within"), NOTIFY, *REMEDIES),
)  # fmt: skip

TEKUN = Table(
    Procedure.TEKUN, "民发〔2021〕43号第24条、第26条、第27条；社会救助法第47条、第48条",
    (
        opening("OPEN", "提出终止意见", (R, P), "民发〔2021〕43号第24条",
                needs=(t.TEKUN_END, n.OWN_SHARE, *r.EVERY, *t.EVERY, t.OTHERS_SHOWN, r.VERIFIED),
                asks=(*_PLAN, _CODE, REASON), effect=StepEffect.OPINION),
        *hearing("OPEN", PaperKind.F13, LAW48, job=True, only="调减、终止、渐退"),
        drop("OPEN", *HEARD_STAGES, "POSTED", "OBJECTED", "OBJECTION_SETTLED", law=LAW48, name="不予终止"),
        Row("POSTED", "公示", ("OPEN", "REVIEW", "OBJECTION_SETTLED"), (H, R), "民发〔2021〕43号第26条",
            sheets=(PaperKind.F29,), needs=(n.HEARD, n.REVIEWED, n.POSTED, r.NOT_UPHELD),
            asks=(Ask("posting", "公示单编号"),)),
        Row("OBJECTED", "收到公示异议", ("POSTED",), (A, H), "民发〔2021〕43号第26条", asks=(Ask("said", "异议内容"),)),
        Row("OBJECTION_SETTLED", "异议办结", ("OBJECTED",), (R,), "民发〔2021〕43号第26条", asks=(
            Ask("result", "核实结果", "choice", ("异议不成立，重新公示", "异议成立")), REASON)),
        Row("DECIDE", "决定终止", ("POSTED",), (P,), "民发〔2021〕43号第26条", organ="deciding",
            apart=("OPEN", "STATEMENT", "WAIVED", "SILENT", "REVIEW"),
            needs=(n.HEARD, h.HEARD_OUT, n.REVIEWED, h.ADOPTED, n.NOT_HEAVIER, n.FIRM, n.POSTED_OVER,
                   n.NO_OBJECTION, r.NOT_UPHELD, n.OWN_SHARE, n.SAME_REASON, *r.EVERY, *t.EVERY, t.SAME_END,
                   r.FRAUD_COUNTY),
            asks=(*_PLAN, REASON), papers=(PaperKind.F29,)),
        served("DECIDE", StepEffect.ACT)._replace(ends=False),
        Row("FOLLOWED", "告知村（居）委会并转介其他救助", ("SERVED",), (H, R), "民发〔2021〕43号第26条、第27条",
            ends=True,
            asks=(Ask("village", "告知的村（居）委会"), Ask("follow", "低保、临时救助的核查结果"))),
        Row("PENDING", "已送达、未能执行（程序登记）", ("SERVED",), (), LAW48, side=True),
        Row("EXECUTED", "补办执行", ("SERVED", "FOLLOWED"), (P,), LAW48, organ="deciding", side=True,
            needs=(n.PENDING,),
            asks=(Ask("effective_on", "自何时起执行", "date", optional=True), REASON), effect=StepEffect.ACT),
        Row("REVOKED", "撤销决定", ("DECIDE", "SERVED", "FOLLOWED"), (P,), "行政复议法第64条；行政诉讼法第70条",
            organ="deciding", asks=(Ask("basis", "撤销的依据（文号）"), REASON), effect=StepEffect.UNDO_ACT,
            papers=(PaperKind.F15,), ends=True),
    ),
    (
        hear_clock(), decide_clock("adverse.decide_within"),
        Clock("objection", "公示异议作出决定", "民发〔2021〕43号第26条", "tekun.stop_objection", ("OBJECTED",),
              ("OBJECTION_SETTLED",)),
        NOTIFY, *REMEDIES,
    ),
)  # fmt: skip

WITHDRAWAL = Table(
    Procedure.WITHDRAWAL, "民发〔2021〕57号第33条；2022通知一（三）",
    (
        opening("STARTED", "渐退开始", (H, R), f"{MF57}第33条", job=True, asks=(
            Ask("since", "起始日", "date"), Ask("until", "截止日", "date"), Ask("recheck_on", "渐退期内的复核日",
            "date"))),
        Row("RECHECKED", "渐退期复核", ("STARTED",), (H, R), f"{MF57}第31条、第33条", needs=(n.TWO_VISITORS,),
            asks=(*_VISITORS, Ask("result", "复核结果"))),
        Row("EARLY", "提前结束", ("STARTED", "RECHECKED"), (R,), LAW47, asks=(REASON,), ends=True),
        Row("TOLD", "期满前告知", ("STARTED", "RECHECKED"), (H, R), LAW48, job=True, papers=(PaperKind.F16,)),
        Row("OVER", "期满办结", ("RECHECKED", "TOLD"), (R, P), LAW47, asks=(
            Ask("follow", "后续处理", "choice", ("重新符合条件，继续给予", "按调整与终止程序办理")),), ends=True),
    ),
    (
        Clock("recheck", "渐退期复核", f"{MF57}第33条", "", ("STARTED",), ("RECHECKED",), dated_by="recheck_on"),
        Clock("end", "渐退期满", f"{MF57}第33条", "", ("STARTED",), ("OVER", "EARLY"), dated_by="until",
            remind_days=30),
    ),
)  # fmt: skip

_HAPPENED = (Ask("happened_on", "发生日期", "date"), Ask("reported_on", "得知日期", "date"))
CHANGE = Table(
    Procedure.CHANGE, "社会救助法第46条；2022通知一（三）",
    (
        opening("DEATH", "成员死亡", (A, H), "2022通知一（三）", asks=_HAPPENED, effect=StepEffect.REPORT),
        opening("PRISON", "成员服刑或者强制戒毒", (A, H), f"{MF57}第7条", asks=_HAPPENED, effect=StepEffect.REPORT),
        opening("MISSING_PERSON", "成员被宣告失踪", (A, H), f"{MF57}第7条", asks=_HAPPENED, effect=StepEffect.REPORT),
        opening("MOVED", "成员迁出或者户籍迁移", (A, H), "社会救助法第46条", asks=_HAPPENED, effect=StepEffect.REPORT),
        opening("OF_AGE", "成员年满十八周岁", (A, H), "社会救助法第16条；民发〔2021〕43号第24条", job=True, asks=(
            *_HAPPENED, Ask("schooling", "是否仍在接受义务教育或者中等教育", "choice", ("是", "否", "不清楚")))),
        opening("OTHER", "其他变化", (A, H), "社会救助法第46条", asks=(*_HAPPENED, Ask("what", "变化情况")),
                effect=StepEffect.REPORT),
        Row("CHECKED", "核实", ("DEATH", "PRISON", "MISSING_PERSON", "MOVED", "OF_AGE", "OTHER"), (H, R),
            "社会救助法第46条", asks=(Ask("found", "核实情况"),)),
        Row("SETTLED", "办结", ("CHECKED",), (R,), LAW47, apart=("CHECKED",), ends=True, sheets=(PaperKind.F17,),
            needs=(n.FOLLOWED, n.REGISTERED),
            asks=(Ask("follow", "处理", "choice", ("无需调整", n.BY_DECISION, n.AS_REGISTERED)), REASON)),
    ),
    (
        Clock("death", "核查并办完增减停发", "2022通知一（三）", "death.check_and_adjust", ("DEATH",), ("SETTLED",),
              dated_by="happened_on", remind_days=30),
        Clock("event", "变化的核查", "社会救助法第46条", "recheck.event_within",
              ("PRISON", "MISSING_PERSON", "MOVED", "OF_AGE", "OTHER"), ("CHECKED",), dated_by="reported_on"),
    ),
)  # fmt: skip

TABLES: Mapping[Procedure, Table] = {
    one.procedure: one
    for one in (APPLICATION, COMMITMENT, AUTHORITY, RECHECK, DECISION, TEKUN, WITHDRAWAL, CHANGE, *CREDIT)
}
"""Every procedure."""
assert set(TABLES) == set(Procedure)


def table(procedure: Procedure) -> Table:
    """The table of a procedure. Raises Invalid for a procedure that has none."""
    found = TABLES.get(procedure)
    if found is None:
        raise Invalid(f"没有“{procedure.value}”的程序")
    return found
