"""来件接口 (the interface of linked systems): receipts that tell nothing, one token that opens nothing else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlmodel import func, select

from integrity import intake_desk, organs, tokens
from integrity.office_terms import IntakeState
from integrity.permissions import LINKED, RIGHTS
from integrity.records.intake import Intake
from integrity.records.ledger import Verification
from integrity.records.office import Audit, Officer
from integrity.rules.identity import make_id
from integrity.terms import Role
from integrity.web.declared import SAFE, doors
from integrity.work import Office
from tests.api_office import Api, api, papers
from tests.conftest import SetClock
from tests.papers_office import COUNTY, granted
from tests.test_intake import number

__all__ = ["api", "papers"]
Family = Callable[..., int]
STRANGER = make_id("370811", date(1971, 1, 1), 777)
WHY = {"purpose": "办理教育救助审核", "basis": "任民字〔2026〕5号第三条"}


@pytest.fixture
def sender(api: Api, office: Office, family: Family, clock: SetClock) -> Api:
    """Two households of the county, a linked system there and one in the next county."""
    granted(office, family, 2)
    clock.on(date(2026, 9, 1))
    with office.work("sp01") as work:
        for code, area in (("dj01", COUNTY), ("dj09", "370812001000")):
            organs.enter_officer(
                work, Officer(code=code, name="核对中心", role=Role.LINKED, area=area, since=date(2020, 1, 1))
            )
    return api


def one(reference: str, id_number: str, **more: Any) -> dict[str, Any]:
    """A result of the check as it is sent."""
    return {"reference": reference, "id_number": id_number, "on": "2026-08-01", "income": 123_456} | more


def test_the_answer_is_the_same_whoever_is_known_and_makes_no_entry(sender: Api, office: Office) -> None:
    dj = sender("dj01")
    before = entries(office)
    known, unknown, wrong = (
        dj.post("/intake/comparisons", {"items": [one(f"A-{n}", text)]}).json()
        for n, text in enumerate((number(1), STRANGER, "1234567"))
    )
    assert {frozenset(told["items"][0]) for told in (known, unknown, wrong)} == {
        frozenset({"reference", "received_at"})
    }
    change = {"reference": "A-3", "id_number": STRANGER, "kind": "数据比对预警", "happened_on": "2026-08-01"}
    assert dj.post("/intake/changes", {"items": [change]}).status_code == 200
    assert entries(office) == before
    for n, kind in enumerate(("核对结果", "核对结果", "核对结果", "变化信息")):
        told = dj.get(f"/intake/A-{n}").json()
        assert (told["state"], told["kind"], set(told)) == (
            "待处理",
            kind,
            {"reference", "kind", "received_at", "state"},
        )
        assert sender("dj09").get(f"/intake/A-{n}").json() == sender("dj09").get("/intake/none").json()
    taken = dj.post("/intake/A-0/recall").json()
    assert taken["state"] == "来件方撤回"
    with office.work("jb01") as work:
        intake_desk.decline(work, 2, reason="没有此人")
    assert dj.get("/intake/A-1").json()["state"] == "不采用"
    assert "没有此人" not in dj.get("/intake/A-1").text
    assert dj.post("/intake/A-1/recall").status_code == 409
    assert sender("dj09").post("/intake/A-2/recall").status_code == 404


def entries(office: Office) -> int:
    with office.reading() as work:
        return work.session.exec(select(func.count()).select_from(Verification)).one()


def test_a_wrong_item_is_named_by_its_place_and_nothing_of_the_batch_is_kept(sender: Api, office: Office) -> None:
    dj = sender("dj01")
    for wrong, said in (
        (one("B-2", number(1), income=-1), "items.第2项.income：太小"),
        (one("B 2", number(1)), "items.第2项.reference"),
        (one("B-2", number(1), on="2026-13-01"), "items.第2项.on"),
        (one("B-2", number(1), opinion="可疑"), "items.第2项.opinion"),
        (one("B-2", number(1), detail=f"证号{number(1)}"), "第 2 项说明："), (one("B-1", number(2)), "第 2 项编号："),
        (one("B-2", number(1), cause="发财"), "编号 B-2 的收入变化原因"),
    ):  # fmt: skip
        answer = dj.post("/intake/comparisons", {"items": [one("B-1", number(1)), wrong]})
        assert (answer.status_code, said in answer.json()["message"]) == (422, True), answer.text
        assert number(1) not in answer.text
    answer = dj.post("/intake/changes", {"items": [{"reference": "B-3", "id_number": number(1), "kind": "查实骗取救助",
                                                    "happened_on": "2026-08-01"}]})  # fmt: skip
    assert (answer.status_code, "第 1 项种类" in answer.text) == (422, True)
    assert dj.post("/intake/comparisons", {"items": [one(f"C-{n}", "x") for n in range(501)]}).status_code == 422
    with office.reading() as work:
        assert work.session.exec(select(Intake)).all() == []
    assert dj.post("/intake/comparisons", {"items": [one("B-1", number(1))]}).status_code == 200
    other = dj.post("/intake/comparisons", {"items": [one("B-9", number(1)), one("B-1", number(1), income=1)]})
    assert (other.status_code, "第 2 项（编号 B-1）" in other.text) == (409, True)
    assert dj.get("/intake/B-9").status_code == 404


def test_ten_equal_requests_at_once_make_one_and_are_answered_alike(sender: Api, office: Office) -> None:
    dj, body = sender("dj01"), {"items": [one("D-1", number(1)), one("D-2", number(2))]}

    def send(n: int) -> tuple[int, str]:
        answer = dj.post("/intake/comparisons", body, key="same" if n % 2 else "")
        return answer.status_code, answer.text

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert len(answers) == 1
    assert min(answers)[0] == 200
    with office.reading() as work:
        assert len(work.session.exec(select(Intake)).all()) == 2
    reused = dj.post("/intake/comparisons", {"items": [one("D-3", number(1))]}, key="same")
    assert reused.status_code == 409
    with office.work("fh01") as work:
        intake_desk.take(work, 1, 1, 1, reason="属实")
    assert dj.post("/intake/comparisons", body, key="same").text == min(answers)[1]
    with office.reading() as work:
        assert work.session.get_one(Intake, 1).state is IntakeState.TAKEN


def test_the_state_is_told_to_who_says_why_and_missing_is_like_elsewhere(sender: Api, office: Office) -> None:
    dj, far = sender("dj01"), sender("dj09")
    told = dj.post("/integrity-state", {"household": "JN000001", **WHY}).json()
    assert (told["household"], told["records"], told["promises"], told["as_of"]) == ("JN000001", [], [], "2026-09-01")
    assert "不得单独作为" in told["caution"]
    assert dj.post("/integrity-state", {"id_number": number(1), **WHY}).json()["member_no"] == 1
    missing = {
        far.post("/integrity-state", body | WHY).text
        for body in (
            {"household": "JN000001"},
            {"household": "JN999999"},
            {"id_number": number(1)},
            {"id_number": STRANGER},
        )
    }
    assert missing == {'{"message":"没有可以提供的诚信状态"}'}
    assert dj.post("/integrity-state", {"id_number": STRANGER, **WHY}).status_code == 404
    for body in ({"household": "JN000001"}, {"household": "JN000001", **WHY, "purpose": "查"}, dict(WHY)):
        assert dj.post("/integrity-state", body).status_code == 422
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.action == "查询诚信状态")).all()
    assert len(lines) == 7, "also what was not found"
    assert all(number(1) not in one.detail for one in lines)


def test_its_token_opens_nothing_else_and_no_page(sender: Api, office: Office) -> None:
    mine = {matter for matter, right in RIGHTS.items() if LINKED in right.roles}
    assert mine == {"报送来件", "查询诚信状态"}
    tried = 0
    secret = sender.token("dj01").secret
    for door in doors(sender.client.app):  # type: ignore[arg-type]
        if not door.matter or door.matter in mine:
            continue
        path = door.path.replace("{no}", "1").replace("{seq:int}", "1").replace("{number}", "JN000001")
        headers = {"authorization": f"Bearer {secret}", "idempotency-key": f"x{tried}"}
        body = {"json": {}} if door.verb not in SAFE else {}
        answer = sender.client.request(door.verb, path, headers=headers, follow_redirects=False, **body)
        if door.path.startswith("/api/"):
            assert answer.status_code in (403, 422), door
            assert answer.status_code == 403 or "message" in answer.json()
        else:  # no session: to the login page
            assert answer.status_code in (303, 401, 403), door
        tried += 1
    assert tried > 150
    for officer in ("jb01", "sp01", "xl01", "jd01"):
        assert sender(officer).post("/integrity-state", {"household": "JN000001", **WHY}).status_code == 403
        assert sender(officer).post("/intake/comparisons", {"items": [one("E-1", number(1))]}).status_code == 403
        assert sender(officer).get("/intake/A-1").status_code == 403
    with office.work("sp01") as work:
        assert tokens.holder(work, secret) is not None
