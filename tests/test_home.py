"""待办和查找 (home and search): each number is the length of its list, and a search goes no further than the area."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import select
from starlette.testclient import TestClient

from integrity import finding, worklists
from integrity.records.accounts import Draft
from integrity.records.office import Audit
from integrity.records.places import CLOCK, HouseholdPlace, Waits
from integrity.terms import Role
from integrity.web.app import create_app
from integrity.work import Office
from tests.desk_office import ADDRESS, Browser, Desks, desks, papers, recommended
from tests.papers_office import COUNTY
from tests.test_finding import enter

__all__ = ["desks", "papers", "recommended"]
Family = Callable[..., int]


def test_each_number_on_the_home_page_is_the_length_of_its_list(desks: Desks, office: Office, recommended: str) -> None:
    told = 0
    for officer in ("jb01", "fh01", "sp01", "xl01", "jd01"):
        browser = desks(officer)
        for address, number in re.findall(r'href="(/tasks/\w+)"><b class="num">(\d+)</b>', browser.page("/")):
            listed = browser.page(address)
            assert listed.count('data-label="办理"') == int(number), f"{officer} {address}"
            assert f'共 <span class="num">{number}</span> 件' in listed
            told += 1
    assert told >= 3
    with office.reading() as work:
        post = worklists.Desk(Role.REVIEWER, COUNTY)
        counts = worklists.counts(work, post, worklists.groups(work, post))
        assert counts["OPINION"].number == 1


def test_a_time_limit_reminds_above_the_work_and_is_no_work_of_its_own(
    desks: Desks, office: Office, recommended: str
) -> None:
    with office.work("jb01") as work:
        one = work.session.exec(select(HouseholdPlace)).first()
        assert one is not None
        yesterday = work.today - timedelta(days=1)
        work.session.add(
            Waits(
                kind=CLOCK, on_day=yesterday, area=one.area, household_id=one.household_id, ref=1, town=one.area[:9],
                county=one.area[:6], from_on=yesterday,
            )
        )  # fmt: skip
    page = desks("fh01").page("/")
    limits, _, work_of_today = page.partition("<h2>要办的事</h2>")
    assert ("期限提醒" in limits, "/tasks/CLOCK_OVER" in limits) == (True, True)
    assert ("/tasks/CLOCK_OVER" in work_of_today.partition("<section")[0], "/tasks/OPINION" in work_of_today) == (
        False, True,
    )  # fmt: skip
    assert "逾期 1 天" in page


def test_what_waits_leads_to_the_page_where_it_is_done(desks: Desks, recommended: str) -> None:
    browser = desks("fh01")
    listed = browser.page("/tasks/OPINION")
    assert f'href="/households/{recommended}/opinion"' in listed
    assert browser.get(f"/households/{recommended}/opinion").status_code == 200
    assert browser.get("/tasks/NOTHING").status_code == 404
    assert desks("jd01").get("/tasks/OPINION").status_code == 404, "no matter of his role"
    assert recommended not in desks("fh09").page("/"), "another county"
    assert desks("fh09").page("/tasks/OPINION").count('data-label="办理"') == 0


def test_whoever_only_watches_begins_at_what_can_be_looked_at(desks: Desks) -> None:
    browser = desks("jd01")
    page = browser.page("/")
    (cards,) = re.findall(r'<ul class="cards-of">(.*?)</ul>', page, re.DOTALL)
    acts = re.findall(r'href="([^"]+)"', cards)
    assert {"/search", "/statistics", "/audit"} <= set(acts)
    assert [browser.get(one).status_code for one in acts] == [200] * len(acts)
    assert "待办" not in page


def test_what_goes_wrong_is_told_inside_the_menu_of_who_is_signed_in(desks: Desks, office: Office) -> None:
    for officer, path, status, told in (
        ("jd01", "/households/NOTHING", 404, "没有找到"), ("jd01", "/nothing", 404, "没有找到"),
        ("jd01", "/imports", 403, "没有权限"), ("ga01", "/search", 403, "没有权限"),
    ):  # fmt: skip
        answer = desks(officer).get(path)
        assert (answer.status_code, f"<h1>{told}</h1>" in answer.text) == (status, True)
        assert ('<nav class="menu"' in answer.text, 'action="/logout"' in answer.text) == (True, True), path
        assert ('action="/search"' in answer.text) == (officer == "jd01"), "an administrator searches no households"
    nobody = TestClient(create_app(office), base_url=ADDRESS).get("/nothing")
    assert (nobody.status_code, '<nav class="menu"' in nobody.text) == (404, False)


def test_administrators_begin_at_their_own_work(desks: Desks) -> None:
    for officer, to in (("ga01", "/accounts"), ("aq01", "/accounts"), ("sj01", "/audit")):
        assert desks(officer).get("/").headers["location"] == to
        assert desks(officer).get("/search").status_code == 403


def test_a_search_leaves_no_name_in_an_address_and_stays_in_the_area(
    desks: Desks, office: Office, recommended: str
) -> None:
    with office.reading() as work:
        (hit, *_) = finding.find(work, recommended, scope=("370811000000", "370812000000")).rows
    name = hit.household.head
    browser = desks("jb01")
    to = browser.done("/", {"q": name}, action="/search")
    assert re.fullmatch(r"/search\?s=[\w-]+", to)
    found = browser.get(to)
    assert recommended in found.headers.get("location", "") + found.text
    elsewhere = desks("jb09")
    assert recommended not in elsewhere.page(elsewhere.done("/", {"q": name}, action="/search"))
    for asked, told in (
        (recommended, "按户编号、案件号、文号和核验码查过"), ("9988", "按身份证号后四位查过"), ("无此人", "按姓名查过"),
        ("370811198002030314", "校验码不符"),
    ):  # fmt: skip
        nothing = elsewhere.page(elsewhere.done("/", {"q": asked}, action="/search"))
        assert (f"没有找到“{asked}”" in nothing, told in nothing, "按没有找到" in nothing) == (True, True, False), asked
    assert recommended not in elsewhere.page(to), "what another officer asked is not shown"
    with office.reading() as work:
        assert all(name.encode() not in one for one in work.session.exec(select(Draft.cipher)))
        logged = work.session.exec(select(Audit).where(Audit.action == "查找", Audit.actor == "jb01")).all()
        assert logged
        assert all(name not in one.detail for one in logged)


def test_a_search_says_whom_of_the_household_it_found(desks: Desks, office: Office, recommended: str) -> None:
    with office.reading() as work:
        (hit, *_) = finding.find(work, recommended, scope=("370811000000", "370812000000")).rows
    for no, name in ((7, "蔡一平"), (8, "蔡二平")):
        enter(office, hit.household.household_id, name, no)
    browser, watched = desks("jb01"), desks("jd01")

    def seen(by: Browser, asked: str) -> str:
        to = by.get(by.done("/", {"q": asked}, action="/search")).headers["location"]
        assert to == f"/households/{recommended}", "one household, whoever of it is meant"
        return by.page(to)

    assert "找到的是这一户的蔡一平、蔡二平" in seen(browser, "蔡")
    assert "找到的是" not in browser.page(f"/households/{recommended}"), "told once"
    assert "找到的是" not in seen(browser, hit.household.head)
    told = seen(watched, "蔡一平")
    assert ("找到的是这一户的蔡" in told, "蔡一平" in told) == (True, False)
