"""县级审核的条件 (needs of the county's part in an application): which ones the county visits itself, and until when.

民发〔2021〕57号 20: within ten working days of what the township sends; by a visit where the family is on record as
kin of an officer (单独登记备案), or where somebody complained during the review. 民发〔2021〕43号 16: within fifteen,
with checks by lot.
"""

from __future__ import annotations

from integrity.rules.procedure import Facts, Need
from integrity.terms import Scheme

BY_KIN, BY_COMPLAINT, BY_LOT, OTHER = "近亲属单独登记备案", "接到投诉、举报", "随机抽查", "其他"
GROUNDS = (BY_KIN, BY_COMPLAINT, BY_LOT, OTHER)
"""Why the county goes there."""
_LAW20 = "民发〔2021〕57号第11条、第20条第2款"


def _asked_for(f: Facts) -> str:
    """The scheme that was applied for."""
    return str(f.history[0].data.get("scheme") or "") if f.history else ""


def due(f: Facts) -> str:
    """Why the county still has to visit this family of 最低生活保障; "" when it has, or need not."""
    if _asked_for(f) not in (Scheme.DIBAO.value, Scheme.DIBAO.name):
        return ""
    visited, complained = f.last("COUNTY_VISITED"), f.last("COMPLAINED")
    if complained is not None and (visited is None or visited.no < complained.no):
        return BY_COMPLAINT
    return BY_KIN if f.known.get("kin_on_record") and visited is None else ""


COUNTY_VISITED = Need(
    "county_visit",
    "单独登记备案、在审核确认阶段接到投诉举报的申请，县级应当先入户调查（由县级人员办理“县级入户调查”）", _LAW20,
    lambda f: not due(f),
    lambda f: f"这一申请属于{due(f)}，县级应当先入户调查（由县级人员办理“县级入户调查”）",
)  # fmt: skip
"""`kin_on_record`: an officer is on record as a relative of this household (近亲属备案)."""
RECEIVED_THEN = Need(
    "received", "县级收到材料的日期不能晚于登记的日期，也不能早于公示",
    "民发〔2021〕57号第20条；民发〔2021〕43号第16条",
    lambda f: f.given.get("received_on") is None
    or ((posted := f.last("POSTED")) is not None and posted.on <= f.given["received_on"] <= f.on),
)  # fmt: skip
ONCE_SENT = Need("once", "已经登记报送县级", "民发〔2021〕57号第20条", lambda f: _not_sent(f))


def _not_sent(f: Facts) -> bool:
    """Not sent since the last public notice; after an objection the papers go there anew."""
    sent, posted = f.last("SUBMITTED"), f.last("POSTED")
    return sent is None or posted is None or sent.no < posted.no
