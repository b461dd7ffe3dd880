"""拒绝访问和查看过多 (refused requests, full numbers seen): in the log, bounded, told to whoever watches."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from integrity import reveals, tokens
from integrity.records.office import Audit
from integrity.refusals import MOST, Attempt, Refusals
from integrity.settings import settings
from integrity.web.desk import NOT_TAKEN
from integrity.work import Office
from tests.api_office import Caller
from tests.conftest import SetClock
from tests.desk_office import ADDRESS, Desks, desks, papers, recommended

__all__ = ["desks", "papers", "recommended"]


def refused(office: Office, officer: str = "") -> list[tuple[str, str]]:
    with office.reading() as work:
        query = select(Audit).where(Audit.action == "拒绝访问").order_by(Audit.id)  # type: ignore[arg-type]
        return [(one.actor, one.detail) for one in work.session.exec(query) if officer in ("", one.actor)]


def test_a_page_that_is_not_ones_own_says_whose_it_is_and_stands_in_the_log(
    desks: Desks, office: Office, recommended: str
) -> None:
    answer = desks("jb01").get("/accounts/open", secret="37081119750101001X")
    assert answer.status_code == 403
    assert "“开设账户”由系统管理员办理" in answer.text
    assert "需要办理的，请交给系统管理员" in answer.text
    assert "返回原来的页面" not in answer.text
    came = {"referer": f"{ADDRESS}/households/{recommended}?x=1"}
    headers = {**desks("jb01").headers, **came}
    again = desks.client.get("/audit", headers=headers)
    assert f'href="/households/{recommended}?x=1">返回原来的页面' in again.text
    elsewhere = desks.client.get("/audit", headers={**headers, "referer": "https://example.invalid/x"})
    assert "example.invalid" not in elsewhere.text
    assert desks("jb09").get(f"/households/{recommended}").status_code == 404
    assert desks("jb09").get("/households/JN999999").status_code == 404
    assert desks("jb09").get("/households/%00").status_code == 404
    assert desks("xl01").get(f"/households/{recommended}/opinion").status_code == 403
    with office.work("sp09") as work:
        linked = Caller(desks.client, tokens.issue(work, "jb09").secret)
    for asked in (recommended, "JN999999"):
        assert linked.get(f"/households/{asked}/cases").status_code == 404
    why = "不是本岗位的事项"
    hidden, unknown = "查看户账，打开“一户的概况”：不在本辖区", "查看户账，打开“一户的概况”：没有找到"
    opinion = f"审核意见，打开“一户的处理建议”：{why}"
    log_page = f"查看操作日志，打开“操作日志”：{why}"
    assert refused(office) == [
        ("jb01", f"开设账户，打开“开设账户”：{why}"), ("jb01", log_page), ("jb01", log_page),
        ("jb09", hidden), ("jb09", unknown), ("jb09", unknown), ("xl01", opinion),
        ("jb09", "查看户账，接口调用“某户的全部案件”：不在本辖区"),
        ("jb09", "查看户账，接口调用“某户的全部案件”：没有找到"),
    ]  # fmt: skip
    log = desks("sj01").page("/audit", action="拒绝访问").partition("<tbody>")[2]
    assert log.count(f"户 {recommended}") == 3, "whoever watches over it is told that somebody from elsewhere asked"
    assert "37081119750101001X" not in log
    assert "JN999999" not in log
    for watcher in ("sj01", "jd01"):
        about = desks(watcher).page("/audit", household=recommended).partition("<tbody>")[2]
        assert hidden in about, watcher
        assert opinion in about, watcher
    assert hidden not in desks("jd09").page("/audit").partition("<tbody>")[2]


def test_a_form_that_was_not_taken_stands_in_the_log_without_what_was_typed(
    desks: Desks, office: Office, recommended: str
) -> None:
    to, browser = f"/households/{recommended}/reveal", desks("jb01")
    assert browser.post_form(to, {"reason": ""}).status_code == 422
    opening = f"/households/{recommended}/cases/new?procedure=APPLICATION&step=RECEIVED"
    assert browser.post_form(opening, {"applicant": "", "missing": "某某的材料"}).status_code == 422
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.action == NOT_TAKEN).order_by(Audit.id))  # type: ignore[arg-type]
        told = [(one.actor, one.subject, one.detail) for one in lines]
    assert [(one, about) for one, about, _ in told] == [("jb01", "household:1")] * 2
    assert all("某某" not in detail and "：" in detail for *_, detail in told)
    assert "理由" in told[0][2]
    assert "申请人" in told[1][2]


def test_whoever_asks_without_end_fills_no_log(office: Office, clock: SetClock) -> None:
    kept = Refusals()
    begun = clock.now
    for _ in range(200):
        clock.now = begun
        kept.note(office, "jb01", Attempt("打开“一户”"))
    said = [detail for _, detail in refused(office, "jb01")]
    assert len(said) == MOST + 3
    assert [re.findall(r"第 (\d+) 次", one) for one in said[MOST:]] == [["40"], ["80"], ["160"]]
    kept.note(office, "jb02", Attempt("打开“一户”"))
    clock.now = begun + timedelta(minutes=1)
    kept.note(office, "jb01", Attempt("打开“一户”"))
    assert [one for one, _ in refused(office)][-2:] == ["jb02", "jb01"]
    assert "次" not in refused(office)[-1][1]


def test_very_many_full_numbers_in_a_day_are_told_to_whoever_watches(
    desks: Desks, office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "reveals_a_day", 3)
    for officer, times in (("jb01", 4), ("jb02", 3), ("jb09", 5)):
        for _ in range(times):
            with office.work(officer) as work:
                work.audit(reveals.ACTION, "person:1", "id_number：核对")
    asked = {officer: desks(officer).page(path) for officer, path in (
        ("aq01", "/accounts"), ("sj01", "/audit"), ("ga01", "/accounts"), ("jd01", "/audit"), ("sp02", "/system"),
    )}  # fmt: skip
    for officer, told in (("aq01", {"jb01"}), ("sj01", {"jb01", "jb09"}), ("ga01", set()), ("jd01", set())):
        alarm = asked[officer].partition("需要核对：")[2].partition("</div>")[0]
        assert set(re.findall(r"（(\w+)）", alarm)) == told, officer
    assert "需要核对" not in asked["sp02"]
    assert "需要核对" in desks("aq01").page("/system")
    link = re.search(r'href="(/audit\?[^"]*actor=jb01[^"]*)"', asked["sj01"])
    assert link
    assert desks("sj01").page(link[1].replace("&amp;", "&")).count("身份证号：核对") == 4
    clock.now += timedelta(days=reveals.DAYS)
    assert "需要核对" not in desks("aq01").page("/accounts")


def test_the_log_names_pages_and_places_and_tells_no_number_of_lines(
    desks: Desks, office: Office, recommended: str
) -> None:
    for page in ("", "/kin", "/members/new"):
        desks("jb01" if page != "/kin" else "fh01").page(f"/households/{recommended}{page}")
    text = desks("jd01").page("/audit").partition("<tbody>")[2]
    for said in ("一户的概况", "近亲属备案", "增加一名共同生活的家庭成员"):
        assert f'data-label="说明">{said}' in text, said
    assert not re.search(r'data-label="说明">(?:new|kin)<', text)
    with office.work("试验") as work:
        work.audit("查看待办", "370811001000", "到 370811000000")
        for _ in range(120):
            work.audit("试验")
    lines = desks("sj01").page("/audit", action="查看待办").partition("<tbody>")[2]
    assert "3708110" not in lines
    assert not re.search(r'辖区">\d', desks("aq01").page("/accounts"))
    first = desks("sj01").page("/audit", action="试验")
    onward = re.search(r'href="(/audit\?[^"]*before=([^"&]+)[^"]*)"', first)
    assert onward
    with office.reading() as work:
        last = work.session.exec(select(Audit.id).order_by(Audit.id.desc())).first()  # type: ignore[union-attr]
    assert str(last) not in onward[2]
    path = onward[1].replace("&amp;", "&")
    second = desks("sj01").page(path)
    assert second.count('data-label="操作">试验') == 50
    whole = desks("jd01").get("/audit", before=onward[2])
    assert "回到第一页" not in whole.text, "made for another officer: the beginning"
    assert desks("sj01").page("/audit", before="999", action="试验").partition("<tbody>")[2].count("试验") >= 50
