"""听取意见的条件 (needs of being heard): who may speak, when the person's time is used up, what a review binds to.

The notice promised a time. Before it ends nothing is decided, unless the person said, over his own signature, that he
has no more to say; and what was found right in his statement is not decided against. 社会救助法 48; 行政处罚法 44、45、
58、62–64; 社会救助法 73、74 for what may be ordered back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from integrity.rules.procedure import Facts, Need
from integrity.rules.procedure_needs import HEARING_STEPS
from integrity.terms import NationalClass, Relation

SELF = "本人"
OWN_VOICES = (SELF, "监护人", "代理人")
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


def _plain(told: object) -> str:
    """A name without the blanks that are typed into it."""
    return "".join(str(told or "").split())


def _own(f: Facts) -> tuple[str, ...]:
    return tuple(_plain(one) for one in f.known.get("own_names") or ())


def _own_voice(f: Facts) -> bool:
    """Who speaks as the person himself is he, and lives."""
    if f.given.get("capacity") != SELF or not f.given.get("speaker"):
        return True
    alive = f.person is None or f.person.alive
    return alive and _plain(f.given["speaker"]) in (SELF, *_own(f))


def _whose(f: Facts) -> str:
    """Why it is not his own word."""
    if f.person is not None and not f.person.alive:
        return "当事人已经去世，陈述人身份不能填写本人；由近亲属或者其他家庭成员陈述的，按实际身份填写"
    own = "、".join(one for one in _own(f) if one != Relation.HEAD.value)
    return (
        f"陈述人身份填写的是本人，陈述人“{f.given.get('speaker')}”不是本案的当事人{f'（{own}）' if own else ''}；"
        "是本人的请写成员的姓名，不是本人的按实际身份填写监护人、代理人、近亲属或者其他家庭成员"
    )


_FINISH = "本人已经陈述完毕的，请在“陈述申辩”中写明陈述完毕并附签名的笔录"

_NOT_OVER = f"告知的陈述申辩期限还没有届满（或者还不能确定）；{_FINISH}"


def _until(f: Facts) -> str:
    """That the period is not over, with its last day where that is certain."""
    hear = f.clocks.get("hear")
    if hear is None or hear.last_day is None or not hear.firm:
        return _NOT_OVER
    day = hear.last_day + timedelta(days=1)
    return f"告知的陈述申辩期限还没有届满：到 {hear.last_day} 止，{day} 起才可以办理；{_FINISH}"


HEARD_OUT = Need(
    "heard_out", _NOT_OVER,
    f"{_LAW48}；行政处罚法第45条、第62条；红线第14条", _heard_out, _until,
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
OWN_VOICE = Need(
    "speaker", "陈述人身份填写本人的，陈述人应当是本案的当事人（写成员的姓名）；"
    "不是本人的，按实际身份填写监护人、代理人、近亲属或者其他家庭成员",
    f"{_LAW48}；行政处罚法第45条", _own_voice, lambda f: _whose(f),
)  # fmt: skip
"""`own_names`: the name of the member whom the case is about; of every living member where it names none."""
ANOTHER_WRITES = Need(
    "recorder", "记录人不能是询问人（办理这一步的人），请写另一位工作人员", "行政处罚法第42条（参照）",
    lambda f: f.given.get("recorder") != f.actor,
)  # fmt: skip
"""The record of a statement (F14) is made by two."""
KIN_OBJECTS = Need(
    "speaker", "本人已经去世，异议由其近亲属提出：请填写提出人（近亲属的姓名和关系），并附亲属关系的证明",
    "个人信息保护法第49条",
    lambda f: f.person is None or f.person.alive
    or (bool(f.evidence) and _plain(f.given.get("speaker")) not in ("", SELF, *_own(f))),
)  # fmt: skip
RECORD_OVER = Need(
    "ended", "这条记录还在使用，应当核实并作出修复决定", "国家发展改革委令第36号",
    lambda f: bool(f.known.get("ended")),
)  # fmt: skip
"""`ended`: the record has come to its last day, or was revoked: there is nothing left to repair."""
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
HEARING_TOLD = Need(
    "hearing", "听证应当在通知送达七个工作日之后，并不早于通知的日期举行", f"{_LAW64}、第85条",
    lambda f: "hearing_notice" in f.clocks and f.clocks["hearing_notice"].over
    and (told := f.last("HEARING_NOTICE")) is not None and f.on >= told.data.get("held_on", f.on)
    and (served := f.last("HEARING_SERVED")) is not None and served.no > told.no,
)  # fmt: skip


def _investigators(f: Facts) -> set[object]:
    """Whoever looked into the case, or is named on its record as having done so."""
    taken = {one.by for one in f.history if one.code in INVESTIGATED}
    return taken | {one.data[name] for one in f.history for name in _OFFICERS if one.data.get(name)}


INVESTIGATED = ("OPEN", "NOTICE", "STATEMENT", "WAIVED", "SILENT")
"""Whoever took one of these looked into the case: he neither presides nor checks its lawfulness (行政处罚法 64、58)."""
PRESIDER_APART = Need(
    "presider", "听证由没有调查过本案的人员主持，请另指定主持人", _LAW64,
    lambda f: f.given.get("presider") not in _investigators(f),
)  # fmt: skip
NOT_INVESTIGATOR = Need(
    "presider", "调查过本案的人员不能主持听证、不能作法制审核", "行政处罚法第58条、第64条",
    lambda f: f.actor not in _investigators(f),
)  # fmt: skip
PRESIDES = Need(
    "presider", "听证由通知书写明的主持人主持；已经更换的（如申请回避成立），请填写更换主持人的原因", _LAW64,
    lambda f: (told := f.last("HEARING_NOTICE")) is None or told.data.get("presider") in (None, f.actor)
    or bool(f.given.get("changed")),
)  # fmt: skip
_OFFICERS, _CARDS = ("visitor_1", "visitor_2"), ("card_1", "card_2")
_LAW42 = "行政处罚法第42条"


def _bare(told: object) -> str:
    """A certificate's number without what does not tell one from another: blanks, dashes, width and case."""
    text = unicodedata.normalize("NFKC", str(told or ""))
    return "".join(one for one in text if one.isalnum()).casefold()


def _two_officers(f: Facts) -> bool:
    """Two officers, each with a certificate of his own."""
    return all(len({_bare(f.given.get(name)) for name in pair} - {""}) == len(pair) for pair in (_OFFICERS, _CARDS))


TWO_OFFICERS = Need("officers", "执法人员不得少于两人：填写两个不同的工号和两个不同的执法证号", _LAW42, _two_officers)
CARDS = Need(
    "cards", "请写明执法证上的编号（至少四位数字）", f"{_LAW42}、第55条",
    lambda f: all(len(re.findall("[0-9]", _bare(f.given.get(name)))) >= _CARD_DIGITS for name in _CARDS),
)  # fmt: skip
_CARD_DIGITS = 4
OFFICERS_HERE = Need(
    "officers", "执法人员的工号没有登记或者不在岗", _LAW42, lambda f: not f.known.get("visitors_unknown")
)
OFFICERS_NO_KIN = Need(
    "kin", "执法人员与该户有近亲属关系，应当回避", "行政处罚法第43条；民发〔2021〕57号第11条",
    lambda f: not f.known.get("visitor_kin"),
)  # fmt: skip
"""`visitors_unknown`, `visitor_kin`: of the two officers named, who is not in office, and whether one is a relative."""
BY_OFFICERS = (TWO_OFFICERS, CARDS, OFFICERS_HERE, OFFICERS_NO_KIN)
"""行政处罚由两名以上具有执法资格的人员实施: what a step of inquiry needs."""
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
BACK_TOLD = Need(
    "back", "已经收过款的，请填写退还方式和退还的最后日期（不早于今天）", "行政复议法第64条；行政诉讼法第70条",
    lambda f: not f.known.get("paid")
    or (bool(f.given.get("back_way")) and (until := f.given.get("back_by")) is not None and until >= f.on),
)  # fmt: skip
PLAN_BEFORE_COURT = Need(
    "plan", "最后一期不得晚于可以申请强制执行的最后一日，否则到期不能再申请", "行政强制法第53条",
    lambda f: not f.known.get("court_until") or not f.given.get("plan_until")
    or f.given["plan_until"] <= f.known["court_until"],
)  # fmt: skip
"""`court_until`: the last day on which the court may be asked; None where it is not fixed or moves with the plan."""
