"""接口的文书、公示、权利与前景 (the API beside the cases), and that no request to it ends in what nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from integrity.case_files import read_case
from integrity.households import by_number
from integrity.records.ledger import LedgerHead
from integrity.records.office import Audit, PostingNote
from integrity.rules.identity import make_id
from integrity.rules.procedure import EXTEND, SUSPEND
from integrity.rules.procedure_tables import TABLES
from integrity.web.api_views import plain
from integrity.work import Office
from reports.forms import Person
from tests.api_office import Api, api, papers, rich
from tests.conftest import SetClock
from tests.papers_office import VILLAGE
from tests.test_api import handed_over, opened, told
from tests.test_postings import applied

__all__ = ["api", "papers", "rich"]

LIST = {"kind": "审核结果公示", "area": VILLAGE, "place": "村务公开栏"}
ASKED = {"member_no": 1, "kind": "查阅复制", "speaker": "本人", "said": "请提供本人信息副本"}


@pytest.fixture
def reviewed(api: Api, office: Office, family: Callable[..., int], clock: SetClock) -> str:
    """户编号 of a household whose application was reviewed, on 22 September 2026."""
    clock.on(date(2026, 9, 22))
    with office.work("jb01") as work:
        applied(work, family(work, (date(1970, 5, 1),)))
    return "JN000001"


def test_a_list_is_posted_seen_and_objected_to(api: Api, reviewed: str, office: Office, clock: SetClock) -> None:
    body = LIST | {"lines": [{"household": reviewed, "case_no": 1}]}
    posted = api("jb01").post("/postings", body, key="list")
    assert posted.status_code == 200, posted.text
    assert posted.json()["until"] == "2026-09-29"
    assert "当日不计入" in posted.json()["computed"]
    assert api("jb01").post("/postings", body, key="list").json() == posted.json()
    assert "正在公示" in api("jb01").post("/postings", body).json()["message"]
    assert api("jd01").get("/postings").json()["hanging"] == [posted.json()]
    assert api("jd09").get("/postings").json()["hanging"] == []
    assert api("jd01").get("/postings", area="370811001000").json()["hanging"] == [posted.json()]
    path = f"/postings/{posted.json()['number']}/objections"
    objection = {"household": reviewed, "text": "他家有出租房"}
    noted = api("xz01").post(path, objection, key="o")
    assert (noted.status_code, noted.json()["event"]) == (200, "收到异议")
    assert api("xz01").post(path, objection, key="o").json() == noted.json()
    assert api("xz01").post(path, objection | {"household": "none"}).status_code == 404
    assert "请写明异议" in api("xz01").post(path, objection | {"text": "x"}).text
    clock.on(date(2026, 9, 30))
    assert api("jd01").get("/postings").json() == {"hanging": [], "due_down": [posted.json()]}
    assert "不在公示期内" in api("xz01").post(path, objection).text
    with office.reading() as work:
        assert [one.event.name for one in work.session.exec(select(PostingNote))] == ["POSTED", "OBJECTED"]


def test_nothing_beyond_the_law_is_put_on_a_list(api: Api, reviewed: str) -> None:
    line = {"household": reviewed, "case_no": 1}
    lists = api("jb01").post("/postings", LIST | {"kind": "失信名单", "lines": [line]})
    assert (lists.status_code, "红线第6条" in lists.text, "第20条" in lists.text) == (409, True, True)
    for extra in ("身份证号", "健康状况", "id_number"):
        answer = api("jb01").post("/postings", LIST | {"lines": [line | {extra: "x"}]})
        assert (answer.status_code, "不得公示" in answer.text) == (409, True)
    assert api("jb01").post("/postings", LIST | {"lines": [line], "note": "x"}).status_code == 422
    assert api("jb01").post("/postings", LIST | {"area": "370811001002", "lines": [line]}).status_code == 409
    assert api("jb01").post("/postings", LIST | {"area": "370812001001", "lines": [line]}).status_code == 403
    assert api("jb01").post("/postings", LIST | {"lines": []}).status_code == 422


def test_an_unset_parameter_asks_what_has_to_be_settled(api: Api, rich: str) -> None:
    answer = api("jb01").post("/postings", LIST | {"kind": "确认结果公布", "lines": [{"household": rich}]})
    assert answer.status_code == 409
    assert "posting.confirmed_months" in answer.json()["asks"][0]


def test_a_request_about_ones_own_data_is_a_case_with_a_clock(api: Api, rich: str) -> None:
    asked = api("xl01").post(f"/households/{rich}/rights", ASKED, key="r")
    assert (asked.status_code, asked.json()["code"]) == (200, "ASKED"), asked.text
    assert api("xl01").post(f"/households/{rich}/rights", ASKED, key="r").json() == asked.json()
    (line,) = api("jd01").get(f"/households/{rich}/rights").json()
    assert (line["procedure"], line["closed"], line["no"]) == ("个人信息权利", False, asked.json()["case_no"])
    wrong = api("xl01").post(f"/households/{rich}/rights", ASKED | {"kind": "闹事"})
    assert (wrong.status_code, wrong.json()["obstacles"][0]["code"]) == (409, "asks")
    assert api("xl01").post(f"/households/{rich}/rights", ASKED | {"said": ""}).status_code == 409


def test_prospects_and_suppositions_are_told_and_write_nothing(api: Api, rich: str, office: Office) -> None:
    with office.reading() as work:
        before = [(one.household_id, one.hash) for one in work.session.exec(select(LedgerHead))]
    now = api("jd01").get(f"/households/{rich}/prospects").json()
    assert (now["outcome"], "二、处理建议" in now["text"]) == ("退出", True)
    assert api("jd01").get(f"/households/{rich}/explanation").json()["outcome"] == "退出"
    path = f"/households/{rich}/what-if"
    poorer = api("jd01").post(path, {"income": 20_000}).json()
    assert (poorer["as_known"], poorer["outcome"]) == ("退出", "继续给予")
    assert "没有写入任何登记" in poorer["text"]
    for body, status in (
        ({"income": -1}, 422), ({"income": True}, 422), ({"cause": "天意"}, 422), ({"members": [{"no": 1}]}, 422),
        ({"members": [{"no": 9, "schooling": True}]}, 404), ({"repaired": [{"finding": 5}]}, 404),
        ({"members": [{"no": 1, "presence": "死亡"}], "joined": 2, "cause": "就业", "stable": False}, 200),
        ({"on": "2100-12-31"}, 200), ({"on": "1900-01-01"}, 404),
    ):  # fmt: skip
        answer = api("jd01").post(path, body)
        assert answer.status_code == status, (body, answer.text)
    assert api("jd01").get(f"/households/{rich}/prospects", member=9).status_code == 404
    assert api("jd01").get(f"/households/{rich}/prospects", on="2100-12-31").status_code == 200
    with office.reading() as work:
        assert [(one.household_id, one.hash) for one in work.session.exec(select(LedgerHead))] == before
        reads = work.session.exec(select(Audit.action).where(Audit.subject == f"household:{by_number(work, rich)}"))
        assert {"查看前景", "测算", "查看处理建议说明"} <= set(reads)


def test_reads_of_a_household_and_its_papers_are_in_the_log(api: Api, rich: str, office: Office) -> None:
    opened(api, rich)
    (paper,) = api("jb01").step(rich, "告知").json()["papers"]
    shown = api("jd01").get(f"/papers/{paper['number']}")
    assert shown.json()["said"][0] == {"name": "number", "official": "文号", "value": paper["number"]}
    assert "3708111980" not in shown.text
    api("jd01").get(f"/households/{rich}/cases/1")
    with office.reading() as work:
        lines = [(one.action, one.detail) for one in work.session.exec(select(Audit).where(Audit.actor == "jd01"))]
    assert ("查看文书", "接口") in lines
    assert ("查看案件", "接口：第 1 号案件") in lines


def test_identity_numbers_on_a_paper_are_masked_wherever_they_stand() -> None:
    number = make_id("370811", date(1970, 5, 1), 7)
    bound = Person(name="试验甲", relation="户主", identity=number)
    said = plain(((bound,), f"本人（{number}）", 7, date(2026, 9, 1)))
    assert number not in str(said)
    assert "370811********" in said[1]
    assert said[0][0][2] == {"name": "identity", "official": "身份证号", "value": f"370811********{number[-4:]}"}
    assert said[2:] == [7, "2026-09-01"]


def test_a_clock_is_suspended_and_extended_by_the_api(api: Api, rich: str, clock: SetClock, office: Office) -> None:
    told(api, rich, clock)
    api("jb01").step(rich, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence="a" * 64, said="不同意")
    reason = {"reason": "等待鉴定", "basis": "鉴定委托书"}
    stood = api("fh01").step(rich, SUSPEND, clock="decide", since="2026-09-02", until="2026-09-10", **reason)
    assert (stood.status_code, stood.json()["name"]) == (200, "中止期限"), stood.text
    longer = api("fh01").step(rich, "延长期限", clock="hear", length="30个工作日", **reason)
    assert (longer.status_code, longer.json()["obstacles"][0]["code"]) == (409, "refused")
    assert api("jb01").step(rich, EXTEND, clock="decide", length="30个工作日", **reason).status_code == 403
    assert api("fh01").step(rich, "复核意见", adopted="不采纳", reason="已核实").status_code == 200
    steps = api("fh01").get(f"/households/{rich}/cases/1").json()["steps"]
    assert [one["official"] for one in steps[4]["said"]][:3] == ["期限", "理由", "依据"]


def test_no_question_about_any_step_ends_in_what_nobody_foresaw(api: Api, rich: str, office: Office) -> None:
    opened(api, rich)
    for row in TABLES[next(one for one in TABLES if one.value == "调整与终止")].rows:
        for officer in ("jb01", "fh01", "sp01", "jd01"):
            answer = api(officer).get(f"/households/{rich}/cases/1/steps/{row.code}/obstacles")
            assert answer.status_code == 200, answer.text
            assert answer.json()["obstacles"] or row.code in ("NOTICE", "DROP"), row.code
    for table in TABLES.values():
        for row in table.rows:
            for body in ({"member_no": 1}, {"member_no": 9, "subject_seq": 3}):
                sent = {"procedure": table.procedure.name, "step": row.code, **body}
                answer = api("fh01").post(f"/households/{rich}/cases", sent)
                assert answer.status_code in (200, 409, 404, 422), (sent, answer.text)


def test_odd_addresses_are_no_surprise(api: Api, rich: str) -> None:
    odd = ("%00", "%ED%A0%80", "𠮷", "a'b", "x" * 61, "..%2f..", "%", "1;drop", "〔〕")
    for one in odd:
        for path in (f"/api/households/{one}/cases", f"/api/papers/{one}", f"/api/households/{rich}/cases/{one}"):
            answer = api.bare().get(path, headers=api("jd01").headers)
            assert answer.status_code in (404, 422), (path, answer.text)
    big = f"/api/households/{rich}/cases/99999999999999999999"
    assert api.bare().get(big, headers=api("jd01").headers).status_code == 422


def test_what_a_repeated_request_is_told_stays_true_after_the_case_went_on(
    api: Api, rich: str, clock: SetClock, office: Office
) -> None:
    opened(api, rich)
    body = {"step": "告知"}
    path = f"/households/{rich}/cases/1/steps"
    first = api("jb01").post(path, body, key="notice").json()
    handed_over(api, first["papers"][0]["number"], date(2026, 9, 1))
    assert api("jb01").post(path, body, key="notice").json() == first
    with office.reading() as work:
        assert len(read_case(work, by_number(work, rich), 1).history) == 3
