"""人员调整 (officers who move or leave): another area, approved anew; whoever left is sent nowhere."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from integrity import accounts, organ_lists, recheck_desk
from integrity.errors import Invalid, NotFound, Refused
from integrity.records.office import Audit, Officer
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import ELSEWHERE, Desks, desks, papers
from tests.papers_office import COUNTY, TOWNSHIP

__all__ = ["desks", "papers"]
ANOTHER = "370811002000"


def who(office: Office, code: str) -> Officer:
    with office.reading() as work:
        return work.session.get_one(Officer, code)


def visitors(office: Office) -> list[str]:
    with office.reading() as work:
        work.actor = "jb01"
        return [one.code for one in recheck_desk.visitors_in(work, TOWNSHIP)]


def test_who_moves_sees_the_new_area_once_he_is_approved_again(desks: Desks, office: Office) -> None:
    page = "/organs/officers/xz01"
    assert f'href="{page}"' in desks("sp01").page("/organs")
    assert f'href="{page}"' not in desks("jb01").page("/organs")
    assert desks("jb01").get(page).status_code == 403
    assert desks("sp09").get(page).text == desks("sp09").get("/organs/officers/nobody").text.replace("nobody", "xz01")
    before = desks("xz01")
    assert before.get("/").status_code == 200
    same = desks("sp01").post_form(page)
    assert same.status_code == 422
    assert "没有变化" in same.text
    with office.work("sp01") as work:
        organ_lists.adjust_officer(work, "xz01", area=ANOTHER, until=None)
    assert (who(office, "xz01").area, who(office, "xz01").until) == (ANOTHER, None)
    assert before.get("/").headers.get("location", "").startswith("/login"), "his session has ended"
    with office.reading() as work:
        waiting = accounts.current(work, "xz01")
        assert waiting is not None
        assert (waiting.approved_at, waiting.opened_by) == (None, "sp01")
        said = work.session.exec(select(Audit.detail).where(Audit.action == "调整人员")).one()
    assert said == f"xz01 辖区 {TOWNSHIP}→{ANOTHER}，在岗至 —→—"


def test_who_leaves_is_sent_nowhere_any_more(desks: Desks, office: Office, clock: SetClock) -> None:
    clock.on(date(2026, 9, 1))
    assert "xz01" in visitors(office)
    desks("sp01").done("/organs/officers/xz01", {"until": "2026-09-01"})
    assert "xz01" in visitors(office), "his last day"
    clock.on(date(2026, 9, 2))
    assert "xz01" not in visitors(office)
    assert "已离岗" in desks("sp01").page("/organs")


def test_nobody_moves_himself_or_out_of_sight(desks: Desks, office: Office) -> None:
    for code, area, until, said, kind in (
        ("sp01", TOWNSHIP, None, "由别人调整", Refused), ("xz01", ELSEWHERE, None, "不在您的辖区", Invalid),
        ("jb09", COUNTY, None, "没有工号", NotFound), ("nobody", COUNTY, None, "没有工号", NotFound),
        ("xz01", TOWNSHIP, date(2000, 1, 1), "早于到岗日期", Invalid),
    ):  # fmt: skip
        with office.work("sp01") as work, pytest.raises(kind, match=said):
            organ_lists.adjust_officer(work, code, area=area, until=until)
