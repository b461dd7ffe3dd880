"""各程序共用的步骤和期限 (parts that procedures share): told, heard, reviewed, decided, served, and the clocks of each.

`hearing` gives the five steps by which a person is heard before anything is decided against him; the same five in every
procedure, so that none can leave one out.
"""

from __future__ import annotations

from integrity.rules import procedure_heard as h
from integrity.rules import procedure_needs as n
from integrity.rules.procedure import START, Ask, Clock, Row
from integrity.terms import PaperKind, Role, ServiceWay, StepEffect

A, H, R, P = Role.ASSISTANT, Role.HANDLER, Role.REVIEWER, Role.APPROVER
ANY = (A, H, R, P)
LAW47, LAW48, LAW73 = "社会救助法第47条", "社会救助法第48条", "社会救助法第73条"
MF57 = "民发〔2021〕57号"
SERVICE = (
    Ask("way", "送达方式", "choice", tuple(one.value for one in ServiceWay)), Ask("receiver", "签收人"),
    Ask("witnesses", "见证人", optional=True), Ask("detail", "拒收事由、同意的内容、公告原因或者受托单位",
    optional=True),
)  # fmt: skip
"""What a receipt (送达回证) says; 民事诉讼法 87–95."""
MINUTES = (
    Ask("time", "起止时间", optional=True), Ask("place", "地点", optional=True),
    Ask("manner", "陈述方式", optional=True), Ask("recorder", "记录人（工号）", optional=True),
)  # fmt: skip
"""What the record of a statement (F14) says besides; whatever is not stated here is asked when it is printed."""
REASON = Ask("reason", "理由")
AMOUNT = Ask("amount", "金额（元）", "fen")
MAYBE_AMOUNT = Ask("amount", "金额（元）", "fen", optional=True)
WITHIN_REASON = Ask("within_reason", "这样确定期限的理由（当地没有规定期限的填写）", optional=True)
WITHIN = Ask("within", "期限（如 5个工作日）", optional=True)


def hearing(
    before: str, paper: PaperKind, law: str, *, told_by: tuple[Role, ...] = (H, R), job: bool = False, only: str = ""
) -> tuple[Row, ...]:  # fmt: skip
    """告知、送达、陈述（没有意见、逾期）、复核: how a person is heard after the step `before`, by the paper `paper`."""
    when = n.to_be_heard if only else None
    return (
        Row("NOTICE", "告知", (before,), told_by, law, papers=(paper,), asks=(WITHIN, WITHIN_REASON), job=job,
            when=when, only=only, needs=(n.WITHIN_STATED,)),
        Row("NOTICE_SERVED", "送达告知书", ("NOTICE",), (A, H), "民事诉讼法第87条至第95条", asks=SERVICE,
            serves="NOTICE"),
        Row(
            "STATEMENT", "陈述申辩", ("NOTICE_SERVED", "STATEMENT", "SILENT", "WAIVED", "REVIEW"), (H, R), law,
            asks=(Ask("speaker", "陈述人"), Ask("capacity", "陈述人身份", "choice", h.VOICES), Ask("said", "陈述内容"),
                  Ask("handed", "提交的证据", optional=True),
                  Ask("finished", "是否陈述完毕", "choice", ("是", "否"), optional=True), *MINUTES),
            sheets=(PaperKind.F14,), needs=(h.PROXY, h.FINISHED, h.OWN_VOICE, h.ANOTHER_WRITES),
        ),
        Row(
            "WAIVED", "表示没有意见", ("NOTICE_SERVED",), (H, R), law, needs=(n.PROOF, h.OWN_VOICE, h.ANOTHER_WRITES),
            asks=(Ask("speaker", "陈述人"), Ask("capacity", "陈述人身份", "choice", h.OWN_VOICES), Ask("said", "原话"),
                  *MINUTES),
            sheets=(PaperKind.F14,),
        ),
        Row("SILENT", "逾期没有提出", ("NOTICE_SERVED",), (H, R), f"{law}；红线第17条", needs=(n.HEAR_OVER,)),
        Row(
            "REVIEW", "复核意见", ("STATEMENT", "WAIVED", "SILENT"), (R,), "社会救助法第48条；行政处罚法第45条",
            apart=("STATEMENT", "WAIVED", "SILENT"),
            asks=(Ask("adopted", "是否采纳当事人的意见", "choice", ("采纳", "部分采纳", "不采纳", "没有意见")), REASON),
        ),
    )  # fmt: skip


HEARD_STAGES = ("NOTICE", "NOTICE_SERVED", "STATEMENT", "WAIVED", "SILENT", "REVIEW")
"""Stages of `hearing`, at each of which a case may still be dropped."""


def served(after: str = "DECIDE", effect: StepEffect | None = None, law: str = LAW48) -> Row:
    """送达决定: what was decided has its effect from here, never before."""
    return Row("SERVED", "送达决定", (after,), (A, H), law, asks=SERVICE, serves=after, effect=effect, ends=True)


def drop(
    *after: str, law: str, effect: StepEffect | None = None, paper: PaperKind | None = None, name: str = "不予处理"
) -> Row:
    """撤回: the case ends with nothing done to anybody; what was said in it is kept."""
    papers = () if paper is None else (paper,)
    return Row("DROP", name, after, (R, P), law, asks=(REASON,), effect=effect, ends=True, papers=papers)


def hear_clock(law: str = LAW48, key: str = "adverse.hear_days") -> Clock:
    """听取意见期限: the person's own time; it runs from proven service, for as long as the paper said."""
    return Clock(
        "hear", "听取意见期限", law, key, ("NOTICE_SERVED",), ("STATEMENT", "WAIVED"), of="当事人",
        dated_by="served_on",
        told_by="within", blocks=True,
    )  # fmt: skip


def decide_clock(key: str, law: str = LAW48) -> Clock:
    """作出决定期限 after the person was heard."""
    return Clock(
        "decide", "听取意见后作出决定", law, key, n.HEARING_STEPS, ("DECIDE", "DROP"), extendable=True
    )  # fmt: skip


NOTIFY = Clock("notify", "决定后书面告知", LAW48, "adverse.notice_within", ("DECIDE",), ("SERVED",))
RECONSIDER = Clock(
    "reconsider", "申请行政复议期限", "行政复议法第20条；行政复议法实施条例第23条", "remedy.reconsideration",
    ("SERVED",), (),
    of="当事人", dated_by="served_on", remind_days=7,
)  # fmt: skip
LITIGATE = Clock(
    "litigate", "提起行政诉讼期限", "行政诉讼法第46条", "remedy.litigation", ("SERVED",), (), of="当事人",
    dated_by="served_on", remind_days=15,
)  # fmt: skip
REMEDIES = (RECONSIDER, LITIGATE)


def opening(code: str, name: str, by: tuple[Role, ...], law: str, **more: object) -> Row:
    """立案: the step that opens a case."""
    return Row(code, name, (START,), by, law, **more)  # type: ignore[arg-type]
