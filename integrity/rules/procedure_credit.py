"""信用、处罚与权利程序 (procedures of credit, penalties and rights), one table each.

A finding has its effect only after a person was told, heard, reviewed by another, and served; it ends, is repaired or
is revoked. Money is asked back by the county only, never by silent set-off. 国办发〔2020〕49号; 国家发展改革委令第36号;
行政处罚法 36–66; 社会救助法 73–77; 个人信息保护法 24, 44–50.
"""

from __future__ import annotations

from integrity.rules import procedure_basis as b
from integrity.rules import procedure_heard as h
from integrity.rules import procedure_needs as n
from integrity.rules import procedure_reasons as r
from integrity.rules.procedure import Ask, Clock, Row, Table
from integrity.rules.procedure_parts import (
    AMOUNT,
    HEARD_STAGES,
    LAW73,
    REASON,
    REMEDIES,
    SERVICE,
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
from integrity.terms import NationalClass, PaperKind, Procedure, StepEffect

_CREDIT = "国办发〔2020〕49号；国家发展改革委令第36号"
_CLASSES = tuple(one.value for one in NationalClass if one is not NationalClass.UNMAPPED)
_LEVEL = Ask("level", "认定等级", "choice", _CLASSES)
_MEASURES = Ask("measures", "当地规定的惩戒措施（用顿号隔开；没有的不填）", optional=True)
_PAY_WAY = Ask("pay_way", "缴纳（退回）方式（指定的银行、账户）")
_PAY_BY = (
    Ask("pay_by", "缴纳途径", "choice", b.PAY_BY),
    Ask("pay_ground", "当场收缴的情况（只在当场收缴时填写）", optional=True),
)  # fmt: skip


def _by_county(*rows: Row) -> tuple[Row, ...]:
    """What the county alone may plan, review and give up, because it alone may order it (社会救助法 73)."""
    return tuple(row._replace(organ="county") if row.code in ("NOTICE", "REVIEW", "DROP") else row for row in rows)


DEFAULT = Table(
    Procedure.DEFAULT, _CREDIT,
    (
        opening("FACT", "提出认定", (H, R), "国办发〔2020〕49号", needs=(
            n.ABOUT_FACT, n.GROWN, n.ALIVE, n.LEVEL_LISTED, b.NUMBERED), asks=(
            _LEVEL, Ask("basis_kind", "文书种类", "choice", b.BASIS_KINDS), Ask("basis", "所依据的文书（文号）"),
            REASON, _MEASURES),
                effect=StepEffect.PROPOSE, sheets=(PaperKind.F10,)),
        Row("EDUCATE", "教育提醒", ("FACT", *HEARD_STAGES), (R, P),
            "行政处罚法第33条（参照）；山东省社会信用条例第41条",
            asks=(REASON,), effect=StepEffect.NOT_FIND, ends=True),
        *hearing("FACT", PaperKind.F23, "国办发〔2020〕49号；行政处罚法第44条、第45条（参照）"),
        drop("FACT", *HEARD_STAGES, law="行政处罚法第45条（参照）", effect=StepEffect.NOT_FIND, name="不予认定"),
        Row("DECIDE", "认定决定", ("REVIEW",), (P,), _CREDIT, organ="county",
            apart=("FACT", "STATEMENT", "WAIVED", "SILENT", "REVIEW"),
            needs=(n.GROWN, n.ALIVE, n.HEARD, h.HEARD_OUT, n.REVIEWED, h.ADOPTED_FINDING, n.FIRM, n.LEVEL_LISTED,
                   n.LEVEL_NOT_MORE), asks=(
                _LEVEL, REASON, _MEASURES, Ask("object_within", "异议答复期限（如 3个工作日）", optional=True)),
            papers=(PaperKind.F24, PaperKind.F25)),
        served("DECIDE", StepEffect.FIND, "国办发〔2025〕22号（两书同达）"),
        Row("REVOKED", "撤销认定", ("DECIDE", "SERVED"), (P,), "山东省社会信用条例第40条", organ="county",
            asks=(Ask("basis", "撤销的依据（文号）"), REASON), effect=StepEffect.REVOKE, ends=True),
        Row("PLATFORM_TOLD", "告知信用平台", ("REVOKED",), (R, P), "山东省社会信用条例第40条", side=True,
            asks=(Ask("result", "告知情况"),)),
    ),
    (
        hear_clock("国办发〔2020〕49号", "conduct.hear_days"), decide_clock("conduct.decide_within", _CREDIT),
        Clock("platform", "告知信用平台", "山东省社会信用条例第40条", "credit.revoked_basis_report", ("REVOKED",),
              ("PLATFORM_TOLD",)),
        *REMEDIES,
    ),
)  # fmt: skip

_INCENTIVES = ("快速办理", "材料后补", "减少核查次数", "延缓退出", "走访慰问")
TRUST = Table(
    Procedure.TRUST, "2022通知五（五）；国办发〔2020〕49号",
    (
        opening("FACT", "提出认定", (H, R), "2022通知五（五）", needs=(n.TRUST_FACT,), asks=(REASON,),
                effect=StepEffect.PROPOSE),
        Row("REVIEW", "复核意见", ("FACT",), (R,), "2022通知五（五）", apart=("FACT",), asks=(
            Ask("adopted", "复核结论", "choice", ("属实", "不属实")), REASON)),
        drop("FACT", "REVIEW", law="2022通知五（五）", effect=StepEffect.NOT_FIND, name="不予认定"),
        Row("DECIDE", "认定", ("REVIEW",), (P,), "2022通知五（五）", apart=("FACT", "REVIEW"), asks=(
            REASON, Ask("item", "对应事项（当地没有采用目录的填写）", optional=True),
            Ask("ends_on", "记录截止日（当地没有规定的填写）", "date", optional=True),
            Ask("view", "本人意见", optional=True)), papers=(PaperKind.F09,), effect=StepEffect.FIND),
        Row("INCENTIVE", "给予激励", ("DECIDE",), (R, P), "红线第18条", needs=(n.REGION_GRANTS,), side=True,
            asks=(Ask("kind", "激励措施", "choice", _INCENTIVES), REASON)),
        Row("REVOKED", "撤销认定", ("DECIDE",), (P,), "2022通知五（五）", asks=(REASON,), effect=StepEffect.REVOKE,
            ends=True),
    ),
)  # fmt: skip

REPAIR = Table(
    Procedure.REPAIR, "国家发展改革委令第36号；国办发〔2025〕22号",
    (
        opening("APPLIED", "申请修复", (A, H), "国家发展改革委令第36号", sheets=(PaperKind.F26,),
                needs=(n.EFFECTIVE, n.NOT_ENDED, n.REPAIRABLE), asks=(
                    Ask("corrected", "纠正和履行义务的情况"), Ask("promise", "信用承诺"))),
        Row("REVIEW", "核实", ("APPLIED", "REVIEW"), (R,), "国家发展改革委令第36号", apart=("APPLIED", "REVIEW"),
            asks=(Ask("adopted", "核实结论", "choice", ("符合", "不符合")), REASON)),
        Row("DECIDE", "修复决定", ("REVIEW",), (P,), "国家发展改革委令第36号", organ="county", apart=("APPLIED",
            "REVIEW"),
            needs=(n.NOT_ENDED, b.AS_CHECKED), asks=(
                Ask("granted", "决定", "choice", ("准予修复", "不予修复")), REASON),
            papers=(PaperKind.F27,), effect=StepEffect.REPAIR),
        Row("RECORD_ENDED", "办结（记录已不再使用）", ("APPLIED", "REVIEW"), (R, P),
            "国家发展改革委令第36号；山东省社会信用条例第38条", organ="county", needs=(h.RECORD_OVER,),
            papers=(PaperKind.F27,)),
        served("DECIDE", None, "国家发展改革委令第36号")._replace(
            after=("DECIDE", "RECORD_ENDED"), serves="DECIDE RECORD_ENDED"),
    ),
    (
        Clock("feedback", "修复答复", "国办发〔2025〕22号", "repair.feedback", ("APPLIED",),
              ("DECIDE", "RECORD_ENDED")),
        *REMEDIES,
    ),
)  # fmt: skip

OBJECTION = Table(
    Procedure.OBJECTION, "山东省社会信用条例第39条；上海市社会信用条例第36条",
    (
        opening("FILED", "提出异议", (A, H), "山东省社会信用条例第39条", sheets=(PaperKind.F28,),
                needs=(n.EFFECTIVE, n.NOT_ENDED, h.KIN_OBJECTS), effect=StepEffect.CONTEST,
                asks=(Ask("said", "异议内容"), Ask("speaker", "提出人（不是本人的填写）", optional=True))),
        Row("CHECKED", "核实", ("FILED",), (R,), "山东省社会信用条例第39条", apart=("FILED",), needs=(n.OTHER_HANDS,),
            asks=(Ask("found", "核实情况"), Ask("adopted", "核实结论", "choice", ("成立", "部分成立", "不成立")))),
        Row("ANSWERED", "答复", ("CHECKED",), (P,), "山东省社会信用条例第39条", organ="county", apart=("FILED",
            "CHECKED"),
            asks=(Ask("result", "处理", "choice", ("更正", "撤销", "维持")), REASON), papers=(PaperKind.F28,),
            effect=StepEffect.UPHOLD),
        served("ANSWERED", None, "山东省社会信用条例第39条"),
    ),
    (
        Clock("mark", "标注异议", "上海市社会信用条例第36条", "credit.objection_mark", ("FILED",), ("FILED",)),
        Clock("answer", "异议答复", "山东省社会信用条例第39条", "credit.objection", ("FILED",), ("ANSWERED",),
              extendable=True),
        *REMEDIES,
    ),
)  # fmt: skip

_PLAN = (Ask("plan", "分期（延期）安排"), Ask("plan_until", "最后一期的日期", "date"))
_COLLECTING = ("SERVED", "REMIND_SERVED", "INSTALMENTS")
_BACK = (
    Ask("back_way", "退还方式（收过款的填写）", optional=True),
    Ask("back_by", "退还的最后日期（收过款的填写）", "date", optional=True),
)  # fmt: skip


def _collecting(law: str, done: str) -> tuple[Row, ...]:
    """履行、分期、催告、申请强制执行: how an amount is asked for; nothing is taken from the assistance itself."""
    return (
        Row("INSTALMENTS", "同意分期或者延期", ("SERVED", "REMIND_SERVED"), (P,), "行政处罚法第66条", organ="county",
            needs=(h.PLAN_BEFORE_COURT,), asks=(*_PLAN, REASON)),
        Row("PAID", done, (*_COLLECTING, "REMIND", "COURT"), (H, R), law, needs=(n.NOT_MORE_THAN_OWED,), asks=(AMOUNT,),
            side=True),
        Row("REMIND", "催告", ("SERVED", "INSTALMENTS"), (R, P), "行政强制法第35条、第54条", organ="county",
            papers=(PaperKind.F22,), needs=(n.REMEDIES_OVER, n.OWING, n.PLAN_OVER)),
        Row("REMIND_SERVED", "送达催告书", ("REMIND",), (A, H), "行政强制法第35条", asks=SERVICE, serves="REMIND"),
        Row("COURT", "申请法院强制执行", ("REMIND_SERVED",), (P,), "行政强制法第53条、第54条", organ="county",
            ends=True,
            needs=(n.REMIND_OVER, n.REMEDIES_OVER, n.IN_COURT_TIME, n.OWING), asks=(Ask("court", "法院"), REASON)),
        Row("SETTLED", "结清", (*_COLLECTING, "REMIND", "COURT"), (R, P), law, organ="county", needs=(n.PAID_UP,),
            ends=True),
        Row("REVOKED", "撤销决定", ("DECIDE", "SERVED", "INSTALMENTS", "REMIND", "REMIND_SERVED", "COURT", "SETTLED"),
            (P,), "行政复议法第64条；行政诉讼法第70条", organ="county", ends=True, needs=(h.BACK_TOLD,),
            asks=(Ask("basis", "撤销的依据（文号）"), REASON, *_BACK), papers=(PaperKind.F35,)),
        Row("REVOKED_SERVED", "送达撤销通知书", ("REVOKED", "PAID_BACK"), (A, H), "行政复议法第64条；行政诉讼法第70条",
            side=True, asks=SERVICE, serves="REVOKED"),
        Row("PAID_BACK", "退还已收的金额", ("REVOKED",), (H, R), "行政复议法第64条；行政诉讼法第70条", organ="county",
            needs=(h.GIVEN_BACK, n.EVIDENCE), asks=(AMOUNT,), ends=True),
    )  # fmt: skip


_REMIND = Clock(
    "remind", "催告后的履行期限", "行政强制法第54条", "enforce.reminder_days", ("REMIND_SERVED",), ("COURT", "SETTLED"),
    of="当事人", dated_by="served_on",
)  # fmt: skip

_PAY_WITHIN = Ask("pay_within", "退回期限（如 30日）", optional=True)
REFUND = Table(
    Procedure.REFUND, "社会救助法第73条、第74条",
    (
        opening("OPEN", "提出责令退回", (R,), LAW73, organ="county", needs=(h.ORDER_GROUND, h.ORDER_PARTY), asks=(
            Ask("ground", "依据", "choice", (h.FRAUD, h.DISOBEYED)), AMOUNT, Ask("computed", "计算方法"), _PAY_WAY,
            _PAY_WITHIN, REASON)),
        *_by_county(
            *hearing("OPEN", PaperKind.F21, "社会救助法第48条（参照）、第73条", told_by=(R,)),
            drop("OPEN", *HEARD_STAGES, law=LAW73, name="不予追缴")),
        Row("DECIDE", "责令退回决定", ("REVIEW",), (P,), LAW73, organ="county",
            apart=("OPEN", "STATEMENT", "WAIVED", "SILENT", "REVIEW"),
            needs=(n.HEARD, h.HEARD_OUT, n.REVIEWED, h.ADOPTED, n.FIRM, n.NOT_MORE, h.ORDER_PARTY), asks=(
                AMOUNT, Ask("computed", "计算方法（与告知的不同时填写）", optional=True), _PAY_WITHIN, REASON),
            papers=(PaperKind.F21,)),
        served("DECIDE", None, LAW73)._replace(ends=False),
        *_collecting("社会救助法第73条、第74条", "收到退回款"),
    ),
    (hear_clock("社会救助法第48条（参照）"), *REMEDIES, _REMIND),
)  # fmt: skip

_LARGE = Ask("large", "是否属于较大数额罚款（本省没有标准时填写）", "choice", ("属于", "不属于"), optional=True)
_HEARD_OUT = ("NOTICE_SERVED", "STATEMENT", "WAIVED", "SILENT", "REVIEW")
"""A hearing may be asked for within its own time, whatever was said, or not said, before (行政处罚法 64)."""
_INVESTIGATED = h.INVESTIGATED
_OFFICERS = (
    Ask("visitor_1", "执法人员一（工号）"), Ask("card_1", "执法证号一"), Ask("visitor_2", "执法人员二（工号）"),
    Ask("card_2", "执法证号二"),
)  # fmt: skip
"""Who inquired: two, with their certificates (行政处罚法 42、55)."""


def _fine_hearing(*rows: Row) -> tuple[Row, ...]:
    """告知 says whether the fine is large; two officers hear the person; after a hearing there is another review."""
    return tuple(
        row._replace(asks=(*row.asks, _LARGE)) if row.code == "NOTICE"
        else row._replace(asks=(*row.asks, *_OFFICERS), needs=(*row.needs, *h.BY_OFFICERS))
        if row.code in ("STATEMENT", "WAIVED")
        else row._replace(after=(*row.after, "REVIEW"), needs=(*row.needs, h.REVIEW_AGAIN)) if row.code == "REVIEW"
        else row for row in rows
    )  # fmt: skip


FINE = Table(
    Procedure.FINE, "社会救助法第73条；行政处罚法",
    (
        opening("OPEN", "立案", (R,), "行政处罚法第54条", organ="county", needs=(
            n.ABOUT_FACT, n.GROWN, n.ALIVE, n.IN_LIMITATION, n.FINED_ONCE, n.FINE_KNOWN, n.FINE_BAND,
            *h.BY_OFFICERS), asks=(
                Ask("gained", "骗取的金额（元）", "fen"), AMOUNT, Ask("proofs", "主要证据（用分号隔开）"), REASON,
                *_OFFICERS)),
        Row("NO_PENALTY", "不予处罚（教育）", ("OPEN", *HEARD_STAGES), (P,), "行政处罚法第33条", organ="county",
            asks=(REASON,), ends=True),
        *_fine_hearing(*_by_county(*hearing("OPEN", PaperKind.F19, "行政处罚法第44条、第45条", told_by=(R,)))),
        Row("HEARING_ASKED", "要求听证", _HEARD_OUT, (A, H, R), "行政处罚法第63条、第64条", side=True,
            asks=(Ask("speaker", "提出人"),)),
        Row("HEARING_NOTICE", "听证通知", _HEARD_OUT, (R, P), "行政处罚法第64条", organ="county", side=True,
            needs=(h.HEARING_FIRST, h.PRESIDER_APART), papers=(PaperKind.F34,), asks=(
                Ask("held_on", "听证日期", "date"), Ask("time", "听证开始时间（如 上午9时）"), Ask("place", "听证地点"),
                Ask("presider", "听证主持人（工号）"), Ask("open", "是否公开举行", "choice", ("公开", "不公开")))),
        Row("HEARING_SERVED", "送达听证通知书", _HEARD_OUT, (A, H), "行政处罚法第64条", side=True, asks=SERVICE,
            serves="HEARING_NOTICE"),
        Row("HEARING_HELD", "举行听证", _HEARD_OUT, (R, P), "行政处罚法第64条", organ="county",
            side=True, needs=(n.EVIDENCE, h.HEARING_TOLD, h.NOT_INVESTIGATOR, h.PRESIDES), apart=_INVESTIGATED,
            asks=(Ask("said", "听证笔录摘要"), Ask("changed", "更换主持人的原因（没有更换的不填）", optional=True))),
        Row("LEGAL", "法制审核", ("REVIEW",), (R, P), "行政处罚法第58条", organ="county", side=True,
            apart=(*_INVESTIGATED, "REVIEW"), needs=(h.NOT_INVESTIGATOR,),
            asks=(Ask("result", "审核结论", "choice", ("通过", "不通过")), REASON)),
        *_by_county(drop("OPEN", *HEARD_STAGES, law="行政处罚法第57条", name="撤案")),
        Row("DECIDE", "处罚决定", ("REVIEW",), (P,), "行政处罚法第57条、第59条；社会救助法第73条", organ="county",
            apart=("OPEN", "STATEMENT", "WAIVED", "SILENT", "REVIEW", "LEGAL"), papers=(PaperKind.F20,),
            needs=(n.GROWN, n.ALIVE, n.HEARD, h.HEARD_OUT, n.REVIEWED, h.ADOPTED, n.FIRM, n.NOT_MORE, n.IN_LIMITATION,
                   n.FINE_KNOWN, n.FINE_BAND, n.HEARING_HELD, n.HEARING_TIME, h.HEARING_REVIEWED, h.LEGALLY_CHECKED,
                   b.AT_THE_BANK, b.CASH_ASKED), asks=(
                       AMOUNT, *_PAY_BY, _PAY_WAY, REASON)),
        served("DECIDE", None, "行政处罚法第61条")._replace(ends=False),
        *_collecting("行政处罚法第66条、第67条", "收到罚款"),
    ),
    (
        hear_clock("行政处罚法第44条、第45条", "penalty.hear_days"),
        Clock("hearing_request", "要求听证期限", "行政处罚法第64条", "penalty.hearing_request", ("NOTICE_SERVED",),
              ("HEARING_ASKED",), of="当事人", dated_by="served_on"),
        Clock("hearing_notice", "听证通知后的准备期", "行政处罚法第64条、第85条", "penalty.hearing_notice",
              ("HEARING_SERVED",), ("HEARING_HELD",), of="当事人", dated_by="served_on"),
        Clock("case", "作出处罚决定", "行政处罚法第60条", "penalty.decision_deadline", ("OPEN",),
              ("DECIDE", "DROP", "NO_PENALTY"), remind_days=15),
        Clock("deliver", "送达处罚决定书", "行政处罚法第61条", "penalty.delivery", ("DECIDE",), ("SERVED",)),
        *REMEDIES, _REMIND,
    ),
)  # fmt: skip

REMEDY = Table(
    Procedure.REMEDY, "行政复议法；行政诉讼法",
    (
        opening("NOTED", "收到复议或者诉讼", (H, R), "行政复议法第20条；行政诉讼法第46条", asks=(
            Ask("kind", "途径", "choice", ("行政复议", "行政诉讼")), Ask("number", "案号"), Ask("body", "受理机关"))),
        Row("REPLIED", "提出书面答复（答辩状）和证据", ("NOTED",), (R, P), "行政复议法第48条；行政诉讼法第67条",
            side=True, asks=(Ask("sent", "提交的材料"),)),
        Row("STAYED", "停止执行", ("NOTED",), (R, P), "行政复议法第42条；行政诉讼法第56条", side=True,
            needs=(n.NOT_STAYED,), asks=(Ask("basis", "停止执行的决定（文号或者法律规定）"),), effect=StepEffect.STAY),
        Row("RESUMED", "恢复执行", ("NOTED",), (R, P), "行政复议法第42条；行政诉讼法第56条", side=True,
            needs=(n.STAYED,), asks=(Ask("basis", "恢复执行的依据"),), effect=StepEffect.RESUME),
        Row("MAINTAINED", "维持或者驳回", ("NOTED",), (R, P), "行政复议法第68条；行政诉讼法第69条", ends=True,
            asks=(Ask("basis", "决定书、判决书文号"),
                Ask("received_on", "当事人收到决定书的日期（不填的按登记日）", "date", optional=True))),
        Row("CHANGED", "变更或者撤销", ("NOTED",), (R, P), "行政复议法第63条、第64条；行政诉讼法第70条",
            asks=(Ask("basis", "决定书、判决书文号"), Ask("result", "结果")), effect=StepEffect.QUASHED),
        Row("CARRIED", "已在原案件执行", ("CHANGED",), (R, P), "行政复议法第77条；行政诉讼法第94条", ends=True,
            needs=(r.CARRIED_OUT,), asks=(Ask("done", "执行情况"),)),
        Row("ENDED", "撤回或者终止", ("NOTED",), (R, P), "行政复议法第41条", ends=True, asks=(REASON,)),
    ),
    (
        Clock("reply", "提出书面答复（答辩状）", "行政复议法第48条；行政诉讼法第67条", "remedy.reply_reconsideration",
              ("NOTED",), ("REPLIED", "CHANGED", "ENDED"), remind_days=5),
        Clock("carry", "执行复议决定、判决", "行政复议法第77条；行政诉讼法第94条；山东省社会信用条例第40条",
              "credit.revoked_basis_report", ("CHANGED",), ("CARRIED",)),
    ),
)  # fmt: skip

RIGHTS = Table(
    Procedure.RIGHTS, "个人信息保护法第24条、第44条至第50条",
    (
        opening("ASKED", "提出请求", (A, H), "个人信息保护法第45条至第48条、第50条", asks=(
            Ask("kind", "请求事项", "choice", ("查阅复制", "更正补充", "解释说明", "人工复核", "删除")),
            Ask("capacity", "提出人身份", "choice", b.CAPACITIES), Ask("speaker", "提出人"), Ask("said", "请求内容")),
                needs=(b.ENTITLED, b.SHOWN)),
        Row("ANSWERED", "办理并答复", ("ASKED",), (H, R), "个人信息保护法第24条、第50条", needs=(n.OTHER_HANDS,),
            asks=(Ask("result", "办理结果"),), papers=(PaperKind.F28,)),
        Row("DECLINED", "不予办理", ("ASKED",), (R,), "个人信息保护法第50条", apart=("ASKED",),
            needs=(n.OTHER_HANDS, b.LAWFUL_REFUSAL),
            asks=(Ask("ground", "不予办理的情形", "choice", b.DECLINE_GROUNDS), REASON), papers=(PaperKind.F28,)),
        Row("SERVED", "送达答复", ("ANSWERED", "DECLINED"), (A, H), "个人信息保护法第50条", asks=SERVICE,
            serves="ANSWERED DECLINED", ends=True),
    ),
    (
        Clock("answer", "答复期限", "个人信息保护法第50条", "rights.answer_within", ("ASKED",), ("ANSWERED",
            "DECLINED")),
        *REMEDIES,
    ),
)  # fmt: skip

EXPORT = Table(
    Procedure.EXPORT, "国办发〔2020〕49号",
    (
        opening("PREPARED", "提出报送", (R,), "国办发〔2020〕49号", organ="county",
                needs=(n.LIVING, n.EFFECTIVE, n.NOT_ENDED, n.EXPORTABLE, n.LISTED, n.MAPPED, n.NO_ECONOMY),
                asks=(Ask("content", "报送内容"), REASON)),
        Row("APPROVED", "批准报送", ("PREPARED",), (P,), "国办发〔2020〕49号", organ="county", apart=("PREPARED",),
            needs=(n.LIVING, n.EFFECTIVE, n.NOT_ENDED, n.EXPORTABLE, n.LISTED, n.MAPPED)),
        Row("SENT", "报送", ("APPROVED",), (R, P), "国办发〔2020〕49号", organ="county",
            needs=(n.LIVING, n.EFFECTIVE, n.NOT_ENDED, n.EXPORTABLE)),
        Row("DECLINED", "不予报送", ("PREPARED", "APPROVED"), (R, P), "国办发〔2020〕49号", asks=(REASON,), ends=True),
        Row("RECALLED", "撤回报送", ("SENT",), (R, P), "山东省社会信用条例第40条；国家发展改革委令第36号",
            asks=(REASON,),
            ends=True),
    ),
)  # fmt: skip

TRANSFER = Table(
    Procedure.TRANSFER, "社会救助法第77条；行政处罚法第27条、第57条",
    (
        opening("PREPARED", "提出移送", (R,), "社会救助法第77条", asks=(
            Ask("body", "移送机关"), Ask("facts", "移送的事实"), Ask("enclosed", "移送的材料"))),
        Row("APPROVED", "批准移送", ("PREPARED",), (P,), "行政处罚法第57条", organ="county", apart=("PREPARED",),
            asks=(REASON,), papers=(PaperKind.F33,)),
        Row("DECLINED", "不予移送", ("PREPARED",), (P,), "行政处罚法第57条", asks=(REASON,), ends=True),
        Row("ANSWERED", "收到回复", ("APPROVED",), (R, P), "行政处罚法第27条", asks=(Ask("result", "回复内容"),),
            ends=True),
    ),
)  # fmt: skip

CREDIT = (DEFAULT, TRUST, REPAIR, OBJECTION, REFUND, FINE, REMEDY, RIGHTS, EXPORT, TRANSFER)
"""The procedures of this file."""
