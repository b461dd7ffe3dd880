"""办理接口 (the API): a whole case over HTTP, refusals with their articles, once and only once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from integrity.assistance import running
from integrity.case_files import cases_of
from integrity.households import acts, by_number
from integrity.records.ledger import Printing, Service, Step
from integrity.records.office import Audit, Kinship
from integrity.settings import settings
from integrity.terms import Act
from integrity.work import Office
from tests.api_office import Api, api, papers, rich
from tests.conftest import SetClock

__all__ = ["api", "papers", "rich"]

PLAN = {"outcome": "退出", "reason": "养老金使收入超过标准", "effective_on": "2026-11-01"}
DIRECT = {"way": "直接送达", "receiver": "户主"}


def opened(api: Api, number: str, **changed: Any) -> dict[str, Any]:
    """The reviewer proposes to end."""
    answer = api("fh01").open(number, "调整与终止", **(PLAN | changed))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def handed_over(api: Api, paper: str, on: date) -> dict[str, Any]:
    """A paper printed and delivered."""
    assert api("jb01").post(f"/papers/{paper}/print").status_code == 200
    answer = api("jb01").post(f"/papers/{paper}/service", DIRECT | {"on": str(on)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(api: Api, number: str, clock: SetClock) -> dict[str, Any]:
    """Opinion, notice, service on 2 September 2026."""
    opened(api, number)
    clock.on(date(2026, 9, 2))
    notice = api("jb01").step(number, "告知").json()
    return handed_over(api, notice["papers"][0]["number"], date(2026, 9, 2))


def test_a_whole_case_goes_by_the_api_from_the_opinion_to_service(
    api: Api, rich: str, office: Office, clock: SetClock
) -> None:
    served = told(api, rich, clock)
    assert served["taken"]["code"] == "NOTICE_SERVED"
    clock.on(date(2026, 9, 4))
    api("jb01").step(
        rich, "陈述申辩", 陈述人="本人", 陈述人身份="本人", finished="是", evidence="a" * 64, said="养老金只补发了一次"
    )
    api("fh01").step(rich, "复核意见", adopted="不采纳", reason="银行流水显示按月发放")
    shown = api("jd01").get(f"/households/{rich}/cases/1").json()
    assert shown["stage"] == "复核意见"
    assert {one["code"] for one in shown["next"]} == {"STATEMENT", "DROP", "DECIDE"}
    assert [one["value"] for one in shown["steps"][3]["said"]] == ["本人", "本人", "养老金只补发了一次", "是"]
    assert next(one for one in shown["clocks"] if one["code"] == "hear")["last_day"] == "2026-09-09"
    decided = api("sp01").step(rich, "作出决定", **PLAN).json()
    (paper,) = decided["papers"]
    assert paper["kind"] == "社会救助金调整（停发）决定书"
    said = {one["official"]: one["value"] for one in api("sp01").get(f"/papers/{paper['number']}").json()["said"]}
    assert "养老金只补发了一次" in "".join(map(str, said.values()))
    clock.on(date(2026, 9, 8))
    handed_over(api, paper["number"], date(2026, 9, 8))
    closed = api("jb01").get(f"/households/{rich}/cases/1").json()
    assert closed["closed"] is True
    assert api("jb01").get(f"/households/{rich}/cases").json()[0]["stage"] == "送达决定"
    pdf = api("jb01").get(f"/papers/{paper['number']}/pdf")
    assert pdf.content.startswith(b"%PDF-")
    with office.reading() as work:
        (stop,) = [one for one in acts(work, by_number(work, rich), date(2026, 12, 1)) if one.act is Act.STOP]
        assert (stop.effective_on, stop.decided_by) == (date(2026, 11, 1), "sp01")
        assert len(work.session.exec(select(Printing)).all()) == 2


@pytest.mark.parametrize(
    ("step", "law"), [("作出决定", "第47条"), ("送达决定", "第48条"), ("陈述申辩", "第48条"), ("复核意见", "第45条")]
)
def test_a_step_that_is_skipped_is_refused_with_its_article(api: Api, rich: str, step: str, law: str) -> None:
    opened(api, rich)
    seen = api("sp01").get(f"/households/{rich}/cases/1/steps/{step}/obstacles").json()
    answer = api("sp01").step(rich, step)
    assert answer.status_code == 409
    reasons = answer.json()["obstacles"]
    assert any(one["code"] == "order" and law in one["law"] for one in reasons), reasons
    assert reasons == seen["obstacles"], "what is told before is what stands in the way"
    assert api("fh01").get(f"/households/{rich}/cases/1").json()["stage"] == "提出意见"


def test_looking_for_obstacles_writes_nothing_into_the_ledger(api: Api, rich: str, office: Office) -> None:
    opened(api, rich)
    api("sp01")
    before = _sizes(office)
    assert api("sp01").get(f"/households/{rich}/cases/1/steps/告知/obstacles").json()["obstacles"]
    assert api("jb01").get(f"/households/{rich}/cases/1/steps/告知/obstacles").json()["obstacles"] == []
    after = _sizes(office)
    assert {name for name, size in after.items() if size != before[name]} == {"audit", "api_token"}


def _sizes(office: Office) -> dict[str, int]:
    """How many rows each table holds."""
    names = ("step", "notice", "service", "printing", "paper_data", "ledger_head", "api_request", "api_token", "audit")
    with office.engine.connect() as connection:
        return {name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() or 0) for name in names}


def test_the_fields_of_a_step_are_those_that_its_row_asks_for(api: Api, rich: str) -> None:
    opened(api, rich)
    for values, said in (
        ({"reasons": "x"}, "不是这一步的填写项"), ({"amount": "100"}, "以分为单位"), ({"amount": 1.5}, "以分为单位"),
        ({"outcome": "重罚"}, "应为"), ({"effective_on": "20261101"}, "应为日期"), ({"reason": "a\0b"}, "不能使用"),
        ({"months": -1}, "整数"), ({"schedule": [101]}, "百分比"), ({"reason": "x" * 5000}, "不超过4000字"),
        ({"理由": "甲", "reason": "乙"}, "两次"), ({"outcome": ["退出"]}, "应为"),
    ):  # fmt: skip
        answer = api("sp01").step(rich, "作出决定", **values)
        assert answer.status_code == 422, answer.text
        assert said in answer.json()["message"]


def test_half_a_character_is_no_text(api: Api, rich: str) -> None:
    headers = api("fh01").headers | {"idempotency-key": "half", "content-type": "application/json"}
    for body in (
        r'{"procedure": "调整与终止", "values": {"outcome": "退出", "reason": "\ud800甲"}}', r'{"procedure": "\ud800"}',
        r'{"procedure": "调整与终止", "\ud800": 1}', r'{"procedure": "调整与终止", "values": {"\ud800": 1}}', "{",
    ):  # fmt: skip
        answer = api.bare().post(f"/api/households/{rich}/cases", content=body.encode(), headers=headers)
        assert answer.status_code == 422, answer.text


def test_the_asks_of_a_row_never_take_the_place_of_what_a_use_case_is_told(api: Api) -> None:
    told_apart = {"work", "household_id", "procedure", "step", "member_no", "subject_seq", "on", "evidence", "case_no"}
    for procedure in api("jd01").get("/procedures").json():
        for step in procedure["steps"]:
            assert not told_apart & {one["name"] for one in step["asks"]}, step["name"]


def test_a_request_that_cannot_be_read_says_which_field_and_repeats_nothing(api: Api, rich: str) -> None:
    path = f"/households/{rich}/cases"
    for body, said in (
        ({}, "procedure：没有填写"), ({"procedure": "调整与终止", "secret": "甲"}, "secret：没有这一项"),
        ({"procedure": "调整与终止", "on": 5}, "on：日期应写作"),
        ({"procedure": "调整与终止", "on": "2026-13-01"}, "on：应为日期"),
        ({"procedure": "调整与终止", "member_no": 2**40}, "member_no：太大"),
        ({"procedure": "调整与终止", "evidence": "abc"}, "evidence：格式不对"),
        ({"procedure": "调整与终止", "on": "9999-12-31"}, "2100"), ({"procedure": 7}, "procedure：应为文字"),
    ):  # fmt: skip
        answer = api("fh01").post(path, body)
        assert answer.status_code == 422
        assert said in answer.json()["message"]
        assert "甲" not in answer.text
    assert api("fh01").open(rich, "罚站").status_code == 422
    assert "异议" in api("fh01").open(rich, "罚站").json()["message"]
    without = api.bare().post(f"/api{path}", json={"procedure": "调整与终止"}, headers=api("fh01").headers)
    assert (without.status_code, "Idempotency-Key" in without.text) == (422, True)
    blank = api("fh01").post(path, {"procedure": "调整与终止", "values": PLAN}, key=" ")
    assert blank.status_code == 422


def test_the_same_key_gives_the_same_answer_and_one_record(api: Api, rich: str, office: Office) -> None:
    body = {"procedure": "调整与终止", "values": PLAN}
    first = api("fh01").post(f"/households/{rich}/cases", body, key="first")
    assert first.status_code == 200, first.text
    api("jb01").step(rich, "告知")
    again = api("fh01").post(f"/households/{rich}/cases", body, key="first")
    assert again.json() == first.json()
    other = api("fh01").post(f"/households/{rich}/cases", {"procedure": "异议"}, key="first")
    assert (other.status_code, "已用于另一项请求" in other.text) == (409, True)
    another = api("sp01").post(f"/households/{rich}/cases", body, key="first")
    assert "还没有办结" in another.text, "a key is its officer's"
    with office.reading() as work:
        assert [len(one.history) for one in cases_of(work, by_number(work, rich))] == [2]


def test_what_failed_can_be_sent_again_under_its_key(api: Api, rich: str, clock: SetClock) -> None:
    told(api, rich, clock)
    body = {"step": "逾期没有提出"}
    assert api("jb01").post(f"/households/{rich}/cases/1/steps", body, key="s").status_code == 409
    clock.on(date(2026, 9, 10))
    assert api("jb01").post(f"/households/{rich}/cases/1/steps", body, key="s").json()["code"] == "SILENT"


def test_ten_equal_requests_at_once_make_one_record(api: Api, rich: str, office: Office) -> None:
    caller = api("fh01")
    body = {"procedure": "调整与终止", "values": PLAN}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: caller.post(f"/households/{rich}/cases", body, key="same"), range(10)))
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    assert len({one.text for one in answers}) == 1
    with office.reading() as work:
        assert len(work.session.exec(select(Step)).all()) == 1
        assert len(work.session.exec(select(Audit).where(Audit.action == "接口调用")).all()) == 10


@pytest.mark.parametrize("same", [False, True])
def test_ten_changes_at_once_are_ten_cases_in_order_and_ten_times_the_same_one_is_one(
    api: Api, rich: str, office: Office, same: bool
) -> None:
    callers, path = [api("xl01"), api("xz01")], f"/households/{rich}/cases"
    days = {"happened_on": "2026-08-20", "reported_on": "2026-08-31"}

    def told(n: int) -> dict[str, Any]:
        values = {**days, "what": f"变化{'' if same else n}"}
        body = {"procedure": "家庭变动", "step": "OTHER", "member_no": 1, "values": values}
        return dict(callers[n % 2].post(path, body).json())

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(told, range(10)))
    made = sorted(one["case_no"] for one in answers if "case_no" in one)
    assert made == ([1] if same else list(range(1, 11))), answers
    refused = [one["message"] for one in answers if "case_no" not in one]
    assert all("第 1 号案件" in said for said in refused)


def test_a_service_outside_a_case_and_within_one_is_recorded_once(
    api: Api, rich: str, office: Office, clock: SetClock
) -> None:
    opened(api, rich)
    (paper,) = api("jb01").step(rich, "告知").json()["papers"]
    path = f"/papers/{paper['number']}"
    body = DIRECT | {"on": "2026-09-01"}
    early = api("jb01").post(f"{path}/service", body)
    assert (early.status_code, "还没有打印" in early.text) == (409, True)
    assert api("jb01").get(f"{path}/pdf").status_code == 409
    for _ in range(2):
        assert api("jb01").post(f"{path}/print").json()["printed"] is True
    left = api("jb01").post(f"{path}/service", body | {"way": "留置送达", "witnesses": ["甲"], "detail": "拒收"})
    assert "两名见证人" in left.json()["obstacles"][0]["text"]
    first = api("jb01").post(f"{path}/service", body, key="given")
    assert first.json() == api("jb01").post(f"{path}/service", body, key="given").json()
    assert api("jb01").post(f"{path}/service", body).status_code == 409
    assert api("jb01").post(f"{path}/service", body | {"way": "飞鸽"}).status_code == 422
    assert api("jb01").get(path).json()["served_on"] == "2026-09-01"
    with office.reading() as work:
        assert len(work.session.exec(select(Service)).all()) == 1
        assert len(work.session.exec(select(Printing)).all()) == 1


def test_relatives_are_refused_with_the_article(api: Api, rich: str, office: Office) -> None:
    with office.work("sp01") as work:
        work.put(
            Kinship(
                id=work.new_id(Kinship), officer="fh01", household_id=by_number(work, rich), relation="兄弟",
                recorded_at=work.now, recorded_by="sp01",
            )
        )  # fmt: skip
    answer = api("fh01").open(rich, "调整与终止", **PLAN)
    assert [one["code"] for one in answer.json()["obstacles"]] == ["relative"]
    assert "第11条" in answer.json()["obstacles"][0]["law"]


@pytest.mark.parametrize(
    ("wish", "line"), [("从救助金中抵扣", 3), ("列入失信黑名单公开曝光", 6), ("删除原记录", 11), ("视为同意", 17)]
)
def test_a_wish_that_no_step_may_fulfil_is_answered_with_its_red_line(
    api: Api, rich: str, wish: str, line: int
) -> None:
    opened(api, rich)
    caller = api("sp01")
    for answer in (caller.step(rich, wish), caller.open(rich, wish), caller.open(rich, "责令退回", wish)):
        assert answer.status_code == 409, answer.text
        assert [one["code"] for one in answer.json()["obstacles"]] == [f"R{line}"]
        assert answer.json()["obstacles"][0]["law"]


def test_a_commit_that_fails_is_no_success_and_leaves_nothing(api: Api, rich: str, office: Office) -> None:
    caller = api("fh01")
    with office.engine.begin() as connection:
        connection.execute(text("ALTER TABLE number_series RENAME TO series_away"))
        connection.execute(text("ALTER TABLE step RENAME TO step_away"))
    answer = caller.open(rich, "调整与终止", **PLAN)
    assert (answer.status_code, answer.json()) == (500, {"message": "程序没有预料到的情况，详情已写入日志"})
    log = (settings().home / "log" / "chengxin.log").read_text()
    assert PLAN["reason"] not in log
    assert rich not in log


def test_the_roll_is_still_paid_until_service(api: Api, rich: str, office: Office, clock: SetClock) -> None:
    told(api, rich, clock)
    with office.reading() as work:
        assert running(work, by_number(work, rich), date(2026, 12, 1)) is not None
