"""听取意见的条件 (needs of being heard): who may speak, when the person's time is used up, what a review binds to.

The notice promised a time. Before it ends nothing is decided, unless the person said, over his own signature, that he
has no more to say; and what was found right in his statement is not decided against. 社会救助法 48; 行政处罚法 44、45、
58、62–64; 社会救助法 73、74 for what may be ordered back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrity.rules.procedure import Facts, Need
from integrity.rules.procedure_needs import HEARING_STEPS
from integrity.terms import NationalClass

OWN_VOICES = ("本人", "监护人", "代理人")
"""Whose word ends the person's time: his own, or that of one who may speak for him."""
VOICES = (*OWN_VOICES, "近亲属", "其他家庭成员")
"""陈述人身份: everybody whose statement is written down."""
FRAUD, DISOBEYED = "第73条（骗取救助）", "第74条（拒不履行调减、终止决定，非法占有救助财物）"
"""责令退回的依据: the only two grounds on which anything is ordered back."""
_LAW48 = "社会救助法第48条"
_LAW64 = "行政处罚法第64条"


def _heard_out(f: Facts) -> bool:
    """The time that the notice gave is over for certain, or the person has ended it himself, in writing."""
    if f.known.get("nobody_left"):
        return True
    hear, spoken = f.clocks.get("hear"), f.last(*HEARING_STEPS)
    if hear is not None and hear.over:
        return True
    if spoken is None or not spoken.evidence:
        return False
    return spoken.code == "WAIVED" or (spoken.code == "STATEMENT" and spoken.data.get("finished") == "是")


def _answered(lighter: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    """What the last review found right is not decided against; in part right, the decision takes less."""

    def holds(f: Facts) -> bool:
        review = f.last("REVIEW")
        adopted = None if review is None else review.data.get("adopted")
        return adopted != "采纳" and (adopted != "部分采纳" or lighter(f))

    return holds


def _less(f: Facts) -> bool:
    """Less is taken than was told; that nothing more is taken is asked elsewhere (决定不得重于告知)."""
    told, now = f.history[0].data if f.history else {}, f.given
    if told.get("outcome") is None:
        return now.get("amount") is None or now["amount"] < told.get("amount", 0)
    since, planned = now.get("effective_on"), told.get("effective_on")
    kinds = ("outcome", "amount", "months", "schedule")
    differs = any(now.get(one) not in (None, ()) and now[one] != told.get(one) for one in kinds)
    return differs or (since is not None and planned is not None and since > planned)


def _milder(f: Facts) -> bool:
    """A finding of a lower class, or with fewer measures, than was told."""
    told, now = f.history[0].data if f.history else {}, f.given
    return _class(now.get("level")) < _class(told.get("level")) or _measures(now) < _measures(told)


def _class(told: object) -> int:
    try:
        return NationalClass.named(str(told)).number
    except KeyError:
        return 0


def _measures(told: Mapping[str, Any]) -> set[str]:
    return {one for one in str(told.get("measures") or "").split("、") if one}


def _order_ground(f: Facts) -> bool:
    """73 rests on a fact of default, 74 on a decision that was served and stands."""
    ground = str(f.given.get("ground") or "")
    if ground == FRAUD:
        return bool(f.known.get("default_fact"))
    return ground != DISOBEYED or bool(f.known.get("order_served"))


HEARD_OUT = Need(
    "heard_out",
    "告知的陈述申辩期限还没有届满（或者还不能确定）；本人已经陈述完毕的，请在“陈述申辩”中写明陈述完毕并附签名的笔录",
    f"{_LAW48}；行政处罚法第45条、第62条；红线第14条", _heard_out,
)  # fmt: skip
_RIGHT = "复核意见是采纳的，不得再作不利决定；部分采纳的，决定应当轻于事先告知的处理"
ADOPTED = Need("adopted", _RIGHT, f"{_LAW48}；行政处罚法第45条；红线第1条", _answered(_less))
ADOPTED_FINDING = Need(
    "adopted", f"{_RIGHT}（等级较轻或者措施较少）", "行政处罚法第45条（参照）；红线第1条", _answered(_milder)
)
PROXY = Need(
    "proxy", "代理人陈述的，请附本人的委托书作为证据", "行政处罚法第64条（参照）",
    lambda f: f.given.get("capacity") != "代理人" or bool(f.evidence),
)  # fmt: skip
FINISHED = Need(
    "finished", "陈述完毕须由本人、监护人或者代理人表示，并附签名的笔录作为证据", f"{_LAW48}；行政处罚法第45条",
    lambda f: f.given.get("finished") != "是" or (f.given.get("capacity") in OWN_VOICES and bool(f.evidence)),
)  # fmt: skip
ORDER_GROUND = Need(
    "ground", "第73条须有已登记的失信事实（条目号），第74条须有已经送达、没有撤销的调减或者终止决定",
    "社会救助法第73条、第74条", _order_ground,
)  # fmt: skip
"""`default_fact`: the case is about a fact of default; `order_served`: a decision on this household was served."""
ORDER_PARTY = Need(
    "party", "责令退回只能针对在世的成年人（未成年人和非完全民事行为能力人的，针对其监护人）",
    "社会救助法第73条、第74条；民法典第34条",
    lambda f: f.person is None or (f.person.alive and f.person.grown(f.on)),
)  # fmt: skip
HEARING_FIRST = Need("hearing", "当事人没有要求听证", _LAW64, lambda f: f.done("HEARING_ASKED"))
TOLD_ALREADY = Need(
    "told", "通知送达的日期不得晚于登记的日期", _LAW64,
    lambda f: f.given.get("told_on") is None or f.given["told_on"] <= f.on,
)  # fmt: skip
HEARING_TOLD = Need(
    "hearing", "听证应当在通知送达七个工作日之后，并不早于通知的日期举行", f"{_LAW64}、第85条",
    lambda f: "hearing_notice" in f.clocks and f.clocks["hearing_notice"].over
    and (told := f.last("HEARING_NOTICE")) is not None and f.on >= told.data.get("held_on", f.on),
)  # fmt: skip
HEARING_REVIEWED = Need(
    "reviewed", "听证之后还没有复核", "行政处罚法第57条、第65条",
    lambda f: (held := f.last("HEARING_HELD")) is None
    or ((review := f.last("REVIEW")) is not None and review.no > held.no),
)  # fmt: skip
REVIEW_AGAIN = Need(
    "again", "已经复核，只有在听证之后才再次复核", "行政处罚法第65条",
    lambda f: (review := f.last("REVIEW")) is None
    or max((one.no for one in f.history if one.code in (*HEARING_STEPS, "HEARING_HELD")), default=0) > review.no,
)  # fmt: skip
LEGALLY_CHECKED = Need(
    "legal", "经过听证的案件，复核之后须经法制审核通过", "行政处罚法第58条",
    lambda f: not f.done("HEARING_HELD")
    or ((legal := f.last("LEGAL")) is not None and legal.data.get("result") == "通过"
        and (review := f.last("REVIEW")) is not None and legal.no > review.no),
)  # fmt: skip
GIVEN_BACK = Need(
    "paid", "退还的金额应当等于已经收到的金额", "行政复议法第64条；行政诉讼法第70条",
    lambda f: 0 < f.known.get("paid", 0) == f.given.get("amount"),
)  # fmt: skip
"""`paid`: what came in, in fen."""
PLAN_BEFORE_COURT = Need(
    "plan", "最后一期不得晚于可以申请强制执行的最后一日，否则到期不能再申请", "行政强制法第53条",
    lambda f: not f.known.get("court_until") or not f.given.get("plan_until")
    or f.given["plan_until"] <= f.known["court_until"],
)  # fmt: skip
"""`court_until`: the last day on which the court may be asked; None where it is not fixed or moves with the plan."""
