"""红线在步骤上的条件 (what the red lines ask of steps): conditions of their own, and where each is asked.

Where a table already names a condition (`procedure_needs`), the red line asks for the very same one, at every step
where it belongs, whether the table names it or not: a table that forgets it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from integrity.rules.procedure import Facts, Need, Row, Table
from integrity.rules.procedure_needs import nobody_loses, planned
from integrity.rules.procedure_reasons import OWN_ACTS
from integrity.rules.redline_words import (
    FRAUD,
    MORE_THAN_SERVICE,
    PENALTIES,
    RECORD_WORDS,
    SET_OFF,
    SILENCE,
    SUPPLIED,
    found,
)
from integrity.terms import Procedure, Role, StepEffect

At = Callable[[Table, Row], bool]
"""At which steps a condition is asked."""
_MONEY = (Procedure.DECISION, Procedure.TEKUN, Procedure.REFUND, Procedure.FINE)
_CREDIT = (Procedure.DEFAULT, Procedure.FINE)
_DECIDES = ("DECIDE", "APPROVE", "CONFIRMED", "NOT_CONFIRMED", "NOT_ACCEPTED", "TERMINATED")


def _texts(f: Facts) -> str:
    """All that a step states in words."""
    return "；".join(str(value) for value in f.given.values() if isinstance(value, str))


def _without(code: str, missing: str, law: str, words: re.Pattern[str]) -> Need:
    """No text of the step may ask for this."""
    return Need(code, missing, law, lambda f: not found(words, _texts(f)))


def _one_named(f: Facts) -> bool:
    """Is it said whose act it is? Then `OWN_SHARE` knows what the others must go on getting.

    Neither what the case began with nor what this step says can put another code in its place; without a code the
    words of the reason are looked at.
    """
    outcome = planned(f)
    if f.person is not None or (outcome is not None and not outcome.adverse):
        return True
    told = f.history[0].data if f.history else {}
    codes = {str(one.get("reason_code") or "") for one in (told, f.given)} - {""}
    if codes & {word for one in OWN_ACTS for word in (one.name, one.value)}:
        return False
    return bool(codes) or not any(found(FRAUD, str(one.get("reason") or "")) for one in (told, f.given))


def _consent_runs(f: Facts) -> bool:
    prepared = f.last("PREPARED")
    until = None if prepared is None else prepared.data.get("until")
    return isinstance(until, date) and f.on <= until


def _proven(f: Facts) -> bool:
    """Silence means something only after a service that is on record, on an earlier day."""
    served = f.last("NOTICE_SERVED")
    return served is not None and served.entry is not None and isinstance(served.data.get("served_on"), date)


NAMED = Need(
    "named", "这一步须由具名的工作人员办理，系统任务只能提醒和印制文书",
    "社会救助法第48条；个人信息保护法第24条；红线第1条",
    lambda f: bool(f.actor.strip()) and f.role is not Role.SYSTEM and f.actor != Role.SYSTEM.value,
)  # fmt: skip
NOBODY_LOSES = Need(
    "heard", "有人会因此减少救助，应当先听取意见", "社会救助法第48条；红线第1条", nobody_loses
)  # fmt: skip
WRITTEN = Need(
    "written", "请填写理由", "社会救助法第48条；红线第1条", lambda f: len(str(f.given.get("reason") or "").strip()) > 1
)  # fmt: skip
DECIDED = Need(
    "decided", "没有具名的决定，不能执行", "社会救助法第48条；红线第1条",
    lambda f: f.done("DECIDE", "APPROVE", "CONFIRMED") and all(one.by.strip() for one in f.history),
)  # fmt: skip
NOT_BY_WORDS = Need(
    "score", "不得以积分、等级、失信记录或者没有签署承诺书作为理由", "社会救助法第70条；红线第2条",
    lambda f: not found(RECORD_WORDS, str(f.given.get("reason") or "")),
)  # fmt: skip
NO_SET_OFF = _without(
    "setoff", "不得从救助金中抵扣，请由本人缴纳、分期或者申请法院执行", "社会救助法第73条、第74条；红线第3条", SET_OFF
)
ONE_NAMED = Need(
    "others",
    "因一个人的行为（骗取救助、连续三次拒绝就业、不参加公益劳动）只能减少本人的份额，"
    "请写明是哪一位成员（成员序号，命令为 --member）："
    "骗取救助的，法律规定是“可以”由县级对行为人个案决定，没有参与的成员（未成年人、老年人、残疾人等）份额照发；"
    "查清后全户不再符合条件的，以收入（财产）超过标准为原因，另行核对、听取意见",
    "社会救助法第20条、第73条；民发〔2021〕57号第34条；未成年人保护法第4条；红线第4条", _one_named,
)  # fmt: skip
UNCONTESTED = Need(
    "contested", "这项认定正在异议、行政复议或者诉讼，办结以前不报送", "国办发〔2020〕49号；红线第8条",
    lambda f: not f.known.get("contested"),
)  # fmt: skip
"""`contested`: an objection to the finding, a reconsideration or a lawsuit is open; until then nothing goes out."""
NO_OWN_PENALTY = _without(
    "penalty", "通报批评、若干年内不得申请等处理没有法律、法规依据", "行政处罚法第9条、第16条；红线第9条", PENALTIES
)
CONSENT_RUNS = Need(
    "until", "授权已经到期（或者没有截止日），不能查询", "社会救助法第41条；个人信息保护法第14条；红线第12条",
    _consent_runs,
)  # fmt: skip
WITHIN_PURPOSE = Need(
    "purpose", "请写明查询的用途和提供信息的单位", "社会救助法第70条；政务数据共享条例第29条；红线第12条",
    lambda f: all(str(f.given.get(name) or "").strip() for name in ("whom", "body", "purpose")),
)  # fmt: skip
NO_SUPPLIED = Need(
    "supplied", "其中有可以由核对取得的材料，不得要求提供", "社会救助法第62条；红线第13条",
    lambda f: not found(SUPPLIED, str(f.given.get("missing") or "")),
)  # fmt: skip
NOT_TACIT = _without("tacit", "不得把没有答复当作同意", "社会救助法第48条；红线第17条", SILENCE)
PROVEN = Need("proven", "告知书还没有送达的记录，不能登记逾期", "社会救助法第48条；红线第17条", _proven)
SERVICE_ONLY = _without("service", "守信激励不得涉及金额、资格和免除核查", "红线第18条", MORE_THAN_SERVICE)


def by_person(table: Table, row: Row) -> bool:
    """Steps that only a person takes: all but those that a job prints, and whatever has an effect of its own."""
    return not row.job or row.effect not in (None, StepEffect.OPINION) or row.code in _DECIDES


def hears(table: Table) -> bool:
    """Does the procedure take something from a person?"""
    return any(row.code == "NOTICE" for row in table.rows)


def adverse(table: Table, row: Row) -> bool:
    """The decision against a person."""
    return row.code == "DECIDE" and hears(table)


def waved_through(table: Table, row: Row) -> bool:
    """The decision that needs no hearing."""
    return row.code == "APPROVE"


def decides(table: Table, row: Row) -> bool:
    """Any decision on assistance."""
    return row.code in _DECIDES and (table.procedure in _MONEY or table.procedure is Procedure.APPLICATION)


def reasoned(table: Table, row: Row) -> bool:
    """Steps that must give reasons: every decision, and every opinion that opens a case against a person."""
    return decides(table, row) or adverse(table, row)


def acts(table: Table, row: Row) -> bool:
    """Steps by which what was decided is carried out."""
    return row.effect in (StepEffect.ACT, StepEffect.FIND) and row.serves != ""


def refuses(table: Table, row: Row) -> bool:
    """Not accepted, not confirmed."""
    return row.code in ("NOT_ACCEPTED", "NOT_CONFIRMED", "TERMINATED") and table.procedure is Procedure.APPLICATION


def on_grounds(table: Table, row: Row) -> bool:
    """Steps that state a reason for helping less or not at all."""
    return refuses(table, row) or (
        table.procedure in (Procedure.DECISION, Procedure.TEKUN) and row.code in ("OPEN", "DECIDE", "APPROVE")
    )


def about_money(table: Table, row: Row) -> bool:
    """What is ordered or agreed in a procedure about money; what the person says is left as he says it."""
    return table.procedure in _MONEY and row.code in ("OPEN", "DECIDE", "APPROVE", "INSTALMENTS", "PAID", "SETTLED")


def shares(table: Table, row: Row) -> bool:
    """Where an amount for the household is proposed or decided."""
    return table.procedure in (Procedure.DECISION, Procedure.TEKUN) and row.code in ("OPEN", "DECIDE", "APPROVE")


def ends_support(table: Table, row: Row) -> bool:
    """Where the end of 特困供养 is proposed or decided."""
    return table.procedure is Procedure.TEKUN and row.code in ("OPEN", "DECIDE")


def records(table: Table, row: Row) -> bool:
    """Where a default is found or a fine imposed."""
    return table.procedure in _CREDIT and row.code in ("FACT", "OPEN", "DECIDE")


def orders(table: Table, row: Row) -> bool:
    """Where something is proposed or decided against a person."""
    return hears(table) and row.code in ("OPEN", "FACT", "DECIDE", "EDUCATE")


def finds(table: Table, row: Row) -> bool:
    """The decision on a default."""
    return table.procedure is Procedure.DEFAULT and row.code == "DECIDE"


def fines(table: Table, row: Row) -> bool:
    """The decision on a fine."""
    return table.procedure is Procedure.FINE and row.code == "DECIDE"


def uses(table: Table, row: Row) -> bool:
    """Where a record is used or reopened."""
    return (table.procedure in (Procedure.REPAIR, Procedure.OBJECTION) and row.code in ("APPLIED", "FILED")) or exports(
        table, row
    )


def exports(table: Table, row: Row) -> bool:
    """Every step on the way out of the office."""
    return table.procedure is Procedure.EXPORT and row.code in ("PREPARED", "APPROVED", "SENT")


def prepares(table: Table, row: Row) -> bool:
    """Where it is said what goes out, and under which entry."""
    return table.procedure is Procedure.EXPORT and row.code == "PREPARED"


def queries(table: Table, row: Row) -> bool:
    """Where somebody's data are asked for."""
    return table.procedure is Procedure.AUTHORITY and row.code == "QUERIED"


def signs(table: Table, row: Row) -> bool:
    """Where a consent is signed."""
    return table.procedure is Procedure.AUTHORITY and row.code == "SIGNED"


def asks_papers(table: Table, row: Row) -> bool:
    """Where the applicant is told what to bring."""
    return "missing" in {ask.name for ask in row.asks}


def silent(table: Table, row: Row) -> bool:
    """逾期没有提出."""
    return row.code == "SILENT"


def rewards(table: Table, row: Row) -> bool:
    """守信激励."""
    return table.procedure is Procedure.TRUST and row.code == "INCENTIVE"


def to_court(table: Table, row: Row) -> bool:
    """An order to pay goes to the court."""
    return row.code == "COURT"


def reviewed_again(table: Table, row: Row) -> bool:
    """人工复核, and an objection: looked at by somebody who had no part in it."""
    return (table.procedure is Procedure.RIGHTS and row.code in ("ANSWERED", "DECLINED")) or (
        table.procedure is Procedure.OBJECTION and row.code == "CHECKED"
    )


def posts_over(table: Table, row: Row) -> bool:
    """Decisions that wait for a public notice to end."""
    return (table.procedure is Procedure.APPLICATION and row.code == "CONFIRMED") or (
        table.procedure is Procedure.TEKUN and row.code == "DECIDE"
    )
