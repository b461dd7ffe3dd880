"""政策包的拒绝 (refusals): every faulty pack is refused at load with file, line and reason; (body, line, reason)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import Unset
from integrity.rules.policy import KEYS, Kind, PolicyErrors, Problem, load, load_texts
from tests.policy_texts import pack, proposal, row

SHIPPED = load()
ON = date(2026, 9, 1)


def problems(text: str, **others: str) -> list[Problem]:
    with pytest.raises(PolicyErrors) as refused:
        load_texts({"试点.toml": text, **others})
    return refused.value.problems


MONEY = {"key": '"standard.dibao"', "variant": '"urban"', "unit": '"元/人/月"'}
JOBS = {"key": '"refuse_job.count"', "value": "3", "unit": '"次"'}
CRITICISM = {"key": '"penalty.public_criticism"', "value": "true", "unit": ""}
GROUND = {"key": '"exit.ground"', "value": '"stop"', "unit": "", "law": '"某省社会救助条例 第5条"'}
REFUSED = {
    "不认识的参数": (row(key='"standard.dibo"'), 8, "不认识的参数“standard.dibo”，是否应为“standard.dibao”"),
    "不认识的字段": (row(sorce='"x"'), 14, "不认识的字段“sorce”，是否应为“source”"),
    "不认识的表": ("[[values]]\nkey = 1\n", 7, "不认识的表“values”，是否应为“value”"),
    "类型不对": (row(value='"二十"'), 9, "recheck.lead_days应为整数"),
    "布尔不是整数": (row(value="true"), 9, "recheck.lead_days应为整数"),
    "数字太大": (row(value="1e999"), 9, "recheck.lead_days应为整数"),
    "不能是非数": (row(value="nan"), 9, "recheck.lead_days应为整数"),
    "不能为负": (row(value="-1"), 9, "不小于0天"),
    "整数不能有小数": (row(value="20.5"), 9, "小数位太多"),
    "金额小数太多": (row(**MONEY, value="880.123"), 9, "小数位太多"),
    "金额不能是无穷": (row(**MONEY, value="inf"), 9, "应为金额"),
    "标准不能为零": (row(**MONEY, value="0"), 9, "不小于0.01元"),
    "单位不对": (row(unit='"月"'), 10, "单位应为“天”，不能是“月”"),
    "缺少单位": (row(unit=""), 7, "缺少unit"),
    "缺少来源": (row(source=""), 7, "缺少source"),
    "来源为空": (row(source='""'), 12, "缺少source"),
    "缺少等级": (row(grade=""), 7, "缺少grade"),
    "等级不对": (row(grade='"A"'), 13, "grade应为V1、V2、V3、M、D之一"),
    "缺少生效日期": (row(since=""), 7, "缺少since"),
    "日期加了引号": (row(since='"2026-01-01"'), 11, "since应为日期"),
    "日期带时刻": (row(since="2026-01-01T00:00:00"), 11, "since应为日期"),
    "失效早于生效": (row(until="2025-12-31"), 14, "生效日期2026-01-01晚于失效日期2025-12-31"),
    "没有值": (row(value=""), 7, "value与unset = true须有且只有一个"),
    "又有值又未设定": (row(unset="true"), 9, "value与unset = true须有且只有一个"),
    "变体不对": (row(key='"standard.dibao"', value="880", variant='"city"'), 14, "variant应为urban、rural"),
    "不应有变体": (row(variant='"A"'), 14, "variant应为（空）"),
    "须有本地名称": (row(key='"recheck.cycle.label"', unit='"月"', value="6"), 7, "variant应为本地名称"),
    "选项不对": (row(key='"apply.pay_from"', value='"now"', unit=""), 9, "应为next_month、same_month之一"),
    "范围写反": (row(key='"jiantui.cause"', variant='"PENSION"', value='"6-1"', unit='"月"'), 9, "应为月数或月数范围"),
    "渐退零个月": (row(key='"jiantui.cause"', variant='"PENSION"', value='"0-0"', unit='"月"'), 9, "应不小于1月"),
    "百分比过百": (row(key='"jiantui.pay_schedule"', value="[120]", unit='"%"'), 9, "不大于100%"),
    "百分比为空": (row(key='"jiantui.pay_schedule"', value="[]", unit='"%"'), 9, "应为逐月百分比"),
    "重叠": (row(until="2026-12-31") + row(since="2026-06-01"), 15, "与第7行的生效期间重叠（到2026-12-31）"),
    "同日重复": (row() + row(), 14, "与第7行同一天生效，重复"),
    "空档": (row(until="2026-03-31") + row(since="2026-06-01"), 15, "空档（2026-04-01至2026-05-31），须加一行 unset"),
    "级别无权设定": (
        row(key='"law.primary"', value='"某办法"', unit=""), 8, "law.primary只能由全国政策包设定，不能由县级设定",
    ),
    "核查周期过长": (row(key='"recheck.cycle.stable"', value="24", unit='"月"'), 9, "应不小于1月、不大于12月"),
    "红线1听取意见": (row(key='"adverse.hear_before"', value="false", unit="", since="2026-07-01"), 9, "红线第1条"),
    "红线1听取意见天数": (row(key='"adverse.hear_days"', value="0", unit='"工作日"'), 9, "红线第1条"),
    "红线3抵扣": (row(key='"refund.set_off"', value="true", unit=""), 9, "红线第3条"),
    "红线3应当停止": (row(**GROUND, variant='"X08"'), 9, "红线第3条"),
    "红线4只减本人": (row(**GROUND, variant='"X09"'), 9, "红线第4条"),
    "红线4次数": (
        row(key='"refuse_job.count"', value="1", unit='"次"', law='"民发〔2021〕57号 第34条"'), 9, "红线第4条",
    ),
    "红线5信用主体": (row(key='"credit.subject"', value='"everyone"', unit=""), 9, "红线第5条"),
    "红线10披露期": (row(key='"credit.disclosure_max"', value="6", unit='"年"'), 9, "红线第10条"),
    "红线9没有依据": (row(key='"penalty.public_criticism"', value="true", unit=""), 7, "红线第9条"),
    "红线9本地文件": (
        row(key='"penalty.reapply_ban"', value="2", unit='"年"', law='"某民发〔2026〕1号 第3条"'), 14,
        "红线第9条（处罚和限制须由法律、法规设定）：penalty.reapply_ban产生不利后果，law须写明法律或条例的名称和条款",
    ),
    "红线9部门文件不能设处罚": (
        row(key='"penalty.public_criticism"', value="true", unit="", law='"民发〔2021〕57号 第34条"'), 13, "红线第9条",
    ),
    "红线9依法不是依据": (row(**CRITICISM, law='"依法 第3条"'), 13, "红线第9条"),
    "红线9停发须有依据": (
        row(key='"exit.ground"', variant='"X13"', value='"stop"', unit="", law='"阜民发〔2021〕30号"'), 14, "红线第9条",
    ),
    "红线9部门名称不是依据": (row(**JOBS, law='"民政部等"'), 14, "红线第9条"),
    "红线9没有标题的部门文件": (row(**JOBS, law='"民政部等四部门通知"'), 14, "红线第9条"),
    "红线9执法不是法": (row(**CRITICISM, law='"城市管理执法 第3条"'), 13, "红线第9条"),
    "红线9司法不是法": (row(**CRITICISM, law='"基层司法 第3条"'), 13, "红线第9条"),
    "红线9说法不是法": (row(**CRITICISM, law='"当地说法 第3条"'), 13, "红线第9条"),
    "红线9骗取停发": (row(key='"stop.effect_fraud"', value='"same_month"', unit=""), 7, "红线第9条"),
    "红线8没有目录": (
        row(key='"credit.export"', value="true", unit="", law='"某省社会信用条例 第9条"'), 9,
        "红线第8条（没有目录依据和终局文书，不得对外报送）",
    ),
    "红线14公示": (row(key='"apply.publicity"', value="6"), 9, "红线第14条"),
    "红线14特困公示": (row(key='"tekun.publicity"', value="6"), 9, "红线第14条"),
    "红线14终止公示": (row(key='"tekun.stop_publicity"', value="6"), 9, "红线第14条"),
    "办结过长": (row(key='"apply.total"', value="31", unit='"工作日"'), 9, "不得超过国家规定的30个工作日"),
    "办结特殊过长": (
        row(key='"apply.total"', variant='"special"', value="46", unit='"工作日"'), 9, "不得超过国家规定的45个工作日",
    ),
    "下放办结过长": (row(key='"apply.total_delegated"', value="21", unit='"工作日"'), 9, "国家规定的20个工作日"),
    "逐月发放升高": (row(key='"jiantui.pay_schedule"', value="[60, 80]", unit='"%"'), 9, "只能持平或者逐月降低"),
    "逐月发放短于渐退": (
        row(key='"jiantui.pay_schedule"', value="[100, 80]", unit='"%"')
        + row(key='"jiantui.cause"', variant='"PENSION"', value='"1-3"', unit='"月"'),
        9, "只有2个月，短于本地jiantui.cause的3个月",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "line", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_faulty_row_is_refused_with_file_line_and_reason(body: str, line: int, reason: str) -> None:
    found = problems(pack(body))
    assert [one.file for one in found] == ["试点.toml"]
    assert reason in found[0].reason
    assert found[0].line == line


def test_a_penalty_band_above_the_law_is_refused_from_the_day_of_the_law() -> None:
    band = {"key": '"fraud.fine_multiplier_max"', "value": "3", "unit": '"倍"', "law": '"某省社会救助条例 第54条"'}
    old = pack(row(**band, since="2019-05-01", until="2026-06-30"), "330000", "PROVINCE")
    assert load_texts({"a.toml": old}).value("fraud.fine_multiplier_max", "330106", date(2026, 1, 1)) == 30000
    for until in ("", "2026-07-01"):
        found = problems(pack(row(**band, since="2019-05-01", until=until), "330000", "PROVINCE"))
        assert "红线第9条" in found[0].reason
        assert "不大于2倍" in found[0].reason


def test_periods_of_repair_may_be_shortened_but_not_lengthened() -> None:
    shorter = row(key='"repair.max"', variant='"GENERAL"', value="6", unit='"月"')
    assert load_texts({"a.toml": pack(shorter, "330000", "PROVINCE")}).find("repair.max", "330000", ON, "GENERAL")
    longer = row(key='"repair.max"', variant='"GENERAL"', value="24", unit='"月"')
    assert "不得超过国家规定的12个月" in problems(pack(longer, "330000", "PROVINCE"))[0].reason


def test_the_least_months_before_a_repair_never_exceed_the_most_of_the_same_day() -> None:
    most = row(key='"repair.max"', variant='"GENERAL"', value="2", unit='"月"', since="2026-05-01")
    found = problems(pack(most, "330000", "PROVINCE"), **{"CN.toml": SHIPPED.sources["CN.toml"]})
    assert (found[0].file, found[0].line) == ("试点.toml", 9)
    assert "红线第10条" in found[0].reason
    assert "repair.min/GENERAL（3个月）大于repair.max（2个月）" in found[0].reason
    least = row(key='"repair.min"', variant='"GENERAL"', value="1", unit='"月"', since="2026-05-01")
    both = {"试点.toml": pack(most + least, "330000", "PROVINCE"), "CN.toml": SHIPPED.sources["CN.toml"]}
    assert load_texts(both).value("repair.max", "330106", ON, "GENERAL") == 2


def test_an_export_needs_an_entry_of_the_directory_on_every_day() -> None:
    export = row(key='"credit.export"', value="true", unit="", law='"某省社会信用条例 第9条"')
    entry = {"key": '"credit.directory_entry"', "value": '"第三编第5项"', "unit": ""}
    assert load_texts({"a.toml": pack(export + row(**entry))}).value("credit.export", "370811", ON) is True
    province = pack(row(**entry, until="2026-12-31"), "370000", "PROVINCE")
    assert "但2027-01-01没有生效" in problems(pack(export), **{"省.toml": province})[0].reason
    assert "但2026-01-01没有生效" in problems(pack(export + row(**entry, since="2026-02-01")))[0].reason


def test_laws_are_recognised_by_their_titles() -> None:
    criticism = {"key": '"penalty.public_criticism"', "value": "true", "unit": ""}
    for law in ("社会救助法（2026-04-30通过） 第73条", "《中华人民共和国行政处罚法》第9条", "某省社会信用条例 第9条"):
        assert load_texts({"a.toml": pack(row(**criticism, law=f'"{law}"'))}).rows
    notice = "民政部等四部门 关于进一步做好最低生活保障等社会救助兜底保障工作的通知（2022-10-20） 一（三）"
    assert load_texts({"a.toml": pack(row(**JOBS, law=f'"{notice}"'))}).rows


def test_no_place_may_publish_what_its_province_forbids() -> None:
    allowed = row(key='"credit.publication_natural_person"', value='"allowed"', unit="", law='"某市信用条例 第9条"')
    found = problems(pack(allowed, "370800", "CITY"), **{"省.toml": SHIPPED.sources["370000.toml"]})
    assert found == [Problem("试点.toml", 9, found[0].reason)]
    assert "红线第6条" in found[0].reason
    assert load_texts({"试点.toml": pack(allowed, "330100", "CITY")}).rows


def test_a_gap_bridged_by_an_unset_row_is_accepted() -> None:
    bridge = row(value="", unset="true", since="2026-04-01", until="2026-05-31")
    text = pack(row(until="2026-03-31") + bridge + row(since="2026-06-01"))
    policy = load_texts({"试点.toml": text})
    with pytest.raises(Unset):
        policy.value("recheck.lead_days", "370811", date(2026, 4, 1))


HEADS = {
    "语法": ("[pack\n", 1, "TOML 语法错误"),
    "没有表头": (row(), 1, "缺少[pack]表头"),
    "代码位数": (pack("", "37081"), 2, "37081”是5位"),
    "代码写法": (pack("", "370811001"), 2, "应为 CN、6位代码或12位乡级代码"),
    "村级": (pack("", "370811001001", "VILLAGE"), 2, "应为 CN、6位代码或12位乡级代码"),
    "级别不符": (pack("", "370811", "CITY"), 4, "370811是县级"),
    "级别不认识": (pack("", "370811", "DISTRICT"), 4, "level应为NATION"),
    "版本": (pack("").replace("schema = 1", "schema = 2"), 5, "schema应为1至1的整数"),
    "没有名称": (pack("").replace('"试点区"', '""'), 3, "缺少name"),
    "行在表外": ("key = 1\n" + pack(""), 1, "“key”应写在[pack]或[[value]]之内"),
}


@pytest.mark.parametrize(("text", "line", "reason"), HEADS.values(), ids=HEADS)
def test_a_faulty_header_is_refused_with_file_line_and_reason(text: str, line: int, reason: str) -> None:
    found = problems(text)
    assert (found[0].file, found[0].line) == ("试点.toml", line)
    assert reason in found[0].reason


def test_every_problem_of_a_file_is_told_at_once_in_order_of_lines() -> None:
    text = pack(row(unit='"月"') + row(grade="") + row(key='"recheck.cycle.stable"', value="24", unit='"月"'))
    assert [one.line for one in problems(text)] == [10, 14, 22]


def test_lines_are_right_after_a_multi_line_text() -> None:
    note = '"""\n[[value]]\nkey = "x"\n"""'
    assert problems(pack(row(note=note) + row(unit='"月"')))[0].line == 21


def test_a_second_pack_of_a_region_is_refused_unless_it_replaces_the_first() -> None:
    text = SHIPPED.sources["370800.toml"]
    own = pack(row(), "370800", "CITY")
    with pytest.raises(PolicyErrors, match=r"地区370800重复：370800\.toml已有"):
        load_texts({"370800.toml": text, "own.toml": own})
    replacing = own.replace("schema = 1", "schema = 1\nreplaces = true")
    policy = load_texts({"370800.toml": text, "own.toml": replacing})
    assert policy.value("recheck.lead_days", "370811", ON) == 20
    assert policy.find("standard.dibao", "370811", ON, "urban") is None


CATALOGUE = {
    "事项停发": (proposal(item="stop = true"), "红线第2条"),
    "事项减发": (proposal(item="reduce_percent = 10"), "红线第2条"),
    "等级拒绝受理": (proposal(level="refuse_application = true"), "红线第2条"),
    "等级公开": (proposal(level="publish = true"), "红线第6条"),
    "事项不认识": (proposal(item="mounths = 1"), "不认识的字段“mounths”，是否应为“months”"),
    "失信为正": (proposal().replace("-2.125", "2"), "weight应大于0"),
    "分值太细": (proposal().replace("-2.125", "-2.1255"), "最多三位小数"),
    "没有分级": (proposal().replace('"GENERAL"', '"UNMAPPED"'), "class应为轻微、一般、严重|class应为MINOR"),
    "等级相同": (proposal().replace("at_least = 60", "at_least = 0"), "at_least相同"),
    "最低等级": (proposal().replace("at_least = 0", "at_least = 10"), "最低等级"),
    "事项重复": (proposal() + proposal()[proposal().index("[[item]]") :], "重复"),
    "不利参数": (
        proposal(row(key='"refuse_job.count"', value="3", unit='"次"', law='"民发〔2021〕57号 第34条"')),
        "不得设定有不利后果",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), CATALOGUE.values(), ids=CATALOGUE)
def test_a_catalogue_carries_no_effect_on_assistance_and_no_faulty_item(text: str, reason: str) -> None:
    found = problems(text)
    assert any(part in one.reason for one in found for part in reason.split("|"))
    assert found[0].line > 1


SNIPPETS = (
    "", "x", "key = 1", "value = [1, {a = 2}]", "[[value]]", "[value]", "[pack]", "[[pack]]", "unset = 1", "= 3",
    "variant = 3", 'until = "x"', "since = 07:32:00", "value = 1e9999999", 'note = """', "[value.x]", "[[score]]",
    'kind = "proposal"', "weight = nan", "value = -0.0", "[[item]]", "[[level]]", "schema = true",
)  # fmt: skip


@given(st.sampled_from(sorted(SHIPPED.sources)), st.data())
def test_a_damaged_pack_gives_problems_with_lines_and_never_another_error(file: str, data: st.DataObject) -> None:
    lines = SHIPPED.sources[file].split("\n")[: data.draw(st.integers(5, 60), "length")]
    for _ in range(data.draw(st.integers(1, 3), "edits")):
        place = data.draw(st.integers(0, len(lines) - 1), "line")
        lines[place : place + data.draw(st.integers(0, 2), "removed")] = [data.draw(st.sampled_from(SNIPPETS), "new")]
    with suppress(PolicyErrors):
        load_texts({file: "\n".join(lines)})


def test_every_number_has_a_lower_bound() -> None:
    numbers = (Kind.INT, Kind.MONEY, Kind.RATIO, Kind.MONTHS, Kind.PERCENTS)
    assert [key.name for key in KEYS.values() if key.kind in numbers and key.low is None and key.high is None] == []
