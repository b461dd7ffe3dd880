"""来件页 (the pages of what other systems sent): list, item beside the books, taken over or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from integrity import intake
from integrity.__main__ import app as commands
from integrity.office_terms import IntakeState
from integrity.records.intake import Intake
from integrity.records.ledger import Verification
from integrity.records.office import Audit, Officer
from integrity.rules.identity import make_id
from integrity.terms import Role
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import COUNTY, granted
from tests.test_intake import change, comparison, number

__all__ = ["desks", "papers"]
Family = Callable[..., int]
STRANGER = make_id("370811", date(1971, 1, 1), 777)


@pytest.fixture
def sent(desks: Desks, office: Office, family: Family, clock: SetClock) -> list[int]:
    """Three items of the county's linked system: two are matched, one is not."""
    one, two = granted(office, family, 2)
    clock.on(date(2026, 9, 1))
    with office.work("sp01") as work:
        work.put(Officer(code="dj01", name="县核对中心", role=Role.LINKED, area=COUNTY, since=date(2020, 1, 1)))
    items = (
        comparison("A-1", number(one), name="试验乙"), change("A-2", number(two), name="试验乙"),
        change("A-3", STRANGER),
    )  # fmt: skip
    with office.work("dj01") as work:
        return [one.id or 0 for one in intake.receive(work, items)]


def row(office: Office, intake_id: int) -> Intake:
    with office.reading() as work:
        return work.session.get_one(Intake, intake_id)


def test_the_number_at_home_is_the_length_of_both_lists_and_of_nobody_elsewhere(desks: Desks, sent: list[int]) -> None:
    for officer, length in (("jb01", 3), ("fh02", 3), ("xz01", 2), ("jb09", 0)):
        browser = desks(officer)
        told = re.search(r'href="/tasks/INTAKE"><b class="num">(\d+)</b>', browser.page("/"))
        assert (int(told[1]) if told else 0) == length, officer
        assert browser.page("/tasks/INTAKE").count('data-label="办理"') == length
        assert browser.page("/intake").count('data-label="办理"') == length
        assert ("不能对应" in browser.page("/intake")) == (length == 3), "only who covers the sender's area"
    assert f'href="/intake/{sent[0]}"' in desks("jb01").page("/tasks/INTAKE")
    assert desks("jb01").page("/intake", kind="COMPARISON").count('data-label="办理"') == 1
    for officer in ("xl01", "sp01", "jd01", "ga01"):
        assert desks(officer).get("/intake").status_code == 403
    for intake_id in sent:
        assert desks("jb09").get(f"/intake/{intake_id}").status_code == 404
    assert desks("xz01").get(f"/intake/{sent[2]}").status_code == 404
    assert desks("jb09").get("/intake/99999").text.replace("99999", "1") == desks("jb09").get("/intake/1").text


def test_an_officer_takes_one_over_and_declines_another(desks: Desks, office: Office, sent: list[int]) -> None:
    browser = desks("jb01")
    shown = browser.page(f"/intake/{sent[0]}")
    assert "1,234.56元" in shown
    assert "200.00" in shown, "beside it what the books say"
    assert number(1)[6:14] not in shown, "numbers are masked"
    assert f"来件 {sent[0]}（核对结果）待处理" in browser.page("/households/JN000001")
    refused = browser.post_form(
        f"/intake/{sent[0]}", {"reason": ""}, action=f"/intake/{sent[0]}/take?household=JN000001"
    )
    assert (refused.status_code, 'href="#f-reason"' in refused.text) == (422, True)
    to = browser.done(
        f"/intake/{sent[0]}", {"reason": "与发放记录一致"}, action=f"/intake/{sent[0]}/take?household=JN000001"
    )
    assert to == "/households/JN000001/aid"
    assert "县核对中心" in browser.page(to)
    kept = row(office, sent[0])
    assert (kept.state, kept.member_no, kept.handled_by) == (IntakeState.TAKEN, 1, "jb01")
    again = browser.post_form(
        f"/intake/{sent[1]}", {"declined": "张冠李戴 " + number(1)}, action=f"/intake/{sent[1]}/decline"
    )
    assert (again.status_code, "身份证号" in again.text, "张冠李戴" in again.text) == (422, True, True)
    browser.done(f"/intake/{sent[1]}", {"declined": "车辆已过户"}, action=f"/intake/{sent[1]}/decline")
    assert (row(office, sent[1]).state, row(office, sent[1]).reason) == (IntakeState.DECLINED, "车辆已过户")
    assert "车辆已过户" in browser.page(f"/intake/{sent[1]}")
    assert browser.page("/intake", state="DECLINED").count('data-label="办理"') == 1
    with office.reading() as work:
        last = work.session.exec(select(Verification).where(Verification.household_id == 1)).all()[-1]
        assert (last.income, last.recorded_by, last.detail) == (123_456, "jb01", "养老保险缴费基数有变化")


def test_what_could_not_be_matched_is_given_to_a_household_that_the_officer_names(
    desks: Desks, office: Office, sent: list[int]
) -> None:
    browser = desks("jb01")
    bare = browser.page(f"/intake/{sent[2]}")
    assert "没有登记这个身份证号的人" in bare
    assert "/take" not in bare
    told = browser.post_form(f"/intake/{sent[2]}", {"why": "与户口簿核对"}, action=f"/intake/{sent[2]}/reveal")
    assert STRANGER in told.text
    assert STRANGER not in bare
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.action == "查看完整号码")).all()
        assert [one.subject for one in lines] == [f"intake:{sent[2]}"]
    assert browser.get(f"/intake/{sent[2]}?household=JN999999").status_code == 404
    page = f"/intake/{sent[2]}?household=JN000002"
    browser.done(page, {"member": "2", "reason": "曾用号码"}, action=f"/intake/{sent[2]}/take?household=JN000002")
    assert (row(office, sent[2]).household_id, row(office, sent[2]).member_no) == (2, 2)
    assert desks("xz01").get(f"/intake/{sent[2]}").status_code == 200, "now it is the household's"


def test_somebody_elses_entry_meanwhile_is_shown_first(desks: Desks, office: Office, sent: list[int]) -> None:
    browser = desks("jb01")
    shown = browser.get(f"/intake/{sent[0]}")
    action = f"/intake/{sent[0]}/take?household=JN000001"
    desks("jb02").done(
        "/households/JN000001/changes/new",
        {"kind": "WARNING", "happened_on": "2026-08-30", "reported_on": "2026-09-01"},
    )
    answer = browser.send(shown, {"reason": "与发放记录一致"}, to=action)
    assert answer.status_code == 409
    assert row(office, sent[0]).state is IntakeState.WAITING
    assert browser.send(answer, to=action).status_code == 303
    assert row(office, sent[0]).state is IntakeState.TAKEN
    assert browser.get(action.replace("/take", "")).text.count("/take") == 0


def test_the_commands_do_the_same(sent: list[int], office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrity.cli.console.open_office", lambda _: office)
    monkeypatch.setattr(Office, "dispose", lambda _: None)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(commands, ["intake", *words])
        assert done.exit_code == code, done.output
        return "".join(done.output.split())

    listed = run("list", "--by", "jb01")
    assert all(word in listed for word in ("JN000001", "JN000002", "不能对应", "县核对中心"))
    assert "JN000001" not in run("list", "--by", "jb09")
    shown = run("show", str(sent[0]), "--by", "jb01")
    assert "1,234.56元" in shown
    assert number(1) not in shown
    run("show", str(sent[0]), "--by", "jb09", code=3)
    run("list", "--by", "sp01", code=4)
    run("take", str(sent[2]), "--reason", "属实", "--by", "jb01", code=3)
    run("take", str(sent[0]), "--reason", "属实", "--by", "jb01")
    run("take", str(sent[2]), "--reason", "曾用号码", "--household", "JN000002", "--member", "2", "--by", "fh01")
    run("decline", str(sent[0]), "--reason", "重复", "--by", "jb01", code=5)
    run("decline", str(sent[1]), "--reason", "已过户", "--by", "jb01")
    assert [row(office, one).state.name for one in sent] == ["TAKEN", "DECLINED", "TAKEN"]
    assert (row(office, sent[0]).member_no, row(office, sent[2]).member_no) == (1, 2)
    assert "JN000002" in run("list", "--state", "已登记", "--by", "jb01")
