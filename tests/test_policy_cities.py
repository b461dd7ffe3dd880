"""外地方案 (schemes of other cities): a new city is a policy pack and no code, and its rewards are services only."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrity.errors import Unset
from integrity.rules import areas, credit, recheck, withdrawal
from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, date_of, day
from integrity.rules.policy import KEYS, NotInForce, Policy, PolicyErrors, Problem, load, load_texts, shown
from integrity.rules.policy_keys import Effect
from integrity.rules.verdict import Verdict
from integrity.terms import Cause, Event, ExitReason, NationalClass, Outcome
from tests.policy_texts import pack, proposal, row
from tests.situations import ON, member, situation

SHIPPED = load()
QINGJIANGPU, NANNING, XIANTAO, ZHONGSHAN, LINKOU = "320812", "450100", "429004", "442000", "231025"
CITIES = (QINGJIANGPU, NANNING, XIANTAO, ZHONGSHAN)


def town(region: str) -> str:
    return f"{region}001000"


def office(region: str, *, without: bool = False) -> Policy:
    """The shipped packs and the standard of the area above, 880 yuan; `without` leaves the city's own pack out."""
    texts = {file: text for file, text in SHIPPED.sources.items() if not (without and file == f"{region}.toml")}
    above = areas.pack_region(areas.parent_of(region))
    amount = {"key": '"standard.dibao"', "variant": '"urban"', "value": "880", "unit": '"元/人/月"'}
    return load_texts(texts | {"标准.toml": pack(row(**amount), above, areas.level_of(above).name)})


def decide(policy: Policy, region: str, **changes: Any) -> Verdict:
    return withdrawal.decide(situation(**changes), withdrawal.parameters(policy, town(region), 1, ON))


def outcome(verdict: Verdict) -> tuple[Outcome, str]:
    return tuple(Outcome)[verdict.outcome], tuple(ExitReason)[verdict.code].name


def refused(text: str) -> list[Problem]:
    """The problems of a pack that stands in the place of the shipped one of its region."""
    replacing = text.replace("schema = 1", "schema = 1\nreplaces = true", 1)
    with pytest.raises(PolicyErrors) as found:
        load_texts(dict(SHIPPED.sources) | {"本地.toml": replacing})
    return found.value.problems


# ---------------------------------------------------------------- 规则 the rules, city by city

SITUATIONS: dict[str, tuple[dict[str, Any], tuple[Outcome, str]]] = {
    "没有变化": ({}, (Outcome.KEEP, "NONE")),
    "就业后超过标准": ({"income": 2850_00, "cause": Cause.EMPLOYMENT.number}, (Outcome.WITHDRAW, "NONE")),
    "养老金超过标准": ({"income": 2850_00, "cause": Cause.PENSION.number}, (Outcome.EXIT, "X04")),
    "财产超过标准": ({"property_over": 1}, (Outcome.EXIT, "X05")),
    "主动退出": ({"events": ((Event.VOLUNTARY_EXIT.number, day(ON), day(ON), 0),)}, (Outcome.EXIT, "X15")),
    "再次渐退": (
        {"income": 2850_00, "cause": Cause.EMPLOYMENT.number, "withdrawals_before": 1}, (Outcome.ASK, "NONE"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(("changes", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_withdrawal_and_exit_are_decided_in_every_city_by_its_pack_alone(
    city: str, changes: dict[str, Any], expected: tuple[Outcome, str]
) -> None:
    verdict = decide(office(city), city, **changes)
    assert outcome(verdict) == expected
    assert verdict.hearing == (1 if expected[0].adverse else 0)
    if expected[0] is Outcome.WITHDRAW:
        assert (verdict.months_min, verdict.months_max) == (1, 6)
        assert verdict.ask == g.ASK_PAY_SCHEDULE, "nobody read how much is paid during 渐退"


@pytest.mark.parametrize("city", CITIES)
def test_an_integrity_scheme_changes_no_recommendation(city: str) -> None:
    for changes, _ in SITUATIONS.values():
        assert decide(office(city), city, **changes) == decide(office(city, without=True), city, **changes)


def test_a_pack_that_sets_the_length_of_withdrawal_does_change_it() -> None:
    on = date(2026, 10, 8)
    income = {"income": 2850_00, "cause": Cause.EMPLOYMENT.number, "on": day(on)}
    lengths = []
    for without in (False, True):
        p = withdrawal.parameters(office(LINKOU, without=without), town(LINKOU), 1, on)
        lengths.append(withdrawal.decide(situation(**income), p).months_max)
    assert lengths == [12, 6]


@pytest.mark.parametrize("city", CITIES)
def test_without_the_standard_of_the_place_a_person_is_asked(city: str) -> None:
    verdict = decide(SHIPPED, city, income=2850_00, cause=Cause.EMPLOYMENT.number)
    assert (outcome(verdict)[0], verdict.ask) == (Outcome.ASK, g.ASK_STANDARD)


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize(("stable", "due"), [(1, date(2027, 1, 15)), (0, date(2026, 7, 15))])
def test_the_national_cycles_hold_in_a_city_that_sets_none(city: str, stable: int, due: date) -> None:
    p = recheck.parameters(SHIPPED, town(city), ON)
    found = recheck.due(situation(stable=stable, members=(member(1), member(2))), p)
    assert date_of(found.due_on) == due
    assert p.levels == (), "no level of the city shortens or lengthens a cycle"


@pytest.mark.parametrize("city", CITIES)
def test_fraud_may_stop_and_refusing_work_costs_the_own_share_in_every_city(city: str) -> None:
    grounds = SHIPPED.variants("exit.ground", town(city), ON)
    assert {name: one.value for name, one in grounds.items() if one.is_set} == {"X08": "may_stop", "X09": "own_share"}
    assert sum(withdrawal.parameters(SHIPPED, town(city), 1, ON).stops) == 0
    assert sum(withdrawal.parameters(SHIPPED, "310101001000", 1, ON).stops) == 3


LEVELS = {QINGJIANGPU: None, NANNING: None, XIANTAO: None, ZHONGSHAN: "一般、较重、严重"}


@pytest.mark.parametrize("city", CITIES)
def test_levels_are_what_was_read_and_none_can_be_exported(city: str) -> None:
    found = SHIPPED.row("credit.levels", town(city), ON)
    assert (found.region, found.value) == (city, LEVELS[city])
    for name in ("一般", "较重", "严重", "骗保"):
        assert credit.national_class(SHIPPED, town(city), name, ON) == NationalClass.UNMAPPED.number
    assert SHIPPED.value("credit.export", town(city), ON) is False
    assert credit.score((), credit.terms(SHIPPED, town(city), (), ON), day(ON)).points == UNKNOWN


# ---------------------------------------------------------------- 清江浦、中山：守信激励


def test_the_rewards_of_qingjiangpu_are_there_and_the_months_that_nobody_read_are_asked() -> None:
    area = town(QINGJIANGPU)
    assert SHIPPED.value("incentive.fast_track", area, ON) is True
    assert SHIPPED.value("incentive.services", area, ON) == "节日走访"
    with pytest.raises(Unset, match=r"incentive\.delayed_exit.*清政办发〔2020〕67号"):
        SHIPPED.value("incentive.delayed_exit", area, ON)
    for key in ("incentive.fast_track", "incentive.delayed_exit"):
        with pytest.raises(NotInForce):
            SHIPPED.row(key, "320803001000", ON)  # the neighbouring district has no scheme
    with pytest.raises(NotInForce):
        SHIPPED.row("incentive.fast_track", area, date(2020, 11, 22))


def test_the_rewards_of_zhongshan_reach_its_towns() -> None:
    area = town(ZHONGSHAN)
    assert SHIPPED.value("jiantui.incentive_trustworthy", area, ON) == 6
    assert SHIPPED.value("incentive.services", area, ON) == "优先入住公办养老机构"
    with pytest.raises(Unset, match=r"incentive\.papers_later.*后补材料.*后置补充"):
        SHIPPED.value("incentive.papers_later", area, ON)


PROLONG = {"unit": '"月"', "since": "2026-08-01"}
LAW = '"最低生活保障审核确认办法（民发〔2021〕57号） 第33条"'
REWARDS = {
    "增发": (row(key='"incentive.extra_money"', value="true", unit=""), 10, "incentive.extra_money不能是true"),
    "放宽条件": (row(key='"incentive.eligibility"', value="true", unit=""), 10, "incentive.eligibility不能是true"),
    "服务写成钱": (row(key='"incentive.services"', value='"节日走访并加发救助金"', unit=""), 10, "不能写“加发”"),
    "服务写成标准": (
        row(key='"incentive.services"', value='"救助标准不变，提高渐退期发放比例"', unit=""), 10,
        "不能写“提高渐退期发放比例”",
    ),
    "服务写成免核对": (row(key='"incentive.services"', value='"免予核对"', unit=""), 10, "不能写“免予核对”"),
    "积分兑换": (row(key='"incentive.services"', value='"积分兑换生活用品"', unit=""), 10, "不能写“兑换”"),
    "延缓退出没有依据": (
        row(key='"incentive.delayed_exit"', value="3", **PROLONG), 8, "使救助继续发放，law须写明法律、条例",
    ),
    "本地文件不是依据": (
        row(key='"incentive.delayed_exit"', value="3", **PROLONG, law='"清政办发〔2020〕67号"'), 15,
        "“清政办发〔2020〕67号”不能作为依据",
    ),
    "延缓长于渐退": (
        row(key='"incentive.delayed_exit"', value="7", **PROLONG, law=LAW), 10, "（7个月）长于渐退期上限（6个月",
    ),
    "守信渐退长于渐退": (
        row(key='"jiantui.incentive_trustworthy"', value="12", **PROLONG, law=LAW), 10, "（12个月）长于渐退期上限",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "line", "reason"), REWARDS.values(), ids=REWARDS)
def test_a_reward_that_touches_money_or_entitlement_is_refused(body: str, line: int, reason: str) -> None:
    found = refused(pack(body, QINGJIANGPU))
    assert [(one.file, one.line) for one in found] == [("本地.toml", line)]
    assert found[0].reason.startswith("红线第18条（守信激励只改变快慢和服务，不得改变资格和金额）")
    assert reason in found[0].reason


def test_a_delayed_exit_with_its_ground_within_the_limit_is_accepted() -> None:
    body = row(key='"incentive.delayed_exit"', value="6", **PROLONG, law=LAW)
    body += row(key='"incentive.extra_money"', value="false", unit="")
    replacing = pack(body, QINGJIANGPU).replace("schema = 1", "schema = 1\nreplaces = true")
    policy = load_texts(dict(SHIPPED.sources) | {"本地.toml": replacing})
    assert policy.value("incentive.delayed_exit", town(QINGJIANGPU), date(2026, 8, 1)) == 6


def test_a_limit_that_falls_later_is_found_on_the_day_on_which_it_falls() -> None:
    longest = row(key='"jiantui.max"', value="12", unit='"月"', until="2026-12-31")
    longest += row(key='"jiantui.max"', value="3", unit='"月"', since="2027-01-01")
    delayed = row(key='"incentive.delayed_exit"', value="6", **PROLONG, law=LAW)
    found = refused(pack(delayed + longest, QINGJIANGPU))
    assert [one.line for one in found] == [10]
    assert "2027-01-01的incentive.delayed_exit（6个月）长于渐退期上限（3个月" in found[0].reason


def test_rewards_are_regional_and_no_proposal_may_bring_them() -> None:
    rewards = [key for key in KEYS.values() if key.effect in (Effect.SERVICE, Effect.PROLONG)]
    assert {key.name for key in rewards} == {
        "jiantui.incentive_trustworthy", "incentive.fast_track", "incentive.papers_later", "incentive.fewer_checks",
        "incentive.services", "incentive.delayed_exit", "incentive.extra_money", "incentive.eligibility",
    }  # fmt: skip
    fast = row(key='"incentive.fast_track"', value="true", unit="")
    nation = refused(pack(fast, "CN", "NATION"))
    assert "incentive.fast_track只能由省级、地级、县级政策包设定，不能由全国设定" in nation[0].reason
    with pytest.raises(PolicyErrors, match=r"红线第18条.*参考方案不得设定守信激励incentive"):
        load_texts({"试行.toml": proposal(fast)})


# ---------------------------------------------------------------- 南宁、仙桃


def test_the_list_of_nanning_is_told_as_history_and_nothing_of_it_is_in_force() -> None:
    rows = [one for one in SHIPPED.rows if one.region == NANNING]
    assert rows
    assert [shown(one) for one in rows if one.is_set] == []
    measures = SHIPPED.row("credit.measures", town(NANNING), ON)
    assert "在民政局网站公布并推送南宁现代信用网" in measures.note
    with pytest.raises(Unset, match="征求意见的文本"):
        SHIPPED.value("credit.measures", town(NANNING), ON)
    assert SHIPPED.find("credit.publication_natural_person", town(NANNING), ON) is None


@pytest.mark.parametrize(
    "law", ["", '"城乡低保、特困、临时救助对象黑名单管理办法（试行） 第5条"', '"民发〔2021〕57号 第24条"']
)
def test_public_naming_is_refused_when_somebody_writes_it_into_the_pack(law: str) -> None:
    naming = row(key='"credit.publication_natural_person"', value='"allowed"', unit="", law=law)
    found = refused(pack(naming, NANNING, "CITY"))
    assert [one.line for one in found] == [14 if law else 8]
    assert found[0].reason.startswith("红线第6条（不得公开自然人的失信信息）：credit.publication_natural_person")


def test_the_push_to_a_credit_site_is_refused_without_an_entry_of_the_directory() -> None:
    export = row(key='"credit.export"', value="true", unit="", law='"某自治区社会信用条例 第9条"')
    text = SHIPPED.sources["450100.toml"] + "\n" + export
    with pytest.raises(PolicyErrors, match=r"红线第8条.*没有生效的credit\.directory_entry"):
        load_texts(dict(SHIPPED.sources) | {"450100.toml": text})


def test_a_city_directly_under_its_province_takes_the_values_of_the_province() -> None:
    province = pack(row(key='"adverse.hear_days"', value="7", unit='"工作日"'), "420000", "PROVINCE")
    policy = load_texts(dict(SHIPPED.sources) | {"420000.toml": province})
    assert areas.policy_regions(town(XIANTAO)) == (town(XIANTAO), XIANTAO, "420000", "CN")
    assert policy.value("adverse.hear_days", town(XIANTAO), ON) == 7
    assert "由法院列入失信被执行人名单" in policy.value("credit.measures", town(XIANTAO), ON)


# ---------------------------------------------------------------- 听取意见后的生效月份


def test_stopping_in_the_same_month_needs_a_ground_and_the_next_month_does_not() -> None:
    month = {"key": '"adverse.effect_month"', "unit": ""}
    assert load_texts({"a.toml": pack(row(**month, value='"next_month"'))}).rows
    with pytest.raises(PolicyErrors, match=r"红线第9条.*adverse\.effect_month产生不利后果"):
        load_texts({"a.toml": pack(row(**month, value='"same_month"'))})
    with pytest.raises(Unset, match=r"adverse\.effect_month.*从何时起执行"):
        SHIPPED.value("adverse.effect_month", "370811001000", ON)
