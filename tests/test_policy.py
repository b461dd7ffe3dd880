"""政策参数 (policy): resolution by region and date, adoption of a proposal, editions and their differences."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import Invalid, Unset
from integrity.rules.policy import (
    PACKS,
    NotInForce,
    Policy,
    PolicyErrors,
    check,
    difference,
    load,
    load_texts,
    shown,
)
from tests.policy_texts import pack, proposal, row

SHIPPED = load()
ON = date(2026, 9, 1)


# ---------------------------------------------------------------- 查找 resolution


def test_the_nearest_region_with_a_row_answers() -> None:
    assert SHIPPED.row("lowincome.edge_multiplier", "370811001001", ON).id == (
        "370800:lowincome.edge_multiplier@2022-07-06"
    )
    assert SHIPPED.value("lowincome.edge_multiplier", "370811001001", ON) == 20000
    assert SHIPPED.value("lowincome.edge_multiplier", "370784", ON) == 15000
    assert SHIPPED.value("credit.disclosure_max", "370811", ON) == 5
    assert SHIPPED.value("jiantui.income_disregard", "370784001000", ON) == 3


def test_the_date_chooses_the_row() -> None:
    fine = [SHIPPED.value("fraud.fine_multiplier_max", "370811", on) for on in (date(2026, 6, 30), date(2026, 7, 1))]
    assert fine == [30000, 20000]
    assert SHIPPED.value("adverse.hear_before", "370811", date(2026, 6, 30)) is False
    assert SHIPPED.value("adverse.hear_before", "370811", date(2026, 7, 1)) is True


def test_a_later_row_ends_an_open_one_and_the_day_before_its_start_is_still_the_old() -> None:
    rows = row() + row(value="30", since="2026-07-01")
    policy = load_texts({"试点.toml": pack(rows)})
    assert policy.value("recheck.lead_days", "370811001", date(2026, 6, 30)) == 20
    assert policy.value("recheck.lead_days", "370811001", date(2026, 7, 1)) == 30


def test_no_row_in_force_raises_and_names_key_area_and_date() -> None:
    with pytest.raises(NotInForce, match=r"standard\.dibao/urban.*低保|standard\.dibao/urban.*370811.*2010-01-01"):
        SHIPPED.row("standard.dibao", "370811", date(2010, 1, 1), "urban")
    assert SHIPPED.find("standard.dibao", "370811", date(2010, 1, 1), "urban") is None


def test_an_unset_row_asks_a_person_and_names_where_to_look() -> None:
    unset = SHIPPED.row("jiantui.pay_schedule", "370811", ON)
    assert not unset.is_set
    assert SHIPPED.find("jiantui.pay_schedule", "370811", ON) is None
    with pytest.raises(Unset, match=r"jiantui\.pay_schedule.*逐月.*370811.*2026-09-01.*全国性文件未作规定"):
        SHIPPED.value("jiantui.pay_schedule", "370811", ON)


def test_an_unknown_key_in_code_is_a_key_error_with_the_nearest_known() -> None:
    with pytest.raises(KeyError, match=r"standard\.dibao"):
        SHIPPED.value("standard.dibo", "370811", ON)


def test_a_malformed_area_is_refused_and_never_answered_by_the_nation() -> None:
    with pytest.raises(Invalid, match="行政区划代码"):
        SHIPPED.row("law.primary", "37081", ON)


def test_variants_of_a_key_are_resolved_one_by_one() -> None:
    found = SHIPPED.variants("exit.ground", "310101001", ON)
    assert {name: one.value for name, one in found.items() if one.is_set} == {
        "X07": "stop", "X08": "may_stop", "X09": "own_share", "X10": "stop", "X11": "stop",
    }  # fmt: skip
    assert found["X06"].region == "CN"
    assert SHIPPED.variants("exit.ground", "310101", date(2026, 6, 30))["X08"].value == "stop"


def test_a_row_is_found_again_by_the_id_that_a_decision_keeps() -> None:
    one = SHIPPED.row("standard.dibao", "370811", ON, "urban")
    assert one.id == "370800:standard.dibao/urban@2022-01-01"
    assert SHIPPED.by_id(one.id) is one


def test_a_fresh_city_pack_works_without_touching_code() -> None:
    texts = dict(SHIPPED.sources) | {
        "999.toml": pack(
            row(key='"standard.dibao"', variant='"urban"', value="912.5", unit='"元/人/月"')
            + row(key='"apply.publicity"', value="7", unit='"工作日"')
            + row(key='"recheck.cycle.label"', variant='"A类"', value="12", unit='"月"')
            + row(key='"jiantui.pay_schedule"', value="[100, 80, 60]", unit='"%"')
            + row(key='"jiantui.cause"', variant='"PENSION"', value='"1-3"', unit='"月"')
            + row(key='"recheck.clear_change"', value="0.05", unit='"比例"'),
            "330100",
            "CITY",
        )
    }
    policy = load_texts(texts)
    area = "330106001000"
    assert policy.value("standard.dibao", area, ON, "urban") == 91250
    assert policy.row("apply.publicity", area, ON).unit == "工作日"
    assert SHIPPED.row("apply.publicity", area, ON).unit == "天"
    assert policy.variants("recheck.cycle.label", area, ON)["A类"].value == 12
    assert policy.value("jiantui.pay_schedule", area, ON) == (100, 80, 60)
    assert policy.value("jiantui.cause", area, ON, "PENSION") == (1, 3)
    assert policy.value("recheck.clear_change", area, ON) == 500


def test_a_township_pack_may_set_office_values_only() -> None:
    policy = load_texts({"试点.toml": pack(row(), "370811001000", "TOWNSHIP")})
    assert policy.value("recheck.lead_days", "370811001005", ON) == 20
    with pytest.raises(NotInForce):
        policy.value("recheck.lead_days", "370811002005", ON)
    text = pack(row(key='"gangxing.validity"', value="6", unit='"月"'), "370811001000", "TOWNSHIP")
    with pytest.raises(PolicyErrors, match=r"gangxing\.validity只能由.*不能由乡级设定"):
        load_texts({"试点.toml": text})


@given(st.lists(st.integers(1, 900), min_size=1, max_size=6, unique=True), st.integers(0, 1000))
def test_the_row_in_force_is_always_the_latest_that_has_begun(starts: list[int], asked: int) -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(days=start) for start in sorted(starts)]
    rows = "".join(row(value=str(number), since=str(day)) for number, day in enumerate(days))
    policy = load_texts({"试点.toml": pack(rows)})
    on = first + timedelta(days=asked)
    begun = [number for number, day in enumerate(days) if day <= on]
    found = policy.find("recheck.lead_days", "370811", on)
    assert (found.value if found else None) == (begun[-1] if begun else None)


# ---------------------------------------------------------------- 目录 catalogue and adoption


def test_a_proposal_has_no_effect_until_it_is_adopted() -> None:
    for key, value in (("recheck.lead_days", 30), ("recheck.clear_change", 500), ("adverse.hear_days", 5)):
        assert SHIPPED.find(key, "370811", ON) is None
        found = SHIPPED.adopting(["proposal"]).row(key, "370811", ON)
        assert (found.value, found.grade, found.region) == (value, "D", "proposal")
    assert SHIPPED.find("recheck.lead_days", "370811", ON) is None


def test_an_adopted_proposal_never_overrides_a_region_that_has_its_own_value() -> None:
    texts = dict(SHIPPED.sources) | {"own.toml": pack(row(value="15"))}
    policy = load_texts(texts).adopting({"proposal"})
    assert policy.value("recheck.lead_days", "370811001", ON) == 15
    assert policy.value("recheck.lead_days", "370812", ON) == 30
    assert policy.variants("recheck.lead_days", "370812", ON)[""].value == 30


def test_an_adopted_proposal_says_nothing_before_its_own_start() -> None:
    with pytest.raises(Unset):
        SHIPPED.adopting(["proposal"]).value("recheck.lead_days", "370811", date(2026, 6, 30))


def test_adopting_an_unknown_proposal_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="none"):
        SHIPPED.adopting(["none"])
    with pytest.raises(KeyError):
        SHIPPED.catalogue("none")


def test_the_shipped_catalogue_is_marked_as_a_proposal_and_holds_dated_items() -> None:
    catalogue = SHIPPED.catalogue()
    assert (catalogue.base, catalogue.lowest, catalogue.highest) == (100_000, 0, 120_000)
    assert 8 <= len(catalogue.items) <= 14
    assert {item.grade for item in catalogue.items} == {"D"}
    assert [level.name for level in catalogue.levels] == ["A", "B", "C", "D"]
    assert [level.priority for level in catalogue.levels] == [4, 3, 2, 1]
    assert catalogue.level(100_000).name == "B"
    assert catalogue.level(-5).name == "D"
    minor = catalogue.item("F09", ON)
    assert minor is not None
    assert minor.weight == -2500
    assert catalogue.item("F09", date(2026, 6, 30)) is None
    assert not any("迟报" in item.name for item in catalogue.items)


def test_the_months_of_a_default_never_exceed_the_national_period_of_its_class() -> None:
    for item in SHIPPED.catalogue().items:
        if item.weight < 0:
            assert item.months <= SHIPPED.value("repair.max", "CN", ON, item.national_class.name), item.code


def test_a_local_catalogue_is_kept_beside_the_shipped_one() -> None:
    policy = load_texts(dict(SHIPPED.sources) | {"任城.toml": proposal()})
    local = policy.catalogue("任城")
    assert local.items[0].weight == -2125
    assert local.highest == 100_000
    assert policy.catalogue().title == "诚信积分参考方案"


# ---------------------------------------------------------------- 版本 editions


def test_the_same_texts_are_the_same_edition_and_line_ends_do_not_matter() -> None:
    stored = {file: text.replace("\n", "\r\n") for file, text in SHIPPED.sources.items()}
    assert load_texts(stored).edition == SHIPPED.edition
    assert load_texts(SHIPPED.sources).rows == SHIPPED.rows


def test_any_changed_text_is_another_edition_and_the_difference_is_readable() -> None:
    texts = dict(SHIPPED.sources)
    texts["370800.toml"] = texts["370800.toml"].replace("value = 880", "value = 930") + row(source='"新文件"')
    texts["511600.toml"] = pack("", "511600", "CITY")
    texts["proposal.toml"] = texts["proposal.toml"].replace("weight = -25", "weight = -24")
    changed = load_texts(texts)
    assert changed.edition != SHIPPED.edition
    lines = difference(SHIPPED, changed)
    assert "修改 370800:standard.dibao/urban@2022-01-01：value：880.00元/人/月 → 930.00元/人/月" in lines
    assert "新增 370800:recheck.lead_days@2026-01-01：20天（新文件）" in lines
    assert any(line.startswith("删除 511600:jiantui.max@2022-01-01：6月") for line in lines)
    assert "修改 proposal:F04@2026-07-01：weight：-25000 → -24000" in lines
    assert difference(SHIPPED, load_texts(SHIPPED.sources)) == []


def test_an_office_directory_is_read_after_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "370811.toml").write_text(pack(row()), encoding="utf-8")
    (tmp_path / "CN.toml").write_text(pack("", "370812"), encoding="utf-8")
    policy = load(PACKS, tmp_path)
    assert policy.value("recheck.lead_days", "370811", ON) == 20
    assert f"{tmp_path.name}/CN.toml" in policy.sources
    assert check(tmp_path) == []
    (tmp_path / "bad.toml").write_text(pack(row(unit='"月"'), "370826"), encoding="utf-8")
    assert [str(one) for one in check(tmp_path)] == ["bad.toml 第10行：recheck.lead_days的单位应为“天”，不能是“月”"]
    (tmp_path / "bad.toml").write_bytes("[pack]\nname = '任城'".encode("gbk"))
    assert check(tmp_path)[0].reason.startswith("不是UTF-8编码")
    with pytest.raises(Invalid, match="没有政策包目录"):
        load(tmp_path / "absent")


@pytest.mark.parametrize(
    ("row_id", "text"),
    [
        ("370800:standard.dibao/urban@2022-01-01", "880.00元/人/月"),
        ("370800:lowincome.edge_multiplier@2022-07-06", "2倍"),
        ("CN:lowincome.edge_multiplier@2021-07-01", "1.5倍"),
        ("CN:jiantui.cause/EMPLOYMENT@2022-10-20", "0至6月"),
        ("341600:jiantui.cause/poverty_household@2020-04-01", "12月"),
        ("CN:adverse.hear_before@2026-07-01", "是"),
        ("CN:jiantui.band@2021-07-01", "未设定"),
        ("CN:spotcheck.ratio_tekun@2021-07-01", "0.3比例"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(row_id: str, text: str) -> None:
    assert shown(SHIPPED.by_id(row_id)) == text


def test_a_policy_cannot_be_altered() -> None:
    policy: Policy = SHIPPED
    with pytest.raises(TypeError):
        policy.sources["CN.toml"] = ""  # type: ignore[index]
    with pytest.raises(AttributeError):
        policy.edition = ""  # type: ignore[misc]
