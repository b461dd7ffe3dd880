"""特困供养终止的条件 (needs of the end of 特困供养): it ends for a person, after a public notice, and for nobody else.

特困供养 is given to each person (民发〔2021〕43号 4, 24), the books keep one sum for the household. Where others of the
household are supported too, the end of one person's support is a reduction by that person's share: what is stated is
the sum that goes on for the others, and it is never below theirs. `known` comes from `tekun_persons`.
"""

from __future__ import annotations

from integrity.rules.procedure import Facts, Need
from integrity.rules.procedure_needs import planned
from integrity.rules.procedure_reasons import reason
from integrity.terms import ExitReason, Outcome

_LAW24, _LAW26 = "民发〔2021〕43号第24条", "民发〔2021〕43号第26条"
X = ExitReason
ENDING = (X.X01, X.X02, X.X03, X.X04, X.X05, X.X14, X.X15, X.X16, X.X20)
"""情形 that end 特困供养 (43号 9, 24): where one is given, the person's support ends, it is not lowered."""
PERSONAL = (X.X01, X.X02, X.X03, X.X08, X.X09, X.X13, X.X14, X.X15, X.X17, X.X20)
"""Reasons that lie in one person; the others of the household have to be asked about each for himself."""


def ends_one(f: Facts) -> bool:
    """Does the case end one person's support while that of others goes on? By the step that opens it."""
    return planned(f) is Outcome.LOWER


def _fits(f: Facts) -> bool:
    """特困供养, and either all of it ends or that of one person who is named."""
    outcome = planned(f)
    return bool(f.known.get("tekun")) and (
        outcome is Outcome.EXIT or (outcome is Outcome.LOWER and f.person is not None)
    )


def _ends_unposted(f: Facts) -> bool:
    """调整 that would take a person's whole support, by its outcome, its reason or its sum."""
    outcome = planned(f)
    if not f.known.get("tekun") or outcome not in (Outcome.EXIT, Outcome.WITHDRAW, Outcome.LOWER):
        return False
    left, amount = f.known.get("without_one"), f.given.get("amount")
    whole = type(left) is int and type(amount) is int and amount <= left
    return outcome is not Outcome.LOWER or reason(f) in ENDING or whole


def _same(f: Facts) -> bool:
    """What is decided is the end of which the person was told, or nothing (不予终止)."""
    told, now = planned(f), f.given.get("outcome")
    return told is None or now in (None, "") or now in (told.name, told.value)


NOT_TEKUN_END = Need(
    "tekun",
    "终止特困供养须经公示，请按“特困供养终止”程序办理：渐退、属于第24条情形的减发、把一人的供养减完的，都是终止"
    "（只终止其中一人的，在该程序中拟作处理选“减发”并写明成员；本程序只用于自理能力类别变化等不终止供养的调整）",
    _LAW26, lambda f: not _ends_unposted(f),
)  # fmt: skip
"""`without_one`: what is left when one person's share is taken away; fen, None where no sum is known."""
TEKUN_END = Need(
    "tekun",
    "本程序只用于终止特困供养：全部终止的，拟作处理选“退出”；户内其他人的供养继续的，选“减发”，"
    "写明终止哪一位成员（成员序号，命令为 --member）和其他人继续发放的月供养金额。其他调整请按“调整与终止”程序办理",
    _LAW26, _fits,
)  # fmt: skip
ONE_TEKUN = Need(
    "others",
    "户内还有其他供养人员，不能因一人的情形终止全户的供养：逐人办理，拟作处理选“减发”，写明是哪一位成员"
    "和其他人继续发放的月供养金额",
    f"{_LAW24}；红线第4条", lambda f: planned(f) is not Outcome.EXIT or bool(f.known.get("one_tekun", True)),
)  # fmt: skip
"""`one_tekun`: nobody else of the household is supported, or the reason is one of the household as a whole."""
OTHERS_GO_ON = Need(
    "others", "户内没有其他供养人员，或者这一人的供养已经终止：终止最后一人的，拟作处理选“退出”", _LAW24,
    lambda f: not ends_one(f) or bool(f.known.get("others_go_on", True)),
)  # fmt: skip
"""`others_go_on`: the member is still supported, and so is somebody else of the household."""
CODED = Need(
    "coded", "终止供养须写明原因代码", _LAW24, lambda f: not ends_one(f) or reason(f) not in (None, ExitReason.NONE)
)  # fmt: skip
OTHERS_AMOUNT = Need(
    "amount", "请在金额中填写其他供养人员继续发放的月供养金额（合计），他们的供养金额不因本案减少",
    f"{_LAW24}；红线第4条", lambda f: not ends_one(f) or type(f.given.get("amount")) is int,
)  # fmt: skip
OTHERS_SHOWN = Need(
    "proof",
    "请附写明户内各人月供养金额的核定材料作为证据：其他人继续发放的金额应是他们各自的金额之和，"
    "不得低于平均份额；终止的这一人金额高于平均份额的，差额另案听取意见后调整",
    _LAW24, lambda f: not ends_one(f) or bool(f.evidence),
)  # fmt: skip
SAME_END = Need(
    "same", "本程序只决定是否终止：决定应与告知的处理一致，不终止的办理“不予终止”", _LAW26, _same
)  # fmt: skip
EVERY = (ONE_TEKUN, OTHERS_GO_ON, CODED, OTHERS_AMOUNT)
"""Asked when the opinion is given, and again when it is decided."""
