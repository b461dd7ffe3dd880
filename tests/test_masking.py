"""公示内容 (what may be made public): no list by conduct, no particular beyond three, no minor's name."""

from __future__ import annotations

import pytest

from integrity.errors import Invalid, Refused
from integrity.rules import masking
from integrity.rules.masking import Candidate
from integrity.terms import PostingKind

HEAD_CHILD = Candidate(1, "小甲", 11, False, guardian_no=3)
AUNT, MOTHER = Candidate(2, "乙姑", 40, True), Candidate(3, "丙母", 38, True)


@pytest.mark.parametrize("kind", ["失信名单", "失信人员公示", "黑名单", "诚信红黑榜", "守信家庭名单", "信用等级公示"])
def test_a_list_of_persons_by_conduct_is_no_public_notice(kind: str) -> None:
    """C38."""
    with pytest.raises(Refused, match=r"红线第6条；山东省社会信用条例第20条"):
        masking.kind_of(kind)
    assert masking.kind_of("确认结果公布") is PostingKind.RESULT
    with pytest.raises(Invalid, match="可以办理的有：审核结果公示"):
        masking.kind_of("捐款公示")


@pytest.mark.parametrize(
    "column", ["身份证号", "病情", "银行账号", "积分", "诚信等级", "住址", "收入", "没有列名的内容"]
)
def test_no_other_particular_can_be_asked_for(column: str) -> None:
    with pytest.raises(Refused, match=f"{column}.*民发〔2021〕57号第24条；个人信息保护法第6条"):
        masking.refuse_columns(["户编号", column])
    masking.refuse_columns(["户编号", "案件号", "保障金额", "监护人"])
    with pytest.raises(Invalid, match="取自户账"):
        masking.refuse_columns(["户编号", "姓名"])


@pytest.mark.parametrize(
    ("people", "guardian", "name"),
    [
        ([Candidate(1, "甲", 18, False)], "", "甲"),
        ([Candidate(1, "甲", 70, True), MOTHER], "", "甲"),
        ([HEAD_CHILD, AUNT, MOTHER], "", "丙母"),
        ([HEAD_CHILD, AUNT], "", "乙姑"),
        ([HEAD_CHILD, AUNT], "丁舅", "乙姑"),
        ([HEAD_CHILD, Candidate(2, "小乙", 17, False)], "丁舅", "丁舅"),
        ([HEAD_CHILD, Candidate(3, "丙母", 38, False)], "丁 舅", "丁舅"),
    ],
)
def test_who_is_named_for_a_household(people: list[Candidate], guardian: str, name: str) -> None:
    assert masking.public_name(people, guardian) == name


@pytest.mark.parametrize(
    ("people", "guardian", "reason"),
    [
        ([], "", "没有可以列名的成员"),
        ([Candidate(1, "甲", None, False), MOTHER], "", "出生日期没有登记"),
        ([HEAD_CHILD], "", "未成年人保护法第4条；个人信息保护法第28条"),
        ([Candidate(1, "甲", 30, True)], "丁舅", "不列监护人"),
    ],
)
def test_a_household_that_nobody_may_be_named_for(people: list[Candidate], guardian: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        masking.public_name(people, guardian)


@pytest.mark.parametrize("guardian", ["王五（肺病）", "王五13800001234", "110101194912310021"])
def test_a_guardian_is_a_name_and_nothing_else(guardian: str) -> None:
    with pytest.raises(Invalid):
        masking.public_name([HEAD_CHILD], guardian)


def test_a_name_is_printed_whole_unless_the_region_masks_it() -> None:
    assert masking.printed_name("欧阳试验", masked=False) == "欧阳试验"
    assert masking.printed_name("欧阳试验", masked=True) == "欧阳*验"
