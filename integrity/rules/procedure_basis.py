"""依据和资格的条件 (needs about bases): on what a step may rest, who may ask for it, what must agree with what.

As in `procedure_needs`, a need reads nothing but `Facts`. The choices that a step offers stand beside its need.
"""

from __future__ import annotations

import re

from integrity.rules.procedure import Facts, Need

BASIS_KINDS = ("行政处罚决定书", "责令退回决定书", "停发决定书", "法院裁判文书", "其他生效文书")
"""What has legal force and may carry a finding (国办发〔2020〕49号)."""
_NUMBER = re.compile(r"\d+号")
_ARTICLE = re.compile(r"第[0-9一二三四五六七八九十百]+条")
_MF57_19 = "民发〔2021〕57号第19条；民发〔2021〕43号第15条"

NUMBERED = Need(
    "basis", "失信认定须以具有法律效力的文书为依据，请写明它的文号（电话反映、核查笔录等不是）", "国办发〔2020〕49号",
    lambda f: not f.given.get("basis") or _NUMBER.search(str(f.given["basis"])) is not None,
)  # fmt: skip

_AGREES = {"符合": "准予修复", "不符合": "不予修复"}


def _as_checked(f: Facts) -> bool:
    checked = f.last("REVIEW")
    told = None if checked is None else _AGREES.get(str(checked.data.get("adopted")))
    return told is None or f.given.get("granted") in (None, told)


AS_CHECKED = Need(
    "checked", "修复决定与核实结论不一致：符合条件的应当准予修复，不符合的不予修复；不同意核实结论的，由他人重新核实",
    "国家发展改革委令第36号；国办发〔2025〕22号", _as_checked,
)  # fmt: skip

BANK, ONLINE, CASH = "指定的银行", "电子支付系统", "当场收缴"
PAY_BY = (BANK, ONLINE, CASH)
_BY_HAND = re.compile("现金|财务室|财务科|办公室|窗口|当面")
AT_THE_BANK = Need(
    "bank", "罚款应当到指定的银行或者通过电子支付系统缴纳，行政机关及其执法人员不得自行收缴", "行政处罚法第67条",
    lambda f: f.given.get("pay_by") == CASH or not _BY_HAND.search(str(f.given.get("pay_way") or "")),
)  # fmt: skip
CASH_ASKED = Need(
    "bank", "当场收缴须因边远、交通不便，到银行或者电子支付确有困难，并经当事人提出：请填写情况，附其申请",
    "行政处罚法第69条",
    lambda f: f.given.get("pay_by") != CASH or (bool(f.given.get("pay_ground")) and bool(f.evidence)),
)  # fmt: skip

UPHELD, UNFOUNDED = "异议成立", "异议不成立，重新公示"
SETTLED = (UNFOUNDED, UPHELD)


def _opinion_anew(f: Facts) -> bool:
    """After an objection that holds: a new opinion before anything is posted."""
    said, opinion = f.last("OBJECTION_SETTLED"), f.last("REVIEWED")
    return said is None or said.data.get("result") != UPHELD or (opinion is not None and opinion.no > said.no)


OPINION_ANEW = Need(
    "opinion", "异议成立，应当重新调查核实、提出审核意见后再公示", _MF57_19, _opinion_anew
)  # fmt: skip


def _posted_anew(f: Facts) -> bool:
    used = {one.data.get("posting") for one in f.history if one.code == "POSTED"}
    return not f.done("OBJECTION_SETTLED") or f.given.get("posting") not in used


POSTED_ANEW = Need(
    "posted", "这张公示单是异议以前的，请重新公示，填写新的公示单编号", _MF57_19, _posted_anew
)  # fmt: skip

REFUSED, ABSENT = "无正当理由拒绝", "不在家或者联系不上"
ENTRY_GROUNDS = (REFUSED, ABSENT, "有正当理由")


def _refusals(f: Facts) -> int:
    """On how many days entry was refused without a good reason; not at home is no refusal."""
    days = {one.on for one in f.history if one.code == "ENTRY_REFUSED" and one.data.get("ground") == REFUSED}
    return sum(1 for _ in days)


TWICE = Need(
    "twice", "至少两次（不在同一天）无正当理由拒绝才能终止；不在家、联系不上不是拒绝",
    "民发〔2021〕57号第29条，次数为本程序所设", lambda f: _refusals(f) >= 2,
)  # fmt: skip
TOLD_BEFORE = Need(
    "told", "还没有告知核对结果，无从复查", "民发〔2021〕57号第18条", lambda f: f.done("CHECK_TOLD")
)  # fmt: skip

SELF, GUARDIAN, PROXY, KIN = "本人", "监护人", "代理人", "死者近亲属"
CAPACITIES = (SELF, GUARDIAN, PROXY, KIN)


def _entitled(f: Facts) -> bool:
    """The person himself while he lives; his next of kin after his death; nobody for a stranger."""
    capacity = f.given.get("capacity")
    if f.person is None or capacity not in CAPACITIES:
        return capacity not in CAPACITIES
    if capacity == KIN or not f.person.alive:
        return capacity == KIN and not f.person.alive
    return capacity != SELF or bool(f.known.get("asker_is_member"))


ENTITLED = Need(
    "entitled", "个人信息的请求只能由本人（姓名与成员一致）、其监护人、代理人提出，死者的由其近亲属提出；"
    "请写明是哪一位成员的信息",
    "个人信息保护法第44条、第45条、第49条", _entitled,
)  # fmt: skip
"""`asker_is_member`: the name given is that of the member whose data are asked for."""
SHOWN = Need(
    "entitled", "监护人、代理人、死者近亲属提出的，请附身份、委托或者亲属关系的证明", "个人信息保护法第31条、第49条",
    lambda f: f.given.get("capacity") in (None, SELF) or bool(f.evidence),
)  # fmt: skip
OTHER = "其他法定情形"
DECLINE_GROUNDS = (
    "法律、行政法规规定应当保密", "不属于本人的个人信息", "已经依法销毁", "法律、行政法规规定的保存期限没有届满", OTHER,
)  # fmt: skip
LAWFUL_REFUSAL = Need(
    "refusal", "其他法定情形须在理由中写明法律、行政法规的名称和条款", "个人信息保护法第45条、第47条、第50条",
    lambda f: f.given.get("ground") != OTHER or _ARTICLE.search(str(f.given.get("reason") or "")) is not None,
)  # fmt: skip
