"""已载入的政策包 (the shipped packs): what was read of each region is there, and nothing else is in force."""

from __future__ import annotations

from datetime import date

import pytest

from integrity.rules.policy import KEYS, PolicyErrors, check, load, load_texts, shown
from integrity.rules.policy_check import undocumented
from tests.policy_texts import pack, row

SHIPPED = load()
ON = date(2026, 9, 1)

UNSET = "未设定"
EXPECTED = {
    "CN": {
        "law.primary": "社会救助法", "fraud.fine_multiplier_max": "2倍", "fraud.fine_multiplier_min": "0倍",
        "fraud.benefit_effect": "may_reduce_or_stop", "penalty.limitation": "2年",
        "penalty.limitation/life_health_finance": "5年", "penalty.decision_deadline": "90天",
        "penalty.hearing_request": "5工作日", "penalty.delivery": "7工作日", "penalty.minor_exempt": "14周岁",
        "penalty.minor_lighter": "18周岁", "report_change.duty": "及时", "report_change.education_after": "3月",
        "death.check_and_adjust": "3月", "recheck.cycle.stable": "12月", "recheck.cycle.unstable_or_able": "6月",
        "recheck.cycle.tekun": "12月", "recheck.extend_emergency": "是", "recheck.no_change_no_adjust": "是",
        "recheck.tekun_selfcare_reassess": "10工作日", "recheck.lead_days": UNSET, "recheck.clear_change": UNSET,
        "compare.frequency_fpfp": "每季度或者每半年", "kinship.register": "是", "spotcheck.ratio_tekun": "0.3比例",
        "apply.start_investigation": "3工作日", "apply.start_verification": "3工作日", "apply.investigators_min": "2人",
        "apply.publicity": "7天", "apply.county_confirm": "10工作日", "apply.total": "30工作日",
        "apply.total/special": "45工作日", "apply.total_delegated": "20工作日",
        "apply.total_delegated/special": "45工作日",
        "apply.refusal_notice": "3工作日", "apply.pay_from": "next_month", "tekun.investigate": "15工作日",
        "tekun.publicity": "7天", "tekun.county_confirm": "15工作日", "tekun.stop_publicity": "7天",
        "tekun.stop_objection": "15工作日", "tekun.stop_effect": "next_month", "gangxing.validity": "12月",
        "gangxing.total": "30工作日", "gangxing.total/special": "45工作日", "lowincome.edge_multiplier": "1.5倍",
        "adverse.hear_before": "是", "adverse.hear_days": UNSET, "adverse.who_decides": "county_or_township",
        "refuse_job.count": "3次", "jiantui.max": "6月", "jiantui.cause/EMPLOYMENT": "0至6月",
        "jiantui.pay_schedule": UNSET, "jiantui.band": UNSET, "jiantui.cap": UNSET, "jiantui.repeat": UNSET,
        "jiantui.cooling_months": UNSET, "jiantui.condition.self_report": UNSET, "repair.min/MINOR": "0月",
        "repair.max/MINOR": "3月", "repair.min/GENERAL": "3月", "repair.max/GENERAL": "12月",
        "repair.min/SERIOUS": "12月", "repair.max/SERIOUS": "36月", "repair.clock_start": "document_date",
        "repair.feedback": "10工作日", "repair.two_letters": "是", "remedy.reconsideration": "60天",
        "remedy.reconsideration_uninformed": "1年", "remedy.litigation": "6月", "remedy.after_reconsideration": "15天",
        "service.announcement": "30天", "calendar.statutory": "13天", "pipl.pia_keep": "3年", "pipl.under14": "14周岁",
        "share.use_log_keep": "3年", "share.correction": "10工作日", "archive.approval": "3年", "archive.daily": "5年",
        "exit.ground/X08": "may_stop", "exit.ground/X09": "own_share", "exit.ground/X06": UNSET, "credit.export": "否",
        "standard.dibao/urban": UNSET, "standard.dibao/rural": UNSET,
        "adverse.decide_within": UNSET, "adverse.effect_month": UNSET, "adverse.notice_within": UNSET,
        "conduct.hear_days": UNSET, "conduct.decide_within": UNSET, "conduct.stay_on_objection": UNSET,
        "credit.objection": UNSET, "credit.objection/assisted": UNSET, "penalty.hear_days": UNSET,
        "penalty.large_fine": UNSET, "refund.pay_within": UNSET, "posting.confirmed_months": UNSET,
        "rights.answer_within": UNSET, "enforce.reminder_days": "10工作日", "enforce.court_months": "3月",
    },
    "370000": {
        "credit.subject": "full_capacity", "credit.publication_natural_person": "forbidden",
        "credit.disclosure_max": "5年", "credit.simple_procedure_excluded": "是", "credit.objection": "3工作日",
        "credit.objection/assisted": "7工作日", "credit.revoked_basis_report": "3工作日",
    },
    "310000": {"credit.objection": "5工作日", "credit.objection/assisted": UNSET, "credit.objection_mark": "1工作日"},
    "370800": {
        "apply.village_opinion": "3工作日", "apply.township_total": "20工作日", "urgent.first_aid": "24小时",
        "urgent.first_aid/extreme": "2小时", "urgent.papers_within": "5工作日", "lowincome.edge_multiplier": "2倍",
        "standard.dibao/urban": "880.00元/人/月", "standard.dibao/rural": "700.00元/人/月",
    },
    "341600": {
        "standard.dibao/urban": "628.00元/人/月", "standard.dibao/rural": "628.00元/人/月", "compare.frequency": "1月",
        "jiantui.cause/poverty_household": "12月",
    },
    "370784": {"credit.levels": UNSET, "credit.measures": UNSET},
    "442000": {
        "stop.effect_fraud": UNSET, "jiantui.incentive_trustworthy": "6月", "credit.levels": "一般、较重、严重",
        "incentive.fast_track": "是", "incentive.papers_later": UNSET, "incentive.services": "优先入住公办养老机构",
        "credit.level_map/一般": UNSET, "credit.level_map/较重": UNSET, "credit.level_map/严重": UNSET,
    },
    "370700": {"jiantui.income_disregard": "3月"},
    "320812": {
        "doc.forms": "诚信承诺书", "credit.levels": UNSET, "incentive.fast_track": "是",
        "incentive.services": "节日走访", "incentive.delayed_exit": UNSET,
    },
    "450100": {"credit.measures": UNSET, "credit.levels": UNSET},
    "429004": {"credit.levels": UNSET},
    "proposal": {
        "recheck.lead_days": "30天", "recheck.clear_change": "0.05比例", "adverse.hear_days": "5工作日",
        "conduct.hear_days": "5工作日", "rights.answer_within": "15工作日",
    },
}  # fmt: skip
CLOCKS = {
    "adverse.hear_days": ("工作日", "天"), "adverse.decide_within": ("工作日", "天"),
    "adverse.notice_within": ("工作日", "天"), "conduct.hear_days": ("工作日", "天"),
    "conduct.decide_within": ("工作日", "天"), "credit.objection": ("工作日",), "penalty.hear_days": ("工作日", "天"),
    "penalty.hearing_request": ("工作日",), "penalty.decision_deadline": ("天",), "penalty.delivery": ("工作日",),
    "refund.pay_within": ("天", "工作日"), "enforce.reminder_days": ("工作日",), "enforce.court_months": ("月",),
    "remedy.reconsideration": ("天",), "remedy.litigation": ("月",), "rights.answer_within": ("工作日",),
    "posting.confirmed_months": ("月",), "repair.feedback": ("工作日",), "tekun.stop_objection": ("工作日",),
    "recheck.event_within": ("工作日", "天", "月"), "incentive.papers_later": ("工作日",),
    "incentive.delayed_exit": ("月",),
}  # fmt: skip
"""Keys by which a period is counted, with the units in which a pack may write them."""
TEXTS = (
    "credit.no_economic_data", "penalty.first_minor", "repair.conditions", "directory.closed_list", "remedy.organ",
    "remedy.must_inform", "remedy.online", "remedy.start.direct", "remedy.start.post", "remedy.start.electronic",
    "remedy.start.announcement", "service.refused", "period.start", "period.month_end", "period.holiday_roll",
    "pipl.auto_decision", "doc.page", "doc.grid", "conduct.educate_first", "rights.copy", "rights.correct",
)  # fmt: skip


def test_the_shipped_packs_have_no_fault() -> None:
    assert check() == []


@pytest.mark.parametrize("region", EXPECTED)
def test_the_shipped_pack_of_a_region_holds_what_was_read(region: str) -> None:
    found = {}
    for name in EXPECTED[region]:
        key, _, variant = name.partition("/")
        policy, area = (SHIPPED.adopting([region]), "CN") if region == "proposal" else (SHIPPED, region)
        one = policy.row(key, area, ON, variant)
        assert one.region == region, name
        found[name] = shown(one)
    assert found == EXPECTED[region]


def test_every_rule_that_is_a_text_is_there_for_shandong() -> None:
    assert all(SHIPPED.value(key, "370811", ON) for key in TEXTS)


def test_every_key_of_the_vocabulary_is_shipped_or_left_to_the_regions() -> None:
    local = {"credit.recheck_cycle", "recheck.cycle.label", "penalty.public_criticism", "penalty.reapply_ban",
             "incentive.fewer_checks", "incentive.extra_money", "incentive.eligibility"}  # fmt: skip
    assert set(KEYS) - {one.key for one in SHIPPED.rows} == local


def test_drafts_are_not_in_force() -> None:
    drafts = [one for one in SHIPPED.rows if "征求意见" in one.source]
    assert {one.region for one in drafts} == {"450100"}
    assert not any(one.is_set for one in drafts)


@pytest.mark.parametrize(("key", "units"), CLOCKS.items(), ids=CLOCKS)
def test_a_period_carries_its_unit_in_the_row(key: str, units: tuple[str, ...]) -> None:
    assert tuple(KEYS[key].units.split("|")) == units
    rows = [one for one in SHIPPED.rows if one.key == key]
    assert all(one.unit in units for one in rows)
    level = max(KEYS[key].levels, key=lambda one: one.number).name
    region = {"NATION": "CN", "PROVINCE": "370000", "COUNTY": "370811"}[level]
    number = str(KEYS[key].low)
    ground = '"民发〔2021〕57号 第33条"' if key == "incentive.delayed_exit" else ""
    for unit in units:
        written = row(key=f'"{key}"', value=number, unit=f'"{unit}"', law=ground)
        assert load_texts({"试点.toml": pack(written, region, level)}).rows[0].unit == unit
    for unit in ("", '"周"'):
        with pytest.raises(PolicyErrors, match=r"缺少unit|单位应为"):
            load_texts({"试点.toml": pack(row(key=f'"{key}"', value=number, unit=unit, law=ground), region, level)})


def test_a_standard_that_rests_on_no_document_is_named() -> None:
    found = undocumented(SHIPPED.rows)
    assert {one.source for one in found} == {"亳州市2020年10月新闻发布会", "济宁市2022年7月新闻发布会"}
    own = row(key='"standard.dibao"', variant='"urban"', value="900", unit='"元/人/月"', source='"任民发〔2026〕3号"')
    assert undocumented(load_texts(dict(SHIPPED.sources) | {"本地.toml": pack(own)}).rows) == found
