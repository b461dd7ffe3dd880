"""调整人员 (changes of officers): moved, gone, back, called otherwise; his doors, the lists of people, the log."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from integrity import accounts, areas, logins, officer_changes, organs, recheck_desk, tokens
from integrity.areas_file import AreaRow
from integrity.errors import Refused
from integrity.officer_changes import Wanted
from integrity.records.accounts import Account
from integrity.records.office import Audit, Officer
from integrity.terms import Role
from integrity.web import step_fields
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import ELSEWHERE, PASSWORD, Browser, Desks, desks, papers, readable
from tests.papers_office import COUNTY, TOWNSHIP, VILLAGE

__all__ = ["desks", "papers"]

OTHER = "370811002000"
DAY = timedelta(days=1)
HERE = "10.0.0.7"


def page_of(code: str) -> str:
    return f"/organs/officers/{code}"


def second_township(office: Office) -> None:
    with office.work("sp01") as work:
        areas.load(work, [AreaRow(OTHER, "邻街街道", None, None, "")])


def people(office: Office) -> tuple[set[str], set[str], set[str]]:
    """Who can be chosen in the township: for a visit, sent to its village, in a step of a case."""
    with office.reading() as work:
        return (
            {one.code for one in recheck_desk.visitors_in(work, TOWNSHIP)},
            {one.code for one in recheck_desk.visitors_for(work, (VILLAGE,))},
            {code for code, _ in step_fields.officers_in(work, (TOWNSHIP, OTHER))},
        )


def state(office: Office, code: str) -> str:
    with office.reading() as work:
        work.actor = "aq01"
        return accounts.line_of(work, code).state


def enters(office: Office, code: str, password: str) -> logins.Waits:
    return logins.log_in(office, code, password, address=HERE).waits


def refused(browser: Browser, code: str, **values: str) -> str:
    answer = browser.post_form(page_of(code), values)
    assert answer.status_code in (409, 422), answer.status_code
    return readable(answer)


def test_who_is_moved_has_no_door_until_the_security_administrator_approves_him_again(
    desks: Desks, office: Office
) -> None:
    second_township(office)
    before = desks("xz01")
    with office.work("sp01") as work:
        secret = tokens.issue(work, "xz01").secret
    assert enters(office, "xz01", PASSWORD) is logins.Waits.NOTHING
    before = desks.sign_in("xz01")
    assert f'href="{page_of("xz01")}"' in desks("sp01").page("/organs")
    assert all("xz01" in one for one in people(office))
    assert not {"aq01", "jd01"} & people(office)[2], "whose work cases are not"
    assert desks("sp01").done(page_of("xz01"), {"area": OTHER}) == "/organs"
    told = desks("sp01").page("/organs")
    assert "已调整人员：试验（xz01）；接口凭据已经作废；账户须由安全管理员重新核准" in told
    assert before.get("/").status_code == 303
    assert "您的辖区有变动" in before.get("/login").text
    assert not any("xz01" in one for one in people(office))
    with pytest.raises(Refused, match=logins.WRONG):
        enters(office, "xz01", PASSWORD)
    with office.reading() as work:
        assert tokens.holder(work, secret) is None
        assert work.session.get_one(Officer, "xz01").area == OTHER
    assert state(office, "xz01") == "待核准"
    assert "/accounts/xz01/approve" in desks("aq01").page("/accounts")
    answer = desks("aq01").post_form("/accounts/xz01/approve")
    once = re.search(r">([2-9A-Za-z]{4}(?:-[2-9A-Za-z]{4}){3})<", answer.text)
    assert once, answer.text
    with pytest.raises(Refused, match=logins.WRONG):
        enters(office, "xz01", PASSWORD)
    assert enters(office, "xz01", once[1]) is logins.Waits.PASSWORD
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.actor == "sp01").order_by(col(Audit.id))).all()
        (said,) = [one for one in lines if one.action == "调整人员"]
        opened = work.session.exec(select(Account).where(Account.officer == "xz01").order_by(col(Account.id))).all()
    assert (said.subject, said.detail) == ("xz01", f"辖区 {TOWNSHIP} → {OTHER}")
    assert {"关闭账户", "开设账户", "作废接口凭据"} <= {one.action for one in lines}
    assert [(one.closed_by, one.opened_by) for one in opened] == [("sp01", "ga00"), ("", "sp01")]


def test_who_leaves_stands_in_no_list_after_his_last_day_and_comes_back_by_approval(
    desks: Desks, office: Office, clock: SetClock
) -> None:
    clock.on(date(2026, 9, 1))
    before = desks("xz01")
    last = clock().date()
    desks("sp01").done(page_of("xz01"), {"until": str(last)})
    assert before.get("/").status_code == 303, "his sessions end at once"
    assert "已经登记您离岗" in before.get("/login").text
    assert enters(office, "xz01", PASSWORD) is logins.Waits.NOTHING, "on his last day he may come in once more"
    during = desks.sign_in("xz01")
    assert all("xz01" in one for one in people(office))
    assert f"至 </span><time class=\"num quiet\">{last}" in desks("sp01").page("/organs")
    clock.on(last + DAY)
    assert during.get("/").status_code == 303
    assert not any("xz01" in one for one in people(office))
    assert state(office, "xz01") == "已离岗"
    with pytest.raises(Refused, match=logins.WRONG):
        enters(office, "xz01", PASSWORD)
    desks("sp01").done(page_of("xz01"), {"until": ""})
    assert all("xz01" in one for one in people(office))
    assert state(office, "xz01") == "待核准", "nobody comes back unseen"
    with office.reading() as work:
        said = work.session.exec(select(Audit.detail).where(Audit.action == "调整人员").order_by(col(Audit.id))).all()
    assert said == [f"离岗日期 未定 → {last}", f"离岗日期 {last} → 未定"]


def test_a_name_is_corrected_without_a_word_of_it_in_the_log_and_ends_nothing(desks: Desks, office: Office) -> None:
    before = desks("xz01")
    desks("sp01").done(page_of("xz01"), {"name": "曾明远"})
    assert before.get("/").status_code == 200
    assert state(office, "xz01") == "可用"
    with office.reading() as work:
        kept = work.session.exec(select(Audit.action, Audit.subject, Audit.detail)).all()
        assert work.session.get_one(Officer, "xz01").name == "曾明远"
    assert ("调整人员", "xz01", "姓名已更正") in kept
    assert "曾明远" not in str(kept)


def test_nobody_adjusts_himself_nor_whom_he_does_not_see(desks: Desks, office: Office) -> None:
    sp01, xs01 = desks("sp01"), desks("xs01")
    none, elsewhere, above = (xs01.get(page_of(code)) for code in ("zz99", "xl09", "jb02"))
    assert {one.status_code for one in (none, elsewhere, above)} == {404}
    texts = {re.sub("zz99|xl09|jb02", "", readable(one)) for one in (none, elsewhere, above)}
    assert len(texts) == 1
    for code in ("jb01", "fh01", "ga01", "aq01", "jd01"):
        assert desks(code).get(page_of("xz01")).status_code == 403
        assert f'href="{page_of("xz01")}"' not in desks(code).page("/organs")
    assert "自己的登记须由别人调整" in sp01.page(page_of("sp01"))
    assert f'href="{page_of("sp01")}"' not in sp01.page("/organs")
    shown = sp01.get(page_of("xz01"))
    form = dict(re.findall(r'<input type="hidden" name="(token|key|seen)" value="([^"]*)">', shown.text))
    with office.reading() as work:
        mine = officer_changes.mark(work.session.get_one(Officer, "sp01"))
    for code, status in (("sp01", 403), ("xl09", 404), ("zz99", 404)):
        sent = {**form, "seen": mine, "name": "另一人", "area": COUNTY, "until": ""}
        answer = sp01.client.post(page_of(code), data=sent, headers=sp01.headers, follow_redirects=False)
        assert answer.status_code == status, code
    sent = {**form, "name": "另一人", "area": ELSEWHERE, "until": ""}
    outside = sp01.client.post(page_of("xz01"), data=sent, headers=sp01.headers, follow_redirects=False)
    assert outside.status_code == 422
    assert "不在您的辖区" in outside.text
    with office.reading() as work:
        assert "另一人" not in {one.name for one in work.session.exec(select(Officer))}
    with office.work("sp01") as work:
        system = Officer(code="xt00", name="系统", role=Role.SYSTEM, area=COUNTY, since=date(2020, 1, 1))
        organs.enter_officer(work, system)
        with pytest.raises(Refused, match="不是人员"):
            officer_changes.adjust(work, "xt00", Wanted("系统", COUNTY, work.today))


def test_what_would_do_harm_is_refused_in_words(desks: Desks, office: Office) -> None:
    second_township(office)
    sp01 = desks("sp01")
    assert "没有改动任何一项" in refused(sp01, "xz01")
    assert "离岗日期早于到岗日期 2020-01-01" in refused(sp01, "xz01", until="2019-12-31")
    desks("aq01")  # the one account in use of a 安全管理员
    for change in ({"until": "2026-12-31"}, {"area": OTHER}):
        assert "只有 aq01 一名可用的安全管理员" in refused(sp01, "aq01", **change)
    with office.work("sp01") as work:
        for code, role in (("aq02", Role.SECURITY_ADMIN), ("dj01", Role.LINKED)):
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2020, 1, 1)))
    assert "只有 aq01" in refused(sp01, "aq01", until="2026-12-31"), "he is registered, but cannot come in"
    desks("aq02")
    sp01.done(page_of("aq01"), {"until": "2026-12-31"})
    assert "对接系统的辖区不能改" in refused(sp01, "dj01", area=TOWNSHIP)
    sp01.done(page_of("dj01"), {"until": "2026-12-31"})


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(desks: Desks, office: Office) -> None:
    sp01 = desks("sp01")
    shown = sp01.get(page_of("xz01"))
    with office.work("xs01") as work:
        officer_changes.adjust(work, "xz01", Wanted("试验", TOWNSHIP, date(2027, 1, 31)))
    answer = sp01.send(shown, {"name": "曾明远"}, to=page_of("xz01"))
    assert answer.status_code == 409
    assert "他人调整了这名人员" in answer.text
    assert "2027-01-31" in answer.text
    with office.reading() as work:
        person = work.session.get_one(Officer, "xz01")
        assert (person.name, person.until) == ("试验", date(2027, 1, 31))
    again = sp01.send(answer, {"name": "曾明远", "until": "2027-01-31"}, to=page_of("xz01"))
    assert again.status_code == 303
    with office.reading() as work:
        assert work.session.get_one(Officer, "xz01").until == date(2027, 1, 31)


def test_the_list_of_people_goes_on_without_the_organs(desks: Desks, office: Office) -> None:
    with office.work("sp01") as work:
        for n in range(60):
            code = f"p{n:02}"
            row = Officer(code=code, name="试验", role=Role.HANDLER, area=TOWNSHIP, since=date(2025, 1, 1))
            organs.enter_officer(work, row)
    first = desks("jb01").page("/organs")
    assert "任城区民政局" in first
    found = re.search(r'href="(/organs\?[^"]*officer=[^"]+)" rel="next"', first)
    assert found
    second = desks("jb01").page(found[1].replace("&amp;", "&"))
    assert "p59" in second
    assert "<h2>发文机关</h2>" not in second
    assert "<h2>下级区划</h2>" not in second
    assert "任城区民政局" not in second.partition("<main")[2]
    assert "回到第一页" in second
