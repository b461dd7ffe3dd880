"""待办和查找 (home and search): each number is the length of its list, and a search goes no further than the area."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlmodel import select

from integrity import finding, worklists
from integrity.records.accounts import Draft
from integrity.records.office import Audit
from integrity.terms import Role
from integrity.work import Office
from tests.desk_office import Desks, desks, papers, recommended
from tests.papers_office import COUNTY

__all__ = ["desks", "papers", "recommended"]
Family = Callable[..., int]


def test_each_number_on_the_home_page_is_the_length_of_its_list(
    desks: Desks, office: Office, recommended: str
) -> None:
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


def test_what_waits_leads_to_the_page_where_it_is_done(desks: Desks, recommended: str) -> None:
    browser = desks("fh01")
    listed = browser.page("/tasks/OPINION")
    assert f'href="/households/{recommended}/opinion"' in listed
    assert browser.get(f"/households/{recommended}/opinion").status_code == 200
    assert browser.get("/tasks/NOTHING").status_code == 404
    assert desks("jd01").get("/tasks/OPINION").status_code == 404, "no matter of his role"
    assert recommended not in desks("fh09").page("/"), "another county"
    assert desks("fh09").page("/tasks/OPINION").count('data-label="办理"') == 0


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
    assert "没有找到" in elsewhere.page(elsewhere.done("/", {"q": recommended}, action="/search"))
    assert recommended not in elsewhere.page(to), "what another officer asked is not shown"
    with office.reading() as work:
        assert all(name.encode() not in one for one in work.session.exec(select(Draft.cipher)))
        logged = work.session.exec(select(Audit).where(Audit.action == "查找", Audit.actor == "jb01")).all()
        assert logged
        assert all(name not in one.detail for one in logged)
