"""原因的条件 (needs of the grounds): may assistance be cut or ended for this reason, here, of this household, by them?

What the ledger and the region say comes in `known` (see `case_reasons`); what is not known there hinders nothing here.
"""

from __future__ import annotations

from integrity.rules.procedure import Facts, Need
from integrity.rules.stated import seen
from integrity.terms import ExitReason

REGIONAL = tuple(ExitReason[f"X{n:02}"] for n in range(6, 14))
"""Conduct for which assistance may be cut or ended only where a rule in force says so."""
OWN_ACTS = (ExitReason.X08, ExitReason.X09, ExitReason.X13)
"""Reasons that lie in one person's own act: they cost that person's share and nothing else.

骗取 is among them: 社会救助法 73 answers what a person did and leaves it open (可以) whether anything is cut; nothing
in it reaches those who did not do it, and 社会救助法 20 and 未成年人保护法 4 protect the weak of the household. One
that no longer qualifies once the truth is known ends for that (X04, X05), on a check and a hearing of its own.
"""
OF_A_PERSON = (ExitReason.X01, ExitReason.X02, ExitReason.X03, ExitReason.X17)
"""Reasons that take one person out of the household; the others go on."""


def reason(f: Facts) -> ExitReason | None:
    """原因代码 of this step, or of the one that opened the case."""
    told = f.given.get("reason_code") or (f.history[0].data.get("reason_code") if f.history else None)
    try:
        return None if not told else ExitReason.named(str(told))
    except KeyError:
        return None


def _says(name: str, code: str, missing: str, law: str) -> Need:
    """A condition that the ledger or the region answers; what they do not answer hinders nothing."""
    return Need(code, missing, law, lambda f: bool(f.known.get(name, True)))


GROUND_SET = _says(
    "ground_set", "ground", "当地没有规定这种情形可以调减、停止救助（参数 exit.ground），不能以此为由",
    "社会救助法第47条",
)  # fmt: skip
AGREES = _says(
    "ground_agrees", "ground", "与最后一次核对的结果不符：收入（财产）没有超过规定，不能以此为由",
    "社会救助法第47条、第48条",
)  # fmt: skip
VERIFIED = Need(
    "verified", "没有收入（财产）的核对结果，请先登记核对结果，或者附证据", "社会救助法第40条、第47条",
    lambda f: bool(f.known.get("verified", True)) or bool(f.evidence),
)  # fmt: skip
WHOLE_LEAVES = _says(
    "whole_leaves", "others",
    "户内还有其他成员，不能因一人的情形终止全户的救助：应当重新计算，按减发办理并写明是哪一位成员"
    "（全户都是这种情形的，先登记成员变化）", "民发〔2021〕57号第7条、第32条",
)  # fmt: skip
FRAUD_FACT = _says(
    "fraud_fact", "fact", "没有登记骗取救助的失信事实，请先登记事实（写明是哪一位成员）", "社会救助法第73条"
)
FRAUD_COUNTY = _says("fraud_by_county", "organ", "以骗取救助为由的，只能由县级社会救助管理部门决定", "社会救助法第73条")
NOT_UPHELD = Need(
    "upheld", "公示异议成立，应当不予终止", "民发〔2021〕43号第26条",
    lambda f: (one := f.last("OBJECTION_SETTLED")) is None or one.data.get("result") != "异议成立",
)  # fmt: skip
CARRIED_OUT = _says(
    "original_undone", "carried", "原案件的决定还没有撤销，请先在原案件办理“撤销决定”",
    "行政复议法第77条；行政诉讼法第94条",
)  # fmt: skip
EXCEPTION = Need(
    "exception", "给予渐退的条件不成立，仍给予渐退的请写明理由和依据",
    "民政部等四部门2022年10月20日通知一（三）；民发〔2021〕57号第33条",
    lambda f: not f.known.get("against_withdrawal") or len(seen(str(f.given.get("exception") or ""))) >= 2,
    lambda f: f"给予渐退的条件不成立（{'；'.join(f.known['against_withdrawal'])}），仍给予渐退的请写明理由和依据",
)  # fmt: skip
"""`against_withdrawal`: conditions of a 渐退 that the rules find not to hold; a person may give it, and says why."""
EVERY = (GROUND_SET, AGREES, WHOLE_LEAVES, FRAUD_FACT)
"""Asked when an opinion is given, and again when it is decided."""
