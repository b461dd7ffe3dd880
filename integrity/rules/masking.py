"""公示内容 (what may be made public): which lists, which particulars, whose name. A minor is never named.

社会救助法 45; 民发〔2021〕57号 19、24; 民发〔2021〕43号 15、26; 个人信息保护法 6、28; 山东省社会信用条例 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from integrity.errors import Invalid, Refused
from integrity.rules.facts import ADULT
from integrity.rules.identity import mask_name, normal_name, refuse_id_numbers
from integrity.terms import PostingKind

PUBLIC = ("姓名", "家庭成员数量", "保障金额")
"""What a list may show of a household, and nothing else."""
COLUMNS = ("户编号", "案件号", "保障金额", "监护人")
"""What an officer states for a line; name and number of persons come from the ledger."""
_KNOWN = ("姓名", "家庭成员数量")
_OF_CONDUCT = (
    "失信",
    "守信",
    "诚信",
    "信用",
    "黑名单",
    "红名单",
    "黑榜",
    "红榜",
    "曝光",
    "惩戒",
    "骗保",
    "积分",
    "等级",
    "处罚",
)
LIMITS = "民发〔2021〕57号第24条；个人信息保护法第6条"
NO_LISTS = (
    "自然人的失信、守信信息不得公开公示，不能张贴、打印这样的名单，只能分别告知本人"
    "（红线第6条；山东省社会信用条例第20条；政府信息公开条例第15条）"
)


class Candidate(NamedTuple):
    """可列名的成员 (member who might be named): `able` means of full age and full capacity; the head comes first."""

    no: int
    name: str
    years: int | None
    able: bool
    guardian_no: int | None = None


def kind_of(text: str) -> PostingKind:
    """The kind of public notice of a word. Raises Refused for a list of persons by conduct, Invalid for no kind."""
    if any(word in text for word in _OF_CONDUCT):
        raise Refused(f"“{text}”：{NO_LISTS}")
    try:
        return PostingKind.named(text.strip())
    except KeyError:
        known = "、".join(one.value for one in PostingKind)
        raise Invalid(f"没有“{text}”这种公示；可以办理的有：{known}") from None


def refuse_columns(names: Iterable[str]) -> None:
    """Raise Refused for a list with particulars that may not be made public, Invalid for those the ledger has."""
    given = [name.strip() for name in names]
    beyond = [name for name in given if name not in (*COLUMNS, *_KNOWN)]
    if beyond:
        raise Refused(f"名单中的“{'、'.join(beyond)}”不得公示，只能公示{'、'.join(PUBLIC)}（{LIMITS}）")
    known = [name for name in given if name in _KNOWN]
    if known:
        raise Invalid(f"“{'、'.join(known)}”取自户账，请从名单中删去这{len(known)}列")


def public_name(people: Sequence[Candidate], guardian: str = "") -> str:
    """Whose name stands for a household: the head's; for a minor head a grown member's, else the guardian's.

    `guardian` is one who does not belong to the household. Raises Refused when nobody may be named.
    """
    if not people:
        raise Refused("没有可以列名的成员")
    head = people[0]
    if head.years is None:
        raise Refused("户主的出生日期没有登记，不能确定是否成年，请先登记")
    if head.years >= ADULT:
        if guardian.strip():
            raise Refused("户主已经成年，列本人姓名，不列监护人")
        return head.name
    grown = [one for one in people if one.able]
    own = next((one for one in grown if one.no == head.guardian_no), grown[0] if grown else None)
    if own is not None:
        return own.name
    if guardian.strip():
        refuse_id_numbers("监护人", guardian)
        return normal_name(guardian)
    raise Refused(
        "该户只有未成年人，不公示未成年人的姓名，请写明监护人，以监护人的姓名公示（未成年人保护法第4条；个人信息保护法第28条）"
    )


def printed_name(name: str, *, masked: bool) -> str:
    """The name as it is put up: whole, as the law says 姓名, or masked where the region asks for it."""
    return mask_name(name) if masked else name
