"""页面的说法 (words of the pages): no command and no number of our own, but the law that an official can look up."""

from __future__ import annotations

import pytest

from integrity.rules.procedure import Obstacle
from integrity.rules.redline_words import TITLES
from integrity.web.wording import obstacles, on_page


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("日期只能是今天，不能倒签（红线第16条）", "日期只能是今天，不能倒签（社会救助法第70条；GB/T 9704-2012）"),
        ("不得自行增加（行政处罚法第16条；红线第9条）", "不得自行增加（行政处罚法第16条）"),
        ("红线第1条：未听取意见、无人决定，不得停减救助", "未听取意见、无人决定，不得停减救助"),
        ("红线第6条（不得公开自然人的失信信息）：违反目录", "不得公开自然人的失信信息：违反目录"),
        ("社会救助法第48条；红线第1条", "社会救助法第48条；个人信息保护法第24条"),
        ("请先用 chengxin record change 登记", "请先登记变化"),
        ("没有写明要求（--set demands=…）", "没有写明要求"),
        ("收入经核实", "收入经核实"),
        ("没有设定，请确定（参数recheck.event_within：多久内核查完？）", "没有设定，请确定（多久内核查完？）"),
        ("当地没有规定这种情形（参数 exit.ground），不能", "当地没有规定这种情形，不能"),
        ("政策参数hearing.term没有设定，请人工确定：几日？", "政策没有设定，请人工确定：几日？"),
        ("没有生效的政策参数hearing.term/urban（几日？）", "没有生效的政策参数（几日？）"),
        (
            "请由复核人员先指派：chengxin recheck assign 文件 --by 工号",
            "请由复核人员先指派：在“核查名单”页上勾选指派，或者上传这份名单，选“指派入户人员”",
        ),
    ],
)  # fmt: skip
def test_what_is_told_for_a_command_or_by_number_is_told_for_a_page(told: str, shown: str) -> None:
    assert on_page(told) == shown


@pytest.mark.parametrize("number", TITLES)
def test_every_red_line_is_told_by_its_law(number: int) -> None:
    (one,) = obstacles([Obstacle("x", f"不能办理（红线第{number}条）", f"红线第{number}条")])
    assert one.law == TITLES[number].law
    assert one.text == f"不能办理（{TITLES[number].law}）"
